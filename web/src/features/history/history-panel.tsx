/** What was done to the base, newest first; an import or an AI batch can be taken back as one. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError, ask, command, type Schemas } from "../../api/client";
import { ActionButton, Panel } from "../../ui/parts";
import { whenText } from "../../ui/when";

const PAGE = 50;

export function HistoryPanel({ base, onClose }: { base: string; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const pages = useInfiniteQuery({
    queryKey: ["history", base],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) => ask<Schemas["HistoryRow"][]>("GET", `/bases/${base}/history?n=${PAGE}${pageParam === null ? "" : `&before=${pageParam}`}`),
    getNextPageParam: (last) => (last.length < PAGE ? undefined : last.at(-1)?.revision),
    refetchInterval: 4_000,
  });
  const undo = (group: string) =>
    void command(base, { kind: "undo_group", group })
      .then(() => pages.refetch())
      .catch((error: unknown) => message.error(error instanceof ApiError ? error.message : String(error)));
  const rows = pages.data?.pages.flat() ?? [];
  return (
    <Panel title={t("history")} onClose={onClose}>
      {pages.isSuccess && rows.length === 0 && <p className="dim">{t("noHistory")}</p>}
      <ul className="form" style={{ gap: 8 }}>
        {rows.map((row, at) => (
          <li key={row.revision} className="row">
            <span className="grow">
              <span>
                {row.undoes ? `${t("undo")} · ` : ""}
                {t(`label_${row.label}`, row.label)}
              </span>
              <span className="hint num" style={{ display: "block" }}>
                {[row.n_records > 0 && t("records_n", { n: row.n_records }), row.n_cells > 0 && t("cells_n", { n: row.n_cells }), whenText(row.at_ms, i18n.language, t("justNow"))].filter(Boolean).join(" · ")}
              </span>
            </span>
            {row.group && rows.findIndex((one) => one.group === row.group) === at && <ActionButton icon="undo" text label={t("undo")} onClick={() => row.group && undo(row.group)} />}
          </li>
        ))}
      </ul>
      {pages.hasNextPage && <Button onClick={() => void pages.fetchNextPage()}>{t("more")}</Button>}
    </Panel>
  );
}

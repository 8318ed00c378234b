/** What happened to one record, or to one cell of it, the newest first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { ask, type Schemas } from "../../api/client";
import { Note, Panel } from "../../ui/parts";
import { whenText } from "../../ui/when";
import { ChangeList } from "./change-list";
import { useWho } from "./entry-row";

const PAGE = 30;

interface RecordHistoryProps {
  base: string;
  table: string;
  record: string;
  /** Only this field's cell. */
  field?: { id: string; name: string };
  onClose: () => void;
}

export function RecordHistory({ base, table, record, field, onClose }: RecordHistoryProps) {
  const { t, i18n } = useTranslation();
  const who = useWho();
  const history = useInfiniteQuery({
    queryKey: ["record-history", base, table, record, field?.id],
    queryFn: ({ pageParam }) => {
      const before = pageParam ? `&before=${pageParam}` : "";
      const only = field ? `&field=${field.id}` : "";
      const path = `/bases/${base}/tables/${table}/records/${record}/history?n=${PAGE}${before}${only}`;
      return ask<Schemas["RecordHistoryRow"][]>("GET", path);
    },
    initialPageParam: 0,
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.revision),
    refetchInterval: 4_000,
  });
  const rows = history.data?.pages.flat() ?? [];
  return (
    <Panel title={field ? t("cellHistoryOf", { name: field.name }) : t("recordHistory")} onClose={onClose}>
      {history.isPending && <Skeleton active title={false} paragraph={{ rows: 6 }} />}
      {history.error && (
        <Note kind="bad">
          {history.error.message} <Button onClick={() => void history.refetch()}>{t("retry")}</Button>
        </Note>
      )}
      {history.data && rows.length === 0 && <p className="hint">{t("noHistory")}</p>}
      <ul>
        {rows.map((row) => (
          <li className="history-row" key={row.revision}>
            <div className="history-body">
              <span className="hint num">
                {[
                  who(row.actor),
                  whenText(row.at_ms, i18n.language, t("justNow")),
                  row.what === "edited" ? t(`label_${row.label}`, row.label) : t(`record_${row.what}`),
                ].join(" · ")}
              </span>
              <ChangeList changes={row.changes} isOneRecord />
            </div>
          </li>
        ))}
      </ul>
      {history.hasNextPage && (
        <Button block type="text" loading={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </Panel>
  );
}

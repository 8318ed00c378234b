/** What happened to one record, or to one cell of it, the newest first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { ask, type Schemas } from "../../api/client";
import { Icon } from "../../ui/icons";
import { ActionButton, Note, Panel } from "../../ui/parts";
import { whenText } from "../../ui/when";
import { ChangeList } from "./change-list";
import { useWho } from "./entry-row";
import { useFollow } from "./follow";
import { useTakeBack } from "./take-back";
import "./history.css";

const PAGE = 30;

interface RecordHistoryProps {
  base: string;
  table: string;
  record: string;
  /** Only this field's cell. */
  field?: { id: string; name: string };
  /** Back to the record. */
  onBack: () => void;
  onClose: () => void;
}

export function RecordHistory({ base, table, record, field, onBack, onClose }: RecordHistoryProps) {
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
  });
  useFollow(base, history.refetch);
  const act = useTakeBack(base, () => void history.refetch());
  const rows = history.data?.pages.flat() ?? [];
  return (
    <Panel
      title={
        <span className="row">
          <ActionButton icon="back" label={t("backToRecord")} onClick={onBack} />
          <span className="cut grow">{field ? t("cellHistoryOf", { name: field.name }) : t("recordHistory")}</span>
        </span>
      }
      onClose={onClose}
    >
      {history.isPending && <Skeleton active title={false} paragraph={{ rows: 6 }} />}
      {history.error && (
        <Note kind="bad">
          {history.error.message} <Button onClick={() => void history.refetch()}>{t("retry")}</Button>
        </Note>
      )}
      {history.data && rows.length === 0 && <p className="hint">{t("noHistory")}</p>}
      <ul>
        {rows.map((row) => (
          <li className="history-row history-body" key={row.revision}>
            <span className="row">
              <span className="grow hint num">
                {[
                  who(row.actor),
                  whenText(row.at_ms, i18n.language, t("justNow")),
                  row.what === "edited" ? t(`label_${row.label}`, row.label) : t(`record_${row.what}`),
                  row.taken_back_by != null && t("takenBackShort"),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
              {row.what === "edited" && row.can_take_back && (
                <button
                  type="button"
                  className="icon-button"
                  aria-label={t("takeBack")}
                  title={t("takeBack")}
                  disabled={act.isBusy}
                  onClick={() => void act.takeBack(row.revision, t(`label_${row.label}`, row.label))}
                >
                  <Icon name="undo" />
                </button>
              )}
            </span>
            <ChangeList changes={row.changes} known={field ? "cell" : "record"} />
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

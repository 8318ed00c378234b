/** What was done in a base, the newest first; what was done as one action can be undone as one. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { App, Button, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, ask, command, type Schemas } from "../../api/client";
import { Note, Panel } from "../../ui/parts";
import { whenText } from "../../ui/when";
import { type Entry, entriesOf } from "./entries";

/** Transactions asked for at a time. */
const PAGE = 50;
/** Milliseconds between two looks while the panel is open. */
const LOOK_MS = 4_000;

export function HistoryPanel({ base, onClose }: { base: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [undoing, setUndoing] = useState<string | null>(null);
  const history = useInfiniteQuery({
    queryKey: ["history", base],
    queryFn: ({ pageParam }) =>
      ask<Schemas["HistoryRow"][]>("GET", `/bases/${base}/history?n=${PAGE}${pageParam ? `&before=${pageParam}` : ""}`),
    initialPageParam: 0,
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.revision),
    refetchInterval: LOOK_MS,
  });
  const entries = entriesOf(history.data?.pages.flat() ?? []);

  const undo = async (group: string) => {
    setUndoing(group);
    try {
      await command(base, { kind: "undo_group", group });
      await history.refetch();
    } catch (error) {
      message.error(error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(" ") : String(error));
    } finally {
      setUndoing(null);
    }
  };

  return (
    <Panel title={t("history")} onClose={onClose}>
      {history.isPending && <Skeleton active title={false} paragraph={{ rows: 8 }} />}
      {history.error && (
        <Note kind="bad">
          {history.error.message} <Button onClick={() => void history.refetch()}>{t("retry")}</Button>
        </Note>
      )}
      {history.data && entries.length === 0 && <p className="hint">{t("noHistory")}</p>}
      <ul>
        {entries.map((entry) => (
          <EntryRow key={entry.revision} entry={entry} isBusy={undoing !== null} onUndo={(group) => void undo(group)} />
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

interface EntryRowProps {
  entry: Entry;
  isBusy: boolean;
  onUndo: (group: string) => void;
}

function EntryRow({ entry, isBusy, onUndo }: EntryRowProps) {
  const { t, i18n } = useTranslation();
  const { group } = entry;
  const count = (n: number) => n.toLocaleString(i18n.language);
  const label = t(`label_${entry.label}`, entry.label);
  const counts = [
    entry.n_records > 0 && t("records_n", { n: count(entry.n_records) }),
    entry.n_cells > 0 && t("cells_n", { n: count(entry.n_cells) }),
  ].filter(Boolean);
  return (
    <li className="row history-row">
      <span className="grow">
        <span className={entry.isTakenBack ? "dim" : undefined}>{entry.isTakenBack ? <s>{label}</s> : label}</span>
        <br />
        <span className="hint num">{[whenText(entry.at_ms, i18n.language, t("justNow")), ...counts].join(" · ")}</span>
      </span>
      {group && !entry.isTakenBack && (
        <Button disabled={isBusy} aria-label={`${t("undo")} ${label}`} onClick={() => onUndo(group)}>
          {t("undo")}
        </Button>
      )}
    </li>
  );
}

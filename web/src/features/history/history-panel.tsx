/** What was done in a table or a base, the newest first: looked into, taken back, gone back to; and the trash. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Segmented, Skeleton } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, type Schemas } from "../../api/client";
import { Note, Panel } from "../../ui/parts";
import { entriesOf, whereOf } from "./entries";
import { EntryRow } from "./entry-row";
import { useFollow } from "./follow";
import { Retention } from "./retention";
import { useTakeBack } from "./take-back";
import { Trash } from "./trash";
import "./history.css";

/** Transactions asked for at a time. */
const PAGE = 50;

export type HistoryScope = "table" | "base" | "trash";

interface HistoryPanelProps {
  base: string;
  tables: readonly Schemas["TableView"][];
  table: string;
  scope: HistoryScope;
  onScope: (scope: HistoryScope) => void;
  onClose: () => void;
}

export function HistoryPanel({ base, tables, table, scope, onScope, onClose }: HistoryPanelProps) {
  const { t } = useTranslation();
  return (
    <Panel title={t("history")} onClose={onClose} foot={scope === "base" && <Retention base={base} />}>
      <Segmented<HistoryScope>
        block
        value={scope}
        onChange={onScope}
        options={[
          { value: "table", label: t("historyOfTable") },
          { value: "base", label: t("historyOfBase") },
          { value: "trash", label: t("trash") },
        ]}
      />
      {scope === "trash" ? (
        <Trash base={base} />
      ) : (
        <Steps key={scope} base={base} tables={tables} {...(scope === "table" ? { table } : {})} />
      )}
    </Panel>
  );
}

function Steps({ base, tables, table }: { base: string; tables: readonly Schemas["TableView"][]; table?: string }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<number | null>(null);
  const history = useInfiniteQuery({
    queryKey: ["history", base, table],
    queryFn: ({ pageParam }) => {
      const before = pageParam ? `&before=${pageParam}` : "";
      const only = table ? `&table=${table}` : "";
      return ask<Schemas["HistoryRow"][]>("GET", `/bases/${base}/history?n=${PAGE}${before}${only}`);
    },
    initialPageParam: 0,
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.revision),
  });
  useFollow(base, history.refetch);
  const names = useMemo(() => new Map(tables.map(({ id, name }) => [id, name])), [tables]);
  const act = useTakeBack(base, () => void history.refetch());
  const entries = entriesOf(history.data?.pages.flat() ?? []);
  return (
    <>
      {history.isPending && <Skeleton active title={false} paragraph={{ rows: 8 }} />}
      {history.error && (
        <Note kind="bad">
          {history.error.message} <Button onClick={() => void history.refetch()}>{t("retry")}</Button>
        </Note>
      )}
      {history.data && entries.length === 0 && <p className="hint">{t("noHistory")}</p>}
      <ul>
        {entries.map((entry) => (
          <EntryRow
            key={entry.revision}
            base={base}
            entry={entry}
            isOpen={opened === entry.revision}
            isNewest={entry === entries[0]}
            {...(table ? { table } : { where: whereOf(entry, names) })}
            act={act}
            onOpen={() => setOpened(opened === entry.revision ? null : entry.revision)}
          />
        ))}
      </ul>
      {history.hasNextPage && (
        <Button block type="text" loading={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </>
  );
}

/** One step of the history: who, what, when; opened, what it changed and what can be done about it. */
import { useQuery } from "@tanstack/react-query";
import { Button, Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { ask, type Schemas } from "../../api/client";
import { clientIdentity } from "../../sync/ids";
import { Icon } from "../../ui/icons";
import { Note } from "../../ui/parts";
import { whenText } from "../../ui/when";
import { ChangeList } from "./change-list";
import { type Entry, whoOf } from "./entries";
import type { TakeBack } from "./take-back";

interface EntryRowProps {
  base: string;
  entry: Entry;
  isOpen: boolean;
  /** Nothing came after it: going back to it would change nothing. */
  isNewest: boolean;
  /** The table whose history is shown. */
  table?: string;
  /** Names of the tables it touched, where that is not known anyway. */
  where?: string;
  act: TakeBack;
  onOpen: () => void;
}

export function useWho(): (actor: string) => string {
  const { t } = useTranslation();
  const me = clientIdentity(localStorage);
  return (actor) => {
    const who = whoOf(actor, me);
    if (who.kind === "other") return t("whoOther", { name: who.name });
    if (who.kind === "me") return t("whoMe");
    return t(who.kind === "api" ? "whoApi" : "whoSystem");
  };
}

export function EntryRow({ base, entry, isOpen, isNewest, table, where, act, onOpen }: EntryRowProps) {
  const { t, i18n } = useTranslation();
  const who = useWho();
  const counted = (key: string, n: number) => n > 0 && t(key, { n: n.toLocaleString(i18n.language), count: n });
  const label = t(`label_${entry.label}`, entry.label);
  const canTakeBack = entry.canTakeBack && !entry.isTakenBack;
  const told = [
    who(entry.actor),
    whenText(entry.at_ms, i18n.language, t("justNow")),
    counted("records_n", entry.n_records),
    counted("cells_n", entry.n_cells),
  ].filter(Boolean);
  return (
    <li className="history-row">
      <div className="row">
        <button type="button" className="history-head" aria-expanded={isOpen} onClick={onOpen}>
          <span className="grow">
            <span className={entry.isTakenBack ? "dim" : undefined}>{entry.isTakenBack ? <s>{label}</s> : label}</span>
            {where && <span className="dim"> · {where}</span>}
            <br />
            <span className="hint num">{told.join(" · ")}</span>
          </span>
          <Icon name={isOpen ? "up" : "down"} />
        </button>
        {canTakeBack && !isOpen && (
          <button
            type="button"
            className="icon-button"
            aria-label={`${t("undo")} ${label}`}
            title={t("takeBack")}
            disabled={act.isBusy}
            onClick={() => void act.takeBack(entry.revision, label)}
          >
            <Icon name="undo" />
          </button>
        )}
      </div>
      {isOpen && (
        <div className="history-body">
          <StepDetails base={base} revision={entry.revision} />
          {entry.isTakenBack && <p className="hint">{t("takenBack")}</p>}
          <div className="row wrap">
            {canTakeBack && (
              <Button
                size="small"
                icon={<Icon name="undo" />}
                disabled={act.isBusy}
                onClick={() => void act.takeBack(entry.revision, label)}
              >
                {t("takeBack")}
              </Button>
            )}
            {table && !isNewest && (
              <Button
                size="small"
                icon={<Icon name="history" />}
                disabled={act.isBusy}
                onClick={() => void act.restoreTable(table, entry.revision, entry.at_ms, label)}
              >
                {t("restoreTo")}
              </Button>
            )}
          </div>
        </div>
      )}
    </li>
  );
}

function StepDetails({ base, revision }: { base: string; revision: number }) {
  const { t, i18n } = useTranslation();
  const step = useQuery({
    queryKey: ["step", base, revision],
    queryFn: () => ask<Schemas["StepView"]>("GET", `/bases/${base}/history/${revision}`),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (step.isPending) return <Skeleton active title={false} paragraph={{ rows: 2 }} />;
  if (step.error) return <Note kind="bad">{step.error.message}</Note>;
  const { changes, n_changes, records_added, records_removed, records_restored, schema } = step.data;
  const counted = (key: string, n: number) => n > 0 && t(key, { n: n.toLocaleString(i18n.language), count: n });
  const counts = [
    counted("recordsAdded", records_added),
    counted("recordsRemoved", records_removed),
    counted("recordsRestored", records_restored),
  ].filter(Boolean);
  return (
    <>
      {counts.length > 0 && <p className="hint num">{counts.join(" · ")}</p>}
      {schema.map((change, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step never changes.
        <p className="hint" key={at}>
          {t(`schema_${change.what}`, { name: change.name, table: change.table_name })}
          {change.renamed && ` → ${change.renamed}`}
        </p>
      ))}
      <ChangeList changes={changes} />
      {n_changes > changes.length && <p className="hint">{counted("moreChanges", n_changes - changes.length)}</p>}
    </>
  );
}

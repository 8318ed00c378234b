/** The right end of the toolbar: export, jobs, history, cards or grid. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ask, type Schemas } from "../api/client";
import { ImportButton } from "../features/imports/import-button";
import { ExportMenu } from "../features/jobs/export-menu";
import { ActionButton } from "../ui/parts";
import type { PanelState } from "./open-panel";

interface ToolbarEndProps {
  base: string;
  table: Schemas["TableView"];
  view: string | null;
  onPanel: (panel: PanelState) => void;
  isCards: boolean;
  onCards: (isCards: boolean) => void;
}

export function ToolbarEnd({ base, table, view, onPanel, isCards, onCards }: ToolbarEndProps) {
  const { t } = useTranslation();
  const jobs = useQuery({
    queryKey: ["jobs"],
    queryFn: () => ask<Schemas["Job"][]>("GET", "/jobs"),
    refetchInterval: 3_000,
  });
  const nRunning = (jobs.data ?? []).filter((job) =>
    ["running", "importing", "queued", "staging"].includes(job.state),
  ).length;
  return (
    <>
      <ActionButton icon="print" label={t("documentsFor")} onClick={() => onPanel({ kind: "documents" })} />
      <ImportButton base={base} table={table.id} />
      <ExportMenu base={base} table={table.id} view={view} fields={table.fields} />
      <ActionButton
        icon="jobs"
        text={nRunning > 0}
        label={nRunning > 0 ? t("jobs_n", { n: nRunning }) : t("jobs")}
        onClick={() => onPanel({ kind: "jobs" })}
      />
      <ActionButton icon="history" pinned label={t("history")} onClick={() => onPanel({ kind: "history" })} />
      <ActionButton
        icon={isCards ? "grid" : "card"}
        label={isCards ? t("viewAsGrid") : t("viewAsCards")}
        onClick={() => onCards(!isCards)}
      />
    </>
  );
}

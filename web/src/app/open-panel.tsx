/** The panel on the right: one thing at a time. The only place where features meet. */
import { lazy, Suspense, useMemo } from "react";
import type { Schemas } from "../api/client";
import { AiForm } from "../features/ai-fields/ai-form";
import { LedgerPanel } from "../features/ai-fields/ledger-panel";
import { RunAiPanel } from "../features/ai-fields/run-panel";
import { DocumentsPanel } from "../features/documents/documents-panel";
import { FieldPanel } from "../features/fields/field-panel";
import { HistoryPanel, type HistoryScope } from "../features/history/history-panel";
import { RecordHistory } from "../features/history/record-history";
import { JobsPanel } from "../features/jobs/jobs-panel";
import { RecordPanel } from "../features/records/record-panel";
import type { TableSession } from "../sync/table-session";
import { linkPort } from "./links";

const FormulaEditor = lazy(() =>
  import("../features/formula-editor/formula-editor").then((module) => ({ default: module.FormulaEditor })),
);

export type PanelState =
  | { kind: "record"; record: string }
  | { kind: "field"; field: string | null; at?: number }
  | { kind: "ai"; field: string }
  | { kind: "ai_ledger" }
  | { kind: "history"; scope?: HistoryScope }
  | { kind: "record_history"; record: string; field?: string }
  | { kind: "jobs" }
  /** Of one record, or of the selected ones. */
  | { kind: "documents"; record?: string };

interface OpenPanelProps {
  state: PanelState;
  base: string;
  tables: Schemas["TableView"][];
  table: Schemas["TableView"];
  session: TableSession;
  selected: string[];
  sample: string | undefined;
  onState: (state: PanelState | null) => void;
}

export function OpenPanel({ state, base, tables, table, session, selected, sample, onState }: OpenPanelProps) {
  const links = useMemo(() => linkPort(base), [base]);
  const close = () => onState(null);
  if (state.kind === "history")
    return (
      <HistoryPanel
        base={base}
        tables={tables}
        table={table.id}
        scope={state.scope ?? "table"}
        onScope={(scope) => onState({ kind: "history", scope })}
        onClose={close}
      />
    );
  if (state.kind === "record_history") {
    const only = table.fields.find((one) => one.id === state.field);
    return (
      <RecordHistory
        base={base}
        table={table.id}
        record={state.record}
        {...(only ? { field: only } : {})}
        onBack={() => onState({ kind: "record", record: state.record })}
        onClose={close}
      />
    );
  }
  if (state.kind === "ai_ledger") return <LedgerPanel base={base} tables={tables} onClose={close} />;
  if (state.kind === "jobs") return <JobsPanel onClose={close} />;
  if (state.kind === "documents")
    return (
      <DocumentsPanel
        base={base}
        table={table}
        tables={tables}
        records={state.record ? [state.record] : selected}
        onClose={close}
      />
    );
  if (state.kind === "record")
    return (
      <RecordPanel
        base={base}
        table={table}
        record={state.record}
        session={session}
        links={links}
        onRecord={(record) => onState({ kind: "record", record })}
        onHistory={(field) => onState({ kind: "record_history", record: state.record, ...(field ? { field } : {}) })}
        onDocuments={() => onState({ kind: "documents", record: state.record })}
        onClose={close}
      />
    );
  const field = table.fields.find((one) => one.id === state.field) ?? null;
  if (state.kind === "ai")
    return (
      field && (
        <RunAiPanel
          base={base}
          table={table.id}
          view={table.views[0]?.id}
          field={field}
          selected={selected}
          onLedger={() => onState({ kind: "ai_ledger" })}
          onClose={close}
        />
      )
    );
  const first = sample ?? session.idOf(0);
  return (
    <FieldPanel
      base={base}
      table={table}
      tables={tables}
      field={field}
      {...(state.at === undefined ? {} : { at: state.at })}
      {...(first ? { sample: first } : {})}
      renderFormula={(props) => (
        <Suspense fallback={null}>
          <FormulaEditor
            base={base}
            table={table}
            tables={tables}
            {...(field ? { field: field.id } : {})}
            {...(first ? { sample: first } : {})}
            {...props}
          />
        </Suspense>
      )}
      renderAiForm={(kind, onMade) => (
        <AiForm kind={kind} base={base} table={table.id} sample={first} fields={table.fields} onMade={onMade} />
      )}
      onClose={close}
      onDone={(made, isAi) => onState(made && field === null && isAi ? { kind: "ai", field: made } : null)}
    />
  );
}

/** A sheet that goes into a table that is there: what a person has decided. Pure. */
import type { Schemas } from "../../api/client";

export type IntoPlan = Schemas["IntoPlan"];
export type Target = Schemas["ColumnTarget"];

export interface IntoState {
  table: string;
  plan: IntoPlan;
  why: (string | null)[];
  keys: Schemas["KeyFitView"][];
  saved: string | null;
  hasRecords: boolean;
  /** Kept with the base for the next file with these columns. */
  save: boolean;
}

export function intoState(table: string, proposal: Schemas["ProposalView"]): IntoState {
  return {
    table,
    plan: proposal.plan,
    why: proposal.why.map((why) => why ?? null),
    keys: proposal.keys,
    saved: proposal.saved ?? null,
    hasRecords: proposal.has_records,
    save: !proposal.has_records,
  };
}

export function targetOf(plan: IntoPlan, column: number): Target | null {
  return plan.columns.find((one) => one.column === column)?.to ?? null;
}

/** Sends a column to a field, a new one, or nowhere; a field that another column had is taken from it. */
export function withTarget(plan: IntoPlan, column: number, to: Target | null): IntoPlan {
  const isTaken = (one: Target) => to?.field !== undefined && one.field === to.field;
  const others = plan.columns.filter((one) => one.column !== column && !isTaken(one.to));
  const columns = to ? [...others, { column, to }].sort((a, b) => a.column - b.column) : others;
  const mapped = new Set(columns.map((one) => one.to.field));
  return { ...plan, columns, keys: plan.keys.filter((key) => mapped.has(key)) };
}

/** Everything that the plan needs is there. */
export function isReady(plan: IntoPlan): boolean {
  const writes = plan.columns.some((one) => one.to.kind !== "check");
  return writes && (plan.mode === "add" || plan.by_record || plan.keys.length > 0);
}

/** Rows that would do something. */
export function nToDo(plan: IntoPlan, told: Schemas["ComparisonView"]): number {
  return told.n_added + told.n_changed + (plan.remove_missing ? told.n_missing : 0);
}

/** The field type of a new field, as the file proposes it. */
export function newField(column: Schemas["ManifestColumn"]): Target {
  return { kind: "new", name: column.name, field_type: column.proposal.field_type };
}

/** Fields that a column can go to. */
export function openFields(table: Schemas["TableView"]): Schemas["FieldView"][] {
  const given = ["auto_number", "created_time", "modified_time", "created_by", "modified_by", "button"];
  return table.fields.filter((field) => !given.includes(field.type) && (field.type !== "formula" || isAi(field)));
}

function isAi(field: Schemas["FieldView"]): boolean {
  return Boolean((field as { ai?: unknown }).ai);
}

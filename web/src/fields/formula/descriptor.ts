/** Formula fields look as their result type says; those that ask a model may be overwritten by hand. */
import type { AiState, WireFieldType, WireNote } from "../../api/wire";
import type { CellMark } from "../../grid/types";
import { isGiven } from "../given/descriptor";

const MARKS: Readonly<Partial<Record<AiState, CellMark>>> = {
  queued: "queued",
  running: "running",
  needs_review: "review",
  stale: "stale",
  failed: "failed",
  locked: "locked",
};

export function markOf(note: WireNote | undefined): CellMark | undefined {
  return note && MARKS[note.state];
}

/** The type that says how cells look and are typed: a formula's result, else the field itself. */
export function effectiveType(field: WireFieldType): WireFieldType {
  return field.type === "formula" ? (field.result ?? { type: "text" }) : field;
}

export function isAi(field: WireFieldType): boolean {
  return field.type === "formula" && field.ai !== undefined && field.ai !== null;
}

/** Only AI formulas take typed input: it locks the cell. What the server gives, and buttons, take none. */
export function isReadonly(field: WireFieldType): boolean {
  return (field.type === "formula" && !isAi(field)) || isGiven(field.type) || field.type === "button";
}

/**
 * Which conditions make sense for a field, and what their values look like in a text.
 *
 * In: a field as the server gave it. Out: operators, how a value is entered, periods and ranges read and written.
 * Law: pure; what is written here the server reads (`engine/src/query/condition.rs`). Tests: operators.test.ts.
 */
import type { TFunction } from "i18next";
import type { Schemas } from "../../api/client";

type Field = Schemas["FieldView"];

/** A condition with this operator needs no value. */
export const NO_VALUE = new Set(["is_blank", "is_not_blank", "is_misfit", "has_problem"]);

const BLANK = ["is_blank", "is_not_blank"];
const ORDERED = ["is", "is_not", "greater", "greater_or_equal", "less", "less_or_equal", "between", "not_between"];
const TEXTUAL = ["contains", "not_contains", "is", "is_not", "starts_with", "ends_with"];
const DATED = ["is", "is_not", "less", "less_or_equal", "greater", "greater_or_equal", "between", "not_between"];
const NUMERIC = ["number", "currency", "percent", "progress", "rating", "duration"];
const DATES = ["date", "date_time", "created_time", "modified_time"];
const LISTED = ["any_of", "all_of", "none_of", "is", "is_not"];
const BY_TYPE: Record<string, string[]> = {
  select: ["any_of", "none_of", "is", "is_not"],
  multi_select: LISTED,
  person: LISTED,
  attachment: ["is_not_blank", "is_blank", "count_at_least", "count_at_most", "count_is"],
};

/** The type that the cells show: of formula fields that of the result. */
export function shownType(field: Field): Schemas["FieldTypeView"] {
  return field.type === "formula" ? field.result : field;
}

export function isDate(field: Field): boolean {
  return DATES.includes(shownType(field).type);
}

export function isNumeric(field: Field): boolean {
  return NUMERIC.includes(shownType(field).type);
}

/** The operators that make sense for a field, the usual one first. */
export function operatorsOf(field: Field): string[] {
  const { type } = shownType(field);
  if (type === "checkbox") return ["is"];
  if (type === "attachment") return BY_TYPE.attachment ?? [];
  const own = isNumeric(field) ? ORDERED : isDate(field) ? DATED : (BY_TYPE[type] ?? TEXTUAL);
  const operators = [...own, ...BLANK, "has_problem"];
  if (field.type === "formula" && field.ai) operators.push("ai_state");
  return operators;
}

/** The word for an operator: dates come before and after, pictures are there or not. */
export function wordOf(t: TFunction, field: Field | undefined, operator: string): string {
  if (field && isDate(field) && DATED.includes(operator)) return t(`op_date_${operator}`);
  if (field && shownType(field).type === "attachment") return t(`op_picture_${operator}`);
  return t(`op_${operator}`);
}

export type Entry =
  | "none"
  | "ai"
  | "checkbox"
  | "option"
  | "options"
  | "range"
  | "period"
  | "count"
  | "number"
  | "text";

/** How the value of a condition is entered. */
export function entryOf(field: Field, operator: string): Entry {
  if (NO_VALUE.has(operator)) return "none";
  if (operator === "ai_state") return "ai";
  const { type } = shownType(field);
  if (type === "checkbox") return "checkbox";
  if (operator.startsWith("count_")) return "count";
  if (operator === "between" || operator === "not_between") return "range";
  if (type === "select" && (operator === "is" || operator === "is_not")) return "option";
  if (type === "select" || BY_TYPE[type] === LISTED) return "options";
  if (isDate(field) && DATED.includes(operator)) return "period";
  return isNumeric(field) && ORDERED.includes(operator) ? "number" : "text";
}

/** Periods that move with the calendar; the last two take a number of days. */
export const PERIODS = [
  "today",
  "yesterday",
  "tomorrow",
  "this_week",
  "last_week",
  "next_week",
  "this_month",
  "last_month",
  "next_month",
  "this_year",
  "last_year",
  "last_days",
  "next_days",
] as const;

export const USUAL_DAYS = 7;

/** `@last_days:7` as its name and days; null for a plain date. */
export function readPeriod(value: string): { name: string; days: number | null } | null {
  const found = /^@([a-z_]+)(?::(\d+))?$/.exec(value.trim());
  return found ? { name: found[1] ?? "", days: found[2] === undefined ? null : Number(found[2]) } : null;
}

export function writePeriod(name: string, days = USUAL_DAYS): string {
  return name.endsWith("_days") ? `@${name}:${Math.max(1, Math.min(3650, Math.round(days) || 1))}` : `@${name}`;
}

export function readRange(value: string): [string, string] {
  const at = value.indexOf("..");
  return at < 0 ? [value, ""] : [value.slice(0, at), value.slice(at + 2)];
}

/** Nothing where both ends are blank: such a condition does not filter. */
export function writeRange(from: string, to: string): string {
  return from.trim() === "" && to.trim() === "" ? "" : `${from.trim()}..${to.trim()}`;
}

/** Footer values that make sense for a field. */
export function aggregatesOf(field: Field): string[] {
  const counts = ["count", "filled", "blank", "distinct"];
  if (isNumeric(field)) return ["sum", "average", "min", "max", "median", ...counts];
  return isDate(field) ? ["min", "max", "median", ...counts] : counts;
}

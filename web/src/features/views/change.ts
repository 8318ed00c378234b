/**
 * Changes of a view, each giving a new view.
 *
 * In: a view as the server gave it. Out: the view to send back whole. Law: pure; what a change does not touch stays
 * as it was. Tests: change.test.ts.
 */
import type { Schemas } from "../../api/client";

export type View = Schemas["ViewView"];
export type Condition = Schemas["ConditionView"];
type Field = Schemas["FieldView"];
type ViewField = Schemas["ViewFieldView"];

export const ROW_HEIGHTS = ["compact", "normal", "comfortable", "picture", "large_picture"] as const;
/** Pixels; narrower columns cannot be grabbed, wider ones not be left again. */
export const WIDTH_PX = { min: 48, max: 1200 };

/** A condition with this operator needs no value. */
export const NO_VALUE = new Set(["is_blank", "is_not_blank", "is_misfit"]);

const ORDERED = ["is", "is_not", "less", "less_or_equal", "greater", "greater_or_equal"];
const TEXTUAL = ["contains", "not_contains", "is", "is_not"];
const BY_TYPE: Record<string, string[]> = {
  number: ORDERED,
  currency: ORDERED,
  percent: ORDERED,
  rating: ORDERED,
  progress: ORDERED,
  duration: ORDERED,
  date: ORDERED,
  date_time: ORDERED,
  select: ["is", "is_not"],
  multi_select: ["contains", "not_contains", "is", "is_not"],
  person: ["contains", "not_contains", "is", "is_not"],
  created_time: ORDERED,
  modified_time: ORDERED,
  checkbox: ["is"],
  button: [],
  attachment: [],
};

/** The type that the cells show: of formula fields that of the result. */
export function shownType(field: Field): Schemas["FieldTypeView"] {
  return field.type === "formula" ? field.result : field;
}

/** The operators that make sense for a field, the usual one first. */
export function operatorsOf(field: Field): string[] {
  const type = shownType(field).type;
  const operators = [...(BY_TYPE[type] ?? TEXTUAL)];
  if (type !== "checkbox") operators.push("is_blank", "is_not_blank");
  if (type !== "checkbox" && type !== "attachment") operators.push("is_misfit");
  if (field.type === "formula" && field.ai) operators.push("ai_state");
  return operators;
}

function withField(view: View, field: string, part: Partial<ViewField>): View {
  const isKnown = view.fields.some((known) => known.field === field);
  const fields = isKnown
    ? view.fields.map((known) => (known.field === field ? { ...known, ...part } : known))
    : [...view.fields, { field, hidden: false, ...part }];
  return { ...view, fields };
}

export function isHidden(view: View, field: string): boolean {
  return view.fields.some((known) => known.field === field && known.hidden);
}

/** Hides a field or shows it again; its width and footer stay. */
export function setHidden(view: View, field: string, hidden: boolean): View {
  return isHidden(view, field) === hidden ? view : withField(view, field, { hidden });
}

export function setWidth(view: View, field: string, widthPx: number): View {
  return withField(view, field, {
    width_px: Math.round(Math.min(WIDTH_PX.max, Math.max(WIDTH_PX.min, widthPx))),
  });
}

/** Sorts by this field after the sorts there are; a field that sorts already only changes its direction. */
export function addSort(view: View, field: string, descending = false): View {
  const isKnown = view.sorts.some((sort) => sort.field === field);
  const sorts = isKnown
    ? view.sorts.map((sort) => (sort.field === field ? { field, descending } : sort))
    : [...view.sorts, { field, descending }];
  return { ...view, sorts };
}

/** Another field or direction in place `at`. */
export function changeSort(view: View, at: number, part: Partial<Schemas["SortView"]>): View {
  return { ...view, sorts: view.sorts.map((sort, index) => (index === at ? { ...sort, ...part } : sort)) };
}

export function removeSort(view: View, at: number): View {
  return { ...view, sorts: view.sorts.filter((_, index) => index !== at) };
}

function withConditions(view: View, conditions: Condition[]): View {
  return { ...view, filter: { ...view.filter, conditions } };
}

export function addCondition(view: View, field: Field): View {
  const condition = { field: field.id, operator: operatorsOf(field)[0] ?? "is", value: "" };
  return withConditions(view, [...view.filter.conditions, condition]);
}

export function changeCondition(view: View, at: number, part: Partial<Condition>): View {
  return withConditions(
    view,
    view.filter.conditions.map((known, index) => (index === at ? { ...known, ...part } : known)),
  );
}

/** Another field in a condition: the operator stays where it fits, the value never does. */
export function changeConditionField(view: View, at: number, field: Field): View {
  const operators = operatorsOf(field);
  const before = view.filter.conditions[at]?.operator ?? "is";
  const operator = operators.includes(before) ? before : (operators[0] ?? "is");
  return changeCondition(view, at, { field: field.id, operator, value: "" });
}

export function removeCondition(view: View, at: number): View {
  return withConditions(
    view,
    view.filter.conditions.filter((_, index) => index !== at),
  );
}

/** Conditions that take effect: one without the value it needs lets every record through. */
export function nActive(filter: Schemas["FilterView"]): number {
  const own = filter.conditions.filter((known) => NO_VALUE.has(known.operator) || known.value.trim() !== "");
  return own.length + filter.groups.reduce((sum, group) => sum + nActive(group), 0);
}

export function clearFilter(view: View): View {
  return { ...view, filter: { any: view.filter.any, conditions: [], groups: [] } };
}

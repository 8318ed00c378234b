/**
 * Changes of a filter: conditions joined by and / or, with groups of such within.
 *
 * In: one level of a filter. Out: that level changed; who shows a level within another puts it back in its place.
 * Law: pure; what a change does not touch stays as it was. Tests: filter-tree.test.ts.
 */
import type { Schemas } from "../../api/client";
import { NO_VALUE, operatorsOf } from "./operators";

export type Filter = Schemas["FilterView"];
export type Condition = Schemas["ConditionView"];
type Field = Schemas["FieldView"];

/** Levels of groups that can be made by hand, the outermost included. */
export const MAX_DEPTH = 3;

function usual(field: Field): Condition {
  return { field: field.id, operator: operatorsOf(field)[0] ?? "is", value: "" };
}

export function addCondition(filter: Filter, field: Field): Filter {
  return { ...filter, conditions: [...filter.conditions, usual(field)] };
}

export function changeCondition(filter: Filter, at: number, part: Partial<Condition>): Filter {
  const changed = filter.conditions.map((known, index) => (index === at ? { ...known, ...part } : known));
  return { ...filter, conditions: changed };
}

/** Another field in a condition: the operator stays where it fits, the value never does. */
export function changeConditionField(filter: Filter, at: number, field: Field): Filter {
  const operators = operatorsOf(field);
  const before = filter.conditions[at]?.operator ?? "is";
  const operator = operators.includes(before) ? before : (operators[0] ?? "is");
  return changeCondition(filter, at, { field: field.id, operator, value: "" });
}

export function removeCondition(filter: Filter, at: number): Filter {
  return { ...filter, conditions: filter.conditions.filter((_, index) => index !== at) };
}

/** A group joins the other way than what it stands in: that is what groups are for. */
export function addGroup(filter: Filter, field: Field): Filter {
  const group: Filter = { any: !filter.any, conditions: [usual(field)], groups: [] };
  return { ...filter, groups: [...filter.groups, group] };
}

/** A group without anything in it goes. */
export function changeGroup(filter: Filter, at: number, group: Filter): Filter {
  const isEmpty = group.conditions.length + group.groups.length === 0;
  const groups = filter.groups.flatMap((known, index) => (index === at ? (isEmpty ? [] : [group]) : [known]));
  return { ...filter, groups };
}

/** Conditions that take effect: one without the value it needs lets every record through. */
export function nActive(filter: Filter): number {
  const own = filter.conditions.filter((known) => NO_VALUE.has(known.operator) || known.value.trim() !== "");
  return own.length + filter.groups.reduce((sum, group) => sum + nActive(group), 0);
}

export function cleared(filter: Filter): Filter {
  return { any: filter.any, conditions: [], groups: [] };
}

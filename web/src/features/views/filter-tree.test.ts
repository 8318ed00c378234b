import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import * as tree from "./filter-tree";

const field = (part: object) =>
  ({ id: "f2", name: "n", is_editable: true, n_misfits: 0, ...part }) as Schemas["FieldView"];
const TEXT = field({ id: "f1", type: "text" });
const NUMBER = field({ type: "number", decimals: null, thousands: false, unit: "" });
const EMPTY: tree.Filter = { any: false, conditions: [], groups: [] };

test("a condition keeps its operator only where the new field has it", () => {
  const one = tree.addCondition(EMPTY, NUMBER);
  const greater = tree.changeCondition(one, 0, { operator: "greater", value: "5" });
  expect(tree.changeConditionField(greater, 0, TEXT).conditions).toEqual([
    { field: "f1", operator: "contains", value: "" },
  ]);
  const same = tree.changeCondition(one, 0, { operator: "is_not", value: "5" });
  expect(tree.changeConditionField(same, 0, TEXT).conditions[0]).toMatchObject({ operator: "is_not" });
  expect(tree.removeCondition(same, 0)).toEqual(EMPTY);
});

test("a group joins the other way, and goes with its last condition", () => {
  const outer = tree.addGroup(EMPTY, TEXT);
  expect(outer.groups[0]).toMatchObject({ any: true, groups: [] });
  const inner = outer.groups[0] as tree.Filter;
  const deeper = tree.changeGroup(outer, 0, tree.addGroup(inner, NUMBER));
  expect(deeper.groups[0]?.groups[0]).toMatchObject({ any: false });
  expect(tree.changeGroup(outer, 0, tree.removeCondition(inner, 0))).toEqual(EMPTY);
  expect(tree.cleared(deeper)).toEqual(EMPTY);
});

test("only conditions that filter are counted, also in groups", () => {
  const conditions = [
    { field: "f1", operator: "is", value: " " },
    { field: "f1", operator: "is", value: "x" },
    { field: "f1", operator: "has_problem", value: "" },
  ];
  const inner = { any: true, conditions, groups: [] };
  expect(tree.nActive({ any: false, conditions, groups: [inner] })).toBe(4);
});

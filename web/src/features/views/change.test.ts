import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import * as change from "./change";

const VIEW: change.View = {
  id: "v1",
  name: "Grid",
  kind: "grid",
  filter: { any: false, conditions: [], groups: [] },
  sorts: [{ field: "f1", descending: false }],
  groups: [],
  fields: [{ field: "f2", hidden: false, width_px: 90, footer: "sum" }],
  row_height: "normal",
  frozen_fields: 1,
};
const field = (part: object) =>
  ({ id: "f2", name: "n", is_editable: true, n_misfits: 0, ...part }) as Schemas["FieldView"];
const TEXT = field({ id: "f1", type: "text" });
const NUMBER = field({ type: "number", decimals: null, thousands: false, unit: "" });

test("hiding keeps width and footer; showing takes it back", () => {
  const hidden = change.setHidden(VIEW, "f2", true);
  expect(hidden.fields).toEqual([{ field: "f2", hidden: true, width_px: 90, footer: "sum" }]);
  expect(change.setHidden(hidden, "f2", false)).toEqual(VIEW);
  expect(VIEW.fields[0]?.hidden).toBe(false);
});

test("a field without settings gets them when it is hidden, none when it is shown", () => {
  expect(change.setHidden(VIEW, "f9", true).fields).toContainEqual({ field: "f9", hidden: true });
  expect(change.setHidden(VIEW, "f9", false)).toBe(VIEW);
});

test.each([
  [120.4, 120],
  [3, 48],
  [99_999, 1200],
])("width %d becomes %d", (asked, kept) => {
  expect(change.setWidth(VIEW, "f2", asked).fields[0]).toMatchObject({ width_px: kept, footer: "sum" });
});

test("a sort goes behind the others, a known one only turns", () => {
  expect(change.addSort(VIEW, "f2", true).sorts).toEqual([...VIEW.sorts, { field: "f2", descending: true }]);
  expect(change.addSort(VIEW, "f1", true).sorts).toEqual([{ field: "f1", descending: true }]);
  expect(change.removeSort(VIEW, 0).sorts).toEqual([]);
});

test("a condition keeps its operator only where the new field has it", () => {
  const one = change.addCondition(VIEW, NUMBER);
  const greater = change.changeCondition(one, 0, { operator: "greater", value: "5" });
  expect(change.changeConditionField(greater, 0, TEXT).filter.conditions).toEqual([
    { field: "f1", operator: "contains", value: "" },
  ]);
  const same = change.changeCondition(one, 0, { operator: "is_not", value: "5" });
  expect(change.changeConditionField(same, 0, TEXT).filter.conditions[0]).toMatchObject({ operator: "is_not" });
});

test("only conditions that filter are counted, also in groups", () => {
  const conditions = [
    { field: "f1", operator: "is", value: " " },
    { field: "f1", operator: "is", value: "x" },
    { field: "f1", operator: "is_blank", value: "" },
  ];
  const inner = { any: true, conditions, groups: [] };
  expect(change.nActive({ any: false, conditions, groups: [inner] })).toBe(4);
});

test.each([
  [{ type: "select", options: [] }, "is", "less"],
  [{ type: "date" }, "less", "contains"],
  [{ type: "attachment" }, "is_not_blank", "is"],
  [{ type: "formula", source: "1", result: { type: "number" }, ai: null }, "greater", "ai_state"],
  [{ type: "formula", source: "1", result: { type: "text" }, ai: { model: "", policy: "manual" } }, "ai_state", "less"],
])("operators of %o", (type, has, lacks) => {
  const operators = change.operatorsOf(field(type));
  expect(operators).toContain(has);
  expect(operators).not.toContain(lacks);
});

import { expect, test } from "vitest";
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

test("groups nest up to three fields; another field has a span of its own", () => {
  const two = change.addGroupField(change.addGroupField(VIEW, "f1"), "f2");
  expect(two.groups.map((group) => group.field)).toEqual(["f1", "f2"]);
  expect(change.addGroupField(two, "f1")).toBe(two);
  const full = change.addGroupField(two, "f3");
  expect(change.addGroupField(full, "f4")).toBe(full);
  const month = change.changeGroupField(two, 0, { by: "month" });
  expect(change.changeGroupField(month, 0, { descending: true }).groups[0]).toMatchObject({ by: "month" });
  expect(change.changeGroupField(month, 0, { field: "f9" }).groups[0]).not.toHaveProperty("by");
  expect(change.removeGroupField(two, 0).groups).toEqual([{ field: "f2", descending: false }]);
});

test("a footer comes and goes, the width stays", () => {
  expect(change.footerOf(VIEW, "f2")).toBe("sum");
  expect(change.setFooter(VIEW, "f2", null).fields).toEqual([
    { field: "f2", hidden: false, width_px: 90, footer: null },
  ]);
  expect(change.setFooter(VIEW, "f9", null)).toBe(VIEW);
  expect(change.footerOf(change.setFooter(VIEW, "f9", "median"), "f9")).toBe("median");
});

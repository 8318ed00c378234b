import { expect, test } from "vitest";
import { type IntoPlan, isReady, targetOf, withTarget } from "./into";

const plan: IntoPlan = {
  table: "t1",
  columns: [
    { column: 0, to: { kind: "field", field: "f1" } },
    { column: 2, to: { kind: "field", field: "f2" } },
  ],
  mode: "both",
  keys: ["f1"],
  by_record: false,
  blanks: "keep",
  misfits: "leave",
  add_options: true,
  remove_missing: false,
};

test("a field gets one column, and a key without a column is none", () => {
  const moved = withTarget(plan, 1, { kind: "field", field: "f1" });
  expect(moved.columns.map((one) => [one.column, one.to.field])).toEqual([
    [1, "f1"],
    [2, "f2"],
  ]);
  expect(moved.keys).toEqual(["f1"]);
  const left = withTarget(plan, 0, null);
  expect(targetOf(left, 0)).toBeNull();
  expect(left.keys).toEqual([]);
  expect(isReady(plan)).toBe(true);
  expect(isReady(left)).toBe(false);
  expect(isReady({ ...left, mode: "add" })).toBe(true);
  expect(isReady({ ...plan, columns: [{ column: 0, to: { kind: "check", field: "f1" } }] })).toBe(false);
});

test("new fields do not take columns from each other", () => {
  const one = withTarget(plan, 3, { kind: "new", name: "产地", field_type: { type: "text" } as never });
  const two = withTarget(one, 4, { kind: "new", name: "备注", field_type: { type: "text" } as never });
  expect(two.columns.map((column) => column.column)).toEqual([0, 2, 3, 4]);
});

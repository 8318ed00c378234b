import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import * as operators from "./operators";

const field = (part: object) =>
  ({ id: "f2", name: "n", is_editable: true, n_misfits: 0, ...part }) as Schemas["FieldView"];

test.each([
  [{ type: "select", options: [] }, "any_of", "less"],
  [{ type: "multi_select", options: [] }, "all_of", "contains"],
  [{ type: "date" }, "less", "contains"],
  [{ type: "text" }, "starts_with", "between"],
  [{ type: "currency", code: "CNY", decimals: 2 }, "between", "starts_with"],
  [{ type: "attachment" }, "count_at_least", "is"],
  [{ type: "checkbox" }, "is", "has_problem"],
  [{ type: "formula", source: "1", result: { type: "number" }, ai: null }, "greater", "ai_state"],
  [{ type: "formula", source: "1", result: { type: "text" }, ai: { model: "", policy: "manual" } }, "ai_state", "less"],
])("operators of %o", (type, has, lacks) => {
  const found = operators.operatorsOf(field(type));
  expect(found).toContain(has);
  expect(found).not.toContain(lacks);
});

test.each([
  [{ type: "date" }, "is", "period"],
  [{ type: "date" }, "between", "range"],
  [{ type: "date" }, "has_problem", "none"],
  [{ type: "number" }, "greater", "number"],
  [{ type: "select", options: [] }, "is", "option"],
  [{ type: "select", options: [] }, "none_of", "options"],
  [{ type: "multi_select", options: [] }, "is", "options"],
  [{ type: "attachment" }, "count_is", "count"],
  [{ type: "text" }, "starts_with", "text"],
])("the value of %o %s is entered as %s", (type, operator, entry) => {
  expect(operators.entryOf(field(type), operator)).toBe(entry);
});

test("periods and ranges are read as they were written", () => {
  expect(operators.readPeriod(operators.writePeriod("this_month"))).toEqual({ name: "this_month", days: null });
  expect(operators.readPeriod(operators.writePeriod("last_days", 30))).toEqual({ name: "last_days", days: 30 });
  expect(operators.readPeriod(operators.writePeriod("next_days", Number.NaN))?.days).toBe(1);
  expect(operators.readPeriod("2026-11-22")).toBeNull();
  expect(operators.readRange(operators.writeRange("1.5", " 9"))).toEqual(["1.5", "9"]);
  expect(operators.readRange("..9")).toEqual(["", "9"]);
  expect(operators.writeRange(" ", "")).toBe("");
});

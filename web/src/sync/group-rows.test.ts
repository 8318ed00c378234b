import { expect, test } from "vitest";
import { GroupRows, type GroupSpan } from "./group-rows";

// 甲 (rows 0-2: 甲/红 0-1, 甲/蓝 2), 乙 (rows 3-5: 乙/红 3-5)
const SPANS: GroupSpan<null>[] = [
  ["甲", 0, 0, 3],
  ["甲/红", 1, 0, 2],
  ["甲/蓝", 1, 2, 1],
  ["乙", 0, 3, 3],
  ["乙/红", 1, 3, 3],
].map(([path, depth, from, nRows]) => ({ path, depth, from, nRows, group: null }) as GroupSpan<null>);

function drawn(collapsed: string[], nTotal = 6): string {
  const rows = new GroupRows(SPANS, new Set(collapsed), nTotal);
  return Array.from({ length: rows.rowCount }, (_, row) => rows.headAt(row)?.path ?? rows.viewRow(row)).join(" ");
}

test.each([
  [[], "甲 甲/红 0 1 甲/蓝 2 乙 乙/红 3 4 5"],
  [["甲"], "甲 乙 乙/红 3 4 5"],
  [["甲/红"], "甲 甲/红 甲/蓝 2 乙 乙/红 3 4 5"],
  [["甲", "甲/红", "乙"], "甲 乙"],
])("collapsed %j", (collapsed, expected) => {
  expect(drawn(collapsed)).toBe(expected);
});

test("records that came after the groups were counted stand below", () => {
  expect(drawn(["甲"], 8)).toBe("甲 乙 乙/红 3 4 5 6 7");
  expect(drawn([], 4)).toBe("甲 甲/红 0 1 甲/蓝 2 乙 乙/红 3");
});

test("rows go there and back", () => {
  for (const collapsed of [[], ["甲"], ["甲/红"]]) {
    const rows = new GroupRows(SPANS, new Set(collapsed), 6);
    for (let row = 0; row < rows.rowCount; row += 1) {
      const at = rows.viewRow(row);
      if (at >= 0) expect(rows.gridRow(at)).toBe(row);
    }
    expect(rows.viewRow(rows.rowCount)).toBe(-1);
  }
  expect(new GroupRows(SPANS, new Set(["甲"]), 6).gridRow(1)).toBeUndefined();
});

test("what is hidden is not fetched", () => {
  const rows = new GroupRows(SPANS, new Set(["甲/蓝"]), 6);
  // 甲 甲/红 0 1 甲/蓝 乙 乙/红 3 4 5
  expect(rows.stretches(0, 8)).toEqual([
    [0, 1],
    [3, 4],
  ]);
  expect(rows.stretches(4, 6)).toEqual([]);
  expect(new GroupRows(SPANS, new Set(), 6).stretches(0, 99)).toEqual([[0, 5]]);
  expect(rows.pathsOf(2)).toEqual(["甲", "甲/蓝"]);
});

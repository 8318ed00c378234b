import { describe, expect, it } from "vitest";
import { Selection, type SheetShape } from "./select";

/** `x` filled, `.` blank. */
function shape(...lines: string[]): SheetShape {
  return {
    rowCount: lines.length,
    colCount: lines[0]?.length ?? 0,
    pageRows: 2,
    isBlank: (row, col) => lines[row]?.[col] !== "x",
  };
}
const sheet = shape("xx.x", "xx..", "....", "x..x", "x..x");

function at(row: number, col: number): Selection {
  const selection = new Selection();
  selection.set({ row, col });
  return selection;
}

describe("keys", () => {
  it("stop at the borders", () => {
    const selection = at(0, 0);
    expect(selection.move("up", sheet, false, false)).toEqual({ row: 0, col: 0 });
    expect(selection.move("end", sheet, false, false)).toEqual({ row: 0, col: 3 });
    expect(selection.move("page_down", sheet, false, false)).toEqual({ row: 2, col: 3 });
    expect(selection.move("end", sheet, false, true)).toEqual({ row: 4, col: 3 });
    expect(selection.move("home", sheet, false, true)).toEqual({ row: 0, col: 0 });
  });

  it("jump with Ctrl to the ends of filled runs", () => {
    expect(at(0, 0).move("down", sheet, false, true)).toEqual({ row: 1, col: 0 });
    expect(at(1, 0).move("down", sheet, false, true)).toEqual({ row: 3, col: 0 });
    expect(at(3, 0).move("down", sheet, false, true)).toEqual({ row: 4, col: 0 });
    expect(at(0, 0).move("right", sheet, false, true)).toEqual({ row: 0, col: 1 });
    expect(at(0, 1).move("right", sheet, false, true)).toEqual({ row: 0, col: 3 });
    expect(at(2, 1).move("up", sheet, false, true)).toEqual({ row: 1, col: 1 });
  });

  it("jump to the end where rows are not loaded", () => {
    const unloaded: SheetShape = { ...sheet, rowCount: 1_000_000, isBlank: (row) => (row < 100 ? false : undefined) };
    expect(at(0, 0).move("down", unloaded, false, true)).toEqual({ row: 999_999, col: 0 });
  });

  it("extend with Shift from the anchor", () => {
    const selection = at(1, 1);
    selection.move("down", sheet, true, false);
    selection.move("right", sheet, true, false);
    expect(selection.main).toEqual({ r0: 1, c0: 1, r1: 2, c1: 2 });
    selection.move("up", sheet, true, false);
    selection.move("up", sheet, true, false);
    expect(selection.main).toEqual({ r0: 0, c0: 1, r1: 1, c1: 2 });
    expect(selection.active).toEqual({ row: 1, col: 1 });
  });

  it("return with Enter to where Tab began", () => {
    const selection = at(0, 1);
    selection.step("tab", false, sheet);
    selection.step("tab", false, sheet);
    expect(selection.active).toEqual({ row: 0, col: 3 });
    selection.step("enter", false, sheet);
    expect(selection.active).toEqual({ row: 1, col: 1 });
  });

  it("go round inside a range", () => {
    const selection = new Selection();
    selection.setRange({ r0: 0, c0: 0, r1: 1, c1: 1 });
    const seen = [1, 2, 3, 4].map(() => ({ ...selection.step("enter", false, sheet) }));
    expect(seen).toEqual([
      { row: 1, col: 0 },
      { row: 0, col: 1 },
      { row: 1, col: 1 },
      { row: 0, col: 0 },
    ]);
    expect(selection.main).toEqual({ r0: 0, c0: 0, r1: 1, c1: 1 });
    selection.step("tab", true, sheet);
    expect(selection.active).toEqual({ row: 1, col: 1 });
  });
});

describe("rows", () => {
  it("are checked and unchecked one by one", () => {
    const selection = new Selection();
    for (const row of [1, 2, 3]) selection.toggleRow(row, 4);
    expect([0, 1, 2, 3].map((row) => selection.isRowChecked(row, 4))).toEqual([false, true, true, true]);
    selection.toggleRow(2, 4);
    expect([1, 2, 3].map((row) => selection.isRowChecked(row, 4))).toEqual([true, false, true]);
    selection.selectRows(0, 4, 4);
    selection.toggleRow(2, 4);
    expect(selection.ranges).toEqual([
      { r0: 0, r1: 1, c0: 0, c1: 3 },
      { r0: 3, r1: 4, c0: 0, c1: 3 },
    ]);
  });

  it("take the selection along when others are inserted above", () => {
    const before = ["r1", "r2", "r3", "r4"];
    const after = ["r9", "r1", "r8", "r2", "r3", "r4"];
    const selection = at(2, 1);
    selection.extend({ row: 3, col: 2 });
    selection.remember((row) => before[row]);
    expect(selection.follow((id) => after.indexOf(id), after.length, 4)).toBe(true);
    expect(selection.active).toEqual({ row: 4, col: 1 });
    expect(selection.main).toEqual({ r0: 4, c0: 1, r1: 5, c1: 2 });
  });

  it("are cut off where the sheet ends now", () => {
    const selection = at(8, 1);
    selection.remember(() => undefined);
    selection.follow(() => undefined, 3, 4);
    expect(selection.active).toEqual({ row: 2, col: 1 });
    selection.follow(() => undefined, 0, 4);
    expect(selection.active).toBeNull();
    expect(selection.ranges).toEqual([]);
  });
});

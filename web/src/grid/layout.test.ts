import { describe, expect, it } from "vitest";
import { HEADER_HEIGHT, Layout } from "./layout";
import type { GridColumn } from "./types";

function columns(...widths: number[]): GridColumn[] {
  return widths.map((width, at) => ({
    key: `f${at}`,
    title: `字段${at}`,
    width,
    align: "left",
    icon: "text",
    readonly: false,
    edit: "text",
  }));
}

describe("layout at ten million rows", () => {
  const layout = new Layout(columns(100, 200, 50), 10_000_000, 32, 1, true, true);

  it("finds rows and columns exactly", () => {
    for (const row of [0, 1, 4_999_999, 9_999_999]) {
      expect(layout.rowAt(row * 32)).toBe(row);
      expect(layout.rowAt(row * 32 + 31.9)).toBe(row);
    }
    expect([-1, 0, 99.9, 100, 299, 300, 349, 350, 900].map((x) => layout.columnAt(x))).toEqual([
      -1, 0, 0, 1, 1, 2, 2, 3, 3,
    ]);
  });

  it("shows only rows and columns that can be seen", () => {
    expect(layout.visibleRows(9_000_000 * 32 + 5, 640)).toEqual({ from: 9_000_000, to: 9_000_021 });
    expect(layout.visibleRows(layout.totalHeight, 640).from).toBe(10_000_000);
    expect(layout.visibleColumns(0, 150)).toEqual({ from: 1, to: 2 });
    expect(layout.visibleColumns(200, 100)).toEqual({ from: 2, to: 2 });
    expect(layout.visibleColumns(190, 120)).toEqual({ from: 1, to: 3 });
  });

  it("keeps frozen columns in place", () => {
    expect(layout.screenX(0, 150)).toBe(layout.rowNumberWidth);
    expect(layout.screenX(1, 150)).toBe(layout.rowNumberWidth + 100 - 150);
  });

  it("tells what the pointer is over", () => {
    const x = (sheet: number) => layout.rowNumberWidth + sheet;
    const y = HEADER_HEIGHT + 5;
    expect(layout.hit(x(20), y, 0, 0)).toEqual({ kind: "cell", row: 0, col: 0 });
    expect(layout.hit(x(120), y, 190, 320)).toEqual({ kind: "cell", row: 10, col: 2 });
    expect(layout.hit(10, y, 0, 0)).toEqual({ kind: "row_number", row: 0 });
    expect(layout.hit(x(98), 10, 0, 0)).toEqual({ kind: "resize", col: 0 });
    expect(layout.hit(x(103), 10, 0, 0)).toEqual({ kind: "resize", col: 0 });
    expect(layout.hit(x(80), 10, 0, 0)).toEqual({ kind: "header_menu", col: 0 });
    expect(layout.hit(x(30), 10, 0, 0)).toEqual({ kind: "header", col: 0 });
    expect(layout.hit(x(370), 10, 0, 0)).toEqual({ kind: "add_column" });
    expect(layout.hit(x(20), y, 0, 10_000_000 * 32)).toEqual({ kind: "add_row" });
    expect(layout.hit(x(20), y + 64, 0, 10_000_000 * 32)).toEqual({ kind: "none" });
  });
});

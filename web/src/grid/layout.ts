/**
 * Where rows and columns lie, in CSS pixels of the whole sheet: prefix sums of the column widths, one height for
 * all rows.
 *
 * In: columns, row count, row height, frozen count. Out: positions and what lies at a position. Law: pure numbers,
 * exact at ten million rows. Tests: layout.test.ts.
 */
import type { GridColumn, Range, Rect } from "./types";

export const HEADER_HEIGHT = 36;
export const ROW_HEIGHTS = [28, 32, 40, 64, 96] as const;
export const MIN_COLUMN_WIDTH = 48;
export const MAX_COLUMN_WIDTH = 1200;
/** The column with the plus at the right end. */
export const ADD_COLUMN_WIDTH = 64;
/** Free space below the last row, so that the add row does not stick to the scrollbar. */
const BOTTOM_PAD = 40;

export class Layout {
  /** `lefts[i]` is the left edge of column i from the first column's; one more entry for the end. */
  readonly lefts: Float64Array;
  readonly rowNumberWidth: number;
  readonly frozen: number;

  constructor(
    readonly columns: readonly GridColumn[],
    readonly rowCount: number,
    readonly rowHeight: number,
    frozen: number,
    readonly canAddRow: boolean,
    readonly canAddColumn: boolean,
  ) {
    this.lefts = new Float64Array(columns.length + 1);
    let x = 0;
    columns.forEach((column, at) => {
      this.lefts[at] = x;
      x += column.width;
    });
    this.lefts[columns.length] = x;
    this.frozen = Math.max(0, Math.min(frozen, columns.length));
    const digits = Math.max(2, String(Math.max(1, rowCount)).length);
    this.rowNumberWidth = Math.max(52, 30 + digits * 8);
  }

  /** Left edge of a column in the sheet, without the row numbers. */
  left(col: number): number {
    return this.lefts[Math.max(0, Math.min(col, this.columns.length))] ?? 0;
  }

  get columnsWidth(): number {
    return this.left(this.columns.length);
  }

  /** Width of the frozen columns. */
  get frozenWidth(): number {
    return this.left(this.frozen);
  }

  /** Scrolled content below the header. */
  get totalHeight(): number {
    return this.rowCount * this.rowHeight + (this.canAddRow ? this.rowHeight : 0) + BOTTOM_PAD;
  }

  get totalWidth(): number {
    return this.rowNumberWidth + this.columnsWidth + (this.canAddColumn ? ADD_COLUMN_WIDTH : 0) + 24;
  }

  /** The column at a position of the sheet, -1 left of it, the number of columns right of it. */
  columnAt(x: number): number {
    if (x < 0) return -1;
    let low = 0;
    let high = this.columns.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.lefts[middle + 1] ?? 0) <= x) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The row at a position of the sheet (below the header); may lie outside the rows. */
  rowAt(y: number): number {
    return Math.floor(y / this.rowHeight);
  }

  /** Rows that a viewport of `height` at `top` shows, `to` exclusive. */
  visibleRows(top: number, height: number): { from: number; to: number } {
    const from = Math.max(0, Math.min(this.rowCount, Math.floor(top / this.rowHeight)));
    const to = Math.max(from, Math.min(this.rowCount, Math.ceil((top + height) / this.rowHeight)));
    return { from, to };
  }

  /** Not frozen columns that lie at least partly between two positions of the sheet, `to` exclusive. */
  visibleColumns(left: number, width: number): { from: number; to: number } {
    const start = this.frozenWidth + left;
    const from = Math.max(this.frozen, Math.min(this.columns.length, this.columnAt(start)));
    const end = left + width;
    let to = from;
    while (to < this.columns.length && this.left(to) < end) to += 1;
    return { from, to };
  }

  /** A column's left edge on the screen. */
  screenX(col: number, scrollLeft: number): number {
    return this.rowNumberWidth + this.left(col) - (col < this.frozen ? 0 : scrollLeft);
  }

  screenY(row: number, scrollTop: number): number {
    return HEADER_HEIGHT + row * this.rowHeight - scrollTop;
  }

  rectOf(row: number, col: number, scrollLeft: number, scrollTop: number): Rect {
    return {
      x: this.screenX(col, scrollLeft),
      y: this.screenY(row, scrollTop),
      width: this.columns[col]?.width ?? 0,
      height: this.rowHeight,
    };
  }

  /** What the pointer is over, from the position inside the grid's box. */
  hit(x: number, y: number, scrollLeft: number, scrollTop: number): Hit {
    const inHeader = y < HEADER_HEIGHT;
    const row = inHeader ? -1 : this.rowAt(y - HEADER_HEIGHT + scrollTop);
    const sheetX = x - this.rowNumberWidth;
    const overFrozen = sheetX < this.frozenWidth;
    const col = this.columnAt(overFrozen ? sheetX : sheetX + scrollLeft);
    if (inHeader) return this.hitHeader(sheetX, overFrozen ? 0 : scrollLeft, col);
    if (row >= this.rowCount) {
      return row === this.rowCount && this.canAddRow ? { kind: "add_row" } : { kind: "none" };
    }
    if (x < this.rowNumberWidth) return { kind: "row_number", row };
    if (col >= this.columns.length) return { kind: "none" };
    return { kind: "cell", row, col };
  }

  private hitHeader(sheetX: number, scrollLeft: number, col: number): Hit {
    if (sheetX < 0) return { kind: "corner" };
    const x = sheetX + scrollLeft;
    const grip = 5;
    if (col < this.columns.length && this.left(col + 1) - x <= grip) return { kind: "resize", col };
    if (col > 0 && x - this.left(col) <= grip) return { kind: "resize", col: col - 1 };
    if (col >= this.columns.length) {
      return this.canAddColumn && x - this.columnsWidth < ADD_COLUMN_WIDTH ? { kind: "add_column" } : { kind: "none" };
    }
    if (this.left(col + 1) - x <= 30) return { kind: "header_menu", col };
    return { kind: "header", col };
  }
}

export type Hit =
  | { kind: "none" | "corner" | "add_row" | "add_column" }
  | { kind: "cell"; row: number; col: number }
  | { kind: "row_number" | "group"; row: number }
  | { kind: "header" | "header_menu" | "resize"; col: number };

/** The range between two corners in any order. */
export function rangeOf(a: { row: number; col: number }, b: { row: number; col: number }): Range {
  return {
    r0: Math.min(a.row, b.row),
    c0: Math.min(a.col, b.col),
    r1: Math.max(a.row, b.row),
    c1: Math.max(a.col, b.col),
  };
}

export function contains(range: Range, row: number, col: number): boolean {
  return row >= range.r0 && row <= range.r1 && col >= range.c0 && col <= range.c1;
}

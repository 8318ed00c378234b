/**
 * What is selected: an active cell, an anchor and rectangles; how keys and clicks move them.
 *
 * Main type: [`Selection`] (pure). Law: rows are remembered by id too, so that live inserts above do not move the
 * selection to other records (`remember`, `follow`). Tests: select.test.ts.
 */
import { contains, rangeOf } from "./layout";
import type { CellAt, Range } from "./types";

export type Move = "up" | "down" | "left" | "right" | "home" | "end" | "top" | "bottom" | "page_up" | "page_down";

/** The size of the sheet and what cells are empty, for jumps. */
export interface SheetShape {
  rowCount: number;
  colCount: number;
  pageRows: number;
  /** Undefined: not loaded. */
  isBlank(row: number, col: number): boolean | undefined;
}

interface Ids {
  active: string | undefined;
  anchor: string | undefined;
  head: string | undefined;
}

/** How far a Ctrl+arrow looks row by row before it takes the end of the sheet. */
const JUMP_LIMIT = 20_000;

export class Selection {
  active: CellAt | null = null;
  /** The corner that stays while Shift extends; the head is the other one. */
  private anchor: CellAt | null = null;
  private head: CellAt | null = null;
  /** The last rectangle is the one that is being made. */
  ranges: Range[] = [];
  /** Where Tab started in this row, for Enter to return to. */
  private tabFrom: number | null = null;
  private ids: Ids = { active: undefined, anchor: undefined, head: undefined };

  clear(): void {
    this.active = null;
    this.anchor = null;
    this.head = null;
    this.ranges = [];
    this.tabFrom = null;
  }

  /** One cell. */
  set(at: CellAt): void {
    this.active = { ...at };
    this.anchor = { ...at };
    this.head = { ...at };
    this.ranges = [rangeOf(at, at)];
    this.tabFrom = null;
  }

  setRange(range: Range, active: CellAt = { row: range.r0, col: range.c0 }): void {
    this.active = active;
    this.anchor = { row: range.r0, col: range.c0 };
    this.head = { row: range.r1, col: range.c1 };
    this.ranges = [range];
    this.tabFrom = null;
  }

  /** Shift+click and dragging: the last rectangle reaches to `to`. */
  extend(to: CellAt): void {
    if (!this.anchor) {
      this.set(to);
      return;
    }
    this.head = { ...to };
    this.ranges[Math.max(0, this.ranges.length - 1)] = rangeOf(this.anchor, to);
  }

  /** Ctrl+click: one more rectangle. */
  add(at: CellAt): void {
    this.ranges.push(rangeOf(at, at));
    this.active = { ...at };
    this.anchor = { ...at };
    this.head = { ...at };
  }

  selectRows(from: number, to: number, colCount: number, keep = false): void {
    const range = { r0: Math.min(from, to), c0: 0, r1: Math.max(from, to), c1: Math.max(0, colCount - 1) };
    if (keep) this.ranges.push(range);
    else this.ranges = [range];
    this.active = { row: from, col: 0 };
    this.anchor = { row: from, col: 0 };
    this.head = { row: to, col: range.c1 };
  }

  selectColumns(from: number, to: number, rowCount: number, keep = false): void {
    const range = { r0: 0, c0: Math.min(from, to), r1: Math.max(0, rowCount - 1), c1: Math.max(from, to) };
    if (keep) this.ranges.push(range);
    else this.ranges = [range];
    this.active = { row: 0, col: from };
    this.anchor = { row: 0, col: from };
    this.head = { row: range.r1, col: to };
  }

  /** Takes a whole row out or in, as the checkbox at the row number does. */
  toggleRow(row: number, colCount: number): void {
    const isWhole = (range: Range) => range.c0 === 0 && range.c1 >= colCount - 1;
    const wasChecked = this.ranges.some((range) => isWhole(range) && row >= range.r0 && row <= range.r1);
    const kept: Range[] = [];
    for (const range of this.ranges) {
      if (!isWhole(range)) continue;
      if (!wasChecked || row < range.r0 || row > range.r1) kept.push(range);
      else {
        if (range.r0 < row) kept.push({ ...range, r1: row - 1 });
        if (range.r1 > row) kept.push({ ...range, r0: row + 1 });
      }
    }
    if (!wasChecked) kept.push({ r0: row, r1: row, c0: 0, c1: colCount - 1 });
    this.ranges = kept;
    const last = kept.at(-1);
    this.active = last ? { row: wasChecked ? last.r0 : row, col: 0 } : null;
    this.anchor = this.active;
    this.head = last ? { row: last.r1, col: last.c1 } : null;
  }

  isRowChecked(row: number, colCount: number): boolean {
    return this.ranges.some((r) => r.c0 === 0 && r.c1 >= colCount - 1 && row >= r.r0 && row <= r.r1 && colCount > 1);
  }

  /** The rectangle that copying and pasting mean. */
  get main(): Range | null {
    return this.ranges.at(-1) ?? null;
  }

  has(row: number, col: number): boolean {
    return this.ranges.some((range) => contains(range, row, col));
  }

  get isSingle(): boolean {
    const range = this.ranges[0];
    return this.ranges.length === 1 && !!range && range.r0 === range.r1 && range.c0 === range.c1;
  }

  /** An arrow, Home, End, PageUp, PageDown; `extend` with Shift, `jump` with Ctrl. Returns the cell to show. */
  move(move: Move, shape: SheetShape, extend: boolean, jump: boolean): CellAt | null {
    if (shape.rowCount === 0 || shape.colCount === 0) return null;
    const from = (extend ? this.head : this.active) ?? { row: 0, col: 0 };
    const to = target(from, move, shape, jump);
    if (extend) this.extend(to);
    else this.set(to);
    return to;
  }

  /** Tab and Enter: inside a larger range they go round it, else they move on as in a spreadsheet. */
  step(key: "tab" | "enter", back: boolean, shape: SheetShape): CellAt | null {
    if (!this.active || shape.rowCount === 0) return null;
    if (!this.isSingle && this.main) return this.round(key, back);
    const { row, col } = this.active;
    const sign = back ? -1 : 1;
    if (key === "tab") {
      const start = this.tabFrom ?? col;
      let next = { row, col: col + sign };
      if (next.col >= shape.colCount) next = row + 1 < shape.rowCount ? { row: row + 1, col: 0 } : { row, col };
      if (next.col < 0) next = row > 0 ? { row: row - 1, col: shape.colCount - 1 } : { row, col };
      this.set(next);
      this.tabFrom = Math.min(start, next.col);
      return next;
    }
    const returnCol = this.tabFrom ?? col;
    const next = { row: clamp(row + sign, 0, shape.rowCount - 1), col: back ? col : returnCol };
    this.set(next);
    return next;
  }

  private round(key: "tab" | "enter", back: boolean): CellAt | null {
    const range = this.main;
    if (!range || !this.active) return null;
    const width = range.c1 - range.c0 + 1;
    const height = range.r1 - range.r0 + 1;
    const row = clamp(this.active.row, range.r0, range.r1) - range.r0;
    const col = clamp(this.active.col, range.c0, range.c1) - range.c0;
    const n = width * height;
    const at = key === "tab" ? row * width + col : col * height + row;
    const next = (at + (back ? -1 : 1) + n) % n;
    this.active =
      key === "tab"
        ? { row: range.r0 + Math.floor(next / width), col: range.c0 + (next % width) }
        : { row: range.r0 + (next % height), col: range.c0 + Math.floor(next / height) };
    return this.active;
  }

  /** Notes the record ids of what is selected. */
  remember(idOf: (row: number) => string | undefined): void {
    const id = (at: CellAt | null) => (at ? idOf(at.row) : undefined);
    this.ids = { active: id(this.active), anchor: id(this.anchor), head: id(this.head) };
  }

  /** Records came or went: the selection follows its records where they are known. True if it moved. */
  follow(rowOf: (id: string) => number | undefined, rowCount: number, colCount: number): boolean {
    const before = this.active?.row;
    const shift = this.shiftOf(rowOf);
    if (shift !== 0) {
      const isWholeColumn = (range: Range) => range.r0 === 0 && range.r1 >= rowCount - 1 - Math.abs(shift);
      this.ranges = this.ranges.map((range) =>
        isWholeColumn(range) && range.r1 > range.r0 ? range : { ...range, r0: range.r0 + shift, r1: range.r1 + shift },
      );
      for (const at of new Set([this.active, this.anchor, this.head])) if (at) at.row += shift;
    }
    this.clip(rowCount, colCount);
    return before !== this.active?.row;
  }

  private shiftOf(rowOf: (id: string) => number | undefined): number {
    const pairs = [
      [this.active, this.ids.active],
      [this.anchor, this.ids.anchor],
      [this.head, this.ids.head],
    ] as const;
    for (const [at, id] of pairs) {
      const row = id === undefined ? undefined : rowOf(id);
      if (at && row !== undefined) return row - at.row;
    }
    return 0;
  }

  private clip(rowCount: number, colCount: number): void {
    if (rowCount === 0 || colCount === 0) {
      this.clear();
      return;
    }
    const inside = (at: CellAt | null) =>
      at && { row: clamp(at.row, 0, rowCount - 1), col: clamp(at.col, 0, colCount - 1) };
    this.active = inside(this.active);
    this.anchor = inside(this.anchor);
    this.head = inside(this.head);
    this.ranges = this.ranges
      .filter((range) => range.r0 < rowCount && range.c0 < colCount && range.r1 >= 0)
      .map((range) => ({
        r0: Math.max(0, range.r0),
        c0: range.c0,
        r1: Math.min(range.r1, rowCount - 1),
        c1: Math.min(range.c1, colCount - 1),
      }));
    if (this.active && this.ranges.length === 0) this.ranges = [rangeOf(this.active, this.active)];
  }
}

function target(from: CellAt, move: Move, shape: SheetShape, jump: boolean): CellAt {
  const lastRow = shape.rowCount - 1;
  const lastCol = shape.colCount - 1;
  const { row, col } = from;
  switch (move) {
    case "up":
      return { row: jump ? edge(from, -1, 0, shape).row : Math.max(0, row - 1), col };
    case "down":
      return { row: jump ? edge(from, 1, 0, shape).row : Math.min(lastRow, row + 1), col };
    case "left":
      return { row, col: jump ? edge(from, 0, -1, shape).col : Math.max(0, col - 1) };
    case "right":
      return { row, col: jump ? edge(from, 0, 1, shape).col : Math.min(lastCol, col + 1) };
    case "home":
      return jump ? { row: 0, col: 0 } : { row, col: 0 };
    case "end":
      return jump ? { row: lastRow, col: lastCol } : { row, col: lastCol };
    case "top":
      return { row: 0, col };
    case "bottom":
      return { row: lastRow, col };
    case "page_up":
      return { row: Math.max(0, row - shape.pageRows), col };
    case "page_down":
      return { row: Math.min(lastRow, row + shape.pageRows), col };
  }
}

/** Ctrl+arrow as in a spreadsheet: the end of a filled run, or the start of the next one; what is not loaded counts as filled. */
function edge(from: CellAt, dr: number, dc: number, shape: SheetShape): CellAt {
  const inside = (row: number, col: number) => row >= 0 && col >= 0 && row < shape.rowCount && col < shape.colCount;
  const last = {
    row: dr < 0 ? 0 : dr > 0 ? shape.rowCount - 1 : from.row,
    col: dc < 0 ? 0 : dc > 0 ? shape.colCount - 1 : from.col,
  };
  let row = from.row + dr;
  let col = from.col + dc;
  if (!inside(row, col)) return from;
  const startsBlank = shape.isBlank(from.row, from.col) === true;
  const seeksFilled = startsBlank || shape.isBlank(row, col) === true;
  for (let n = 0; n < JUMP_LIMIT; n += 1) {
    const blank = shape.isBlank(row, col);
    if (blank === undefined) return last;
    if (seeksFilled && !blank) return { row, col };
    if (!seeksFilled && !inside(row + dr, col + dc)) return { row, col };
    if (!seeksFilled && shape.isBlank(row + dr, col + dc) === true) return { row, col };
    if (!inside(row + dr, col + dc)) return { row, col };
    row += dr;
    col += dc;
  }
  return last;
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

/**
 * What keys, clicks and menus do to cells: open, toggle, clear, fill, menus.
 *
 * Law: nothing is changed here; every action ends in a callback of the owner. A read-only grid takes none.
 */
import { fillValues } from "./fill";
import type { Grid } from "./grid";
import { HEADER_HEIGHT } from "./layout";
import type { CellAt } from "./types";

/** Rows that one toggle may turn. */
const MAX_TOGGLED_ROWS = 40_000;

/** F2, double click, second tap. */
export function openActive(grid: Grid): void {
  const at = grid.selection.active;
  const column = at ? grid.layout.columns[at.col] : undefined;
  if (!at || !column) return;
  if (grid.source.groupAt?.(at.row)) {
    grid.options.onToggleGroup?.(at.row);
    return;
  }
  grid.reveal(at);
  // A popover of a read-only column may still show something (pictures, long texts).
  if (column.edit === "popover") grid.options.onOpenEditor?.(at, grid.clientRect(at));
  else if (column.edit === "toggle" || column.edit === "press") toggleActive(grid);
  else {
    const text = grid.source.editText(at.row, at.col);
    if (text !== undefined) {
      grid.editor.open(text);
      grid.focus();
    }
  }
}

/** Turns a checkbox or presses a button. */
export function toggleActive(grid: Grid): boolean {
  const at = grid.selection.active;
  const column = at ? grid.layout.columns[at.col] : undefined;
  if (at && grid.source.groupAt?.(at.row)) {
    grid.options.onToggleGroup?.(at.row);
    return true;
  }
  if (at && column?.edit === "press" && !grid.options.readonly && grid.source.idOf(at.row) !== undefined) {
    grid.options.onPress?.(at);
    return true;
  }
  if (!at || column?.edit !== "toggle" || column.readonly || grid.options.readonly) return false;
  const model = grid.source.cell(at.row, at.col);
  if (!model) return false;
  const checked = !(model.kind === "check" && model.checked);
  const cells: CellAt[] = [];
  const range = grid.selection.main;
  const isTall = range && range.c0 === at.col && range.c1 === at.col && range.r1 - range.r0 < MAX_TOGGLED_ROWS;
  if (range && isTall) for (let row = range.r0; row <= range.r1; row += 1) cells.push({ row, col: at.col });
  grid.options.onToggle?.(cells.length > 0 ? cells : [at], checked);
  return true;
}

/** Ctrl+Enter: the typed text goes to every selected cell. */
export function commitToSelection(grid: Grid): void {
  const { text } = grid.editor;
  const at = grid.editor.editing;
  const range = grid.selection.main;
  grid.editor.cancel();
  if (at && range) grid.options.onPaste?.([[{ text }]], at, range);
}

export function clearSelection(grid: Grid): void {
  if (grid.options.readonly || grid.selection.ranges.length === 0) return;
  grid.copied = null;
  grid.options.onClear?.(grid.selection.ranges.map((range) => ({ ...range })));
}

export function finishFill(grid: Grid, series: boolean): void {
  const from = grid.selection.main;
  const to = grid.fillTarget;
  grid.setFillTarget(null);
  if (!from || !to || grid.options.readonly) return;
  const values = () => fillValues(from, to, series, (row, col) => grid.source.editText(row, col));
  grid.options.onFill?.({ from, to, values });
  const all = {
    r0: Math.min(from.r0, to.r0),
    c0: Math.min(from.c0, to.c0),
    r1: Math.max(from.r1, to.r1),
    c1: Math.max(from.c1, to.c1),
  };
  grid.selection.setRange(all);
  grid.selectionChanged();
}

/** Ctrl+D and Ctrl+R: the first row (column) of the selection goes to the others. */
export function fillFromFirst(grid: Grid, way: "down" | "right"): void {
  const range = grid.selection.main;
  if (!range || grid.options.readonly) return;
  const from = way === "down" ? { ...range, r1: range.r0 } : { ...range, c1: range.c0 };
  const to = way === "down" ? { ...range, r0: range.r0 + 1 } : { ...range, c0: range.c0 + 1 };
  if (to.r0 > to.r1 || to.c0 > to.c1) return;
  grid.options.onFill?.({ from, to, values: () => fillValues(from, to, false, () => undefined) });
}

export function openHeaderMenu(grid: Grid, col: number): void {
  const box = grid.root.getBoundingClientRect();
  const x = box.left + grid.layout.screenX(col, grid.scroller.left);
  const width = grid.layout.columns[col]?.width ?? 0;
  grid.options.onHeaderMenu?.(col, new DOMRect(x, box.top, width, HEADER_HEIGHT));
}

export function openMenu(grid: Grid, cell: CellAt | null, x: number, y: number): void {
  grid.options.onContextMenu?.({ cell, x, y });
}

export function menuAtActive(grid: Grid): void {
  const at = grid.selection.active;
  if (!at) return;
  const rect = grid.clientRect(at);
  openMenu(grid, at, rect.left + rect.width / 2, rect.bottom);
}

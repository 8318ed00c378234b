/**
 * The clipboard events of the textarea: the selection out, a matrix in.
 *
 * Law: while a cell is edited the browser copies and pastes by itself; a copy with holes is refused, not made.
 */
import { printHtml, printText, readClipboard } from "./clipboard";
import type { Grid } from "./grid";
import type { PastedCell, Range } from "./types";

/** Rows that copying may take from the loaded ones. */
const MAX_COPIED_ROWS = 50_000;

export function copy(grid: Grid, event: ClipboardEvent, cut: boolean): void {
  if (grid.editor.editing || !event.clipboardData) return;
  event.preventDefault();
  const range = grid.selection.main;
  if (!range) return;
  const rows = copyRows(grid, range);
  if (!rows) return;
  event.clipboardData.setData("text/plain", printText(rows.map((row) => row.map((cell) => cell.text))));
  event.clipboardData.setData("text/html", printHtml(rows));
  if (cut && !grid.options.readonly) grid.options.onClear?.([{ ...range }]);
  grid.copied = { ...range };
  grid.paintSoon();
}

function copyRows(grid: Grid, range: Range): PastedCell[][] | null {
  const n = range.r1 - range.r0 + 1;
  if (n > MAX_COPIED_ROWS) {
    grid.options.onCopyRefused?.(n);
    return null;
  }
  const rows: PastedCell[][] = [];
  let nMissing = 0;
  for (let row = range.r0; row <= range.r1; row += 1) {
    const cells: PastedCell[] = [];
    for (let col = range.c0; col <= range.c1; col += 1) {
      const text = grid.source.copyText(row, col);
      const value = grid.source.clipValue?.(row, col);
      if (text === undefined) nMissing += 1;
      cells.push(value === undefined ? { text: text ?? "" } : { text: text ?? "", value });
    }
    rows.push(cells);
  }
  if (nMissing === 0) return rows;
  // A copy with holes would be a silent loss.
  grid.source.want?.(range.r0, range.r1);
  grid.options.onCopyRefused?.(nMissing);
  return null;
}

export function paste(grid: Grid, event: ClipboardEvent): void {
  if (grid.editor.editing || !event.clipboardData) return;
  event.preventDefault();
  const target = grid.selection.main;
  if (!target || grid.options.readonly) return;
  const matrix = readClipboard(event.clipboardData);
  const height = matrix.length;
  const width = Math.max(0, ...matrix.map((row) => row.length));
  if (height === 0 || width === 0) return;
  grid.copied = null;
  const at = { row: target.r0, col: target.c0 };
  grid.options.onPaste?.(matrix, at, { ...target });
  if (height === 1 && width === 1) return;
  const r1 = Math.min(grid.layout.rowCount - 1, at.row + height - 1);
  const c1 = Math.min(grid.layout.columns.length - 1, at.col + width - 1);
  grid.selection.setRange({ r0: at.row, c0: at.col, r1, c1 });
  grid.selectionChanged();
}

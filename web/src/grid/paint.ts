/**
 * Draws a frame of the sheet: cells in two panes (frozen, scrolling), selection, row numbers, header.
 *
 * In: a [`Frame`] with everything to be shown. Law: only damaged rows are repainted where nothing else moved; lines
 * fall on device pixels at every zoom. The header stands in paint-header.ts, cells in paint-cell.ts.
 */
import { paintHeads } from "./heads";
import { iconShape } from "./icons";
import { HEADER_HEIGHT, type Layout } from "./layout";
import { baselineOf, type Pen, paintCell, paintCheck, paintPlaceholder } from "./paint-cell";
import { paintHeader } from "./paint-header";
import { paintPeers } from "./paint-peers";
import type { Selection } from "./select";
import type { CellAt, GridSource, PeerMark, Range } from "./types";

export interface Hover {
  row: number;
  /** Header column, -1 none. */
  headerCol: number;
  part: "cell" | "group" | "row_number" | "header" | "header_menu" | "add_row" | "add_column" | "none";
}

export interface Frame {
  pen: Pen;
  layout: Layout;
  source: GridSource;
  selection: Selection;
  width: number;
  height: number;
  dpr: number;
  left: number;
  top: number;
  hover: Hover;
  isFocused: boolean;
  editing: CellAt | null;
  /** Where the fill handle's drag would put cells. */
  fill: Range | null;
  showsFillHandle: boolean;
  /** Screen x of the line where a dragged column would go, and of a column border being dragged. */
  guideX: number | null;
  drag: { col: number; x: number } | null;
  /** Copied cells have a dashed border until the next edit. */
  copied: Range | null;
  /** Where others are. */
  peers: readonly PeerMark[];
  addRowText: string;
}

/** Paints everything, or only the rows `from ..= to`. */
export function paintFrame(frame: Frame, rows: { from: number; to: number } | null): void {
  const { ctx } = frame.pen;
  ctx.setTransform(frame.dpr, 0, 0, frame.dpr, 0, 0);
  ctx.textBaseline = "alphabetic";
  ctx.font = frame.pen.theme.font;
  const visible = frame.layout.visibleRows(frame.top, frame.height - HEADER_HEIGHT);
  ctx.save();
  if (rows) {
    visible.from = Math.max(visible.from, rows.from);
    visible.to = Math.min(visible.to, rows.to + 1);
    const y0 = Math.max(HEADER_HEIGHT, frame.layout.screenY(rows.from, frame.top));
    const y1 = frame.layout.screenY(rows.to + 1, frame.top);
    ctx.beginPath();
    ctx.rect(0, y0, frame.width, Math.max(0, y1 - y0));
    ctx.clip();
  }
  paintBody(frame, visible, rows === null);
  ctx.restore();
  if (!rows) paintHeader(frame);
}

/** How much of the mark of a found cell is seen. */
const HIT_ALPHA = 0.28;

/** Nearest position that is a whole number of device pixels. */
export function snap(value: number, dpr: number): number {
  return Math.round(value * dpr) / dpr;
}

/** The thickness of a hairline: one CSS pixel as whole device pixels. */
export function hairline(dpr: number): number {
  return Math.max(1, Math.floor(dpr)) / dpr;
}

interface Pane {
  /** Columns `from .. to`. */
  from: number;
  to: number;
  /** Screen box. */
  x0: number;
  x1: number;
}

type Rows = { from: number; to: number };

function paintBody(frame: Frame, rows: Rows, isFull: boolean): void {
  const { pen, layout, width, height } = frame;
  const { ctx, theme } = pen;
  ctx.fillStyle = theme.paper;
  ctx.fillRect(0, HEADER_HEIGHT, width, height - HEADER_HEIGHT);
  const frozenEnd = layout.rowNumberWidth + layout.frozenWidth;
  const scrolling = layout.visibleColumns(frame.left, width - layout.rowNumberWidth);
  paintPane(frame, rows, { ...scrolling, x0: frozenEnd, x1: width });
  if (layout.frozen > 0) {
    ctx.fillStyle = theme.paper;
    const bottom = Math.min(height, layout.screenY(layout.rowCount, frame.top));
    ctx.fillRect(layout.rowNumberWidth, HEADER_HEIGHT, layout.frozenWidth, Math.max(0, bottom - HEADER_HEIGHT));
    paintPane(frame, rows, { from: 0, to: layout.frozen, x0: layout.rowNumberWidth, x1: Math.min(width, frozenEnd) });
    paintFrozenEdge(frame, frozenEnd, rows);
  }
  paintRowNumbers(frame, rows);
  paintHeads(frame, rows);
  if (isFull) paintAddRow(frame);
}

function paintPane(frame: Frame, rows: Rows, pane: Pane): void {
  const { ctx } = frame.pen;
  if (pane.x1 <= pane.x0) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(pane.x0, HEADER_HEIGHT, pane.x1 - pane.x0, frame.height - HEADER_HEIGHT);
  ctx.clip();
  paintBackgrounds(frame, rows, pane);
  paintCells(frame, rows, pane);
  paintLines(frame, rows, pane);
  paintPeers(frame, pane);
  paintSelectionEdges(frame, pane);
  ctx.restore();
}

/** Where a pane's cells end. The column after the frozen ones scrolls, so its place says nothing about them. */
function paneEnd(frame: Frame, pane: Pane): number {
  return pane.to <= frame.layout.frozen ? pane.x1 : Math.min(pane.x1, frame.layout.screenX(pane.to, frame.left));
}

function paintBackgrounds(frame: Frame, rows: Rows, pane: Pane): void {
  const { pen, layout, selection, hover } = frame;
  const { ctx, theme } = pen;
  const right = paneEnd(frame, pane);
  if (hover.row >= rows.from && hover.row < rows.to) {
    ctx.fillStyle = theme.hover;
    ctx.fillRect(pane.x0, layout.screenY(hover.row, frame.top), right - pane.x0, layout.rowHeight);
  }
  ctx.fillStyle = theme.selection;
  for (const range of selection.ranges) {
    const box = boxOf(frame, range, pane);
    if (box && !(selection.isSingle && frame.isFocused)) ctx.fillRect(box.x, box.y, box.width, box.height);
  }
  const { active } = selection;
  if (active && !selection.isSingle && active.col >= pane.from && active.col < pane.to) {
    const rect = layout.rectOf(active.row, active.col, frame.left, frame.top);
    ctx.fillStyle = theme.paper;
    ctx.fillRect(rect.x, rect.y, rect.width, rect.height);
  }
}

/** The part of a range that a pane shows, in screen pixels, cut near the screen. */
function boxOf(frame: Frame, range: Range, pane: Pane): { x: number; y: number; width: number; height: number } | null {
  const { layout } = frame;
  const c0 = Math.max(range.c0, pane.from < layout.frozen ? 0 : layout.frozen);
  const c1 = Math.min(range.c1, pane.from < layout.frozen ? layout.frozen - 1 : layout.columns.length - 1);
  if (c0 > c1) return null;
  const x = layout.screenX(c0, frame.left);
  const right = layout.screenX(c1, frame.left) + (layout.columns[c1]?.width ?? 0);
  const y = Math.max(layout.screenY(range.r0, frame.top), -100);
  const bottom = Math.min(layout.screenY(range.r1 + 1, frame.top), frame.height + 100);
  if (bottom <= y || right <= pane.x0 || x >= pane.x1) return null;
  return { x, y, width: right - x, height: bottom - y };
}

function paintCells(frame: Frame, rows: Rows, pane: Pane): void {
  const { pen, layout, source, editing } = frame;
  for (let row = rows.from; row < rows.to; row += 1) {
    const y = snap(layout.screenY(row, frame.top), frame.dpr);
    for (let col = pane.from; col < pane.to; col += 1) {
      const column = layout.columns[col];
      if (!column) continue;
      if (editing && editing.row === row && editing.col === col) continue;
      const x = snap(layout.screenX(col, frame.left), frame.dpr);
      if (source.isHit?.(row, col)) {
        pen.ctx.globalAlpha = HIT_ALPHA;
        pen.ctx.fillStyle = pen.theme.star;
        pen.ctx.fillRect(x, y, column.width, layout.rowHeight);
        pen.ctx.globalAlpha = 1;
      }
      const model = source.cell(row, col);
      if (!model) paintPlaceholder(pen, column, row, x, y, layout.rowHeight);
      else if (model.kind !== "blank" || model.mark || model.ai) {
        paintCell(pen, model, column, x, y, column.width, layout.rowHeight);
      }
    }
  }
}

function paintLines(frame: Frame, rows: Rows, pane: Pane): void {
  const { pen, layout, dpr } = frame;
  const { ctx, theme } = pen;
  const thin = hairline(dpr);
  const right = paneEnd(frame, pane);
  const top = layout.screenY(rows.from, frame.top);
  const bottom = layout.screenY(rows.to, frame.top);
  ctx.fillStyle = theme.line;
  for (let row = rows.from; row < rows.to; row += 1) {
    ctx.fillRect(pane.x0, snap(layout.screenY(row + 1, frame.top), dpr) - thin, right - pane.x0, thin);
  }
  for (let col = pane.from; col < pane.to; col += 1) {
    const x = snap(layout.screenX(col, frame.left) + (layout.columns[col]?.width ?? 0), dpr) - thin;
    ctx.fillRect(x, top, thin, bottom - top);
  }
}

function paintSelectionEdges(frame: Frame, pane: Pane): void {
  const { pen, layout, selection, dpr } = frame;
  const { ctx, theme } = pen;
  ctx.strokeStyle = theme.jade;
  for (const range of selection.ranges) {
    const box = boxOf(frame, range, pane);
    if (!box || selection.isSingle) continue;
    ctx.lineWidth = hairline(dpr);
    strokeInside(frame, box, ctx.lineWidth);
  }
  if (frame.copied) {
    const box = boxOf(frame, frame.copied, pane);
    if (box) {
      ctx.setLineDash([4, 3]);
      ctx.lineWidth = 1.5;
      strokeInside(frame, box, 1.5);
      ctx.setLineDash([]);
    }
  }
  if (frame.fill) {
    const box = boxOf(frame, frame.fill, pane);
    if (box) {
      ctx.setLineDash([3, 3]);
      ctx.lineWidth = hairline(dpr);
      strokeInside(frame, box, ctx.lineWidth);
      ctx.setLineDash([]);
    }
  }
  const { active } = selection;
  if (active && active.col >= pane.from && active.col < pane.to) {
    const rect = layout.rectOf(active.row, active.col, frame.left, frame.top);
    ctx.strokeStyle = frame.isFocused ? theme.jade : theme.ink3;
    ctx.lineWidth = 2;
    strokeInside(
      frame,
      {
        x: rect.x - hairline(dpr),
        y: rect.y - hairline(dpr),
        width: rect.width + hairline(dpr),
        height: rect.height + hairline(dpr),
      },
      2,
    );
  }
  paintFillHandle(frame, pane);
}

function strokeInside(frame: Frame, box: { x: number; y: number; width: number; height: number }, line: number): void {
  const { dpr, pen } = frame;
  const x = snap(box.x, dpr);
  const y = snap(box.y, dpr);
  const width = snap(box.x + box.width, dpr) - x;
  const height = snap(box.y + box.height, dpr) - y;
  pen.ctx.strokeRect(x + line / 2, y + line / 2, width - line, height - line);
}

/** Where the fill handle's middle is; null: not shown. */
export function fillHandleAt(frame: Pick<Frame, "selection" | "layout" | "left" | "top" | "showsFillHandle">): {
  x: number;
  y: number;
  col: number;
} | null {
  const { selection, layout } = frame;
  const range = selection.main;
  if (!frame.showsFillHandle || !range || selection.ranges.length !== 1) return null;
  const x = layout.screenX(range.c1, frame.left) + (layout.columns[range.c1]?.width ?? 0);
  return { x: x - 1, y: layout.screenY(range.r1 + 1, frame.top) - 1, col: range.c1 };
}

function paintFillHandle(frame: Frame, pane: Pane): void {
  const at = frame.editing ? null : fillHandleAt(frame);
  if (!at || at.col < pane.from || at.col >= pane.to) return;
  const { ctx, theme } = frame.pen;
  const x = snap(at.x, frame.dpr);
  const y = snap(at.y, frame.dpr);
  ctx.fillStyle = theme.paper;
  ctx.fillRect(x - 5, y - 5, 9, 9);
  ctx.fillStyle = theme.jade;
  ctx.fillRect(x - 4, y - 4, 7, 7);
}

function paintFrozenEdge(frame: Frame, x: number, rows: Rows): void {
  const { pen, layout } = frame;
  const bottom = Math.min(frame.height, layout.screenY(rows.to, frame.top));
  pen.ctx.fillStyle = frame.left > 0 ? pen.theme.ink3 : pen.theme.line;
  const thin = hairline(frame.dpr);
  pen.ctx.fillRect(snap(x, frame.dpr) - thin, HEADER_HEIGHT, thin, bottom - HEADER_HEIGHT);
}

function paintRowNumbers(frame: Frame, rows: Rows): void {
  const { pen, layout, selection, hover, dpr } = frame;
  const { ctx, theme, small } = pen;
  const width = layout.rowNumberWidth;
  const thin = hairline(dpr);
  const nCols = layout.columns.length;
  ctx.font = theme.fontSmall;
  for (let row = rows.from; row < rows.to; row += 1) {
    const y = snap(layout.screenY(row, frame.top), dpr);
    const isChecked = selection.isRowChecked(row, nCols);
    const isTouched = selection.active?.row === row || isChecked;
    const isHovered = hover.row === row;
    ctx.fillStyle = isChecked ? theme.selection : isHovered ? theme.hover : theme.paper;
    ctx.fillRect(0, y, width, layout.rowHeight);
    if (isChecked || isHovered) {
      paintCheck(pen, isChecked, 18, y + layout.rowHeight / 2);
      if (isHovered) paintExpand(frame, width - 23, y + layout.rowHeight / 2 - 8);
    } else {
      const label = frame.source.rowLabel?.(row) ?? String(row + 1);
      ctx.fillStyle = isTouched ? theme.jade : theme.ink3;
      ctx.fillText(label, (width - small.width(label)) / 2, baselineOf(y, layout.rowHeight));
    }
    ctx.fillStyle = theme.line;
    ctx.fillRect(0, snap(layout.screenY(row + 1, frame.top), dpr) - thin, width, thin);
  }
  ctx.fillStyle = theme.line;
  const top = layout.screenY(rows.from, frame.top);
  ctx.fillRect(width - thin, top, thin, layout.screenY(rows.to, frame.top) - top);
  ctx.font = theme.font;
}

function paintExpand(frame: Frame, x: number, y: number): void {
  const { ctx, theme } = frame.pen;
  ctx.save();
  ctx.translate(x, Math.round(y));
  ctx.strokeStyle = theme.ink2;
  ctx.lineWidth = 1.4;
  ctx.stroke(iconShape("expand"));
  ctx.restore();
}

function paintAddRow(frame: Frame): void {
  const { pen, layout, dpr, hover } = frame;
  if (!layout.canAddRow) return;
  const y = snap(layout.screenY(layout.rowCount, frame.top), dpr);
  if (y > frame.height) return;
  const { ctx, theme } = pen;
  const right = Math.min(frame.width, layout.rowNumberWidth + layout.columnsWidth - frame.left);
  const height = Math.min(layout.rowHeight, 40);
  if (hover.part === "add_row") {
    ctx.fillStyle = theme.hover;
    ctx.fillRect(0, y, right, height);
  }
  ctx.fillStyle = theme.line;
  const thin = hairline(dpr);
  ctx.fillRect(0, y + height - thin, right, thin);
  ctx.save();
  ctx.translate(layout.rowNumberWidth / 2 - 8, Math.round(y + height / 2 - 8));
  ctx.strokeStyle = hover.part === "add_row" ? theme.ink1 : theme.ink3;
  ctx.lineWidth = 1.5;
  ctx.stroke(iconShape("plus"));
  ctx.restore();
  if (hover.part === "add_row") {
    ctx.fillStyle = theme.ink2;
    ctx.fillText(frame.addRowText, layout.rowNumberWidth + 8, baselineOf(y, height));
  }
}

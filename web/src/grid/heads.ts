/**
 * Heads of groups: bands across the sheet that say what the rows below have in common, and their sums.
 *
 * In: what the source says of a row (`groupAt`). Law: a head has no cells: it lies over them, does not move
 * sideways, and its values stand in their columns where the label leaves room.
 */
import { iconShape } from "./icons";
import type { Hit } from "./layout";
import type { Frame } from "./paint";
import { baselineOf, PAD } from "./paint-cell";
import { tintOf } from "./theme";
import type { GridSource, GroupHead } from "./types";

/** CSS pixels that each level stands further right. */
const INDENT = 18;
const CHEVRON = 16;
const CHIP = 20;

/** A hit on a row that is a head. */
export function withHeads(hit: Hit, source: GridSource): Hit {
  const isRow = hit.kind === "cell" || hit.kind === "row_number";
  return isRow && source.groupAt?.(hit.row) ? { kind: "group", row: hit.row } : hit;
}

export function paintHeads(frame: Frame, rows: { from: number; to: number }): void {
  const { source, pen, layout } = frame;
  if (!source.groupAt) return;
  for (let row = rows.from; row < rows.to; row += 1) {
    const head = source.groupAt(row);
    if (head) paintHead(frame, head, row, layout.screenY(row, frame.top));
  }
  pen.ctx.font = pen.theme.font;
}

function paintHead(frame: Frame, head: GroupHead, row: number, y: number): void {
  const { pen, layout, hover, selection } = frame;
  const { ctx, theme } = pen;
  const height = layout.rowHeight;
  const sheet = layout.rowNumberWidth + layout.columnsWidth - frame.left;
  const right = Math.min(frame.width, Math.max(sheet, layout.rowNumberWidth));
  ctx.fillStyle = hover.row === row ? theme.headerSelected : theme.paper2;
  ctx.fillRect(0, y, right, height);
  ctx.fillStyle = theme.line;
  ctx.fillRect(0, y + height - 1, right, 1);
  if (selection.active?.row === row) {
    ctx.fillStyle = theme.jade;
    ctx.fillRect(0, y, 3, height - 1);
  }
  const end = paintLabel(frame, head, 10 + head.depth * INDENT, y, right);
  paintValues(frame, head, end + PAD, y);
}

/** Gives where the label ends. */
function paintLabel(frame: Frame, head: GroupHead, x: number, y: number, right: number): number {
  const { pen, layout } = frame;
  const { ctx, theme, small, text } = pen;
  const height = layout.rowHeight;
  const base = baselineOf(y, height);
  paintChevron(frame, head.isCollapsed, x, y + height / 2);
  let left = x + CHEVRON + 6;
  ctx.font = theme.fontSmall;
  ctx.fillStyle = theme.ink3;
  const title = small.fit(head.title, Math.max(0, Math.min(120, right - left - 60)));
  ctx.fillText(title, left, base);
  left += small.width(title) + 8;
  const room = Math.max(0, right - left - small.width(head.count) - 16);
  if (head.color === undefined) {
    ctx.font = theme.fontBold;
    ctx.fillStyle = theme.ink1;
    const label = text.fit(head.label, room);
    ctx.fillText(label, left, base);
    left += ctx.measureText(label).width + 10;
  } else {
    const tint = tintOf(theme, head.color);
    const label = small.fit(head.label, room - 16);
    const width = small.width(label) + 16;
    ctx.fillStyle = tint.fill;
    ctx.beginPath();
    ctx.roundRect(left, y + (height - CHIP) / 2, width, CHIP, 4);
    ctx.fill();
    ctx.fillStyle = tint.ink;
    ctx.fillText(label, left + 8, base);
    left += width + 10;
  }
  ctx.font = theme.fontSmall;
  ctx.fillStyle = theme.ink3;
  ctx.fillText(head.count, left, base);
  return left + small.width(head.count);
}

function paintChevron(frame: Frame, isCollapsed: boolean, x: number, middle: number): void {
  const { ctx, theme } = frame.pen;
  ctx.save();
  ctx.translate(x + CHEVRON / 2, Math.round(middle));
  if (isCollapsed) ctx.rotate(-Math.PI / 2);
  ctx.translate(-8, -8);
  ctx.strokeStyle = theme.ink2;
  ctx.lineWidth = 1.5;
  ctx.stroke(iconShape("menu"));
  ctx.restore();
}

function paintValues(frame: Frame, head: GroupHead, after: number, y: number): void {
  const { pen, layout } = frame;
  const { ctx, theme, small } = pen;
  const frozenEnd = layout.rowNumberWidth + layout.frozenWidth;
  ctx.font = theme.fontSmall;
  ctx.fillStyle = theme.ink1;
  layout.columns.forEach((column, col) => {
    const value = head.values.get(column.key);
    if (value === undefined) return;
    const x = layout.screenX(col, frame.left);
    const shown = small.fit(value, column.width - 2 * PAD);
    const left = column.align === "right" ? x + column.width - PAD - small.width(shown) : x + PAD;
    const from = col < layout.frozen ? after : Math.max(after, frozenEnd);
    if (left >= from && left < frame.width) ctx.fillText(shown, left, baselineOf(y, layout.rowHeight));
  });
}

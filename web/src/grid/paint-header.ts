/** Draws the header: type icon, field name, menu arrow, warnings, the plus for a new field, drag guides. */
import { iconShape } from "./icons";
import { ADD_COLUMN_WIDTH, HEADER_HEIGHT } from "./layout";
import { type Frame, hairline, snap } from "./paint";
import { paintCheck } from "./paint-cell";

const BASELINE = 22.5;

export function paintHeader(frame: Frame): void {
  const { pen, layout, width } = frame;
  const { ctx, theme } = pen;
  ctx.fillStyle = theme.paper2;
  ctx.fillRect(0, 0, width, HEADER_HEIGHT);
  const frozenEnd = layout.rowNumberWidth + layout.frozenWidth;
  const scrolling = layout.visibleColumns(frame.left, width - layout.rowNumberWidth);
  ctx.save();
  ctx.beginPath();
  ctx.rect(frozenEnd, 0, Math.max(0, width - frozenEnd), HEADER_HEIGHT);
  ctx.clip();
  for (let col = scrolling.from; col < scrolling.to; col += 1) paintColumn(frame, col);
  if (layout.canAddColumn) paintAddColumn(frame);
  ctx.restore();
  for (let col = 0; col < layout.frozen; col += 1) paintColumn(frame, col);
  paintCorner(frame);
  const thin = hairline(frame.dpr);
  if (layout.frozen > 0 && frame.left > 0) {
    ctx.fillStyle = theme.ink3;
    ctx.fillRect(snap(frozenEnd, frame.dpr) - thin, 0, thin, HEADER_HEIGHT);
  }
  ctx.fillStyle = theme.line;
  ctx.fillRect(0, HEADER_HEIGHT - thin, width, thin);
  paintGuides(frame);
}

function isColumnSelected(frame: Frame, col: number): boolean {
  const lastRow = frame.layout.rowCount - 1;
  return frame.selection.ranges.some(
    (r) => r.r0 === 0 && r.r1 >= lastRow && lastRow >= 0 && col >= r.c0 && col <= r.c1,
  );
}

function isColumnTouched(frame: Frame, col: number): boolean {
  return frame.selection.ranges.some((r) => col >= r.c0 && col <= r.c1);
}

function paintColumn(frame: Frame, col: number): void {
  const { pen, layout, dpr, hover } = frame;
  const { ctx, theme, text } = pen;
  const column = layout.columns[col];
  if (!column) return;
  const x = snap(layout.screenX(col, frame.left), dpr);
  const right = snap(layout.screenX(col, frame.left) + column.width, dpr);
  const isHovered = hover.headerCol === col;
  ctx.fillStyle = isColumnSelected(frame, col) ? theme.headerSelected : theme.paper2;
  ctx.fillRect(x, 0, right - x, HEADER_HEIGHT);
  if (column.ai) {
    ctx.fillStyle = theme.violet;
    ctx.fillRect(x, 8, 2, HEADER_HEIGHT - 16);
  }
  icon(frame, column.ai ? "spark" : column.icon, x + 8, 10, column.ai ? theme.violet : theme.ink3);
  let room = right - x - 30 - 8;
  if (isHovered) {
    icon(frame, "menu", right - 24, 10, hover.part === "header_menu" ? theme.ink1 : theme.ink3);
    room -= 18;
  } else if (column.warnings) {
    const label = String(column.warnings);
    const width = text.width(label);
    ctx.fillStyle = theme.amber;
    ctx.fillText(label, right - 8 - width, BASELINE);
    room -= width + 6;
  }
  ctx.fillStyle = isColumnTouched(frame, col) ? theme.ink1 : theme.ink2;
  ctx.fillText(text.fit(column.title, room), x + 30, BASELINE);
  ctx.fillStyle = theme.line;
  const thin = hairline(dpr);
  ctx.fillRect(right - thin, 0, thin, HEADER_HEIGHT);
}

function icon(frame: Frame, name: string, x: number, y: number, color: string): void {
  const { ctx } = frame.pen;
  ctx.save();
  ctx.translate(x, y);
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.5;
  ctx.lineCap = "round";
  ctx.lineJoin = "round";
  ctx.stroke(iconShape(name));
  ctx.restore();
}

function paintAddColumn(frame: Frame): void {
  const { layout, pen, hover } = frame;
  const x = layout.rowNumberWidth + layout.columnsWidth - frame.left;
  if (x > frame.width) return;
  const isHovered = hover.part === "add_column";
  if (isHovered) {
    pen.ctx.fillStyle = pen.theme.headerSelected;
    pen.ctx.fillRect(x, 0, ADD_COLUMN_WIDTH, HEADER_HEIGHT);
  }
  icon(frame, "plus", x + ADD_COLUMN_WIDTH / 2 - 8, 10, isHovered ? pen.theme.ink1 : pen.theme.ink3);
}

function paintCorner(frame: Frame): void {
  const { layout, pen, selection, dpr } = frame;
  const { ctx, theme } = pen;
  ctx.fillStyle = theme.paper2;
  ctx.fillRect(0, 0, layout.rowNumberWidth, HEADER_HEIGHT);
  const main = selection.main;
  const isAll =
    layout.rowCount > 0 &&
    layout.columns.length > 0 &&
    main !== null &&
    main.r0 === 0 &&
    main.c0 === 0 &&
    main.r1 >= layout.rowCount - 1 &&
    main.c1 >= layout.columns.length - 1;
  if (layout.rowCount > 0) paintCheck(pen, isAll, 18, HEADER_HEIGHT / 2);
  ctx.fillStyle = theme.line;
  const thin = hairline(dpr);
  ctx.fillRect(layout.rowNumberWidth - thin, 0, thin, HEADER_HEIGHT);
}

function paintGuides(frame: Frame): void {
  const { pen, layout } = frame;
  const { ctx, theme } = pen;
  if (frame.drag) {
    const column = layout.columns[frame.drag.col];
    if (column) {
      ctx.globalAlpha = 0.85;
      ctx.fillStyle = theme.headerSelected;
      ctx.fillRect(frame.drag.x, 0, column.width, HEADER_HEIGHT);
      ctx.fillStyle = theme.ink1;
      ctx.fillText(pen.text.fit(column.title, column.width - 40), frame.drag.x + 30, BASELINE);
      ctx.globalAlpha = 1;
    }
  }
  if (frame.guideX !== null) {
    ctx.fillStyle = theme.jade;
    ctx.fillRect(snap(frame.guideX, frame.dpr) - 1, 0, 2, frame.height);
  }
}

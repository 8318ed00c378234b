/**
 * Draws one cell: text, numbers, chips, pictures, checkboxes, links, errors, misfits, AI marks.
 *
 * In: a model and a box in CSS pixels. Law: nothing is allocated that a frame could avoid; what does not fit is
 * shortened or clipped, never drawn over the neighbour.
 */
import { iconShape } from "./icons";
import type { ImageCache } from "./images";
import type { TextCache } from "./text";
import { type Theme, tintOf } from "./theme";
import type { Align, CellMark, CellModel, GridColumn } from "./types";

export const PAD = 8;
const LINE_HEIGHT = 18;

export interface Pen {
  ctx: CanvasRenderingContext2D;
  theme: Theme;
  text: TextCache;
  small: TextCache;
  images: ImageCache;
  /** Milliseconds, for the dot that fills. */
  now: number;
  /** Set where something moves and another frame is wanted. */
  moves: boolean;
}

export function paintCell(
  pen: Pen,
  model: CellModel,
  column: GridColumn,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const markRoom = model.mark ? 14 : 0;
  const left = x + PAD;
  const room = width - 2 * PAD - markRoom;
  if (room > 4) {
    switch (model.kind) {
      case "text":
        paintText(pen, model.text, model.tone ?? "plain", column.align, left, y, room, height);
        break;
      case "number":
        paintNumber(pen, model, left, y, room, height);
        break;
      case "check":
        paintCheck(pen, model.checked, x + width / 2, y + height / 2);
        break;
      case "button":
        paintButton(pen, model.label, x, y, width, height);
        break;
      case "rating":
        paintRating(pen, model.value, model.max, left, y, room, height);
        break;
      case "progress":
        paintProgress(pen, model.share, model.text, left, y, room, height);
        break;
      case "chips":
        paintChips(pen, model.chips, left, y, room, height);
        break;
      case "images":
        paintImages(pen, model.images, left, y, room, height);
        break;
      case "pending":
        paintBar(pen, left, y, Math.min(room, 56), height);
        break;
      default:
        break;
    }
  }
  if (model.ai) {
    pen.ctx.fillStyle = pen.theme.violet;
    pen.ctx.fillRect(x, y, 2, height);
  }
  if (model.mark) paintMark(pen, model.mark, x, y, width, height);
}

/** What is not loaded yet. */
export function paintPlaceholder(
  pen: Pen,
  column: GridColumn,
  row: number,
  x: number,
  y: number,
  height: number,
): void {
  const room = column.width - 2 * PAD;
  const share = 0.35 + 0.5 * (((row * 7 + column.width) % 11) / 11);
  const width = Math.max(16, room * (column.align === "right" ? share * 0.6 : share));
  const left = column.align === "right" ? x + column.width - PAD - width : x + PAD;
  paintBar(pen, left, y, Math.min(width, room), height);
}

function paintBar({ ctx, theme }: Pen, x: number, y: number, width: number, height: number): void {
  const top = middle(y, height, 10);
  ctx.fillStyle = theme.placeholder;
  ctx.beginPath();
  ctx.roundRect(x, top, width, 10, 3);
  ctx.fill();
}

/** Content of tall rows starts at the top, of others it stands in the middle. */
function middle(y: number, height: number, size: number): number {
  return Math.round(y + (height - size) / 2);
}

function paintText(
  pen: Pen,
  value: string,
  tone: "plain" | "link" | "error" | "misfit" | "dim",
  align: Align,
  x: number,
  y: number,
  room: number,
  height: number,
): void {
  const { ctx, theme } = pen;
  ctx.fillStyle =
    tone === "link" ? theme.jade : tone === "error" ? theme.cinnabar : tone === "dim" ? theme.ink3 : theme.ink1;
  const nLines = Math.floor((height - 8) / LINE_HEIGHT);
  if (nLines >= 2) {
    const lines = pen.text.wrap(value, room, nLines);
    // One line stays in the middle: rows with pictures read as one row.
    const top = y + (height - lines.length * LINE_HEIGHT) / 2;
    for (let at = 0; at < lines.length; at += 1) {
      const line = lines[at] ?? "";
      const baseline = Math.round(top + at * LINE_HEIGHT + 13.5);
      paintLine(pen, line, tone, align, x, baseline, room);
    }
    return;
  }
  paintLine(pen, pen.text.fit(value, room), tone, align, x, baselineOf(y, height), room);
}

function paintLine(
  pen: Pen,
  line: string,
  tone: "plain" | "link" | "error" | "misfit" | "dim",
  align: Align,
  x: number,
  baseline: number,
  room: number,
): void {
  const { ctx } = pen;
  const isMarked = tone === "misfit" || tone === "link";
  const width = align === "left" && !isMarked ? 0 : pen.text.width(line);
  const start = align === "right" ? x + room - width : align === "center" ? x + (room - width) / 2 : x;
  ctx.fillText(line, start, baseline);
  if (tone === "misfit") dotted(pen, start, baseline + 3, width, pen.theme.amber);
}

function dotted({ ctx }: Pen, x: number, y: number, width: number, color: string): void {
  ctx.fillStyle = color;
  const from = Math.round(x);
  for (let at = 0; at < width; at += 3) ctx.fillRect(from + at, y, 1.5, 1.5);
}

/** The baseline of one line in the middle of a row; whole pixels keep the text sharp. */
export function baselineOf(y: number, height: number): number {
  return Math.round(y + height / 2 + 4.5);
}

function paintNumber(
  pen: Pen,
  model: Extract<CellModel, { kind: "number" }>,
  x: number,
  y: number,
  room: number,
  height: number,
): void {
  const { ctx, theme, text } = pen;
  const baseline = baselineOf(y, height);
  const prefix = model.prefix ? text.width(model.prefix) + 2 : 0;
  const suffix = model.suffix ? text.width(model.suffix) + 2 : 0;
  const width = text.width(model.text);
  let right = x + room;
  if (width + prefix + suffix > room) {
    // A cut number would be a wrong number: it is shown as Excel does, or without its unit.
    const fits = width <= room;
    ctx.fillStyle = fits ? theme.ink1 : theme.ink3;
    const shown = fits ? model.text : "#".repeat(Math.max(1, Math.floor(room / text.width("#"))));
    ctx.fillText(shown, right - text.width(shown), baseline);
    return;
  }
  if (model.suffix) {
    ctx.fillStyle = theme.ink3;
    ctx.fillText(model.suffix, right - suffix + 2, baseline);
    right -= suffix;
  }
  ctx.fillStyle = model.negative ? theme.cinnabar : theme.ink1;
  ctx.fillText(model.text, right - width, baseline);
  if (model.prefix) {
    // A minus sign before the currency's belongs to the number.
    if (!model.negative) ctx.fillStyle = model.prefix.startsWith("-") ? theme.ink1 : theme.ink3;
    ctx.fillText(model.prefix, right - width - prefix, baseline);
  }
}

export function paintCheck({ ctx, theme }: Pen, checked: boolean, x: number, y: number): void {
  const left = Math.round(x) - 7.5;
  const top = Math.round(y) - 7.5;
  ctx.beginPath();
  ctx.roundRect(left, top, 15, 15, 3);
  if (!checked) {
    ctx.strokeStyle = theme.ink3;
    ctx.lineWidth = 1;
    ctx.stroke();
    return;
  }
  ctx.fillStyle = theme.jade;
  ctx.fill();
  ctx.strokeStyle = theme.paper;
  ctx.lineWidth = 1.75;
  ctx.beginPath();
  ctx.moveTo(left + 3.5, top + 7.75);
  ctx.lineTo(left + 6.25, top + 10.5);
  ctx.lineTo(left + 11.5, top + 4.75);
  ctx.stroke();
}

/** As wide as the cell, so that a click anywhere in it is a press. */
function paintButton({ ctx, theme, small }: Pen, label: string, x: number, y: number, width: number, height: number) {
  const tall = Math.min(24, height - 6);
  const top = middle(y, height, tall);
  ctx.fillStyle = theme.selection;
  ctx.strokeStyle = theme.jade;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.roundRect(x + 6.5, top + 0.5, width - 13, tall - 1, 4);
  ctx.fill();
  ctx.stroke();
  ctx.font = theme.fontSmall;
  ctx.fillStyle = theme.jade;
  const shown = small.fit(label, width - 24);
  ctx.fillText(shown, x + (width - small.width(shown)) / 2, Math.round(top + tall / 2 + 4));
  ctx.font = theme.font;
}

const STAR = 16;

/** Stars, or the mark in digits where they have no room. */
function paintRating(pen: Pen, value: number, max: number, x: number, y: number, room: number, height: number): void {
  const { ctx, theme } = pen;
  if (max * STAR > room) {
    paintLine(pen, pen.text.fit(`${value} ★`, room), "plain", "left", x, baselineOf(y, height), room);
    return;
  }
  const star = iconShape("rating");
  const top = middle(y, height, STAR);
  for (let at = 0; at < max; at += 1) {
    ctx.save();
    ctx.translate(Math.round(x + at * STAR) - 1, top);
    ctx.fillStyle = at < value ? theme.star : theme.placeholder;
    ctx.fill(star);
    ctx.restore();
  }
}

/** A bar that fills from the left, the number at its right where there is room for both. */
function paintProgress(
  pen: Pen,
  share: number,
  text: string,
  x: number,
  y: number,
  room: number,
  height: number,
): void {
  const { ctx, theme } = pen;
  const label = Math.max(pen.text.width("100%"), pen.text.width(text)) + 8;
  const width = room - label;
  if (width >= 24) {
    const top = middle(y, height, 6);
    ctx.fillStyle = theme.placeholder;
    ctx.beginPath();
    ctx.roundRect(x, top, width, 6, 3);
    ctx.fill();
    if (share > 0) {
      ctx.fillStyle = theme.jade;
      ctx.beginPath();
      ctx.roundRect(x, top, Math.max(6, width * share), 6, 3);
      ctx.fill();
    }
  }
  ctx.fillStyle = theme.ink1;
  const shown = pen.text.fit(text, room);
  ctx.fillText(shown, x + room - pen.text.width(shown), baselineOf(y, height));
}

const CHIP_HEIGHT = 20;
const CHIP_GAP = 4;

function paintChips(
  pen: Pen,
  chips: readonly { text: string; color: number }[],
  x: number,
  y: number,
  room: number,
  height: number,
): void {
  const { ctx, theme, small } = pen;
  const most = Math.max(1, Math.floor((height - 4) / (CHIP_HEIGHT + CHIP_GAP)));
  const nRows = most === 1 ? 1 : chipRows(pen, chips, room, most);
  let left = x;
  let top = middle(y, height, nRows * (CHIP_HEIGHT + CHIP_GAP) - CHIP_GAP);
  let row = 0;
  ctx.font = theme.fontSmall;
  for (let at = 0; at < chips.length; at += 1) {
    const chip = chips[at];
    if (!chip) continue;
    const wanted = small.width(chip.text) + 16;
    if (left > x && left + wanted > x + room && row + 1 < nRows) {
      row += 1;
      left = x;
      top += CHIP_HEIGHT + CHIP_GAP;
    }
    const width = Math.min(wanted, x + room - left);
    if (width < 26) {
      ctx.fillStyle = theme.ink3;
      if (x + room - left >= 8) ctx.fillText("…", left, top + 14);
      break;
    }
    const tint = tintOf(theme, chip.color);
    ctx.fillStyle = tint.fill;
    ctx.beginPath();
    ctx.roundRect(left, top, width, CHIP_HEIGHT, 4);
    ctx.fill();
    ctx.fillStyle = tint.ink;
    ctx.fillText(small.fit(chip.text, width - 15), left + 8, top + 14.5);
    left += width + CHIP_GAP;
  }
  ctx.font = theme.font;
}

/** How many lines the chips take, at most `most`. */
function chipRows(pen: Pen, chips: readonly { text: string }[], room: number, most: number): number {
  let n = 1;
  let used = 0;
  for (const chip of chips) {
    const width = pen.small.width(chip.text) + 16;
    if (used > 0 && used + width > room) {
      n += 1;
      used = 0;
    }
    used += width + CHIP_GAP;
  }
  return Math.min(n, most);
}

function paintImages(
  pen: Pen,
  images: readonly { src?: string; name: string }[],
  x: number,
  y: number,
  room: number,
  height: number,
): void {
  const { ctx, theme } = pen;
  const size = height - 8;
  let left = x - 2;
  for (let at = 0; at < images.length; at += 1) {
    const file = images[at];
    if (!file) continue;
    const remaining = images.length - at;
    if (left + size > x + room + 2 && at > 0) {
      ctx.fillStyle = theme.ink3;
      ctx.fillText(`+${remaining}`, left + 2, baselineOf(y, height));
      return;
    }
    if (file.src === undefined) {
      left += paintFileName(pen, file.name, left, y, x + room - left, height) + 6;
      continue;
    }
    const picture = pen.images.get(file.src);
    const top = y + 4;
    if (picture && picture.naturalWidth > 0) left += paintPicture(pen, picture, left, top, size) + 4;
    else {
      ctx.fillStyle = theme.placeholder;
      ctx.beginPath();
      ctx.roundRect(left, top, size, size, 3);
      ctx.fill();
      left += size + 4;
    }
  }
}

function paintFileName(pen: Pen, name: string, x: number, y: number, room: number, height: number): number {
  const width = Math.min(pen.small.width(name) + 14, room);
  if (width < 24) return 0;
  const { ctx, theme } = pen;
  ctx.fillStyle = theme.placeholder;
  ctx.beginPath();
  const top = middle(y, height, CHIP_HEIGHT);
  ctx.roundRect(x, top, width, CHIP_HEIGHT, 3);
  ctx.fill();
  ctx.font = theme.fontSmall;
  ctx.fillStyle = theme.ink2;
  ctx.fillText(pen.small.fit(name, width - 13), x + 7, top + 14.5);
  ctx.font = theme.font;
  return width;
}

/** The whole picture inside a square of the row's height; a hairline keeps white goods apart from white paper. */
function paintPicture({ ctx, theme }: Pen, picture: HTMLImageElement, x: number, y: number, size: number): number {
  const scale = Math.min((size * 1.5) / picture.naturalWidth, size / picture.naturalHeight);
  const width = Math.max(8, Math.round(picture.naturalWidth * scale));
  const height = Math.max(8, Math.round(picture.naturalHeight * scale));
  const top = y + Math.round((size - height) / 2);
  ctx.drawImage(picture, x, top, width, height);
  ctx.strokeStyle = theme.line;
  ctx.lineWidth = 1;
  ctx.strokeRect(x + 0.5, top + 0.5, width - 1, height - 1);
  return width;
}

function paintMark(pen: Pen, mark: CellMark, x: number, y: number, width: number, height: number): void {
  const { ctx, theme } = pen;
  const dotX = x + width - 10;
  const dotY = Math.round(y + height / 2);
  switch (mark) {
    case "queued":
      circle(ctx, dotX, dotY, 3.5);
      ctx.strokeStyle = theme.violet;
      ctx.lineWidth = 1.25;
      ctx.stroke();
      return;
    case "running":
      paintRunning(pen, dotX, dotY);
      return;
    case "review":
      circle(ctx, dotX, dotY, 3.5);
      ctx.fillStyle = theme.amber;
      ctx.fill();
      return;
    case "stale":
    case "failed":
      ctx.fillStyle = mark === "stale" ? theme.amber : theme.cinnabar;
      ctx.beginPath();
      ctx.moveTo(x + width - 9, y + 1);
      ctx.lineTo(x + width - 1, y + 1);
      ctx.lineTo(x + width - 1, y + 9);
      ctx.fill();
      return;
    case "locked":
      ctx.save();
      ctx.translate(dotX - 6, dotY - 6);
      ctx.scale(0.75, 0.75);
      ctx.strokeStyle = theme.ink3;
      ctx.lineWidth = 1.6;
      ctx.stroke(iconShape("lock"));
      ctx.restore();
  }
}

/** A dot that fills from below, once in 1.6 s. */
function paintRunning(pen: Pen, x: number, y: number): void {
  const { ctx, theme } = pen;
  const share = (pen.now % 1600) / 1600;
  pen.moves = true;
  ctx.strokeStyle = theme.violet;
  ctx.fillStyle = theme.violet;
  ctx.lineWidth = 1.25;
  circle(ctx, x, y, 3.5);
  ctx.stroke();
  const angle = Math.acos(1 - 2 * share);
  ctx.beginPath();
  ctx.arc(x, y, 3.5, Math.PI / 2 - angle, Math.PI / 2 + angle);
  ctx.fill();
}

function circle(ctx: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
}

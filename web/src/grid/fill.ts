/**
 * The fill handle: what dragging a range further puts into the new cells.
 *
 * In: the source's texts. Out: per new cell a copy or the next of a series. Law: without Ctrl cells are copied,
 * with Ctrl numbers and dates go on (one by one, or by the step of two and more). Tests: fill.test.ts.
 */
import type { FillValue, Range } from "./types";

const DAY_MS = 86_400_000;

/** The target below or above, right or left of the source that a drag to a cell means; null: nothing to fill. */
export function fillTarget(from: Range, row: number, col: number): Range | null {
  const below = row - from.r1;
  const above = from.r0 - row;
  const right = col - from.c1;
  const left = from.c0 - col;
  const most = Math.max(below, above, right, left);
  if (most <= 0) return null;
  if (most === below) return { ...from, r0: from.r1 + 1, r1: row };
  if (most === above) return { ...from, r0: row, r1: from.r0 - 1 };
  if (most === right) return { ...from, c0: from.c1 + 1, c1: col };
  return { ...from, c0: col, c1: from.c0 - 1 };
}

export function fillValues(
  from: Range,
  to: Range,
  series: boolean,
  text: (row: number, col: number) => string | undefined,
): FillValue[][] {
  const isVertical = to.c0 === from.c0 && to.c1 === from.c1;
  const n = isVertical ? from.r1 - from.r0 + 1 : from.c1 - from.c0 + 1;
  const next = new Map<number, ((step: number) => string) | null>();
  const seriesAt = (line: number) => {
    if (!next.has(line)) {
      const texts = Array.from({ length: n }, (_, i) =>
        isVertical ? text(from.r0 + i, line) : text(line, from.c0 + i),
      );
      next.set(line, series ? seriesOf(texts) : null);
    }
    return next.get(line) ?? null;
  };
  const rows: FillValue[][] = [];
  for (let row = to.r0; row <= to.r1; row += 1) {
    const values: FillValue[] = [];
    for (let col = to.c0; col <= to.c1; col += 1) {
      const step = isVertical ? row - from.r0 : col - from.c0;
      const make = seriesAt(isVertical ? col : row);
      const offset = ((step % n) + n) % n;
      if (make) values.push({ text: make(step) });
      else values.push({ copyOf: isVertical ? { row: from.r0 + offset, col } : { row, col: from.c0 + offset } });
    }
    rows.push(values);
  }
  return rows;
}

/** The n-th member of the series that the texts begin (0 is the first text); null: they are no series. */
export function seriesOf(texts: readonly (string | undefined)[]): ((step: number) => string) | null {
  const [first] = texts;
  if (first === undefined || texts.some((text) => text === undefined || text.trim() === "")) return null;
  const known = texts as readonly string[];
  return dateSeries(known) ?? numberSeries(known) ?? suffixSeries(known);
}

function dateSeries(texts: readonly string[]): ((step: number) => string) | null {
  const days = texts.map((text) => {
    const match = /^(\d{4})-(\d{2})-(\d{2})((?:[ T]\d{2}:\d{2}(?::\d{2})?)?)$/.exec(text);
    return match ? { ms: Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])), time: match[4] } : null;
  });
  const [first, second] = days;
  if (!first || days.some((day) => !day)) return null;
  const step = second ? second.ms - first.ms : DAY_MS;
  if (days.some((day, at) => day?.ms !== first.ms + at * step)) return null;
  return (n) => new Date(first.ms + n * step).toISOString().slice(0, 10) + first.time;
}

function numberSeries(texts: readonly string[]): ((step: number) => string) | null {
  // A code with leading zeros goes on as a text.
  if (texts.some((text) => !/^-?(0|[1-9]\d*)(\.\d+)?%?$/.test(text))) return null;
  const unit = texts[0]?.endsWith("%") ? "%" : "";
  const decimals = Math.max(...texts.map((text) => text.replace("%", "").split(".")[1]?.length ?? 0));
  const scale = 10 ** decimals;
  const values = texts.map((text) => Math.round(Number.parseFloat(text) * scale));
  const first = values[0] ?? 0;
  const step = values.length > 1 ? slope(values) : scale;
  const start = values.length > 1 ? mean(values) - step * ((values.length - 1) / 2) : first;
  return (n) => {
    const value = (start + n * step) / scale;
    const text = value.toFixed(Math.min(12, decimals + (Number.isInteger(start + n * step) ? 0 : 4)));
    return (text.includes(".") ? text.replace(/\.?0+$/, "") : text) + unit;
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Least squares, as Excel fills several numbers. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const average = mean(values);
  let above = 0;
  let below = 0;
  values.forEach((value, at) => {
    above += (at - middle) * (value - average);
    below += (at - middle) ** 2;
  });
  return below === 0 ? 0 : above / below;
}

/** `SKU-009` → `SKU-010`; zeros in front are kept. */
function suffixSeries(texts: readonly string[]): ((step: number) => string) | null {
  const parts = texts.map((text) => /^(.*?)(\d{1,15})(\D*)$/s.exec(text));
  const [first] = parts;
  if (!first || parts.some((part) => !part || part[1] !== first[1] || part[3] !== first[3])) return null;
  const numbers = parts.map((part) => Number(part?.[2]));
  const start = numbers[0] ?? 0;
  const step = numbers.length > 1 ? (numbers[1] ?? 0) - start : 1;
  if (numbers.some((value, at) => value !== start + at * step)) return null;
  const digits = first[2]?.length ?? 1;
  return (n) => `${first[1]}${String(Math.abs(start + n * step)).padStart(digits, "0")}${first[3]}`;
}

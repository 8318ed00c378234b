/**
 * Days of a month and dates as text; no time zones, no `Date` of local time.
 *
 * Tests: ../fields.test.ts.
 */

export interface Day {
  year: number;
  /** 1–12 */
  month: number;
  day: number;
}

const pad = (n: number, width = 2) => String(n).padStart(width, "0");

export function isoDay({ year, month, day }: Day): string {
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
}

export function parseDay(text: string): Day | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(text);
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) ? { year, month, day } : null;
}

export function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The wire's date as people see it: a `T` becomes a space, seconds that are zero are left out. */
export function dateText(wire: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::(\d{2}))?/.exec(wire);
  if (!match) return wire;
  const seconds = match[3] && match[3] !== "00" ? `:${match[3]}` : "";
  return `${match[1]} ${match[2]}${seconds}`;
}

export function addDays(from: Day, n: number): Day {
  const moved = new Date(Date.UTC(from.year, from.month - 1, from.day + n));
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
}

/** The same day of another month, or its last one. */
export function addMonths(from: Day, n: number): Day {
  const index = from.year * 12 + from.month - 1 + n;
  const year = Math.floor(index / 12);
  const month = (index % 12) + 1;
  return { year, month, day: Math.min(from.day, daysIn(year, month)) };
}

/** Six weeks from the Monday on or before the first of the month. */
export function monthGrid(year: number, month: number): Day[] {
  const weekday = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7;
  const start = addDays({ year, month, day: 1 }, -weekday);
  return Array.from({ length: 42 }, (_, n) => addDays(start, n));
}

/** A guess at a typed date, as ISO with the time where one was typed; undefined: surely no date. */
export function readDate(typed: string): string | undefined {
  const match =
    /^\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?\s*$/.exec(
      typed,
    ) ?? /^\s*(\d{4})(\d{2})(\d{2})\s*$/.exec(typed);
  if (!match) return undefined;
  const day = parseDay(isoDay({ year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) }));
  if (!day) return undefined;
  if (match[4] === undefined) return isoDay(day);
  return `${isoDay(day)}T${pad(Number(match[4]))}:${match[5]}:${match[6] ?? "00"}`;
}

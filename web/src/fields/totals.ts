/**
 * Sums, means and the like in words: money with its sign, lengths of time as such, counts as plain numbers.
 *
 * Tests: fields.test.ts.
 */
import type { WireCell, WireField } from "../api/wire";
import { effectiveType } from "./formula/descriptor";
import { shownText } from "./registry";

/** Types whose totals look as their cells do; a mean of marks is no mark. */
const AS_CELLS = new Set(["currency", "percent", "progress", "duration", "date", "date_time", "created_time"]);
/** Values that count records, whatever stands in them. */
const COUNTS = new Set(["count", "filled", "blank", "distinct"]);

export function totalText(
  value: WireCell,
  aggregate: string,
  field: WireField | undefined,
  plain: (value: number) => string,
): string {
  const isLikeCells = field && !COUNTS.has(aggregate) && AS_CELLS.has(effectiveType(field).type);
  if (isLikeCells) return shownText(value, field);
  // With unit and separators, but without the endless places of a mean.
  const isNumber = field && !COUNTS.has(aggregate) && effectiveType(field).type === "number";
  if (isNumber && typeof value === "number") return shownText(Number(value.toFixed(4)), field);
  if (typeof value === "number") return plain(value);
  return field ? shownText(value, field) : String(value ?? "");
}

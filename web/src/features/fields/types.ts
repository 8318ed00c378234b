/** The plain field types that a person can choose, each with its starting settings. */
import type { Schemas } from "../../api/client";

export type FieldType = Schemas["FieldTypeView"];

export const PLAIN_TYPES: FieldType[] = [
  { type: "text" },
  { type: "long_text" },
  { type: "number", decimals: null, thousands: false, unit: "" },
  { type: "currency", code: "CNY", decimals: 2 },
  { type: "percent", decimals: 0 },
  { type: "date" },
  { type: "date_time" },
  { type: "checkbox" },
  { type: "select", options: [] },
  { type: "multi_select", options: [] },
  { type: "attachment" },
  { type: "url" },
  { type: "phone" },
  { type: "email" },
  { type: "barcode" },
  { type: "rating", max: 5 },
  { type: "progress", decimals: 0 },
  { type: "duration", seconds: false },
] as FieldType[];

/** Types that only a field of ours can have: no file brings them. */
export const OWN_TYPES: FieldType[] = [
  { type: "link", table: "", single: false },
  { type: "person", options: [] },
  { type: "auto_number", pattern: "{0000}" },
  { type: "created_time" },
  { type: "modified_time" },
  { type: "created_by" },
  { type: "modified_by" },
  { type: "button", label: "", action: { do: "increment", field: "", by: 1 } },
] as FieldType[];

/** The given types first (with the settings they bring), then the others; one of each. */
export function typeChoices(first: FieldType[]): FieldType[] {
  const seen = new Set<string>();
  return [...first, ...PLAIN_TYPES].filter((type) => !seen.has(type.type) && seen.add(type.type));
}

/** What the server gives every record: numbers, moments and makers; shown, never typed. */
import { dateText } from "../date/calendar";
import { type FieldDescriptor, plainText } from "../descriptor";

export const GIVEN = ["auto_number", "created_time", "modified_time", "created_by", "modified_by"] as const;

export function isGiven(type: string): boolean {
  return (GIVEN as readonly string[]).includes(type);
}

const given = { align: "left", edit: "none", editText: plainText, speculate: (typed: string) => typed } as const;

export const autoNumber: FieldDescriptor = {
  ...given,
  type: "auto_number",
  icon: "auto_number",
  defaultWidth: 150,
  toModel: (cell) => ({ kind: "text", text: plainText(cell) }),
};

export const createdTime: FieldDescriptor = {
  ...given,
  type: "created_time",
  icon: "created_time",
  defaultWidth: 150,
  toModel: (cell) => ({ kind: "text", text: dateText(plainText(cell)), tone: "dim" }),
  editText: (cell) => dateText(plainText(cell)),
};

export const modifiedTime: FieldDescriptor = { ...createdTime, type: "modified_time", icon: "modified_time" };

export const createdBy: FieldDescriptor = {
  ...given,
  type: "created_by",
  icon: "created_by",
  defaultWidth: 110,
  toModel: (cell) => ({ kind: "text", text: plainText(cell), tone: "dim" }),
};

export const modifiedBy: FieldDescriptor = { ...createdBy, type: "modified_by", icon: "modified_by" };

/** The number that comes after `before` others, as the pattern writes it today; for the preview in the dialogue. */
export function patternText(pattern: string, number: number, now: Date): string {
  const parts: Readonly<Record<string, number>> = { y: now.getFullYear(), M: now.getMonth() + 1, d: now.getDate() };
  let hasNumber = false;
  const text = pattern.replace(/\{([^{}]*)\}/g, (whole, inner: string) => {
    if (/^0{1,18}$/.test(inner) && !hasNumber) {
      hasNumber = true;
      return String(number).padStart(inner.length, "0");
    }
    if (!/^[yMd./_-]+$/.test(inner) || !/[yMd]/.test(inner)) return whole;
    return inner.replace(/y+|M+|d+/g, (run) => {
      const digits = String(parts[run[0] ?? ""] ?? "").padStart(run.length, "0");
      return run.startsWith("y") ? digits.slice(-run.length) : digits;
    });
  });
  return hasNumber ? text : `${text}${number}`;
}

/** Web addresses. */
import { type FieldDescriptor, plainText } from "../descriptor";

export const url: FieldDescriptor = {
  type: "url",
  icon: "url",
  defaultWidth: 200,
  align: "left",
  edit: "text",
  toModel: (cell) => ({ kind: "text", text: plainText(cell), tone: "link" }),
  editText: plainText,
  speculate: (typed) => typed,
};

/** What a text of this type leads to: a page, a mailbox, a phone call; null: nothing. */
export function hrefOf(type: string, text: string): string | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (type === "url") return safeHref(trimmed);
  if (type === "email") return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(trimmed) ? `mailto:${encodeURI(trimmed)}` : null;
  if (type !== "phone") return null;
  const digits = trimmed.replace(/(转|ext\.?|#).*$/i, "").replace(/[^\d+]/g, "");
  return digits.length >= 3 ? `tel:${digits}` : null;
}

/** The address to open; only http and https, a bare host gets https; null: nothing that may be opened. */
export function safeHref(text: string): string | null {
  const trimmed = text.trim();
  try {
    const parsed = new URL(/^[a-z][a-z0-9+.-]*:/i.test(trimmed) ? trimmed : `https://${trimmed}`);
    return parsed.protocol === "http:" || parsed.protocol === "https:" ? parsed.href : null;
  } catch {
    return null;
  }
}

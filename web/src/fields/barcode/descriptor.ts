/** Barcodes: every digit is kept; the server flags a wrong check digit as a misfit, and so does the guess. */
import { type FieldDescriptor, plainText } from "../descriptor";

/** Whether the check digit of an EAN-8, UPC-A, EAN-13 or ITF-14 is right; null: the text is none of these. */
export function checkDigitFits(text: string): boolean | null {
  if (!/^(\d{8}|\d{12,14})$/.test(text)) return null;
  const digits = Array.from(text, Number).reverse();
  return digits.reduce((sum, digit, at) => sum + digit * (at % 2 === 1 ? 3 : 1), 0) % 10 === 0;
}

export const barcode: FieldDescriptor = {
  type: "barcode",
  icon: "barcode",
  defaultWidth: 150,
  align: "left",
  edit: "text",
  toModel: (cell) => ({ kind: "text", text: plainText(cell) }),
  editText: plainText,
  speculate: (typed) => (checkDigitFits(typed.trim()) === false ? { misfit: typed } : typed.trim()),
};

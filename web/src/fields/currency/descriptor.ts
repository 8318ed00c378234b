/** Amounts of money: sign dimmed in front, thousands, fixed decimals. */
import type { CellModel } from "../../grid/types";
import { type FieldDescriptor, plainText } from "../descriptor";
import { exactText, fixedText, readNumber, withThousands } from "../number/format";

const SIGNS: Readonly<Record<string, string>> = { CNY: "¥", JPY: "¥", USD: "$", EUR: "€", GBP: "£", HKD: "HK$" };

export function currencySign(code: string): string {
  return SIGNS[code] ?? `${code} `;
}

export const currency: FieldDescriptor = {
  type: "currency",
  icon: "currency",
  defaultWidth: 120,
  align: "right",
  edit: "text",
  toModel(cell, field): CellModel {
    if (typeof cell !== "number") return { kind: "text", text: plainText(cell) };
    const digits = withThousands(fixedText(Math.abs(cell), field.decimals ?? 2));
    const isNegative = cell < 0 && /[1-9]/.test(digits);
    const sign = currencySign(field.code ?? "CNY");
    return { kind: "number", text: digits, prefix: isNegative ? `-${sign}` : sign };
  },
  editText: (cell) => (typeof cell === "number" ? exactText(cell) : plainText(cell)),
  speculate: (typed) => readNumber(typed) ?? typed,
};

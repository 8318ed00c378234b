/** Numbers with optional decimals, thousands and unit. */
import type { CellModel } from "../../grid/types";
import { type FieldDescriptor, plainText } from "../descriptor";
import { exactText, fixedText, generalText, readNumber, withThousands } from "./format";

export const number: FieldDescriptor = {
  type: "number",
  icon: "number",
  defaultWidth: 110,
  align: "right",
  edit: "text",
  toModel(cell, field): CellModel {
    if (typeof cell !== "number") return { kind: "text", text: plainText(cell) };
    const { decimals } = field;
    const digits = decimals === undefined || decimals === null ? generalText(cell) : fixedText(cell, decimals);
    const shown = field.thousands ? withThousands(digits) : digits;
    return field.unit ? { kind: "number", text: shown, suffix: field.unit } : { kind: "number", text: shown };
  },
  editText: (cell) => (typeof cell === "number" ? exactText(cell) : plainText(cell)),
  speculate: (typed) => readNumber(typed) ?? typed,
};

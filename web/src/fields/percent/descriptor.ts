/** Shares: 0.25 is shown as 25 %. */
import type { CellModel } from "../../grid/types";
import { type FieldDescriptor, plainText } from "../descriptor";
import { fixedText, generalText, readNumber } from "../number/format";

export const percent: FieldDescriptor = {
  type: "percent",
  icon: "percent",
  defaultWidth: 100,
  align: "right",
  edit: "text",
  toModel(cell, field): CellModel {
    if (typeof cell !== "number") return { kind: "text", text: plainText(cell) };
    return { kind: "number", text: fixedText(Number((cell * 100).toPrecision(15)), field.decimals ?? 0), suffix: "%" };
  },
  editText: (cell) => (typeof cell === "number" ? `${generalText(cell * 100)}%` : plainText(cell)),
  speculate: (typed) => readNumber(typed) ?? typed,
};

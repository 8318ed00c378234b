/** Shares as in percent fields, drawn as a bar with the number beside it. */
import type { CellModel } from "../../grid/types";
import { type FieldDescriptor, plainText } from "../descriptor";
import { fixedText } from "../number/format";
import { percent } from "../percent/descriptor";

export const progress: FieldDescriptor = {
  ...percent,
  type: "progress",
  icon: "progress",
  defaultWidth: 140,
  toModel(cell, field): CellModel {
    if (typeof cell !== "number") return { kind: "text", text: plainText(cell) };
    const text = `${fixedText(Number((cell * 100).toPrecision(15)), field.decimals ?? 0)}%`;
    return { kind: "progress", share: Math.min(1, Math.max(0, cell)), text };
  },
};

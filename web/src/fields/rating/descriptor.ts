/** Marks from 1 to the field's highest, drawn as stars. */
import type { CellModel } from "../../grid/types";
import { type FieldDescriptor, plainText } from "../descriptor";
import { readNumber } from "../number/format";
import { RatingEditor } from "./editor";

export const DEFAULT_MAX = 5;

export const rating: FieldDescriptor = {
  type: "rating",
  icon: "rating",
  defaultWidth: 120,
  align: "left",
  edit: "popover",
  toModel(cell, field): CellModel {
    if (typeof cell !== "number") return { kind: "text", text: plainText(cell) };
    return { kind: "rating", value: cell, max: field.max ?? DEFAULT_MAX };
  },
  editText: plainText,
  speculate: (typed) => {
    const stars = /^[★⭐☆]+$/.test(typed.trim()) ? typed.replace(/[^★⭐]/g, "").length : undefined;
    return stars ?? readNumber(typed.replace(/[星分]$/, "")) ?? typed;
  },
  editor: RatingEditor,
};

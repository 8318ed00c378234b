/** One line of text. */
import { type FieldDescriptor, plainText } from "../descriptor";

export const text: FieldDescriptor = {
  type: "text",
  icon: "text",
  defaultWidth: 180,
  align: "left",
  edit: "text",
  multiline: true,
  toModel: (cell) => ({ kind: "text", text: plainText(cell) }),
  editText: plainText,
  speculate: (typed) => typed,
};

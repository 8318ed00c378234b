/** Text of many lines; edited in a larger box. */
import { type FieldDescriptor, plainText } from "../descriptor";
import { LongTextEditor } from "./editor";

export const longText: FieldDescriptor = {
  type: "long_text",
  icon: "long_text",
  defaultWidth: 260,
  align: "left",
  edit: "text",
  multiline: true,
  toModel: (cell) => ({ kind: "text", text: plainText(cell) }),
  editText: plainText,
  speculate: (typed) => typed,
  editor: LongTextEditor,
};

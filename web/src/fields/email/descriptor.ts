/** E-mail addresses: texts, shown as they were typed; the server says which are none. */
import { type FieldDescriptor, plainText } from "../descriptor";

export const email: FieldDescriptor = {
  type: "email",
  icon: "email",
  defaultWidth: 190,
  align: "left",
  edit: "text",
  toModel: (cell) => ({ kind: "text", text: plainText(cell), tone: "link" }),
  editText: plainText,
  speculate: (typed) => typed.normalize("NFKC").trim(),
};

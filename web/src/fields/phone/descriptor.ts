/** Phone numbers: texts, shown as they were typed; the server says which are none. */
import { type FieldDescriptor, plainText } from "../descriptor";

export const phone: FieldDescriptor = {
  type: "phone",
  icon: "phone",
  defaultWidth: 140,
  align: "left",
  edit: "text",
  toModel: (cell) => ({ kind: "text", text: plainText(cell) }),
  editText: plainText,
  // Full-width signs are shown half-width at once, as they will be stored.
  speculate: (typed) => typed.normalize("NFKC").trim(),
};

/** Yes or no; a click or the space bar turns it. */
import { type FieldDescriptor, plainText } from "../descriptor";

export const checkbox: FieldDescriptor = {
  type: "checkbox",
  icon: "checkbox",
  defaultWidth: 80,
  align: "center",
  edit: "toggle",
  toModel: (cell) => ({ kind: "check", checked: cell === true }),
  editText: (cell) => (cell === true ? "TRUE" : cell === false ? "FALSE" : plainText(cell)),
  speculate: (typed) => {
    if (/^(true|yes|是|√|1)$/i.test(typed.trim())) return true;
    return /^(false|no|否|×|0)$/i.test(typed.trim()) ? false : typed;
  },
};

/** Records of another table, drawn as chips with what they are called; people pick them, or type their names. */
import type { Linked } from "../../api/wire";
import type { FieldDescriptor, PlainCell } from "../descriptor";
import { plainText } from "../descriptor";
import { LinkEditor } from "./editor";

/** The linked records in a cell; none in a cell of another shape. */
export function linkedOf(cell: unknown): Linked[] {
  if (!Array.isArray(cell)) return [];
  return cell.filter((item): item is Linked => typeof item === "object" && item !== null && "text" in item);
}

/** A record without a name is called by its number. */
export const nameOf = (one: Linked) => one.text || `#${one.id.slice(1)}`;

const names = (cell: PlainCell) =>
  Array.isArray(cell)
    ? linkedOf(cell)
        .map((one) => one.text)
        .join(", ")
    : plainText(cell);

export const link: FieldDescriptor = {
  type: "link",
  icon: "link",
  defaultWidth: 190,
  align: "left",
  edit: "popover",
  toModel: (cell) => {
    if (!Array.isArray(cell)) return { kind: "text", text: plainText(cell) };
    return { kind: "chips", chips: linkedOf(cell).map((one) => ({ text: nameOf(one), color: 0 })) };
  },
  editText: names,
  speculate: (typed) => typed,
  editor: LinkEditor,
};

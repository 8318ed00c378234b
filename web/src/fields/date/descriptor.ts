/** Dates and date-times: ISO on the wire, shown as `2026-11-22` and `2026-11-22 09:30`. */
import type { CellModel } from "../../grid/types";
import { type FieldDescriptor, type PlainCell, plainText } from "../descriptor";
import { dateText, readDate } from "./calendar";
import { DateEditor } from "./editor";

function toModel(cell: PlainCell): CellModel {
  return { kind: "text", text: dateText(plainText(cell)) };
}

const editText = (cell: PlainCell) => dateText(plainText(cell));

export const date: FieldDescriptor = {
  type: "date",
  icon: "date",
  defaultWidth: 120,
  align: "left",
  edit: "popover",
  toModel,
  editText,
  speculate: (typed) => readDate(typed)?.slice(0, 10) ?? typed,
  editor: DateEditor,
};

export const dateTime: FieldDescriptor = {
  ...date,
  type: "date_time",
  icon: "date_time",
  defaultWidth: 150,
  speculate: (typed) => {
    const read = readDate(typed);
    return read && read.length === 10 ? `${read}T00:00:00` : (read ?? typed);
  },
};

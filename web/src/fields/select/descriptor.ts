/** One or several of a list of options, drawn as chips; cells hold option ids, people type names. */
import type { SelectOption, WireFieldType } from "../../api/wire";
import type { CellModel } from "../../grid/types";
import { type FieldDescriptor, type PlainCell, plainText } from "../descriptor";
import { SelectEditor } from "./editor";

export function optionsOf(field: WireFieldType): readonly SelectOption[] {
  return field.options ?? [];
}

/** The ids in a cell; a single select has at most one. */
export function idsOf(cell: PlainCell): string[] {
  if (typeof cell === "string") return [cell];
  return Array.isArray(cell) ? cell.filter((item): item is string => typeof item === "string") : [];
}

function chosen(cell: PlainCell, field: WireFieldType): SelectOption[] {
  const options = optionsOf(field);
  return idsOf(cell).map(
    (id) => options.find((option) => option.id === id) ?? { id, name: /^o\d+$/.test(id) ? "…" : id, color: 0 },
  );
}

function toModel(cell: PlainCell, field: WireFieldType): CellModel {
  return { kind: "chips", chips: chosen(cell, field).map(({ name, color }) => ({ text: name, color })) };
}

const names = (cell: PlainCell, field: WireFieldType) =>
  cell === null || typeof cell === "string" || Array.isArray(cell)
    ? chosen(cell, field)
        .map((option) => option.name)
        .join(", ")
    : plainText(cell);

function idNamed(name: string, field: WireFieldType): string {
  const found = optionsOf(field).find((option) => option.name === name);
  return found?.id ?? name;
}

export const select: FieldDescriptor = {
  type: "select",
  icon: "select",
  defaultWidth: 130,
  align: "left",
  edit: "popover",
  toModel,
  editText: names,
  speculate: (typed, field) => idNamed(typed.trim(), field),
  editor: SelectEditor,
};

export const multiSelect: FieldDescriptor = {
  ...select,
  type: "multi_select",
  icon: "multi_select",
  defaultWidth: 180,
  speculate: (typed, field) =>
    typed
      .split(/[,，、;；\n]/)
      .map((name) => name.trim())
      .filter((name) => name !== "")
      .map((name) => idNamed(name, field)),
};

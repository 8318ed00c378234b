/**
 * What a field type knows about its cells: how they look, how they are edited and copied, what a typed text will
 * probably become.
 *
 * Main type: [`FieldDescriptor`]. Law: reading input is the server's; `speculate` only guesses for the moment until
 * the server answers. One folder per type; the registry joins them.
 */
import type { ComponentType } from "react";
import type { Attachment, Linked, WireCell, WireField, WireFieldType, WireInput } from "../api/wire";
import type { Align, CellModel, EditKind } from "../grid/types";

/** A plain value of the wire: no error, misfit or pending cell. */
export type PlainCell = Exclude<WireCell, { error: string } | { misfit: string } | { pending: true }>;

export interface DrawContext {
  /** The address of an attachment's thumbnail with edges of at most `px` device pixels. */
  thumbUrl(digest: string, px: 64 | 256 | 1024): string;
}

/** Records to link: found by any of their texts, or made. */
export interface LinkPort {
  find(table: string, text: string): Promise<Linked[]>;
  create(table: string, name: string): Promise<Linked>;
}

/** A popover editor; the caller places it at the cell and closes it on `onDone`. */
export interface EditorProps {
  field: WireField;
  /** Settings that count: of the result where the field is a formula. */
  fieldType: WireFieldType;
  cell: WireCell;
  /** The text that opened the editor, if any. */
  typed?: string;
  readonly: boolean;
  base: string;
  /** Keeps the editor open. */
  onChange(value: WireInput, addOptions?: boolean): void;
  onDone(move?: "down" | "right" | "left" | "up"): void;
  words: EditorWords;
  /** Sends a file to the base; resolves with what a cell may hold. */
  upload?(file: File): Promise<Attachment>;
  /** Where a link finds records. */
  links?: LinkPort;
  width: number;
}

/** All words of the popover editors, so that they need no dictionary of their own. */
export interface EditorWords {
  search: string;
  noOptions: string;
  /** `{name}` is replaced. */
  createOption: string;
  clear: string;
  today: string;
  typeDate: string;
  previousMonth: string;
  nextMonth: string;
  weekdays: readonly [string, string, string, string, string, string, string];
  /** `{year}` and `{month}` are replaced. */
  month: string;
  time: string;
  addFiles: string;
  dropFiles: string;
  /** `{n}` is replaced. */
  uploading: string;
  uploadFailed: string;
  remove: string;
  view: string;
  close: string;
  noFiles: string;
  save: string;
  searchRecords: string;
  /** `{name}` is replaced. */
  createRecord: string;
  noRecords: string;
}

export interface FieldDescriptor {
  type: string;
  icon: string;
  defaultWidth: number;
  align: Align;
  edit: EditKind;
  multiline?: boolean;
  /** The look of a plain value; blanks, errors and misfits are the registry's. */
  toModel(cell: PlainCell, field: WireFieldType, context: DrawContext): CellModel;
  editText(cell: PlainCell, field: WireFieldType): string;
  /** The text in the clipboard; absent: as shown by `editText`. */
  copyText?(cell: PlainCell, field: WireFieldType): string;
  speculate(text: string, field: WireFieldType): WireCell;
  editor?: ComponentType<EditorProps>;
}

/** A cell that is not of the type's own shape, in words; for cells that arrive while a field is being retyped. */
export function plainText(cell: PlainCell): string {
  if (cell === null) return "";
  if (Array.isArray(cell))
    return cell.map((item) => (typeof item === "string" ? item : "text" in item ? item.text : item.name)).join(", ");
  return String(cell);
}

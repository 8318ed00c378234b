/** Pictures and other files: thumbnails in the cell, a list in the popover. */
import type { Attachment } from "../../api/wire";
import type { CellModel } from "../../grid/types";
import { type DrawContext, type FieldDescriptor, type PlainCell, plainText } from "../descriptor";
import { AttachmentEditor } from "./editor";

export function filesOf(cell: unknown): Attachment[] {
  return Array.isArray(cell)
    ? cell.filter((item): item is Attachment => typeof item === "object" && item !== null)
    : [];
}

export function isPicture(file: Attachment): boolean {
  return file.mime.startsWith("image/");
}

function toModel(cell: PlainCell, _field: unknown, context: DrawContext): CellModel {
  const images = filesOf(cell).map((file) =>
    isPicture(file) ? { name: file.name, src: context.thumbUrl(file.digest, 256) } : { name: file.name },
  );
  return { kind: "images", images };
}

export const attachment: FieldDescriptor = {
  type: "attachment",
  icon: "attachment",
  defaultWidth: 140,
  align: "left",
  edit: "popover",
  toModel,
  editText: plainText,
  speculate: (typed) => ({ misfit: typed }),
  editor: AttachmentEditor,
};

/**
 * All field types, and the port through which the sync layer asks them.
 *
 * Law: one line per type; an unknown type of a newer server is shown as text. Blanks, errors, misfits, pending cells
 * and AI notes are treated here, alike for all types. Tests: fields.test.ts.
 */
import type { WireCell, WireField, WireFieldType, WireNote } from "../api/wire";
import type { CellModel, GridColumn } from "../grid/types";
import { attachment } from "./attachment/descriptor";
import { barcode } from "./barcode/descriptor";
import { button } from "./button/descriptor";
import { checkbox } from "./checkbox/descriptor";
import { currency } from "./currency/descriptor";
import { date, dateTime } from "./date/descriptor";
import type { DrawContext, FieldDescriptor, PlainCell } from "./descriptor";
import { duration } from "./duration/descriptor";
import { email } from "./email/descriptor";
import { effectiveType, isAi, isReadonly, markOf } from "./formula/descriptor";
import { autoNumber, createdBy, createdTime, modifiedBy, modifiedTime } from "./given/descriptor";
import { link } from "./link/descriptor";
import { longText } from "./long_text/descriptor";
import { number } from "./number/descriptor";
import { percent } from "./percent/descriptor";
import { person } from "./person/descriptor";
import { phone } from "./phone/descriptor";
import { progress } from "./progress/descriptor";
import { rating } from "./rating/descriptor";
import { multiSelect, select } from "./select/descriptor";
import { text } from "./text/descriptor";
import { url } from "./url/descriptor";

export const FIELD_TYPES: readonly FieldDescriptor[] = [
  text,
  longText,
  number,
  currency,
  percent,
  date,
  dateTime,
  checkbox,
  select,
  multiSelect,
  attachment,
  url,
  phone,
  email,
  barcode,
  rating,
  progress,
  duration,
  person,
  autoNumber,
  createdTime,
  modifiedTime,
  createdBy,
  modifiedBy,
  button,
  link,
];

const BY_TYPE = new Map(FIELD_TYPES.map((descriptor) => [descriptor.type, descriptor]));

/** The descriptor that draws and edits a field's cells; of the result where it is a formula. */
export function descriptorOf(field: WireFieldType): FieldDescriptor {
  return BY_TYPE.get(effectiveType(field).type) ?? text;
}

/** The icon of the field itself: a formula has its own. */
export function iconOf(field: WireFieldType): string {
  if (isAi(field)) return "spark";
  return field.type === "formula" ? "formula" : descriptorOf(field).icon;
}

const BLANK: CellModel = { kind: "blank" };
const PENDING: CellModel = { kind: "pending" };

export function toModel(cell: WireCell, field: WireField, note: WireNote | undefined, context: DrawContext): CellModel {
  const model = plainModel(cell, field, context);
  if (!isAi(field)) return model;
  const mark = markOf(note);
  return mark ? { ...model, ai: true, mark } : { ...model, ai: true };
}

function plainModel(cell: WireCell, field: WireField, context: DrawContext): CellModel {
  if (field.type === "button") return button.toModel(null, field, context);
  if (cell === null || cell === "" || (Array.isArray(cell) && cell.length === 0)) {
    return effectiveType(field).type === "checkbox" && !isReadonly(field) ? { kind: "check", checked: false } : BLANK;
  }
  if (typeof cell === "object" && !Array.isArray(cell)) {
    if ("error" in cell) return { kind: "text", text: cell.error, tone: "error" };
    if ("misfit" in cell) return { kind: "text", text: cell.misfit, tone: "misfit" };
    return PENDING;
  }
  return descriptorOf(field).toModel(cell, effectiveType(field), context);
}

/** Errors have no text that could be typed; misfits are edited as they were typed. */
export function editText(cell: WireCell, field: WireField): string {
  const special = specialText(cell, "");
  return special ?? descriptorOf(field).editText(cell as PlainCell, effectiveType(field));
}

export function copyText(cell: WireCell, field: WireField): string {
  if (cell !== null && typeof cell === "object" && "error" in cell) return cell.error;
  const descriptor = descriptorOf(field);
  return specialText(cell, "") ?? (descriptor.copyText ?? descriptor.editText)(cell as PlainCell, effectiveType(field));
}

const NO_PICTURES: DrawContext = { thumbUrl: () => "" };

/** The text that the grid shows, with currency signs and units, for places that are no grid. */
export function shownText(cell: WireCell, field: WireField): string {
  const model = plainModel(cell, field, NO_PICTURES);
  if (model.kind === "number") return `${model.prefix ?? ""}${model.text}${model.suffix ?? ""}`;
  if (model.kind === "text") return model.text;
  if (model.kind === "rating") return "★".repeat(Math.max(0, Math.min(10, Math.round(model.value))));
  if (model.kind === "progress") return model.text;
  if (model.kind === "chips") return model.chips.map((chip) => chip.text).join(", ");
  return copyText(cell, field);
}

function specialText(cell: WireCell, otherwise: string): string | null {
  if (cell === null || typeof cell !== "object" || Array.isArray(cell)) return cell === null ? "" : null;
  return "misfit" in cell ? cell.misfit : otherwise;
}

export function columnOf(field: WireField, width: number | undefined): GridColumn {
  const descriptor = descriptorOf(field);
  const isLocked = isReadonly(field);
  return {
    key: field.id,
    title: field.name,
    width: width ?? descriptor.defaultWidth,
    align: descriptor.align,
    icon: iconOf(field),
    readonly: isLocked,
    // Pictures of a formula can be looked at, everything else of it is only shown.
    edit: isLocked && descriptor.type !== "attachment" && field.type !== "button" ? "none" : descriptor.edit,
    multiline: descriptor.multiline === true,
    ai: isAi(field),
    warnings: field.n_misfits ?? 0,
  };
}

/** What `TableSession` asks the field types; `base` is for the addresses of pictures. */
export function cellPort(base: string) {
  const context: DrawContext = {
    thumbUrl: (digest, px) => `/api/v1/bases/${encodeURIComponent(base)}/blobs/${digest}?thumb=${px}`,
  };
  return {
    toModel: (cell: WireCell, field: WireField, note: WireNote | undefined) => toModel(cell, field, note, context),
    editText,
    copyText,
    speculate: (typed: string, field: WireField) => descriptorOf(field).speculate(typed, effectiveType(field)),
    column: columnOf,
  };
}

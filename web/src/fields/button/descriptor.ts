/** A button in every record: a press opens a page, or the server sets or adds to another field. */
import type { WireField } from "../../api/wire";
import type { FieldDescriptor } from "../descriptor";
import { safeHref } from "../url/descriptor";

export const button: FieldDescriptor = {
  type: "button",
  icon: "button",
  defaultWidth: 110,
  align: "center",
  edit: "press",
  toModel: (_, field) => ({ kind: "button", label: field.label ?? "" }),
  editText: () => "",
  speculate: () => null,
};

const REFERENCE = /\[#(f\d+)\]/g;

/** An address with ids as people read it: `[货号]` for `[#f3]`. */
export function namesInUrl(url: string, fields: readonly { id: string; name: string }[]): string {
  return url.replace(REFERENCE, (whole, id: string) => {
    const field = fields.find((one) => one.id === id);
    return field ? `[${field.name}]` : whole;
  });
}

/** The stored form of what a person typed. */
export function idsInUrl(text: string, fields: readonly { id: string; name: string }[]): string {
  return text.replace(/\[([^\]#][^\]]*)\]/g, (whole, name: string) => {
    const field = fields.find((one) => one.name === name);
    return field ? `[#${field.id}]` : whole;
  });
}

/** The page that a press opens; null: nothing that may be opened. A cell alone is taken as an address itself. */
export function pageOf(url: string, fields: readonly WireField[], shown: (field: WireField) => string): string | null {
  const text = (id: string) => {
    const field = fields.find((one) => one.id === id);
    return field ? shown(field) : "";
  };
  const alone = /^\s*\[#(f\d+)\]\s*$/.exec(url)?.[1];
  if (alone) return safeHref(text(alone));
  return safeHref(url.replace(REFERENCE, (_, id: string) => encodeURIComponent(text(id))));
}

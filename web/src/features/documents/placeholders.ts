/** The placeholders that a table offers: its own fields, and those of the tables that its link fields lead to. */
import type { Schemas } from "../../api/client";

type Table = Schemas["TableView"];
type Field = Table["fields"][number];

/** Placeholders of one table, with the link field through which they go. */
export interface Offered {
  through: string | null;
  /** The link leads to many records: a row with these is repeated. */
  isList: boolean;
  placeholders: string[];
}

const written = (name: string) => (/[.．。|｜@＠{}]/.test(name) ? `[${name}]` : name);

export const placeholder = (...path: string[]) => `{{${path.map(written).join(".")}}}`;

const isShown = (field: Field) => (field as { type?: string }).type !== "button";

export function offered(table: Table, tables: readonly Table[]): Offered[] {
  const own = table.fields.filter(isShown);
  const all: Offered[] = [{ through: null, isList: false, placeholders: own.map((field) => placeholder(field.name)) }];
  for (const field of own) {
    const link = field as Field & { type?: string; table?: string; single?: boolean };
    const linked = link.type === "link" ? tables.find((one) => one.id === link.table) : undefined;
    if (!linked) continue;
    const placeholders = linked.fields.filter(isShown).map((one) => placeholder(field.name, one.name));
    // What the lines themselves link to: the goods of an order's lines.
    for (const inner of linked.fields as typeof own) {
      const next = inner as Field & { type?: string; table?: string };
      const last = next.type === "link" && next.table !== table.id ? tables.find((one) => one.id === next.table) : null;
      if (last && link.single !== true)
        placeholders.push(...last.fields.filter(isShown).map((one) => placeholder(field.name, inner.name, one.name)));
    }
    all.push({ through: field.name, isList: link.single !== true, placeholders });
  }
  return all;
}

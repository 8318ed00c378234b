/** What the link picker asks of the server: records of a table by any of their texts, and a new one by its name. */
import { ask, command, type Schemas } from "../api/client";
import type { Linked, WireField, WireWindow } from "../api/wire";
import type { LinkPort } from "../fields/descriptor";
import { shownText } from "../fields/registry";

/** Records listed at once; typing reaches the others. */
const MOST_FOUND = 50;

export function linkPort(base: string): LinkPort {
  const at = `/bases/${encodeURIComponent(base)}`;
  /** The field that records are called by. */
  const firstField = async (table: string): Promise<WireField> => {
    const { tables } = await ask<Schemas["BaseView"]>("GET", at);
    const first = tables.find((one) => one.id === table)?.fields[0];
    if (!first) throw new Error(table);
    return first as unknown as WireField;
  };
  return {
    find: async (table, text): Promise<Linked[]> => {
      const first = await firstField(table);
      const query = new URLSearchParams({ from: "0", n: String(MOST_FOUND), fields: first.id, find: text });
      const window = await ask<WireWindow>("GET", `${at}/tables/${table}/window?${query}`);
      return window.records.map((id, row) => ({ id, text: shownText(window.columns[first.id]?.[row] ?? null, first) }));
    },
    create: async (table, name): Promise<Linked> => {
      const first = await firstField(table);
      const records = [{ cells: { [first.id]: name } }];
      const made = await command(base, { kind: "create_records", table, records });
      const id = made.result.records[0];
      if (!id) throw new Error(name);
      return { id, text: name };
    },
  };
}

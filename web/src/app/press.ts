/** What a press on a button does: a page is opened here, everything else is the server's. */
import type { WireField } from "../api/wire";
import { openPage } from "../fields/button/press";
import { copyText } from "../fields/registry";
import type { TableSession } from "../sync/table-session";

export function press(table: TableSession, row: number, col: number): void {
  const field = table.fieldAt(col);
  const record = table.idOf(row);
  if (!field?.action || record === undefined) return;
  if (field.action.do !== "open_url") {
    void table.press(record, field.id).catch(() => undefined);
    return;
  }
  const cells = new Map<string, string>();
  const fields: WireField[] = [];
  table.columns.forEach((_, at) => {
    const one = table.fieldAt(at);
    if (!one) return;
    fields.push(one);
    cells.set(one.id, copyText(table.wireCell(row, at) ?? null, one));
  });
  openPage(field.action.url, fields, (one) => cells.get(one.id) ?? "");
}

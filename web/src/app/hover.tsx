/** The one card that tells about a marked cell while the pointer rests on it. */
import type { Schemas } from "../api/client";
import { CellHoverCard } from "../features/ai-fields/hover-card";
import type { CellAt } from "../grid/types";
import type { TableSession } from "../sync/table-session";

export interface HoverAt {
  at: CellAt;
  rect: DOMRect;
}

export function Hover({
  base,
  session,
  fields,
  hover,
}: {
  base: string;
  session: TableSession;
  fields: Schemas["FieldView"][];
  hover: HoverAt;
}) {
  const { row, col } = hover.at;
  const record = session.idOf(row);
  const field = fields.find((one) => one.id === session.fieldAt(col)?.id);
  const cell = session.wireCell(row, col);
  if (!record || !field || cell === undefined) return null;
  return (
    <CellHoverCard
      base={base}
      table={session.table}
      record={record}
      field={field}
      note={session.noteAt(row, col)}
      cell={cell}
      rect={hover.rect}
    />
  );
}

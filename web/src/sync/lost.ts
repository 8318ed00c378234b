/**
 * What a refused command would have put where, so that nothing that was typed is lost without a word.
 *
 * Main function: [`lostValues`]. Tests: lost.test.ts.
 */
import type { GridCommand, WireInput } from "../api/wire";
import type { SpeculativeCell } from "./outbox";

export interface LostValue {
  table: string;
  /** Absent: a record that was to be made. */
  record?: string;
  /** What the record was called. */
  about?: string;
  field: string;
  /** What the field was called: it may be gone. */
  fieldName?: string;
  /** As it was meant; a sum to add has its sign. */
  value: WireInput;
}

export function lostValues(command: GridCommand, cells: readonly SpeculativeCell[]): LostValue[] {
  const names = new Map(cells.flatMap(({ record, about }) => (about ? [[record, about] as const] : [])));
  const fieldNames = new Map(cells.flatMap(({ field, fieldName }) => (fieldName ? [[field, fieldName] as const] : [])));
  const at = (table: string, record: string | undefined, field: string, value: WireInput): LostValue => {
    const about = record === undefined ? undefined : names.get(record);
    const fieldName = fieldNames.get(field);
    return {
      table,
      field,
      value,
      ...(record === undefined ? {} : { record }),
      ...(about ? { about } : {}),
      ...(fieldName ? { fieldName } : {}),
    };
  };
  switch (command.kind) {
    case "set_cells":
      return command.edits.map(({ record, field, value }) => at(command.table, record, field, value));
    case "paste_cells":
      return command.rows.flatMap((row, i) =>
        command.fields.map((field, j) => at(command.table, command.records[i], field, row[j] ?? null)),
      );
    case "create_records":
      return command.records.flatMap((record) =>
        Object.entries(record.cells).map(([field, value]) => at(command.table, undefined, field, value)),
      );
    case "add_to_cells": {
      const { table, field, by } = command;
      return command.records.map((record) => at(table, record, field, by > 0 ? `+${by}` : String(by)));
    }
    default:
      return [];
  }
}

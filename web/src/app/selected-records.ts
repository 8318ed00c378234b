/** The records of a selection, for what acts on "the selected rows". */
import type { SelectionState } from "../grid/types";

export function selectedRecords(selection: SelectionState, idOf: (row: number) => string | undefined): string[] {
  const records = new Set<string>();
  for (const { r0, r1 } of selection.ranges) {
    for (let row = r0; row <= r1 && records.size < 5_000; row += 1) {
      const record = idOf(row);
      if (record) records.add(record);
    }
  }
  return [...records];
}

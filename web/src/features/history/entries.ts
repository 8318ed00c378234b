/**
 * History rows as people see them: the parts of one action are one entry.
 *
 * In: transactions, the newest first, without gaps. Out: entries in the same order. Tests: entries.test.ts.
 */
import type { Schemas } from "../../api/client";

type Row = Schemas["HistoryRow"];

export interface Entry {
  /** Of the newest part. */
  revision: number;
  label: string;
  group: string | null;
  at_ms: number;
  n_cells: number;
  n_records: number;
  /** Undone, and not redone since. */
  isTakenBack: boolean;
}

/** Revisions and groups that stand undone: an undo that was itself taken back by a redo does not count. */
function takenBack(rows: readonly Row[]): { revisions: Set<number>; groups: Set<string> } {
  const revisions = new Set<number>();
  for (const row of rows) {
    if (row.undoes != null && !revisions.has(row.revision)) revisions.add(row.undoes);
  }
  const groups = rows.flatMap((row) => (row.group && revisions.has(row.revision) ? [row.group] : []));
  return { revisions, groups: new Set(groups) };
}

export function entriesOf(rows: readonly Row[]): Entry[] {
  const gone = takenBack(rows);
  const entries: Entry[] = [];
  /** How much the part that gives the present entry its label changed. */
  let weight = 0;
  for (const row of rows) {
    const last = entries.at(-1);
    // A run first marks its cells as waiting; only their answers are changes that a person counts.
    const n_cells = last && row.label === "run_ai" ? 0 : row.n_cells;
    const n = n_cells + row.n_records;
    if (last && row.group && last.group === row.group) {
      last.n_cells += n_cells;
      last.n_records += row.n_records;
      if (n > weight) last.label = row.label;
      weight = Math.max(weight, n);
      continue;
    }
    weight = n;
    const { revision, label, at_ms, n_records } = row;
    const group = row.group ?? null;
    const isTakenBack = gone.revisions.has(revision) || (group !== null && gone.groups.has(group));
    entries.push({ revision, label, group, at_ms, n_cells: row.n_cells, n_records, isTakenBack });
  }
  return entries;
}

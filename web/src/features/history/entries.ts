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
  actor: string;
  label: string;
  group: string | null;
  /** Ids of the tables that it touched. */
  tables: string[];
  at_ms: number;
  n_cells: number;
  n_records: number;
  /** Undone, and not redone since. */
  isTakenBack: boolean;
  canTakeBack: boolean;
}

export function entriesOf(rows: readonly Row[]): Entry[] {
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
      last.canTakeBack ||= row.can_take_back;
      last.tables = [...new Set([...last.tables, ...row.tables])];
      if (n > weight) last.label = row.label;
      weight = Math.max(weight, n);
      continue;
    }
    weight = n;
    const { revision, actor, label, at_ms, n_records } = row;
    entries.push({
      revision,
      actor,
      label,
      group: row.group ?? null,
      tables: row.tables,
      at_ms,
      n_cells: row.n_cells,
      n_records,
      isTakenBack: row.taken_back_by != null,
      canTakeBack: row.can_take_back,
    });
  }
  return entries;
}

/** Who did it, as far as the base knows: this browser, somebody else's, a program, or a job. */
export type Who = { kind: "me" } | { kind: "system" } | { kind: "api" } | { kind: "other"; name: string };

export function whoOf(actor: string, me: string): Who {
  if (actor.startsWith("job:")) return { kind: "system" };
  const name = actor.replace(/^user:local\//, "");
  if (name === "api") return { kind: "api" };
  return name === me ? { kind: "me" } : { kind: "other", name: name.length > 8 ? name.slice(-4) : name };
}

/** Whole days until something leaves the trash, at least one while it is there. */
export function daysLeft(goneAtMs: number, nowMs: number): number {
  return Math.max(1, Math.ceil((goneAtMs - nowMs) / 86_400_000));
}

/** Where a step was done: up to two tables by name; those that are gone have none. */
export function whereOf(entry: Pick<Entry, "tables">, names: ReadonlyMap<string, string>): string {
  const known = entry.tables.flatMap((table) => names.get(table) ?? []);
  return known.length > 2 ? `${known.slice(0, 2).join(", ")} +${known.length - 2}` : known.join(", ");
}

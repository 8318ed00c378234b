/**
 * Edits that the server has not confirmed: shown at once, sent with a client id, sent again after a reconnect,
 * taken back where the server refuses them.
 *
 * Main type: [`Outbox`]. Law: an entry leaves exactly once, by its acknowledgement or its refusal; the newest entry
 * of a cell is the one that shows. Tests: outbox.test.ts.
 */
import type { GridCommand, WireCell, WireError } from "../api/wire";
import { randomId } from "./ids";

/** A cell as it is shown until the server answers. */
export interface SpeculativeCell {
  table: string;
  record: string;
  field: string;
  cell: WireCell;
}

export interface OutboxEntry {
  clientId: string;
  command: GridCommand;
  cells: SpeculativeCell[];
  isSent: boolean;
  settle(outcome: Outcome): void;
}

export type Outcome = { revision: number } | { error: WireError };

export class RefusedError extends Error {
  constructor(readonly error: WireError) {
    super(error.message);
    this.name = "RefusedError";
  }
}

export class Outbox {
  private readonly entries = new Map<string, OutboxEntry>();
  /** `table record field` → entries that show there, oldest first. */
  private readonly shown = new Map<string, { clientId: string; cell: WireCell }[]>();

  constructor(
    /** Sends if there is a connection; false: it must be sent later. */
    private readonly send: (clientId: string, command: GridCommand) => boolean,
    /** Cells came to show something else. */
    private readonly onCells: (cells: readonly SpeculativeCell[]) => void,
    private readonly onCount: (n: number) => void = () => {},
  ) {}

  /** Takes a command; resolves when it is durable, rejects with [`RefusedError`]. */
  submit(command: GridCommand, cells: SpeculativeCell[] = [], clientId = randomId()): Promise<{ revision: number }> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome) =>
        "error" in outcome ? reject(new RefusedError(outcome.error)) : resolve(outcome);
      const entry: OutboxEntry = { clientId, command, cells, isSent: false, settle };
      this.entries.set(clientId, entry);
      for (const cell of cells) {
        const key = cellKey(cell.table, cell.record, cell.field);
        const stack = this.shown.get(key) ?? [];
        stack.push({ clientId, cell: cell.cell });
        this.shown.set(key, stack);
      }
      entry.isSent = this.send(clientId, command);
      this.onCells(cells);
      this.onCount(this.entries.size);
    });
  }

  /** A connection was made: everything unconfirmed goes out again, in order; the server knows repeated ids. */
  resend(): void {
    for (const entry of this.entries.values()) entry.isSent = this.send(entry.clientId, entry.command);
  }

  /** The connection is gone: nothing that was sent can be taken as received. */
  lost(): void {
    for (const entry of this.entries.values()) entry.isSent = false;
  }

  /** False for an id that is not (or no longer) ours: answers may come twice. */
  acknowledge(clientId: string, revision: number): OutboxEntry | undefined {
    const entry = this.take(clientId);
    entry?.settle({ revision });
    return entry;
  }

  reject(clientId: string, error: WireError): OutboxEntry | undefined {
    const entry = this.take(clientId);
    entry?.settle({ error });
    return entry;
  }

  private take(clientId: string): OutboxEntry | undefined {
    const entry = this.entries.get(clientId);
    if (!entry) return undefined;
    this.entries.delete(clientId);
    for (const cell of entry.cells) {
      const key = cellKey(cell.table, cell.record, cell.field);
      const rest = (this.shown.get(key) ?? []).filter((layer) => layer.clientId !== clientId);
      if (rest.length > 0) this.shown.set(key, rest);
      else this.shown.delete(key);
    }
    this.onCells(entry.cells);
    this.onCount(this.entries.size);
    return entry;
  }

  /** What a cell shows for now; undefined: what the server said last. */
  cell(table: string, record: string, field: string): WireCell | undefined {
    if (this.shown.size === 0) return undefined;
    return this.shown.get(cellKey(table, record, field))?.at(-1)?.cell;
  }

  /** The speculative cells of an entry that still waits. */
  cellsOf(clientId: string): readonly SpeculativeCell[] | undefined {
    return this.entries.get(clientId)?.cells;
  }

  get size(): number {
    return this.entries.size;
  }
}

function cellKey(table: string, record: string, field: string): string {
  return `${table} ${record} ${field}`;
}

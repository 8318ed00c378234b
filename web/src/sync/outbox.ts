/**
 * Edits that the server has not confirmed: shown at once, sent with a client id, sent again after a reconnect,
 * taken back where the server refuses them.
 *
 * Main type: [`Outbox`]. Law: an entry leaves exactly once, by its acknowledgement or its refusal; the newest entry
 * of a cell is the one that shows; none is sent before an older one. Tests: outbox.test.ts.
 */
import type { GridCommand, WireCell, WireError } from "../api/wire";
import { randomId } from "./ids";

/** A cell as it is shown until the server answers. */
export interface SpeculativeCell {
  table: string;
  record: string;
  field: string;
  cell: WireCell;
  /** What the record and the field were called. */
  about?: string;
  fieldName?: string;
}

export interface OutboxEntry {
  clientId: string;
  command: GridCommand;
  cells: SpeculativeCell[];
  isSent: boolean;
  settle(outcome: Outcome): void;
}

/** Keeps entries beyond the life of the page. */
export interface Keeper {
  keep(entry: OutboxEntry): void;
  drop(clientId: string): void;
}

export type Outcome = { revision: number } | { error: WireError };

export class RefusedError extends Error {
  constructor(readonly error: WireError) {
    super(error.message);
    this.name = "RefusedError";
  }
}

export class Outbox {
  private entries = new Map<string, OutboxEntry>();
  /** After a break nothing new goes out before what waits went. */
  private isOpen = true;
  /** `table record field` → entries that show there, oldest first. */
  private readonly shown = new Map<string, { clientId: string; cell: WireCell }[]>();

  constructor(
    /** Sends if there is a connection; false: it must be sent later. */
    private readonly send: (clientId: string, command: GridCommand) => boolean,
    /** Cells came to show something else. */
    private readonly onCells: (cells: readonly SpeculativeCell[]) => void,
    private readonly onCount: (n: number) => void = () => {},
    private readonly keeper?: Keeper,
  ) {}

  /** Edits of an earlier life of the page: they stand before all that came since. */
  restore(edits: readonly Pick<OutboxEntry, "clientId" | "command" | "cells">[]): void {
    if (edits.length === 0) return;
    this.isOpen = false;
    const since = this.entries;
    this.entries = new Map();
    for (const { clientId, command, cells } of edits) {
      this.entries.set(clientId, { clientId, command, cells, isSent: false, settle: () => {} });
    }
    for (const [clientId, entry] of since) this.entries.set(clientId, entry);
    this.shown.clear();
    for (const entry of this.entries.values()) this.show(entry);
    for (const { cells } of edits) this.onCells(cells);
    this.onCount(this.entries.size);
  }

  /** What waits, oldest first. */
  waiting(): readonly OutboxEntry[] {
    return [...this.entries.values()];
  }

  /** Takes a command; resolves when it is durable, rejects with [`RefusedError`]. */
  submit(command: GridCommand, cells: SpeculativeCell[] = [], clientId = randomId()): Promise<{ revision: number }> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome) =>
        "error" in outcome ? reject(new RefusedError(outcome.error)) : resolve(outcome);
      const entry: OutboxEntry = { clientId, command, cells, isSent: false, settle };
      this.entries.set(clientId, entry);
      this.show(entry);
      this.keeper?.keep(entry);
      entry.isSent = this.isOpen && this.send(clientId, command);
      this.onCells(cells);
      this.onCount(this.entries.size);
    });
  }

  private show({ clientId, cells }: OutboxEntry): void {
    for (const { table, record, field, cell } of cells) {
      const key = cellKey(table, record, field);
      const stack = this.shown.get(key) ?? [];
      stack.push({ clientId, cell });
      this.shown.set(key, stack);
    }
  }

  /**
   * A connection was made: everything unconfirmed goes out again, in order; the server knows repeated ids.
   * `before` are others' edits that must be there first, by the client id of ours.
   */
  resend(before?: ReadonlyMap<string, readonly Pick<OutboxEntry, "clientId" | "command">[]>): void {
    this.isOpen = true;
    const sent = new Set<string>();
    for (const entry of this.entries.values()) {
      for (const older of before?.get(entry.clientId) ?? []) {
        if (!sent.has(older.clientId)) this.send(older.clientId, older.command);
        sent.add(older.clientId);
      }
      entry.isSent = this.send(entry.clientId, entry.command);
    }
  }

  /** The connection is gone: nothing that was sent can be taken as received. */
  lost(): void {
    this.isOpen = false;
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
    this.keeper?.drop(clientId);
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

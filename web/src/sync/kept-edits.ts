/**
 * The outbox's memory: edits that the server has not confirmed survive a reload and a crash of the browser.
 *
 * Main type: [`KeptEdits`]. In: edits as they come and go. Out: what an earlier window left, and what other windows
 * must have sent before ours. Law: where the machine keeps nothing (private window, full disk) editing goes on and
 * `isSafe` says so. Tests: kept-edits.test.ts.
 */
import type { WireError } from "../api/wire";
import type { EditStore, KeptEdit } from "./edit-store";
import type { Keeper, OutboxEntry } from "./outbox";
import type { Tabs } from "./tabs";

/** A database that does not answer must not keep a shop from working. */
const PATIENCE_MS = 2_000;

export class KeptEdits implements Keeper {
  /** False after an edit could not be kept: closing the window would lose it. */
  isSafe = true;
  private last = 0;
  private readonly orders = new Map<string, number>();

  constructor(
    private readonly store: EditStore,
    private readonly tabs: Tabs,
    private readonly base: string,
    private readonly onSafe: (isSafe: boolean) => void = () => {},
  ) {}

  keep(entry: OutboxEntry): void {
    this.put(entry);
  }

  /** Kept with its refusal until [`drop`] is called: the user may not have seen it yet. */
  keepRefused(entry: OutboxEntry, error: WireError): void {
    this.put(entry, error);
  }

  drop(clientId: string): void {
    this.orders.delete(clientId);
    this.store.remove(clientId).catch(() => undefined);
  }

  private put({ clientId, command, cells }: OutboxEntry, error?: WireError): void {
    const order = this.orders.get(clientId) ?? this.next();
    this.orders.set(clientId, order);
    const { base, tabs } = this;
    const edit: KeptEdit = { clientId, base, tab: tabs.id, order, command, cells, ...(error ? { error } : {}) };
    this.store.put(edit).then(
      () => this.tell(true),
      () => this.tell(false),
    );
  }

  /** The clock orders edits over windows; within one window it never stands still. */
  private next(): number {
    this.last = Math.max(this.last + 1, Date.now() * 1_000);
    return this.last;
  }

  private tell(isSafe: boolean): void {
    // One edit that was not kept is enough, until none waits any more.
    const now = isSafe ? this.isSafe || this.orders.size <= 1 : false;
    if (now === this.isSafe) return;
    this.isSafe = now;
    this.onSafe(now);
  }

  /** What windows that are closed now have left, oldest first; it is ours from here on. */
  async restore(): Promise<KeptEdit[]> {
    const found = await within(this.store.all(this.base), []);
    const others = found.filter((edit) => !this.orders.has(edit.clientId));
    if (others.length === 0) return [];
    const open = await this.tabs.open();
    const left = await within(
      this.store.adopt(
        others.filter((edit) => !open.has(edit.tab)),
        this.tabs.id,
      ),
      [],
    );
    for (const edit of left) this.orders.set(edit.clientId, edit.order);
    return left;
  }

  /**
   * Edits of other windows that stand before ours in the same cells, by the client id of ours. Who sends ours must
   * send these first; the server applies each once, whoever sends it.
   */
  async olderElsewhere(entries: readonly OutboxEntry[]): Promise<ReadonlyMap<string, readonly KeptEdit[]>> {
    const older = new Map<string, KeptEdit[]>();
    const found = await within(this.store.all(this.base), []);
    const others = found.filter((edit) => !this.orders.has(edit.clientId) && !edit.error);
    if (others.length === 0) return older;
    for (const entry of entries) {
      const order = this.orders.get(entry.clientId) ?? Number.POSITIVE_INFINITY;
      const own = new Set(entry.cells.map(place));
      const before = others.filter((edit) => edit.order < order && edit.cells.some((cell) => own.has(place(cell))));
      if (before.length > 0) older.set(entry.clientId, before);
    }
    return older;
  }
}

function place(cell: { table: string; record: string; field: string }): string {
  return `${cell.table} ${cell.record} ${cell.field}`;
}

async function within<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<T>((done) => {
    timer = setTimeout(() => done(otherwise), PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } catch {
    return otherwise;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The cells that the browser holds: windows of 128 rows by column, fetched round the rows on the screen.
 *
 * In: the visible rows, patches. Out: cells by position, damage. Law: a window never shows older cells than a patch
 * that was applied; patches that came while a window was under way are applied to it on arrival; requests that left
 * the ring are aborted. Tests: window-cache.test.ts.
 */
import type { PatchColumn, WireCell, WireNote, WireWindow } from "../api/wire";

export const WINDOW_ROWS = 128;
/** Rows fetched beyond the screen on either side. */
export const RING_ROWS = 64;
const MAX_WINDOWS = 400;
/** Patches kept for windows under way; older ones make such a window be fetched again. */
const MAX_RECENT = 256;
const RETRY_MS = 1500;

export type FetchWindow = (from: number, n: number, signal: AbortSignal) => Promise<WireWindow>;
export type Change = { kind: "all" } | { kind: "rows"; from: number; to: number };

/** The cells of one field in one window; `models` holds whatever the owner made of them. */
export interface ColumnCells<M> {
  cells: WireCell[];
  notes: Map<number, WireNote>;
  models: (M | undefined)[];
}

interface CachedWindow<M> {
  index: number;
  revision: number;
  records: string[];
  columns: Map<string, ColumnCells<M>>;
  /** Must be fetched again; shown until then. */
  isStale: boolean;
  usedAt: number;
}

interface Request {
  abort: AbortController;
}

interface RecentPatch {
  revision: number;
  columns: readonly PatchColumn[];
}

export class WindowCache<M> {
  nTotal = 0;
  /** False until the first window came. */
  isKnown = false;
  private readonly windows = new Map<number, CachedWindow<M>>();
  private readonly requests = new Map<number, Request>();
  private readonly rows = new Map<string, number>();
  private recent: RecentPatch[] = [];
  /** Windows below this revision show another order than the present one. */
  private orderRevision = 0;
  /** Rows on the screen, as stretches of inclusive ends: rows between may be hidden. */
  private shown: readonly (readonly [number, number])[] = [[0, 0]];
  private clock = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private isClosed = false;
  /** The newest failure to fetch; cleared by the next success. */
  error: unknown = null;

  constructor(
    private readonly fetchWindow: FetchWindow,
    private readonly onChange: (change: Change) => void,
    private readonly maxWindows = MAX_WINDOWS,
  ) {}

  close(): void {
    this.isClosed = true;
    clearTimeout(this.retry);
    for (const request of this.requests.values()) request.abort.abort();
    this.requests.clear();
  }

  /** Rows `from ..= to` are on the screen: fetches them and the ring round them, aborts what left it. */
  show(from: number, to: number): void {
    this.showStretches([[from, to]]);
  }

  /** As [`show`], for rows with hidden ones between. */
  showStretches(stretches: readonly (readonly [number, number])[]): void {
    this.shown = stretches;
    const ring = new Set<number>();
    for (const [from, to] of stretches) {
      const first = windowOf(Math.max(0, from - RING_ROWS));
      const last = windowOf(Math.max(0, Math.min(to + RING_ROWS, Math.max(0, this.nTotal - 1))));
      for (let index = first; index <= last; index += 1) ring.add(index);
    }
    for (const [index, request] of this.requests) {
      if (ring.has(index)) continue;
      request.abort.abort();
      this.requests.delete(index);
    }
    // What is on the screen first, then the ring.
    for (const [from, to] of stretches) {
      for (let index = windowOf(from); index <= windowOf(to); index += 1) this.need(index);
    }
    for (const index of ring) this.need(index);
  }

  private showAgain(): void {
    this.showStretches(this.shown);
  }

  /** Fetches windows that are not on the screen, e.g. of a selection to be copied; they are not aborted by `show`. */
  async load(from: number, to: number): Promise<void> {
    const missing: Promise<void>[] = [];
    for (let index = windowOf(from); index <= windowOf(to); index += 1) {
      if (!this.windows.has(index)) missing.push(this.fetch(index, new AbortController()));
    }
    await Promise.all(missing);
  }

  private need(index: number): void {
    const held = this.windows.get(index);
    if ((held && !held.isStale) || this.requests.has(index) || this.isClosed) return;
    if (this.isKnown && index * WINDOW_ROWS >= this.nTotal && index > 0) return;
    const abort = new AbortController();
    this.requests.set(index, { abort });
    void this.fetch(index, abort);
  }

  private async fetch(index: number, abort: AbortController): Promise<void> {
    try {
      const window = await this.fetchWindow(index * WINDOW_ROWS, WINDOW_ROWS, abort.signal);
      if (abort.signal.aborted || this.isClosed) return;
      if (this.requests.get(index)?.abort === abort) this.requests.delete(index);
      this.error = null;
      this.accept(index, window);
    } catch (error) {
      if (abort.signal.aborted || this.isClosed) return;
      if (this.requests.get(index)?.abort === abort) this.requests.delete(index);
      this.error = error;
      this.onChange({ kind: "all" });
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.showAgain(), RETRY_MS);
    }
  }

  private accept(index: number, window: WireWindow): void {
    if (window.revision < this.orderRevision || this.missesPatches(window.revision)) {
      this.need(index);
      return;
    }
    const held: CachedWindow<M> = {
      index,
      revision: window.revision,
      records: window.records,
      columns: new Map(),
      isStale: false,
      usedAt: ++this.clock,
    };
    for (const [field, cells] of Object.entries(window.columns)) {
      const notes = new Map<number, WireNote>();
      for (const [at, note] of Object.entries(window.notes?.[field] ?? {})) notes.set(Number(at), note);
      held.columns.set(field, { cells, notes, models: new Array(cells.length) });
    }
    this.forget(index);
    this.windows.set(index, held);
    window.records.forEach((record, at) => {
      this.rows.set(record, index * WINDOW_ROWS + at);
    });
    for (const patch of this.recent) {
      if (patch.revision > window.revision) this.patchWindow(held, patch);
    }
    const isGrown = !this.isKnown || this.nTotal !== window.n_total;
    this.nTotal = window.n_total;
    this.isKnown = true;
    this.evict();
    if (isGrown) this.dropBeyondEnd();
    const from = index * WINDOW_ROWS;
    this.onChange(isGrown ? { kind: "all" } : { kind: "rows", from, to: from + WINDOW_ROWS - 1 });
    if (isGrown) this.showAgain();
  }

  /** True where patches newer than the window have been forgotten. */
  private missesPatches(revision: number): boolean {
    const oldest = this.recent[0];
    return this.recent.length >= MAX_RECENT && oldest !== undefined && revision < oldest.revision - 1;
  }

  private dropBeyondEnd(): void {
    for (const index of [...this.windows.keys()]) {
      if (index > 0 && index * WINDOW_ROWS >= this.nTotal) this.forget(index);
    }
  }

  private forget(index: number): void {
    const held = this.windows.get(index);
    if (!held) return;
    held.records.forEach((record, at) => {
      if (this.rows.get(record) === index * WINDOW_ROWS + at) this.rows.delete(record);
    });
    this.windows.delete(index);
  }

  private evict(): void {
    if (this.windows.size <= this.maxWindows) return;
    const byAge = [...this.windows.values()].sort((a, b) => a.usedAt - b.usedAt);
    const isShown = (index: number) =>
      this.shown.some(([from, to]) => index >= windowOf(from) && index <= windowOf(to));
    for (const held of byAge) {
      if (this.windows.size <= this.maxWindows) return;
      if (!isShown(held.index)) this.forget(held.index);
    }
  }

  /** The cells of a field in the window of a row, with the row's offset; undefined: not loaded. */
  column(row: number, field: string): ColumnCells<M> | undefined {
    const held = this.windows.get(windowOf(row));
    if (!held) return undefined;
    held.usedAt = ++this.clock;
    return held.columns.get(field);
  }

  recordAt(row: number): string | undefined {
    return this.windows.get(windowOf(row))?.records[row % WINDOW_ROWS];
  }

  rowOf(record: string): number | undefined {
    return this.rows.get(record);
  }

  cellOf(record: string, field: string): WireCell | undefined {
    const row = this.rows.get(record);
    return row === undefined ? undefined : this.column(row, field)?.cells[row % WINDOW_ROWS];
  }

  /** Keeps a confirmed edit whose patch never came, until its window is fetched again. */
  put(record: string, field: string, cell: WireCell): void {
    const row = this.rows.get(record);
    const column = row === undefined ? undefined : this.column(row, field);
    if (row === undefined || !column) return;
    column.cells[row % WINDOW_ROWS] = cell;
    column.models[row % WINDOW_ROWS] = undefined;
  }

  /** Forgets the drawn form of cells, e.g. because a field's settings changed; all fields if none is named. */
  redraw(field?: string): void {
    for (const held of this.windows.values()) {
      for (const [key, column] of held.columns) {
        if (field === undefined || key === field) column.models = new Array(column.cells.length);
      }
    }
    this.onChange({ kind: "all" });
  }

  /** Forgets the drawn form of one record's cells. */
  redrawRecord(record: string): void {
    const row = this.rows.get(record);
    if (row === undefined) return;
    for (const column of this.windows.get(windowOf(row))?.columns.values() ?? []) {
      column.models[row % WINDOW_ROWS] = undefined;
    }
    this.onChange({ kind: "rows", from: row, to: row });
  }

  /** Changed cells of this table at `revision`. */
  apply(revision: number, columns: readonly PatchColumn[]): void {
    const patch = { revision, columns };
    this.recent.push(patch);
    if (this.recent.length > MAX_RECENT) this.recent.shift();
    let from = Number.POSITIVE_INFINITY;
    let to = -1;
    for (const held of this.windows.values()) {
      // A window that is newer than the patch holds its cells already.
      if (held.revision >= revision) continue;
      const touched = this.patchWindow(held, patch);
      from = Math.min(from, touched.from);
      to = Math.max(to, touched.to);
    }
    if (to >= 0) this.onChange({ kind: "rows", from, to });
  }

  private patchWindow(held: CachedWindow<M>, patch: RecentPatch): { from: number; to: number } {
    let from = Number.POSITIVE_INFINITY;
    let to = -1;
    const start = held.index * WINDOW_ROWS;
    for (const part of patch.columns) {
      const column = held.columns.get(part.field);
      if (!column) continue;
      part.records.forEach((record, at) => {
        const row = this.rows.get(record);
        const offset = row === undefined ? -1 : row - start;
        if (row === undefined || offset < 0 || offset >= held.records.length) return;
        column.cells[offset] = part.cells[at] ?? null;
        const note = part.notes?.[String(at)];
        if (note) column.notes.set(offset, note);
        else column.notes.delete(offset);
        column.models[offset] = undefined;
        from = Math.min(from, row);
        to = Math.max(to, row);
      });
    }
    return { from, to };
  }

  /** Records came, went or moved at `revision`: every window is fetched again, shown as it is until then. */
  invalidate(revision: number): void {
    this.orderRevision = Math.max(this.orderRevision, revision);
    for (const request of this.requests.values()) request.abort.abort();
    this.requests.clear();
    for (const held of this.windows.values()) held.isStale = true;
    this.showAgain();
  }

  /** Fetches again although the revision is the same (another filter, a resync). */
  reload(): void {
    this.recent = [];
    this.invalidate(0);
  }

  /** Forgets everything, for another view or search. */
  reset(): void {
    for (const index of [...this.windows.keys()]) this.forget(index);
    this.isKnown = false;
    this.recent = [];
    this.orderRevision = 0;
    for (const request of this.requests.values()) request.abort.abort();
    this.requests.clear();
    this.onChange({ kind: "all" });
    this.showAgain();
  }

  get nWindows(): number {
    return this.windows.size;
  }

  get nRequests(): number {
    return this.requests.size;
  }

  /** True where every row on the screen is loaded and fresh. */
  get isSettled(): boolean {
    return this.requests.size === 0;
  }
}

export function windowOf(row: number): number {
  return Math.floor(row / WINDOW_ROWS);
}

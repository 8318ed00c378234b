/**
 * One table in one view, live: joins the window cache, the outbox and the field types into what the grid asks for.
 *
 * Main type: [`TableSession`]. In: edits by position. Out: drawable cells, damage, the wire's commands. Law: rows
 * become record ids before anything leaves this file; an edit shows before it is sent. Tests: table-session.test.ts.
 */
import type { CellEdit, PatchMessage, WireCell, WireField, WireInput, WireNote } from "../api/wire";
import type {
  CellAt,
  CellModel,
  CellTextEdit,
  Damage,
  FillRequest,
  GridColumn,
  GridSource,
  GroupHead,
  PastedCell,
  Range,
} from "../grid/types";
import type { BaseSession, LiveTable } from "./base-session";
import { GroupRows, type GroupSpan } from "./group-rows";
import { asInput, isObjects, pastedInput } from "./inputs";
import { CELLS_PER_COMMAND, EDITED_CELLS, EDITED_ROWS, ROWS_PER_COMMAND, TooLargeError } from "./limits";
import type { SpeculativeCell } from "./outbox";
import { type ColumnCells, type FetchWindow, WINDOW_ROWS, WindowCache } from "./window-cache";

/** What the field types know about cells; `fields/registry.ts` is the real one. */
export interface CellPort {
  toModel(cell: WireCell, field: WireField, note: WireNote | undefined): CellModel;
  editText(cell: WireCell, field: WireField): string;
  copyText(cell: WireCell, field: WireField): string;
  /** The best guess of what the server will make of a typed text. */
  speculate(text: string, field: WireField): WireCell;
  column(field: WireField, width: number | undefined): GridColumn;
}

export interface TableSessionOptions {
  session: BaseSession;
  table: string;
  view: string | null;
  /** Visible fields in order. */
  fields: readonly WireField[];
  /** Widths by field id, where the view sets them. */
  widths?: Readonly<Record<string, number>>;
  fetchWindow: (from: number, n: number, signal: AbortSignal) => ReturnType<FetchWindow>;
  cells: CellPort;
  /** A command failed although it was not refused with a reason that the session already tells. */
  onError?: (error: unknown) => void;
}

/** Rows of the view that a session asks to hear of. */
const MAX_WATCHED = 2_000;
/** Edits of one command whose records are kept by name. */
const NAMED_EDITS = 50;
/** What a head has in its cells. */
const NOTHING: CellModel = { kind: "blank" };

export class TableSession implements GridSource, LiveTable {
  readonly table: string;
  columns: readonly GridColumn[] = [];
  private view: string | null;
  private fields: readonly WireField[] = [];
  private readonly cache: WindowCache<CellModel>;
  /** Heads between the rows; null: the rows of the grid are those of the view. */
  private groups: GroupRows<GroupHead> | null = null;
  private readonly listeners = new Set<(damage: Damage) => void>();
  private readonly revisionListeners = new Set<(revision: number) => void>();
  private readonly scrollListeners = new Set<(from: number, to: number) => void>();
  /** Fields by record that hold the text that is looked for. */
  private hits: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  private readonly detach: () => void;
  private shownFrom = 0;
  private shownTo = 0;
  private watchTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: TableSessionOptions) {
    this.table = options.table;
    this.view = options.view;
    const fetch: FetchWindow = (from, n, signal) => options.fetchWindow(from, n, signal);
    this.cache = new WindowCache(fetch, this.cacheChanged);
    this.setFields(options.fields, options.widths);
    this.detach = options.session.attach(this);
    this.cache.show(0, WINDOW_ROWS - 1);
  }

  destroy(): void {
    clearTimeout(this.watchTimer);
    this.detach();
    this.cache.close();
    this.listeners.clear();
  }

  // ——— what the shell sets ———

  /** The visible fields and their widths; cells are drawn anew where a field's settings changed. */
  setFields(fields: readonly WireField[], widths: Readonly<Record<string, number>> = {}): void {
    const known = new Map(this.fields.map((field) => [field.id, field]));
    const isNew = fields.some((field) => !known.has(field.id));
    const isFirst = this.fields.length === 0;
    this.fields = fields;
    this.columns = fields.map((field) => this.options.cells.column(field, widths[field.id]));
    if (isFirst) return;
    for (const field of fields) {
      const before = known.get(field.id);
      if (before && before !== field && JSON.stringify(before) !== JSON.stringify(field)) this.cache.redraw(field.id);
    }
    if (isNew) this.cache.reload();
    this.emit({ kind: "all" });
  }

  /** Another view, filter, sort or search: everything is fetched anew. */
  setView(view: string | null): void {
    this.view = view;
    this.cache.reset();
    this.options.session.watch(this);
  }

  /** The same view answers differently now (its filter was saved, the search text changed). */
  refetch(): void {
    this.cache.reset();
  }

  get isLoaded(): boolean {
    return this.cache.isKnown;
  }

  get loadError(): unknown {
    return this.cache.error;
  }

  fieldAt(col: number): WireField | undefined {
    return this.fields[col];
  }

  /** The cell as the wire has it, with unconfirmed edits; undefined: not loaded. */
  wireCell(row: number, col: number): WireCell | undefined {
    const field = this.fields[col];
    const record = this.idOf(row);
    if (!field || record === undefined) return undefined;
    const speculative = this.options.session.outbox.cell(this.table, record, field.id);
    if (speculative !== undefined) return speculative;
    const at = this.viewRow(row);
    return this.cache.column(at, field.id)?.cells[at % WINDOW_ROWS];
  }

  noteAt(row: number, col: number): WireNote | undefined {
    const field = this.fields[col];
    const at = this.viewRow(row);
    return field && at >= 0 ? this.cache.column(at, field.id)?.notes.get(at % WINDOW_ROWS) : undefined;
  }

  // ——— groups ———

  /** Puts heads between the rows; null takes them away. */
  setGroups(spans: readonly GroupSpan<GroupHead>[] | null, collapsed: ReadonlySet<string> = new Set()): void {
    if (!spans && !this.groups) return;
    this.groups = spans && new GroupRows(spans, collapsed, this.cache.nTotal);
    this.emit({ kind: "all" });
  }

  /** The row of the view that stands in a row of the grid; -1: a head. */
  viewRow(row: number): number {
    return this.groups ? this.groups.viewRow(row) : row;
  }

  /** Where a row of the view stands in the grid; undefined: in a collapsed group. */
  gridRow(viewRow: number): number | undefined {
    return this.groups ? this.groups.gridRow(viewRow) : viewRow;
  }

  /** The paths of the groups that a row of the view lies in. */
  groupPaths(viewRow: number): string[] {
    return this.groups?.pathsOf(viewRow) ?? [];
  }

  groupAt(row: number): GroupHead | undefined {
    return this.groups?.headAt(row)?.group;
  }

  /** The path of the group whose head stands in a row. */
  groupPathAt(row: number): string | undefined {
    return this.groups?.headAt(row)?.path;
  }

  rowLabel(row: number): string {
    return String(this.viewRow(row) + 1);
  }

  /** Rows of the view among rows of the grid. */
  private stretches(from: number, to: number): readonly (readonly [number, number])[] {
    return this.groups ? this.groups.stretches(from, to) : [[from, to]];
  }

  /** Fetches the rows of the grid that are not on the screen. */
  private async load(from: number, to: number): Promise<void> {
    await Promise.all(this.stretches(from, to).map(([r0, r1]) => this.cache.load(r0, r1)));
  }

  private readonly cacheChanged = (damage: Damage): void => {
    const { groups } = this;
    if (groups && groups.nTotal !== this.cache.nTotal) {
      this.groups = new GroupRows(groups.spans, groups.collapsed, this.cache.nTotal);
    }
    this.emit(groups ? { kind: "all" } : damage);
  };

  // ——— GridSource ———

  get rowCount(): number {
    return this.groups ? this.groups.rowCount : this.cache.nTotal;
  }

  /** Records of the view, hidden ones included. */
  get recordCount(): number {
    return this.cache.nTotal;
  }

  cell(row: number, col: number): CellModel | undefined {
    const field = this.fields[col];
    if (!field) return undefined;
    const viewRow = this.viewRow(row);
    if (viewRow < 0) return NOTHING;
    const column = this.cache.column(viewRow, field.id);
    if (!column) return undefined;
    const at = viewRow % WINDOW_ROWS;
    return column.models[at] ?? this.draw(viewRow, at, field, column);
  }

  private draw(viewRow: number, at: number, field: WireField, column: ColumnCells<CellModel>): CellModel | undefined {
    const record = this.cache.recordAt(viewRow);
    if (record === undefined || at >= column.cells.length) return undefined;
    const speculative = this.options.session.outbox.cell(this.table, record, field.id);
    const cell = speculative !== undefined ? speculative : (column.cells[at] ?? null);
    const model = this.options.cells.toModel(cell, field, column.notes.get(at));
    column.models[at] = model;
    return model;
  }

  editText(row: number, col: number): string | undefined {
    const field = this.fields[col];
    const cell = this.wireCell(row, col);
    return field && cell !== undefined ? this.options.cells.editText(cell, field) : undefined;
  }

  copyText(row: number, col: number): string | undefined {
    const head = this.groupAt(row);
    if (head) return col === 0 ? head.label : "";
    const field = this.fields[col];
    const cell = this.wireCell(row, col);
    return field && cell !== undefined ? this.options.cells.copyText(cell, field) : undefined;
  }

  /** Attachments have no text that could be read back, names of records may be shared: they travel as they are. */
  clipValue(row: number, col: number): string | undefined {
    const cell = this.wireCell(row, col);
    return isObjects(cell) ? JSON.stringify(cell) : undefined;
  }

  idOf(row: number): string | undefined {
    const at = this.viewRow(row);
    return at < 0 ? undefined : this.cache.recordAt(at);
  }

  rowOf(id: string): number | undefined {
    const at = this.cache.rowOf(id);
    return at === undefined ? undefined : this.gridRow(at);
  }

  onVisible(from: number, to: number): void {
    const stretches = this.stretches(from, to);
    this.cache.showStretches(stretches);
    const [from0, to0] = [this.shownFrom, this.shownTo];
    // Heads alone on the screen: the first rows stand for what is to be watched.
    this.shownFrom = stretches[0]?.[0] ?? 0;
    this.shownTo = Math.min(stretches.at(-1)?.[1] ?? 0, this.shownFrom + MAX_WATCHED);
    // A repaint of the same rows is no scroll: marks that lead to a repaint would lead to marks again.
    if (from0 !== this.shownFrom || to0 !== this.shownTo) {
      for (const listener of this.scrollListeners) listener(this.shownFrom, this.shownTo);
    }
    clearTimeout(this.watchTimer);
    this.watchTimer = setTimeout(() => this.options.session.watch(this), 150);
  }

  want(from: number, to: number): void {
    void this.load(from, to);
  }

  subscribe(listener: (damage: Damage) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private readonly emit = (damage: Damage): void => {
    for (const listener of this.listeners) listener(damage);
  };

  // ——— LiveTable ———

  watched(): { view: string | null; from: number; n: number } {
    const from = Math.max(0, this.shownFrom - 64);
    return { view: this.view, from, n: this.shownTo + 65 - from };
  }

  /** Hears which rows of the view are on the screen, now and after every scroll. */
  onShown(listener: (from: number, to: number) => void): () => void {
    this.scrollListeners.add(listener);
    listener(this.shownFrom, this.shownTo);
    return () => this.scrollListeners.delete(listener);
  }

  setHits(hits: ReadonlyMap<string, ReadonlySet<string>>): void {
    if (hits.size === 0 && this.hits.size === 0) return;
    this.hits = hits;
    this.emit({ kind: "all" });
  }

  isHit(row: number, col: number): boolean {
    if (this.hits.size === 0) return false;
    const record = this.idOf(row);
    const field = this.fields[col];
    return record !== undefined && field !== undefined && this.hits.get(record)?.has(field.id) === true;
  }

  /** Hears of every change of the base: what is computed over the table may be another. */
  onRevision(listener: (revision: number) => void): () => void {
    this.revisionListeners.add(listener);
    return () => this.revisionListeners.delete(listener);
  }

  patched(patch: PatchMessage): void {
    for (const listener of this.revisionListeners) listener(patch.revision);
    const cells = patch.cells.filter((part) => part.table === this.table);
    if (cells.length > 0) this.cache.apply(patch.revision, cells);
    const isMoved =
      patch.order_changed?.includes(this.table) ||
      (patch.appended?.[this.table] ?? 0) > 0 ||
      (patch.removed?.[this.table]?.length ?? 0) > 0;
    if (isMoved) this.cache.invalidate(patch.revision);
  }

  resync(): void {
    this.cache.reload();
  }

  speculated(cells: readonly SpeculativeCell[]): void {
    const records = new Set(cells.filter((cell) => cell.table === this.table).map((cell) => cell.record));
    for (const record of records) this.cache.redrawRecord(record);
  }

  confirmed(cells: readonly SpeculativeCell[]): void {
    for (const { table, record, field, cell } of cells) if (table === this.table) this.cache.put(record, field, cell);
  }

  // ——— edits ———

  /** Typed texts, read by the fields' types. */
  editTexts(edits: readonly CellTextEdit[]): Promise<void> {
    return this.setInputs(edits.map(({ row, col, text }) => ({ row, col, value: text === "" ? null : text })));
  }

  /** Values at positions; rows that are not loaded are left out. */
  setInputs(edits: readonly (CellAt & { value: WireInput })[], addOptions = false): Promise<void> {
    const sent: CellEdit[] = [];
    const shown: SpeculativeCell[] = [];
    for (const { row, col, value } of edits) {
      const record = this.idOf(row);
      const field = this.fields[col];
      if (record === undefined || !field || this.columns[col]?.readonly) continue;
      sent.push({ record, field: field.id, value });
      shown.push({ ...this.named(row, field, edits.length), record, field: field.id, cell: this.guess(value, field) });
    }
    if (sent.length === 0) return Promise.resolve();
    const command = { kind: "set_cells" as const, table: this.table, edits: sent };
    return this.submit(addOptions ? { ...command, add_options: true } : command, shown);
  }

  /** One value by record id, for editors that stay open while rows move. */
  setCell(record: string, fieldId: string, value: WireInput, addOptions = false): Promise<void> {
    const field = this.fields.find((one) => one.id === fieldId);
    if (!field) return Promise.resolve();
    const cell = this.guess(value, field);
    const named = this.named(this.rowOf(record) ?? -1, field, 1);
    return this.submit(
      { kind: "set_cells", table: this.table, edits: [{ record, field: fieldId, value }], add_options: addOptions },
      [{ ...named, record, field: fieldId, cell }],
    );
  }

  /** Of a few edits it is kept what their records are called, should the server refuse them when nobody remembers. */
  private named(row: number, field: WireField, n: number): Pick<SpeculativeCell, "table" | "about" | "fieldName"> {
    if (n > NAMED_EDITS) return { table: this.table };
    const about = this.copyText(row, 0);
    return { table: this.table, fieldName: field.name, ...(about ? { about } : {}) };
  }

  private guess(value: WireInput, field: WireField): WireCell {
    return typeof value === "string" ? this.options.cells.speculate(value, field) : value;
  }

  toggle(cells: readonly CellAt[], checked: boolean): Promise<void> {
    return this.inParts(cells.map((at) => ({ ...at, value: checked })));
  }

  async clear(ranges: readonly Range[]): Promise<void> {
    if (this.isTooLarge(ranges)) return;
    const edits: (CellAt & { value: null })[] = [];
    for (const range of ranges) {
      for (let row = range.r0; row <= range.r1; row += 1) {
        for (let col = range.c0; col <= range.c1; col += 1) edits.push({ row, col, value: null });
      }
    }
    await this.inParts(edits);
  }

  /** Tells `onError` where an action would touch more than the limits allow. */
  private isTooLarge(ranges: readonly Range[]): boolean {
    const nRows = ranges.reduce((sum, range) => sum + range.r1 - range.r0 + 1, 0);
    const nCells = ranges.reduce((sum, { r0, r1, c0, c1 }) => sum + (r1 - r0 + 1) * (c1 - c0 + 1), 0);
    if (nRows <= EDITED_ROWS && nCells <= EDITED_CELLS) return false;
    const error = nRows > EDITED_ROWS ? new TooLargeError(nRows, EDITED_ROWS) : new TooLargeError(nCells, EDITED_CELLS);
    this.options.onError?.(error);
    return true;
  }

  private async inParts(edits: readonly (CellAt & { value: WireInput })[]): Promise<void> {
    if (edits.length === 0) return;
    let from = Number.POSITIVE_INFINITY;
    let to = 0;
    for (const { row } of edits) {
      from = Math.min(from, row);
      to = Math.max(to, row);
    }
    if (!this.isRangeLoaded(from, to)) await this.load(from, to);
    const parts: Promise<void>[] = [];
    for (let at = 0; at < edits.length; at += CELLS_PER_COMMAND) {
      parts.push(this.setInputs(edits.slice(at, at + CELLS_PER_COMMAND)));
    }
    await Promise.all(parts);
  }

  private isRangeLoaded(from: number, to: number): boolean {
    const isLoaded = ([r0, r1]: readonly [number, number]) => {
      for (let at = r0; at <= r1; at += WINDOW_ROWS) if (this.cache.recordAt(at) === undefined) return false;
      return this.cache.recordAt(r1) !== undefined;
    };
    return this.stretches(from, to).every(isLoaded);
  }

  /** A matrix at a cell; rows beyond the end become new records. A single value fills the target. */
  async paste(matrix: readonly (readonly PastedCell[])[], at: CellAt, target?: Range): Promise<void> {
    const first = matrix[0]?.[0];
    if (!first) return;
    const isSingle = matrix.length === 1 && matrix[0]?.length === 1;
    if (isSingle && target) {
      if (this.isTooLarge([target])) return;
      const edits: (CellAt & { value: WireInput })[] = [];
      for (let row = target.r0; row <= target.r1; row += 1) {
        for (let col = target.c0; col <= target.c1; col += 1)
          edits.push({ row, col, value: pastedInput(first, this.fields[col]) });
      }
      return this.inParts(edits);
    }
    for (let start = 0; start < matrix.length; start += ROWS_PER_COMMAND) {
      await this.pastePart(matrix.slice(start, start + ROWS_PER_COMMAND), { row: at.row + start, col: at.col });
    }
  }

  private async pastePart(matrix: readonly (readonly PastedCell[])[], at: CellAt): Promise<void> {
    const targetRows = this.recordRows(at.row, matrix.length);
    const nHere = targetRows.length;
    const lastRow = targetRows.at(-1);
    if (lastRow !== undefined && !this.isRangeLoaded(at.row, lastRow)) await this.load(at.row, lastRow);
    const records: string[] = [];
    for (const row of targetRows) {
      const record = this.idOf(row);
      if (record === undefined) return;
      records.push(record);
    }
    // Formula columns keep their place in the matrix but take nothing.
    const width = Math.max(...matrix.map((row) => row.length));
    const targets: { col: number; field: WireField }[] = [];
    for (let j = 0; j < width; j += 1) {
      const field = this.fields[at.col + j];
      if (field && !this.columns[at.col + j]?.readonly) targets.push({ col: j, field });
    }
    if (targets.length === 0) return;
    const rows = matrix.map((row) =>
      targets.map(({ col }) => (row[col] ? pastedInput(row[col], this.fields[at.col + col]) : null)),
    );
    const shown: SpeculativeCell[] = [];
    records.forEach((record, i) => {
      targets.forEach(({ field }, j) => {
        const cell = this.guess(rows[i]?.[j] ?? null, field);
        shown.push({ ...this.named(targetRows[i] ?? -1, field, records.length), record, field: field.id, cell });
      });
    });
    const fields = targets.map(({ field }) => field.id);
    const append = matrix.length - nHere;
    await this.submit(
      { kind: "paste_cells", table: this.table, records, fields, rows, append, add_options: true },
      shown,
    );
  }

  /** Up to `n` rows of the grid from a row on that are records. */
  private recordRows(from: number, n: number): number[] {
    const rows: number[] = [];
    for (let row = from; row < this.rowCount && rows.length < n; row += 1) if (this.viewRow(row) >= 0) rows.push(row);
    return rows;
  }

  async fill(request: FillRequest): Promise<void> {
    if (this.isTooLarge([request.from, request.to])) return;
    await this.load(request.from.r0, request.from.r1);
    const edits: (CellAt & { value: WireInput })[] = [];
    request.values().forEach((row, i) => {
      row.forEach((value, j) => {
        const at = { row: request.to.r0 + i, col: request.to.c0 + j };
        if ("text" in value) edits.push({ ...at, value: value.text === "" ? null : value.text });
        else edits.push({ ...at, value: asInput(this.wireCell(value.copyOf.row, value.copyOf.col)) });
      });
    });
    await this.inParts(edits);
  }

  /** A new record with these inputs by field id; resolves when it is durable. */
  addRecord(cells: Record<string, WireInput> = {}): Promise<void> {
    return this.submit({ kind: "create_records", table: this.table, records: [{ cells }] }, []);
  }

  deleteRecords(records: string[]): Promise<void> {
    return this.submit({ kind: "delete_records", table: this.table, records }, []);
  }

  /** Deletes the records at rows; loads their ids first where needed. */
  async deleteRows(ranges: readonly Range[]): Promise<void> {
    const records = await this.recordsOf(ranges);
    if (records.length > 0) await this.deleteRecords(records);
  }

  /** Adds to (or takes from) the number in each of the rows; the server does the sum, so nobody's is lost. */
  async addToRows(ranges: readonly Range[], field: string, by: number): Promise<void> {
    const records = await this.recordsOf(ranges);
    if (records.length > 0) await this.submit({ kind: "add_to_cells", table: this.table, records, field, by }, []);
  }

  private async recordsOf(ranges: readonly Range[]): Promise<string[]> {
    if (this.isTooLarge(ranges.map((range) => ({ ...range, c0: 0, c1: 0 })))) return [];
    const records: string[] = [];
    for (const { r0, r1 } of ranges) {
      if (!this.isRangeLoaded(r0, r1)) await this.load(r0, r1);
      for (let row = r0; row <= r1; row += 1) {
        const record = this.idOf(row);
        if (record !== undefined) records.push(record);
      }
    }
    return [...new Set(records)];
  }

  /** What a button does to the record is worked out by the server. */
  press(record: string, field: string): Promise<void> {
    return this.submit({ kind: "press_button", table: this.table, record, field }, []);
  }

  undo(): Promise<void> {
    return this.submit({ kind: "undo" }, []);
  }

  redo(): Promise<void> {
    return this.submit({ kind: "redo" }, []);
  }

  private async submit(command: Parameters<BaseSession["submit"]>[0], cells: SpeculativeCell[]): Promise<void> {
    try {
      await this.options.session.submit(command, cells);
    } catch (error) {
      // The session tells of refusals by its `refused` event; callers need not handle them twice.
      this.options.onError?.(error);
    }
  }
}

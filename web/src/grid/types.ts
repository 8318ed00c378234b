/**
 * The grid's door: what it asks of the data ([`GridSource`]), what it draws ([`CellModel`]) and what it tells
 * ([`GridCallbacks`]).
 *
 * Law: the grid knows no product. Rows are positions in a view; whoever owns the data gives each loaded row a
 * stable `idOf`, so that a selection survives rows that come and go.
 */

export type Align = "left" | "right" | "center";

/** How editing starts: in the one textarea, in a popover of the owner, by a click that toggles or presses, or not at all. */
export type EditKind = "text" | "popover" | "toggle" | "press" | "none";

export interface GridColumn {
  key: string;
  title: string;
  /** CSS pixels. */
  width: number;
  align: Align;
  /** A name of `icons.ts`. */
  icon: string;
  readonly: boolean;
  edit: EditKind;
  /** Enter with Alt or Ctrl makes a new line; tall rows wrap. */
  multiline?: boolean;
  /** Violet rule at the left of every cell and of the header. */
  ai?: boolean;
  /** Shown beside the title in amber, e.g. the number of misfits; absent or 0: nothing. */
  warnings?: number;
}

export type CellMark = "queued" | "running" | "review" | "stale" | "failed" | "locked";

export interface Chip {
  text: string;
  /** 0–11 */
  color: number;
}

export interface CellImage {
  /** Absent where the file is no picture: its name is drawn instead. */
  src?: string;
  name: string;
}

/** What a cell looks like; made by the owner once per cell and kept, as a frame must not allocate per cell. */
export type CellModel = { mark?: CellMark; ai?: boolean } & (
  | { kind: "blank" }
  | { kind: "text"; text: string; tone?: "plain" | "link" | "error" | "misfit" | "dim" }
  | { kind: "number"; text: string; prefix?: string; suffix?: string; negative?: boolean }
  | { kind: "check"; checked: boolean }
  | { kind: "button"; label: string }
  | { kind: "rating"; value: number; max: number }
  /** `share` is from 0 to 1. */
  | { kind: "progress"; share: number; text: string }
  | { kind: "chips"; chips: readonly Chip[] }
  | { kind: "images"; images: readonly CellImage[] }
  | { kind: "pending" }
);

/** A cell's position. */
export interface CellAt {
  row: number;
  col: number;
}

/** Inclusive on all sides; `r0 <= r1`, `c0 <= c1`. */
export interface Range {
  r0: number;
  c0: number;
  r1: number;
  c1: number;
}

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The head of a group: a row that stands for the rows below it. */
export interface GroupHead {
  /** 0: the outermost. */
  depth: number;
  /** What is grouped by. */
  title: string;
  label: string;
  /** The tint of the label as a chip, 0–11; absent: plain. */
  color?: number;
  /** How many rows, as shown. */
  count: string;
  isCollapsed: boolean;
  /** Texts in columns, by key. */
  values: ReadonlyMap<string, string>;
}

/** Where somebody else's cell cursor is. */
export interface PeerMark {
  /** As `idOf` gives it. */
  record: string;
  /** The column's key. */
  column: string;
  /** A place among the theme's colours of people; any number. */
  color: number;
  name: string;
  /** The flag with the name is out; otherwise it comes when the pointer is in the row. */
  showsName: boolean;
}

/** What changed in the data: repaint these rows, or everything (also when the number of rows changed). */
export type Damage = { kind: "all" } | { kind: "rows"; from: number; to: number };

export interface GridSource {
  readonly rowCount: number;
  readonly columns: readonly GridColumn[];
  /** Undefined: not loaded yet; drawn as a grey bar. */
  cell(row: number, col: number): CellModel | undefined;
  /** The text that the editor opens with; undefined: not loaded. */
  editText(row: number, col: number): string | undefined;
  /** The text that copying gives. */
  copyText(row: number, col: number): string | undefined;
  /** A value that only this product understands, beside the text in the HTML flavour of the clipboard. */
  clipValue?(row: number, col: number): string | undefined;
  idOf(row: number): string | undefined;
  rowOf(id: string): number | undefined;
  /** The head in this row, where rows are grouped; it has no cells. */
  groupAt?(row: number): GroupHead | undefined;
  /** Cells that hold the text that is looked for are marked. */
  isHit?(row: number, col: number): boolean;
  /** What stands at the left of a row; absent: its number from 1. */
  rowLabel?(row: number): string;
  /** Rows `from ..= to` are on the screen. */
  onVisible(from: number, to: number): void;
  /** Rows `from ..= to` will be copied or filled soon. */
  want?(from: number, to: number): void;
  subscribe?(listener: (damage: Damage) => void): () => void;
}

export interface CellTextEdit extends CellAt {
  text: string;
}

export interface PastedCell {
  text: string;
  /** From `clipValue`, where the clipboard came from this product. */
  value?: string;
}

/** Either a text as if typed, or a copy of another cell as it is. */
export type FillValue = { text: string } | { copyOf: CellAt };

export interface FillRequest {
  from: Range;
  to: Range;
  /** Makes one row of values per row of `to`; the owner may find the target too large before. */
  values(): FillValue[][];
}

export interface GridCallbacks {
  onEdit?(edits: CellTextEdit[]): void;
  /** A toggle cell was clicked or got a space; `checked` is the new state. */
  onToggle?(cells: CellAt[], checked: boolean): void;
  /** `target` is the selection; a single value fills it, a matrix may reach beyond its end. */
  /** A button cell was clicked, tapped, or got a space or F2. */
  onPress?(at: CellAt): void;
  onPaste?(matrix: PastedCell[][], at: CellAt, target: Range): void;
  onFill?(request: FillRequest): void;
  onClear?(ranges: Range[]): void;
  onColumnResize?(col: number, width: number): void;
  onColumnMove?(from: number, to: number): void;
  onHeaderMenu?(col: number, rect: DOMRect): void;
  onContextMenu?(at: { cell: CellAt | null; x: number; y: number }): void;
  onOpenRecord?(row: number): void;
  /** The head of a group was clicked, or got a space or Enter. */
  onToggleGroup?(row: number): void;
  onAddRow?(): void;
  onAddColumn?(rect: DOMRect): void;
  onSelectionChange?(selection: SelectionState): void;
  /** For columns whose `edit` is `popover`; `typed` is the text that opened it. Focus returns by `grid.focus()`. */
  onOpenEditor?(at: CellAt, rect: DOMRect, typed?: string): void;
  onUndo?(): void;
  onRedo?(): void;
  onFind?(): void;
  /** The pointer rests on a cell with a mark (AI state, misfit, error), or left it. */
  onHover?(at: CellAt | null, rect: DOMRect | null): void;
  /** Copying met `n` rows that are not loaded; nothing was copied. */
  onCopyRefused?(n: number): void;
}

export interface SelectionState {
  active: CellAt | null;
  ranges: readonly Range[];
}

/** Words that assistive technology reads. */
export interface GridWords {
  label: string;
  loading: string;
  checked: string;
  unchecked: string;
  /** `{row}` is replaced. */
  row: string;
  addRow: string;
}

export interface GridOptions extends GridCallbacks {
  source: GridSource;
  /** 28, 32, 40, 64 or 96 CSS pixels. */
  rowHeight?: number;
  /** Columns left of the frozen border. */
  frozen?: number;
  readonly?: boolean;
  words?: Partial<GridWords>;
}

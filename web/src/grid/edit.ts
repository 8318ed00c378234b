/**
 * The one textarea: always focused, invisible at the active cell, turned into the editor by the first input.
 *
 * Law: no element is created or focused on a key press, so that an input method never loses its first key; Enter that
 * ends a composition does not commit. Proved in a browser by web/e2e/grid.mjs.
 */
import type { CellAt, GridColumn, Rect } from "./types";

export interface EditorHost {
  columnAt(col: number): GridColumn | undefined;
  canEdit(at: CellAt): boolean;
  active(): CellAt | null;
  rectOf(at: CellAt): Rect;
  idOf(row: number): string | undefined;
  rowOf(id: string): number | undefined;
  bounds(): { x0: number; y0: number; x1: number; y1: number };
  commit(at: CellAt, text: string): void;
  openPopover(at: CellAt, typed?: string): void;
  repaint(): void;
}

/** Safari sends the Enter that ends a composition after compositionend. */
const AFTER_COMPOSITION_MS = 50;

export class Editor {
  readonly area = document.createElement("textarea");
  /** The cell being edited; its row follows its record. */
  private cell: CellAt | null = null;
  private id: string | undefined;
  private original = "";
  private isTyped = false;
  private isComposing = false;
  private composedAt = -1e9;
  /** Arrow keys commit while a typed text has not been clicked into, as in a spreadsheet. */
  private arrowsCommit = false;

  constructor(private readonly host: EditorHost) {
    const { area } = this;
    area.className = "grid-editor";
    area.autocapitalize = "off";
    area.spellcheck = false;
    area.setAttribute("autocomplete", "off");
    area.setAttribute("autocorrect", "off");
    area.setAttribute("aria-autocomplete", "none");
    area.tabIndex = 0;
    area.rows = 1;
    area.addEventListener("compositionstart", () => this.compositionStarted());
    area.addEventListener("compositionend", () => this.compositionEnded());
    area.addEventListener("input", () => this.typed());
    area.addEventListener("pointerdown", () => {
      this.arrowsCommit = false;
    });
    this.hide();
  }

  get editing(): CellAt | null {
    return this.cell;
  }

  get text(): string {
    return this.area.value;
  }

  focus(): void {
    if (document.activeElement !== this.area) this.area.focus({ preventScroll: true });
  }

  /** True where a key belongs to the input method. */
  isForInputMethod(event: KeyboardEvent): boolean {
    if (event.isComposing || this.isComposing || event.keyCode === 229) return true;
    return event.key === "Enter" && performance.now() - this.composedAt < AFTER_COMPOSITION_MS;
  }

  /** Opens with the cell's own text (F2, double click). */
  open(text: string): void {
    const at = this.host.active();
    if (!at || this.cell || !this.host.canEdit(at)) return;
    this.area.value = text;
    this.begin(at, text, false);
    this.area.inputMode = "text";
    this.area.setSelectionRange(text.length, text.length);
  }

  private begin(at: CellAt, original: string, isTyped: boolean): void {
    this.cell = { ...at };
    this.id = this.host.idOf(at.row);
    this.original = original;
    this.isTyped = isTyped;
    this.arrowsCommit = isTyped;
    this.show();
    this.host.repaint();
  }

  private compositionStarted(): void {
    this.isComposing = true;
    if (this.cell) return;
    const at = this.host.active();
    this.area.value = "";
    if (at && this.host.canEdit(at)) this.begin(at, "", true);
  }

  private compositionEnded(): void {
    this.isComposing = false;
    this.composedAt = performance.now();
    // Some browsers send the last input before compositionend, some after: both ways come here.
    queueMicrotask(() => this.typed());
  }

  private typed(): void {
    if (this.isComposing && this.cell) {
      this.show();
      return;
    }
    const at = this.cell ?? this.host.active();
    const column = at ? this.host.columnAt(at.col) : undefined;
    if (!at || !column || !this.host.canEdit(at)) {
      if (!this.isComposing) this.area.value = "";
      return;
    }
    if (column.edit === "popover" && !this.isComposing) {
      const text = this.area.value;
      this.close();
      if (text !== "") this.host.openPopover(at, text);
      return;
    }
    if (this.area.value === "" && !this.cell) return;
    if (!this.cell) this.begin(at, "", true);
    else this.show();
  }

  get movesOnArrows(): boolean {
    return this.arrowsCommit;
  }

  /** Writes the text if it changed; true if the editor was open. */
  commit(): boolean {
    const { cell } = this;
    if (!cell) return false;
    const text = this.area.value;
    const row = (this.id === undefined ? undefined : this.host.rowOf(this.id)) ?? cell.row;
    const isChanged = this.isTyped || text !== this.original;
    this.close();
    if (isChanged) this.host.commit({ row, col: cell.col }, text);
    return true;
  }

  cancel(): boolean {
    if (!this.cell) return false;
    this.close();
    return true;
  }

  private close(): void {
    this.cell = null;
    this.id = undefined;
    this.area.value = "";
    this.hide();
    this.host.repaint();
  }

  insertNewline(): void {
    this.area.setRangeText("\n", this.area.selectionStart, this.area.selectionEnd, "end");
    this.show();
  }

  /** Rows moved or the sheet scrolled. */
  follow(): void {
    if (this.cell) {
      const row = this.id === undefined ? undefined : this.host.rowOf(this.id);
      if (row !== undefined) this.cell.row = row;
      this.show();
    } else this.hide();
  }

  private show(): void {
    const { cell } = this;
    if (!cell) return;
    const rect = this.host.rectOf(cell);
    const bounds = this.host.bounds();
    const style = this.area.style;
    style.opacity = "1";
    style.pointerEvents = "auto";
    style.textAlign = this.host.columnAt(cell.col)?.align === "right" ? "right" : "left";
    const left = Math.max(bounds.x0, Math.min(rect.x, bounds.x1 - 60));
    const top = Math.max(bounds.y0, Math.min(rect.y, bounds.y1 - 28));
    const most = Math.max(rect.width, Math.min(480, bounds.x1 - left - 4));
    style.left = `${left - 1}px`;
    style.top = `${top - 1}px`;
    style.whiteSpace = "pre";
    style.height = `${rect.height + 1}px`;
    style.width = `${rect.width + 1}px`;
    const wanted = Math.max(rect.width + 1, Math.min(most, this.area.scrollWidth + 4));
    style.width = `${wanted}px`;
    style.whiteSpace = "pre-wrap";
    // The first line stands where the canvas draws a line in the middle of a row.
    const pad = Math.max(0, (Math.min(rect.height, 40) - 18) / 2 - 1);
    style.paddingLeft = "7px";
    style.paddingRight = "7px";
    style.paddingTop = `${pad}px`;
    style.paddingBottom = `${pad}px`;
    const height = Math.max(rect.height + 1, Math.min(this.area.scrollHeight + 4, 240, bounds.y1 - top));
    style.height = `${height}px`;
    style.overflowY = this.area.scrollHeight > height + 4 ? "auto" : "hidden";
  }

  /** Invisible, one pixel wide, at the active cell: there the candidate window of an input method appears. */
  private hide(): void {
    const at = this.host.active();
    const style = this.area.style;
    style.opacity = "0";
    style.pointerEvents = "none";
    style.width = "1px";
    style.whiteSpace = "pre";
    style.overflowY = "hidden";
    style.padding = "";
    if (!at) {
      style.left = "0px";
      style.top = "40px";
      return;
    }
    const rect = this.host.rectOf(at);
    const bounds = this.host.bounds();
    style.left = `${Math.max(bounds.x0, Math.min(rect.x + 6, bounds.x1 - 20))}px`;
    style.top = `${Math.max(bounds.y0, Math.min(rect.y + 4, bounds.y1 - 24))}px`;
    style.height = "20px";
  }
}

/**
 * What assistive technology reads: a hidden table of the visible rows beside the canvas, and a live region.
 *
 * Law: it is written when things rest, never while scrolling; `aria-activedescendant` of the textarea names the
 * active cell.
 */
import type { Layout } from "./layout";
import type { CellAt, CellModel, GridSource, GridWords } from "./types";

const REST_MS = 200;
let nGrids = 0;

export class A11yMirror {
  readonly element = document.createElement("div");
  private readonly table = document.createElement("div");
  private readonly live = document.createElement("div");
  private readonly prefix = `grid${++nGrids}`;
  private timer = 0;
  private said = "";

  constructor(
    private readonly area: HTMLTextAreaElement,
    private readonly words: () => GridWords,
  ) {
    const hidden = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap";
    this.element.style.cssText = hidden;
    this.table.setAttribute("role", "grid");
    this.table.id = `${this.prefix}-table`;
    this.live.setAttribute("aria-live", "polite");
    this.element.append(this.table, this.live);
    area.setAttribute("aria-controls", this.table.id);
    area.setAttribute("role", "combobox");
    area.setAttribute("aria-haspopup", "grid");
    area.setAttribute("aria-expanded", "true");
    // Named from the start: the rows are written only when things rest.
    this.label();
  }

  destroy(): void {
    clearTimeout(this.timer);
  }

  schedule(state: () => { layout: Layout; source: GridSource; active: CellAt | null; from: number; to: number }): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.write(state()), REST_MS);
  }

  private write(state: { layout: Layout; source: GridSource; active: CellAt | null; from: number; to: number }): void {
    const { layout, source, active } = state;
    this.label();
    this.table.setAttribute("aria-rowcount", String(layout.rowCount + 1));
    this.table.setAttribute("aria-colcount", String(layout.columns.length));
    const head = element("div", "row", { "aria-rowindex": "1" });
    layout.columns.forEach((column, col) => {
      head.append(element("span", "columnheader", { "aria-colindex": String(col + 1) }, column.title));
    });
    const rows = [head];
    for (let row = state.from; row < state.to; row += 1) rows.push(this.row(row, layout, source, active));
    if (active && (active.row < state.from || active.row >= state.to))
      rows.push(this.row(active.row, layout, source, active));
    this.table.replaceChildren(...rows);
    if (active) this.area.setAttribute("aria-activedescendant", this.cellId(active.row, active.col));
    else this.area.removeAttribute("aria-activedescendant");
    this.say(layout, source, active);
  }

  private label(): void {
    this.area.setAttribute("aria-label", this.words().label);
    this.table.setAttribute("aria-label", this.words().label);
  }

  private row(row: number, layout: Layout, source: GridSource, active: CellAt | null): HTMLElement {
    const line = element("div", "row", { "aria-rowindex": String(row + 2) });
    const head = source.groupAt?.(row);
    if (head) {
      const cell = element("span", "gridcell", { "aria-colindex": "1" }, `${head.title} ${head.label} ${head.count}`);
      cell.id = this.cellId(row, active?.row === row ? active.col : 0);
      cell.setAttribute("aria-expanded", String(!head.isCollapsed));
      line.append(cell);
      return line;
    }
    layout.columns.forEach((column, col) => {
      const cell = element("span", "gridcell", { "aria-colindex": String(col + 1) }, this.text(source.cell(row, col)));
      cell.id = this.cellId(row, col);
      if (column.readonly) cell.setAttribute("aria-readonly", "true");
      if (active?.row === row && active.col === col) cell.setAttribute("aria-selected", "true");
      line.append(cell);
    });
    return line;
  }

  private cellId(row: number, col: number): string {
    return `${this.prefix}-${row}-${col}`;
  }

  private say(layout: Layout, source: GridSource, active: CellAt | null): void {
    if (!active) return;
    const title = layout.columns[active.col]?.title ?? "";
    const place = this.words().row.replace("{row}", String(active.row + 1));
    const head = source.groupAt?.(active.row);
    const text = head
      ? `${head.title} ${head.label} ${head.count}`
      : `${title} ${place} ${this.text(source.cell(active.row, active.col))}`;
    if (text === this.said) return;
    this.said = text;
    this.live.textContent = text;
  }

  private text(model: CellModel | undefined): string {
    const words = this.words();
    return model ? textOf(model, words) : words.loading;
  }
}

/** A cell in words; also what tests see of the canvas. */
export function textOf(model: CellModel, words: Pick<GridWords, "checked" | "unchecked" | "loading">): string {
  switch (model.kind) {
    case "text":
      return model.text;
    case "number":
      return `${model.prefix ?? ""}${model.text}${model.suffix ?? ""}`;
    case "check":
      return model.checked ? words.checked : words.unchecked;
    case "button":
      return model.label;
    case "rating":
      return `${model.value} / ${model.max}`;
    case "progress":
      return model.text;
    case "chips":
      return model.chips.map((chip) => chip.text).join(", ");
    case "images":
      return model.images.map((image) => image.name).join(", ");
    case "pending":
      return words.loading;
    case "blank":
      return "";
  }
}

function element(tag: string, role: string, attributes: Record<string, string>, text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.setAttribute("role", role);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== "") made.textContent = text;
  return made;
}

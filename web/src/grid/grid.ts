/**
 * The grid: a canvas, a native scroller over it and one textarea, joined.
 *
 * Main type: [`Grid`]. In: [`GridOptions`]. Out: callbacks. Law: nothing of the product is known here; every change
 * ends in `paintSoon`. The host element's property `grid` is this object, for browser tests.
 */
import { A11yMirror, textOf } from "./a11y";
import { copy, paste } from "./clip-events";
import { Editor } from "./edit";
import { withHeads } from "./heads";
import { ImageCache } from "./images";
import { keyDown } from "./keys";
import { ADD_COLUMN_WIDTH, HEADER_HEIGHT, type Hit, Layout } from "./layout";
import { type Frame, type Hover, paintFrame } from "./paint";
import { Pointer } from "./pointer";
import { Scroller } from "./scroll";
import { type Move, Selection, type SheetShape } from "./select";
import { colorRoot, dressRoot, exactOr } from "./surface";
import { TextCache } from "./text";
import { readTheme, type Theme, watchTheme } from "./theme";
import type { CellAt, Damage, GridOptions, GridSource, GridWords, PeerMark, Range, Rect } from "./types";

const WORDS: GridWords = {
  label: "表格",
  loading: "正在加载",
  checked: "已勾选",
  unchecked: "未勾选",
  row: "第 {row} 行",
  addRow: "新增一行",
};
/** Rows of a selection that are loaded in advance, for copying and filling. */
const MAX_WANTED_ROWS = 12_500;
const NO_HOVER: Hover = { row: -1, headerCol: -1, part: "none" };

export class Grid {
  readonly root = document.createElement("div");
  readonly selection = new Selection();
  readonly editor: Editor;
  readonly scroller: Scroller;
  layout: Layout;
  options: GridOptions;
  private readonly canvas = document.createElement("canvas");
  private readonly bubble = document.createElement("div");
  private readonly ctx: CanvasRenderingContext2D;
  private readonly images = new ImageCache(() => this.paintSoon());
  private readonly text: TextCache;
  private readonly small: TextCache;
  private readonly a11y: A11yMirror;
  private readonly pointer: Pointer;
  private readonly cleanups: (() => void)[] = [];
  private unsubscribe: (() => void) | undefined;
  private theme: Theme;
  private width = 0;
  private height = 0;
  private dpr = 1;
  private hover: Hover = NO_HOVER;
  private isFocused = false;
  /** Where the fill handle's drag would put cells. */
  fillTarget: Range | null = null;
  /** Copied cells, until the next change of the selection or edit. */
  copied: Range | null = null;
  /** Where others are; after a change call `paintSoon`. */
  peers: readonly PeerMark[] = [];
  private guideX: number | null = null;
  private columnDrag: { col: number; x: number } | null = null;
  private frameId = 0;
  private isAllDirty = true;
  private dirtyRows: { from: number; to: number } | null = null;
  private shown = { from: -1, to: -1 };

  constructor(
    readonly host: HTMLElement,
    options: GridOptions,
  ) {
    this.options = options;
    const ctx = this.canvas.getContext("2d", { alpha: false });
    if (!ctx) throw new Error("this browser gives no 2D canvas");
    this.ctx = ctx;
    this.theme = readTheme(host);
    this.text = this.textCache(() => this.theme.font);
    this.small = this.textCache(() => this.theme.fontSmall);
    this.layout = this.makeLayout();
    this.scroller = new Scroller(
      () => this.layout.rowHeight,
      this.scrolled,
      () => this.rested(),
    );
    this.editor = new Editor(this.editorHost());
    this.a11y = new A11yMirror(this.editor.area, () => this.words);
    this.build();
    this.pointer = new Pointer(this);
    this.listen();
    this.watchSize();
    this.subscribe(options.source);
    this.relayout();
    Object.assign(host, { grid: this });
  }

  destroy(): void {
    cancelAnimationFrame(this.frameId);
    this.unsubscribe?.();
    for (const clean of this.cleanups) clean();
    this.pointer.destroy();
    this.a11y.destroy();
    this.scroller.destroy();
    this.root.remove();
  }

  get source(): GridSource {
    return this.options.source;
  }

  get words(): GridWords {
    return { ...WORDS, ...this.options.words };
  }

  /** Changes any option; a new source keeps the scroll position and selection only where they exist there. */
  update(options: Partial<GridOptions>): void {
    const isNewSource = options.source !== undefined && options.source !== this.options.source;
    this.options = { ...this.options, ...options };
    if (isNewSource) {
      this.editor.cancel();
      this.selection.clear();
      this.copied = null;
      this.subscribe(this.options.source);
      this.scroller.map.top = 0;
      this.scroller.element.scrollLeft = 0;
    }
    this.relayout();
    if (isNewSource) this.scroller.scrollTo(0, 0);
  }

  focus(): void {
    this.editor.area.inputMode = "text";
    this.editor.focus();
  }

  /** After a tap: keys of a real keyboard work, no keyboard comes on the screen. */
  focusWithoutKeyboard(): void {
    this.editor.area.inputMode = "none";
    this.editor.focus();
  }

  // ——— building ———

  private build(): void {
    const { root, canvas, bubble } = this;
    dressRoot(root, this.host, canvas, bubble);
    this.scroller.element.style.top = `${HEADER_HEIGHT}px`;
    root.append(canvas, this.scroller.element, this.editor.area, bubble, this.a11y.element);
    this.host.append(root);
    this.dress();
  }

  private dress(): void {
    colorRoot(this.theme, this.root, this.bubble, this.editor.area);
  }

  private textCache(font: () => string): TextCache {
    return new TextCache((text) => {
      const before = this.ctx.font;
      this.ctx.font = font();
      const { width } = this.ctx.measureText(text);
      this.ctx.font = before;
      return width;
    });
  }

  private listen(): void {
    const { area } = this.editor;
    const on = <K extends keyof HTMLElementEventMap>(name: K, run: (event: HTMLElementEventMap[K]) => void) =>
      area.addEventListener(name, run);
    on("keydown", (event) => keyDown(this, event));
    on("copy", (event) => copy(this, event, false));
    on("cut", (event) => copy(this, event, true));
    on("paste", (event) => paste(this, event));
    on("focus", () => this.setFocused(true));
    on("blur", () => {
      this.editor.commit();
      this.setFocused(false);
    });
    this.cleanups.push(
      watchTheme(() => {
        this.theme = readTheme(this.host);
        this.dress();
        this.editor.follow();
        this.paintSoon();
      }),
    );
    document.fonts?.addEventListener?.("loadingdone", this.fontsLoaded);
    this.cleanups.push(() => document.fonts?.removeEventListener?.("loadingdone", this.fontsLoaded));
  }

  private readonly fontsLoaded = (): void => {
    this.text.clear();
    this.small.clear();
    this.paintSoon();
  };

  private setFocused(isFocused: boolean): void {
    this.isFocused = isFocused;
    this.paintSoon();
  }

  private watchSize(): void {
    const observer = new ResizeObserver((entries) => {
      for (const entry of entries) {
        const exact = entry.devicePixelContentBoxSize?.[0];
        this.resize(exact?.inlineSize, exact?.blockSize);
      }
    });
    try {
      observer.observe(this.canvas, { box: "device-pixel-content-box" });
    } catch {
      // Safari has no device-pixel-content-box.
      observer.observe(this.canvas);
    }
    this.cleanups.push(() => observer.disconnect());
    this.resize();
  }

  private resize(deviceWidth?: number, deviceHeight?: number): void {
    const box = this.root.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    const width = exactOr(deviceWidth, box.width * ratio);
    const height = exactOr(deviceHeight, box.height * ratio);
    this.width = box.width;
    this.height = box.height;
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.dpr = box.width > 0 ? width / box.width : ratio;
    this.relayout();
    // An emptied canvas is black until it is painted: not one frame of it.
    cancelAnimationFrame(this.frameId);
    this.frame();
  }

  private subscribe(source: GridSource): void {
    this.unsubscribe?.();
    this.unsubscribe = source.subscribe?.((damage) => this.invalidate(damage));
  }

  private makeLayout(): Layout {
    const { source, rowHeight = 32, frozen = 1, onAddRow, onAddColumn, readonly } = this.options;
    return new Layout(
      source.columns,
      source.rowCount,
      rowHeight,
      frozen,
      !!onAddRow && !readonly,
      !!onAddColumn && !readonly,
    );
  }

  private relayout(): void {
    const full = this.makeLayout();
    // Frozen columns that would fill a narrow screen scroll with the others.
    this.layout =
      this.width > 0 && full.frozenWidth > (this.width - full.rowNumberWidth) * 0.6
        ? new Layout(full.columns, full.rowCount, full.rowHeight, 0, full.canAddRow, full.canAddColumn)
        : full;
    this.scroller.resize(this.layout.totalWidth, this.layout.totalHeight);
    this.selection.follow((id) => this.source.rowOf(id), this.layout.rowCount, this.layout.columns.length);
    this.editor.follow();
    this.shown = { from: -1, to: -1 };
    this.paintSoon();
  }

  // ——— painting ———

  /** Called by the source when data changed; also by the owner for changes that the source does not tell. */
  invalidate(damage: Damage): void {
    if (damage.kind === "all") {
      this.relayout();
      return;
    }
    this.rememberSelection();
    if (this.isAllDirty) return;
    const { dirtyRows } = this;
    this.dirtyRows = dirtyRows
      ? { from: Math.min(dirtyRows.from, damage.from), to: Math.max(dirtyRows.to, damage.to) }
      : { from: damage.from, to: damage.to };
    this.request();
  }

  paintSoon(): void {
    this.isAllDirty = true;
    this.request();
  }

  private request(): void {
    if (this.frameId === 0) this.frameId = requestAnimationFrame(() => this.frame());
  }

  private frame(): void {
    this.frameId = 0;
    if (this.width === 0 || this.height === 0) return;
    const frame = this.makeFrame();
    paintFrame(frame, this.isAllDirty ? null : this.dirtyRows);
    this.isAllDirty = false;
    this.dirtyRows = null;
    this.tellVisible();
    this.a11y.schedule(() => {
      const rows = this.visibleRows();
      return { layout: this.layout, source: this.source, active: this.selection.active, ...rows };
    });
    if (frame.pen.moves && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
      const { from, to } = this.visibleRows();
      this.dirtyRows = { from, to };
      this.request();
    }
  }

  private makeFrame(): Frame {
    const { ctx, theme, text, small, images } = this;
    return {
      pen: { ctx, theme, text, small, images, now: performance.now(), moves: false },
      layout: this.layout,
      source: this.source,
      selection: this.selection,
      width: this.width,
      height: this.height,
      dpr: this.dpr,
      left: this.scroller.left,
      top: this.scroller.top,
      hover: this.hover,
      isFocused: this.isFocused,
      editing: this.editor.editing,
      fill: this.fillTarget,
      showsFillHandle: this.showsFillHandle,
      guideX: this.guideX,
      drag: this.columnDrag,
      copied: this.copied,
      peers: this.peers,
      addRowText: this.words.addRow,
    };
  }

  private get showsFillHandle(): boolean {
    return !this.options.readonly && this.options.onFill !== undefined && matchMedia("(pointer: fine)").matches;
  }

  frameGeometry(): Parameters<typeof import("./paint").fillHandleAt>[0] {
    const { selection, layout, scroller, showsFillHandle } = this;
    return { selection, layout, left: scroller.left, top: scroller.top, showsFillHandle };
  }

  private visibleRows(): { from: number; to: number } {
    return this.layout.visibleRows(this.scroller.top, this.height - HEADER_HEIGHT);
  }

  private tellVisible(): void {
    const { from, to } = this.visibleRows();
    if (from === this.shown.from && to === this.shown.to) return;
    this.shown = { from, to };
    this.source.onVisible(from, Math.max(from, to - 1));
  }

  private readonly scrolled = (): void => {
    this.editor.follow();
    this.showBubble();
    this.paintSoon();
  };

  private rested(): void {
    this.bubble.style.display = "none";
  }

  releaseThumb(): void {
    this.scroller.isDraggingThumb = false;
    this.bubble.style.display = "none";
    this.scroller.resize(this.layout.totalWidth, this.layout.totalHeight);
  }

  private showBubble(): void {
    if (!this.scroller.isDraggingThumb) return;
    const row = Math.min(this.layout.rowCount, Math.floor(this.scroller.top / this.layout.rowHeight) + 1);
    const { map } = this.scroller;
    const share = map.maxTop > 0 ? map.top / map.maxTop : 0;
    this.bubble.textContent = row.toLocaleString("en-US");
    this.bubble.style.display = "block";
    this.bubble.style.top = `${HEADER_HEIGHT + 8 + share * (this.height - HEADER_HEIGHT - 60)}px`;
  }

  setHover(hit: Hit): void {
    const next: Hover = {
      row: hit.kind === "cell" || hit.kind === "row_number" ? hit.row : -1,
      headerCol: hit.kind === "header" || hit.kind === "header_menu" || hit.kind === "resize" ? hit.col : -1,
      part: hit.kind === "corner" ? "none" : hit.kind === "resize" ? "header" : hit.kind,
    };
    this.tellHover(hit);
    const { hover } = this;
    if (next.row === hover.row && next.headerCol === hover.headerCol && next.part === hover.part) return;
    this.hover = next;
    this.paintSoon();
  }

  private hoveredCell: CellAt | null = null;

  private tellHover(hit: Hit): void {
    if (!this.options.onHover) return;
    const model = hit.kind === "cell" ? this.source.cell(hit.row, hit.col) : undefined;
    const tone = model?.kind === "text" ? model.tone : undefined;
    const isTold = hit.kind === "cell" && (model?.mark || model?.ai || tone === "error" || tone === "misfit");
    const cell = isTold ? { row: hit.row, col: hit.col } : null;
    if (cell?.row === this.hoveredCell?.row && cell?.col === this.hoveredCell?.col) return;
    this.hoveredCell = cell;
    this.options.onHover(cell, cell ? this.clientRect(cell) : null);
  }

  setGuide(x: number | null, drag: { col: number; x: number } | null): void {
    this.guideX = x;
    this.columnDrag = drag;
    this.paintSoon();
  }

  setFillTarget(range: Range | null): void {
    this.fillTarget = range;
    this.paintSoon();
  }

  // ——— geometry ———

  pointAt(event: { clientX: number; clientY: number }): { x: number; y: number } {
    const box = this.root.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  hitAt(x: number, y: number): Hit {
    return withHeads(this.layout.hit(x, y, this.scroller.left, this.scroller.top), this.source);
  }

  /** The cell that dragging to a point means, also beyond the border. */
  nearestCell(x: number, y: number): CellAt | null {
    const { layout, scroller } = this;
    if (layout.rowCount === 0 || layout.columns.length === 0) return null;
    const row = layout.rowAt(Math.max(HEADER_HEIGHT, y) - HEADER_HEIGHT + scroller.top);
    const sheetX = x - layout.rowNumberWidth;
    const col = layout.columnAt(sheetX < layout.frozenWidth ? Math.max(0, sheetX) : sheetX + scroller.left);
    return {
      row: Math.max(0, Math.min(layout.rowCount - 1, row)),
      col: Math.max(0, Math.min(layout.columns.length - 1, col)),
    };
  }

  /** The scrolling part of the sheet on the screen. */
  viewBox(): { x0: number; y0: number; x1: number; y1: number } {
    const { element } = this.scroller;
    return {
      x0: this.layout.rowNumberWidth + this.layout.frozenWidth,
      y0: HEADER_HEIGHT,
      x1: element.clientWidth,
      y1: HEADER_HEIGHT + element.clientHeight,
    };
  }

  /** A cell's box inside the grid, CSS pixels; it may lie outside the screen. */
  rectOf(row: number, col: number): Rect {
    return this.layout.rectOf(row, col, this.scroller.left, this.scroller.top);
  }

  /** A cell's box in client coordinates, for popovers. */
  clientRect(at: CellAt): DOMRect {
    const box = this.root.getBoundingClientRect();
    const rect = this.rectOf(at.row, at.col);
    return new DOMRect(box.left + rect.x, box.top + rect.y, rect.width, rect.height);
  }

  addColumnRect(): DOMRect {
    const box = this.root.getBoundingClientRect();
    const x = this.layout.rowNumberWidth + this.layout.columnsWidth - this.scroller.left;
    return new DOMRect(box.left + x, box.top, ADD_COLUMN_WIDTH, HEADER_HEIGHT);
  }

  /** What a cell shows, in words; undefined where it is not loaded. For tests and tools. */
  cellAt(row: number, col: number): string | undefined {
    const model = this.source.cell(row, col);
    return model && textOf(model, this.words);
  }

  /** Puts a cell at the top left of the scrolling part. */
  scrollTo(row: number, col = 0): void {
    const left = col < this.layout.frozen ? 0 : this.layout.left(col) - this.layout.frozenWidth;
    this.scroller.scrollTo(left, row * this.layout.rowHeight);
  }

  /** Scrolls no further than needed. */
  reveal(at: CellAt): void {
    const box = this.viewBox();
    const rect = this.rectOf(at.row, at.col);
    let { left, top } = this.scroller;
    if (rect.y < box.y0) top -= box.y0 - rect.y;
    else if (rect.y + rect.height > box.y1) top += rect.y + rect.height - box.y1;
    if (at.col >= this.layout.frozen) {
      if (rect.x < box.x0) left -= box.x0 - rect.x;
      else if (rect.x + rect.width > box.x1) left += Math.min(rect.x - box.x0, rect.x + rect.width - box.x1);
    }
    if (left !== this.scroller.left || top !== this.scroller.top) this.scroller.scrollTo(left, top);
  }

  // ——— selection ———

  /** Selects a cell and shows it. */
  select(at: CellAt): void {
    this.selection.set(at);
    this.reveal(at);
    this.selectionChanged();
  }

  selectionChanged(): void {
    this.copied = null;
    this.rememberSelection();
    this.editor.follow();
    this.paintSoon();
    const { active, ranges } = this.selection;
    this.options.onSelectionChange?.({ active, ranges });
    const main = this.selection.main;
    if (main && main.r1 - main.r0 < MAX_WANTED_ROWS && main.r1 > main.r0) this.source.want?.(main.r0, main.r1);
  }

  private rememberSelection(): void {
    this.selection.remember((row) => this.source.idOf(row));
  }

  private shape(): SheetShape {
    const box = this.viewBox();
    return {
      rowCount: this.layout.rowCount,
      colCount: this.layout.columns.length,
      pageRows: Math.max(1, Math.floor((box.y1 - box.y0) / this.layout.rowHeight) - 1),
      isBlank: (row, col) => {
        const model = this.source.cell(row, col);
        return model && model.kind === "blank";
      },
    };
  }

  moveSelection(move: Move, extend: boolean, jump: boolean): void {
    const to = this.selection.move(move, this.shape(), extend, jump);
    if (to) this.reveal(to);
    // The first cell may be frozen and in sight: Home still goes back to the left end.
    if (move === "home" && !extend) this.scroller.scrollTo(0, this.scroller.top);
    this.selectionChanged();
  }

  stepSelection(key: "tab" | "enter", back: boolean): void {
    const to = this.selection.step(key, back, this.shape());
    if (to) this.reveal(to);
    this.selectionChanged();
  }

  selectAll(): void {
    const { rowCount, columns } = this.layout;
    if (rowCount === 0 || columns.length === 0) return;
    const active = this.selection.active ?? { row: 0, col: 0 };
    this.selection.setRange({ r0: 0, c0: 0, r1: rowCount - 1, c1: columns.length - 1 }, { ...active });
    this.selectionChanged();
  }

  isColumnSelected(col: number): boolean {
    const last = this.layout.rowCount - 1;
    return last >= 0 && this.selection.ranges.some((r) => r.r0 === 0 && r.r1 >= last && col >= r.c0 && col <= r.c1);
  }

  escape(): void {
    if (this.copied) this.copied = null;
    else if (!this.selection.isSingle && this.selection.active) this.selection.set(this.selection.active);
    this.setFillTarget(null);
    const copied = this.copied;
    this.selectionChanged();
    this.copied = copied;
  }

  // ——— editing ———

  private editorHost(): ConstructorParameters<typeof Editor>[0] {
    return {
      columnAt: (col) => this.layout.columns[col],
      canEdit: (at) => this.canEdit(at),
      active: () => this.selection.active,
      rectOf: (at) => this.rectOf(at.row, at.col),
      idOf: (row) => this.source.idOf(row),
      rowOf: (id) => this.source.rowOf(id),
      bounds: () => ({ ...this.viewBox(), x0: this.layout.rowNumberWidth }),
      commit: (at, text) => this.options.onEdit?.([{ ...at, text }]),
      openPopover: (at, typed) => this.options.onOpenEditor?.(at, this.clientRect(at), typed),
      repaint: () => this.paintSoon(),
    };
  }

  private canEdit(at: CellAt): boolean {
    const column = this.layout.columns[at.col];
    if (!column || column.readonly || this.options.readonly || this.source.idOf(at.row) === undefined) return false;
    return (column.edit === "text" || column.edit === "popover") && this.source.cell(at.row, at.col) !== undefined;
  }
}

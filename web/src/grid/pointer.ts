/**
 * What the mouse, pen and finger do: select, drag, fill, resize and move columns, hover, tap, long press.
 *
 * Law: a finger scrolls natively (nothing is prevented for it); a first tap selects without a keyboard on the screen,
 * a second one edits, a long press opens the menu.
 */
import { finishFill, openActive, openHeaderMenu, openMenu, toggleActive } from "./actions";
import { fillTarget } from "./fill";
import type { Grid } from "./grid";
import { type Hit, MAX_COLUMN_WIDTH, MIN_COLUMN_WIDTH } from "./layout";
import { fillHandleAt } from "./paint";
import type { CellAt } from "./types";

type Drag =
  | { kind: "cells" | "rows" | "columns"; keep: boolean; start: CellAt }
  | { kind: "fill" }
  | { kind: "resize"; col: number; startX: number; width: number; wanted: number }
  | { kind: "move_column"; col: number; startX: number; moved: boolean; to: number };

const LONG_PRESS_MS = 500;
const TAP_SLOP = 10;
const AUTO_SCROLL_EDGE = 28;

export class Pointer {
  private drag: Drag | null = null;
  private last = { x: 0, y: 0, isControl: false };
  private frame = 0;
  private press: { x: number; y: number; timer: number; isLong: boolean; wasActive: boolean } | null = null;
  private lastClick = { at: -1e9, row: -1, col: -1 };

  constructor(private readonly grid: Grid) {
    const { root } = grid;
    root.addEventListener("pointerdown", this.down);
    root.addEventListener("mousedown", this.keepFocus);
    root.addEventListener("pointermove", this.move);
    root.addEventListener("pointerup", this.up);
    root.addEventListener("pointercancel", this.cancel);
    root.addEventListener("pointerleave", this.leave);
    root.addEventListener("contextmenu", this.menu);
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.press?.timer);
    window.removeEventListener("pointerup", this.releaseThumb);
  }

  /** The textarea keeps the focus, whatever is pressed; scrollbars work all the same. */
  private readonly keepFocus = (event: MouseEvent): void => {
    if (!this.isInEditor(event)) event.preventDefault();
  };

  private isInEditor(event: Event): boolean {
    return event.target === this.grid.editor.area;
  }

  private readonly down = (event: PointerEvent): void => {
    const { grid } = this;
    if (this.isInEditor(event)) return;
    if (grid.scroller.isOnScrollbar(event.clientX, event.clientY) && event.target === grid.scroller.element) {
      grid.scroller.isDraggingThumb = true;
      window.addEventListener("pointerup", this.releaseThumb);
      return;
    }
    const at = grid.pointAt(event);
    const hit = grid.hitAt(at.x, at.y);
    if (event.pointerType === "touch") {
      this.touchDown(event, hit);
      return;
    }
    // The textarea keeps the focus.
    event.preventDefault();
    grid.editor.commit();
    grid.focus();
    if (event.button === 0) this.mouseDown(event, at, hit);
    else if (event.button === 2) this.selectForMenu(hit);
  };

  private readonly releaseThumb = (): void => {
    window.removeEventListener("pointerup", this.releaseThumb);
    this.grid.releaseThumb();
  };

  private mouseDown(event: PointerEvent, at: { x: number; y: number }, hit: Hit): void {
    const { grid } = this;
    const isControl = event.ctrlKey || event.metaKey;
    if (this.isOnFillHandle(at.x, at.y)) {
      this.begin(event, { kind: "fill" });
      return;
    }
    switch (hit.kind) {
      case "cell":
        this.cellDown(event, hit, isControl);
        return;
      case "group":
        grid.options.onToggleGroup?.(hit.row);
        return;
      case "row_number":
        this.rowDown(event, at.x, hit.row, isControl);
        return;
      case "corner":
        grid.selectAll();
        return;
      case "resize": {
        const width = grid.layout.columns[hit.col]?.width ?? 0;
        this.begin(event, { kind: "resize", col: hit.col, startX: at.x, width, wanted: width });
        return;
      }
      case "header_menu":
        openHeaderMenu(grid, hit.col);
        return;
      case "header":
        this.headerDown(event, at.x, hit.col, isControl);
        return;
      case "add_row":
        grid.options.onAddRow?.();
        return;
      case "add_column":
        grid.options.onAddColumn?.(grid.addColumnRect());
        return;
      case "none":
        return;
    }
  }

  private cellDown(event: PointerEvent, hit: CellAt, isControl: boolean): void {
    const { grid } = this;
    const now = performance.now();
    const isDouble = now - this.lastClick.at < 400 && this.lastClick.row === hit.row && this.lastClick.col === hit.col;
    this.lastClick = { at: now, row: hit.row, col: hit.col };
    if (event.shiftKey) grid.selection.extend(hit);
    else if (isControl) grid.selection.add(hit);
    else grid.selection.set(hit);
    grid.selectionChanged();
    const isButton = grid.layout.columns[hit.col]?.edit === "press";
    if (isButton && !event.shiftKey && !isControl) {
      // Each click is a press; the second of two quick ones is no double click.
      toggleActive(grid);
      return;
    }
    if (isDouble && !event.shiftKey && !isControl) {
      openActive(grid);
      return;
    }
    const rect = grid.rectOf(hit.row, hit.col);
    const at = grid.pointAt(event);
    const isOnBox = Math.abs(at.x - rect.x - rect.width / 2) < 12 && Math.abs(at.y - rect.y - rect.height / 2) < 12;
    if (isOnBox && !event.shiftKey && !isControl && toggleActive(grid)) return;
    this.begin(event, { kind: "cells", keep: isControl, start: hit });
  }

  private rowDown(event: PointerEvent, x: number, row: number, isControl: boolean): void {
    const { grid } = this;
    const nCols = grid.layout.columns.length;
    if (x >= grid.layout.rowNumberWidth - 26 && grid.options.onOpenRecord) {
      grid.options.onOpenRecord(row);
      return;
    }
    const start = { row, col: 0 };
    if (event.shiftKey && grid.selection.active) {
      grid.selection.selectRows(grid.selection.active.row, row, nCols);
    } else if (isControl || x < 30) {
      grid.selection.toggleRow(row, nCols);
      grid.selectionChanged();
      return;
    } else grid.selection.selectRows(row, row, nCols);
    grid.selectionChanged();
    this.begin(event, { kind: "rows", keep: isControl, start });
  }

  private headerDown(event: PointerEvent, x: number, col: number, isControl: boolean): void {
    const { grid } = this;
    const wasSelected = grid.isColumnSelected(col);
    if (event.shiftKey && grid.selection.active) {
      grid.selection.selectColumns(grid.selection.active.col, col, grid.layout.rowCount);
      grid.selectionChanged();
      return;
    }
    // A selected column is taken by its header and moved, as in Excel and WPS; else dragging selects.
    if (wasSelected && grid.options.onColumnMove && !isControl) {
      this.begin(event, { kind: "move_column", col, startX: x, moved: false, to: col });
      return;
    }
    grid.selection.selectColumns(col, col, grid.layout.rowCount, isControl);
    grid.selectionChanged();
    this.begin(event, { kind: "columns", keep: isControl, start: { row: 0, col } });
  }

  private begin(event: PointerEvent, drag: Drag): void {
    this.drag = drag;
    this.grid.root.setPointerCapture(event.pointerId);
  }

  private isOnFillHandle(x: number, y: number): boolean {
    const handle = fillHandleAt(this.grid.frameGeometry());
    return handle !== null && Math.abs(x - handle.x) <= 6 && Math.abs(y - handle.y) <= 6;
  }

  private readonly move = (event: PointerEvent): void => {
    const { grid } = this;
    const at = grid.pointAt(event);
    if (event.pointerType === "touch") {
      if (this.press && Math.hypot(at.x - this.press.x, at.y - this.press.y) > TAP_SLOP) this.endPress();
      return;
    }
    this.last = { ...at, isControl: event.ctrlKey || event.metaKey };
    if (!this.drag) {
      this.hover(event, at);
      return;
    }
    this.dragTo(at.x, at.y);
    this.autoScroll();
  };

  private hover(event: PointerEvent, at: { x: number; y: number }): void {
    const { grid } = this;
    if (this.isInEditor(event)) return;
    const hit = grid.hitAt(at.x, at.y);
    grid.setHover(hit);
    grid.root.style.cursor = this.cursorOf(hit, at);
  }

  private cursorOf(hit: Hit, at: { x: number; y: number }): string {
    if (this.isOnFillHandle(at.x, at.y)) return "crosshair";
    if (hit.kind === "resize") return "col-resize";
    if (hit.kind === "cell" || hit.kind === "none") return "default";
    return hit.kind === "header" && this.grid.isColumnSelected(hit.col) ? "grab" : "pointer";
  }

  private dragTo(x: number, y: number): void {
    const { grid, drag } = this;
    if (!drag) return;
    if (drag.kind === "resize") {
      drag.wanted = Math.max(MIN_COLUMN_WIDTH, Math.min(MAX_COLUMN_WIDTH, Math.round(drag.width + x - drag.startX)));
      const left = grid.layout.screenX(drag.col, grid.scroller.left);
      grid.setGuide(left + drag.wanted, null);
      return;
    }
    if (drag.kind === "move_column") {
      this.dragColumn(drag, x);
      return;
    }
    const cell = grid.nearestCell(x, y);
    if (!cell) return;
    const { layout, selection } = grid;
    if (drag.kind === "fill") {
      const from = selection.main;
      grid.setFillTarget(from ? fillTarget(from, cell.row, cell.col) : null);
      return;
    }
    if (drag.kind === "cells") selection.extend(cell);
    else if (drag.kind === "rows") selection.extend({ row: cell.row, col: layout.columns.length - 1 });
    else selection.extend({ row: layout.rowCount - 1, col: cell.col });
    grid.selectionChanged();
  }

  private dragColumn(drag: Extract<Drag, { kind: "move_column" }>, x: number): void {
    const { grid } = this;
    if (!drag.moved && Math.abs(x - drag.startX) < 5) return;
    drag.moved = true;
    const { layout, scroller } = grid;
    const sheetX = x - layout.rowNumberWidth;
    const inSheet = sheetX < layout.frozenWidth ? sheetX : sheetX + scroller.left;
    let to = Math.max(0, Math.min(layout.columns.length - 1, layout.columnAt(inSheet)));
    const isRightHalf = inSheet > layout.left(to) + (layout.columns[to]?.width ?? 0) / 2;
    if (isRightHalf) to += 1;
    drag.to = to;
    const ghost = layout.screenX(drag.col, scroller.left) + x - drag.startX;
    grid.setGuide(layout.screenX(to, scroller.left), { col: drag.col, x: ghost });
  }

  /** Dragging past the border scrolls on while the pointer rests there. */
  private autoScroll(): void {
    if (this.frame !== 0) return;
    const step = () => {
      this.frame = 0;
      const { grid, drag, last } = this;
      if (!drag || drag.kind === "resize") return;
      const box = grid.viewBox();
      const speed = (beyond: number) => Math.sign(beyond) * Math.min(60, Math.abs(beyond) * 0.6);
      const over = (value: number, low: number, high: number) =>
        value > high - AUTO_SCROLL_EDGE
          ? value - high + AUTO_SCROLL_EDGE
          : value < low + AUTO_SCROLL_EDGE
            ? value - low - AUTO_SCROLL_EDGE
            : 0;
      const onlySideways = drag.kind === "columns" || drag.kind === "move_column";
      const dy = onlySideways ? 0 : speed(over(last.y, box.y0, box.y1));
      const dx = drag.kind === "rows" ? 0 : speed(over(last.x, box.x0, box.x1));
      if (dx === 0 && dy === 0) return;
      grid.scroller.scrollTo(grid.scroller.left + dx, grid.scroller.top + dy);
      this.dragTo(last.x, last.y);
      this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  private readonly up = (event: PointerEvent): void => {
    if (event.pointerType === "touch") {
      this.touchUp(event);
      return;
    }
    const { drag, grid } = this;
    this.drag = null;
    if (!drag) return;
    if (drag.kind === "resize") {
      grid.setGuide(null, null);
      if (drag.wanted !== drag.width) grid.options.onColumnResize?.(drag.col, drag.wanted);
    } else if (drag.kind === "move_column") {
      grid.setGuide(null, null);
      const to = drag.to > drag.col ? drag.to - 1 : drag.to;
      if (drag.moved && to !== drag.col) grid.options.onColumnMove?.(drag.col, to);
      else if (!drag.moved) {
        grid.selection.selectColumns(drag.col, drag.col, grid.layout.rowCount);
        grid.selectionChanged();
      }
    } else if (drag.kind === "fill") finishFill(grid, this.last.isControl || event.ctrlKey || event.metaKey);
    else grid.selectionChanged();
  };

  private readonly cancel = (): void => {
    this.drag = null;
    this.endPress();
    this.grid.setGuide(null, null);
    this.grid.setFillTarget(null);
  };

  private readonly leave = (): void => {
    if (!this.drag) this.grid.setHover({ kind: "none" });
  };

  private selectForMenu(hit: Hit): void {
    const { grid } = this;
    if (hit.kind === "cell" && !grid.selection.has(hit.row, hit.col)) grid.selection.set(hit);
    else if (hit.kind === "row_number" && !grid.selection.isRowChecked(hit.row, grid.layout.columns.length)) {
      grid.selection.selectRows(hit.row, hit.row, grid.layout.columns.length);
    }
    grid.selectionChanged();
  }

  private readonly menu = (event: MouseEvent): void => {
    const { grid } = this;
    if (this.isInEditor(event) && grid.editor.editing) return;
    event.preventDefault();
    if (this.press) return;
    const at = grid.pointAt(event);
    const hit = grid.hitAt(at.x, at.y);
    if (hit.kind === "header" || hit.kind === "header_menu" || hit.kind === "resize") openHeaderMenu(grid, hit.col);
    else if (hit.kind === "cell") openMenu(grid, { row: hit.row, col: hit.col }, event.clientX, event.clientY);
    else if (hit.kind === "row_number") openMenu(grid, { row: hit.row, col: 0 }, event.clientX, event.clientY);
    else openMenu(grid, null, event.clientX, event.clientY);
  };

  // ——— fingers ———

  private touchDown(event: PointerEvent, hit: Hit): void {
    const { grid } = this;
    const at = grid.pointAt(event);
    this.endPress();
    const { active } = grid.selection;
    const wasActive = hit.kind === "cell" && active?.row === hit.row && active.col === hit.col;
    const timer = window.setTimeout(() => this.longPress(event.clientX, event.clientY, hit), LONG_PRESS_MS);
    this.press = { ...at, timer, isLong: false, wasActive };
  }

  private longPress(x: number, y: number, hit: Hit): void {
    if (!this.press) return;
    this.press.isLong = true;
    this.selectForMenu(hit);
    if (hit.kind === "header" || hit.kind === "header_menu") openHeaderMenu(this.grid, hit.col);
    else openMenu(this.grid, hit.kind === "cell" ? { row: hit.row, col: hit.col } : null, x, y);
  }

  private endPress(): void {
    clearTimeout(this.press?.timer);
    this.press = null;
  }

  private touchUp(event: PointerEvent): void {
    const { press, grid } = this;
    this.endPress();
    if (!press || press.isLong || this.isInEditor(event)) return;
    const hit = grid.hitAt(press.x, press.y);
    grid.editor.commit();
    const nCols = grid.layout.columns.length;
    switch (hit.kind) {
      case "cell":
        grid.selection.set(hit);
        grid.selectionChanged();
        if (toggleActive(grid)) return;
        if (press.wasActive) openActive(grid);
        else grid.focusWithoutKeyboard();
        return;
      case "group":
        grid.options.onToggleGroup?.(hit.row);
        return;
      case "row_number":
        if (grid.options.onOpenRecord) grid.options.onOpenRecord(hit.row);
        else grid.selection.selectRows(hit.row, hit.row, nCols);
        grid.selectionChanged();
        return;
      case "header":
      case "header_menu":
        openHeaderMenu(grid, hit.col);
        return;
      case "add_row":
        grid.options.onAddRow?.();
        return;
      case "add_column":
        grid.options.onAddColumn?.(grid.addColumnRect());
        return;
      default:
        return;
    }
  }
}

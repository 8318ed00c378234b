/**
 * What keys do: movement as in Excel and WPS, editing, clearing, undo, select all.
 *
 * Law: a printable key is never handled here; it goes to the textarea and becomes input.
 */
import { clearSelection, commitToSelection, fillFromFirst, menuAtActive, openActive, toggleActive } from "./actions";
import type { Grid } from "./grid";
import type { Move } from "./select";

const MOVES: Readonly<Record<string, Move>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
  Home: "home",
  End: "end",
  PageUp: "page_up",
  PageDown: "page_down",
};

export function keyDown(grid: Grid, event: KeyboardEvent): void {
  if (grid.editor.isForInputMethod(event)) return;
  const isHandled = grid.editor.editing ? whileEditing(grid, event) : whileSelecting(grid, event);
  if (isHandled) {
    event.preventDefault();
    event.stopPropagation();
  }
}

function whileEditing(grid: Grid, event: KeyboardEvent): boolean {
  const { editor } = grid;
  const isControl = event.ctrlKey || event.metaKey;
  switch (event.key) {
    case "Escape":
      editor.cancel();
      return true;
    case "Enter": {
      const column = editor.editing ? grid.layout.columns[editor.editing.col] : undefined;
      if (event.altKey || (column?.multiline && event.shiftKey && isControl)) {
        if (column?.multiline) editor.insertNewline();
        return true;
      }
      if (isControl) commitToSelection(grid);
      else {
        editor.commit();
        grid.stepSelection("enter", event.shiftKey);
      }
      return true;
    }
    case "Tab":
      editor.commit();
      grid.stepSelection("tab", event.shiftKey);
      return true;
    case "F2":
      return true;
    default: {
      const move = MOVES[event.key];
      if (!move || !editor.movesOnArrows || isControl || event.shiftKey || event.altKey) return false;
      if (move === "home" || move === "end") return false;
      editor.commit();
      grid.moveSelection(move, false, false);
      return true;
    }
  }
}

function whileSelecting(grid: Grid, event: KeyboardEvent): boolean {
  const isControl = event.ctrlKey || event.metaKey;
  const move = MOVES[event.key];
  if (move) {
    if (event.altKey) {
      if (move === "down") openActive(grid);
      return move === "down";
    }
    grid.moveSelection(move, event.shiftKey, isControl);
    return true;
  }
  if (isControl) return withControl(grid, event);
  if (event.altKey) return false;
  switch (event.key) {
    case "Tab":
      grid.stepSelection("tab", event.shiftKey);
      return true;
    case "Enter":
      grid.stepSelection("enter", event.shiftKey);
      return true;
    case "F2":
      openActive(grid);
      return true;
    case "Delete":
    case "Backspace":
      clearSelection(grid);
      return true;
    case "Escape":
      grid.escape();
      return true;
    case " ":
      return toggleActive(grid);
    case "ContextMenu":
      menuAtActive(grid);
      return true;
    case "F10":
      if (event.shiftKey) menuAtActive(grid);
      return event.shiftKey;
    default:
      return false;
  }
}

function withControl(grid: Grid, event: KeyboardEvent): boolean {
  switch (event.key.toLowerCase()) {
    case "a":
      grid.selectAll();
      return true;
    case "z":
      if (event.shiftKey) grid.options.onRedo?.();
      else grid.options.onUndo?.();
      return true;
    case "y":
      grid.options.onRedo?.();
      return true;
    case "f":
      if (!grid.options.onFind) return false;
      grid.options.onFind();
      return true;
    case "d":
      fillFromFirst(grid, "down");
      return true;
    case "r":
      if (event.shiftKey) return false;
      fillFromFirst(grid, "right");
      return true;
    default:
      return false;
  }
}

/** Undo and redo by the keyboard wherever the focus is, but in a text that has its own undo. The grid handles its own. */
import { useEffect } from "react";
import type { BaseSession } from "../sync/base-session";

export function useUndoKeys(session: BaseSession): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const kind = wanted(event);
      if (!kind || event.defaultPrevented || hasOwnUndo(event.target)) return;
      event.preventDefault();
      // The session tells of refusals by its own event.
      session.submit({ kind }).catch(() => undefined);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [session]);
}

function wanted(event: KeyboardEvent): "undo" | "redo" | null {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return null;
  const key = event.key.toLowerCase();
  if (key === "z") return event.shiftKey ? "redo" : "undo";
  return key === "y" && !event.shiftKey ? "redo" : null;
}

function hasOwnUndo(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

/**
 * Places a field's popover editor at a cell: below it, above where there is no room, always on the screen; closes on
 * a press outside.
 *
 * Law: light and synchronous, so that it opens within a frame on an old computer; the owner gives the focus back to
 * the grid in `onDone`.
 */
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

export interface CellPopoverProps {
  /** The cell in client coordinates (`grid.clientRect`). */
  rect: DOMRect;
  onOutside(): void;
  children: ReactNode;
}

const MARGIN = 8;

export function CellPopover({ rect, onOutside, children }: CellPopoverProps) {
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: rect.left, top: rect.bottom + 2 });

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const moveBox = () => setPlace(placeOf(rect, element.offsetWidth, element.offsetHeight, window));
    moveBox();
    const observer = new ResizeObserver(moveBox);
    observer.observe(element);
    window.addEventListener("resize", moveBox);
    return () => {
      observer.disconnect();
      window.removeEventListener("resize", moveBox);
    };
  }, [rect]);

  const outside = useRef(onOutside);
  outside.current = onOutside;
  useEffect(() => {
    const down = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) outside.current();
    };
    // Before the grid sees the press, so that a changed text is saved first.
    document.addEventListener("pointerdown", down, true);
    return () => document.removeEventListener("pointerdown", down, true);
  }, []);

  return createPortal(
    <div ref={box} className="cell-popover" style={place}>
      {children}
    </div>,
    document.body,
  );
}

/** Left and top of a box of this size at a cell, inside the viewport. */
export function placeOf(
  rect: Pick<DOMRect, "left" | "top" | "bottom">,
  width: number,
  height: number,
  viewport: { innerWidth: number; innerHeight: number },
): { left: number; top: number } {
  const below = rect.bottom + 2;
  const above = rect.top - 2 - height;
  const fitsBelow = below + height <= viewport.innerHeight - MARGIN;
  const top = fitsBelow || above < MARGIN ? Math.min(below, viewport.innerHeight - MARGIN - height) : above;
  const left = Math.min(rect.left, viewport.innerWidth - MARGIN - width);
  return { left: Math.max(MARGIN, left), top: Math.max(MARGIN, top) };
}

/** What the workspace does to the grid by itself. */
import { type RefObject, useEffect, useRef } from "react";
import type { Grid } from "../grid/grid";

/** CSS pixels of the five row heights. */
export const HEIGHTS: Record<string, number> = {
  compact: 28,
  normal: 32,
  comfortable: 40,
  picture: 64,
  large_picture: 96,
};

/** A new field shows itself: the grid goes to its column. */
export function useShowNewField(nFields: number, row: number, grid: RefObject<Grid | null>): void {
  const known = useRef(nFields);
  useEffect(() => {
    if (nFields === known.current + 1) grid.current?.scrollTo(row, nFields - 1);
    known.current = nFields;
  }, [nFields, row, grid]);
}

/** What the workspace does to the grid by itself. */
import { type RefObject, useCallback, useEffect, useRef } from "react";
import { ask } from "../api/client";
import type { WireWindow } from "../api/wire";
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

/** Windows of one table in one view, found texts only where a search is on. */
export function useWindowFetch(base: string, table: string, view: string | undefined, find: string | null) {
  return useCallback(
    (from: number, n: number, signal: AbortSignal) => {
      const query = new URLSearchParams({ from: String(from), n: String(n) });
      if (view) query.set("view", view);
      if (find) query.set("find", find);
      return ask<WireWindow>("GET", `/bases/${base}/tables/${table}/window?${query}`, undefined, signal);
    },
    [base, table, view, find],
  );
}

/** Keeps a list of the history up to date. Reading one may look through much of the log, so a cheap question goes first. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { ask, type Schemas } from "../../api/client";

/** Milliseconds between two looks while the list is shown. */
const LOOK_MS = 4_000;

/** Reads the list again when the base has a newer revision. */
export function useFollow(base: string, refetch: () => unknown): void {
  const newest = useQuery({
    queryKey: ["history-newest", base],
    queryFn: () => ask<Schemas["HistoryRow"][]>("GET", `/bases/${base}/history?n=1`),
    refetchInterval: LOOK_MS,
  });
  const revision = newest.data?.[0]?.revision;
  useEffect(() => {
    if (revision !== undefined) refetch();
  }, [revision, refetch]);
}

/** The tables that the sheets of a file may be for, and the plan for the one that is chosen. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { ask, type Schemas } from "../../api/client";
import { intoTargets, proposeInto } from "../../api/imports";
import type { SheetPlan } from "./choices";
import { intoState } from "./into";

interface Targets {
  base: string | null;
  baseName: string | null;
  /** By sheet. */
  fits: Schemas["TableFitView"][][];
  tables: Schemas["TableView"][];
}

export type ChangeSheet = (index: number, part: Partial<SheetPlan>) => void;

/** The table that the person came from, if it is among the fits. */
function preferred(fits: Schemas["TableFitView"][]): Schemas["TableFitView"] | undefined {
  const from = new URLSearchParams(window.location.search).get("table");
  return fits.find((fit) => fit.table === from && fit.n_matched > 0) ?? fits.find((fit) => fit.is_proposed);
}

export function useTargets(job: string, plans: SheetPlan[], change: ChangeSheet): Targets {
  const read = useQuery({ queryKey: ["import-targets", job], queryFn: () => intoTargets(job), retry: false });
  const base = read.data?.base ?? null;
  const tables = useQuery({
    queryKey: ["import-tables", base],
    queryFn: () => ask<{ tables: Schemas["TableView"][] }>("GET", `/bases/${base}`),
    enabled: base !== null,
  });
  const fits = read.data?.sheets ?? [];
  const isChosen = useRef(false);

  // Once: what is surely meant for a table of the base is proposed to go there.
  useEffect(() => {
    if (isChosen.current || !read.data) return;
    isChosen.current = true;
    for (const [index, found] of read.data.sheets.entries()) {
      const best = preferred(found);
      if (best) change(index, { table: best.table });
    }
  }, [read.data, change]);

  const asked = useRef(new Set<string>());
  useEffect(() => {
    for (const plan of plans) {
      const key = `${plan.index} ${plan.table}`;
      if (!base || !plan.table || plan.into?.table === plan.table || asked.current.has(key)) continue;
      asked.current.add(key);
      const { index, table } = plan;
      void proposeInto(job, { base, sheet: index, table, fresh: false })
        .then((proposal) => change(index, { into: intoState(table, proposal) }))
        .finally(() => asked.current.delete(key));
    }
  }, [job, base, plans, change]);

  return { base, baseName: read.data?.base_name ?? null, fits, tables: tables.data?.tables ?? [] };
}

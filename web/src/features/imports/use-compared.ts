/** The comparison of a plan, made again a moment after the plan changed; the last plan's answer counts. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, type Schemas } from "../../api/client";
import { compareInto } from "../../api/imports";
import { type IntoPlan, isReady } from "./into";

/** Milliseconds without a change before it is compared. */
const PAUSE_MS = 250;

export interface Compared {
  /** Of just this plan. */
  told: Schemas["ComparisonView"] | undefined;
  error: string | null;
}

const NOTHING: Compared = { told: undefined, error: null };

/** `round` counts looks at the same plan: the table may have changed. */
export function useCompared(
  job: string,
  base: string | null,
  plans: ReadonlyMap<number, IntoPlan>,
  round: number,
): ReadonlyMap<number, Compared> {
  const { t } = useTranslation();
  const [known, setKnown] = useState<ReadonlyMap<string, Compared>>(new Map());
  const keyed = [...plans].map(([sheet, plan]) => ({ sheet, plan, key: JSON.stringify([round, sheet, plan]) }));
  const missing = keyed.filter(({ key }) => !known.has(key));
  const wanted = JSON.stringify(missing.map(({ key }) => key));

  // biome-ignore lint/correctness/useExhaustiveDependencies: `wanted` stands for all that is missing.
  useEffect(() => {
    if (!base || missing.length === 0) return;
    let isOver = false;
    const timer = setTimeout(async () => {
      for (const { sheet, plan, key } of missing) {
        const compared = await compare(job, base, sheet, plan, t("intoKeysHint"));
        if (isOver) return;
        setKnown((all) => new Map(all).set(key, compared));
      }
    }, PAUSE_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [job, base, wanted]);

  return new Map(keyed.map(({ sheet, key }) => [sheet, known.get(key) ?? NOTHING]));
}

async function compare(job: string, base: string, sheet: number, plan: IntoPlan, hint: string): Promise<Compared> {
  if (!isReady(plan)) return { told: undefined, error: hint };
  try {
    return { told: await compareInto(job, { base, sheet, plan }), error: null };
  } catch (error) {
    const said = error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(" ") : String(error);
    return { told: undefined, error: said };
  }
}

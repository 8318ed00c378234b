/** Before a batch its price tag, during it the progress, after it the bill. Nothing runs before its price was seen. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Checkbox } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, ask, command, type Schemas } from "../../api/client";
import { randomId } from "../../sync/ids";
import { Note, Panel } from "../../ui/parts";
import { BatchReport, useBatch } from "./batch-report";
import { type Estimate, PriceTag, priceText } from "./price";
import { type Narrow, Narrowing, type Scope, Scopes, States } from "./run-scope";
import { TryRows } from "./try-rows";

interface RunAiPanelProps {
  base: string;
  table: string;
  view: string | undefined;
  field: Schemas["FieldView"];
  selected: string[];
  onLedger: () => void;
  onClose: () => void;
}

function planOf(narrow: Narrow, view: string | undefined) {
  return {
    ...(narrow.onlyView && view ? { view } : {}),
    ...(narrow.onlyIf.trim() ? { only_if: narrow.onlyIf } : {}),
    ...(narrow.withLocked ? { with_locked: true } : {}),
    ...(narrow.cap === null ? {} : { cap_micros: Math.round(narrow.cap * 1e6) }),
  };
}

/** The estimate as it is kept with the batch. */
function told(price: Estimate) {
  return {
    n_calls: price.n_calls,
    tokens_low: price.tokens_low,
    tokens_high: price.tokens_high,
    cost_low_micros: Math.round(price.cost_low * 1e6),
    cost_high_micros: Math.round(price.cost_high * 1e6),
    currency: price.currency,
  };
}

export function RunAiPanel({ base, table, view, field, selected, onLedger, onClose }: RunAiPanelProps) {
  const { t, i18n } = useTranslation();
  const [scope, setScope] = useState<Scope>("empty");
  const [narrow, setNarrow] = useState<Narrow>({ onlyView: false, onlyIf: "", withLocked: false, cap: null });
  const [confirmed, setConfirmed] = useState(false);
  const [batch, setBatch] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const wireScope = scope === "selected" ? { records: selected } : scope;
  const plan = planOf(narrow, view);
  const estimate = useQuery({
    queryKey: ["estimate", base, table, field.id, wireScope, plan],
    queryFn: () =>
      ask<Estimate>("POST", `/bases/${base}/ai/estimate`, { table, field: field.id, scope: wireScope, plan }),
    staleTime: 0,
    retry: false,
  });
  const running = useBatch(base, batch);
  const price = estimate.data;
  const isFree = !price || price.offline_trial || price.n_calls === 0;
  const refused = (caught: unknown) =>
    setError(caught instanceof ApiError ? caught : new ApiError("unknown", String(caught)));
  const run = async () => {
    setError(null);
    const id = randomId();
    try {
      const whole = price && !isFree ? { ...plan, estimate: told(price) } : plan;
      await command(base, { kind: "run_ai", table, field: field.id, scope: wireScope, batch: id, plan: whole });
      setBatch(id);
    } catch (caught) {
      refused(caught);
    }
  };
  const pause = (paused: boolean) => ask("PUT", `/bases/${base}/ai/batches/${batch}`, { paused }).catch(refused);
  const foot =
    batch === null ? (
      <Button
        type="primary"
        disabled={!price || price.n_records === 0 || (price.needs_confirmation && !confirmed)}
        onClick={() => void run()}
        data-testid="run-ai"
      >
        {isFree ? t("runAiFree") : t("runAiPrice", { price: priceText(price, i18n.language) })}
      </Button>
    ) : running?.state === "running" || running?.state === "paused" ? (
      <>
        <Button onClick={() => void command(base, { kind: "cancel_ai", batch }).catch(refused)}>
          {t("stopBatch")}
        </Button>
        {running.state === "running" && <Button onClick={() => void pause(true)}>{t("aiPause")}</Button>}
      </>
    ) : (
      <Button onClick={onClose}>{t("done")}</Button>
    );
  return (
    <Panel title={`${t("runAi")} · ${field.name}`} onClose={onClose} foot={foot}>
      <div className="form">
        {batch !== null ? (
          running && <BatchReport base={base} batch={running} />
        ) : (
          <>
            <States base={base} table={table} field={field.id} />
            <Scopes scope={scope} n={selected.length} onScope={setScope} />
            <Narrowing narrow={narrow} onNarrow={setNarrow} />
            {price?.n_records === 0 && <Note>{t("nothingToRun")}</Note>}
            {price && price.n_records > 0 && <PriceTag price={price} />}
            {price?.needs_confirmation && (
              <Checkbox checked={confirmed} onChange={(event) => setConfirmed(event.target.checked)}>
                {t("aiConfirmAbove")}
              </Checkbox>
            )}
            {price?.offline_trial && (
              <Note kind="ai">
                {t("offlineTrialNote")} <Link to="/settings">{t("configureModel")}</Link>
              </Note>
            )}
            {price && price.n_records > 0 && (
              <TryRows base={base} table={table} field={field.id} scope={wireScope} plan={plan} />
            )}
          </>
        )}
        {(error ?? estimate.error) && <Note kind="bad">{(error ?? estimate.error)?.message}</Note>}
        <Button type="link" onClick={onLedger} data-testid="open-ledger">
          {t("aiLedger")}
        </Button>
      </div>
    </Panel>
  );
}

/** Before a batch its price tag, during it the progress. Nothing runs before the person has seen the price. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, ask, command, type Schemas } from "../../api/client";
import { randomId } from "../../sync/ids";
import { Note, Panel, Progress } from "../../ui/parts";

type Scope = "empty" | "stale" | "failed" | "all" | "selected";
type Estimate = Schemas["EstimateView"];

export function priceText(estimate: Estimate, language: string): string {
  const format = new Intl.NumberFormat(language, {
    style: "currency",
    currency: estimate.currency || "CNY",
    maximumFractionDigits: 4,
  });
  return estimate.cost_low === estimate.cost_high
    ? format.format(estimate.cost_high)
    : `${format.format(estimate.cost_low)}–${format.format(estimate.cost_high)}`;
}

const POLL_MS = 500;

function jobOf(jobs: Schemas["Job"][] | undefined, batch: string | null): Schemas["Job"] | undefined {
  return batch === null ? undefined : jobs?.find((one) => one.id === `ai-${batch}`);
}

function isOver(job: Schemas["Job"] | undefined): boolean {
  return job !== undefined && job.state !== "running" && job.state !== "queued";
}

interface RunAiPanelProps {
  base: string;
  table: string;
  field: Schemas["FieldView"];
  selected: string[];
  onClose: () => void;
}

export function RunAiPanel({ base, table, field, selected, onClose }: RunAiPanelProps) {
  const { t, i18n } = useTranslation();
  const [scope, setScope] = useState<Scope>("empty");
  const [batch, setBatch] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const wireScope = scope === "selected" ? { records: selected } : scope;
  const estimate = useQuery({
    queryKey: ["estimate", base, table, field.id, wireScope],
    queryFn: () => ask<Estimate>("POST", `/bases/${base}/ai/estimate`, { table, field: field.id, scope: wireScope }),
    staleTime: 0,
  });
  const jobs = useQuery({
    queryKey: ["jobs"],
    queryFn: () => ask<Schemas["Job"][]>("GET", "/jobs"),
    enabled: batch !== null,
    refetchInterval: (query) => (isOver(jobOf(query.state.data, batch)) ? false : POLL_MS),
  });
  const job = jobOf(jobs.data, batch);
  const refused = (caught: unknown) =>
    setError(caught instanceof ApiError ? caught : new ApiError("unknown", String(caught)));
  const run = async () => {
    setError(null);
    const id = randomId();
    try {
      await command(base, { kind: "run_ai", table, field: field.id, scope: wireScope, batch: id });
      setBatch(id);
    } catch (caught) {
      refused(caught);
    }
  };
  const price = estimate.data;
  const isFree = !price || price.offline_trial || price.n_calls === 0;
  return (
    <Panel
      title={`${t("runAi")} · ${field.name}`}
      onClose={onClose}
      foot={
        batch === null ? (
          <Button
            type="primary"
            disabled={!price || price.n_records === 0}
            onClick={() => void run()}
            data-testid="run-ai"
          >
            {isFree ? t("runAiFree") : t("runAiPrice", { price: priceText(price, i18n.language) })}
          </Button>
        ) : job && job.state === "running" ? (
          <Button onClick={() => void command(base, { kind: "cancel_ai", batch }).catch(refused)}>
            {t("stopBatch")}
          </Button>
        ) : (
          <Button onClick={onClose}>{t("done")}</Button>
        )
      }
    >
      <div className="form">
        {batch !== null ? (
          <>
            <b>{t("aiBatch")}</b>
            <Progress ai done={job?.done ?? 0} of={job?.of ?? 1} label={t("aiBatch")} />
            <span className="num">
              {job
                ? `${t(`state_${job.state}`)} · ${`${job.done.toLocaleString(i18n.language)} / ${job.of.toLocaleString(i18n.language)}`}`
                : t("state_queued")}
            </span>
            {job?.message && <span className="hint">{job.message}</span>}
            {job?.error && <Note kind="bad">{[job.error.message, job.error.hint].filter(Boolean).join(" ")}</Note>}
          </>
        ) : (
          <>
            <Radio.Group
              value={scope}
              onChange={(event) => setScope(event.target.value as Scope)}
              aria-label={t("scope")}
              style={{ display: "grid", gap: 4 }}
            >
              {(["empty", "stale", "failed", "all"] as const).map((one) => (
                <Radio key={one} value={one}>
                  {t(`scope_${one}`)}
                </Radio>
              ))}
              {selected.length > 0 && <Radio value="selected">{t("scope_selected", { n: selected.length })}</Radio>}
            </Radio.Group>
            {price?.n_records === 0 && <Note>{t("nothingToRun")}</Note>}
            {price && price.n_records > 0 && <PriceTag price={price} />}
            {price?.offline_trial && (
              <Note kind="ai">
                {t("offlineTrialNote")} <Link to="/settings">{t("configureModel")}</Link>
              </Note>
            )}
          </>
        )}
        {(error ?? estimate.error) && <Note kind="bad">{(error ?? estimate.error)?.message}</Note>}
      </div>
    </Panel>
  );
}

function PriceTag({ price }: { price: Estimate }) {
  const { t, i18n } = useTranslation();
  const number = (value: number) => value.toLocaleString(i18n.language);
  return (
    <dl className="facts">
      <dt>{t("estRecords")}</dt>
      <dd>{t("nRows", { n: number(price.n_records) })}</dd>
      <dt>{t("estCached")}</dt>
      <dd>{number(price.n_cached)}</dd>
      <dt>{t("estLocked")}</dt>
      <dd>{number(price.n_locked)}</dd>
      <dt>{t("estCalls")}</dt>
      <dd>{t("calls_n", { n: number(price.n_calls) })}</dd>
      <dt>{t("estTokens")}</dt>
      <dd>{t("tokens", { low: number(price.tokens_low), high: number(price.tokens_high) })}</dd>
      <dt>{t("estCost")}</dt>
      <dd>{price.offline_trial ? "0" : priceText(price, i18n.language)}</dd>
      <dt>{t("estModel")}</dt>
      <dd>{price.offline_trial ? t("offlineTrial") : price.model}</dd>
    </dl>
  );
}

/** During a batch its progress, after it the cost beside the estimate, failures by reason, and one undo. */
import { useQuery } from "@tanstack/react-query";
import { Button, InputNumber } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, command, type Schemas } from "../../api/client";
import { Labelled, Note, Progress } from "../../ui/parts";
import { moneyText } from "./price";

export type Batch = Schemas["BatchView"];
const POLL_MS = 500;

/** The batch of that id, looked at until it is over. */
export function useBatch(base: string, batch: string | null): Batch | undefined {
  const batches = useQuery({
    queryKey: ["ai-batches", base],
    queryFn: () => ask<Batch[]>("GET", `/bases/${base}/ai/batches`),
    enabled: batch !== null,
    refetchInterval: (query) => {
      const state = query.state.data?.find((one) => one.id === batch)?.state;
      return state === undefined || state === "running" || state === "paused" ? POLL_MS : false;
    },
  });
  return batches.data?.find((one) => one.id === batch);
}

export function BatchReport({ base, batch }: { base: string; batch: Batch }) {
  const { t, i18n } = useTranslation();
  const [undone, setUndone] = useState(false);
  const number = (value: number) => value.toLocaleString(i18n.language);
  const over = batch.n_done + batch.n_failed;
  const [done, of] = batch.n_total === 0 ? [batch.n_cached, batch.n_cached] : [over, batch.n_total];
  const isOver = batch.state !== "running" && batch.state !== "paused";
  const money = (amount: number) => moneyText(amount, batch.currency, i18n.language);
  const told = batch.told;
  const rows: [string, string][] = [[t("aiReportDone"), number(batch.n_done)]];
  if (batch.n_cached > 0) rows.push([t("aiReportCached"), number(batch.n_cached)]);
  if (batch.n_failed > 0) rows.push([t("aiReportFailed"), number(batch.n_failed)]);
  rows.push([t("aiReportCost"), money(batch.cost)]);
  if (told) rows.push([t("aiReportTold"), `${money(told.cost_low)}–${money(told.cost_high)}`]);
  rows.push([t("aiReportTokens"), number(batch.tokens_in + batch.tokens_out)]);
  if (told) rows.push([t("estTokens"), `${number(told.tokens_low)}–${number(told.tokens_high)}`]);
  if (batch.n_unknown > 0) rows.push([t("aiReportUnknown"), number(batch.n_unknown)]);
  return (
    <div className="form" data-testid="batch-report" data-state={batch.state}>
      <b>{t("aiBatch")}</b>
      <Progress ai done={done} of={of || 1} label={t("aiBatch")} />
      <span className="num">{`${t(`state_${batch.state}`)} · ${number(done)} / ${number(of)}`}</span>
      {batch.paused && <Paused base={base} batch={batch} />}
      <dl className="facts">
        {rows.map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {batch.failures.map((group) => (
        <Note key={group.code} kind="bad">
          {number(group.n)} × {group.message}
        </Note>
      ))}
      {isOver && batch.n_done + batch.n_cached > 0 && (
        <Button
          size="small"
          disabled={undone}
          onClick={() => void command(base, { kind: "undo_group", group: batch.id }).then(() => setUndone(true))}
        >
          {t(undone ? "aiReportUndone" : "aiReportUndo")}
        </Button>
      )}
    </div>
  );
}

function Paused({ base, batch }: { base: string; batch: Batch }) {
  const { t } = useTranslation();
  const [cap, setCap] = useState<number | null>(null);
  const isCapped = batch.paused?.code === "budget_reached";
  const goOn = () =>
    ask("PUT", `/bases/${base}/ai/batches/${batch.id}`, { paused: false, ...(cap === null ? {} : { cap }) });
  return (
    <Note kind="warn">
      <div className="form">
        <span data-testid="batch-paused">{batch.paused?.message}</span>
        {isCapped && (
          <Labelled label={t("aiCap")}>
            <InputNumber<number> min={0} value={cap} aria-label={t("aiCap")} onChange={setCap} />
          </Labelled>
        )}
        <Button size="small" disabled={isCapped && cap === null} onClick={() => void goOn()} data-testid="batch-resume">
          {t("aiResume")}
        </Button>
      </div>
    </Note>
  );
}

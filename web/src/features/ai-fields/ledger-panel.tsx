/** Who asked which model what, and what it cost: every attempt; the batches; the owner's limits. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, InputNumber } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, fileUrl, type Schemas } from "../../api/client";
import { Labelled, Panel } from "../../ui/parts";
import { whenText } from "../../ui/when";
import { type Batch, BatchReport } from "./batch-report";
import { moneyText } from "./price";

type Ledger = Schemas["LedgerView"];
type Limits = Schemas["LimitsView"];
const LIMITS = ["confirm_above", "per_batch", "per_field", "per_person", "per_day", "per_base"] as const;
const SHOWN_BATCHES = 5;

interface LedgerPanelProps {
  base: string;
  tables: Schemas["TableView"][];
  onClose: () => void;
}

export function LedgerPanel({ base, tables, onClose }: LedgerPanelProps) {
  const { t, i18n } = useTranslation();
  const [before, setBefore] = useState<number | null>(null);
  const path = `/bases/${base}/ai/ledger`;
  const ledger = useQuery({
    queryKey: ["ai-ledger", base, before],
    queryFn: () => ask<Ledger>("GET", before === null ? path : `${path}?before=${before}`),
    staleTime: 0,
  });
  const batches = useQuery({
    queryKey: ["ai-batches", base],
    queryFn: () => ask<Batch[]>("GET", `/bases/${base}/ai/batches`),
    staleTime: 0,
  });
  const fieldName = (id: string | null | undefined) =>
    tables.flatMap((table) => table.fields).find((field) => field.id === id)?.name ?? "";
  const lines = ledger.data?.lines ?? [];
  const last = lines.at(-1);
  return (
    <Panel
      title={t("aiLedger")}
      onClose={onClose}
      foot={
        <Button href={fileUrl(`${path}.csv`)} data-testid="ledger-csv">
          {t("aiLedgerCsv")}
        </Button>
      }
    >
      <div className="form" data-testid="ledger">
        <span className="hint">{t("aiLedgerAbout")}</span>
        {ledger.data?.totals.map((sum) => (
          <div key={sum.currency} className="row wrap">
            <b className="num">{moneyText(sum.cost, sum.currency, i18n.language)}</b>
            <span className="hint">{t("aiLedgerAttempts", { n: sum.n_attempts })}</span>
            {sum.n_unknown > 0 && <span className="warn">{t("aiLedgerUnknown", { n: sum.n_unknown })}</span>}
          </div>
        ))}
        <LimitsForm base={base} />
        {(batches.data ?? []).length > 0 && (
          <details>
            <summary>{t("aiBatches")}</summary>
            {batches.data?.slice(0, SHOWN_BATCHES).map((batch) => (
              <div key={batch.id} style={{ paddingTop: 8 }}>
                <b>{fieldName(batch.field)}</b>
                <BatchReport base={base} batch={batch} />
              </div>
            ))}
          </details>
        )}
        {ledger.isSuccess && lines.length === 0 && <span className="hint">{t("aiLedgerEmpty")}</span>}
        {lines.map((line) => (
          <div key={line.id} className="ledger-line" data-testid="ledger-line">
            <div className="row">
              <span className="grow cut">{fieldName(line.field) || line.batch}</span>
              <span className="num">{moneyText(line.cost, line.currency, i18n.language)}</span>
            </div>
            <div className="hint cut">
              {whenText(line.at_ms, i18n.language, t("justNow"))} · {line.provider} · {line.tokens_in} +{" "}
              {line.tokens_out} ·{" "}
              <span className={line.outcome === "ok" ? undefined : "bad"}>
                {t(`aioutcome_${line.outcome}`, t(`reason_${line.outcome}`, line.outcome))}
              </span>
            </div>
          </div>
        ))}
        {lines.length >= 200 && last && <Button onClick={() => setBefore(last.id)}>{t("aiLedgerMore")}</Button>}
      </div>
    </Panel>
  );
}

function LimitsForm({ base }: { base: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const path = `/bases/${base}/ai/limits`;
  const limits = useQuery({ queryKey: ["ai-limits", base], queryFn: () => ask<Limits>("GET", path) });
  const [edited, setEdited] = useState<Partial<Limits>>({});
  const save = async () => {
    try {
      await ask("PUT", path, { ...limits.data, ...edited });
      await client.invalidateQueries({ queryKey: ["ai-limits", base] });
      setEdited({});
      message.success(t("aiLimitsSaved"));
    } catch (caught) {
      message.error(caught instanceof Error ? caught.message : String(caught));
    }
  };
  return (
    <details data-testid="ai-limits">
      <summary>{t("aiLimits")}</summary>
      <div className="form" style={{ paddingTop: 8 }}>
        <span className="hint">{t("aiLimitsAbout")}</span>
        {LIMITS.map((one) => (
          <Labelled key={one} label={t(`ailimit_${one}`)}>
            <InputNumber<number>
              min={0}
              aria-label={t(`ailimit_${one}`)}
              value={one in edited ? (edited[one] ?? null) : (limits.data?.[one] ?? null)}
              style={{ width: "100%" }}
              onChange={(value) => setEdited({ ...edited, [one]: value })}
            />
          </Labelled>
        ))}
        <Button disabled={Object.keys(edited).length === 0} onClick={() => void save()}>
          {t("save")}
        </Button>
      </div>
    </details>
  );
}

/** A few varied rows before the whole batch, under one or two wordings side by side. Never paid for twice. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, command, type Schemas } from "../../api/client";
import { randomId } from "../../sync/ids";
import { Labelled, Note } from "../../ui/parts";

type Tried = Schemas["TryView"];
const ROWS = 5;
const POLL_MS = 500;

interface TryRowsProps {
  base: string;
  table: string;
  field: string;
  scope: unknown;
  plan: object;
}

function isAnswered(tried: Tried | undefined): boolean {
  return tried?.columns.every((cells) => cells.every((cell) => cell.text != null || cell.failed != null)) ?? false;
}

export function TryRows({ base, table, field, scope, plan }: TryRowsProps) {
  const { t } = useTranslation();
  const [second, setSecond] = useState("");
  const [asked, setAsked] = useState<{ records: string[]; formulas: string[] } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const show = (records: string[] | undefined, formulas: string[]) =>
    ask<Tried>("POST", `/bases/${base}/ai/try`, {
      table,
      field,
      scope,
      plan: { ...plan, sample: ROWS },
      formulas,
      ...(records ? { records } : {}),
    });
  const tried = useQuery({
    queryKey: ["ai-try", base, table, field, asked],
    queryFn: () => show(asked?.records, asked?.formulas ?? [""]),
    enabled: asked !== null,
    refetchInterval: (query) => (isAnswered(query.state.data) ? false : POLL_MS),
  });
  // What was asked is free now, and says what the rest will take.
  const client = useQueryClient();
  const isDone = isAnswered(tried.data);
  useEffect(() => {
    if (isDone) void client.invalidateQueries({ queryKey: ["estimate", base] });
  }, [client, base, isDone]);
  const begin = async () => {
    setError(null);
    const formulas = second.trim() === "" ? [""] : ["", second];
    try {
      const chosen = await show(asked?.records, formulas);
      await command(base, { kind: "try_ai", table, field, records: chosen.records, formulas, batch: randomId() });
      setAsked({ records: chosen.records, formulas });
    } catch (caught) {
      setError(caught instanceof Error ? caught.message : String(caught));
    }
  };
  return (
    <div className="form" data-testid="try-rows">
      <span className="hint">{t("aiTryAbout")}</span>
      <Labelled label={t("aiTrySecond")}>
        <Input.TextArea
          autoSize={{ minRows: 1 }}
          value={second}
          aria-label={t("aiTrySecond")}
          onChange={(event) => setSecond(event.target.value)}
        />
      </Labelled>
      <Button onClick={() => void begin()} data-testid="try-begin">
        {t("aiTry", { n: ROWS })}
      </Button>
      {error && <Note kind="bad">{error}</Note>}
      {tried.data?.records.map((record, row) => (
        <div key={record} className="try-row">
          <b className="cut">{tried.data.names[row]}</b>
          {tried.data.columns.map((cells, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the columns are the formulas in their order.
            <TriedCell key={at} cell={cells[row]} label={tried.data.columns.length > 1 ? at : null} />
          ))}
        </div>
      ))}
    </div>
  );
}

function TriedCell({ cell, label }: { cell: Schemas["TriedCellView"] | undefined; label: number | null }) {
  const { t } = useTranslation();
  if (!cell) return null;
  const text = cell.text ?? (cell.failed ? t(`reason_${cell.failed}`, cell.failed) : t("aiTryWaits"));
  return (
    <div>
      {label !== null && <span className="hint">{t(label === 0 ? "aiTryOwn" : "aiTryOther")}: </span>}
      <span className={cell.failed && cell.text == null ? "bad" : undefined}>{text}</span>
      <details>
        <summary className="hint">{t("aiTryPrompt")}</summary>
        <pre className="hint" style={{ whiteSpace: "pre-wrap", margin: 0 }}>
          {cell.prompt}
        </pre>
      </details>
    </div>
  );
}

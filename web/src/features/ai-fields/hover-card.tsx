/** One card about one marked cell: its state in words, why it failed, where the answer came from. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ask, type Schemas } from "../../api/client";
import type { WireCell, WireNote } from "../../api/wire";
import { Icon } from "../../ui/icons";
import { whenText } from "../../ui/when";

interface CellHoverCardProps {
  base: string;
  table: string;
  record: string;
  field: Schemas["FieldView"];
  note: WireNote | undefined;
  cell: WireCell;
  rect: DOMRect;
}

export function CellHoverCard({ base, table, record, field, note, cell, rect }: CellHoverCardProps) {
  const { t } = useTranslation();
  const isMisfit = cell !== null && typeof cell === "object" && "misfit" in cell;
  const isPending = cell !== null && typeof cell === "object" && "pending" in cell;
  const answers = useQuery({
    queryKey: ["provenance", base, table, record, field.id, note?.keys],
    queryFn: () =>
      ask<Schemas["CellProvenance"]>(
        "GET",
        `/bases/${base}/tables/${table}/records/${record}/fields/${field.id}/provenance`,
      ),
    enabled: (note?.keys?.length ?? 0) > 0,
    staleTime: 2_000,
  });
  if (!note && !isMisfit && !isPending) return null;
  const isLow = rect.bottom > window.innerHeight - 180;
  const place = {
    left: Math.max(8, Math.min(rect.left, window.innerWidth - 316)),
    ...(isLow ? { bottom: window.innerHeight - rect.top + 4 } : { top: rect.bottom + 4 }),
  };
  return (
    <div className="popover hover-card" style={place} role="tooltip">
      {note && (
        <b className="row" style={{ color: "var(--violet)" }}>
          <Icon name="spark" />
          {t(`ai_${note.state}`)}
        </b>
      )}
      {note?.reason && <span className="bad">{t(`reason_${note.reason}`, note.reason)}</span>}
      {isMisfit && <span className="warn">{t(field.type === "barcode" ? "barcodeMisfit" : "misfitHint")}</span>}
      {isPending && !note && <span>{t("pendingHint")}</span>}
      {answers.data && <Provenance cell={answers.data} isOffered={note?.state === "locked"} />}
    </div>
  );
}

function Provenance({ cell, isOffered }: { cell: Schemas["CellProvenance"]; isOffered: boolean }) {
  const { t, i18n } = useTranslation();
  const answer = cell.answers[0];
  if (!answer) return null;
  const { provenance } = answer;
  const rows: [string, string][] = [[t("provTime"), whenText(provenance.at_ms, i18n.language, t("justNow"))]];
  rows.push([t("provTokens"), `${provenance.tokens_in} + ${provenance.tokens_out}`]);
  rows.push([t("provCost"), provenance.cost === 0 ? "0" : `${provenance.currency} ${provenance.cost.toFixed(5)}`]);
  const prompt = [provenance.prompt_version];
  if (cell.prompt_changed) prompt.push(t("provPromptChanged"));
  if (cell.model_changed) prompt.push(t("provModelChanged"));
  rows.push([t("provPrompt"), prompt.join(" · ")]);
  rows.push([t("provAttempts"), String(Math.max(provenance.n_attempts, cell.attempts.length))]);
  if (provenance.broken.length > 0)
    rows.push([t("provBroken"), provenance.broken.map((code) => t(`reason_${code}`, code)).join(", ")]);
  if (cell.approved_by) rows.push([t("provApproved"), cell.approved_by.replace(/^user:local\//, "")]);
  const inputs = Object.values(cell.inputs).filter(Boolean).join(" · ");
  if (inputs) rows.push([t("provInputs"), inputs.length > 120 ? `${inputs.slice(0, 120)}…` : inputs]);
  return (
    <>
      {isOffered && (
        <span>
          {t("provOffered")}: <b>{answer.text}</b>
        </span>
      )}
      {cell.changed.map((one) => (
        <span key={one.name} className="warn">
          {t("provChanged", { name: one.name, was: one.was.slice(0, 60), now: one.now.slice(0, 60) })}
        </span>
      ))}
      <dl className="facts" style={{ margin: 0 }}>
        <dt>{t("provModel")}</dt>
        <dd>
          {provenance.offline_trial ? (
            <span style={{ color: "var(--violet)" }}>{t("offlineTrial")}</span>
          ) : (
            `${provenance.provider} · ${provenance.model}`
          )}
        </dd>
        {rows.map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {cell.from_cache && <span className="hint">{t("provCache")}</span>}
    </>
  );
}

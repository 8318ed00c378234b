/** One card about one marked cell: its state in words, why it failed, where the answer came from. */
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { ask, type Schemas } from "../../api/client";
import type { WireCell, WireNote } from "../../api/wire";
import { Icon } from "../../ui/icons";
import { whenText } from "../../ui/when";
import { reasonParts } from "./rules";

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
      ask<Schemas["AnswerView"][]>(
        "GET",
        `/bases/${base}/tables/${table}/records/${record}/fields/${field.id}/provenance`,
      ),
    enabled: (note?.keys?.length ?? 0) > 0,
    staleTime: 60_000,
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
      {note?.reason && <span className="bad">{reasonText(t, note.reason)}</span>}
      {isMisfit && <span className="warn">{t(field.type === "barcode" ? "barcodeMisfit" : "misfitHint")}</span>}
      {isPending && !note && <span>{t("pendingHint")}</span>}
      {answers.data?.[0] && <Provenance answer={answers.data[0]} />}
    </div>
  );
}

function reasonText(t: TFunction, reason: string): string {
  const { code, facts } = reasonParts(reason);
  return t(`reason_${code}`, { ...facts, defaultValue: reason });
}

function Provenance({ answer }: { answer: Schemas["AnswerView"] }) {
  const { t, i18n } = useTranslation();
  const { provenance } = answer;
  return (
    <dl className="facts" style={{ margin: 0 }}>
      <dt>{t("provModel")}</dt>
      <dd>
        {provenance.offline_trial ? (
          <span style={{ color: "var(--violet)" }}>{t("offlineTrial")}</span>
        ) : (
          `${provenance.provider} · ${provenance.model}`
        )}
      </dd>
      <dt>{t("provTime")}</dt>
      <dd>{whenText(provenance.at_ms, i18n.language, t("justNow"))}</dd>
      <dt>{t("provTokens")}</dt>
      <dd>
        {provenance.tokens_in} + {provenance.tokens_out}
      </dd>
      <dt>{t("provCost")}</dt>
      <dd>{provenance.cost === 0 ? "0" : `${provenance.currency} ${provenance.cost.toFixed(5)}`}</dd>
    </dl>
  );
}

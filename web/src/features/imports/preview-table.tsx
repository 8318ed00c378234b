/** Sample rows under editable column heads: name, type with its reasons, formula or values, leave out. */
import { Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import { fileUrl, type Schemas } from "../../api/client";
import { ActionButton } from "../../ui/parts";
import { typeChoices } from "../fields/types";
import type { ColumnPlan, Sheet, SheetPlan } from "./choices";

interface PreviewTableProps {
  job: string;
  sheet: Sheet;
  plan: SheetPlan;
  onColumn: (key: number, part: Partial<ColumnPlan>) => void;
}

export function PreviewTable({ job, sheet, plan, onColumn }: PreviewTableProps) {
  return (
    <div className="preview" data-skip={plan.skip}>
      <table>
        <thead>
          <tr>
            {sheet.columns.map((column, at) => {
              const choice = plan.columns[at];
              return (
                choice && (
                  <ColumnHead
                    key={column.key}
                    column={column}
                    plan={choice}
                    onChange={(part) => onColumn(column.key, part)}
                  />
                )
              );
            })}
          </tr>
        </thead>
        <tbody>
          {sheet.sample_rows.slice(0, 12).map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: sample rows never move.
            <tr key={at}>
              {sheet.columns.map((column, n) => {
                const cell = row[n];
                const isNumber = cell?.kind === "number";
                return (
                  <td key={column.key} data-skip={plan.columns[n]?.skip} className={isNumber ? "right" : "cut"}>
                    {cell?.pictures?.map((digest) => (
                      <img
                        key={digest.digest}
                        src={fileUrl(`/imports/${job}/pictures/${digest.digest}`)}
                        alt=""
                        loading="lazy"
                      />
                    ))}
                    {!cell?.pictures?.length && cell?.text}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ColumnHeadProps {
  column: Schemas["ManifestColumn"];
  plan: ColumnPlan;
  onChange: (part: Partial<ColumnPlan>) => void;
}

function ColumnHead({ column, plan, onChange }: ColumnHeadProps) {
  const { t } = useTranslation();
  const { proposal } = column;
  const reason = (proposal.reasons[0] as { code?: string } | undefined)?.code;
  const types = typeChoices([proposal.field_type, ...proposal.alternatives]);
  return (
    <th scope="col" data-skip={plan.skip}>
      <div className="row" style={{ gap: 4 }}>
        <Input
          size="small"
          value={plan.name}
          aria-label={t("fieldName")}
          disabled={plan.skip}
          onChange={(event) => onChange({ name: event.target.value })}
        />
        <ActionButton
          icon={plan.skip ? "add" : "close"}
          label={plan.skip ? t("keepColumn") : t("skipColumn")}
          onClick={() => onChange({ skip: !plan.skip })}
        />
      </div>
      <Select
        size="small"
        style={{ width: "100%", marginTop: 4 }}
        value={plan.formula !== null ? "formula" : plan.type.type}
        disabled={plan.skip}
        aria-label={t("fieldType")}
        options={[
          ...(column.formula && !column.formula.why_not ? [{ value: "formula", label: t("asFormula") }] : []),
          ...types.map((type) => ({ value: type.type, label: t(`type_${type.type}`) })),
        ]}
        onChange={(key) => {
          if (key === "formula") onChange({ formula: column.formula?.text ?? null });
          else onChange({ formula: null, type: types.find((type) => type.type === key) ?? plan.type });
        }}
      />
      <div className="hint" style={{ marginTop: 4, whiteSpace: "normal" }}>
        {plan.formula !== null ? <code>{plan.formula}</code> : reason && t(`reason_${reason}`)}
        {plan.formula === null && proposal.n_misfits > 0 && (
          <div className="warn">{t("misfits_n", { n: proposal.n_misfits })}</div>
        )}
        {proposal.n_blank > 0 && <div>{t("blanks_n", { n: proposal.n_blank })}</div>}
      </div>
    </th>
  );
}

/** Which column of the file goes to which field: one line per column, with a sample and the reason. */
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { type IntoState, newField, openFields, type Target, targetOf } from "./into";

interface IntoColumnsProps {
  sheet: Schemas["ManifestSheet"];
  table: Schemas["TableView"];
  state: IntoState;
  onTarget: (column: number, to: Target | null) => void;
}

export function IntoColumns({ sheet, table, state, onTarget }: IntoColumnsProps) {
  const { t } = useTranslation();
  return (
    <ul className="into-columns" aria-label={t("intoColumns")}>
      {sheet.columns.map((column, at) => (
        <li key={column.key} data-skip={targetOf(state.plan, at) === null && sheet.own?.records_column !== at}>
          <span className="into-column">
            <b className="cut">{column.name}</b>
            <span className="hint cut">{samples(sheet, at)}</span>
          </span>
          <span className="into-arrow" aria-hidden="true">
            →
          </span>
          {state.hasRecords && sheet.own?.records_column === at ? (
            <span className="hint">{t("intoRecords")}</span>
          ) : (
            <ColumnTarget column={column} at={at} table={table} state={state} onTarget={onTarget} />
          )}
        </li>
      ))}
    </ul>
  );
}

function samples(sheet: Schemas["ManifestSheet"], at: number): string {
  const texts = sheet.sample_rows.map((row) => row[at]?.text ?? "").filter(Boolean);
  return [...new Set(texts)].slice(0, 3).join("、");
}

interface ColumnTargetProps {
  column: Schemas["ManifestColumn"];
  at: number;
  table: Schemas["TableView"];
  state: IntoState;
  onTarget: (column: number, to: Target | null) => void;
}

function ColumnTarget({ column, at, table, state, onTarget }: ColumnTargetProps) {
  const { t } = useTranslation();
  const to = targetOf(state.plan, at);
  const field = to?.kind === "field" ? to.field : undefined;
  const checked = to?.kind === "check" ? table.fields.find((one) => one.id === to.field) : undefined;
  const why = field === undefined ? null : state.why[at];
  const hasName = table.fields.some((one) => one.name === column.name);
  const options = [
    { value: "skip", label: t("intoSkip") },
    ...openFields(table).map((one) => ({ value: one.id, label: one.name })),
    ...(checked ? [{ value: "check", label: t("intoCheck", { name: checked.name }) }] : []),
    ...(hasName ? [] : [{ value: "new", label: t("intoNewField", { name: column.name }) }]),
  ];
  const choose = (value: string) => {
    if (value === "skip") onTarget(at, null);
    else if (value === "new") onTarget(at, newField(column));
    else if (value !== "check") onTarget(at, { kind: "field", field: value });
  };
  return (
    <span className="into-target">
      <Select
        size="small"
        showSearch
        optionFilterProp="label"
        value={to?.kind === "new" || to?.kind === "check" ? to.kind : (field ?? "skip")}
        aria-label={`${column.name} → ${t("intoField")}`}
        options={options}
        onChange={choose}
      />
      {why && <span className="hint">{t(`why_${why}`)}</span>}
    </span>
  );
}

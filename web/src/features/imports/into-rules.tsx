/** How rows of the file meet records of the table: mode, keys, blanks, what does not fit. */
import { Checkbox, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Labelled } from "../../ui/parts";
import type { IntoPlan, IntoState } from "./into";

interface IntoRulesProps {
  table: Schemas["TableView"];
  state: IntoState;
  nMissing: number;
  onPlan: (part: Partial<IntoPlan>) => void;
  onSave: (save: boolean) => void;
}

export function IntoRules({ table, state, nMissing, onPlan, onSave }: IntoRulesProps) {
  const { t, i18n } = useTranslation();
  const { plan } = state;
  const count = (n: number) => n.toLocaleString(i18n.language);
  const isMatched = plan.mode !== "add";
  return (
    <div className="into-rules">
      <Labelled label={t("intoMode")}>
        <Select
          value={plan.mode}
          options={["both", "update", "add"].map((value) => ({ value, label: t(`mode_${value}`) }))}
          onChange={(mode) => onPlan({ mode, ...(mode === "add" ? { remove_missing: false } : {}) })}
          data-testid="into-mode"
        />
      </Labelled>
      {isMatched && !plan.by_record && (
        <Labelled label={t("intoKeys")} hint={t("intoKeysHint")}>
          <Select
            mode="multiple"
            value={plan.keys}
            status={plan.keys.length === 0 ? "error" : ""}
            options={keyChoices(table, state).map((key) => ({
              value: key.field,
              title: key.name,
              label:
                key.is_unique_in_file && key.is_unique_in_table
                  ? t("intoKeyGood", { name: key.name, n: count(key.n_both) })
                  : t("intoKeyTwice", { name: key.name }),
            }))}
            optionFilterProp="label"
            onChange={(keys) => onPlan({ keys })}
            data-testid="into-keys"
          />
        </Labelled>
      )}
      {isMatched && (
        <>
          <Labelled label={t("intoBlanks")}>
            <Select
              value={plan.blanks}
              options={["keep", "clear"].map((value) => ({ value, label: t(`blanks_${value}`) }))}
              onChange={(blanks) => onPlan({ blanks })}
              data-testid="into-blanks"
            />
          </Labelled>
          <Labelled label={t("intoMisfits")}>
            <Select
              value={plan.misfits}
              options={["leave", "write"].map((value) => ({ value, label: t(`misfits_${value}`) }))}
              onChange={(misfits) => onPlan({ misfits })}
            />
          </Labelled>
        </>
      )}
      <div className="into-checks">
        {isMatched && plan.by_record && <span className="hint">{t("intoByRecord")}</span>}
        <Checkbox checked={plan.add_options} onChange={(event) => onPlan({ add_options: event.target.checked })}>
          {t("intoAddOptions")}
        </Checkbox>
        {isMatched && nMissing > 0 && (
          <Checkbox
            checked={plan.remove_missing}
            onChange={(event) => onPlan({ remove_missing: event.target.checked })}
            data-testid="into-remove"
          >
            {t("intoRemove", { n: count(nMissing) })}
          </Checkbox>
        )}
        {!state.hasRecords && (
          <Checkbox checked={state.save} onChange={(event) => onSave(event.target.checked)}>
            {t("intoSave")}
          </Checkbox>
        )}
      </div>
    </div>
  );
}

/** The fields that have a column, whether or not they were tried as keys. */
function keyChoices(table: Schemas["TableView"], { keys, plan }: IntoState): Schemas["KeyFitView"][] {
  const mapped = plan.columns.filter((one) => one.to.kind === "field").map((one) => one.to.field);
  const tried = keys.filter((key) => mapped.includes(key.field));
  const rest = table.fields.filter(
    (field) => mapped.includes(field.id) && tried.every((key) => key.field !== field.id) && field.type !== "attachment",
  );
  const untried = rest.map((field) => ({
    field: field.id,
    name: field.name,
    is_unique_in_table: true,
    is_unique_in_file: true,
    n_both: 0,
  }));
  return [...tried, ...untried];
}

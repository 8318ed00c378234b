/** The value of a condition, entered as the field's type and the operator ask for it. */
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import type { Condition } from "./filter-tree";
import {
  entryOf,
  isDate,
  isNumeric,
  PERIODS,
  readPeriod,
  readRange,
  shownType,
  USUAL_DAYS,
  writePeriod,
  writeRange,
} from "./operators";
import { TypedValue } from "./typed-value";

const AI_STATES = ["ok", "needs_review", "stale", "failed", "locked", "queued", "running", "skipped"];

interface FilterValueProps {
  field: Schemas["FieldView"];
  condition: Condition;
  onValue: (value: string) => void;
}

export function FilterValue({ field, condition, onValue }: FilterValueProps) {
  const { t } = useTranslation();
  const type = shownType(field);
  const options = "options" in type ? type.options.map((option) => ({ value: option.id, label: option.name })) : [];
  const { value } = condition;
  const typed = (inputMode: "decimal" | "text") => (
    <TypedValue value={value} inputMode={inputMode} placeholder={t("filterValue")} onValue={onValue} />
  );
  switch (entryOf(field, condition.operator)) {
    case "none":
      return null;
    case "ai":
      return (
        <Choice
          value={value}
          options={AI_STATES.map((state) => ({ value: state, label: t(`ai_${state}`) }))}
          onValue={onValue}
        />
      );
    case "checkbox":
      return (
        <Choice
          value={value}
          options={[
            { value: "true", label: t("checked") },
            { value: "false", label: t("unchecked") },
          ]}
          onValue={onValue}
        />
      );
    case "option":
      return <Choice value={value} options={options} onValue={onValue} />;
    case "options":
      return <Choices value={value} options={options} onValue={onValue} />;
    case "range":
      return <RangeValue field={field} value={value} onValue={onValue} />;
    case "period":
      return <PeriodValue value={value} onValue={onValue} />;
    case "count":
    case "number":
      return typed("decimal");
    case "text":
      return typed("text");
  }
}

interface ChoiceProps {
  value: string;
  options: { value: string; label: string }[];
  onValue: (value: string) => void;
}

function Choice({ value, options, onValue }: ChoiceProps) {
  const { t } = useTranslation();
  return (
    <Select
      className="grow"
      aria-label={t("filterValue")}
      placeholder={t("filterValue")}
      showSearch={{ optionFilterProp: "label" }}
      value={value || undefined}
      options={options}
      onChange={onValue}
    />
  );
}

/** Option ids with commas between. */
function Choices({ value, options, onValue }: ChoiceProps) {
  const { t } = useTranslation();
  const chosen = value.split(",").filter((id) => options.some((option) => option.value === id));
  return (
    <Select
      className="grow"
      mode="multiple"
      maxTagCount="responsive"
      aria-label={t("filterValue")}
      placeholder={t("filterValue")}
      showSearch={{ optionFilterProp: "label" }}
      value={chosen}
      options={options}
      onChange={(ids) => onValue(ids.join(","))}
    />
  );
}

interface TextProps {
  value: string;
  onValue: (value: string) => void;
}

function RangeValue({ field, value, onValue }: TextProps & { field: Schemas["FieldView"] }) {
  const { t } = useTranslation();
  const [from, to] = readRange(value);
  const inputMode = isNumeric(field) ? "decimal" : "text";
  const hint = (side: string) => (isDate(field) ? t("typeDate") : side);
  return (
    <span className="tool-pair">
      <TypedValue
        value={from}
        label={t("rangeFrom")}
        placeholder={hint(t("rangeFrom"))}
        inputMode={inputMode}
        onValue={(next) => onValue(writeRange(next, to))}
      />
      <span className="hint">–</span>
      <TypedValue
        value={to}
        label={t("rangeTo")}
        placeholder={hint(t("rangeTo"))}
        inputMode={inputMode}
        onValue={(next) => onValue(writeRange(from, next))}
      />
    </span>
  );
}

const EXACT = "exact";

/** A day, or a period that moves with the calendar. */
function PeriodValue({ value, onValue }: TextProps) {
  const { t } = useTranslation();
  const period = readPeriod(value);
  const [isExact, setExact] = useState(value !== "" && period === null);
  const chosen = isExact ? EXACT : period?.name;
  const choose = (name: string) => {
    setExact(name === EXACT);
    onValue(name === EXACT ? "" : writePeriod(name));
  };
  return (
    <span className="tool-pair">
      <Select
        aria-label={t("filterPeriod")}
        placeholder={t("filterPeriod")}
        value={chosen}
        options={[EXACT, ...PERIODS].map((name) => ({ value: name, label: t(`period_${name}`) }))}
        popupMatchSelectWidth={false}
        onChange={choose}
      />
      {isExact && <TypedValue value={value} inputMode="text" placeholder={t("typeDate")} onValue={onValue} />}
      {!isExact && period && period.days !== null && (
        <TypedValue
          value={String(period.days)}
          label={t("filterDays")}
          inputMode="decimal"
          placeholder={String(USUAL_DAYS)}
          onValue={(days) => onValue(writePeriod(period.name, Number(days)))}
        />
      )}
    </span>
  );
}

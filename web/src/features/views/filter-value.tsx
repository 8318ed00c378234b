/** The value of a condition, entered as the field's type asks for it; what is typed is sent when typing rests. */
import { Input, Select } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { type Condition, NO_VALUE, shownType } from "./change";

/** Milliseconds without a key after which a typed value counts. */
const REST_MS = 400;
const AI_STATES = ["ok", "needs_review", "stale", "failed", "locked", "queued", "running", "skipped"];

interface FilterValueProps {
  field: Schemas["FieldView"];
  condition: Condition;
  onValue: (value: string) => void;
}

export function FilterValue({ field, condition, onValue }: FilterValueProps) {
  const { t } = useTranslation();
  if (NO_VALUE.has(condition.operator)) return null;
  const type = shownType(field);
  const choose = (options: { value: string; label: string }[]) => (
    <Select
      className="grow"
      aria-label={t("filterValue")}
      placeholder={t("filterValue")}
      showSearch={{ optionFilterProp: "label" }}
      value={condition.value || undefined}
      options={options}
      onChange={onValue}
    />
  );
  if (condition.operator === "ai_state") {
    return choose(AI_STATES.map((state) => ({ value: state, label: t(`ai_${state}`) })));
  }
  if (type.type === "checkbox") {
    return choose([
      { value: "true", label: t("checked") },
      { value: "false", label: t("unchecked") },
    ]);
  }
  if (type.type === "select" || type.type === "multi_select" || type.type === "person") {
    return choose(type.options.map((option) => ({ value: option.id, label: option.name })));
  }
  const isNumber = ["number", "currency", "percent", "progress", "rating"].includes(type.type);
  return (
    <TypedValue
      value={condition.value}
      inputMode={isNumber ? "decimal" : "text"}
      placeholder={
        ["date", "date_time", "created_time", "modified_time"].includes(type.type) ? t("typeDate") : t("filterValue")
      }
      onValue={onValue}
    />
  );
}

interface TypedValueProps {
  value: string;
  inputMode: "decimal" | "text";
  placeholder: string;
  onValue: (value: string) => void;
}

function TypedValue({ value, inputMode, placeholder, onValue }: TypedValueProps) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(value);
  const latest = useRef({ value, onValue });
  latest.current = { value, onValue };
  const send = (text: string) => {
    if (text !== latest.current.value) latest.current.onValue(text);
  };
  useEffect(() => {
    const timer = setTimeout(() => {
      if (draft !== latest.current.value) latest.current.onValue(draft);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [draft]);
  return (
    <Input
      className="grow"
      aria-label={t("filterValue")}
      placeholder={placeholder}
      inputMode={inputMode}
      value={draft}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={() => send(draft)}
      onPressEnter={() => send(draft)}
    />
  );
}

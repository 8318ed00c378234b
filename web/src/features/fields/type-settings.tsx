/** What each plain type lets a person set. */
import { Checkbox, Input, InputNumber, Select } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import type { SelectOption } from "../../api/wire";
import { readTheme, type Theme, tintOf } from "../../grid/theme";
import { ActionButton, Labelled } from "../../ui/parts";
import { LinkSettings } from "./link-settings";
import { ButtonSettings, PatternSettings } from "./own-settings";
import type { FieldType } from "./types";

const CURRENCIES = ["CNY", "USD", "EUR", "GBP", "HKD", "JPY", "AED", "RUB"];

interface TypeSettingsProps {
  type: FieldType;
  table: Schemas["TableView"];
  tables: Schemas["TableView"][];
  /** Null: a new field. */
  field: Schemas["FieldView"] | null;
  onChange: (type: FieldType) => void;
}

export function TypeSettings({ type, table, tables, field, onChange }: TypeSettingsProps) {
  const { t } = useTranslation();
  const set = (part: object) => onChange({ ...type, ...part } as FieldType);
  const decimals = (value: number | null | undefined, isOptional: boolean) => (
    <Labelled label={t("decimals")}>
      <InputNumber
        min={0}
        max={8}
        value={value ?? null}
        placeholder={isOptional ? t("decimalsAuto") : "0"}
        onChange={(next) => set({ decimals: next ?? (isOptional ? null : 0) })}
      />
    </Labelled>
  );
  if (type.type === "number") {
    return (
      <div className="row" style={{ alignItems: "end" }}>
        {decimals(type.decimals, true)}
        <Labelled label={t("unit")}>
          <Input style={{ width: 88 }} value={type.unit} onChange={(event) => set({ unit: event.target.value })} />
        </Labelled>
        <Checkbox checked={type.thousands} onChange={(event) => set({ thousands: event.target.checked })}>
          {t("thousands")}
        </Checkbox>
      </div>
    );
  }
  if (type.type === "currency") {
    return (
      <div className="row">
        <Labelled label={t("currencyCode")}>
          <Select
            style={{ width: 112 }}
            value={type.code}
            aria-label={t("currencyCode")}
            options={CURRENCIES.map((code) => ({ value: code, label: code }))}
            onChange={(code: string) => set({ code })}
          />
        </Labelled>
        {decimals(type.decimals, false)}
      </div>
    );
  }
  if (type.type === "percent" || type.type === "progress") return decimals(type.decimals, false);
  if (type.type === "rating") {
    return (
      <Labelled label={t("ratingMax")}>
        <InputNumber min={1} max={10} value={type.max} onChange={(max) => set({ max: max ?? 5 })} />
      </Labelled>
    );
  }
  if (type.type === "duration") {
    return (
      <div className="form" style={{ gap: 4 }}>
        <Checkbox checked={type.seconds} onChange={(event) => set({ seconds: event.target.checked })}>
          {t("durationSeconds")}
        </Checkbox>
        <span className="hint">{t("durationHint")}</span>
      </div>
    );
  }
  if (type.type === "auto_number") {
    return (
      <PatternSettings pattern={type.pattern} isNew={field?.type !== "auto_number"} onChange={(part) => set(part)} />
    );
  }
  if (type.type === "link") return <LinkSettings type={type} table={table} tables={tables} onChange={onChange} />;
  if (type.type === "button") return <ButtonSettings type={type} table={table} onChange={onChange} />;
  if (["created_time", "modified_time", "created_by", "modified_by"].includes(type.type)) {
    return <span className="hint">{t("givenHint")}</span>;
  }
  if (type.type === "barcode") return <span className="hint">{t("barcodeHint")}</span>;
  if (type.type === "select" || type.type === "multi_select" || type.type === "person") {
    return <OptionList options={(type.options ?? []) as SelectOption[]} onChange={(options) => set({ options })} />;
  }
  return null;
}

/** Options keep their ids when they are renamed; new ones (`o0`) get theirs from the server. */
function OptionList({ options, onChange }: { options: SelectOption[]; onChange: (options: SelectOption[]) => void }) {
  const { t } = useTranslation();
  const theme = useMemo(() => readTheme(document.documentElement), []);
  const change = (at: number, name: string) =>
    onChange(options.map((option, n) => (n === at ? { ...option, name } : option)));
  return (
    <div className="form" style={{ gap: 4 }}>
      <span className="field-label">{t("options")}</span>
      {options.map((option, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: new options have no id yet.
        <span key={at} className="row">
          <Input
            prefix={<OptionDot theme={theme} color={option.color} />}
            value={option.name}
            aria-label={`${t("optionName")} ${at + 1}`}
            onChange={(event) => change(at, event.target.value)}
          />
          <ActionButton
            icon="close"
            label={`${t("delete")} ${option.name}`}
            onClick={() => onChange(options.filter((_, n) => n !== at))}
          />
        </span>
      ))}
      <span>
        <ActionButton
          icon="add"
          text
          label={t("addOption")}
          onClick={() => onChange([...options, { id: "o0", name: "", color: nextColor(options) }])}
        />
      </span>
    </div>
  );
}

/** In the tint that the cells of this option have. */
function OptionDot({ theme, color }: { theme: Theme; color: number }) {
  const tint = tintOf(theme, color);
  return (
    <i className="option-dot" style={{ background: tint.fill, border: `1px solid ${tint.ink}` }} aria-hidden="true" />
  );
}

/** The first tint that no option has; when all are taken, they begin anew. */
function nextColor(options: SelectOption[]): number {
  const used = new Set(options.map((option) => option.color));
  const free = Array.from({ length: 12 }, (_, color) => color).find((color) => !used.has(color));
  return free ?? options.length % 12;
}

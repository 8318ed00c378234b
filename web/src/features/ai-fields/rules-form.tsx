/** The rules of an AI field: a list to edit, filled in from a marketplace's preset on request. */
import { useQuery } from "@tanstack/react-query";
import { Button, InputNumber, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, type Schemas } from "../../api/client";
import { Icon } from "../../ui/icons";
import { Labelled } from "../../ui/parts";
import { RuleParts } from "./rule-parts";
import { newRule, RULE_KINDS, type Rule, type RuleKind, type RuleSettings } from "./rules";

interface RulesFormProps {
  value: RuleSettings;
  fields: Schemas["FieldView"][];
  onChange: (value: RuleSettings) => void;
}

export function RulesForm({ value, fields, onChange }: RulesFormProps) {
  const { t, i18n } = useTranslation();
  const [preset, setPreset] = useState<string | null>(null);
  const presets = useQuery({
    queryKey: ["rule-presets"],
    queryFn: () => ask<Schemas["RulePresetView"][]>("GET", "/ai/rule-presets"),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const set = (rules: Rule[]) => onChange({ ...value, rules });
  const chosen = presets.data?.find((one) => one.id === preset);
  const note = i18n.language === "en" ? chosen?.note_en : chosen?.note_zh;
  return (
    <div className="form" data-testid="rules-form">
      <b>{t("rules")}</b>
      <div className="hint">{t("rulesHint")}</div>
      <Select
        value={preset}
        placeholder={t("rulesPreset")}
        aria-label={t("rulesPreset")}
        data-testid="rule-preset"
        showSearch={{ optionFilterProp: "label" }}
        options={(presets.data ?? []).map((one) => ({
          value: one.id,
          label: `${one.platform} · ${t(`rulepart_${one.part}`)}`,
        }))}
        onChange={(id: string) => {
          setPreset(id);
          const found = presets.data?.find((one) => one.id === id);
          if (found) set(found.rules as unknown as Rule[]);
        }}
      />
      {chosen && (
        <div className="hint">
          {t("rulesPresetSource", { source: chosen.source, checked: chosen.checked })} {note}
        </div>
      )}
      {value.rules.map((rule, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rules have no ids, and two may be equal.
        <div key={at} className="field-label" data-testid="rule">
          <span className="row" style={{ justifyContent: "space-between" }}>
            {t(`rule_${rule.rule}`)}
            <Button
              type="text"
              size="small"
              aria-label={t("ruleRemove")}
              icon={<Icon name="close" />}
              onClick={() => set(value.rules.filter((_, other) => other !== at))}
            />
          </span>
          <RuleParts
            rule={rule}
            fields={fields}
            onChange={(next) => set(value.rules.map((one, other) => (other === at ? next : one)))}
          />
        </div>
      ))}
      <Select
        value={null}
        placeholder={t("ruleAdd")}
        aria-label={t("ruleAdd")}
        data-testid="rule-add"
        options={RULE_KINDS.map((kind) => ({ value: kind, label: t(`rule_${kind}`) }))}
        onChange={(kind: RuleKind | null) => {
          if (kind) set([...value.rules, newRule(kind, fields[0]?.id ?? "")]);
        }}
      />
      {value.rules.length > 0 && <div className="hint">{t("rulesShared")}</div>}
      {value.rules.length > 0 && (
        <Labelled label={t("rulesRetries")}>
          <InputNumber
            min={0}
            max={5}
            value={value.retries}
            aria-label={t("rulesRetries")}
            onChange={(retries) => onChange({ ...value, retries: retries ?? 0 })}
          />
        </Labelled>
      )}
    </div>
  );
}

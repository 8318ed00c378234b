/** What one rule says, to edit. */
import { Checkbox, Input, InputNumber, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { type Rule, wordsOf } from "./rules";

interface RulePartsProps {
  rule: Rule;
  fields: Schemas["FieldView"][];
  onChange: (rule: Rule) => void;
}

/** A list of words; what is typed stays as it is until the field is left. */
function Words({ words, label, onWords }: { words: string[]; label: string; onWords: (words: string[]) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState<string | null>(null);
  return (
    <Input
      value={text ?? words.join(", ")}
      placeholder={t("ruleWords")}
      aria-label={label}
      onChange={(event) => {
        setText(event.target.value);
        onWords(wordsOf(event.target.value));
      }}
      onBlur={() => setText(null)}
    />
  );
}

function Bounds({ rule, onChange }: { rule: { min?: number; max?: number }; onChange: (next: object) => void }) {
  const { t } = useTranslation();
  return (
    <>
      {(["min", "max"] as const).map((end) => (
        <InputNumber
          key={end}
          value={rule[end] ?? null}
          placeholder={t(end === "min" ? "ruleMin" : "ruleMax")}
          aria-label={t(end === "min" ? "ruleMin" : "ruleMax")}
          onChange={(value) => {
            const { [end]: _, ...rest } = rule;
            onChange(value === null ? rest : { ...rest, [end]: value });
          }}
        />
      ))}
    </>
  );
}

export function RuleParts({ rule, fields, onChange }: RulePartsProps) {
  const { t } = useTranslation();
  const label = t(`rule_${rule.rule}`);
  switch (rule.rule) {
    case "length":
      return (
        <span className="row">
          <Bounds rule={rule} onChange={(next) => onChange(next as Rule)} />
          <Select
            value={rule.unit}
            aria-label={label}
            options={(["characters", "bytes", "gbk_bytes", "words"] as const).map((unit) => ({
              value: unit,
              label: t(`ruleunit_${unit}`),
            }))}
            onChange={(unit) => onChange({ ...rule, unit })}
          />
        </span>
      );
    case "range":
      return (
        <span className="row">
          <Bounds rule={rule} onChange={(next) => onChange(next as Rule)} />
        </span>
      );
    case "contains":
    case "excludes":
      return <Words words={rule.words} label={label} onWords={(words) => onChange({ ...rule, words })} />;
    case "options":
      return <Words words={rule.options} label={label} onWords={(options) => onChange({ ...rule, options })} />;
    case "contains_field":
      return (
        <Select
          value={rule.field}
          aria-label={label}
          options={fields.map((field) => ({ value: field.id, label: field.name }))}
          onChange={(field) => onChange({ ...rule, field })}
        />
      );
    case "excludes_characters":
      return (
        <Input
          value={rule.characters}
          aria-label={label}
          onChange={(event) => onChange({ ...rule, characters: event.target.value })}
        />
      );
    case "word_repeat":
      return (
        <InputNumber
          min={1}
          value={rule.max}
          aria-label={label}
          onChange={(max) => onChange({ ...rule, max: max ?? 1 })}
        />
      );
    case "pattern":
      return (
        <span className="row">
          <Select
            value={rule.matches}
            aria-label={label}
            options={[
              { value: true, label: t("ruleMatches") },
              { value: false, label: t("ruleMatchesNot") },
            ]}
            onChange={(matches) => onChange({ ...rule, matches })}
          />
          <Input
            value={rule.regex}
            aria-label={t("rule_pattern")}
            onChange={(event) => onChange({ ...rule, regex: event.target.value })}
          />
        </span>
      );
    case "language":
      return (
        <LanguageChoice
          language={rule.language}
          label={label}
          onLanguage={(language) => onChange({ ...rule, language })}
        />
      );
    case "numbers_from_inputs":
      return (
        <Checkbox
          checked={rule.conversions}
          onChange={(event) => onChange({ ...rule, conversions: event.target.checked })}
        >
          {t("ruleConversions")}
        </Checkbox>
      );
    case "case":
      return (
        <Select
          value={rule.style}
          aria-label={label}
          options={(["title", "sentence", "no_all_caps"] as const).map((style) => ({
            value: style,
            label: t(`rulecase_${style}`),
          }))}
          onChange={(style) => onChange({ ...rule, style })}
        />
      );
  }
}

const LANGUAGES = [
  "英语",
  "西班牙语",
  "法语",
  "德语",
  "葡萄牙语",
  "俄语",
  "阿拉伯语",
  "日语",
  "韩语",
  "泰语",
  "越南语",
  "印尼语",
  "中文",
];

function LanguageChoice({
  language,
  label,
  onLanguage,
}: {
  language: string;
  label: string;
  onLanguage: (language: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <Select
      value={language}
      aria-label={label}
      options={[
        { value: "", label: t("ruleLanguageSame") },
        ...LANGUAGES.map((name) => ({ value: name, label: name })),
      ]}
      onChange={onLanguage}
    />
  );
}

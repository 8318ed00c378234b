/** The form of an AI field: which fields it reads, what it makes of them. Writes the formula, so there is one truth. */
import { Input, Select } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Labelled } from "../../ui/parts";
import { aiFormula } from "./formula-text";

export type AiKind = "translate" | "copy" | "image_prompt";

/** Keys of the dictionary and the names that the language understands. */
const LANGUAGES: [string, string][] = [
  ["lang_en", "英语"],
  ["lang_es", "西班牙语"],
  ["lang_ar", "阿拉伯语"],
  ["lang_ru", "俄语"],
  ["lang_ja", "日语"],
  ["lang_ko", "韩语"],
  ["lang_fr", "法语"],
  ["lang_pt", "葡萄牙语"],
  ["lang_de", "德语"],
];
const READABLE = [
  "text",
  "long_text",
  "number",
  "currency",
  "percent",
  "select",
  "multi_select",
  "date",
  "url",
  "formula",
];

interface AiFormProps {
  kind: AiKind;
  fields: Schemas["FieldView"][];
  onFormula: (text: string) => void;
}

export function AiForm({ kind, fields, onFormula }: AiFormProps) {
  const { t } = useTranslation();
  const readable = fields.filter((field) => READABLE.includes(field.type));
  const named = readable.find((field) => /名|name|title/i.test(field.name)) ?? readable[0];
  const [sources, setSources] = useState<string[]>(named ? [named.name] : []);
  const [language, setLanguage] = useState("英语");
  const [words, setWords] = useState("");

  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller's function is told only when the form changes.
  useEffect(() => {
    const what =
      kind === "copy" && words === "" ? t("aiInstructionExample").replace(/^[^：.]*[：.]?\s?(?:g\. )?/, "") : words;
    onFormula(sources.length === 0 ? "" : aiFormula(kind, sources, kind === "translate" ? language : what));
  }, [kind, sources, language, words]);

  const options = readable.map((field) => ({ value: field.name, label: field.name }));
  return (
    <div className="form">
      <Labelled label={kind === "translate" ? t("aiSource") : t("aiFacts")}>
        {kind === "translate" ? (
          <Select
            value={sources[0] ?? null}
            options={options}
            aria-label={t("aiSource")}
            onChange={(name: string) => setSources([name])}
          />
        ) : (
          <Select mode="multiple" value={sources} options={options} aria-label={t("aiFacts")} onChange={setSources} />
        )}
      </Labelled>
      {kind === "translate" && (
        <Labelled label={t("aiLanguage")}>
          <Select
            value={language}
            aria-label={t("aiLanguage")}
            options={LANGUAGES.map(([key, value]) => ({ value, label: t(key) }))}
            onChange={setLanguage}
          />
        </Labelled>
      )}
      {kind === "copy" && (
        <Labelled label={t("aiInstruction")}>
          <Input.TextArea
            autoSize={{ minRows: 2 }}
            value={words}
            placeholder={t("aiInstructionExample")}
            onChange={(event) => setWords(event.target.value)}
          />
        </Labelled>
      )}
      {kind === "image_prompt" && (
        <Labelled label={t("aiStyle")}>
          <Input value={words} placeholder={t("aiStyleExample")} onChange={(event) => setWords(event.target.value)} />
        </Labelled>
      )}
    </div>
  );
}

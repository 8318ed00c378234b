/** The questions of the AI forms: fields, pictures, languages, options, what to find, how large a picture. */
import { Checkbox, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Labelled, Note } from "../../ui/parts";
import type { AiDraft } from "./formula-text";

type Field = Schemas["FieldView"];

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
const TYPES = ["", "数字", "金额", "日期", "是否"];
const SIZES = ["", "1024x1024", "1024x1536", "1536x1024"];
interface PartProps {
  draft: AiDraft;
  onChange: (change: Partial<AiDraft>) => void;
}

export function Sources({ draft, fields, isOne, onChange }: PartProps & { fields: Field[]; isOne: boolean }) {
  const { t } = useTranslation();
  const label = t(draft.kind === "translate" ? "aiSource" : draft.kind === "image" ? "aiPromptField" : "aiFacts");
  const options = fields.map((field) => ({ value: field.name, label: field.name }));
  return (
    <Labelled label={label}>
      {isOne ? (
        <Select
          value={draft.sources[0] ?? null}
          allowClear={draft.kind === "extract"}
          options={options}
          aria-label={label}
          onChange={(name: string | undefined) => onChange({ sources: name ? [name] : [] })}
        />
      ) : (
        <Select
          mode="multiple"
          value={draft.sources}
          options={options}
          aria-label={label}
          onChange={(sources: string[]) => onChange({ sources })}
        />
      )}
    </Labelled>
  );
}

export function PictureChoice({ draft, pictures, onChange }: PartProps & { pictures: Field[] }) {
  const { t } = useTranslation();
  if (pictures.length === 0) return draft.kind === "review" ? <Note kind="warn">{t("aiNoPicture")}</Note> : null;
  const label = t(draft.kind === "image" ? "aiReference" : "aiPicture");
  return (
    <Labelled label={label}>
      <Select
        value={draft.picture}
        aria-label={label}
        options={[
          ...(draft.kind === "review" ? [] : [{ value: "", label: t("aiWithoutPicture") }]),
          ...pictures.map((field) => ({ value: field.name, label: field.name })),
        ]}
        onChange={(picture: string) => onChange({ picture })}
      />
    </Labelled>
  );
}

export function Languages({ draft, onChange }: PartProps) {
  const { t } = useTranslation();
  const label = t(draft.kind === "translate" ? "aiLanguage" : "aiWrittenIn");
  const options = LANGUAGES.map(([key, value]) => ({ value, label: t(key) }));
  if (draft.kind === "listing") options.unshift({ value: "中文", label: t("lang_zh") });
  return (
    <Labelled label={label}>
      <Select
        mode={draft.kind === "translate" ? "multiple" : undefined}
        value={(draft.kind === "translate" ? draft.languages : draft.languages[0]) as string[]}
        aria-label={label}
        options={options}
        onChange={(chosen: string | string[]) => {
          const languages = typeof chosen === "string" ? [chosen] : chosen;
          onChange({ languages: languages.length === 0 ? ["英语"] : languages });
        }}
      />
    </Labelled>
  );
}

export function Options({ draft, onChange }: PartProps) {
  const { t } = useTranslation();
  return (
    <>
      <Labelled label={t("aiOptions")}>
        <Input
          value={draft.options}
          placeholder={t("aiOptionsExample")}
          onChange={(event) => onChange({ options: event.target.value })}
        />
      </Labelled>
      <Checkbox checked={draft.many} onChange={(event) => onChange({ many: event.target.checked })}>
        {t("aiMany")}
      </Checkbox>
    </>
  );
}

export function What({ draft, onChange }: PartProps) {
  const { t } = useTranslation();
  return (
    <>
      <Labelled label={t("aiWhat")}>
        <Input
          value={draft.what}
          placeholder={t("aiwords_extract")}
          onChange={(event) => onChange({ what: event.target.value })}
        />
      </Labelled>
      <Labelled label={t("aiType")}>
        <Select
          value={draft.type}
          aria-label={t("aiType")}
          options={TYPES.map((value) => ({ value, label: t(`aitype_${TYPES.indexOf(value)}`) }))}
          onChange={(type: string) => onChange({ type })}
        />
      </Labelled>
    </>
  );
}

export function Size({ draft, onChange }: PartProps) {
  const { t } = useTranslation();
  return (
    <>
      <Labelled label={t("aiSize")}>
        <Select
          value={draft.size}
          aria-label={t("aiSize")}
          options={SIZES.map((value) => ({
            value,
            label: value === "" ? t("aiSizeUsual") : value.replace("x", " × "),
          }))}
          onChange={(size: string) => onChange({ size })}
        />
      </Labelled>
      <Checkbox checked={draft.isLabelled} onChange={(event) => onChange({ isLabelled: event.target.checked })}>
        {t("aiVisibleLabel")}
      </Checkbox>
      <span className="hint">{t("aiLabelHint")}</span>
    </>
  );
}

/** The form of an AI field: which fields it reads, what it makes of them. Writes the formula, so there is one truth. */
import { Checkbox, Input, Mentions, Select } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Labelled, Note } from "../../ui/parts";
import { type AiDraft, type AiKind, type AiMade, aiMade } from "./formula-text";
import { PromptPreview } from "./prompt-preview";

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
/** Fields that no prompt reads. */
const UNREADABLE = ["attachment", "button"];
const ONE_SOURCE: AiKind[] = ["translate", "extract", "image"];
const WITH_PICTURE: AiKind[] = ["copy", "listing", "classify", "extract", "review", "image"];
const WITH_WORDS: AiKind[] = ["translate", "copy", "listing", "summarize", "reply", "image_prompt", "review"];

interface AiFormProps {
  kind: AiKind;
  base: string;
  table: string;
  sample: string | undefined;
  fields: Schemas["FieldView"][];
  onMade: (made: AiMade) => void;
}

type Field = Schemas["FieldView"];
const shownType = (field: Field) => (field.type === "formula" ? field.result?.type : field.type);

function firstDraft(kind: AiKind, readable: Field[], pictures: Field[]): AiDraft {
  const asked =
    kind === "image"
      ? /提示|prompt/i
      : kind === "reply" || kind === "extract"
        ? /留言|消息|备注|message/i
        : /名|name|title/i;
  const named = readable.find((field) => asked.test(field.name)) ?? readable[0];
  return {
    kind,
    sources: named && kind !== "review" ? [named.name] : [],
    languages: ["英语"],
    words: kind === "ask" && named ? `[${named.name}] ` : "",
    options: "",
    many: false,
    what: "",
    type: "",
    size: "",
    isLabelled: false,
    picture: kind === "review" ? (pictures[0]?.name ?? "") : "",
  };
}

export function AiForm({ kind, base, table, sample, fields, onMade }: AiFormProps) {
  const { t } = useTranslation();
  const readable = fields.filter((field) => !UNREADABLE.includes(shownType(field) ?? ""));
  const pictures = fields.filter((field) => shownType(field) === "attachment");
  const [draft, setDraft] = useState<AiDraft>(() => firstDraft(kind, readable, pictures));
  const set = (change: Partial<AiDraft>) => setDraft((before) => ({ ...before, ...change }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: another card is another form; it keeps what was typed.
  useEffect(() => {
    const first = firstDraft(kind, readable, pictures);
    setDraft((before) => ({ ...before, kind, sources: first.sources, picture: first.picture, words: first.words }));
  }, [kind]);
  const example = t(`aiwords_${kind}`);
  const worded = kind === "copy" && draft.words === "" ? { ...draft, words: t("aiInstructionUsual") } : draft;
  const made = aiMade(
    worded,
    fields.map((field) => field.name),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller's function is told only when the form changes.
  useEffect(() => onMade(made), [JSON.stringify(made)]);

  return (
    <div className="form">
      {kind !== "ask" && kind !== "review" && (
        <Sources draft={draft} fields={readable} isOne={ONE_SOURCE.includes(kind)} onChange={set} />
      )}
      {WITH_PICTURE.includes(kind) && <PictureChoice draft={draft} pictures={pictures} onChange={set} />}
      {(kind === "translate" || kind === "listing") && <Languages draft={draft} onChange={set} />}
      {kind === "classify" && <Options draft={draft} onChange={set} />}
      {kind === "extract" && <What draft={draft} onChange={set} />}
      {kind === "image" && <Size draft={draft} onChange={set} />}
      {WITH_WORDS.includes(kind) && (
        <Labelled label={t(kind === "image_prompt" ? "aiStyle" : "aiInstruction")}>
          <Input.TextArea
            autoSize={{ minRows: kind === "copy" ? 2 : 1 }}
            value={draft.words}
            placeholder={example}
            onChange={(event) => set({ words: event.target.value })}
          />
        </Labelled>
      )}
      {kind === "ask" && (
        <Labelled label={t("aiPrompt")}>
          <Mentions
            rows={3}
            prefix="["
            split=""
            value={draft.words}
            placeholder={example}
            options={readable.map((field) => ({ value: `${field.name}]`, label: field.name }))}
            onChange={(words) => set({ words })}
          />
        </Labelled>
      )}
      {made.more && <Note kind="ai">{t("aiTogether", { names: made.more.map((one) => one.name).join("、") })}</Note>}
      <PromptPreview base={base} table={table} sample={sample} formula={made.formula} />
    </div>
  );
}

interface PartProps {
  draft: AiDraft;
  onChange: (change: Partial<AiDraft>) => void;
}

function Sources({ draft, fields, isOne, onChange }: PartProps & { fields: Field[]; isOne: boolean }) {
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

function PictureChoice({ draft, pictures, onChange }: PartProps & { pictures: Field[] }) {
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

function Languages({ draft, onChange }: PartProps) {
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

function Options({ draft, onChange }: PartProps) {
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

function What({ draft, onChange }: PartProps) {
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

function Size({ draft, onChange }: PartProps) {
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

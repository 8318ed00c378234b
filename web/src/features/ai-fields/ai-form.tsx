/** The form of an AI field: which fields it reads, what it makes of them. Writes the formula, so there is one truth. */
import { Input, Mentions } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Labelled, Note } from "../../ui/parts";
import { Languages, Options, PictureChoice, Size, Sources, What } from "./ai-form-parts";
import { type AiDraft, type AiKind, type AiMade, aiMade } from "./formula-text";
import { PromptPreview } from "./prompt-preview";

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
      <PromptPreview base={base} table={table} sample={sample} formula={made.preview ?? made.formula} />
    </div>
  );
}

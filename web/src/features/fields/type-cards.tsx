/** The cards of all types: plain ones, formula, and the AI kinds in violet. */
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Icon } from "../../ui/icons";
import { pressedType } from "./choice";
import { type FieldType, OWN_TYPES, PLAIN_TYPES } from "./types";

/** In the order of the cards. */
const AI_KINDS = [
  "translate",
  "copy",
  "listing",
  "classify",
  "extract",
  "summarize",
  "reply",
  "ask",
  "image_prompt",
  "image",
  "review",
] as const;
export type AiKind = (typeof AI_KINDS)[number];
/** What an AI form makes: a field, and those that read other parts of the same answer. */
export interface AiMade {
  formula: string;
  name?: string;
  result?: object;
  more?: { name: string; formula: string }[];
}
/** What looks through a link; made as a formula. */
export type Through = "lookup" | "rollup";
export type Choice =
  | { kind: "plain"; type: FieldType }
  | { kind: "formula" }
  | { kind: Through }
  | { kind: "ai"; ai: AiKind };

export function TypeCards({
  choice,
  field,
  onChoose,
}: {
  choice: Choice;
  field: Schemas["FieldView"] | null;
  onChoose: (choice: Choice) => void;
}) {
  const { t } = useTranslation();
  const press = (card: FieldType) =>
    onChoose({ kind: "plain", type: pressedType(card, choice.kind === "plain" ? choice.type : null, field) });
  const [isOpen, setOpen] = useState(choice.kind !== "formula");
  // A formula needs the room that the cards take.
  if (choice.kind === "formula" && !isOpen)
    return (
      <fieldset className="plain type-chosen" aria-label={t("fieldType")}>
        <button type="button" className="type-card" aria-pressed onClick={() => setOpen(true)}>
          <Icon name="formula" />
          <span className="cut">{t("type_formula")}</span>
        </button>
        <Button onClick={() => setOpen(true)}>{t("otherType")}</Button>
      </fieldset>
    );
  return (
    <fieldset className="type-grid plain" aria-label={t("fieldType")}>
      {[...PLAIN_TYPES, ...OWN_TYPES].map((type) => (
        <button
          type="button"
          key={type.type}
          className="type-card"
          aria-pressed={choice.kind === "plain" && choice.type.type === type.type}
          onClick={() => press(type)}
        >
          <Icon name={type.type} />
          <span className="cut">{t(`type_${type.type}`)}</span>
        </button>
      ))}
      {(["lookup", "rollup"] as const).map((through) => (
        <button
          type="button"
          key={through}
          className="type-card"
          aria-pressed={choice.kind === through}
          onClick={() => onChoose({ kind: through })}
        >
          <Icon name={through} />
          <span className="cut">{t(`type_${through}`)}</span>
        </button>
      ))}
      <button
        type="button"
        className="type-card"
        data-wide="true"
        aria-pressed={choice.kind === "formula"}
        onClick={() => {
          setOpen(false);
          onChoose({ kind: "formula" });
        }}
      >
        <Icon name="formula" />
        <span className="cut">{t("type_formula")}</span>
      </button>
      {AI_KINDS.map((ai) => (
        <button
          type="button"
          key={ai}
          className="type-card"
          data-ai="true"
          data-wide="true"
          aria-pressed={choice.kind === "ai" && choice.ai === ai}
          onClick={() => onChoose({ kind: "ai", ai })}
        >
          <Icon name="spark" />
          <span className="cut">{t(`type_ai_${ai}`)}</span>
        </button>
      ))}
    </fieldset>
  );
}

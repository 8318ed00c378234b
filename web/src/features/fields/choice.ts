/**
 * From what a person chose in the field panel to what the server is told.
 *
 * Law: pure; nothing that a field has is lost because a card was pressed or a name was changed. Tests: choice.test.ts.
 */
import type { Schemas } from "../../api/client";
import type { Choice } from "./type-cards";
import type { FieldType } from "./types";

type Field = Schemas["FieldView"];
type Option = Schemas["OptionView"];

/** What answers must keep; the form of it is the caller's. */
// biome-ignore lint/suspicious/noExplicitAny: the rules are the caller's own.
export type Ruled = { rules: any[]; retries: number };

export function choiceOf(field: Field | null): Choice {
  if (!field) return { kind: "plain", type: { type: "text" } as FieldType };
  return field.type === "formula" ? { kind: "formula" } : { kind: "plain", type: field as unknown as FieldType };
}

function optionsOf(type: FieldType | Field | null): Option[] | null {
  const isWithOptions = type?.type === "select" || type?.type === "multi_select" || type?.type === "person";
  return isWithOptions ? type.options : null;
}

/** The type behind a pressed card: what is set already stays, and options go along between the two select types. */
export function pressedType(card: FieldType, current: FieldType | null, field: Field | null): FieldType {
  if (current?.type === card.type) return current;
  const isWithOptions = optionsOf(card) !== null;
  const kept = optionsOf(current) ?? optionsOf(field);
  if (isWithOptions && kept) return { ...card, options: kept } as FieldType;
  return field?.type === card.type ? field : card;
}

/** The field that was shown has more than a command takes; a mirror without a name is none. */
function linkSettings(type: Extract<FieldType, { type: "link" }>): object {
  const wanted = (type as { mirror_name?: string }).mirror_name?.trim();
  return { type: "link", table: type.table, single: type.single, ...(wanted ? { mirror_name: wanted } : {}) };
}

const idNumber = (option: Option) => Number(option.id.slice(1));

/**
 * The settings of a plain type for a command; options without a name are left out, new ones (`o0`) get their id from
 * the server. Where the option with the highest id goes, the server would give that id out again and the cells would
 * take the new name; then the ids are given here.
 */
export function plainSettings(type: FieldType, field: Field | null): object {
  if (type.type === "link") return linkSettings(type);
  const options = optionsOf(type);
  if (!options) return type;
  const named = options.map((option) => ({ ...option, name: option.name.trim() })).filter((option) => option.name);
  const highest = Math.max(0, ...(optionsOf(field) ?? []).map(idNumber));
  const isFree = !named.some((option) => idNumber(option) >= highest);
  let next = highest;
  const numbered = named.map((option) => {
    if (!isFree || option.id !== "o0") return option;
    next += 1;
    return { ...option, id: `o${next}` };
  });
  return { ...type, options: numbered };
}

/** Whether values may stop to fit: another type, or options that are gone. */
export function isRetype(type: FieldType, field: Field): boolean {
  if (type.type !== field.type) return true;
  if (type.type === "link" && field.type === "link") {
    return type.table !== field.table || (type.single && !field.single);
  }
  if (type.type === "rating" && field.type === "rating") return type.max !== field.max;
  const now = new Set(optionsOf(type)?.map((option) => option.id));
  return (optionsOf(field) ?? []).some((option) => !now.has(option.id));
}

/** A formula for a command; an untouched one keeps how its results are shown, and the chosen model stays. */
export function formulaSettings(
  text: string,
  policy: Schemas["AiPolicyView"] | null,
  field: Field | null,
  ruled?: { rules: unknown[]; retries: number },
): object {
  const before = field?.type === "formula" ? field : null;
  const isSame = before !== null && before.formula_text === text;
  return {
    type: "formula",
    formula: text,
    ...(isSame ? { result: before.result } : {}),
    ...(policy ? { ai: { model: before?.ai?.model ?? "", policy, ...ruled } } : {}),
  };
}

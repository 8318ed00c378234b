/** Rules of an AI field as the API has them, what a new one begins with, and reasons as codes with facts. */
export type Rule =
  | { rule: "length"; unit: "characters" | "bytes" | "gbk_bytes" | "words"; min?: number; max?: number }
  | { rule: "contains" | "excludes"; words: string[] }
  | { rule: "contains_field"; field: string }
  | { rule: "excludes_characters"; characters: string }
  | { rule: "word_repeat"; max: number }
  | { rule: "pattern"; regex: string; matches: boolean }
  | { rule: "language"; language: string }
  | { rule: "numbers_from_inputs"; conversions: boolean }
  | { rule: "options"; options: string[] }
  | { rule: "range"; min?: number; max?: number }
  | { rule: "case"; style: "title" | "sentence" | "no_all_caps" };

export type RuleKind = Rule["rule"];

export interface RuleSettings {
  rules: Rule[];
  retries: number;
}

export const RULE_KINDS: RuleKind[] = [
  "length",
  "language",
  "numbers_from_inputs",
  "contains",
  "contains_field",
  "excludes",
  "excludes_characters",
  "word_repeat",
  "case",
  "pattern",
  "options",
  "range",
];

export function newRule(kind: RuleKind, firstField: string): Rule {
  switch (kind) {
    case "length":
      return { rule: kind, unit: "characters", max: 80 };
    case "contains":
    case "excludes":
      return { rule: kind, words: [] };
    case "contains_field":
      return { rule: kind, field: firstField };
    case "excludes_characters":
      return { rule: kind, characters: "!$?" };
    case "word_repeat":
      return { rule: kind, max: 2 };
    case "pattern":
      return { rule: kind, regex: "", matches: true };
    case "language":
      return { rule: kind, language: "" };
    case "numbers_from_inputs":
      return { rule: kind, conversions: false };
    case "options":
      return { rule: kind, options: [] };
    case "range":
      return { rule: kind, min: 0 };
    case "case":
      return { rule: kind, style: "title" };
  }
}

/** Texts between commas of either kind, or lines. */
export function wordsOf(text: string): string[] {
  return text
    .split(/[,，、\n]/)
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** `rule_length_max_characters|found=212|limit=200` */
export function reasonParts(reason: string): { code: string; facts: Record<string, string> } {
  const [code = "", ...parts] = reason.split("|");
  const pairs = parts.map((part): [string, string] => {
    const at = part.indexOf("=");
    return [part.slice(0, at), part.slice(at + 1)];
  });
  return { code, facts: Object.fromEntries(pairs) };
}

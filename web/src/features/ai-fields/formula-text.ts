/** Formulas from a form: names escaped as structured references escape them, texts as Excel quotes them. */
export const AI_KINDS = [
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

/** What a form holds; each kind reads its own members. */
export interface AiDraft {
  kind: AiKind;
  /** Fields that are data. */
  sources: string[];
  /** Names of languages. */
  languages: string[];
  /** What to do, in words; for a free prompt with `[field]` references. */
  words: string;
  /** Options of a class, separated by commas or lines. */
  options: string;
  many: boolean;
  /** What to extract, and its type. */
  what: string;
  type: string;
  size: string;
  isLabelled: boolean;
  /** A picture field, or none. */
  picture: string;
}

/** The fields that a form makes: the first, and those that read other parts of the same answer. */
export interface AiMade {
  formula: string;
  name?: string;
  result?: object;
  more?: { name: string; formula: string }[];
  /** What to preview while the field, and with it its options, is not there yet. */
  preview?: string;
}

export function fieldReference(name: string): string {
  return `[${name.replace(/[[\]#']/g, (c) => `'${c}`)}]`;
}

export function quoted(text: string): string {
  return `"${text.replaceAll('"', '""').replace(/\s*\n\s*/g, " ")}"`;
}

const LISTING = ["标题", "卖点", "描述", "关键词"];
const TYPES: Record<string, object> = {
  数字: { type: "number" },
  金额: { type: "currency", code: "CNY", decimals: 2 },
  日期: { type: "date" },
  是否: { type: "checkbox" },
};

export function optionNames(text: string): string[] {
  const names = text.split(/[,，、;；\n]/).map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ""))];
}

/** `给 [品名] 起名` → `AI.ASK("给 ",[品名]," 起名")`; what names no field stays text. */
export function promptFormula(prompt: string, fields: string[]): string {
  const parts: string[] = [];
  let text = "";
  let rest = prompt;
  while (rest !== "") {
    const name = rest.startsWith("[") ? fields.find((one) => rest.startsWith(`[${one}]`)) : undefined;
    if (name === undefined) {
      text += rest[0];
      rest = rest.slice(1);
      continue;
    }
    if (text.trim() !== "") parts.push(quoted(text));
    parts.push(fieldReference(name));
    text = "";
    rest = rest.slice(name.length + 2);
  }
  if (text.trim() !== "") parts.push(quoted(text));
  return parts.length === 0 ? "" : `AI.ASK(${parts.join(",")})`;
}

function call(name: string, ...args: string[]): string {
  const last = args.findLastIndex((arg) => arg !== "");
  return `${name}(${args.slice(0, last + 1).join(",")})`;
}

const words = (text: string) => (text.trim() === "" ? "" : quoted(text.trim()));

function translated(draft: AiDraft, source: string): AiMade {
  const [first = "英语", ...rest] = draft.languages;
  const note = words(draft.words);
  if (rest.length === 0) return { formula: call("AI.TRANSLATE", source, quoted(first), note) };
  const all = quoted(draft.languages.join(","));
  const of = (language: string) => call("AI.TRANSLATE", source, all, note, quoted(language));
  const named = (language: string) => `${draft.sources[0]} ${language}`;
  return {
    formula: of(first),
    name: named(first),
    more: rest.map((language) => ({ name: named(language), formula: of(language) })),
  };
}

function listed(draft: AiDraft, facts: string[]): AiMade {
  const of = (part: string) =>
    call("AI.LISTING", quoted(part), quoted(draft.languages[0] ?? "英语"), quoted(draft.words), ...facts);
  const [first = "", ...rest] = LISTING;
  return { formula: of(first), name: first, more: rest.map((name) => ({ name, formula: of(name) })) };
}

/** An empty formula while the form is not complete. */
export function aiMade(draft: AiDraft, fields: string[]): AiMade {
  const facts = draft.sources.map(fieldReference);
  const picture = draft.picture === "" ? "" : fieldReference(draft.picture);
  const all = picture === "" ? facts : [...facts, picture];
  const none = { formula: "" };
  const [source = picture] = facts;
  switch (draft.kind) {
    case "ask":
      return { formula: promptFormula(draft.words, fields) };
    case "image":
      return source === ""
        ? none
        : {
            formula: call(
              "AI.IMAGE",
              source,
              facts[0] ? picture : "",
              words(draft.size),
              draft.isLabelled ? "TRUE" : "",
            ),
          };
    case "review":
      return picture === "" ? none : { formula: call("AI.REVIEW", picture, words(draft.words)) };
    case "translate":
      return source === "" ? none : translated(draft, source);
    case "extract":
      return source === "" || draft.what.trim() === ""
        ? none
        : {
            formula: call("AI.EXTRACT", source, quoted(draft.what.trim()), words(draft.type)),
            name: draft.what.trim(),
            ...(TYPES[draft.type] ? { result: TYPES[draft.type] } : {}),
          };
    case "classify": {
      const options = optionNames(draft.options).map((name, at) => ({ id: "o0", name, color: at % 12 }));
      if (all.length === 0 || options.length === 0) return none;
      const type = draft.many ? "multi_select" : "select";
      const preview = call("AI.CLASSIFY", ...all, quoted(options.map(({ name }) => name).join(",")));
      return { formula: call("AI.CLASSIFY", ...all), result: { type, options }, preview };
    }
    default:
      break;
  }
  if (all.length === 0) return none;
  if (draft.kind === "listing") return listed(draft, all);
  const names = { copy: "AI.COPY", summarize: "AI.SUMMARIZE", reply: "AI.REPLY", image_prompt: "AI.IMAGE_PROMPT" };
  return { formula: call(names[draft.kind], ...all, words(draft.words)) };
}

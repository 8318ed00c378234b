/** Colours, completion and the call around the cursor. The grammar of record is the server's; this helps eye and hand. */
import {
  type Completion,
  type CompletionContext,
  type CompletionResult,
  insertCompletionText,
  pickedCompletion,
  snippetCompletion,
} from "@codemirror/autocomplete";
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";
import type { Schemas } from "../../api/client";

export const formulaLanguage = StreamLanguage.define<{ inComment: boolean }>({
  name: "formula",
  startState: () => ({ inComment: false }),
  token(stream, state) {
    if (state.inComment || stream.match("/*")) {
      state.inComment = !stream.match(/^.*?\*\//);
      if (state.inComment) stream.skipToEnd();
      return "comment";
    }
    if (stream.eatSpace()) return null;
    if (stream.match(/^\/\/.*/)) return "comment";
    if (stream.match(/^[【[{](?:'.|[^\]】}'])*[\]】}]?/)) return "variableName";
    if (stream.match(/^["“”](?:""|[^"“”])*["“”]?/)) return "string";
    if (stream.match(/^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?%?/)) return "number";
    if (stream.match(/^#(?:DIV\/0!|N\/A|VALUE!|REF!|NAME\?|NUM!|NULL!)/i)) return "invalid";
    if (stream.match(/^[\p{L}_][\p{L}\p{N}_.]*(?=\s*[(（])/u)) return "keyword";
    if (stream.match(/^(?:TRUE|FALSE)\b/i)) return "bool";
    if (stream.match(/^[\p{L}_][\p{L}\p{N}_.]*/u)) return "typeName";
    stream.next();
    return "operator";
  },
});

export const formulaColours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.variableName, color: "var(--jade)" },
    { tag: tags.typeName, color: "var(--jade)" },
    { tag: tags.string, color: "var(--amber)" },
    { tag: tags.keyword, color: "var(--ink-1)", fontWeight: "600" },
    { tag: tags.invalid, color: "var(--cinnabar)" },
    { tag: tags.comment, color: "var(--ink-3)" },
  ]),
);

function escaped(name: string): string {
  return name.replace(/[[\]#']/g, (c) => `'${c}`);
}

/** Puts the reference in, and swallows the closing bracket that the editor added when the opening one was typed. */
const insertReference: Completion["apply"] = (view, completion, from, to) => {
  const isClosed = /[\]】]/.test(view.state.sliceDoc(to, to + 1));
  view.dispatch({
    ...insertCompletionText(view.state, completion.label, from, isClosed ? to + 1 : to),
    annotations: pickedCompletion.of(completion),
  });
};

function tableReference(name: string): string {
  return /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(name) ? name : `'${name.replaceAll("'", "''")}'`;
}

/** An option with what else it is found by: pinyin, initials, what it does. */
interface Offered {
  option: Completion;
  keys: string;
}

/** How well a typed part fits; nothing where it does not. */
function rank({ option, keys }: Offered, part: string): number | null {
  const label = option.label.toLowerCase();
  const name = label.replace(/^[^[]*\[/, "");
  if (part === "" || label.startsWith(part) || name.startsWith(part)) return 3;
  if (label.includes(part)) return 2;
  const words = keys.split(" ").filter(Boolean);
  // The initials of a field of this table are what a hand in a hurry types.
  if (words.includes(part)) return 3;
  if (words.some((word) => word.startsWith(part))) return 1;
  return keys.includes(part) ? 0 : null;
}

/** Names that LET and LAMBDA gave before the cursor. */
export function localNames(text: string): string[] {
  const found = new Set<string>();
  for (const list of text.matchAll(/\b(?:LET|LAMBDA)\s*[(（]/giu)) {
    const rest = text.slice((list.index ?? 0) + list[0].length);
    for (const [at, argument] of topArguments(rest).entries()) {
      const isName = /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(argument.trim());
      if (isName && (at % 2 === 0 || /lambda/i.test(list[0]))) found.add(argument.trim());
    }
  }
  return [...found];
}

/** What stands between the commas of a call, up to its closing bracket or the end. */
function topArguments(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const c = text[at] ?? "";
    if (c === '"') quoted = !quoted;
    if (quoted) continue;
    if ("([{（【".includes(c)) depth++;
    else if (")]}）】".includes(c) && --depth < 0) return [...found, text.slice(from, at)];
    else if (depth === 0 && (c === "," || c === "，")) {
      found.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...found, text.slice(from)];
}

/** The call that the cursor stands in, and which of its arguments. */
export function callAt(text: string, cursor: number): { name: string; argument: number; from: number } | null {
  const open: { name: string; argument: number; from: number }[] = [];
  const token = /"(?:""|[^"])*"?|[[【{](?:'.|[^\]】}'])*[\]】}]?|([\p{L}_][\p{L}\p{N}_.]*)?\s*[(（]|[)）]|[,，;；]/gu;
  for (const match of text.slice(0, cursor).matchAll(token)) {
    const found = match[0];
    const last = open.at(-1);
    if (/[(（]$/.test(found) && !/^["[【{]/.test(found))
      open.push({ name: (match[1] ?? "").toUpperCase(), argument: 0, from: match.index });
    else if (/^[)）]$/.test(found)) open.pop();
    else if (/^[,，;；]$/.test(found) && last) last.argument++;
  }
  const last = open.at(-1);
  return last && last.name !== "" ? last : null;
}

/** The signature cut at its commas, so that one argument can be shown strongly. */
export function signatureParts(signature: string): { head: string; args: string[] } {
  const open = signature.indexOf("(");
  if (open < 0) return { head: signature, args: [] };
  const args = topArguments(signature.slice(open + 1)).map((one) => one.trim());
  return { head: signature.slice(0, open), args: args.filter((one) => one !== "") };
}

/** Which of the shown arguments the n-th one is: `…` repeats what stands before it. */
export function shownArgument(args: string[], n: number): number {
  const dots = args.findIndex((one) => one.replace(/[[\]]/g, "") === "…");
  if (dots < 0 || n < dots) return Math.min(n, args.length - 1);
  const after = args.length - 1 - dots;
  return after > 0 && n >= dots + after ? args.length - 1 : dots;
}

export interface Names {
  table: Schemas["TableView"];
  tables: Schemas["TableView"][];
  functions: Schemas["FunctionView"][];
  keys: Schemas["NameKeys"][];
}

/** Fields of this table, whole columns of the others, functions; by name, pinyin, initials and what functions do. */
export function completions({ table, tables, functions, keys }: Names) {
  const keysOf = new Map(keys.map((one) => [`${one.table}/${one.field}`, one.keys]));
  const own: Offered[] = table.fields.map((field) => ({
    option: { label: `[${escaped(field.name)}]`, type: "variable", boost: 20, apply: insertReference },
    keys: keysOf.get(`${table.id}/${field.id}`) ?? "",
  }));
  const foreign: Offered[] = tables
    .filter((other) => other.id !== table.id)
    .flatMap((other) =>
      other.fields.map((field) => ({
        option: {
          label: `${tableReference(other.name)}[${escaped(field.name)}]`,
          type: "type",
          boost: 10,
          apply: insertReference,
        },
        keys: keysOf.get(`${other.id}/${field.id}`) ?? "",
      })),
    );
  const calls: Offered[] = functions.map((one) => ({
    option: snippetCompletion(`${one.name}(\${})`, {
      label: one.name,
      type: "function",
      detail: one.signature.slice(one.name.length),
      info: `${one.doc}\n${one.example}`,
    }),
    keys: `${one.keys} ${one.doc.toLowerCase()}`,
  }));
  return (context: CompletionContext): CompletionResult | null => {
    // A table before the bracket: only its columns fit, never the fields of this table.
    const word = context.matchBefore(/(?:'(?:''|[^'])*'|[\p{L}\p{N}_.]*)[【[]?[\p{L}\p{N}_.]*$/u);
    if (!word || (word.from === word.to && !context.explicit)) return null;
    const typed = word.text.replace("【", "[").toLowerCase();
    // A number is finished by itself.
    if (/^[\d.]/.test(typed)) return null;
    const bracket = typed.indexOf("[");
    const locals: Offered[] = localNames(context.state.sliceDoc(0, word.from)).map((name) => ({
      option: { label: name, type: "variable", boost: 30 },
      keys: "",
    }));
    const offered = bracket < 0 ? [...locals, ...own, ...foreign, ...calls] : bracket === 0 ? own : foreign;
    const part = bracket === 0 ? typed.slice(1) : typed;
    const ranked = offered.flatMap((one) => {
      const place = rank(one, part);
      return place === null ? [] : [{ place: place * 100 + (one.option.boost ?? 0), option: one.option }];
    });
    ranked.sort((a, b) => b.place - a.place);
    const options = ranked.slice(0, 60).map(({ option }) => ({ ...option, boost: 0 }));
    return options.length === 0 ? null : { from: word.from, options, filter: false };
  };
}

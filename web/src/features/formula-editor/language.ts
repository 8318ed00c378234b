/** Colours and completion for formulas. The grammar of record is the server's; this only helps the eye and the hand. */
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

export const formulaLanguage = StreamLanguage.define<null>({
  name: "formula",
  startState: () => null,
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match(/^[【[{](?:'.|[^\]】}'])*[\]】}]?/)) return "variableName";
    if (stream.match(/^["“”](?:""|[^"“”])*["“”]?/)) return "string";
    if (stream.match(/^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?%?/)) return "number";
    if (stream.match(/^#(?:DIV\/0!|N\/A|VALUE!|REF!|NAME\?|NUM!|NULL!)/i)) return "invalid";
    if (stream.match(/^[A-Za-z][A-Za-z0-9.]*(?=\s*[(（])/)) return "keyword";
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

/** Fields of this table, whole columns of the others, functions; offered while typing in any script. */
export function completions(
  table: Schemas["TableView"],
  tables: Schemas["TableView"][],
  functions: Schemas["FunctionView"][],
) {
  const own: Completion[] = table.fields.map((field) => ({
    label: `[${escaped(field.name)}]`,
    type: "variable",
    boost: 2,
    apply: insertReference,
  }));
  const foreign: Completion[] = tables
    .filter((other) => other.id !== table.id)
    .flatMap((other) =>
      other.fields.map((field) => ({
        label: `${tableReference(other.name)}[${escaped(field.name)}]`,
        type: "type",
        boost: 1,
        apply: insertReference,
      })),
    );
  const calls: Completion[] = functions.map((one) =>
    snippetCompletion(`${one.name}(\${})`, {
      label: one.name,
      type: "function",
      detail: one.signature.slice(one.name.length),
      info: `${one.doc}\n${one.example}`,
    }),
  );
  return (context: CompletionContext): CompletionResult | null => {
    // A table before the bracket: only its columns fit, never the fields of this table.
    const word = context.matchBefore(/(?:'(?:''|[^'])*'|[\p{L}\p{N}_.]*)[【[]?[\p{L}\p{N}_.]*$/u);
    if (!word || (word.from === word.to && !context.explicit)) return null;
    const typed = word.text.replace("【", "[").toLowerCase();
    const bracket = typed.indexOf("[");
    const offered = bracket < 0 ? [...own, ...foreign, ...calls] : bracket === 0 ? own : foreign;
    const part = bracket === 0 ? typed.slice(1) : typed;
    const options = offered.filter((option) => option.label.toLowerCase().includes(part));
    return options.length === 0 ? null : { from: word.from, options, filter: false };
  };
}

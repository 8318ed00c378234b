/** Colours and completion for formulas. The grammar of record is the server's; this only helps the eye and the hand. */
import {
  type Completion,
  type CompletionContext,
  type CompletionResult,
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

/** Fields of this table, whole columns of the others, functions; offered while typing in any script. */
export function completions(
  table: Schemas["TableView"],
  tables: Schemas["TableView"][],
  functions: Schemas["FunctionView"][],
) {
  const options: Completion[] = [
    ...table.fields.map((field) => ({ label: `[${escaped(field.name)}]`, type: "variable", boost: 2 })),
    ...tables
      .filter((other) => other.id !== table.id)
      .flatMap((other) =>
        other.fields.map((field) => ({
          label: `${/^[\p{L}_][\p{L}\p{N}_.]*$/u.test(other.name) ? other.name : `'${other.name.replaceAll("'", "''")}'`}[${escaped(field.name)}]`,
          type: "type",
          boost: 1,
        })),
      ),
    ...functions.map((one) =>
      snippetCompletion(`${one.name}(\${})`, {
        label: one.name,
        type: "function",
        detail: one.signature.slice(one.name.length),
        info: `${one.doc}\n${one.example}`,
      }),
    ),
  ];
  return (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/[【[]?[\p{L}\p{N}_.]*$/u);
    if (!word || (word.from === word.to && !context.explicit)) return null;
    const typed = word.text.replace(/^[【[]/, "").toLowerCase();
    const fitting = options.filter(
      (option) =>
        option.label.toLowerCase().includes(typed) && (!/^[【[]/.test(word.text) || option.type === "variable"),
    );
    return fitting.length === 0 ? null : { from: word.from, options: fitting, filter: false };
  };
}

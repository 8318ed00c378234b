/** Formulas from a form: names escaped as structured references escape them, texts as Excel quotes them. */
export function fieldReference(name: string): string {
  return `[${name.replace(/[[\]#']/g, (c) => `'${c}`)}]`;
}

export function quoted(text: string): string {
  return `"${text.replaceAll('"', '""').replace(/\s*\n\s*/g, " ")}"`;
}

export function aiFormula(kind: "translate" | "copy" | "image_prompt", names: string[], words: string): string {
  const references = names.map(fieldReference);
  if (kind === "translate") return `AI.TRANSLATE(${references[0]},${quoted(words)})`;
  if (kind === "copy") return `AI.COPY(${[...references, quoted(words)].join(",")})`;
  return `AI.IMAGE_PROMPT(${[...references, ...(words ? [quoted(words)] : [])].join(",")})`;
}

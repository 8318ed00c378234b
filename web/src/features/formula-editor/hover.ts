/** What a function does, shown over its name in the formula. */
import { hoverTooltip } from "@codemirror/view";
import type { Names } from "./language";

export function hover(names: () => Names) {
  return hoverTooltip((editor, position) => {
    const line = editor.state.doc.lineAt(position);
    for (const match of line.text.matchAll(/[\p{L}_][\p{L}\p{N}_.]*(?=\s*[(（])/gu)) {
      const from = line.from + match.index;
      const to = from + match[0].length;
      const known = names().functions.find((one) => one.name === match[0].toUpperCase());
      if (position < from || position > to || !known) continue;
      return {
        pos: from,
        end: to,
        create: () => {
          const dom = document.createElement("div");
          dom.className = "formula-hover";
          for (const text of [known.signature, known.doc, known.example]) {
            const part = document.createElement("div");
            part.textContent = text;
            dom.append(part);
          }
          return { dom };
        },
      };
    }
    return null;
  });
}

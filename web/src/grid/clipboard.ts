/**
 * The clipboard's two flavours: quoted tab-separated text and an HTML table, as Excel and WPS write and read them.
 *
 * In and out: matrices of cells. Law: `parse(print(x))` is x, line breaks and quotes included; HTML is read first.
 * Works through clipboard events only, which plain-http pages have too. Tests: clipboard.test.ts.
 */
import type { PastedCell } from "./types";

/** What `onPaste` takes at most; more is cut off at the end. */
export const MAX_PASTED_CELLS = 1_000_000;

export function printText(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map(quote).join("\t")).join("\r\n");
}

function quote(text: string): string {
  return /["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function printHtml(rows: readonly (readonly PastedCell[])[]): string {
  const cell = ({ text, value }: PastedCell) => {
    const lines = escapeHtml(text).replace(/\r\n|\r|\n/g, '<br style="mso-data-placement:same-cell">');
    const attribute = value === undefined ? "" : ` data-suanpan="${escapeHtml(value)}"`;
    // Text, lest Excel turns codes with leading zeros and long bar codes into numbers.
    const style = /^0\d|^\d{12,}$/.test(text) ? ` style='mso-number-format:"\\@"'` : "";
    return `<td${attribute}${style}>${lines}</td>`;
  };
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("");
  return `<meta charset="utf-8"><table>${body}</table>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Quoted tab-separated text; a quote counts only at the start of a cell. */
export function parseText(text: string): PastedCell[][] {
  const rows: PastedCell[][] = [];
  let row: PastedCell[] = [];
  let at = 0;
  const end = text.length;
  while (at <= end) {
    const quoted = text[at] === '"' ? readQuoted(text, at) : null;
    if (quoted) {
      row.push({ text: quoted.text });
      at = quoted.next;
    } else {
      let stop = at;
      while (stop < end && text[stop] !== "\t" && text[stop] !== "\n" && text[stop] !== "\r") stop += 1;
      row.push({ text: text.slice(at, stop) });
      at = stop;
    }
    if (text[at] === "\t") {
      at += 1;
      continue;
    }
    rows.push(row);
    row = [];
    if (at >= end) break;
    at += text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1;
    // A line break at the very end closes the last row; it opens no new one.
    if (at >= end) break;
  }
  return rows;
}

/** A quoted cell; null where the quote is never closed or text follows it: then it is plain text. */
function readQuoted(text: string, start: number): { text: string; next: number } | null {
  let value = "";
  let at = start + 1;
  for (;;) {
    const close = text.indexOf('"', at);
    if (close < 0) return null;
    value += text.slice(at, close);
    if (text[close + 1] === '"') {
      value += '"';
      at = close + 2;
      continue;
    }
    const after = text[close + 1];
    if (after !== undefined && after !== "\t" && after !== "\n" && after !== "\r") return null;
    return { text: value.replaceAll("\r\n", "\n"), next: close + 1 };
  }
}

/** The first table of an HTML flavour; null where there is none. Merged cells keep their text in the first cell. */
export function parseHtml(html: string): PastedCell[][] | null {
  if (!/<t[rd][\s>]/i.test(html)) return null;
  const table = new DOMParser().parseFromString(html, "text/html").querySelector("table");
  if (!table) return null;
  const rows: PastedCell[][] = [];
  /** Cells that rowspans of earlier rows take: column → rows left. */
  const taken = new Map<number, number>();
  for (const line of Array.from(table.rows)) {
    const row: PastedCell[] = [];
    const skip = () => {
      for (let left = taken.get(row.length); left; left = taken.get(row.length)) {
        if (left === 1) taken.delete(row.length);
        else taken.set(row.length, left - 1);
        row.push({ text: "" });
      }
    };
    for (const cell of Array.from(line.cells)) {
      skip();
      const value = cell.getAttribute("data-suanpan");
      const first: PastedCell = value === null ? { text: cellText(cell) } : { text: cellText(cell), value };
      const n = span(cell.colSpan);
      for (let i = 0; i < n; i += 1) {
        if (span(cell.rowSpan) > 1) taken.set(row.length, span(cell.rowSpan) - 1);
        row.push(i === 0 ? first : { text: "" });
      }
    }
    skip();
    rows.push(row);
  }
  return rows.length > 0 ? rows : null;
}

function span(n: number): number {
  return Math.max(1, Math.min(1000, n || 1));
}

/** The text of a cell: line breaks only where the HTML has them, white space as a browser would show it. */
function cellText(cell: Element): string {
  let text = "";
  const walk = (node: Node) => {
    for (const child of Array.from(node.childNodes)) {
      if (child.nodeType === 3) text += (child.nodeValue ?? "").replace(/[ \t\r\n]+/g, " ");
      else if (child.nodeName === "BR") text += "\n";
      else if (child.nodeName === "P" || child.nodeName === "DIV") {
        if (text !== "" && !text.endsWith("\n")) text += "\n";
        walk(child);
      } else if (child.nodeName !== "STYLE" && child.nodeName !== "SCRIPT") walk(child);
    }
  };
  walk(cell);
  return text
    .replaceAll("\u00a0", " ")
    .split("\n")
    .map((line) => line.trim())
    .join("\n");
}

export function readClipboard(data: Pick<DataTransfer, "getData">): PastedCell[][] {
  const html = parseHtml(data.getData("text/html"));
  const rows = html ?? parseText(data.getData("text/plain"));
  let room = MAX_PASTED_CELLS;
  return rows.filter((row) => {
    room -= row.length;
    return room >= 0;
  });
}

/**
 * Text on the canvas: widths, ellipses and wrapped lines, remembered by (font, text, width).
 *
 * Law: a text that was measured once costs one map look-up per frame. Tests: text.test.ts.
 */

const MOST = 20_000;
const ELLIPSIS = "…";

export type Measure = (text: string) => number;

export class TextCache {
  private widths = new Map<string, number>();
  private cuts = new Map<string, string>();
  private wraps = new Map<string, readonly string[]>();

  constructor(private readonly measure: Measure) {}

  clear(): void {
    this.widths.clear();
    this.cuts.clear();
    this.wraps.clear();
  }

  width(text: string): number {
    const known = this.widths.get(text);
    if (known !== undefined) return known;
    const width = this.measure(text);
    if (this.widths.size > MOST) this.widths.clear();
    this.widths.set(text, width);
    return width;
  }

  /** The first line of a text, shortened with an ellipsis to fit `width`. */
  fit(text: string, width: number): string {
    if (width <= 0) return "";
    // No character of a 13 px font is wider than 14 px: short texts need no measuring.
    if (text.length * 14 <= width && !text.includes("\n")) return text;
    const key = `${width | 0}\u0000${text}`;
    const known = this.cuts.get(key);
    if (known !== undefined) return known;
    const line = firstLine(text);
    const cut = line.length < text.length ? this.cut(line + ELLIPSIS, width) : this.cut(line, width);
    if (this.cuts.size > MOST) this.cuts.clear();
    this.cuts.set(key, cut);
    return cut;
  }

  private cut(line: string, width: number): string {
    if (line.length < 2000 && this.measure(line) <= width) return line;
    const room = width - this.width(ELLIPSIS);
    if (room <= 0) return "";
    return line.slice(0, this.longest(line, room)) + ELLIPSIS;
  }

  /** How many UTF-16 units of the text fit; never half of a surrogate pair. */
  private longest(text: string, room: number): number {
    let low = 0;
    let high = Math.min(text.length, Math.ceil(room / 2));
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.measure(text.slice(0, middle)) <= room) low = middle;
      else high = middle - 1;
    }
    const last = text.charCodeAt(low - 1);
    return last >= 0xd800 && last < 0xdc00 ? low - 1 : low;
  }

  /** At most `n` lines of at most `width`; the last one ends in an ellipsis where more follows. */
  wrap(text: string, width: number, n: number): readonly string[] {
    if (n <= 1) return [this.fit(text, width)];
    const key = `${width | 0} ${n}\u0000${text}`;
    const known = this.wraps.get(key);
    if (known) return known;
    const lines = this.wrapLines(text, width, n);
    if (this.wraps.size > MOST / 4) this.wraps.clear();
    this.wraps.set(key, lines);
    return lines;
  }

  private wrapLines(text: string, width: number, n: number): string[] {
    const lines: string[] = [];
    let rest = text.slice(0, 4000).replaceAll("\r\n", "\n");
    while (rest !== "" && lines.length < n) {
      const line = firstLine(rest);
      const isLast = lines.length === n - 1;
      const count = this.measure(line) <= width ? line.length : Math.max(1, this.longest(line, width));
      const at = count < line.length ? breakBefore(line, count) : count;
      const next = rest.slice(at);
      const remainder = next.startsWith("\n") ? next.slice(1) : count < line.length ? next.trimStart() : next;
      lines.push(isLast && remainder !== "" ? this.cut(`${line}${ELLIPSIS}`, width) : line.slice(0, at).trimEnd());
      rest = remainder;
    }
    return lines;
  }
}

function firstLine(text: string): string {
  const end = text.indexOf("\n");
  if (end < 0) return text;
  return text.slice(0, text[end - 1] === "\r" ? end - 1 : end);
}

/** A place at or before `count` where the line may break: Latin words stay whole where they can. */
function breakBefore(line: string, count: number): number {
  const isWord = (at: number) => /[A-Za-z0-9]/.test(line[at] ?? "");
  let at = count;
  while (at > count / 2 && isWord(at) && isWord(at - 1)) at -= 1;
  return at > count / 2 ? at : count;
}

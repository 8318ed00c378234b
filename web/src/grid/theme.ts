/**
 * Colours and type of the canvas, read from the CSS tokens of the page, and read again when they change.
 *
 * Law: no colour stands elsewhere in the grid; the fallbacks are the light theme of the look.
 */

export interface Tint {
  fill: string;
  ink: string;
}

export interface Theme {
  isDark: boolean;
  ink1: string;
  ink2: string;
  ink3: string;
  paper: string;
  paper2: string;
  line: string;
  jade: string;
  cinnabar: string;
  amber: string;
  /** Filled stars. */
  star: string;
  violet: string;
  /** Jade over paper, for ranges and selected rows. */
  selection: string;
  hover: string;
  /** Header of selected columns and rows. */
  headerSelected: string;
  placeholder: string;
  tints: readonly Tint[];
  /** Frames and flags of the people who are here, and the ink on them. */
  peers: readonly string[];
  onPeer: string;
  font: string;
  fontBold: string;
  fontSmall: string;
}

const FAMILY = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif';

/** Twelve hues in an order that keeps neighbours apart. */
const HUES = [158, 212, 36, 344, 262, 188, 18, 96, 300, 230, 56, 130] as const;

/** Kept away from jade (one's own selection), cinnabar (errors) and violet (AI). */
const PEERS = ["#1F6FB5", "#A8327A", "#9A5412", "#5F6B00", "#0F7285", "#4A5568"] as const;

/** The colour of a person by number; in CSS it is `var(--peer-<this>)`. */
export function peerIndex(color: number): number {
  return Math.abs(color - 1) % PEERS.length;
}

function tints(isDark: boolean): Tint[] {
  return HUES.map((hue) =>
    isDark
      ? { fill: `hsl(${hue} 28% 24%)`, ink: `hsl(${hue} 45% 86%)` }
      : { fill: `hsl(${hue} 52% 91%)`, ink: `hsl(${hue} 55% 20%)` },
  );
}

/** The tint of an option; usable in popovers too, so that chips look the same everywhere. */
export function tintOf(theme: Pick<Theme, "tints">, color: number): Tint {
  return theme.tints[Math.abs(color) % theme.tints.length] ?? { fill: "transparent", ink: "inherit" };
}

export function readTheme(element: Element): Theme {
  const style = getComputedStyle(element);
  const token = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
  const ink1 = token("--ink-1", "#1A1F24");
  const paper = token("--paper", "#FFFFFF");
  const jade = token("--jade", "#0B7A60");
  const isDark = luminance(parseColor(paper)) < 0.4;
  return {
    isDark,
    ink1,
    ink2: token("--ink-2", "#4B5560"),
    ink3: token("--ink-3", "#7A8591"),
    paper,
    paper2: token("--paper-2", "#F6F7F6"),
    line: token("--line", "#E3E6E4"),
    jade,
    cinnabar: token("--cinnabar", "#C73E2B"),
    amber: token("--amber", "#9A6700"),
    star: token("--star", "#D69A1B"),
    violet: token("--violet", "#6B4FD8"),
    selection: mix(jade, paper, isDark ? 0.16 : 0.09),
    hover: mix(ink1, paper, isDark ? 0.05 : 0.025),
    headerSelected: mix(jade, token("--paper-2", "#F6F7F6"), isDark ? 0.2 : 0.12),
    placeholder: mix(ink1, paper, isDark ? 0.12 : 0.07),
    tints: tints(isDark),
    peers: PEERS.map((otherwise, at) => token(`--peer-${at}`, otherwise)),
    onPeer: token("--on-peer", "#FFFFFF"),
    font: `400 13px ${FAMILY}`,
    fontBold: `600 13px ${FAMILY}`,
    fontSmall: `400 12px ${FAMILY}`,
  };
}

type Rgb = readonly [number, number, number];

/** Reads `#rgb`, `#rrggbb` and `rgb(r, g, b)`. */
export function parseColor(color: string): Rgb {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(color)?.[1];
  if (hex) {
    const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
    const value = Number.parseInt(full, 16);
    return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
  }
  const [r, g, b] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return [r ?? 0, g ?? 0, b ?? 0];
}

function luminance([r, g, b]: Rgb): number {
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}

/** `share` of `over` on `under`, opaque: the canvas has no alpha. */
export function mix(over: string, under: string, share: number): string {
  const a = parseColor(over);
  const b = parseColor(under);
  const part = (at: 0 | 1 | 2) => Math.round(a[at] * share + b[at] * (1 - share));
  return `rgb(${part(0)}, ${part(1)}, ${part(2)})`;
}

/** Calls back when the page's theme may have changed: system setting, or an attribute of the root or body. */
export function watchTheme(onChange: () => void): () => void {
  const query = typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : null;
  query?.addEventListener("change", onChange);
  const observer = new MutationObserver(onChange);
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, { attributes: true, attributeFilter: ["class", "style", "data-theme"] });
  }
  return () => {
    query?.removeEventListener("change", onChange);
    observer.disconnect();
  };
}

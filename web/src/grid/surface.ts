/** The DOM parts of the grid besides the scroller: their places, and their colours from the theme. */
import type { Theme } from "./theme";

export function dressRoot(root: HTMLElement, host: HTMLElement, canvas: HTMLCanvasElement, bubble: HTMLElement): void {
  root.className = "grid-root";
  root.style.cssText =
    "position:absolute;inset:0;overflow:hidden;user-select:none;-webkit-user-select:none;-webkit-touch-callout:none;contain:strict";
  if (getComputedStyle(host).position === "static") host.style.position = "relative";
  canvas.style.cssText = "position:absolute;left:0;top:0;width:100%;height:100%;display:block";
  canvas.setAttribute("aria-hidden", "true");
  bubble.className = "grid-bubble";
  bubble.setAttribute("aria-hidden", "true");
  bubble.style.cssText =
    "position:absolute;right:20px;z-index:4;display:none;padding:4px 10px;border-radius:6px;pointer-events:none;font:600 13px system-ui;font-variant-numeric:tabular-nums";
}

export function colorRoot(theme: Theme, root: HTMLElement, bubble: HTMLElement, area: HTMLTextAreaElement): void {
  root.style.background = theme.paper;
  root.style.colorScheme = theme.isDark ? "dark" : "light";
  bubble.style.background = theme.ink1;
  bubble.style.color = theme.paper;
  Object.assign(area.style, {
    position: "absolute",
    zIndex: "3",
    boxSizing: "border-box",
    margin: "0",
    border: `2px solid ${theme.jade}`,
    borderRadius: "0",
    outline: "none",
    resize: "none",
    background: theme.paper,
    color: theme.ink1,
    font: theme.font,
    lineHeight: "18px",
    fontVariantNumeric: "tabular-nums",
    userSelect: "text",
  });
}

/** The browser's own count of device pixels, unless it does not know the true ratio (emulated devices). */
export function exactOr(exact: number | undefined, computed: number): number {
  return exact !== undefined && Math.abs(exact - computed) < 2 ? exact : Math.round(computed);
}

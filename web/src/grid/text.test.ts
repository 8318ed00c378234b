import { describe, expect, it } from "vitest";
import { TextCache } from "./text";

/** Every ASCII character is 7 px wide, others 13 px. */
function measure(text: string): number {
  return Array.from(text).reduce((sum, char) => sum + (char.charCodeAt(0) < 128 ? 7 : 13), 0);
}

describe("text that must fit", () => {
  it("is cut with an ellipsis", () => {
    const cache = new TextCache(measure);
    expect(cache.fit("short", 200)).toBe("short");
    expect(cache.fit("abcdefghij", 50)).toBe("abcde…");
    expect(cache.fit("珍珠耳钉", 40)).toBe("珍珠…");
    expect(cache.fit("first\nsecond", 500)).toBe("first…");
    expect(cache.fit("anything", 5)).toBe("");
  });

  it("is never cut inside a character", () => {
    const fitted = new TextCache(measure).fit("a😀😀😀😀", 40);
    expect(fitted).toBe("a😀…");
  });

  it("is measured once", () => {
    let n = 0;
    const cache = new TextCache((text) => {
      n += 1;
      return measure(text);
    });
    cache.fit("abcdefghij", 50);
    const first = n;
    cache.fit("abcdefghij", 50);
    expect(n).toBe(first);
  });

  it("wraps into lines, keeping words and line breaks", () => {
    const cache = new TextCache(measure);
    expect(cache.wrap("one two three", 60, 3)).toEqual(["one two", "three"]);
    expect(cache.wrap("一二三四五六", 40, 2)).toEqual(["一二三", "四五六"]);
    expect(cache.wrap("一二三四五六七", 40, 2)).toEqual(["一二三", "四五…"]);
    expect(cache.wrap("a\nb\nc", 100, 2)).toEqual(["a", "b…"]);
  });
});

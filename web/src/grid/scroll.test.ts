import { describe, expect, it } from "vitest";
import { MAX_SPACER, ScrollMap } from "./scroll";

const VIEW = 800;

function map(rows: number): ScrollMap {
  const made = new ScrollMap();
  made.resize(rows * 32, VIEW);
  return made;
}

describe("scrolling", () => {
  it("is the browser's own where the sheet fits", () => {
    const small = map(1000);
    expect(small.isScaled).toBe(false);
    small.moved(12_345, false);
    expect(small.top).toBe(12_345);
    expect(small.wanted).toBe(12_345);
  });

  it("moves one to one under a wheel at ten million rows", () => {
    const big = map(10_000_000);
    expect(big.spacer).toBe(MAX_SPACER);
    const start = big.jump(5_000_000 * 32);
    big.synced(start);
    for (let n = 1; n <= 20; n += 1) big.moved(start + n * 3000, true);
    expect(big.top).toBe(5_000_000 * 32 + 60_000);
  });

  it("moves in proportion under the scrollbar and reaches both ends", () => {
    const big = map(10_000_000);
    big.moved(big.maxPhysical / 2, false);
    expect(Math.abs(big.top / big.maxTop - 0.5)).toBeLessThan(1e-6);
    big.moved(big.maxPhysical, false);
    expect(big.top).toBe(big.maxTop);
    big.moved(0, false);
    expect(big.top).toBe(0);
  });

  it("puts the thumb where the position says", () => {
    const big = map(10_000_000);
    for (const row of [0, 3, 500, 77_777, 5_000_000, 9_999_000, 9_999_970]) {
      const physical = big.jump(row * 32);
      expect(Math.abs(big.topAt(physical) - row * 32)).toBeLessThan(0.01);
    }
  });

  it("lets a wheel reach the first row from near it", () => {
    const big = map(10_000_000);
    big.synced(big.jump(5000));
    expect(big.wanted).toBe(5000);
    big.moved(0, true);
    expect(big.top).toBe(0);
  });

  it("notices a gesture that comes near an end far from the sheet's", () => {
    const big = map(10_000_000);
    big.synced(big.jump(3_000_000));
    expect(big.isCornered).toBe(false);
    big.moved(500, true);
    expect(big.isCornered).toBe(true);
  });

  it("keeps inside when the sheet shrinks", () => {
    const big = map(10_000_000);
    big.jump(big.maxTop);
    big.resize(320, VIEW);
    expect(big.top).toBe(0);
  });
});

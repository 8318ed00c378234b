import { describe, expect, it } from "vitest";
import { fillTarget, fillValues, seriesOf } from "./fill";

const series = (texts: string[], from: number, n: number) => {
  const make = seriesOf(texts);
  return make && Array.from({ length: n }, (_, at) => make(from + at));
};

describe("series", () => {
  it("go on as Excel's do", () => {
    const cases: [string[], string[] | null][] = [
      [["5"], ["6", "7"]],
      [
        ["10", "20"],
        ["30", "40"],
      ],
      [
        ["1.5", "1.25"],
        ["1", "0.75"],
      ],
      [
        ["10%", "20%"],
        ["30%", "40%"],
      ],
      [["2026-02-27"], ["2026-02-28", "2026-03-01"]],
      [
        ["2026-01-01", "2026-01-08"],
        ["2026-01-15", "2026-01-22"],
      ],
      [["2026-12-31 09:30"], ["2027-01-01 09:30", "2027-01-02 09:30"]],
      [["SKU-009"], ["SKU-010", "SKU-011"]],
      [["007"], ["008", "009"]],
      [["耳环"], null],
      [["1", ""], null],
      [["a1", "b2"], null],
    ];
    for (const [texts, next] of cases) expect(series(texts, texts.length, 2), texts.join()).toEqual(next);
  });

  it("go backwards", () => {
    expect(series(["5", "7"], -2, 2)).toEqual(["1", "3"]);
  });
});

describe("the fill handle", () => {
  const from = { r0: 1, c0: 0, r1: 2, c1: 1 };

  it("goes the way that is furthest", () => {
    expect(fillTarget(from, 5, 1)).toEqual({ r0: 3, c0: 0, r1: 5, c1: 1 });
    expect(fillTarget(from, 0, 1)).toEqual({ r0: 0, c0: 0, r1: 0, c1: 1 });
    expect(fillTarget(from, 2, 4)).toEqual({ r0: 1, c0: 2, r1: 2, c1: 4 });
    expect(fillTarget(from, 1, 1)).toBeNull();
  });

  it("copies in turn without Ctrl", () => {
    const to = { r0: 3, c0: 0, r1: 5, c1: 1 };
    const rows = fillValues(from, to, false, () => "1");
    expect(rows.map((row) => row[0])).toEqual([1, 2, 1].map((row) => ({ copyOf: { row, col: 0 } })));
  });

  it("makes a series per column with Ctrl, and copies where there is none", () => {
    const sheet = [
      ["", ""],
      ["1", "x"],
      ["3", "y"],
    ];
    const rows = fillValues(from, { r0: 3, c0: 0, r1: 4, c1: 1 }, true, (row, col) => sheet[row]?.[col]);
    expect(rows).toEqual([
      [{ text: "5" }, { copyOf: { row: 1, col: 1 } }],
      [{ text: "7" }, { copyOf: { row: 2, col: 1 } }],
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { parseHtml, parseText, printHtml, printText, readClipboard } from "./clipboard";

const texts = (rows: { text: string }[][] | null) => rows?.map((row) => row.map((cell) => cell.text));
const cells = (rows: string[][]) => rows.map((row) => row.map((text) => ({ text })));

const MATRICES: string[][][] = [
  [["a"]],
  [[""]],
  [
    ["a", "b"],
    ["c", ""],
  ],
  [
    ['say "hi"', "two\nlines", "tab\there"],
    ["", '"', "中文，逗号"],
  ],
  [["  spaces", "a & b <c>", "line\n\nempty"]],
];

describe("text", () => {
  it("parses what it prints", () => {
    for (const rows of MATRICES) expect(texts(parseText(printText(rows)))).toEqual(rows);
  });

  it("reads what spreadsheets write", () => {
    const cases: [string, string[][]][] = [
      [
        "a\tb\r\nc\td\r\n",
        [
          ["a", "b"],
          ["c", "d"],
        ],
      ],
      ["a\nb\n", [["a"], ["b"]]],
      ["a\n\nb", [["a"], [""], ["b"]]],
      ['"x ""y"" z"\t1', [['x "y" z', "1"]]],
      ['"one\r\ntwo"\tb', [["one\ntwo", "b"]]],
      ['5" ring\t"open', [['5" ring', '"open']]],
      ['"a"b\tc', [['"a"b', "c"]]],
      ["\t", [["", ""]]],
    ];
    for (const [text, rows] of cases) expect(texts(parseText(text)), JSON.stringify(text)).toEqual(rows);
  });
});

describe("HTML", () => {
  it("parses what it prints", () => {
    for (const rows of MATRICES.slice(0, 4)) {
      const trimmed = rows.map((row) => row.map((text) => text.replace("\t", " ")));
      expect(texts(parseHtml(printHtml(cells(rows))))).toEqual(trimmed);
    }
  });

  it("carries values of its own", () => {
    const value = '[{"digest":"ab","name":"x & \\"y\\".png"}]';
    expect(parseHtml(printHtml([[{ text: "x", value }]]))).toEqual([[{ text: "x", value }]]);
  });

  it("keeps codes as texts for Excel", () => {
    expect(printHtml(cells([["007"]]))).toContain("mso-number-format");
    expect(printHtml(cells([["6901234567892"]]))).toContain("mso-number-format");
    expect(printHtml(cells([["12.50"]]))).not.toContain("mso-number-format");
  });

  it("spreads merged cells", () => {
    const html = `<html><body><table><tr><td rowspan="2" colspan="2">A</td><td>1</td></tr><tr><td>2</td></tr>
      <tr><td>x</td><td>y</td><td rowspan="2">z</td></tr><tr><td>p</td><td>q</td></tr></table></body></html>`;
    expect(texts(parseHtml(html))).toEqual([
      ["A", "", "1"],
      ["", "", "2"],
      ["x", "y", "z"],
      ["p", "q", ""],
    ]);
  });

  it("reads line breaks and ignores white space of the source", () => {
    const html = "<table><tr><td>one<br>two</td><td>\n  a\n  b </td><td><p>x</p><p>y</p></td></tr></table>";
    expect(texts(parseHtml(html))).toEqual([["one\ntwo", "a b", "x\ny"]]);
  });

  it("is read first; without a table the text counts", () => {
    const data = (html: string) => ({ getData: (type: string) => (type === "text/html" ? html : "a\tb") });
    expect(texts(readClipboard(data("<table><tr><td>h</td></tr></table>")))).toEqual([["h"]]);
    expect(texts(readClipboard(data("<p>hello</p>")))).toEqual([["a", "b"]]);
  });
});

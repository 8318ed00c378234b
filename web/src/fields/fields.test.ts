import { describe, expect, it } from "vitest";
import type { WireCell, WireField } from "../api/wire";
import { iconPath } from "../grid/icons";
import { idsInUrl, namesInUrl, pageOf } from "./button/descriptor";
import { addDays, addMonths, dateText, monthGrid, readDate } from "./date/calendar";
import { patternText } from "./given/descriptor";
import { fixedText, generalText, readNumber, withThousands } from "./number/format";
import { cellPort, columnOf, FIELD_TYPES } from "./registry";
import { totalText } from "./totals";
import { hrefOf, safeHref } from "./url/descriptor";

const port = cellPort("b 1");
const options = [
  { id: "o1", name: "耳环", color: 3 },
  { id: "o2", name: "项链", color: 5 },
];
const field = (type: WireField["type"], more: Partial<WireField> = {}): WireField => ({
  id: "f1",
  name: "x",
  type,
  ...more,
});
const picture = { digest: "ab", name: "a.png", mime: "image/png", size_bytes: 1, width_px: 2, height_px: 3 };

describe("how cells look", () => {
  const cases: [string, WireCell, WireField, unknown][] = [
    ["text", "a", field("text"), { kind: "text", text: "a" }],
    ["blank", null, field("number"), { kind: "blank" }],
    [
      "number",
      1234.5,
      field("number", { thousands: true, unit: "件" }),
      { kind: "number", text: "1,234.5", suffix: "件" },
    ],
    ["decimals", 2, field("number", { decimals: 2 }), { kind: "number", text: "2.00" }],
    [
      "money",
      -1234.5,
      field("currency", { code: "CNY", decimals: 2 }),
      { kind: "number", text: "1,234.50", prefix: "-¥" },
    ],
    [
      "no negative zero",
      -0.001,
      field("currency", { code: "USD", decimals: 2 }),
      { kind: "number", text: "0.00", prefix: "$" },
    ],
    ["percent", 0.255, field("percent", { decimals: 1 }), { kind: "number", text: "25.5", suffix: "%" }],
    ["date", "2026-11-22", field("date"), { kind: "text", text: "2026-11-22" }],
    ["date-time", "2026-11-22T09:30:00", field("date_time"), { kind: "text", text: "2026-11-22 09:30" }],
    ["checkbox", true, field("checkbox"), { kind: "check", checked: true }],
    ["blank checkbox", null, field("checkbox"), { kind: "check", checked: false }],
    ["select", "o2", field("select", { options }), { kind: "chips", chips: [{ text: "项链", color: 5 }] }],
    [
      "new option",
      ["o1", "新的"],
      field("multi_select", { options }),
      {
        kind: "chips",
        chips: [
          { text: "耳环", color: 3 },
          { text: "新的", color: 0 },
        ],
      },
    ],
    [
      "picture",
      [picture],
      field("attachment"),
      { kind: "images", images: [{ name: "a.png", src: "/api/v1/bases/b%201/blobs/ab?thumb=256" }] },
    ],
    [
      "file",
      [{ ...picture, mime: "application/pdf" }],
      field("attachment"),
      { kind: "images", images: [{ name: "a.png" }] },
    ],
    ["link", "a.com", field("url"), { kind: "text", text: "a.com", tone: "link" }],
    ["phone", "+86 138", field("phone"), { kind: "text", text: "+86 138" }],
    ["email", "a@b.cn", field("email"), { kind: "text", text: "a@b.cn", tone: "link" }],
    ["barcode", "0012345678905", field("barcode"), { kind: "text", text: "0012345678905" }],
    ["rating", 4, field("rating", { max: 5 }), { kind: "rating", value: 4, max: 5 }],
    ["progress", 0.255, field("progress", { decimals: 1 }), { kind: "progress", share: 0.255, text: "25.5%" }],
    ["progress over 100 %", 1.2, field("progress"), { kind: "progress", share: 1, text: "120%" }],
    ["duration", 129_909, field("duration"), { kind: "number", text: "36:05" }],
    ["duration with seconds", -45, field("duration", { seconds: true }), { kind: "number", text: "-0:00:45" }],
    ["person", ["o1"], field("person", { options }), { kind: "chips", chips: [{ text: "耳环", color: 3 }] }],
    ["auto number", "CK-202611-0001", field("auto_number"), { kind: "text", text: "CK-202611-0001" }],
    [
      "created time",
      "2026-11-22T09:30:00",
      field("created_time"),
      { kind: "text", text: "2026-11-22 09:30", tone: "dim" },
    ],
    ["button", null, field("button", { label: "出库" }), { kind: "button", label: "出库" }],
    ["misfit", { misfit: "面议" }, field("currency"), { kind: "text", text: "面议", tone: "misfit" }],
    [
      "formula",
      2.5,
      field("formula", { result: { type: "currency", code: "CNY", decimals: 2 } }),
      { kind: "number", text: "2.50", prefix: "¥" },
    ],
    [
      "error",
      { error: "#DIV/0!" },
      field("formula", { result: { type: "number" } }),
      { kind: "text", text: "#DIV/0!", tone: "error" },
    ],
  ];
  for (const [name, cell, of, model] of cases) {
    it(name, () => expect(port.toModel(cell, of, undefined)).toEqual(model));
  }

  it("AI cells carry their state", () => {
    const ai = field("formula", { result: { type: "text" }, ai: {} });
    expect(port.toModel("x", ai, undefined)).toEqual({ kind: "text", text: "x", ai: true });
    expect(port.toModel("x", ai, { state: "ok" })).toEqual({ kind: "text", text: "x", ai: true });
    expect(port.toModel({ pending: true }, ai, { state: "queued" })).toEqual({
      kind: "pending",
      ai: true,
      mark: "queued",
    });
    expect(port.toModel("x", ai, { state: "needs_review" })).toMatchObject({ mark: "review" });
  });
});

describe("what is typed", () => {
  it("is guessed as the server will read it", () => {
    expect(port.speculate("1,200.5", field("number"))).toBe(1200.5);
    expect(port.speculate("25%", field("percent"))).toBe(0.25);
    expect(port.speculate("１３８ ", field("phone"))).toBe("138");
    expect(port.speculate("li＠b.cn", field("email"))).toBe("li@b.cn");
    expect(port.speculate(" 4006381333931", field("barcode"))).toBe("4006381333931");
    expect(port.speculate("4006381333932", field("barcode"))).toEqual({ misfit: "4006381333932" });
    expect(port.speculate("CK-1", field("barcode"))).toBe("CK-1");
    expect(port.speculate("★★★☆☆", field("rating"))).toBe(3);
    expect(port.speculate("45", field("progress"))).toBe(port.speculate("45", field("percent")));
    expect(port.speculate("1:30", field("duration"))).toBe(5400);
    expect(port.speculate("90", field("duration"))).toBe(5400);
    expect(port.speculate("90", field("duration", { seconds: true }))).toBe(90);
    expect(port.speculate("耳环", field("select", { options }))).toBe("o1");
    expect(port.speculate("耳环、新", field("multi_select", { options }))).toEqual(["o1", "新"]);
    expect(port.speculate("2026/1/5", field("date"))).toBe("2026-01-05");
    expect(port.speculate("是", field("checkbox"))).toBe(true);
    expect(port.speculate("随便", field("number"))).toBe("随便");
  });

  it("opens as it can be typed again", () => {
    expect(port.editText(0.1 + 0.2, field("number"))).toBe("0.30000000000000004");
    expect(port.editText(0.255, field("percent"))).toBe("25.5%");
    expect(port.editText(1.5, field("duration"))).toBe("0:00:01.5");
    expect(port.editText(5400, field("duration", { seconds: true }))).toBe("1:30");
    expect(port.editText({ misfit: "面议" }, field("number"))).toBe("面议");
    expect(port.editText({ error: "#N/A" }, field("number"))).toBe("");
    expect(port.copyText({ error: "#N/A" }, field("number"))).toBe("#N/A");
    expect(port.copyText(["o1", "o2"], field("multi_select", { options }))).toBe("耳环, 项链");
    expect(port.editText(null, field("date"))).toBe("");
  });
});

describe("columns", () => {
  it("of formulas are read-only unless they ask a model", () => {
    expect(columnOf(field("formula", { result: { type: "number" } }), 99)).toMatchObject({
      readonly: true,
      edit: "none",
      icon: "formula",
      align: "right",
      width: 99,
    });
    expect(columnOf(field("formula", { result: { type: "text" }, ai: {} }), undefined)).toMatchObject({
      readonly: false,
      edit: "text",
      ai: true,
    });
  });

  it("have an icon each", () => {
    const seen = FIELD_TYPES.map((descriptor) => iconPath(descriptor.icon));
    expect(new Set(seen).size).toBe(FIELD_TYPES.length);
  });
});

describe("numbers", () => {
  it("are rounded as decimals, half away from zero", () => {
    const cases: [number, number, string][] = [
      [1.005, 2, "1.01"],
      [2.5, 0, "3"],
      [-2.5, 0, "-3"],
      [0.1 + 0.2, 2, "0.30"],
      [-0.004, 2, "0.00"],
      [1e22, 2, "1e+22"],
      [1e-9, 2, "0.00"],
      [123456789.125, 2, "123456789.13"],
    ];
    for (const [value, places, text] of cases) expect(fixedText(value, places), String(value)).toBe(text);
    expect([generalText(0.1 + 0.2), generalText(-0), generalText(1e6)]).toEqual(["0.3", "0", "1000000"]);
    expect([withThousands("-1234567.891"), withThousands("999"), withThousands("1e+22")]).toEqual([
      "-1,234,567.891",
      "999",
      "1e+22",
    ]);
  });

  it("are read as people write them", () => {
    const cases: [string, number | undefined][] = [
      ["￥12.5", 12.5],
      ["-$1,234", -1234],
      ["１２", 12],
      ["12元", 12],
      [".5", 0.5],
      ["3%", 0.03],
      ["1,23", undefined],
      ["", undefined],
      ["abc", undefined],
    ];
    for (const [text, value] of cases) expect(readNumber(text), text).toBe(value);
  });
});

describe("days", () => {
  it("go over months and leap years", () => {
    expect(addDays({ year: 2028, month: 2, day: 28 }, 1)).toEqual({ year: 2028, month: 2, day: 29 });
    expect(addMonths({ year: 2026, month: 1, day: 31 }, 1)).toEqual({ year: 2026, month: 2, day: 28 });
    expect(addMonths({ year: 2026, month: 1, day: 31 }, -1)).toEqual({ year: 2025, month: 12, day: 31 });
    const grid = monthGrid(2026, 11);
    expect([grid[0], grid.length]).toEqual([{ year: 2026, month: 10, day: 26 }, 42]);
  });

  it("are read in the usual notations", () => {
    expect(["2026年1月5日", "20260105", "2026.1.5 9:05", "2026-02-30", "5/1"].map(readDate)).toEqual([
      "2026-01-05",
      "2026-01-05",
      "2026-01-05T09:05:00",
      undefined,
      undefined,
    ]);
    expect(dateText("2026-01-05T09:05:07")).toBe("2026-01-05 09:05:07");
  });
});

describe("links", () => {
  it("open only web addresses", () => {
    expect(["a.com/x", "http://b.cn", "javascript:alert(1)", "data:text/html,x", ""].map(safeHref)).toEqual([
      "https://a.com/x",
      "http://b.cn/",
      null,
      null,
      null,
    ]);
  });
});

describe("auto numbers", () => {
  const day = new Date(2026, 10, 5);
  it.each([
    ["CK-{yyyyMM}-{0000}", 42, "CK-202611-0042"],
    ["{yy}{MM}{dd}{000}", 7, "261105007"],
    ["{yyyy-MM-dd}/{0}", 7, "2026-11-05/7"],
    ["{x}{00}", 3, "{x}03"],
    ["A", 3, "A3"],
    ["", 3, "3"],
  ])("%s", (pattern, number, text) => expect(patternText(pattern, number, day)).toBe(text));
});

describe("buttons", () => {
  const fields = [field("text", { id: "f1", name: "货号" }), field("url", { id: "f2", name: "网址" })];
  const shown = (one: WireField) => (one.id === "f1" ? "A&B 1" : "www.a.cn/x");
  it("name fields in the address, keep ids", () => {
    const url = idsInUrl("https://b.cn/?q=[货号]&[不是]", fields);
    expect(url).toBe("https://b.cn/?q=[#f1]&[不是]");
    expect(namesInUrl(url, fields)).toBe("https://b.cn/?q=[货号]&[不是]");
    expect(namesInUrl("[#f9]", fields)).toBe("[#f9]");
  });
  it.each([
    ["https://b.cn/?q=[#f1]", "https://b.cn/?q=A%26B%201"],
    ["[#f2]", "https://www.a.cn/x"],
    ["javascript:alert([#f1])", null],
    ["[#f9]", null],
  ])("%s", (url, page) => expect(pageOf(url, fields, shown)).toBe(page));
});

describe("what a text leads to", () => {
  it.each([
    ["url", "a.com/x", "https://a.com/x"],
    ["url", "javascript:alert(1)", null],
    ["email", "li@b.cn", "mailto:li@b.cn"],
    ["email", "没有", null],
    ["phone", "+86 138-0013-8000", "tel:+8613800138000"],
    ["phone", "0579-85231234转801", "tel:057985231234"],
    ["text", "a.com", null],
    ["url", "", null],
  ])("%s %s", (type, text, href) => expect(hrefOf(type, text)).toBe(href));
});

describe("totals", () => {
  const plain = (value: number) => `=${value}`;
  const money = field("currency", { code: "CNY", decimals: 2 });
  it.each([
    ["sum", 1_000_000, money, "¥1,000,000.00"],
    ["count", 3, money, "=3"],
    ["average", 4.5, field("rating", { max: 5 }), "=4.5"],
    ["sum", 5400, field("duration"), "1:30"],
    ["average", 10 / 3, field("number", { unit: "箱" }), "3.3333箱"],
    ["sum", 2, undefined, "=2"],
    ["max", "2026-11-22", field("date"), "2026-11-22"],
    ["average", null, money, ""],
  ])("%s of %s", (aggregate, value, of, text) => expect(totalText(value, aggregate, of, plain)).toBe(text));
});

import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { formulaSettings, isRetype, plainSettings, pressedType } from "./choice";
import type { FieldType } from "./types";

const OPTIONS = [{ id: "o1", name: "红", color: 3 }];
const field = (part: object) =>
  ({ id: "f1", name: "n", is_editable: true, n_misfits: 0, ...part }) as Schemas["FieldView"];
const SELECT_CARD = { type: "select", options: [] } as FieldType;
const MULTI_CARD = { type: "multi_select", options: [] } as FieldType;
const CURRENCY = { type: "currency", code: "USD", decimals: 3 } as FieldType;
const CURRENCY_CARD = { type: "currency", code: "CNY", decimals: 2 } as FieldType;
const TEXT = { type: "text" } as FieldType;

test.each([
  ["its own card again", SELECT_CARD, { type: "select", options: OPTIONS } as FieldType, null, OPTIONS],
  ["the other select type", MULTI_CARD, { type: "select", options: OPTIONS } as FieldType, null, OPTIONS],
  ["back from text", SELECT_CARD, TEXT, field({ type: "select", options: OPTIONS }), OPTIONS],
  ["from text", SELECT_CARD, TEXT, field({ type: "text" }), []],
])("options stay: %s", (_, card, current, known, options) => {
  expect(pressedType(card, current, known)).toMatchObject({ type: card.type, options });
});

test("a card gives back the field's own settings, else the starting ones", () => {
  expect(pressedType(CURRENCY_CARD, TEXT, field(CURRENCY))).toMatchObject({ code: "USD", decimals: 3 });
  expect(pressedType(CURRENCY_CARD, TEXT, field(TEXT))).toBe(CURRENCY_CARD);
});

test("options are trimmed, unnamed ones are not sent, ids stay", () => {
  const options = [...OPTIONS, { id: "o0", name: " 蓝 ", color: 1 }, { id: "o0", name: " ", color: 2 }];
  expect(plainSettings({ type: "select", options } as FieldType, field({ type: "select", options: OPTIONS }))).toEqual({
    type: "select",
    options: [...OPTIONS, { id: "o0", name: "蓝", color: 1 }],
  });
});

test("a new option never gets the id of one that is taken out in the same change", () => {
  const known = field({ type: "select", options: [...OPTIONS, { id: "o7", name: "绿", color: 1 }] });
  const options = [...OPTIONS, { id: "o0", name: "蓝", color: 1 }, { id: "o0", name: "黑", color: 2 }];
  const sent = plainSettings({ type: "select", options } as FieldType, known) as { options: { id: string }[] };
  expect(sent.options.map((option) => option.id)).toEqual(["o1", "o8", "o9"]);
});

test.each([
  ["renamed option", { type: "select", options: [{ id: "o1", name: "朱", color: 3 }] }, false],
  ["option gone", SELECT_CARD, true],
  ["other type", MULTI_CARD, true],
])("values may stop to fit: %s", (_, type, expected) => {
  expect(isRetype(type as FieldType, field({ type: "select", options: OPTIONS }))).toBe(expected);
});

const FORMULA = field({
  type: "formula",
  source: "",
  formula_text: "[a]*2",
  result: CURRENCY,
  ai: { model: "m", policy: "manual" },
});

test("an untouched formula keeps its result and model; a changed one is proposed anew", () => {
  expect(formulaSettings("[a]*2", "auto", FORMULA)).toEqual({
    type: "formula",
    formula: "[a]*2",
    result: CURRENCY,
    ai: { model: "m", policy: "auto" },
  });
  expect(formulaSettings("[a]*3", null, FORMULA)).toEqual({ type: "formula", formula: "[a]*3" });
  expect(formulaSettings("1", "manual", null)).toEqual({
    type: "formula",
    formula: "1",
    ai: { model: "", policy: "manual" },
  });
});

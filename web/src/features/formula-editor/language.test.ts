import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { completions } from "./language";

const table = (id: string, name: string, fields: string[]) =>
  ({ id, name, fields: fields.map((field, n) => ({ id: `f${n}`, name: field })) }) as unknown as Schemas["TableView"];
const goods = table("t1", "商品", ["品名", "单价", "规格[cm]"]);
const people = table("t2", "客户", ["客户名", "电话"]);
const source = completions(
  goods,
  [goods, people],
  [{ name: "SUM", signature: "SUM(数)", doc: "求和", example: "SUM(1)" }],
);

test.each([
  ["[", ["[品名]", "[单价]", "[规格'[cm']]"]],
  ["【品", ["[品名]"]],
  ["品", ["[品名]"]],
  ["客户[电", ["客户[电话]"]],
  ["客户[", ["客户[客户名]", "客户[电话]"]],
  ["1+su", ["SUM"]],
  ["1+", null],
] as const)("%s", (text, labels) => {
  const state = EditorState.create({ doc: text });
  const found = source(new CompletionContext(state, text.length, false));
  expect(found?.options.map((option) => option.label) ?? null).toEqual(labels);
});

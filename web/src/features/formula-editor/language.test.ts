import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { callAt, completions, localNames, shownArgument, signatureParts } from "./language";

const table = (id: string, name: string, fields: string[]) =>
  ({ id, name, fields: fields.map((field, n) => ({ id: `f${n}`, name: field })) }) as unknown as Schemas["TableView"];
const goods = table("t1", "商品", ["品名", "单价", "规格[cm]"]);
const people = table("t2", "客户", ["客户名", "电话"]);
const source = completions({
  table: goods,
  tables: [goods, people],
  functions: [
    { name: "SUM", signature: "SUM(数)", doc: "求和", example: "SUM(1)", keys: "qiuhe qh" },
    { name: "TRIM", signature: "TRIM(文本)", doc: "去掉空格", example: "TRIM(1)", keys: "qudiaokongge qdkg" },
  ],
  keys: [
    { table: "t1", field: "f0", keys: "pinming pm shangpin sp" },
    { table: "t1", field: "f1", keys: "danjia dj shangpin sp" },
    { table: "t2", field: "f1", keys: "dianhua dh kehu kh" },
  ],
});

test.each([
  ["[", ["[品名]", "[单价]", "[规格'[cm']]"]],
  ["【品", ["[品名]"]],
  ["品", ["[品名]"]],
  ["客户[电", ["客户[电话]"]],
  ["客户[", ["客户[客户名]", "客户[电话]"]],
  ["1+su", ["SUM"]],
  ["1+", null],
  ["1+2", null],
  ["dj", ["[单价]"]],
  ["[danj", ["[单价]"]],
  ["dianh", ["客户[电话]"]],
  ["qiuh", ["SUM"]],
  ["dh", ["客户[电话]"]],
  ["空格", ["TRIM"]],
  ["LET(合计,1,合", ["合计"]],
] as const)("%s", (text, labels) => {
  const state = EditorState.create({ doc: text });
  const found = source(new CompletionContext(state, text.length, false));
  expect(found?.options.map((option) => option.label) ?? null).toEqual(labels);
});

test.each([
  ["SUM(1,2", "SUM", 1],
  ["IF([a,b]>1,ROUND(2,", "ROUND", 1],
  ["IF(ROUND(1,2),", "IF", 1],
  ['IF("a,(",', "IF", 1],
  ["SUM(1)", null, 0],
  ["(1+", null, 0],
] as const)("the call around the end of %s", (text, name, argument) => {
  const found = callAt(text, text.length);
  expect(found?.name ?? null).toBe(name);
  if (found) expect(found.argument).toBe(argument);
});

test("arguments that repeat", () => {
  const sum = signatureParts("SUM(数, …)");
  expect(sum).toEqual({ head: "SUM", args: ["数", "…"] });
  expect(shownArgument(sum.args, 5)).toBe(1);
  expect(shownArgument(["条件", "是", "[否]"], 1)).toBe(1);
  expect(shownArgument(["数组", "…", "LAMBDA"], 1)).toBe(1);
});

test("names of LET and LAMBDA", () => {
  expect(localNames("LET(x,1,y,LAMBDA(a,b,a+b),")).toEqual(["x", "y", "a", "b"]);
  expect(localNames("SUM(x,1")).toEqual([]);
});

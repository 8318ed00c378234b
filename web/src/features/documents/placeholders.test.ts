import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { nameOf } from "./make";
import { offered, placeholder } from "./placeholders";

const table = (id: string, fields: object[]) =>
  ({ id, name: id, fields, views: [] }) as unknown as Schemas["TableView"];

test("a table offers its fields and those behind its links", () => {
  const customers = table("t2", [{ id: "f5", name: "名称", type: "text" }]);
  const lines = table("t3", [
    { id: "f6", name: "数量", type: "number" },
    { id: "f7", name: "No. 1", type: "text" },
    { id: "f8", name: "商品", type: "link", table: "t4", single: true },
  ]);
  const goods = table("t4", [{ id: "f9", name: "货号", type: "text" }]);
  const orders = table("t1", [
    { id: "f1", name: "单号", type: "text" },
    { id: "f2", name: "客户", type: "link", table: "t2", single: true },
    { id: "f3", name: "明细", type: "link", table: "t3" },
    { id: "f4", name: "出库", type: "button" },
  ]);
  expect(offered(orders, [orders, customers, lines, goods])).toEqual([
    { through: null, isList: false, placeholders: ["{{单号}}", "{{客户}}", "{{明细}}"] },
    { through: "客户", isList: false, placeholders: ["{{客户.名称}}"] },
    {
      through: "明细",
      isList: true,
      placeholders: ["{{明细.数量}}", "{{明细.[No. 1]}}", "{{明细.商品}}", "{{明细.商品.货号}}"],
    },
  ]);
});

test("names with signs of their own stand in brackets", () => {
  expect(placeholder("a|b", "c")).toBe("{{[a|b].c}}");
  expect(nameOf("报价单 v2.final.xlsx")).toBe("报价单 v2.final");
  expect(nameOf(".xlsx")).toBe(".xlsx");
});

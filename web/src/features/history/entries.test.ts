import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { daysLeft, entriesOf, whereOf, whoOf } from "./entries";

const row = (revision: number, part: Partial<Schemas["HistoryRow"]> = {}): Schemas["HistoryRow"] => ({
  revision,
  actor: "user:local/a",
  at_ms: revision * 1000,
  label: "set_cells",
  n_cells: 1,
  n_records: 0,
  n_schema: 0,
  tables: ["t1"],
  can_take_back: true,
  ...part,
});

test("the parts of a group are one entry, named after its largest part", () => {
  const rows = [
    row(5),
    row(4, { group: "g", label: "import", n_cells: 0, n_records: 40 }),
    row(3, { group: "g", label: "import", n_cells: 0, n_records: 100 }),
    row(2, { group: "g", label: "create_table", n_cells: 0 }),
  ];
  expect(entriesOf(rows)).toMatchObject([
    { revision: 5, group: null, n_cells: 1 },
    { revision: 4, group: "g", label: "import", n_records: 140, n_cells: 0, at_ms: 4000 },
  ]);
});

test("a batch counts its answers, not the cells it first marked as waiting", () => {
  const rows = [
    row(4, { group: "a", label: "settle_calls", n_cells: 5 }),
    row(3, { group: "a", label: "settle_calls", n_cells: 7 }),
    row(2, { group: "a", label: "run_ai", n_cells: 12 }),
  ];
  expect(entriesOf(rows)).toMatchObject([{ label: "settle_calls", n_cells: 12 }]);
});

test("neighbours without a group, and different groups, stay apart", () => {
  expect(entriesOf([row(4), row(3), row(2, { group: "a" }), row(1, { group: "b" })])).toHaveLength(4);
});

test("a group that was taken back is shown so", () => {
  const part = { group: "g", taken_back_by: 3, can_take_back: false };
  const entries = entriesOf([row(3, { label: "undo", undoes: 2 }), row(2, part), row(1, part)]);
  expect(entries).toMatchObject([
    { revision: 3, isTakenBack: false, canTakeBack: true },
    { revision: 2, isTakenBack: true, canTakeBack: false },
  ]);
});

test.each([
  ["user:local/me1", { kind: "me" }],
  ["user:local/0123456789abcdef", { kind: "other", name: "cdef" }],
  ["user:local/api", { kind: "api" }],
  ["job:import", { kind: "system" }],
])("%s is told as who it is", (actor, who) => {
  expect(whoOf(actor, "me1")).toEqual(who);
});

test("days left in the trash are whole and never none", () => {
  expect([daysLeft(30 * 86_400_000, 0), daysLeft(86_400_001, 0), daysLeft(5, 10)]).toEqual([30, 2, 1]);
});

test("an entry touched all tables that its parts touched", () => {
  const rows = [row(3, { group: "g", tables: ["t1", "t2"] }), row(2, { group: "g", tables: ["t2", "t3"] })];
  expect(entriesOf(rows)).toMatchObject([{ tables: ["t1", "t2", "t3"] }]);
});

test.each([
  [["t1"], "商品"],
  [["t9", "t2"], "订单"],
  [["t9"], ""],
  [["t1", "t2"], "商品, 订单"],
  [["t1", "t2", "t3", "t4"], "商品, 订单 +2"],
])("tables %j are told as %j", (tables, expected) => {
  const names = new Map([
    ["t1", "商品"],
    ["t2", "订单"],
    ["t3", "客户"],
    ["t4", "入库"],
  ]);
  expect(whereOf({ tables }, names)).toBe(expected);
});

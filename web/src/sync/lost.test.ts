import { expect, it } from "vitest";
import type { GridCommand } from "../api/wire";
import { lostValues } from "./lost";

const cells = [{ table: "t1", record: "r1", field: "f1", cell: "茶", about: "杯子", fieldName: "品名" }];

it.each<[GridCommand, object[]]>([
  [
    { kind: "set_cells", table: "t1", edits: [{ record: "r1", field: "f1", value: "茶" }] },
    [{ table: "t1", record: "r1", about: "杯子", field: "f1", fieldName: "品名", value: "茶" }],
  ],
  [
    { kind: "paste_cells", table: "t1", records: ["r1"], fields: ["f1"], rows: [["茶"], ["水"]], append: 1 },
    [
      { table: "t1", record: "r1", about: "杯子", field: "f1", fieldName: "品名", value: "茶" },
      { table: "t1", field: "f1", fieldName: "品名", value: "水" },
    ],
  ],
  [
    { kind: "create_records", table: "t1", records: [{ cells: { f1: "新" } }] },
    [{ table: "t1", field: "f1", fieldName: "品名", value: "新" }],
  ],
  [
    { kind: "add_to_cells", table: "t1", records: ["r1"], field: "f2", by: 3 },
    [{ table: "t1", record: "r1", about: "杯子", field: "f2", value: "+3" }],
  ],
  [{ kind: "undo" }, []],
])("what %j would have put", (command, expected) => {
  expect(lostValues(command, cells)).toEqual(expected);
});

import { expect, test } from "vitest";
import { effectsOf } from "./effects";

const nothing = { n_cells: 0, n_records_restored: 0, n_records_removed: 0, n_schema: 0 };

test.each([
  ["nothing", {}, []],
  ["cells", { n_cells: 12 }, [{ what: "set", n: 12 }]],
  [
    "records that come back before those that go",
    { n_records_removed: 2, n_records_restored: 3 },
    [
      { what: "restore", n: 3 },
      { what: "remove", n: 2 },
    ],
  ],
  [
    "cells and settings",
    { n_cells: 1, n_schema: 2 },
    [
      { what: "set", n: 1 },
      { what: "alter", n: 2 },
    ],
  ],
])("the lines of a question about %s", (_, counts, expected) => {
  expect(effectsOf({ ...nothing, ...counts })).toEqual(expected);
});

import { describe, expect, it } from "vitest";
import type { PatchColumn, WireWindow } from "../api/wire";
import { type Change, WINDOW_ROWS, WindowCache } from "./window-cache";

interface Asked {
  from: number;
  signal: AbortSignal;
  answer(window: WireWindow): Promise<void>;
  fail(): Promise<void>;
}

const turn = () => new Promise<void>((done) => setTimeout(done));

function rig(nTotal = 100_000, most?: number) {
  const asked: Asked[] = [];
  const changes: Change[] = [];
  const cache = new WindowCache<string>(
    (from, _n, signal) =>
      new Promise((resolve, reject) => {
        asked.push({
          from,
          signal,
          answer: (window) => {
            resolve(window);
            return turn();
          },
          fail: () => {
            reject(new Error("no network"));
            return turn();
          },
        });
      }),
    (change) => changes.push(change),
    most,
  );
  const window = (from: number, revision = 1, n = nTotal, prefix = "r"): WireWindow => {
    const rows = Array.from({ length: Math.max(0, Math.min(WINDOW_ROWS, n - from)) }, (_, at) => from + at);
    return {
      revision,
      n_total: n,
      from,
      records: rows.map((row) => `${prefix}${row}`),
      columns: { f1: rows.map((row) => `${row}@${revision}`) },
      notes: { f1: { "3": { state: "stale" } } },
    };
  };
  const answerAll = async (revision = 1, n = nTotal) => {
    while (asked.length > 0) {
      const next = asked.shift();
      if (next && !next.signal.aborted) await next.answer(window(next.from, revision, n));
    }
  };
  const cell = (row: number) => cache.column(row, "f1")?.cells[row % WINDOW_ROWS];
  return { cache, asked, changes, window, answerAll, cell };
}

const patch = (record: string, cell: string): PatchColumn[] => [
  { table: "t1", field: "f1", records: [record], cells: [cell] },
];

describe("windows", () => {
  it("are fetched for the screen first, then for the ring", async () => {
    const { cache, asked, answerAll, cell } = rig();
    cache.show(0, 20);
    expect(asked.map((one) => one.from)).toEqual([0]);
    await answerAll();
    expect(cache.nTotal).toBe(100_000);
    cache.show(10 * WINDOW_ROWS + 5, 10 * WINDOW_ROWS + 30);
    expect(asked.map((one) => one.from / WINDOW_ROWS)).toEqual([10, 9]);
    await answerAll();
    expect(cell(10 * WINDOW_ROWS + 7)).toBe(`${10 * WINDOW_ROWS + 7}@1`);
    expect(cache.column(3, "f1")?.notes.get(3)).toEqual({ state: "stale" });
  });

  it("that left the ring are aborted and their late answers ignored", async () => {
    const { cache, asked, answerAll, window, cell } = rig();
    cache.show(0, 20);
    await answerAll();
    cache.show(5000, 5030);
    const late = [...asked];
    asked.length = 0;
    cache.show(90_000, 90_030);
    expect(late.every((one) => one.signal.aborted)).toBe(true);
    for (const one of late) await one.answer(window(one.from));
    expect(cell(5000)).toBeUndefined();
    expect(cache.nRequests).toBe(asked.length);
  });

  it("are forgotten oldest first, never those on the screen", async () => {
    const { cache, answerAll, cell } = rig(100_000, 3);
    cache.show(0, 20);
    await answerAll();
    for (const at of [40, 50, 60]) {
      cache.show(at * WINDOW_ROWS + 64, at * WINDOW_ROWS + 63 + 1);
      await answerAll();
    }
    expect(cache.nWindows).toBe(3);
    expect(cell(5)).toBeUndefined();
    expect(cache.rowOf("r5")).toBeUndefined();
    expect(cell(60 * WINDOW_ROWS + 64)).toBeDefined();
  });

  it("are asked for again after a failure", async () => {
    const { cache, asked } = rig();
    cache.show(0, 20);
    await asked.shift()?.fail();
    expect(cache.error).toBeInstanceOf(Error);
    cache.show(0, 20);
    expect(asked.map((one) => one.from)).toEqual([0]);
    cache.close();
  });
});

describe("patches", () => {
  it("change loaded cells and drop their drawn form", async () => {
    const { cache, changes, answerAll, cell } = rig();
    cache.show(0, 20);
    await answerAll();
    const column = cache.column(7, "f1");
    if (column) column.models[7] = "drawn";
    changes.length = 0;
    cache.apply(2, patch("r7", "new"));
    expect(cell(7)).toBe("new");
    expect(column?.models[7]).toBeUndefined();
    expect(changes).toEqual([{ kind: "rows", from: 7, to: 7 }]);
  });

  it("that are older than the window do nothing", async () => {
    const { cache, asked, window, cell } = rig();
    cache.show(0, 20);
    await asked.shift()?.answer(window(0, 5));
    cache.apply(5, patch("r7", "old"));
    expect(cell(7)).toBe("7@5");
  });

  it("that come while a window is under way are applied to it", async () => {
    const { cache, asked, window, cell } = rig();
    cache.show(0, 20);
    cache.apply(2, patch("r7", "second"));
    cache.apply(3, patch("r8", "third"));
    await asked.shift()?.answer(window(0, 2));
    expect(cell(7)).toBe("7@2");
    expect(cell(8)).toBe("third");
  });

  it("that move rows make windows stale; answers of the old order are refused", async () => {
    const { cache, asked, window, answerAll, cell } = rig();
    cache.show(0, 20);
    await answerAll(1);
    cache.invalidate(4);
    expect(cell(7)).toBe("7@1");
    await asked.shift()?.answer(window(0, 3));
    expect(cell(7)).toBe("7@1");
    expect(asked).toHaveLength(1);
    await answerAll(4, 50);
    expect(cell(7)).toBe("7@4");
    expect(cache.nTotal).toBe(50);
  });

  it("follow a record to its new row", async () => {
    const { cache, asked, window, answerAll } = rig(50);
    cache.show(0, 20);
    await answerAll(1);
    cache.invalidate(2);
    const moved = window(0, 2);
    moved.records.reverse();
    await asked.shift()?.answer(moved);
    expect(cache.rowOf("r0")).toBe(49);
    cache.apply(3, patch("r0", "found"));
    expect(cache.cellOf("r0", "f1")).toBe("found");
  });
});

import { describe, expect, it } from "vitest";
import type { GridCommand } from "../api/wire";
import { Outbox, RefusedError, type SpeculativeCell } from "./outbox";

const command: GridCommand = { kind: "set_cells", table: "t1", edits: [] };
const cell = (value: string, record = "r1"): SpeculativeCell => ({ table: "t1", record, field: "f1", cell: value });

function rig() {
  const sent: string[] = [];
  const counts: number[] = [];
  const state = { isOnline: true };
  const send = (id: string) => {
    if (state.isOnline) sent.push(id);
    return state.isOnline;
  };
  const box = new Outbox(
    send,
    () => {},
    (n) => counts.push(n),
  );
  return { box, sent, counts, state };
}

describe("the outbox", () => {
  it("shows an edit until it is acknowledged, once", async () => {
    const { box, sent, counts } = rig();
    const done = box.submit(command, [cell("a")], "c1");
    expect(box.cell("t1", "r1", "f1")).toBe("a");
    expect(box.acknowledge("c1", 7)).toBeDefined();
    expect(box.acknowledge("c1", 7)).toBeUndefined();
    expect(await done).toEqual({ revision: 7 });
    expect(box.cell("t1", "r1", "f1")).toBeUndefined();
    expect([sent, counts]).toEqual([["c1"], [1, 0]]);
  });

  it("shows the newest of several edits, and the older one where the newer is refused", async () => {
    const { box } = rig();
    void box.submit(command, [cell("a")], "c1");
    const second = box.submit(command, [cell("b")], "c2");
    expect(box.cell("t1", "r1", "f1")).toBe("b");
    box.reject("c2", { code: "gone", message: "记录已删除" });
    await expect(second).rejects.toBeInstanceOf(RefusedError);
    expect(box.cell("t1", "r1", "f1")).toBe("a");
    box.acknowledge("c1", 2);
    expect(box.cell("t1", "r1", "f1")).toBeUndefined();
  });

  it("shows a cleared cell as blank", () => {
    const { box } = rig();
    void box.submit(command, [{ ...cell(""), cell: null }], "c1");
    expect(box.cell("t1", "r1", "f1")).toBeNull();
  });

  it("sends everything unconfirmed again, in order, after a break", () => {
    const { box, sent, state } = rig();
    void box.submit(command, [], "c1");
    state.isOnline = false;
    box.lost();
    void box.submit(command, [], "c2");
    void box.submit(command, [], "c3");
    expect(box.size).toBe(3);
    state.isOnline = true;
    box.resend();
    expect(sent).toEqual(["c1", "c1", "c2", "c3"]);
  });
});

import { describe, expect, it } from "vitest";
import { HEADER_HEIGHT, Layout } from "./layout";
import { peerBox } from "./paint-peers";
import { peerIndex } from "./theme";
import type { GridColumn, GridSource, PeerMark } from "./types";

const column = (key: string): GridColumn => ({
  key,
  title: key,
  width: 100,
  align: "left",
  icon: "text",
  readonly: false,
  edit: "text",
});
const columns = ["f1", "f2", "f3"].map(column);
const layout = new Layout(columns, 50, 32, 1, false, false);
const source = { columns, rowCount: 50, rowOf: (id: string) => (id === "r7" ? 7 : undefined) } as unknown as GridSource;
const peer = (record: string, key: string): PeerMark => ({
  record,
  column: key,
  color: 2,
  name: "访客 2",
  showsName: true,
});
const frozen = { from: 0, to: 1 };
const scrolling = { from: 1, to: 3 };

describe("the frame of another person's cursor", () => {
  it("lies on the cell, in its pane alone, and follows the scroll", () => {
    const frame = { layout, source, left: 30, top: 64 };
    const box = peerBox(frame, scrolling, peer("r7", "f2"));
    expect(box).toEqual({ row: 7, ...layout.rectOf(7, 1, 30, 64) });
    expect(box?.y).toBe(HEADER_HEIGHT + 7 * 32 - 64);
    expect(peerBox(frame, frozen, peer("r7", "f2"))).toBeNull();
    expect(peerBox(frame, frozen, peer("r7", "f1"))?.x).toBe(layout.rowNumberWidth);
  });

  it("is not drawn for hidden fields and for records that are not held", () => {
    const frame = { layout, source, left: 0, top: 0 };
    expect(peerBox(frame, scrolling, peer("r7", "f9"))).toBeNull();
    expect(peerBox(frame, scrolling, peer("r8", "f2"))).toBeNull();
  });

  it("has one colour per number, from the first on", () => {
    expect([1, 2, 6, 7].map(peerIndex)).toEqual([0, 1, 5, 0]);
  });
});

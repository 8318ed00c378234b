import { afterEach, describe, expect, it, vi } from "vitest";
import type { CursorPlace } from "../api/wire";
import { CursorSender, Presence, people } from "./presence";

const row = (session: string, client: string, number: number, cursor?: CursorPlace) => ({
  session,
  client,
  number,
  ...(cursor ? { cursor } : {}),
});

describe("who is here", () => {
  it("is everybody but this window; a person with two windows counts once", () => {
    const presence = new Presence();
    presence.take([row("1", "me", 1), row("2", "me", 1), row("3", "bob", 2), row("4", "bob", 2)], "1", "me", 0);
    expect(presence.own?.number).toBe(1);
    expect(presence.peers.map((peer) => [peer.session, peer.isSelf])).toEqual([
      ["2", true],
      ["3", false],
      ["4", false],
    ]);
    expect(people(presence.peers).map((peer) => peer.session)).toEqual(["3"]);
  });

  it("has moved only where the place is another", () => {
    const presence = new Presence();
    const at = (record: string) => ({ table: "t1", record, field: "f1" });
    presence.take([row("3", "bob", 2, at("r1"))], "1", "me", 100);
    presence.take([row("3", "bob", 2, at("r1")), row("4", "cid", 3)], "1", "me", 200);
    expect(presence.peers.map((peer) => peer.movedAt)).toEqual([100, 200]);
    presence.take([row("3", "bob", 2, at("r2"))], "1", "me", 300);
    expect(presence.peers.map((peer) => peer.movedAt)).toEqual([300]);
  });
});

describe("our cursor", () => {
  afterEach(() => void vi.useRealTimers());

  it("is sent at once, then now and then, its last place always", () => {
    vi.useFakeTimers();
    const sent: string[] = [];
    let isOnline = true;
    const cursor = new CursorSender((place) => {
      if (isOnline) sent.push(place.record ?? "");
      return isOnline;
    });
    for (const record of ["r1", "r2", "r3"]) cursor.move({ table: "t1", record, field: "f1" });
    expect(sent).toEqual(["r1"]);
    vi.advanceTimersByTime(1_000);
    expect(sent).toEqual(["r1", "r3"]);
    isOnline = false;
    cursor.move({ table: "t1", record: "r4", field: "f1" });
    vi.advanceTimersByTime(1_000);
    isOnline = true;
    cursor.again();
    expect(sent).toEqual(["r1", "r3", "r4"]);
    cursor.again();
    expect(sent.at(-1)).toBe("r4");
    cursor.close();
  });
});

import { describe, expect, it, vi } from "vitest";
import type { ClientMessage, GridCommand, ServerMessage, WireInput } from "../api/wire";
import { BaseSession, type RefusedEdit } from "./base-session";
import { MemoryStore } from "./edit-store";
import type { SpeculativeCell } from "./outbox";
import type { SocketLike } from "./socket";
import { type ChannelLike, Tabs } from "./tabs";

/** A server that only writes down what it applied, in order; 禁 is refused. */
class Log {
  applied: string[] = [];
  received: string[] = [];
  readonly known = new Set<string>();
  isReachable = true;
  sockets = new Set<SocketLike>();

  open(): SocketLike {
    if (!this.isReachable) throw new Error("offline");
    const socket: SocketLike = {
      readyState: 1,
      onopen: null,
      onclose: null,
      onerror: null,
      onmessage: null,
      close: () => this.sockets.delete(socket),
      send: (data) => this.take(JSON.parse(data) as ClientMessage, socket),
    };
    this.sockets.add(socket);
    queueMicrotask(() => socket.onopen?.({} as never));
    return socket;
  }

  cut(): void {
    this.isReachable = false;
    for (const socket of [...this.sockets]) socket.onclose?.({} as never);
  }

  private take(message: ClientMessage, socket: SocketLike): void {
    const answer = (text: ServerMessage) => socket.onmessage?.({ data: JSON.stringify(text) });
    if (message.type === "hello") answer({ type: "welcome", revision: 1, session: "1" });
    if (message.type !== "command" || message.command.kind !== "set_cells") return;
    const { client_id, command } = message;
    const value = String(command.edits[0]?.value);
    this.received.push(value);
    if (value === "禁") answer({ type: "rejected", client_id, error: { code: "no", message: "不行" } });
    else {
      if (!this.known.has(client_id)) this.applied.push(value);
      this.known.add(client_id);
      answer({ type: "acknowledged", client_id, revision: 2 });
    }
  }
}

/** The windows of one browser hear each other. */
class Air {
  private readonly channels = new Set<ChannelLike>();

  channel(): ChannelLike {
    const channel: ChannelLike = {
      onmessage: null,
      close: () => this.channels.delete(channel),
      postMessage: (data) => {
        for (const other of this.channels) if (other !== channel) other.onmessage?.({ data });
      },
    };
    this.channels.add(channel);
    return channel;
  }
}

function browser(log: Log) {
  const store = new MemoryStore();
  const air = new Air();
  const open = () => {
    const tabs = new Tabs(air.channel(), 5);
    const session = new BaseSession({
      open: () => log.open(),
      client: "c",
      locale: "zh-CN",
      backoff: { first: 1, most: 2 },
      memory: { base: "b1", store, tabs },
    });
    const refused: RefusedEdit[] = [];
    session.on("refused", (edit) => refused.push(edit));
    session.connect();
    const close = () => {
      session.close();
      tabs.close();
    };
    return { session, tabs, refused, close, shown: (record: string) => session.outbox.cell("t1", record, "f1") };
  };
  return { store, open };
}

const set = (record: string, value: WireInput): [GridCommand, SpeculativeCell[]] => [
  { kind: "set_cells", table: "t1", edits: [{ record, field: "f1", value }] },
  [{ table: "t1", record, field: "f1", cell: value as string, about: `记录${record}` }],
];
const online = (window: { session: BaseSession }) =>
  vi.waitFor(() => expect([window.session.state, window.session.waiting]).toEqual(["online", 0]));

describe("edits that the server has not confirmed", () => {
  it("survive the end of the page, show at once and go out in order", async () => {
    const log = new Log();
    const { store, open } = browser(log);
    const before = open();
    await online(before);
    log.cut();
    for (const [record, value] of [
      ["r1", "一"],
      ["r2", "二"],
      ["r1", "三"],
    ] as const) {
      void before.session.submit(...set(record, value));
    }
    await vi.waitFor(() => expect(store.edits.size).toBe(3));
    expect(before.session.isSafe).toBe(true);
    before.close();
    const after = open();
    await vi.waitFor(() =>
      expect([after.shown("r1"), after.shown("r2"), after.session.waiting]).toEqual(["三", "二", 3]),
    );
    // Made before the connection came: it stands behind the old ones.
    void after.session.submit(...set("r1", "四"));
    log.isReachable = true;
    await online(after);
    expect(log.applied).toEqual(["一", "二", "三", "四"]);
    await vi.waitFor(() => expect(store.edits.size).toBe(0));
    after.close();
  });

  it("are not sent again by the next page once they are confirmed", async () => {
    const log = new Log();
    const { store, open } = browser(log);
    const first = open();
    await online(first);
    await first.session.submit(...set("r1", "一"));
    await vi.waitFor(() => expect(store.edits.size).toBe(0));
    first.close();
    const second = open();
    await online(second);
    expect(log.received).toEqual(["一"]);
    second.close();
  });

  it("of an open window are left to it; those of a closed one are taken once", async () => {
    const log = new Log();
    const { store, open } = browser(log);
    const living = open();
    const dying = open();
    await online(living);
    await online(dying);
    log.cut();
    void living.session.submit(...set("r1", "活"));
    void dying.session.submit(...set("r2", "死"));
    await vi.waitFor(() => expect(store.edits.size).toBe(2));
    dying.close();
    const [one, two] = [open(), open()];
    await vi.waitFor(() => expect(one.session.waiting + two.session.waiting).toBe(1));
    log.isReachable = true;
    for (const window of [living, one, two]) await online(window);
    expect(log.received.sort()).toEqual(["死", "活"].sort());
    for (const window of [living, one, two]) window.close();
  });

  it("of two open windows keep their order in a cell, whoever comes back first", async () => {
    const log = new Log();
    const { store, open } = browser(log);
    const [one, two] = [open(), open()];
    await online(one);
    await online(two);
    log.cut();
    void one.session.submit(...set("r1", "先"));
    void one.session.submit(...set("r9", "别处"));
    await vi.waitFor(() => expect(store.edits.size).toBe(2));
    // The clock orders edits of two windows: a person does not change windows within one millisecond.
    const madeAt = Date.now();
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(madeAt));
    void two.session.submit(...set("r1", "后"));
    await vi.waitFor(() => expect(store.edits.size).toBe(3));
    // The first window is slow to come back.
    one.session.close();
    log.isReachable = true;
    await online(two);
    expect(log.applied).toEqual(["先", "后"]);
    two.close();
  });

  it("that were refused are told after the next start too, until they are seen off", async () => {
    const log = new Log();
    const { store, open } = browser(log);
    const first = open();
    await online(first);
    await first.session.submit(...set("r1", "禁")).catch(() => undefined);
    expect([first.refused.length, first.shown("r1")]).toEqual([1, undefined]);
    await vi.waitFor(() => expect([...store.edits.values()][0]?.error?.message).toBe("不行"));
    first.close();
    const second = open();
    await vi.waitFor(() => expect(second.refused).toMatchObject([{ isOld: true, error: { message: "不行" } }]));
    await online(second);
    expect(log.received).toEqual(["禁"]);
    second.session.dismiss(second.refused[0]?.clientId ?? "");
    await vi.waitFor(() => expect(store.edits.size).toBe(0));
    second.close();
  });

  it("are told to be unsafe where the machine keeps nothing", async () => {
    const log = new Log();
    const { store, open } = browser(log);
    store.isBroken = true;
    const window = open();
    await online(window);
    log.cut();
    void window.session.submit(...set("r1", "一"));
    await vi.waitFor(() => expect(window.session.isSafe).toBe(false));
    log.isReachable = true;
    await online(window);
    expect(log.applied).toEqual(["一"]);
    store.isBroken = false;
    await window.session.submit(...set("r1", "二"));
    await vi.waitFor(() => expect(window.session.isSafe).toBe(true));
    window.close();
  });
});

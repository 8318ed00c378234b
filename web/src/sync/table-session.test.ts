import { afterEach, describe, expect, it, vi } from "vitest";
import type { ClientMessage, ServerMessage, WireCell, WireField, WireInput, WireWindow } from "../api/wire";
import { cellPort } from "../fields/registry";
import { BaseSession } from "./base-session";
import type { SocketLike } from "./socket";
import { TableSession } from "./table-session";

const fields: WireField[] = [
  { id: "f1", name: "品名", type: "text" },
  { id: "f2", name: "数量", type: "number" },
  { id: "f3", name: "双倍", type: "formula", result: { type: "number" } },
];

/** A server in memory: durable commands by client id, patches to every socket. */
class FakeServer {
  revision = 1;
  records: string[] = [];
  cells = new Map<string, WireCell>();
  applied = new Map<string, number>();
  sockets = new Set<FakeSocket>();
  /** Commands arrive and are applied, but nothing is answered. */
  isMute = false;
  nCommands = 0;

  constructor(n: number) {
    for (let at = 0; at < n; at += 1) this.records.push(`r${at}`);
  }

  cell(record: string, field: string): WireCell {
    if (field === "f3") return Number(this.cells.get(`${record} f2`) ?? 0) * 2;
    return this.cells.get(`${record} ${field}`) ?? null;
  }

  window(from: number, n: number): WireWindow {
    const records = this.records.slice(from, from + n);
    const columns = Object.fromEntries(fields.map(({ id }) => [id, records.map((record) => this.cell(record, id))]));
    return { revision: this.revision, n_total: this.records.length, from, records, columns };
  }

  read(field: string, value: WireInput): WireCell {
    if (field !== "f2" || typeof value !== "string") return value as WireCell;
    return Number.isNaN(Number(value)) ? { misfit: value } : Number(value);
  }

  command(client_id: string, command: Extract<ClientMessage, { type: "command" }>["command"], from: FakeSocket): void {
    this.nCommands += 1;
    const known = this.applied.get(client_id);
    if (known !== undefined) {
      from.answer({ type: "acknowledged", client_id, revision: known });
      return;
    }
    const touched: [string, string][] = [];
    let appended = 0;
    const removed: string[] = [];
    const put = (record: string, field: string, value: WireInput) => {
      this.cells.set(`${record} ${field}`, this.read(field, value));
      touched.push([record, field]);
      if (field === "f2") touched.push([record, "f3"]);
    };
    if (command.kind === "set_cells") {
      if (command.edits.some((edit) => edit.value === "禁止")) {
        from.answer({ type: "rejected", client_id, error: { code: "refused", message: "不能这样改" } });
        return;
      }
      for (const { record, field, value } of command.edits) put(record, field, value);
    } else if (command.kind === "paste_cells") {
      command.rows.forEach((row, i) => {
        const record = command.records[i] ?? `n${this.records.length}`;
        if (!command.records[i]) {
          this.records.push(record);
          appended += 1;
        }
        command.fields.forEach((field, j) => {
          put(record, field, row[j] ?? null);
        });
      });
    } else if (command.kind === "delete_records") {
      removed.push(...command.records);
      this.records = this.records.filter((record) => !removed.includes(record));
    }
    this.revision += 1;
    this.applied.set(client_id, this.revision);
    for (const socket of this.sockets) {
      socket.answer({
        type: "patch",
        revision: this.revision,
        actor: "user:x",
        client_id: socket === from ? client_id : null,
        label: command.kind,
        schema_changed: false,
        cells: touched.map(([record, field]) => ({
          table: "t1",
          field,
          records: [record],
          cells: [this.cell(record, field)],
        })),
        appended: appended > 0 ? { t1: appended } : {},
        removed: removed.length > 0 ? { t1: removed } : {},
      });
    }
  }
}

class FakeSocket implements SocketLike {
  readyState = 1;
  onopen: SocketLike["onopen"] = null;
  onclose: SocketLike["onclose"] = null;
  onerror: SocketLike["onerror"] = null;
  onmessage: SocketLike["onmessage"] = null;

  constructor(private readonly server: FakeServer) {
    server.sockets.add(this);
    queueMicrotask(() => this.onopen?.({} as never));
  }

  answer(message: ServerMessage): void {
    if (this.readyState === 1 && !this.server.isMute) this.onmessage?.({ data: JSON.stringify(message) });
  }

  send(data: string): void {
    const message = JSON.parse(data) as ClientMessage;
    if (message.type === "hello") this.answer({ type: "welcome", revision: this.server.revision, session: "s" });
    if (message.type === "command") this.server.command(message.client_id, message.command, this);
  }

  close(): void {
    this.server.sockets.delete(this);
    this.readyState = 3;
  }

  break(): void {
    this.close();
    this.onclose?.({} as never);
  }
}

const opened: BaseSession[] = [];
afterEach(() => {
  for (const session of opened.splice(0)) session.close();
});

async function client(server: FakeServer, onError?: (error: unknown) => void) {
  const sockets: FakeSocket[] = [];
  const state = { isReachable: true };
  const session = new BaseSession({
    open: () => {
      if (!state.isReachable) throw new Error("offline");
      const socket = new FakeSocket(server);
      sockets.push(socket);
      return socket;
    },
    client: "c",
    locale: "zh-CN",
    backoff: { first: 1, most: 2 },
  });
  opened.push(session);
  session.connect();
  const table = new TableSession({
    session,
    table: "t1",
    view: null,
    fields,
    fetchWindow: async (from, n) => server.window(from, n),
    cells: cellPort("b"),
    onError,
  });
  await vi.waitFor(() => expect(table.isLoaded && session.state === "online").toBe(true));
  const text = (row: number, col: number) => table.copyText(row, col);
  return { session, table, sockets, state, text };
}

describe("edits", () => {
  it("show at once, are read by the server and reach the other window with their formulas", async () => {
    const server = new FakeServer(10);
    const a = await client(server);
    const b = await client(server);
    server.isMute = true;
    void a.table.editTexts([{ row: 2, col: 1, text: "12" }]);
    expect(a.table.cell(2, 1)).toEqual({ kind: "number", text: "12" });
    expect([a.text(2, 2), a.session.waiting]).toEqual(["0", 1]);
    server.isMute = false;
    await a.table.editTexts([{ row: 3, col: 1, text: "5" }]);
    expect([b.text(3, 1), b.text(3, 2), a.text(3, 2)]).toEqual(["5", "10", "10"]);
  });

  it("that are refused are taken back, with the reason", async () => {
    const a = await client(new FakeServer(10));
    await a.table.editTexts([{ row: 0, col: 0, text: "原来" }]);
    const refused = vi.fn();
    a.session.on("refused", refused);
    await a.table.editTexts([{ row: 0, col: 0, text: "禁止" }]);
    expect(a.text(0, 0)).toBe("原来");
    expect(refused.mock.calls[0]?.[0].error.message).toBe("不能这样改");
    expect(a.session.waiting).toBe(0);
  });

  it("that do not fit are kept as typed", async () => {
    const a = await client(new FakeServer(10));
    await a.table.editTexts([{ row: 1, col: 1, text: "面议" }]);
    expect(a.table.cell(1, 1)).toEqual({ kind: "text", text: "面议", tone: "misfit" });
  });

  it("never reach formula columns", async () => {
    const server = new FakeServer(10);
    const a = await client(server);
    await a.table.editTexts([{ row: 1, col: 2, text: "9" }]);
    expect(server.nCommands).toBe(0);
  });
});

describe("a broken connection", () => {
  it("keeps edits, sends them again and applies none twice", async () => {
    const server = new FakeServer(10);
    const a = await client(server);
    // The first is applied, but its answer is lost with the connection.
    server.isMute = true;
    const first = a.table.editTexts([{ row: 0, col: 0, text: "一" }]);
    a.state.isReachable = false;
    a.sockets.at(-1)?.break();
    server.isMute = false;
    const second = a.table.editTexts([{ row: 1, col: 0, text: "二" }]);
    expect([a.session.state, a.session.waiting]).toEqual(["offline", 2]);
    expect([a.text(0, 0), a.text(1, 0)]).toEqual(["一", "二"]);
    a.state.isReachable = true;
    await Promise.all([first, second]);
    expect(a.session.waiting).toBe(0);
    await vi.waitFor(() => expect([a.text(0, 0), a.text(1, 0)]).toEqual(["一", "二"]));
    expect(server.applied.size).toBe(2);
    expect(server.revision).toBe(3);
  });

  it("brings in what others did meanwhile", async () => {
    const server = new FakeServer(10);
    const a = await client(server);
    const b = await client(server);
    a.state.isReachable = false;
    a.sockets.at(-1)?.break();
    await b.table.editTexts([{ row: 4, col: 0, text: "别人改的" }]);
    expect(a.text(4, 0)).toBe("");
    a.state.isReachable = true;
    await vi.waitFor(() => expect(a.text(4, 0)).toBe("别人改的"));
  });
});

describe("ranges", () => {
  it("are pasted over records, formulas left out, the rest appended", async () => {
    const server = new FakeServer(3);
    const a = await client(server);
    const rows = ["甲", "乙", "丙"].map((name, at) => [{ text: name }, { text: String(at) }, { text: "x" }]);
    await a.table.paste(rows, { row: 1, col: 0 });
    expect(server.records).toHaveLength(4);
    await vi.waitFor(() => expect(a.table.rowCount).toBe(4));
    await vi.waitFor(() => expect([a.text(1, 0), a.text(3, 0), a.text(3, 2)]).toEqual(["甲", "丙", "4"]));
  });

  it("are filled by a single pasted value", async () => {
    const a = await client(new FakeServer(5));
    await a.table.paste([[{ text: "7" }]], { row: 0, col: 1 }, { r0: 0, c0: 1, r1: 3, c1: 1 });
    expect([0, 1, 2, 3, 4].map((row) => a.text(row, 1))).toEqual(["7", "7", "7", "7", ""]);
  });

  it("are copied as they are by filling", async () => {
    const a = await client(new FakeServer(5));
    await a.table.editTexts([{ row: 0, col: 1, text: "0.5" }]);
    const to = { r0: 1, c0: 1, r1: 1, c1: 1 };
    await a.table.fill({ from: { r0: 0, c0: 1, r1: 0, c1: 1 }, to, values: () => [[{ copyOf: { row: 0, col: 1 } }]] });
    expect(a.table.wireCell(1, 1)).toBe(0.5);
  });

  it("of records go away, and rows move up in every window", async () => {
    const server = new FakeServer(5);
    const a = await client(server);
    const b = await client(server);
    await a.table.deleteRows([{ r0: 1, c0: 0, r1: 2, c1: 2 }]);
    await vi.waitFor(() => expect([b.table.rowCount, b.table.idOf(1)]).toEqual([3, "r3"]));
  });

  it("that are too large are refused whole", async () => {
    const server = new FakeServer(5);
    const errors: unknown[] = [];
    const a = await client(server, (error) => errors.push(error));
    await a.table.clear([{ r0: 0, c0: 0, r1: 999_999, c1: 2 }]);
    await a.table.deleteRows([{ r0: 0, c0: 0, r1: 999_999, c1: 2 }]);
    expect(errors).toMatchObject([
      { code: "too_many_cells", n: 1_000_000 },
      { code: "too_many_cells", n: 1_000_000 },
    ]);
    expect(server.nCommands).toBe(0);
  });
});

describe("groups", () => {
  const head = (label: string) => ({
    depth: 0,
    title: "类目",
    label,
    count: "",
    isCollapsed: false,
    values: new Map<string, string>(),
  });
  /** 甲 with r0 to r2, 乙 with r3 to r5; r6 came later. */
  const spans = [
    { path: "甲", depth: 0, from: 0, nRows: 3, group: head("甲") },
    { path: "乙", depth: 0, from: 3, nRows: 3, group: head("乙") },
  ];

  it("stand between the records, which keep their cells", async () => {
    const server = new FakeServer(7);
    const a = await client(server);
    await a.table.editTexts([{ row: 3, col: 0, text: "雨伞" }]);
    a.table.setGroups(spans);
    expect(a.table.rowCount).toBe(9);
    expect(a.table.recordCount).toBe(7);
    expect([a.table.groupAt(0)?.label, a.table.groupAt(4)?.label, a.table.groupAt(5)]).toEqual(["甲", "乙", undefined]);
    expect([a.text(5, 0), a.table.idOf(5), a.table.rowOf("r3"), a.table.rowLabel(5)]).toEqual(["雨伞", "r3", 5, "4"]);
    expect([a.table.idOf(4), a.table.cell(4, 0), a.text(4, 0)]).toEqual([undefined, { kind: "blank" }, "乙"]);
    a.table.setGroups(spans, new Set(["甲"]));
    expect([a.table.rowCount, a.table.rowOf("r0"), a.table.idOf(2)]).toEqual([6, undefined, "r3"]);
    a.table.setGroups(null);
    expect([a.table.rowCount, a.table.idOf(4)]).toEqual([7, "r4"]);
  });

  it("take no edits: a paste goes round their heads", async () => {
    const server = new FakeServer(6);
    const a = await client(server);
    a.table.setGroups(spans);
    await a.table.editTexts([{ row: 4, col: 0, text: "没有" }]);
    expect(server.nCommands).toBe(0);
    await a.table.paste([[{ text: "一" }], [{ text: "二" }], [{ text: "三" }]], { row: 3, col: 0 });
    expect(["r2", "r3", "r4"].map((record) => server.cell(record, "f1"))).toEqual(["一", "二", "三"]);
    await a.table.clear([{ r0: 3, r1: 5, c0: 0, c1: 0 }]);
    expect(["r2", "r3", "r4"].map((record) => server.cell(record, "f1"))).toEqual([null, null, "三"]);
    await a.table.deleteRows([{ r0: 4, r1: 5, c0: 0, c1: 0 }]);
    expect(server.records).toEqual(["r0", "r1", "r2", "r4", "r5"]);
  });
});

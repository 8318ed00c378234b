/**
 * A page for the grid alone: a true `TableSession` over a made-up table of a million records and a server in memory.
 *
 * Only for browser checks (e2e/grid.mjs); no part of the built bundle.
 */
import type { ClientMessage, ServerMessage, WireCell, WireField, WireNote, WireWindow } from "../../src/api/wire";
import { cellPort } from "../../src/fields/registry";
import { Grid } from "../../src/grid/grid";
import { BaseSession } from "../../src/sync/base-session";
import type { SocketLike } from "../../src/sync/socket";
import { TableSession } from "../../src/sync/table-session";

const query = new URLSearchParams(location.search);
const nRecords = Number(query.get("rows") ?? 1_000_000);

const options = [
  "耳环",
  "项链",
  "戒指",
  "手链",
  "发饰",
  "胸针",
  "脚链",
  "钥匙扣",
  "手机链",
  "礼盒",
  "包装",
  "其他",
].map((name, at) => ({ id: `o${at + 1}`, name, color: at }));
const fields: WireField[] = [
  { id: "f1", name: "货号", type: "text" },
  { id: "f2", name: "图片", type: "attachment" },
  { id: "f3", name: "品名", type: "text" },
  { id: "f4", name: "类别", type: "select", options },
  { id: "f5", name: "标签", type: "multi_select", options },
  { id: "f6", name: "单价", type: "currency", code: "CNY", decimals: 2, n_misfits: 3 },
  { id: "f7", name: "数量", type: "number", thousands: true, unit: "件" },
  { id: "f8", name: "金额", type: "formula", result: { type: "currency", code: "CNY", decimals: 2 } },
  { id: "f9", name: "毛利率", type: "percent", decimals: 1 },
  { id: "f10", name: "到货日期", type: "date" },
  { id: "f11", name: "已上架", type: "checkbox" },
  { id: "f12", name: "英文品名", type: "formula", result: { type: "text" }, ai: { policy: "manual" } },
  { id: "f13", name: "链接", type: "url" },
  { id: "f14", name: "备注", type: "long_text" },
];
const nouns = ["珍珠", "锆石", "925银", "钛钢", "树脂", "水晶", "合金", "亚克力"];
const kinds = ["耳钉", "项链", "开口戒", "手链", "发夹", "胸针"];
const english = [
  "Pearl stud earrings",
  "Zircon necklace",
  "Open ring, 925 silver",
  "Titanium bracelet",
  "Resin hair clip",
];
const edited = new Map<string, WireCell>();

function picture(row: number): string {
  const hue = (row * 47) % 360;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="120"><rect width="120" height="120" fill="#fff"/><circle cx="60" cy="66" r="34" fill="none" stroke="hsl(${hue} 55% 50%)" stroke-width="9"/><circle cx="60" cy="28" r="13" fill="hsl(${hue} 60% 68%)"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function cellOf(row: number, field: string): WireCell {
  const known = edited.get(`r${row + 1} ${field}`);
  if (known !== undefined) return known;
  const price = ((row * 37) % 4000) / 100 + 0.5;
  const count = ((row * 13) % 90) * 12;
  switch (field) {
    case "f1":
      return `YW-${String(row + 1).padStart(6, "0")}`;
    case "f2": {
      const one = {
        digest: String(row),
        name: `${row}.svg`,
        mime: "image/svg+xml",
        size_bytes: 1,
        width_px: 120,
        height_px: 120,
      };
      return row % 5 === 3 ? [] : row % 7 === 2 ? [one, { ...one, digest: String(row + 1) }] : [one];
    }
    case "f3":
      return `${nouns[row % 8]}${kinds[row % 6]} 复古小众设计感高级轻奢百搭款 ${row % 90}`;
    case "f4":
      return row % 11 === 7 ? null : `o${(row % 12) + 1}`;
    case "f5":
      return [`o${(row % 12) + 1}`, `o${((row * 5) % 12) + 1}`, `o${((row * 7) % 12) + 1}`].slice(0, row % 4);
    case "f6":
      return row % 17 === 5 ? { misfit: "面议" } : price;
    case "f7":
      return count;
    case "f8":
      return row % 17 === 5 ? { error: "#VALUE!" } : Math.round(price * count * 100) / 100;
    case "f9":
      return ((row * 7) % 600) / 1000 - 0.05;
    case "f10":
      return `2026-${String((row % 12) + 1).padStart(2, "0")}-${String((row % 28) + 1).padStart(2, "0")}`;
    case "f11":
      return row % 3 === 0;
    case "f12":
      return row % 9 === 1 || row % 9 === 2 ? { pending: true } : (english[row % 5] ?? null);
    case "f13":
      return row % 4 === 0 ? "https://example.com/item/1" : null;
    default:
      return row % 4 === 1 ? "客户要求独立包装\n吊牌需印条码\n外箱贴唛头" : null;
  }
}

function noteOf(row: number): WireNote | undefined {
  const states = ["ok", "queued", "running", "needs_review", "ok", "stale", "failed", "locked", "ok"] as const;
  return { state: states[row % 9] ?? "ok" };
}

let revision = 1;
async function fetchWindow(from: number, n: number, signal: AbortSignal): Promise<WireWindow> {
  await new Promise((done) => setTimeout(done, 15));
  signal.throwIfAborted();
  const rows = Array.from({ length: Math.max(0, Math.min(n, nRecords - from)) }, (_, at) => from + at);
  const columns: Record<string, WireCell[]> = {};
  for (const field of fields) columns[field.id] = rows.map((row) => cellOf(row, field.id));
  const notes: Record<string, WireNote> = {};
  rows.forEach((row, at) => {
    const note = noteOf(row);
    if (note) notes[String(at)] = note;
  });
  return {
    revision,
    n_total: nRecords,
    from,
    records: rows.map((row) => `r${row + 1}`),
    columns,
    notes: { f12: notes },
  };
}

/** The server's side of the socket: confirms every command. */
class MemorySocket implements SocketLike {
  readyState = 1;
  onopen: SocketLike["onopen"] = null;
  onclose: SocketLike["onclose"] = null;
  onerror: SocketLike["onerror"] = null;
  onmessage: SocketLike["onmessage"] = null;

  constructor() {
    setTimeout(() => this.onopen?.({} as never));
  }

  close(): void {
    this.readyState = 3;
  }

  private answer(message: ServerMessage): void {
    setTimeout(() => this.onmessage?.({ data: JSON.stringify(message) }), 10);
  }

  send(data: string): void {
    const message = JSON.parse(data) as ClientMessage;
    if (message.type === "hello") {
      this.answer({ type: "welcome", revision, session: "s" });
      return;
    }
    if (message.type !== "command") return;
    const { command } = message;
    const edits: { record: string; field: string; value: WireCell }[] = [];
    if (command.kind === "set_cells") edits.push(...command.edits);
    else if (command.kind === "paste_cells") {
      command.records.forEach((record, i) => {
        command.fields.forEach((field, j) => {
          edits.push({ record, field, value: command.rows[i]?.[j] ?? null });
        });
      });
    }
    revision += 1;
    const cells = edits.map(({ record, field, value }) => {
      const isNumber = field === "f6" || field === "f7";
      const read = isNumber && typeof value === "string" && value !== "" ? Number(value) : Number.NaN;
      const cell = Number.isNaN(read) ? value : read;
      edited.set(`${record} ${field}`, cell);
      return { table: "t1", field, records: [record], cells: [cell] };
    });
    const { client_id } = message;
    this.answer({ type: "patch", revision, actor: "me", client_id, label: command.kind, schema_changed: false, cells });
  }
}

const session = new BaseSession({ open: () => new MemorySocket(), client: "test", locale: "zh-CN" });
session.connect();
const port = cellPort("b");
const thumbs = {
  ...port,
  toModel: (...args: Parameters<typeof port.toModel>) => {
    const model = port.toModel(...args);
    if (model.kind !== "images") return model;
    const images = model.images.map((image) => ({ ...image, src: picture(Number.parseInt(image.name, 10)) }));
    return { ...model, images };
  },
};
const table = new TableSession({ session, table: "t1", view: "v1", fields, fetchWindow, cells: thumbs });
const host = document.getElementById("host");
if (!host) throw new Error("no host");
const log: unknown[][] = [];
const note =
  (name: string) =>
  (...args: unknown[]) => {
    log.push([name, ...args]);
  };
const grid = new Grid(host, {
  source: table,
  rowHeight: Number(query.get("height") ?? 32),
  frozen: 1,
  onEdit: (edits) => void table.editTexts(edits),
  onPaste: (matrix, at, target) => void table.paste(matrix, at, target),
  onClear: (ranges) => void table.clear(ranges),
  onFill: (request) => void table.fill(request),
  onToggle: (cells, checked) => void table.toggle(cells, checked),
  onOpenEditor: note("open"),
  onContextMenu: note("menu"),
  onHeaderMenu: note("header"),
  onOpenRecord: note("record"),
  onAddRow: note("add_row"),
  onAddColumn: note("add_column"),
  onColumnResize: note("resize"),
  onColumnMove: note("move"),
});
Object.assign(window, { grid, table, log, session });

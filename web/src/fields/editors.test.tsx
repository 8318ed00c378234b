import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Attachment, WireCell, WireField } from "../api/wire";
import { placeOf } from "./cell-popover";
import type { EditorProps, EditorWords } from "./descriptor";
import { descriptorOf } from "./registry";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const words: EditorWords = {
  search: "查找",
  noOptions: "没有选项",
  createOption: "新建 {name}",
  clear: "清空",
  today: "今天",
  typeDate: "输入日期",
  previousMonth: "上个月",
  nextMonth: "下个月",
  weekdays: ["一", "二", "三", "四", "五", "六", "日"],
  month: "{year}年{month}月",
  time: "时间",
  addFiles: "添加文件",
  dropFiles: "拖到这里",
  uploading: "正在上传 {n}",
  uploadFailed: "上传失败",
  remove: "移除",
  view: "查看",
  close: "关闭",
  noFiles: "没有文件",
  save: "保存",
  searchRecords: "Find",
  createRecord: "Create {name}",
  noRecords: "None",
};
const options = ["红", "绿", "蓝"].map((name, at) => ({ id: `o${at + 1}`, name, color: at }));
let root: Root;
let host: HTMLElement;

beforeEach(() => {
  host = document.createElement("div");
  document.body.append(host);
  root = createRoot(host);
});
afterEach(() => {
  act(() => root.unmount());
  host.remove();
});

async function show(field: WireField, cell: WireCell, more: Partial<EditorProps> = {}) {
  const onChange = vi.fn();
  const onDone = vi.fn();
  const Editor = descriptorOf(field).editor;
  if (!Editor) throw new Error("no editor");
  const props = { field, fieldType: field, cell, readonly: false, base: "b", onChange, onDone, words, width: 100 };
  await act(async () => root.render(<Editor {...props} {...more} />));
  const key = (name: string, init: KeyboardEventInit = {}) =>
    act(async () => {
      document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, ...init }));
    });
  const items = () => Array.from(host.querySelectorAll("[role=option]"), (item) => item.textContent);
  return { onChange, onDone, key, items };
}

describe("select", () => {
  const field: WireField = { id: "f1", name: "颜色", type: "select", options };

  it("chooses with the arrow keys and Enter", async () => {
    const { onChange, onDone, key, items } = await show(field, "o1");
    expect(items()).toEqual(["红", "绿", "蓝"]);
    await key("ArrowDown");
    await key("Enter");
    expect(onChange).toHaveBeenCalledWith("o2", false);
    expect(onDone).toHaveBeenCalledWith("down");
  });

  it("finds what was typed and makes a new option", async () => {
    const { onChange, key, items } = await show(field, null, { typed: "紫" });
    expect(items()).toEqual(["新建 紫"]);
    await key("Enter");
    expect(onChange).toHaveBeenCalledWith("紫", true);
  });

  it("leaves Enter to the input method", async () => {
    const { onChange, key } = await show(field, null, { typed: "红" });
    await key("Enter", { isComposing: true });
    expect(onChange).not.toHaveBeenCalled();
  });

  it("adds and takes away among several", async () => {
    const { onChange, key } = await show({ ...field, type: "multi_select" }, ["o1"]);
    await key("ArrowDown");
    await key("Enter");
    expect(onChange).toHaveBeenLastCalledWith(["o1", "o2"], false);
    await key("Backspace");
    expect(onChange).toHaveBeenLastCalledWith(["o1"]);
  });

  it("changes nothing where it may only be read", async () => {
    const { onChange, key } = await show(field, "o1", { readonly: true, typed: "新" });
    await key("Enter");
    expect(onChange).not.toHaveBeenCalled();
  });
});

describe("date", () => {
  const field: WireField = { id: "f1", name: "日期", type: "date" };

  it("moves by weeks and months and saves", async () => {
    const { onChange, onDone, key } = await show(field, "2026-01-31");
    await key("PageDown");
    await key("ArrowDown");
    await key("Enter");
    expect(onChange).toHaveBeenCalledWith("2026-03-07");
    expect(onDone).toHaveBeenCalledWith("down");
  });

  it("picks a day by the mouse and keeps the time", async () => {
    const { onChange } = await show({ ...field, type: "date_time" }, "2026-11-22T09:30:00");
    const day = host.querySelector<HTMLElement>("[aria-label='2026-11-03']");
    await act(async () => day?.click());
    expect(onChange).toHaveBeenCalledWith("2026-11-03 09:30");
  });

  it("Esc saves nothing", async () => {
    const { onChange, onDone, key } = await show(field, "2026-01-31", { typed: "5" });
    await key("Escape");
    expect(onChange).not.toHaveBeenCalled();
    expect(onDone).toHaveBeenCalledOnce();
  });
});

describe("attachments", () => {
  const field: WireField = { id: "f1", name: "图片", type: "attachment" };
  const file = (digest: string): Attachment => ({
    digest,
    name: `${digest}.png`,
    mime: "image/png",
    size_bytes: 1,
    width_px: 1,
    height_px: 1,
  });

  it("are uploaded when pasted, one after the other", async () => {
    const upload = vi.fn(async (chosen: File) => file(chosen.name));
    const { onChange } = await show(field, [file("a")], { upload });
    const event = new Event("paste", { bubbles: true });
    Object.assign(event, { clipboardData: { files: [new File([], "b"), new File([], "c")] } });
    await act(async () => {
      host.querySelector("section")?.dispatchEvent(event);
    });
    expect(onChange).toHaveBeenLastCalledWith([file("a"), file("b"), file("c")]);
  });

  it("tell why an upload failed", async () => {
    const upload = vi.fn(async () => Promise.reject(new Error("文件太大")));
    const { onChange } = await show(field, null, { upload });
    const event = new Event("paste", { bubbles: true });
    Object.assign(event, { clipboardData: { files: [new File([], "b")] } });
    await act(async () => {
      host.querySelector("section")?.dispatchEvent(event);
    });
    expect(host.querySelector("[role=alert]")?.textContent).toBe("文件太大");
    expect(onChange).not.toHaveBeenCalled();
  });

  it("are removed; the last one leaves a blank cell", async () => {
    const { onChange } = await show(field, [file("a")]);
    await act(async () => host.querySelector<HTMLElement>("[aria-label='移除 a.png']")?.click());
    expect(onChange).toHaveBeenCalledWith(null);
  });
});

describe("rating", () => {
  const field: WireField = { id: "f1", name: "评分", type: "rating", max: 5 };

  it("takes digits and arrows, Enter saves", async () => {
    const { onChange, onDone, key } = await show(field, 2);
    await key("4");
    await key("ArrowRight");
    await key("Enter");
    expect(onChange).toHaveBeenCalledWith(5);
    expect(onDone).toHaveBeenCalledWith("down");
  });

  it("a press on the star that is set clears it", async () => {
    const { onChange } = await show(field, 2);
    await act(async () => host.querySelectorAll<HTMLElement>(".field-star")[1]?.click());
    expect(onChange).toHaveBeenCalledWith(null);
  });
});

describe("the popover", () => {
  it("stays on the screen", () => {
    const viewport = { innerWidth: 400, innerHeight: 600 };
    expect(placeOf({ left: 50, top: 100, bottom: 132 }, 200, 300, viewport)).toEqual({ left: 50, top: 134 });
    expect(placeOf({ left: 350, top: 500, bottom: 532 }, 200, 300, viewport)).toEqual({ left: 192, top: 198 });
    expect(placeOf({ left: -90, top: 200, bottom: 232 }, 200, 500, viewport)).toEqual({ left: 8, top: 92 });
  });
});

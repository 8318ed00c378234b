// A file that comes again: the stock sheet is imported, changed in a workbook, and imported into the same table by item
// number; what will change is seen before, applied, and taken back by one undo. Then a sheet for a supplier: locked
// columns, drop-downs, sorted and added to there, matched by its hidden record ids here. PC and phone, zh and en.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { accessible, api, check, openPage, readWith, same, samples, shot } from "../harness.mjs";

const edit = (from, to, steps) => readWith("edit_workbook.py", from, to, JSON.stringify(steps));
const grid = (page) => page.getByTestId("grid");

async function table(server, base) {
  const view = await api(server, "GET", `/bases/${base}`);
  const [one] = view.tables;
  const window = await api(server, "GET", `/bases/${base}/tables/${one.id}/window?n=100`);
  const shown = one.fields.filter((field) => ["货号", "品名", "库存", "状态"].includes(field.name));
  const name = (field, cell) => field.options?.find((option) => option.id === cell)?.name ?? cell;
  const rows = window.records.map((_, at) =>
    Object.fromEntries(shown.map((field) => [field.name, name(field, window.columns[field.id][at])])),
  );
  return { rows, revision: window.revision };
}

const told = async (page, kind) => {
  await page.getByTestId(`told-${kind}`).waitFor();
  return Number((await page.getByTestId(`told-${kind}`).locator("b").textContent()).replaceAll(",", ""));
};

async function openImport(page, server, base, file) {
  await page.goto(`${server.url}/b/${base}`);
  await grid(page).waitFor();
  await page.getByTestId("import-file").setInputFiles(file);
  await page.getByTestId("into-diff").waitFor();
}

async function updateByItemNumber({ page, server, folder }) {
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(path.join(samples, "库存表.xlsx"));
  await page.getByTestId("confirm-import").click();
  await grid(page).waitFor();
  const base = new URL(page.url()).pathname.split("/")[2];
  const before = await table(server, base);
  check(before.rows.length > 3, "the stock was imported");

  const changed = path.join(folder, "stock-again.xlsx");
  const header = edit(path.join(samples, "库存表.xlsx"), changed, []).rows[0];
  const letter = (name) => String.fromCharCode(65 + header.indexOf(name));
  const added = header.map((name) => ({ 货号: "09999", 品名: "新手链", 库存: 77, 状态: "在售" })[name] ?? null);
  edit(path.join(samples, "库存表.xlsx"), changed, [
    ["set", `${letter("库存")}2`, 876],
    ["set", `${letter("库存")}3`, "缺货"],
    ["set", `${letter("品名")}3`, null],
    ["append", added],
    ["delete", 4],
  ]);
  await openImport(page, server, base, changed);
  same(await told(page, "changed"), 1, "one row changes");
  same(await told(page, "added"), 1, "one is added");
  same(await told(page, "problems"), 1, "a text is no number");
  same(await told(page, "missing"), 1, "one is not in the file");
  const diff = page.getByTestId("into-diff");
  check((await diff.innerText()).includes("876"), "the new value is shown");
  await page.waitForLoadState("networkidle");
  await shot(page, "14-diff-zh");
  await accessible(page, "the comparison");
  await page.getByTestId("told-problems").click();
  await diff.getByText("缺货").waitFor();
  check((await diff.innerText()).includes("第 3 行"), "the row of the file is named");
  await shot(page, "14-problems-zh");
  await page.getByTestId("confirm-import").click();
  await grid(page).waitFor();
  const after = await table(server, base);
  same(after.rows.length, before.rows.length + 1, "nothing was removed");
  same(after.rows[0].库存, 876, "the stock is new");
  same(after.rows[1], before.rows[1], "blanks and misfits leave what is there");
  same(after.rows.at(-1).货号, "09999", "codes keep their zeros");

  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^撤销/ }).first().click();
  await page.waitForFunction(
    ([n]) => document.querySelector("[data-testid=grid]")?.grid?.source.rowCount === n,
    [before.rows.length],
  );
  same((await table(server, base)).rows, before.rows, "one undo takes all of it back");

  await openImport(page, server, base, changed);
  await page.getByText("用了上次的对应").waitFor();
  await page.getByTestId("into-remove").click();
  await page.waitForFunction(() =>
    document.querySelector("[data-testid=confirm-import]")?.textContent?.includes("移除 1"),
  );
  return base;
}

async function supplierRoundTrip({ page, server, folder, base }) {
  await page.goto(`${server.url}/b/${base}`);
  await grid(page).waitFor();
  const before = await table(server, base);
  await page.getByRole("button", { name: "导出", exact: true }).click();
  await page.getByText("给供应商填写的表…").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("checkbox", { name: "库存", exact: true }).check();
  await dialog.getByRole("checkbox", { name: "状态", exact: true }).check();
  await dialog.getByRole("checkbox", { name: "对方可以在下面加新行" }).check();
  await shot(page, "14-fill-in-zh");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("make-fill-in").click()]);
  const sent = path.join(folder, "sent.xlsx");
  await download.saveAs(sent);

  const back = path.join(folder, "back.xlsx");
  const out = edit(sent, back, []);
  const header = out.rows[1];
  const letter = (name) => String.fromCharCode(65 + header.indexOf(name));
  check(out.is_protected, "the sheet is protected");
  same(out.open, [letter("库存"), letter("状态")].sort(), "only the chosen columns are open");
  same(out.hidden, ["A"], "the record ids are hidden");
  check(
    Object.values(out.choices).some((list) => list.includes("停售")),
    "the states drop down",
  );
  const n = before.rows.length;
  const added = header.map((name) => ({ 货号: "07777", 品名: "新耳环", 库存: 5 })[name] ?? null);
  edit(sent, back, [
    ["set", `${letter("库存")}3`, 4321],
    ["reverse", 3, 2 + n],
    ["delete", 3],
    ["append", added],
  ]);

  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(back);
  await page.getByTestId("into-diff").waitFor();
  same(await told(page, "changed"), 1, "the sorted row is found");
  same(await told(page, "added"), 1, "the added row is new");
  same(await told(page, "missing"), 1, "the deleted row is missed");
  same(await told(page, "problems"), 0, "and nothing is doubtful");
  await page.waitForLoadState("networkidle");
  await shot(page, "14-supplier-zh");
  await page.getByTestId("confirm-import").click();
  await grid(page).waitFor();
  const after = await table(server, base);
  same(after.rows[0].库存, 4321, "the first record has the supplier's number");
  same(after.rows.length, n + 1, "the missing one stays");
  return back;
}

async function onPhone({ browser, server, base, folder }) {
  const { page, faults, context } = await openPage(browser, {
    width: 390,
    height: 844,
    locale: "en-GB",
    touch: true,
    dark: true,
  });
  const file = path.join(folder, "phone.xlsx");
  const header = edit(path.join(samples, "库存表.xlsx"), file, []).rows[0];
  edit(path.join(samples, "库存表.xlsx"), file, [["set", `${String.fromCharCode(65 + header.indexOf("库存"))}2`, 12]]);
  await page.goto(`${server.url}/b/${base}`);
  await page.getByTestId("import-file").setInputFiles(file);
  await page.getByTestId("into-diff").waitFor();
  await told(page, "changed");
  await page.waitForLoadState("networkidle");
  await shot(page, "14-phone-mapping-en");
  await page.getByTestId("into-diff").scrollIntoViewIfNeeded();
  await shot(page, "14-phone-diff-en");
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  check(overflow <= 0, `nothing scrolls sideways: ${overflow}`);
  const body = await page.locator(".import-body").evaluate((one) => one.scrollWidth - one.clientWidth);
  check(body <= 0, `nor does the preview: ${body}`);
  same(faults, [], "the phone's page logs no errors");
  await context.close();
}

export async function journey({ browser, server }) {
  const folder = mkdtempSync(path.join(tmpdir(), "suanpan-into-"));
  const { page, faults } = await openPage(browser);
  const base = await updateByItemNumber({ page, server, folder });
  await supplierRoundTrip({ page, server, folder, base });
  await onPhone({ browser, server, base, folder });
  same(faults, [], "the page logs no errors");
}

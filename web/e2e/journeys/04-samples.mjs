// Every sample workbook, imported as people do and exported again: an independent reader finds the expected values,
// formulas stay formulas, also across sheets. One step takes an import back, undo brings it again.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { api, binary, check, openPage, readWith, same, samples, shot, shots } from "../harness.mjs";

const expected = readdirSync(path.join(samples, "expected")).map((name) =>
  JSON.parse(readFileSync(path.join(samples, "expected", name), "utf8")),
);

async function importFile(page, server, file) {
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(path.join(samples, file));
  await page.getByTestId("confirm-import").click();
  await page.getByTestId("grid").waitFor();
  return page.url().split("/b/")[1].split("/")[0];
}

const railItem = (page, name) => page.locator(".rail-item").filter({ hasText: name });
const rowCount = (page, n) =>
  page.waitForFunction((rows) => document.querySelector("[data-testid=grid]")?.grid?.source.rowCount === rows, n);

/** As the reader gives it: dates as day and midnight, pictures apart, blank as null. */
function plain(value) {
  if (typeof value === "string") return value.replace(/ 00:00:00$/, "");
  return value;
}

function compare(file, sheet, found) {
  const [header, ...rows] = found.values;
  same(rows.length, sheet.rows.length, `${file} ${sheet.name}: rows`);
  let nPictures = 0;
  for (const [n, row] of sheet.rows.entries()) {
    for (const [field, value] of Object.entries(row)) {
      const at = header.indexOf(field);
      check(at >= 0, `${file} ${sheet.name}: no column ${field}`);
      if (["图片", "细节图", "实拍"].includes(field)) nPictures += value;
      else same(plain(rows[n][at]) ?? null, value, `${file} ${sheet.name} row ${n + 1} ${field}`);
    }
  }
  check(found.pictures.length === nPictures, `${file}: ${found.pictures.length} pictures of ${nPictures}`);
  for (const field of Object.keys(sheet.formulas)) {
    const column = String.fromCharCode(65 + header.indexOf(field));
    const live = Object.keys(found.formulas).filter((cell) => new RegExp(`^${column}\\d+$`).test(cell));
    same(live.length, sheet.rows.length, `${file} ${sheet.name}: live formulas of ${field}`);
  }
}

export async function journey({ browser, server }) {
  const { page, faults } = await openPage(browser);
  for (const { file, sheets } of expected) {
    const base = await importFile(page, server, file);
    const last = sheets.at(-1);
    await railItem(page, last.name).click();
    await rowCount(page, last.rows.length);
    const out = path.join(shots, `${path.parse(file).name}.out.xlsx`);
    execFileSync(binary(), ["export", base, "-o", out, "--data", server.data]);
    const read = readWith("read_workbook.py", out);
    for (const sheet of sheets) compare(file, sheet, read.sheets[sheet.name]);
  }
  await acrossSheets(page, server);
  // Questions on their way: for a table that the undo has just taken back, for a preview that was just confirmed.
  const mistakes = faults.filter((fault) => !/ 404 .*(\/window\?|\/imports\/.*\/pictures\/)/.test(fault));
  same(mistakes, [], "the page logs no error");
}

/** A price changed in one table is the price in the other; one step takes the whole import back. */
async function acrossSheets(page, server) {
  const base = await importFile(page, server, "价目与订单.xlsx");
  const { tables } = await api(server, "GET", `/bases/${base}`);
  const [prices, orders] = ["价目表", "订单"].map((name) => tables.find((table) => table.name === name));
  await page.goto(`${server.url}/b/${base}/${prices.id}`);
  await rowCount(page, 12);
  await page.getByTestId("grid").evaluate((host) => {
    const col = host.grid.source.columns.findIndex((column) => column.title === "单价");
    host.grid.select({ row: 0, col });
    host.grid.focus();
  });
  await page.keyboard.type("8");
  await page.keyboard.press("Enter");
  await railItem(page, "订单").click();
  await rowCount(page, 24);
  const shows = (text) =>
    page.waitForFunction((wanted) => {
      const { source } = document.querySelector("[data-testid=grid]").grid;
      const col = source.columns.findIndex((column) => column.title === "金额");
      return col >= 0 && source.copyText(0, col) === wanted;
    }, text);
  await shows("80");
  await shot(page, "50-across-sheets-zh");
  await page.keyboard.press("ControlOrMeta+Z");
  await shows("68");

  await page.getByRole("toolbar").getByRole("button", { name: "历史" }).click();
  await page.getByRole("button", { name: "撤销 导入数据" }).click();
  await page.locator(".ant-modal-confirm-btns .ant-btn-primary").click();
  const names = async () => (await api(server, "GET", `/bases/${base}`)).tables.map(({ name }) => name);
  await railItem(page, "订单").waitFor({ state: "detached" });
  await page.waitForTimeout(400);
  await shot(page, "51-import-undone-zh");
  same(await names(), [], "one step back takes both tables");
  await page.keyboard.press("ControlOrMeta+Z");
  await railItem(page, "订单").waitFor();
  same(await names(), [prices.name, orders.name], "undo brings both again");
}

// A shop's own workbooks as templates: a quotation for one order, several at once as a zip, labels with barcodes for the
// selected goods, a template whose field was renamed. What comes out is read by openpyxl and LibreOffice. PC and phone,
// Chinese and English.
import { readFileSync } from "node:fs";
import path from "node:path";
import { accessible, api, check, openPage, readWith, same, samples, shot } from "../harness.mjs";

const GRID = "[data-testid=grid]";
const template = (name) => path.join(samples, "documents", `${name}.xlsx`);

async function makeBase(server) {
  const { id } = await api(server, "POST", "/bases", { name: "门店" });
  const send = (command) => api(server, "POST", `/bases/${id}/commands`, { command });
  const fill = async (name, fields, rows) => {
    await send({ kind: "create_table", name, fields });
    const table = (await api(server, "GET", `/bases/${id}`)).tables.find((one) => one.name === name);
    const records = rows.map((row) => ({
      cells: Object.fromEntries(row.map((cell, at) => [table.fields[at].id, cell])),
    }));
    await send({ kind: "create_records", table: table.id, records });
    return table;
  };
  const text = (name) => ({ name, type: "text" });
  const number = (name) => ({ name, type: "number" });
  const money = (name) => ({ name, type: "currency", code: "CNY", decimals: 2 });
  const link = (name, table, single) => ({ name, type: "link", table: table.id, single });
  const picture = async (n) => {
    const bytes = readFileSync(path.join(samples, "documents", `${n}.png`));
    const answer = await fetch(`${server.url}/api/v1/uploads?name=${n}.png&base=${id}`, {
      method: "POST",
      body: bytes,
    });
    return [await answer.json()];
  };
  const goods = await fill(
    "商品",
    [
      text("名称"),
      text("货号"),
      text("英文名"),
      { name: "条码", type: "barcode" },
      money("单价"),
      { name: "图片", type: "attachment" },
    ],
    [
      ["锆石戒指", "00123", "Zircon Ring", "4006381333931", 1.25, await picture("ring")],
      ["流苏耳环", "ER-88", "Tassel Earrings", "AB-2026", 18.8, await picture("earring")],
      ["珍珠项链", "NK-7", "Pearl Necklace", "6901234567892", 42, null],
    ],
  );
  const customers = await fill(
    "客户",
    [text("名称"), text("联系人"), text("电话"), text("地址")],
    [["顺达贸易行", "陈姐", "0579-85551234", "义乌国际商贸城"]],
  );
  const lines = await fill(
    "明细",
    [text("行"), link("商品", goods, true), number("数量"), number("单价")],
    [
      ["1", ["r1"], 120, 1.25],
      ["2", ["r2"], 36, 18.8],
      ["3", ["r3"], 10, 42],
    ],
  );
  const orders = await fill(
    "订单",
    [
      text("单号"),
      { name: "日期", type: "date" },
      link("客户", customers, true),
      link("明细", lines, false),
      money("合计"),
      text("备注"),
    ],
    [
      ["XS-001", "2026-11-20", ["r1"], ["r1", "r2", "r3"], 1246.8, "请用加厚纸箱"],
      ["XS-002", "2026-11-21", ["r1"], ["r2"], 676.8, null],
    ],
  );
  return { id, send, goods, orders, customers };
}

async function select(page, from, to) {
  await page.waitForFunction((selector) => document.querySelector(selector)?.grid?.source.rowCount > 0, GRID);
  await page.evaluate(
    ([selector, from, to]) => {
      const { grid } = document.querySelector(selector);
      grid.selection.set({ row: from, col: 0 });
      grid.selection.extend({ row: to, col: 0 });
      grid.selectionChanged();
    },
    [GRID, from, to],
  );
}

const openDocuments = (page, label) =>
  page.getByRole("toolbar").getByRole("button", { name: label, exact: true }).click();

async function upload(page, file) {
  await page.getByTestId("document-file").setInputFiles(file);
  await page.getByTestId("document").first().waitFor();
}

async function save(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  const file = await download.path();
  return { file, name: download.suggestedFilename() };
}

/** The file under a name without dashes, at which the readers cut. */
async function saveAs(page, button, folder) {
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  const file = path.join(folder, "document.xlsx");
  await download.saveAs(file);
  return { file, name: download.suggestedFilename() };
}

async function quotation({ page, server }) {
  await select(page, 0, 0);
  await openDocuments(page, "打印单据");
  await page.getByTestId("document-target").waitFor();
  await shot(page, "131-documents-empty-pc");
  await upload(page, template("报价单"));
  await shot(page, "132-documents-pc");
  await accessible(page, "132-documents-pc");
  await page.getByRole("button", { name: "预览和打印 报价单" }).click();
  const frame = page.frameLocator("[data-testid=document-page]");
  await frame.getByText("¥1,246.80").waitFor();
  await page.waitForTimeout(300);
  await shot(page, "133-document-preview-pc");
  await accessible(page, "133-document-preview-pc");
  // The page itself prints, nothing around it.
  const printed = await page.evaluate(() => {
    const inner = document.querySelector("[data-testid=document-page]").contentWindow;
    inner.print = () => {
      inner.wasPrinted = true;
    };
    document.querySelector("[data-testid=print-document]").click();
    return inner.wasPrinted === true;
  });
  check(printed, "the page in the frame is printed");
  await page.locator(".ant-modal-close").click();
  const { file, name } = await saveAs(page, page.getByRole("button", { name: "下载 Excel 报价单" }), server.data);
  same(name, "报价单-XS-001.xlsx", "named after its order");
  readQuotation(readWith("read_workbook.py", file));
}

function readQuotation({ sheets, office, recalculated }) {
  const sheet = sheets.报价单;
  same(sheet.values[6].slice(2), ["00123", "锆石戒指", 120, 1.25, 150], "the first line");
  same(sheet.values[9].slice(4), [166, null, 1246.8], "totals");
  same(sheet.formulas.G10, "=SUM(G7:G9)", "the total's formula covers all lines");
  same(sheet.pictures.length, 4, "logo, two goods, stamp");
  same(
    sheet.pictures.some(([row]) => row === 14),
    true,
    "the stamp moved down with its row",
  );
  same(sheet.validations, ['"月结,现结,定金"'], "the drop-down is kept");
  for (const [name, all] of Object.entries({ office, recalculated })) {
    const line = all.报价单.find((row) => row[0] === "合计");
    same([line[4], line[6]], ["166", "1246.8"], `${name}: totals`);
    same(all.汇总[0][1], "1246.8", `${name}: another sheet's reference`);
    check(
      all.报价单.some((row) => row[0] === "大写：壹仟贰佰肆拾陆元捌角整"),
      `${name}: the amount in capitals`,
    );
  }
}

async function several({ page }) {
  await select(page, 0, 1);
  await page.getByText("填 2 条记录").waitFor();
  const { file, name } = await save(page, page.getByRole("button", { name: "下载 2 份 Excel（zip） 报价单" }));
  check(name === "报价单.zip", `several are a zip: ${name}`);
  const bytes = readFileSync(file).toString("latin1");
  same(bytes.split("PK\u0003\u0004").length - 1 >= 2, true, "two files in it");
}

async function labels({ page, base, server }) {
  await page.goto(`${server.url}/b/${base.id}/${base.goods.id}`);
  await select(page, 0, 2);
  await openDocuments(page, "打印单据");
  await upload(page, template("标签"));
  await page.getByText("占位符").first().waitFor();
  await page.getByTestId("document").getByText("选中的记录合成一份").click();
  await page.waitForTimeout(300);
  await page.getByRole("button", { name: "预览和打印 标签" }).click();
  await page.frameLocator("[data-testid=document-page]").getByText("珍珠项链").waitFor();
  await page.waitForTimeout(300);
  await shot(page, "134-labels-preview-pc");
  await page.locator(".ant-modal-close").click();
  const { file } = await saveAs(page, page.getByRole("button", { name: "下载 Excel 标签" }), server.data);
  const { sheets } = readWith("read_workbook.py", file);
  same(sheets.标签.values[0], ["锆石戒指", "流苏耳环", "珍珠项链"], "side by side");
  same(
    sheets.标签.pictures.map(([row]) => row),
    [1, 1, 1],
    "three barcodes",
  );
}

async function renamed({ page, base, server }) {
  const phone = base.customers.fields.find((field) => field.name === "电话").id;
  await base.send({ kind: "update_field", table: base.customers.id, field: phone, name: "电话号" });
  await page.goto(`${server.url}/b/${base.id}/${base.orders.id}`);
  await select(page, 0, 0);
  await openDocuments(page, "打印单据");
  await page.getByText("您是不是想写 {{客户.电话号}}").waitFor();
  check(await page.getByRole("button", { name: "下载 Excel 报价单" }).isDisabled(), "not filled while it is wrong");
  await page.locator("summary", { hasText: "占位符怎么写" }).click();
  await page.getByRole("button", { name: "{{客户.电话号}}", exact: true }).waitFor();
  await shot(page, "135-document-problems-pc");
  await accessible(page, "135-document-problems-pc");
  await base.send({ kind: "update_field", table: base.customers.id, field: phone, name: "电话" });
  await page.reload();
}

async function onPhone({ browser, server, base }) {
  const { page, context, faults } = await openPage(browser, { width: 390, height: 844, touch: true, locale: "en" });
  await page.goto(`${server.url}/b/${base.id}/${base.orders.id}`);
  await page.locator(".record-card").first().click();
  await page.getByRole("button", { name: "Print a document" }).last().click();
  await page.getByText("Records to fill in: 1").waitFor();
  await shot(page, "136-documents-phone");
  await accessible(page, "136-documents-phone");
  await page.getByRole("button", { name: "Preview and print 报价单" }).click();
  await page.frameLocator("[data-testid=document-page]").getByText("¥1,246.80").waitFor();
  await page.waitForTimeout(300);
  await shot(page, "137-document-preview-phone");
  const [wide, all] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  check(wide <= all, `the page is ${wide} px wide on a screen of ${all}`);
  same(faults, [], "the phone page logs no error");
  await context.close();
}

export async function journey({ browser, server }) {
  const base = await makeBase(server);
  const { page, context, faults } = await openPage(browser);
  await page.goto(`${server.url}/b/${base.id}/${base.orders.id}`);
  await quotation({ page, server });
  await several({ page });
  await labels({ page, base, server });
  await renamed({ page, base, server });
  same(faults, [], "the page logs no error");
  await context.close();
  await onPhone({ browser, server, base });
}

// What went wrong is put right days later: a step of a program is looked into and taken back although a colleague changed
// some of it since, a cell's and a record's history are read, fields, tables and records come back from the trash, the
// table goes back to a moment, history is kept for as long as the owner wants. PC and phone, Chinese and English, dark.
import { accessible, api, check, openPage, same, shot } from "../harness.mjs";

async function makeBase(server) {
  const { id } = await api(server, "POST", "/bases", { name: "仓库" });
  const send = (command) => api(server, "POST", `/bases/${id}/commands`, { command });
  const fields = [
    { name: "品名", type: "text" },
    { name: "单价", type: "currency", code: "CNY", decimals: 2 },
    { name: "库存", type: "number" },
  ];
  await send({ kind: "create_table", name: "商品", fields });
  await send({ kind: "create_table", name: "旧表", fields: [{ name: "名", type: "text" }] });
  const [table] = (await api(server, "GET", `/bases/${id}`)).tables;
  const [name, price, stock] = table.fields.map((field) => field.id);
  const goods = [
    ["保温杯", 25.5, 120],
    ["雨伞", 15, 220],
    ["帆布袋", 6.8, 500],
  ];
  const records = goods.map(([a, b, c]) => ({ cells: { [name]: a, [price]: b, [stock]: c } }));
  const made = await send({ kind: "create_records", table: table.id, records });
  const ids = made.result.records;
  // A program raises all prices.
  const set = (pairs) =>
    send({
      kind: "set_cells",
      table: table.id,
      edits: pairs.map(([at, field, value]) => ({ record: ids[at], field, value })),
    });
  await set([
    [0, price, 99],
    [1, price, 99],
    [2, price, 99],
  ]);
  return { id, table: table.id, send, set, name, price, stock, ids };
}

const gridOf = (page) => page.locator("[data-testid=grid]");
const panel = (page) => page.locator(".panel");

async function column(page, col) {
  return gridOf(page).evaluate((root, at) => {
    const { source } = root.grid;
    return Array.from({ length: source.rowCount }, (_, row) => source.copyText(row, at));
  }, col);
}

async function until(page, col, expected, message) {
  let found = [];
  for (let tries = 0; tries < 80; tries += 1) {
    found = await column(page, col).catch(() => []);
    if (JSON.stringify(found) === JSON.stringify(expected)) return;
    await page.waitForTimeout(100);
  }
  same(found, expected, message);
}

/** A picture of what stands still. */
async function look(page, name) {
  await page.waitForTimeout(300);
  await shot(page, name);
}

async function clickCell(page, row, col) {
  const { x, y } = await gridOf(page).evaluate(
    (root, at) => {
      const rect = root.grid.clientRect(at);
      return { x: rect.left + rect.width / 2, y: rect.top + rect.height / 2 };
    },
    { row, col },
  );
  await page.mouse.click(x, y);
  return { x, y };
}

async function cellMenu(page, row, col, item) {
  const { x, y } = await clickCell(page, row, col);
  await page.mouse.click(x, y, { button: "right" });
  await page.getByRole("menuitem", { name: item }).click();
}

/** The step of the history with these words; opened. */
async function openStep(page, words) {
  const head = panel(page).locator(".history-head").filter({ hasText: words }).first();
  await head.click();
  return head.locator("xpath=ancestor::li");
}

async function confirm(page) {
  await page.locator(".ant-modal-confirm-btns .ant-btn-primary").click();
  await page.locator(".ant-modal-confirm").waitFor({ state: "hidden" });
}

/** A colleague, in his own browser, puts one of the prices right and gives a product a longer name. */
async function colleague(browser, server, id) {
  const { page, context } = await openPage(browser);
  await page.goto(`${server.url}/b/${id}`);
  await until(page, 1, ["99", "99", "99"], "the raised prices");
  for (const [row, col, text] of [
    [1, 1, "18"],
    [0, 0, "保温杯 500ml"],
  ]) {
    await clickCell(page, row, col);
    await page.keyboard.type(text);
    await page.keyboard.press("Enter");
  }
  await until(page, 1, ["99", "18", "99"], "his price");
  await until(page, 0, ["保温杯 500ml", "雨伞", "帆布袋"], "his name");
  await context.close();
}

async function takesBack(page) {
  await page.getByRole("button", { name: "历史", exact: true }).click();
  await panel(page).locator(".history-head", { hasText: "同事" }).nth(1).waitFor();
  const step = await openStep(page, "3 个单元格");
  await step.getByText("¥99.00").first().waitFor();
  await step.locator(".changes li", { hasText: "帆布袋" }).getByText("单价").waitFor();
  await look(page, "80-step-pc-zh");
  await accessible(page, "history");
  await step.getByRole("button", { name: "撤销这一步" }).click();
  const dialog = page.locator(".ant-modal-confirm");
  await dialog.getByText("改回 2 个单元格", { exact: true }).waitFor();
  await dialog.getByText("有 1 处后来又被修改过", { exact: false }).waitFor();
  await dialog.getByText("雨伞").waitFor();
  await look(page, "81-conflict-pc-zh");
  await dialog
    .getByRole("button", { name: "取消" })
    .or(dialog.getByRole("button", { name: "取 消" }))
    .click();
  await dialog.waitFor({ state: "hidden" });
  await until(page, 1, ["99", "18", "99"], "a question alone changes nothing");
  await step.getByRole("button", { name: "撤销这一步" }).click();
  await dialog.getByRole("button", { name: "保留后来的修改，撤销其余" }).click();
  await dialog.waitFor({ state: "hidden" });
  await until(page, 1, ["25.5", "18", "6.8"], "two prices are back, one stays");
  await step.getByText("这一步已经撤销。").waitFor();
}

async function readsOneCell(page) {
  await cellMenu(page, 0, 1, "单元格历史");
  const changes = panel(page).locator(".change");
  await changes.nth(1).waitFor();
  const read = async () => (await changes.allInnerTexts()).map((text) => text.replace(/\s+/g, ""));
  const both = ["¥99.00→¥25.50", "¥25.50→¥99.00"];
  same(await read(), both, "both sides of every change of this cell, and of no other");
  await look(page, "82-cell-pc-zh");
  await panel(page).getByRole("button", { name: "返回记录" }).click();
  const button = panel(page).getByRole("button", { name: "“单价”的历史" });
  await button.hover();
  await look(page, "82-record-pc-zh");
  await button.click();
  await changes.nth(1).waitFor();
  same(await read(), both, "the same from the record");
  // A step that is found here is taken back here; and again back.
  await panel(page).getByRole("button", { name: "撤销这一步" }).first().click();
  await page.locator(".ant-modal-confirm").getByText("改回 2 个单元格", { exact: true }).waitFor();
  await confirm(page);
  await until(page, 1, ["99", "18", "99"], "taking back is taken back");
  await panel(page).getByRole("button", { name: "撤销这一步" }).first().click();
  await confirm(page);
  await until(page, 1, ["25.5", "18", "6.8"], "and done again");
  await panel(page).getByRole("button", { name: "关闭" }).click();
}

async function trash(page, server, { id, table, stock, ids, send }) {
  await send({ kind: "delete_field", table, field: stock });
  const { tables } = await api(server, "GET", `/bases/${id}`);
  await send({ kind: "delete_table", table: tables.find((one) => one.name === "旧表").id });
  await send({ kind: "delete_records", table, records: [ids[1], ids[2]] });
  await page.locator(".rail").getByRole("button", { name: "回收站" }).click();
  await panel(page).getByText("还剩 30 天").nth(2).waitFor();
  await look(page, "83-trash-pc-zh");
  await accessible(page, "trash");
  const back = (name) =>
    panel(page)
      .getByRole("button", { name: `恢复 ${name}` })
      .click();
  await back("雨伞 等 2 条记录");
  await until(page, 0, ["保温杯 500ml", "雨伞", "帆布袋"], "the records are back in their places");
  await back("库存");
  await until(page, 2, ["120", "220", "500"], "the field is back with its cells");
  await back("旧表");
  await page.locator(".rail-item", { hasText: "旧表" }).waitFor();
  await panel(page).getByText("回收站是空的", { exact: false }).waitFor();
}

/** Even the last table comes back: where no table is, the trash is on the page. */
async function lastTable(page, server, { id, table, send }) {
  const { tables } = await api(server, "GET", `/bases/${id}`);
  for (const one of tables) await send({ kind: "delete_table", table: one.id });
  await page.getByRole("button", { name: "恢复 商品" }).waitFor();
  await look(page, "86-no-table-pc-zh");
  await page.getByRole("button", { name: "恢复 商品" }).click();
  await until(page, 1, ["25.5", "15", "6.8"], "the table is back with its records");
  const now = (await api(server, "GET", `/bases/${id}`)).tables;
  same(
    now.map((one) => one.id),
    [table],
    "the same table",
  );
}

async function goesBack(page) {
  await panel(page).getByText("本表").click();
  const step = await openStep(page, "新增记录");
  await step.getByRole("button", { name: "把本表恢复到这一刻" }).click();
  const dialog = page.locator(".ant-modal-confirm");
  await dialog.locator(".ant-modal-confirm-title", { hasText: "把本表恢复到“新增记录”之后" }).waitFor();
  await dialog.getByText("改回 2 个单元格", { exact: true }).waitFor();
  await look(page, "84-moment-pc-zh");
  await confirm(page);
  await until(page, 0, ["保温杯", "雨伞", "帆布袋"], "names as they were");
  await until(page, 1, ["25.5", "15", "6.8"], "prices as they were");
}

async function keeps(page, server, { id }) {
  await panel(page).getByText("全部").click();
  await panel(page).locator(".retention .ant-select").click();
  await page.locator(".ant-select-item-option").filter({ hasText: "180 天" }).click();
  await page.locator(".ant-modal-confirm").getByText("会被永久清除", { exact: false }).waitFor();
  await confirm(page);
  for (let tries = 0; tries < 50; tries += 1) {
    if ((await api(server, "GET", `/bases/${id}/retention`)).days === 180) break;
    await page.waitForTimeout(100);
  }
  same(await api(server, "GET", `/bases/${id}/retention`), { days: 180 }, "the setting is kept");
}

const WORDS = {
  "zh-CN": {
    history: "历史",
    all: "全部",
    trash: "回收站",
    take: "撤销这一步",
    back: "返回记录",
    record: "记录的历史",
  },
  en: {
    history: "History",
    all: "All",
    trash: "Trash",
    take: "Take this back",
    back: "Back to the record",
    record: "Record history",
  },
};

/** All of it looked at in one language, on one screen; nothing is changed. */
async function looksAround(browser, server, id, { locale, isPhone, dark = false }) {
  const size = isPhone ? { width: 390, height: 844, touch: true } : {};
  const { page, context } = await openPage(browser, { locale, dark, ...size });
  const words = WORDS[locale];
  const end = `${isPhone ? "phone" : "pc"}-${locale.slice(0, 2)}${dark ? "-dark" : ""}`;
  const fits = async (what) => {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    check(wide <= 0, `${what}: nothing is cut off (${end}, ${wide} px)`);
  };
  await page.goto(`${server.url}/b/${id}`);
  await page.getByRole("button", { name: words.history, exact: true }).waitFor();
  if (isPhone) await look(page, `85-table-${end}`);
  await page.getByRole("button", { name: words.history, exact: true }).click();
  await panel(page).getByText(words.all, { exact: true }).click();
  const step = await openStep(page, "商品");
  await step.locator(".history-body").waitFor();
  await look(page, `87-all-${end}`);
  await fits("all steps");
  await panel(page).getByText(words.trash, { exact: true }).click();
  await panel(page).locator(".trash-row").first().waitFor();
  await look(page, `88-trash-${end}`);
  await fits("the trash");
  await panel(page)
    .getByRole("button", { name: locale === "en" ? "Close" : "关闭" })
    .click();
  if (!isPhone) return context.close();
  await page.getByText("保温杯").first().click();
  await page.getByRole("button", { name: words.record }).waitFor();
  await look(page, `85-record-${end}`);
  await page.getByRole("button", { name: words.record }).click();
  await panel(page).locator(".change").first().waitFor();
  await look(page, `89-record-history-${end}`);
  await fits("a record's history");
  await panel(page).getByRole("button", { name: words.take }).first().click();
  await page.locator(".ant-modal-confirm-btns").waitFor();
  await look(page, `89-question-${end}`);
  await fits("the question");
  await context.close();
}

export async function journey({ browser, server }) {
  const shop = await makeBase(server);
  const opened = await openPage(browser);
  const { page } = opened;
  await page.goto(`${server.url}/b/${shop.id}`);
  await until(page, 1, ["99", "99", "99"], "the raised prices");
  await colleague(browser, server, shop.id);
  await takesBack(page);
  await readsOneCell(page);
  await trash(page, server, shop);
  await goesBack(page);
  await keeps(page, server, shop);
  await lastTable(page, server, shop);
  await shop.set([[0, shop.price, 26]]);
  await shop.set([[0, shop.name, "保温杯 500ml 不锈钢 双层真空 便携"]]);
  await shop.send({ kind: "delete_field", table: shop.table, field: shop.stock });
  await shop.send({ kind: "delete_records", table: shop.table, records: [shop.ids[1], shop.ids[2]] });
  for (const locale of ["zh-CN", "en"])
    for (const isPhone of [false, true]) await looksAround(browser, server, shop.id, { locale, isPhone });
  await looksAround(browser, server, shop.id, { locale: "zh-CN", isPhone: false, dark: true });
}

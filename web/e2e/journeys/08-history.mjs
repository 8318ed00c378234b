// What went wrong is put right days later: a step of somebody else is looked into and taken back although some of it was
// changed since, a cell's and a record's history are read, fields and tables come back from the trash, the table goes back
// to a moment, history is kept for as long as the owner wants. PC and phone, Chinese and English.
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
  // Somebody raises all prices; one of them is changed again later.
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
  await set([[1, price, 18]]);
  await set([[0, name, "保温杯 500ml"]]);
  return { id, table: table.id, send, price, stock };
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

async function cellMenu(page, row, col, item) {
  const { x, y } = await gridOf(page).evaluate(
    (root, at) => {
      const rect = root.grid.clientRect(at);
      return { x: rect.left + rect.width / 2, y: rect.top + rect.height / 2 };
    },
    { row, col },
  );
  await page.mouse.click(x, y);
  await page.mouse.click(x, y, { button: "right" });
  await page.getByRole("menuitem", { name: item }).click();
}

/** The step of the history with these words; opened. */
async function openStep(page, words) {
  const head = panel(page).locator(".history-head").filter({ hasText: words }).first();
  await head.click();
  return head.locator("xpath=..");
}

async function confirm(page) {
  await page.locator(".ant-modal-confirm-btns .ant-btn-primary").click();
  await page.locator(".ant-modal-confirm").waitFor({ state: "hidden" });
}

async function takesBack(page) {
  await page.getByRole("button", { name: "历史", exact: true }).click();
  const step = await openStep(page, "3 个单元格");
  await step.getByText("¥99.00").first().waitFor();
  await step.getByText("帆布袋 · 单价").waitFor();
  await page.waitForTimeout(300);
  await shot(page, "80-step-pc-zh");
  await accessible(page, "history");
  await step.getByRole("button", { name: "撤销这一步" }).click();
  const dialog = page.locator(".ant-modal-confirm");
  await dialog.getByText("改回 2 个单元格。").waitFor();
  await dialog.getByText("有 1 处后来又被修改过", { exact: false }).waitFor();
  await dialog.getByText("雨伞 · 单价").waitFor();
  await page.waitForTimeout(300);
  await shot(page, "81-conflict-pc-zh");
  await confirm(page);
  await until(page, 1, ["25.5", "18", "6.8"], "two prices are back, one stays");
  await step.getByText("这一步已经撤销。").waitFor();
}

async function readsOneCell(page) {
  await cellMenu(page, 0, 1, "单元格历史");
  const changes = panel(page).locator(".change");
  await changes.nth(1).waitFor();
  const texts = await changes.allInnerTexts();
  same(
    texts.map((text) => text.replace(/\s+/g, "")),
    ["¥99.00→¥25.50", "¥25.50→¥99.00"],
    "both sides of every change of this cell, and of no other",
  );
  await shot(page, "82-cell-pc-zh");
  await panel(page).getByRole("button", { name: "关闭" }).click();
}

async function trash(page, server, { id, table, stock, send }) {
  await send({ kind: "delete_field", table, field: stock });
  const { tables } = await api(server, "GET", `/bases/${id}`);
  await send({ kind: "delete_table", table: tables.find((one) => one.name === "旧表").id });
  await page.getByRole("button", { name: "历史", exact: true }).click();
  await panel(page).getByText("回收站").click();
  await panel(page).getByText("还剩 30 天").first().waitFor();
  await page.waitForTimeout(300);
  await shot(page, "83-trash-pc-zh");
  await panel(page).getByRole("button", { name: "恢复 库存" }).click();
  await until(page, 2, ["120", "220", "500"], "the field is back with its cells");
  await panel(page).getByRole("button", { name: "恢复 旧表" }).click();
  await page
    .getByRole("tab", { name: "旧表" })
    .or(page.locator(".rail-item", { hasText: "旧表" }))
    .first()
    .waitFor();
  await panel(page).getByText("回收站是空的", { exact: false }).waitFor();
}

async function goesBack(page) {
  await panel(page).getByText("本表").click();
  const step = await openStep(page, "新增记录");
  await step.getByRole("button", { name: "把本表恢复到这一刻" }).click();
  await page.locator(".ant-modal-confirm").getByText("改回 2 个单元格", { exact: false }).waitFor();
  await page.waitForTimeout(300);
  await shot(page, "84-moment-pc-zh");
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

async function inEnglishOnAPhone(browser, server, id) {
  const opened = await openPage(browser, { width: 390, height: 844, locale: "en", touch: true });
  const { page } = opened;
  await page.goto(`${server.url}/b/${id}`);
  await page.getByText("保温杯").first().click();
  await page.getByRole("button", { name: "History of the record" }).click();
  await panel(page).getByText("Restore to a moment", { exact: false }).first().waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(wide <= 0, `nothing is cut off on a phone (${wide} px)`);
  await page.waitForTimeout(300);
  await shot(page, "85-record-phone-en");
}

export async function journey({ browser, server }) {
  const shop = await makeBase(server);
  const opened = await openPage(browser);
  const { page } = opened;
  await page.goto(`${server.url}/b/${shop.id}`);
  await until(page, 1, ["99", "18", "99"], "the raised prices");
  await takesBack(page);
  await readsOneCell(page);
  await trash(page, server, shop);
  await goesBack(page);
  await keeps(page, server, shop);
  await inEnglishOnAPhone(browser, server, shop.id);
}

// Links between two tables: made in the dialogue as a two-way link, picked and created in the cell, looked through by
// a lookup and a rollup, a text column turned into a link. PC and phone, Chinese and English.
import { accessible, api, openPage, same, shot } from "../harness.mjs";

const GRID = "[data-testid=grid]";

async function makeBase(server) {
  const { id } = await api(server, "POST", "/bases", { name: "进销存" });
  const send = (command) => api(server, "POST", `/bases/${id}/commands`, { command });
  const tableOf = async (name) =>
    (await api(server, "GET", `/bases/${id}`)).tables.find((table) => table.name === name);
  const fill = async (name, fields, rows) => {
    await send({ kind: "create_table", name, fields });
    const table = await tableOf(name);
    const records = rows.map((row) => ({
      cells: Object.fromEntries(row.map((cell, at) => [table.fields[at].id, cell])),
    }));
    await send({ kind: "create_records", table: table.id, records });
    return table;
  };
  const goods = await fill(
    "商品",
    [
      { name: "品名", type: "text" },
      { name: "单价", type: "currency", code: "CNY", decimals: 2 },
    ],
    [
      ["不锈钢保温杯", 25.5],
      ["玻璃水杯", 8],
      ["折叠雨伞", 15],
    ],
  );
  const orders = await fill(
    "订单",
    [
      { name: "单号", type: "text" },
      { name: "货", type: "text" },
    ],
    [
      ["A1", "玻璃水杯"],
      ["A2", "玻璃水杯、折叠雨伞"],
      ["A3", "没有的货"],
    ],
  );
  return { id, goods, orders };
}

const cells = (page, title) =>
  page.evaluate(
    ([selector, title]) => {
      const { source } = document.querySelector(selector).grid;
      const col = source.columns.findIndex((column) => column.title === title);
      return Array.from({ length: source.rowCount }, (_, row) => source.copyText(row, col));
    },
    [GRID, title],
  );

async function until(page, title, expected) {
  let found = [];
  for (let tries = 0; tries < 80; tries += 1) {
    found = await cells(page, title).catch(() => []);
    if (JSON.stringify(found) === JSON.stringify(expected)) return;
    await page.waitForTimeout(100);
  }
  same(found, expected, title);
}

async function openCell(page, row, title) {
  await page.evaluate(
    ([selector, row, title]) => {
      const { grid } = document.querySelector(selector);
      const col = grid.source.columns.findIndex((column) => column.title === title);
      grid.scrollTo(row, col);
      grid.selection.set({ row, col });
      grid.selectionChanged();
      grid.focus();
    },
    [GRID, row, title],
  );
  await page.waitForTimeout(150);
  await page.keyboard.press("F2");
}

async function pick(page, label, option) {
  await page.locator(`.ant-select:has(input[aria-label="${label}"])`).last().click();
  await page
    .locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option")
    .filter({ hasText: new RegExp(`^${option}$`) })
    .last()
    .click();
}

async function addField(page, say, name, card, settle) {
  await page
    .getByRole("toolbar")
    .getByRole("button", { name: say("新增字段", "Add field"), exact: true })
    .click();
  await page.getByLabel(say("字段名", "Field name"), { exact: true }).fill(name);
  await typeCard(page, say, card).click();
  await settle();
  await page.getByTestId("save-field").click();
  await page.waitForFunction(
    ([selector, name]) => document.querySelector(selector).grid.source.columns.some((column) => column.title === name),
    [GRID, name],
  );
  await page.getByTestId("save-field").waitFor({ state: "detached" });
}

const typeCard = (page, say, card) =>
  page.getByRole("group", { name: say("类型", "Type") }).getByRole("button", { name: card, exact: true });

async function onPc({ browser, server, locale }) {
  const say = (zh, en) => (locale === "en" ? en : zh);
  const lang = say("zh", "en");
  const base = await makeBase(server);
  const { page, context, faults } = await openPage(browser, { locale });
  await page.goto(`${server.url}/b/${base.id}/${base.orders.id}`);
  await page.waitForFunction((selector) => document.querySelector(selector)?.grid?.source.rowCount === 3, GRID);

  // A text column becomes a link; the text that names nothing is shown before it is done, and stays.
  await page.evaluate((selector) => {
    const { grid } = document.querySelector(selector);
    grid.options.onHeaderMenu(1, grid.clientRect({ row: 0, col: 1 }));
  }, GRID);
  await page.getByRole("menuitem", { name: say("修改字段", "Edit field") }).click();
  await typeCard(page, say, say("关联", "Record link")).click();
  await pick(page, say("关联哪张表", "Table to link to"), "商品");
  await page.getByText(say("在“商品”里也显示（双向关联）", "Show it in “商品” too (two-way)")).click();
  await page.getByTestId("retype-samples").waitFor();
  same(await page.getByTestId("retype-samples").innerText(), "没有的货", "misfits are shown before");
  await page.waitForTimeout(300);
  await shot(page, `60-link-dialogue-pc-${lang}`);
  await accessible(page, "link dialogue");
  await page.getByTestId("save-field").click();
  await page.getByTestId("save-field").waitFor({ state: "detached" });
  await until(page, "货", ["玻璃水杯", "玻璃水杯, 折叠雨伞", "没有的货"]);

  // Picked by typing; a name that is not there makes a record.
  await openCell(page, 0, "货");
  const picker = page.getByTestId("link-picker");
  await picker.locator("input").fill("保温");
  await picker.getByRole("option", { name: "不锈钢保温杯" }).waitFor();
  await page.waitForTimeout(300);
  await shot(page, `61-link-picker-pc-${lang}`);
  await accessible(page, "link picker");
  await page.keyboard.press("Enter");
  await until(page, "货", ["玻璃水杯, 不锈钢保温杯", "玻璃水杯, 折叠雨伞", "没有的货"]);
  await picker.locator("input").fill("雨衣");
  await picker.getByRole("option", { name: say("新建“雨衣”", "Create “雨衣”") }).click();
  await until(page, "货", ["玻璃水杯, 不锈钢保温杯, 雨衣", "玻璃水杯, 折叠雨伞", "没有的货"]);
  await page.keyboard.press("Escape");

  await addField(page, say, "货价", say("查找引用", "Lookup"), () =>
    pick(page, say("取“商品”的哪个字段", "Which field of “商品”"), "单价"),
  );
  await until(page, "货价", ["¥8.00, ¥25.50", "¥8.00, ¥15.00", ""]);
  await addField(page, say, "合计", say("汇总", "Rollup"), async () => {
    await pick(page, say("取“商品”的哪个字段", "Which field of “商品”"), "单价");
    await page.waitForTimeout(600);
    await shot(page, `62-rollup-dialogue-pc-${lang}`);
    await accessible(page, "rollup dialogue");
  });
  await until(page, "合计", ["33.5", "23", "0"]);
  await page.waitForTimeout(400);
  await shot(page, `63-links-pc-${lang}`);

  // From the other side; deleting and taking back.
  await page.goto(`${server.url}/b/${base.id}/${base.goods.id}`);
  await page.waitForFunction((selector) => document.querySelector(selector)?.grid?.source.rowCount === 4, GRID);
  await until(page, "订单", ["A1", "A1, A2", "A2", "A1"]);
  await page.waitForTimeout(300);
  await shot(page, `64-mirror-pc-${lang}`);
  same(faults, [], "the page logs no errors");
  await context.close();
  return base;
}

async function onPhone({ browser, server, locale, base }) {
  const say = (zh, en) => (locale === "en" ? en : zh);
  const lang = say("zh", "en");
  const { page, context, faults } = await openPage(browser, { width: 390, height: 844, locale, touch: true });
  await page.goto(`${server.url}/b/${base.id}/${base.orders.id}`);
  const card = page.locator(".record-card").nth(1);
  await card.waitFor();
  await page.waitForTimeout(300);
  await shot(page, `65-links-phone-${lang}`);
  await card.click();
  const field = page.locator('.ant-select:has(input[aria-label="货"])');
  await field.waitFor();
  await field.click();
  await page.locator('input[aria-label="货"]').fill("保温");
  await page
    .locator(".ant-select-item-option")
    .filter({ hasText: /^不锈钢保温杯$/ })
    .first()
    .waitFor();
  await page.waitForTimeout(300);
  await shot(page, `66-link-picker-phone-${lang}`);
  await page
    .locator(".ant-select-item-option")
    .filter({ hasText: /^不锈钢保温杯$/ })
    .first()
    .click();
  const shown = async () =>
    (await api(server, "GET", `/bases/${base.id}/tables/${base.orders.id}/records/r2`)).cells[base.orders.fields[1].id];
  for (let tries = 0; tries < 50 && (await shown()).length < 3; tries += 1) await page.waitForTimeout(100);
  same(
    (await shown()).map((one) => one.text),
    ["玻璃水杯", "折叠雨伞", "不锈钢保温杯"],
    "a link picked on the phone",
  );
  same(faults, [], "the page logs no errors");
  await context.close();
}

export async function journey({ browser, server }) {
  for (const locale of ["zh-CN", "en"]) {
    const base = await onPc({ browser, server, locale });
    await onPhone({ browser, server, locale, base });
  }
}

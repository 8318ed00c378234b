// Every field type that stands on one record alone: made in the dialogue, edited in the grid, looked at on PC and
// phone; what does not fit is said before a type changes, and comes back as it was.
import { accessible, api, check, openPage, same, shot } from "../harness.mjs";

const GRID = "[data-testid=grid]";

/** What the grid shows in a cell, as assistive technology reads it. */
function cellText(page, row, title) {
  return page.evaluate(
    ([selector, row, title]) => {
      const { source } = document.querySelector(selector).grid;
      const col = source.columns.findIndex((column) => column.title === title);
      const model = source.cell(row, col);
      return model ? { text: source.copyText(row, col), kind: model.kind, tone: model.tone ?? null } : null;
    },
    [GRID, row, title],
  );
}

async function until(page, row, title, wanted) {
  const found = () => cellText(page, row, title).then((cell) => cell && JSON.stringify([cell.text, cell.kind]));
  const expected = JSON.stringify(wanted);
  for (let tries = 0; tries < 100; tries++) {
    if ((await found()) === expected) return;
    await page.waitForTimeout(50);
  }
  same(await found(), expected, `${title} in row ${row + 1}`);
}

async function select(page, row, title) {
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
  await page.waitForTimeout(80);
}

async function typeInto(page, row, title, text) {
  await select(page, row, title);
  await page.keyboard.type(text);
  await page.waitForTimeout(60);
  await page.keyboard.press("Enter");
}

async function press(page, row, title) {
  await select(page, row, title);
  await page.keyboard.press("Space");
}

async function addField(page, name, type, settle = async () => {}) {
  await page.getByRole("toolbar").getByRole("button", { name: "新增字段", exact: true }).click();
  await page.getByLabel("字段名").fill(name);
  await page.getByRole("group", { name: "类型" }).getByRole("button", { name: type, exact: true }).click();
  await settle();
  await page.getByTestId("save-field").click();
  await page.waitForFunction(
    ([selector, name]) => document.querySelector(selector).grid.source.columns.some((column) => column.title === name),
    [GRID, name],
  );
  await page.getByTestId("save-field").waitFor({ state: "detached" });
}

async function pick(page, label, option) {
  await page.getByRole("complementary").getByRole("combobox", { name: label }).click();
  await page.locator(".ant-select-item-option").filter({ hasText: option }).last().click();
}

/** Per type: name of its card, the field, what is typed into row 1, what the cell then holds and how it is drawn. */
const TYPED = [
  ["邮箱", "邮箱", "li@qianhai.example", ["li@qianhai.example", "text"]],
  ["条码", "条码", "6901234567892", ["6901234567892", "text"]],
  ["评分", "评分", "4", ["4", "rating"]],
  ["进度", "进度", "65", ["65%", "progress"]],
  ["时长", "工时", "1:30", ["1:30", "number"]],
  ["人员", "跟单", "小王", ["小王", "chips"]],
];

async function makeTable(server) {
  const { id: base } = await api(server, "POST", "/bases", { name: "类型" });
  const send = (command) => api(server, "POST", `/bases/${base}/commands`, { command });
  const made = await send({
    kind: "create_table",
    name: "出货单",
    fields: [
      { name: "品名", type: "text" },
      { name: "库存", type: "number", decimals: null, thousands: false, unit: "" },
      { name: "备用码", type: "text" },
    ],
  });
  const [table, [name, stock, code]] = [made.result.tables[0], made.result.fields];
  const rows = [
    ["锆石戒指", 10, "4006381333931"],
    ["珍珠耳钉", 5, "4006381333932"],
    ["收纳盒", 0, "96385075"],
  ];
  await send({
    kind: "create_records",
    table,
    records: rows.map(([a, b, c]) => ({ cells: { [name]: a, [stock]: b, [code]: c } })),
  });
  return { base, table };
}

export async function journey({ browser, server }) {
  const { base, table } = await makeTable(server);
  const { page, context, faults } = await openPage(browser);
  await page.goto(`${server.url}/b/${base}/${table}`);
  await page.waitForFunction((selector) => document.querySelector(selector)?.grid?.source.rowCount === 3, GRID);

  for (const [card, name, typed, wanted] of TYPED) {
    await addField(page, name, card, async () => {
      if (card === "时长") await shot(page, "50-duration-field-pc");
    });
    await typeInto(page, 0, name, typed);
    await until(page, 0, name, wanted);
  }
  // A wrong check digit is flagged and every digit stays; a mark off the scale does not go in.
  await typeInto(page, 1, "条码", "6901234567893");
  await until(page, 1, "条码", ["6901234567893", "text"]);
  same((await cellText(page, 1, "条码")).tone, "misfit", "a wrong check digit is flagged");
  await typeInto(page, 1, "工时", "很久");
  await until(page, 1, "工时", ["很久", "text"]);
  await select(page, 1, "评分");
  await page.keyboard.press("F2");
  await page.locator(".field-rating").waitFor();
  await shot(page, "51-rating-editor-pc");
  await accessible(page, "51-rating-editor-pc");
  await page.locator(".field-rating").getByRole("button", { name: "2", exact: true }).click();
  await until(page, 1, "评分", ["2", "rating"]);

  // What the system gives: existing records are filled, new ones get the next number.
  await addField(page, "单号", "自动编号", async () => {
    await page.getByRole("textbox", { name: "编号格式" }).fill("CK-{yyyyMM}-{0000}");
    await shot(page, "52-auto-number-field-pc");
    await accessible(page, "52-auto-number-field-pc");
  });
  const now = new Date();
  const month = `${now.getFullYear()}${String(now.getMonth() + 1).padStart(2, "0")}`;
  await until(page, 2, "单号", [`CK-${month}-0003`, "text"]);
  for (const given of ["创建时间", "修改时间", "创建人", "修改人"]) await addField(page, given, given);
  const before = (await cellText(page, 0, "创建时间")).text;
  check(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}/.test(before), `created time: ${before}`);
  await page.getByRole("toolbar").getByRole("button", { name: "新增一行", exact: true }).click();
  await page.waitForFunction((selector) => document.querySelector(selector).grid.source.rowCount === 4, GRID);
  await until(page, 3, "单号", [`CK-${month}-0004`, "text"]);
  check((await cellText(page, 3, "创建人")).text.startsWith("#"), "the maker of a new record is this browser");

  // Buttons: one adds, one sets; two presses count twice.
  await addField(page, "出库", "按钮", async () => {
    await page.getByRole("textbox", { name: "按钮上的字" }).fill("出库 1 件");
    await pick(page, "改哪个字段", "库存");
    await page.getByRole("spinbutton", { name: "加多少" }).fill("-1");
    await shot(page, "53-button-field-pc");
  });
  await press(page, 0, "出库");
  await press(page, 0, "出库");
  await until(page, 0, "库存", ["8", "number"]);
  await addField(page, "查价", "按钮", async () => {
    await page.getByRole("textbox", { name: "按钮上的字" }).fill("查价");
    await pick(page, "点一下就", "打开网页");
    await page.getByRole("textbox", { name: "网址" }).fill(`${server.url}/?q=[品名]`);
  });
  const opened = context.waitForEvent("page");
  await press(page, 0, "查价");
  const other = await opened;
  await other.waitForURL(/\?q=/);
  same(decodeURIComponent(other.url().split("?q=")[1]), "锆石戒指", "the button opens the page of its record");
  await other.close();

  // A change of type says first what would not fit, and what did not fit comes back.
  await page.evaluate((selector) => document.querySelector(selector).grid.scrollTo(0, 0), GRID);
  await retype(page, "备用码", "条码", async () => {
    await page.getByTestId("retype-samples").waitFor();
    same(
      await page.getByTestId("retype-samples").locator("li").allTextContents(),
      ["4006381333932", "96385075"],
      "first examples",
    );
    await shot(page, "54-retype-preview-pc");
    await accessible(page, "54-retype-preview-pc");
  });
  await until(page, 1, "备用码", ["4006381333932", "text"]);
  same((await cellText(page, 1, "备用码")).tone, "misfit", "kept as it was");
  await retype(page, "备用码", "文本");
  await until(page, 2, "备用码", ["96385075", "text"]);
  same((await cellText(page, 2, "备用码")).tone, null, "a text again");

  await shot(page, "55-field-types-pc");
  await page.evaluate((selector) => {
    const { grid } = document.querySelector(selector);
    grid.scrollTo(0, grid.source.columns.length - 1);
  }, GRID);
  await page.waitForTimeout(200);
  await shot(page, "56-field-types-right-pc");
  same(faults, [], "the page logs no error");
  await context.close();
  await onPhone(browser, server, base, table);
}

async function retype(page, name, type, settle = async () => {}) {
  await page.evaluate(
    ([selector, name]) => {
      const { grid } = document.querySelector(selector);
      const col = grid.source.columns.findIndex((column) => column.title === name);
      const rect = grid.clientRect({ row: 0, col });
      grid.options.onHeaderMenu(col, rect);
    },
    [GRID, name],
  );
  await page.getByRole("menuitem", { name: "修改字段" }).click();
  await page.getByRole("group", { name: "类型" }).getByRole("button", { name: type, exact: true }).click();
  await settle();
  await page.getByTestId("save-field").click();
  await page.getByTestId("save-field").waitFor({ state: "detached" });
}

async function onPhone(browser, server, base, table) {
  const { page, context, faults } = await openPage(browser, { width: 390, height: 844, touch: true });
  await page.goto(`${server.url}/b/${base}/${table}`);
  await page.locator(".record-card").first().waitFor();
  await shot(page, "57-field-types-cards-phone");
  await page.locator(".record-card").first().click();
  await page.getByRole("button", { name: "出库 1 件" }).waitFor();
  await shot(page, "58-field-types-record-phone");
  await accessible(page, "58-field-types-record-phone");
  await page.getByRole("button", { name: "出库 1 件" }).click();
  await page.getByRole("group", { name: "记录" }).getByRole("textbox").nth(1).waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll("aside input")].some((input) => input.value === "7"));
  await page.getByRole("button", { name: "出库 1 件" }).scrollIntoViewIfNeeded();
  await shot(page, "59-field-types-record-end-phone");
  await page.goto(`${server.url}/b/${base}/${table}`);
  await page.getByRole("toolbar").getByRole("button", { name: "新增字段", exact: true }).click();
  await page.getByRole("group", { name: "类型" }).getByRole("button", { name: "按钮", exact: true }).click();
  await shot(page, "60-field-types-dialogue-phone");
  await accessible(page, "60-field-types-dialogue-phone");
  const [wide, all] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  check(wide <= all, `the page is ${wide} px wide on a screen of ${all}`);
  same(faults, [], "the phone page logs no error");
  await context.close();
}

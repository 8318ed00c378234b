// The formula editor: found by pinyin, arguments shown while typing, a mistake mended with one click, the steps of a
// result, LET and fields along links, all functions listed. PC and phone, Chinese and English.
import { accessible, api, check, openPage, same, shot } from "../harness.mjs";

const GRID = "[data-testid=grid]";

async function makeBase(server) {
  const { id } = await api(server, "POST", "/bases", { name: "订单" });
  const send = (command) => api(server, "POST", `/bases/${id}/commands`, { command });
  const fill = async (name, fields, rows) => {
    await send({ kind: "create_table", name, fields });
    const { tables } = await api(server, "GET", `/bases/${id}`);
    const table = tables.find((table) => table.name === name);
    const records = rows.map((row) => ({
      cells: Object.fromEntries(row.map((cell, at) => [table.fields[at].id, cell])),
    }));
    await send({ kind: "create_records", table: table.id, records });
    return table;
  };
  const suppliers = await fill(
    "供应商",
    [
      { name: "名称", type: "text" },
      { name: "联系电话", type: "text" },
    ],
    [
      ["义乌永发", "0579-85550001"],
      ["浦江水晶厂", "0579-84110002"],
    ],
  );
  const orders = await fill(
    "订单",
    [
      { name: "单号", type: "text" },
      { name: "单价", type: "currency", code: "CNY", decimals: 2 },
      { name: "数量", type: "number" },
      { name: "供应商", type: "link", table: suppliers.id, single: true },
    ],
    [
      ["A1", 25.5, 40, ["义乌永发"]],
      ["A2", 8, 12, ["浦江水晶厂"]],
    ],
  );
  return { id, orders };
}

async function until(page, title, expected) {
  let found = [];
  for (let tries = 0; tries < 80; tries++) {
    found = await page.evaluate(
      ([selector, title]) => {
        const { source } = document.querySelector(selector).grid;
        const col = source.columns.findIndex((column) => column.title === title);
        return Array.from({ length: source.rowCount }, (_, row) => source.copyText(row, col));
      },
      [GRID, title],
    );
    if (JSON.stringify(found) === JSON.stringify(expected)) return;
    await page.waitForTimeout(50);
  }
  same(found, expected, title);
}

async function newFormula(page, words, name) {
  await page.getByRole("toolbar").getByRole("button", { name: words.add, exact: true }).click();
  await page.getByLabel(words.field).fill(name);
  await page.getByRole("button", { name: words.formula, exact: true }).click();
  const editor = page.getByTestId("formula-editor").getByRole("textbox");
  await editor.click();
  return editor;
}

const ZH = { add: "新增字段", field: "字段名", formula: "公式", steps: "分步计算", format: "排版", all: "函数大全" };
const EN = {
  add: "Add field",
  field: "Field name",
  formula: "Formula",
  steps: "Step by step",
  format: "Format",
  all: "All functions",
};

/** The list of completions takes no key in its first moments, so that nobody picks what they have not seen. */
async function settle(page) {
  await page.waitForTimeout(200);
}

async function put(page, text) {
  await page.keyboard.press("Escape");
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(text);
}

async function onDesktop(browser, server, base, table) {
  const { page, context, faults } = await openPage(browser);
  await page.goto(`${server.url}/b/${base}/${table}`);
  await page.waitForFunction((grid) => document.querySelector(grid)?.grid?.source.rowCount === 2, GRID);
  await newFormula(page, ZH, "金额");

  // The field is found by the initials of its pinyin.
  await page.keyboard.type("dj");
  await page.getByRole("option", { name: "[单价]" }).waitFor();
  await shot(page, "80-formula-pinyin-zh");
  await settle(page);
  await page.keyboard.press("Enter");
  await page.keyboard.type("*sl");
  await page.getByRole("option", { name: "[数量]" }).waitFor();
  await settle(page);
  await page.keyboard.press("Enter");
  await page.getByTestId("live-value").getByText("1020").waitFor();

  // Which argument comes next.
  await put(page, "ROUND([单价]*[数量],");
  await page.getByTestId("formula-call").getByText("位数").waitFor();
  same(
    await page.getByTestId("formula-call").locator(".strong").textContent(),
    "位数",
    "the second argument is strong",
  );
  await shot(page, "81-formula-call-zh");

  // A mistake is mended with one click.
  await put(page, "[单加]*[数量]");
  await page.getByRole("button", { name: "改成 [单价]" }).click();
  await page.getByTestId("live-value").getByText("1020").waitFor();

  // LET, laid out over several lines, and how the result comes about.
  await put(page, "LET(金额,[单价]*[数量],折扣,IF(金额>1000,0.95,1),ROUND(金额*折扣,2)) /* 满一千打九五折 */");
  await page.getByTestId("live-value").getByText("969").waitFor();
  await page.getByRole("button", { name: ZH.format }).click();
  await page.getByRole("button", { name: ZH.steps }).click();
  await page.getByTestId("formula-steps").getByText("IF(金额>1000,0.95,1)", { exact: true }).waitFor();
  await shot(page, "82-formula-steps-zh");
  await accessible(page, "82-formula-steps-zh");
  await page.getByTestId("save-field").click();
  await until(page, "金额", ["969", "96"]);

  // A field of the linked record.
  await newFormula(page, ZH, "电话");
  await put(page, "[供应商].[联系电话]");
  await page.getByTestId("live-value").getByText("0579-85550001").waitFor();
  await page.getByTestId("save-field").click();
  await until(page, "电话", ["0579-85550001", "0579-84110002"]);

  // All functions, searched by what they do.
  await newFormula(page, ZH, "大写");
  await page.getByRole("button", { name: ZH.all }).click();
  await page.getByRole("textbox", { name: /个函数里找/ }).fill("大写");
  await page.getByRole("button", { name: /RMB\.UPPER/ }).click();
  await page.keyboard.type("[金额]");
  await page.getByTestId("live-value").getByText("玖佰陆拾玖元整").waitFor();
  await shot(page, "83-formula-functions-zh");
  await page.getByTestId("save-field").click();
  await until(page, "大写", ["玖佰陆拾玖元整", "玖拾陆元整"]);
  same(faults, [], "the page logs no error");
  await context.close();
}

async function onPhone(browser, server, base, table) {
  const { page, context, faults } = await openPage(browser, { width: 390, height: 844, touch: true, locale: "en" });
  await page.goto(`${server.url}/b/${base}/${table}`);
  await page.getByRole("toolbar").waitFor();
  await newFormula(page, EN, "Double");
  await page.keyboard.insertText("[单价]*2");
  await page.getByTestId("live-value").getByText("51").waitFor();
  await page.getByRole("button", { name: EN.steps }).click();
  await page.getByTestId("formula-steps").waitFor();
  await shot(page, "84-formula-phone-en");
  await accessible(page, "84-formula-phone-en");
  const [wide, all] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  check(wide <= all, `the page is ${wide} px wide on a screen of ${all}`);
  same(faults, [], "the phone page logs no error");
  await context.close();
}

export async function journey({ browser, server }) {
  const { id, orders } = await makeBase(server);
  await onDesktop(browser, server, id, orders.id);
  await onPhone(browser, server, id, orders.id);
}

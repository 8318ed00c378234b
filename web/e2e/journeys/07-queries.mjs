// Asking of a table what a shop owner asks: filters in groups, groups with sums that fold away, sorting by several
// fields, finding by pinyin. The view remembers all of it. PC and phone, Chinese and English.
import { readFileSync } from "node:fs";
import path from "node:path";
import { api, check, openPage, root, same, shot } from "../harness.mjs";

const axe = readFileSync(path.join(root, "web", "node_modules", "axe-core", "axe.min.js"), "utf8");

const KINDS = ["杯具", "包袋", "雨具"];
const ROWS = [
  ["不锈钢保温杯 500ml", "杯具", 25.5, 120, -1, true],
  ["玻璃水杯", "杯具", 8, 300, -40, true],
  ["保溫杯蓋", "杯具", 2.5, 1000, -3, false],
  ["帆布袋 大号", "包袋", 6.8, 500, -400, true],
  ["帆布袋 中号", "包袋", 5.2, 0, -2, false],
  ["双肩包", "包袋", 45, 60, 0, true],
  ["折叠雨伞", "雨具", 15, 220, -10, true],
  ["雨衣 A10", "雨具", 12, 80, 0, true],
  ["雨衣 A2", "雨具", 9.9, 90, -200, null],
  ["钥匙扣", null, 1.2, 5000, -1, true],
];

const day = (later) => new Date(Date.now() + later * 86_400_000).toISOString().slice(0, 10);

async function makeBase(server) {
  const { id } = await api(server, "POST", "/bases", { name: "选品" });
  const send = (command) => api(server, "POST", `/bases/${id}/commands`, { command });
  const options = KINDS.map((name, color) => ({ name, color }));
  await send({
    kind: "create_table",
    name: "商品",
    fields: [
      { name: "品名", type: "text" },
      { name: "分类", type: "select", options },
      { name: "单价", type: "currency", code: "CNY", decimals: 2 },
      { name: "库存", type: "number" },
      { name: "到货", type: "date" },
      { name: "在售", type: "checkbox" },
    ],
  });
  const [table] = (await api(server, "GET", `/bases/${id}`)).tables;
  const at = (name) => table.fields.find((field) => field.name === name);
  const kind = (name) => at("分类").options.find((option) => option.name === name)?.id ?? null;
  const records = ROWS.map(([name, of, price, stock, later, isSold]) => ({
    cells: {
      [at("品名").id]: name,
      [at("分类").id]: kind(of),
      [at("单价").id]: price,
      [at("库存").id]: stock,
      [at("到货").id]: day(later),
      [at("在售").id]: isSold,
    },
  }));
  await send({ kind: "create_records", table: table.id, records });
  return { id, table, at, kind, send };
}

/** A picture when everything rests, and the rules that axe calls serious or critical. */
async function look(page, name) {
  await page.waitForTimeout(400);
  await shot(page, name);
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
  const serious = found.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  same(
    serious.map(({ id, nodes }) => [id, nodes.slice(0, 2).map(({ html }) => html.slice(0, 160))]),
    [],
    `${name}: accessibility`,
  );
}

/** What the grid shows, heads included. */
function shown(page) {
  return page.evaluate(() => {
    const { source } = document.querySelector("[data-testid=grid]").grid;
    return Array.from({ length: source.rowCount }, (_, row) => {
      const head = source.groupAt(row);
      return head ? `${"#".repeat(head.depth + 1)} ${head.label} ${head.count}` : source.copyText(row, 0);
    });
  });
}

async function until(page, expected, message) {
  let found = [];
  for (let tries = 0; tries < 60; tries += 1) {
    found = await shown(page).catch(() => []);
    if (JSON.stringify(found) === JSON.stringify(expected)) return;
    await page.waitForTimeout(100);
  }
  same(found, expected, message);
}

/** Chooses in the n-th (from the end: -1) select with this label. */
async function pick(page, label, option, nth = -1) {
  const selects = page.locator(`.ant-select:has(input[aria-label="${label}"])`);
  const box = nth < 0 ? selects.last() : selects.nth(nth);
  await box.click();
  await page
    .locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option")
    .filter({ hasText: new RegExp(`^${option.replace(/[()]/g, "\\$&")}$`) })
    .last()
    .click();
}

const tool = (page, name) => page.locator(".toolbar").getByRole("button", { name: new RegExp(`^${name}`) });

async function filtering(page, say) {
  await tool(page, say("筛选", "Filter")).click();
  const add = () => page.getByRole("button", { name: say("添加条件", "Add condition"), exact: true });
  await add().first().click();
  await pick(page, say("字段", "Field"), "库存");
  await pick(page, say("条件", "Condition"), say("在区间内", "is between"));
  await page.getByLabel(say("从", "From"), { exact: true }).fill("60");
  await page.getByLabel(say("到", "To"), { exact: true }).fill("600");
  await until(
    page,
    ["不锈钢保温杯 500ml", "玻璃水杯", "帆布袋 大号", "双肩包", "折叠雨伞", "雨衣 A10", "雨衣 A2"],
    "stock between",
  );
  // …and (a cup, or arrived within the last seven days).
  await page.getByRole("button", { name: say("添加条件组", "Add group"), exact: true }).click();
  await pick(page, say("条件", "Condition"), say("开头是", "starts with"));
  await page.getByLabel(say("值", "Value"), { exact: true }).last().fill("玻璃");
  await add().first().click();
  await pick(page, say("字段", "Field"), "到货");
  await pick(page, say("日期", "Date"), say("最近 N 天", "last N days"));
  await until(page, ["不锈钢保温杯 500ml", "玻璃水杯", "双肩包", "雨衣 A10"], "a group of conditions");
  await look(page, say("70-filter-pc-zh", "70-filter-pc-en"));
  await page.keyboard.press("Escape");
}

async function grouping(page, say) {
  await tool(page, say("分组", "Group")).click();
  await page.getByRole("button", { name: say("添加分组", "Add grouping") }).click();
  await pick(page, `${say("汇总", "Summaries")} 库存`, say("求和", "Sum"));
  await pick(page, `${say("汇总", "Summaries")} 单价`, say("中位数", "Median"));
  const rows = (n) => say(`${n} 行`, `${n}`);
  const all = [
    `# 杯具 ${rows(3)}`,
    "不锈钢保温杯 500ml",
    "玻璃水杯",
    "保溫杯蓋",
    `# 包袋 ${rows(3)}`,
    "帆布袋 大号",
    "帆布袋 中号",
    "双肩包",
    `# 雨具 ${rows(3)}`,
    "折叠雨伞",
    "雨衣 A10",
    "雨衣 A2",
    `# ${say("（空白）", "(blank)")} ${rows(1)}`,
    "钥匙扣",
  ];
  await until(page, all, "groups");
  await look(page, say("71-group-tool-pc-zh", "71-group-tool-pc-en"));
  await page.keyboard.press("Escape");
  const values = await page.evaluate(() => {
    const { source } = document.querySelector("[data-testid=grid]").grid;
    return [...source.groupAt(0).values.values()];
  });
  check(
    values.some((value) => value.includes("1,420") || value.includes("1420")),
    `the sum of a group: ${values}`,
  );
  const footer = await page.locator(".footer").innerText();
  check(/7,?370/.test(footer), `the sum of all: ${footer}`);
  // A head folds its rows away; a hit in it opens it again.
  const box = await page.getByTestId("grid").boundingBox();
  await page.mouse.click(box.x + 200, box.y + 36 + 16);
  await until(page, [all[0], ...all.slice(4)], "a collapsed group");
  await look(page, say("72-groups-pc-zh", "72-groups-pc-en"));
  return all;
}

async function finding(page, say, all) {
  await page.getByTestId("grid").click({ position: { x: 200, y: 36 + 32 * 3 + 16 } });
  await page.keyboard.press("Control+f");
  const input = page.getByLabel(say("在表中查找", "Find in the table"));
  await input.fill("bwb");
  const count = page.locator(".find-count");
  await page.waitForFunction(() => /2/.test(document.querySelector(".find-count")?.textContent ?? ""));
  await until(page, all, "the group of the hit is open");
  const active = () =>
    page.evaluate(() => {
      const { grid } = document.querySelector("[data-testid=grid]");
      const { row, col } = grid.selection.active;
      return grid.cellAt(row, col);
    });
  const first = await active();
  await page.waitForTimeout(600);
  const asked = [];
  page.on("request", (request) => request.url().includes("/find?") && asked.push(request.url()));
  await page.waitForTimeout(600);
  same(asked, [], "a find that rests asks for nothing");
  same(
    await page.evaluate(() => {
      const { source } = document.querySelector("[data-testid=grid]").grid;
      return Array.from({ length: source.rowCount }, (_, row) => row).filter((row) => source.isHit(row, 0));
    }),
    [1, 3],
    "the cells that are marked",
  );
  await look(page, say("73-find-pc-zh", "73-find-pc-en"));
  await input.press("Enter");
  await page.waitForFunction((before) => {
    const { grid } = document.querySelector("[data-testid=grid]");
    const { row, col } = grid.selection.active;
    return grid.cellAt(row, col) !== before;
  }, first);
  same([first, await active()].sort(), ["不锈钢保温杯 500ml", "保溫杯蓋"].sort(), "hits");
  await page.getByText(say("只看找到的行", "Only rows with a hit")).click();
  await until(page, ["不锈钢保温杯 500ml", "保溫杯蓋"], "only rows with a hit");
  check((await count.innerText()).includes("2"), "the count of rows");
  await input.press("Escape");
  await until(page, all, "closed");
}

async function onPc({ browser, server, locale }) {
  const say = (zh, en) => (locale === "en" ? en : zh);
  const base = await makeBase(server);
  const { page, context, faults } = await openPage(browser, { width: 1440, height: 900, locale });
  const open = async () => {
    await page.goto(`${server.url}/b/${base.id}/${base.table.id}`);
    await page.getByTestId("grid").waitFor();
  };
  await open();
  await filtering(page, say);
  await open();
  await until(page, ["不锈钢保温杯 500ml", "玻璃水杯", "双肩包", "雨衣 A10"], "the view remembers its filter");
  await tool(page, say("筛选", "Filter")).click();
  await page.getByRole("button", { name: say("清空", "Clear"), exact: true }).click();
  await until(
    page,
    ROWS.map(([name]) => name),
    "no filter",
  );
  await page.keyboard.press("Escape");
  // By the name descending: numbers inside a text by their value.
  await tool(page, say("排序", "Sort")).click();
  await page.getByRole("button", { name: say("添加排序", "Add sort") }).click();
  await until(
    page,
    [
      "保溫杯蓋",
      "玻璃水杯",
      "不锈钢保温杯 500ml",
      "帆布袋 大号",
      "帆布袋 中号",
      "双肩包",
      "钥匙扣",
      "雨衣 A2",
      "雨衣 A10",
      "折叠雨伞",
    ],
    "by pinyin, numbers naturally",
  );
  await look(page, say("74-sort-pc-zh", "74-sort-pc-en"));
  await page.getByRole("button", { name: say("清空", "Clear"), exact: true }).click();
  await page.keyboard.press("Escape");
  const all = await grouping(page, say);
  await finding(page, say, all);
  await open();
  await until(page, all, "the view remembers its groups");
  same(faults, [], "the page logs no errors");
  await context.close();
  return base;
}

async function onPhone({ browser, server, locale, base }) {
  const say = (zh, en) => (locale === "en" ? en : zh);
  const { page, context, faults } = await openPage(browser, { width: 390, height: 844, locale, touch: true });
  await page.goto(`${server.url}/b/${base.id}/${base.table.id}`);
  const head = page.locator(".group-card").first();
  await head.waitFor();
  await page.waitForTimeout(300);
  await look(page, say("75-groups-phone-zh", "75-groups-phone-en"));
  const cards = page.locator(".record-card:not(.group-card)");
  const before = await cards.count();
  await head.click();
  await page.waitForFunction((n) => document.querySelectorAll(".record-card:not(.group-card)").length < n, before);
  same(await head.getAttribute("aria-expanded"), "false", "a collapsed group says so");
  await head.click();
  await page.locator(".phone-bar").getByText(say("查找", "Find")).click();
  await page.getByLabel(say("在表中查找", "Find in the table")).fill("fbd");
  await page.waitForFunction(() => document.querySelectorAll(".record-card").length === 2);
  await look(page, say("76-find-phone-zh", "76-find-phone-en"));
  await page.getByRole("button", { name: say("关闭查找", "Close find") }).click();
  await tool(page, say("分组", "Group")).click();
  await page.waitForTimeout(400);
  await look(page, say("77-group-tool-phone-zh", "77-group-tool-phone-en"));
  await page.keyboard.press("Escape");
  await page.waitForTimeout(300);
  await tool(page, say("筛选", "Filter")).click();
  await page.getByRole("button", { name: say("添加条件", "Add condition"), exact: true }).click();
  await page.getByRole("button", { name: say("添加条件组", "Add group"), exact: true }).click();
  await page.waitForTimeout(400);
  await look(page, say("78-filter-phone-zh", "78-filter-phone-en"));
  same(faults, [], "the page logs no errors");
  await context.close();
}

export async function journey({ browser, server }) {
  for (const locale of ["zh-CN", "en"]) {
    const base = await onPc({ browser, server, locale });
    await onPhone({ browser, server, locale, base });
  }
}

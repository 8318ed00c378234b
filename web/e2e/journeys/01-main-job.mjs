// The main job, end to end: import the messy jewellery quotation, add a formula and two AI fields, edit a price,
// export, and let independent readers say what the file holds. Screenshots on the way, PC and phone, zh and en.
import path from "node:path";
import { api, check, openPage, readWith, same, samples, shot, shots } from "../harness.mjs";

const grid = (page) => page.getByTestId("grid");
/** What the grid shows at a row and column title. */
const cellText = (page, row, title) =>
  grid(page).evaluate(
    (host, [r, name]) => {
      const { source } = host.grid;
      return source.copyText(
        r,
        source.columns.findIndex((column) => column.title === name),
      );
    },
    [row, title],
  );
async function selectCell(page, row, title) {
  await grid(page).evaluate(
    (host, [r, name]) => {
      const at = host.grid.source.columns.findIndex((column) => column.title === name);
      host.grid.scrollTo(r, at);
      host.grid.select({ row: r, col: at });
      host.grid.focus();
    },
    [row, title],
  );
}

async function addField(page, open) {
  await page.getByRole("toolbar").getByRole("button", { name: "新增字段", exact: true }).click();
  await open();
  await page.getByTestId("save-field").click();
}

export async function journey({ browser, server, model }) {
  await api(server, "PUT", "/providers/scripted", {
    preset: "custom",
    base_url: model.url,
    model: "scripted",
    key: "k",
    price_in: 2,
    price_out: 8,
    currency: "CNY",
  });
  await api(server, "PUT", "/providers/default", { name: "scripted" });
  const { page, faults } = await openPage(browser);

  await page.goto(server.url);
  await page.getByRole("heading", { name: /把 Excel/ }).waitFor();
  await shot(page, "01-start-zh");
  await page.getByTestId("file-input").setInputFiles(path.join(samples, "饰品报价单.xlsx"));
  await page.getByTestId("confirm-import").waitFor();
  await page.waitForLoadState("networkidle");
  await shot(page, "02-preview-zh");
  check(await page.getByText("义乌市晶彩饰品有限公司").isVisible(), "the title lines are shown");
  await page.getByTestId("confirm-import").click();
  await grid(page).waitFor();
  await page.waitForFunction(() => document.querySelector("[data-testid=grid]")?.grid?.source.rowCount === 12);
  await page.waitForTimeout(600);
  await shot(page, "03-table-zh");
  same(await cellText(page, 0, "货号"), "00127", "leading zeros are kept");
  same(await cellText(page, 0, "金额"), "816", "the filled-down formula is a formula field");

  // A formula field by typing, with a mistake underlined first.
  await addField(page, async () => {
    await page.getByLabel("字段名").fill("箱数");
    await page.getByRole("button", { name: "公式", exact: true }).click();
    const editor = page.getByTestId("formula-editor").getByRole("textbox");
    await editor.click();
    await page.keyboard.type("[数量]/[装箱");
    await page
      .getByText(/没有字段|是不是/)
      .first()
      .waitFor();
    await shot(page, "04-formula-mistake-zh");
    await page.keyboard.press("Escape");
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.insertText("ROUND([数量]/[包装/装箱数],2)");
    await page.getByTestId("live-value").waitFor();
    await shot(page, "05-formula-zh");
  });
  await page.waitForFunction(() =>
    document.querySelector("[data-testid=grid]").grid.source.columns.some((column) => column.title === "箱数"),
  );
  await page.waitForTimeout(300);
  same(await cellText(page, 0, "箱数"), "0.2", "120 / 600");

  // Two AI fields against the scripted model.
  for (const [card, name] of [
    ["AI 翻译", "英文名"],
    ["AI 图片提示词", "图片提示词"],
  ]) {
    await addField(page, async () => {
      await page.getByLabel("字段名").fill(name);
      await page.getByRole("button", { name: card }).click();
      await page.getByTestId("live-value").waitFor();
      if (name === "英文名") await shot(page, "06-ai-field-zh");
    });
    const runButton = page.getByTestId("run-ai");
    await runButton.waitFor();
    await page.getByText("要问模型").waitFor();
    await shot(page, `07-ai-price-${name === "英文名" ? "translate" : "prompt"}-zh`);
    await runButton.click();
    await page.waitForFunction(
      (title) => {
        const { source } = document.querySelector("[data-testid=grid]").grid;
        const col = source.columns.findIndex((column) => column.title === title);
        return [...Array(12).keys()].every((row) => (source.copyText(row, col) ?? "").length > 2);
      },
      name,
      { timeout: 20_000 },
    );
    await shot(page, `08-ai-done-${name === "英文名" ? "translate" : "prompt"}-zh`);
    await page.getByRole("button", { name: "完成" }).last().click();
  }
  same(await cellText(page, 0, "英文名"), "Zircon Ring", "the model's answer is in the cell");

  // An edit: the row's amount follows, and only that record is computed.
  const base = page.url().split("/b/")[1].split("/")[0];
  const table = page.url().split("/").at(-1);
  const second = await openPage(browser);
  const patches = [];
  second.page.on("websocket", (socket) =>
    socket.on("framereceived", ({ payload }) => patches.push(JSON.parse(payload))),
  );
  await second.page.goto(page.url());
  await second.page.waitForFunction(() => document.querySelector("[data-testid=grid]")?.grid?.source.rowCount === 12);
  await page.waitForTimeout(200);
  await selectCell(page, 0, "单价");
  await page.keyboard.type("7.5");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => {
    const { source } = document.querySelector("[data-testid=grid]").grid;
    return (
      source.copyText(
        0,
        source.columns.findIndex((column) => column.title === "金额"),
      ) === "900"
    );
  });
  await page.waitForTimeout(300);
  const fields = Object.fromEntries(
    (await api(server, "GET", `/bases/${base}`)).tables[0].fields.map((field) => [field.name, field.id]),
  );
  const edit = patches.find((message) => message.type === "patch" && message.label === "set_cells");
  check(edit, "a second window is told of the edit");
  same(edit.cells.find((part) => part.field === fields.金额)?.records.length, 1, "records of 金额 computed");
  same(await cellText(second.page, 0, "金额"), "900", "the second window shows it");
  same(second.faults, [], "the second window logs no error");
  await second.context.close();

  // Undo by the keyboard, redo.
  await page.keyboard.press("ControlOrMeta+Z");
  await page.waitForFunction(() => {
    const { source } = document.querySelector("[data-testid=grid]").grid;
    return (
      source.copyText(
        0,
        source.columns.findIndex((column) => column.title === "金额"),
      ) === "816"
    );
  });
  await page.keyboard.press("ControlOrMeta+Y");
  await page.waitForTimeout(300);

  // Export, read by others.
  await page.getByRole("button", { name: "导出" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByText("Excel（含图片和公式）").click(),
  ]);
  const file = path.join(shots, "export.xlsx");
  await download.saveAs(file);
  const read = readWith("read_workbook.py", file);
  const sheet = read.sheets.报价;
  const header = sheet.values[0];
  const column = (name) => header.indexOf(name);
  same(sheet.values[1][column("货号")], "00127", "货号 in openpyxl");
  same(sheet.values[1][column("单价")], 7.5, "单价 in openpyxl");
  same(sheet.values[1][column("金额")], 900, "cached 金额 in openpyxl");
  same(sheet.values[1][column("英文名")], "Zircon Ring", "英文名 in openpyxl");
  check(
    Object.values(sheet.formulas).filter((text) => text.includes("[数量]")).length >= 24,
    "金额 and 箱数 are live formulas",
  );
  check(sheet.pictures.length === 22, `22 pictures, found ${sheet.pictures.length}`);
  const money = (text) => Number(String(text).replace(/[^\d.-]/g, ""));
  for (const kind of ["office", "recalculated"]) {
    const rows = read[kind].报价 ?? Object.values(read[kind])[0];
    same(money(rows[1][column("金额")]), 900, `金额 in LibreOffice (${kind})`);
    same(rows[1][column("货号")], "00127", `货号 in LibreOffice (${kind})`);
  }

  // The same base in English and on a phone.
  for (const [locale, name] of [
    ["zh-CN", "zh"],
    ["en", "en"],
  ]) {
    const phone = await openPage(browser, { width: 390, height: 844, locale, touch: true });
    await phone.page.goto(server.url);
    await phone.page.waitForTimeout(500);
    await shot(phone.page, `10-phone-start-${name}`);
    await phone.page.goto(`${server.url}/b/${base}/${table}`);
    await phone.page.waitForTimeout(1200);
    await shot(phone.page, `11-phone-cards-${name}`);
    await phone.page.locator(".record-card").first().click();
    await phone.page.waitForTimeout(400);
    await shot(phone.page, `12-phone-record-${name}`);
    same(phone.faults, [], `the phone page logs no error (${name})`);
    await phone.context.close();
  }
  const english = await openPage(browser, { locale: "en", dark: true });
  await english.page.goto(`${server.url}/b/${base}/${table}`);
  await english.page.waitForTimeout(1200);
  await shot(english.page, "13-table-en-dark");
  await english.page.goto(`${server.url}/settings`);
  await english.page.getByTestId("add-provider").click();
  await english.page.waitForTimeout(400);
  await shot(english.page, "14-settings-en-dark");
  same(english.faults, [], "the English page logs no error");
  same(faults, [], "the page logs no error");
}

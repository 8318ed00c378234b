/**
 * Browser checks of the grid alone, in a true Chromium: an input method's first key, typing, clipboard, far jumps,
 * wheel, fill, touch. Run: `node e2e/grid.mjs [folder for screenshots]`. Exit code 1 and a list where a check fails.
 */
import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { createServer } from "vite";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const shots = process.argv[2];
const FLAGS =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
if (!existsSync(CHROMIUM)) {
  process.stdout.write("SKIPPED: no Chromium found; set CHROMIUM to its path to run the grid's browser checks\n");
  process.exit(0);
}
if (shots) mkdirSync(shots, { recursive: true });

const failures = [];
function check(name, actual, expected) {
  const isSame = JSON.stringify(actual) === JSON.stringify(expected);
  process.stdout.write(`${isSame ? "ok  " : "FAIL"} ${name}\n`);
  if (!isSame) {
    failures.push(name);
    process.stdout.write(`     expected ${JSON.stringify(expected)}\n     got      ${JSON.stringify(actual)}\n`);
  }
}

const server = await createServer({
  root: fileURLToPath(new URL("..", import.meta.url)),
  logLevel: "error",
  server: { port: 0, host: "127.0.0.1", allowedHosts: ["shop.lan"] },
});
await server.listen();
const { port } = server.httpServer.address();
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: [...FLAGS.split(" "), "--host-resolver-rules=MAP shop.lan 127.0.0.1"],
});

/** A page on a plain-http name that is no secure context, as in a shop's LAN. */
async function open(query = "", options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => failures.push(`page error: ${error.message}`));
  await page.goto(`http://shop.lan:${port}/e2e/grid-page/index.html${query}`);
  await page.waitForFunction(() => window.grid?.cellAt(0, 0) !== undefined);
  return page;
}

const cellAt = (page, row, col) => page.evaluate(([r, c]) => window.grid.cellAt(r, c), [row, col]);
const cellIs = (page, row, col, text) =>
  page
    .waitForFunction(([r, c, t]) => window.grid.cellAt(r, c) === t, [row, col, text], { timeout: 3000 })
    .catch(() => {});
async function point(page, row, col) {
  return page.evaluate(
    ([r, c]) => {
      const rect = window.grid.clientRect({ row: r, col: c });
      return { x: rect.left + rect.width / 2, y: rect.top + rect.height / 2 };
    },
    [row, col],
  );
}
async function click(page, row, col, options) {
  const { x, y } = await point(page, row, col);
  await page.mouse.click(x, y, options);
}
const shot = (page, name) => (shots ? page.screenshot({ path: `${shots}/${name}.png` }) : undefined);
const settled = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

async function typing(page) {
  await click(page, 2, 2);
  await page.keyboard.type("abc");
  await page.keyboard.press("Enter");
  await cellIs(page, 2, 2, "abc");
  check("typing abc on a selected cell", await cellAt(page, 2, 2), "abc");
  check("Enter moves down", await page.evaluate(() => window.grid.selection.active), { row: 3, col: 2 });
  await page.keyboard.press("F2");
  await page.keyboard.type("!");
  await page.keyboard.press("Escape");
  check("Esc leaves the cell as it was", (await cellAt(page, 3, 2)).endsWith("!"), false);
  // A third quick click at the same place would select the word in the editor.
  await page.waitForTimeout(450);
  await click(page, 2, 2, { clickCount: 2 });
  await page.keyboard.type("d");
  await page.keyboard.press("Tab");
  await cellIs(page, 2, 2, "abcd");
  check("double click edits the text that is there", await cellAt(page, 2, 2), "abcd");
  check("Tab moves right", await page.evaluate(() => window.grid.selection.active), { row: 2, col: 3 });
  await click(page, 2, 6);
  await page.keyboard.type("1234.5");
  await page.keyboard.press("Enter");
  await cellIs(page, 2, 6, "1,234.5件");
  check("a typed number is shown by its field", await cellAt(page, 2, 6), "1,234.5件");
}

async function inputMethod(page) {
  await click(page, 4, 2);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "Process", windowsVirtualKeyCode: 229 });
  await cdp.send("Input.imeSetComposition", { text: "n", selectionStart: 1, selectionEnd: 1 });
  await cdp.send("Input.imeSetComposition", { text: "ni'hao", selectionStart: 6, selectionEnd: 6 });
  await settled(page);
  await shot(page, "composition");
  await cdp.send("Input.insertText", { text: "你好" });
  check("a composition is shown in the editor", await page.evaluate(() => window.grid.editor.text), "你好");
  await page.waitForTimeout(80);
  await page.keyboard.press("Enter");
  await cellIs(page, 4, 2, "你好");
  check("an input method's first key is kept", await cellAt(page, 4, 2), "你好");
}

async function clipboard(page) {
  check("the page is no secure context", await page.evaluate(() => window.isSecureContext), false);
  await click(page, 0, 13);
  await page.keyboard.type("一\t");
  await page.keyboard.press("Escape");
  await page.evaluate(() => window.table.editTexts([{ row: 0, col: 13, text: '两行"引号"\n第二行' }]));
  await page.evaluate(() => window.grid.scroller.scrollTo(4000, 0));
  await click(page, 0, 13);
  const from = await point(page, 0, 11);
  const to = await point(page, 2, 13);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x - 20, to.y - 5, { steps: 4 });
  await page.mouse.move(to.x, to.y);
  await page.mouse.up();
  await page.keyboard.press("Control+c");
  await shot(page, "copied");
  await page.evaluate(() => window.grid.select({ row: 20, col: 11 }));
  await page.keyboard.press("Control+v");
  await cellIs(page, 20, 13, '两行"引号"\n第二行');
  const block = (row) =>
    page.evaluate((r) => [0, 1, 2].map((i) => [11, 12, 13].map((c) => window.table.copyText(r + i, c))), row);
  const source = await block(0);
  const pasted = await block(20);
  check("copy and paste 3×3 with line breaks and quotes", pasted, source);
  check("the pasted range is selected", await page.evaluate(() => window.grid.selection.main), {
    r0: 20,
    c0: 11,
    r1: 22,
    c1: 13,
  });
}

async function scrolling(page) {
  await page.evaluate(() => window.grid.scrollTo(900_000, 0));
  await cellIs(page, 900_000, 0, "YW-900001");
  check("jump to row 900,000", await cellAt(page, 900_000, 0), "YW-900001");
  const y = await page.evaluate(() => window.grid.rectOf(900_000, 0).y);
  check("the row is at the top", Math.round(y), 36);
  await settled(page);
  await shot(page, "row-900000");
  const before = await page.evaluate(() => window.grid.scroller.top);
  await page.mouse.move(700, 500);
  for (let n = 0; n < 10; n += 1) {
    await page.mouse.wheel(0, 120);
    await page.waitForTimeout(20);
  }
  await page.waitForTimeout(500);
  const after = await page.evaluate(() => window.grid.scroller.top);
  check("ten wheels of 120 px move by 1200 px", Math.round(after - before), 1200);
  await page.mouse.wheel(0, -3000);
  await page.waitForTimeout(500);
  check(
    "a wheel of 3000 px is no jump",
    Math.round((await page.evaluate(() => window.grid.scroller.top)) - after),
    -3000,
  );
  await page.keyboard.press("Control+Home");
  check("Ctrl+Home", await page.evaluate(() => window.grid.scroller.top), 0);
  await page.keyboard.press("Control+End");
  await cellIs(page, 999_999, 0, "YW-1000000");
  check("Ctrl+End shows the last row", await cellAt(page, 999_999, 0), "YW-1000000");
}

async function fillAndColumns(page) {
  await page.keyboard.press("Control+Home");
  await page.evaluate(() =>
    window.table.editTexts([
      { row: 6, col: 6, text: "10" },
      { row: 7, col: 6, text: "20" },
    ]),
  );
  await click(page, 6, 6);
  await page.keyboard.press("Shift+ArrowDown");
  const handle = await page.evaluate(() => {
    const rect = window.grid.clientRect({ row: 7, col: 6 });
    return { x: rect.right - 1, y: rect.bottom - 1 };
  });
  const to = await point(page, 10, 6);
  await page.mouse.move(handle.x, handle.y);
  await page.mouse.down();
  await page.keyboard.down("Control");
  await page.mouse.move(to.x, to.y - 20, { steps: 3 });
  await page.mouse.move(to.x, to.y);
  await page.mouse.up();
  await page.keyboard.up("Control");
  await cellIs(page, 10, 6, "50件");
  check("Ctrl+fill goes on with the series", await Promise.all([8, 9, 10].map((row) => cellAt(page, row, 6))), [
    "30件",
    "40件",
    "50件",
  ]);
  await page.keyboard.press("Delete");
  await cellIs(page, 10, 6, "");
  check("Delete clears the range", await cellAt(page, 8, 6), "");
  await page.evaluate(() => window.grid.scrollTo(0, 0));
  const header = await page.evaluate(() => {
    const rect = window.grid.clientRect({ row: 0, col: 2 });
    return { x: rect.right, y: 58 };
  });
  await page.mouse.move(header.x - 1, header.y);
  await page.mouse.down();
  await page.mouse.move(header.x + 40, header.y, { steps: 3 });
  await page.mouse.up();
  const resized = await page.evaluate(() => window.log.filter(([name]) => name === "resize"));
  check("dragging a border resizes a column", resized.length === 1 && resized[0][1] === 2, true);
  await click(page, 3, 10);
  const was = await cellAt(page, 3, 10);
  await page.keyboard.press("Space");
  await page.waitForTimeout(60);
  check("space turns a checkbox", (await cellAt(page, 3, 10)) === was, true);
}

async function mirror(page) {
  await click(page, 1, 2);
  await page.waitForTimeout(300);
  const told = await page.evaluate(() => {
    const area = window.grid.editor.area;
    const cell = document.getElementById(area.getAttribute("aria-activedescendant"));
    return { role: cell?.getAttribute("role"), text: cell?.textContent, focused: document.activeElement === area };
  });
  check("assistive technology is told the active cell", told, {
    role: "gridcell",
    text: await cellAt(page, 1, 2),
    focused: true,
  });
}

async function touch() {
  const page = await open("?rows=1000", {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 3,
    hasTouch: true,
    isMobile: true,
  });
  await settled(page);
  const at = await point(page, 3, 0);
  await page.touchscreen.tap(at.x, at.y);
  check("a tap selects", await page.evaluate(() => window.grid.selection.active?.row), 3);
  check("a tap brings no keyboard", await page.evaluate(() => window.grid.editor.area.inputMode), "none");
  await page.touchscreen.tap(at.x, at.y);
  check("a second tap edits", await page.evaluate(() => window.grid.editor.editing?.row), 3);
  await page.waitForTimeout(200);
  await shot(page, "phone");
}

try {
  const page = await open();
  await page.waitForTimeout(300);
  await shot(page, "start");
  await typing(page);
  await inputMethod(page);
  await clipboard(page);
  await scrolling(page);
  await fillAndColumns(page);
  await mirror(page);
  await touch();
  if (shots) {
    await page.evaluate(() => document.documentElement.setAttribute("data-theme", "dark"));
    await page.keyboard.press("Control+Home");
    await page.waitForTimeout(200);
    await shot(page, "dark");
    const tall = await open("?height=64");
    await tall.waitForTimeout(300);
    await click(tall, 1, 3);
    await tall.keyboard.press("Shift+ArrowDown");
    await tall.keyboard.press("Shift+ArrowRight");
    await shot(tall, "tall");
  }
} finally {
  await browser.close();
  await server.close();
}
if (failures.length > 0) {
  process.stdout.write(`${failures.length} failed: ${failures.join("; ")}\n`);
  process.exit(1);
}
process.exit(0);

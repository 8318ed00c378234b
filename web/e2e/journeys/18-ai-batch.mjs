// A batch of AI answers: the price before it, five rows first, the bill after it, a limit that pauses it; an answer
// edited by hand and the new one offered beside it; a changed input that makes an answer stale; approval; the ledger.
import { api, check, openPage, same, shot } from "../harness.mjs";

const ROWS = 40;
const command = (server, base, body) => api(server, "POST", `/bases/${base}/commands`, { command: body });

async function prepare(server, model) {
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
  const { id: base } = await api(server, "POST", "/bases", { name: "上新" });
  const made = await command(server, base, {
    kind: "create_table",
    name: "商品",
    fields: [
      { name: "品名", type: "text" },
      { name: "单价", type: "number" },
    ],
  });
  const table = made.result.tables[0];
  const [name, price] = made.result.fields;
  const words = ["锆石戒指", "珍珠耳钉", "流苏耳环", "锁骨链", "珍珠项链"];
  const records = Array.from({ length: ROWS }, (_, n) => ({
    cells: { [name]: `${words[n % words.length]} ${1000 + n}`, [price]: 5 + n },
  }));
  await command(server, base, { kind: "create_records", table, records });
  const field = { name: "英文名", type: "formula", formula: 'AI.TRANSLATE([品名]&" "&[单价],"英语")' };
  const ai = await command(server, base, { kind: "create_field", table, field });
  return { base, table, name, price, ai: ai.result.fields[0] };
}

const notes = async (server, place) => {
  const window = await api(server, "GET", `/bases/${place.base}/tables/${place.table}/window?from=0&n=${ROWS}`);
  return { notes: window.notes[place.ai] ?? {}, cells: window.columns[place.ai], records: window.records };
};

/** Opens the panel from the menu of the field's first cell. */
async function openPanel(page) {
  const { x, y } = await page.getByTestId("grid").evaluate((host) => {
    const col = host.grid.source.columns.findIndex((column) => column.title === "英文名");
    const rect = host.grid.clientRect({ row: 0, col });
    return { x: rect.left + rect.width / 2, y: rect.top + rect.height / 2 };
  });
  await page.mouse.click(x, y);
  await page.mouse.click(x, y, { button: "right" });
  await page.getByRole("menuitem", { name: "对选中的行运行 AI" }).click();
  await page.getByTestId("run-ai").waitFor();
}

export async function journey({ browser, server, model }) {
  const place = await prepare(server, model);
  const { page, faults } = await openPage(browser);
  await page.goto(`${server.url}/b/${place.base}/${place.table}`);
  await page.waitForFunction((n) => document.querySelector("[data-testid=grid]")?.grid?.source.rowCount === n, ROWS);
  await openPanel(page);
  await page.getByTestId("price-tag").waitFor();
  await shot(page, "18-price");
  const priceTag = await page.getByTestId("price-tag").innerText();
  check(/¥/.test(priceTag) && priceTag.includes("40"), `the price is told: ${priceTag}`);

  // Five rows first; what was asked is not asked again.
  await page.getByTestId("try-begin").click();
  await page.locator(".try-row").nth(4).waitFor();
  await page.waitForFunction(
    () => ![...document.querySelectorAll(".try-row")].some((row) => row.innerText.includes("在问")),
  );
  await shot(page, "18-try");
  same(model.calls.filter((asked) => /10\d\d/.test(asked)).length, 5, "five questions for the trial");
  await page.getByTestId("run-ai").click();
  await page.locator("[data-testid=batch-report][data-state=done]").waitFor({ timeout: 20_000 });
  await shot(page, "18-report");
  same(model.calls.filter((asked) => /10\d\d/.test(asked)).length, ROWS, "every row was asked once");
  same(Object.values((await notes(server, place)).notes).filter((note) => note.state === "ok").length, ROWS, "all ok");
  await page.getByRole("button", { name: "完成" }).last().click();

  // Edited by hand: locked, and a new answer is offered beside it.
  const { records } = await notes(server, place);
  await command(server, place.base, {
    kind: "set_cells",
    table: place.table,
    edits: [{ record: records[0], field: place.ai, value: "My own words" }],
  });
  await command(server, place.base, {
    kind: "set_cells",
    table: place.table,
    edits: [
      { record: records[0], field: place.price, value: 99 },
      { record: records[1], field: place.price, value: 98 },
    ],
  });
  let seen = await notes(server, place);
  same([seen.notes[0].state, seen.notes[1].state], ["locked", "stale"], "states after edits");
  const path = (record) => `/bases/${place.base}/tables/${place.table}/records/${record}/fields/${place.ai}/provenance`;
  const changed = (await api(server, "GET", path(records[1]))).changed;
  check(changed.length === 1 && changed[0].now.includes("98"), `which input changed: ${JSON.stringify(changed)}`);
  await page.waitForTimeout(400);
  await shot(page, "18-stale");

  // Only what is stale runs again.
  const before = model.calls.length;
  await openPanel(page);
  await page.getByRole("radio").nth(1).check();
  await page.getByTestId("price-tag").waitFor();
  await page.getByTestId("run-ai").click();
  await page.locator("[data-testid=batch-report][data-state=done]").waitFor();
  same(model.calls.length - before, 1, "one stale row, one question");
  await page.getByRole("button", { name: "完成" }).last().click();
  await command(server, place.base, {
    kind: "run_ai",
    table: place.table,
    field: place.ai,
    scope: { records: [records[0]] },
    plan: { with_locked: true },
    batch: "offer",
  });
  for (let tries = 0; tries < 100; tries++) {
    if ((await api(server, "GET", path(records[0]))).answers.length > 0) break;
    await page.waitForTimeout(50);
  }
  seen = await notes(server, place);
  same([seen.cells[0], seen.notes[0].state], ["My own words", "locked"], "the edit stays while an answer is offered");
  const review = (record, verdict) =>
    command(server, place.base, { kind: "review_ai", table: place.table, field: place.ai, records: [record], verdict });
  await review(records[0], "accept");
  await review(records[1], "approve");
  seen = await notes(server, place);
  check(seen.cells[0] !== "My own words" && seen.notes[0].by, "the offered answer was taken, with who took it");
  check(seen.notes[1].by, "the approval is kept");

  // A limit pauses the batch and says so; with a higher one it goes on.
  await command(server, place.base, {
    kind: "run_ai",
    table: place.table,
    field: place.ai,
    scope: "empty",
    batch: "none",
  });
  const edits = records.map((record, n) => ({ record, field: place.price, value: 500 + n }));
  await command(server, place.base, { kind: "set_cells", table: place.table, edits });
  await openPanel(page);
  await page.getByRole("radio").nth(1).check();
  await page.getByText("范围和上限").click();
  await page.getByLabel("这一批最多花").fill("0.001");
  await page.getByLabel("这一批最多花").blur();
  await page.getByTestId("run-ai").click();
  await page.getByTestId("batch-paused").waitFor({ timeout: 20_000 });
  await shot(page, "18-paused");
  await page.getByLabel("这一批最多花").fill("5");
  await page.getByLabel("这一批最多花").blur();
  await page.getByTestId("batch-resume").click();
  await page.locator("[data-testid=batch-report][data-state=done]").waitFor({ timeout: 20_000 });

  // The ledger has every question.
  await page.getByTestId("open-ledger").click();
  await page.getByTestId("ledger-line").first().waitFor();
  await shot(page, "18-ledger");
  const { totals } = await api(server, "GET", `/bases/${place.base}/ai/ledger`);
  same(
    totals[0].n_attempts,
    model.calls.filter((asked) => /10\d\d/.test(asked)).length,
    "ledger = the model's own count",
  );
  const csv = await (await fetch(`${server.url}/api/v1/bases/${place.base}/ai/ledger.csv`)).text();
  same(csv.trim().split("\r\n").length, totals[0].n_attempts + 1, "one line per question in the file");
  await page.getByTestId("ai-limits").getByText("花费上限").click();
  await page.getByLabel("超过多少要再确认一次").fill("0.001");
  await page.getByLabel("超过多少要再确认一次").blur();
  await page.getByTestId("ai-limits").getByRole("button", { name: "保存" }).click();
  await page.waitForTimeout(300);
  await shot(page, "18-limits");
  const asked = { table: place.table, field: place.ai, scope: "all", plan: {} };
  await command(server, place.base, {
    kind: "set_cells",
    table: place.table,
    edits: records.map((record, n) => ({ record, field: place.price, value: 700 + n })),
  });
  const estimate = await api(server, "POST", `/bases/${place.base}/ai/estimate`, asked);
  check(estimate.needs_confirmation, "above the owner's threshold a second look is asked for");

  const phone = await openPage(browser, { width: 390, height: 844, touch: true });
  await phone.page.goto(`${server.url}/b/${place.base}/${place.table}`);
  await phone.page.waitForTimeout(1000);
  await shot(phone.page, "18-phone");
  same(phone.faults, [], "the phone page logs no error");
  await phone.context.close();
  same(faults, [], "the page logs no error");
}

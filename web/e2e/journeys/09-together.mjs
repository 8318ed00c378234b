// Two people count one stock: both take away at once from the menu of a cell, one goes offline and comes back.
import { api, openPage, same, shot } from "../harness.mjs";

async function stockTable(server) {
  const { id } = await api(server, "POST", "/bases", { name: "仓库" });
  const send = (command) => api(server, "POST", `/bases/${id}/commands`, { command });
  const fields = [
    { name: "品名", type: "text" },
    { name: "库存", type: "number" },
  ];
  await send({ kind: "create_table", name: "商品", fields });
  const [table] = (await api(server, "GET", `/bases/${id}`)).tables;
  const [name, stock] = table.fields.map((field) => field.id);
  const records = [{ cells: { [name]: "保温杯", [stock]: 100 } }, { cells: { [name]: "雨伞", [stock]: 20 } }];
  await send({ kind: "create_records", table: table.id, records });
  return { id, table: table.id, stock };
}

const gridOf = (page) => page.locator("[data-testid=grid]");

/** Opens the menu of the first record's stock and adds. */
async function add(page, by, picture) {
  const { x, y } = await gridOf(page).evaluate((root) => {
    const rect = root.grid.clientRect({ row: 0, col: 1 });
    return { x: rect.left + rect.width / 2, y: rect.top + rect.height / 2 };
  });
  await page.mouse.click(x, y);
  await page.mouse.click(x, y, { button: "right" });
  await page.getByRole("menuitem", { name: "加减数量…" }).click();
  await page.getByRole("spinbutton", { name: "给“库存”加多少（减就写负数）" }).fill(String(by));
  if (picture) {
    await page.waitForTimeout(400);
    await shot(page, picture);
  }
  await page.locator(".ant-modal-confirm-btns .ant-btn-primary").click();
  await page.locator(".ant-modal-confirm").waitFor({ state: "hidden" });
}

async function shows(page, expected, message) {
  const read = () => gridOf(page).evaluate((root) => root.grid.source.copyText(0, 1));
  let found;
  for (let tries = 0; tries < 150; tries += 1) {
    found = await read().catch(() => undefined);
    if (found === expected) return;
    await page.waitForTimeout(100);
  }
  same(found, expected, message);
}

export async function journey({ browser, server }) {
  const { id } = await stockTable(server);
  const opened = [await openPage(browser), await openPage(browser)];
  const [ann, bob] = opened.map((one) => one.page ?? one);
  for (const page of [ann, bob]) {
    await page.goto(`${server.url}/b/${id}`);
    await shows(page, "100", "the first stock");
  }
  await Promise.all([add(ann, -3, "90-add-pc-zh"), add(bob, -5)]);
  for (const page of [ann, bob]) await shows(page, "92", "both are counted");

  // Away: what Bob takes waits in his window; what Ann takes goes on.
  await bob.context().setOffline(true);
  await add(bob, -10);
  await shot(bob, "91-away-pc-zh");
  await add(ann, 1);
  await bob.context().setOffline(false);
  for (const page of [ann, bob]) await shows(page, "83", "back again, each once");
  await shot(bob, "92-back-pc-zh");
}

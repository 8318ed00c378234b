// Two people in one base: each sees the other's cursor, name and edits; what one types offline outlives a reload, goes
// out when the connection is back, and is told where the server does not take it.
import { accessible, api, check, openPage, same, shot } from "../harness.mjs";

async function goods(server) {
  const { id } = await api(server, "POST", "/bases", { name: "饰品档口" });
  const send = (command) => api(server, "POST", `/bases/${id}/commands`, { command });
  const fields = [
    { name: "品名", type: "text" },
    { name: "颜色", type: "text" },
    { name: "单价", type: "number" },
    { name: "库存", type: "number" },
  ];
  await send({ kind: "create_table", name: "商品", fields });
  await send({ kind: "create_table", name: "客户", fields: [{ name: "名称", type: "text" }] });
  const { tables } = await api(server, "GET", `/bases/${id}`);
  const [name, color, price, stock] = tables[0].fields.map((field) => field.id);
  const names = ["锆石戒指", "珍珠耳钉", "流苏耳环", "锁骨链", "串珠项链", "大号鲨鱼夹", "边夹套装", "饰品收纳盒"];
  const records = names.map((text, at) => ({
    cells: { [name]: text, [color]: ["金", "银", "黑"][at % 3], [price]: 3.5 + at, [stock]: 100 + at },
  }));
  await send({ kind: "create_records", table: tables[0].id, records });
  return { id, table: tables[0].id, other: tables[1].id, price };
}

const gridOf = (page) => page.locator("[data-testid=grid]");

async function until(page, read, expected, message) {
  let found;
  for (let tries = 0; tries < 150; tries += 1) {
    found = await read().catch(() => undefined);
    if (JSON.stringify(found) === JSON.stringify(expected)) return;
    await page.waitForTimeout(100);
  }
  same(found, expected, message);
}

const shows = (page, row, col, expected, message) =>
  until(
    page,
    () => gridOf(page).evaluate((root, at) => root.grid.source.copyText(...at), [row, col]),
    expected,
    message,
  );
const cursors = (page) =>
  gridOf(page).evaluate((root) =>
    root.grid.peers.map((peer) => [peer.name, root.grid.source.rowOf(peer.record), peer.column]),
  );

async function click(page, row, col) {
  const { x, y } = await gridOf(page).evaluate(
    (root, at) => {
      const rect = root.grid.clientRect(at);
      return { x: rect.left + rect.width / 2, y: rect.top + rect.height / 2 };
    },
    { row, col },
  );
  await page.mouse.click(x, y);
}

async function type(page, row, col, text) {
  await click(page, row, col);
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

/** The data path stays open, the live connection is cut: an unsteady network. */
async function cuttable(page) {
  const state = { isCut: false, sockets: new Set() };
  await page.routeWebSocket(/\/socket$/, (socket) => {
    if (state.isCut) return socket.close();
    const server = socket.connectToServer();
    state.sockets.add(socket);
    socket.onMessage((message) => {
      if (!state.isCut) server.send(message);
    });
  });
  return {
    cut: async () => {
      state.isCut = true;
      for (const socket of state.sockets) await socket.close();
      state.sockets.clear();
    },
    mend: () => {
      state.isCut = false;
    },
  };
}

async function seeEachOther(ann, bob, made) {
  await click(bob, 3, 2);
  await until(ann, () => cursors(ann), [["Guest 2", 3, made.price]], "Bob's cursor as Ann sees it");
  await bob.getByRole("button", { name: /^你：/ }).click();
  await bob.getByLabel("别人看到的你的名字").fill("阿强");
  await bob.waitForTimeout(300);
  await shot(bob, "101-own-name-pc-zh");
  await bob.keyboard.press("Enter");
  await until(ann, async () => (await cursors(ann))[0][0], "阿强", "Bob's name");
  await click(ann, 1, 1);
  await until(bob, async () => (await cursors(bob)).length, 1, "Ann's cursor as Bob sees it");
  await click(bob, 4, 2);
  await until(ann, async () => (await cursors(ann))[0][1], 4, "Bob has moved");
  await shot(ann, "100-cursors-pc-en");
  await accessible(ann, "together");
  await type(bob, 5, 3, "42");
  await shows(ann, 5, 3, "42", "Bob's edit as Ann sees it");
}

async function offlineAndBack(ann, bob, line) {
  await line.cut();
  await type(bob, 0, 2, "88");
  await type(bob, 1, 2, "99");
  await type(bob, 0, 2, "90");
  await bob.getByText("断网：已在本机保存 3 处修改，恢复后自动提交").waitFor();
  await shot(bob, "102-offline-pc-zh");
  await bob.reload();
  await bob.getByText("断网：已在本机保存 3 处修改，恢复后自动提交").waitFor();
  await shows(bob, 0, 2, "90", "after a reload, without a connection");
  await shows(bob, 1, 2, "99", "after a reload, without a connection");
  await shows(ann, 0, 2, "3.5", "Ann has the old price");
  await shot(bob, "103-reloaded-pc-zh");
  line.mend();
  await shows(ann, 0, 2, "90", "the last one, as Ann sees it");
  await shows(ann, 1, 2, "99", "as Ann sees it");
  await bob.getByText("断网").waitFor({ state: "detached" });
}

/** While Bob is away the field that he types into goes away. */
async function refused(server, bob, line, made) {
  await line.cut();
  await type(bob, 2, 2, "77");
  await bob.getByText("断网：已在本机保存 1 处修改").waitFor();
  const command = { kind: "delete_field", table: made.table, field: made.price };
  await api(server, "POST", `/bases/${made.id}/commands`, { command });
  line.mend();
  const lost = bob.locator(".lost");
  await lost.waitFor();
  await lost.getByRole("button", { name: "查看" }).click();
  await lost.getByText("77").waitFor();
  check((await lost.innerText()).includes("流苏耳环"), "the record is named");
  await lost.getByRole("button", { name: "复制这些内容" }).click();
  await bob.getByText("已复制 1 处").waitFor();
  await shot(bob, "104-refused-pc-zh");
  await accessible(bob, "refused");
  await bob.reload();
  await lost.getByRole("button", { name: "知道了" }).click();
  await lost.waitFor({ state: "detached" });
  await bob.reload();
  await gridOf(bob).waitFor();
  await bob.waitForTimeout(800);
  same(await lost.count(), 0, "seen off for good");
}

export async function journey({ browser, server }) {
  const made = await goods(server);
  const [{ page: ann }, { page: bob }] = [await openPage(browser, { locale: "en" }), await openPage(browser)];
  const line = await cuttable(bob);
  for (const page of [ann, bob]) {
    await page.goto(`${server.url}/b/${made.id}/${made.table}`);
    await shows(page, 0, 2, "3.5", "the first price");
  }
  await seeEachOther(ann, bob, made);

  // A third person on a phone, in the other table.
  const { page: cid } = await openPage(browser, { width: 390, height: 844, touch: true });
  await cid.goto(`${server.url}/b/${made.id}/${made.other}`);
  await ann.locator(".tab-dots").waitFor();
  await shot(ann, "105-other-table-pc-en");
  await cid.locator(".tab-dots").waitFor();
  await shot(cid, "106-people-phone-zh");
  await cid.context().close();
  await ann.locator(".tab-dots").waitFor({ state: "detached" });

  await offlineAndBack(ann, bob, line);
  await refused(server, bob, line, made);

  // No network at all, on a phone: the banner fits.
  const { page: dan } = await openPage(browser, { width: 390, height: 844, touch: true, locale: "en" });
  await dan.goto(`${server.url}/b/${made.id}/${made.table}`);
  await dan.getByText("锆石戒指").first().waitFor();
  await dan.context().setOffline(true);
  await dan.locator(".phone-bar button").nth(2).click();
  await dan.getByText("edits kept on this device").waitFor();
  await shot(dan, "107-offline-phone-en");
  await dan.context().setOffline(false);
  await until(
    dan,
    async () => (await api(server, "GET", `/bases/${made.id}`)).tables[0].n_records,
    9,
    "the record that was added offline",
  );
}

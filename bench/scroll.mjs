// A million imported rows in a real browser: time to the first rows, jumps to random places until their cells are drawn,
// steady wheel scrolling in frames. Usage: node bench/scroll.mjs PATH/TO/suanpan [ROWS]   (needs ./test's packages)
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const [program, rows = "1000000"] = process.argv.slice(2);
if (!program) throw new Error("usage: node bench/scroll.mjs PATH/TO/suanpan [ROWS]");
process.env.SUANPAN_BIN = path.resolve(program);
const { api, openBrowser, openPage, same, shot, startServer } = await import("../web/e2e/harness.mjs");

const N = Number(rows);
const folder = mkdtempSync(path.join(tmpdir(), "suanpan-scroll-"));
const csv = path.join(folder, "订单.csv");
const make = `import sys; sys.path.insert(0, ${JSON.stringify(path.join(import.meta.dirname))}); import first; first.write_orders(${JSON.stringify(csv)}, ${N}, 20261123)`;
execFileSync("python3", ["-c", make]);
const server = await startServer();
const browser = await openBrowser();
try {
  const report = JSON.parse(execFileSync(process.env.SUANPAN_BIN, ["import", csv, "--data", server.data, "--json"], { encoding: "utf8", maxBuffer: 1 << 26 }).trim().split("\n").at(-1));
  const [base] = await api(server, "GET", "/bases");
  same(base.n_records, N, `all rows were imported (${JSON.stringify(report).slice(0, 200)})`);
  const { tables } = await api(server, "GET", `/bases/${base.id}`);
  const { page, faults } = await openPage(browser);
  const begun = Date.now();
  await page.goto(`${server.url}/b/${base.id}/${tables[0].id}`);
  await page.waitForFunction(() => document.querySelector("[data-testid=grid]")?.grid?.source.cell(0, 0));
  const first = Date.now() - begun;
  const jumps = await page.evaluate(jump, [N, 60]);
  const wheel = await page.evaluate(scroll, 300);
  await page.evaluate((n) => document.querySelector("[data-testid=grid]").grid.scrollTo(n - 1), N);
  await page.waitForFunction((n) => document.querySelector("[data-testid=grid]").grid.source.cell(n - 1, 0), N);
  await page.waitForTimeout(300);
  const last = await page.evaluate((n) => document.querySelector("[data-testid=grid]").grid.source.copyText(n - 1, 0), N);
  same(last, `XS${String(N - 1).padStart(9, "0")}`, "the last row is the file's last line");
  await shot(page, "60-million");
  same(faults, [], "the page logs no error");
  const at = (list, part) => list.sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))].toFixed(1);
  process.stdout.write(`${N.toLocaleString("en")} rows in Chromium\n\n| what | median | p99 |\n|---|---:|---:|\n`);
  process.stdout.write(`| address to first rows | ${first} ms | |\n`);
  process.stdout.write(`| jump to a random row until its cells are there (60) | ${at(jumps, 0.5)} ms | ${at(jumps, 0.99)} ms |\n`);
  process.stdout.write(`| time between frames while the wheel turns (300) | ${at(wheel, 0.5)} ms | ${at(wheel, 0.99)} ms |\n`);
} finally {
  await browser.close();
  await server.stop();
  server.remove();
  rmSync(folder, { recursive: true, force: true });
}

/** In the page. */
async function jump([n, times]) {
  const { grid } = document.querySelector("[data-testid=grid]");
  const took = [];
  for (let k = 0; k < times; k += 1) {
    const row = (k * 7919 * 104729) % n;
    const begun = performance.now();
    grid.scrollTo(row);
    while (!grid.source.cell(row, 0)) await new Promise((done) => setTimeout(done, 1));
    took.push(performance.now() - begun);
    await new Promise((done) => setTimeout(done, 30));
  }
  return took;
}

/** In the page. */
async function scroll(times) {
  const host = document.querySelector("[data-testid=grid]");
  const target = host.querySelector("canvas") ?? host;
  const took = [];
  let before = performance.now();
  for (let k = 0; k < times; k += 1) {
    target.dispatchEvent(new WheelEvent("wheel", { deltaY: 240, bubbles: true, cancelable: true }));
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    took.push(now - before);
    before = now;
  }
  return took;
}

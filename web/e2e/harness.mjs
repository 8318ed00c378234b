// What every journey needs: the real server on a fresh data folder, a scripted OpenAI-compatible model, a browser.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const samples = path.join(root, "sample-sheets");
/** Screenshots of the last run, for people to look at. */
export const shots = path.join(root, ".cache", "shots");
mkdirSync(shots, { recursive: true });

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

export const binary = () => process.env.SUANPAN_BIN ?? path.join(root, "target", "debug", "suanpan");

/** Starts `suanpan serve` and waits until it answers. */
export async function startServer(data = mkdtempSync(path.join(tmpdir(), "suanpan-e2e-"))) {
  const program = binary();
  if (!existsSync(program)) throw new Error(`${program} is missing: cargo build -p server`);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(program, ["serve", "--listen", `127.0.0.1:${port}`, "--data", data], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  let ended = false;
  child.on("exit", () => {
    ended = true;
  });
  for (let tries = 0; tries < 400; tries++) {
    if (ended) throw new Error("the server ended at once");
    const answer = await fetch(`${url}/api/v1/health`).catch(() => null);
    if (answer?.ok) break;
    await new Promise((done) => setTimeout(done, 25));
  }
  const stop = (signal = "SIGTERM") =>
    new Promise((done) => {
      if (ended) return done();
      child.on("exit", done);
      child.kill(signal);
    });
  return { url, data, pid: child.pid, stop, remove: () => rmSync(data, { recursive: true, force: true }) };
}

/** An OpenAI-compatible model that answers from the question and counts calls. */
export async function startModel() {
  const calls = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      const body = JSON.parse(text || "{}");
      if (request.url.endsWith("/images/generations")) {
        calls.push(`picture: ${body.prompt}`);
        response.setHeader("content-type", "application/json");
        return response.end(JSON.stringify({ created: 1, data: [{ b64_json: PICTURE }] }));
      }
      const said = body.messages?.at(-1)?.content ?? "";
      // A question with pictures is a list of parts.
      const question = Array.isArray(said) ? said.map((part) => part.text ?? "(picture)").join("\n") : String(said);
      calls.push(question);
      const digits = question.replace(/\D/g, "").slice(0, 6);
      const translated = WORDS.filter(([zh]) => question.includes(zh)).map(([, en]) => en);
      const content =
        formed(question, translated[0] ?? `Item ${digits}`) ??
        (question.includes("<facts>") || /风格|style/i.test(question)
          ? `Product photo of ${translated[0] ?? "an item"} on a white background, soft daylight`
          : (translated[0] ?? `Item ${digits}`));
      const answer = {
        id: "chatcmpl-1",
        object: "chat.completion",
        created: 1,
        model: body.model,
        choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
        usage: { prompt_tokens: 60, completion_tokens: 12, total_tokens: 72 },
      };
      setTimeout(() => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify(answer));
      }, 20);
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}/v1`, calls, stop: () => server.close() };
}

/** A PNG of 96 × 96: a golden ring. */
const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAGAAAABgCAIAAABt+uBvAAABIklEQVR42u3cyQ3CMBAAwK2OOqmKMhCiAjpAINneIyPtO3ZGycN7OJ6vt/gSgQAQIECAAAECBEgAAgQIECBAgAAJQC2AHvfb73EhoL9c0qWii0uWVDTVOWYUTWmOMUV3nd1G0Z1mN1OM0dlkFJN0dhjFMJ3lRjFPZ60RoFNAC1+slFGk6+Q+vC5Q2VXWA53c93mjaKSTsmI0TXoBGgGUe0o6s/ohoPScQWmgCimnBKAiGb/d2wCUDVSnIgAIECBAgJLq6L4gvxggQIAAOYsBkg+SURyYUbxuTlpVA5DKqtq87o6h7S/X6g/SYaZHEZA+aZ32HTrtzWqY9jEvZuLQzKqp53lTz+bm3bzg7g4BCBAgQIAAAQIkAAECBAgQIECAxPsDj948ZIsRUtgAAAAASUVORK5CYII=";

/** The answer to a question that says what JSON it wants; none for plain ones. */
function formed(question, item) {
  const form = /Answer with JSON (.*)$/s.exec(question)?.[1];
  if (form === undefined) return null;
  if (form.includes("findings"))
    return JSON.stringify({
      findings: [{ severity: "high", problem: "背景不是白色", advice: "重拍或抠图" }],
    });
  if (form.includes('"title"'))
    return JSON.stringify({
      title: item,
      bullets: [`${item} for daily wear`, "Light"],
      description: `${item}.`,
      keywords: [item.toLowerCase(), "gift"],
    });
  const codes = [...form.matchAll(/"([a-z]{2})": "…"/g)].map((match) => match[1]);
  if (codes.length > 0) return JSON.stringify(Object.fromEntries(codes.map((code) => [code, `${code} ${item}`])));
  const options = /one of (\[[^\]]*\])/.exec(form);
  if (options) return JSON.stringify({ value: JSON.parse(options[1])[/耳钉/.test(question) ? 1 : 0] });
  return JSON.stringify({ value: Number(/(\d+) ?(?:个|件|对)/.exec(question)?.[1] ?? 7) });
}

const WORDS = [
  ["锆石戒指", "Zircon Ring"],
  ["开口戒指", "Open Ring"],
  ["珍珠耳钉", "Pearl Stud Earrings"],
  ["水滴耳环", "Teardrop Earrings"],
  ["流苏耳环", "Tassel Earrings"],
  ["锁骨链", "Collarbone Chain"],
  ["珍珠项链", "Pearl Necklace"],
  ["串珠项链", "Beaded Necklace"],
  ["大号鲨鱼夹", "Large Claw Hair Clip"],
  ["小号发夹", "Small Hair Clip"],
  ["边夹套装", "Side Clip Set"],
  ["饰品收纳盒", "Jewelry Box"],
];

export async function openBrowser() {
  const executablePath =
    process.env.CHROMIUM ??
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
  if (!executablePath) throw new Error("no Chromium found: apt-get install chromium");
  const quiet = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP shop.lan 127.0.0.1",
  ];
  return chromium.launch({ executablePath, headless: true, args: quiet });
}

/** A page that fails the journey when the app throws or logs an error. */
export async function openPage(
  browser,
  { width = 1440, height = 900, locale = "zh-CN", dark = false, touch = false } = {},
) {
  const context = await browser.newContext({
    viewport: { width, height },
    locale,
    colorScheme: dark ? "dark" : "light",
    hasTouch: touch,
    isMobile: touch,
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`${message.text()} ${message.location().url}`);
  });
  return { page, context, faults };
}

export async function shot(page, name) {
  await page.screenshot({ path: path.join(shots, `${name}.png`) });
}

/** One JSON call to the API. */
export async function api(server, method, route, body) {
  const answer = await fetch(`${server.url}/api/v1${route}`, {
    method,
    headers: { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${route}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

/** Runs an independent reader (Python with openpyxl and LibreOffice) and gives its JSON. */
export function readWith(script, ...files) {
  const python = path.join(root, ".cache", "readers", "bin", "python");
  const program = existsSync(python) ? python : "python3";
  const done = spawnSync(program, [path.join(root, "web", "e2e", script), ...files], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (done.status !== 0) throw new Error(`${script}: ${done.stderr || done.error}`);
  return JSON.parse(done.stdout);
}

export function check(condition, message) {
  if (!condition) throw new Error(message);
}

export function same(found, expected, message) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${message}: expected ${b}, found ${a}`);
}

/** Rules that axe calls serious or critical. Its script runs in the page as a test, outside the content policy. */
export async function accessible(page, name) {
  const axe = readFileSync(path.join(root, "web", "node_modules", "axe-core", "axe.min.js"), "utf8");
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
  const serious = found.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  same(
    serious.map(({ id, nodes }) => [id, nodes.slice(0, 2).map(({ html }) => html.slice(0, 120))]),
    [],
    `${name}: accessibility`,
  );
}

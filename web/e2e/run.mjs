// Runs all journeys (or those named as arguments) one after another; each gets a fresh server.
import { readdirSync } from "node:fs";
import { openBrowser, shots, startModel, startServer } from "./harness.mjs";

const here = new URL("./journeys/", import.meta.url);
const wanted = process.argv.slice(2);
const names = readdirSync(here)
  .filter((name) => name.endsWith(".mjs"))
  .sort();
const browser = await openBrowser();
let passed = 0;
let failed = 0;
for (const name of names) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  const begun = Date.now();
  const server = await startServer();
  const model = await startModel();
  try {
    const { journey } = await import(new URL(name, here));
    await journey({ browser, server, model });
    passed++;
    process.stdout.write(`ok ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)\n`);
  } catch (error) {
    failed++;
    process.stdout.write(`FAILED ${name}: ${error.stack ?? error}\n`);
    for (const [n, context] of browser.contexts().entries()) {
      for (const page of context.pages())
        await page.screenshot({ path: `${shots}/failed-${name}-${n}.png` }).catch(() => {});
    }
  } finally {
    for (const context of browser.contexts()) await context.close();
    await server.stop();
    model.stop();
    server.remove();
  }
}
await browser.close();
process.stdout.write(`screenshots: ${shots}\n${passed} passed, ${failed} failed\n`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { en } from "./en";
import { zh } from "./zh-CN";

function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const at = path.join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === "i18n" || entry.name === "generated" ? "" : sources(at);
      return /\.tsx?$/.test(entry.name) && !entry.name.includes(".test.") ? readFileSync(at, "utf8") : "";
    })
    .join("\n");
}

const all = sources(path.resolve(__dirname, ".."));
/** Keys made at run time: `t(`type_${…}`)`. */
const prefixes = [...all.matchAll(/t\(\s*`([a-z]+_)\$\{/g)].map((match) => match[1] ?? "");

test("both languages have the same keys and none is empty", () => {
  const plurals = Object.keys(en).filter((key) => !(key.endsWith("_one") && key.slice(0, -4) in zh));
  expect(plurals.sort()).toEqual(Object.keys(zh).sort());
  for (const [key, text] of [...Object.entries(zh), ...Object.entries(en)]) expect(text.trim(), key).not.toBe("");
});

test("both languages have the same placeholders", () => {
  const marks = (text: string) => [...text.matchAll(/\{\{?\w+\}?\}/g)].map((match) => match[0]).sort();
  for (const key of Object.keys(zh) as (keyof typeof zh)[]) {
    expect(marks(en[key]), key).toEqual(marks(zh[key]));
    expect(marks(en[`${key}_one`] ?? zh[key]), `${key}_one`).toEqual(marks(zh[key]));
  }
});

test("every key that the code asks for exists", () => {
  const used = [...all.matchAll(/\bt\(\s*"([\w]+)"/g)].map((match) => match[1] ?? "");
  expect(used.length).toBeGreaterThan(50);
  for (const key of used) expect(zh, key).toHaveProperty(key);
});

test("no key is unused", () => {
  const isUsed = (key: string) => all.includes(`"${key}"`) || prefixes.some((prefix) => key.startsWith(prefix));
  expect(Object.keys(zh).filter((key) => !isUsed(key))).toEqual([]);
});

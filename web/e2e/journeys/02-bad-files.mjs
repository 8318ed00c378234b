// Files that cannot be read end in a clear message, and nothing is half-applied.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { api, check, openPage, root, same, shot, shots } from "../harness.mjs";

const EXPECTED = [
  ["corrupted.xlsx", "已损坏"],
  ["encrypted.xlsx", "密码"],
  ["bomb.xlsx", "大得不正常"],
  ["random.csv", "不是文字"],
  ["empty.csv", "空"],
];

/** Resident memory of the server in MB, where the system tells. */
function residentMb(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
  } catch {
    return 0;
  }
}

export async function journey({ browser, server }) {
  const folder = path.join(shots, "bad");
  const made = spawnSync("python3", [path.join(root, "web", "e2e", "make_bad_files.py"), folder], { encoding: "utf8" });
  same(made.status, 0, made.stderr);
  const { page, faults } = await openPage(browser);
  const before = residentMb(server.pid);
  for (const [file, words] of EXPECTED) {
    await page.goto(server.url);
    await page.getByTestId("file-input").setInputFiles(path.join(folder, file));
    const alert = page.getByRole("alert").first();
    await alert.waitFor({ timeout: 20_000 });
    const text = await alert.innerText();
    check(text.includes(words), `${file}: the message says “${words}”: ${text}`);
    if (file === "encrypted.xlsx") await shot(page, "20-encrypted-zh");
    same(await api(server, "GET", "/bases"), [], `${file}: nothing was made`);
  }
  check(residentMb(server.pid) < before + 64, "the reading child took the memory, not the server");

  // A workbook behind a password: asked for, told where it is wrong, read once it is right.
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(path.join(root, "connectors/tests/fixtures/password.xlsx"));
  const password = page.getByLabel("文件的打开密码");
  await password.fill("yiwu2026");
  await page.getByRole("button", { name: "打开", exact: true }).click();
  await page.getByText("密码不对").waitFor();
  await shot(page, "21-password-zh");
  await password.fill("Yiwu2026");
  await password.press("Enter");
  await page.getByTestId("confirm-import").waitFor();
  same(await api(server, "GET", "/bases"), [], "a preview makes nothing");

  // Two cells at opposite corners of the sheet are a small table, not a billion cells.
  await page.goto(server.url);
  await page.getByTestId("file-input").setInputFiles(path.join(folder, "sparse.xlsx"));
  await page.getByTestId("confirm-import").click();
  await page.waitForFunction(() => document.querySelector("[data-testid=grid]")?.grid?.source.rowCount === 1);

  // Formulas that are too deep, or read themselves, are refused with words.
  const [base] = await api(server, "GET", "/bases");
  const table = (await api(server, "GET", `/bases/${base.id}`)).tables[0];
  const refused = async (formula) =>
    api(server, "POST", `/bases/${base.id}/commands`, {
      command: { kind: "create_field", table: table.id, field: { name: "深", type: "formula", formula } },
    }).then(
      () => "accepted",
      (error) => String(error),
    );
  const begun = Date.now();
  check(
    (await refused(`${"(".repeat(100_000)}1${")".repeat(100_000)}`)).includes("formula"),
    "100,000 parentheses are refused",
  );
  check(
    (await refused(`${"(".repeat(20_000)}1${")".repeat(20_000)}`)).includes("formula"),
    "20,000 parentheses are refused",
  );
  check(Date.now() - begun < 3_000, "at once");
  await api(server, "POST", `/bases/${base.id}/commands`, {
    command: { kind: "create_field", table: table.id, field: { name: "甲", type: "formula", formula: "1+1" } },
  });
  const fields = (await api(server, "GET", `/bases/${base.id}`)).tables[0].fields;
  const own = fields.find((field) => field.name === "甲");
  const cycle = await api(server, "POST", `/bases/${base.id}/commands`, {
    command: {
      kind: "update_field",
      table: table.id,
      field: own.id,
      field_type: { type: "formula", formula: "[甲]+1" },
    },
  }).then(
    () => "accepted",
    (error) => String(error),
  );
  check(cycle.includes("formula_cycle"), `a formula that reads itself: ${cycle}`);
  same(
    faults.filter((text) => !text.includes("status of 4")),
    [],
    "the page logs no other error",
  );
}

// Every step of the main job as people see it: PC and phone, Chinese and English. No step may log an error, scroll
// sideways on a phone (but the grid), or break an accessibility rule that axe calls serious.
import path from "node:path";
import { accessible, api, check, openPage, same, samples, shot } from "../harness.mjs";

/** In the page: controls that begin on the screen and end beyond it, unless a box around them scrolls sideways. */
function cutOff() {
  const scrolls = (element) => {
    for (let box = element.parentElement; box; box = box.parentElement) {
      if (box.scrollWidth > box.clientWidth && /auto|scroll/.test(getComputedStyle(box).overflowX)) {
        const frame = box.getBoundingClientRect();
        if (box !== document.scrollingElement && frame.right <= innerWidth + 1) return box.tagName !== "MAIN";
      }
    }
    return false;
  };
  const cut = [];
  for (const element of document.querySelectorAll("button, input, a, .hint, label")) {
    const { left, right, width } = element.getBoundingClientRect();
    if (width > 0 && left < innerWidth && right > innerWidth + 1 && !scrolls(element))
      cut.push(element.outerHTML.slice(0, 90));
  }
  return cut;
}

async function look(page, name, isPhone) {
  await page.waitForTimeout(350);
  await shot(page, name);
  if (isPhone) {
    const [wide, all] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    check(wide <= all, `${name}: the page is ${wide} px wide on a screen of ${all}`);
    same(await page.evaluate(cutOff), [], `${name}: nothing that people press or fill in is cut by the edge`);
  }
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
  for (const locale of ["zh-CN", "en"]) {
    for (const [width, height, device] of [
      [1440, 900, "pc"],
      [390, 844, "phone"],
    ]) {
      await steps({ browser, server, locale, width, height, device });
    }
  }
}

async function steps({ browser, server, locale, width, height, device }) {
  const isPhone = device === "phone";
  const say = (zh, en) => (locale === "en" ? en : zh);
  const name = (step) => `${step}-${device}-${locale === "en" ? "en" : "zh"}`;
  const { page, context, faults } = await openPage(browser, { width, height, locale, touch: isPhone });
  await page.goto(server.url);
  await page.getByTestId("file-input").waitFor({ state: "attached" });
  await look(page, name("30-start"), isPhone);
  await accessible(page, name("30-start"));
  await page.getByTestId("file-input").setInputFiles(path.join(samples, "饰品报价单.xlsx"));
  await page.getByTestId("confirm-import").waitFor();
  await page.waitForLoadState("networkidle");
  await look(page, name("31-preview"), isPhone);
  await accessible(page, name("31-preview"));
  await page.getByTestId("confirm-import").click();
  await page.getByRole("toolbar").waitFor();
  await page.waitForTimeout(800);
  await look(page, name("32-table"), isPhone);
  await accessible(page, name("32-table"));

  const toolbar = page.getByRole("toolbar");
  await toolbar.getByRole("button", { name: say("新增字段", "Add field"), exact: true }).click();
  await page.getByLabel(say("字段名", "Field name")).fill(say("英文名", "English name"));
  await look(page, name("33-field"), isPhone);
  await page.getByRole("button", { name: say("公式", "Formula"), exact: true }).click();
  await page.getByTestId("formula-editor").getByRole("textbox").click();
  await page.keyboard.insertText("[单价]*[数");
  await page.waitForTimeout(700);
  await look(page, name("34-formula"), isPhone);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: say("换成其他类型", "Another type") }).click();
  await page.getByRole("button", { name: say("AI 翻译", "AI translate") }).click();
  await page.getByTestId("live-value").waitFor();
  await look(page, name("35-ai-field"), isPhone);
  await page.getByTestId("save-field").click();
  await page.getByTestId("run-ai").waitFor();
  await page.waitForTimeout(400);
  await look(page, name("36-ai-price"), isPhone);
  await accessible(page, name("36-ai-price"));
  await page.getByTestId("run-ai").click();
  await page.waitForTimeout(1500);
  await look(page, name("37-ai-done"), isPhone);
  await page
    .getByRole("complementary")
    .getByRole("button", { name: say("关闭", "Close") })
    .click();
  await look(page, name("38-after-ai"), isPhone);

  await toolbar.getByRole("button", { name: say("筛选", "Filter") }).click();
  await look(page, name("39-filter"), isPhone);
  await page.keyboard.press("Escape");
  await toolbar.getByRole("button", { name: say("导出", "Export") }).click();
  await look(page, name("40-export"), isPhone);
  await page.keyboard.press("Escape");
  await toolbar.getByRole("button", { name: say("历史", "History") }).click();
  await look(page, name("41-history"), isPhone);
  await page.goto(`${server.url}/settings`);
  await page.getByTestId("add-provider").click();
  await look(page, name("42-settings"), isPhone);
  await accessible(page, name("42-settings"));
  same(faults, [], `${name("all")}: the page logs no error`);
  await context.close();
}

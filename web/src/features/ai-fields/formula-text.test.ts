import { expect, test } from "vitest";
import { AI_KINDS, type AiDraft, aiMade, optionNames, promptFormula } from "./formula-text";

const empty: AiDraft = {
  kind: "copy",
  sources: ["品名"],
  languages: ["英语"],
  words: "",
  options: "",
  many: false,
  what: "",
  type: "",
  size: "",
  isLabelled: false,
  picture: "",
};
const fields = ["品名", "规格[cm]", "图片"];

test.each<[Partial<AiDraft>, string]>([
  [{ kind: "translate" }, 'AI.TRANSLATE([品名],"英语")'],
  [{ kind: "translate", words: "短" }, 'AI.TRANSLATE([品名],"英语","短")'],
  [
    { kind: "copy", sources: ["品名", "规格[cm]"], words: '写"短"一点\n两句' },
    `AI.COPY([品名],[规格'[cm']],"写""短""一点 两句")`,
  ],
  [{ kind: "image_prompt" }, "AI.IMAGE_PROMPT([品名])"],
  [{ kind: "image_prompt", words: "白底" }, 'AI.IMAGE_PROMPT([品名],"白底")'],
  [{ kind: "summarize", words: "20 字" }, 'AI.SUMMARIZE([品名],"20 字")'],
  [{ kind: "reply", sources: [] }, ""],
  [{ kind: "extract", what: "数量", type: "数字" }, 'AI.EXTRACT([品名],"数量","数字")'],
  [{ kind: "extract", sources: [], picture: "图片", what: "条码" }, 'AI.EXTRACT([图片],"条码")'],
  [{ kind: "extract" }, ""],
  [{ kind: "review", picture: "图片", words: "白底" }, 'AI.REVIEW([图片],"白底")'],
  [{ kind: "review" }, ""],
  [{ kind: "image" }, "AI.IMAGE([品名])"],
  [{ kind: "image", size: "1024x1024", isLabelled: true }, 'AI.IMAGE([品名],,"1024x1024",TRUE)'],
  [{ kind: "image", picture: "图片" }, "AI.IMAGE([品名],[图片])"],
  [{ kind: "ask", words: "给 [品名] 起名" }, 'AI.ASK("给 ",[品名]," 起名")'],
])("%o", (draft, formula) => {
  expect(aiMade({ ...empty, ...draft }, fields).formula).toBe(formula);
});

test("several fields read their parts of one answer", () => {
  const listing = aiMade({ ...empty, kind: "listing", words: "亚马逊" }, fields);
  expect(listing.name).toBe("标题");
  expect(listing.more?.map(({ name }) => name)).toEqual(["卖点", "描述", "关键词"]);
  const shapes = [listing, ...(listing.more ?? [])].map(({ formula }) => formula.replace(/"[^"]*"/, "_"));
  expect(new Set(shapes)).toEqual(new Set(['AI.LISTING(_,"英语","亚马逊",[品名])']));
  const two = aiMade({ ...empty, kind: "translate", languages: ["英语", "法语"] }, fields);
  expect([two.formula, two.more?.[0]?.formula]).toEqual([
    'AI.TRANSLATE([品名],"英语,法语",,"英语")',
    'AI.TRANSLATE([品名],"英语,法语",,"法语")',
  ]);
});

test("a class is a select field with the options typed", () => {
  expect(optionNames("发饰，耳饰、发饰\n 项链 ")).toEqual(["发饰", "耳饰", "项链"]);
  const made = aiMade({ ...empty, kind: "classify", options: "发饰,耳饰" }, fields);
  expect(made.formula).toBe("AI.CLASSIFY([品名])");
  expect(made.result).toMatchObject({ type: "select", options: [{ name: "发饰" }, { name: "耳饰" }] });
  expect(aiMade({ ...empty, kind: "classify" }, fields).formula).toBe("");
});

test("a prompt's references are fields, everything else is text", () => {
  expect(promptFormula('[规格[cm]]：[没有] "引"', fields)).toBe(`AI.ASK([规格'[cm']],"：[没有] ""引""")`);
  expect(promptFormula("  ", fields)).toBe("");
});

test("every kind has a form", () => {
  const full = { ...empty, words: "写", options: "a", what: "b", picture: "图片" };
  for (const kind of AI_KINDS) expect(aiMade({ ...full, kind }, fields).formula, kind).toContain("AI.");
});

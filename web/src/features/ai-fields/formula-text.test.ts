import { expect, test } from "vitest";
import { aiFormula } from "./formula-text";

test.each([
  ["translate", ["品名"], "英语", 'AI.TRANSLATE([品名],"英语")'],
  ["copy", ["品名", "规格[cm]"], '写"短"一点\n两句', `AI.COPY([品名],[规格'[cm']],"写""短""一点 两句")`],
  ["image_prompt", ["品名"], "", "AI.IMAGE_PROMPT([品名])"],
  ["image_prompt", ["品名"], "白底", 'AI.IMAGE_PROMPT([品名],"白底")'],
] as const)("%s", (kind, names, words, formula) => {
  expect(aiFormula(kind, [...names], words)).toBe(formula);
});

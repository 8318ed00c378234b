import { expect, test } from "vitest";
import { newRule, RULE_KINDS, reasonParts, wordsOf } from "./rules";

test("a reason is a code with facts", () => {
  expect(reasonParts("rule_length_max_characters|found=212|limit=200")).toEqual({
    code: "rule_length_max_characters",
    facts: { found: "212", limit: "200" },
  });
  expect(reasonParts("rule_pattern|pattern=^a=b$").facts).toEqual({ pattern: "^a=b$" });
  expect(reasonParts("wrong_key")).toEqual({ code: "wrong_key", facts: {} });
});

test("words stand between commas of either kind", () => {
  expect(wordsOf("free shipping，促销、 sale,\n,best")).toEqual(["free shipping", "促销", "sale", "best"]);
});

test("every kind has a rule to begin with", () => {
  for (const kind of RULE_KINDS) expect(newRule(kind, "f1").rule).toBe(kind);
});

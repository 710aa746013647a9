import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { REFUSALS, refusalText } from "./i18n/refusals";

/** The codes as the Rust sources list them. */
function codes(path: string, pattern: RegExp): string[] {
  const source = readFileSync(path, "utf8");
  return [...source.matchAll(pattern)].map((match) => match[1] ?? "");
}

const RULES = codes("domain/src/refusal.rs", /=> "(\w+)",/g);
const WAY_IN = codes("protocol/src/route.rs", /^\s+[A-Z_]+ = "(\w+)" \d{3}/gm);

test("every refusal of the rules and of the way in has words in both languages", () => {
  assert.ok(RULES.length > 80 && WAY_IN.length > 10);
  for (const code of [...RULES, ...WAY_IN]) {
    const words = REFUSALS[code];
    assert.ok(words !== undefined && words.ja !== "" && words.en !== "", code);
  }
});

test("no words are left for codes that do not exist", () => {
  const known = new Set([...RULES, ...WAY_IN]);
  assert.deepEqual(Object.keys(REFUSALS).filter((code) => !known.has(code)), []);
});

test("facts are filled in, and an unknown code is still shown", () => {
  assert.equal(refusalText("not_waiting", { label: "A012" }, "ja"), "A012 は待っていません");
  assert.match(refusalText("from_the_future", {}, "en"), /from_the_future/);
});

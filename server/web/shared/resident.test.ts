import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutRuby } from "./format";
import { RESIDENT_TEXTS } from "./i18n/resident";

const TAGS = ["ja", "ja-easy", "en", "zh-Hans", "zh-Hant", "ko", "vi", "ne", "fil", "pt"];

test("residents are spoken to in all ten languages, each under its own name", () => {
  assert.deepEqual(Object.keys(RESIDENT_TEXTS), TAGS);
  const names = Object.values(RESIDENT_TEXTS).map((text) => text.language);
  assert.equal(new Set(names).size, TAGS.length);
});

test("no sentence is empty and every count, time and place is in its sentence", () => {
  for (const [tag, text] of Object.entries(RESIDENT_TEXTS)) {
    for (const [name, sentence] of Object.entries(text)) {
      if (typeof sentence === "string") assert.notEqual(sentence, "", `${tag} ${name}`);
    }
    assert.match(text.people(7), /7/, tag);
    assert.match(text.ahead(7), /7/, tag);
    assert.match(text.wait("10–20"), /10–20/, tag);
    assert.match(text.calledAround("14:05–14:20"), /14:05–14:20/, tag);
    assert.match(text.returnsIn(15), /15/, tag);
    assert.match(text.closedUntil("08:30"), /08:30/, tag);
    assert.match(text.pleaseCome("3番窓口"), /3番窓口/, tag);
    assert.match(text.elsewhereText("待合側"), /待合側/, tag);
    assert.match(text.elsewhereBefore("待合側"), /待合側/, tag);
  }
});

test("plain Japanese gives a reading for every kanji it uses", () => {
  const text = RESIDENT_TEXTS["ja-easy"];
  assert.ok(text);
  const sentences = Object.entries(text).filter(([name]) => name !== "language");
  for (const [name, sentence] of sentences) {
    if (typeof sentence !== "string") continue;
    const unread = sentence.replace(/\{[^{}]*\}/g, "");
    assert.doesNotMatch(unread, /[㐀-鿿]/, name);
    assert.doesNotMatch(withoutRuby(sentence), /[{}|]/, name);
  }
});

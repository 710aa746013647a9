import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bandText,
  levelOf,
  minutes,
  pick,
  rubyPieces,
  timerText,
  timeText,
  windowText,
  withoutRuby,
} from "./format";

const AT_MS = Date.parse("2026-06-02T14:05:00+09:00");

test("times are the office's, in 24 hours with two digits", () => {
  assert.equal(timeText(AT_MS, "Asia/Tokyo"), "14:05");
  assert.equal(timeText(AT_MS, "UTC"), "05:05");
  assert.equal(timeText(Date.parse("2026-06-02T00:07:00+09:00"), "Asia/Tokyo"), "00:07");
});

test("a window is two times", () => {
  assert.equal(windowText(AT_MS, AT_MS + 900_000, "Asia/Tokyo"), "14:05–14:20");
});

test("minutes are rounded down and never negative", () => {
  assert.equal(minutes(12 * 60_000 + 59_999), 12);
  assert.equal(minutes(-5), 0);
});

test("a timer shows hours only when there are any", () => {
  assert.equal(timerText(249_000), "4:09");
  assert.equal(timerText(3_849_000), "1:04:09");
  assert.equal(timerText(-1), "0:00");
});

test("a band of one value is one number", () => {
  assert.equal(bandText({ from_min: 10, to_min: 20 }), "10–20");
  assert.equal(bandText({ from_min: 5, to_min: 5 }), "5");
});

test("who reads no Japanese gets English before Japanese", () => {
  const text = { ja: "年金", en: "Pension" };
  assert.equal(pick(text, "ne"), "Pension");
  assert.equal(pick(text, "ja-easy"), "年金");
  assert.equal(pick({ ja: "年金" }, "ko"), "年金");
});

test("readings are taken from our marks and from the office file's brackets", () => {
  assert.deepEqual(rubyPieces("{番号|ばんごう}を とる"), [
    { base: "番号", reading: "ばんごう" },
    { base: "を とる", reading: null },
  ]);
  assert.deepEqual(rubyPieces("国保〔こくほ〕に 入る"), [
    { base: "国保", reading: "こくほ" },
    { base: "に 入る", reading: null },
  ]);
  assert.equal(withoutRuby("{係|かかり}の {人|ひと}"), "係の 人");
});

test("a span is near its limit from four fifths on and over beyond it", () => {
  const limit_ms = 30 * 60_000;
  assert.equal(levelOf(23 * 60_000, limit_ms), "calm");
  assert.equal(levelOf(24 * 60_000, limit_ms), "near");
  assert.equal(levelOf(limit_ms, limit_ms), "near");
  assert.equal(levelOf(limit_ms + 1, limit_ms), "over");
  assert.equal(levelOf(limit_ms, null), "calm");
});

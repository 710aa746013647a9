import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallView, DisplayView } from "../../server/web/shared/protocol";
import { announcementText, spokenLabel } from "./speech";
import { callAt, CALLS_MAX, foldDisplay, lastCalls, LIST_MAX } from "./store";

function call(label: string, at_ms: number, state: CallView["state"] = "calling"): CallView {
  return { label, counter: "3", called_at_ms: at_ms, announced_at_ms: at_ms, announce_count: 1, state };
}

function view(calls: CallView[]): DisplayView {
  const day = { day: null, issuing: false, next_open: null, open: null, close: null };
  return { office: {}, counters: [], queues: [], calls, day, notices: [] };
}

test("a new call stands first, and no more than the display's share is kept", () => {
  let shown = view([]);
  for (let at = 1; at <= CALLS_MAX + 5; at += 1) {
    shown = foldDisplay(shown, { kind: "call", call: call(`A${at}`, at, "ended") });
  }
  shown = foldDisplay(shown, { kind: "call", call: call("B1", 3) });
  assert.equal(shown.calls.length, CALLS_MAX);
  assert.equal(shown.calls[0]?.label, "B1");
});

test("the list keeps the order of the calls when somebody arrives", () => {
  let shown = view([call("A2", 2), call("A1", 1)]);
  shown = foldDisplay(shown, { kind: "call", call: call("A2", 2, "arrived") });
  assert.deepEqual(lastCalls(shown.calls).map((one) => one.label), ["A2", "A1"]);
  assert.ok(lastCalls(shown.calls).length <= LIST_MAX);
});

test("a counter's display shows its call until it has ended", () => {
  assert.equal(callAt([call("A1", 1, "arrived")], "3")?.label, "A1");
  assert.equal(callAt([call("A1", 1, "ended")], "3"), null);
  assert.equal(callAt([call("A1", 1)], "4"), null);
});

test("the voice reads the letter in Japanese and the number without leading zeros", () => {
  assert.equal(spokenLabel("A012"), "エー 12");
  assert.equal(spokenLabel("H101"), "エイチ 101");
  assert.match(announcementText("A012", "3番窓口", 1), /^番号札 エー 12番の方、3番窓口へ/);
  assert.match(announcementText("A012", "3番窓口", 2), /^もう一度お呼びします。/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { counterStatus, SERVED, views } from "../../../tests/browser/views";
import { actionsOf, keyAction, numberedAction } from "./actions";
import { handledMs, lineOf, procedureChoice, waitedMs } from "./store";

const FREE = counterStatus("4", { state: "free" }, { next: "A014" });
const names = (...given: Parameters<typeof actionsOf>) => actionsOf(...given).map((one) => one.name);

test("there are never more than four actions, and the first is the next step", () => {
  const called = { ...SERVED, state: { state: "called" as const, counter: "3" } };
  assert.deepEqual(names(FREE, null, 3), ["call_next", "call_label", "linked"]);
  assert.deepEqual(names(FREE, called, 3), ["start", "recall", "absent", "mismatch"]);
  assert.deepEqual(names(FREE, SERVED, 3), ["complete", "end_service", "hold", "transfer"]);
  assert.deepEqual(names(counterStatus("4", { state: "closed" }), null, 3), ["open"]);
});

test("space and enter are the next step; keys of disabled actions do nothing", () => {
  const nobody = actionsOf({ ...FREE, next: null }, null, 0);
  assert.equal(keyAction(" ", actionsOf(FREE, null, 3)), "call_next");
  assert.equal(keyAction("Enter", actionsOf(FREE, null, 3)), "call_next");
  assert.equal(keyAction(" ", nobody), null);
  assert.equal(keyAction("l", nobody), null);
  assert.equal(keyAction("z", nobody), "undo");
  assert.equal(keyAction("q", nobody), null);
});

test("key N of a keypad is the Nth button, and a disabled one does nothing", () => {
  const free = actionsOf(FREE, null, 3);
  const called = actionsOf(
    FREE,
    { ...SERVED, state: { state: "called" as const, counter: "3" } },
    3,
  );
  assert.equal(numberedAction("1", free), "call_next");
  assert.equal(numberedAction("2", called), "recall");
  assert.equal(numberedAction("9", called), null);
  assert.equal(numberedAction("0", free), null);
  assert.equal(numberedAction("Enter", free), null);
  assert.equal(numberedAction("1", actionsOf({ ...FREE, next: null }, null, 0)), null);
});

test("the line shows whom the counter would call next, then the others by their place", () => {
  const view = views().counter;
  const line = lineOf(view, { ...FREE, next: "A013" }).map((one) => one.label);
  assert.deepEqual(line.slice(0, 3), ["A013", "A014", "C004"]);
  assert.ok(!line.includes("H002"));
});

test("wait and handling run only while they run (R-20)", () => {
  const waiting = { ...SERVED, state: { state: "waiting" as const }, since_ms: 100, waited_ms: 50 };
  assert.equal(waitedMs(waiting, 300), 250);
  assert.equal(handledMs({ ...waiting, handled_ms: 40 }, 300), 40);
  const served = { ...SERVED, since_ms: 100, waited_ms: 50, handled_ms: 40 };
  assert.equal(waitedMs(served, 300), 50);
  assert.equal(handledMs(served, 300), 240);
});

test("procedures of the errand come first, then those of the queue, then all others", () => {
  const { suggested, others } = procedureChoice(views().counter, SERVED);
  assert.deepEqual(suggested.map((one) => one.code), ["2", "22", "2-2"]);
  assert.ok(others.some((one) => one.code === "3"));
});

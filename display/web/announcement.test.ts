import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallView } from "../../server/web/shared/protocol";
import { AnnouncementQueue, SHOW_MS_MAX, SHOW_MS_MIN } from "./announcement";

const OFFICE_MS = 1_000_000;

function call(label: string, more: Partial<CallView> = {}): CallView {
  return {
    label,
    counter: "3",
    called_at_ms: OFFICE_MS,
    announced_at_ms: OFFICE_MS,
    announce_count: 1,
    state: "calling",
    ...more,
  };
}

/** Every label that gets the big place, with the second in which it does. */
function run(queue: AnnouncementQueue, from_s: number, to_s: number): [number, string][] {
  const shown: [number, string][] = [];
  for (let at_s = from_s; at_s <= to_s; at_s += 1) {
    const next = queue.tick(at_s * 1_000);
    if (next !== null) {
      shown.push([at_s, next.label]);
      queue.voiceDone(next.label);
    }
  }
  return shown;
}

test("calls made together are each shown in turn, none overwrites another", () => {
  const queue = new AnnouncementQueue();
  for (const label of ["A001", "A002", "A003"]) queue.offer(call(label), OFFICE_MS);
  const step_s = SHOW_MS_MIN / 1_000;
  assert.deepEqual(run(queue, 0, 40), [
    [0, "A001"],
    [step_s, "A002"],
    [2 * step_s, "A003"],
  ]);
});

test("a voice that still speaks is not cut off, but holds nobody up for ever", () => {
  const queue = new AnnouncementQueue();
  queue.offer(call("A001"), OFFICE_MS);
  queue.offer(call("A002"), OFFICE_MS);
  assert.equal(queue.tick(0)?.label, "A001");
  assert.equal(queue.tick(SHOW_MS_MIN), null);
  assert.equal(queue.tick(SHOW_MS_MAX)?.label, "A002");
});

test("a label called again is announced again", () => {
  const queue = new AnnouncementQueue();
  queue.offer(call("A001"), OFFICE_MS);
  run(queue, 0, 10);
  assert.equal(queue.offer(call("A001"), OFFICE_MS), false);
  assert.equal(queue.offer(call("A001", { announce_count: 2 }), OFFICE_MS), true);
  assert.deepEqual(run(queue, 11, 20), [[11, "A001"]]);
});

test("who has come is not called any more", () => {
  const queue = new AnnouncementQueue();
  queue.offer(call("A001"), OFFICE_MS);
  queue.offer(call("A002"), OFFICE_MS);
  queue.tick(0);
  queue.offer(call("A002", { state: "arrived" }), OFFICE_MS);
  assert.deepEqual(run(queue, 1, 20), []);
});

test("a call that is taken back leaves the big place at once", () => {
  const queue = new AnnouncementQueue();
  queue.offer(call("A001"), OFFICE_MS);
  queue.tick(0);
  queue.offer(call("A001", { state: "ended" }), OFFICE_MS);
  assert.equal(queue.current, null);
});

test("a person who has come keeps the big place for its time, then it is free", () => {
  const queue = new AnnouncementQueue();
  queue.offer(call("A001"), OFFICE_MS);
  queue.tick(0);
  queue.voiceDone("A001");
  queue.offer(call("A001", { state: "arrived" }), OFFICE_MS);
  queue.tick(SHOW_MS_MIN - 1);
  assert.equal(queue.current?.label, "A001");
  queue.tick(SHOW_MS_MIN);
  assert.equal(queue.current, null);
});

test("after a loss of connection recent calls are announced in order, old ones only listed", () => {
  const queue = new AnnouncementQueue();
  queue.adopt(
    [
      call("A003", { announced_at_ms: OFFICE_MS - 5_000 }),
      call("A002", { announced_at_ms: OFFICE_MS - 20_000 }),
      call("A001", { announced_at_ms: OFFICE_MS - 120_000 }),
    ],
    OFFICE_MS,
  );
  assert.deepEqual(run(queue, 0, 30).map(([, label]) => label), ["A002", "A003"]);
});

test("the same view again announces nothing again", () => {
  const queue = new AnnouncementQueue();
  queue.adopt([call("A001")], OFFICE_MS);
  run(queue, 0, 10);
  queue.adopt([call("A001")], OFFICE_MS);
  assert.deepEqual(run(queue, 11, 30), []);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { RETRY_PAUSES_MS, send, type Sender } from "./command";

type Step = { status: number; body: unknown } | "lost";

/** A network that does what the steps say; the last step repeats. */
function network(steps: Step[]) {
  const keys: string[] = [];
  const pauses: number[] = [];
  const sender: Sender = {
    fetch: async (_url, init) => {
      keys.push(String(new Headers(init.headers).get("Idempotency-Key")));
      const step = steps[Math.min(keys.length, steps.length) - 1];
      if (step === undefined || step === "lost") throw new TypeError("network");
      return new Response(JSON.stringify(step.body), { status: step.status });
    },
    pause: async (delay_ms) => void pauses.push(delay_ms),
  };
  return { keys, pauses, sender };
}

const DONE = { status: 200, body: { seq: 1, at_ms: 2, events: [] } };
const refusal = (status: number, code: string) => ({
  status,
  body: { error: { code, message: "", detail: { label: "A001" } } },
});

test("one press keeps its key across retries and gets the answer in the end", async () => {
  const { keys, sender } = network(["lost", "lost", DONE]);
  const outcome = await send("counters/3/call-next", {}, "key-1", sender);
  assert.equal(outcome.outcome, "done");
  assert.deepEqual(keys, ["key-1", "key-1", "key-1"]);
});

test("a refusal is final and carries its facts", async () => {
  const { keys, sender } = network([refusal(409, "not_waiting")]);
  const outcome = await send("counters/3/call", {}, "key-1", sender);
  assert.deepEqual(outcome, { outcome: "refused", code: "not_waiting", detail: { label: "A001" } });
  assert.equal(keys.length, 1);
});

test("a busy server is asked again, and its own word is passed on in the end", async () => {
  const { keys, pauses, sender } = network([refusal(503, "busy")]);
  const outcome = await send("tickets", {}, "key-1", sender);
  assert.equal(outcome.outcome === "refused" && outcome.code, "busy");
  assert.equal(keys.length, RETRY_PAUSES_MS.length + 1);
  assert.deepEqual(pauses, [...RETRY_PAUSES_MS]);
});

test("when an answer was lost nobody claims to know the outcome", async () => {
  const { sender } = network(["lost", refusal(503, "failing")]);
  assert.deepEqual(await send("tickets", {}, "key-1", sender), { outcome: "unknown" });
});

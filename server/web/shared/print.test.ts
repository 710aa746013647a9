import assert from "node:assert/strict";
import { test } from "node:test";
import { printSlip, type Asker } from "./print";
import type { PrintState, PrintView } from "./protocol";

const VIEW: PrintView = {
  print: "kiosk-1.7",
  kind: "staff",
  printer: "kiosk-1",
  ticket: 1,
  tag: null,
  state: "waiting",
  asked_at_ms: 1,
  settled: false,
};

function office(states: PrintState[], printer = "kiosk-1"): Asker {
  let looked = 0;
  return {
    order: async () => ({ outcome: "done", answer: VIEW }),
    look: async () => {
      const state = states[Math.min(looked, states.length - 1)] ?? "waiting";
      looked += 1;
      return { ...VIEW, state, printer };
    },
    pause: async () => {},
  };
}

test("a slip is followed to the printer that has it until it is on paper", async () => {
  const printed = await printSlip({ kind: "staff", ticket: 1 }, office(["printing", "printed"], "kiosk-2"));
  assert.deepEqual(printed, { printed: "yes", printer: "kiosk-2" });
});

test("a slip that waits for a person is told as waiting, and never as printed", async () => {
  assert.deepEqual(await printSlip({ kind: "summary" }, office(["waiting"])), {
    printed: "waiting",
    printer: "kiosk-1",
  });
  const doubtful = await printSlip({ kind: "summary" }, office(["unknown"]));
  assert.deepEqual(doubtful, { printed: "doubtful", printer: "kiosk-1" });
});

test("a refusal and a lost answer are told apart", async () => {
  const refused = { outcome: "refused", code: "no_printer", detail: {} } as const;
  const refusing = { ...office([]), order: async () => refused };
  assert.deepEqual(await printSlip({ kind: "summary" }, refusing), {
    printed: "refused",
    code: "no_printer",
    detail: {},
  });
  const lost = { ...office([]), order: async () => ({ outcome: "unknown" }) as const };
  assert.deepEqual(await printSlip({ kind: "summary" }, lost), { printed: "unknown" });
});

// Presses of the counter screen: one press, one command, one answer in words.

import { signal } from "@preact/signals";
import { send, type Outcome } from "../shared/command";
import { refusalText } from "../shared/i18n/refusals";
import { staff_language, staffText } from "../shared/i18n/staff";

/** The command under way; while it is, no other press counts. */
export const pending = signal<string | null>(null);
/** What became of the last press. */
export const report = signal<{ kind: "done" | "refused" | "unknown"; words: string } | null>(null);
/** Presses that count begin again this long after an answer: a bouncing key presses once. */
export const BOUNCE_MS = 400;

let quiet_until_ms = 0;

/** Whether a press counts now. */
export function accepts(): boolean {
  return pending.value === null && performance.now() >= quiet_until_ms;
}

/** Sends a command and says what became of it. `name` is what the button says. */
export async function press(name: string, path: string, body: object = {}): Promise<Outcome | null> {
  if (!accepts()) return null;
  pending.value = name;
  report.value = null;
  const outcome = await send(path, body);
  pending.value = null;
  quiet_until_ms = performance.now() + BOUNCE_MS;
  report.value = wordsFor(name, outcome);
  return outcome;
}

function wordsFor(name: string, outcome: Outcome): typeof report.value {
  switch (outcome.outcome) {
    case "done":
      return { kind: "done", words: `${name}：${staffText().done}` };
    case "refused":
      return {
        kind: "refused",
        words: refusalText(outcome.code, outcome.detail, staff_language.value),
      };
    case "unknown":
      return { kind: "unknown", words: staffText().unknownOutcome };
  }
}

// Presses of the counter screen: one press, one command, one answer in words.

import { signal } from "@preact/signals";
import { send, type Outcome } from "../shared/command";
import { printSlip } from "../shared/print";
import { printWords } from "../shared/print-words";
import type { BellView, PrintSlip } from "../shared/protocol";
import { refusalText } from "../shared/i18n/refusals";
import { staff_language, staffText } from "../shared/i18n/staff";

/** The command under way; while it is, no other press counts. */
export const pending = signal<string | null>(null);
/** What became of the last press. */
export const report = signal<{
  kind: "done" | "warned" | "refused" | "unknown";
  words: string;
  /** The bell whose ring the words are about; they go when it has been answered. */
  bell?: string;
} | null>(null);
/** Presses that count begin again this long after an answer: a bouncing key presses once. */
export const BOUNCE_MS = 400;

/**
 * The next step's key rests so long after a question has been answered: the Enter that answers one
 * question must not press the next step when a number key had answered it already. Other presses
 * are meant.
 */
const AFTER_QUESTION_MS = 1_200;

let quiet_until_ms = 0;
let key_rests_until_ms = 0;

/** Lets the next step's key rest for a moment, because a question has just been answered. */
export function restAfterQuestion(): void {
  key_rests_until_ms = performance.now() + AFTER_QUESTION_MS;
}

/** Whether the next step's key counts now. */
export function acceptsNextKey(): boolean {
  return performance.now() >= key_rests_until_ms;
}

/** Whether a press counts now. */
export function accepts(): boolean {
  return pending.value === null && performance.now() >= quiet_until_ms;
}

/**
 * Sends a command and says what became of it. `name` is what the button says; `warning` is what to
 * say when it was done but does not have its whole effect, and of which bell.
 */
export async function press(
  name: string,
  path: string,
  body: object = {},
  warning: () => { words: string; bell: string } | null = () => null,
): Promise<Outcome | null> {
  if (!accepts()) return null;
  pending.value = name;
  report.value = null;
  const outcome = await send(path, body);
  pending.value = null;
  quiet_until_ms = performance.now() + BOUNCE_MS;
  const warned = outcome.outcome === "done" ? warning() : null;
  report.value =
    warned === null
      ? wordsFor(name, outcome)
      : { kind: "warned", words: `${name}${staffText().colon}${warned.words}`, bell: warned.bell };
  return outcome;
}

/** Takes back the words about a ring that was there `before` and is not any more. */
export function forgetAnswered(before: readonly BellView[], after: readonly BellView[]): void {
  const about = report.value?.bell;
  const rang = before.some((bell) => bell.bell === about && bell.ring !== null);
  const rings = after.some((bell) => bell.bell === about && bell.ring !== null);
  if (rang && !rings) report.value = null;
}

/** Slips that were asked for and of which nothing is known yet. */
const printing = new Set<string>();

/**
 * Asks for a slip and says what became of it; `nameOf` is what a kiosk is called. Other presses
 * count meanwhile: a printer never holds up calling.
 */
export async function pressPrint(
  name: string,
  body: Partial<PrintSlip>,
  nameOf: (kiosk: string) => string,
): Promise<void> {
  if (!accepts() || printing.has(name)) return;
  printing.add(name);
  const text = staffText();
  const asked = { kind: "done", words: `${name}${text.colon}${text.sending}…` } as const;
  report.value = asked;
  const { kind, words } = printWords(await printSlip(body), nameOf);
  printing.delete(name);
  // What was pressed since then has its own words; trouble is told all the same.
  if (report.value === asked || kind !== "done") {
    report.value = { kind, words: `${name}${text.colon}${words}` };
  }
}

function wordsFor(name: string, outcome: Outcome): typeof report.value {
  switch (outcome.outcome) {
    case "done":
      return { kind: "done", words: `${name}${staffText().colon}${staffText().done}` };
    case "refused":
      return {
        kind: "refused",
        words: refusalText(outcome.code, outcome.detail, staff_language.value),
      };
    case "unknown":
      return { kind: "unknown", words: staffText().unknownOutcome };
  }
}

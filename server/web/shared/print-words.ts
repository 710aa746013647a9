// What became of a slip that was asked for, in the office's words.

import { refusalText } from "./i18n/refusals";
import { staff_language, staffText } from "./i18n/staff";
import type { Printed } from "./print";

/** How well it went, and the sentence; `nameOf` is what a kiosk is called. */
export function printWords(
  printed: Printed,
  nameOf: (kiosk: string) => string,
): { kind: "done" | "warned" | "refused" | "unknown"; words: string } {
  const text = staffText();
  switch (printed.printed) {
    case "yes":
      return { kind: "done", words: text.printed(nameOf(printed.printer)) };
    case "waiting":
      return { kind: "warned", words: text.printWaits(nameOf(printed.printer)) };
    case "doubtful":
      return { kind: "warned", words: text.printDoubtful(nameOf(printed.printer)) };
    case "failed":
      return { kind: "warned", words: text.printFailed };
    case "refused":
      return {
        kind: "refused",
        words: refusalText(printed.code, printed.detail, staff_language.value),
      };
    case "unknown":
      return { kind: "unknown", words: text.unknownOutcome };
  }
}

// Asks for a slip beside the ticket's own, and waits a moment for what becomes of it.

import { newKey, post } from "./command";
import type { PrintSlip, PrintView } from "./protocol";

/** What became of a slip that was asked for. */
export type Printed =
  | { printed: "yes" | "waiting" | "doubtful" | "failed"; printer: string }
  | { printed: "refused"; code: string; detail: { [name: string]: string } }
  | { printed: "unknown" };

/** What asking needs from the world. */
export interface Asker {
  order(body: Partial<PrintSlip>): ReturnType<typeof post<PrintView>>;
  look(print: string): Promise<PrintView | null>;
  pause(delay_ms: number): Promise<void>;
}

/** A slip takes two seconds; one that takes longer waits for a person. */
const LOOKS_MAX = 12;
const LOOK_PAUSE_MS = 400;

/** Asks for a slip. What is still waiting after some seconds is told as such. */
export async function printSlip(body: Partial<PrintSlip>, asker: Asker = browser): Promise<Printed> {
  const asked = await asker.order(body);
  if (asked.outcome === "refused") {
    return { printed: "refused", code: asked.code, detail: asked.detail };
  }
  if (asked.outcome === "unknown") return { printed: "unknown" };
  let view = asked.answer;
  for (let looked = 0; looked < LOOKS_MAX && !isFinal(view); looked += 1) {
    await asker.pause(LOOK_PAUSE_MS);
    view = (await asker.look(view.print)) ?? view;
  }
  return { printed: wordOf(view), printer: view.printer };
}

function isFinal(view: PrintView): boolean {
  return view.state === "printed" || view.state === "unknown" || view.state === "failed";
}

function wordOf(view: PrintView): "yes" | "waiting" | "doubtful" | "failed" {
  switch (view.state) {
    case "printed":
      return "yes";
    case "waiting":
    case "printing":
      return "waiting";
    case "unknown":
      return "doubtful";
    case "failed":
      return "failed";
  }
}

const browser: Asker = {
  order: (body) => post<PrintView>("prints", body, newKey()),
  look: async (print) => {
    try {
      const response = await fetch(`/api/v1/prints/${print}`);
      return response.ok ? ((await response.json()) as PrintView) : null;
    } catch {
      return null;
    }
  },
  pause: (delay_ms) => new Promise((resolve) => setTimeout(resolve, delay_ms)),
};

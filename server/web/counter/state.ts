// The signals of the counter screen.

import { computed, signal } from "@preact/signals";
import type { CounterStatus, CounterView, TicketView } from "../shared/protocol";

/** The counter this screen stands at; `null` asks. */
export const here = signal(new URLSearchParams(location.search).get("counter"));
/** The office as counters see it. */
export const view = signal<CounterView | null>(null);

/** What is asked before a command is sent. */
export type Question =
  | { ask: "open" }
  | { ask: "call"; label: string }
  | { ask: "absent" }
  | { ask: "hold" }
  | { ask: "transfer" }
  | { ask: "complete" }
  | { ask: "linked" }
  | { ask: "bell"; bell: string }
  | { ask: "paper" }
  | { ask: "close" };

/** The dialog that is open. */
export const question = signal<Question | null>(null);

/** This counter. */
export const counter = computed<CounterStatus | null>(
  () => view.value?.counters.find((one) => one.counter === here.value) ?? null,
);

/** The ticket in hand. */
export const ticket = computed<TicketView | null>(() => {
  const id = counter.value?.ticket ?? null;
  return view.value?.tickets.find((one) => one.ticket === id) ?? null;
});

// What a display shows, folded from the live view; pure.

import { put, skipUnknown } from "../../server/web/shared/fold";
import type { CallView, DisplayChange, DisplayView } from "../../server/web/shared/protocol";

/** As many calls as the server keeps for a display (protocol/src/view.rs). */
export const CALLS_MAX = 16;
/** As many as the list on the right shows. */
export const LIST_MAX = 8;

/** The view after one change. */
export function foldDisplay(view: DisplayView, change: DisplayChange): DisplayView {
  switch (change.kind) {
    case "call":
      return { ...view, calls: withCall(view.calls, change.call) };
    case "queue":
      return { ...view, queues: put(view.queues, change.queue, (queue) => queue.queue) };
    case "counter":
      return { ...view, counters: put(view.counters, change.counter, (one) => one.counter) };
    case "day":
      return { ...view, day: change.day };
    case "notices":
      return { ...view, notices: change.notices };
    case "setup":
      return view;
    default:
      skipUnknown(change);
      return view;
  }
}

/** Calls that are on come first, newest first; then the latest that are over. */
function withCall(calls: readonly CallView[], call: CallView): CallView[] {
  const next = put(calls, call, (one) => one.label);
  next.sort((a, b) => rank(a) - rank(b) || b.announced_at_ms - a.announced_at_ms);
  return next.slice(0, CALLS_MAX);
}

function rank(call: CallView): number {
  return call.state === "ended" ? 1 : 0;
}

/** The last calls by the time they were made: a row keeps its place when its person arrives. */
export function lastCalls(calls: readonly CallView[]): CallView[] {
  return [...calls].sort((a, b) => b.called_at_ms - a.called_at_ms).slice(0, LIST_MAX);
}

/** What the display of one counter shows. */
export function callAt(calls: readonly CallView[], counter: string): CallView | null {
  return calls.find((call) => call.counter === counter && call.state !== "ended") ?? null;
}

// What the dashboard shows, folded from the live view; pure.

import { put, skipUnknown } from "../shared/fold";
import { levelOf, type Level } from "../shared/format";
import type {
  DashboardChange,
  DashboardView,
  ProcedureSummary,
  StaffQueue,
} from "../shared/protocol";

/** The view after one change. */
export function foldDashboard(view: DashboardView, change: DashboardChange): DashboardView {
  switch (change.kind) {
    case "queue":
      return { ...view, queues: put(view.queues, change.queue, (queue) => queue.status.queue) };
    case "counter":
      return { ...view, counters: put(view.counters, change.counter, (one) => one.counter) };
    case "waits":
      return { ...view, waits: change.waits };
    case "procedure":
      return { ...view, procedures: put(view.procedures, change.procedure, (one) => one.code) };
    case "today":
      return { ...view, today: change.today };
    case "alerts":
      return { ...view, alerts: change.alerts };
    case "day":
      return { ...view, day: change.day };
    case "printer":
      return { ...view, printers: put(view.printers, change.printer, (one) => one.kiosk) };
    case "bell":
      return { ...view, bells: put(view.bells, change.bell, (bell) => bell.bell) };
    case "setup":
      return view;
    default:
      skipUnknown(change);
      return view;
  }
}

/** How long whoever stands first in a queue has waited. */
export function longestWaitMs(queue: StaffQueue, now_ms: number): number {
  return queue.oldest_since_ms === null ? 0 : Math.max(0, now_ms - queue.oldest_since_ms);
}

/** The queue with the longest wait of all; `null` when nobody waits. */
export function worstQueue(
  view: DashboardView,
  now_ms: number,
): { queue: StaffQueue; longest_ms: number; level: Level } | null {
  let worst: StaffQueue | null = null;
  for (const queue of view.queues) {
    if (queue.oldest_since_ms === null) continue;
    if (worst === null || queue.oldest_since_ms < (worst.oldest_since_ms ?? 0)) worst = queue;
  }
  if (worst === null) return null;
  const longest_ms = longestWaitMs(worst, now_ms);
  return { queue: worst, longest_ms, level: levelOf(longest_ms, view.wait_limit_min * 60_000) };
}

/** Procedures that were done today, most frequent first; order by code where equal. */
export function doneToday(view: DashboardView): ProcedureSummary[] {
  return view.procedures
    .filter((one) => one.count > 0)
    .sort((a, b) => b.count - a.count || a.code.localeCompare(b.code, "en", { numeric: true }));
}

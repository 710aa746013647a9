// What a counter screen shows, folded from the live view; pure.

import { put, skipUnknown } from "../shared/fold";
import { pick } from "../shared/format";
import type {
  Alert,
  BellView,
  CounterChange,
  CounterStatus,
  CounterView,
  PrinterView,
  ProcedureView,
  StaffQueue,
  TicketView,
} from "../shared/protocol";

/** The view after one change. */
export function foldCounter(view: CounterView, change: CounterChange): CounterView {
  switch (change.kind) {
    case "ticket":
      return { ...view, tickets: put(view.tickets, change.ticket, (ticket) => ticket.ticket) };
    case "ticket_gone":
      return { ...view, tickets: view.tickets.filter((one) => one.ticket !== change.ticket) };
    case "queue":
      return { ...view, queues: put(view.queues, change.queue, (queue) => queue.status.queue) };
    case "counter":
      return { ...view, counters: put(view.counters, change.counter, (one) => one.counter) };
    case "bell":
      return { ...view, bells: put(view.bells, change.bell, (bell) => bell.bell) };
    case "alerts":
      return { ...view, alerts: change.alerts };
    case "day":
      return { ...view, day: change.day };
    case "notices":
      return { ...view, notices: change.notices };
    case "printer":
      return { ...view, printers: put(view.printers, change.printer, (one) => one.kiosk) };
    case "setup":
      return view;
    default:
      skipUnknown(change);
      return view;
  }
}

/** Waiting tickets of the queues a counter serves: the one it would call next, then by place. */
export function lineOf(view: CounterView, counter: CounterStatus): TicketView[] {
  return view.tickets
    .filter((one) => one.state.state === "waiting" && counter.queues.includes(one.queue))
    .sort(
      (a, b) =>
        Number(b.label === counter.next) - Number(a.label === counter.next) ||
        a.place_at_ms - b.place_at_ms ||
        a.ticket - b.ticket,
    );
}

/** Tickets this counter put on hold, longest first. */
export function heldAt(view: CounterView, counter: string): TicketView[] {
  return view.tickets
    .filter((one) => one.state.state === "on_hold" && one.state.counter === counter)
    .sort((a, b) => a.since_ms - b.since_ms);
}

/** Tickets on hold that a counter can take on: its own, and those of the queues it serves. */
export function heldFor(view: CounterView, counter: CounterStatus): TicketView[] {
  return view.tickets
    .filter(
      (one) =>
        one.state.state === "on_hold" &&
        (one.state.counter === counter.counter || counter.queues.includes(one.queue)),
    )
    .sort((a, b) => a.since_ms - b.since_ms);
}

/** Of the tickets a counter holds, those whose queue no other open counter serves. */
export function heldAlone(view: CounterView, counter: string): TicketView[] {
  const others = view.counters.filter(
    (one) => one.counter !== counter && one.state.state !== "closed",
  );
  return heldAt(view, counter).filter(
    (ticket) => !others.some((one) => one.queues.includes(ticket.queue)),
  );
}

/** Open tickets whose slip failed or that nobody can vouch for, oldest first. */
export function doubtfulSlips(view: CounterView): TicketView[] {
  return view.tickets
    .filter((one) => (one.paper === "unknown" || one.paper === "failed") && !isFinal(one))
    .sort((a, b) => a.issued_at_ms - b.issued_at_ms);
}

function isFinal(ticket: TicketView): boolean {
  const state = ticket.state.state;
  return state === "completed" || state === "no_show" || state === "cancelled";
}

/** The kiosk where a doubtful slip should have come out. */
export function kioskOf(view: CounterView, ticket: TicketView): string | null {
  const about = (one: Alert) => one.alert === "paper" && one.label === ticket.label;
  return view.alerts.find(about)?.kiosk ?? null;
}

/** The bell as it is now. */
export function bellOf(view: CounterView, key: string): BellView | undefined {
  return view.bells.find((bell) => bell.bell === key);
}

/** Transfers this counter made and has yet to confirm. */
export function transfersOf(view: CounterView, counter: string): TicketView[] {
  return view.tickets.filter((one) => one.transfer !== null && one.transfer.from === counter);
}

/** How long a ticket has waited in all its waits, until now when it still does. */
export function waitedMs(ticket: TicketView, now_ms: number): number {
  return ticket.state.state === "waiting"
    ? ticket.waited_ms + Math.max(0, now_ms - ticket.since_ms)
    : ticket.waited_ms;
}

/** How long a ticket has been handled: called → completed, less its waits. */
export function handledMs(ticket: TicketView, now_ms: number): number {
  const running = ticket.state.state === "called" || ticket.state.state === "serving";
  return running ? ticket.handled_ms + Math.max(0, now_ms - ticket.since_ms) : ticket.handled_ms;
}

/** Procedures to complete a ticket with: those its errand, then its queue suggest, then the rest. */
export function procedureChoice(
  view: CounterView,
  ticket: TicketView,
): { suggested: ProcedureView[]; others: ProcedureView[] } {
  const rank = (one: ProcedureView): number => {
    if (ticket.errand !== null && one.errands.includes(ticket.errand)) return 0;
    return one.queues.includes(ticket.queue) ? 1 : 2;
  };
  const sorted = [...view.procedures].sort((a, b) => rank(a) - rank(b));
  return {
    suggested: sorted.filter((one) => rank(one) < 2),
    others: sorted.filter((one) => rank(one) === 2),
  };
}

/** Queues a ticket can be transferred to, those of its own section first. */
export function transferTargets(view: CounterView, ticket: TicketView): StaffQueue[] {
  return view.queues.filter((queue) => queue.status.queue !== ticket.queue);
}

/** The queue by its key. */
export function queueOf(view: CounterView, key: string): StaffQueue | undefined {
  return view.queues.find((queue) => queue.status.queue === key);
}

/** Kiosks that have a printer. */
export function printersOf(view: CounterView): PrinterView[] {
  return view.printers.filter((printer) => printer.condition !== "none");
}

/** Whether a printer can print now. */
export function canPrint(printer: PrinterView): boolean {
  switch (printer.condition) {
    case "ready":
    case "paper_low":
    case "paper_near_end":
      return true;
    case "none":
    case "paper_end":
    case "cover_open":
    case "cutter_jam":
    case "head_hot":
    case "offline":
    case "silent":
    case "absent":
      return false;
  }
}

/** What a kiosk is called. */
export function kioskName(view: CounterView, kiosk: string, language: string): string {
  const name = view.printers.find((printer) => printer.kiosk === kiosk)?.name;
  return (name === undefined ? "" : pick(name, language)) || kiosk;
}

/** Whether a ticket was sent to a section that this counter is not in. */
export function isOutOfSection(view: CounterView, at: CounterStatus, ticket: TicketView): boolean {
  const sections = at.queues.map((queue) => queueOf(view, queue)?.section);
  const section = queueOf(view, ticket.queue)?.section;
  return section !== undefined && !sections.includes(section);
}

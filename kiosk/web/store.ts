// What the kiosk shows of the office, folded from the live view; pure.

import { put, skipUnknown } from "../../server/web/shared/fold";
import { pick } from "../../server/web/shared/format";
import type {
  ErrandView,
  KioskChange,
  KioskView,
  Notice,
  PrinterView,
  QueueStatus,
  WaitBand,
} from "../../server/web/shared/protocol";

/** The view after one change. */
export function foldKiosk(view: KioskView, change: KioskChange): KioskView {
  switch (change.kind) {
    case "queue":
      return { ...view, queues: put(view.queues, change.queue, (queue) => queue.queue) };
    case "day":
      return { ...view, day: change.day };
    case "notices":
      return { ...view, notices: change.notices };
    case "printer":
      return { ...view, printers: put(view.printers, change.printer, (printer) => printer.kiosk) };
    case "setup":
      return view;
    default:
      skipUnknown(change);
      return view;
  }
}

/** The errands on a page: those of a group, or those on the first page. */
export function errandsWithin(view: KioskView, group: string | null): ErrandView[] {
  return view.errands.filter((errand) => errand.within === group);
}

/**
 * The errand that a key of a keypad stands for on a page: 1 the first, 0 the tenth; `null` for any
 * other key.
 */
export function errandOfKey(errands: readonly ErrandView[], key: string): ErrandView | null {
  if (!/^[0-9]$/.test(key)) return null;
  return errands[key === "0" ? 9 : Number(key) - 1] ?? null;
}

/** The queues an errand leads to: one, or for a group all of its errands', each once. */
export function queuesOf(view: KioskView, errand: ErrandView): QueueStatus[] {
  const keys = new Set<string>();
  collectQueues(view, errand, keys, 0);
  return view.queues.filter((queue) => keys.has(queue.queue));
}

/** Groups deeper than this are not followed: a setup cannot send the kiosk in circles. */
const GROUP_DEPTH_MAX = 4;

function collectQueues(view: KioskView, errand: ErrandView, keys: Set<string>, depth: number): void {
  switch (errand.leads_to.to) {
    case "queue":
      keys.add(errand.leads_to.queue);
      return;
    case "group":
      if (depth >= GROUP_DEPTH_MAX) return;
      for (const inner of errandsWithin(view, errand.errand)) {
        collectQueues(view, inner, keys, depth + 1);
      }
      return;
    case "guide":
      return;
  }
}

/** From the shortest to the longest wait of some queues; `null` when nobody can say for any. */
export function bandOf(queues: readonly QueueStatus[]): WaitBand | null {
  const bands = queues.flatMap((queue) => (queue.wait === null ? [] : [queue.wait]));
  if (bands.length === 0) return null;
  return {
    from_min: Math.min(...bands.map((band) => band.from_min)),
    to_min: Math.max(...bands.map((band) => band.to_min)),
  };
}

/** Notices for everyone, or for a queue in particular. */
export function noticesFor(view: KioskView, queue: string | null): Notice[] {
  return view.notices.filter(
    (notice) => notice.queues.length === 0 || (queue !== null && notice.queues.includes(queue)),
  );
}

/** A notice that concerns some of the errands offered, with the name of each it concerns. */
export interface ErrandNotice {
  notice: Notice;
  errands: ErrandView[];
}

/** Notices to read before choosing: those about the queues of these errands. */
export function noticesAbout(view: KioskView, errands: ErrandView[]): ErrandNotice[] {
  const about = (notice: Notice, errand: ErrandView) =>
    errand.leads_to.to === "queue" && notice.queues.includes(errand.leads_to.queue);
  return view.notices
    .map((notice) => ({ notice, errands: errands.filter((errand) => about(notice, errand)) }))
    .filter((found) => found.errands.length > 0);
}

/** What a resident must know about the paper of this kiosk. */
export type PaperState = "comes" | "elsewhere" | "none" | "trouble";

/**
 * A kiosk that the office does not list has no printer; a low roll still prints, and where another
 * printer stands in the paper comes out there.
 */
export function paperOf(printer: PrinterView | undefined): PaperState {
  if (printer === undefined) return "none";
  if ((printer.stand_in ?? null) !== null) return "elsewhere";
  switch (printer.condition) {
    case "ready":
    case "paper_low":
    case "paper_near_end":
      return "comes";
    case "none":
      return "none";
    case "paper_end":
    case "cover_open":
    case "cutter_jam":
    case "head_hot":
    case "offline":
    case "silent":
    case "absent":
      return "trouble";
  }
}

/** What the kiosk is called whose printer prints for this one; empty where none does. */
export function standInOf(view: KioskView, printer: PrinterView | undefined, language: string): string {
  const name = view.printers.find((one) => one.kiosk === printer?.stand_in)?.name;
  return name === undefined ? "" : pick(name, language);
}

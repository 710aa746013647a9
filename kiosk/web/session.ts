// One resident at the kiosk: from the first touch to the ticket, and back to the first page.
// Time, sending and the view come in as arguments, so that tests drive it.

import { signal } from "@preact/signals";
import type { Outcome } from "../../server/web/shared/command";
import type { Event, Window } from "../../server/web/shared/protocol";

/** A ticket that was issued here. */
export interface Issued {
  ticket: number;
  label: string;
  queue: string;
  errand: string;
  ahead: number;
  window: Window | null;
}

/** What the kiosk shows. */
export type Page =
  | { page: "home" }
  | { page: "group"; errand: string }
  | { page: "guide"; errand: string }
  | { page: "helper"; before: Page }
  | { page: "issuing"; errand: string }
  | { page: "ticket"; issued: Issued }
  | { page: "refused"; code: string }
  | { page: "unknown" };

/** A second tap of a double tap comes within this time and must not press the next page. */
export const SETTLE_MS = 350;
/** Nobody touches: back to the first page and to Japanese (queue-systems.md §3, ZMSKVR-1386). */
export const IDLE_MS = 60_000;
/** The ticket stays this long; longer when somebody has to write the number down. */
export const TICKET_MS = 15_000;
export const TICKET_WRITTEN_MS = 60_000;

/** Issues a ticket; given so that tests need no network. */
export type IssueSender = (errand: string, language: string) => Promise<Outcome>;

/** The session of this kiosk. */
export class Session {
  readonly page = signal<Page>({ page: "home" });
  readonly language = signal("ja");
  /** When the shown page goes back by itself, in monotonic ms; `null` on an untouched first page. */
  readonly ends_at_ms = signal<number | null>(null);
  private settled_at_ms = 0;

  constructor(
    private readonly nowMs: () => number,
    private readonly issueTicket: IssueSender,
  ) {}

  /** Whether a touch counts: one that follows a change of page too closely does not. */
  accepts(): boolean {
    return this.nowMs() >= this.settled_at_ms && this.page.value.page !== "issuing";
  }

  chooseLanguage(language: string): void {
    this.language.value = language;
    this.touch();
  }

  show(page: Page): void {
    this.page.value = page;
    this.settled_at_ms = this.nowMs() + SETTLE_MS;
    this.touch();
  }

  startOver(): void {
    this.page.value = { page: "home" };
    this.language.value = "ja";
    this.settled_at_ms = this.nowMs() + SETTLE_MS;
    this.ends_at_ms.value = null;
  }

  /** Answers at once with the issuing page; the ticket follows when the server has it on disk. */
  async issue(errand: string): Promise<void> {
    this.page.value = { page: "issuing", errand };
    this.ends_at_ms.value = null;
    const outcome = await this.issueTicket(errand, this.language.value);
    switch (outcome.outcome) {
      case "done": {
        const issued = issuedOf(outcome.answer.events, errand);
        this.show(issued === null ? { page: "unknown" } : { page: "ticket", issued });
        return;
      }
      case "refused":
        this.show({ page: "refused", code: outcome.code });
        return;
      case "unknown":
        this.show({ page: "unknown" });
        return;
    }
  }

  /** Stays longer on the page, as long as `span_ms`. */
  stay(span_ms: number): void {
    this.ends_at_ms.value = this.nowMs() + span_ms;
  }

  /** Goes back by itself when nobody has touched for long enough. */
  tick(): void {
    const ends_at_ms = this.ends_at_ms.value;
    if (ends_at_ms !== null && this.nowMs() >= ends_at_ms) this.startOver();
  }

  /** A touch anywhere: somebody is there. */
  touch(): void {
    const page = this.page.value.page;
    if (page === "issuing" || page === "ticket") return;
    const untouched = page === "home" && this.language.value === "ja";
    this.ends_at_ms.value = untouched ? null : this.nowMs() + IDLE_MS;
  }
}

function issuedOf(events: Event[], errand: string): Issued | null {
  for (const event of events) {
    if (event.kind === "ticket_issued") {
      const { ticket, label, queue, ahead, window } = event;
      return { ticket, label, queue, errand: event.errand ?? errand, ahead, window };
    }
  }
  return null;
}

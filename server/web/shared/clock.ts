// The office's time, as the server tells it. A device's own clock is never trusted (invariant 3):
// between two words of the server only the browser's monotonic clock counts on.

import { signal } from "@preact/signals";

/** Follows the server's clock; pure, given monotonic readings. */
export class OfficeClock {
  private office_ms = 0;
  private read_at_ms = 0;
  private told = false;

  tell(office_ms: number, monotonic_ms: number): void {
    // An event may be older than a heartbeat that overtook it: time never runs backwards here,
    // unless the server's own clock was set back by more than a moment.
    const expected_ms = this.at(monotonic_ms);
    const back_ms = expected_ms - office_ms;
    if (this.told && back_ms > 0 && back_ms < 5_000) return;
    this.office_ms = office_ms;
    this.read_at_ms = monotonic_ms;
    this.told = true;
  }

  at(monotonic_ms: number): number {
    return this.office_ms + (monotonic_ms - this.read_at_ms);
  }

  get known(): boolean {
    return this.told;
  }
}

/** This page's clock. */
export const office_clock = new OfficeClock();
/** The office's time in ms, moving once a second; 0 until the server has spoken. */
export const now_ms = signal(0);
/** The office's zone, from `hello`. */
export const zone = signal("Asia/Tokyo");

/** The office's time at this instant. */
export function officeNow(): number {
  return office_clock.at(performance.now());
}

/** Takes the server's word for the time. */
export function tellTime(office_ms: number): void {
  const first = !office_clock.known;
  office_clock.tell(office_ms, performance.now());
  if (first) now_ms.value = officeNow();
}

/** Starts the ticking of `now_ms`; once per page. */
export function startClock(): void {
  setInterval(() => {
    if (office_clock.known) now_ms.value = officeNow();
  }, 1_000);
}

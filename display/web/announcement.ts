// The order of announcements: every call is shown big and alone for its time before the next.
// A call never cuts another short and is never overwritten by a newer one (queue-systems.md §3,
// Silence). Pure: calls, time and "the voice has finished" come in.

import type { CallView } from "../../server/web/shared/protocol";

/** Each call has the big place at least this long. */
export const SHOW_MS_MIN = 8_000;
/** A voice that never ends does not hold up the hall for longer than this. */
export const SHOW_MS_MAX = 16_000;
/** A call made longer ago than this, seen after a loss of connection, is shown but not spoken. */
export const ANNOUNCE_AGE_MS_MAX = 60_000;
/** Calls that may wait for the big place; more are in the list on the right anyway. */
export const PENDING_MAX = 32;

/** A call that has the big place, or waits for it. */
export interface Announcement {
  label: string;
  counter: string;
  announce_count: number;
  called_at_ms: number;
}

/** Keeps the order; holds no clock. */
export class AnnouncementQueue {
  private shown: Announcement | null = null;
  private shown_at_ms = 0;
  private voice_done = true;
  /** Its person has come: the place is free as soon as the call has had its time. */
  private shown_over = false;
  private pending: Announcement[] = [];
  /** How often each label has been announced, as far as this screen knows. */
  private known = new Map<string, number>();

  /** The call in the big place. */
  get current(): Announcement | null {
    return this.shown;
  }

  get waiting_count(): number {
    return this.pending.length;
  }

  /** Takes a whole view: announces what is new and recent, forgets what is gone. */
  adopt(calls: readonly CallView[], office_ms: number): void {
    const labels = new Set(calls.map((call) => call.label));
    for (const label of [...this.known.keys()]) {
      if (!labels.has(label)) this.known.delete(label);
    }
    this.pending = this.pending.filter((one) => labels.has(one.label));
    const oldest_first = [...calls].sort((a, b) => a.announced_at_ms - b.announced_at_ms);
    for (const call of oldest_first) this.offer(call, office_ms);
  }

  /** Takes one call as it is now. Returns whether it will be announced. */
  offer(call: CallView, office_ms: number): boolean {
    const known_count = this.known.get(call.label) ?? 0;
    this.known.set(call.label, call.announce_count);
    if (call.state !== "calling") {
      this.pending = this.pending.filter((one) => one.label !== call.label);
      if (this.shown?.label === call.label) {
        this.shown_over = true;
        if (call.state === "ended") this.shown = null;
      }
      return false;
    }
    if (call.announce_count <= known_count) return false;
    if (office_ms - call.announced_at_ms > ANNOUNCE_AGE_MS_MAX) return false;
    this.enqueue(call);
    return true;
  }

  /** Gives the big place to the next call when the present one has had its time. */
  tick(monotonic_ms: number): Announcement | null {
    if (this.shown !== null) {
      const shown_ms = monotonic_ms - this.shown_at_ms;
      if (shown_ms < SHOW_MS_MIN) return null;
      if (!this.voice_done && shown_ms < SHOW_MS_MAX) return null;
    }
    const next = this.pending.shift();
    if (next === undefined) {
      if (this.shown_over) this.shown = null;
      return null;
    }
    this.shown = next;
    this.shown_over = false;
    this.shown_at_ms = monotonic_ms;
    this.voice_done = false;
    return next;
  }

  /** The chime and the voice for the present call are over. */
  voiceDone(label: string): void {
    if (this.shown?.label === label) this.voice_done = true;
  }

  private enqueue(call: CallView): void {
    const announcement: Announcement = {
      label: call.label,
      counter: call.counter,
      announce_count: call.announce_count,
      called_at_ms: call.called_at_ms,
    };
    const at = this.pending.findIndex((one) => one.label === call.label);
    if (at >= 0) {
      this.pending[at] = announcement;
    } else if (this.pending.length < PENDING_MAX) {
      this.pending.push(announcement);
    }
  }
}

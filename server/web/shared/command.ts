// Sends a command and says what became of it. One press is one `Idempotency-Key`, kept across
// every retry, so a command whose answer got lost still has one effect (invariant 5).

import type { CommandAnswer, ErrorEnvelope } from "./protocol";

/** What became of a command. */
export type Outcome = OutcomeOf<CommandAnswer>;

/** What became of a request that is answered with an `A`. */
export type OutcomeOf<A> =
  | { outcome: "done"; answer: A }
  /** The server said no; `code` is stable and translated by the screen. */
  | { outcome: "refused"; code: string; detail: { [name: string]: string } }
  /** Nobody knows whether it took effect: the answer never came. */
  | { outcome: "unknown" };

/** What sending needs from the world. */
export interface Sender {
  fetch(url: string, init: RequestInit): Promise<Response>;
  pause(delay_ms: number): Promise<void>;
}

/** Each attempt may take this long; a durable command takes milliseconds. */
export const ATTEMPT_MS_MAX = 4_000;
/** Pauses before the second, third and fourth attempt. */
export const RETRY_PAUSES_MS = [250, 750, 1_500] as const;

/** A key for one press. `crypto.randomUUID` needs https, an office page may come over http. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Sends a command to `/api/v1/{path}` until there is an answer or the attempts are used up. */
export function send(
  path: string,
  body: object,
  key: string = newKey(),
  sender: Sender = browser,
): Promise<Outcome> {
  return post<CommandAnswer>(path, body, key, sender);
}

/** Posts `body` to `/api/v1/{path}` likewise, where the answer is an `A`. */
export async function post<A>(
  path: string,
  body: object,
  key: string,
  sender: Sender = browser,
): Promise<OutcomeOf<A>> {
  let lost_count = 0;
  for (let attempt = 0; ; attempt += 1) {
    const { outcome, again } = await tryOnce<A>(path, body, key, sender);
    if (!again) return outcome;
    if (outcome.outcome === "unknown") lost_count += 1;
    const pause_ms = RETRY_PAUSES_MS[attempt];
    // An attempt whose answer got lost may have taken effect, whatever the later ones were told.
    if (pause_ms === undefined) return lost_count > 0 ? { outcome: "unknown" } : outcome;
    await sender.pause(pause_ms);
  }
}

/** `again` means that another attempt may help: no answer, or a server that cannot just now. */
async function tryOnce<A>(
  path: string,
  body: object,
  key: string,
  sender: Sender,
): Promise<{ outcome: OutcomeOf<A>; again: boolean }> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), ATTEMPT_MS_MAX);
  try {
    const response = await sender.fetch(`/api/v1/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify(body),
      signal: abort.signal,
    });
    if (response.ok) {
      const answer = (await response.json()) as A;
      return { outcome: { outcome: "done", answer }, again: false };
    }
    const { error } = (await response.json()) as ErrorEnvelope;
    const outcome: OutcomeOf<A> = { outcome: "refused", code: error.code, detail: error.detail };
    return { outcome, again: response.status >= 500 };
  } catch {
    return { outcome: { outcome: "unknown" }, again: true };
  } finally {
    clearTimeout(timer);
  }
}

const browser: Sender = {
  fetch: (url, init) => fetch(url, init),
  pause: (delay_ms) => new Promise((resolve) => setTimeout(resolve, delay_ms)),
};

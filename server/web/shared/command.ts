// Sends a command and says what became of it. One press is one `Idempotency-Key`, kept across
// every retry, so a command whose answer got lost still has one effect (invariant 5).

import type { CommandAnswer, ErrorEnvelope } from "./protocol";

/** What became of a command. */
export type Outcome =
  | { outcome: "done"; answer: CommandAnswer }
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

/** Posts `body` to `/api/v1/{path}` until there is an answer or the attempts are used up. */
export async function send(
  path: string,
  body: object,
  key: string = newKey(),
  sender: Sender = browser,
): Promise<Outcome> {
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await tryOnce(path, body, key, sender);
    if (outcome !== null) return outcome;
    const pause_ms = RETRY_PAUSES_MS[attempt];
    if (pause_ms === undefined) return { outcome: "unknown" };
    await sender.pause(pause_ms);
  }
}

/** `null` means that another attempt may help. */
async function tryOnce(
  path: string,
  body: object,
  key: string,
  sender: Sender,
): Promise<Outcome | null> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), ATTEMPT_MS_MAX);
  try {
    const response = await sender.fetch(`/api/v1/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify(body),
      signal: abort.signal,
    });
    if (response.ok) return { outcome: "done", answer: (await response.json()) as CommandAnswer };
    if (response.status >= 500) return null;
    const envelope = (await response.json()) as ErrorEnvelope;
    return { outcome: "refused", code: envelope.error.code, detail: envelope.error.detail };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

const browser: Sender = {
  fetch: (url, init) => fetch(url, init),
  pause: (delay_ms) => new Promise((resolve) => setTimeout(resolve, delay_ms)),
};

// Joins a screen's store to the live connection in a browser: the signals every page reads.

import { signal } from "@preact/signals";
import { zone, startClock, tellTime, officeNow } from "./clock";
import { Link, type Freshness, type LinkEnvironment } from "./connection";
import type { Mode } from "./protocol";

/** How far this page can be trusted; `since_ms` of a stale one is office time. */
export const freshness = signal<Freshness>({ state: "connecting" });
/** Whether the office is real or a rehearsal (練習). */
export const mode = signal<Mode>("live");
/** The server's build, from `hello`. */
export const build = signal("");

/** A screen's own state and how changes fold into it. */
export interface Store<V, C> {
  take(view: V): void;
  change(changes: C[], at_ms: number | null): void;
}

/** Opens the connection for `role` and feeds `store` for as long as the page lives. */
export function followOffice<V, C extends { kind: string }>(
  role: "kiosk" | "counter" | "display" | "dashboard",
  store: Store<V, C>,
): void {
  startClock();
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const url = `${scheme}//${location.host}/ws?role=${role}`;
  const link = new Link<V, C>(url, browser, {
    hello: (hello) => {
      zone.value = hello.zone;
      mode.value = hello.mode;
      build.value = hello.build;
    },
    officeTime: tellTime,
    snapshot: (view) => store.take(view),
    changes: (changes, at_ms) => store.change(changes, at_ms),
    freshness: (next) => {
      freshness.value =
        next.state === "stale"
          ? { state: "stale", since_ms: officeNow() - (performance.now() - next.since_ms) }
          : next;
    },
  });
  link.start();
}

const RELOADED_AT = "yobidashi.reloaded_at";
/** A page that still does not fit after a reload waits this long: no storm of reloads. */
const RELOAD_MS_MIN = 15_000;

const browser: LinkEnvironment = {
  open(url, events) {
    const socket = new WebSocket(url);
    socket.onmessage = (event) => events.message(String(event.data));
    socket.onclose = () => events.closed();
    return {
      close() {
        socket.onmessage = null;
        socket.onclose = null;
        socket.close();
      },
    };
  },
  nowMs: () => performance.now(),
  setTimer: (delay_ms, run) => window.setTimeout(run, delay_ms),
  clearTimer: (timer) => window.clearTimeout(timer),
  random: () => Math.random(),
  reload() {
    const last_ms = Number(sessionStorage.getItem(RELOADED_AT) ?? "0");
    // The device's clock is good enough to space out its own reloads.
    const since_ms = Math.abs(Date.now() - last_ms);
    const delay_ms = since_ms < RELOAD_MS_MIN ? RELOAD_MS_MIN - since_ms : 0;
    window.setTimeout(() => {
      sessionStorage.setItem(RELOADED_AT, String(Date.now()));
      location.reload();
    }, delay_ms);
  },
};

// The live connection of a screen: GET /ws?role=…, as protocol/src/live.rs describes it.
//
//   socket messages ─→ Link ─→ snapshot(view) · changes(list) · officeTime(ms) · freshness(…)
//                       └──→ next socket: at once after a gap, with a jittered back-off after a loss
//
// A pure state machine over `LinkEnvironment` (sockets, timers, time and randomness are given to
// it), so that tests drive it without a network and without waiting. It holds no view: screens do.
// To simulate a slow or dying server, run the pages against tests/browser/office.ts.

import { PROTOCOL_VERSION, type Hello, type LiveMessage } from "./protocol";

/** What a socket tells the link. */
export interface SocketEvents {
  message(text: string): void;
  closed(): void;
}

/** Everything the link needs from the world. */
export interface LinkEnvironment {
  open(url: string, events: SocketEvents): { close(): void };
  /** Monotonic milliseconds; only differences count. */
  nowMs(): number;
  setTimer(delay_ms: number, run: () => void): number;
  clearTimer(timer: number): void;
  /** 0 ≤ x < 1. */
  random(): number;
  /** Loads the page anew: the server speaks another version than this page. */
  reload(): void;
}

/** How far the view can be trusted. */
export type Freshness =
  | { state: "connecting" }
  | { state: "live" }
  /** `since_ms`: monotonic time at which the view was last known to be true. */
  | { state: "stale"; since_ms: number };

/** Who listens to the link. */
export interface LinkSink<V, C> {
  hello(hello: Hello): void;
  officeTime(now_ms: number): void;
  snapshot(view: V): void;
  /** `at_ms` is `null` for changes that no event made. */
  changes(changes: C[], at_ms: number | null): void;
  freshness(freshness: Freshness): void;
}

/** Missing this many heartbeats makes a screen stale (protocol/src/live.rs). */
export const HEARTBEATS_MISSED_MAX = 3;
/** A connection that comes back within this time was never worth a mark on the screen. */
export const LOSS_GRACE_MS = 2_000;
/**
 * Longest pause between attempts. With the longest wait for an answer it keeps the promise that a
 * screen is back within ten seconds of the server, even of one that took connections but said
 * nothing.
 */
export const BACK_OFF_MS_MAX = 5_000;
const BACK_OFF_MS_MIN = 250;
/** A handshake that takes longer has failed; the kernel would wait for two minutes. */
const OPEN_MS_MAX = 5_000;
/** Until the server has said how often its heart beats. */
const HEARTBEAT_MS_ASSUMED = 5_000;

interface Position {
  epoch: number;
  seq: number;
}

/** One screen's connection. */
export class Link<V, C extends { kind: string }> {
  private socket: { close(): void } | null = null;
  /** Counts sockets, so that a late word of an old one is not taken for the new one's. */
  private generation = 0;
  private attempt_count = 0;
  private position: Position | null = null;
  private build: string | null = null;
  private epoch = 0;
  private heartbeat_ms = HEARTBEAT_MS_ASSUMED;
  private heartbeat_seq = 0;
  /** Whether this socket has begun with its hello. */
  private greeted = false;
  private heard_at_ms: number;
  private silence_timer: number | null = null;
  private retry_timer: number | null = null;
  private grace_timer: number | null = null;
  private current: Freshness = { state: "connecting" };
  private stopped = false;

  constructor(
    private readonly url: string,
    private readonly world: LinkEnvironment,
    private readonly sink: LinkSink<V, C>,
  ) {
    this.heard_at_ms = world.nowMs();
  }

  start(): void {
    this.sink.freshness(this.current);
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.dropSocket();
    this.cancel("retry_timer");
    this.cancel("grace_timer");
  }

  private connect(): void {
    this.retry_timer = null;
    const generation = ++this.generation;
    const resume = this.position;
    const url =
      resume === null ? this.url : `${this.url}&epoch=${resume.epoch}&since=${resume.seq}`;
    this.heartbeat_seq = 0;
    this.greeted = false;
    this.socket = this.world.open(url, {
      message: (text) => {
        if (generation === this.generation) this.hear(text);
      },
      closed: () => {
        if (generation === this.generation) this.lose();
      },
    });
    this.watchSilence(OPEN_MS_MAX);
  }

  private hear(text: string): void {
    let message: LiveMessage<V, C>;
    try {
      message = JSON.parse(text) as LiveMessage<V, C>;
    } catch {
      this.resync();
      return;
    }
    if (message.type !== "hello" && !this.greeted) {
      // A server that hung while we connected never said hello: begin anew.
      this.lose();
      return;
    }
    this.heard_at_ms = this.world.nowMs();
    this.take(message);
    if (this.socket !== null) {
      this.watchSilence(this.heartbeat_ms * HEARTBEATS_MISSED_MAX);
    }
  }

  private take(message: LiveMessage<V, C>): void {
    switch (message.type) {
      case "hello":
        this.greet(message);
        return;
      case "snapshot":
        this.position = { epoch: this.epoch, seq: message.seq };
        this.sink.snapshot(message.view);
        this.alive();
        return;
      case "event":
        this.follow(message.seq, message.changes, message.at_ms);
        return;
      case "update":
        if (this.position !== null) this.hand(message.changes, null);
        return;
      case "heartbeat":
        this.beat(message.seq, message.now_ms);
        return;
      case "goodbye":
        // The server closes next; what is shown stays true until something changes there.
        return;
    }
  }

  private greet(hello: Hello): void {
    const other_build = this.build !== null && this.build !== hello.build;
    if (hello.protocol !== PROTOCOL_VERSION || other_build) {
      this.stop();
      this.world.reload();
      return;
    }
    this.greeted = true;
    this.build = hello.build;
    this.epoch = hello.epoch;
    this.heartbeat_ms = hello.heartbeat_ms;
    if (this.position !== null && this.position.epoch !== hello.epoch) this.position = null;
    this.sink.hello(hello);
    this.sink.officeTime(hello.now_ms);
    if (this.position !== null) this.alive();
  }

  private follow(seq: number, changes: C[], at_ms: number): void {
    if (this.position === null || seq > this.position.seq + 1) {
      this.resync();
      return;
    }
    if (seq <= this.position.seq) return;
    this.position.seq = seq;
    this.sink.officeTime(at_ms);
    this.hand(changes, at_ms);
  }

  private hand(changes: C[], at_ms: number | null): void {
    if (changes.some((change) => change.kind === "setup")) {
      this.resync();
      return;
    }
    if (changes.length > 0) this.sink.changes(changes, at_ms);
  }

  /** A heartbeat ahead of us may have overtaken an event by a hair; two in a row have not. */
  private beat(seq: number, now_ms: number): void {
    this.sink.officeTime(now_ms);
    if (this.position !== null && this.position.seq < this.heartbeat_seq) {
      this.resync();
      return;
    }
    this.heartbeat_seq = seq;
  }

  /** Something was missed: asks for everything again, at once. */
  private resync(): void {
    this.position = null;
    this.dropSocket();
    this.doubt();
    if (this.attempt_count === 0) {
      this.attempt_count = 1;
      this.connect();
    } else {
      this.retry();
    }
  }

  private lose(): void {
    this.dropSocket();
    this.doubt();
    this.retry();
  }

  private alive(): void {
    this.attempt_count = 0;
    this.cancel("grace_timer");
    this.show({ state: "live" });
  }

  private doubt(): void {
    if (this.current.state !== "live" || this.grace_timer !== null) return;
    this.grace_timer = this.world.setTimer(LOSS_GRACE_MS, () => {
      this.grace_timer = null;
      this.expire();
    });
  }

  private expire(): void {
    if (this.current.state !== "live") return;
    this.show({ state: "stale", since_ms: this.heard_at_ms });
  }

  private retry(): void {
    if (this.stopped || this.retry_timer !== null) return;
    const ceiling_ms = Math.min(BACK_OFF_MS_MAX, BACK_OFF_MS_MIN * 2 ** this.attempt_count);
    this.attempt_count += 1;
    // Between half and the whole, so that screens do not come back in step after a restart.
    const delay_ms = ceiling_ms * (0.5 + this.world.random() / 2);
    this.retry_timer = this.world.setTimer(delay_ms, () => this.connect());
  }

  private watchSilence(limit_ms: number): void {
    this.cancel("silence_timer");
    this.silence_timer = this.world.setTimer(limit_ms, () => {
      this.silence_timer = null;
      this.dropSocket();
      this.expire();
      this.retry();
    });
  }

  private dropSocket(): void {
    this.cancel("silence_timer");
    this.generation += 1;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private show(freshness: Freshness): void {
    this.current = freshness;
    this.sink.freshness(freshness);
  }

  private cancel(timer: "silence_timer" | "retry_timer" | "grace_timer"): void {
    const running = this[timer];
    if (running !== null) this.world.clearTimer(running);
    this[timer] = null;
  }
}

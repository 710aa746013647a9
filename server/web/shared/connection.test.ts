import assert from "node:assert/strict";
import { test } from "node:test";
import { Link, LOSS_GRACE_MS, type Freshness, type SocketEvents } from "./connection";
import { PROTOCOL_VERSION } from "./protocol";

type Change = { kind: string; n?: number };

/** A world whose time and sockets the test moves. */
class World {
  now = 0;
  urls: string[] = [];
  sockets: { events: SocketEvents; closed: boolean }[] = [];
  reloads = 0;
  snapshots: string[] = [];
  changes: Change[] = [];
  shown: Freshness[] = [];
  private timers = new Map<number, { at: number; run: () => void }>();
  private next_timer = 1;
  readonly link = new Link<string, Change>(
    "ws://office/ws?role=display",
    {
      open: (url, events) => {
        const socket = { events, closed: false };
        this.urls.push(url);
        this.sockets.push(socket);
        return { close: () => (socket.closed = true) };
      },
      nowMs: () => this.now,
      setTimer: (delay_ms, run) => {
        this.timers.set(this.next_timer, { at: this.now + delay_ms, run });
        return this.next_timer++;
      },
      clearTimer: (timer) => void this.timers.delete(timer),
      random: () => 1 - Number.EPSILON,
      reload: () => (this.reloads += 1),
    },
    {
      hello: () => undefined,
      officeTime: () => undefined,
      snapshot: (view) => this.snapshots.push(view),
      changes: (changes) => this.changes.push(...changes),
      freshness: (freshness) => this.shown.push(freshness),
    },
  );

  get socket() {
    const last = this.sockets[this.sockets.length - 1];
    assert.ok(last);
    return last;
  }

  get state(): string {
    return this.shown[this.shown.length - 1]?.state ?? "";
  }

  say(message: object): void {
    this.socket.events.message(JSON.stringify(message));
  }

  greet(more: object = {}): void {
    const hello = { protocol: PROTOCOL_VERSION, build: "b1", office: "o", epoch: 1, now_ms: 5 };
    this.say({ type: "hello", ...hello, zone: "Asia/Tokyo", heartbeat_ms: 1_000, ...more });
  }

  /** Connected, with everything up to event 10. */
  begin(): void {
    this.link.start();
    this.greet();
    this.say({ type: "snapshot", seq: 10, view: "ten" });
  }

  pass(span_ms: number): void {
    const end = this.now + span_ms;
    for (;;) {
      const due = [...this.timers].filter(([, one]) => one.at <= end);
      due.sort(([, a], [, b]) => a.at - b.at);
      const first = due[0];
      if (first === undefined) break;
      this.timers.delete(first[0]);
      this.now = first[1].at;
      first[1].run();
    }
    this.now = end;
  }
}

test("a snapshot and the events after it arrive in order, empty ones too", () => {
  const world = new World();
  world.begin();
  world.say({ type: "event", seq: 11, at_ms: 1, changes: [{ kind: "call", n: 1 }] });
  world.say({ type: "event", seq: 12, at_ms: 2, changes: [] });
  world.say({ type: "event", seq: 13, at_ms: 3, changes: [{ kind: "call", n: 2 }] });
  assert.deepEqual(world.snapshots, ["ten"]);
  assert.deepEqual(world.changes.map((change) => change.n), [1, 2]);
  assert.equal(world.state, "live");
});

test("a repeated event changes nothing twice", () => {
  const world = new World();
  world.begin();
  const event = { type: "event", seq: 11, at_ms: 1, changes: [{ kind: "call", n: 1 }] };
  world.say(event);
  world.say(event);
  assert.equal(world.changes.length, 1);
});

test("a gap is never papered over: everything is asked for again, at once", () => {
  const world = new World();
  world.begin();
  world.say({ type: "event", seq: 13, at_ms: 1, changes: [{ kind: "call", n: 3 }] });
  assert.equal(world.changes.length, 0);
  assert.equal(world.sockets.length, 2);
  assert.equal(world.urls[1], "ws://office/ws?role=display");
  world.greet();
  world.say({ type: "snapshot", seq: 13, view: "thirteen" });
  assert.deepEqual(world.snapshots, ["ten", "thirteen"]);
});

test("after a loss it resumes from the last event it has", () => {
  const world = new World();
  world.begin();
  world.say({ type: "event", seq: 11, at_ms: 1, changes: [] });
  world.socket.events.closed();
  world.pass(300);
  assert.equal(world.urls[1], "ws://office/ws?role=display&epoch=1&since=11");
  world.greet();
  assert.equal(world.state, "live");
  world.say({ type: "event", seq: 12, at_ms: 1, changes: [{ kind: "call", n: 12 }] });
  assert.deepEqual(world.changes.map((change) => change.n), [12]);
});

test("another epoch voids the position: what was shown waits for a snapshot", () => {
  const world = new World();
  world.begin();
  world.socket.events.closed();
  world.pass(300);
  world.greet({ epoch: 2 });
  world.say({ type: "snapshot", seq: 3, view: "other epoch" });
  world.say({ type: "event", seq: 4, at_ms: 1, changes: [{ kind: "call", n: 4 }] });
  assert.deepEqual(world.snapshots, ["ten", "other epoch"]);
  assert.equal(world.changes.length, 1);
});

test("three missed heartbeats make the screen stale, as of the last word heard", () => {
  const world = new World();
  world.begin();
  world.pass(1_000);
  world.say({ type: "heartbeat", seq: 10, now_ms: 1_000 });
  world.pass(2_999);
  assert.equal(world.state, "live");
  world.pass(1);
  assert.deepEqual(world.shown[world.shown.length - 1], { state: "stale", since_ms: 1_000 });
  assert.ok(world.sockets[0]?.closed);
});

test("a connection that is back within the grace time leaves no mark", () => {
  const world = new World();
  world.begin();
  world.socket.events.closed();
  world.pass(300);
  world.greet();
  world.pass(LOSS_GRACE_MS);
  assert.ok(!world.shown.some((freshness) => freshness.state === "stale"));
});

test("a lost connection is marked, and tried again at growing pauses of ten seconds at most", () => {
  const world = new World();
  world.begin();
  const tries: number[] = [];
  world.socket.events.closed();
  for (let attempt = 0; attempt < 9; attempt += 1) {
    const before = world.sockets.length;
    const began = world.now;
    while (world.sockets.length === before) world.pass(10);
    tries.push(world.now - began);
    world.socket.events.closed();
  }
  assert.equal(world.state, "stale");
  assert.ok((tries[0] ?? 0) <= 260 && (tries[3] ?? 0) >= 1_000);
  assert.ok(tries.every((pause) => pause <= 10_010));
});

test("a heartbeat that stays ahead of the events shows a gap", () => {
  const world = new World();
  world.begin();
  world.say({ type: "heartbeat", seq: 11, now_ms: 1 });
  assert.equal(world.sockets.length, 1);
  world.say({ type: "heartbeat", seq: 11, now_ms: 2 });
  assert.equal(world.sockets.length, 2);
});

test("another protocol or another build reloads the page, and nothing else follows", () => {
  const other_protocol = new World();
  other_protocol.link.start();
  other_protocol.greet({ protocol: PROTOCOL_VERSION + 1 });
  assert.equal(other_protocol.reloads, 1);
  const other_build = new World();
  other_build.begin();
  other_build.socket.events.closed();
  other_build.pass(300);
  other_build.greet({ build: "b2" });
  assert.equal(other_build.reloads, 1);
  other_build.pass(60_000);
  assert.equal(other_build.sockets.length, 2);
});

test("a new setup asks for a fresh snapshot", () => {
  const world = new World();
  world.begin();
  world.say({ type: "event", seq: 11, at_ms: 1, changes: [{ kind: "setup" }] });
  assert.equal(world.urls[1], "ws://office/ws?role=display");
});

test("words of an old socket are not taken for the new one's", () => {
  const world = new World();
  world.begin();
  const old = world.socket;
  old.events.closed();
  world.pass(300);
  world.greet();
  old.events.message(JSON.stringify({ type: "event", seq: 11, at_ms: 1, changes: [{ kind: "x" }] }));
  old.events.closed();
  assert.equal(world.changes.length, 0);
  assert.equal(world.sockets.length, 2);
});

test("a message that is no JSON is a defect of the line: everything is asked for again", () => {
  const world = new World();
  world.begin();
  world.socket.events.message("{");
  assert.equal(world.sockets.length, 2);
});

test("a server that hung at the handshake and beats again without a hello is asked anew", () => {
  const world = new World();
  world.link.start();
  world.greet();
  world.say({ type: "snapshot", seq: 7, view: "seven" });
  world.socket.events.closed();
  world.pass(10_000);
  const silent = world.sockets.length;
  world.say({ type: "heartbeat", seq: 7, now_ms: 0 });
  world.pass(10_000);
  assert.ok(world.sockets.length > silent, "it connects again");
  world.greet();
  assert.equal(world.state, "live");
});

// A scripted office for the browser tests: serves web-dist and speaks the real message types, but
// knows no rules. Tests say what it sends and answers, so that a slow, silent, gapping or dying
// server can be shown on every screen. The real server has journeys of its own (journey.spec.ts).

import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { extname, join, normalize } from "node:path";
import {
  PROTOCOL_VERSION,
  type CommandAnswer,
  type ErrorEnvelope,
  type Hello,
  type PrintView,
} from "../../server/web/shared/protocol";
import { NOW_MS, type Role, type Views, views } from "./views";

/** What the office answers to a command. */
export type Reply = { status: number; body: CommandAnswer | ErrorEnvelope | PrintView };

/** A command that a screen sent. */
export interface Received {
  path: string;
  key: string;
  body: unknown;
}

const TYPES: { [extension: string]: string } = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

/** Pages may load nothing from outside and run nothing inline. */
const POLICY = "default-src 'self'; connect-src 'self' ws:";

interface Screen {
  role: Role;
  query: URLSearchParams;
  socket: Socket;
}

/** The office; start with `openOffice`. */
export class Office {
  readonly views: Views = views();
  readonly received: Received[] = [];
  readonly connections: { role: Role; epoch: string | null; since: string | null }[] = [];
  hello: Hello = {
    protocol: PROTOCOL_VERSION,
    build: "test-1",
    office: "test",
    epoch: 1,
    now_ms: NOW_MS,
    zone: "Asia/Tokyo",
    heartbeat_ms: 1_000,
    mode: "live",
  };
  seq = 100;
  /** No word from the server any more, though the sockets stay open. */
  silent = false;
  /** New sockets are refused. */
  refusing = false;
  /** Answers by path; the most recent wins, what is not listed gets 404. */
  answers: { [path: string]: (received: Received) => Reply | Promise<Reply> } = {};
  private screens = new Set<Screen>();
  private heart: NodeJS.Timeout;
  private started_ms = Date.now();

  constructor(private readonly server: Server) {
    server.on("request", (request, response) => void this.serve(request, response));
    server.on("upgrade", (request, socket) => this.welcome(request, socket as Socket));
    this.heart = setInterval(() => this.beat(), this.hello.heartbeat_ms);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The office's time, running. */
  get now_ms(): number {
    return this.hello.now_ms + (Date.now() - this.started_ms);
  }

  get screen_count(): number {
    return this.screens.size;
  }

  /** One event of the log, with what it changes for each role; others get it empty. */
  event(changes: { [role in Role]?: unknown[] }): void {
    this.seq += 1;
    for (const screen of this.screens) {
      const own = changes[screen.role] ?? [];
      this.say(screen, { type: "event", seq: this.seq, at_ms: this.now_ms, changes: own });
    }
  }

  /** Changes without an event. */
  update(role: Role, changes: unknown[]): void {
    for (const screen of this.screens) {
      if (screen.role === role) this.say(screen, { type: "update", changes });
    }
  }

  /** An event that nobody is told of: the next one leaves a gap. */
  loseEvent(): void {
    this.seq += 1;
  }

  /** Cuts every socket. */
  cut(): void {
    for (const screen of this.screens) screen.socket.destroy();
    this.screens.clear();
  }

  async close(): Promise<void> {
    clearInterval(this.heart);
    this.cut();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private beat(): void {
    for (const screen of this.screens) {
      this.say(screen, { type: "heartbeat", seq: this.seq, now_ms: this.now_ms });
    }
  }

  private say(screen: Screen, message: object): void {
    if (!this.silent) screen.socket.write(frame(JSON.stringify(message)));
  }

  private welcome(request: IncomingMessage, socket: Socket): void {
    socket.on("error", () => socket.destroy());
    const url = new URL(request.url ?? "/", "http://office");
    const key = request.headers["sec-websocket-key"];
    if (this.refusing || url.pathname !== "/ws" || key === undefined) {
      socket.destroy();
      return;
    }
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept(key)}\r\n\r\n`,
    );
    const role = url.searchParams.get("role") as Role;
    const screen: Screen = { role, query: url.searchParams, socket };
    this.screens.add(screen);
    this.connections.push({
      role,
      epoch: url.searchParams.get("epoch"),
      since: url.searchParams.get("since"),
    });
    socket.on("data", () => undefined);
    socket.on("close", () => this.screens.delete(screen));
    this.say(screen, { type: "hello", ...this.hello, now_ms: this.now_ms });
    if (url.searchParams.get("since") !== String(this.seq)) {
      this.say(screen, { type: "snapshot", seq: this.seq, view: this.views[role] });
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://office").pathname;
    response.setHeader("Content-Security-Policy", POLICY);
    if (request.method === "POST") {
      await this.take(path, request, response);
      return;
    }
    const name = path === "/" ? "index.html" : extname(path) === "" ? `${path}.html` : path;
    const file = join("web-dist", normalize(name));
    if (!file.startsWith("web-dist") || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
    createReadStream(file).pipe(response);
  }

  private async take(path: string, request: IncomingMessage, response: ServerResponse) {
    let text = "";
    for await (const part of request) text += String(part);
    const received: Received = {
      path,
      key: String(request.headers["idempotency-key"] ?? ""),
      body: JSON.parse(text || "{}"),
    };
    this.received.push(received);
    const answer = this.answers[path];
    const reply: Reply =
      answer === undefined ? refused("unknown_counter") : await answer(received);
    response.writeHead(reply.status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(reply.body));
  }
}

/** Starts an office on a free port of this machine. */
export async function openOffice(): Promise<Office> {
  const server = createServer();
  const office = new Office(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return office;
}

/** An answer that says yes. */
export function done(events: CommandAnswer["events"]): Reply {
  return { status: 200, body: { seq: 101, at_ms: NOW_MS, events } };
}

/** An answer that says no. */
export function refused(code: string, detail: { [name: string]: string } = {}): Reply {
  return { status: 409, body: { error: { code, message: code, detail } } };
}

function accept(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/** A text frame as a server sends it: whole and unmasked (RFC 6455, 5.2). */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length < 126) return Buffer.concat([Buffer.from([0x81, payload.length]), payload]);
  if (payload.length < 65_536) {
    const head = Buffer.from([0x81, 126, 0, 0]);
    head.writeUInt16BE(payload.length, 2);
    return Buffer.concat([head, payload]);
  }
  const head = Buffer.alloc(10);
  head.writeUInt8(0x81, 0);
  head.writeUInt8(127, 1);
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}

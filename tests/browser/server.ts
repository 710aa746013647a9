// The real server for the journeys: started on a free port over a new data folder, rehearsing a
// Tuesday in June at ten o'clock.

import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const TARGET = process.env["CARGO_TARGET_DIR"] ?? "target";
const PROGRAM = process.env["YOBIDASHI"] ?? join(TARGET, "debug/yobidashi");
/** A debug build under a loaded machine needs some seconds to begin. */
const START_MS_MAX = 20_000;

/** A running server. */
export class RealOffice {
  private process: ChildProcess | null = null;
  private readonly data = mkdtempSync(join(tmpdir(), "yobidashi-browser-"));

  constructor(private readonly port: number) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: cargo build -p server`);
    const listen = `127.0.0.1:${this.port}`;
    this.process = spawn(
      PROGRAM,
      ["serve", "--data", this.data, "--listen", listen, "--clock", "2026-06-02T10:00"],
      { stdio: "ignore" },
    );
    const deadline_ms = Date.now() + START_MS_MAX;
    while (Date.now() < deadline_ms) {
      const answer = await fetch(`${this.url}/healthz`).catch(() => null);
      if (answer?.ok === true) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("the server does not answer");
  }

  /** Ends the server without a word, as a power cut would. */
  async kill(): Promise<void> {
    const running = this.process;
    if (running === null || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGKILL");
    await ended;
    this.process = null;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }

  /** Sends a command as another device would. */
  async post(path: string, body: object = {}): Promise<void> {
    const answer = await fetch(`${this.url}/api/v1/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
}

/** Starts a server. */
export async function openRealOffice(): Promise<RealOffice> {
  const port = await new Promise<number>((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
  const office = new RealOffice(port);
  await office.start();
  return office;
}

// Retakes the pictures of the README and the manuals from the real program:
//
//   npm run manual-pictures -- PROGRAM        PROGRAM: a built yobidashi
//
// A Tuesday morning in June is played on the rehearsal clock, then counter 3 works in front of the
// camera. Pictures go to docs/pictures, Japanese and English; pngquant makes them small if it is
// installed.

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { chromium, type Browser, type Page } from "@playwright/test";

const PROGRAM = process.argv[2] ?? "target/debug/yobidashi";
const FOLDER = "docs/pictures";
const PORT = Number(process.env["PORT"] ?? 8098);
const URL = `http://127.0.0.1:${PORT}`;
const LANGUAGES = ["ja", "en"] as const;
type Language = (typeof LANGUAGES)[number];

const COUNTERS = ["1", "2", "4", "5", "7", "8", "9", "11", "high", "20", "31", "33"];
const ERRANDS = [
  "join", "leave", "card-again", "premium-amount", "join-abroad", "pension", "pay-bank", "join",
  "check-left", "card-change", "reduce-job", "benefit", "leave", "to-residents", "pay", "join",
];
/** Procedures that finish a ticket of a queue. */
const DONE: { [letter: string]: string } = {
  A: "2", C: "3", F: "4", H: "7", L: "15", R: "18", N: "20", K: "23", U: "20", X: "20",
};

let server: ChildProcess | null = null;
let data = "";
let requests = 0;

async function post(path: string, body: object = {}): Promise<boolean> {
  requests += 1;
  const response = await fetch(`${URL}/api/v1/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": `picture-${requests}` },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.ok;
}

async function start(...clock: string[]): Promise<void> {
  const options = ["serve", "--data", data, "--listen", `127.0.0.1:${PORT}`, "--clock", ...clock];
  server = spawn(PROGRAM, options, { stdio: ["ignore", "ignore", "inherit"] });
  for (let left = 200; left > 0; left -= 1) {
    const there = await fetch(`${URL}/healthz`).then((answer) => answer.ok, () => false);
    if (there) return;
    await pause(100);
  }
  throw new Error(`${PROGRAM} is not ready after 20 s`);
}

async function stop(): Promise<void> {
  const running = server;
  if (running === null) return;
  server = null;
  if (running.exitCode !== null || running.signalCode !== null) return;
  const ended = new Promise((resolve) => running.once("exit", resolve));
  running.kill("SIGTERM");
  await ended;
}

/** Most of an hour of the morning, one second a minute: people come faster than they are served. */
async function playMorning(): Promise<void> {
  for (const counter of COUNTERS) {
    const languages = counter === "2" ? ["en", "ne"] : counter === "5" ? ["zh-Hans"] : [];
    await post(`counters/${counter}/open`, { languages });
  }
  for (let minute = 0; minute < 45; minute += 1) {
    const language = minute % 11 === 5 ? "vi" : minute % 7 === 3 ? "en" : "ja";
    const errand = ERRANDS[minute % ERRANDS.length];
    // A kiosk issues ordinary tickets; priority comes from the floor guide.
    const priority = { errand, language, class: { class: "priority" } };
    const ordinary = { errand, language, kiosk: minute % 3 === 0 ? "kiosk-2" : "kiosk-1" };
    await post("tickets", minute % 13 === 8 ? priority : ordinary);
    for (const [place, counter] of COUNTERS.entries()) {
      if ((minute + place * 2) % 9 === 0) await finish(counter);
      if ((minute + place * 2) % 9 === 1) await post(`counters/${counter}/call-next`);
      if ((minute + place * 2) % 9 === 2) await post(`counters/${counter}/start`);
    }
    await pause(1_000);
  }
}

async function finish(counter: string): Promise<void> {
  const office = (await (await fetch(`${URL}/api/v1/office`)).json()) as {
    counters: { counter: string; ticket: number | null }[];
    tickets: { ticket: number; label: string }[];
  };
  const at = office.counters.find((one) => one.counter === counter)?.ticket ?? null;
  const label = office.tickets.find((one) => one.ticket === at)?.label ?? "";
  const code = DONE[label.charAt(0)];
  if (code === undefined) return;
  await post(`counters/${counter}/end-service`);
  await post(`counters/${counter}/complete`, { procedures: [code] });
}

async function take(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await pause(500);
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}

async function open(page: Page, path: string, width: number, height: number): Promise<void> {
  await page.setViewportSize({ width, height });
  await page.goto(`${URL}/${path}`);
}

/** Counter 3 from opening to the next call, as a clerk goes through a visit. */
async function takeCounter(page: Page, language: Language): Promise<void> {
  const shot = (name: string) => take(page, `counter-${name}-${language}`);
  const key = async (name: string) => {
    await pause(600);
    await page.keyboard.press(name);
  };
  await post("counters/3/close");
  await open(page, `counter?counter=3&lang=${language}`, 1280, 800);
  await page.locator(".hand-nobody").waitFor();
  await key("Space");
  await page.locator("dialog").waitFor();
  await shot("open");
  await key("Enter");
  await page.locator(".next-chip").waitFor();
  await shot("free");
  await key("Space");
  await page.locator(".hand-called").waitFor();
  await shot("called");
  await key("n");
  await page.locator("dialog").waitFor();
  await shot("absent");
  await key("Escape");
  await key("Space");
  await page.locator(".hand-ticket:not(.hand-called)").waitFor();
  await shot("serving");
  for (const [letter, name] of [["h", "hold"], ["t", "transfer"]] as const) {
    await key(letter);
    await page.locator("dialog").waitFor();
    await shot(name);
    await key("Escape");
  }
  await key("t");
  await page.locator("dialog button", { hasText: /国保収納係/ }).click();
  await page.locator(".held").waitFor();
  await key("Space");
  await page.locator(".hand-called").waitFor();
  await key("Space");
  await page.locator(".hand-ticket:not(.hand-called)").waitFor();
  await shot("confirm");
  await page.locator(".held button").click();
  await pause(600);
  await page.locator(".held button").click();
  await key("e");
  await pause(600);
  await key("Space");
  await page.locator("dialog").waitFor();
  await key("1");
  await shot("complete");
  await page.locator("dialog .primary").click();
  await page.locator(".hand-nobody").waitFor();
}

async function takeOthers(page: Page, language: Language): Promise<void> {
  await post("tickets", { errand: "join", language, kiosk: "kiosk-1" });
  await open(page, `dashboard?lang=${language}`, 1440, 1000);
  await page.locator(".sentence").waitFor();
  await take(page, `dashboard-${language}`);
  const calling = language === "ja" ? ["4", "9"] : ["5", "11"];
  for (const counter of calling) {
    await finish(counter);
    await post(`counters/${counter}/no-show`);
    await post(`counters/${counter}/call-next`);
  }
  await open(page, "display", 1600, 900);
  await page.locator(".now-label").first().waitFor();
  await pause(3_500);
  await take(page, "display");
  await open(page, "kiosk?id=kiosk-1", 1080, 1920);
  const words = language === "ja" ? "日本語" : "English";
  await page.getByRole("button", { name: words, exact: true }).click();
  await pause(500);
  await take(page, `kiosk-${language}`);
  await open(page, "paper", 1100, 760);
  await page.locator(".slips img").first().waitFor();
  await take(page, "paper");
}

/** The README's picture: four screens of one office side by side. */
async function takeOffice(page: Page, language: Language): Promise<void> {
  const { readFileSync } = await import("node:fs");
  const image = (name: string) =>
    `data:image/png;base64,${readFileSync(join(FOLDER, `${name}.png`)).toString("base64")}`;
  await page.setViewportSize({ width: 1500, height: 888 });
  await page.setContent(`<style>
    body { margin: 0; background: #c8c8cb; display: grid; gap: 12px; padding: 12px;
      grid-template: 550px 302px / 486px 1fr; box-sizing: border-box; height: 888px }
    img { width: 100%; height: 100%; object-fit: cover; object-position: top left; background: #fff }
    .tall { grid-row: 1 / 3 } .two { display: grid; grid-template: 302px / 1fr 1fr; gap: 12px }
    </style><img class="tall" src="${image(`kiosk-${language}`)}">
    <img src="${image("display")}"><div class="two">
    <img src="${image(`counter-serving-${language}`)}">
    <img src="${image(`dashboard-${language}`)}"></div>`);
  await take(page, `office-${language}`);
}

function shrink(): void {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".png"));
  const paths = files.map((name) => join(FOLDER, name));
  const options = ["--force", "--ext", ".png", "--speed", "1", "--strip", "48", "--"];
  const done = spawnSync("pngquant", [...options, ...paths]);
  if (done.error !== undefined) console.log("pngquant is not installed: pictures stay large");
  for (const path of paths) {
    const size = statSync(path).size;
    if (size > 150_000) console.log(`${path} has ${size} bytes; at most 150,000 are wanted`);
  }
}

async function main(): Promise<void> {
  data = mkdtempSync(join(tmpdir(), "yobidashi-pictures-"));
  let browser: Browser | null = null;
  try {
    await start("2026-06-02T09:10", "--clock-speed", "60");
    await playMorning();
    await stop();
    await start("2026-06-02T10:20");
    browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
    });
    for (const language of LANGUAGES) {
      const options = { locale: language === "ja" ? "ja-JP" : "en-GB", timezoneId: "Asia/Tokyo" };
      const page = await (await browser.newContext(options)).newPage();
      await takeCounter(page, language);
      await takeOthers(page, language);
      await takeOffice(page, language);
    }
  } finally {
    await browser?.close();
    await stop();
    rmSync(data, { recursive: true, force: true });
  }
  shrink();
}

await main();

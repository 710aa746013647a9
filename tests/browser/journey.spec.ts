// Whole visits over the real server: kiosk, counter, hall display and dashboard at once.

import { expect, test, type Browser, type Page } from "@playwright/test";
import type { CounterView } from "../../server/web/shared/protocol";
import { openRealOffice, type RealOffice } from "./server";

let office: RealOffice;
let pages: Page[] = [];
test.beforeEach(async () => {
  office = await openRealOffice();
});
test.afterEach(async () => {
  await Promise.all(pages.map((page) => page.close()));
  pages = [];
  await office.close();
});

/** A screen of its own, that loads nothing from elsewhere and reports no error. */
async function screen(browser: Browser, path: string, width: number, height: number): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height }, locale: "ja-JP" });
  pages.push(page);
  page.on("request", (request) => {
    expect(new URL(request.url()).origin).toBe(office.url);
  });
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto(office.url + path);
  return page;
}

/** From an empty kiosk to a label, by two touches. */
async function takeTicket(kiosk: Page): Promise<string> {
  await kiosk.locator("[data-errand=membership]").click();
  await kiosk.locator("[data-errand=join]").waitFor();
  await kiosk.waitForTimeout(400);
  await kiosk.locator("[data-errand=join]").click();
  return (await kiosk.locator("[data-label]").getAttribute("data-label")) ?? "";
}

test("a resident takes a ticket, is called, seen in the hall, served, and counted", async ({
  browser,
}) => {
  const kiosk = await screen(browser, "/kiosk", 1080, 1920);
  const counter = await screen(browser, "/counter?counter=3", 1280, 800);
  const hall = await screen(browser, "/display", 1920, 1080);
  const above = await screen(browser, "/display?counter=3", 1280, 720);
  const dashboard = await screen(browser, "/dashboard", 1440, 1000);

  await counter.locator(".action-main").waitFor();
  await counter.keyboard.press("Space");
  await counter.getByRole("button", { name: /開く（Enter）/ }).waitFor();
  await counter.keyboard.press("Enter");
  await expect(counter.locator(".action-main")).toContainText("次を呼ぶ");

  const label = await takeTicket(kiosk);
  expect(label).toMatch(/^[A-Z]\d+$/);
  await expect(counter.locator(".ticket-row")).toContainText(label);
  await expect(dashboard.locator(".today")).toContainText("発券1");

  await counter.waitForTimeout(500);
  await counter.keyboard.press("Space");
  await expect(hall.locator(".now-label")).toHaveText(label);
  await expect(hall.locator(".now-number")).toHaveText("3");
  await expect(above.locator(".above-label")).toHaveText(label);
  await expect(counter.locator(".hand-label")).toHaveText(label);

  await counter.waitForTimeout(500);
  await counter.keyboard.press("Space");
  await expect(counter.locator(".hand-state")).toContainText("対応中");

  await counter.waitForTimeout(500);
  await counter.keyboard.press("Space");
  await counter.locator("dialog .procedure").first().waitFor();
  await counter.keyboard.press("1");
  await counter.keyboard.press("Enter");
  await expect(counter.locator(".action-main")).toContainText("次を呼ぶ");
  await expect(dashboard.locator(".today")).toContainText("完了1");
  await expect(dashboard.locator(".chart")).toContainText("1件");

  await counter.waitForTimeout(500);
  await counter.keyboard.press("z");
  await expect(counter.locator(".hand-label")).toHaveText(label);
  await expect(dashboard.locator(".today")).toContainText("完了0");
});

test("hold, transfer and its confirmations work from the counter", async ({ browser }) => {
  await office.post("counters/3/open", {});
  await office.post("counters/5/open", {});
  await office.post("tickets", { errand: "join" });
  await office.post("counters/3/call-next");
  await office.post("counters/3/start");
  const counter = await screen(browser, "/counter?counter=3", 1280, 800);
  const label = (await counter.locator(".hand-label").textContent()) ?? "";

  await counter.keyboard.press("h");
  await counter.getByRole("dialog").waitFor();
  await counter.keyboard.press("1");
  await expect(counter.locator(".held")).toContainText(label);
  await counter.waitForTimeout(500);
  await counter.getByRole("button", { name: "再開" }).click();
  await expect(counter.locator(".hand-label")).toHaveText(label);

  await counter.waitForTimeout(500);
  await counter.keyboard.press("t");
  await counter.getByRole("button", { name: /保険料/ }).first().click();
  await expect(counter.locator(".held")).toContainText(label);
  await counter.waitForTimeout(500);
  await counter.getByRole("button", { name: "到着確認" }).click();
  await counter.waitForTimeout(500);
  await counter.getByRole("button", { name: "列を目視で確認" }).click();
  await expect(counter.locator(".held")).toHaveCount(0);
});

test("a ticket held at a counter that has closed is gone on with at another", async ({
  browser,
}) => {
  await office.post("counters/3/open", {});
  await office.post("counters/4/open", {});
  await office.post("tickets", { errand: "join" });
  await office.post("counters/3/call-next");
  await office.post("counters/3/start");
  await office.post("counters/3/hold", { reason: "filling_form" });
  const first = await screen(browser, "/counter?counter=3", 1280, 800);
  const second = await screen(browser, "/counter?counter=4", 1280, 800);
  const label = (await first.locator(".held b").textContent()) ?? "";
  await first.getByRole("button", { name: /窓口を閉じる/ }).click();
  await expect(first.getByRole("dialog")).toContainText(label);
  await first.getByRole("button", { name: "このまま閉じる" }).click();
  await expect(first.locator(".hand-nobody")).toContainText("窓口は閉じています");
  await expect(second.locator(".held")).toContainText("3番窓口で保留");
  await second.getByRole("button", { name: "再開" }).click();
  await expect(second.locator(".hand-label")).toHaveText(label);
  await expect(first.locator(".held")).toHaveCount(0);
});

test("a slip that nobody can vouch for is settled at a counter", async ({ browser }) => {
  const first = async () => {
    const view = await (await fetch(`${office.url}/api/v1/office`)).json();
    return (view as CounterView).tickets[0];
  };
  await office.post("tickets", { errand: "join", kiosk: "kiosk-1" });
  await expect.poll(async () => (await first())?.paper).toBe("printed");
  // No printer can say anything of the second slip, and none can stand in for the other.
  for (const kiosk of ["kiosk-1", "kiosk-2"]) {
    await fetch(`${office.url}/demo/printers/${kiosk}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ do: "cable", plugged: false }),
    });
  }
  const ticket = (await first())?.ticket ?? 0;
  await office.post(`tickets/${ticket}/reprint`);
  await office.post(`tickets/${ticket}/paper`, { paper: "unknown" });
  const dashboard = await screen(browser, "/dashboard", 1440, 1000);
  const counter = await screen(browser, "/counter?counter=3", 1280, 800);
  await expect(dashboard.locator(".alerts")).toContainText("紙が出たかわからない");
  await counter.getByRole("button", { name: "紙の確認 1件" }).click();
  await counter.getByRole("button", { name: "印刷済みにする" }).click();
  await expect(counter.getByRole("dialog")).toContainText("確認が必要な番号はありません");
  await expect(dashboard.locator(".alerts")).not.toContainText("紙が出たかわからない");
});

test("a server that dies is seen on every screen, and work goes on where it stopped", async ({
  browser,
}) => {
  await office.post("counters/3/open", {});
  await office.post("tickets", { errand: "join" });
  const kiosk = await screen(browser, "/kiosk", 1080, 1920);
  const counter = await screen(browser, "/counter?counter=3", 1280, 800);
  const hall = await screen(browser, "/display", 1920, 1080);
  const dashboard = await screen(browser, "/dashboard", 1440, 1000);
  await counter.locator(".ticket-row").waitFor();
  await hall.locator(".queue").first().waitFor();
  await dashboard.locator(".sentence").waitFor();

  await office.kill();
  for (const page of [counter, hall, dashboard]) {
    await expect(page.locator(".stale-bar")).toBeVisible();
  }
  await expect(kiosk.locator("h1")).toContainText("ただいま番号札を出せません");

  await office.start();
  for (const page of [counter, hall, dashboard]) {
    await expect(page.locator(".stale-bar")).toBeHidden({ timeout: 15_000 });
  }
  await counter.keyboard.press("Space");
  await expect(hall.locator(".now-label")).toBeVisible();
  await expect(kiosk.locator("[data-errand=membership]")).toBeVisible();
});

/** A display that polled would need seconds; the bar of 50 ms is for the bench on a quiet machine. */
const PAINTED_MS_MAX = 500;

test("a call is painted in the hall without waiting for any poll", async ({ browser }) => {
  const calls = 12;
  await office.post("counters/3/open", {});
  for (let n = 0; n < calls; n += 1) await office.post("tickets", { errand: "join" });
  const counter = await screen(browser, "/counter?counter=3", 1280, 800);
  const hall = await screen(browser, "/display", 1920, 1080);
  await counter.locator(".action-main").waitFor();
  await hall.locator(".recent ol").waitFor({ state: "attached" });
  await counter.evaluate(() => {
    addEventListener(
      "keydown",
      () => Object.assign(window, { pressed_ms: performance.timeOrigin + performance.now() }),
      true,
    );
  });
  const spans: number[] = [];
  for (let n = 0; n < calls; n += 1) {
    await counter.waitForTimeout(450);
    const painted = hall.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const list = document.querySelector(".recent ol");
          const seen = new MutationObserver(() => {
            seen.disconnect();
            requestAnimationFrame(() => {
              const channel = new MessageChannel();
              channel.port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
              channel.port2.postMessage(null);
            });
          });
          if (list) seen.observe(list, { childList: true });
        }),
    );
    await hall.waitForTimeout(50);
    await counter.keyboard.press("Space");
    const painted_ms = await painted;
    const pressed_ms = await counter.evaluate(
      () => (window as unknown as { pressed_ms: number }).pressed_ms,
    );
    spans.push(painted_ms - pressed_ms);
    await office.post("counters/3/no-show");
    await counter.locator(".hand-nobody").waitFor();
  }
  spans.sort((a, b) => a - b);
  const median_ms = spans[Math.floor(spans.length / 2)] ?? 0;
  const p95_ms = spans[Math.ceil(spans.length * 0.95) - 1] ?? 0;
  console.log(`press → painted: median ${median_ms.toFixed(0)} ms, p95 ${p95_ms.toFixed(0)} ms`);
  expect(median_ms).toBeLessThan(PAINTED_MS_MAX);
});

test("the slip appears on the demo's paper, and an empty roll is told at the kiosk", async ({
  browser,
}) => {
  const kiosk = await screen(browser, "/kiosk?id=kiosk-1", 1080, 1920);
  const paper = await screen(browser, "/paper", 1280, 800);
  await takeTicket(kiosk);
  await expect(kiosk.locator(".ticket-where")).toContainText("番号札をお取りになり");
  await expect(paper.locator(".slips img")).toHaveCount(1);
  const drawn = await paper.locator(".slips img").evaluate((image) => {
    const slip = image as HTMLImageElement;
    return slip.decode().then(() => slip.naturalHeight);
  });
  expect(drawn).toBeGreaterThan(100);
  await paper.getByRole("button", { name: /紙を切らす/ }).first().click();
  await expect(kiosk.getByRole("alert")).toContainText("番号は有効です", { timeout: 10_000 });
  // The next one comes out of the other kiosk's printer, under its own number.
  await office.post("tickets", { errand: "join", kiosk: "kiosk-1" });
  await expect(kiosk.getByRole("alert")).toContainText("待合側の発券機", { timeout: 15_000 });
  await expect(paper.locator(".slips img")).toHaveCount(2, { timeout: 15_000 });
});

test("the day in figures comes out on paper when the manager asks for it", async ({ browser }) => {
  await office.post("tickets", { errand: "join" });
  const dashboard = await screen(browser, "/dashboard", 1440, 1000);
  const paper = await screen(browser, "/paper", 1280, 800);
  await dashboard.getByRole("button", { name: "日計を印刷" }).click();
  await expect(dashboard.getByText("入口側の発券機に出ました")).toBeVisible();
  // The ticket's slip and the summary.
  await expect(paper.locator(".slips img")).toHaveCount(2);
});

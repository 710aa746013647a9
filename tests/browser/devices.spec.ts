// The technician's pages against the real server and its virtual devices.

import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { openRealOffice, type RealOffice } from "./server";

let office: RealOffice;
test.beforeEach(async () => {
  office = await openRealOffice();
});
test.afterEach(async () => {
  await office.close();
});

/** Does something to a virtual device. */
async function twin(device: string, change: object): Promise<void> {
  const answer = await fetch(`${office.url}/demo/twins/${device}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(change),
  });
  if (!answer.ok) throw new Error(`${device}: ${answer.status} ${await answer.text()}`);
}

/** One thing after the other, as a page that is being read shows it. */
async function axe(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag22aa"]).analyze();
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`);
}

test("a technician sees a pulled cable, brings it back and proves it with a test page", async ({
  page,
}) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(`${office.url}/devices`);
  const printer = page.locator('[data-device="printers.kiosk-1"]');
  await expect(printer.locator(".state")).toContainText("使えます");
  const button = printer.getByRole("button", { name: "試験印刷" });
  const place = await button.boundingBox();
  await twin("printers.kiosk-1", { do: "cable", plugged: false });
  await expect(printer.locator(".state")).toContainText("つながっていません", { timeout: 5_000 });
  await expect(page.getByRole("status").first()).toContainText("9台のうち1台");
  await button.click();
  await expect(printer.locator(".said")).toContainText("機器が今は動けません");
  // Nothing has moved under the finger meanwhile.
  expect(await button.boundingBox()).toEqual(place);
  await twin("printers.kiosk-1", { do: "cable", plugged: true });
  await expect(printer.locator(".state")).toContainText("使えます", { timeout: 8_000 });
  await button.click();
  await expect(printer.locator(".said")).toContainText("始めました");
  await printer.getByRole("button", { name: "くわしく" }).click();
  const detail = page.locator(".detail");
  await expect(detail.locator(".entry-sent", { hasText: "印刷する紙" })).toBeVisible();
  await expect(detail.locator(".entry-received", { hasText: "印刷の証明" })).toContainText("37 22");
  const slips = async () => (await (await fetch(`${office.url}/demo/slips`)).json()) as unknown[];
  await expect.poll(async () => (await slips()).length).toBe(1);
  expect(await axe(page)).toEqual([]);
});

test("on the page of the twins a press issues, calls and shows the label on the panel", async ({
  page,
}) => {
  await office.post("counters/3/open", {});
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${office.url}/twins`);
  const entrance = page.locator('[data-twin="buttons.entrance"]');
  await entrance.getByRole("button", { name: /1 を押す/ }).click();
  await expect(page.locator(".slips img")).toHaveCount(1);
  const panel = page.locator('[data-twin="panels.3"] [data-face]');
  await expect(panel).toHaveText("なし");
  const desk = page.locator('[data-twin="buttons.counter-3"]');
  await desk.getByRole("button", { name: /1 を押す/ }).click();
  await expect(panel).toHaveText("A001");
  const scanner = page.locator('[data-twin="scanners.counter-3"]');
  await scanner.getByRole("button", { name: "最後の紙のQRを読み取る" }).click();
  const serving = async () => {
    const view = (await (await fetch(`${office.url}/api/v1/office`)).json()) as {
      tickets: { state: { state: string } }[];
    };
    return view.tickets[0]?.state.state;
  };
  await expect.poll(serving).toBe("serving");
  await page.goto(`${office.url}/devices`);
  const row = page.locator('[data-device="scanners.counter-3"]');
  await expect(row.locator(".facts")).toContainText("A001 → start → A001");
  expect(await axe(page)).toEqual([]);
});

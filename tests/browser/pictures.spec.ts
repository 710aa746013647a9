// Pictures of every screen at its real size, for eyes: PICTURES=folder npm run browser -- pictures

import { test, type Page } from "@playwright/test";
import { done, openOffice, type Office } from "./office";
import { NOW_MS, PRINTER } from "./views";

const folder = process.env["PICTURES"];
test.skip(folder === undefined, "pictures are taken only when PICTURES names a folder");

let office: Office;
test.beforeEach(async () => {
  office = await openOffice();
});
test.afterEach(async () => {
  await office.close();
});

async function picture(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${folder}/${name}.png` });
}

const KIOSKS = [
  { name: "portrait", width: 1080, height: 1920 },
  { name: "landscape", width: 1280, height: 1024 },
];

for (const { name, width, height } of KIOSKS) {
  for (const language of ["日本語", "नेपाली", "やさしい日本語", "English", "한국어", "简体中文"]) {
    test(`kiosk ${name} in ${language}`, async ({ page }) => {
      await page.setViewportSize({ width, height });
      office.answers["/api/v1/tickets"] = () =>
        done([
          {
            kind: "ticket_issued",
            ticket: 30,
            label: "A018",
            queue: "enrol",
            errand: "join",
            class: { class: "ordinary" },
            language: "ja",
            origin: { from: "kiosk", kiosk: "K1" },
            issued_at_ms: NOW_MS,
            ahead: 12,
            window: { from_ms: NOW_MS + 1_500_000, to_ms: NOW_MS + 2_400_000 },
          },
        ]);
      const shot = `kiosk-${name}-${language}`;
      await page.goto(`${office.url}/kiosk?id=K1`);
      await page.getByRole("button", { name: language, exact: true }).click();
      await picture(page, `${shot}-1`);
      await page.locator("[data-errand=membership]").click();
      await page.waitForTimeout(500);
      await picture(page, `${shot}-2`);
      await page.locator("[data-errand=join]").click();
      await page.locator(".label").waitFor();
      await picture(page, `${shot}-3`);
      office.update("kiosk", [
        { kind: "printer", printer: { ...PRINTER, condition: "paper_end" } },
      ]);
      await page.locator(".trouble").waitFor();
      await picture(page, `${shot}-4-trouble`);
      await page.waitForTimeout(400);
      await page.locator(".foot button").nth(1).click();
      await page.waitForTimeout(400);
      await page.locator(".foot button").nth(2).click();
      await picture(page, `${shot}-5-low`);
    });
  }
}

test("display", async ({ page }) => {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.goto(`${office.url}/display`);
  await page.locator(".now-label").waitFor();
  await page.waitForTimeout(3_500);
  await picture(page, "display-hall");
  await page.goto(`${office.url}/display?counter=3`);
  await page.locator(".above-label").waitFor();
  await page.waitForTimeout(3_500);
  await picture(page, "display-counter");
  await page.goto(`${office.url}/display?counter=5`);
  await page.waitForTimeout(500);
  await picture(page, "display-counter-closed");
});

test("display idle, many queues, then stale", async ({ page }) => {
  const extra = office.views.display.queues.map((one, at) => ({
    ...one,
    queue: `${one.queue}-2`,
    letter: "PQRUVWXY"[at] ?? "Z",
  }));
  office.views.display.queues.push(...extra);
  office.views.display.calls = office.views.display.calls.filter((one) => one.state === "ended");
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.goto(`${office.url}/display`);
  await page.locator(".now-idle").waitFor();
  await picture(page, "display-idle");
  office.refusing = true;
  office.cut();
  await page.locator(".stale-bar").waitFor();
  await picture(page, "display-stale");
});

for (const language of ["ja", "en"]) {
  test(`counter in ${language}`, async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(`${office.url}/counter?lang=${language}`);
    await page.locator(".counters").waitFor();
    await picture(page, `counter-${language}-0-choose`);
    await page.goto(`${office.url}/counter?counter=3&lang=${language}`);
    await page.locator(".hand-label").waitFor();
    await picture(page, `counter-${language}-1-serving`);
    for (const [key, name] of [
      ["Space", "complete"],
      ["h", "hold"],
      ["t", "transfer"],
    ] as const) {
      await page.keyboard.press(key);
      await page.locator("dialog").waitFor();
      await picture(page, `counter-${language}-2-${name}`);
      await page.keyboard.press("Escape");
    }
    await page.goto(`${office.url}/counter?counter=4&lang=${language}`);
    await page.locator(".hand-nobody").waitFor();
    await picture(page, `counter-${language}-3-free`);
    await page.goto(`${office.url}/counter?counter=5&lang=${language}`);
    await page.locator(".hand-nobody").waitFor();
    await page.keyboard.press("Space");
    await picture(page, `counter-${language}-4-open`);
  });

  test(`dashboard in ${language}`, async ({ page }) => {
    await page.setViewportSize({ width: 1440, height: 1000 });
    await page.goto(`${office.url}/dashboard?lang=${language}`);
    await page.locator(".sentence").waitFor();
    await picture(page, `dashboard-${language}`);
    await page.setViewportSize({ width: 1024, height: 1366 });
    await page.getByRole("button", { name: /表で見る|As a table/ }).click();
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: `${folder}/dashboard-${language}-tablet.png`, fullPage: true });
  });
}

test("index", async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(office.url);
  await picture(page, "index");
});

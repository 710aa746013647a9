import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outcome } from "../../server/web/shared/command";
import type { PrinterCondition, PrinterView } from "../../server/web/shared/protocol";
import { IDLE_MS, Session, SETTLE_MS, type Page } from "./session";
import { bandOf, paperOf } from "./store";

const PRINTER: PrinterView = {
  kiosk: "K1",
  condition: "ready",
  unknown_count: 0,
  name: {},
  stand_in: null,
  slips_left: null,
};

const ISSUED: Outcome = {
  outcome: "done",
  answer: {
    seq: 1,
    at_ms: 1,
    events: [
      {
        kind: "ticket_issued",
        ticket: 7,
        label: "A007",
        queue: "enrol",
        errand: "join",
        class: { class: "ordinary" },
        language: "ne",
        origin: { from: "kiosk", kiosk: "K1" },
        issued_at_ms: 1,
        ahead: 3,
        window: null,
      },
    ],
  },
};

function labelOf(page: Page): string | null {
  return page.page === "ticket" ? page.issued.label : null;
}

function kiosk(outcome: Outcome = ISSUED) {
  const clock = { now: 1_000 };
  const asked: [string, string][] = [];
  const session = new Session(
    () => clock.now,
    async (errand, language) => {
      asked.push([errand, language]);
      return outcome;
    },
  );
  return { clock, asked, session };
}

test("a touch shows the issuing page before any answer, then the ticket", async () => {
  const { asked, session } = kiosk();
  session.chooseLanguage("ne");
  const issuing = session.issue("join");
  assert.equal(session.page.value.page, "issuing");
  assert.equal(session.accepts(), false);
  await issuing;
  assert.equal(labelOf(session.page.value), "A007");
  assert.deepEqual(asked, [["join", "ne"]]);
});

test("the second tap of a double tap does not press what has just appeared", () => {
  const { clock, session } = kiosk();
  session.show({ page: "group", errand: "membership" });
  assert.equal(session.accepts(), false);
  clock.now += SETTLE_MS;
  assert.equal(session.accepts(), true);
});

test("a page that nobody touches goes back to the first page and to Japanese", () => {
  const { clock, session } = kiosk();
  session.chooseLanguage("pt");
  session.show({ page: "helper", before: { page: "home" } });
  clock.now += IDLE_MS - 1;
  session.tick();
  assert.equal(session.page.value.page, "helper");
  clock.now += 1;
  session.tick();
  assert.equal(session.page.value.page, "home");
  assert.equal(session.language.value, "ja");
});

test("a refusal and a lost answer are two different pages", async () => {
  const refused = kiosk({ outcome: "refused", code: "queue_full", detail: {} });
  await refused.session.issue("join");
  assert.deepEqual(refused.session.page.value, { page: "refused", code: "queue_full" });
  const lost = kiosk({ outcome: "unknown" });
  await lost.session.issue("join");
  assert.equal(lost.session.page.value.page, "unknown");
});

test("a low roll still prints; every other condition is trouble and no printer is none", () => {
  const printer = (condition: PrinterCondition) =>
    paperOf({ ...PRINTER, condition });
  assert.equal(printer("paper_near_end"), "comes");
  assert.equal(printer("paper_low"), "comes");
  assert.equal(printer("silent"), "trouble");
  assert.equal(printer("none"), "none");
  const next_door = { ...PRINTER, condition: "paper_end", stand_in: "K2" } as const;
  assert.equal(paperOf(next_door), "elsewhere");
  assert.equal(paperOf(undefined), "none");
});

test("a group's wait spans those of its queues that are known", () => {
  const queue = (wait: { from_min: number; to_min: number } | null) => ({
    queue: "q",
    letter: "A",
    name: {},
    waiting: 1,
    wait,
    counters_open: 1,
  });
  const known = [queue({ from_min: 5, to_min: 10 }), queue(null), queue({ from_min: 8, to_min: 20 })];
  assert.deepEqual(bandOf(known), { from_min: 5, to_min: 20 });
  assert.equal(bandOf([queue(null)]), null);
});

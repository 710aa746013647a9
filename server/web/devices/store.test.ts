import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeviceView } from "../shared/protocol";
import { agoParts, illCount, levelOfState, shortHex } from "./store";

const PRINTER: DeviceView = {
  device: "printers.kiosk-1",
  kind: "printer",
  owner: "kiosk-1",
  name: { ja: "1番発券機" },
  address: "virtual:printer",
  driver: "epson-jp",
  is_twin: true,
  state: "ready",
  also: [],
  reason: "",
  since_ms: 0,
  queue_count: 0,
  paper: null,
  noise_count: 0,
  shows: null,
  inputs: [],
  jobs: [],
  actions: ["test"],
  last: null,
};

test("a device is looked at when it is down or when one of its slips is in doubt", () => {
  const job = { job: null, ticket: 1, label: "A001", can_withdraw: false };
  assert.equal(illCount([PRINTER, { ...PRINTER, state: "working" }]), 0);
  assert.equal(illCount([{ ...PRINTER, state: "cover_open" }]), 1);
  assert.equal(illCount([{ ...PRINTER, jobs: [{ ...job, progress: "unknown" }] }]), 1);
  assert.equal(illCount([{ ...PRINTER, jobs: [{ ...job, progress: "queued" }] }]), 0);
  assert.equal(levelOfState("paper_near_end"), "near");
});

test("spans are told in their largest whole unit", () => {
  assert.deepEqual(agoParts(59_999), { count: 59, unit: "s" });
  assert.deepEqual(agoParts(60_000), { count: 1, unit: "min" });
  assert.deepEqual(agoParts(7_300_000), { count: 2, unit: "h" });
});

test("a long exchange is cut where a row ends, and says so", () => {
  assert.equal(shortHex("10 04 01", 3), "10 04 01");
  const twelve = Array.from({ length: 12 }, () => "00").join(" ");
  assert.equal(shortHex(`${twelve} 00 00`, 300), `${twelve} …`);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { OfficeClock } from "./clock";

test("the office's time goes on between two words of the server", () => {
  const clock = new OfficeClock();
  clock.tell(1_000_000, 50);
  assert.equal(clock.at(2_050), 1_002_000);
});

test("an older word does not set the time back, a set clock does", () => {
  const clock = new OfficeClock();
  clock.tell(1_000_000, 0);
  clock.tell(1_000_500, 1_000);
  assert.equal(clock.at(1_000), 1_001_000);
  clock.tell(940_000, 2_000);
  assert.equal(clock.at(2_000), 940_000);
});

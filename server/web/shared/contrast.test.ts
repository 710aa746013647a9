// The text colours in use against their grounds (WCAG 2.2, 1.4.3), read from tokens.css.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const tokens = new Map(
  [...readFileSync("server/web/shared/tokens.css", "utf8").matchAll(/--([\w-]+):\s*([^;]+);/g)].map(
    (match) => [match[1] ?? "", (match[2] ?? "").trim()] as const,
  ),
);

function colour(name: string): string {
  const value = tokens.get(name) ?? "";
  const reference = /^var\(--([\w-]+)\)$/.exec(value);
  return reference === null ? value : colour(reference[1] ?? "");
}

function luminance(hex: string): number {
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = parts.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Text, ground: every pair that a style sheet puts together. */
const PAIRS: [string, string][] = [
  ["text", "white"],
  ["text", "ground-quiet"],
  ["text", "grey-light"],
  ["text", "cream"],
  ["text", "light-sky"],
  ["text-quiet", "white"],
  ["text-quiet", "ground-quiet"],
  ["call-text", "call-ground"],
  ["action-text", "action-ground"],
  ["white", "text"],
  ["yellow", "text"],
  ["blue", "white"],
];

for (const [text, ground] of PAIRS) {
  test(`${text} on ${ground} reads at 4.5 to 1 or better`, () => {
    const ratio = contrast(colour(text), colour(ground));
    assert.ok(ratio >= 4.5, `${ratio.toFixed(2)}`);
  });
}

test("the focus ring stands out from every ground at 3 to 1 or better", () => {
  for (const ground of ["white", "cream", "light-sky", "grey-light"]) {
    assert.ok(contrast(colour("focus"), colour(ground)) >= 3, ground);
  }
});

// How times, spans and texts look on every screen (visual.md §Principles 4).

import type { WaitBand } from "./protocol";

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  let found = formatters.get(zone);
  if (found === undefined) {
    found = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hour: "2-digit",
      minute: "2-digit",
      hour12: false,
    });
    formatters.set(zone, found);
  }
  return found;
}

/** `14:05` in the office's zone. */
export function timeText(at_ms: number, zone: string): string {
  const text = formatter(zone).format(at_ms);
  // Some engines write midnight as 24:00 when asked for 24 hours.
  return text.startsWith("24") ? `00${text.slice(2)}` : text;
}

/** `14:05–14:20`. */
export function windowText(from_ms: number, to_ms: number, zone: string): string {
  return `${timeText(from_ms, zone)}–${timeText(to_ms, zone)}`;
}

/** Whole minutes of a span, rounded down: 12 min 59 s have lasted 12 minutes. Never negative. */
export function minutes(span_ms: number): number {
  return Math.max(0, Math.floor(span_ms / 60_000));
}

/** A running timer: `4:09`, from an hour on `1:04:09`. */
export function timerText(span_ms: number): string {
  const total_s = Math.max(0, Math.floor(span_ms / 1_000));
  const hours = Math.floor(total_s / 3_600);
  const rest = Math.floor(total_s / 60) % 60;
  const seconds = String(total_s % 60).padStart(2, "0");
  return hours > 0
    ? `${hours}:${String(rest).padStart(2, "0")}:${seconds}`
    : `${rest}:${seconds}`;
}

/** `10–20`, or `10` when both ends are equal. */
export function bandText(band: WaitBand): string {
  return band.from_min === band.to_min ? `${band.to_min}` : `${band.from_min}–${band.to_min}`;
}

/** The words of `text` in `language`; else English for those who do not read Japanese, else ja. */
export function pick(text: { [language: string]: string }, language: string): string {
  const order = language.startsWith("ja") ? [language, "ja"] : [language, "en", "ja"];
  for (const tag of order) {
    const words = text[tag];
    if (words !== undefined && words !== "") return words;
  }
  return Object.values(text)[0] ?? "";
}

/** Ja-easy is our own tag; browsers and screen readers know it as Japanese. */
export function langAttribute(language: string): string {
  return language === "ja-easy" ? "ja" : language;
}

/** A piece of text, with its reading where it has one. */
export interface RubyPiece {
  base: string;
  reading: string | null;
}

/**
 * Splits text into pieces with and without a reading (furigana): `{番号|ばんごう}を取る` as our
 * sentences write it, `国保〔こくほ〕に入る` as the office file does (kanji directly before 〔).
 */
export function rubyPieces(text: string): RubyPiece[] {
  const pieces: RubyPiece[] = [];
  const pattern = /\{([^{}|]+)\|([^{}|]+)\}|([\u3400-\u9fff々]+)〔([^〔〕]+)〕/g;
  let end = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    if (match.index > end) pieces.push({ base: text.slice(end, match.index), reading: null });
    pieces.push({ base: match[1] ?? match[3] ?? "", reading: match[2] ?? match[4] ?? null });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ base: text.slice(end), reading: null });
  return pieces;
}

/** The text without its readings, for attributes and speech. */
export function withoutRuby(text: string): string {
  return rubyPieces(text)
    .map((piece) => piece.base)
    .join("");
}

/** How a span stands against its limit. */
export type Level = "calm" | "near" | "over";

/** From this share of a limit on it is near: 30 minutes are near from 24 on. */
export const NEAR_SHARE = 0.8;

/** Compares a span with a limit; without a limit everything is calm. */
export function levelOf(span_ms: number, limit_ms: number | null): Level {
  if (limit_ms === null || limit_ms <= 0) return "calm";
  if (span_ms > limit_ms) return "over";
  return span_ms >= limit_ms * NEAR_SHARE ? "near" : "calm";
}

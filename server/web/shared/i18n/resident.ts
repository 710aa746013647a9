// Residents' words in the ten languages of the office (design.md §6). One file per language; the
// type makes a missing sentence a compile error. ja-easy follows the guideline for やさしい日本語:
// です/ます only, one idea a sentence, no keigo, readings as {番号|ばんごう}.
// These are our own wordings and need a native speaker's check before an office uses them.

import { en } from "./resident/en";
import { fil } from "./resident/fil";
import { ja } from "./resident/ja";
import { jaEasy } from "./resident/ja-easy";
import { ko } from "./resident/ko";
import { ne } from "./resident/ne";
import { pt } from "./resident/pt";
import { vi } from "./resident/vi";
import { zhHans } from "./resident/zh-Hans";
import { zhHant } from "./resident/zh-Hant";

/** Every sentence a resident may see. */
export interface ResidentText {
  /** The language's own name, for its button. */
  language: string;
  // Kiosk, choosing
  greeting: string;
  choose: string;
  chooseWithin: string;
  people(count: number): string;
  nobody: string;
  wait(band: string): string;
  waitUnknown: string;
  askStaff: string;
  // Kiosk, at the foot of every page
  back: string;
  startOver: string;
  helper: string;
  lowReach: string;
  fullReach: string;
  languages: string;
  // Kiosk, ticket
  issuing: string;
  yourNumber: string;
  takePaper: string;
  noPaper: string;
  waitInHall: string;
  ahead(count: number): string;
  aheadNobody: string;
  calledAround(window: string): string;
  calledUnknown: string;
  bring: string;
  done: string;
  returnsIn(seconds: number): string;
  // Kiosk, trouble
  printerTitle: string;
  printerText: string;
  printerBefore: string;
  /** The slip comes out of another machine. */
  elsewhereTitle: string;
  elsewhereText(place: string): string;
  elsewhereBefore(place: string): string;
  closedTitle: string;
  closedUntil(when: string): string;
  closedUnknown: string;
  staleTitle: string;
  staleText: string;
  helperTitle: string;
  helperText: string;
  fullTitle: string;
  failedTitle: string;
  failedText: string;
  unknownTitle: string;
  unknownText: string;
  rehearsal: string;
  loading: string;
  // Display
  pleaseCome(counter: string): string;
  pleaseWait: string;
}

/** Sentences by language tag, in the order screens list them. */
export const RESIDENT_TEXTS: { readonly [language: string]: ResidentText } = {
  ja,
  "ja-easy": jaEasy,
  en,
  "zh-Hans": zhHans,
  "zh-Hant": zhHant,
  ko,
  vi,
  ne,
  fil,
  pt,
};

/** The sentences of `language`; Japanese for a tag this build does not know. */
export function residentText(language: string): ResidentText {
  return RESIDENT_TEXTS[language] ?? ja;
}

// What the page of the virtual printers' paper says, in Japanese and English.

import { staff_language } from "../shared/i18n/staff";

/** Every sentence of the page; a switch says what is so and what pressing does. */
export interface PaperText {
  title: string;
  failed: string;
  none: string;
  count(slip_count: number): string;
  paperIn: string;
  paperOut: string;
  coverOpen: string;
  coverClosed: string;
  powerOn: string;
  powerOff: string;
  slip(kiosk: string, n: number, time: string): string;
  picture(kiosk: string, n: number): string;
}

const JA: PaperText = {
  title: "仮想プリンターの紙",
  failed: "紙の一覧を読めません。デモが動いているか確かめてください。",
  none: "まだ何も印刷されていません。",
  count: (count) => `${count}枚（新しい順）`,
  paperIn: "紙あり：紙を切らす",
  paperOut: "紙切れ：紙を入れる",
  coverOpen: "カバー開：閉める",
  coverClosed: "カバー閉：開ける",
  powerOn: "電源入：切る",
  powerOff: "電源切：入れる",
  slip: (kiosk, n, time) => `${kiosk} の ${n}枚目　${time}`,
  picture: (kiosk, n) => `${kiosk} の ${n}枚目の番号札`,
};

const EN: PaperText = {
  title: "Paper of the virtual printers",
  failed: "The list of slips cannot be read; check that the demo is running.",
  none: "Nothing has been printed yet.",
  count: (count) => (count === 1 ? "1 slip" : `${count} slips, newest first`),
  paperIn: "Paper in: take it out",
  paperOut: "No paper: put paper in",
  coverOpen: "Cover open: close it",
  coverClosed: "Cover closed: open it",
  powerOn: "Power on: switch it off",
  powerOff: "Power off: switch it on",
  slip: (kiosk, n, time) => `${kiosk}, slip ${n}, ${time}`,
  picture: (kiosk, n) => `Slip ${n} of ${kiosk}`,
};

/** The page's words in the language chosen. */
export function paperText(): PaperText {
  return staff_language.value === "ja" ? JA : EN;
}

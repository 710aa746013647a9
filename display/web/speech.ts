// What the voice says; pure. Wording and readings after queue-systems.md §8 (needs a native check
// by ear). Number only, never a name (D-6).

/** Letters as a Japanese voice should read them: a bare "A" comes out as English or as あ. */
const LETTERS: { readonly [letter: string]: string } = {
  A: "エー",
  B: "ビー",
  C: "シー",
  D: "ディー",
  E: "イー",
  F: "エフ",
  G: "ジー",
  H: "エイチ",
  I: "アイ",
  J: "ジェー",
  K: "ケー",
  L: "エル",
  M: "エム",
  N: "エヌ",
  O: "オー",
  P: "ピー",
  Q: "キュー",
  R: "アール",
  S: "エス",
  T: "ティー",
  U: "ユー",
  V: "ブイ",
  W: "ダブリュー",
  X: "エックス",
  Y: "ワイ",
  Z: "ゼット",
};

/** `A012` as エー 12: people read the number on their slip, not its leading zeros. */
export function spokenLabel(label: string): string {
  const match = /^([A-Z]*)0*(\d+)$/.exec(label);
  if (match === null) return label;
  const letters = (match[1] ?? "").split("").map((letter) => LETTERS[letter] ?? letter);
  return `${letters.join("")} ${match[2] ?? ""}`.trim();
}

/** The whole sentence; a repeated call says so. */
export function announcementText(label: string, counter: string, announce_count: number): string {
  const spoken = spokenLabel(label);
  const call = `番号札 ${spoken}番の方、${counter}へお越しください。`;
  return announce_count > 1 ? `もう一度お呼びします。${call}` : `${call}${spoken}番、${counter}です。`;
}

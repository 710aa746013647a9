// What the stable words of a device's exchanges mean, for people. A word without a line here is
// shown as it is: the drivers may learn new ones.

import { refusalText } from "../shared/i18n/refusals";
import { staff_language } from "../shared/i18n/staff";
import type { InputView } from "../shared/protocol";

const MEANINGS: { [word: string]: { ja: string; en: string } } = {
  accepted: { ja: "受けました", en: "accepted" },
  ask_error_cause: { ja: "エラーの原因を聞く", en: "asks for the error's cause" },
  ask_offline_cause: { ja: "オフラインの原因を聞く", en: "asks why it is offline" },
  ask_paper: { ja: "紙の様子を聞く", en: "asks for the paper" },
  ask_printer: { ja: "様子を聞く", en: "asks how it is" },
  ask_status: { ja: "状態を聞く", en: "asks for its status" },
  automatic_status: { ja: "自動状態通知", en: "automatic status" },
  block: { ja: "まとまった返事", en: "block" },
  buffers_cleared: { ja: "バッファーを消しました", en: "buffers cleared" },
  button_line: { ja: "ボタンの行", en: "button" },
  clear_buffers: { ja: "バッファーを消す", en: "clears the buffers" },
  close_line: { ja: "回線を閉じる", en: "closes the line" },
  commands_ended: { ja: "ここまで実行しました", en: "commands ended" },
  cut: { ja: "紙を切る", en: "cuts" },
  end_torn_picture: { ja: "途中の画像を終わらせる", en: "ends a torn picture" },
  error_cause: { ja: "エラーの原因", en: "error's cause" },
  fence: { ja: "区切り", en: "fence" },
  fence_passed: { ja: "区切りを通りました", en: "fence passed" },
  flow_go: { ja: "送ってよい", en: "may send" },
  flow_stop: { ja: "送るのを待て", en: "stop sending" },
  greeting: { ja: "始めのあいさつ", en: "greeting" },
  initialised: { ja: "初期状態になりました", en: "initialised" },
  job: { ja: "印刷する紙", en: "slip" },
  key_pressed: { ja: "キー", en: "key" },
  late_answer: { ja: "遅れた返事", en: "late answer" },
  noise: { ja: "雑音", en: "noise" },
  offline_cause: { ja: "オフラインの原因", en: "why it is offline" },
  offline_causes: { ja: "オフラインの原因", en: "why it is offline" },
  open_line: { ja: "回線を開く", en: "opens the line" },
  paper_status: { ja: "紙の様子", en: "paper" },
  printer_status: { ja: "様子", en: "status" },
  process_id: { ja: "印刷の証明", en: "proof of print" },
  progress: { ja: "途中経過", en: "progress" },
  recover_empty: { ja: "消して復帰させる", en: "recovers, buffers cleared" },
  refused: { ja: "断りました", en: "refused" },
  resume_after_error: { ja: "エラーから復帰させる", en: "resumes after an error" },
  scanned: { ja: "読み取り（先頭だけ）", en: "code (its beginning)" },
  show: { ja: "表示する", en: "shows" },
  status_fence: { ja: "順番の返事", en: "ordered answer" },
  switch_off: { ja: "止める", en: "switches off" },
  switch_on: { ja: "鳴らす", en: "switches on" },
  switch_on_for: { ja: "決まった時間鳴らす", en: "switches on for a time" },
  unasked: { ja: "聞いていない返事", en: "said unasked" },
};

/** What a word of an exchange means, in the language chosen. */
export function meaningText(word: string): string {
  return MEANINGS[word]?.[staff_language.value] ?? word;
}

/** Words of an exchange's detail, which the drivers write in English, parted by commas. */
const DETAILS: { [words: string]: string } = {
  "cover open": "カバーが開いています",
  "cutter jam": "カッターの詰まり",
  error: "エラー",
  keys: "キー",
  none: "なし",
  offline: "オフライン",
  online: "オンライン",
  "paper end": "紙がありません",
  "paper near end": "紙が残りわずか",
  "paper present": "紙があります",
  present: "あり",
  ready: "使えます",
  "recovers itself": "自然に戻ります",
  "stopped by paper end": "紙切れで止まりました",
  unrecoverable: "故障",
};

/** Words of a detail that stand before a number. */
const NUMBERED: { [words: string]: string } = {
  "ETB counter": "ETBカウンター",
  ID: "番号",
  header: "見出し",
  job: "印刷",
  "key code": "キーコード",
  token: "符号",
};

/** What an exchange's detail says, in the language chosen; unknown words stay as they are. */
export function detailText(detail: string): string {
  if (staff_language.value !== "ja") return detail;
  return detail
    .split(", ")
    .map((part) => {
      const number_at = part.lastIndexOf(" ");
      const numbered = NUMBERED[part.slice(0, Math.max(0, number_at))];
      return DETAILS[part] ?? (numbered ? `${numbered} ${part.slice(number_at + 1)}` : part);
    })
    .join("、");
}

/** Why a key or a code led to nothing, where that is no refusal of the rules. */
const INPUT_REFUSALS: { [code: string]: { ja: string; en: string } } = {
  bell_not_ringing: { ja: "いま鳴っていません", en: "The bell is not ringing" },
  key_without_action: { ja: "設定に役割のないボタンです", en: "The office file gives this no meaning" },
  at_counter: { ja: "ほかの窓口で対応中です", en: "It is at another counter" },
  not_a_ticket: { ja: "番号券のコードではありません", en: "Not the code of a ticket" },
};

/** Why an input led to nothing, with the ticket that it was about or that stood in its way. */
export function inputRefusedText(input: InputView): string {
  const code = input.refusal ?? "";
  const own = INPUT_REFUSALS[code]?.[staff_language.value];
  const facts: { [name: string]: string } = {};
  if (input.label !== null) facts.label = input.label;
  return own ?? refusalText(code, facts, staff_language.value);
}

// What the device page says, in Japanese and English. Codes of states, exchanges and warnings come
// from the server and are stable; a code without words here is shown as it is.

import type {
  DeviceKind,
  DeviceState,
  ExchangeDirection,
  FoundLink,
  FoundWarning,
  JobProgress,
} from "../shared/protocol";
import { staff_language } from "../shared/i18n/staff";

/** Every sentence of the page. */
export interface DeviceText {
  title: string;
  allWell(count: number): string;
  someIll(ill_count: number, count: number): string;
  none: string;
  kinds: { [kind in DeviceKind]: string };
  states: { [state in DeviceState]: string };
  since(time: string, span: string): string;
  ago(count: number, unit: "s" | "min" | "h"): string;
  twin: string;
  waiting(count: number): string;
  noise(count: number): string;
  paperLeft(slip_count: number, percent: number): string;
  shows(text: string): string;
  showsNothing: string;
  exchangeNone: string;
  directions: { [direction in ExchangeDirection]: string };
  times(count: number): string;
  bytes(count: number): string;
  test: { [kind in DeviceKind]: string };
  newRoll: string;
  newRollSure: string;
  more: string;
  less: string;
  address: string;
  driver: string;
  reason: string;
  exchanges: string;
  slips: string;
  slipsNone: string;
  testPage: string;
  progress: { [progress in JobProgress]: string };
  withdraw: string;
  reprint: string;
  wasPrinted: string;
  wasNotPrinted: string;
  inputs: string;
  inputsNone: string;
  accepted: string;
  begun: string;
  found: string;
  foundLead: string;
  foundNone: string;
  links: { [link in FoundLink]: string };
  usedBy(device: string): string;
  into: string;
  rule: string;
  ruleLead: string;
  copy: string;
  copied: string;
  notCopied: string;
  allSet: string;
  warnings: { [warning in FoundWarning]: string };
  twins: string;
}

const JA: DeviceText = {
  title: "機器",
  allWell: (count) => `${count}台すべて使えます`,
  someIll: (ill, count) => `${count}台のうち${ill}台を見てください`,
  none: "設定に機器がありません",
  kinds: {
    printer: "プリンター",
    bell: "ベル",
    panel: "番号表示器",
    buttons: "ボタン",
    scanner: "読取り器",
  },
  states: {
    absent: "つながっていません",
    silent: "返事がありません",
    fault: "故障",
    offline: "オフライン",
    refusing: "命令を拒んでいます",
    cutter_jam: "カッターの詰まり",
    cover_open: "カバーが開いています",
    paper_end: "紙がありません",
    head_hot: "ヘッドの過熱（自然に戻ります）",
    paper_near_end: "紙が残りわずか",
    working: "動作中",
    ready: "使えます",
  },
  since: (time, span) => `${time}から（${span}）`,
  ago: (count, unit) => `${count}${{ s: "秒", min: "分", h: "時間" }[unit]}前`,
  twin: "仮想",
  waiting: (count) => `待ち ${count}件`,
  noise: (count) => `雑音 ${count}`,
  paperLeft: (slips, percent) => `紙 あと約${slips}枚（${percent}%）`,
  shows: (text) => `表示 ${text}`,
  showsNothing: "表示なし",
  exchangeNone: "まだ通信がありません",
  directions: { sent: "送", received: "受" },
  times: (count) => `${count}回`,
  bytes: (count) => `全${count}バイト`,
  test: {
    printer: "試験印刷",
    bell: "鳴らす",
    panel: "表示試験",
    buttons: "試す",
    scanner: "試す",
  },
  newRoll: "紙を替えた",
  newRollSure: "新しいロールに替えたときだけ押します。残り枚数を数え直します。",
  more: "くわしく",
  less: "閉じる",
  address: "接続先",
  driver: "機種",
  reason: "システムの言葉",
  exchanges: "通信の記録（新しい順）",
  slips: "片づいていない紙",
  slipsNone: "ありません",
  testPage: "試験印刷",
  progress: {
    queued: "順番待ち",
    sending: "送信中",
    sent: "印刷を確認中",
    held: "止まっています",
    unknown: "紙が出たかわからない",
    failed: "印刷できなかった",
  },
  withdraw: "取り消す",
  reprint: "再発行",
  wasPrinted: "出ていた",
  wasNotPrinted: "出なかった",
  inputs: "押された・読み取った記録（新しい順）",
  inputsNone: "まだありません",
  accepted: "できました",
  begun: "始めました",
  found: "つながっている機器",
  foundLead: "この機械につながっていて、設定の書き方を提案できるもの",
  foundNone: "USB・シリアルの機器は見つかりません",
  links: { serial: "シリアル", usb_printer: "USBプリンター", keyboard: "USBキーボード型" },
  usedBy: (device) => `${device} として使用中`,
  into: "設定に書く行",
  rule: "udevの規則",
  ruleLead: "差込口ごとに決まった名前を付けるときは、次の行を規則に加えます",
  copy: "写す",
  copied: "写しました",
  notCopied: "写せません。文字を選んで写してください",
  allSet: "どの設定先にも機器があります",
  warnings: {
    no_serial_number: "製造番号のない変換器です。同じ型と見分けられません",
    alike: "同じ型がもう1台つながっています。差込口で見分けます",
    no_stable_path: "差し直すと名前が変わることがあります。udevの規則を使ってください",
    not_allowed: "開く権限がありません。グループ dialout、lp、input を確かめてください",
  },
  twins: "仮想の機器を動かす",
};

const EN: DeviceText = {
  title: "Devices",
  allWell: (count) => (count === 1 ? "The device is working" : `All ${count} devices are working`),
  someIll: (ill, count) => `${ill} of ${count} devices ${ill === 1 ? "needs" : "need"} a look`,
  none: "The office file lists no device",
  kinds: {
    printer: "Printer",
    bell: "Bell",
    panel: "Counter panel",
    buttons: "Buttons",
    scanner: "Scanner",
  },
  states: {
    absent: "Not connected",
    silent: "No answer",
    fault: "Fault",
    offline: "Offline",
    refusing: "Refuses orders",
    cutter_jam: "Cutter jammed",
    cover_open: "Cover open",
    paper_end: "No paper",
    head_hot: "Head too hot (recovers by itself)",
    paper_near_end: "Paper low",
    working: "At work",
    ready: "Ready",
  },
  since: (time, span) => `since ${time} (${span})`,
  ago: (count, unit) => `${count} ${unit} ago`,
  twin: "virtual",
  waiting: (count) => `${count} waiting`,
  noise: (count) => `noise ${count}`,
  paperLeft: (slips, percent) => `about ${slips} slips left (${percent}%)`,
  shows: (text) => `shows ${text}`,
  showsNothing: "shows nothing",
  exchangeNone: "Nothing has gone over the line yet",
  directions: { sent: "out", received: "in" },
  times: (count) => `${count} times`,
  bytes: (count) => `${count} bytes in all`,
  test: { printer: "Test print", bell: "Ring", panel: "Test panel", buttons: "Try", scanner: "Try" },
  newRoll: "New roll",
  newRollSure: "Press only after putting in a new roll: slips are counted from nothing.",
  more: "Details",
  less: "Close",
  address: "Address",
  driver: "Driver",
  reason: "The system says",
  exchanges: "Exchanges, newest first",
  slips: "Slips that are not settled",
  slipsNone: "None",
  testPage: "Test page",
  progress: {
    queued: "waits its turn",
    sending: "being sent",
    sent: "being proven",
    held: "held up",
    unknown: "nobody knows whether it was printed",
    failed: "not printed",
  },
  withdraw: "Take back",
  reprint: "Print again",
  wasPrinted: "It was printed",
  wasNotPrinted: "It was not",
  inputs: "Keys and codes, newest first",
  inputsNone: "None yet",
  accepted: "done",
  begun: "begun",
  found: "Plugged in",
  foundLead: "What is plugged into this machine, with the lines for the office file",
  foundNone: "No USB or serial device was found",
  links: { serial: "Serial", usb_printer: "USB printer", keyboard: "USB keyboard" },
  usedBy: (device) => `in use as ${device}`,
  into: "Lines for the office file",
  rule: "udev rule",
  ruleLead: "To give each socket a name of its own, add this line to the rules",
  copy: "Copy",
  copied: "Copied",
  notCopied: "Not possible: select the text and copy it",
  allSet: "Every place of the office file has its device",
  warnings: {
    no_serial_number: "This adapter has no serial number: another of its kind would look the same",
    alike: "Another of its kind is plugged in: they are told apart by their sockets",
    no_stable_path: "Its name may change when it is replugged: use the udev rule",
    not_allowed: "Not allowed to open it: check the groups dialout, lp and input",
  },
  twins: "Move virtual devices",
};

/** The page's words in the language chosen. */
export function deviceText(): DeviceText {
  return staff_language.value === "ja" ? JA : EN;
}

// What the page of the virtual devices says, in Japanese and English.

import { staff_language } from "../shared/i18n/staff";

/** Every sentence of the page. */
export interface TwinText {
  title: string;
  lead: string;
  none: string;
  failed: string;
  kinds: { [kind: string]: string };
  errors: string;
  errorsNone: string;
  shows: string;
  showsNothing: string;
  ringing: string;
  quiet: string;
  paper: string;
  paperNone: string;
  asText: string;
  slip(kiosk: string, n: number, time: string): string;
  scanText: string;
  scan: string;
  press(button: number): string;
  bounce: string;
  latestCode: string;
  /** Switches: what is so, and what pressing does. */
  switches: { [name: string]: { on: string; off: string; turnOn: string; turnOff: string } };
  deeds: { [name: string]: string };
  supplies: { [supply: string]: string };
  speed: string;
}

const JA: TwinText = {
  title: "仮想の機器",
  lead: "設定で virtual: とした機器です。実物で起きることをここで起こせます。",
  none: "設定に virtual: の機器がありません",
  failed: "機器の様子を読めません。サーバーが動いているか確かめてください",
  kinds: {
    printer: "プリンター",
    bell: "ベル",
    panel: "番号表示器",
    buttons: "ボタン",
    scanner: "読取り器",
  },
  errors: "わからなかった命令",
  errorsNone: "わからない命令はありません",
  shows: "表示",
  showsNothing: "なし",
  ringing: "鳴っています",
  quiet: "静か",
  paper: "出てきた紙",
  paperNone: "まだ何も印刷されていません",
  asText: "文字で見る",
  slip: (kiosk, n, time) => `${kiosk} の ${n}枚目　${time}`,
  scanText: "読み取る文字",
  scan: "読み取る",
  press: (button) => `${button} を押す`,
  bounce: "1 を押し損ねる（20回はねる）",
  latestCode: "最後の紙のQRを読み取る",
  switches: {
    plugged: { on: "ケーブル 接続", off: "ケーブル 抜け", turnOn: "つなぐ", turnOff: "抜く" },
    powered: { on: "電源 入", off: "電源 切", turnOn: "入れる", turnOff: "切る" },
    silent: { on: "返事 なし", off: "返事 あり", turnOn: "黙らせる", turnOff: "返事させる" },
    cover_open: { on: "カバー 開", off: "カバー 閉", turnOn: "開ける", turnOff: "閉める" },
    cutter_jam: { on: "カッター 詰まり", off: "カッター 正常", turnOn: "詰まらせる", turnOff: "直す" },
    head_hot: { on: "ヘッド 過熱", off: "ヘッド 正常", turnOn: "熱くする", turnOff: "冷やす" },
    offline: { on: "オフライン", off: "オンライン", turnOn: "オフラインにする", turnOff: "戻す" },
    refusing: { on: "命令 拒否", off: "命令 受付", turnOn: "拒ませる", turnOff: "受け付けさせる" },
  },
  deeds: {
    drop: "次の返事を1つ失う",
    noise: "雑音を入れる",
  },
  supplies: { ok: "紙あり", near_end: "残りわずか", end: "紙切れ" },
  speed: "速さ",
};

const EN: TwinText = {
  title: "Virtual devices",
  lead: "Devices whose address is virtual:. What happens to real ones can be done to them here.",
  none: "The office file lists no virtual device",
  failed: "The devices cannot be read; check that the server is running",
  kinds: {
    printer: "Printer",
    bell: "Bell",
    panel: "Counter panel",
    buttons: "Buttons",
    scanner: "Scanner",
  },
  errors: "Not understood",
  errorsNone: "Everything was understood",
  shows: "Shows",
  showsNothing: "nothing",
  ringing: "Ringing",
  quiet: "Quiet",
  paper: "Paper",
  paperNone: "Nothing has been printed yet",
  asText: "As text",
  slip: (kiosk, n, time) => `${kiosk}, slip ${n}, ${time}`,
  scanText: "Text to scan",
  scan: "Scan",
  press: (button) => `Press ${button}`,
  bounce: "Press 1 with 20 bounces",
  latestCode: "Scan the latest slip's code",
  switches: {
    plugged: { on: "Cable in", off: "Cable out", turnOn: "Plug in", turnOff: "Pull" },
    powered: { on: "Power on", off: "Power off", turnOn: "Switch on", turnOff: "Switch off" },
    silent: { on: "Answers nothing", off: "Answers", turnOn: "Silence", turnOff: "Let answer" },
    cover_open: { on: "Cover open", off: "Cover closed", turnOn: "Open", turnOff: "Close" },
    cutter_jam: { on: "Cutter jammed", off: "Cutter well", turnOn: "Jam", turnOff: "Free" },
    head_hot: { on: "Head hot", off: "Head well", turnOn: "Heat", turnOff: "Cool" },
    offline: { on: "Offline", off: "Online", turnOn: "Take offline", turnOff: "Bring back" },
    refusing: { on: "Refuses orders", off: "Takes orders", turnOn: "Refuse", turnOff: "Accept" },
  },
  deeds: { drop: "Lose the next answer", noise: "Add noise" },
  supplies: { ok: "Paper", near_end: "Paper low", end: "No paper" },
  speed: "Speed",
};

/** The page's words in the language chosen. */
export function twinText(): TwinText {
  return staff_language.value === "ja" ? JA : EN;
}

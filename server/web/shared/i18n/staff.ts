// The office's words for staff screens (counter, dashboard), in Japanese and English.

import { signal } from "@preact/signals";
import type {
  Alert,
  AwayReason,
  BellCondition,
  CounterKind,
  HoldReason,
  PrinterCondition,
  StepKind,
} from "../protocol";

/** Languages of staff screens. */
export type StaffLanguage = "ja" | "en";

/** Every sentence of the staff screens. */
export interface StaffText {
  counter: string;
  counterChoose: string;
  dashboard: string;
  otherLanguage: string;
  rehearsal: string;
  connecting: string;
  stale(since: string): string;
  close: string;
  cancel: string;
  people(count: number): string;
  /** Between a heading and its value. */
  colon: string;
  inBrackets(words: string): string;
  more(count: number): string;
  minutes(count: number): string;
  seconds(count: number): string;
  unknown: string;
  nobodyWaiting: string;
  // Counter: the line
  line: string;
  next: string;
  onHoldHere: string;
  heldBy(counter: string): string;
  transfers: string;
  waitingTotal: string;
  // Counter: the ticket in hand
  inHandNobody: string;
  inHandClosed: string;
  inHandAway: string;
  stateCalled: string;
  stateServing: string;
  stateEnded: string;
  issuedAt: string;
  waited: string;
  handling: string;
  target: string;
  targetNone: string;
  within: string;
  near(minutes: number): string;
  over(minutes: number): string;
  announced(count: number): string;
  returned(count: number): string;
  // Counter: actions
  open: string;
  callNext: string;
  callLabel: string;
  recall: string;
  start: string;
  mismatch: string;
  absent: string;
  complete: string;
  endService: string;
  hold: string;
  transfer: string;
  resume: string;
  comeBack: string;
  undo(step: string): string;
  nothingToUndo: string;
  sending: string;
  done: string;
  unknownOutcome: string;
  // Counter: dialogs
  openTitle: string;
  openLanguages: string;
  openNow: string;
  callTitle: string;
  callField: string;
  call: string;
  absentTitle(label: string): string;
  noShow: string;
  noShowText: string;
  returnKeep: string;
  returnKeepText: string;
  returnBack: string;
  returnBackText: string;
  holdTitle(label: string): string;
  transferTitle(label: string): string;
  transferText: string;
  transferNone: string;
  confirmArrival: string;
  confirmSeen: string;
  completeTitle(label: string): string;
  completeFilter: string;
  completeSuggested: string;
  completeOthers: string;
  completeChosen(count: number): string;
  completeNone: string;
  completeWithout: string;
  accompanies: string;
  linked: string;
  linkedTitle: string;
  linkedSection: string;
  linkedLabel: string;
  linkedQueue: string;
  linkedTake: string;
  linkedText: string;
  // Counter: foot
  counterState: string;
  stateClosed: string;
  stateFree: string;
  stateBusy: string;
  stateAway: string;
  closeCounter: string;
  bells: string;
  ring: string;
  ringing(elapsed: string): string;
  answer: string;
  bellTitle(name: string): string;
  /** Beside a bell that makes no sound. */
  bellMute: string;
  /** Why a bell makes no sound, and what to do; empty when it does. */
  bellMuteText: { [condition in BellCondition]: string };
  bellUnheard: string;
  closeHeldTitle: string;
  closeHeldText(labels: string): string;
  closeHeldAlone(labels: string): string;
  closeAnyway: string;
  // Counter: slips that nobody can vouch for
  paperCheck(count: number): string;
  paperTitle: string;
  paperText: string;
  paperUnknown: string;
  paperFailed: string;
  paperPrinted: string;
  paperReprint: string;
  paperReprintAt(printer: string): string;
  paperCancel: string;
  paperCancelSure: string;
  paperNone: string;
  // Slips that are asked for
  staffSlip: string;
  transferSlip: string;
  daySummary: string;
  printed(printer: string): string;
  printWaits(printer: string): string;
  printDoubtful(printer: string): string;
  printFailed: string;
  standsIn(printer: string, other: string): string;
  slipsLeft(printer: string, count: number): string;
  languages: string;
  priority: string;
  appointment(time: string): string;
  // Dashboard
  calm(longest: string, limit: string): string;
  calmNobody(limit: string): string;
  nearLimit(queue: string, longest: string, limit: string): string;
  overLimit(queue: string, longest: string, limit: string): string;
  dayClosed: string;
  dayClosedUntil(when: string): string;
  waitingByQueue: string;
  queue: string;
  longestWait: string;
  limit: string;
  estimate: string;
  countersOpen: string;
  counters: string;
  procedures: string;
  proceduresNone: string;
  code: string;
  procedure: string;
  count: string;
  mean: string;
  median: string;
  p90: string;
  withinTarget: string;
  asTable: string;
  asChart: string;
  today: string;
  issued: string;
  waiting: string;
  atCounters: string;
  onHold: string;
  completed: string;
  noShows: string;
  cancelled: string;
  transferred: string;
  guidance: string;
  waitsToday: string;
  waitsText(count: number, median: string, p90: string): string;
  waitsNone: string;
  withinLimit: string;
  alerts: string;
  alertsNone: string;
  printers: string;
  kind: { [kind in CounterKind]: string };
  away: { [reason in AwayReason]: string };
  holdReason: { [reason in HoldReason]: string };
  step: { [step in StepKind]: string };
  printer: { [condition in PrinterCondition]: string };
  alert(alert: Alert, names: AlertNames, elapsed: string): string;
}

/** Names that an alert's sentence needs. */
export interface AlertNames {
  queue(key: string): string;
  counter(key: string): string;
  language(tag: string): string;
  bell(key: string): string;
  kiosk(key: string): string;
}

const ja: StaffText = {
  counter: "窓口",
  counterChoose: "どの窓口ですか",
  dashboard: "状況一覧",
  otherLanguage: "English",
  rehearsal: "練習中",
  connecting: "接続しています",
  stale: (since) => `${since} から更新されていません。表示は古い内容です。再接続しています。`,
  close: "閉じる",
  cancel: "やめる",
  people: (count) => `${count}人`,
  colon: "：",
  inBrackets: (words) => `（${words}）`,
  more: (count) => `ほか ${count}人`,
  minutes: (count) => `${count}分`,
  seconds: (count) => `${count}秒`,
  unknown: "わかりません",
  nobodyWaiting: "待っている人はいません",
  line: "受け持ちの列",
  next: "次",
  onHoldHere: "保留中",
  heldBy: (counter) => `${counter}で保留`,
  transfers: "連携の確認",
  waitingTotal: "待ち",
  inHandNobody: "対応中の番号はありません",
  inHandClosed: "窓口は閉じています",
  inHandAway: "離席中です",
  stateCalled: "呼出し中",
  stateServing: "対応中",
  stateEnded: "窓口終了・完了処理待ち",
  issuedAt: "発券",
  waited: "待ち時間",
  handling: "対応時間",
  target: "目標",
  targetNone: "目標なし",
  within: "目標内",
  near: (minutes) => `目標まであと ${minutes}分`,
  over: (minutes) => `目標を ${minutes}分 超過`,
  announced: (count) => `呼出し ${count}回`,
  returned: (count) => `不在で戻し ${count}回`,
  open: "窓口を開く",
  callNext: "次を呼ぶ",
  callLabel: "番号で呼ぶ",
  recall: "もう一度呼ぶ",
  start: "番号一致・開始",
  mismatch: "番号が違う",
  absent: "来ない",
  complete: "完了",
  endService: "窓口終了",
  hold: "保留",
  transfer: "他窓口へ連携",
  resume: "再開",
  comeBack: "席に戻る",
  undo: (step) => `元に戻す：${step}`,
  nothingToUndo: "元に戻せる操作はありません",
  sending: "送信中",
  done: "できました",
  unknownOutcome: "結果がわかりません。画面の状態を確かめてください",
  openTitle: "窓口を開く",
  openLanguages: "日本語のほかに対応できる言語",
  openNow: "開く",
  callTitle: "番号を指定して呼ぶ",
  callField: "番号（例 A012）",
  call: "呼ぶ",
  absentTitle: (label) => `${label} が来ません`,
  noShow: "不在にする",
  noShowText: "今日の列から外れます",
  returnKeep: "元の順番に戻す",
  returnKeepText: "次に呼ばれます",
  returnBack: "列の最後に戻す",
  returnBackText: "いま待っている人の後になります",
  holdTitle: (label) => `${label} を保留する理由`,
  transferTitle: (label) => `${label} をどこへ連携しますか`,
  transferText: "区民はいったん待合に戻り、先の窓口に呼ばれます。先の窓口の場所をお伝えください。",
  transferNone: "連携できる受付区分がありません",
  confirmArrival: "到着確認",
  confirmSeen: "列を目視で確認",
  completeTitle: (label) => `${label} で行った手続`,
  completeFilter: "番号か名前でさがす",
  completeSuggested: "よく使う手続",
  completeOthers: "そのほかの手続",
  completeChosen: (count) => `選択 ${count}件で完了`,
  completeNone: "手続を選んでください",
  completeWithout: "一覧にない用件として完了",
  accompanies: "併せて行う手続",
  linked: "他課から受入",
  linkedTitle: "他課から連携で来た人を受け入れる",
  linkedSection: "課（連携用紙の課コード）",
  linkedLabel: "持っている番号",
  linkedQueue: "受付区分",
  linkedTake: "列に入れる",
  linkedText: "新しい番号は出しません。持っている番号のまま列に入ります。",
  counterState: "窓口の状態",
  stateClosed: "閉",
  stateFree: "空き",
  stateBusy: "対応中",
  stateAway: "離席",
  closeCounter: "窓口を閉じる",
  bells: "ベル",
  ring: "鳴らす",
  ringing: (elapsed) => `呼出し中 ${elapsed}`,
  answer: "応答する",
  bellTitle: (name) => `${name} を呼ぶ理由`,
  bellMute: "音なし",
  bellMuteText: {
    ready: "",
    absent:
      "ベルの装置が外れています。画面には出ますが、音は鳴りません。直接声をかけ、機器の担当に知らせてください。",
    silent:
      "ベルの装置が応答しません。画面には出ますが、音は鳴りません。直接声をかけ、機器の担当に知らせてください。",
    none: "このベルには音の出る装置がありません。画面にだけ出ます。",
  },
  bellUnheard: "記録し、画面に出しました。音は鳴っていません。直接声をかけてください",
  closeHeldTitle: "保留中の人がいます",
  closeHeldText: (labels) =>
    `${labels} は、同じ列を受け持つ窓口の画面の「保留中」に残り、そこで再開できます。`,
  closeHeldAlone: (labels) =>
    `${labels} の列を受け持つ窓口は、ほかに開いていません。ほかの窓口に引き継いでから閉じてください。`,
  closeAnyway: "このまま閉じる",
  paperCheck: (count) => `紙の確認 ${count}件`,
  paperTitle: "紙が出たかわからない番号",
  paperText: "発券機のまわりと本人の手元を見て、番号ごとに選んでください。",
  paperUnknown: "出たか不明",
  paperFailed: "出ていません",
  paperPrinted: "印刷済みにする",
  paperReprint: "再発行",
  paperReprintAt: (printer) => `再発行（${printer}）`,
  paperCancel: "取消",
  paperCancelSure: "取り消す（戻せません）",
  paperNone: "確認が必要な番号はありません",
  staffSlip: "職員用の紙を印刷",
  transferSlip: "連携用紙を印刷",
  daySummary: "日計を印刷",
  printed: (printer) => `${printer}に出ました`,
  printWaits: (printer) => `${printer}で印刷を待っています`,
  printDoubtful: (printer) => `出たかわかりません。${printer}を見てください`,
  printFailed: "印刷できませんでした",
  standsIn: (printer, other) => `${printer}の券は、いま${other}から出ています`,
  slipsLeft: (printer, count) => `${printer}：紙は残り約${count}枚です`,
  languages: "対応言語",
  priority: "優先",
  appointment: (time) => `予約 ${time}`,
  calm: (longest, limit) => `待ち時間は守られています。いちばん長い待ちは${longest}、上限は${limit}です。`,
  calmNobody: (limit) => `待っている人はいません。待ち時間の上限は${limit}です。`,
  nearLimit: (queue, longest, limit) =>
    `${queue}の待ちが上限に近づいています。いちばん長い待ちは${longest}、上限は${limit}です。`,
  overLimit: (queue, longest, limit) =>
    `${queue}の待ちが上限を超えています。いちばん長い待ちは${longest}、上限は${limit}です。`,
  dayClosed: "業務時間外です。",
  dayClosedUntil: (when) => `業務時間外です。次の受付は ${when} からです。`,
  waitingByQueue: "受付区分ごとの待ち",
  queue: "受付区分",
  longestWait: "最長の待ち",
  limit: "上限",
  estimate: "いま来た人",
  countersOpen: "開いている窓口",
  counters: "窓口",
  procedures: "今日の手続と目標",
  proceduresNone: "今日完了した手続はまだありません",
  code: "番号",
  procedure: "手続",
  count: "件数",
  mean: "平均",
  median: "中央値",
  p90: "90％点",
  withinTarget: "目標内",
  asTable: "表で見る",
  asChart: "グラフで見る",
  today: "今日の数",
  issued: "発券",
  waiting: "待ち",
  atCounters: "窓口で対応中",
  onHold: "保留",
  completed: "完了",
  noShows: "不在",
  cancelled: "取消",
  transferred: "連携",
  guidance: "フロア案内",
  waitsToday: "今日の待ち時間",
  waitsText: (count, median, p90) => `${count}人　中央値 ${median}　90％点 ${p90}`,
  waitsNone: "まだ呼ばれた人はいません",
  withinLimit: "上限内",
  alerts: "注意が必要なこと",
  alertsNone: "注意が必要なことはありません",
  printers: "発券機",
  kind: { contracted: "委託", staff: "職員", high: "ハイカウンター", register: "レジ" },
  away: { register: "レジ", back_office: "奥で作業", break: "休憩" },
  holdReason: {
    filling_form: "書類を記入中",
    fetching_document: "書類を取りに行った",
    examination: "審査中",
    other_section: "他課へ",
    pause: "一時中断",
  },
  step: {
    call: "呼出し",
    start: "開始",
    mismatch: "番号が違う",
    end_service: "窓口終了",
    complete: "完了",
    no_show: "不在",
    return: "列に戻す",
    hold: "保留",
    resume: "再開",
    transfer: "連携",
  },
  printer: {
    ready: "正常",
    paper_low: "紙が少なくなってきました",
    paper_near_end: "紙が残り少ない",
    paper_end: "紙切れ",
    cover_open: "カバーが開いている",
    cutter_jam: "カッターの詰まり",
    head_hot: "ヘッドが熱い",
    offline: "オフライン",
    silent: "応答なし",
    absent: "接続されていない",
    none: "プリンターなし",
  },
  alert: (alert, names, elapsed) => alertJa(alert, names, elapsed),
};

function alertJa(alert: Alert, names: AlertNames, elapsed: string): string {
  const kiosk = alert.kiosk === null ? "発券機" : names.kiosk(alert.kiosk);
  const queue = alert.queue === null ? "" : names.queue(alert.queue);
  const counter = alert.counter === null ? "" : names.counter(alert.counter);
  const language = alert.language === null ? "外国語" : names.language(alert.language);
  const bell = alert.bell === null ? "" : names.bell(alert.bell);
  switch (alert.alert) {
    case "unattended":
      return `${queue}：待っている人がいるのに、対応できる窓口がありません（${elapsed}）`;
    case "lingering":
      return `${alert.label ?? "番号"}：閉庁時刻を過ぎても終わっていません`;
    case "wait_limit":
      return alert.level === "over"
        ? `${queue}：${alert.label ?? ""} の待ちが上限を超えました`
        : `${queue}：${alert.label ?? ""} の待ちが上限に近づいています`;
    case "language":
      return `${alert.label ?? queue}：${language} に対応できる職員がいません（${elapsed}）`;
    case "transfer_unconfirmed":
      return `${alert.label ?? "番号"}：連携の到着確認がまだです（${counter}、${elapsed}）`;
    case "paper":
      return `${kiosk}：紙が出たかわからない番号があります ${alert.label ?? ""}`;
    case "printer":
      return `${kiosk}：プリンターを確認してください（${elapsed}）`;
    case "bell":
      return `${bell}：ベルの装置が外れているか応答がなく、音が鳴りません（${elapsed}）`;
    case "bell_unanswered":
      return `ベルに応答がありません（${elapsed}）`;
  }
}

const en: StaffText = {
  counter: "Counter",
  counterChoose: "Which counter is this?",
  dashboard: "Dashboard",
  otherLanguage: "日本語",
  rehearsal: "Practice",
  connecting: "Connecting",
  stale: (since) => `Not updated since ${since}. What you see is old. Reconnecting.`,
  close: "Close",
  cancel: "Cancel",
  people: (count) => (count === 1 ? "1 person" : `${count} people`),
  colon: ": ",
  inBrackets: (words) => ` (${words})`,
  more: (count) => `${count} more`,
  minutes: (count) => `${count} min`,
  seconds: (count) => `${count} s`,
  unknown: "not known",
  nobodyWaiting: "Nobody is waiting",
  line: "My line",
  next: "next",
  onHoldHere: "On hold",
  heldBy: (counter) => `held at ${counter}`,
  transfers: "Transfers to confirm",
  waitingTotal: "Waiting:",
  inHandNobody: "No ticket in hand",
  inHandClosed: "The counter is closed",
  inHandAway: "Away",
  stateCalled: "Called",
  stateServing: "Serving",
  stateEnded: "Service ended, to be completed",
  issuedAt: "Issued",
  waited: "Waited",
  handling: "Handling",
  target: "Target",
  targetNone: "No target",
  within: "within target",
  near: (minutes) => `${minutes} min to target`,
  over: (minutes) => `${minutes} min over target`,
  announced: (count) => `announced ${count}×`,
  returned: (count) => `returned ${count}×`,
  open: "Open the counter",
  callNext: "Call next",
  callLabel: "Call by number",
  recall: "Call again",
  start: "Number matches, start",
  mismatch: "Wrong number",
  absent: "Nobody comes",
  complete: "Complete",
  endService: "End service",
  hold: "Hold",
  transfer: "Transfer",
  resume: "Resume",
  comeBack: "I am back",
  undo: (step) => `Undo: ${step}`,
  nothingToUndo: "Nothing to undo",
  sending: "Sending",
  done: "Done",
  unknownOutcome: "Outcome not known. Please check what the screen shows",
  openTitle: "Open the counter",
  openLanguages: "Languages spoken besides Japanese",
  openNow: "Open",
  callTitle: "Call a chosen number",
  callField: "Number (such as A012)",
  call: "Call",
  absentTitle: (label) => `${label} does not come`,
  noShow: "No-show",
  noShowText: "Leaves today's line",
  returnKeep: "Back to its place",
  returnKeepText: "Will be called next",
  returnBack: "Back to the end",
  returnBackText: "Behind everyone who waits now",
  holdTitle: (label) => `Why is ${label} on hold?`,
  transferTitle: (label) => `Where does ${label} go?`,
  transferText: "The resident goes back to the waiting area and is called there. Say where it is.",
  transferNone: "There is no queue to transfer to",
  confirmArrival: "Confirm arrival",
  confirmSeen: "Seen in the line",
  completeTitle: (label) => `Procedures done for ${label}`,
  completeFilter: "Search by number or name",
  completeSuggested: "Usual procedures",
  completeOthers: "Other procedures",
  completeChosen: (count) => `Complete with ${count}`,
  completeNone: "Choose a procedure",
  completeWithout: "Complete without a procedure",
  accompanies: "goes with another",
  linked: "Linked arrival",
  linkedTitle: "Take in somebody from a linked section",
  linkedSection: "Section (code on the slip)",
  linkedLabel: "Number in hand",
  linkedQueue: "Queue",
  linkedTake: "Take in",
  linkedText: "No new number is issued; the number in hand joins the line.",
  counterState: "Counter",
  stateClosed: "closed",
  stateFree: "free",
  stateBusy: "serving",
  stateAway: "away",
  closeCounter: "Close",
  bells: "Bells",
  ring: "Ring",
  ringing: (elapsed) => `ringing ${elapsed}`,
  answer: "Answer",
  bellTitle: (name) => `Why ring ${name}?`,
  bellMute: "no sound",
  bellMuteText: {
    ready: "",
    absent:
      "The bell's device is not there. The ring is shown on the screens, but nothing sounds: go and tell them, and tell whoever looks after the devices.",
    silent:
      "The bell's device does not answer. The ring is shown on the screens, but nothing sounds: go and tell them, and tell whoever looks after the devices.",
    none: "This bell has no device that sounds. The ring is shown on the screens only.",
  },
  bellUnheard: "recorded and shown on the screens. Nobody heard a sound: please go and tell them",
  closeHeldTitle: "People are on hold here",
  closeHeldText: (labels) =>
    `${labels}: counters that serve the same line keep them under “On hold” and can resume them.`,
  closeHeldAlone: (labels) =>
    `${labels}: no other open counter serves their line. Hand them over before you close.`,
  closeAnyway: "Close anyway",
  paperCheck: (count) => `Check paper: ${count}`,
  paperTitle: "Tickets whose paper is uncertain",
  paperText: "Look at the kiosk and at what the person holds, then choose for each ticket.",
  paperUnknown: "not known",
  paperFailed: "did not come out",
  paperPrinted: "Mark as printed",
  paperReprint: "Reprint",
  paperReprintAt: (printer) => `Reprint (${printer})`,
  paperCancel: "Cancel ticket",
  paperCancelSure: "Cancel it (no undo)",
  paperNone: "No ticket needs checking",
  staffSlip: "Print staff slip",
  transferSlip: "Print transfer slip",
  daySummary: "Print day summary",
  printed: (printer) => `it has come out of ${printer}`,
  printWaits: (printer) => `waits to be printed at ${printer}`,
  printDoubtful: (printer) => `nobody can say whether it came out; look at ${printer}`,
  printFailed: "it could not be printed",
  standsIn: (printer, other) => `Slips of ${printer} come out of ${other} at the moment`,
  slipsLeft: (printer, count) => `${printer}: paper for about ${count} more slips`,
  languages: "Languages",
  priority: "priority",
  appointment: (time) => `appointment ${time}`,
  calm: (longest, limit) => `Waits are within the limit. The longest is ${longest}, the limit ${limit}.`,
  calmNobody: (limit) => `Nobody is waiting. The wait limit is ${limit}.`,
  nearLimit: (queue, longest, limit) =>
    `${queue} is near the wait limit. The longest wait is ${longest}, the limit ${limit}.`,
  overLimit: (queue, longest, limit) =>
    `${queue} is over the wait limit. The longest wait is ${longest}, the limit ${limit}.`,
  dayClosed: "Outside business hours.",
  dayClosedUntil: (when) => `Outside business hours. Tickets are issued from ${when}.`,
  waitingByQueue: "Waiting by queue",
  queue: "Queue",
  longestWait: "Longest wait",
  limit: "Limit",
  estimate: "Who comes now",
  countersOpen: "Counters open",
  counters: "Counters",
  procedures: "Today's procedures against target",
  proceduresNone: "No procedure completed yet today",
  code: "No.",
  procedure: "Procedure",
  count: "Count",
  mean: "Mean",
  median: "Median",
  p90: "P90",
  withinTarget: "Within target",
  asTable: "As a table",
  asChart: "As a chart",
  today: "Today in numbers",
  issued: "Issued",
  waiting: "Waiting",
  atCounters: "At counters",
  onHold: "On hold",
  completed: "Completed",
  noShows: "No-shows",
  cancelled: "Cancelled",
  transferred: "Transfers",
  guidance: "Floor guidance",
  waitsToday: "Today's waits",
  waitsText: (count, median, p90) => `${count} people, median ${median}, P90 ${p90}`,
  waitsNone: "Nobody has been called yet",
  withinLimit: "Within the limit",
  alerts: "Needs attention",
  alertsNone: "Nothing needs attention",
  printers: "Kiosks",
  kind: { contracted: "contracted", staff: "staff", high: "high counter", register: "register" },
  away: { register: "Register", back_office: "Back office", break: "Break" },
  holdReason: {
    filling_form: "Filling in a form",
    fetching_document: "Fetching a document",
    examination: "Being examined",
    other_section: "At another section",
    pause: "Pause",
  },
  step: {
    call: "call",
    start: "start",
    mismatch: "wrong number",
    end_service: "end of service",
    complete: "completion",
    no_show: "no-show",
    return: "return",
    hold: "hold",
    resume: "resume",
    transfer: "transfer",
  },
  printer: {
    ready: "ready",
    paper_low: "paper is running low",
    paper_near_end: "paper is nearly out",
    paper_end: "out of paper",
    cover_open: "cover open",
    cutter_jam: "cutter jam",
    head_hot: "head is hot",
    offline: "offline",
    silent: "no answer",
    absent: "not connected",
    none: "no printer",
  },
  alert: (alert, names, elapsed) => alertEn(alert, names, elapsed),
};

function alertEn(alert: Alert, names: AlertNames, elapsed: string): string {
  const kiosk = alert.kiosk === null ? "Kiosk" : names.kiosk(alert.kiosk);
  const queue = alert.queue === null ? "" : names.queue(alert.queue);
  const counter = alert.counter === null ? "" : names.counter(alert.counter);
  const language = alert.language === null ? "the language" : names.language(alert.language);
  const bell = alert.bell === null ? "" : names.bell(alert.bell);
  switch (alert.alert) {
    case "unattended":
      return `${queue}: people wait and no counter can serve them (${elapsed})`;
    case "lingering":
      return `${alert.label ?? "A ticket"}: still open after closing time`;
    case "wait_limit":
      return alert.level === "over"
        ? `${queue}: ${alert.label ?? ""} has waited past the limit`
        : `${queue}: ${alert.label ?? ""} is near the wait limit`;
    case "language":
      return `${alert.label ?? queue}: nobody on duty speaks ${language} (${elapsed})`;
    case "transfer_unconfirmed":
      return `${alert.label ?? "A ticket"}: transfer not confirmed (${counter}, ${elapsed})`;
    case "paper":
      return `${kiosk}: paper of ${alert.label ?? "a ticket"} is uncertain`;
    case "printer":
      return `${kiosk}: check the printer (${elapsed})`;
    case "bell":
      return `${bell}: the bell’s device is missing or does not answer; nobody hears it (${elapsed})`;
    case "bell_unanswered":
      return `A bell is not answered (${elapsed})`;
  }
}

/** What staff call the languages of residents, by tag. */
const LANGUAGE_NAMES: { readonly [language in StaffLanguage]: { readonly [tag: string]: string } } = {
  ja: {
    ja: "日本語",
    "ja-easy": "やさしい日本語",
    en: "英語",
    "zh-Hans": "中国語（簡体）",
    "zh-Hant": "中国語（繁体）",
    ko: "韓国語",
    vi: "ベトナム語",
    ne: "ネパール語",
    fil: "フィリピノ語",
    pt: "ポルトガル語",
  },
  en: {
    ja: "Japanese",
    "ja-easy": "plain Japanese",
    en: "English",
    "zh-Hans": "Chinese (simplified)",
    "zh-Hant": "Chinese (traditional)",
    ko: "Korean",
    vi: "Vietnamese",
    ne: "Nepali",
    fil: "Filipino",
    pt: "Portuguese",
  },
};

/** What staff call a resident's language; its tag when it is not known. */
export function languageName(tag: string, language: StaffLanguage = staff_language.value): string {
  return LANGUAGE_NAMES[language][tag] ?? tag;
}

const TEXTS: { readonly [language in StaffLanguage]: StaffText } = { ja, en };

const REMEMBERED = "yobidashi.staff_language";

function initial(): StaffLanguage {
  if (typeof location === "undefined") return "ja";
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked === "en" || asked === "ja") return asked;
  return localStorage.getItem(REMEMBERED) === "en" ? "en" : "ja";
}

/** The language of this staff screen. */
export const staff_language = signal<StaffLanguage>(initial());

/** The sentences in a language; the screen's own when none is named. */
export function staffText(language: StaffLanguage = staff_language.value): StaffText {
  return TEXTS[language];
}

/** Switches between the two languages, and remembers. */
export function switchStaffLanguage(): void {
  staff_language.value = staff_language.value === "ja" ? "en" : "ja";
  localStorage.setItem(REMEMBERED, staff_language.value);
  document.documentElement.lang = staff_language.value;
}

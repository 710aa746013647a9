// Example views for the scripted office: a busy June morning, as the server would send it.

import type {
  Alert,
  BellView,
  CallView,
  CounterStatus,
  CounterView,
  DashboardView,
  DayStatus,
  DisplayView,
  ErrandView,
  KioskView,
  PrinterView,
  ProcedureView,
  QueueStatus,
  StaffQueue,
  TicketView,
} from "../../server/web/shared/protocol";

/** 2026-06-02 10:00 in Tokyo. */
export const NOW_MS = Date.parse("2026-06-02T10:00:00+09:00");
const MINUTE_MS = 60_000;

/** The roles of a screen. */
export type Role = "kiosk" | "counter" | "display" | "dashboard";

/** A view for every role. */
export interface Views {
  kiosk: KioskView;
  counter: CounterView;
  display: DisplayView;
  dashboard: DashboardView;
}

const OFFICE = { ja: "区役所 保険年金課", en: "Ward Office, Insurance and Pension" };
const LANGUAGES = ["ja", "ja-easy", "en", "zh-Hans", "zh-Hant", "ko", "vi", "ne", "fil", "pt"];
export const DAY: DayStatus = {
  day: "2026-06-02",
  issuing: true,
  next_open: "2026-06-03T08:30",
  open: "08:30",
  close: "17:30",
};

function queue(
  key: string,
  letter: string,
  ja: string,
  en: string,
  waiting: number,
  wait: [number, number] | null,
  counters_open: number,
): QueueStatus {
  const band = wait === null ? null : { from_min: wait[0], to_min: wait[1] };
  return { queue: key, letter, name: { ja, en }, waiting, wait: band, counters_open };
}

export const QUEUES: QueueStatus[] = [
  queue("enrol", "A", "国保に入る", "Joining health insurance", 12, [25, 40], 3),
  queue("leave", "C", "国保をやめる", "Leaving health insurance", 4, [10, 20], 2),
  queue("certificate", "F", "資格確認書など", "Certificates", 3, [10, 15], 2),
  queue("premium", "H", "保険料の計算・相談", "Premiums", 8, [30, 45], 2),
  queue("payment", "L", "支払い・口座", "Payments", 0, [0, 5], 1),
  queue("pension", "N", "国民年金", "National pension", 2, null, 0),
  queue("benefit", "K", "給付", "Benefits", 1, [5, 10], 1),
  queue("elderly", "S", "高齢の方の割合", "Elderly share", 0, [0, 5], 1),
];

function errand(
  key: string,
  within: string | null,
  leads_to: ErrandView["leads_to"],
  name: { [language: string]: string },
  bring: { [language: string]: string } = {},
): ErrandView {
  return { errand: key, name, bring, within, leads_to };
}

const ID = {
  ja: "本人確認書類（マイナンバーカード・運転免許証など）、前の健康保険をやめたことがわかる書類",
  "ja-easy": "あなたが だれか わかる もの（マイナンバーカード など）",
  en: "ID (My Number Card, driver's licence, etc.); proof that your former health insurance ended",
  ne: "परिचयपत्र (माइनम्बर कार्ड, सवारी चालक अनुमतिपत्र आदि); अघिल्लो स्वास्थ्य बीमा छाडेको प्रमाण",
};

const ERRANDS: ErrandView[] = [
  errand("membership", null, { to: "group" }, {
    ja: "国保に入る・やめる",
    "ja-easy": "国保〔こくほ〕に 入る・やめる",
    en: "Join or leave National Health Insurance",
    "zh-Hans": "加入或退出国民健康保险",
    "zh-Hant": "加入或退出國民健康保險",
    ko: "국민건강보험 가입·탈퇴",
    vi: "Tham gia hoặc rút khỏi bảo hiểm y tế quốc dân",
    ne: "राष्ट्रिय स्वास्थ्य बीमामा सामेल हुने वा छाड्ने",
    fil: "Sumali o umalis sa National Health Insurance",
    pt: "Entrar ou sair do Seguro Nacional de Saúde",
  }),
  errand("card", null, { to: "queue", queue: "certificate" }, {
    ja: "資格確認書がほしい・なくした",
    en: "Certificate: get or replace",
    ne: "प्रमाणपत्र लिने वा हराएको",
  }, ID),
  errand("amount", null, { to: "queue", queue: "premium" }, {
    ja: "保険料がいくらか知りたい",
    en: "How much is my premium?",
    ne: "बीमा शुल्क कति हो?",
  }, ID),
  errand("pay", null, { to: "queue", queue: "payment" }, {
    ja: "保険料を払う・口座を登録する",
    en: "Pay a premium, register an account",
    ne: "शुल्क तिर्ने वा खाता दर्ता",
  }),
  errand("pension", null, { to: "queue", queue: "pension" }, {
    ja: "国民年金",
    en: "National pension",
    ne: "राष्ट्रिय पेन्सन",
  }),
  errand("benefit", null, { to: "queue", queue: "benefit" }, {
    ja: "高額療養費・出産・葬祭の給付",
    en: "Benefits: high costs, childbirth, funeral",
    ne: "लाभ: उच्च खर्च, प्रसूति, अन्त्येष्टि",
  }),
  errand("massage", null, { to: "guide" }, {
    ja: "はり・きゅう・マッサージの割引券",
    en: "Discount tickets for acupuncture and massage",
    ne: "मसाज छुट कुपन",
  }),
  errand("other", null, { to: "guide" }, {
    ja: "そのほか・わからない",
    en: "Something else, not sure",
    ne: "अरू वा थाहा छैन",
  }),
  errand("join", "membership", { to: "queue", queue: "enrol" }, {
    ja: "入る（会社の保険をやめた・引っ越してきた）",
    "ja-easy": "入る（会社の 保険を やめた・引っこして きた）",
    en: "Join: left an employer's insurance, or moved here",
    ne: "सामेल: कम्पनीको बीमा छाडेको वा सरेर आएको",
  }, ID),
  errand("leave", "membership", { to: "queue", queue: "leave" }, {
    ja: "やめる（会社の保険に入った・引っ越す）",
    en: "Leave: joined an employer's insurance, or moving away",
    ne: "छाड्ने: कम्पनीको बीमामा सामेल वा सर्ने",
  }, ID),
];

export const PRINTER: PrinterView = {
  kiosk: "K1",
  condition: "ready",
  unknown_count: 0,
  name: { ja: "入口側の発券機", en: "Kiosk at the entrance" },
  stand_in: null,
  slips_left: null,
};

/** A call as a display shows it. */
export function call(
  label: string,
  counter: string,
  ago_s: number,
  state: CallView["state"],
  announce_count = 1,
): CallView {
  const at_ms = NOW_MS - ago_s * 1_000;
  return {
    label,
    counter,
    called_at_ms: at_ms,
    announced_at_ms: at_ms,
    announce_count,
    state,
  };
}

function ticket(
  id: number,
  label: string,
  queue_key: string,
  waited_min: number,
  more: Partial<TicketView> = {},
): TicketView {
  const issued_at_ms = NOW_MS - waited_min * MINUTE_MS;
  return {
    ticket: id,
    label,
    queue: queue_key,
    errand: null,
    class: { class: "ordinary" },
    language: "ja",
    state: { state: "waiting" },
    issued_at_ms,
    since_ms: issued_at_ms,
    place_at_ms: issued_at_ms,
    waited_ms: 0,
    handled_ms: 0,
    target_min: 20,
    procedures: [],
    transfer: null,
    return_count: 0,
    announce_count: 0,
    paper: "printed",
    ...more,
  };
}

const BELLS: BellView[] = [
  { bell: "seal", name: { ja: "管理係" }, reasons: [{ reason: "seal", name: { ja: "公印付き証明書" } }], ring: null, device: "ready" },
  { bell: "special", name: { ja: "特別整理係" }, reasons: [{ reason: "case", name: { ja: "該当の案件" } }], ring: { ring: 7, reason: "case", rung_at_ms: NOW_MS - 20_000, escalated: 0 }, device: "ready" },
  { bell: "health", name: { ja: "特定健診係" }, reasons: [{ reason: "visit", name: { ja: "20番へ案内" } }], ring: null, device: "ready" },
];

/** A counter on staff screens. */
export function counterStatus(
  key: string,
  state: CounterStatus["state"],
  more: Partial<CounterStatus> = {},
): CounterStatus {
  return {
    counter: key,
    name: { ja: `${key}番窓口`, en: `Counter ${key}` },
    kind: "contracted",
    state,
    operator: null,
    languages: [],
    queues: ["enrol", "leave", "certificate"],
    ticket: null,
    next: null,
    undo: null,
    ...more,
  };
}

/** Ticket A012 being served at counter 3. */
export const SERVED = ticket(12, "A012", "enrol", 31, {
  errand: "join",
  state: { state: "serving", counter: "3", ended: false },
  since_ms: NOW_MS - 17 * MINUTE_MS,
  waited_ms: 12 * MINUTE_MS,
  handled_ms: MINUTE_MS,
  language: "ne",
  announce_count: 1,
});

const TICKETS: TicketView[] = [
  SERVED,
  ticket(13, "A013", "enrol", 58, { language: "vi" }),
  ticket(14, "A014", "enrol", 62),
  ticket(15, "C004", "leave", 49, { class: { class: "priority" } }),
  ticket(16, "A015", "enrol", 33),
  ticket(17, "F003", "certificate", 12),
  ticket(18, "A016", "enrol", 9),
  ticket(19, "A017", "enrol", 4, { language: "en" }),
  ticket(20, "C005", "leave", 2),
  ticket(21, "A010", "enrol", 40, {
    state: { state: "on_hold", counter: "3", reason: "filling_form" },
    since_ms: NOW_MS - 6 * MINUTE_MS,
  }),
  ticket(22, "H002", "premium", 50, { transfer: { from: "3", arrived: false } }),
];

const COUNTERS: CounterStatus[] = [
  counterStatus("1", { state: "busy" }),
  counterStatus("2", { state: "away", reason: "register", since_ms: NOW_MS - 3 * MINUTE_MS }),
  counterStatus("3", { state: "busy" }, {
    ticket: 12,
    next: "A014",
    languages: ["en", "ne"],
    undo: { step: "start", label: "A012", until_ms: NOW_MS + 25_000 },
  }),
  counterStatus("4", { state: "free" }, { next: "A014" }),
  counterStatus("5", { state: "closed" }),
  counterStatus("20", { state: "free" }, { kind: "staff" }),
];

function staff(status: QueueStatus, staff_name: string, oldest_min: number | null): StaffQueue {
  const oldest_since_ms = oldest_min === null ? null : NOW_MS - oldest_min * MINUTE_MS;
  return { status, staff_name, oldest_since_ms, section: "insurance" };
}

const STAFF_NAMES = ["加入", "脱退", "資格確認書等", "保険料", "収納", "年金", "給付", "高齢受給者"];
const OLDEST: (number | null)[] = [62, 49, 12, 50, null, 14, 3, null];
const STAFF_QUEUES = QUEUES.map((status, at) =>
  staff(status, STAFF_NAMES[at] ?? status.letter, OLDEST[at] ?? null),
);

function alert(kind: Alert["alert"], level: Alert["level"], more: Partial<Alert>): Alert {
  return {
    alert: kind,
    level,
    since_ms: NOW_MS - 4 * MINUTE_MS,
    queue: null,
    counter: null,
    label: null,
    language: null,
    kiosk: null,
    bell: null,
    ...more,
  };
}

export const ALERTS: Alert[] = [
  alert("wait_limit", "over", { queue: "enrol", label: "A014" }),
  alert("unattended", "over", { queue: "pension" }),
  alert("language", "near", { label: "A013", language: "vi" }),
];

function procedure(code: string, ja: string, variant: string, target_min: number | null): ProcedureView {
  return {
    code,
    name: { ja },
    variant: { ja: variant },
    target_min,
    queues: code.startsWith("2") ? ["enrol"] : [],
    errands: code === "2" || code === "22" ? ["join"] : [],
    accompanies: code === "9",
  };
}

const PROCEDURES: ProcedureView[] = [
  procedure("2", "加入（資格取得）受付", "窓口・一般（日本人等）", 20),
  procedure("2-2", "加入（資格取得）受付", "国外転入の外国人加入", 35),
  procedure("3", "脱退（資格喪失）受付", "窓口", 25),
  procedure("4", "資格確認書等の交付", "窓口・再交付等", 15),
  procedure("5", "資格確認書等の書換え", "窓口・書換え", 15),
  procedure("7", "保険料の計算・説明", "窓口・試算", 30),
  procedure("9", "減免申請", "旧被扶養者に係る保険料の減免", 5),
  procedure("15", "保険料の収納", "窓口収納", 10),
  procedure("17", "納付額の確認", "窓口", 10),
  procedure("19", "納付書再交付", "窓口", 5),
  procedure("22", "口座登録（ペイジー）", "窓口・端末", 10),
];

/** Fresh copies, so that a test may change them. */
export function views(): Views {
  return structuredClone({
    kiosk: {
      office: OFFICE,
      languages: LANGUAGES,
      errands: ERRANDS,
      queues: QUEUES,
      day: DAY,
      notices: [],
      printers: [PRINTER],
    },
    display: {
      office: OFFICE,
      counters: ["1", "2", "3", "4", "5", "20"].map((key) => ({
        counter: key,
        name: { ja: `${key}番窓口`, en: `counter ${key}`, ne: `काउन्टर ${key}` },
        state: key === "5" ? ("closed" as const) : ("open" as const),
      })),
      queues: QUEUES,
      calls: [
        call("A012", "3", 5, "calling"),
        call("H101", "20", 90, "calling"),
        call("C003", "2", 200, "arrived"),
        call("A011", "1", 260, "arrived"),
        call("F002", "4", 400, "ended"),
        call("A010", "3", 520, "ended"),
        call("C002", "2", 700, "ended"),
        call("H100", "20", 800, "ended"),
        call("A009", "1", 900, "ended"),
      ],
      day: DAY,
      notices: [
        {
          notice: "pension",
          queues: ["pension"],
          text: { ja: "17:15以降は年金事務所に問い合わせできないため、今日中に終わらない手続があります。" },
        },
      ],
    },
    counter: {
      office: OFFICE,
      queues: STAFF_QUEUES,
      counters: COUNTERS,
      tickets: TICKETS,
      procedures: PROCEDURES,
      bells: BELLS,
      day: DAY,
      wait_limit_min: 60,
      notices: [],
      alerts: ALERTS,
      printers: [PRINTER],
      undo_s: 30,
      languages: LANGUAGES,
    },
    dashboard: {
      office: OFFICE,
      queues: STAFF_QUEUES,
      counters: COUNTERS,
      waits: { count: 48, mean_ms: 1_300_000, median_ms: 1_200_000, p90_ms: 2_900_000, within_count: 46 },
      procedures: [
        summary("2", "加入（資格取得）受付", "窓口・一般（日本人等）", 20, 14, 17, 11),
        summary("7", "保険料の計算・説明", "窓口・試算", 30, 11, 33, 4),
        summary("3", "脱退（資格喪失）受付", "窓口", 25, 9, 21, 8),
        summary("22", "口座登録（ペイジー）", "窓口・端末", 10, 6, 8, 6),
        summary("4", "資格確認書等の交付", "窓口・再交付等", 15, 3, 12, 3),
        summary("19", "納付書再交付", "窓口", 5, 0, 0, 0),
      ],
      today: {
        issued: 83,
        waiting: 30,
        serving: 4,
        on_hold: 1,
        completed: 43,
        no_show: 3,
        cancelled: 2,
        transferred: 2,
        guidance: 12,
      },
      alerts: ALERTS,
      wait_limit_min: 60,
      day: DAY,
      printers: [PRINTER],
      bells: BELLS,
    },
  } satisfies Views);
}

function summary(
  code: string,
  ja: string,
  variant: string,
  target_min: number,
  count: number,
  median_min: number,
  within_count: number,
) {
  const median_ms = count === 0 ? null : median_min * MINUTE_MS;
  return {
    code,
    name: { ja },
    variant: { ja: variant },
    target_min,
    count,
    measured_count: count,
    mean_ms: median_ms,
    median_ms,
    p90_ms: median_ms === null ? null : median_ms * 1.4,
    within_count,
  };
}

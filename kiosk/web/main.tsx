// The kiosk: errand → ticket, in at most two touches after the language.
//
// Data flow: /ws?role=kiosk → store (view) → pages; touch → Session → POST /api/v1/tickets.
// Browsers: Chromium from 61 for the script, from 84 for the layout (flex gaps); tested with
// Debian's Chromium. A slow or dying server: tests/browser/office.ts.

import { computed, signal } from "@preact/signals";
import { render, type ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { zone } from "../../server/web/shared/clock";
import { send } from "../../server/web/shared/command";
import {
  bandText,
  langAttribute,
  pick,
  windowText,
  withoutRuby,
} from "../../server/web/shared/format";
import { residentText } from "../../server/web/shared/i18n/resident";
import { followOffice, freshness } from "../../server/web/shared/live";
import { RehearsalBar, Ruby } from "../../server/web/shared/parts";
import type {
  ErrandView,
  KioskChange,
  KioskView,
  QueueStatus,
} from "../../server/web/shared/protocol";
import { Session, TICKET_MS, TICKET_WRITTEN_MS, type Issued, type Page } from "./session";
import {
  bandOf,
  errandOfKey,
  errandsWithin,
  foldKiosk,
  noticesAbout,
  noticesFor,
  paperOf,
  queuesOf,
  standInOf,
  type PaperState,
} from "./store";

const asked_kiosk = new URLSearchParams(location.search).get("id");
/** Whether number keys press errands: a keypad at the kiosk, for which the address asks. */
const HAS_KEYPAD = new URLSearchParams(location.search).get("keys") === "on";
const view = signal<KioskView | null>(null);
/** Which kiosk of the office this is: the one the address names, else the first. */
const kiosk = computed(() => asked_kiosk ?? view.value?.printers[0]?.kiosk ?? null);
const low_reach = signal(false);
const second = signal(0);
const session = new Session(
  () => performance.now(),
  (errand, language) => send("tickets", { errand, language, kiosk: kiosk.value }),
);

const words = () => residentText(session.language.value);

/** Runs a touch unless it is the second half of a double tap. */
function touched(action: () => void): () => void {
  return () => {
    if (session.accepts()) action();
  };
}

function choose(errand: ErrandView): void {
  switch (errand.leads_to.to) {
    case "group":
      session.show({ page: "group", errand: errand.errand });
      return;
    case "guide":
      session.show({ page: "guide", errand: errand.errand });
      return;
    case "queue":
      void session.issue(errand.errand);
      return;
  }
}

function back(page: Page): void {
  if (page.page === "helper") {
    session.show(page.before);
    return;
  }
  if (page.page === "group" || page.page === "guide") {
    const errand = view.value?.errands.find((one) => one.errand === page.errand);
    if (errand !== undefined && errand.within !== null) {
      session.show({ page: "group", errand: errand.within });
      return;
    }
  }
  session.show({ page: "home" });
}

function App() {
  const text = words();
  const language = session.language.value;
  const office = view.value;
  useEffect(() => {
    document.documentElement.lang = langAttribute(language);
    document.title = withoutRuby(text.greeting);
  }, [language]);
  const easy = language === "ja-easy" ? " furigana" : "";
  const layout = low_reach.value ? " low-reach" : "";
  return (
    <div class={`kiosk${easy}${layout}`} onPointerDown={() => session.touch()}>
      <RehearsalBar words={withoutRuby(text.rehearsal)} />
      {office === null ? (
        <Message title={text.loading} />
      ) : (
        <Office office={office} page={session.page.value} />
      )}
      <Foot page={session.page.value} />
    </div>
  );
}

function Office({ office, page }: { office: KioskView; page: Page }) {
  const text = words();
  const known = office.printers.map((one) => one.kiosk);
  if (asked_kiosk !== null && known.length > 0 && !known.includes(asked_kiosk)) {
    return (
      <Message
        title={text.staleTitle}
        text={`kiosk?id=${asked_kiosk}：この発券機は設定にありません（${known.join("、")}）`}
        trouble
      />
    );
  }
  if (page.page === "ticket") return <TicketPage office={office} issued={page.issued} />;
  if (page.page === "issuing") return <Message title={text.issuing} quiet />;
  if (page.page === "unknown") {
    return <Message title={text.unknownTitle} text={text.unknownText} trouble />;
  }
  if (freshness.value.state !== "live") {
    return <Message title={text.staleTitle} text={text.staleText} trouble />;
  }
  return (
    <>
      <Head office={office} />
      <Body office={office} page={page} />
    </>
  );
}

function Body({ office, page }: { office: KioskView; page: Page }) {
  const text = words();
  if (page.page === "helper") return <Message title={text.helperTitle} text={text.helperText} />;
  if (page.page === "refused") return <Refused office={office} code={page.code} />;
  if (!office.day.issuing) return <Closed office={office} />;
  if (page.page === "guide") return <Guide office={office} errand={page.errand} />;
  const group = page.page === "group" ? page.errand : null;
  return <Errands office={office} group={group} />;
}

function Head({ office }: { office: KioskView }) {
  const language = session.language.value;
  return (
    <header class="head">
      <p class="office">
        <Ruby text={pick(office.office, language)} />
      </p>
      <p class="greeting">
        <Ruby text={words().greeting} />
      </p>
      <nav class="languages" aria-label={withoutRuby(words().languages)}>
        {office.languages.map((tag) => (
          <button
            key={tag}
            lang={langAttribute(tag)}
            aria-pressed={tag === language}
            onClick={touched(() => session.chooseLanguage(tag))}
          >
            {residentText(tag).language}
          </button>
        ))}
      </nav>
    </header>
  );
}

/** The title of a page; focus goes there so that a screen reader reads on from it. */
function Title({ text }: { text: string }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), [session.page.value]);
  return (
    <h1 ref={title} tabIndex={-1}>
      <Ruby text={text} />
    </h1>
  );
}

function Errands({ office, group }: { office: KioskView; group: string | null }) {
  const language = session.language.value;
  const text = words();
  const within = office.errands.find((errand) => errand.errand === group);
  const printer = office.printers.find((one) => one.kiosk === kiosk.value);
  useEffect(() => {
    if (!HAS_KEYPAD) return undefined;
    const onKey = (event: KeyboardEvent) => {
      const errand = errandOfKey(errandsWithin(office, group), event.key);
      if (errand === null || event.repeat || !session.accepts()) return;
      event.preventDefault();
      choose(errand);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });
  return (
    <main class="choices">
      <Title text={within === undefined ? text.choose : pick(within.name, language)} />
      {paperOf(printer) === "trouble" && (
        <p class="trouble" role="status">
          <span aria-hidden="true">▲ </span>
          <Ruby text={text.printerBefore} />
        </p>
      )}
      {paperOf(printer) === "elsewhere" && (
        <p class="notice" role="status">
          <Ruby text={text.elsewhereBefore(standInOf(office, printer, language))} />
        </p>
      )}
      {noticesFor(office, null).map((notice) => (
        <p key={notice.notice} class="notice">
          <Ruby text={pick(notice.text, language)} />
        </p>
      ))}
      {noticesAbout(office, errandsWithin(office, group)).map(({ notice, errands }) => (
        <p key={notice.notice} class="notice">
          {errands.map((errand) => (
            <b key={errand.errand}>
              <Ruby text={pick(errand.name, language)} />{" "}
            </b>
          ))}
          <Ruby text={pick(notice.text, language)} />
        </p>
      ))}
      <div class="errands">
        {errandsWithin(office, group).map((errand) => (
          <button
            key={errand.errand}
            class="errand"
            onClick={touched(() => choose(errand))}
            data-errand={errand.errand}
          >
            <ErrandFace office={office} errand={errand} />
          </button>
        ))}
      </div>
    </main>
  );
}

/** Names longer than this are set smaller; Japanese says as much in half the characters. */
const NAME_LENGTH_LARGE = 26;
/** Japanese letters are wider, and readings above them need the height. */
const NAME_LENGTHS_LARGE: { [language: string]: number } = { ja: 18, "ja-easy": 16 };

function ErrandFace({ office, errand }: { office: KioskView; errand: ErrandView }) {
  const text = words();
  const name = pick(errand.name, session.language.value);
  const large = NAME_LENGTHS_LARGE[session.language.value] ?? NAME_LENGTH_LARGE;
  const long = withoutRuby(name).length > large ? " errand-long" : "";
  const queues = queuesOf(office, errand);
  return (
    <>
      <span class={`errand-name${long}`}>
        <Ruby text={name} />
      </span>
      {errand.leads_to.to === "group" && (
        <span class="errand-more" aria-hidden="true">
          ▶
        </span>
      )}
      <span class="errand-facts">
        {errand.leads_to.to === "guide" ? (
          <span>
            <Ruby text={text.askStaff} />
          </span>
        ) : (
          <QueueFacts queues={queues} />
        )}
      </span>
    </>
  );
}

function QueueFacts({ queues }: { queues: QueueStatus[] }) {
  const text = words();
  const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
  const people = waiting === 0 ? text.nobody : text.people(waiting);
  const band = bandOf(queues);
  const wait = band === null ? text.waitUnknown : text.wait(bandText(band));
  return (
    <>
      <span>
        <Ruby text={people} />
      </span>
      <span>
        <Ruby text={wait} />
      </span>
    </>
  );
}

function Guide({ office, errand }: { office: KioskView; errand: string }) {
  const language = session.language.value;
  const text = words();
  const chosen = office.errands.find((one) => one.errand === errand);
  const bring = chosen === undefined ? "" : pick(chosen.bring, language);
  return (
    <main class="message">
      <p class="message-over">
        <Ruby text={chosen === undefined ? "" : pick(chosen.name, language)} />
      </p>
      <Title text={text.helperTitle} />
      <p>
        <Ruby text={text.askStaff} />
      </p>
      {bring !== "" && <Bring text={bring} />}
    </main>
  );
}

function Bring({ text }: { text: string }) {
  return (
    <section class="bring">
      <h2>
        <Ruby text={words().bring} />
      </h2>
      <p>
        <Ruby text={text} />
      </p>
    </section>
  );
}

function TicketPage({ office, issued }: { office: KioskView; issued: Issued }) {
  const language = session.language.value;
  const text = words();
  const printer = office.printers.find((one) => one.kiosk === kiosk.value);
  const unknown_before = useRef(printer?.unknown_count ?? 0);
  const doubtful = (printer?.unknown_count ?? 0) > unknown_before.current;
  const paper = doubtful ? "trouble" : paperOf(printer);
  const written = paper !== "comes";
  useEffect(() => session.stay(written ? TICKET_WRITTEN_MS : TICKET_MS), [written]);
  const errand = office.errands.find((one) => one.errand === issued.errand);
  const bring = errand === undefined ? "" : pick(errand.bring, language);
  return (
    <main class="ticket">
      <Title text={text.yourNumber} />
      <p class="label" data-label={issued.label}>
        {issued.label}
      </p>
      <p class="ticket-errand">
        <Ruby text={errand === undefined ? "" : pick(errand.name, language)} />
      </p>
      <PaperWords paper={paper} place={standInOf(office, printer, language)} />
      <p>
        <Ruby text={text.waitInHall} />
      </p>
      <ul class="ticket-facts">
        <li>
          <Ruby text={issued.ahead === 0 ? text.aheadNobody : text.ahead(issued.ahead)} />
        </li>
        <li>
          <WindowWords issued={issued} />
        </li>
      </ul>
      {noticesFor(office, issued.queue).map((notice) => (
        <p key={notice.notice} class="notice">
          <Ruby text={pick(notice.text, language)} />
        </p>
      ))}
      {bring !== "" && <Bring text={bring} />}
      <EndButton />
    </main>
  );
}

function WindowWords({ issued }: { issued: Issued }) {
  const text = words();
  if (issued.window === null) return <Ruby text={text.calledUnknown} />;
  const { from_ms, to_ms } = issued.window;
  return <Ruby text={text.calledAround(windowText(from_ms, to_ms, zone.value))} />;
}

function PaperWords({ paper, place }: { paper: PaperState; place: string }) {
  const text = words();
  switch (paper) {
    case "comes":
      return (
        <p class="ticket-where">
          <Ruby text={text.takePaper} />
        </p>
      );
    case "elsewhere":
      return (
        <div class="notice" role="alert">
          <strong>
            <span aria-hidden="true">▶ </span>
            <Ruby text={text.elsewhereTitle} />
          </strong>
          <p>
            <Ruby text={text.elsewhereText(place)} />
          </p>
        </div>
      );
    case "none":
      return (
        <p class="ticket-where">
          <Ruby text={text.noPaper} />
        </p>
      );
    case "trouble":
      return (
        <div class="trouble" role="alert">
          <strong>
            <span aria-hidden="true">▲ </span>
            <Ruby text={text.printerTitle} />
          </strong>
          <p>
            <Ruby text={text.printerText} />
          </p>
        </div>
      );
  }
}

function EndButton() {
  const text = words();
  void second.value;
  const ends_at_ms = session.ends_at_ms.value;
  const left_s =
    ends_at_ms === null ? 0 : Math.max(0, Math.ceil((ends_at_ms - performance.now()) / 1_000));
  return (
    <div class="end">
      <button class="primary" onClick={touched(() => session.startOver())}>
        <Ruby text={text.done} />
      </button>
      <p>
        <Ruby text={text.returnsIn(left_s)} />
      </p>
    </div>
  );
}

/** Codes that mean: no more numbers for this errand now. */
const FULL = ["queue_full", "range_exhausted", "day_tickets_exhausted"];
/** Codes that mean: outside hours. */
const CLOSED = ["closed_hours", "day_not_open"];

function Refused({ office, code }: { office: KioskView; code: string }) {
  const text = words();
  if (CLOSED.includes(code)) return <Closed office={office} />;
  const title = FULL.includes(code) ? text.fullTitle : text.failedTitle;
  return <Message title={title} text={text.failedText} trouble />;
}

function Closed({ office }: { office: KioskView }) {
  const text = words();
  const next = office.day.next_open;
  const when = next === null ? null : openingText(next, session.language.value);
  return (
    <Message
      title={text.closedTitle}
      text={when === null ? text.closedUnknown : text.closedUntil(when)}
    />
  );
}

/** `2026-06-03T08:30` as a day and a time in the reader's language. */
function openingText(local: string, language: string): string {
  const at = Date.parse(`${local}:00Z`);
  const own = dayText(new Date(at), language);
  if (own !== null) return `${own} ${local.slice(11)}`;
  const day = new Intl.DateTimeFormat(langAttribute(language), {
    timeZone: "UTC",
    month: "long",
    day: "numeric",
    weekday: "long",
  }).format(at);
  return `${day} ${local.slice(11)}`;
}

const NEPALI_MONTHS =
  "जनवरी फेब्रुअरी मार्च अप्रिल मे जुन जुलाई अगस्ट सेप्टेम्बर अक्टोबर नोभेम्बर डिसेम्बर".split(" ");
const NEPALI_DAYS = "आइतबार सोमबार मङ्गलबार बुधबार बिहिबार शुक्रबार शनिबार".split(" ");
const WEEKDAYS = ["日|にち", "月|げつ", "火|か", "水|すい", "木|もく", "金|きん", "土|ど"];
const DAY_READINGS: { [day: number]: string } = {
  1: "ついたち",
  2: "ふつか",
  3: "みっか",
  4: "よっか",
  5: "いつか",
  6: "むいか",
  7: "なのか",
  8: "ようか",
  9: "ここのか",
  10: "とおか",
  14: "じゅうよっか",
  20: "はつか",
  24: "にじゅうよっか",
};

/** A day in the languages that the browser cannot write: Nepali, and Japanese with readings. */
function dayText(at: Date, language: string): string | null {
  const month = at.getUTCMonth();
  const day = at.getUTCDate();
  if (language === "ne") return `${NEPALI_MONTHS[month]} ${day}, ${NEPALI_DAYS[at.getUTCDay()]}`;
  if (language !== "ja-easy") return null;
  const reading = DAY_READINGS[day];
  const day_words = reading === undefined ? `${day}{日|にち}` : `{${day}日|${reading}}`;
  return `${month + 1}{月|がつ}${day_words} {${WEEKDAYS[at.getUTCDay()]}}{曜日|ようび}`;
}

function Message(props: { title: string; text?: string; trouble?: boolean; quiet?: boolean }) {
  return (
    <main class={`message${props.trouble === true ? " message-trouble" : ""}`}>
      {props.quiet === true ? (
        <div role="status">
          <h1>
            <Ruby text={props.title} />
          </h1>
        </div>
      ) : (
        <Title text={props.title} />
      )}
      {props.text !== undefined && (
        <p>
          <Ruby text={props.text} />
        </p>
      )}
    </main>
  );
}

function Foot({ page }: { page: Page }) {
  const text = words();
  const inner = page.page !== "home" && page.page !== "issuing";
  const can_back = page.page === "group" || page.page === "guide" || page.page === "helper";
  const can_restart = inner || session.language.value !== "ja";
  return (
    <footer class="foot">
      <FootButton disabled={!can_back} onTouch={() => back(page)}>
        <span aria-hidden="true">◀ </span>
        <Ruby text={text.back} />
      </FootButton>
      <FootButton disabled={!can_restart} onTouch={() => session.startOver()}>
        <Ruby text={text.startOver} />
      </FootButton>
      <FootButton disabled={false} onTouch={() => (low_reach.value = !low_reach.value)}>
        <span aria-hidden="true">♿ </span>
        <Ruby text={low_reach.value ? text.fullReach : text.lowReach} />
      </FootButton>
      <FootButton
        disabled={page.page === "helper" || page.page === "issuing"}
        onTouch={() => session.show({ page: "helper", before: page })}
        helper
      >
        <Ruby text={text.helper} />
      </FootButton>
    </footer>
  );
}

function FootButton(props: {
  disabled: boolean;
  helper?: boolean;
  onTouch: () => void;
  children: ComponentChildren;
}) {
  return (
    <button
      class={props.helper === true ? "helper" : undefined}
      disabled={props.disabled}
      onClick={touched(props.onTouch)}
    >
      {props.children}
    </button>
  );
}

followOffice<KioskView, KioskChange>("kiosk", {
  take: (next) => {
    view.value = next;
  },
  change: (changes) => {
    if (view.value !== null) view.value = changes.reduce(foldKiosk, view.value);
  },
});
setInterval(() => {
  second.value += 1;
  session.tick();
}, 500);

const root = document.getElementById("screen");
if (root !== null) render(<App />, root);

// The hall display (/display) and the display above one counter (/display?counter=3).
//
// Data flow: /ws?role=display → store (view) → page; calls → AnnouncementQueue → the big place,
// the pulse, the chime and the voice. No calls out. Labels and counters only (D-6).
// Browsers: Chromium from 61 for the script, from 84 for the layout; tested with Debian's.
// A lost or slow server: tests/browser/office.ts.

import { signal } from "@preact/signals";
import { render } from "preact";
import { now_ms, officeNow, zone } from "../../server/web/shared/clock";
import { bandText, langAttribute, pick, timeText } from "../../server/web/shared/format";
import { RESIDENT_TEXTS, residentText } from "../../server/web/shared/i18n/resident";
import { followOffice, freshness } from "../../server/web/shared/live";
import { RehearsalBar, Ruby, StaleBar } from "../../server/web/shared/parts";
import type {
  CallView,
  DisplayChange,
  DisplayView,
  QueueStatus,
} from "../../server/web/shared/protocol";
import { AnnouncementQueue, type Announcement } from "./announcement";
import { chime, prepareSound, sound_allowed, speak } from "./sound";
import { announcementText } from "./speech";
import { callAt, foldDisplay, lastCalls } from "./store";

const counter = new URLSearchParams(location.search).get("counter");
const view = signal<DisplayView | null>(null);
const big = signal<Announcement | null>(null);
/** Changes with every announcement, so that the same label called again pulses again. */
const pulse = signal(0);
const turn = signal(0);
const queue = new AnnouncementQueue();

/** One line of another language at a time. */
const OTHER_LANGUAGES = Object.keys(RESIDENT_TEXTS).filter((tag) => tag !== "ja");
const LANGUAGE_MS = 4_000;

function counterName(key: string, language: string): string {
  const found = view.value?.counters.find((one) => one.counter === key);
  return found === undefined ? key : pick(found.name, language);
}

/** The number people look for, large: `3` of 3番窓口; the whole name where it has no number. */
/** Counters whose key is no number, such as the high counter, are shown by their name. */
function isNumbered(key: string): boolean {
  return /^\d+$/.test(key);
}

function StaleNotice() {
  return <StaleBar words={(since) => `${since} から更新されていません　Not updated since ${since}`} />;
}

function Hall({ office }: { office: DisplayView }) {
  return (
    <div class={`hall${freshness.value.state === "stale" ? " is-stale" : ""}`}>
      <div class="bars">
        <RehearsalBar words="練習中　Practice" />
        <StaleNotice />
      </div>
      <main class="now">
        <Now office={office} />
      </main>
      <aside class="recent" aria-label="お呼びした番号">
        <h2>
          お呼びした番号<span lang="en"> Called</span>
        </h2>
        <ol>
          {lastCalls(office.calls).map((call) => (
            <RecentRow key={call.label} call={call} />
          ))}
        </ol>
      </aside>
      <Strip office={office} />
      <div class="unseen" aria-live="assertive">
        {big.value !== null &&
          announcementText(
            big.value.label,
            counterName(big.value.counter, "ja"),
            big.value.announce_count,
          )}
      </div>
    </div>
  );
}

function Now({ office }: { office: DisplayView }) {
  const shown = big.value;
  if (shown === null) {
    // Without a business day, nobody waits: in the evening, before the day, and on holidays.
    const sentence = office.day.day === null ? "closedTitle" : "pleaseWait";
    return (
      <div class="now-idle">
        <p>{residentText("ja")[sentence]}</p>
        <OtherLanguage sentence={sentence} counter={null} />
      </div>
    );
  }
  const arrived =
    office.calls.find((call) => call.label === shown.label)?.state === "arrived" || false;
  return (
    <div class={`now-call${arrived ? " now-arrived" : ""}`} key={pulse.value}>
      <p class="now-label">{shown.label}</p>
      <p class="now-counter">
        <span aria-hidden="true" class="now-arrow">
          ➜
        </span>
        {isNumbered(shown.counter) ? (
          <>
            <span class="now-number">{shown.counter}</span>
            <span class="now-unit">
              <span>番窓口</span>
              <span lang="en">Counter</span>
            </span>
          </>
        ) : (
          <span class="now-unit now-name">
            <span>{counterName(shown.counter, "ja")}</span>
            <span lang="en">{counterName(shown.counter, "en")}</span>
          </span>
        )}
      </p>
      <p class="now-words">{residentText("ja").pleaseCome(counterName(shown.counter, "ja"))}</p>
      <OtherLanguage sentence="pleaseCome" counter={shown.counter} />
    </div>
  );
}

function OtherLanguage(props: {
  sentence: "pleaseCome" | "pleaseWait" | "closedTitle";
  counter: string | null;
}) {
  const language = OTHER_LANGUAGES[turn.value % OTHER_LANGUAGES.length] ?? "en";
  const text = residentText(language);
  const words =
    props.sentence === "pleaseCome"
      ? text.pleaseCome(counterName(props.counter ?? "", language))
      : text[props.sentence];
  return (
    <p class="now-other" lang={langAttribute(language)}>
      <Ruby text={words} />
    </p>
  );
}

function RecentRow({ call }: { call: CallView }) {
  const is_on = call.state === "calling";
  const named = isNumbered(call.counter) ? "" : " recent-named";
  return (
    <li class={`${is_on ? "recent-on" : "recent-over"}${named}`}>
      <span class="recent-label">{call.label}</span>
      <span aria-hidden="true" class="recent-arrow">
        ➜
      </span>
      <span class="unseen">：</span>
      <span class="recent-counter">
        {isNumbered(call.counter) ? call.counter : counterName(call.counter, "ja")}
      </span>
      <span class="recent-state">{is_on ? "呼出中" : ""}</span>
    </li>
  );
}

/** More queues than these stand in two rows, without their names. */
const QUEUES_IN_ONE_ROW = 8;

function Strip({ office }: { office: DisplayView }) {
  const notices = office.notices;
  const notice = notices[turn.value % Math.max(1, notices.length)];
  return (
    <footer class="strip">
      <ul class={office.queues.length > QUEUES_IN_ONE_ROW ? "queues queues-many" : "queues"}>
        {office.queues.map((one) => (
          <QueueCard key={one.queue} queue={one} />
        ))}
      </ul>
      <div class="line">
        <p class="line-notice">{notice === undefined ? "" : pick(notice.text, "ja")}</p>
        {!sound_allowed.value && <p class="line-sound">▲ 音が止まっています（画面に触れると鳴ります）</p>}
        <p class="line-time">
          <span class="unseen">現在時刻 </span>
          {now_ms.value > 0 ? timeText(now_ms.value, zone.value) : ""}
        </p>
      </div>
    </footer>
  );
}

function QueueCard({ queue: one }: { queue: QueueStatus }) {
  return (
    <li class="queue">
      <span class="queue-letter">{one.letter}</span>
      <span class="queue-name">{pick(one.name, "ja")}</span>
      <span class="queue-waiting">
        <b>{one.waiting}</b>人待ち
      </span>
      <span class="queue-wait">
        {one.wait === null ? "わかりません" : `${bandText(one.wait)}分`}
      </span>
    </li>
  );
}

function CounterDisplay({ office, at }: { office: DisplayView; at: string }) {
  const here = office.counters.find((one) => one.counter === at);
  const call = callAt(office.calls, at);
  const stale = freshness.value.state === "stale";
  return (
    <main class={`above${stale ? " is-stale" : ""}`}>
      <StaleNotice />
      <h1 class="above-name">{here === undefined ? `窓口 ${at}` : pick(here.name, "ja")}</h1>
      <div class="above-state" aria-live="assertive">
        {call !== null ? (
          <p
            key={call.announce_count}
            class={call.state === "calling" ? "above-label above-calling" : "above-label"}
          >
            {call.label}
          </p>
        ) : (
          <p class="above-words">{aboveWords(here?.state ?? "closed")}</p>
        )}
      </div>
    </main>
  );
}

function aboveWords(state: "closed" | "open" | "away"): string {
  switch (state) {
    case "open":
      return "番号をお呼びするまで お待ちください";
    case "away":
      return "▬ ただいま席を離れています";
    case "closed":
      return "✕ この窓口は閉じています";
  }
}

function App() {
  const office = view.value;
  if (office === null) {
    return <main class="above"><p class="above-words" role="status">接続しています</p></main>;
  }
  return counter === null ? <Hall office={office} /> : <CounterDisplay office={office} at={counter} />;
}

/** Gives the big place to the next call, or to one that is still on when none waits. */
function advance(): void {
  const next = queue.tick(performance.now());
  if (next !== null) {
    big.value = next;
    pulse.value += 1;
    void announce(next);
    return;
  }
  big.value = queue.current ?? stillCalling();
}

function stillCalling(): Announcement | null {
  const call = view.value?.calls.find((one) => one.state === "calling");
  return call === undefined ? null : call;
}

async function announce(call: Announcement): Promise<void> {
  if (counter === null) {
    await chime();
    await speak(announcementText(call.label, counterName(call.counter, "ja"), call.announce_count));
  }
  queue.voiceDone(call.label);
}

followOffice<DisplayView, DisplayChange>("display", {
  take: (next) => {
    view.value = next;
    queue.adopt(next.calls, officeNow());
    advance();
  },
  change: (changes) => {
    if (view.value === null) return;
    view.value = changes.reduce(foldDisplay, view.value);
    for (const change of changes) {
      if (change.kind === "call") queue.offer(change.call, officeNow());
    }
    advance();
  },
});
prepareSound();
setInterval(advance, 250);
setInterval(() => {
  turn.value += 1;
}, LANGUAGE_MS);

const root = document.getElementById("screen");
if (root !== null) render(<App />, root);

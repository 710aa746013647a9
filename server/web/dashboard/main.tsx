// The dashboard: a sentence first, then waiting against the limit, counters, and today's
// procedures against their targets. Waits age live between events.
//
// Data flow: /ws?role=dashboard → store (view) → page. No calls out.
// Charts are bars with a table twin. Browsers: as every screen (server/web/shared/live.ts).

import { signal } from "@preact/signals";
import { render } from "preact";
import { now_ms, zone } from "../shared/clock";
import { bandText, levelOf, minutes, pick, timeText } from "../shared/format";
import { languageName, staff_language, staffText, switchStaffLanguage } from "../shared/i18n/staff";
import { followOffice, freshness } from "../shared/live";
import { Bar, Mark, RehearsalBar, StaleBar } from "../shared/parts";
import { printSlip } from "../shared/print";
import { printWords } from "../shared/print-words";
import type {
  CounterStatus,
  DashboardChange,
  DashboardView,
  PrinterView,
  ProcedureSummary,
  StaffQueue,
} from "../shared/protocol";
import { doneToday, foldDashboard, longestWaitMs, worstQueue } from "./store";

const view = signal<DashboardView | null>(null);
const as_table = signal(false);

const MINUTE_MS = 60_000;

function span(span_ms: number): string {
  return staffText().minutes(minutes(span_ms));
}

function App() {
  const text = staffText();
  const office = view.value;
  if (office === null) return <main class="connecting"><p role="status">{text.connecting}</p></main>;
  return (
    <div class={freshness.value.state === "stale" ? "page is-stale" : "page"}>
      <RehearsalBar words={text.rehearsal} />
      <StaleBar words={text.stale} />
      <header class="top">
        <p>
          {pick(office.office, staff_language.value)}　{text.dashboard}
        </p>
        <p class="top-time">{now_ms.value > 0 ? timeText(now_ms.value, zone.value) : ""}</p>
        <button onClick={switchStaffLanguage} lang={staff_language.value === "ja" ? "en" : "ja"}>
          {text.otherLanguage}
        </button>
      </header>
      <main>
        <Sentence office={office} />
        <div class="columns">
          <div>
            <Queues office={office} />
          </div>
          <div>
            <Alerts office={office} />
            <Today office={office} />
            <Counters office={office} />
          </div>
        </div>
        <Procedures office={office} />
      </main>
    </div>
  );
}

function Sentence({ office }: { office: DashboardView }) {
  const text = staffText();
  const worst = worstQueue(office, now_ms.value);
  const limit = text.minutes(office.wait_limit_min);
  if (worst === null) {
    const words = office.day.issuing ? text.calmNobody(limit) : closedWords(office);
    return (
      <h1 class="sentence sentence-calm">
        <Mark level="calm">{words}</Mark>
      </h1>
    );
  }
  const longest = span(worst.longest_ms);
  const name = worst.queue.staff_name;
  const words =
    worst.level === "calm"
      ? text.calm(longest, limit)
      : worst.level === "near"
        ? text.nearLimit(name, longest, limit)
        : text.overLimit(name, longest, limit);
  return (
    <h1 class={`sentence sentence-${worst.level}`}>
      <Mark level={worst.level}>{words}</Mark>
    </h1>
  );
}

function closedWords(office: DashboardView): string {
  const text = staffText();
  const next = office.day.next_open;
  return next === null ? text.dayClosed : text.dayClosedUntil(next.replace("T", " "));
}

function Queues({ office }: { office: DashboardView }) {
  const text = staffText();
  return (
    <section class="card" aria-labelledby="queues-title">
      <h2 id="queues-title">{text.waitingByQueue}</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label={text.queue}>
        <table class="queues">
          <thead>
            <tr>
              <th scope="col">{text.queue}</th>
              <th scope="col" class="number">
                {text.waiting}
              </th>
              <th scope="col" colSpan={2}>
                {text.longestWait}
                {text.inBrackets(`${text.limit} ${text.minutes(office.wait_limit_min)}`)}
              </th>
              <th scope="col">{text.estimate}</th>
              <th scope="col" class="number">
                {text.countersOpen}
              </th>
            </tr>
          </thead>
          <tbody>
            {office.queues.map((queue) => (
              <QueueRow key={queue.status.queue} office={office} queue={queue} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function QueueRow({ office, queue }: { office: DashboardView; queue: StaffQueue }) {
  const text = staffText();
  const limit_ms = office.wait_limit_min * MINUTE_MS;
  const longest_ms = longestWaitMs(queue, now_ms.value);
  const level = levelOf(longest_ms, limit_ms);
  const nobody = queue.oldest_since_ms === null;
  return (
    <tr>
      <th scope="row">
        <b class="letter">{queue.status.letter}</b> {queue.staff_name}
      </th>
      <td class="number">
        <b>{queue.status.waiting}</b>
      </td>
      <td class="bar-cell">
        <Bar value={longest_ms} limit={limit_ms} scale={limit_ms * 1.25} level={level} />
      </td>
      <td class="span-cell">{nobody ? "–" : <Mark level={level}>{span(longest_ms)}</Mark>}</td>
      <td class="span-cell">
        {queue.status.wait === null
          ? text.unknown
          : staff_language.value === "ja"
            ? `${bandText(queue.status.wait)}分`
            : `${bandText(queue.status.wait)} min`}
      </td>
      <td class="number">
        {queue.status.counters_open === 0 && queue.status.waiting > 0 ? (
          <Mark level="over">0</Mark>
        ) : (
          queue.status.counters_open
        )}
      </td>
    </tr>
  );
}

function Alerts({ office }: { office: DashboardView }) {
  const text = staffText();
  const names = {
    queue: (key: string) =>
      office.queues.find((queue) => queue.status.queue === key)?.staff_name ?? key,
    counter: (key: string) => {
      const found = office.counters.find((one) => one.counter === key);
      return found === undefined ? key : pick(found.name, staff_language.value);
    },
    language: (tag: string) => languageName(tag),
    kiosk: (key: string) => kioskName(office, key),
    bell: (key: string) => {
      const found = office.bells.find((one) => one.bell === key);
      return found === undefined ? key : pick(found.name, staff_language.value);
    },
  };
  return (
    <section class="card" aria-labelledby="alerts-title">
      <h2 id="alerts-title">{text.alerts}</h2>
      <ul class="alerts" aria-live="polite">
        {office.alerts.length === 0 && (
          <li>
            <Mark level="calm">{text.alertsNone}</Mark>
          </li>
        )}
        {office.alerts.map((alert) => (
          <li
            key={JSON.stringify({ ...alert, since_ms: 0 })}
          >
            <Mark level={alert.level}>
              {text.alert(alert, names, span(now_ms.value - alert.since_ms))}
            </Mark>
          </li>
        ))}
        {office.printers.map((printer) => (
          <PrinterWords key={printer.kiosk} office={office} printer={printer} />
        ))}
      </ul>
    </section>
  );
}

/** What an alert about a printer does not say: who stands in, and how much paper is left. */
function PrinterWords({ office, printer }: { office: DashboardView; printer: PrinterView }) {
  const text = staffText();
  const name = kioskName(office, printer.kiosk);
  const is_low = printer.condition === "paper_low" || printer.condition === "paper_near_end";
  const words =
    printer.stand_in !== null
      ? text.standsIn(name, kioskName(office, printer.stand_in))
      : is_low
        ? printer.slips_left === null
          ? `${name}${text.colon}${text.printer[printer.condition]}`
          : text.slipsLeft(name, printer.slips_left)
        : null;
  if (words === null) return null;
  return (
    <li>
      <Mark level="near">{words}</Mark>
    </li>
  );
}

function kioskName(office: DashboardView, kiosk: string): string {
  const name = office.printers.find((printer) => printer.kiosk === kiosk)?.name;
  return (name === undefined ? "" : pick(name, staff_language.value)) || kiosk;
}

/** What became of the day in figures on paper; `null` when nobody has asked. */
const print_words = signal<string | null>(null);

async function printSummary(office: DashboardView): Promise<void> {
  const text = staffText();
  print_words.value = `${text.sending}…`;
  const printed = await printSlip({ kind: "summary" });
  print_words.value = printWords(printed, (kiosk) => kioskName(office, kiosk)).words;
}

function PrintSummary({ office }: { office: DashboardView }) {
  const text = staffText();
  if (!office.printers.some((printer) => printer.condition !== "none")) return null;
  const asked = print_words.value === `${text.sending}…`;
  return (
    <p class="print">
      <button aria-disabled={asked} onClick={() => void (asked || printSummary(office))}>
        {text.daySummary}
      </button>
      <span role="status">{print_words.value ?? ""}</span>
    </p>
  );
}

function Today({ office }: { office: DashboardView }) {
  const text = staffText();
  const { today, waits } = office;
  const facts: [string, number][] = [
    [text.issued, today.issued],
    [text.waiting, today.waiting],
    [text.atCounters, today.serving],
    [text.onHold, today.on_hold],
    [text.completed, today.completed],
    [text.noShows, today.no_show],
    [text.cancelled, today.cancelled],
    [text.transferred, today.transferred],
    [text.guidance, today.guidance],
  ];
  return (
    <section class="card" aria-labelledby="today-title">
      <h2 id="today-title">{text.today}</h2>
      <dl class="today">
        {facts.map(([name, count]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{count}</dd>
          </div>
        ))}
      </dl>
      <h3>{text.waitsToday}</h3>
      {waits.median_ms === null || waits.p90_ms === null ? (
        <p>{text.waitsNone}</p>
      ) : (
        <p>
          {text.waitsText(waits.count, span(waits.median_ms), span(waits.p90_ms))}
          <br />
          {text.withinLimit} {share(waits.within_count, waits.count)}
        </p>
      )}
      <PrintSummary office={office} />
    </section>
  );
}

function share(part: number, whole: number): string {
  if (whole === 0) return "–";
  return `${Math.floor((100 * part) / whole)}%${staffText().inBrackets(`${part}/${whole}`)}`;
}

function Counters({ office }: { office: DashboardView }) {
  const text = staffText();
  return (
    <section class="card" aria-labelledby="counters-title">
      <h2 id="counters-title">{text.counters}</h2>
      <ul class="counters">
        {office.counters.map((one) => (
          <li key={one.counter} class={`counter counter-${one.state.state}`}>
            <b>{pick(one.name, staff_language.value)}</b>
            <span>{counterWords(one)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function counterWords(one: CounterStatus): string {
  const text = staffText();
  switch (one.state.state) {
    case "closed":
      return `✕ ${text.stateClosed}`;
    case "free":
      return `○ ${text.stateFree}`;
    case "busy":
      return `● ${text.stateBusy}`;
    case "away":
      return `▬ ${text.away[one.state.reason]} ${span(now_ms.value - one.state.since_ms)}`;
  }
}

function Procedures({ office }: { office: DashboardView }) {
  const text = staffText();
  const done = doneToday(office);
  return (
    <section class="card" aria-labelledby="procedures-title">
      <div class="card-head">
        <h2 id="procedures-title">{text.procedures}</h2>
        <button aria-pressed={as_table.value} onClick={() => (as_table.value = !as_table.value)}>
          {as_table.value ? text.asChart : text.asTable}
        </button>
      </div>
      {done.length === 0 && <p>{text.proceduresNone}</p>}
      {done.length > 0 && (as_table.value ? <Table done={done} /> : <Chart done={done} />)}
    </section>
  );
}

function procedureName(one: ProcedureSummary): string {
  const variant = pick(one.variant, staff_language.value);
  const name = pick(one.name, staff_language.value);
  return variant === "" ? name : `${name}${staffText().inBrackets(variant)}`;
}

function Chart({ done }: { done: ProcedureSummary[] }) {
  const text = staffText();
  const scale = done.reduce(
    (most, one) => Math.max(most, one.median_ms ?? 0, (one.target_min ?? 0) * MINUTE_MS * 1.1),
    MINUTE_MS,
  );
  return (
    <ul class="chart">
      {done.map((one) => {
        const target_ms = one.target_min === null ? null : one.target_min * MINUTE_MS;
        const level = levelOf(one.median_ms ?? 0, target_ms);
        return (
          <li key={one.code}>
            <span class="chart-name">
              <b>{one.code}</b> {procedureName(one)}
            </span>
            <span class="chart-count">
              {one.count}
              {staff_language.value === "ja" ? "件" : ""}
            </span>
            <Bar value={one.median_ms ?? 0} limit={target_ms} scale={scale} level={level} />
            <span class="chart-words">
              {one.median_ms === null ? (
                text.unknown
              ) : (
                <Mark level={level}>
                  {text.median} {span(one.median_ms)} / {text.target}{" "}
                  {one.target_min === null ? "–" : text.minutes(one.target_min)}
                </Mark>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Table({ done }: { done: ProcedureSummary[] }) {
  const text = staffText();
  const cell = (value: number | null) => (value === null ? "–" : span(value));
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={text.procedure}>
      <table>
        <thead>
          <tr>
            <th scope="col">{text.code}</th>
            <th scope="col">{text.procedure}</th>
            <th scope="col" class="number">{text.count}</th>
            <th scope="col" class="number">{text.target}</th>
            <th scope="col" class="number">{text.mean}</th>
            <th scope="col" class="number">{text.median}</th>
            <th scope="col" class="number">{text.p90}</th>
            <th scope="col" class="number">{text.withinTarget}</th>
          </tr>
        </thead>
        <tbody>
          {done.map((one) => (
            <tr key={one.code}>
              <th scope="row">{one.code}</th>
              <td>{procedureName(one)}</td>
              <td class="number">{one.count}</td>
              <td class="number">
                {one.target_min === null ? "–" : text.minutes(one.target_min)}
              </td>
              <td class="number">{cell(one.mean_ms)}</td>
              <td class="number">{cell(one.median_ms)}</td>
              <td class="number">{cell(one.p90_ms)}</td>
              <td class="number">{share(one.within_count, one.measured_count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

followOffice<DashboardView, DashboardChange>("dashboard", {
  take: (next) => {
    view.value = next;
  },
  change: (changes) => {
    if (view.value !== null) view.value = changes.reduce(foldDashboard, view.value);
  },
});
document.documentElement.lang = staff_language.value;

const root = document.getElementById("screen");
if (root !== null) render(<App />, root);

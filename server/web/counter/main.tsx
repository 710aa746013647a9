// The counter: one key calls the next person, and the next key is always the largest button.
//
// Data flow: /ws?role=counter → store (view) → screen; press or key → POST /api/v1/… → the answer
// in words; what changed comes back over the socket. The screen keeps no truth: reload at any time.
// Keys are printed on the buttons: Space or Enter is the next step, Z undoes, 1–9 choose in lists.
// Browsers: Chromium from 61 for the script, from 84 for the layout; tested with Debian's.

import { effect } from "@preact/signals";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { now_ms, zone } from "../shared/clock";
import { levelOf, minutes, pick, timeText, timerText } from "../shared/format";
import { refusalText } from "../shared/i18n/refusals";
import { languageName, staff_language, staffText, switchStaffLanguage } from "../shared/i18n/staff";
import { followOffice, freshness } from "../shared/live";
import { Bar, Mark, RehearsalBar, StaleBar } from "../shared/parts";
import type {
  BellView,
  CounterChange,
  CounterStatus,
  CounterView,
  TicketView,
} from "../shared/protocol";
import { actionsOf, keyAction, numberedAction, type Action, type ActionName } from "./actions";
import { Question } from "./dialogs";
import { acceptsNextKey, forgetAnswered, pending, press, pressPrint, report } from "./press";
import { Report } from "./report";
import { counter, here, question, ticket, view } from "./state";
import {
  bellOf,
  doubtfulSlips,
  foldCounter,
  handledMs,
  heldAt,
  heldFor,
  isOutOfSection,
  kioskName,
  lineOf,
  printersOf,
  queueOf,
  transfersOf,
  waitedMs,
} from "./store";

/** Whether number keys press buttons: a keypad beside the screen, for which the address asks. */
const HAS_KEYPAD = new URLSearchParams(location.search).get("keys") === "on";

/** As many rows of the line as fit; the rest is a number. */
const LINE_MAX = 9;

function path(action: string): string {
  return `counters/${here.value}/${action}`;
}

/** Runs an action: sends it, or asks first. */
function run(name: ActionName | "undo"): void {
  const text = staffText();
  switch (name) {
    case "open":
      question.value = { ask: "open" };
      return;
    case "come_back":
      void press(text.comeBack, path("continue"));
      return;
    case "call_next":
      void press(text.callNext, path("call-next"));
      return;
    case "call_label":
      question.value = { ask: "call", label: "" };
      return;
    case "linked":
      question.value = { ask: "linked" };
      return;
    case "start":
      void press(text.start, path("start"));
      return;
    case "recall":
      void press(text.recall, path("recall"));
      return;
    case "mismatch":
      void press(text.mismatch, path("mismatch"));
      return;
    case "absent":
      question.value = { ask: "absent" };
      return;
    case "complete":
      question.value = { ask: "complete" };
      return;
    case "end_service":
      void press(text.endService, path("end-service"));
      return;
    case "hold":
      question.value = { ask: "hold" };
      return;
    case "transfer":
      question.value = { ask: "transfer" };
      return;
    case "undo":
      if (undoLeftMs() > 0) void press(undoWords(), path("undo"));
      return;
  }
}

/** What the undo button says. */
function undoWords(): string {
  const text = staffText();
  const undo = counter.value?.undo ?? null;
  return undo === null ? text.nothingToUndo : text.undo(`${undo.label} ${text.step[undo.step]}`);
}

function undoLeftMs(): number {
  const undo = counter.value?.undo ?? null;
  if (undo === null) return 0;
  // The page's idea of the office's time can lag: never promise more than there is.
  const longest_ms = (view.value?.undo_s ?? 0) * 1_000;
  return Math.max(0, Math.min(longest_ms, undo.until_ms - now_ms.value));
}

function actionWords(name: ActionName): string {
  const text = staffText();
  switch (name) {
    case "open":
      return text.open;
    case "come_back":
      return text.comeBack;
    case "call_next":
      return text.callNext;
    case "call_label":
      return text.callLabel;
    case "linked":
      return text.linked;
    case "start":
      return text.start;
    case "recall":
      return text.recall;
    case "mismatch":
      return text.mismatch;
    case "absent":
      return text.absent;
    case "complete":
      return text.complete;
    case "end_service":
      return text.endService;
    case "hold":
      return text.hold;
    case "transfer":
      return text.transfer;
  }
}

function App() {
  const text = staffText();
  const office = view.value;
  const at = counter.value;
  if (office === null) {
    return (
      <main class="choose">
        <p role="status">{text.connecting}</p>
      </main>
    );
  }
  if (at === null) return <Chooser office={office} />;
  return <Desk office={office} at={at} />;
}

function Chooser({ office }: { office: CounterView }) {
  const text = staffText();
  return (
    <main class="choose">
      <h1>{text.counterChoose}</h1>
      <ul class="counters">
        {office.counters.map((one) => (
          <li key={one.counter}>
            <a class="button" href={`?counter=${encodeURIComponent(one.counter)}`}>
              <b>{pick(one.name, staff_language.value)}</b>
              <small>
                {text.kind[one.kind]}・{counterWords(one)}
              </small>
            </a>
          </li>
        ))}
      </ul>
      <button onClick={switchStaffLanguage}>{text.otherLanguage}</button>
    </main>
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
      return `▬ ${text.stateAway}${text.inBrackets(text.away[one.state.reason])}`;
  }
}

function Desk({ office, at }: { office: CounterView; at: CounterStatus }) {
  const in_hand = ticket.value;
  const line = lineOf(office, at);
  const held = heldFor(office, at);
  const actions = actionsOf(at, in_hand, line.length + held.length);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => takeKey(event, actions);
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });
  return (
    <div class={`desk${freshness.value.state === "stale" ? " is-stale" : ""}`}>
      <div class="bars">
        <RehearsalBar words={staffText().rehearsal} />
        <StaleBar words={staffText().stale} />
      </div>
      <Top office={office} at={at} waiting={line.length} />
      <Line office={office} at={at} line={line} held={held} />
      <InHand office={office} at={at} in_hand={in_hand} />
      <Actions actions={actions} at={at} />
      <Foot office={office} at={at} />
      <Question view={office} counter={at} ticket={in_hand} />
    </div>
  );
}

/** Why the next cannot be called: a press on the greyed button is answered too. */
function sayNobodyWaits(): void {
  report.value = {
    kind: "refused",
    words: refusalText("queue_empty", {}, staff_language.value),
  };
}

/** A key on the main screen; a focused control keeps its own keys. */
function takeKey(event: KeyboardEvent, actions: Action[]): void {
  if (question.value !== null || event.repeat) return;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const focused = document.activeElement;
  const on_control = focused !== null && focused !== document.body;
  if (on_control && (event.key === " " || event.key === "Enter")) return;
  const numbered = HAS_KEYPAD ? numberedAction(event.key, actions) : null;
  // A number that has just answered a question is not a press of a button as well.
  if (numbered !== null && !acceptsNextKey()) return event.preventDefault();
  const name = numbered ?? keyAction(event.key, actions);
  const calls = actions.find((action) => action.name === "call_next");
  const is_space = event.key === " " || event.key === "Enter";
  if (is_space && !acceptsNextKey()) return event.preventDefault();
  if (name === null && is_space && calls?.enabled === false) sayNobodyWaits();
  if (name === null) return;
  event.preventDefault();
  run(name);
}

/** After a press by hand the focus goes back to the page: Space is again the next step. */
/** What a kiosk is called, in the language of the screen. */
function nameOf(office: CounterView): (kiosk: string) => string {
  return (kiosk) => kioskName(office, kiosk, staff_language.value);
}

function pressed(action: () => void): (event: MouseEvent) => void {
  return (event) => {
    if (event.detail > 0 && event.currentTarget instanceof HTMLElement) event.currentTarget.blur();
    action();
  };
}

function Top({ office, at, waiting }: { office: CounterView; at: CounterStatus; waiting: number }) {
  const text = staffText();
  const alert = office.alerts[0];
  const slip_count = doubtfulSlips(office).length;
  return (
    <header class="top">
      <h1>{pick(at.name, staff_language.value)}</h1>
      <p>
        {text.waitingTotal} <b>{text.people(waiting)}</b>
      </p>
      <p class="top-alert" role="status">
        {alert !== undefined && (
          <Mark level={alert.level}>
            {text.alert(
              alert,
              {
                queue: (key) => queueOf(office, key)?.staff_name ?? key,
                counter: (key) => key,
                language: (tag) => languageName(tag),
                kiosk: nameOf(office),
                bell: (key) => pick(bellOf(office, key)?.name ?? { ja: key }, staff_language.value),
              },
              text.minutes(minutes(now_ms.value - alert.since_ms)),
            )}
            {office.alerts.length > 1 ? `　+${office.alerts.length - 1}` : ""}
          </Mark>
        )}
      </p>
      {slip_count > 0 && (
        <button onClick={pressed(() => (question.value = { ask: "paper" }))}>
          ◆ {text.paperCheck(slip_count)}
        </button>
      )}
      <p class="top-time">{now_ms.value > 0 ? timeText(now_ms.value, zone.value) : ""}</p>
      <button onClick={pressed(switchStaffLanguage)} lang={staff_language.value === "ja" ? "en" : "ja"}>
        {text.otherLanguage}
      </button>
    </header>
  );
}

function Line(props: {
  office: CounterView;
  at: CounterStatus;
  line: TicketView[];
  held: TicketView[];
}) {
  const { office, at, line, held } = props;
  const text = staffText();
  const transfers = transfersOf(office, at.counter);
  const room = Math.max(3, LINE_MAX - 2 * (held.length + transfers.length));
  return (
    <section class="line" aria-label={text.line}>
      <h2>{text.line}</h2>
      {line.length === 0 && <p class="quiet">{text.nobodyWaiting}</p>}
      <ol>
        {line.slice(0, room).map((one) => (
          <LineRow key={one.ticket} office={office} at={at} one={one} />
        ))}
      </ol>
      {line.length > room && <p class="quiet">{text.more(line.length - room)}</p>}
      {held.length > 0 && <h2>{text.onHoldHere}</h2>}
      <ol>
        {held.map((one) => (
          <HeldRow key={one.ticket} office={office} at={at} one={one} />
        ))}
      </ol>
      {transfers.length > 0 && <h2>{text.transfers}</h2>}
      <ol>
        {transfers.map((one) => (
          <TransferRow key={one.ticket} office={office} at={at} one={one} />
        ))}
      </ol>
    </section>
  );
}

/** A ticket on hold, here or at another counter: it can be gone on with, or called again. */
function HeldRow({ office, at, one }: { office: CounterView; at: CounterStatus; one: TicketView }) {
  const text = staffText();
  if (one.state.state !== "on_hold") return null;
  const { counter: holder, reason } = one.state;
  const holder_name = office.counters.find((other) => other.counter === holder)?.name;
  const free = at.state.state === "free";
  const go_on = (action: "resume" | "call") =>
    pressed(() => {
      if (free) void press(`${one.label} ${text[action]}`, path(action), { ticket: one.ticket });
    });
  return (
    <li class="held">
      <b>{one.label}</b>
      <span>
        {text.holdReason[reason]} {text.minutes(minutes(now_ms.value - one.since_ms))}
        {holder !== at.counter && (
          <small>
            <br />
            {text.heldBy(pick(holder_name ?? { ja: holder }, staff_language.value))}
          </small>
        )}
      </span>
      <span class="held-buttons">
        <button aria-disabled={!free} onClick={go_on("resume")}>
          {text.resume}
          <span class="unseen"> {one.label}</span>
        </button>
        <button aria-disabled={!free} onClick={go_on("call")}>
          {text.call}
          <span class="unseen"> {one.label}</span>
        </button>
      </span>
    </li>
  );
}

function TransferRow(props: { office: CounterView; at: CounterStatus; one: TicketView }) {
  const { office, at, one } = props;
  const text = staffText();
  const arrived = one.transfer?.arrived ?? false;
  const words = arrived ? text.confirmSeen : text.confirmArrival;
  const step = arrived ? "seen_by_eye" : "arrival";
  return (
    <li class="held">
      <b>{one.label}</b>
      <span>→ {queueOf(office, one.queue)?.staff_name ?? one.queue}</span>
      <button
        onClick={pressed(
          () =>
            void press(`${one.label} ${words}`, `tickets/${one.ticket}/confirm-transfer`, { step }),
        )}
      >
        {words}
      </button>
      {isOutOfSection(office, at, one) && printersOf(office).length > 0 && (
        <button
          class="print"
          onClick={pressed(() => {
            const body = { kind: "transfer", ticket: one.ticket } as const;
            void pressPrint(`${one.label} ${text.transferSlip}`, body, nameOf(office));
          })}
        >
          {text.transferSlip}
        </button>
      )}
    </li>
  );
}

function LineRow(props: { office: CounterView; at: CounterStatus; one: TicketView }) {
  const { office, at, one } = props;
  const text = staffText();
  const waited = waitedMs(one, now_ms.value);
  const level = levelOf(waited, office.wait_limit_min * 60_000);
  const is_next = one.label === at.next;
  const free = at.state.state === "free";
  return (
    <li>
      <button
        class={`ticket-row${is_next ? " is-next" : ""}`}
        aria-disabled={!free}
        onClick={pressed(() => {
          if (free) question.value = { ask: "call", label: one.label };
        })}
      >
        <b>{one.label}</b>
        <span class="row-queue">
          {is_next && <span class="next-chip">{text.next}</span>}
          {one.class.class === "priority" && <span class="chip">{text.priority}</span>}
          {one.class.class === "appointment" && (
            <span class="chip">{text.appointment(timeText(one.class.due_at_ms, zone.value))}</span>
          )}
          {one.language !== "ja" && <span class="chip">{languageName(one.language)}</span>}
          {queueOf(office, one.queue)?.staff_name ?? one.queue}
        </span>
        <Mark level={level}>{text.minutes(minutes(waited))}</Mark>
      </button>
    </li>
  );
}

function InHand(props: { office: CounterView; at: CounterStatus; in_hand: TicketView | null }) {
  const { office, at, in_hand } = props;
  const text = staffText();
  return (
    <main class="hand">
      {in_hand === null ? (
        <div class="hand-nobody">
          <p class="hand-state">{nobodyWords(at)}</p>
          {at.state.state === "free" && at.next !== null && (
            <p class="quiet">
              {text.next}{text.colon}
              <b>{at.next}</b>
            </p>
          )}
        </div>
      ) : (
        <TicketInHand office={office} one={in_hand} />
      )}
      <Report />
    </main>
  );
}

function nobodyWords(at: CounterStatus): string {
  const text = staffText();
  switch (at.state.state) {
    case "closed":
      return `✕ ${text.inHandClosed}`;
    case "away":
      return `▬ ${text.inHandAway}${text.inBrackets(text.away[at.state.reason])}`;
    case "free":
    case "busy":
      return `○ ${text.inHandNobody}`;
  }
}

function TicketInHand({ office, one }: { office: CounterView; one: TicketView }) {
  const text = staffText();
  const handled = handledMs(one, now_ms.value);
  const target_ms = one.target_min === null ? null : one.target_min * 60_000;
  const level = levelOf(handled, target_ms);
  const scale = Math.max(target_ms === null ? 0 : target_ms * 1.5, handled, 60_000);
  const called = one.state.state === "called";
  return (
    <div class={called ? "hand-ticket hand-called" : "hand-ticket"}>
      <p class="hand-state">{stateWords(one)}</p>
      <p class="hand-label" aria-live="polite">
        {one.label}
      </p>
      <p class="hand-queue">
        {queueOf(office, one.queue)?.staff_name ?? one.queue}
        {one.language !== "ja" && <span class="chip">{languageName(one.language)}</span>}
        {one.class.class === "priority" && <span class="chip">{text.priority}</span>}
      </p>
      <p class="hand-timer">
        <span class="hand-time">{timerText(handled)}</span>
        <span>
          {one.target_min === null
            ? text.targetNone
            : `${text.target} ${text.minutes(one.target_min)}`}
        </span>
        {target_ms !== null && <Mark level={level}>{targetWords(handled, target_ms)}</Mark>}
      </p>
      <Bar value={handled} limit={target_ms} scale={scale} level={level} />
      <ul class="facts">
        <li>
          {text.issuedAt} {timeText(one.issued_at_ms, zone.value)}
        </li>
        <li>
          {text.waited} {text.minutes(minutes(one.waited_ms))}
        </li>
        {called && <li>{text.announced(one.announce_count)}</li>}
        {one.return_count > 0 && <li>{text.returned(one.return_count)}</li>}
        {printersOf(office).length > 0 && (
          <li>
            <button
              class="print"
              onClick={pressed(() => {
                const body = { kind: "staff", ticket: one.ticket } as const;
                void pressPrint(`${one.label} ${text.staffSlip}`, body, nameOf(office));
              })}
            >
              {text.staffSlip}
            </button>
          </li>
        )}
      </ul>
    </div>
  );
}

function stateWords(one: TicketView): string {
  const text = staffText();
  if (one.state.state === "called") return `▶ ${text.stateCalled}`;
  if (one.state.state === "serving") {
    return one.state.ended ? `■ ${text.stateEnded}` : `● ${text.stateServing}`;
  }
  return "";
}

function targetWords(handled_ms: number, target_ms: number): string {
  const text = staffText();
  switch (levelOf(handled_ms, target_ms)) {
    case "calm":
      return text.within;
    case "near":
      return text.near(Math.ceil((target_ms - handled_ms) / 60_000));
    case "over":
      return text.over(Math.max(1, minutes(handled_ms - target_ms)));
  }
}

function Actions({ actions, at }: { actions: Action[]; at: CounterStatus }) {
  const text = staffText();
  const left_s = Math.ceil(undoLeftMs() / 1_000);
  const undo = at.undo;
  return (
    <section class="actions" aria-label={actionsLabel()}>
      {actions.map((action, place) => (
        <button
          key={action.name}
          class={place === 0 ? "primary action-main" : "action"}
          aria-disabled={!action.enabled || pending.value !== null}
          aria-keyshortcuts={action.key}
          onClick={pressed(() => {
            if (action.enabled) run(action.name);
            else if (action.name === "call_next") sayNobodyWaits();
          })}
        >
          <span>
            {actionWords(action.name)}
            {action.name === "call_next" && at.next !== null && <b class="action-next">{at.next}</b>}
          </span>
          <kbd>{action.key}</kbd>
        </button>
      ))}
      <button
        class="undo"
        aria-disabled={left_s === 0}
        aria-keyshortcuts="Z"
        onClick={pressed(() => run("undo"))}
      >
        {undo !== null && left_s > 0 ? (
          <>
            <span>
              {undoWords()}
              <small>{text.seconds(left_s)}</small>
            </span>
            <kbd>Z</kbd>
          </>
        ) : (
          <span>{text.nothingToUndo}</span>
        )}
      </button>
    </section>
  );
}

function actionsLabel(): string {
  return staff_language.value === "ja" ? "操作" : "Actions";
}

function Foot({ office, at }: { office: CounterView; at: CounterStatus }) {
  const text = staffText();
  const free = at.state.state === "free";
  return (
    <footer class="foot">
      <div class="foot-state">
        <p>
          {text.counterState}{text.colon}
          <b>{counterWords(at)}</b>
          {at.languages.length > 0 && (
            <small>
              {" "}
              {text.languages} {at.languages.map((tag) => languageName(tag)).join("・")}
            </small>
          )}
        </p>
        <div class="foot-buttons">
          {(["register", "back_office", "break"] as const).map((reason) => (
            <button
              key={reason}
              disabled={!free}
              onClick={pressed(() => void press(text.away[reason], path("pause"), { reason }))}
            >
              ▬ {text.away[reason]}
            </button>
          ))}
          <button
            disabled={!free}
            onClick={pressed(() => {
              if (heldAt(office, at.counter).length > 0) question.value = { ask: "close" };
              else void press(text.closeCounter, path("close"));
            })}
          >
            ✕ {text.closeCounter}
          </button>
        </div>
      </div>
      <div class="foot-bells">
        <p>{text.bells}</p>
        <div class="foot-buttons">
          {office.bells.map((bell) => (
            <Bell key={bell.bell} bell={bell} />
          ))}
        </div>
      </div>
    </footer>
  );
}

function Bell({ bell }: { bell: BellView }) {
  const text = staffText();
  const name = pick(bell.name, staff_language.value);
  const ring = bell.ring;
  const mute = bell.device === "ready" ? "" : ` ✕ ${text.bellMute}`;
  if (ring === null) {
    return (
      <button
        class={mute === "" ? "" : "mute"}
        onClick={pressed(() => (question.value = { ask: "bell", bell: bell.bell }))}
      >
        <span aria-hidden="true">♪ </span>
        {name}
        {mute}
      </button>
    );
  }
  return (
    <button
      class="ringing"
      onClick={pressed(() => void press(`${name} ${text.answer}`, `rings/${ring.ring}/acknowledge`))}
    >
      ◆ {name} {text.ringing(timerText(now_ms.value - ring.rung_at_ms))}
      {mute} → {text.answer}
    </button>
  );
}

function show(next: CounterView): void {
  forgetAnswered(view.value?.bells ?? [], next.bells);
  view.value = next;
}

followOffice<CounterView, CounterChange>("counter", {
  take: show,
  change: (changes) => {
    if (view.value !== null) show(changes.reduce(foldCounter, view.value));
  },
});
// A question about a ticket that has left the counter is no longer a question.
effect(() => {
  const asked = question.value?.ask;
  const about_ticket =
    asked === "absent" || asked === "hold" || asked === "transfer" || asked === "complete";
  if (about_ticket && ticket.value === null) question.value = null;
});
document.documentElement.lang = staff_language.value;

const root = document.getElementById("screen");
if (root !== null) render(<App />, root);

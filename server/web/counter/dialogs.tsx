// The questions a counter answers before a command is sent. Number keys choose, Enter confirms,
// Escape closes: keyboard alone suffices.

import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { zone } from "../shared/clock";
import { pick, timeText } from "../shared/format";
import { languageName, staff_language, staffText } from "../shared/i18n/staff";
import { Dialog, Mark } from "../shared/parts";
import type {
  CounterStatus,
  CounterView,
  HoldReason,
  ProcedureView,
  TicketView,
} from "../shared/protocol";
import { BOUNCE_MS, press, restAfterQuestion } from "./press";
import { Report } from "./report";
import { here, question, view as live } from "./state";
import {
  bellOf,
  canPrint,
  doubtfulSlips,
  heldAlone,
  heldAt,
  kioskName,
  kioskOf,
  printersOf,
  procedureChoice,
  queueOf,
  transferTargets,
} from "./store";

const close = () => {
  question.value = null;
};

/** Sends a command from a dialog and closes it. */
function answer(name: string, path: string, body: object): void {
  close();
  void press(name, path, body);
}

/** Number keys 1–9 run the choice of that place. */
function useNumberKeys(run: (at: number) => void): void {
  const latest = useRef(run);
  latest.current = run;
  // Before the next paint: a key pressed right after the question opens counts.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLInputElement && event.target.type !== "checkbox";
      if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
      const at = Number(event.key) - 1;
      if (Number.isInteger(at) && at >= 0) latest.current(at);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

interface Choice {
  key: string;
  words: string;
  more?: string;
  run: () => void;
}

/** More than these stand in two columns, so that nothing has to be scrolled for. */
const CHOICES_IN_ONE_COLUMN = 6;

function Choices({ choices }: { choices: Choice[] }) {
  // The number key answers at once: an Enter that follows it out of habit must press nothing.
  useNumberKeys((at) => {
    if (choices[at] === undefined) return;
    restAfterQuestion();
    choices[at].run();
  });
  return (
    <div class={choices.length > CHOICES_IN_ONE_COLUMN ? "choices many" : "choices"}>
      {choices.map((choice, at) => (
        <button key={choice.key} type="button" onClick={choice.run}>
          {at < 9 && <kbd>{at + 1}</kbd>}
          <span>
            {choice.words}
            {choice.more !== undefined && <small>{choice.more}</small>}
          </span>
        </button>
      ))}
    </div>
  );
}

function CancelButton() {
  return (
    <button type="button" onClick={close}>
      {staffText().cancel}
      {staffText().inBrackets("Esc")}
    </button>
  );
}

/** The dialog that is open, if any. */
export function Question({ view, counter, ticket }: {
  view: CounterView;
  counter: CounterStatus;
  ticket: TicketView | null;
}) {
  const asked = question.value;
  if (asked === null) return null;
  switch (asked.ask) {
    case "open":
      return <OpenDialog view={view} counter={counter} />;
    case "call":
      return <CallDialog label={asked.label} />;
    case "linked":
      return <LinkedDialog view={view} />;
    case "bell":
      return <BellDialog view={view} bell={asked.bell} />;
    case "paper":
      return <PaperDialog view={view} />;
    case "close":
      return <CloseDialog view={view} counter={counter} />;
    case "absent":
      return ticket && <AbsentDialog ticket={ticket} />;
    case "hold":
      return ticket && <HoldDialog ticket={ticket} />;
    case "transfer":
      return ticket && <TransferDialog view={view} ticket={ticket} />;
    case "complete":
      return ticket && <CompleteDialog view={view} ticket={ticket} />;
  }
}

const LANGUAGES_KEPT = "yobidashi.counter_languages";

function OpenDialog({ view, counter }: { view: CounterView; counter: CounterStatus }) {
  const text = staffText();
  const kept = (localStorage.getItem(LANGUAGES_KEPT) ?? "").split(",");
  const offered = view.languages.filter((tag) => tag !== "ja" && tag !== "ja-easy");
  const [chosen, setChosen] = useState(offered.filter((tag) => kept.includes(tag)));
  const toggle = (tag: string) =>
    setChosen(chosen.includes(tag) ? chosen.filter((one) => one !== tag) : [...chosen, tag]);
  useNumberKeys((at) => {
    const tag = offered[at];
    if (tag !== undefined) toggle(tag);
  });
  const open = (event: Event) => {
    event.preventDefault();
    localStorage.setItem(LANGUAGES_KEPT, chosen.join(","));
    answer(text.open, `counters/${counter.counter}/open`, { languages: chosen });
  };
  return (
    <Dialog title={`${pick(counter.name, staff_language.value)}　${text.openTitle}`} onClose={close}>
      <form onSubmit={open}>
        <fieldset>
          <legend>{text.openLanguages}</legend>
          <div class="languages">
            {offered.map((tag, at) => (
              <label key={tag} class="check">
                <input type="checkbox" checked={chosen.includes(tag)} onChange={() => toggle(tag)} />
                <kbd>{at + 1}</kbd>
                <span>{languageName(tag)}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <div class="dialog-foot">
          <CancelButton />
          <button class="primary" type="submit" autoFocus>
            {text.openNow}
            {text.inBrackets("Enter")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function CallDialog({ label }: { label: string }) {
  const text = staffText();
  const [typed, setTyped] = useState(label);
  const call = (event: Event) => {
    event.preventDefault();
    const wanted = typed.normalize("NFKC").replace(/\s/g, "").toUpperCase();
    if (wanted === "") return;
    answer(`${wanted} ${text.call}`, `counters/${here.value}/call`, { label: wanted });
  };
  return (
    <Dialog title={text.callTitle} onClose={close}>
      <form onSubmit={call}>
        <label class="field">
          {text.callField}
          <input
            type="text"
            value={typed}
            autoFocus
            autocomplete="off"
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <div class="dialog-foot">
          <CancelButton />
          <button class="primary" type="submit">
            {text.call}
            {text.inBrackets("Enter")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function AbsentDialog({ ticket }: { ticket: TicketView }) {
  const text = staffText();
  const at = `counters/${here.value}`;
  return (
    <Dialog title={text.absentTitle(ticket.label)} onClose={close}>
      <Choices
        choices={[
          {
            key: "back",
            words: text.returnBack,
            more: text.returnBackText,
            run: () => answer(text.returnBack, `${at}/return`, { place: "back" }),
          },
          {
            key: "keep",
            words: text.returnKeep,
            more: text.returnKeepText,
            run: () => answer(text.returnKeep, `${at}/return`, { place: "keep" }),
          },
          {
            key: "no_show",
            words: text.noShow,
            more: text.noShowText,
            run: () => answer(text.noShow, `${at}/no-show`, {}),
          },
        ]}
      />
      <div class="dialog-foot">
        <CancelButton />
      </div>
    </Dialog>
  );
}

const HOLD_REASONS: readonly HoldReason[] = [
  "filling_form",
  "fetching_document",
  "examination",
  "other_section",
  "pause",
];

function HoldDialog({ ticket }: { ticket: TicketView }) {
  const text = staffText();
  return (
    <Dialog title={text.holdTitle(ticket.label)} onClose={close}>
      <Choices
        choices={HOLD_REASONS.map((reason) => ({
          key: reason,
          words: text.holdReason[reason],
          run: () => answer(text.hold, `counters/${here.value}/hold`, { reason }),
        }))}
      />
      <div class="dialog-foot">
        <CancelButton />
      </div>
    </Dialog>
  );
}

function TransferDialog({ view, ticket }: { view: CounterView; ticket: TicketView }) {
  const text = staffText();
  const targets = transferTargets(view, ticket);
  return (
    <Dialog title={text.transferTitle(ticket.label)} class="wide" onClose={close}>
      <p class="explain">{text.transferText}</p>
      {targets.length === 0 && <p>{text.transferNone}</p>}
      <Choices
        choices={targets.map((queue) => ({
          key: queue.status.queue,
          words: `${queue.status.letter}　${queue.staff_name}`,
          more: [
            `${text.waitingTotal} ${text.people(queue.status.waiting)}`,
            `${text.countersOpen} ${queue.status.counters_open}`,
          ].join("・"),
          run: () =>
            answer(text.transfer, `counters/${here.value}/transfer`, { to: queue.status.queue }),
        }))}
      />
      <div class="dialog-foot">
        <CancelButton />
      </div>
    </Dialog>
  );
}

const filter = signal("");

function CompleteDialog({ view, ticket }: { view: CounterView; ticket: TicketView }) {
  const text = staffText();
  const language = staff_language.value;
  const [chosen, setChosen] = useState<string[]>([]);
  const { suggested, others } = procedureChoice(view, ticket);
  const wanted = filter.value.normalize("NFKC").trim();
  const matches = (one: ProcedureView) =>
    wanted === "" ||
    one.code.startsWith(wanted) ||
    pick(one.name, language).includes(wanted) ||
    pick(one.variant, language).includes(wanted);
  const toggle = (code: string) =>
    setChosen(chosen.includes(code) ? chosen.filter((one) => one !== code) : [...chosen, code]);
  useEffect(() => {
    filter.value = "";
  }, []);
  useNumberKeys((at) => {
    const one = suggested[at];
    if (one !== undefined) toggle(one.code);
  });
  // Where the catalogue has no sheet for the queue, the office completes without one.
  const has_sheets = suggested.length > 0;
  const complete = (event: Event) => {
    event.preventDefault();
    if (chosen.length === 0 && has_sheets) return;
    answer(text.complete, `counters/${here.value}/complete`, { procedures: chosen });
  };
  const row = (one: ProcedureView, number: number | null) => (
    <label key={one.code} class="check procedure">
      <input type="checkbox" checked={chosen.includes(one.code)} onChange={() => toggle(one.code)} />
      {number !== null && number <= 9 && <kbd>{number}</kbd>}
      <span class="procedure-name">
        <b>{one.code}</b> {pick(one.name, language)}
        <small>
          {pick(one.variant, language)}
          {one.accompanies ? text.inBrackets(text.accompanies) : ""}
        </small>
      </span>
      <span class="procedure-target">
        {one.target_min === null ? "–" : text.minutes(one.target_min)}
      </span>
    </label>
  );
  return (
    <Dialog title={text.completeTitle(ticket.label)} class="wide" onClose={close}>
      <form onSubmit={complete}>
        <div class="procedures">
          <fieldset>
            <legend>{text.completeSuggested}</legend>
            {suggested.map((one, at) => row(one, at + 1))}
          </fieldset>
          <fieldset>
            <legend>{text.completeOthers}</legend>
            <label class="field">
              <span class="unseen">{text.completeFilter}</span>
              <input
                type="search"
                placeholder={text.completeFilter}
                value={filter.value}
                onInput={(event) => (filter.value = event.currentTarget.value)}
              />
            </label>
            {others.filter(matches).map((one) => row(one, null))}
          </fieldset>
        </div>
        <div class="dialog-foot">
          <CancelButton />
          <button class="primary" type="submit" aria-disabled={chosen.length === 0 && has_sheets}>
            {chosen.length === 0
              ? has_sheets
                ? text.completeNone
                : text.completeWithout + text.inBrackets("Enter")
              : text.completeChosen(chosen.length) + text.inBrackets("Enter")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function LinkedDialog({ view }: { view: CounterView }) {
  const text = staffText();
  const mine = view.counters.find((one) => one.counter === here.value)?.queues ?? [];
  const [section, setSection] = useState("");
  const [label, setLabel] = useState("");
  const [queue, setQueue] = useState(mine[0] ?? view.queues[0]?.status.queue ?? "");
  const take = (event: Event) => {
    event.preventDefault();
    const held = label.normalize("NFKC").replace(/\s/g, "").toUpperCase();
    if (section.trim() === "" || held === "") return;
    answer(text.linked, "tickets/linked", { section: section.trim(), label: held, queue });
  };
  return (
    <Dialog title={text.linkedTitle} onClose={close}>
      <form onSubmit={take}>
        <p class="explain">{text.linkedText}</p>
        <label class="field">
          {text.linkedSection}
          <input
            type="text"
            value={section}
            autoFocus
            autocomplete="off"
            onInput={(event) => setSection(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          {text.linkedLabel}
          <input
            type="text"
            value={label}
            autocomplete="off"
            onInput={(event) => setLabel(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          {text.linkedQueue}
          <select value={queue} onChange={(event) => setQueue(event.currentTarget.value)}>
            {view.queues.map((one) => (
              <option key={one.status.queue} value={one.status.queue}>
                {one.status.letter}　{queueOf(view, one.status.queue)?.staff_name}
              </option>
            ))}
          </select>
        </label>
        <div class="dialog-foot">
          <CancelButton />
          <button class="primary" type="submit">
            {text.linkedTake}
            {text.inBrackets("Enter")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function BellDialog({ view, bell: key }: { view: CounterView; bell: string }) {
  const text = staffText();
  const language = staff_language.value;
  const bell = bellOf(view, key);
  if (bell === undefined) return null;
  const ring = (reason: string) => {
    close();
    // What the device says when the ring has been answered counts: it may have come or gone.
    const warning = () => {
      const device = live.value === null ? undefined : bellOf(live.value, key)?.device;
      return device === "ready" ? null : { words: text.bellUnheard, bell: key };
    };
    void press(pick(bell.name, language), `bells/${key}/ring`, { reason }, warning);
  };
  return (
    <Dialog title={text.bellTitle(pick(bell.name, language))} onClose={close}>
      {bell.device !== "ready" && (
        <p class="explain">
          <Mark level={bell.device === "none" ? "near" : "over"}>
            {text.bellMuteText[bell.device]}
          </Mark>
        </p>
      )}
      <Choices
        choices={bell.reasons.map((one) => ({
          key: one.reason,
          words: pick(one.name, language),
          run: () => ring(one.reason),
        }))}
      />
      <div class="dialog-foot">
        <CancelButton />
      </div>
    </Dialog>
  );
}

/** Tickets whose paper nobody can vouch for: staff say what became of each. */
function PaperDialog({ view }: { view: CounterView }) {
  const text = staffText();
  const slips = doubtfulSlips(view);
  return (
    <Dialog title={text.paperTitle} class="wide" onClose={close}>
      <p class="explain">{slips.length === 0 ? text.paperNone : text.paperText}</p>
      <ul class="slips">
        {slips.map((one) => (
          <SlipRow key={one.ticket} view={view} one={one} />
        ))}
      </ul>
      <Report />
      <div class="dialog-foot">
        <button type="button" onClick={close}>
          {text.close}
          {text.inBrackets("Esc")}
        </button>
      </div>
    </Dialog>
  );
}

function SlipRow({ view, one }: { view: CounterView; one: TicketView }) {
  const text = staffText();
  // When the first of the two presses that cancel came: a bouncing key is not a second one.
  const [asked_at_ms, setAskedAt] = useState<number | null>(null);
  const settle = (words: string, action: string, body: object = {}) =>
    void press(`${one.label} ${words}`, `tickets/${one.ticket}/${action}`, body);
  const kiosk = kioskOf(view, one);
  const known = one.paper === "failed" ? text.paperFailed : text.paperUnknown;
  const at_counter = one.state.state === "called" || one.state.state === "serving";
  return (
    <li>
      <b>{one.label}</b>
      <span>
        {known}{" "}
        <small>
          {queueOf(view, one.queue)?.staff_name ?? one.queue} {text.issuedAt}{" "}
          {timeText(one.issued_at_ms, zone.value)} {kiosk !== null && kioskName(view, kiosk, staff_language.value)}
        </small>
      </span>
      <span class="slip-buttons" role="group" aria-label={one.label}>
        <button
          type="button"
          onClick={() => settle(text.paperPrinted, "paper", { paper: "printed" })}
        >
          {text.paperPrinted}
        </button>
        {printersOf(view).length < 2 ? (
          <button type="button" onClick={() => settle(text.paperReprint, "reprint")}>
            {text.paperReprint}
          </button>
        ) : (
          printersOf(view).map((choice) => {
            const { kiosk: printer, name, condition } = choice;
            const words = text.paperReprintAt(pick(name, staff_language.value) || printer);
            return (
              <button
                key={printer}
                type="button"
                disabled={!canPrint(choice)}
                onClick={() => settle(words, "reprint", { printer })}
              >
                {canPrint(choice) ? words : `${words}${text.colon}${text.printer[condition]}`}
              </button>
            );
          })
        )}
        {!at_counter && (
          <button
            type="button"
            onClick={() => {
              const pressed_at_ms = performance.now();
              if (asked_at_ms === null) setAskedAt(pressed_at_ms);
              else if (pressed_at_ms - asked_at_ms >= BOUNCE_MS) {
                settle(text.paperCancel, "cancel", { reason: "no_paper" });
              }
            }}
          >
            {asked_at_ms === null ? text.paperCancel : `◆ ${text.paperCancelSure}`}
          </button>
        )}
      </span>
    </li>
  );
}

/** Asked before a counter closes that has people on hold. */
function CloseDialog({ view, counter }: { view: CounterView; counter: CounterStatus }) {
  const text = staffText();
  const labels = (tickets: TicketView[]) => tickets.map((one) => one.label).join(", ");
  const alone = heldAlone(view, counter.counter);
  const shared = heldAt(view, counter.counter).filter((one) => !alone.includes(one));
  return (
    <Dialog title={text.closeHeldTitle} onClose={close}>
      {shared.length > 0 && <p class="explain">{text.closeHeldText(labels(shared))}</p>}
      {alone.length > 0 && (
        <p class="explain">
          <Mark level="over">{text.closeHeldAlone(labels(alone))}</Mark>
        </p>
      )}
      <div class="dialog-foot">
        <CancelButton />
        <button
          type="button"
          class="primary"
          onClick={() => answer(text.closeCounter, `counters/${here.value}/close`, {})}
        >
          {text.closeAnyway}
        </button>
      </div>
    </Dialog>
  );
}

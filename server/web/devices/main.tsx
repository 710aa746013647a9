// The devices: how each printer, bell, panel and input is, what went over its line last, and what
// a technician can try. Found devices come with the lines for the office file.
//
// Data flow: GET /api/v1/devices each second → rows; GET /api/v1/devices/{device} for the one
// chosen; presses → POST. Time and trust come from the live connection, as on every screen.
// Rows keep their places whatever happens to a device: nothing moves under a finger.

import { signal } from "@preact/signals";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { now_ms, zone } from "../shared/clock";
import { send } from "../shared/command";
import { pick, minutes, timeText } from "../shared/format";
import { refusalText } from "../shared/i18n/refusals";
import { staff_language, staffText, switchStaffLanguage } from "../shared/i18n/staff";
import { followOffice, freshness } from "../shared/live";
import { Mark, RehearsalBar, StaleBar } from "../shared/parts";
import type {
  DashboardChange,
  DashboardView,
  DeviceAction,
  DeviceDetail,
  DeviceView,
  FoundDevice,
} from "../shared/protocol";
import { Detail } from "./detail";
import { Found } from "./found";
import { inputRefusedText, meaningText } from "./meanings";
import { agoParts, illCount, isIll, levelOfState, shortHex } from "./store";
import { deviceText } from "./words";

/** The server is asked this often. */
const POLL_MS = 1_000;
/** What is plugged in is looked at this often: somebody is plugging it in. */
const FOUND_POLL_MS = 3_000;
/** A press counts again this long after an answer: a bouncing finger presses once. */
const BOUNCE_MS = 400;

const devices = signal<DeviceView[] | null>(null);
const chosen = signal<string | null>(null);
const detail = signal<DeviceDetail | null>(null);
const found = signal<FoundDevice[] | null>(null);
/** What became of the last press, and on which device. */
const said = signal<{ device: string; words: string; level: "calm" | "over" } | null>(null);
const pending = signal(false);
let quiet_until_ms = 0;

async function ask<T>(path: string): Promise<T | null> {
  try {
    const response = await fetch(`/api/v1/${path}`);
    return response.ok ? ((await response.json()) as T) : null;
  } catch {
    return null;
  }
}

async function refresh(): Promise<void> {
  const list = await ask<DeviceView[]>("devices");
  if (list !== null) devices.value = list;
  const which = chosen.value;
  if (which === null) return;
  const one = await ask<DeviceDetail>(`devices/${encodeURIComponent(which)}`);
  if (chosen.value === which && one !== null) detail.value = one;
}

async function search(): Promise<void> {
  const list = await ask<FoundDevice[]>("found-devices");
  if (list !== null) found.value = list;
}

/** Sends one press and says at the device what became of it. */
export async function press(device: string, name: string, path: string, body: object = {}) {
  if (pending.value || performance.now() < quiet_until_ms) return;
  pending.value = true;
  said.value = null;
  const outcome = await send(path, body);
  pending.value = false;
  quiet_until_ms = performance.now() + BOUNCE_MS;
  const text = staffText();
  const words =
    outcome.outcome === "done"
      ? deviceText().begun
      : outcome.outcome === "refused"
        ? refusalText(outcome.code, outcome.detail, staff_language.value)
        : text.unknownOutcome;
  const level = outcome.outcome === "done" ? "calm" : "over";
  said.value = { device, words: `${name}${text.colon}${words}`, level };
  await refresh();
}

function choose(device: string | null): void {
  chosen.value = device;
  detail.value = null;
  void refresh();
}

function App() {
  const text = deviceText();
  const list = devices.value;
  useEffect(() => {
    document.documentElement.lang = staff_language.value;
    document.title = text.title;
  }, [staff_language.value]);
  return (
    <div class={freshness.value.state === "stale" ? "page is-stale" : "page"}>
      <RehearsalBar words={staffText().rehearsal} />
      <StaleBar words={staffText().stale} />
      <header class="top">
        <h1>{text.title}</h1>
        {(list ?? []).some((device) => device.is_twin) && (
          <a class="button" href="twins">
            {text.twins}
          </a>
        )}
        <p class="top-time">{now_ms.value > 0 ? timeText(now_ms.value, zone.value) : ""}</p>
        <button onClick={switchStaffLanguage} lang={staff_language.value === "ja" ? "en" : "ja"}>
          {staffText().otherLanguage}
        </button>
      </header>
      {list === null ? (
        <p class="connecting" role="status">
          {staffText().connecting}
        </p>
      ) : (
        <main>
          <Sentence list={list} />
          <div class="columns">
            <Rows list={list} />
            {chosen.value !== null && (
              <Detail
                device={detail.value}
                colon={staffText().colon}
                said={said.value?.device === chosen.value ? said.value : null}
                onClose={() => choose(null)}
                onPress={press}
              />
            )}
          </div>
          <Found found={found.value} />
        </main>
      )}
    </div>
  );
}

function Sentence({ list }: { list: DeviceView[] }) {
  const text = deviceText();
  const ill = illCount(list);
  const words =
    list.length === 0 ? text.none : ill === 0 ? text.allWell(list.length) : text.someIll(ill, list.length);
  const level = ill === 0 ? "calm" : "over";
  return (
    <p class={`sentence sentence-${level}`} role="status">
      <Mark level={level}>{words}</Mark>
    </p>
  );
}

function Rows({ list }: { list: DeviceView[] }) {
  return (
    <ul class="devices">
      {list.map((device) => (
        <Row key={device.device} device={device} />
      ))}
    </ul>
  );
}

function Row({ device }: { device: DeviceView }) {
  const text = deviceText();
  const level = levelOfState(device.state);
  const name = pick(device.name, staff_language.value);
  const is_chosen = chosen.value === device.device;
  const words = said.value?.device === device.device ? said.value : null;
  return (
    <li class={`device device-${level}${is_chosen ? " is-chosen" : ""}`} data-device={device.device}>
      <h2>
        <small>{text.kinds[device.kind]}</small> {name === "" ? device.owner : name}
        {device.is_twin && <small class="tag">{text.twin}</small>}
      </h2>
      <p class="state">
        <Mark level={level}>{text.states[device.state]}</Mark>
        {device.also.map((state) => (
          <Mark key={state} level={levelOfState(state)}>
            {text.states[state]}
          </Mark>
        ))}
        {level === "calm" && isIll(device) && <Mark level="over">{text.slips}</Mark>}
      </p>
      <p class="facts">{factsOf(device).join("　")}</p>
      <p class="exchange">
        <Exchange device={device} />
      </p>
      <p class="said" role="status">
        {words !== null && <Mark level={words.level}>{words.words}</Mark>}
      </p>
      <p class="buttons">
        {device.actions.includes("test") && (
          <button
            disabled={pending.value}
            onClick={() => void act(device, "test", text.test[device.kind])}
          >
            {text.test[device.kind]}
          </button>
        )}
        <button aria-expanded={is_chosen} onClick={() => choose(is_chosen ? null : device.device)}>
          {is_chosen ? text.less : text.more}
        </button>
      </p>
    </li>
  );
}

function act(device: DeviceView, action: DeviceAction, name: string): Promise<void> {
  const verbs: { [action in DeviceAction]: string } = {
    test: "test",
    new_roll: "new-roll",
    withdraw: "withdraw",
  };
  return press(device.device, name, `devices/${device.device}/${verbs[action]}`);
}

function factsOf(device: DeviceView): string[] {
  const text = deviceText();
  const facts: string[] = [];
  if (now_ms.value > 0) {
    const span = staffText().minutes(minutes(now_ms.value - device.since_ms));
    facts.push(text.since(timeText(device.since_ms, zone.value), span));
  }
  if (device.kind === "panel") {
    facts.push(device.shows === null || device.shows === "" ? text.showsNothing : text.shows(device.shows));
  }
  if (device.queue_count > 0) facts.push(text.waiting(device.queue_count));
  if (device.paper !== null) {
    facts.push(text.paperLeft(device.paper.slip_count, device.paper.percent));
  }
  if (device.noise_count > 0) facts.push(text.noise(device.noise_count));
  const input = device.inputs[0];
  if (input !== undefined) {
    const result = input.refusal === null ? (input.label ?? text.accepted) : inputRefusedText(input);
    facts.push([input.input, input.action, result].filter((part) => part !== "").join(" → "));
  }
  return facts;
}

function Exchange({ device }: { device: DeviceView }) {
  const text = deviceText();
  const last = device.last;
  if (last === null) return <>{text.exchangeNone}</>;
  const { count, unit } = agoParts(last.ago_ms);
  return (
    <>
      <b>{text.directions[last.direction]}</b> <code>{shortHex(last.hex, last.byte_count)}</code>{" "}
      <span>{meaningText(last.meaning)}</span> <span class="quiet">{text.ago(count, unit)}</span>
    </>
  );
}

followOffice<DashboardView, DashboardChange>("dashboard", {
  take: () => void refresh(),
  change: () => undefined,
});
void refresh();
void search();
setInterval(() => void refresh(), POLL_MS);
setInterval(() => void search(), FOUND_POLL_MS);

const root = document.getElementById("screen");
if (root !== null) render(<App />, root);

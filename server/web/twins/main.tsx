// The virtual devices: what each does now, what it did not understand, and everything that happens
// to real ones, done with a press. Below, the paper that has come out, as pictures and as text.
//
// Data flow: GET /demo/twins and /demo/slips each second; presses → POST /demo/twins/{device}.
// Only an office with `virtual:` addresses serves these. The live connection only tells whether
// this is a rehearsal.

import { signal } from "@preact/signals";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { timeText } from "../shared/format";
import { staff_language, staffText, switchStaffLanguage } from "../shared/i18n/staff";
import { followOffice } from "../shared/live";
import { Mark, RehearsalBar } from "../shared/parts";
import type { DashboardChange, DashboardView } from "../shared/protocol";
import { twinText } from "./words";

/** A twin, as GET /demo/twins lists it; what `state` holds depends on its kind. */
interface Twin {
  device: string;
  kind: "printer" | "bell" | "panel" | "buttons" | "scanner";
  state: { [name: string]: unknown };
  errors: string[];
}

/** One slip, as GET /demo/slips lists it; numbers count per kiosk. */
interface Slip {
  n: number;
  kiosk: string;
  at_ms: number;
  text: string;
  svg_url: string;
}

const POLL_MS = 1_000;
/** As many slips as the page shows. */
const SLIPS_MAX = 12;
/** As many errors as a device shows. */
const ERRORS_MAX = 5;
const SPEEDS_MM_PER_S = [50, 150, 300] as const;

const twins = signal<Twin[] | null>(null);
const slips = signal<Slip[]>([]);
const failed = signal(false);
const scanned = signal("YB1-");

async function refresh(): Promise<void> {
  try {
    const answers = await Promise.all([fetch("/demo/twins"), fetch("/demo/slips")]);
    if (answers.some((answer) => !answer.ok && answer.status !== 404)) throw new Error();
    const [list, paper] = answers;
    twins.value = list?.ok === true ? ((await list.json()) as Twin[]) : [];
    const all = paper?.ok === true ? ((await paper.json()) as Slip[]) : [];
    slips.value = [...all].sort((a, b) => b.at_ms - a.at_ms || b.n - a.n);
    failed.value = false;
  } catch {
    failed.value = true;
  }
}

async function control(device: string, change: object): Promise<void> {
  await fetch(`/demo/twins/${encodeURIComponent(device)}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(change),
  }).catch(() => undefined);
  await refresh();
}

/** A switch of a device: the state it reads, and the order that turns it. */
interface Switch {
  name: string;
  /** Whether being on is the sound state. */
  well: boolean;
  order: (on: boolean) => object;
}

const CABLE: Switch = { name: "plugged", well: true, order: (on) => ({ do: "cable", plugged: on }) };
const POWER: Switch = { name: "powered", well: true, order: (on) => ({ do: "power", on }) };
const SILENCE: Switch = {
  name: "silent",
  well: false,
  order: (on) => ({ do: "silence", silent: on }),
};
const SWITCHES: { [kind in Twin["kind"]]: Switch[] } = {
  printer: [
    { name: "cover_open", well: false, order: (on) => ({ do: "cover", open: on }) },
    { name: "cutter_jam", well: false, order: (on) => ({ do: "cutter", jam: on }) },
    { name: "head_hot", well: false, order: (on) => ({ do: "head", hot: on }) },
    { name: "offline", well: false, order: (on) => ({ do: "offline", offline: on }) },
    SILENCE,
    CABLE,
    POWER,
  ],
  bell: [
    { name: "refusing", well: false, order: (on) => ({ do: "refuse", refusing: on }) },
    SILENCE,
    CABLE,
    POWER,
  ],
  panel: [SILENCE, CABLE, POWER],
  buttons: [CABLE],
  scanner: [CABLE],
};

function App() {
  const text = twinText();
  const list = twins.value;
  useEffect(() => {
    document.documentElement.lang = staff_language.value;
    document.title = text.title;
  }, [staff_language.value]);
  return (
    <>
      <RehearsalBar words={staffText().rehearsal} />
      <main>
        <header class="top">
          <h1>{text.title}</h1>
          <a class="button" href="devices">
            {staff_language.value === "ja" ? "機器の様子" : "Devices"}
          </a>
          <button onClick={switchStaffLanguage} lang={staff_language.value === "ja" ? "en" : "ja"}>
            {staffText().otherLanguage}
          </button>
        </header>
        <p role="status">
          {failed.value ? <Mark level="over">{text.failed}</Mark> : text.lead}
        </p>
        {list !== null && list.length === 0 && <p>{text.none}</p>}
        <ul class="twins">
          {(list ?? []).map((twin) => (
            <TwinCard key={twin.device} twin={twin} />
          ))}
        </ul>
        <Paper />
      </main>
    </>
  );
}

function TwinCard({ twin }: { twin: Twin }) {
  const text = twinText();
  const errors = twin.errors.slice(-ERRORS_MAX);
  return (
    <li class="twin" data-twin={twin.device}>
      <h2>
        <small>{text.kinds[twin.kind]}</small> {twin.device}
      </h2>
      <Face twin={twin} />
      <div class="switches">
        {SWITCHES[twin.kind].map((one) => (
          <Turn key={one.name} twin={twin} one={one} />
        ))}
        {(twin.kind === "printer" || twin.kind === "bell" || twin.kind === "panel") && (
          <button onClick={() => void control(twin.device, { do: "noise", bytes: [85, 170, 0] })}>
            {text.deeds["noise"]}
          </button>
        )}
        {twin.kind === "printer" && (
          <button
            onClick={() => void control(twin.device, { do: "drop_process_ids", count: 1 })}
          >
            {text.deeds["drop"]}
          </button>
        )}
      </div>
      <p class="errors">
        {errors.length === 0 ? (
          <span class="quiet">{text.errorsNone}</span>
        ) : (
          <>
            <Mark level="over">{`${text.errors} ${twin.errors.length}`}</Mark>{" "}
            <code>{errors.join(" / ")}</code>
          </>
        )}
      </p>
    </li>
  );
}

/** One switch: what is so, as word and shape, and a press that turns it. */
function Turn({ twin, one }: { twin: Twin; one: Switch }) {
  const words = twinText().switches[one.name];
  const on = twin.state[one.name] === true;
  if (words === undefined || !(one.name in twin.state)) return null;
  return (
    <button
      aria-pressed={on}
      data-switch={one.name}
      onClick={() => void control(twin.device, one.order(!on))}
    >
      <Mark level={on === one.well ? "calm" : "over"}>{on ? words.on : words.off}</Mark>
      <small>{on ? words.turnOff : words.turnOn}</small>
    </button>
  );
}

/** What a device shows of itself, and what only its kind can do. */
function Face({ twin }: { twin: Twin }) {
  const text = twinText();
  switch (twin.kind) {
    case "printer":
      return <PrinterFace twin={twin} />;
    case "bell":
      return (
        <p class="face" data-face>
          {twin.state["ringing"] === true ? (
            <b class="rings">♪ {text.ringing}</b>
          ) : (
            <span class="quiet">{text.quiet}</span>
          )}
        </p>
      );
    case "panel": {
      const shows = String(twin.state["shows"] ?? "");
      return (
        <p class="face">
          {text.shows}{" "}
          <b class="panel" data-face>
            {shows === "" ? text.showsNothing : shows}
          </b>
        </p>
      );
    }
    case "buttons":
      return <ButtonsFace twin={twin} />;
    case "scanner":
      return <ScannerFace twin={twin} />;
  }
}

function PrinterFace({ twin }: { twin: Twin }) {
  const text = twinText();
  const { device, state } = twin;
  return (
    <div class="switches">
      {["ok", "near_end", "end"].map((supply) => (
        <button
          key={supply}
          aria-pressed={state["paper"] === supply}
          onClick={() => void control(device, { do: "paper", supply })}
        >
          {text.supplies[supply]}
        </button>
      ))}
      {SPEEDS_MM_PER_S.map((speed) => (
        <button
          key={speed}
          aria-pressed={state["speed_mm_per_s"] === speed}
          onClick={() => void control(device, { do: "speed", mm_per_s: speed })}
        >
          {text.speed} {speed} mm/s
        </button>
      ))}
    </div>
  );
}

function ButtonsFace({ twin }: { twin: Twin }) {
  const text = twinText();
  const keys = Object.entries((twin.state["keys"] ?? {}) as { [button: string]: string });
  return (
    <div class="switches">
      {keys.map(([button, action]) => (
        <button
          key={button}
          class="press"
          onClick={() => void control(twin.device, { do: "press", button: Number(button) })}
        >
          <b>{text.press(Number(button))}</b>
          <small>{action}</small>
        </button>
      ))}
      <button onClick={() => void control(twin.device, { do: "bounce", button: 1, count: 20 })}>
        {text.bounce}
      </button>
    </div>
  );
}

/** The code on the latest slip, where there is one. */
function latestCode(): string | null {
  for (const slip of slips.value) {
    const found = /YB1-[0-9A-Z]{26}/.exec(slip.text);
    if (found !== null) return found[0];
  }
  return null;
}

function ScannerFace({ twin }: { twin: Twin }) {
  const text = twinText();
  const code = latestCode();
  const scan = (words: string) => void control(twin.device, { do: "scan", text: words });
  return (
    <form
      class="switches"
      onSubmit={(event) => {
        event.preventDefault();
        scan(scanned.value);
      }}
    >
      <label>
        {text.scanText}{" "}
        <input
          type="text"
          maxLength={200}
          value={scanned.value}
          onInput={(event) => (scanned.value = event.currentTarget.value)}
        />
      </label>
      <button type="submit">{text.scan}</button>
      <button type="button" disabled={code === null} onClick={() => code !== null && scan(code)}>
        {text.latestCode}
      </button>
    </form>
  );
}

function Paper() {
  const text = twinText();
  const shown = slips.value.slice(0, SLIPS_MAX);
  return (
    <section aria-labelledby="paper-title">
      <h2 id="paper-title">{text.paper}</h2>
      {shown.length === 0 && <p>{text.paperNone}</p>}
      <ol class="slips">
        {shown.map((slip) => (
          <li key={pictureOf(slip)}>
            <p>{text.slip(slip.kiosk, slip.n, timeText(slip.at_ms, "Asia/Tokyo"))}</p>
            <img src={pictureOf(slip)} alt={slip.text} loading="lazy" />
            <details>
              <summary>{text.asText}</summary>
              <pre>{slip.text}</pre>
            </details>
          </li>
        ))}
      </ol>
    </section>
  );
}

/**
 * Where a slip's picture is. A restarted server counts from 1 again, and a page that stays open
 * keeps every picture by its address: the moment of the slip makes it another one.
 */
function pictureOf(slip: Slip): string {
  return `${slip.svg_url}?at=${slip.at_ms}`;
}

followOffice<DashboardView, DashboardChange>("dashboard", {
  take: () => void refresh(),
  change: () => undefined,
});
void refresh();
setInterval(() => void refresh(), POLL_MS);

const root = document.getElementById("screen");
if (root !== null) render(<App />, root);

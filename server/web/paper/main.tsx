// The demo's paper: what the virtual printer has printed, newest first, as pictures.
//
// Data flow: GET /demo/slips → list → <img> of each slip's svg_url. Only the demo serves these;
// an office prints on paper. Buttons do to the virtual printers what hands do to real ones.
// Asks again every second. The live connection only tells whether this is a rehearsal.

import { signal } from "@preact/signals";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { timeText } from "../shared/format";
import { staff_language, staffText, switchStaffLanguage } from "../shared/i18n/staff";
import { followOffice } from "../shared/live";
import { Mark, RehearsalBar } from "../shared/parts";
import type { DashboardChange, DashboardView } from "../shared/protocol";
import { paperText } from "./words";

/** One slip, as GET /demo/slips lists it; numbers count per kiosk. */
interface Slip {
  n: number;
  kiosk: string;
  at_ms: number;
  svg_url: string;
}

/** A virtual printer, as GET /demo/printers lists it. */
interface Printer {
  kiosk: string;
  state: { paper: "ok" | "near_end" | "end"; cover_open: boolean; powered: boolean };
}

const POLL_MS = 1_000;
/** As many as a page shows. */
const SLIPS_MAX = 24;

const slips = signal<Slip[] | null>(null);
const printers = signal<Printer[]>([]);
const failed = signal(false);

async function refresh(): Promise<void> {
  try {
    const response = await fetch("/demo/slips");
    if (!response.ok) throw new Error(`status ${response.status}`);
    const list = (await response.json()) as Slip[];
    const there = await fetch("/demo/printers");
    printers.value = there.ok ? ((await there.json()) as Printer[]) : [];
    slips.value = [...list].sort((a, b) => b.at_ms - a.at_ms || b.n - a.n).slice(0, SLIPS_MAX);
    failed.value = false;
  } catch {
    failed.value = true;
  }
}

/** Does something to a printer that would take a hand in an office. */
async function control(kiosk: string, change: object): Promise<void> {
  await fetch(`/demo/printers/${encodeURIComponent(kiosk)}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(change),
  }).catch(() => undefined);
  await refresh();
}

function PrinterRow({ printer }: { printer: Printer }) {
  const { kiosk, state } = printer;
  const out = state.paper === "end";
  const text = paperText();
  const flip = (change: object) => () => void control(kiosk, change);
  return (
    <li>
      <b>{kiosk}</b>
      <button aria-pressed={out} onClick={flip({ do: "paper", supply: out ? "ok" : "end" })}>
        {out ? `▲ ${text.paperOut}` : `● ${text.paperIn}`}
      </button>
      <button
        aria-pressed={state.cover_open}
        onClick={flip({ do: "cover", open: !state.cover_open })}
      >
        {state.cover_open ? `▲ ${text.coverOpen}` : `● ${text.coverClosed}`}
      </button>
      <button aria-pressed={!state.powered} onClick={flip({ do: "power", on: !state.powered })}>
        {state.powered ? `● ${text.powerOn}` : `▲ ${text.powerOff}`}
      </button>
    </li>
  );
}

function App() {
  const text = paperText();
  const list = slips.value;
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
          <button onClick={switchStaffLanguage} lang={staff_language.value === "ja" ? "en" : "ja"}>
            {staffText().otherLanguage}
          </button>
        </header>
        <p role="status">
          {failed.value && <Mark level="near">{text.failed}</Mark>}
          {!failed.value && list !== null && (list.length === 0 ? text.none : text.count(list.length))}
        </p>
        <ul class="printers">
          {printers.value.map((printer) => (
            <PrinterRow key={printer.kiosk} printer={printer} />
          ))}
        </ul>
        <ol class="slips">
          {(list ?? []).map((slip) => (
            <li key={pictureOf(slip)}>
              <img src={pictureOf(slip)} alt={text.picture(slip.kiosk, slip.n)} />
              <p>{text.slip(slip.kiosk, slip.n, timeText(slip.at_ms, "Asia/Tokyo"))}</p>
            </li>
          ))}
        </ol>
      </main>
    </>
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

// The demo's paper: what the virtual printer has printed, newest first, as pictures.
//
// Data flow: GET /demo/slips → list → <img> of each slip's svg_url. Only the demo serves these;
// an office prints on paper. Buttons do to the virtual printers what hands do to real ones.
// Asks again every second.

import { signal } from "@preact/signals";
import { render } from "preact";
import { timeText } from "../shared/format";

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
  const flip = (change: object) => () => void control(kiosk, change);
  return (
    <li>
      <b>{kiosk}</b>
      <button aria-pressed={out} onClick={flip({ do: "paper", supply: out ? "ok" : "end" })}>
        {out ? "▲ 紙切れ：紙を入れる" : "● 紙あり：紙を切らす"}
      </button>
      <button
        aria-pressed={state.cover_open}
        onClick={flip({ do: "cover", open: !state.cover_open })}
      >
        {state.cover_open ? "▲ カバー開：閉める" : "● カバー閉：開ける"}
      </button>
      <button aria-pressed={!state.powered} onClick={flip({ do: "power", on: !state.powered })}>
        {state.powered ? "● 電源入：切る" : "▲ 電源切：入れる"}
      </button>
    </li>
  );
}

function App() {
  const list = slips.value;
  return (
    <main>
      <h1>仮想プリンターの紙</h1>
      <p role="status">
        {failed.value && "▲ 紙の一覧を読めません。デモが動いているか確かめてください。"}
        {!failed.value && list !== null && list.length === 0 && "まだ何も印刷されていません。"}
        {!failed.value && list !== null && list.length > 0 && `${list.length}枚（新しい順）`}
      </p>
      <ul class="printers">
        {printers.value.map((printer) => (
          <PrinterRow key={printer.kiosk} printer={printer} />
        ))}
      </ul>
      <ol class="slips">
        {(list ?? []).map((slip) => (
          <li key={slip.svg_url}>
            <img src={slip.svg_url} alt={`${slip.kiosk} の ${slip.n}枚目の番号札`} />
            <p>
              {slip.kiosk} の {slip.n}枚目　{timeText(slip.at_ms, "Asia/Tokyo")}
            </p>
          </li>
        ))}
      </ol>
    </main>
  );
}

void refresh();
setInterval(() => void refresh(), POLL_MS);

const root = document.getElementById("screen");
if (root !== null) render(<App />, root);

// The demo's paper: what the virtual printer has printed, newest first, as pictures.
//
// Data flow: GET /demo/slips → list → <img> of each slip's svg_url. Only the demo serves these;
// an office prints on paper. Asks again every second.

import { signal } from "@preact/signals";
import { render } from "preact";
import { timeText } from "../shared/format";

/** One slip, as GET /demo/slips lists it; numbers count per kiosk. */
interface Slip {
  n: number;
  kiosk: string;
  at_ms: number;
  text: string;
  svg_url: string;
}

const POLL_MS = 1_000;
/** As many as a page shows. */
const SLIPS_MAX = 24;

const slips = signal<Slip[] | null>(null);
const failed = signal(false);

async function refresh(): Promise<void> {
  try {
    const response = await fetch("/demo/slips");
    if (!response.ok) throw new Error(`status ${response.status}`);
    const list = (await response.json()) as Slip[];
    slips.value = [...list].sort((a, b) => b.at_ms - a.at_ms || b.n - a.n).slice(0, SLIPS_MAX);
    failed.value = false;
  } catch {
    failed.value = true;
  }
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
      <ol class="slips">
        {(list ?? []).map((slip) => (
          <li key={slip.svg_url}>
            <img src={slip.svg_url} alt={slip.text} />
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

// What is plugged into the machine, with the lines for the office file and a button that copies
// them.

import { signal } from "@preact/signals";
import { Mark } from "../shared/parts";
import type { FoundDevice } from "../shared/protocol";
import { deviceText } from "./words";

/** The text that was copied last, and whether that worked. */
const copied = signal<{ text: string; done: boolean } | null>(null);

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    copied.value = { text, done: true };
  } catch {
    copied.value = { text, done: false };
  }
}

export function Found({ found }: { found: FoundDevice[] | null }) {
  const text = deviceText();
  if (found === null) return null;
  return (
    <section class="found" aria-labelledby="found-title">
      <h2 id="found-title">{text.found}</h2>
      <p>{found.length === 0 ? text.foundNone : text.foundLead}</p>
      <ul>
        {found.map((one) => (
          <One key={one.node} one={one} />
        ))}
      </ul>
    </section>
  );
}

function One({ one }: { one: FoundDevice }) {
  const text = deviceText();
  const serious = one.warnings.includes("not_allowed");
  return (
    <li data-node={one.node}>
      <h3>
        <small>{text.links[one.link]}</small> {one.name === "" ? one.node : one.name}
      </h3>
      <p>
        <code>{one.path}</code>
        {one.path !== one.node && <span class="quiet"> → {one.node}</span>}
      </p>
      {one.used_by !== null && (
        <p>
          <Mark level="calm">{text.usedBy(one.used_by)}</Mark>
        </p>
      )}
      {one.warnings.map((warning) => (
        <p key={warning}>
          <Mark level={serious && warning === "not_allowed" ? "over" : "near"}>
            {text.warnings[warning]}
          </Mark>
        </p>
      ))}
      {one.used_by === null && one.proposals.length === 0 && <p>{text.allSet}</p>}
      {one.proposals.length > 0 && <p class="quiet">{text.into}</p>}
      {one.proposals.map((line) => (
        <Copyable key={line.table} text={`[${line.table}]\n${line.text}`} />
      ))}
      {one.udev_rule !== null && (
        <>
          <p class="quiet">{text.ruleLead}</p>
          <Copyable text={one.udev_rule} />
        </>
      )}
    </li>
  );
}

function Copyable({ text }: { text: string }) {
  const words = deviceText();
  const mine = copied.value?.text === text ? copied.value : null;
  return (
    <div class="copyable">
      <pre tabIndex={0}>{text}</pre>
      <button onClick={() => void copy(text)}>{words.copy}</button>
      <span role="status">{mine === null ? "" : mine.done ? words.copied : words.notCopied}</span>
    </div>
  );
}

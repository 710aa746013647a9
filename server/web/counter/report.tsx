// What became of the last press, in words.

import { staffText } from "../shared/i18n/staff";
import { pending, report } from "./press";

export function Report() {
  const text = staffText();
  const last = report.value;
  const shape = last === null ? "" : last.kind === "done" ? "● " : "▲ ";
  return (
    <p class={`report report-${last?.kind ?? "none"}`} role="status">
      {pending.value !== null ? `${pending.value}${text.colon}${text.sending}…` : ""}
      {pending.value === null && last !== null ? `${shape}${last.words}` : ""}
    </p>
  );
}

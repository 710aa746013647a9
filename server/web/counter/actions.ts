// Which presses a counter offers in which state, and by which key: at most four, the next step
// first (visual.md). Pure: the screen draws what this says, the keyboard runs it.

import type { CounterStatus, TicketView } from "../shared/protocol";

/** What can be pressed. */
export type ActionName =
  | "open"
  | "come_back"
  | "call_next"
  | "call_label"
  | "linked"
  | "start"
  | "recall"
  | "mismatch"
  | "absent"
  | "complete"
  | "end_service"
  | "hold"
  | "transfer";

/** A press, with the key printed on its button. */
export interface Action {
  name: ActionName;
  key: string;
  enabled: boolean;
}

/** The first is the next step: Space or Enter. */
export function actionsOf(
  counter: CounterStatus,
  ticket: TicketView | null,
  waiting_count: number,
): Action[] {
  if (counter.state.state === "closed") return [act("open", "Space")];
  if (counter.state.state === "away") return [act("come_back", "Space")];
  if (ticket === null) {
    return [
      act("call_next", "Space", counter.next !== null),
      act("call_label", "L", waiting_count > 0),
      act("linked", "I"),
    ];
  }
  if (ticket.state.state === "called") {
    return [act("start", "Space"), act("recall", "R"), act("absent", "N"), act("mismatch", "X")];
  }
  if (ticket.state.state === "serving") {
    return [
      act("complete", "Space"),
      act("end_service", "E", !ticket.state.ended),
      act("hold", "H"),
      act("transfer", "T"),
    ];
  }
  return [];
}

function act(name: ActionName, key: string, enabled = true): Action {
  return { name, key, enabled };
}

/**
 * The button that a number key stands for, 1 the first; `null` for any other key. Only where the
 * address says `keys=on`: a keypad beside the screen, never by accident.
 */
export function numberedAction(key: string, actions: readonly Action[]): ActionName | null {
  if (!/^[1-9]$/.test(key)) return null;
  const found = actions[Number(key) - 1];
  return found?.enabled === true ? found.name : null;
}

/** What a key asks for on the main screen, `"undo"` included. */
export function keyAction(key: string, actions: readonly Action[]): ActionName | "undo" | null {
  const pressed = key === " " || key === "Enter" ? "Space" : key.toUpperCase();
  if (pressed === "Z") return "undo";
  const found = actions.find((action) => action.key === pressed && action.enabled);
  return found?.name ?? null;
}

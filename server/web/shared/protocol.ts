// Generated from the Rust crate `protocol`; do not edit.
// UPDATE_CONTRACT=1 cargo test -p protocol

export const PROTOCOL_VERSION = 1;

export type Text = { [language: string]: string };

/**
 * One line of the export: one record of the log.
 */
export type EventRecord = {
/**
 * The office's key.
 */
office: string,
/**
 * The office's epoch: raised when a replacement takes over.
 */
epoch: number,
/**
 * Place in the log, from 1 without gaps.
 */
seq: number,
/**
 * Sequence number of the first event of the same command.
 */
command: number,
/**
 * When it happened.
 */
at_ms: number,
/**
 * The business day it belongs to as `YYYY-MM-DD`; absent before the first day.
 */
day: string | null,
/**
 * Who asked for it.
 */
source: Source,
/**
 * What happened.
 */
event: Event,
/**
 * SHA-256 of this record and all before it, in hexadecimal.
 */
hash: string, };

/**
 * Who asked for a command. Ids only; an operator's id is kept for audit (D-8).
 */
export type Source = { "by": "office" } | { "by": "kiosk",
/**
 * Its key.
 */
kiosk: string, } | { "by": "counter",
/**
 * The counter.
 */
counter: string,
/**
 * The staff id signed in there, where one is.
 */
operator: string | null, } | { "by": "floor" } | { "by": "manager" } | { "by": "simulation" };

/**
 * What happened. Field names are the glossary's words.
 */
export type Event = { "kind": "setup_adopted", digest: string, figures: SetupFigures, } | { "kind": "day_opened", date: string, } | { "kind": "day_closed", date: string, } | { "kind": "ticket_issued", ticket: number, label: string, queue: string, errand: string | null, class: Class, language: string, origin: Origin, issued_at_ms: number, ahead: number, window: Window | null, } | { "kind": "paper_reported", ticket: number, paper: Paper, } | { "kind": "ticket_reprinted", ticket: number, } | { "kind": "ticket_cancelled", ticket: number, reason: CancelReason, } | { "kind": "times_doubted", ticket: number, } | { "kind": "ticket_called", ticket: number, label: string, counter: string, how: CallKind, } | { "kind": "ticket_recalled", ticket: number, counter: string, } | { "kind": "service_started", ticket: number, counter: string, } | { "kind": "label_mismatched", ticket: number, counter: string, } | { "kind": "service_ended", ticket: number, counter: string, } | { "kind": "service_completed", ticket: number, counter: string, procedures: Array<string>, } | { "kind": "ticket_no_show", ticket: number, counter: string, } | { "kind": "ticket_returned", ticket: number, counter: string, place: ReturnPlace, } | { "kind": "ticket_held", ticket: number, counter: string, reason: HoldReason, } | { "kind": "ticket_resumed", ticket: number, counter: string, } | { "kind": "ticket_transferred", ticket: number, counter: string, from: string, to: string, } | { "kind": "transfer_confirmed", ticket: number, step: ConfirmStep, } | { "kind": "step_undone", ticket: number, counter: string, step: StepKind, } | { "kind": "counter_opened", counter: string, operator: string | null, languages: Array<string>, profile: Array<ProfileLine> | null, } | { "kind": "counter_paused", counter: string, reason: AwayReason, } | { "kind": "counter_resumed", counter: string, } | { "kind": "counter_closed", counter: string, } | { "kind": "guidance_recorded", guidance: GuidanceKind, duration_ms: number, } | { "kind": "tag_handed_out", tag: number, pool: string, number: number, } | { "kind": "tag_called", tag: number, counter: string, } | { "kind": "tag_returned", tag: number, procedures: Array<string>, } | { "kind": "bell_rung", ring: number, bell: string, reason: string, } | { "kind": "bell_acknowledged", ring: number, } | { "kind": "bell_escalated", ring: number, count: number, to: string | null, } | { "kind": "bell_lapsed", ring: number, } | { "kind": "batch_received", batch: number, procedure: string, channel: BatchChannel, count: number, } | { "kind": "batch_advanced", batch: number, step: number, } | { "kind": "batch_delivered", batch: number, returned: number, };

/**
 * What of a setup the figures of reports depend on, so that they can be recomputed from an
 * export alone.
 */
export type SetupFigures = {
/**
 * Every procedure, in the order of the catalogue.
 */
procedures: Array<ProcedureFigures>,
/**
 * Every queue, in the order screens show them.
 */
queues: Array<QueueFigures>,
/**
 * Months with the longer wait limit, 1 to 12.
 */
busy_months: Array<number>,
/**
 * Wait limit in minutes.
 */
wait_limit_min: number,
/**
 * Wait limit in busy months, in minutes.
 */
wait_limit_busy_min: number, };

/**
 * What the figures need of one procedure.
 */
export type ProcedureFigures = {
/**
 * Its code, such as `2-2`.
 */
code: string,
/**
 * The row of the yearly table it is counted in.
 */
row: string,
/**
 * Its name in Japanese.
 */
name: string,
/**
 * What tells it from others of the same name, in Japanese.
 */
variant: string,
/**
 * Target in minutes per case.
 */
target_min: number | null,
/**
 * What sort of work it is.
 */
sort: ProcedureSort, };

/**
 * What the figures need of one queue.
 */
export type QueueFigures = {
/**
 * Its key.
 */
queue: string,
/**
 * Its name in the office's words.
 */
name: string, };

/**
 * What sort of work a procedure is.
 */
export type ProcedureSort = "floor" | "ticketed" | "express_tag" | "sub_procedure" | "mail_workflow" | "system_function" | "ancillary";

/**
 * The window promised on a slip.
 */
export type Window = {
/**
 * Not likely before.
 */
from_ms: number,
/**
 * Likely by then.
 */
to_ms: number, };

/**
 * The class of a ticket.
 */
export type Class = { "class": "ordinary" } | { "class": "priority" } | { "class": "appointment",
/**
 * The time agreed on.
 */
due_at_ms: number, };

/**
 * Where a ticket came from.
 */
export type Origin = { "from": "kiosk",
/**
 * Its key.
 */
kiosk: string, } | { "from": "floor" } | { "from": "linked",
/**
 * Its key.
 */
section: string, } | { "from": "offline",
/**
 * Its key.
 */
kiosk: string, };

/**
 * How a ticket came to be called.
 */
export type CallKind = "next" | "chosen";

/**
 * What is known of a ticket's paper.
 */
export type Paper = "none" | "pending" | "printed" | "unknown" | "failed";

/**
 * Why a ticket was cancelled.
 */
export type CancelReason = "withdrawn" | "wrong_errand" | "missing_documents" | "duplicate" | "no_paper" | "day_closed";

/**
 * Why a ticket is on hold.
 */
export type HoldReason = "filling_form" | "fetching_document" | "examination" | "other_section" | "pause";

/**
 * Where a returned ticket stands.
 */
export type ReturnPlace = "keep" | "back";

/**
 * A step of confirming a transfer.
 */
export type ConfirmStep = "arrival" | "seen_by_eye";

/**
 * A step that can be undone.
 */
export type StepKind = "call" | "start" | "mismatch" | "end_service" | "complete" | "no_show" | "return" | "hold" | "resume" | "transfer";

/**
 * Why an operator is away.
 */
export type AwayReason = "register" | "back_office" | "break";

/**
 * What a floor guide did without a ticket.
 */
export type GuidanceKind = { "guidance": "advice" } | { "guidance": "to_unit",
/**
 * The unit's key.
 */
unit: string, } | { "guidance": "to_section",
/**
 * The section's key.
 */
section: string, } | { "guidance": "announced" };

/**
 * How a batch came in.
 */
export type BatchChannel = "mail" | "electronic" | "window";

/**
 * One line of a counter's profile.
 */
export type ProfileLine = {
/**
 * The queue's key.
 */
queue: string,
/**
 * Lower tiers are called first.
 */
tier: number,
/**
 * Counts as having come this many minutes earlier.
 */
head_start_min: number, };

/**
 * `POST /api/v1/tickets`: issues a ticket for an errand or, by staff, for a queue.
 */
export type IssueTicket = {
/**
 * The errand's key; this or `queue`.
 */
errand: string | null,
/**
 * The queue's key; this or `errand`.
 */
queue: string | null,
/**
 * The class; ordinary when absent.
 */
class: Class | null,
/**
 * Language tag; `ja` when absent.
 */
language: string | null,
/**
 * The kiosk's key when a kiosk asks; absent when a floor guide does.
 */
kiosk: string | null, };

/**
 * `POST /api/v1/tickets/{ticket}/reprint`.
 */
export type ReprintTicket = {
/**
 * The kiosk whose printer prints it, which must be able to now; the ticket's own, or the
 * one that stands in for it, when absent.
 */
printer: string | null, };

/**
 * `POST /api/v1/tickets/linked`: takes in somebody from a linked section.
 */
export type AdmitLinked = {
/**
 * The linked section's key.
 */
section: string,
/**
 * The label the resident holds.
 */
label: string,
/**
 * The queue's key.
 */
queue: string,
/**
 * Language tag; `ja` when absent.
 */
language: string | null, };

/**
 * `POST /api/v1/tickets/offline`: merges a ticket that a kiosk issued without the server.
 */
export type MergeOffline = {
/**
 * The kiosk's key.
 */
kiosk: string,
/**
 * The errand's key; this or `queue`.
 */
errand: string | null,
/**
 * The queue's key; this or `errand`.
 */
queue: string | null,
/**
 * The number it printed, from its own range.
 */
number: number,
/**
 * Language tag; `ja` when absent.
 */
language: string | null,
/**
 * How long ago it was issued, by the kiosk's own stopwatch.
 */
issued_ago_ms: number, };

/**
 * `POST /api/v1/tickets/{ticket}/cancel`.
 */
export type CancelTicket = {
/**
 * Why.
 */
reason: CancelReason, };

/**
 * `POST /api/v1/tickets/{ticket}/paper`: what became of the paper.
 */
export type ReportPaper = {
/**
 * `printed`, `unknown` or `failed`.
 */
paper: Paper, };

/**
 * `POST /api/v1/tickets/{ticket}/confirm-transfer`.
 */
export type ConfirmTransfer = {
/**
 * Arrival first, then by eye.
 */
step: ConfirmStep, };

/**
 * `POST /api/v1/counters/{counter}/call` and `/resume`: a ticket by label or id.
 */
export type ChooseTicket = {
/**
 * The label, such as `A012`; this or `ticket`.
 */
label: string | null,
/**
 * The ticket's id; this or `label`.
 */
ticket: number | null, };

/**
 * `POST /api/v1/counters/{counter}/start`.
 */
export type StartService = {
/**
 * The label on the slip that is shown; absent when the operator matched it by eye.
 */
presented: string | null, };

/**
 * `POST /api/v1/counters/{counter}/complete`.
 */
export type CompleteService = {
/**
 * Codes of the procedures actually done, such as `["2", "22"]`.
 */
procedures: Array<string>, };

/**
 * `POST /api/v1/counters/{counter}/return`.
 */
export type ReturnToQueue = {
/**
 * Its own place, or behind everyone.
 */
place: ReturnPlace, };

/**
 * `POST /api/v1/counters/{counter}/hold`.
 */
export type Hold = {
/**
 * Why.
 */
reason: HoldReason, };

/**
 * `POST /api/v1/counters/{counter}/transfer` (R-52…R-57).
 */
export type Transfer = {
/**
 * The destination queue's key.
 */
to: string, };

/**
 * `POST /api/v1/counters/{counter}/open`.
 */
export type OpenCounter = {
/**
 * Staff id, for audit only (D-8).
 */
operator: string | null,
/**
 * Language tags spoken there besides Japanese.
 */
languages: Array<string>,
/**
 * What it serves today; its own profile when absent.
 */
profile: Array<ProfileLine> | null, };

/**
 * `POST /api/v1/counters/{counter}/pause`.
 */
export type PauseCounter = {
/**
 * Why.
 */
reason: AwayReason, };

/**
 * A body for commands that need nothing said: `{}` or none at all.
 */
export type Nothing = Record<symbol, never>;

/**
 * `POST /api/v1/guidance`.
 */
export type RecordGuidance = {
/**
 * What was done.
 */
guidance: GuidanceKind,
/**
 * How long it took.
 */
duration_ms: number, };

/**
 * `POST /api/v1/tags`.
 */
export type HandOutTag = {
/**
 * The pool's key.
 */
pool: string,
/**
 * The number on the tag.
 */
number: number, };

/**
 * `POST /api/v1/tags/{tag}/call`.
 */
export type CallTag = {
/**
 * The counter that calls.
 */
counter: string, };

/**
 * `POST /api/v1/tags/{tag}/return`.
 */
export type ReturnTag = {
/**
 * What was done; empty when nothing was.
 */
procedures: Array<string>, };

/**
 * `POST /api/v1/bells/{bell}/ring`.
 */
export type RingBell = {
/**
 * The reason's code.
 */
reason: string, };

/**
 * `POST /api/v1/batches`.
 */
export type ReceiveBatch = {
/**
 * The procedure's code, such as `2-3`.
 */
procedure: string,
/**
 * How it came in.
 */
channel: BatchChannel,
/**
 * How many cases.
 */
count: number, };

/**
 * `POST /api/v1/batches/{batch}/advance`.
 */
export type AdvanceBatch = {
/**
 * The step that is done, from 1 in the sheet's order.
 */
step: number, };

/**
 * `POST /api/v1/batches/{batch}/deliver`.
 */
export type DeliverBatch = {
/**
 * How many of its cases go back.
 */
returned: number, };

/**
 * `POST /api/v1/prints`: prints a slip beside the ticket's own.
 */
export type PrintSlip = {
/**
 * Which.
 */
kind: PrintKind,
/**
 * The ticket, for a 連携用紙 or a staff slip.
 */
ticket: number | null,
/**
 * The hand-out of a tag, for the slip that goes with it.
 */
tag: number | null,
/**
 * The kiosk whose printer prints it; the one set for the kind when absent.
 */
printer: string | null, };

/**
 * Slips that can be asked for.
 */
export type PrintKind = "transfer" | "staff" | "tag" | "summary";

/**
 * A slip, and how far it has come. Key: `print`.
 */
export type PrintView = {
/**
 * Its name: the kiosk whose printer it was given to first, a dot, a number.
 */
print: string,
/**
 * What it is.
 */
kind: SlipKind,
/**
 * The kiosk whose printer has it now.
 */
printer: string,
/**
 * The ticket it is about.
 */
ticket: number | null,
/**
 * The hand-out of a tag that it is about.
 */
tag: number | null,
/**
 * How far it has come.
 */
state: PrintState,
/**
 * When it was asked for; 0 when nobody noted it.
 */
asked_at_ms: number,
/**
 * A ticket's own whose state is `unknown`, and about which nobody need decide any more:
 * staff have found it or had it printed again, or the ticket is no longer open.
 */
settled: boolean, };

/**
 * Every kind of slip.
 */
export type SlipKind = "ticket" | "transfer" | "staff" | "tag" | "summary" | "test";

/**
 * How far a slip has come.
 */
export type PrintState = "waiting" | "printing" | "printed" | "unknown" | "failed";

/**
 * The answer to a command: what it led to, already on disk. A repeated request with the same
 * `Idempotency-Key` gets this very answer again.
 */
export type CommandAnswer = {
/**
 * Sequence number of the first event.
 */
seq: number,
/**
 * When it happened.
 */
at_ms: number,
/**
 * The events, in order; their sequence numbers go up from `seq`.
 */
events: Array<Event>, };

/**
 * The envelope of everything that went wrong.
 */
export type ErrorEnvelope = {
/**
 * What went wrong.
 */
error: ErrorBody, };

/**
 * What went wrong.
 */
export type ErrorBody = {
/**
 * Stable, in snake case; screens translate it.
 */
code: string,
/**
 * One sentence in English, for technicians: what was expected.
 */
message: string,
/**
 * The facts behind the code, by name; empty when there are none.
 */
detail: { [key in string]: string }, };

/**
 * `GET /healthz`.
 */
export type Health = {
/**
 * `ok`, or `failing` with status 503.
 */
status: HealthStatus,
/**
 * Server build.
 */
build: string,
/**
 * Last sequence number on disk.
 */
seq: number,
/**
 * The office's time.
 */
now_ms: number,
/**
 * Open screens.
 */
screens: number, };

/**
 * Whether the office can work.
 */
export type HealthStatus = "ok" | "failing";

/**
 * What the server says. `V` is the role's view, `C` its changes.
 */
export type LiveMessage<V, C> = { "type": "hello" } & Hello | { "type": "snapshot",
/**
 * Sequence number of the last event in it.
 */
seq: number,
/**
 * The view.
 */
view: V, } | { "type": "event",
/**
 * Its sequence number: one more than the event before.
 */
seq: number,
/**
 * When it happened.
 */
at_ms: number,
/**
 * What it changes for this role; may be empty.
 */
changes: Array<C>, } | { "type": "update",
/**
 * What changes.
 */
changes: Array<C>, } | { "type": "heartbeat",
/**
 * Sequence number of the last event.
 */
seq: number,
/**
 * The office's time.
 */
now_ms: number, } | { "type": "goodbye",
/**
 * Why.
 */
reason: GoodbyeReason, };

/**
 * The server introduces itself.
 */
export type Hello = {
/**
 * [`VERSION`](crate::VERSION); another one than the page's means: reload.
 */
protocol: number,
/**
 * Server build; another one than the page's means: reload.
 */
build: string,
/**
 * The office's key.
 */
office: string,
/**
 * The office's epoch; a change voids `since`.
 */
epoch: number,
/**
 * The office's time.
 */
now_ms: number,
/**
 * The office's zone, such as `Asia/Tokyo`.
 */
zone: string,
/**
 * Milliseconds between heartbeats.
 */
heartbeat_ms: number,
/**
 * Whether this is the real office or a rehearsal with a clock of its own.
 */
mode: Mode, };

/**
 * Whether the clock is the real one.
 */
export type Mode = "live" | "rehearsal";

/**
 * Why the server closes a connection.
 */
export type GoodbyeReason = "shutdown" | "failing";

/**
 * The day as far as everybody may know it.
 */
export type DayStatus = {
/**
 * The open business day as `YYYY-MM-DD`; `None` when none is open.
 */
day: string | null,
/**
 * Whether kiosks issue now.
 */
issuing: boolean,
/**
 * When kiosks begin to issue today or next, as `YYYY-MM-DDThh:mm`; `None` when unknown.
 */
next_open: string | null,
/**
 * Today's opening time `hh:mm`; `None` when closed all day.
 */
open: string | null,
/**
 * Today's closing time `hh:mm`.
 */
close: string | null, };

/**
 * What everybody may know of a queue. Key: `queue`.
 */
export type QueueStatus = {
/**
 * The queue's key.
 */
queue: string,
/**
 * Its letter.
 */
letter: string,
/**
 * Its name in residents' words.
 */
name: { [key in string]: string },
/**
 * People waiting.
 */
waiting: number,
/**
 * Minutes somebody who comes now will wait; `None` when nobody can say.
 */
wait: WaitBand | null,
/**
 * Counters that are open for it.
 */
counters_open: number, };

/**
 * A band of minutes.
 */
export type WaitBand = {
/**
 * At least.
 */
from_min: number,
/**
 * At most.
 */
to_min: number, };

/**
 * A notice that holds now. Key: `notice`.
 */
export type Notice = {
/**
 * Its key.
 */
notice: string,
/**
 * Queues it concerns; empty means everyone.
 */
queues: Array<string>,
/**
 * What it says.
 */
text: { [key in string]: string }, };

/**
 * Everything a kiosk shows.
 */
export type KioskView = {
/**
 * What the office is called.
 */
office: { [key in string]: string },
/**
 * Language tags offered, in the order of their buttons.
 */
languages: Array<string>,
/**
 * The errands.
 */
errands: Array<ErrandView>,
/**
 * The queues behind them.
 */
queues: Array<QueueStatus>,
/**
 * The day.
 */
day: DayStatus,
/**
 * Notices that hold now.
 */
notices: Array<Notice>,
/**
 * Kiosks and their printers.
 */
printers: Array<PrinterView>, };

/**
 * One choice at the kiosk.
 */
export type ErrandView = {
/**
 * Its key.
 */
errand: string,
/**
 * What the button says.
 */
name: { [key in string]: string },
/**
 * What to have ready; may be empty.
 */
bring: { [key in string]: string },
/**
 * The group it stands in.
 */
within: string | null,
/**
 * What choosing it does.
 */
leads_to: ErrandTarget, };

/**
 * What choosing an errand does.
 */
export type ErrandTarget = { "to": "group" } | { "to": "queue",
/**
 * The queue's key.
 */
queue: string, } | { "to": "guide" };

/**
 * A ticket printer as the kiosk shows it. Key: `kiosk`.
 */
export type PrinterView = {
/**
 * The kiosk's key.
 */
kiosk: string,
/**
 * Its condition.
 */
condition: PrinterCondition,
/**
 * Slips of open tickets that failed or that nobody knows the outcome of; staff resolve
 * them.
 */
unknown_count: number,
/**
 * What the kiosk is called.
 */
name: { [key in string]: string },
/**
 * The kiosk out of whose printer the slips of this one come while it cannot print.
 */
stand_in: string | null,
/**
 * Slips left on the roll, as far as counting knows; in tens while there are enough.
 */
slips_left: number | null, };

/**
 * The worst thing true of a printer.
 */
export type PrinterCondition = "ready" | "paper_near_end" | "paper_end" | "cover_open" | "cutter_jam" | "head_hot" | "offline" | "silent" | "absent" | "none" | "paper_low";

/**
 * A change for a kiosk.
 */
export type KioskChange = { "kind": "queue", queue: QueueStatus, } | { "kind": "day", day: DayStatus, } | { "kind": "notices", notices: Array<Notice>, } | { "kind": "printer", printer: PrinterView, } | { "kind": "setup" };

/**
 * Everything a display shows: labels and counters, nothing else of a visit (D-6).
 */
export type DisplayView = {
/**
 * What the office is called.
 */
office: { [key in string]: string },
/**
 * Counters with their spoken and shown names.
 */
counters: Array<DisplayCounter>,
/**
 * The queues.
 */
queues: Array<QueueStatus>,
/**
 * Calls, newest first: those that are on, then the latest that are over; at most 16.
 */
calls: Array<CallView>,
/**
 * The day.
 */
day: DayStatus,
/**
 * Notices that hold now.
 */
notices: Array<Notice>, };

/**
 * A counter on a display. Key: `counter`.
 */
export type DisplayCounter = {
/**
 * Its key.
 */
counter: string,
/**
 * Its name.
 */
name: { [key in string]: string },
/**
 * Whether it is open.
 */
state: DisplayCounterState, };

/**
 * What a display may know of a counter.
 */
export type DisplayCounterState = "closed" | "open" | "away";

/**
 * A call on a display. Key: `label`.
 */
export type CallView = {
/**
 * The label.
 */
label: string,
/**
 * The counter's key.
 */
counter: string,
/**
 * When it was first called.
 */
called_at_ms: number,
/**
 * When it was last announced.
 */
announced_at_ms: number,
/**
 * How often it has been announced; a rise means: announce again.
 */
announce_count: number,
/**
 * Whether the resident is still expected.
 */
state: CallState, };

/**
 * Whether a call is still on.
 */
export type CallState = "calling" | "arrived" | "ended";

/**
 * A change for a display.
 */
export type DisplayChange = { "kind": "call", call: CallView, } | { "kind": "queue", queue: QueueStatus, } | { "kind": "counter", counter: DisplayCounter, } | { "kind": "day", day: DayStatus, } | { "kind": "notices", notices: Array<Notice>, } | { "kind": "setup" };

/**
 * Everything staff at the counters see.
 */
export type CounterView = {
/**
 * What the office is called.
 */
office: { [key in string]: string },
/**
 * The queues, with the office's own words.
 */
queues: Array<StaffQueue>,
/**
 * Every counter.
 */
counters: Array<CounterStatus>,
/**
 * Tickets that are not final, and those completed in the last minutes.
 */
tickets: Array<TicketView>,
/**
 * The procedures a ticket can be completed with.
 */
procedures: Array<ProcedureView>,
/**
 * Bells, and whether they ring.
 */
bells: Array<BellView>,
/**
 * The day.
 */
day: DayStatus,
/**
 * The wait limit of today in minutes.
 */
wait_limit_min: number,
/**
 * Notices that hold now.
 */
notices: Array<Notice>,
/**
 * What needs somebody's attention.
 */
alerts: Array<Alert>,
/**
 * Ticket printers.
 */
printers: Array<PrinterView>,
/**
 * How long a step can be undone.
 */
undo_s: number,
/**
 * Language tags of the office.
 */
languages: Array<string>, };

/**
 * A queue on staff screens. Key: `queue`.
 */
export type StaffQueue = {
/**
 * What everybody may know.
 */
status: QueueStatus,
/**
 * Its name in the office's words.
 */
staff_name: string,
/**
 * When whoever stands first began to wait; `None` when nobody waits.
 */
oldest_since_ms: number | null,
/**
 * The section's key.
 */
section: string, };

/**
 * A counter on staff screens. Key: `counter`.
 */
export type CounterStatus = {
/**
 * Its key.
 */
counter: string,
/**
 * Its name.
 */
name: { [key in string]: string },
/**
 * Its kind.
 */
kind: CounterKind,
/**
 * Its state.
 */
state: CounterState,
/**
 * Staff id, where signed in.
 */
operator: string | null,
/**
 * Language tags spoken there besides Japanese.
 */
languages: Array<string>,
/**
 * Queues it serves now, in the order of its profile.
 */
queues: Array<string>,
/**
 * The ticket called or served there.
 */
ticket: number | null,
/**
 * The label it would call next; `None` when nobody.
 */
next: string | null,
/**
 * The step it can undo, and until when.
 */
undo: UndoView | null, };

/**
 * A step that can be undone.
 */
export type UndoView = {
/**
 * The step.
 */
step: StepKind,
/**
 * The label it was about.
 */
label: string,
/**
 * Until when.
 */
until_ms: number, };

/**
 * The kind of a counter.
 */
export type CounterKind = "contracted" | "staff" | "high" | "register";

/**
 * The state of a counter.
 */
export type CounterState = { "state": "closed" } | { "state": "free" } | { "state": "busy" } | { "state": "away",
/**
 * Why.
 */
reason: AwayReason,
/**
 * Since when.
 */
since_ms: number, };

/**
 * A ticket on staff screens. Key: `ticket`.
 */
export type TicketView = {
/**
 * Its id.
 */
ticket: number,
/**
 * Its label.
 */
label: string,
/**
 * The queue it is in or was last in.
 */
queue: string,
/**
 * The errand's key, where one was chosen.
 */
errand: string | null,
/**
 * Its class.
 */
class: Class,
/**
 * Language tag.
 */
language: string,
/**
 * Its state.
 */
state: TicketState,
/**
 * When it was issued.
 */
issued_at_ms: number,
/**
 * When it entered its present state.
 */
since_ms: number,
/**
 * Its place in line: lower is nearer.
 */
place_at_ms: number,
/**
 * Time it has waited in all periods that are over.
 */
waited_ms: number,
/**
 * Time it has been handled in all periods that are over.
 */
handled_ms: number,
/**
 * Target of its errand in minutes; `None` when there is none.
 */
target_min: number | null,
/**
 * Procedures it was completed with.
 */
procedures: Array<string>,
/**
 * The open confirmation of its transfer, where there is one.
 */
transfer: TransferView | null,
/**
 * How often it went back because nobody came.
 */
return_count: number,
/**
 * How often it was announced in this call.
 */
announce_count: number,
/**
 * What is known of its paper.
 */
paper: Paper, };

/**
 * The state of a ticket.
 */
export type TicketState = { "state": "waiting" } | { "state": "called", counter: string, } | { "state": "serving", counter: string, ended: boolean, } | { "state": "on_hold", counter: string, reason: HoldReason, } | { "state": "completed" } | { "state": "no_show" } | { "state": "cancelled" };

/**
 * The open confirmation of a transfer.
 */
export type TransferView = {
/**
 * The counter that has to confirm.
 */
from: string,
/**
 * Whether the arrival is confirmed; then the check by eye is open.
 */
arrived: boolean, };

/**
 * A procedure on staff screens. Key: `code`.
 */
export type ProcedureView = {
/**
 * Its code.
 */
code: string,
/**
 * Its name.
 */
name: { [key in string]: string },
/**
 * What tells it from others of the same name.
 */
variant: { [key in string]: string },
/**
 * Target in minutes.
 */
target_min: number | null,
/**
 * Queues whose errands usually end as it, for sorting.
 */
queues: Array<string>,
/**
 * Errands that usually end as it, for sorting.
 */
errands: Array<string>,
/**
 * Whether it only goes with another one (№9, 16, 16-2).
 */
accompanies: boolean, };

/**
 * A bell on staff screens. Key: `bell`.
 */
export type BellView = {
/**
 * Its key.
 */
bell: string,
/**
 * Its name.
 */
name: { [key in string]: string },
/**
 * Reasons it can be rung for.
 */
reasons: Array<BellReason>,
/**
 * The ring that is on.
 */
ring: RingView | null,
/**
 * Whether a ring makes a sound.
 */
device: BellCondition, };

/**
 * What is known of the device that makes a bell sound.
 */
export type BellCondition = "ready" | "absent" | "silent" | "none";

/**
 * A reason for ringing.
 */
export type BellReason = {
/**
 * Its code.
 */
reason: string,
/**
 * Its words.
 */
name: { [key in string]: string }, };

/**
 * A ring that is on.
 */
export type RingView = {
/**
 * Its id.
 */
ring: number,
/**
 * Why.
 */
reason: string,
/**
 * Since when.
 */
rung_at_ms: number,
/**
 * How often it has escalated.
 */
escalated: number, };

/**
 * Something that needs somebody's attention. Key: all fields but `since_ms`.
 */
export type Alert = {
/**
 * What.
 */
alert: AlertKind,
/**
 * How bad.
 */
level: AlertLevel,
/**
 * Since when.
 */
since_ms: number,
/**
 * The queue concerned.
 */
queue: string | null,
/**
 * The counter concerned.
 */
counter: string | null,
/**
 * The ticket's label concerned.
 */
label: string | null,
/**
 * The language concerned.
 */
language: string | null,
/**
 * The kiosk concerned.
 */
kiosk: string | null,
/**
 * The bell concerned.
 */
bell: string | null, };

/**
 * What an alert is about.
 */
export type AlertKind = "unattended" | "lingering" | "wait_limit" | "language" | "transfer_unconfirmed" | "paper" | "printer" | "bell_unanswered" | "bell";

/**
 * How bad an alert is.
 */
export type AlertLevel = "near" | "over";

/**
 * A change for staff at a counter.
 */
export type CounterChange = { "kind": "ticket", ticket: TicketView, } | { "kind": "ticket_gone", ticket: number, } | { "kind": "queue", queue: StaffQueue, } | { "kind": "counter", counter: CounterStatus, } | { "kind": "bell", bell: BellView, } | { "kind": "alerts", alerts: Array<Alert>, } | { "kind": "day", day: DayStatus, } | { "kind": "notices", notices: Array<Notice>, } | { "kind": "printer", printer: PrinterView, } | { "kind": "setup" };

/**
 * Everything the dashboard shows live.
 */
export type DashboardView = {
/**
 * What the office is called.
 */
office: { [key in string]: string },
/**
 * The queues.
 */
queues: Array<StaffQueue>,
/**
 * The counters.
 */
counters: Array<CounterStatus>,
/**
 * Today's waits.
 */
waits: WaitSummary,
/**
 * Today's procedures.
 */
procedures: Array<ProcedureSummary>,
/**
 * Today in numbers.
 */
today: TodaySummary,
/**
 * What needs somebody's attention.
 */
alerts: Array<Alert>,
/**
 * The wait limit of today in minutes.
 */
wait_limit_min: number,
/**
 * The day.
 */
day: DayStatus,
/**
 * Ticket printers.
 */
printers: Array<PrinterView>,
/**
 * Bells, and whether they make a sound.
 */
bells: Array<BellView>, };

/**
 * Today's waits, queued → called, over all queues.
 */
export type WaitSummary = {
/**
 * Waits that ended in a call.
 */
count: number,
/**
 * Mean; `None` when there is none.
 */
mean_ms: number | null,
/**
 * Median.
 */
median_ms: number | null,
/**
 * 90th percentile (nearest rank).
 */
p90_ms: number | null,
/**
 * How many were within the limit.
 */
within_count: number, };

/**
 * Today's handling of one procedure, over tickets completed with it alone or first.
 * Key: `code`.
 */
export type ProcedureSummary = {
/**
 * Its code.
 */
code: string,
/**
 * Its name.
 */
name: { [key in string]: string },
/**
 * What tells it from others of the same name.
 */
variant: { [key in string]: string },
/**
 * Target in minutes.
 */
target_min: number | null,
/**
 * How often it was done.
 */
count: number,
/**
 * Tickets whose handling is measured against it.
 */
measured_count: number,
/**
 * Mean handling.
 */
mean_ms: number | null,
/**
 * Median handling.
 */
median_ms: number | null,
/**
 * 90th percentile (nearest rank).
 */
p90_ms: number | null,
/**
 * How many were within the target.
 */
within_count: number, };

/**
 * Today in numbers.
 */
export type TodaySummary = {
/**
 * Tickets issued.
 */
issued: number,
/**
 * People waiting.
 */
waiting: number,
/**
 * At a counter (called or serving).
 */
serving: number,
/**
 * On hold.
 */
on_hold: number,
/**
 * Completed.
 */
completed: number,
/**
 * No-shows.
 */
no_show: number,
/**
 * Cancelled.
 */
cancelled: number,
/**
 * Transfers.
 */
transferred: number,
/**
 * Floor guidances without a ticket.
 */
guidance: number, };

/**
 * A change for a dashboard.
 */
export type DashboardChange = { "kind": "queue", queue: StaffQueue, } | { "kind": "counter", counter: CounterStatus, } | { "kind": "waits", waits: WaitSummary, } | { "kind": "procedure", procedure: ProcedureSummary, } | { "kind": "today", today: TodaySummary, } | { "kind": "alerts", alerts: Array<Alert>, } | { "kind": "day", day: DayStatus, } | { "kind": "printer", printer: PrinterView, } | { "kind": "bell", bell: BellView, } | { "kind": "setup" };

/**
 * A report over a range of business days.
 */
export type Report = {
/**
 * First day, `YYYY-MM-DD`.
 */
from: string,
/**
 * Last day, `YYYY-MM-DD`.
 */
to: string,
/**
 * Business days in the range that were opened.
 */
days: number,
/**
 * Sequence number of the last event it includes.
 */
seq: number,
/**
 * Whether percentiles are exact. Over more than 366 days they are read from histograms and
 * lie at most 1.6 % and a second above; counts, means and shares are always exact.
 */
exact: boolean,
/**
 * Counts per row of the yearly table.
 */
rows: Array<RowCount>,
/**
 * Counts and durations per procedure.
 */
procedures: Array<ProcedureReport>,
/**
 * Waits per queue, and over all (`queue` is `None`).
 */
waits: Array<WaitReport>,
/**
 * Tickets in numbers.
 */
tickets: TicketTotals,
/**
 * Stay over all completed tickets.
 */
stay: Spread,
/**
 * Service over all completed tickets.
 */
service: Spread,
/**
 * Handling over all completed tickets.
 */
handling: Spread, };

/**
 * The count of one row of the yearly table.
 */
export type RowCount = {
/**
 * The row, such as `2` or `8-12`.
 */
row: string,
/**
 * What it is called.
 */
name: string,
/**
 * Cases: window, mail and electronic together; `None` where the table does not count, or
 * where the log holds no case of the row up to the last day.
 */
count: number | null,
/**
 * Of which foreign residents at the window (row 2 only; R-100): completed with 2-2, or on
 * a ticket in another language than Japanese.
 */
foreign_count: number | null, };

/**
 * One procedure over the range.
 */
export type ProcedureReport = {
/**
 * Its code.
 */
code: string,
/**
 * Its name and variant.
 */
name: string,
/**
 * Target in minutes.
 */
target_min: number | null,
/**
 * Cases done.
 */
count: number,
/**
 * Handling of tickets whose completion begins with it, against the sum of their targets.
 */
handling: Spread,
/**
 * How many of these were within.
 */
within_count: number,
/**
 * Service of the same tickets.
 */
service: Spread,
/**
 * Stay of the same tickets: issue to completion, shown beside handling.
 */
stay: Spread, };

/**
 * Waits of one queue over the range.
 */
export type WaitReport = {
/**
 * The queue's key; `None` for all together.
 */
queue: string | null,
/**
 * Its name.
 */
name: string,
/**
 * The waits.
 */
wait: Spread,
/**
 * How many were within the limit of their month.
 */
within_count: number, };

/**
 * Tickets in numbers.
 */
export type TicketTotals = {
/**
 * Issued.
 */
issued: number,
/**
 * Completed.
 */
completed: number,
/**
 * No-shows.
 */
no_show: number,
/**
 * Cancelled, by whatever reason.
 */
cancelled: number,
/**
 * Transfers (№26).
 */
transferred: number,
/**
 * Floor guidances (№1).
 */
guidance: number,
/**
 * Completed, but with times that cannot be trusted.
 */
inaccurate: number, };

/**
 * The spread of a duration.
 */
export type Spread = {
/**
 * How many.
 */
count: number,
/**
 * Mean, rounded down; `None` when there is none.
 */
mean_ms: number | null,
/**
 * Median (nearest rank).
 */
median_ms: number | null,
/**
 * 90th percentile (nearest rank).
 */
p90_ms: number | null, };

/**
 * One device. Key: `device`.
 */
export type DeviceView = {
/**
 * Its place in the office file, such as `printers.kiosk-1`.
 */
device: string,
/**
 * What it is for.
 */
kind: DeviceKind,
/**
 * Whose it is: a kiosk's, bell's or counter's key, or the name of the device itself.
 */
owner: string,
/**
 * What the owner is called; may be empty.
 */
name: { [key in string]: string },
/**
 * Its address, as the office file has it.
 */
address: string,
/**
 * Its profile or driver, such as `epson-jp` or `lcus`.
 */
driver: string,
/**
 * Whether it is a virtual twin.
 */
is_twin: boolean,
/**
 * The most serious condition that is true.
 */
state: DeviceState,
/**
 * Every other condition that is true, the most serious first.
 */
also: Array<DeviceState>,
/**
 * What the system said about it, in English; empty when there is nothing to say.
 */
reason: string,
/**
 * When `state` became true.
 */
since_ms: number,
/**
 * Jobs or orders that wait for it.
 */
queue_count: number,
/**
 * Paper that is left, where that is estimated.
 */
paper: PaperLeft | null,
/**
 * Bytes, lines or codes from it that meant nothing.
 */
noise_count: number,
/**
 * What a panel should be showing; `None` for anything but a panel.
 */
shows: string | null,
/**
 * What came of the latest key or code, newest first; empty for anything but an input.
 */
inputs: Array<InputView>,
/**
 * Slips that are not settled yet, oldest first; empty for anything but a printer.
 */
jobs: Array<JobView>,
/**
 * What can be done with it here.
 */
actions: Array<DeviceAction>,
/**
 * What went over its line last.
 */
last: ExchangeView | null, };

/**
 * What a device is for.
 */
export type DeviceKind = "printer" | "bell" | "panel" | "buttons" | "scanner";

/**
 * A condition of a device, from the most to the least serious.
 */
export type DeviceState = "absent" | "silent" | "fault" | "offline" | "refusing" | "cutter_jam" | "cover_open" | "paper_end" | "head_hot" | "paper_near_end" | "working" | "ready";

/**
 * How much paper is left, by what has been printed since the roll was changed.
 */
export type PaperLeft = {
/**
 * Slips of the usual length that still fit.
 */
slip_count: number,
/**
 * What is left of the roll in percent, 0 to 100.
 */
percent: number, };

/**
 * What came of a key or a code.
 */
export type InputView = {
/**
 * Which: a key's number, or the label that a code led to; `?` when it led nowhere.
 */
input: string,
/**
 * What the office file makes of it, such as `issue:join` or `call-next`.
 */
action: string,
/**
 * The ticket's label, where one was issued, called or found.
 */
label: string | null,
/**
 * `None` when it was done, else the code of the refusal.
 */
refusal: string | null,
/**
 * When.
 */
at_ms: number, };

/**
 * A slip that is not settled. Key: `job`, or `ticket` where there is no job any more.
 */
export type JobView = {
/**
 * Its number in the printer's queue; `None` when it has left the queue.
 */
job: number | null,
/**
 * The ticket it is the slip of; `None` for a test page.
 */
ticket: number | null,
/**
 * The ticket's label.
 */
label: string | null,
/**
 * How far it has come.
 */
progress: JobProgress,
/**
 * Whether no byte of it has left, so that it can be taken back.
 */
can_withdraw: boolean, };

/**
 * How far a slip has come.
 */
export type JobProgress = "queued" | "sending" | "sent" | "held" | "unknown" | "failed";

/**
 * What can be done with a device.
 */
export type DeviceAction = "test" | "new_roll" | "withdraw";

/**
 * Bytes one way, and what they mean.
 */
export type ExchangeView = {
/**
 * Which way.
 */
direction: ExchangeDirection,
/**
 * The first bytes in hex, such as `10 04 01`.
 */
hex: string,
/**
 * How many bytes there were in all.
 */
byte_count: number,
/**
 * A stable word such as `ask_paper`.
 */
meaning: string,
/**
 * What is special about these, in the words of the manual; may be empty.
 */
detail: string,
/**
 * How often exactly this went over the line.
 */
count: number,
/**
 * How long ago it last did, in real time.
 */
ago_ms: number, };

/**
 * Which way bytes went.
 */
export type ExchangeDirection = "sent" | "received";

/**
 * `GET /api/v1/devices/{device}`: one device with what went over its line.
 */
export type DeviceDetail = {
/**
 * The device.
 */
device: DeviceView,
/**
 * The latest exchanges, oldest first.
 */
exchanges: Array<ExchangeView>, };

/**
 * `GET /api/v1/found-devices`: a device of this machine. Key: `path`.
 */
export type FoundDevice = {
/**
 * The path by which it is found again after being replugged, where there is one.
 */
path: string,
/**
 * Where that leads to now, such as `/dev/ttyUSB0`.
 */
node: string,
/**
 * How it is connected.
 */
link: FoundLink,
/**
 * What it calls itself; may be empty.
 */
name: string,
/**
 * The device of the office file that uses it, where one does.
 */
used_by: string | null,
/**
 * Lines for the office file, the most likely first; empty when it is used.
 */
proposals: Array<ProposedLine>,
/**
 * What to mind.
 */
warnings: Array<FoundWarning>,
/**
 * A udev rule that gives this socket of the machine a name of its own, where it helps.
 */
udev_rule: string | null, };

/**
 * How a found device is connected.
 */
export type FoundLink = "serial" | "usb_printer" | "keyboard";

/**
 * A line for the office file.
 */
export type ProposedLine = {
/**
 * The table it belongs in, such as `devices.printers`.
 */
table: string,
/**
 * The lines, such as `kiosk-1 = "serial:/dev/…"`.
 */
text: string, };

/**
 * What to mind about a found device.
 */
export type FoundWarning = "no_serial_number" | "alike" | "no_stable_path" | "not_allowed";

/**
 * `POST /api/v1/devices/{device}/withdraw`.
 */
export type WithdrawJob = {
/**
 * The job's number in the printer's queue.
 */
job: number, };

export type KioskMessage = LiveMessage<KioskView, KioskChange>;
export type CounterMessage = LiveMessage<CounterView, CounterChange>;
export type DisplayMessage = LiveMessage<DisplayView, DisplayChange>;
export type DashboardMessage = LiveMessage<DashboardView, DashboardChange>;

//! What each role may see. Each role has its own types, so a display cannot be sent what it must
//! not show (D-6).
//!
//! Lists of a view are keyed: a change carries the whole new row and replaces the row with the
//! same key, or adds it.

use crate::Text;
use crate::event::{AwayReason, Class, HoldReason, Paper, StepKind};

wire! {
    // ---- shared by all roles -------------------------------------------------------------

    /// The day as far as everybody may know it.
    pub struct DayStatus {
        /// The open business day as `YYYY-MM-DD`; `None` when none is open.
        pub day: Option<String>,
        /// Whether kiosks issue now.
        pub issuing: bool,
        /// When kiosks begin to issue today or next, as `YYYY-MM-DDThh:mm`; `None` when unknown.
        pub next_open: Option<String>,
        /// Today's opening time `hh:mm`; `None` when closed all day.
        pub open: Option<String>,
        /// Today's closing time `hh:mm`.
        pub close: Option<String>,
    }

    /// What everybody may know of a queue. Key: `queue`.
    pub struct QueueStatus {
        /// The queue's key.
        pub queue: String,
        /// Its letter.
        pub letter: String,
        /// Its name in residents' words.
        pub name: Text,
        /// People waiting.
        pub waiting: u16,
        /// Minutes somebody who comes now will wait; `None` when nobody can say.
        pub wait: Option<WaitBand>,
        /// Counters that are open for it.
        pub counters_open: u16,
    }

    /// A band of minutes.
    #[derive(Copy, Eq)]
    pub struct WaitBand {
        /// At least.
        pub from_min: u16,
        /// At most.
        pub to_min: u16,
    }

    /// A notice that holds now. Key: `notice`.
    pub struct Notice {
        /// Its key.
        pub notice: String,
        /// Queues it concerns; empty means everyone.
        pub queues: Vec<String>,
        /// What it says.
        pub text: Text,
    }

    // ---- kiosk ---------------------------------------------------------------------------

    /// Everything a kiosk shows.
    pub struct KioskView {
        /// What the office is called.
        pub office: Text,
        /// Language tags offered, in the order of their buttons.
        pub languages: Vec<String>,
        /// The errands.
        pub errands: Vec<ErrandView>,
        /// The queues behind them.
        pub queues: Vec<QueueStatus>,
        /// The day.
        pub day: DayStatus,
        /// Notices that hold now.
        pub notices: Vec<Notice>,
        /// Kiosks and their printers.
        pub printers: Vec<PrinterView>,
    }

    /// One choice at the kiosk.
    pub struct ErrandView {
        /// Its key.
        pub errand: String,
        /// What the button says.
        pub name: Text,
        /// What to have ready; may be empty.
        pub bring: Text,
        /// The group it stands in.
        pub within: Option<String>,
        /// What choosing it does.
        pub leads_to: ErrandTarget,
    }

    /// What choosing an errand does.
    #[serde(tag = "to", rename_all = "snake_case")]
    pub enum ErrandTarget {
        /// Shows the errands within it.
        Group,
        /// Issues a ticket for the queue.
        Queue {
            /// The queue's key.
            queue: String,
        },
        /// Sends the person to the floor guide.
        Guide,
    }

    /// A ticket printer as the kiosk shows it. Key: `kiosk`.
    pub struct PrinterView {
        /// The kiosk's key.
        pub kiosk: String,
        /// Its condition.
        pub condition: PrinterCondition,
        /// Slips of open tickets that failed or that nobody knows the outcome of; staff resolve
        /// them.
        pub unknown_count: u16,
        /// What the kiosk is called.
        #[serde(default)]
        pub name: Text,
        /// The kiosk out of whose printer the slips of this one come while it cannot print.
        #[serde(default)]
        pub stand_in: Option<String>,
        /// Slips left on the roll, as far as counting knows; in tens while there are enough.
        #[serde(default)]
        pub slips_left: Option<u32>,
    }

    /// The worst thing true of a printer.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum PrinterCondition {
        /// Ready.
        Ready,
        /// Paper will run out soon.
        PaperNearEnd,
        /// No paper.
        PaperEnd,
        /// The cover is open.
        CoverOpen,
        /// The cutter is jammed.
        CutterJam,
        /// The head is too hot; it goes on by itself.
        HeadHot,
        /// Offline for another reason.
        Offline,
        /// It does not answer.
        Silent,
        /// Unplugged or switched off.
        Absent,
        /// No printer is set up for the kiosk: labels are shown, not printed.
        None,
        /// By counting, few slips are left on the roll; the printer itself has not noticed yet.
        PaperLow,
    }

    /// A change for a kiosk.
    #[serde(tag = "kind", rename_all = "snake_case")]
    #[expect(missing_docs, reason = "each carries the row that its type documents")]
    pub enum KioskChange {
        Queue { queue: QueueStatus },
        Day { day: DayStatus },
        Notices { notices: Vec<Notice> },
        Printer { printer: PrinterView },
        /// The setup changed: take a new snapshot by connecting again without `since`.
        Setup,
    }

    // ---- hall and counter displays -------------------------------------------------------

    /// Everything a display shows: labels and counters, nothing else of a visit (D-6).
    pub struct DisplayView {
        /// What the office is called.
        pub office: Text,
        /// Counters with their spoken and shown names.
        pub counters: Vec<DisplayCounter>,
        /// The queues.
        pub queues: Vec<QueueStatus>,
        /// Calls, newest first: those that are on, then the latest that are over; at most 16.
        pub calls: Vec<CallView>,
        /// The day.
        pub day: DayStatus,
        /// Notices that hold now.
        pub notices: Vec<Notice>,
    }

    /// A counter on a display. Key: `counter`.
    pub struct DisplayCounter {
        /// Its key.
        pub counter: String,
        /// Its name.
        pub name: Text,
        /// Whether it is open.
        pub state: DisplayCounterState,
    }

    /// What a display may know of a counter.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum DisplayCounterState {
        /// Closed.
        Closed,
        /// Open.
        Open,
        /// Open, but away for a moment.
        Away,
    }

    /// A call on a display. Key: `label`.
    pub struct CallView {
        /// The label.
        pub label: String,
        /// The counter's key.
        pub counter: String,
        /// When it was first called.
        pub called_at_ms: i64,
        /// When it was last announced.
        pub announced_at_ms: i64,
        /// How often it has been announced; a rise means: announce again.
        pub announce_count: u8,
        /// Whether the resident is still expected.
        pub state: CallState,
    }

    /// Whether a call is still on.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum CallState {
        /// Please come.
        Calling,
        /// At the counter.
        Arrived,
        /// No longer called there: back in line, taken back, or nobody came.
        Ended,
    }

    /// A change for a display.
    #[serde(tag = "kind", rename_all = "snake_case")]
    #[expect(missing_docs, reason = "each carries the row that its type documents")]
    pub enum DisplayChange {
        Call { call: CallView },
        Queue { queue: QueueStatus },
        Counter { counter: DisplayCounter },
        Day { day: DayStatus },
        Notices { notices: Vec<Notice> },
        Setup,
    }

    // ---- counter -------------------------------------------------------------------------

    /// Everything staff at the counters see.
    pub struct CounterView {
        /// What the office is called.
        pub office: Text,
        /// The queues, with the office's own words.
        pub queues: Vec<StaffQueue>,
        /// Every counter.
        pub counters: Vec<CounterStatus>,
        /// Tickets that are not final, and those completed in the last minutes.
        pub tickets: Vec<TicketView>,
        /// The procedures a ticket can be completed with.
        pub procedures: Vec<ProcedureView>,
        /// Bells, and whether they ring.
        pub bells: Vec<BellView>,
        /// The day.
        pub day: DayStatus,
        /// The wait limit of today in minutes.
        pub wait_limit_min: u16,
        /// Notices that hold now.
        pub notices: Vec<Notice>,
        /// What needs somebody's attention.
        pub alerts: Vec<Alert>,
        /// Ticket printers.
        pub printers: Vec<PrinterView>,
        /// How long a step can be undone.
        pub undo_s: u16,
        /// Language tags of the office.
        pub languages: Vec<String>,
    }

    /// A queue on staff screens. Key: `queue`.
    pub struct StaffQueue {
        /// What everybody may know.
        pub status: QueueStatus,
        /// Its name in the office's words.
        pub staff_name: String,
        /// When whoever stands first began to wait; `None` when nobody waits.
        pub oldest_since_ms: Option<i64>,
        /// The section's key.
        pub section: String,
    }

    /// A counter on staff screens. Key: `counter`.
    pub struct CounterStatus {
        /// Its key.
        pub counter: String,
        /// Its name.
        pub name: Text,
        /// Its kind.
        pub kind: CounterKind,
        /// Its state.
        pub state: CounterState,
        /// Staff id, where signed in.
        pub operator: Option<String>,
        /// Language tags spoken there besides Japanese.
        pub languages: Vec<String>,
        /// Queues it serves now, in the order of its profile.
        pub queues: Vec<String>,
        /// The ticket called or served there.
        pub ticket: Option<u64>,
        /// The label it would call next; `None` when nobody.
        pub next: Option<String>,
        /// The step it can undo, and until when.
        pub undo: Option<UndoView>,
    }

    /// A step that can be undone.
    pub struct UndoView {
        /// The step.
        pub step: StepKind,
        /// The label it was about.
        pub label: String,
        /// Until when.
        pub until_ms: i64,
    }

    /// The kind of a counter.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    #[expect(missing_docs, reason = "mirrors domain::setup::CounterKind")]
    pub enum CounterKind { Contracted, Staff, High, Register }

    /// The state of a counter.
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum CounterState {
        /// Closed.
        Closed,
        /// Open, nobody there.
        Free,
        /// A ticket is called or served.
        Busy,
        /// Open, the operator is away.
        Away {
            /// Why.
            reason: AwayReason,
            /// Since when.
            since_ms: i64,
        },
    }

    /// A ticket on staff screens. Key: `ticket`.
    pub struct TicketView {
        /// Its id.
        pub ticket: u64,
        /// Its label.
        pub label: String,
        /// The queue it is in or was last in.
        pub queue: String,
        /// The errand's key, where one was chosen.
        pub errand: Option<String>,
        /// Its class.
        pub class: Class,
        /// Language tag.
        pub language: String,
        /// Its state.
        pub state: TicketState,
        /// When it was issued.
        pub issued_at_ms: i64,
        /// When it entered its present state.
        pub since_ms: i64,
        /// Its place in line: lower is nearer.
        pub place_at_ms: i64,
        /// Time it has waited in all periods that are over.
        pub waited_ms: i64,
        /// Time it has been handled in all periods that are over.
        pub handled_ms: i64,
        /// Target of its errand in minutes; `None` when there is none.
        pub target_min: Option<u16>,
        /// Procedures it was completed with.
        pub procedures: Vec<String>,
        /// The open confirmation of its transfer, where there is one.
        pub transfer: Option<TransferView>,
        /// How often it went back because nobody came.
        pub return_count: u8,
        /// How often it was announced in this call.
        pub announce_count: u8,
        /// What is known of its paper.
        pub paper: Paper,
    }

    /// The state of a ticket.
    #[serde(tag = "state", rename_all = "snake_case")]
    #[expect(missing_docs, reason = "mirrors domain::ticket::TicketState")]
    pub enum TicketState {
        Waiting,
        Called { counter: String },
        Serving { counter: String, ended: bool },
        OnHold { counter: String, reason: HoldReason },
        Completed,
        NoShow,
        Cancelled,
    }

    /// The open confirmation of a transfer.
    pub struct TransferView {
        /// The counter that has to confirm.
        pub from: String,
        /// Whether the arrival is confirmed; then the check by eye is open.
        pub arrived: bool,
    }

    /// A procedure on staff screens. Key: `code`.
    pub struct ProcedureView {
        /// Its code.
        pub code: String,
        /// Its name.
        pub name: Text,
        /// What tells it from others of the same name.
        pub variant: Text,
        /// Target in minutes.
        pub target_min: Option<u16>,
        /// Queues whose errands usually end as it, for sorting.
        pub queues: Vec<String>,
        /// Errands that usually end as it, for sorting.
        pub errands: Vec<String>,
        /// Whether it only goes with another one (№9, 16, 16-2).
        pub accompanies: bool,
    }

    /// A bell on staff screens. Key: `bell`.
    pub struct BellView {
        /// Its key.
        pub bell: String,
        /// Its name.
        pub name: Text,
        /// Reasons it can be rung for.
        pub reasons: Vec<BellReason>,
        /// The ring that is on.
        pub ring: Option<RingView>,
        /// Whether a ring makes a sound.
        #[serde(default)]
        pub device: BellCondition,
    }

    /// What is known of the device that makes a bell sound.
    #[derive(Copy, Eq, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum BellCondition {
        /// It takes orders.
        Ready,
        /// Unplugged or switched off.
        Absent,
        /// It does not answer.
        Silent,
        /// No device is set up for the bell: a ring is shown, not heard.
        #[default]
        None,
    }

    /// A reason for ringing.
    pub struct BellReason {
        /// Its code.
        pub reason: String,
        /// Its words.
        pub name: Text,
    }

    /// A ring that is on.
    pub struct RingView {
        /// Its id.
        pub ring: u64,
        /// Why.
        pub reason: String,
        /// Since when.
        pub rung_at_ms: i64,
        /// How often it has escalated.
        pub escalated: u8,
    }

    /// Something that needs somebody's attention. Key: all fields but `since_ms`.
    pub struct Alert {
        /// What.
        pub alert: AlertKind,
        /// How bad.
        pub level: AlertLevel,
        /// Since when.
        pub since_ms: i64,
        /// The queue concerned.
        pub queue: Option<String>,
        /// The counter concerned.
        pub counter: Option<String>,
        /// The ticket's label concerned.
        pub label: Option<String>,
        /// The language concerned.
        pub language: Option<String>,
        /// The kiosk concerned.
        pub kiosk: Option<String>,
        /// The bell concerned.
        #[serde(default)]
        pub bell: Option<String>,
    }

    /// What an alert is about.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum AlertKind {
        /// Somebody waits and no counter attends.
        Unattended,
        /// Visitors are still here after closing.
        Lingering,
        /// The wait limit is near or passed.
        WaitLimit,
        /// Nobody on duty speaks a waiting resident's language.
        Language,
        /// A transfer has not been confirmed.
        TransferUnconfirmed,
        /// A ticket's paper is unknown or failed.
        Paper,
        /// A printer needs somebody.
        Printer,
        /// A bell rang and nobody answered.
        BellUnanswered,
        /// A bell's device is absent or silent: nobody hears it.
        Bell,
    }

    /// How bad an alert is.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum AlertLevel {
        /// Soon.
        Near,
        /// Now.
        Over,
    }

    /// A change for staff at a counter.
    #[serde(tag = "kind", rename_all = "snake_case")]
    #[expect(missing_docs, reason = "each carries the row that its type documents")]
    pub enum CounterChange {
        Ticket { ticket: TicketView },
        /// A ticket to forget.
        TicketGone { ticket: u64 },
        Queue { queue: StaffQueue },
        Counter { counter: CounterStatus },
        Bell { bell: BellView },
        Alerts { alerts: Vec<Alert> },
        Day { day: DayStatus },
        Notices { notices: Vec<Notice> },
        Printer { printer: PrinterView },
        Setup,
    }

    // ---- dashboard -----------------------------------------------------------------------

    /// Everything the dashboard shows live.
    pub struct DashboardView {
        /// What the office is called.
        pub office: Text,
        /// The queues.
        pub queues: Vec<StaffQueue>,
        /// The counters.
        pub counters: Vec<CounterStatus>,
        /// Today's waits.
        pub waits: WaitSummary,
        /// Today's procedures.
        pub procedures: Vec<ProcedureSummary>,
        /// Today in numbers.
        pub today: TodaySummary,
        /// What needs somebody's attention.
        pub alerts: Vec<Alert>,
        /// The wait limit of today in minutes.
        pub wait_limit_min: u16,
        /// The day.
        pub day: DayStatus,
        /// Ticket printers.
        pub printers: Vec<PrinterView>,
        /// Bells, and whether they make a sound.
        #[serde(default)]
        pub bells: Vec<BellView>,
    }

    /// Today's waits, queued → called, over all queues.
    pub struct WaitSummary {
        /// Waits that ended in a call.
        pub count: u32,
        /// Mean; `None` when there is none.
        pub mean_ms: Option<i64>,
        /// Median.
        pub median_ms: Option<i64>,
        /// 90th percentile (nearest rank).
        pub p90_ms: Option<i64>,
        /// How many were within the limit.
        pub within_count: u32,
    }

    /// Today's handling of one procedure, over tickets completed with it alone or first.
    /// Key: `code`.
    pub struct ProcedureSummary {
        /// Its code.
        pub code: String,
        /// Its name.
        pub name: Text,
        /// What tells it from others of the same name.
        pub variant: Text,
        /// Target in minutes.
        pub target_min: Option<u16>,
        /// How often it was done.
        pub count: u32,
        /// Tickets whose handling is measured against it.
        pub measured_count: u32,
        /// Mean handling.
        pub mean_ms: Option<i64>,
        /// Median handling.
        pub median_ms: Option<i64>,
        /// 90th percentile (nearest rank).
        pub p90_ms: Option<i64>,
        /// How many were within the target.
        pub within_count: u32,
    }

    /// Today in numbers.
    pub struct TodaySummary {
        /// Tickets issued.
        pub issued: u32,
        /// People waiting.
        pub waiting: u32,
        /// At a counter (called or serving).
        pub serving: u32,
        /// On hold.
        pub on_hold: u32,
        /// Completed.
        pub completed: u32,
        /// No-shows.
        pub no_show: u32,
        /// Cancelled.
        pub cancelled: u32,
        /// Transfers.
        pub transferred: u32,
        /// Floor guidances without a ticket.
        pub guidance: u32,
    }

    /// A change for a dashboard.
    #[serde(tag = "kind", rename_all = "snake_case")]
    #[expect(missing_docs, reason = "each carries the row that its type documents")]
    pub enum DashboardChange {
        Queue { queue: StaffQueue },
        Counter { counter: CounterStatus },
        Waits { waits: WaitSummary },
        Procedure { procedure: ProcedureSummary },
        Today { today: TodaySummary },
        Alerts { alerts: Vec<Alert> },
        Day { day: DayStatus },
        Printer { printer: PrinterView },
        Bell { bell: BellView },
        Setup,
    }
}

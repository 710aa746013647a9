//! What the office can be asked to do. Imperative; each is decided by
//! [`Office::decide`](crate::office::Office::decide).

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::id::{
    BatchId, BellId, CounterId, ErrandId, Key, KioskId, OperatorId, ProcedureCode, QueueId, RingId,
    SectionId, TagPoolId, TagUseId, TicketId, UnitId,
};
use crate::label::Label;
use crate::language::Language;
use crate::setup::{ProfileLine, Setup};
use crate::ticket::{CancelReason, Class, HoldReason, Origin, Paper, Token};
use crate::time::{Date, Timestamp};

/// A request to change something.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "field names are the glossary's words; types carry their docs")]
pub enum Command {
    /// Puts a setup in force from now on. Refused while it would orphan something open.
    AdoptSetup { setup: Box<Setup> },
    /// Opens the business day `date`: today's date, later than every day before.
    OpenDay { date: Date },
    /// Closes the business day; what is still open is listed and closed by rule, never lost.
    CloseDay,

    /// Issues a ticket. Kiosks issue within hours only; a floor guide while the day is open.
    IssueTicket {
        want: Want,
        class: Class,
        language: Language,
        /// [`Origin::Kiosk`] or [`Origin::Floor`]; the others have their own commands.
        origin: Origin,
        token: Token,
    },
    /// Takes in somebody from a linked section under the label they hold; no paper.
    AdmitLinked {
        section: SectionId,
        label: Label,
        queue: QueueId,
        language: Language,
        token: Token,
    },
    /// Merges a ticket that a kiosk issued from its own range without the server.
    MergeOffline {
        kiosk: KioskId,
        want: Want,
        number: u16,
        language: Language,
        token: Token,
        /// How long before now it was issued, by the kiosk's own stopwatch, never its clock.
        issued_ago_ms: i64,
    },
    /// Records what became of a ticket's paper.
    ReportPaper { ticket: TicketId, paper: Paper },
    /// Prints the same label again, marked 再発行.
    ReprintTicket { ticket: TicketId },
    /// Withdraws a ticket that waits or is on hold; of one that is called or served its counter
    /// decides.
    CancelTicket { ticket: TicketId, reason: CancelReason },
    /// Keeps a ticket's durations out of the statistics.
    MarkInaccurate { ticket: TicketId },

    /// Calls whoever is next for the counter.
    CallNext { counter: CounterId },
    /// Calls this ticket, waiting or on hold, whatever its place.
    CallTicket { counter: CounterId, ticket: TicketId },
    /// Announces the called ticket again.
    Recall { counter: CounterId },
    /// The resident is here and the slip matches. `presented` is what they show.
    StartService { counter: CounterId, presented: Option<Label> },
    /// 不一致: the slip does not match; the called ticket goes back to its place.
    ReportMismatch { counter: CounterId },
    /// 窓口終了: the resident leaves, the case goes on.
    EndService { counter: CounterId },
    /// 完了処理 with the procedures actually done; none where the catalogue has no
    /// sheet for the ticket's queue ([`Setup::is_catalogued`]).
    CompleteService { counter: CounterId, procedures: Vec<ProcedureCode> },
    /// Nobody came, and nobody is expected any more.
    MarkNoShow { counter: CounterId },
    /// Puts the called ticket back in line.
    ReturnToQueue { counter: CounterId, place: ReturnPlace },
    /// Sets the ticket at the counter aside.
    Hold { counter: CounterId, reason: HoldReason },
    /// The held resident is back at the counter: service goes on without a call.
    Resume { counter: CounterId, ticket: TicketId },
    /// 連携: sends the resident to another queue with the same label (R-52…R-57).
    Transfer { counter: CounterId, to: QueueId },
    /// Confirms a transfer: arrival, then by eye.
    ConfirmTransfer { ticket: TicketId, step: ConfirmStep },
    /// Takes back the counter's last step.
    Undo { counter: CounterId },

    /// Opens a counter, or changes who works there while no ticket is at it.
    OpenCounter {
        counter: CounterId,
        operator: Option<OperatorId>,
        /// Languages spoken there besides Japanese.
        languages: Vec<Language>,
        /// What it serves today; `None` for its own profile.
        profile: Option<Vec<ProfileLine>>,
    },
    /// The operator steps away. A ticket may stay at the counter meanwhile.
    PauseCounter { counter: CounterId, reason: AwayReason },
    /// The operator is back.
    ResumeCounter { counter: CounterId },
    /// Closes the counter. Refused while a ticket is called or served there.
    CloseCounter { counter: CounterId },

    /// Records one floor guidance without a ticket.
    RecordGuidance { kind: GuidanceKind, duration_ms: i64 },
    /// Hands out a physical tag.
    HandOutTag { pool: TagPoolId, number: u16 },
    /// Calls the holder of a tag, by voice.
    CallTag { tag: TagUseId, counter: CounterId },
    /// Takes a tag back; `procedures` says what was done, empty when nothing was.
    ReturnTag { tag: TagUseId, procedures: Vec<ProcedureCode> },
    /// Rings a bell (R-70…R-73).
    RingBell { bell: BellId, reason: Key },
    /// Answers a ringing bell.
    AcknowledgeBell { ring: RingId },
    /// Nobody answered in time; issued by the office itself.
    EscalateBell { ring: RingId },
    /// Registers a batch of mail or electronic cases.
    ReceiveBatch { procedure: ProcedureCode, channel: BatchChannel, count: u16 },
    /// Marks a step of a batch as done; 1-based, in the sheet's order, forwards only.
    AdvanceBatch { batch: BatchId, step: u8 },
    /// 納品: delivers a batch; `returned` of its cases go back.
    DeliverBatch { batch: BatchId, returned: u16 },
}

/// What a ticket is wanted for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Want {
    /// What the resident chose; its queue follows.
    Errand(ErrandId),
    /// A queue, chosen by staff.
    Queue(QueueId),
}

/// Where a returned ticket stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ReturnPlace {
    /// Its own place: it was called by mistake.
    Keep,
    /// Behind everyone: nobody came. Counts towards `return_max`.
    Back,
}

/// A step of confirming a transfer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ConfirmStep {
    /// 到着確認操作.
    Arrival,
    /// 目視確認: seen in the destination queue.
    SeenByEye,
}

/// Why an operator is away from an open counter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum AwayReason {
    /// At the register: the counter is not unattended.
    Register,
    /// In the back office on this counter's case.
    BackOffice,
    /// On a break.
    Break,
}

/// What a floor guide did without a ticket.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum GuidanceKind {
    /// Answered a question, explained, sent for documents.
    Advice,
    /// Showed the way to a unit of this section.
    ToUnit(UnitId),
    /// Showed the way to another section.
    ToSection(SectionId),
    /// Announced a visitor who does not apply for anything.
    Announced,
}

/// How a batch came in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum BatchChannel {
    /// By post.
    Mail,
    /// As electronic applications.
    Electronic,
    /// Held or later-mail items from the window.
    Window,
}

/// A command that time itself makes due: what [`Office::due`](crate::office::Office::due) returns.
pub type DueCommand = (Timestamp, Command);

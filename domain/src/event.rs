//! What has happened. Past tense; appended to the log, applied by
//! [`Office::apply`](crate::office::Office::apply), never changed.
//!
//! New events are added at the end of the enum and old ones keep their meaning for ever: the
//! log's record types mirror them one by one (server, `log`).

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::command::{AwayReason, BatchChannel, ConfirmStep, GuidanceKind, ReturnPlace};
use crate::estimate::Window;
use crate::id::{
    BatchId, BellId, CounterId, ErrandId, Key, OperatorId, ProcedureCode, QueueId, RingId,
    TagPoolId, TagUseId, TicketId,
};
use crate::label::Label;
use crate::language::Language;
use crate::setup::{ProfileLine, Setup};
use crate::ticket::{CancelReason, Class, HoldReason, Origin, Paper, Token};
use crate::time::{Date, Timestamp};

/// Something that has happened.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "field names are the glossary's words; types carry their docs")]
pub enum Event {
    SetupAdopted {
        setup: Box<Setup>,
    },
    DayOpened {
        date: Date,
    },
    /// The day is over. Everything that was open has been closed by events before this one.
    DayClosed {
        date: Date,
    },

    TicketIssued {
        ticket: TicketId,
        label: Label,
        queue: QueueId,
        errand: Option<ErrandId>,
        class: Class,
        language: Language,
        origin: Origin,
        token: Token,
        /// When it was issued; earlier than the event's own time for merged offline tickets.
        issued_at: Timestamp,
        /// People who stood before it at that moment.
        ahead: u16,
        /// The window promised on the slip; `None` when nobody can say.
        window: Option<Window>,
    },
    PaperReported {
        ticket: TicketId,
        paper: Paper,
    },
    TicketReprinted {
        ticket: TicketId,
    },
    TicketCancelled {
        ticket: TicketId,
        reason: CancelReason,
    },
    TimesDoubted {
        ticket: TicketId,
    },

    TicketCalled {
        ticket: TicketId,
        counter: CounterId,
        how: CallKind,
    },
    TicketRecalled {
        ticket: TicketId,
        counter: CounterId,
    },
    ServiceStarted {
        ticket: TicketId,
        counter: CounterId,
    },
    LabelMismatched {
        ticket: TicketId,
        counter: CounterId,
    },
    ServiceEnded {
        ticket: TicketId,
        counter: CounterId,
    },
    ServiceCompleted {
        ticket: TicketId,
        counter: CounterId,
        procedures: Vec<ProcedureCode>,
    },
    TicketNoShow {
        ticket: TicketId,
        counter: CounterId,
    },
    TicketReturned {
        ticket: TicketId,
        counter: CounterId,
        place: ReturnPlace,
    },
    TicketHeld {
        ticket: TicketId,
        counter: CounterId,
        reason: HoldReason,
    },
    TicketResumed {
        ticket: TicketId,
        counter: CounterId,
    },
    TicketTransferred {
        ticket: TicketId,
        counter: CounterId,
        from: QueueId,
        to: QueueId,
    },
    TransferConfirmed {
        ticket: TicketId,
        step: ConfirmStep,
    },
    StepUndone {
        ticket: TicketId,
        counter: CounterId,
        step: StepKind,
    },

    CounterOpened {
        counter: CounterId,
        operator: Option<OperatorId>,
        languages: Vec<Language>,
        profile: Option<Vec<ProfileLine>>,
    },
    CounterPaused {
        counter: CounterId,
        reason: AwayReason,
    },
    CounterResumed {
        counter: CounterId,
    },
    CounterClosed {
        counter: CounterId,
    },

    GuidanceRecorded {
        kind: GuidanceKind,
        duration_ms: i64,
    },
    TagHandedOut {
        tag: TagUseId,
        pool: TagPoolId,
        number: u16,
    },
    TagCalled {
        tag: TagUseId,
        counter: CounterId,
    },
    TagReturned {
        tag: TagUseId,
        procedures: Vec<ProcedureCode>,
    },
    BellRung {
        ring: RingId,
        bell: BellId,
        reason: Key,
    },
    BellAcknowledged {
        ring: RingId,
    },
    /// The `count`th escalation of a ring; `to` is where it rings as well.
    BellEscalated {
        ring: RingId,
        count: u8,
        to: Option<BellId>,
    },
    /// The ring stopped without an answer: escalated as often as allowed, or the day was closed.
    BellLapsed {
        ring: RingId,
    },
    BatchReceived {
        batch: BatchId,
        procedure: ProcedureCode,
        channel: BatchChannel,
        count: u16,
    },
    BatchAdvanced {
        batch: BatchId,
        step: u8,
    },
    BatchDelivered {
        batch: BatchId,
        returned: u16,
    },
}

/// How a ticket came to be called.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CallKind {
    /// As the next in order.
    Next,
    /// Chosen by the operator, whatever its place.
    Chosen,
}

/// A step of a counter that can be undone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "each names the command it takes back")]
pub enum StepKind {
    Call,
    Start,
    Mismatch,
    EndService,
    Complete,
    NoShow,
    Return,
    Hold,
    Resume,
    Transfer,
}

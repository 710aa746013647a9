//! Why a command was not carried out. Data, not sentences: screens translate the stable code.

use crate::id::{
    BatchId, BellId, CounterId, ErrandId, Key, KioskId, ProcedureCode, QueueId, RingId, SectionId,
    TagPoolId, TagUseId, TicketId,
};
use crate::label::Label;
use crate::setup::CounterKind;
use crate::ticket::TicketState;
use crate::time::{Date, MinuteOfDay};

/// Why a command was not carried out. Nothing has changed.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "field names are the glossary's words; codes carry the meaning")]
pub enum Refusal {
    // Day and setup.
    NoSetup,
    SetupInvalid { fault: crate::setup_fault::SetupFault },
    SetupInUse { what: Key },
    OfficeChanged { log: Key, setup: Key },
    DayNotOpen,
    DayAlreadyOpen { date: Date },
    DayNotToday { asked: Date, today: Date },
    DayAlreadyPast { asked: Date, last: Date },
    ClosedHours { next_open: Option<(Date, MinuteOfDay)> },

    // Unknown things.
    UnknownQueue { queue: QueueId },
    UnknownErrand { errand: ErrandId },
    UnknownCounter { counter: CounterId },
    UnknownProcedure { procedure: ProcedureCode },
    UnknownTicket { ticket: TicketId },
    UnknownBell { bell: BellId },
    UnknownReason { bell: BellId, reason: Key },
    UnknownRing { ring: RingId },
    UnknownTagPool { pool: TagPoolId },
    UnknownTag { tag: TagUseId },
    UnknownBatch { batch: BatchId },
    UnknownKiosk { kiosk: KioskId },
    UnknownSection { section: SectionId },
    UnknownUnit { unit: crate::id::UnitId },

    // Issue.
    ErrandIsGroup { errand: ErrandId },
    ErrandNeedsGuide { errand: ErrandId },
    WrongOrigin,
    LanguageNotOffered,
    QueueFull { queue: QueueId, waiting_max: u16 },
    RangeExhausted { queue: QueueId, last: u16 },
    DayTicketsExhausted { tickets_day_max: u32 },
    NumberNotOwned { kiosk: KioskId, queue: QueueId, number: u16 },
    LabelTaken { label: Label },
    LabelForeign { label: Label, section: SectionId },
    SectionNotLinked { section: SectionId },
    OfflineTooOld { issued_ago_ms: i64, age_ms_max: i64 },

    // Calling and serving.
    QueueEmpty,
    NoneEligible { waiting: u16 },
    CounterClosed { counter: CounterId },
    CounterAway { counter: CounterId },
    CounterBusy { counter: CounterId, ticket: TicketId, label: Label },
    CounterIdle { counter: CounterId },
    CounterKindNotAllowed { counter: CounterId, kind: CounterKind, queue: QueueId },
    NotWaiting { label: Label, state: TicketState },
    NotCalled { label: Label, state: TicketState },
    NotServing { label: Label, state: TicketState },
    NotOnHold { label: Label, state: TicketState },
    AlreadyFinal { label: Label, state: TicketState },
    AtCounter { label: Label, counter: CounterId },
    AlreadyEnded { label: Label },
    LabelMismatch { called: Label, presented: Label },
    RecallsExhausted { label: Label, recall_max: u8 },
    ReturnsExhausted { label: Label, return_max: u8 },
    PeriodsExhausted { label: Label, periods_max: u8 },
    NoProcedure,
    TooManyProcedures { procedures_max: u8 },
    ProcedureTwice { procedure: ProcedureCode },
    ProcedureNotCompletable { procedure: ProcedureCode },
    TransferToSameQueue { queue: QueueId },
    TransferNotServed { queue: QueueId },
    NoTransferToConfirm { label: Label },
    ArrivalNotConfirmed { label: Label },
    NothingToUndo { counter: CounterId },
    UndoTooLate { counter: CounterId, undo_s: u16 },
    UndoOvertaken { label: Label },
    PaperNotExpected { label: Label },
    PaperAlreadyPrinted { label: Label },
    AlreadyDoubted { label: Label },

    // Counters.
    CounterAlreadyOpen { counter: CounterId },
    CounterNotOpen { counter: CounterId },
    CounterNotAway { counter: CounterId },
    ProfileEmpty { counter: CounterId },

    // Floor, tags, bells, batches.
    DurationOutOfRange { duration_ms: i64, duration_ms_max: i64 },
    TagNumberUnknown { pool: TagPoolId, number: u16, size: u16 },
    TagAlreadyOut { pool: TagPoolId, number: u16 },
    TagAlreadyReturned { tag: TagUseId },
    TagProcedureNotAllowed { procedure: ProcedureCode },
    BellAlreadyRinging { bell: BellId, ring: RingId },
    RingAlreadyAnswered { ring: RingId },
    RingLapsed { ring: RingId },
    RingNotDue { ring: RingId },
    BatchEmpty,
    BatchTooLarge { count_max: u16 },
    ProcedureNotBatched { procedure: ProcedureCode },
    ChannelNotAccepted { procedure: ProcedureCode },
    BatchStepBackwards { batch: BatchId, step: u8, last: u8 },
    BatchStepUnknown { batch: BatchId, step: u8, steps: u8 },
    BatchAlreadyDelivered { batch: BatchId },
    BatchReturnedTooMany { batch: BatchId, count: u16 },
    TooManyOpen { what: &'static str, count_max: u16 },
}

macro_rules! codes {
    ($($variant:ident => $code:literal),+ $(,)?) => {
        /// Every code, in the order of the variants: what screens must be able to translate.
        pub const ALL_CODES: &[&str] = &[$($code),+];

        impl Refusal {
            /// The stable code of the refusal; it never changes once released.
            pub fn code(&self) -> &'static str {
                match self {
                    $(Refusal::$variant { .. } => $code),+
                }
            }
        }
    };
}

codes! {
    NoSetup => "no_setup",
    SetupInvalid => "setup_invalid",
    SetupInUse => "setup_in_use",
    OfficeChanged => "office_changed",
    DayNotOpen => "day_not_open",
    DayAlreadyOpen => "day_already_open",
    DayNotToday => "day_not_today",
    DayAlreadyPast => "day_already_past",
    ClosedHours => "closed_hours",
    UnknownQueue => "unknown_queue",
    UnknownErrand => "unknown_errand",
    UnknownCounter => "unknown_counter",
    UnknownProcedure => "unknown_procedure",
    UnknownTicket => "unknown_ticket",
    UnknownBell => "unknown_bell",
    UnknownReason => "unknown_reason",
    UnknownRing => "unknown_ring",
    UnknownTagPool => "unknown_tag_pool",
    UnknownTag => "unknown_tag",
    UnknownBatch => "unknown_batch",
    UnknownKiosk => "unknown_kiosk",
    UnknownSection => "unknown_section",
    UnknownUnit => "unknown_unit",
    ErrandIsGroup => "errand_is_group",
    ErrandNeedsGuide => "errand_needs_guide",
    WrongOrigin => "wrong_origin",
    LanguageNotOffered => "language_not_offered",
    QueueFull => "queue_full",
    RangeExhausted => "range_exhausted",
    DayTicketsExhausted => "day_tickets_exhausted",
    NumberNotOwned => "number_not_owned",
    LabelTaken => "label_taken",
    LabelForeign => "label_foreign",
    SectionNotLinked => "section_not_linked",
    OfflineTooOld => "offline_too_old",
    QueueEmpty => "queue_empty",
    NoneEligible => "none_eligible",
    CounterClosed => "counter_closed",
    CounterAway => "counter_away",
    CounterBusy => "counter_busy",
    CounterIdle => "counter_idle",
    CounterKindNotAllowed => "counter_kind_not_allowed",
    NotWaiting => "not_waiting",
    NotCalled => "not_called",
    NotServing => "not_serving",
    NotOnHold => "not_on_hold",
    AlreadyFinal => "already_final",
    AtCounter => "at_counter",
    AlreadyEnded => "already_ended",
    LabelMismatch => "label_mismatch",
    RecallsExhausted => "recalls_exhausted",
    ReturnsExhausted => "returns_exhausted",
    PeriodsExhausted => "periods_exhausted",
    NoProcedure => "no_procedure",
    TooManyProcedures => "too_many_procedures",
    ProcedureTwice => "procedure_twice",
    ProcedureNotCompletable => "procedure_not_completable",
    TransferToSameQueue => "transfer_to_same_queue",
    TransferNotServed => "transfer_not_served",
    NoTransferToConfirm => "no_transfer_to_confirm",
    ArrivalNotConfirmed => "arrival_not_confirmed",
    NothingToUndo => "nothing_to_undo",
    UndoTooLate => "undo_too_late",
    UndoOvertaken => "undo_overtaken",
    PaperNotExpected => "paper_not_expected",
    PaperAlreadyPrinted => "paper_already_printed",
    AlreadyDoubted => "already_doubted",
    CounterAlreadyOpen => "counter_already_open",
    CounterNotOpen => "counter_not_open",
    CounterNotAway => "counter_not_away",
    ProfileEmpty => "profile_empty",
    DurationOutOfRange => "duration_out_of_range",
    TagNumberUnknown => "tag_number_unknown",
    TagAlreadyOut => "tag_already_out",
    TagAlreadyReturned => "tag_already_returned",
    TagProcedureNotAllowed => "tag_procedure_not_allowed",
    BellAlreadyRinging => "bell_already_ringing",
    RingAlreadyAnswered => "ring_already_answered",
    RingLapsed => "ring_lapsed",
    RingNotDue => "ring_not_due",
    BatchEmpty => "batch_empty",
    BatchTooLarge => "batch_too_large",
    ProcedureNotBatched => "procedure_not_batched",
    ChannelNotAccepted => "channel_not_accepted",
    BatchStepBackwards => "batch_step_backwards",
    BatchStepUnknown => "batch_step_unknown",
    BatchAlreadyDelivered => "batch_already_delivered",
    BatchReturnedTooMany => "batch_returned_too_many",
    TooManyOpen => "too_many_open",
}

//! Why a command was not carried out. Data, not sentences: screens translate the stable code.

use core::fmt;

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

/// The table of codes and words: from it come `code`, `ALL_CODES` and `Display`.
macro_rules! refusals {
    ($($variant:ident $({ $($field:ident),+ })? => $code:literal, $words:literal;)+) => {
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

        impl fmt::Display for Refusal {
            /// What was expected, as a lowercase fragment for logs and technicians; screens
            /// translate the code.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Refusal::$variant { $($($field,)+)? .. } => write!(f, $words)),+
                }
            }
        }
    };
}

refusals! {
    NoSetup => "no_setup", "no setup has been adopted yet";
    SetupInvalid { fault } => "setup_invalid", "the setup cannot be adopted: {fault}";
    SetupInUse { what } => "setup_in_use",
        "{what} is still in use and must stay in the setup until it is not";
    OfficeChanged { log, setup } => "office_changed",
        "the log belongs to office {log}, not to {setup}";
    DayNotOpen => "day_not_open", "a business day must be open";
    DayAlreadyOpen { date } => "day_already_open", "the business day {date} is open already";
    DayNotToday { asked, today } => "day_not_today",
        "the business day to open must be today, {today}, not {asked}";
    DayAlreadyPast { asked, last } => "day_already_past",
        "a business day must be later than {last}, not {asked}";
    ClosedHours => "closed_hours", "kiosks issue within opening hours only";
    UnknownQueue { queue } => "unknown_queue", "there is no queue {queue}";
    UnknownErrand { errand } => "unknown_errand", "there is no errand {errand}";
    UnknownCounter { counter } => "unknown_counter", "there is no counter {counter}";
    UnknownProcedure { procedure } => "unknown_procedure", "there is no procedure {procedure}";
    UnknownTicket { ticket } => "unknown_ticket", "there is no ticket {ticket} today";
    UnknownBell { bell } => "unknown_bell", "there is no bell {bell}";
    UnknownReason { bell, reason } => "unknown_reason", "bell {bell} has no reason {reason}";
    UnknownRing { ring } => "unknown_ring", "there is no ring {ring} today";
    UnknownTagPool { pool } => "unknown_tag_pool", "there is no tag pool {pool}";
    UnknownTag { tag } => "unknown_tag", "there is no use {tag} of a tag";
    UnknownBatch { batch } => "unknown_batch", "there is no open batch {batch}";
    UnknownKiosk { kiosk } => "unknown_kiosk", "there is no kiosk {kiosk}";
    UnknownSection { section } => "unknown_section", "there is no section {section}";
    UnknownUnit { unit } => "unknown_unit", "there is no unit {unit}";
    ErrandIsGroup { errand } => "errand_is_group",
        "{errand} is a group: one of the errands within it must be chosen";
    ErrandNeedsGuide { errand } => "errand_needs_guide",
        "{errand} needs the floor guide, not a ticket";
    WrongOrigin => "wrong_origin", "a ticket is issued by a kiosk or a floor guide";
    LanguageNotOffered => "language_not_offered", "the language must be one that the office offers";
    QueueFull { queue, waiting_max } => "queue_full",
        "at most {waiting_max} people may wait in queue {queue}";
    RangeExhausted { queue, last } => "range_exhausted",
        "every number of queue {queue} up to {last} was given today";
    DayTicketsExhausted { tickets_day_max } => "day_tickets_exhausted",
        "at most {tickets_day_max} tickets may be issued in a day";
    NumberNotOwned { kiosk, queue, number } => "number_not_owned",
        "kiosk {kiosk} does not own number {number} of queue {queue}";
    LabelTaken { label } => "label_taken", "{label} was given to somebody else today";
    LabelForeign { label, section } => "label_foreign",
        "{label} cannot be a label of section {section}";
    SectionNotLinked { section } => "section_not_linked", "section {section} has no linked system";
    OfflineTooOld { age_ms_max } => "offline_too_old",
        "an offline ticket must be at most {age_ms_max} ms old and of this day";
    QueueEmpty => "queue_empty", "nobody is waiting for this counter";
    NoneEligible { waiting } => "none_eligible",
        "none of the {waiting} people waiting can be called here now";
    CounterClosed { counter } => "counter_closed", "counter {counter} must be open";
    CounterAway { counter } => "counter_away", "the operator of counter {counter} is away";
    CounterBusy { counter, label } => "counter_busy", "{label} is at counter {counter}";
    CounterIdle { counter } => "counter_idle", "a ticket must be at counter {counter}";
    CounterKindNotAllowed { counter, queue } => "counter_kind_not_allowed",
        "counter {counter} is not of a kind that serves queue {queue}";
    NotWaiting { label, state } => "not_waiting", "{label} must be waiting or on hold, not {state}";
    NotCalled { label, state } => "not_called", "{label} must be called, not {state}";
    NotServing { label, state } => "not_serving", "{label} must be served, not {state}";
    NotOnHold { label, state } => "not_on_hold", "{label} must be on hold, not {state}";
    AlreadyFinal { label, state } => "already_final", "{label} is {state} for good";
    AtCounter { label, counter } => "at_counter", "{label} is being served at counter {counter}";
    AlreadyEnded { label } => "already_ended", "{label} has left the counter already";
    LabelMismatch { called, presented } => "label_mismatch",
        "the slip must be {called}, not {presented}";
    RecallsExhausted { label, recall_max } => "recalls_exhausted",
        "{label} was announced again {recall_max} times already";
    ReturnsExhausted { label, return_max } => "returns_exhausted",
        "{label} may return to the queue {return_max} times";
    PeriodsExhausted { label, periods_max } => "periods_exhausted",
        "{label} has no room for more steps, {periods_max} at most";
    NoProcedure => "no_procedure", "at least one procedure must be chosen";
    TooManyProcedures { procedures_max } => "too_many_procedures",
        "at most {procedures_max} procedures may be chosen";
    ProcedureTwice { procedure } => "procedure_twice",
        "procedure {procedure} may be chosen once only";
    ProcedureNotCompletable { procedure } => "procedure_not_completable",
        "a ticket cannot be completed with procedure {procedure}";
    TransferToSameQueue { queue } => "transfer_to_same_queue",
        "the ticket is in queue {queue} already";
    TransferNotServed { queue } => "transfer_not_served",
        "nobody serves queue {queue} in this system";
    NoTransferToConfirm { label } => "no_transfer_to_confirm",
        "no transfer of {label} waits for this confirmation";
    ArrivalNotConfirmed { label } => "arrival_not_confirmed",
        "the arrival of {label} must be confirmed first";
    NothingToUndo { counter } => "nothing_to_undo", "counter {counter} has no step to take back";
    UndoTooLate { undo_s } => "undo_too_late", "a step can be taken back for {undo_s} seconds only";
    UndoOvertaken { label } => "undo_overtaken", "{label} has gone on since that step";
    PaperNotExpected { label } => "paper_not_expected",
        "no such report is expected for the paper of {label}";
    PaperAlreadyPrinted { label } => "paper_already_printed",
        "the paper of {label} was printed already";
    AlreadyDoubted { label } => "already_doubted", "the times of {label} are doubted already";
    CounterAlreadyOpen { counter } => "counter_already_open",
        "counter {counter} is open just so already";
    CounterNotOpen { counter } => "counter_not_open", "counter {counter} is not open";
    CounterNotAway { counter } => "counter_not_away",
        "the operator of counter {counter} is not away";
    ProfileEmpty { counter } => "profile_empty", "counter {counter} must serve at least one queue";
    DurationOutOfRange { duration_ms_max } => "duration_out_of_range",
        "the duration must be from 0 to {duration_ms_max} ms";
    TagNumberUnknown { pool, size } => "tag_number_unknown",
        "the tags of pool {pool} are numbered 1 to {size}";
    TagAlreadyOut { pool, number } => "tag_already_out",
        "tag {number} of pool {pool} is out already";
    TagAlreadyReturned { tag } => "tag_already_returned", "the tag of use {tag} is back already";
    TagProcedureNotAllowed { procedure } => "tag_procedure_not_allowed",
        "procedure {procedure} is not done with this tag";
    BellAlreadyRinging { bell } => "bell_already_ringing", "bell {bell} is ringing already";
    RingAlreadyAnswered { ring } => "ring_already_answered", "ring {ring} was answered already";
    RingLapsed { ring } => "ring_lapsed", "ring {ring} has stopped";
    RingNotDue { ring } => "ring_not_due", "there is still time to answer ring {ring}";
    BatchEmpty => "batch_empty", "a batch holds at least one case";
    BatchTooLarge { count_max } => "batch_too_large", "a batch holds at most {count_max} cases";
    ProcedureNotBatched { procedure } => "procedure_not_batched",
        "procedure {procedure} is not worked in batches";
    ChannelNotAccepted { procedure } => "channel_not_accepted",
        "procedure {procedure} does not come in that way";
    BatchStepBackwards { last } => "batch_step_backwards", "the step must come after step {last}";
    BatchStepUnknown { steps } => "batch_step_unknown", "the sheet has {steps} steps";
    BatchAlreadyDelivered { batch } => "batch_already_delivered",
        "batch {batch} was delivered already";
    BatchReturnedTooMany { batch, count } => "batch_returned_too_many",
        "batch {batch} holds {count} cases";
    TooManyOpen { what, count_max } => "too_many_open", "at most {count_max} {what} may be open";
}

impl core::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn codes_are_unique_and_in_snake_case() {
        let unique: BTreeSet<&str> = ALL_CODES.iter().copied().collect();
        assert_eq!(unique.len(), ALL_CODES.len());
        let is_snake = |code: &str| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(ALL_CODES.iter().all(|code| is_snake(code)));
    }

    #[test]
    fn a_mismatch_names_both_labels() {
        let label = |text| Label::parse(text).expect("a label");
        let refusal = Refusal::LabelMismatch { called: label("A101"), presented: label("A110") };
        assert_eq!(refusal.code(), "label_mismatch");
        assert_eq!(refusal.to_string(), "the slip must be A101, not A110");
    }
}

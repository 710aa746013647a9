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
#[expect(
    missing_docs,
    reason = "field names are the glossary's words; codes carry the meaning"
)]
pub enum Refusal {
    // Day and setup.
    NoSetup,
    SetupInvalid {
        fault: crate::setup_fault::SetupFault,
    },
    SetupInUse {
        what: Key,
    },
    OfficeChanged {
        log: Key,
        setup: Key,
    },
    DayNotOpen,
    DayAlreadyOpen {
        date: Date,
    },
    DayNotToday {
        asked: Date,
        today: Date,
    },
    DayAlreadyPast {
        asked: Date,
        last: Date,
    },
    ClosedHours {
        next_open: Option<(Date, MinuteOfDay)>,
    },

    // Unknown things.
    UnknownQueue {
        queue: QueueId,
    },
    UnknownErrand {
        errand: ErrandId,
    },
    UnknownCounter {
        counter: CounterId,
    },
    UnknownProcedure {
        procedure: ProcedureCode,
    },
    UnknownTicket {
        ticket: TicketId,
    },
    UnknownBell {
        bell: BellId,
    },
    UnknownReason {
        bell: BellId,
        reason: Key,
    },
    UnknownRing {
        ring: RingId,
    },
    UnknownTagPool {
        pool: TagPoolId,
    },
    UnknownTag {
        tag: TagUseId,
    },
    UnknownBatch {
        batch: BatchId,
    },
    UnknownKiosk {
        kiosk: KioskId,
    },
    UnknownSection {
        section: SectionId,
    },
    UnknownUnit {
        unit: crate::id::UnitId,
    },

    // Issue.
    ErrandIsGroup {
        errand: ErrandId,
    },
    ErrandNeedsGuide {
        errand: ErrandId,
    },
    WrongOrigin,
    LanguageNotOffered,
    QueueFull {
        queue: QueueId,
        waiting_max: u16,
    },
    RangeExhausted {
        queue: QueueId,
        last: u16,
    },
    DayTicketsExhausted {
        tickets_day_max: u32,
    },
    NumberNotOwned {
        kiosk: KioskId,
        queue: QueueId,
        number: u16,
    },
    LabelTaken {
        label: Label,
    },
    LabelForeign {
        label: Label,
        section: SectionId,
    },
    SectionNotLinked {
        section: SectionId,
    },
    OfflineTooOld {
        issued_ago_ms: i64,
        age_ms_max: i64,
    },

    // Calling and serving.
    QueueEmpty,
    NoneEligible {
        waiting: u16,
    },
    CounterClosed {
        counter: CounterId,
    },
    CounterAway {
        counter: CounterId,
    },
    CounterBusy {
        counter: CounterId,
        ticket: TicketId,
        label: Label,
    },
    CounterIdle {
        counter: CounterId,
    },
    CounterKindNotAllowed {
        counter: CounterId,
        kind: CounterKind,
        queue: QueueId,
    },
    NotWaiting {
        label: Label,
        state: TicketState,
    },
    NotCalled {
        label: Label,
        state: TicketState,
    },
    NotServing {
        label: Label,
        state: TicketState,
    },
    NotOnHold {
        label: Label,
        state: TicketState,
    },
    AlreadyFinal {
        label: Label,
        state: TicketState,
    },
    AtCounter {
        label: Label,
        counter: CounterId,
    },
    AlreadyEnded {
        label: Label,
    },
    LabelMismatch {
        called: Label,
        presented: Label,
    },
    RecallsExhausted {
        label: Label,
        recall_max: u8,
    },
    ReturnsExhausted {
        label: Label,
        return_max: u8,
    },
    PeriodsExhausted {
        label: Label,
        periods_max: u8,
    },
    NoProcedure,
    TooManyProcedures {
        procedures_max: u8,
    },
    ProcedureTwice {
        procedure: ProcedureCode,
    },
    ProcedureNotCompletable {
        procedure: ProcedureCode,
    },
    TransferToSameQueue {
        queue: QueueId,
    },
    TransferNotServed {
        queue: QueueId,
    },
    NoTransferToConfirm {
        label: Label,
    },
    ArrivalNotConfirmed {
        label: Label,
    },
    NothingToUndo {
        counter: CounterId,
    },
    UndoTooLate {
        counter: CounterId,
        undo_s: u16,
    },
    UndoOvertaken {
        label: Label,
    },
    PaperNotExpected {
        label: Label,
    },
    PaperAlreadyPrinted {
        label: Label,
    },
    AlreadyDoubted {
        label: Label,
    },

    // Counters.
    CounterAlreadyOpen {
        counter: CounterId,
    },
    CounterNotOpen {
        counter: CounterId,
    },
    CounterNotAway {
        counter: CounterId,
    },
    ProfileEmpty {
        counter: CounterId,
    },

    // Floor, tags, bells, batches.
    DurationOutOfRange {
        duration_ms: i64,
        duration_ms_max: i64,
    },
    TagNumberUnknown {
        pool: TagPoolId,
        number: u16,
        size: u16,
    },
    TagAlreadyOut {
        pool: TagPoolId,
        number: u16,
    },
    TagProcedureNotAllowed {
        procedure: ProcedureCode,
    },
    BellAlreadyRinging {
        bell: BellId,
        ring: RingId,
    },
    RingAlreadyAnswered {
        ring: RingId,
    },
    RingNotDue {
        ring: RingId,
    },
    BatchEmpty,
    BatchTooLarge {
        count_max: u16,
    },
    ProcedureNotBatched {
        procedure: ProcedureCode,
    },
    ChannelNotAccepted {
        procedure: ProcedureCode,
    },
    BatchStepBackwards {
        batch: BatchId,
        step: u8,
        last: u8,
    },
    BatchStepUnknown {
        batch: BatchId,
        step: u8,
        steps: u8,
    },
    BatchAlreadyDelivered {
        batch: BatchId,
    },
    BatchReturnedTooMany {
        batch: BatchId,
        count: u16,
    },
    TooManyOpen {
        what: &'static str,
        count_max: u16,
    },
}

//! A ticket: a place in a queue, its state, and the periods its life is made of.
//!
//! Every duration is a fold over [`Period`]s: a ticket is in exactly one period at any time from
//! issue to its final state, so `stay = wait + handling` holds by construction.

use alloc::vec::Vec;

use crate::id::{CounterId, ErrandId, KioskId, ProcedureCode, QueueId, SectionId, TicketId};
use crate::label::Label;
use crate::language::Language;
use crate::time::Timestamp;

/// A ticket of the current business day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ticket {
    /// Its id, for ever.
    pub id: TicketId,
    /// What people see and hear; the same through all transfers.
    pub label: Label,
    /// The queue it is in, or was last in.
    pub queue: QueueId,
    /// Where it is in its life.
    pub state: TicketState,
    /// Its class.
    pub class: Class,
    /// The language the resident chose.
    pub language: Language,
    /// Where it came from.
    pub origin: Origin,
    /// What the resident chose, where they chose.
    pub errand: Option<ErrandId>,
    /// Random, for this business day only; what the QR code holds (D-1).
    pub token: Token,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Its place in the line: earlier is nearer. At first the time of issue, or what was agreed on
    /// for an appointment. Kept over calls, changed by transfers and returns to the back.
    pub place_at: Timestamp,
    /// How far the confirmation of its last transfer has come; `None` when there is none open.
    pub transfer: Option<TransferStage>,
    /// How often it went to the back of its present line because nobody came; a transfer begins
    /// anew. Above 0 it has no head start: behind everyone means behind everyone.
    pub return_count: u8,
    /// How often it was announced in its present call, 0 when it is not called.
    pub announce_count: u8,
    /// The procedures done, once completed.
    pub procedures: Vec<ProcedureCode>,
    /// Whether its times can be trusted in statistics.
    pub times: Times,
    /// What the office knows of its paper.
    pub paper: Paper,
    /// The periods of its life, oldest first, without gaps; only the last may be open.
    pub periods: Vec<Period>,
    /// Counts its changes, so that `Undo` can tell whether anything came after a step. Only ever
    /// grows: an undone step counts too. Paper and doubted times are no steps and do not count.
    pub revision: u32,
}

/// Where a ticket is in its life (design.md §2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TicketState {
    /// In its queue.
    Waiting,
    /// Announced for a counter.
    Called {
        /// The counter.
        counter: CounterId,
    },
    /// At a counter.
    Serving {
        /// The counter.
        counter: CounterId,
        /// Whether the resident is still there.
        phase: ServicePhase,
    },
    /// Set aside.
    OnHold {
        /// The counter that set it aside.
        counter: CounterId,
        /// Why.
        reason: HoldReason,
    },
    /// Final: done.
    Completed,
    /// Final: nobody came.
    NoShow,
    /// Final: withdrawn.
    Cancelled {
        /// Why.
        reason: CancelReason,
    },
}

impl TicketState {
    /// Whether nothing can happen to the ticket any more.
    pub fn is_final(self) -> bool {
        match self {
            TicketState::Completed | TicketState::NoShow | TicketState::Cancelled { .. } => true,
            TicketState::Waiting
            | TicketState::Called { .. }
            | TicketState::Serving { .. }
            | TicketState::OnHold { .. } => false,
        }
    }

    /// The counter at which the ticket is called or served.
    pub fn at_counter(self) -> Option<CounterId> {
        match self {
            TicketState::Called { counter } | TicketState::Serving { counter, .. } => Some(counter),
            TicketState::Waiting
            | TicketState::OnHold { .. }
            | TicketState::Completed
            | TicketState::NoShow
            | TicketState::Cancelled { .. } => None,
        }
    }

    /// The state's stable name in snake case.
    pub fn name(self) -> &'static str {
        match self {
            TicketState::Waiting => "waiting",
            TicketState::Called { .. } => "called",
            TicketState::Serving { .. } => "serving",
            TicketState::OnHold { .. } => "on_hold",
            TicketState::Completed => "completed",
            TicketState::NoShow => "no_show",
            TicketState::Cancelled { .. } => "cancelled",
        }
    }
}

impl core::fmt::Display for TicketState {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.name())
    }
}

impl Ticket {
    /// Ends the period that lasts and begins another.
    pub(crate) fn begin(&mut self, at: Timestamp, kind: PeriodKind, counter: Option<CounterId>) {
        self.end(at);
        self.periods.push(Period { kind, queue: self.queue, counter, from: at, to: None });
    }

    /// Ends the period that lasts.
    pub(crate) fn end(&mut self, at: Timestamp) {
        if let Some(last) = self.periods.last_mut() {
            assert!(last.to.is_none(), "ticket {} has ended at {:?}", self.id, last.to);
            assert!(last.from <= at, "time runs backwards in ticket {}", self.id);
            last.to = Some(at);
        }
    }
}

/// The part of a service.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ServicePhase {
    /// The resident is at the counter.
    AtCounter,
    /// After 窓口終了: the resident has left, the case is being finished.
    AfterCounter,
}

/// The class of a ticket.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Class {
    /// Everyone.
    Ordinary,
    /// Somebody who needs to be served sooner.
    Priority,
    /// Somebody with an appointment.
    Appointment {
        /// The time agreed on; `CallNext` passes over the ticket before it.
        due_at: Timestamp,
    },
}

/// Where a ticket came from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Origin {
    /// A kiosk.
    Kiosk(KioskId),
    /// A floor guide's tablet, for a resident.
    Floor,
    /// A linked section: the resident came with its label and a 連携用紙.
    Linked(SectionId),
    /// A kiosk without the server, merged later.
    Offline(KioskId),
}

/// Why a ticket is on hold. A closed list: no free text (D-2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum HoldReason {
    /// The resident fills in a form.
    FillingForm,
    /// The resident fetches a document.
    FetchingDocument,
    /// The case is being examined (審査) or looked up.
    Examination,
    /// The resident is at another section first.
    OtherSection,
    /// The resident asked for a pause.
    Pause,
}

/// Why a ticket was cancelled. A closed list: no free text (D-2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CancelReason {
    /// The resident went away or changed their mind.
    Withdrawn,
    /// The wrong errand was chosen; another ticket was issued.
    WrongErrand,
    /// Documents are missing; the resident comes again or applies by mail.
    MissingDocuments,
    /// It came out twice.
    Duplicate,
    /// It was never printed and nobody holds it.
    NoPaper,
    /// It was still open when the day was closed by rule.
    DayClosed,
}

/// How far the confirmation of a transfer has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TransferStage {
    /// 連携送信: sent.
    Sent {
        /// The counter that sent it and has to confirm.
        from: CounterId,
    },
    /// 到着確認操作 done; the check by eye is open.
    Arrived {
        /// The counter that sent it and has to check.
        from: CounterId,
    },
}

/// Whether a ticket's times can be trusted in statistics.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Times {
    /// They can.
    Accurate,
    /// A finish was forgotten: the ticket is counted, its durations are not.
    Inaccurate,
}

/// What the office knows of a ticket's paper (design.md §4, Printing).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Paper {
    /// None was asked for (linked arrivals, R-50).
    None,
    /// Asked for, not reported.
    Pending,
    /// The printer said so.
    Printed,
    /// The printer has not said; staff decide.
    Unknown,
    /// It surely did not print.
    Failed,
}

/// One period of a ticket's life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    /// What the ticket was doing.
    pub kind: PeriodKind,
    /// The queue it belonged to.
    pub queue: QueueId,
    /// The counter, for every kind but waiting.
    pub counter: Option<CounterId>,
    /// When it began.
    pub from: Timestamp,
    /// When it ended; `None` while it lasts.
    pub to: Option<Timestamp>,
}

/// What a ticket is doing in a period.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum PeriodKind {
    /// Queued → called: counts as **wait**.
    Waiting,
    /// Called → started: counts as **walk** and as handling.
    Called,
    /// Started → 窓口終了 or completed: counts as **service** and as handling.
    Serving,
    /// 窓口終了 → completed: counts as handling.
    AfterCounter,
    /// Held → resumed: counts as handling, for the target runs on.
    OnHold,
}

/// 128 random bits for one business day: what a ticket's QR code holds instead of anything about a
/// person (D-1). Its `Debug` hides the value so that it never reaches a log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token(pub [u8; 16]);

impl core::fmt::Debug for Token {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Token(hidden)")
    }
}

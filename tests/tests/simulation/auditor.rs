//! The auditor: a second, much simpler office, written apart from the first.
//!
//! It knows the rules from the documents, keeps everything in plain lists and looks through all of
//! them every time. It shares nothing with the office but ids, enums and the setup. For every
//! command it says beforehand what the answer must be: which reasons there are to refuse it, and
//! if there are none, whose number is issued or called. Several reasons can hold at once; a refusal
//! must name one of them, and there must be none when a command is accepted.

mod calling;
mod comparison;
mod counters;
mod day;
mod floor;
mod issuing;
mod line;

use domain::bell::RingState;
use domain::command::{AwayReason, Command};
use domain::event::StepKind;
use domain::id::{
    BatchId, BellId, CounterId, ProcedureCode, QueueId, RingId, TagPoolId, TagUseId, TicketId,
};
use domain::label::Label;
use domain::language::Language;
use domain::setup::{ProfileLine, Setup};
use domain::ticket::{Class, Origin, Paper, ServicePhase, TicketState, TransferStage};
use domain::time::{Date, Now, Timestamp};

/// The second office.
#[derive(Clone, Debug)]
pub(crate) struct Auditor {
    /// What both offices are set up as.
    pub(crate) setup: Setup,
    last_at: Timestamp,
    /// The business day that is open.
    pub(crate) day: Option<Date>,
    last_day: Option<Date>,
    /// Today's tickets, final ones too.
    pub(crate) cases: Vec<Case>,
    /// The open counters.
    pub(crate) desks: Vec<Desk>,
    calls: Vec<Call>,
    given: Vec<(QueueId, u16)>,
    /// Today's rings.
    pub(crate) rings: Vec<Ring>,
    /// Tags that are out or came back today.
    pub(crate) tags: Vec<Tag>,
    /// Batches that are open or were delivered today.
    pub(crate) batches: Vec<Batch>,
    next_ticket: u64,
    next_ring: u64,
    next_tag: u64,
    next_batch: u64,
}

/// A ticket as the auditor sees it: running sums instead of periods.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) id: TicketId,
    pub(crate) label: Label,
    pub(crate) queue: QueueId,
    pub(crate) state: TicketState,
    class: Class,
    language: Language,
    origin: Origin,
    issued_at: Timestamp,
    place_at: Timestamp,
    pub(crate) transfer: Option<TransferStage>,
    return_count: u8,
    announce_count: u8,
    procedures: Vec<ProcedureCode>,
    doubted: bool,
    paper: Paper,
    since: Timestamp,
    served_since: Timestamp,
    period_count: usize,
    wait_ms: i64,
    walk_ms: i64,
    service_ms: i64,
    handling_ms: i64,
    step_count: u32,
}

/// An open counter.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    pub(crate) id: CounterId,
    pub(crate) away: Option<AwayReason>,
    pub(crate) ticket: Option<TicketId>,
    languages: Vec<Language>,
    has_own_profile: bool,
    profile: Vec<ProfileLine>,
    last: Option<LastStep>,
}

/// What a counter did last.
#[derive(Clone, Debug)]
struct LastStep {
    kind: StepKind,
    at: Timestamp,
    before: Box<Case>,
    step_count_after: u32,
}

/// One call out of a queue's line.
#[derive(Clone, Debug)]
struct Call {
    queue: QueueId,
    ticket: TicketId,
    overtook: bool,
}

/// One ringing of a bell.
#[derive(Clone, Debug)]
pub(crate) struct Ring {
    pub(crate) id: RingId,
    bell: BellId,
    step_at: Timestamp,
    escalation_count: u8,
    state: RingState,
}

/// One use of a tag.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub(crate) id: TagUseId,
    pool: TagPoolId,
    number: u16,
    called: bool,
    returned: bool,
}

/// One batch.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) id: BatchId,
    procedure: ProcedureCode,
    count: u16,
    step: u8,
    delivered: Option<u16>,
}

/// What an accepted command must lead to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Expected {
    /// The label issued, and how many stand before it.
    pub(crate) issued: Option<(Label, u16)>,
    /// The ticket called.
    pub(crate) called: Option<TicketId>,
}

/// What the answer must be: accepted with this effect, or refused for one of these reasons.
pub(crate) type Verdict = Result<Expected, Vec<&'static str>>;

/// The reasons there are to refuse a command.
#[derive(Debug, Default)]
struct Reasons(Vec<&'static str>);

impl Reasons {
    fn when(&mut self, holds: bool, code: &'static str) {
        if holds {
            self.0.push(code);
        }
    }

    fn none(self) -> Result<(), Vec<&'static str>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

impl Auditor {
    /// An office that has adopted its setup and nothing else.
    pub(crate) fn new(setup: Setup, at: Timestamp) -> Auditor {
        Auditor {
            setup,
            last_at: at,
            day: None,
            last_day: None,
            cases: Vec::new(),
            desks: Vec::new(),
            calls: Vec::new(),
            given: Vec::new(),
            rings: Vec::new(),
            tags: Vec::new(),
            batches: Vec::new(),
            next_ticket: 1,
            next_ring: 1,
            next_tag: 1,
            next_batch: 1,
        }
    }

    /// Says what the answer must be, and carries the command out if it is accepted.
    pub(crate) fn perform(&mut self, now: Now, command: &Command) -> Verdict {
        let at = now.at.max(self.last_at);
        let verdict = self.judge(Now { at, ..now }, command);
        if verdict.is_ok() {
            self.last_at = at;
        }
        verdict
    }

    fn judge(&mut self, now: Now, command: &Command) -> Verdict {
        match command {
            Command::AdoptSetup { .. } => Ok(Expected::default()),
            Command::OpenDay { date } => self.open_day(now, *date),
            Command::CloseDay => self.close_day(now),
            Command::IssueTicket { .. }
            | Command::AdmitLinked { .. }
            | Command::MergeOffline { .. }
            | Command::ReportPaper { .. }
            | Command::ReprintTicket { .. }
            | Command::CancelTicket { .. }
            | Command::MarkInaccurate { .. } => self.judge_ticket(now, command),
            Command::CallNext { .. }
            | Command::CallTicket { .. }
            | Command::Recall { .. }
            | Command::StartService { .. }
            | Command::ReportMismatch { .. }
            | Command::EndService { .. }
            | Command::CompleteService { .. }
            | Command::MarkNoShow { .. }
            | Command::ReturnToQueue { .. }
            | Command::Hold { .. }
            | Command::Resume { .. }
            | Command::Transfer { .. }
            | Command::ConfirmTransfer { .. }
            | Command::Undo { .. } => self.judge_calling(now, command),
            Command::OpenCounter { .. }
            | Command::PauseCounter { .. }
            | Command::ResumeCounter { .. }
            | Command::CloseCounter { .. } => self.judge_counter(command),
            Command::RecordGuidance { .. }
            | Command::HandOutTag { .. }
            | Command::CallTag { .. }
            | Command::ReturnTag { .. }
            | Command::RingBell { .. }
            | Command::AcknowledgeBell { .. }
            | Command::EscalateBell { .. }
            | Command::ReceiveBatch { .. }
            | Command::AdvanceBatch { .. }
            | Command::DeliverBatch { .. } => self.judge_floor(now, command),
        }
    }

    fn case(&self, id: TicketId) -> Option<&Case> {
        self.cases.iter().find(|case| case.id == id)
    }

    fn case_mut(&mut self, id: TicketId) -> &mut Case {
        self.cases.iter_mut().find(|case| case.id == id).unwrap()
    }

    fn desk(&self, id: CounterId) -> Option<&Desk> {
        self.desks.iter().find(|desk| desk.id == id)
    }

    fn desk_mut(&mut self, id: CounterId) -> &mut Desk {
        self.desks.iter_mut().find(|desk| desk.id == id).unwrap()
    }

    fn counter_exists(&self, id: CounterId) -> bool {
        self.setup.counters.iter().any(|counter| counter.id == id)
    }

    fn waiting_in(&self, queue: QueueId) -> usize {
        let waits = |case: &&Case| case.queue == queue && case.state == TicketState::Waiting;
        self.cases.iter().filter(waits).count()
    }
}

impl Case {
    /// Whether nothing can happen to it any more.
    pub(crate) fn is_final(&self) -> bool {
        matches!(
            self.state,
            TicketState::Completed | TicketState::NoShow | TicketState::Cancelled { .. }
        )
    }

    fn counter(&self) -> Option<CounterId> {
        match self.state {
            TicketState::Called { counter } | TicketState::Serving { counter, .. } => Some(counter),
            TicketState::Waiting
            | TicketState::OnHold { .. }
            | TicketState::Completed
            | TicketState::NoShow
            | TicketState::Cancelled { .. } => None,
        }
    }

    /// Books the time since the last change on what the ticket was doing, then changes it.
    fn change(&mut self, at: Timestamp, state: TicketState) {
        let span_ms = at.0 - self.since.0;
        match self.state {
            TicketState::Waiting => self.wait_ms += span_ms,
            TicketState::Called { .. } => self.walk_ms += span_ms,
            TicketState::Serving { phase: ServicePhase::AtCounter, .. } => {
                self.service_ms += span_ms
            }
            TicketState::Serving { .. }
            | TicketState::OnHold { .. }
            | TicketState::Completed
            | TicketState::NoShow
            | TicketState::Cancelled { .. } => {}
        }
        if self.state != TicketState::Waiting {
            self.handling_ms += span_ms;
        }
        self.since = at;
        self.state = state;
        self.period_count += usize::from(!self.is_final());
        self.step_count += 1;
        let called = matches!(state, TicketState::Called { .. });
        self.announce_count = u8::from(called);
    }
}

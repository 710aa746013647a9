//! The office: its whole state, and the two functions that everything goes through.
//!
//! `decide` and `apply` are split by subject: the children of this module each hold what one
//! subject needs to decide and to apply. Children reach each other only through the office.
//!
//! # What lasts how long
//!
//! Tickets, final ones too, rings, returned tags and delivered batches are kept until the day is
//! closed; tags that are out and batches that are open stay. After `DayClosed` the state is exactly
//! what [`Carryover`] holds, so a snapshot between days is small and complete.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use self::day_tickets::DayTickets;
use crate::batch::Batch;
use crate::bell::Ring;
use crate::command::{AwayReason, Command, DueCommand};
use crate::event::{Event, StepKind};
use crate::id::{BatchId, CounterId, OperatorId, QueueId, RingId, TagUseId, TicketId};
use crate::label::Label;
use crate::language::Language;
use crate::line::QueueLine;
use crate::refusal::Refusal;
use crate::setup::{ProfileLine, Setup};
use crate::tag::TagUse;
use crate::ticket::{Ticket, Token};
use crate::time::{Date, Now, Timestamp};

mod batches;
mod bell_rings;
mod calling;
mod counter_desk;
mod day;
mod day_tickets;
mod issue;
mod serving;
mod tag_uses;
#[cfg(test)]
mod tests;
mod ticket_change;
mod transfer;
mod undo;

/// The state of one office.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Office {
    setup: Option<Setup>,
    last_at: Timestamp,
    last_day: Option<Date>,
    day: Option<Day>,
    next: NextIds,
    tickets: DayTickets,
    labels: BTreeMap<Label, TicketId>,
    tokens: BTreeMap<Token, TicketId>,
    numbers: BTreeMap<QueueId, u16>,
    lines: BTreeMap<QueueId, QueueLine>,
    counters: BTreeMap<CounterId, OpenCounter>,
    rings: BTreeMap<RingId, Ring>,
    tags: BTreeMap<TagUseId, TagUse>,
    batches: BTreeMap<BatchId, Batch>,
}

/// The ids that the next ticket, ring, tag use and batch will bear; each counts from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NextIds {
    /// Of the next ticket.
    pub ticket: TicketId,
    /// Of the next ring.
    pub ring: RingId,
    /// Of the next use of a tag.
    pub tag: TagUseId,
    /// Of the next batch.
    pub batch: BatchId,
}

impl Default for NextIds {
    fn default() -> NextIds {
        NextIds { ticket: TicketId(1), ring: RingId(1), tag: TagUseId(1), batch: BatchId(1) }
    }
}

/// An open business day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Day {
    /// Its date; what happens after midnight still belongs to it.
    pub date: Date,
    /// When it was opened.
    pub opened_at: Timestamp,
}

/// A counter that is open. A closed one has no state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenCounter {
    /// Its key.
    pub id: CounterId,
    /// Who works there, where somebody has signed in.
    pub operator: Option<OperatorId>,
    /// Languages spoken there besides Japanese, as [`Language::spoken`] ones, in order.
    pub languages: Vec<Language>,
    /// What it serves today, where that differs from its own profile.
    pub profile: Option<Vec<ProfileLine>>,
    /// Why its operator is away; `None` while somebody is there.
    pub away: Option<AwayReason>,
    /// The ticket called or served there; never more than one (invariant 5).
    pub ticket: Option<TicketId>,
    /// When its presence or its ticket last changed.
    pub since: Timestamp,
    /// The last step, while it can be taken back.
    pub last_step: Option<LastStep>,
}

/// What a counter can take back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LastStep {
    /// What it was.
    pub kind: StepKind,
    /// When it was.
    pub at: Timestamp,
    /// The ticket as it was before the step.
    pub before: Box<Ticket>,
    /// The ticket's revision after the step: another one means that something came after.
    pub revision_after: u32,
}

/// What people see of a counter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Presence {
    /// 閉: nobody works there.
    Closed,
    /// 空き: open, attended, without a ticket.
    Free,
    /// 呼出中: a ticket is called there.
    Calling,
    /// 対応中: a ticket is served there.
    Serving,
    /// 離席: the operator is away, for this reason.
    Away(AwayReason),
}

/// All there is between two business days: what a snapshot stores beside the setup.
///
/// `Office::resume(office.setup().cloned(), office.carryover()?, office.last_at())` equals the
/// office it was taken from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Carryover {
    /// The last business day, where there was one.
    pub last_day: Option<Date>,
    /// The next ids.
    pub next: NextIds,
    /// The last number given per queue, for queues whose numbers go on in the morning.
    pub numbers: BTreeMap<QueueId, u16>,
    /// Tags that are out, by id.
    pub tags: Vec<TagUse>,
    /// Batches that are open, by id.
    pub batches: Vec<Batch>,
}

/// What a command leads to: events that all bear the same instant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// The events' instant: now, but never earlier than the last event (clocks step back).
    pub at: Timestamp,
    /// At least one event, in order.
    pub events: Vec<Event>,
}

impl Office {
    /// Answers a command without changing anything.
    ///
    /// Everything but `AdoptSetup` and `OpenDay` needs an open day, so that whatever happens
    /// belongs to one.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] that says what is missing.
    pub fn decide(&self, now: Now, command: &Command) -> Result<Decision, Refusal> {
        let at = now.at.max(self.last_at);
        let events = self.decide_at(Now { at, ..now }, command)?;
        assert!(!events.is_empty(), "a decision has events: {command:?}");
        Ok(Decision { at, events })
    }

    fn decide_at(&self, now: Now, command: &Command) -> Result<Vec<Event>, Refusal> {
        use Command as C;
        let is_dayless = matches!(command, C::AdoptSetup { .. } | C::OpenDay { .. });
        if !is_dayless {
            self.require_day()?;
        }
        match command {
            C::AdoptSetup { setup } => self.decide_adopt(setup),
            C::OpenDay { date } => self.decide_open_day(now, *date),
            C::CloseDay => self.decide_close_day(),
            C::IssueTicket { .. } | C::AdmitLinked { .. } | C::MergeOffline { .. } => {
                self.decide_new(now, command)
            }
            C::ReportPaper { ticket, paper } => self.decide_paper(*ticket, *paper),
            C::ReprintTicket { ticket } => self.decide_reprint(*ticket),
            C::CancelTicket { ticket, reason } => self.decide_cancel(*ticket, *reason),
            C::MarkInaccurate { ticket } => self.decide_doubt(*ticket),
            C::CallNext { counter } => self.decide_call_next(now.at, *counter),
            C::CallTicket { counter, ticket } => self.decide_call_ticket(*counter, *ticket),
            C::Recall { counter } => self.decide_recall(*counter),
            C::StartService { counter, presented } => self.decide_start(*counter, *presented),
            C::ReportMismatch { counter } => self.decide_mismatch(*counter),
            C::EndService { counter } => self.decide_end_service(*counter),
            C::CompleteService { counter, procedures } => {
                self.decide_complete(now.at, *counter, procedures)
            }
            C::MarkNoShow { counter } => self.decide_no_show(*counter),
            C::ReturnToQueue { counter, place } => self.decide_return(*counter, *place),
            C::Hold { counter, reason } => self.decide_hold(*counter, *reason),
            C::Resume { counter, ticket } => self.decide_resume(*counter, *ticket),
            C::Transfer { counter, to } => self.decide_transfer(*counter, *to),
            C::ConfirmTransfer { ticket, step } => self.decide_confirm(*ticket, *step),
            C::Undo { counter } => self.decide_undo(now.at, *counter),
            C::OpenCounter { .. } => self.decide_open_counter(command),
            C::PauseCounter { counter, reason } => self.decide_pause_counter(*counter, *reason),
            C::ResumeCounter { counter } => self.decide_resume_counter(*counter),
            C::CloseCounter { counter } => self.decide_close_counter(*counter),
            C::RecordGuidance { kind, duration_ms } => self.decide_guidance(*kind, *duration_ms),
            C::HandOutTag { pool, number } => self.decide_hand_out(*pool, *number),
            C::CallTag { tag, counter } => self.decide_call_tag(*tag, *counter),
            C::ReturnTag { tag, procedures } => self.decide_return_tag(*tag, procedures),
            C::RingBell { bell, reason } => self.decide_ring(*bell, *reason),
            C::AcknowledgeBell { ring } => self.decide_acknowledge(*ring),
            C::EscalateBell { ring } => self.decide_escalate(now.at, *ring),
            C::ReceiveBatch { procedure, channel, count } => {
                self.decide_receive(*procedure, *channel, *count)
            }
            C::AdvanceBatch { batch, step } => self.decide_advance(*batch, *step),
            C::DeliverBatch { batch, returned } => self.decide_deliver(*batch, *returned),
        }
    }

    /// Changes the state by one event of the log.
    ///
    /// # Panics
    ///
    /// When the event does not fit the state: the log is not this office's (a defect).
    pub fn apply(&mut self, at: Timestamp, event: &Event) {
        assert!(
            self.last_at <= at,
            "time runs forwards: {at:?} after {:?} in {event:?}",
            self.last_at
        );
        self.last_at = at;
        use Event as E;
        match event {
            E::SetupAdopted { setup } => self.apply_adopted(setup),
            E::DayOpened { date } => self.apply_day_opened(at, *date),
            E::DayClosed { date } => self.apply_day_closed(*date),
            E::TicketIssued { .. }
            | E::PaperReported { .. }
            | E::TicketReprinted { .. }
            | E::TicketCancelled { .. }
            | E::TimesDoubted { .. }
            | E::TransferConfirmed { .. } => self.apply_to_ticket(at, event),
            E::TicketCalled { .. }
            | E::TicketRecalled { .. }
            | E::ServiceStarted { .. }
            | E::LabelMismatched { .. }
            | E::ServiceEnded { .. }
            | E::ServiceCompleted { .. }
            | E::TicketNoShow { .. }
            | E::TicketReturned { .. }
            | E::TicketHeld { .. }
            | E::TicketResumed { .. }
            | E::TicketTransferred { .. }
            | E::StepUndone { .. } => self.apply_step(at, event),
            E::CounterOpened { .. } => self.apply_counter_opened(at, event),
            E::CounterPaused { counter, reason } => {
                self.apply_counter_away(at, *counter, Some(*reason));
            }
            E::CounterResumed { counter } => self.apply_counter_away(at, *counter, None),
            E::CounterClosed { counter } => self.apply_counter_closed(*counter),
            E::GuidanceRecorded { .. } => {}
            E::TagHandedOut { .. } | E::TagCalled { .. } | E::TagReturned { .. } => {
                self.apply_to_tag(at, event);
            }
            E::BellRung { .. }
            | E::BellAcknowledged { .. }
            | E::BellEscalated { .. }
            | E::BellLapsed { .. } => self.apply_to_ring(at, event),
            E::BatchReceived { .. } | E::BatchAdvanced { .. } | E::BatchDelivered { .. } => {
                self.apply_to_batch(at, event);
            }
        }
    }

    /// What time itself makes due at `now`: opening and closing the day, escalating bells, the
    /// longest due first. The caller feeds each through `decide` like any other command; asking
    /// again before it has done so returns the same.
    pub fn due(&self, now: Now) -> Vec<DueCommand> {
        // Closing the day ends what rings, so nothing else is due beside it.
        if let Some(due) = self.due_day(now) {
            return vec![due];
        }
        let mut due: Vec<DueCommand> = self.due_rings(now.at).collect();
        due.sort_by_key(|(at, _)| *at);
        due
    }

    fn require_setup(&self) -> Result<&Setup, Refusal> {
        self.setup.as_ref().ok_or(Refusal::NoSetup)
    }

    fn require_day(&self) -> Result<(&Setup, Day), Refusal> {
        let setup = self.require_setup()?;
        Ok((setup, self.day.ok_or(Refusal::DayNotOpen)?))
    }

    /// The line of a queue, once somebody has waited in it today.
    pub(crate) fn line(&self, queue: QueueId) -> Option<&QueueLine> {
        self.lines.get(&queue)
    }
}

/// The events of a decision.
fn events<const N: usize>(events: [Event; N]) -> Result<Vec<Event>, Refusal> {
    Ok(Vec::from(events))
}

/// What screens and reports read.
impl Office {
    /// The setup in force; `None` before the first.
    pub fn setup(&self) -> Option<&Setup> {
        self.setup.as_ref()
    }

    /// When the last event happened.
    pub fn last_at(&self) -> Timestamp {
        self.last_at
    }

    /// The open business day.
    pub fn day(&self) -> Option<Day> {
        self.day
    }

    /// The last business day that was opened, the open one included.
    pub fn last_day(&self) -> Option<Date> {
        self.last_day
    }

    /// The ids that come next.
    pub fn next_ids(&self) -> NextIds {
        self.next
    }

    /// Today's tickets, final ones too, in the order of their ids.
    pub fn tickets(&self) -> impl Iterator<Item = &Ticket> {
        self.tickets.iter()
    }

    /// One of today's tickets.
    pub fn ticket(&self, id: TicketId) -> Option<&Ticket> {
        self.tickets.get(id)
    }

    /// Today's ticket with this label, final or not.
    pub fn find_label(&self, label: Label) -> Option<&Ticket> {
        self.labels.get(&label).and_then(|id| self.tickets.get(*id))
    }

    /// Today's ticket with this token, final or not.
    pub fn find_token(&self, token: Token) -> Option<&Ticket> {
        self.tokens.get(&token).and_then(|id| self.tickets.get(*id))
    }

    /// Who waits in a queue, in the order of their virtual arrival: as a counter that serves this
    /// queue alone and speaks every language calls them, transfers confirmed, appointments come
    /// and the limit on runs of priority apart (see [`selection`](crate::selection)).
    pub fn waiting(&self, queue: QueueId) -> Vec<&Ticket> {
        let (Some(setup), Some(line)) = (&self.setup, self.lines.get(&queue)) else {
            return Vec::new();
        };
        line.in_order(&setup.rules).into_iter().filter_map(|id| self.tickets.get(id)).collect()
    }

    /// How many wait in a queue.
    pub fn waiting_count(&self, queue: QueueId) -> usize {
        self.lines.get(&queue).map_or(0, QueueLine::len)
    }

    /// The last number given in a queue; 0 before the first.
    pub fn last_number(&self, queue: QueueId) -> u16 {
        self.numbers.get(&queue).copied().unwrap_or(0)
    }

    /// An open counter; `None` when it is closed or unknown.
    pub fn counter(&self, id: CounterId) -> Option<&OpenCounter> {
        self.counters.get(&id)
    }

    /// The open counters, in the order of their keys.
    pub fn counters(&self) -> impl Iterator<Item = &OpenCounter> {
        self.counters.values()
    }

    /// What people see of a counter.
    pub fn presence(&self, id: CounterId) -> Presence {
        self.presence_of(id)
    }

    /// What a counter serves now: today's profile if it has one, else its own in the setup.
    pub fn profile(&self, id: CounterId) -> &[ProfileLine] {
        let today = self.counters.get(&id).and_then(|open| open.profile.as_deref());
        let own = || self.setup.as_ref().and_then(|setup| setup.counter(id));
        today.or_else(|| own().map(|counter| counter.profile.as_slice())).unwrap_or(&[])
    }

    /// Today's rings, answered ones too, by id.
    pub fn rings(&self) -> impl Iterator<Item = &Ring> {
        self.rings.values()
    }

    /// One of today's rings.
    pub fn ring(&self, id: RingId) -> Option<&Ring> {
        self.rings.get(&id)
    }

    /// Tags that are out, and those that came back today, by id.
    pub fn tag_uses(&self) -> impl Iterator<Item = &TagUse> {
        self.tags.values()
    }

    /// One use of a tag: out, or back today.
    pub fn tag_use(&self, id: TagUseId) -> Option<&TagUse> {
        self.tags.get(&id)
    }

    /// Batches that are open, and those delivered today, by id.
    pub fn batches(&self) -> impl Iterator<Item = &Batch> {
        self.batches.values()
    }

    /// One batch: open, or delivered today.
    pub fn batch(&self, id: BatchId) -> Option<&Batch> {
        self.batches.get(&id)
    }

    /// What goes over into the next day; `None` while a day is open.
    pub fn carryover(&self) -> Option<Carryover> {
        self.day.is_none().then(|| Carryover {
            last_day: self.last_day,
            next: self.next,
            numbers: self.numbers.clone(),
            tags: self.tags.values().cloned().collect(),
            batches: self.batches.values().copied().collect(),
        })
    }

    /// The office as it was between two days, from what a snapshot stored.
    pub fn resume(setup: Option<Setup>, carryover: Carryover, last_at: Timestamp) -> Office {
        Office {
            setup,
            last_at,
            last_day: carryover.last_day,
            next: carryover.next,
            numbers: carryover.numbers,
            tags: carryover.tags.into_iter().map(|tag| (tag.id, tag)).collect(),
            batches: carryover.batches.into_iter().map(|batch| (batch.id, batch)).collect(),
            ..Office::default()
        }
    }
}

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

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::batch::Batch;
use crate::bell::Ring;
use crate::command::{AwayReason, Command, DueCommand};
use crate::event::{Event, StepKind};
use crate::id::{BatchId, CounterId, OperatorId, QueueId, RingId, TagUseId, TicketId};
use crate::label::Label;
use crate::language::Language;
use crate::refusal::Refusal;
use crate::setup::{ProfileLine, Setup};
use crate::tag::TagUse;
use crate::ticket::{Ticket, Token};
use crate::time::{Date, Now, Timestamp};

/// The state of one office.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Office {
    setup: Option<Setup>,
    last_at: Timestamp,
    last_day: Option<Date>,
    day: Option<Day>,
    next: NextIds,
    tickets: BTreeMap<TicketId, Ticket>,
    labels: BTreeMap<Label, TicketId>,
    tokens: BTreeMap<Token, TicketId>,
    numbers: BTreeMap<QueueId, u16>,
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
        NextIds {
            ticket: TicketId(1),
            ring: RingId(1),
            tag: TagUseId(1),
            batch: BatchId(1),
        }
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
    pub before: Ticket,
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
    /// # Errors
    ///
    /// A [`Refusal`] that says what is missing.
    pub fn decide(&self, _now: Now, _command: &Command) -> Result<Decision, Refusal> {
        Err(Refusal::NoSetup)
    }

    /// Changes the state by one event of the log.
    ///
    /// # Panics
    ///
    /// When the event does not fit the state: the log is not this office's (a defect).
    pub fn apply(&mut self, _at: Timestamp, _event: &Event) {}

    /// What time itself makes due at `now`: opening and closing the day, escalating bells.
    /// The caller feeds each through `decide` like any other command.
    pub fn due(&self, _now: Now) -> Vec<DueCommand> {
        Vec::new()
    }
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
        self.tickets.values()
    }

    /// One of today's tickets.
    pub fn ticket(&self, id: TicketId) -> Option<&Ticket> {
        self.tickets.get(&id)
    }

    /// Today's ticket with this label, final or not.
    pub fn find_label(&self, label: Label) -> Option<&Ticket> {
        self.labels.get(&label).and_then(|id| self.tickets.get(id))
    }

    /// Today's ticket with this token, final or not.
    pub fn find_token(&self, token: Token) -> Option<&Ticket> {
        self.tokens.get(&token).and_then(|id| self.tickets.get(id))
    }

    /// Who waits in a queue, in the order in which a counter with that queue alone calls them.
    pub fn waiting(&self, _queue: QueueId) -> Vec<&Ticket> {
        Vec::new()
    }

    /// How many wait in a queue.
    pub fn waiting_count(&self, _queue: QueueId) -> usize {
        0
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
    pub fn presence(&self, _id: CounterId) -> Presence {
        Presence::Closed
    }

    /// What a counter serves now: today's profile if it has one, else its own in the setup.
    pub fn profile(&self, id: CounterId) -> &[ProfileLine] {
        let today = self
            .counters
            .get(&id)
            .and_then(|open| open.profile.as_deref());
        let own = || self.setup.as_ref().and_then(|setup| setup.counter(id));
        today
            .or_else(|| own().map(|counter| counter.profile.as_slice()))
            .unwrap_or(&[])
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
            tags: carryover
                .tags
                .into_iter()
                .map(|tag| (tag.id, tag))
                .collect(),
            batches: carryover
                .batches
                .into_iter()
                .map(|batch| (batch.id, batch))
                .collect(),
            ..Office::default()
        }
    }
}

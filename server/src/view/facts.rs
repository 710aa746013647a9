//! The numbers behind a queue's and a counter's row: cheap to compute, cheap to compare.

use domain::estimate;
use domain::id::{CounterId, OperatorId, QueueId, TicketId};
use domain::label::Label;
use domain::language::Language;
use domain::office::{Office, Presence};
use domain::selection;
use domain::setup::Setup;
use domain::time::Now;
use protocol::view::{CounterState, DisplayCounterState, UndoView, WaitBand};

use crate::wire_event;

/// What changes in a queue's row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct QueueFacts {
    /// People waiting.
    pub waiting: u16,
    /// What somebody who comes now will wait.
    pub wait: Option<WaitBand>,
    /// Counters that are open for it.
    pub counters_open: u16,
    /// When whoever stands first began to wait there.
    pub oldest_since_ms: Option<i64>,
}

/// What changes in a counter's row.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct CounterFacts {
    pub(super) state: CounterState,
    pub(super) operator: Option<OperatorId>,
    pub(super) languages: Vec<Language>,
    pub(super) queues: Vec<QueueId>,
    pub(super) ticket: Option<TicketId>,
    pub(super) next: Option<Label>,
    pub(super) undo: Option<UndoView>,
}

impl CounterFacts {
    /// What a display may know of it.
    pub(super) fn shown(&self) -> DisplayCounterState {
        match self.state {
            CounterState::Closed => DisplayCounterState::Closed,
            CounterState::Free | CounterState::Busy => DisplayCounterState::Open,
            CounterState::Away { .. } => DisplayCounterState::Away,
        }
    }
}

/// The facts of one queue at `now`.
pub(super) fn of_queue(office: &Office, setup: &Setup, queue: QueueId, now: Now) -> QueueFacts {
    let Some(asked) = setup.queue(queue) else { return QueueFacts::default() };
    let serves = |open: &&_| selection::serves(office, setup, open, asked);
    let waiting = office.waiting_count(queue);
    let band = estimate::band_min(office, queue, waiting, now.at);
    QueueFacts {
        waiting: u16::try_from(waiting).unwrap_or(u16::MAX),
        wait: band.map(|(from_min, to_min)| WaitBand { from_min, to_min }),
        counters_open: u16::try_from(office.counters().filter(serves).count()).unwrap_or(u16::MAX),
        oldest_since_ms: oldest_since_ms(office, queue),
    }
}

/// When whoever stands first in a queue began the wait that lasts.
fn oldest_since_ms(office: &Office, queue: QueueId) -> Option<i64> {
    let waiting = office.waiting(queue);
    let first = waiting.first()?;
    Some(first.periods.last().map_or(first.issued_at.0, |period| period.from.0))
}

/// The facts of one counter at `now`.
pub(super) fn of_counter(office: &Office, counter: CounterId, now: Now) -> CounterFacts {
    let queues = office.profile(counter).iter().map(|line| line.queue).collect();
    let Some(open) = office.counter(counter) else {
        return CounterFacts {
            state: CounterState::Closed,
            operator: None,
            languages: Vec::new(),
            queues,
            ticket: None,
            next: None,
            undo: None,
        };
    };
    let next = selection::next_ticket(office, counter, now.at).ok();
    let state = match office.presence(counter) {
        Presence::Closed => CounterState::Closed,
        Presence::Free => CounterState::Free,
        Presence::Calling | Presence::Serving => CounterState::Busy,
        Presence::Away(reason) => {
            CounterState::Away { reason: wire_event::away_reason(reason), since_ms: open.since.0 }
        }
    };
    CounterFacts {
        state,
        operator: open.operator,
        languages: open.languages.clone(),
        queues,
        ticket: open.ticket,
        next: next.and_then(|ticket| office.ticket(ticket)).map(|ticket| ticket.label),
        undo: undo(office, counter, now),
    }
}

/// The step a counter can take back at `now`: nothing came after it, and the time is not over.
fn undo(office: &Office, counter: CounterId, now: Now) -> Option<UndoView> {
    let step = office.counter(counter)?.last_step.as_ref()?;
    let ticket = office.ticket(step.before.id)?;
    let undo_ms = i64::from(office.setup()?.rules.undo_s) * 1_000;
    let until = step.at.plus_ms(undo_ms);
    let current = ticket.revision == step.revision_after && now.at <= until;
    current.then(|| UndoView {
        step: wire_event::step_kind(step.kind),
        label: ticket.label.to_string(),
        until_ms: until.0,
    })
}

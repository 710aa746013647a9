//! Counters: who works where, who is away, what is closed.

use alloc::vec::Vec;

use super::{Office, OpenCounter, Presence, events};
use crate::command::{AwayReason, Command};
use crate::event::Event;
use crate::id::{CounterId, TicketId};
use crate::language::Language;
use crate::refusal::Refusal;
use crate::setup::{Counter, ProfileLine, Setup};
use crate::ticket::{Ticket, TicketState};
use crate::time::Timestamp;

impl Office {
    pub(super) fn decide_open_counter(&self, command: &Command) -> Result<Vec<Event>, Refusal> {
        let Command::OpenCounter { counter, operator, languages, profile } = command else {
            unreachable!("{command:?} opens no counter");
        };
        let (counter, operator) = (*counter, *operator);
        let setup = self.require_setup()?;
        let desk = self.require_counter(counter)?;
        let languages = spoken(languages);
        let profile = match profile {
            Some(lines) => Some(checked_profile(setup, desk, lines)?),
            None => None,
        };
        if let Some(open) = self.counters.get(&counter) {
            if let Some(ticket) = open.ticket {
                return Err(self.busy(counter, ticket));
            }
            let is_same = open.operator == operator && open.away.is_none();
            if is_same && open.languages == languages && open.profile == profile {
                return Err(Refusal::CounterAlreadyOpen { counter });
            }
        }
        events([Event::CounterOpened { counter, operator, languages, profile }])
    }

    pub(super) fn decide_pause_counter(
        &self,
        counter: CounterId,
        reason: AwayReason,
    ) -> Result<Vec<Event>, Refusal> {
        if self.require_staffed(counter)?.away == Some(reason) {
            return Err(Refusal::CounterAway { counter });
        }
        events([Event::CounterPaused { counter, reason }])
    }

    pub(super) fn decide_resume_counter(&self, counter: CounterId) -> Result<Vec<Event>, Refusal> {
        if self.require_staffed(counter)?.away.is_none() {
            return Err(Refusal::CounterNotAway { counter });
        }
        events([Event::CounterResumed { counter }])
    }

    pub(super) fn decide_close_counter(&self, counter: CounterId) -> Result<Vec<Event>, Refusal> {
        match self.require_staffed(counter)?.ticket {
            Some(ticket) => Err(self.busy(counter, ticket)),
            None => events([Event::CounterClosed { counter }]),
        }
    }

    /// The counter exists.
    pub(super) fn require_counter(&self, counter: CounterId) -> Result<&Counter, Refusal> {
        self.require_setup()?.counter(counter).ok_or(Refusal::UnknownCounter { counter })
    }

    /// The counter is open, for a command about the counter itself.
    fn require_staffed(&self, counter: CounterId) -> Result<&OpenCounter, Refusal> {
        self.require_counter(counter)?;
        self.counters.get(&counter).ok_or(Refusal::CounterNotOpen { counter })
    }

    /// The counter is open, for a command about a ticket.
    pub(super) fn require_open(&self, counter: CounterId) -> Result<&OpenCounter, Refusal> {
        self.require_counter(counter)?;
        self.counters.get(&counter).ok_or(Refusal::CounterClosed { counter })
    }

    /// The counter is open and no ticket is there.
    pub(super) fn require_free(&self, counter: CounterId) -> Result<&OpenCounter, Refusal> {
        let open = self.require_open(counter)?;
        match open.ticket {
            Some(ticket) => Err(self.busy(counter, ticket)),
            None => Ok(open),
        }
    }

    /// A ticket is called or served at the counter.
    pub(super) fn require_at(&self, counter: CounterId) -> Result<&Ticket, Refusal> {
        let open = self.require_open(counter)?;
        let ticket = open.ticket.ok_or(Refusal::CounterIdle { counter })?;
        self.require_ticket(ticket)
    }

    /// The counter's kind may take the ticket's queue.
    pub(super) fn require_kind(&self, counter: CounterId, ticket: &Ticket) -> Result<(), Refusal> {
        let setup = self.require_setup()?;
        let kind = self.require_counter(counter)?.kind;
        let queue = ticket.queue;
        match setup.queue(queue) {
            None => Err(Refusal::UnknownQueue { queue }),
            Some(known) if known.accepts(kind) => Ok(()),
            Some(_) => Err(Refusal::CounterKindNotAllowed { counter, kind, queue }),
        }
    }

    pub(super) fn busy(&self, counter: CounterId, ticket: TicketId) -> Refusal {
        match self.require_ticket(ticket) {
            Ok(there) => Refusal::CounterBusy { counter, ticket, label: there.label },
            Err(refusal) => refusal,
        }
    }

    pub(super) fn presence_of(&self, counter: CounterId) -> Presence {
        let Some(open) = self.counters.get(&counter) else {
            return Presence::Closed;
        };
        if let Some(reason) = open.away {
            return Presence::Away(reason);
        }
        let state = open.ticket.and_then(|id| self.tickets.get(id));
        match state.map(|ticket| ticket.state) {
            None => Presence::Free,
            Some(TicketState::Called { .. }) => Presence::Calling,
            Some(
                TicketState::Serving { .. }
                | TicketState::Waiting
                | TicketState::OnHold { .. }
                | TicketState::Completed
                | TicketState::NoShow
                | TicketState::Cancelled { .. },
            ) => Presence::Serving,
        }
    }

    pub(super) fn apply_counter_opened(&mut self, at: Timestamp, event: &Event) {
        let Event::CounterOpened { counter, operator, languages, profile } = event else {
            unreachable!("{event:?} opens no counter");
        };
        let id = *counter;
        let before = self.counters.remove(&id);
        let ticket = before.as_ref().and_then(|open| open.ticket);
        assert_eq!(ticket, None, "counter {id} changes hands without a ticket");
        let open = OpenCounter {
            id,
            operator: *operator,
            languages: languages.clone(),
            profile: profile.clone(),
            away: None,
            ticket,
            since: at,
            last_step: before.and_then(|open| open.last_step),
        };
        self.counters.insert(id, open);
    }

    pub(super) fn apply_counter_away(
        &mut self,
        at: Timestamp,
        counter: CounterId,
        away: Option<AwayReason>,
    ) {
        let Some(open) = self.counters.get_mut(&counter) else {
            panic!("counter {counter} must be open");
        };
        open.away = away;
        open.since = at;
    }

    pub(super) fn apply_counter_closed(&mut self, counter: CounterId) {
        let closed = self.counters.remove(&counter);
        let ticket = closed.map(|open| open.ticket);
        assert_eq!(ticket, Some(None), "counter {counter} closes open and without a ticket");
    }
}

/// Languages as spoken ones, each once, without Japanese, which everybody speaks.
fn spoken(languages: &[Language]) -> Vec<Language> {
    let mut spoken: Vec<Language> = languages
        .iter()
        .map(|language| language.spoken())
        .filter(|language| *language != Language::Japanese)
        .collect();
    spoken.sort_unstable();
    spoken.dedup();
    spoken
}

/// A profile whose queues exist and may be served there; the first line of a queue counts.
fn checked_profile(
    setup: &Setup,
    desk: &Counter,
    lines: &[ProfileLine],
) -> Result<Vec<ProfileLine>, Refusal> {
    let counter = desk.id;
    let mut profile: Vec<ProfileLine> = Vec::new();
    for line in lines {
        let queue = setup.queue(line.queue).ok_or(Refusal::UnknownQueue { queue: line.queue })?;
        if !queue.accepts(desk.kind) {
            return Err(Refusal::CounterKindNotAllowed {
                counter,
                kind: desk.kind,
                queue: line.queue,
            });
        }
        if profile.iter().all(|kept| kept.queue != line.queue) {
            profile.push(*line);
        }
    }
    if profile.is_empty() {
        return Err(Refusal::ProfileEmpty { counter });
    }
    Ok(profile)
}

//! The system under test: the office behind a single writer and a log, as the service runs it.
//!
//! Decide, append, apply; answers and news leave with the commit, never before it. Memory is lost
//! in a crash; what has been synced is not. A [`Bug`] plants one fault that the simulation must
//! find.

use std::collections::BTreeMap;

use domain::command::Command;
use domain::event::{CallKind, Event};
use domain::id::TicketId;
use domain::label::Label;
use domain::office::Office;
use domain::ticket::TicketState;
use domain::time::{Now, Timestamp};

use super::faults::Bug;

/// One command's record in the log.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// The key of the request; none for what time makes due.
    pub(crate) key: Option<u64>,
    /// When it happened.
    pub(crate) at: Timestamp,
    /// What happened.
    pub(crate) events: Vec<Event>,
}

/// What a client is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reply {
    /// Done; whose number was issued (with how many ahead) or called.
    Done {
        /// The label issued, and how many stand before it.
        issued: Option<(Label, u16)>,
        /// The ticket called.
        called: Option<TicketId>,
    },
    /// Not done, with the code of the refusal.
    Refused(&'static str),
}

/// What left the service: answers to requests, and news for screens.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Answers by request key, in order.
    pub(crate) answers: Vec<(u64, Reply)>,
    /// Records that screens have heard of.
    pub(crate) news: Vec<Record>,
}

/// The service: memory, disk, and what is between them.
#[derive(Debug)]
pub(crate) struct Engine {
    /// The fault planted, if any.
    bug: Option<Bug>,
    /// The state in memory.
    pub(crate) office: Office,
    answers: BTreeMap<u64, Reply>,
    /// What has been synced.
    pub(crate) disk: Vec<Record>,
    buffer: Vec<Record>,
    owed: Vec<(u64, Reply)>,
}

impl Engine {
    /// A service with an empty log.
    pub(crate) fn new(bug: Option<Bug>) -> Engine {
        Engine {
            bug,
            office: Office::default(),
            answers: BTreeMap::new(),
            disk: Vec::new(),
            buffer: Vec::new(),
            owed: Vec::new(),
        }
    }

    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// Takes a request in. What it returns has left the service already.
    pub(crate) fn ask(&mut self, now: Now, device: Now, key: u64, command: &Command) -> Sent {
        let first = self.answers.get(&key).copied();
        if let Some(first) = first.filter(|_| !self.has(Bug::ForgetsKeys)) {
            self.owed.push((key, first));
            return Sent::default();
        }
        let now = if self.has(Bug::TrustsDeviceClock) { device } else { now };
        let reply = self.carry_out(now, Some(key), command);
        if matches!(reply, Reply::Done { .. }) {
            self.answers.insert(key, reply);
        }
        let mut sent = Sent::default();
        if self.has(Bug::AnswersBeforeAppend) {
            sent.answers.push((key, reply));
        } else {
            self.owed.push((key, reply));
        }
        if self.has(Bug::TellsScreensBeforeAppend) {
            sent.news.extend(self.buffer.last().cloned());
        }
        sent
    }

    /// Does one thing that time made due.
    pub(crate) fn keep_time(&mut self, now: Now, command: &Command) -> Reply {
        self.carry_out(now, None, command)
    }

    /// What time makes due.
    pub(crate) fn due(&self, now: Now) -> Vec<Command> {
        let due = self.office.due(now).into_iter().map(|(_, command)| command);
        let keeps =
            |command: &Command| !(self.has(Bug::ForgetsToClose) && *command == Command::CloseDay);
        due.filter(keeps).collect()
    }

    fn carry_out(&mut self, now: Now, key: Option<u64>, command: &Command) -> Reply {
        let decision = match self.office.decide(now, command) {
            Ok(decision) => decision,
            Err(refusal) => {
                if self.has(Bug::RefusalRecalls) {
                    self.recall_somebody(now.at.max(self.office.last_at()));
                }
                return Reply::Refused(refusal.code());
            }
        };
        let events = self.spoil(decision.events);
        let reply = reply_of(&events);
        for event in &events {
            self.office.apply(decision.at, event);
            if self.has(Bug::AppliesRecallsTwice) && matches!(event, Event::TicketRecalled { .. }) {
                self.office.apply(decision.at, event);
            }
        }
        self.buffer.push(Record { key, at: decision.at, events });
        reply
    }

    /// Changes a decision as the planted bug would.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only these events are spoilt")]
    fn spoil(&self, mut events: Vec<Event>) -> Vec<Event> {
        for event in &mut events {
            match event {
                Event::TicketIssued { label, ticket, .. }
                    if self.has(Bug::GivesOneNumberTwice) && ticket.0 % 7 == 0 =>
                {
                    label.number = label.number.saturating_sub(1).max(1);
                }
                Event::TicketCalled { ticket, how: CallKind::Next, counter }
                    if self.has(Bug::CallsTheLast) =>
                {
                    let queue = self.office.ticket(*ticket).map(|called| called.queue);
                    let others = queue.map(|queue| self.office.waiting(queue));
                    let last = others.and_then(|others| others.last().map(|last| last.id));
                    *ticket = last.unwrap_or(*ticket);
                    debug_assert!(self.office.counter(*counter).is_some());
                }
                Event::TicketCalled { ticket, how: CallKind::Next, .. }
                    if self.has(Bug::CallsOneTicketTwice) =>
                {
                    let called = self
                        .office
                        .tickets()
                        .find(|other| matches!(other.state, TicketState::Called { .. }));
                    *ticket = called.map_or(*ticket, |called| called.id);
                }
                Event::TicketIssued { ahead, .. } if self.has(Bug::MiscountsAhead) => *ahead += 1,
                _ => {}
            }
        }
        events
    }

    fn recall_somebody(&mut self, at: Timestamp) {
        let called = self.office.tickets().find_map(|ticket| match ticket.state {
            TicketState::Called { counter } => Some((ticket.id, counter)),
            TicketState::Waiting
            | TicketState::Serving { .. }
            | TicketState::OnHold { .. }
            | TicketState::Completed
            | TicketState::NoShow
            | TicketState::Cancelled { .. } => None,
        });
        if let Some((ticket, counter)) = called {
            self.office.apply(at, &Event::TicketRecalled { ticket, counter });
        }
    }

    /// Syncs what is pending, then tells everybody.
    pub(crate) fn commit(&mut self) -> Sent {
        let news = std::mem::take(&mut self.buffer);
        self.disk.extend(news.iter().cloned());
        let mut answers = std::mem::take(&mut self.owed);
        if self.has(Bug::AnswersTheWrongPress) && answers.len() > 1 {
            answers.swap(0, 1);
            let (first, second) = (answers[0].0, answers[1].0);
            (answers[0].0, answers[1].0) = (second, first);
        }
        let news = if self.has(Bug::TellsScreensBeforeAppend) { Vec::new() } else { news };
        Sent { answers, news }
    }

    /// Loses memory. `synced` says whether what was pending had reached the disk.
    pub(crate) fn crash(&mut self, synced: bool) {
        let pending = std::mem::take(&mut self.buffer);
        if synced {
            self.disk.extend(pending);
        }
        self.owed.clear();
        self.restart();
    }

    fn restart(&mut self) {
        self.office = Office::default();
        self.answers.clear();
        let last = self.disk.len().saturating_sub(1);
        for (index, record) in self.disk.iter().enumerate() {
            if self.has(Bug::ForgetsTheLastRecord) && index == last {
                break;
            }
            for event in &record.events {
                let skips = self.has(Bug::ForgetsPaperAfterRestart)
                    && matches!(event, Event::PaperReported { .. });
                if !skips {
                    self.office.apply(record.at, event);
                }
            }
            let remembers = !self.has(Bug::ForgetsKeysAfterRestart);
            if let Some(key) = record.key.filter(|_| remembers) {
                self.answers.insert(key, reply_of(&record.events));
            }
        }
    }
}

/// What the events of one command tell its client.
#[expect(clippy::wildcard_enum_match_arm, reason = "only these events name a ticket to a client")]
fn reply_of(events: &[Event]) -> Reply {
    let mut issued = None;
    let mut called = None;
    for event in events {
        match event {
            Event::TicketIssued { label, ahead, .. } => issued = Some((*label, *ahead)),
            Event::TicketCalled { ticket, .. } | Event::TicketRecalled { ticket, .. } => {
                called = Some(*ticket);
            }
            _ => {}
        }
    }
    Reply::Done { issued, called }
}

//! The clerk who works through a script: keeps the clock, gives the orders, reads out the answers.

use std::collections::BTreeMap;
use std::error::Error;

use domain::command::Command;
use domain::event::Event;
use domain::id::{BatchId, RingId, TagUseId, TicketId};
use domain::label::Label;
use domain::office::{Decision, Office};
use domain::refusal::Refusal;
use domain::setup::Setup;
use domain::time::{Date, MINUTE_MS, MinuteOfDay, Now, Timestamp};

use crate::invariants;
use crate::journal;
use crate::orders::{self, Order};
use crate::questions;
use crate::ward;

/// The zone of the test office: nine hours ahead, without summer time.
const ZONE_MS: i64 = 9 * 60 * MINUTE_MS;
/// One day in milliseconds.
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// Time-made commands that one moment can make due at most; more would never end.
const DUE_MAX: u32 = 30;

/// The office of one script, and what the clerk remembers of it.
#[derive(Debug)]
pub(crate) struct Clerk {
    office: Office,
    clock: Timestamp,
    log: Vec<(Timestamp, Event)>,
    issued_count: u8,
    /// What the orders refer to by name.
    pub(crate) names: Names,
}

/// Names that scripts use for things the office numbers itself.
#[derive(Debug)]
pub(crate) struct Names {
    /// The setup in force, for changes to it.
    pub(crate) setup: Setup,
    /// The latest ticket of each label.
    pub(crate) tickets: BTreeMap<Label, TicketId>,
    /// The label of each ticket.
    pub(crate) labels: BTreeMap<TicketId, Label>,
    /// The latest ring of each bell.
    pub(crate) rings: BTreeMap<String, RingId>,
    /// The latest use of each tag.
    pub(crate) tags: BTreeMap<(String, u16), TagUseId>,
    /// The latest batch.
    pub(crate) batch: Option<BatchId>,
}

impl Default for Clerk {
    fn default() -> Clerk {
        let monday = Date::new(2026, 5, 11).unwrap();
        Clerk {
            office: Office::default(),
            clock: instant(monday, 7 * 60),
            log: Vec::new(),
            issued_count: 0,
            names: Names {
                setup: ward::setup(),
                tickets: BTreeMap::new(),
                labels: BTreeMap::new(),
                rings: BTreeMap::new(),
                tags: BTreeMap::new(),
                batch: None,
            },
        }
    }
}

/// The instant of a local date and minute.
pub(crate) fn instant(date: Date, minute: i64) -> Timestamp {
    Timestamp(date.days_since_epoch() * DAY_MS + minute * MINUTE_MS - ZONE_MS)
}

/// An instant as the office's clock shows it: date, minute, milliseconds past the minute.
pub(crate) fn local(at: Timestamp) -> (Date, MinuteOfDay, i64) {
    let local_ms = at.0 + ZONE_MS;
    let date = Date::from_days_since_epoch(local_ms.div_euclid(DAY_MS));
    let minute = u16::try_from(local_ms.rem_euclid(DAY_MS) / MINUTE_MS).unwrap();
    let time = MinuteOfDay::new(minute / 60, minute % 60).unwrap();
    (date, time, local_ms.rem_euclid(MINUTE_MS))
}

impl Clerk {
    fn now(&self) -> Now {
        let (date, time, _) = local(self.clock);
        Now { at: self.clock, date, time }
    }

    /// Gives one command to the office and reads out the answer.
    ///
    /// What must always hold is checked after every answer, and the office must answer the same
    /// when asked the same.
    fn give(&mut self, command: &Command) -> String {
        let answer = self.office.decide(self.now(), command);
        assert_eq!(answer, self.office.decide(self.now(), command), "asked twice");
        let words = self.carry_out(answer);
        invariants::check(&self.office);
        words
    }

    fn carry_out(&mut self, answer: Result<Decision, Refusal>) -> String {
        match answer {
            Err(refusal) => {
                let words = journal::refusal(&refusal, &self.names.labels);
                format!("{} refused: {words}\n", journal::time(self.clock))
            }
            Ok(decision) => {
                assert!(!decision.events.is_empty(), "an accepted command led to nothing");
                let mut answer = String::new();
                for event in decision.events {
                    self.office.apply(decision.at, &event);
                    self.names.remember(&event);
                    let line = journal::event(&event, &self.names.labels);
                    answer.push_str(&format!("{} {line}\n", journal::time(decision.at)));
                    self.log.push((decision.at, event));
                }
                answer
            }
        }
    }

    /// Does what time itself makes due.
    fn due(&mut self) -> String {
        let mut answer = String::new();
        for _ in 0..DUE_MAX {
            let due = self.office.due(self.now());
            if due.is_empty() {
                return answer;
            }
            for (_, command) in due {
                answer.push_str(&self.give(&command));
            }
        }
        panic!("what is due never ends: {:?}", self.office.due(self.now()));
    }
}

impl Names {
    fn remember(&mut self, event: &Event) {
        if let Event::TicketIssued { ticket, label, .. } = event {
            self.tickets.insert(*label, *ticket);
            self.labels.insert(*ticket, *label);
        } else if let Event::BellRung { ring, bell, .. } = event {
            self.rings.insert(bell.to_string(), *ring);
        } else if let Event::TagHandedOut { tag, pool, number } = event {
            self.tags.insert((pool.to_string(), *number), *tag);
        } else if let Event::BatchReceived { batch, .. } = event {
            self.batch = Some(*batch);
        } else if let Event::SetupAdopted { setup } = event {
            self.setup = (**setup).clone();
        }
    }
}

impl goldenscript::Runner for Clerk {
    type Command = goldenscript::Command;

    fn run(
        &mut self,
        command: &goldenscript::Command,
        _context: &goldenscript::Context,
    ) -> Result<String, Box<dyn Error>> {
        let (date, _, _) = local(self.clock);
        let question = questions::answer(command, &self.office, self.now(), &self.names);
        if let Some(answer) = question {
            return answer;
        }
        match orders::read(command, &self.names, date)? {
            Order::SetClock(at) => {
                self.clock = at;
                Ok(self.due())
            }
            Order::LetPass(span_ms) => {
                self.clock = self.clock.plus_ms(span_ms);
                Ok(self.due())
            }
            Order::Give { command, times } => {
                let mut answer = String::new();
                for _ in 0..times {
                    let command = self.with_token(*command.clone());
                    answer.push_str(&self.give(&command));
                }
                Ok(answer)
            }
        }
    }

    /// The log of the script must rebuild the same office (invariant 3).
    fn end_script(&mut self) -> Result<(), Box<dyn Error>> {
        let mut rebuilt = Office::default();
        for (at, event) in &self.log {
            rebuilt.apply(*at, event);
        }
        if rebuilt == self.office {
            Ok(())
        } else {
            Err("replaying the script's events gives another office".into())
        }
    }
}

impl Clerk {
    /// Gives every issued ticket a token of its own, as the server does at random.
    fn with_token(&mut self, mut command: Command) -> Command {
        if let Command::IssueTicket { token, .. }
        | Command::AdmitLinked { token, .. }
        | Command::MergeOffline { token, .. } = &mut command
        {
            self.issued_count = self.issued_count.wrapping_add(1);
            token.0 = [self.issued_count; 16];
        }
        command
    }
}

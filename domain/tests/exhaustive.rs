//! Every command sequence of a small world, with everything that must hold checked after each step.
//!
//! Two queues, two counters, at most three tickets. The clock moves only by the command `Wait`, so
//! a refused command leaves everything as it was: whatever could follow it already follows its
//! predecessor, with more steps left, and the search need not go there again.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it must be"
)]

#[path = "office/invariants.rs"]
mod invariants;
#[path = "office/ward.rs"]
mod ward;

use domain::command::{Command, ConfirmStep, ReturnPlace, Want};
use domain::event::Event;
use domain::id::{CounterId, KioskId, ProcedureCode, QueueId, TicketId};
use domain::language::Language;
use domain::office::Office;
use domain::rules::TransferGate;
use domain::setup::Setup;
use domain::ticket::{Class, HoldReason, Origin, Token};
use domain::time::{Date, MINUTE_MS, MinuteOfDay, Now, Timestamp};

/// Length of the sequences.
const LENGTH: usize = 7;
/// Most tickets in the small world.
const TICKET_MAX: u64 = 3;
/// What `Wait` lets pass: more than the 30 seconds in which a step can be undone.
const WAIT_MS: i64 = 31_000;
/// 2026-05-11 09:00 in a zone nine hours ahead.
const MORNING: Timestamp = Timestamp(1_778_457_600_000);

/// One entry of the alphabet.
#[derive(Clone, Debug)]
enum Step {
    Wait,
    Issue(&'static str),
    Give(Command),
}

/// What the search has seen.
#[derive(Debug, Default)]
struct Tally {
    accepted: u64,
    refused: u64,
    replayed: u64,
}

/// The search: the alphabet, and the log of the sequence being tried.
struct Search {
    alphabet: Vec<Step>,
    log: Vec<(Timestamp, Event)>,
    tally: Tally,
}

#[test]
fn every_sequence_of_a_small_world_keeps_every_invariant() {
    let (office, log) = opened();
    let mut search = Search { alphabet: alphabet(), log, tally: Tally::default() };
    search.descend(&office, MORNING, LENGTH);
    let tally = &search.tally;
    assert!(tally.accepted > 200_000, "the small world became too small: {tally:?}");
    assert!(tally.refused > tally.accepted, "most of what can be asked is refused: {tally:?}");
    assert!(tally.replayed > 200_000, "too few logs were replayed: {tally:?}");
}

impl Search {
    fn descend(&mut self, office: &Office, at: Timestamp, steps_left: usize) {
        if steps_left == 0 {
            self.replay(office);
            return;
        }
        for index in 0..self.alphabet.len() {
            match self.alphabet[index].clone() {
                Step::Wait => {
                    let later = at.plus_ms(WAIT_MS);
                    let (next, count) = self.keep_time(office, later);
                    self.descend(&next, later, steps_left - 1);
                    self.log.truncate(self.log.len() - count);
                }
                Step::Issue(queue) => {
                    let number = office.next_ids().ticket.0;
                    if number <= TICKET_MAX {
                        self.give(office, at, &issue(queue, number), steps_left);
                    }
                }
                Step::Give(command) => self.give(office, at, &command, steps_left),
            }
        }
    }

    fn give(&mut self, office: &Office, at: Timestamp, command: &Command, steps_left: usize) {
        let Ok(decision) = office.decide(now(at), command) else {
            self.tally.refused += 1;
            return;
        };
        assert_eq!(Ok(&decision), office.decide(now(at), command).as_ref(), "asked twice");
        assert!(!decision.events.is_empty(), "{command:?} was accepted and did nothing");
        assert!(decision.at >= office.last_at(), "{command:?} went back in time");
        self.tally.accepted += 1;
        let mut next = office.clone();
        let count = decision.events.len();
        for event in decision.events {
            next.apply(decision.at, &event);
            self.log.push((decision.at, event));
        }
        invariants::check(&next);
        self.descend(&next, at, steps_left - 1);
        self.log.truncate(self.log.len() - count);
    }

    /// Does what time makes due; returns the office and how many events that took.
    fn keep_time(&mut self, office: &Office, at: Timestamp) -> (Office, usize) {
        let mut next = office.clone();
        let before = self.log.len();
        for (_, command) in office.due(now(at)) {
            let decision = next.decide(now(at), &command).unwrap();
            for event in decision.events {
                next.apply(decision.at, &event);
                self.log.push((decision.at, event));
            }
        }
        invariants::check(&next);
        (next, self.log.len() - before)
    }

    /// Invariant 3: the same log gives the same office.
    fn replay(&mut self, office: &Office) {
        let mut rebuilt = Office::default();
        for (at, event) in &self.log {
            rebuilt.apply(*at, event);
        }
        assert_eq!(&rebuilt, office, "replaying {:?}", self.log);
        self.tally.replayed += 1;
    }
}

fn now(at: Timestamp) -> Now {
    let minutes = (at.0 - MORNING.0).div_euclid(MINUTE_MS) + 9 * 60;
    let minute = u16::try_from(minutes).unwrap();
    Now {
        at,
        date: Date::new(2026, 5, 11).unwrap(),
        time: MinuteOfDay::new(minute / 60, minute % 60).unwrap(),
    }
}

/// The ward with two queues and two counters.
fn small_setup() -> Setup {
    let mut setup = ward::setup();
    let pension = queue("pension");
    setup.queues.retain(|queue| queue.id != pension);
    setup.errands.clear();
    setup.bells.clear();
    setup.tag_pools.clear();
    setup.procedures.retain(|procedure| procedure.code.as_str() == "2");
    setup.calendar.notices.clear();
    setup.counters.retain(|counter| matches!(counter.id.as_str(), "1" | "3"));
    setup.counters[0].profile.retain(|line| line.queue != pension);
    setup.rules.transfer_gate = TransferGate::Arrival;
    setup
}

/// Both counters open, two people waiting: the sequences go deeper from there.
fn opened() -> (Office, Vec<(Timestamp, Event)>) {
    let mut office = Office::default();
    let mut log = Vec::new();
    let mut prologue = vec![
        Command::AdoptSetup { setup: Box::new(small_setup()) },
        Command::OpenDay { date: now(MORNING).date },
    ];
    prologue.extend([counter("1"), counter("3")].map(|counter| Command::OpenCounter {
        counter,
        operator: None,
        languages: Vec::new(),
        profile: None,
    }));
    prologue.extend([issue("enrol", 1), issue("enrol", 2)]);
    for command in prologue {
        let decision = office.decide(now(MORNING), &command).unwrap();
        for event in decision.events {
            office.apply(decision.at, &event);
            log.push((decision.at, event));
        }
        invariants::check(&office);
    }
    (office, log)
}

fn alphabet() -> Vec<Step> {
    let (one, three) = (counter("1"), counter("3"));
    let first = TicketId(1);
    let commands = [
        Command::CallNext { counter: one },
        Command::CallNext { counter: three },
        Command::CallTicket { counter: three, ticket: first },
        Command::StartService { counter: one, presented: None },
        Command::StartService { counter: three, presented: None },
        Command::CompleteService {
            counter: one,
            procedures: vec![ProcedureCode::new("2").unwrap()],
        },
        Command::ReturnToQueue { counter: one, place: ReturnPlace::Back },
        Command::MarkNoShow { counter: three },
        Command::Hold { counter: one, reason: HoldReason::FillingForm },
        Command::Resume { counter: three, ticket: first },
        Command::Transfer { counter: one, to: queue("arrears") },
        Command::ConfirmTransfer { ticket: first, step: ConfirmStep::Arrival },
        Command::Undo { counter: one },
        Command::Undo { counter: three },
        Command::CloseCounter { counter: three },
        Command::CloseDay,
    ];
    let mut alphabet = vec![Step::Wait, Step::Issue("arrears")];
    alphabet.extend(commands.map(Step::Give));
    alphabet
}

fn issue(queue_name: &str, number: u64) -> Command {
    Command::IssueTicket {
        want: Want::Queue(queue(queue_name)),
        class: Class::Ordinary,
        language: Language::Japanese,
        origin: Origin::Kiosk(KioskId::new("k1").unwrap()),
        token: Token([u8::try_from(number).unwrap(); 16]),
    }
}

fn counter(name: &str) -> CounterId {
    CounterId::new(name).unwrap()
}

fn queue(name: &str) -> QueueId {
    QueueId::new(name).unwrap()
}

//! Every command sequence of two small worlds, with everything that must hold checked after each
//! step.
//!
//! In the hall: two queues, two counters, at most three tickets. At the desk: numbers, kiosks that
//! were alone, linked arrivals, bells and tags, over several days. The clock moves only by the step
//! `Wait`, so a refused command leaves everything as it was: whatever could follow it already
//! follows its predecessor, with more steps left, and the search need not go there again.

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
use domain::id::{
    BellId, CounterId, Key, KioskId, ProcedureCode, QueueId, RingId, SectionId, TagPoolId,
    TagUseId, TicketId,
};
use domain::label::Label;
use domain::language::Language;
use domain::office::Office;
use domain::rules::TransferGate;
use domain::setup::{Restart, Setup};
use domain::ticket::{CancelReason, Class, HoldReason, Origin, Paper, Token};
use domain::time::{Date, MINUTE_MS, MinuteOfDay, Now, Timestamp};

/// Length of the sequences in the hall.
const HALL_LENGTH: usize = 7;
/// Length of the sequences at the desk.
const DESK_LENGTH: usize = 5;
/// Most tickets in the hall.
const TICKET_MAX: u64 = 3;
/// More than the 30 seconds in which a step can be undone.
const MOMENT_MS: i64 = 31_000;
/// Until the next morning.
const NIGHT_MS: i64 = 24 * 60 * MINUTE_MS;
/// 2026-05-11 09:00 in a zone nine hours ahead.
const MORNING: Timestamp = Timestamp(1_778_457_600_000);

/// One entry of the alphabet.
#[derive(Clone, Debug)]
enum Step {
    Wait(i64),
    Issue(&'static str, Class),
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
fn every_sequence_in_the_hall_keeps_every_invariant() {
    let waiting = [issue("enrol", Class::Ordinary, 1), issue("enrol", Class::Ordinary, 2)];
    let (office, log) = opened(hall_setup(), &waiting);
    let mut search = Search { alphabet: hall_alphabet(), log, tally: Tally::default() };
    search.descend(&office, MORNING, HALL_LENGTH);
    let tally = &search.tally;
    assert!(tally.accepted > 200_000, "the small world became too small: {tally:?}");
    assert!(tally.refused > tally.accepted, "most of what can be asked is refused: {tally:?}");
    assert!(tally.replayed > 200_000, "too few logs were replayed: {tally:?}");
}

#[test]
fn every_sequence_at_the_desk_keeps_every_invariant_over_several_days() {
    let (office, log) = opened(desk_setup(), &[]);
    let mut search = Search { alphabet: desk_alphabet(), log, tally: Tally::default() };
    search.descend(&office, MORNING, DESK_LENGTH);
    let tally = &search.tally;
    assert!(tally.accepted > 80_000, "the small world became too small: {tally:?}");
    assert!(tally.replayed > 80_000, "too few logs were replayed: {tally:?}");
}

impl Search {
    fn descend(&mut self, office: &Office, at: Timestamp, steps_left: usize) {
        if steps_left == 0 {
            self.replay(office);
            return;
        }
        for index in 0..self.alphabet.len() {
            match self.alphabet[index].clone() {
                Step::Wait(ms) => {
                    let later = at.plus_ms(ms);
                    let (next, count) = self.keep_time(office, later);
                    self.descend(&next, later, steps_left - 1);
                    self.log.truncate(self.log.len() - count);
                }
                Step::Issue(queue, class) => {
                    let number = office.next_ids().ticket.0;
                    if number <= TICKET_MAX {
                        self.give(office, at, &issue(queue, class, number), steps_left);
                    }
                }
                Step::Give(command) => {
                    let command = with_token(command, office.next_ids().ticket.0);
                    self.give(office, at, &command, steps_left);
                }
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
        while let Some((_, command)) = next.due(now(at)).into_iter().next() {
            let decision = next.decide(now(at), &command).unwrap();
            for event in decision.events {
                next.apply(decision.at, &event);
                self.log.push((decision.at, event));
            }
            assert!(self.log.len() < before + 50, "what is due never ends");
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
    let minute = u16::try_from(minutes.rem_euclid(24 * 60)).unwrap();
    let monday = Date::new(2026, 5, 11).unwrap();
    Now {
        at,
        date: monday.plus_days(minutes.div_euclid(24 * 60)),
        time: MinuteOfDay::new(minute / 60, minute % 60).unwrap(),
    }
}

/// The ward with two queues and two counters.
fn hall_setup() -> Setup {
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

/// The ward with one queue of two numbers that go on overnight, and a kiosk with two more.
fn desk_setup() -> Setup {
    let mut setup = hall_setup();
    let whole = ward::setup();
    setup.bells = whole.bells;
    setup.tag_pools = whole.tag_pools;
    setup.procedures = whole.procedures;
    setup.procedures.retain(|sheet| matches!(sheet.code.as_str(), "2" | "15" | "24"));
    setup.queues[0].numbers.last = 2;
    setup.queues[0].numbers.restart = Restart::Continue;
    setup
}

/// Both counters open, some people waiting: the sequences go deeper from there.
fn opened(setup: Setup, waiting: &[Command]) -> (Office, Vec<(Timestamp, Event)>) {
    let mut office = Office::default();
    let mut log = Vec::new();
    let mut prologue = vec![
        Command::AdoptSetup { setup: Box::new(setup) },
        Command::OpenDay { date: now(MORNING).date },
    ];
    prologue.extend([counter("1"), counter("3")].map(|counter| Command::OpenCounter {
        counter,
        operator: None,
        languages: Vec::new(),
        profile: None,
    }));
    prologue.extend_from_slice(waiting);
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

fn hall_alphabet() -> Vec<Step> {
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
    let mut alphabet = vec![Step::Wait(MOMENT_MS), Step::Issue("arrears", Class::Ordinary)];
    alphabet.extend(commands.map(Step::Give));
    alphabet
}

fn desk_alphabet() -> Vec<Step> {
    let one = counter("1");
    let kiosk = KioskId::new("k1").unwrap();
    let merge = |number| Command::MergeOffline {
        kiosk,
        want: Want::Queue(queue("enrol")),
        number,
        language: Language::Japanese,
        token: Token([0; 16]),
        issued_ago_ms: 20_000,
    };
    let commands = [
        merge(901),
        merge(902),
        Command::AdmitLinked {
            section: SectionId::new("tax").unwrap(),
            label: Label::parse("F12").unwrap(),
            queue: queue("enrol"),
            language: Language::Japanese,
            token: Token([0; 16]),
        },
        Command::CancelTicket { ticket: TicketId(1), reason: CancelReason::Withdrawn },
        Command::ReportPaper { ticket: TicketId(1), paper: Paper::Printed },
        Command::CallNext { counter: one },
        Command::MarkNoShow { counter: one },
        Command::Undo { counter: one },
        Command::RingBell {
            bell: BellId::new("admin").unwrap(),
            reason: Key::new("sealed-certificate").unwrap(),
        },
        Command::AcknowledgeBell { ring: RingId(1) },
        Command::HandOutTag { pool: TagPoolId::new("express").unwrap(), number: 1 },
        Command::ReturnTag { tag: TagUseId(1), procedures: Vec::new() },
        Command::CloseDay,
    ];
    let mut alphabet = vec![
        Step::Wait(MOMENT_MS),
        Step::Wait(NIGHT_MS),
        Step::Issue("enrol", Class::Ordinary),
        Step::Issue("enrol", Class::Priority),
    ];
    alphabet.extend(commands.map(Step::Give));
    alphabet
}

/// Every ticket has a token of its own.
fn with_token(mut command: Command, number: u64) -> Command {
    if let Command::AdmitLinked { token, .. } | Command::MergeOffline { token, .. } = &mut command {
        token.0 = [u8::try_from(number).unwrap(); 16];
    }
    command
}

fn issue(queue_name: &str, class: Class, number: u64) -> Command {
    Command::IssueTicket {
        want: Want::Queue(queue(queue_name)),
        class,
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

//! What the office promises across subjects: days, numbers, undo, closing.

use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::bell::RingState;
use crate::command::{AwayReason, BatchChannel, ConfirmStep, ReturnPlace, Want};
use crate::id::{BellId, KioskId, SectionId, TagPoolId};
use crate::sample::{Hall, code, counter, date, key, queue, setup, time};
use crate::setup::Restart;
use crate::statistics;
use crate::ticket::{CancelReason, Class, HoldReason, Origin, Paper, TicketState, Times};

fn hall(change: impl FnOnce(&mut Setup)) -> Hall {
    let mut changed = setup();
    change(&mut changed);
    Hall::opened(changed)
}

fn label(text: &str) -> Label {
    Label::parse(text).expect("a label")
}

fn kiosk_issue() -> Command {
    Command::IssueTicket {
        want: Want::Queue(queue("enrol")),
        class: Class::Ordinary,
        language: Language::Japanese,
        origin: Origin::Kiosk(KioskId(key("hall"))),
        token: Token([7; 16]),
    }
}

fn merge(number: u16, ago_min: i64) -> Command {
    Command::MergeOffline {
        kiosk: KioskId(key("hall")),
        want: Want::Queue(queue("enrol")),
        number,
        language: Language::Japanese,
        token: Token([8; 16]),
        issued_ago_ms: ago_min * 60_000,
    }
}

#[test]
fn what_lies_between_two_days_is_all_that_a_snapshot_needs() {
    let mut hall = hall(|setup| setup.queues[1].numbers.restart = Restart::Continue);
    hall.open_counter("1", &[]);
    for _ in 0..3 {
        hall.issue("enrol");
        hall.issue("pay");
    }
    hall.call_next("1");
    hall.start("1");
    let pool = TagPoolId(key("express"));
    hall.does(Command::HandOutTag { pool, number: 3 });
    hall.does(Command::HandOutTag { pool, number: 4 });
    let tag = hall.office.tag_uses().next().expect("a tag is out").id;
    hall.does(Command::ReturnTag { tag, procedures: vec![code("24")] });
    let (procedure, channel) = (code("6-2"), BatchChannel::Mail);
    hall.does(Command::ReceiveBatch { procedure, channel, count: 5 });
    hall.does(Command::RingBell { bell: BellId(key("unit")), reason: key("seal") });
    assert_eq!(hall.office.carryover(), None, "only between days");
    hall.does(Command::CloseDay);
    let carryover = hall.office.carryover().expect("the day is closed");
    assert_eq!(carryover.numbers.get(&queue("pay")), Some(&3));
    assert_eq!(carryover.numbers.get(&queue("enrol")), None);
    assert_eq!((carryover.tags.len(), carryover.batches.len()), (1, 1));
    let resumed = Office::resume(hall.office.setup().cloned(), carryover, hall.office.last_at());
    assert_eq!(resumed, hall.office);
}

#[test]
fn closing_the_day_lists_and_ends_everything_that_is_open() {
    let mut hall = hall(|_| {});
    hall.open_counter("1", &[]);
    hall.open_counter("2", &[]);
    let served = hall.issue("enrol");
    let called = hall.issue("enrol");
    let waiting = hall.issue("enrol");
    hall.call_next("1");
    hall.start("1");
    hall.call_next("2");
    hall.does(Command::RingBell { bell: BellId(key("unit")), reason: key("seal") });
    let ring = hall.office.rings().next().expect("it rings").id;
    let events = hall.does(Command::CloseDay);
    let reason = CancelReason::DayClosed;
    assert_eq!(
        events,
        [
            Event::TimesDoubted { ticket: served },
            Event::TicketCancelled { ticket: served, reason },
            Event::TicketCancelled { ticket: called, reason },
            Event::TicketCancelled { ticket: waiting, reason },
            Event::BellLapsed { ring },
            Event::CounterClosed { counter: counter("1") },
            Event::CounterClosed { counter: counter("2") },
            Event::DayClosed { date: hall.now.date },
        ]
    );
    assert_eq!(hall.refuses(Command::CallNext { counter: counter("1") }), Refusal::DayNotOpen);
}

#[test]
fn every_step_of_a_counter_can_be_taken_back_and_leaves_the_ticket_as_it_was() {
    let at = counter("1");
    let steps: &[(&[Command], Command)] = &[
        (&[], Command::CallNext { counter: at }),
        (&[Command::CallNext { counter: at }], Command::ReportMismatch { counter: at }),
        (&[Command::CallNext { counter: at }], Command::MarkNoShow { counter: at }),
        (
            &[Command::CallNext { counter: at }],
            Command::ReturnToQueue { counter: at, place: ReturnPlace::Back },
        ),
        (
            &[Command::CallNext { counter: at }],
            Command::StartService { counter: at, presented: None },
        ),
        (
            &[
                Command::CallNext { counter: at },
                Command::StartService { counter: at, presented: None },
            ],
            Command::EndService { counter: at },
        ),
        (
            &[
                Command::CallNext { counter: at },
                Command::StartService { counter: at, presented: None },
            ],
            Command::CompleteService { counter: at, procedures: vec![code("2")] },
        ),
        (
            &[
                Command::CallNext { counter: at },
                Command::StartService { counter: at, presented: None },
            ],
            Command::Transfer { counter: at, to: queue("pay") },
        ),
        (
            &[
                Command::CallNext { counter: at },
                Command::StartService { counter: at, presented: None },
            ],
            Command::Hold { counter: at, reason: HoldReason::Pause },
        ),
    ];
    for (before, step) in steps {
        let mut hall = hall(|_| {});
        hall.open_counter("1", &[]);
        let id = hall.issue("enrol");
        for command in *before {
            hall.passes(2);
            hall.does(command.clone());
        }
        let ticket = hall.ticket(id).clone();
        let waiting = hall.office.waiting_count(queue("enrol"));
        hall.passes(1);
        hall.now.at = hall.now.at.plus_ms(-30_000);
        hall.does(step.clone());
        hall.does(Command::Undo { counter: at });
        let restored = Ticket { revision: ticket.revision, ..hall.ticket(id).clone() };
        assert_eq!(restored, ticket, "{step:?}");
        assert_eq!(hall.office.waiting_count(queue("enrol")), waiting, "{step:?}");
        let nothing = Refusal::NothingToUndo { counter: at };
        assert_eq!(hall.refuses(Command::Undo { counter: at }), nothing);
        hall.does(Command::CloseDay);
    }
}

#[test]
fn undo_is_refused_after_its_time_and_after_what_came_later() {
    let mut hall = hall(|_| {});
    hall.open_counter("1", &[]);
    hall.open_counter("5", &[]);
    let undo = Command::Undo { counter: counter("1") };
    let id = hall.issue("enrol");
    hall.call_next("1");
    hall.does(Command::Recall { counter: counter("1") });
    hall.does(undo.clone());
    assert_eq!(hall.ticket(id).state, TicketState::Waiting, "its own announcement is no step");
    hall.call_next("1");
    hall.passes(1);
    let late = Refusal::UndoTooLate { counter: counter("1"), undo_s: 30 };
    assert_eq!(hall.refuses(undo.clone()), late);
    hall.start("1");
    hall.does(Command::Transfer { counter: counter("1"), to: queue("arrears") });
    hall.does(Command::ReportPaper { ticket: id, paper: Paper::Printed });
    hall.does(Command::ConfirmTransfer { ticket: id, step: ConfirmStep::Arrival });
    assert_eq!(hall.refuses(undo).code(), "undo_overtaken");
}

#[test]
fn invariant_4_numbers_start_at_1_and_a_full_range_is_refused() {
    let mut daily = hall(|setup| setup.queues[1].numbers.last = 2);
    assert_eq!((daily.issue("pay"), daily.issue("pay")), (TicketId(1), TicketId(2)));
    assert_eq!(daily.ticket(TicketId(1)).label, label("B1"));
    let class = Class::Ordinary;
    let more = Command::IssueTicket {
        want: Want::Queue(queue("pay")),
        class,
        language: Language::Japanese,
        origin: Origin::Floor,
        token: Token([1; 16]),
    };
    let exhausted = Refusal::RangeExhausted { queue: queue("pay"), last: 2 };
    assert_eq!(daily.refuses(more.clone()), exhausted);

    let mut continued = hall(|setup| {
        setup.queues[1].numbers.last = 3;
        setup.queues[1].numbers.restart = Restart::Continue;
    });
    continued.issue("pay");
    continued.issue("pay");
    continued.does(Command::CloseDay);
    continued.now.date = date(2026, 11, 13);
    continued.now.at = continued.now.at.plus_ms(2 * 86_400_000);
    continued.does(Command::OpenDay { date: date(2026, 11, 13) });
    let tickets: Vec<TicketId> = (0..3).map(|_| continued.issue("pay")).collect();
    let numbers = tickets.iter().map(|id| continued.ticket(*id).label.number);
    assert_eq!(numbers.collect::<Vec<u16>>(), [3, 1, 2]);
    let exhausted = Refusal::RangeExhausted { queue: queue("pay"), last: 3 };
    assert_eq!(continued.refuses(more), exhausted);
}

#[test]
fn r_03_kiosks_issue_within_hours_and_a_guide_while_the_day_is_open() {
    let mut hall = hall(|_| {});
    hall.now.time = time(17, 29);
    hall.does(kiosk_issue());
    hall.now.time = time(17, 30);
    let closed = Refusal::ClosedHours { next_open: Some((date(2026, 11, 13), time(8, 30))) };
    assert_eq!(hall.refuses(kiosk_issue()), closed, "the 12th is closed");
    hall.issue("enrol");
}

#[test]
fn a_clock_that_steps_back_never_puts_an_event_before_the_last() {
    let mut hall = hall(|_| {});
    let first = hall.issue("enrol");
    hall.now.at = hall.now.at.plus_ms(-3_600_000);
    let second = hall.issue("enrol");
    assert_eq!(hall.ticket(first).issued_at, hall.ticket(second).issued_at);
    let decision = hall.office.decide(hall.now, &kiosk_issue()).expect("it is open");
    assert_eq!(decision.at, hall.office.last_at());
}

#[test]
fn offline_tickets_take_their_place_by_issue_and_only_from_their_kiosks_range() {
    let mut hall = hall(|_| {});
    hall.passes(10);
    let online = hall.issue("enrol");
    hall.passes(10);
    hall.does(merge(901, 15));
    let order: Vec<Label> =
        hall.office.waiting(queue("enrol")).iter().map(|ticket| ticket.label).collect();
    assert_eq!(order, [label("A901"), label("A1")]);
    assert_eq!(hall.refuses(merge(901, 1)).code(), "label_taken");
    assert_eq!(hall.refuses(merge(899, 1)).code(), "number_not_owned");
    assert_eq!(hall.refuses(merge(902, 241)).code(), "offline_too_old", "by the setting");
    assert_eq!(hall.refuses(merge(902, -1)).code(), "offline_too_old", "in the future");
    assert_eq!(hall.ticket(online).label, label("A1"));
    hall.issue("enrol");
    assert_eq!(hall.office.last_number(queue("enrol")), 2, "the server's numbers go on");
}

#[test]
fn r_50_somebody_linked_in_keeps_the_label_they_hold() {
    let mut hall = hall(|_| {});
    let admit = |section, label| Command::AdmitLinked {
        section: SectionId(key(section)),
        label,
        queue: queue("enrol"),
        language: Language::English,
        token: Token([9; 16]),
    };
    hall.does(admit("tax", label("T012")));
    let ticket = hall.office.find_label(label("T12")).expect("it waits");
    assert_eq!((ticket.state, ticket.paper), (TicketState::Waiting, Paper::None));
    assert_eq!(hall.refuses(admit("tax", label("T012"))).code(), "label_taken");
    assert_eq!(hall.refuses(admit("tax", label("A012"))).code(), "label_foreign");
    assert_eq!(hall.refuses(admit("insurance", label("T013"))).code(), "section_not_linked");
}

#[test]
fn r_90_a_completion_names_procedures_that_complete_and_parts_of_them() {
    let mut hall = hall(|_| {});
    hall.open_counter("1", &[]);
    hall.issue("enrol");
    hall.call_next("1");
    hall.start("1");
    let complete = |codes: &[&str]| Command::CompleteService {
        counter: counter("1"),
        procedures: codes.iter().map(|text| code(text)).collect(),
    };
    assert_eq!(hall.refuses(complete(&[])), Refusal::NoProcedure);
    assert_eq!(hall.refuses(complete(&["9"])).code(), "procedure_not_completable");
    assert_eq!(hall.refuses(complete(&["2", "24"])).code(), "procedure_not_completable");
    assert_eq!(hall.refuses(complete(&["2", "2"])).code(), "procedure_twice");
    assert_eq!(hall.refuses(complete(&["2", "99"])).code(), "unknown_procedure");
    let many = complete(&["2", "9", "15", "24", "6-2"]);
    assert_eq!(hall.refuses(many), Refusal::TooManyProcedures { procedures_max: 4 });
    hall.does(complete(&["2", "9", "15"]));
}

#[test]
fn a_forgotten_finish_is_completed_and_its_times_are_doubted() {
    let mut hall = hall(|_| {});
    hall.open_counter("1", &[]);
    let id = hall.issue("enrol");
    hall.call_next("1");
    hall.start("1");
    hall.passes(121);
    hall.complete("1", &["2"]);
    assert_eq!(hall.ticket(id).times, Times::Inaccurate);
    hall.does(Command::Undo { counter: counter("1") });
    assert_eq!(hall.ticket(id).times, Times::Inaccurate, "nobody knows the time any better");
}

#[test]
fn limits_on_returns_announcements_and_periods_have_their_refusals() {
    let mut hall = hall(|setup| setup.rules.periods_max = 10);
    hall.open_counter("1", &[]);
    let id = hall.issue("enrol");
    let back = Command::ReturnToQueue { counter: counter("1"), place: ReturnPlace::Back };
    hall.call_next("1");
    hall.does(back.clone());
    hall.call_next("1");
    assert_eq!(hall.refuses(back).code(), "returns_exhausted");
    for _ in 0..3 {
        hall.does(Command::Recall { counter: counter("1") });
    }
    let recall = Command::Recall { counter: counter("1") };
    assert_eq!(hall.refuses(recall).code(), "recalls_exhausted");
    let mismatch = Command::ReportMismatch { counter: counter("1") };
    hall.does(mismatch.clone());
    hall.call_next("1");
    hall.does(mismatch.clone());
    hall.call_next("1");
    assert_eq!(hall.refuses(mismatch).code(), "periods_exhausted");
    hall.start("1");
    hall.does(Command::EndService { counter: counter("1") });
    hall.complete("1", &["2"]);
    assert_eq!(hall.ticket(id).periods.len(), 10);
    statistics::durations(hall.ticket(id), hall.now.at);
}

#[test]
fn r_73_a_bell_that_nobody_answers_climbs_and_then_lapses() {
    let mut hall = hall(|_| {});
    hall.does(Command::RingBell { bell: BellId(key("unit")), reason: key("seal") });
    let ring = hall.office.rings().next().expect("it rings").id;
    let escalate = Command::EscalateBell { ring };
    assert_eq!(hall.refuses(escalate.clone()), Refusal::RingNotDue { ring });
    assert_eq!(hall.office.due(hall.now), []);
    for count in 1..=2 {
        hall.passes(1);
        let due = hall.office.due(hall.now);
        assert_eq!(due, [(hall.now.at, escalate.clone())]);
        let to = Some(BellId(key("chief")));
        assert_eq!(hall.does(escalate.clone()), [Event::BellEscalated { ring, count, to }]);
    }
    hall.passes(1);
    assert_eq!(hall.does(escalate), [Event::BellLapsed { ring }]);
    assert_eq!(hall.refuses(Command::AcknowledgeBell { ring }), Refusal::RingLapsed { ring });
    let state = hall.office.ring(ring).expect("today's").state;
    assert_eq!(state, RingState::Lapsed { at: hall.now.at });
}

#[test]
fn the_day_opens_within_its_hours_and_closes_at_its_end_or_when_it_is_yesterday() {
    let mut hall = hall(|_| {});
    let closes = |hall: &Hall| hall.office.due(hall.now) == [(hall.now.at, Command::CloseDay)];
    assert!(!closes(&hall));
    hall.now.time = time(21, 0);
    assert!(closes(&hall));
    hall.now = Now { date: date(2026, 11, 12), time: time(0, 0), ..hall.now };
    assert!(closes(&hall));
    hall.does(Command::CloseDay);
    let opens = |hall: &mut Hall, day, hour, minute| {
        hall.now = Now { date: date(2026, 11, day), time: time(hour, minute), ..hall.now };
        !hall.office.due(hall.now).is_empty()
    };
    assert!(!opens(&mut hall, 12, 9, 0), "closed on this date");
    assert!(!opens(&mut hall, 13, 7, 29) && opens(&mut hall, 13, 7, 30));
    assert!(opens(&mut hall, 13, 17, 29) && !opens(&mut hall, 13, 17, 30));
    assert!(!opens(&mut hall, 11, 9, 0), "never the same day again");
}

#[test]
fn a_setup_that_would_orphan_something_open_is_refused() {
    let mut hall = hall(|_| {});
    hall.open_counter("5", &[]);
    hall.issue("pay");
    let adopt = |change: &dyn Fn(&mut Setup)| {
        let mut changed = setup();
        change(&mut changed);
        Command::AdoptSetup { setup: changed.into() }
    };
    let without_pay = adopt(&|setup| {
        setup.queues.retain(|it| it.id != queue("pay"));
        for counter in &mut setup.counters {
            counter.profile.retain(|line| line.queue != queue("pay"));
        }
    });
    assert_eq!(hall.refuses(without_pay), Refusal::SetupInUse { what: key("pay") });
    let without_counter = adopt(&|setup| {
        setup.counters.retain(|it| it.id != counter("5"));
        setup.queues[2].counter_kinds.clear();
        setup.counters[0].profile.push(ProfileLine {
            queue: queue("arrears"),
            tier: 2,
            head_start_min: 0,
        });
    });
    assert_eq!(hall.refuses(without_counter), Refusal::SetupInUse { what: key("5") });
    let elsewhere = adopt(&|setup| setup.office = key("other"));
    assert_eq!(hall.refuses(elsewhere).code(), "office_changed");
    let invalid = adopt(&|setup| setup.rules.undo_s = 0);
    assert_eq!(hall.refuses(invalid).code(), "setup_invalid");
    hall.does(adopt(&|setup| setup.rules.undo_s = 60));
}

#[test]
fn r_116_an_operator_at_the_register_finishes_but_does_not_call() {
    let mut hall = hall(|_| {});
    hall.open_counter("1", &[]);
    hall.issue("enrol");
    hall.issue("enrol");
    hall.call_next("1");
    hall.start("1");
    let reason = AwayReason::Register;
    hall.does(Command::PauseCounter { counter: counter("1"), reason });
    assert_eq!(hall.office.presence(counter("1")), Presence::Away(reason));
    hall.complete("1", &["2"]);
    let away = Refusal::CounterAway { counter: counter("1") };
    assert_eq!(hall.refuses(Command::CallNext { counter: counter("1") }), away);
    hall.does(Command::ResumeCounter { counter: counter("1") });
    assert_eq!(hall.office.presence(counter("1")), Presence::Free);
    hall.call_next("1");
    assert_eq!(hall.office.presence(counter("1")), Presence::Calling);
}

#[test]
fn a_ticket_is_withdrawn_while_it_waits_and_not_while_a_counter_has_called_it() {
    let mut hall = hall(|_| {});
    hall.open_counter("1", &[]);
    let id = hall.issue("enrol");
    hall.call_next("1");
    let cancel = Command::CancelTicket { ticket: id, reason: CancelReason::Withdrawn };
    assert_eq!(hall.refuses(cancel.clone()).code(), "at_counter");
    hall.does(Command::ReturnToQueue { counter: counter("1"), place: ReturnPlace::Keep });
    hall.does(cancel);
    assert_eq!(hall.office.presence(counter("1")), Presence::Free);
    assert_eq!(hall.office.waiting_count(queue("enrol")), 0);
    let undo = Command::Undo { counter: counter("1") };
    assert_eq!(hall.refuses(undo).code(), "undo_overtaken");
}

#[test]
fn a_transfer_is_not_taken_back_into_a_queue_that_is_gone() {
    let mut hall = hall(|_| {});
    hall.open_counter("1", &[]);
    hall.issue("pay");
    hall.call_next("1");
    hall.start("1");
    hall.does(Command::Transfer { counter: counter("1"), to: queue("enrol") });
    let mut without_pay = setup();
    without_pay.queues.retain(|it| it.id != queue("pay"));
    for counter in &mut without_pay.counters {
        counter.profile.retain(|line| line.queue != queue("pay"));
    }
    hall.does(Command::AdoptSetup { setup: without_pay.into() });
    let undo = Command::Undo { counter: counter("1") };
    assert_eq!(hall.refuses(undo), Refusal::UnknownQueue { queue: queue("pay") });
}

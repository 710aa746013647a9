//! What must hold of every office after every step, whatever was asked of it.
//!
//! Written against the documentation of the state, with plain loops over everything.

use std::collections::{BTreeMap, BTreeSet};

use domain::bell::RingState;
use domain::office::{Office, OpenCounter, Presence};
use domain::ticket::{PeriodKind, ServicePhase, Ticket, TicketState, TransferStage};
use domain::time::Timestamp;

/// Checks everything that must hold, and says what does not.
///
/// # Panics
///
/// When an invariant is broken.
pub(crate) fn check(office: &Office) {
    check_labels(office);
    for ticket in office.tickets() {
        check_ticket(office, ticket);
    }
    for counter in office.counters() {
        check_counter(office, counter);
    }
    check_waiting(office);
    check_rest(office);
}

/// Invariant 4: a label is one person's, and numbers start at 1.
fn check_labels(office: &Office) {
    let mut seen = BTreeSet::new();
    let mut tokens = BTreeSet::new();
    for ticket in office.tickets() {
        let label = ticket.label;
        assert!(seen.insert(label), "{label} was given twice");
        assert!(tokens.insert(ticket.token), "the token of {label} was given twice");
        assert!(label.number >= 1, "{label} is not a number for people");
        assert_eq!(office.find_label(label), Some(ticket), "{label} is not found by its label");
        assert_eq!(office.find_token(ticket.token), Some(ticket), "{label} not found by token");
        assert_eq!(office.ticket(ticket.id), Some(ticket), "{label} is not found by its id");
        assert!(ticket.id < office.next_ids().ticket, "the id of {label} would be given again");
    }
}

/// A ticket is in one state, and its periods tell the same story without a gap.
fn check_ticket(office: &Office, ticket: &Ticket) {
    let label = ticket.label;
    let periods = &ticket.periods;
    assert!(!periods.is_empty(), "{label} has no life");
    assert_eq!(periods[0].kind, PeriodKind::Waiting, "{label} did not begin by waiting");
    assert_eq!(periods[0].from, ticket.issued_at, "{label} has time before its first period");
    for pair in periods.windows(2) {
        assert_eq!(pair[0].to, Some(pair[1].from), "{label} has a gap or an overlap");
        assert!(pair[0].from <= pair[1].from, "{label} runs backwards");
    }
    for period in periods {
        let at_counter = period.kind != PeriodKind::Waiting;
        assert_eq!(period.counter.is_some(), at_counter, "{label}: {period:?}");
        assert!(period.to.is_none_or(|to| period.from <= to), "{label}: {period:?}");
        assert!(period.from <= office.last_at(), "{label} has a period in the future");
    }
    let last = periods.last().unwrap();
    let open = match ticket.state {
        TicketState::Waiting => Some((PeriodKind::Waiting, None)),
        TicketState::Called { counter } => Some((PeriodKind::Called, Some(counter))),
        TicketState::Serving { counter, phase } => match phase {
            ServicePhase::AtCounter => Some((PeriodKind::Serving, Some(counter))),
            ServicePhase::AfterCounter => Some((PeriodKind::AfterCounter, Some(counter))),
        },
        TicketState::OnHold { counter, .. } => Some((PeriodKind::OnHold, Some(counter))),
        TicketState::Completed | TicketState::NoShow | TicketState::Cancelled { .. } => None,
    };
    match open {
        Some((kind, counter)) => {
            assert_eq!(last.to, None, "{label} lives on, but its last period has ended");
            assert_eq!((last.kind, last.counter), (kind, counter), "{label}");
            assert_eq!(last.queue, ticket.queue, "{label} lives in another queue");
        }
        None => assert!(last.to.is_some(), "{label} is final, but its last period goes on"),
    }
    check_durations(office, ticket);
    check_ticket_limits(office, ticket);
    assert!(office.day().is_some(), "{label} outlived its day");
}

/// Stay = wait + handling, whatever happened in between.
fn check_durations(office: &Office, ticket: &Ticket) {
    let end = |to: Option<Timestamp>| to.unwrap_or(office.last_at());
    let mut wait_ms = 0;
    let mut handling_ms = 0;
    for period in &ticket.periods {
        let span_ms = end(period.to).0 - period.from.0;
        if period.kind == PeriodKind::Waiting {
            wait_ms += span_ms;
        } else {
            handling_ms += span_ms;
        }
    }
    let stay_ms = end(ticket.periods.last().unwrap().to).0 - ticket.issued_at.0;
    assert_eq!(stay_ms, wait_ms + handling_ms, "{}: stay is not wait + handling", ticket.label);
}

fn check_ticket_limits(office: &Office, ticket: &Ticket) {
    let label = ticket.label;
    let rules = &office.setup().unwrap().rules;
    assert!(ticket.return_count <= rules.return_max, "{label} was returned too often");
    assert!(ticket.periods.len() <= usize::from(rules.periods_max), "{label} lives too long");
    let called = matches!(ticket.state, TicketState::Called { .. });
    let announced = ticket.announce_count >= 1;
    assert_eq!(called, announced, "{label} announced {} times", ticket.announce_count);
    assert!(ticket.announce_count <= rules.recall_max + 1, "{label} was announced too often");
    let completed = ticket.state == TicketState::Completed;
    if !completed {
        assert!(ticket.procedures.is_empty(), "{label} was done before it was completed");
    }
    assert!(ticket.procedures.len() <= usize::from(rules.procedures_max), "{label}");
    if let Some(TransferStage::Sent { from } | TransferStage::Arrived { from }) = ticket.transfer {
        assert!(office.setup().unwrap().counter(from).is_some(), "{label} sent by nobody");
    }
}

/// Invariant 5: a counter has at most one ticket called or served, and both sides know it.
fn check_counter(office: &Office, counter: &OpenCounter) {
    let id = counter.id;
    assert!(office.day().is_some(), "counter {id} is open without a day");
    assert!(office.setup().unwrap().counter(id).is_some(), "counter {id} does not exist");
    let there: Vec<&Ticket> =
        office.tickets().filter(|ticket| at_counter(ticket) == Some(id)).collect();
    assert!(there.len() <= 1, "counter {id} has {} tickets", there.len());
    assert_eq!(counter.ticket, there.first().map(|ticket| ticket.id), "counter {id}");
    let presence = match (counter.away, there.first().map(|ticket| ticket.state)) {
        (Some(reason), _) => Presence::Away(reason),
        (None, None) => Presence::Free,
        (None, Some(TicketState::Called { .. })) => Presence::Calling,
        (None, Some(_)) => Presence::Serving,
    };
    assert_eq!(office.presence(id), presence, "counter {id}");
    assert!(counter.since <= office.last_at(), "counter {id} changed in the future");
}

fn at_counter(ticket: &Ticket) -> Option<domain::id::CounterId> {
    match ticket.state {
        TicketState::Called { counter } | TicketState::Serving { counter, .. } => Some(counter),
        TicketState::Waiting
        | TicketState::OnHold { .. }
        | TicketState::Completed
        | TicketState::NoShow
        | TicketState::Cancelled { .. } => None,
    }
}

/// Who waits is who is in the state `Waiting`, and a called ticket is at an open counter.
fn check_waiting(office: &Office) {
    let mut waiting = BTreeMap::new();
    for ticket in office.tickets() {
        if ticket.state == TicketState::Waiting {
            let queue: &mut BTreeSet<_> = waiting.entry(ticket.queue).or_default();
            queue.insert(ticket.id);
        }
        if let Some(counter) = at_counter(ticket) {
            assert!(office.counter(counter).is_some(), "{} is at a closed counter", ticket.label);
        }
    }
    let queues = office.setup().map_or(&[][..], |setup| &setup.queues);
    for queue in queues {
        let expected = waiting.remove(&queue.id).unwrap_or_default();
        let listed: Vec<_> = office.waiting(queue.id).iter().map(|ticket| ticket.id).collect();
        assert_eq!(listed.len(), expected.len(), "{} lists somebody twice", queue.id);
        assert_eq!(BTreeSet::from_iter(listed), expected, "{} is wrong", queue.id);
        assert_eq!(office.waiting_count(queue.id), expected.len(), "{} miscounts", queue.id);
    }
    assert!(waiting.is_empty(), "people wait in queues that do not exist: {waiting:?}");
}

/// Bells, tags, batches, the day, and what a snapshot between two days holds.
fn check_rest(office: &Office) {
    let ringing = office.rings().filter(|ring| ring.state == RingState::Ringing);
    let mut bells = BTreeSet::new();
    for ring in ringing {
        assert!(bells.insert(ring.bell), "bell {} rings twice", ring.bell);
        assert!(office.day().is_some(), "bell {} rings after the day", ring.bell);
    }
    let mut out = BTreeSet::new();
    for tag in office.tag_uses().filter(|tag| tag.returned_at.is_none()) {
        assert!(out.insert((tag.pool, tag.number)), "tag {} is out twice", tag.number);
    }
    for batch in office.batches() {
        assert!(batch.count >= 1, "batch {} holds nothing", batch.id);
        let returned = batch.delivered.map_or(0, |(_, returned)| returned);
        assert!(returned <= batch.count, "batch {} returned too many", batch.id);
    }
    if let Some(day) = office.day() {
        assert_eq!(office.last_day(), Some(day.date), "the open day is not the last one");
        assert!(office.carryover().is_none(), "a snapshot in the middle of a day");
    }
    if let Some(carryover) = office.carryover() {
        let resumed = Office::resume(office.setup().cloned(), carryover, office.last_at());
        assert_eq!(&resumed, office, "a snapshot between two days forgets something");
    }
}

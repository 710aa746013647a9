//! Who is next: one pure function, a total order.
//!
//! # Who can be next
//!
//! A ticket that waits in a queue of the counter's profile whose counter kinds allow the counter
//! and
//! - whose language the counter speaks, as far as [`LanguageCalls`] asks for it;
//! - whose transfer has been confirmed as far as [`TransferGate`] asks for it;
//! - whose appointment, if it has one, has come.
//!
//! # In which order
//!
//! 1. Within a queue, nobody of the priority or appointment class once `priority_run_max` of them
//!    have been called in a row, as long as somebody ordinary can be next.
//! 2. The tier of the queue's line in the profile; 0 after `ageing_min` at its place.
//! 3. Virtual arrival: place, less the head start of its class, less that of the profile's line.
//!    An appointment's place is the time agreed on. A ticket returned to the back has none of its
//!    class's head start.
//! 4. Time of issue.
//! 5. Ticket id: no two tickets share it, so the order is total and a replay is never ambiguous.

use alloc::collections::BTreeSet;

use crate::command::AwayReason;
use crate::id::{CounterId, TicketId};
use crate::language::Language;
use crate::line::{Place, QueueLine, Standing};
use crate::office::{Office, OpenCounter};
use crate::refusal::Refusal;
use crate::rules::{LanguageCalls, Rules, TransferGate};
use crate::setup::{ProfileLine, Queue, Setup};
use crate::ticket::{Class, Ticket, TransferStage};
use crate::time::{MINUTE_MS, Timestamp};

/// A candidate's rank: the least is next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Rank {
    tier: u8,
    arrival: Timestamp,
    issued_at: Timestamp,
    ticket: TicketId,
}

/// Chooses the ticket that an open counter calls next; the module says how.
///
/// Tickets on hold are never chosen: they are resumed or called by their label.
///
/// # Errors
///
/// `QueueEmpty` when nobody waits in the counter's queues; `NoneEligible` when people wait but none
/// of them can be called by this counter now; `ProfileEmpty` when it serves no queue; `NoSetup`,
/// `UnknownCounter` and `CounterClosed` as they say.
pub fn next_ticket(
    office: &Office,
    counter: CounterId,
    now: Timestamp,
) -> Result<TicketId, Refusal> {
    let setup = office.setup().ok_or(Refusal::NoSetup)?;
    let desk = setup.counter(counter).ok_or(Refusal::UnknownCounter { counter })?;
    let open = office.counter(counter).ok_or(Refusal::CounterClosed { counter })?;
    let profile = office.profile(counter);
    if profile.is_empty() {
        return Err(Refusal::ProfileEmpty { counter });
    }
    let mut waiting = 0;
    let mut best: Option<Rank> = None;
    for profile_line in profile {
        let (Some(queue), Some(line)) =
            (setup.queue(profile_line.queue), office.line(profile_line.queue))
        else {
            continue;
        };
        waiting += line.len();
        if line.len() == 0 || !queue.accepts(desk.kind) {
            continue;
        }
        let call = Call { office, setup, open, now };
        let first = call.first_in(queue, line, *profile_line);
        best = [best, first].into_iter().flatten().min();
    }
    match best {
        Some(rank) => Ok(rank.ticket),
        None if waiting == 0 => Err(Refusal::QueueEmpty),
        None => Err(Refusal::NoneEligible { waiting: u16::try_from(waiting).unwrap_or(u16::MAX) }),
    }
}

/// Whether somebody is at an open counter, or only at the register.
pub fn is_attended(open: &OpenCounter) -> bool {
    match open.away {
        None | Some(AwayReason::Register) => true,
        Some(AwayReason::BackOffice | AwayReason::Break) => false,
    }
}

/// Whether somebody at an open counter speaks a language; everybody speaks Japanese.
pub fn speaks(open: &OpenCounter, language: Language) -> bool {
    let spoken = language.spoken();
    spoken == Language::Japanese || open.languages.contains(&spoken)
}

/// Whether an open counter serves a queue: its profile names it and its kind is allowed.
pub fn serves(office: &Office, setup: &Setup, open: &OpenCounter, queue: &Queue) -> bool {
    let named = office.profile(open.id).iter().any(|line| line.queue == queue.id);
    named && setup.counter(open.id).is_some_and(|counter| queue.accepts(counter.kind))
}

/// One call: who asks, and when.
struct Call<'a> {
    office: &'a Office,
    setup: &'a Setup,
    open: &'a OpenCounter,
    now: Timestamp,
}

impl Call<'_> {
    fn first_in(&self, queue: &Queue, line: &QueueLine, profile: ProfileLine) -> Option<Rank> {
        let rules = &self.setup.rules;
        let mut ordinary: Option<Rank> = None;
        let mut favoured: Option<Rank> = None;
        for ((standing, language), places) in line.groups() {
            if !self.may_take(queue, language) {
                continue;
            }
            let first = self.first_of(places);
            let rank = first.map(|place| self.rank(rules, profile, standing, place));
            let slot = match standing {
                Standing::Ordinary => &mut ordinary,
                Standing::Priority | Standing::Appointment => &mut favoured,
            };
            *slot = [*slot, rank].into_iter().flatten().min();
        }
        if line.favoured_run >= rules.priority_run_max && ordinary.is_some() {
            return ordinary;
        }
        [ordinary, favoured].into_iter().flatten().min()
    }

    fn first_of(&self, places: &BTreeSet<Place>) -> Option<Place> {
        let eligible = |place: &&Place| {
            let ticket = self.office.ticket(place.ticket);
            ticket.is_some_and(|ticket| {
                is_confirmed(ticket, self.setup.rules.transfer_gate) && is_due(ticket, self.now)
            })
        };
        places.iter().find(eligible).copied()
    }

    fn may_take(&self, queue: &Queue, language: Language) -> bool {
        match self.setup.rules.language_calls {
            LanguageCalls::Ignore => true,
            LanguageCalls::Require => speaks(self.open, language),
            LanguageCalls::Prefer => {
                let elsewhere = |other: &OpenCounter| {
                    is_attended(other)
                        && speaks(other, language)
                        && serves(self.office, self.setup, other, queue)
                };
                speaks(self.open, language) || !self.office.counters().any(elsewhere)
            }
        }
    }

    fn rank(&self, rules: &Rules, profile: ProfileLine, standing: Standing, place: Place) -> Rank {
        let ageing_ms = i64::from(rules.ageing_min) * MINUTE_MS;
        let is_aged = self.now.since_ms(place.place_at) >= ageing_ms;
        let line_ms = i64::from(profile.head_start_min) * MINUTE_MS;
        Rank {
            tier: if is_aged { 0 } else { profile.tier },
            arrival: place.place_at.plus_ms(-standing.head_start_ms(rules) - line_ms),
            issued_at: place.issued_at,
            ticket: place.ticket,
        }
    }
}

fn is_confirmed(ticket: &Ticket, gate: TransferGate) -> bool {
    match (gate, ticket.transfer) {
        (TransferGate::None, _) | (_, None) => true,
        (TransferGate::Arrival, Some(TransferStage::Arrived { .. })) => true,
        (TransferGate::Arrival, Some(TransferStage::Sent { .. })) => false,
        (TransferGate::Check, Some(_)) => false,
    }
}

fn is_due(ticket: &Ticket, now: Timestamp) -> bool {
    match ticket.class {
        Class::Ordinary | Class::Priority => true,
        Class::Appointment { due_at } => due_at <= now,
    }
}

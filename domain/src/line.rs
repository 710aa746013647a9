//! A queue's waiting line, indexed so that the next ticket is found without looking at all of them.
//!
//! Tickets that every counter ranks by the same head start and may or may not take for the same
//! language stand in one group, ordered by their place. Whoever is next in the line is then the
//! first of some group, whatever the counter: a call looks at a handful of groups, not at 5,000
//! tickets.

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::vec::Vec;

use crate::id::TicketId;
use crate::language::Language;
use crate::rules::Rules;
use crate::ticket::{Class, Ticket};
use crate::time::{MINUTE_MS, Timestamp};

/// How a ticket ranks within its line.
///
/// It follows the class, except that a ticket that went to the back because nobody came ranks as
/// an ordinary one: behind everyone means without a head start.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Standing {
    Ordinary,
    Priority,
    Appointment,
}

impl Standing {
    pub(crate) fn of(ticket: &Ticket) -> Standing {
        match ticket.class {
            _ if ticket.return_count > 0 => Standing::Ordinary,
            Class::Ordinary => Standing::Ordinary,
            Class::Priority => Standing::Priority,
            Class::Appointment { .. } => Standing::Appointment,
        }
    }

    /// By how much a ticket counts as having come earlier, in milliseconds.
    pub(crate) fn head_start_ms(self, rules: &Rules) -> i64 {
        let minutes = match self {
            Standing::Ordinary => 0,
            Standing::Priority => rules.priority_head_start_min,
            Standing::Appointment => rules.appointment_head_start_min,
        };
        i64::from(minutes) * MINUTE_MS
    }
}

/// A ticket's place in a group: by place, then issue, then id, which makes the order total.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Place {
    pub(crate) place_at: Timestamp,
    pub(crate) issued_at: Timestamp,
    pub(crate) ticket: TicketId,
}

impl Place {
    pub(crate) fn of(ticket: &Ticket) -> Place {
        Place { place_at: ticket.place_at, issued_at: ticket.issued_at, ticket: ticket.id }
    }
}

/// Calls that a line remembers: the longest run (10) and more steps to take back than counters
/// have, so that a run is exact whatever is undone.
const CALLS_MAX: usize = 64;

/// What tickets of one group have in common.
pub(crate) type Group = (Standing, Language);

/// One queue's line of the day.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct QueueLine {
    groups: BTreeMap<Group, BTreeSet<Place>>,
    count: usize,
    /// Priority and appointment tickets called in a row while somebody ordinary waited.
    pub(crate) favoured_run: u8,
    /// The last calls out of the line, oldest first: whose, and whether somebody ordinary was
    /// overtaken. `favoured_run` is the number of overtaking ones at its end; a call that is taken
    /// back goes as if it had not been.
    calls: VecDeque<(TicketId, bool)>,
    /// Cases completed today with times that can be trusted, and how long they held a counter.
    pub(crate) completed_count: u32,
    pub(crate) completed_ms: i64,
}

impl QueueLine {
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn groups(&self) -> impl Iterator<Item = (Group, &BTreeSet<Place>)> {
        let filled = self.groups.iter().filter(|(_, places)| !places.is_empty());
        filled.map(|(group, places)| (*group, places))
    }

    pub(crate) fn has_ordinary(&self) -> bool {
        self.groups().any(|((standing, _), _)| standing == Standing::Ordinary)
    }

    /// Counts a call of a ticket that waits here.
    pub(crate) fn count_call(&mut self, ticket: TicketId, standing: Standing) {
        let overtakes = standing != Standing::Ordinary && self.has_ordinary();
        if self.calls.len() == CALLS_MAX {
            self.calls.pop_front();
        }
        self.calls.push_back((ticket, overtakes));
        self.favoured_run = if overtakes { self.favoured_run.saturating_add(1) } else { 0 };
    }

    /// Takes back the count of a call.
    pub(crate) fn uncount_call(&mut self, ticket: TicketId) {
        if let Some(index) = self.calls.iter().rposition(|(called, _)| *called == ticket) {
            self.calls.remove(index);
        }
        let run = self.calls.iter().rev().take_while(|(_, overtakes)| *overtakes);
        self.favoured_run = u8::try_from(run.count()).unwrap_or(u8::MAX);
    }

    pub(crate) fn insert(&mut self, group: Group, place: Place) {
        let added = self.groups.entry(group).or_default().insert(place);
        assert!(added, "ticket {} must not wait twice", place.ticket);
        self.count += 1;
    }

    pub(crate) fn remove(&mut self, group: Group, place: Place) {
        let places = self.groups.get_mut(&group);
        let removed = places.is_some_and(|places| places.remove(&place));
        assert!(removed, "ticket {} must wait where its state says", place.ticket);
        self.count -= 1;
    }

    /// Everybody, by virtual arrival, issue and id.
    pub(crate) fn in_order(&self, rules: &Rules) -> Vec<TicketId> {
        let mut order: Vec<(Timestamp, Timestamp, TicketId)> = Vec::with_capacity(self.count);
        for ((standing, _), places) in self.groups() {
            let head_start_ms = standing.head_start_ms(rules);
            order.extend(places.iter().map(|place| {
                let arrival = place.place_at.plus_ms(-head_start_ms);
                (arrival, place.issued_at, place.ticket)
            }));
        }
        order.sort_unstable();
        order.into_iter().map(|(_, _, ticket)| ticket).collect()
    }

    /// How many stand before a ticket with this standing and place.
    pub(crate) fn count_before(&self, standing: Standing, place: Place, rules: &Rules) -> usize {
        let arrival = place.place_at.plus_ms(-standing.head_start_ms(rules));
        let before = |((other, _), places): (Group, &BTreeSet<Place>)| {
            let bound = Place { place_at: arrival.plus_ms(other.head_start_ms(rules)), ..place };
            match places.last() {
                Some(last) if *last < bound => places.len(),
                Some(_) | None => places.range(..bound).count(),
            }
        };
        self.groups().map(before).sum()
    }
}

//! Compares the office with what the auditor believes, thing by thing.

use domain::id::TicketId;
use domain::office::Office;
use domain::statistics;
use domain::ticket::{Paper, Ticket, TicketState, Times};

use super::{Auditor, Case, Desk};

impl Auditor {
    /// The first difference between the office and the auditor's own; `None` when there is none.
    pub(crate) fn difference(&self, office: &Office) -> Option<String> {
        let day = office.day().map(|day| day.date);
        if day != self.day || office.last_day() != self.last_day {
            return Some(format!("day: office {day:?}, auditor {:?}", self.day));
        }
        let count = office.tickets().count();
        if count != self.cases.len() {
            return Some(format!("tickets: office {count}, auditor {}", self.cases.len()));
        }
        let ids = office.next_ids();
        let next = (ids.ticket.0, ids.ring.0, ids.tag.0, ids.batch.0);
        let own = (self.next_ticket, self.next_ring, self.next_tag, self.next_batch);
        if next != own {
            return Some(format!("next ids: office {next:?}, auditor {own:?}"));
        }
        self.ticket_difference(office)
            .or_else(|| self.desk_difference(office))
            .or_else(|| self.floor_difference(office))
    }

    fn ticket_difference(&self, office: &Office) -> Option<String> {
        for case in &self.cases {
            let Some(ticket) = office.ticket(case.id) else {
                return Some(format!("{} is lost", case.label));
            };
            if let Some(what) = case.difference(ticket, office) {
                let label = case.label;
                return Some(format!("{label}: {what}\noffice: {ticket:?}\nauditor: {case:?}"));
            }
        }
        for queue in &self.setup.queues {
            let waiting = office.waiting_count(queue.id);
            if waiting != self.waiting_in(queue.id) || office.waiting(queue.id).len() != waiting {
                return Some(format!("{}: {waiting} wait, or not", queue.id));
            }
        }
        None
    }

    fn desk_difference(&self, office: &Office) -> Option<String> {
        let count = office.counters().count();
        if count != self.desks.len() {
            return Some(format!("counters: office {count}, auditor {}", self.desks.len()));
        }
        let differs = |desk: &&Desk| {
            office.counter(desk.id).is_none_or(|counter| {
                counter.ticket != desk.ticket
                    || counter.away != desk.away
                    || counter.languages.len() != desk.languages.len()
                    || office.profile(desk.id) != desk.profile.as_slice()
                    || counter.last_step.is_some() != desk.last.is_some()
            })
        };
        let desk = self.desks.iter().find(differs)?;
        Some(format!("counter: office {:?}, auditor {desk:?}", office.counter(desk.id)))
    }

    fn floor_difference(&self, office: &Office) -> Option<String> {
        let rings: Vec<_> = office
            .rings()
            .map(|ring| (ring.id, ring.bell, ring.escalation_count, ring.state))
            .collect();
        let own: Vec<_> = self
            .rings
            .iter()
            .map(|ring| (ring.id, ring.bell, ring.escalation_count, ring.state))
            .collect();
        if rings != own {
            return Some(format!("rings: office {rings:?}, auditor {own:?}"));
        }
        let tags: Vec<_> = office
            .tag_uses()
            .map(|tag| (tag.id, tag.number, tag.called.is_some(), tag.returned_at.is_some()))
            .collect();
        let own: Vec<_> =
            self.tags.iter().map(|tag| (tag.id, tag.number, tag.called, tag.returned)).collect();
        if tags != own {
            return Some(format!("tags: office {tags:?}, auditor {own:?}"));
        }
        let batches: Vec<_> = office
            .batches()
            .map(|batch| {
                let returned = batch.delivered.map(|(_, returned)| returned);
                (batch.id, batch.procedure, batch.count, batch.step, returned)
            })
            .collect();
        let own: Vec<_> = self
            .batches
            .iter()
            .map(|batch| (batch.id, batch.procedure, batch.count, batch.step, batch.delivered))
            .collect();
        (batches != own).then(|| format!("batches: office {batches:?}, auditor {own:?}"))
    }

    /// Whether a ticket has paper at all; linked arrivals have none.
    pub(crate) fn has_paper(&self, ticket: TicketId) -> bool {
        let case = self.cases.iter().find(|case| case.id == ticket);
        case.is_some_and(|case| case.paper != Paper::None)
    }
}

impl Case {
    fn difference(&self, ticket: &Ticket, office: &Office) -> Option<&'static str> {
        let same_label = ticket.label == self.label && ticket.label.width == self.label.width;
        let doubted = ticket.times == Times::Inaccurate;
        let findings = [
            (same_label, "another label"),
            (ticket.queue == self.queue, "another queue"),
            (ticket.state == self.state, "another state"),
            (ticket.class == self.class, "another class"),
            (ticket.language == self.language, "another language"),
            (ticket.origin == self.origin, "another origin"),
            (ticket.issued_at == self.issued_at, "issued at another time"),
            (ticket.place_at == self.place_at, "another place in line"),
            (ticket.transfer == self.transfer, "another stage of its transfer"),
            (ticket.return_count == self.return_count, "another count of returns"),
            (ticket.announce_count == self.announce_count, "another count of announcements"),
            (ticket.procedures == self.procedures, "other procedures"),
            (doubted == self.doubted, "its times are doubted by one only"),
            (ticket.paper == self.paper, "another paper"),
            (self.has_durations_of(ticket, office), "other durations"),
        ];
        findings.into_iter().find(|(same, _)| !same).map(|(_, what)| what)
    }

    fn has_durations_of(&self, ticket: &Ticket, office: &Office) -> bool {
        let now = office.last_at().max(self.since);
        let sums = statistics::durations(ticket, now);
        let mut own = self.clone();
        if !own.is_final() {
            // Books the time up to now; the state it changes to does not matter.
            own.change(now, TicketState::Completed);
        }
        let stay_ms = own.since.0 - own.issued_at.0;
        sums.wait_ms == own.wait_ms
            && sums.walk_ms == own.walk_ms
            && sums.service_ms == own.service_ms
            && sums.handling_ms == own.handling_ms
            && sums.stay_ms == stay_ms
    }
}

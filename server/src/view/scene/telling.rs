//! How changes are found: what an event is about is looked at before and after it, and rows that
//! differ are told.

use std::collections::BTreeSet;

use domain::event::Event;
use domain::id::{BellId, CounterId, ProcedureCode, QueueId, TicketId};
use domain::office::Office;
use domain::setup::Setup;
use domain::ticket::Ticket;
use domain::time::{Now, Timestamp};
use protocol::view::{
    Alert, BellCondition, BellView, CounterChange, DashboardChange, DayStatus, DisplayChange,
    KioskChange, Notice, PrinterView, TodaySummary, WaitSummary,
};

use super::{Changes, FINAL_SHOWN_MS, Renewal, Scene};
use crate::view::{condition, facts, row};

/// What an event is about, as it was before the event.
#[derive(Debug)]
pub(super) struct Before {
    id: Option<TicketId>,
    procedures: Vec<ProcedureCode>,
    waits: WaitSummary,
    today: TodaySummary,
    queues: BTreeSet<QueueId>,
    counters: BTreeSet<CounterId>,
    bells: BTreeSet<BellId>,
}

impl Scene {
    /// What an event is about, before it is applied; takes its ticket out of the statistics.
    pub(super) fn before(&mut self, event: &Event) -> Before {
        let (id, counter) = subject(event);
        let (waits, today) = (self.today.waits(), self.today.summary());
        let mut before = Before {
            id,
            procedures: Vec::new(),
            waits,
            today,
            queues: BTreeSet::new(),
            counters: counter.into_iter().collect(),
            bells: bells(&self.office, event),
        };
        if let (None, Some(counter)) = (id, counter) {
            before.queues.extend(self.office.profile(counter).iter().map(|line| line.queue));
        }
        let Some(setup) = self.office.setup() else { return before };
        if let Some(ticket) = id.and_then(|id| self.office.ticket(id)) {
            self.today.take_out(setup, ticket);
            before.queues.insert(ticket.queue);
            before.procedures.clone_from(&ticket.procedures);
        }
        before
    }

    /// Tells what became of the event's ticket, and what that means for today's figures.
    pub(super) fn tell_ticket(&mut self, before: &Before, at: Timestamp, changes: &mut Changes) {
        let Some(setup) = self.office.setup() else { return };
        let Some(ticket) = before.id.and_then(|id| self.office.ticket(id)) else { return };
        self.today.count_in(setup, ticket);
        match final_at(ticket) {
            Some(ended) => self.final_shown.insert(ticket.id, ended),
            None => self.final_shown.remove(&ticket.id),
        };
        changes.counter.push(CounterChange::Ticket { ticket: row::ticket(setup, ticket) });
        if let Some(call) = self.calls.follow(ticket, at) {
            changes.display.push(DisplayChange::Call { call });
        }
        if self.today.waits() != before.waits {
            changes.dashboard.push(DashboardChange::Waits { waits: self.today.waits() });
        }
        if before.procedures != ticket.procedures {
            let codes: BTreeSet<_> = before.procedures.iter().chain(&ticket.procedures).collect();
            for code in codes {
                let procedure = self.today.procedure(setup, *code);
                let row = procedure.map(|procedure| DashboardChange::Procedure { procedure });
                changes.dashboard.extend(row);
            }
        }
    }

    /// Tells what an event without a ticket means for today's figures, and today's numbers.
    pub(super) fn tell_cases(&mut self, before: &Before, event: &Event, changes: &mut Changes) {
        let Some(setup) = self.office.setup() else { return };
        if let Event::GuidanceRecorded { .. } = event {
            self.today.guided();
        }
        let cases = cases(&self.office, event);
        if let Some((codes, count)) = cases {
            self.today.done(&codes, count);
            for code in codes {
                let procedure = self.today.procedure(setup, code);
                let row = procedure.map(|procedure| DashboardChange::Procedure { procedure });
                changes.dashboard.extend(row);
            }
        }
        if self.today.summary() != before.today {
            changes.dashboard.push(DashboardChange::Today { today: self.today.summary() });
        }
    }

    /// Tells the rows of queues, counters and bells that an event touched.
    pub(super) fn tell_places(&mut self, before: &Before, now: Now, changes: &mut Changes) {
        let Some(setup) = self.office.setup() else { return };
        let mut queues = before.queues.clone();
        let ticket = before.id.and_then(|id| self.office.ticket(id));
        queues.extend(ticket.map(|ticket| ticket.queue));
        if ticket.is_none() {
            let counters = before.counters.iter();
            queues.extend(counters.flat_map(|c| self.office.profile(*c)).map(|line| line.queue));
        }
        let mut counters = before.counters.clone();
        counters.extend(ticket.and_then(|ticket| ticket.state.at_counter()));
        counters.extend(serving(&self.office, setup, &queues));
        for bell in before.bells.iter().filter_map(|bell| setup.bell(*bell)) {
            tell_bell(&row::bell(&self.office, bell, self.bell_condition(bell.id)), changes);
        }
        self.tell_queues(queues, now, changes);
        self.tell_counters(counters, now, changes);
    }

    /// Tells the rows of queues whose facts differ.
    pub(super) fn tell_queues(
        &mut self,
        queues: impl IntoIterator<Item = QueueId>,
        now: Now,
        changes: &mut Changes,
    ) {
        let Some(setup) = self.office.setup() else { return };
        for queue in queues.into_iter().filter_map(|queue| setup.queue(queue)) {
            let facts = facts::of_queue(&self.office, setup, queue.id, now);
            let Some(known) = self.queues.insert(queue.id, facts) else { continue };
            if known == facts {
                continue;
            }
            let row = row::staff_queue(queue, &facts);
            let public = facts::QueueFacts { oldest_since_ms: known.oldest_since_ms, ..facts };
            if known != public {
                changes.kiosk.push(KioskChange::Queue { queue: row.status.clone() });
                changes.display.push(DisplayChange::Queue { queue: row.status.clone() });
            }
            changes.counter.push(CounterChange::Queue { queue: row.clone() });
            changes.dashboard.push(DashboardChange::Queue { queue: row });
        }
    }

    /// Tells the rows of counters whose facts differ.
    pub(super) fn tell_counters(
        &mut self,
        counters: impl IntoIterator<Item = CounterId>,
        now: Now,
        changes: &mut Changes,
    ) {
        let Some(setup) = self.office.setup() else { return };
        for counter in counters.into_iter().filter_map(|counter| setup.counter(counter)) {
            let facts = facts::of_counter(&self.office, counter.id, now);
            let known = self.counters.get(&counter.id);
            if known == Some(&facts) {
                continue;
            }
            if known.map(facts::CounterFacts::shown) != Some(facts.shown()) {
                let counter = row::display_counter(counter, &facts);
                changes.display.push(DisplayChange::Counter { counter });
            }
            let row = row::counter(counter, &facts);
            changes.counter.push(CounterChange::Counter { counter: row.clone() });
            changes.dashboard.push(DashboardChange::Counter { counter: row });
            self.counters.insert(counter.id, facts);
        }
    }

    /// Whether a ring of a bell makes a sound.
    pub(super) fn bell_condition(&self, bell: BellId) -> BellCondition {
        self.bells.get(&bell).copied().unwrap_or_default()
    }

    /// Tells staff screens which tickets to forget.
    pub(super) fn tell_gone(&mut self, now: Now, changes: &mut Changes) {
        self.final_shown.retain(|ticket, ended| {
            let shown = now.at.since_ms(*ended) <= FINAL_SHOWN_MS;
            if !shown {
                changes.counter.push(CounterChange::TicketGone { ticket: ticket.0 });
            }
            shown
        });
    }

    /// Tells the day, notices and alerts where they differ.
    pub(super) fn tell_conditions(&mut self, now: Now, changes: &mut Changes) {
        let Some(setup) = self.office.setup() else { return };
        let day = condition::day(&self.office, setup, now);
        if day != self.day {
            tell_day(&day, changes);
            self.day = day;
        }
        let notices = condition::notices(setup, now);
        if notices != self.notices {
            tell_notices(&notices, changes);
            self.notices = notices;
        }
        let doubtful = condition::doubtful_slips(&self.office);
        for (kiosk, printer) in &mut self.printers {
            let unknown_count = doubtful.get(kiosk).copied().unwrap_or(0);
            if printer.unknown_count != unknown_count {
                printer.unknown_count = unknown_count;
                tell_printer(printer, changes);
            }
        }
        let alerts = self.first_seen.alerts(&self.office, self.printers.values(), &self.bells, now);
        if alerts != self.alerts {
            tell_alerts(&alerts, changes);
            self.alerts = alerts;
        }
    }
}

pub(super) fn tell_printer(printer: &PrinterView, changes: &mut Changes) {
    changes.kiosk.push(KioskChange::Printer { printer: printer.clone() });
    changes.counter.push(CounterChange::Printer { printer: printer.clone() });
    changes.dashboard.push(DashboardChange::Printer { printer: printer.clone() });
}

pub(super) fn tell_bell(bell: &BellView, changes: &mut Changes) {
    changes.counter.push(CounterChange::Bell { bell: bell.clone() });
    changes.dashboard.push(DashboardChange::Bell { bell: bell.clone() });
}

pub(super) fn tell_day(day: &DayStatus, changes: &mut Changes) {
    changes.kiosk.push(KioskChange::Day { day: day.clone() });
    changes.display.push(DisplayChange::Day { day: day.clone() });
    changes.counter.push(CounterChange::Day { day: day.clone() });
    changes.dashboard.push(DashboardChange::Day { day: day.clone() });
}

pub(super) fn tell_notices(notices: &[Notice], changes: &mut Changes) {
    let notices = || notices.to_vec();
    changes.kiosk.push(KioskChange::Notices { notices: notices() });
    changes.display.push(DisplayChange::Notices { notices: notices() });
    changes.counter.push(CounterChange::Notices { notices: notices() });
}

pub(super) fn tell_alerts(alerts: &[Alert], changes: &mut Changes) {
    changes.counter.push(CounterChange::Alerts { alerts: alerts.to_vec() });
    changes.dashboard.push(DashboardChange::Alerts { alerts: alerts.to_vec() });
}

/// What a new day or setup says: everybody gets a new snapshot, and pages that hold parts of the
/// setup are told to take one.
pub(super) fn renewed(event: &Event) -> Changes {
    let mut changes = Changes { renewal: Renewal::Whole, ..Changes::default() };
    if let Event::SetupAdopted { .. } = event {
        changes.kiosk.push(KioskChange::Setup);
        changes.counter.push(CounterChange::Setup);
        changes.display.push(DisplayChange::Setup);
        changes.dashboard.push(DashboardChange::Setup);
    }
    changes
}

/// The ids of every queue and counter.
pub(super) fn ids_of(setup: &Setup) -> (Vec<QueueId>, Vec<CounterId>) {
    let queues = setup.queues.iter().map(|queue| queue.id).collect();
    let counters = setup.counters.iter().map(|counter| counter.id).collect();
    (queues, counters)
}

/// When a ticket became final.
pub(super) fn final_at(ticket: &Ticket) -> Option<Timestamp> {
    let last = ticket.periods.last()?;
    ticket.state.is_final().then_some(last.to.unwrap_or(last.from))
}

/// Counters whose profile holds one of these queues: whom they call next may have changed.
fn serving(office: &Office, setup: &Setup, queues: &BTreeSet<QueueId>) -> Vec<CounterId> {
    let concerned = |counter: &CounterId| {
        office.profile(*counter).iter().any(|line| queues.contains(&line.queue))
    };
    setup.counters.iter().map(|counter| counter.id).filter(concerned).collect()
}

/// The ticket and the counter an event names.
fn subject(event: &Event) -> (Option<TicketId>, Option<CounterId>) {
    match event {
        Event::TicketIssued { ticket, .. }
        | Event::PaperReported { ticket, .. }
        | Event::TicketReprinted { ticket }
        | Event::TicketCancelled { ticket, .. }
        | Event::TimesDoubted { ticket }
        | Event::TransferConfirmed { ticket, .. } => (Some(*ticket), None),
        Event::TicketCalled { ticket, counter, .. }
        | Event::TicketRecalled { ticket, counter }
        | Event::ServiceStarted { ticket, counter }
        | Event::LabelMismatched { ticket, counter }
        | Event::ServiceEnded { ticket, counter }
        | Event::ServiceCompleted { ticket, counter, .. }
        | Event::TicketNoShow { ticket, counter }
        | Event::TicketReturned { ticket, counter, .. }
        | Event::TicketHeld { ticket, counter, .. }
        | Event::TicketResumed { ticket, counter }
        | Event::TicketTransferred { ticket, counter, .. }
        | Event::StepUndone { ticket, counter, .. } => (Some(*ticket), Some(*counter)),
        Event::CounterOpened { counter, .. }
        | Event::CounterPaused { counter, .. }
        | Event::CounterResumed { counter }
        | Event::CounterClosed { counter }
        | Event::TagCalled { counter, .. } => (None, Some(*counter)),
        Event::SetupAdopted { .. }
        | Event::DayOpened { .. }
        | Event::DayClosed { .. }
        | Event::GuidanceRecorded { .. }
        | Event::TagHandedOut { .. }
        | Event::TagReturned { .. }
        | Event::BellRung { .. }
        | Event::BellAcknowledged { .. }
        | Event::BellEscalated { .. }
        | Event::BellLapsed { .. }
        | Event::BatchReceived { .. }
        | Event::BatchAdvanced { .. }
        | Event::BatchDelivered { .. } => (None, None),
    }
}

/// The cases that an event counts without a ticket, or whose figures it touches: how many of each.
fn cases(office: &Office, event: &Event) -> Option<(Vec<ProcedureCode>, u32)> {
    if let Event::TagReturned { procedures, .. } = event {
        Some((procedures.clone(), 1))
    } else if let Event::BatchDelivered { batch, returned } = event {
        let batch = office.batch(*batch)?;
        Some((vec![batch.procedure], u32::from(batch.count.saturating_sub(*returned))))
    } else if let Event::TimesDoubted { ticket } = event {
        Some((office.ticket(*ticket)?.procedures.clone(), 0))
    } else {
        None
    }
}

/// The bells an event is about, those it escalates to included.
fn bells(office: &Office, event: &Event) -> BTreeSet<BellId> {
    if let Event::BellRung { bell, .. } = event {
        return BTreeSet::from([*bell]);
    }
    let (ring, to) = if let Event::BellAcknowledged { ring } | Event::BellLapsed { ring } = event {
        (ring, None)
    } else if let Event::BellEscalated { ring, to, .. } = event {
        (ring, *to)
    } else {
        return BTreeSet::new();
    };
    let known = office.ring(*ring);
    let own = known.into_iter().flat_map(|ring| [Some(ring.bell), ring.to]).flatten();
    own.chain(to).collect()
}

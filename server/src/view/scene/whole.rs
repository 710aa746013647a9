//! What each role sees whole.

use domain::id::TicketId;
use domain::setup::Setup;
use domain::ticket::Ticket;
use protocol::view::{
    BellView, CounterChange, CounterStatus, CounterView, DashboardChange, DashboardView,
    DisplayChange, DisplayView, KioskChange, KioskView, PrinterView, StaffQueue, TicketView,
};

use super::telling::{tell_alerts, tell_bell, tell_day, tell_notices, tell_printer};
use super::{Changes, Scene};
use crate::view::row;

impl Scene {
    /// What a kiosk shows.
    pub fn kiosk(&self) -> KioskView {
        let setup = self.office.setup();
        KioskView {
            office: self.office_name(),
            languages: self.languages(),
            errands: setup.map(row::errands).unwrap_or_default(),
            queues: self.staff_queues().into_iter().map(|queue| queue.status).collect(),
            day: self.day.clone(),
            notices: self.notices.clone(),
            printers: self.printers(),
        }
    }

    /// What a display shows.
    pub fn display(&self) -> DisplayView {
        let rows = |setup: &Setup| {
            let shown = |counter: &domain::setup::Counter| {
                Some(row::display_counter(counter, self.counters.get(&counter.id)?))
            };
            setup.counters.iter().filter_map(shown).collect()
        };
        DisplayView {
            office: self.office_name(),
            counters: self.office.setup().map(rows).unwrap_or_default(),
            queues: self.staff_queues().into_iter().map(|queue| queue.status).collect(),
            calls: self.calls.shown(),
            day: self.day.clone(),
            notices: self.notices.clone(),
        }
    }

    /// What staff at the counters see.
    pub fn counter(&self) -> CounterView {
        let setup = self.office.setup();
        CounterView {
            office: self.office_name(),
            queues: self.staff_queues(),
            counters: self.counter_rows(),
            tickets: self.ticket_rows(),
            procedures: setup.map(row::procedures).unwrap_or_default(),
            bells: self.bells(),
            day: self.day.clone(),
            wait_limit_min: self.wait_limit_min,
            notices: self.notices.clone(),
            alerts: self.alerts.clone(),
            printers: self.printers(),
            undo_s: setup.map_or(0, |setup| setup.rules.undo_s),
            languages: self.languages(),
        }
    }

    /// What the dashboard shows.
    pub fn dashboard(&self) -> DashboardView {
        let setup = self.office.setup();
        DashboardView {
            office: self.office_name(),
            queues: self.staff_queues(),
            counters: self.counter_rows(),
            waits: self.today.waits(),
            procedures: setup.map(|setup| self.today.procedures(setup)).unwrap_or_default(),
            today: self.today.summary(),
            alerts: self.alerts.clone(),
            wait_limit_min: self.wait_limit_min,
            day: self.day.clone(),
            printers: self.printers(),
            bells: self.bells(),
        }
    }

    /// Every queue as staff see it.
    pub fn staff_queues(&self) -> Vec<StaffQueue> {
        let queues = self.office.setup().map_or(&[][..], |setup| &setup.queues);
        let row = |queue: &domain::setup::Queue| {
            Some(row::staff_queue(queue, self.queues.get(&queue.id)?))
        };
        queues.iter().filter_map(row).collect()
    }

    /// Every counter as staff see it.
    pub fn counter_rows(&self) -> Vec<CounterStatus> {
        let counters = self.office.setup().map_or(&[][..], |setup| &setup.counters);
        let row = |counter: &domain::setup::Counter| {
            Some(row::counter(counter, self.counters.get(&counter.id)?))
        };
        counters.iter().filter_map(row).collect()
    }

    /// One of today's tickets as staff see it.
    pub fn ticket_row(&self, ticket: TicketId) -> Option<TicketView> {
        Some(row::ticket(self.office.setup()?, self.office.ticket(ticket)?))
    }

    /// What time and devices have changed, whole: for a screen that resumes and may have missed
    /// any of it.
    pub fn volatile(&self) -> Changes {
        let status = |queue: &StaffQueue| queue.status.clone();
        let queues = self.staff_queues();
        let mut changes = Changes::default();
        for queue in &queues {
            changes.kiosk.push(KioskChange::Queue { queue: status(queue) });
            changes.display.push(DisplayChange::Queue { queue: status(queue) });
            changes.counter.push(CounterChange::Queue { queue: queue.clone() });
            changes.dashboard.push(DashboardChange::Queue { queue: queue.clone() });
        }
        for counter in self.counter_rows() {
            changes.counter.push(CounterChange::Counter { counter: counter.clone() });
            changes.dashboard.push(DashboardChange::Counter { counter });
        }
        for printer in self.printers() {
            tell_printer(&printer, &mut changes);
        }
        for bell in self.bells() {
            tell_bell(&bell, &mut changes);
        }
        let gone = self
            .office
            .tickets()
            .filter(|ticket| ticket.state.is_final() && !self.final_shown.contains_key(&ticket.id));
        changes
            .counter
            .extend(gone.map(|ticket| CounterChange::TicketGone { ticket: ticket.id.0 }));
        tell_day(&self.day, &mut changes);
        tell_notices(&self.notices, &mut changes);
        tell_alerts(&self.alerts, &mut changes);
        changes
    }

    fn office_name(&self) -> protocol::Text {
        self.office.setup().map(|setup| row::text(&setup.name)).unwrap_or_default()
    }

    fn languages(&self) -> Vec<String> {
        let languages = self.office.setup().map_or(&[][..], |setup| &setup.languages);
        languages.iter().map(|language| language.tag().to_owned()).collect()
    }

    fn bells(&self) -> Vec<BellView> {
        let bells = self.office.setup().map_or(&[][..], |setup| &setup.bells);
        let row = |bell| row::bell(&self.office, bell, self.bell_condition(bell.id));
        bells.iter().map(row).collect()
    }

    fn printers(&self) -> Vec<PrinterView> {
        self.printers.values().cloned().collect()
    }

    fn ticket_rows(&self) -> Vec<TicketView> {
        let Some(setup) = self.office.setup() else { return Vec::new() };
        let shown = |ticket: &&Ticket| {
            !ticket.state.is_final() || self.final_shown.contains_key(&ticket.id)
        };
        self.office.tickets().filter(shown).map(|ticket| row::ticket(setup, ticket)).collect()
    }
}

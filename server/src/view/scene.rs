//! The replica of the office that screens are fed from.

mod telling;
mod whole;

use std::collections::BTreeMap;

use domain::event::Event;
use domain::id::{BellId, CounterId, QueueId, TicketId};
use domain::office::Office;
use domain::ticket::Ticket;
use domain::time::{MINUTE_MS, Now, Timestamp};
use protocol::view::{
    Alert, BellCondition, CounterChange, DashboardChange, DayStatus, DisplayChange, KioskChange,
    Notice, PrinterView,
};

use self::telling::{ids_of, renewed, tell_bell, tell_printer};
use super::call::Calls;
use super::condition::{self, FirstSeen};
use super::facts::{self, CounterFacts, QueueFacts};
use super::row;
use super::today::Today;
use crate::view::Role;

use crate::engine::Committed;

/// How long staff screens keep a ticket after its end: longer than any step can be undone.
pub const FINAL_SHOWN_MS: i64 = 10 * MINUTE_MS;

/// What an event or passing time changes, per role.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Changes {
    /// For kiosks.
    pub kiosk: Vec<KioskChange>,
    /// For counters.
    pub counter: Vec<CounterChange>,
    /// For displays.
    pub display: Vec<DisplayChange>,
    /// For dashboards.
    pub dashboard: Vec<DashboardChange>,
    /// Whether rows are enough.
    pub renewal: Renewal,
}

impl Changes {
    /// Whether nothing changes for a role.
    pub fn is_empty(&self, role: Role) -> bool {
        match role {
            Role::Kiosk => self.kiosk.is_empty(),
            Role::Counter => self.counter.is_empty(),
            Role::Display => self.display.is_empty(),
            Role::Dashboard => self.dashboard.is_empty(),
        }
    }
}

/// Whether a screen can follow by rows alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Renewal {
    /// It can.
    #[default]
    Rows,
    /// So much has changed (another day, another setup) that everybody gets a new snapshot.
    Whole,
}

/// A replica of the office, and what has been said of it.
#[derive(Debug)]
pub struct Scene {
    office: Office,
    seq: u64,
    queues: BTreeMap<QueueId, QueueFacts>,
    counters: BTreeMap<CounterId, CounterFacts>,
    calls: Calls,
    today: Today,
    guidance: u32,
    /// Final tickets that staff screens still show, and when they ended.
    final_shown: BTreeMap<TicketId, Timestamp>,
    printers: BTreeMap<String, PrinterView>,
    /// What devices have said of bells; a bell that is not in it has none.
    bells: BTreeMap<BellId, BellCondition>,
    first_seen: FirstSeen,
    alerts: Vec<Alert>,
    day: DayStatus,
    notices: Vec<Notice>,
    wait_limit_min: u16,
}

impl Scene {
    /// The scene of an office whose last event is number `seq`.
    pub fn new(office: Office, seq: u64, now: Now) -> Scene {
        let mut scene = Scene {
            office,
            seq,
            queues: BTreeMap::new(),
            counters: BTreeMap::new(),
            calls: Calls::default(),
            today: Today::default(),
            guidance: 0,
            final_shown: BTreeMap::new(),
            printers: BTreeMap::new(),
            bells: BTreeMap::new(),
            first_seen: FirstSeen::default(),
            alerts: Vec::new(),
            day: DayStatus { day: None, issuing: false, next_open: None, open: None, close: None },
            notices: Vec::new(),
            wait_limit_min: 0,
        };
        scene.rebuild(now);
        scene
    }

    /// The office as of [`Scene::seq`].
    pub fn office(&self) -> &Office {
        &self.office
    }

    /// The number of the last event in it.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// How many wait, by the letter of the queue.
    pub fn waiting(&self) -> impl Iterator<Item = (char, u16)> + '_ {
        let queues = self.office.setup().map_or(&[][..], |setup| &setup.queues);
        queues
            .iter()
            .filter_map(|queue| Some((queue.letter.as_char(), self.queues.get(&queue.id)?.waiting)))
    }

    /// Takes in an event and says what it changes.
    ///
    /// # Panics
    ///
    /// When the event is not the next one, or does not fit the office (a defect).
    pub fn apply(&mut self, committed: &Committed, now: Now) -> Changes {
        let before = self.before(&committed.event);
        self.take_in(committed);
        if let Event::SetupAdopted { .. } | Event::DayOpened { .. } | Event::DayClosed { .. } =
            committed.event
        {
            self.rebuild(now);
            return renewed(&committed.event);
        }
        let mut changes = Changes::default();
        self.tell_ticket(&before, committed.at, &mut changes);
        self.tell_cases(&before, &committed.event, &mut changes);
        self.tell_places(&before, now, &mut changes);
        changes
    }

    /// Takes in many events without saying what each changes; whoever looks needs a new snapshot.
    ///
    /// # Panics
    ///
    /// As [`Scene::apply`].
    pub fn skip(&mut self, committed: &[Committed], now: Now) {
        for event in committed {
            self.take_in(event);
        }
        self.rebuild(now);
    }

    fn take_in(&mut self, committed: &Committed) {
        assert_eq!(committed.seq, self.seq + 1, "events reach the board in order, without gaps");
        self.office.apply(committed.at, &committed.event);
        self.seq = committed.seq;
        if let Event::GuidanceRecorded { .. } = committed.event {
            self.guidance += 1;
        } else if let Event::DayOpened { .. } = committed.event {
            self.guidance = 0;
        }
    }

    /// What has become different by time passing, or by a printer.
    pub fn refresh(&mut self, now: Now) -> Changes {
        let mut changes = Changes::default();
        let Some(setup) = self.office.setup() else { return changes };
        let (queues, counters) = ids_of(setup);
        self.tell_queues(queues, now, &mut changes);
        self.tell_counters(counters, now, &mut changes);
        self.tell_gone(now, &mut changes);
        self.tell_conditions(now, &mut changes);
        changes
    }

    /// Takes in what a device says of a kiosk's printer; what became of its slips the office knows.
    pub fn set_printer(&mut self, printer: PrinterView) -> Changes {
        let mut changes = Changes::default();
        let known = self.printers.get(&printer.kiosk);
        let unknown_count = known.map_or(0, |known| known.unknown_count);
        let name = known.map(|known| known.name.clone()).unwrap_or_default();
        let printer = PrinterView { unknown_count, name, ..printer };
        if known != Some(&printer) {
            tell_printer(&printer, &mut changes);
            self.printers.insert(printer.kiosk.clone(), printer);
        }
        changes
    }

    /// Takes in what a device says of a bell.
    pub fn set_bell(&mut self, id: BellId, condition: BellCondition) -> Changes {
        let mut changes = Changes::default();
        if self.bells.insert(id, condition) == Some(condition) {
            return changes;
        }
        if let Some(bell) = self.office.setup().and_then(|setup| setup.bell(id)) {
            tell_bell(&row::bell(&self.office, bell, condition), &mut changes);
        }
        changes
    }
}

impl Scene {
    /// Computes everything anew.
    fn rebuild(&mut self, now: Now) {
        let Some(setup) = self.office.setup() else { return };
        let (queues, counters) = ids_of(setup);
        let date = self.office.day().map_or(now.date, |day| day.date);
        let limit_ms = setup.calendar.wait_limit_ms(date);
        self.wait_limit_min = u16::try_from(limit_ms / MINUTE_MS).unwrap_or(u16::MAX);
        let fact = |queue| (queue, facts::of_queue(&self.office, setup, queue, now));
        self.queues = queues.into_iter().map(fact).collect();
        let fact = |counter| (counter, facts::of_counter(&self.office, counter, now));
        self.counters = counters.into_iter().map(fact).collect();
        self.calls = Calls::of(&self.office);
        self.today = Today::of(&self.office, limit_ms, self.guidance);
        let ended = |ticket: &Ticket| Some((ticket.id, telling::final_at(ticket)?));
        let recent = |(_, at): &(TicketId, Timestamp)| now.at.since_ms(*at) <= FINAL_SHOWN_MS;
        self.final_shown = self.office.tickets().filter_map(ended).filter(recent).collect();
        let known = std::mem::take(&mut self.printers);
        let printer = |kiosk: &domain::setup::Kiosk| {
            let key = kiosk.id.to_string();
            let known = known.get(&key).cloned();
            let printer = row::printer(kiosk);
            (key, PrinterView { name: printer.name.clone(), ..known.unwrap_or(printer) })
        };
        self.printers = setup.kiosks.iter().map(printer).collect();
        let doubtful = condition::doubtful_slips(&self.office);
        for (kiosk, printer) in &mut self.printers {
            printer.unknown_count = doubtful.get(kiosk).copied().unwrap_or(0);
        }
        self.day = condition::day(&self.office, setup, now);
        self.notices = condition::notices(setup, now);
        self.alerts =
            self.first_seen.alerts(&self.office, self.printers.values(), &self.bells, now);
    }
}

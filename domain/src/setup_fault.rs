//! What can be wrong with a setup. Whoever reads a file maps a fault to its line.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt;

use crate::calendar::DayHours;
use crate::id::Key;
use crate::label::{Letter, NUMBER_MAX};
use crate::setup::{Errand, ErrandTarget, OfflineRange, Queue, SectionSystem, Setup};
use crate::time::Date;

/// A reason why a [`Setup`] cannot be adopted.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "field names are the glossary's words")]
pub enum SetupFault {
    /// Two things of one kind (`list`, such as `queues`) have the same key.
    DuplicateKey { list: &'static str, key: Key },
    /// Two queues have the same letter.
    DuplicateLetter { letter: Letter, first: Key, second: Key },
    /// `key` in `list` names something (`field`) that does not exist.
    UnknownReference { list: &'static str, key: Key, field: &'static str, names: Key },
    /// A number lies outside its range.
    OutOfRange {
        list: &'static str,
        key: Option<Key>,
        field: &'static str,
        value: i64,
        min: i64,
        max: i64,
    },
    /// Two offline ranges of a queue overlap, or one reaches into the server's own numbers.
    RangesOverlap { queue: Key, kiosk: Key },
    /// Opening hours that do not begin before they end; `day` is 0 for Monday to 6, 7 for a date.
    HoursReversed { day: u8 },
    /// A list that must hold at least one entry is empty.
    Empty { list: &'static str },
    /// Groups of errands that contain each other.
    ErrandCycle { errand: Key },
    /// An errand stands within one that is not a group.
    ErrandNotInGroup { errand: Key, within: Key },
    /// A queue that no counter's profile serves: its tickets could never be called.
    QueueUnserved { queue: Key },
    /// A profile names a queue whose `counter_kinds` exclude the counter.
    ProfileKindMismatch { counter: Key, queue: Key },
}

impl fmt::Display for SetupFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use SetupFault as Fault;
        match self {
            Fault::DuplicateKey { list, key } => write!(f, "{list} has {key} twice"),
            Fault::DuplicateLetter { letter, first, second } => {
                write!(f, "queues {first} and {second} both have the letter {letter}")
            }
            Fault::UnknownReference { list, key, field, names } => {
                write!(f, "{list} {key}: {field} names {names}, which does not exist")
            }
            Fault::OutOfRange { list, key, field, value, min, max } => {
                write!(f, "{list}")?;
                if let Some(key) = key {
                    write!(f, " {key}")?;
                }
                write!(f, ": {field} must be from {min} to {max}, not {value}")
            }
            Fault::RangesOverlap { queue, kiosk } => write!(
                f,
                "queue {queue}: the range of kiosk {kiosk} must be above the server's numbers \
                 and apart from other ranges"
            ),
            Fault::HoursReversed { day } => write!(
                f,
                "hours of day {day}: opening must come before the last ticket, and that not \
                 after closing"
            ),
            Fault::Empty { list } => write!(f, "{list} must hold at least one entry"),
            Fault::ErrandCycle { errand } => write!(f, "errand {errand} stands within itself"),
            Fault::ErrandNotInGroup { errand, within } => {
                write!(f, "errand {errand} must stand within a group, {within} is none")
            }
            Fault::QueueUnserved { queue } => write!(f, "no counter serves queue {queue}"),
            Fault::ProfileKindMismatch { counter, queue } => {
                write!(f, "counter {counter} is not of a kind that may serve queue {queue}")
            }
        }
    }
}

impl Setup {
    /// Everything that is wrong with the setup, all at once, list by list in the order of the
    /// setup's fields; empty when it can be adopted.
    ///
    /// Lists and fields bear the names of the setup's fields. Settings without a key of their own
    /// are in the lists `rules` and `calendar`.
    pub fn faults(&self) -> Vec<SetupFault> {
        let mut faults = Faults { setup: self, found: Vec::new() };
        faults.check_lists();
        faults.check_places();
        faults.check_procedures();
        faults.check_queues();
        faults.check_errands();
        faults.check_counters();
        faults.check_floor();
        faults.check_calendar();
        faults.check_rules();
        faults.found
    }
}

/// Most counters of one office: three digits are as many as one hears correctly.
const COUNTERS_MAX: usize = 999;

/// Most entries of any other list: far above what an office configures, below what would weigh on
/// a screen or the log.
const ENTRIES_MAX: usize = 1_000;

/// Largest tag pool: two digits are what tags have room for.
const TAG_POOL_SIZE_MAX: u16 = 99;

struct Faults<'a> {
    setup: &'a Setup,
    found: Vec<SetupFault>,
}

impl Faults<'_> {
    fn check_lists(&mut self) {
        let setup = self.setup;
        let (counters, entries) = (COUNTERS_MAX, ENTRIES_MAX);
        self.check_list("sections", setup.sections.iter().map(|it| it.id.0), 1, entries);
        self.check_list("units", setup.units.iter().map(|it| it.id.0), 0, entries);
        self.check_list("procedures", setup.procedures.iter().map(|it| it.code.0), 1, entries);
        self.check_list("queues", setup.queues.iter().map(|it| it.id.0), 1, entries);
        self.check_list("errands", setup.errands.iter().map(|it| it.id.0), 0, entries);
        self.check_list("counters", setup.counters.iter().map(|it| it.id.0), 1, counters);
        self.check_list("bells", setup.bells.iter().map(|it| it.id.0), 0, entries);
        self.check_list("tag_pools", setup.tag_pools.iter().map(|it| it.id.0), 0, entries);
        self.check_list("kiosks", setup.kiosks.iter().map(|it| it.id.0), 0, entries);
        let languages = setup.languages.iter().filter_map(|it| Key::new(it.tag()));
        self.check_list("languages", languages, 1, entries);
    }

    fn check_list(
        &mut self,
        list: &'static str,
        keys: impl Iterator<Item = Key>,
        min: usize,
        max: usize,
    ) {
        let mut seen = BTreeSet::new();
        let mut count = 0;
        for key in keys {
            count += 1;
            if !seen.insert(key) {
                self.found.push(SetupFault::DuplicateKey { list, key });
            }
        }
        if count < min {
            self.found.push(SetupFault::Empty { list });
        }
        self.check_range(list, None, "count", count, (min, max));
    }

    /// A number lies within its range, both ends included.
    fn check_range<N: TryInto<i64>>(
        &mut self,
        list: &'static str,
        key: Option<Key>,
        field: &'static str,
        value: N,
        (min, max): (N, N),
    ) {
        let number = |number: N| number.try_into().unwrap_or(i64::MAX);
        let (value, min, max) = (number(value), number(min), number(max));
        // An empty list has a fault of its own.
        let is_empty_list = field == "count" && value < min;
        if !(min..=max).contains(&value) && !is_empty_list {
            self.found.push(SetupFault::OutOfRange { list, key, field, value, min, max });
        }
    }

    /// `key` in `list` names in `field` something that exists.
    fn check_known(
        &mut self,
        list: &'static str,
        key: Key,
        field: &'static str,
        names: Key,
        is_known: bool,
    ) {
        if !is_known {
            self.found.push(SetupFault::UnknownReference { list, key, field, names });
        }
    }

    fn check_places(&mut self) {
        let setup = self.setup;
        for unit in &setup.units {
            let section = unit.section;
            let is_known = setup.section(section).is_some();
            self.check_known("units", unit.id.0, "section", section.0, is_known);
        }
    }

    fn check_procedures(&mut self) {
        let setup = self.setup;
        for procedure in &setup.procedures {
            let key = procedure.code.0;
            if let Some(target) = procedure.target_min {
                self.check_range("procedures", Some(key), "target_min", target, (1, 480));
            }
            let steps = procedure.steps.len();
            self.check_range("procedures", Some(key), "steps", steps, (0, 100));
            if let Some(step) = procedure.counter_end_step {
                let step = usize::from(step);
                self.check_range("procedures", Some(key), "counter_end_step", step, (1, steps));
            }
            for code in &procedure.references {
                let is_known = setup.procedure(*code).is_some();
                self.check_known("procedures", key, "references", code.0, is_known);
            }
        }
    }

    fn check_queues(&mut self) {
        let setup = self.setup;
        for (index, queue) in setup.queues.iter().enumerate() {
            let key = queue.id.0;
            let same_letter = |other: &&Queue| other.letter == queue.letter;
            if let Some(first) = setup.queues[..index].iter().find(same_letter) {
                self.found.push(SetupFault::DuplicateLetter {
                    letter: queue.letter,
                    first: first.id.0,
                    second: key,
                });
            }
            let section = setup.section(queue.section);
            self.check_known("queues", key, "section", queue.section.0, section.is_some());
            if let Some(unit) = queue.unit {
                let is_known = setup.unit(unit).is_some();
                self.check_known("queues", key, "unit", unit.0, is_known);
            }
            self.check_range("queues", Some(key), "waiting_max", queue.waiting_max, (1, 2_000));
            self.check_numbers(queue);
            let is_here = section.is_none_or(|section| section.system == SectionSystem::Here);
            if is_here && !setup.is_served(queue) {
                self.found.push(SetupFault::QueueUnserved { queue: key });
            }
        }
    }

    fn check_numbers(&mut self, queue: &Queue) {
        let key = queue.id.0;
        let numbers = &queue.numbers;
        self.check_range("queues", Some(key), "last", numbers.last, (1, NUMBER_MAX));
        self.check_range("queues", Some(key), "width", numbers.width, (1, 4));
        for (index, range) in numbers.offline.iter().enumerate() {
            let kiosk = range.kiosk.0;
            let is_known = self.setup.kiosk(range.kiosk).is_some();
            self.check_known("queues", key, "offline", kiosk, is_known);
            self.check_range("queues", Some(key), "offline.first", range.first, (1, NUMBER_MAX));
            let ends = (range.first, NUMBER_MAX);
            self.check_range("queues", Some(key), "offline.last", range.last, ends);
            let meets =
                |other: &OfflineRange| range.first <= other.last && other.first <= range.last;
            let is_own = range.first > numbers.last;
            if !is_own || numbers.offline[..index].iter().any(meets) {
                self.found.push(SetupFault::RangesOverlap { queue: key, kiosk });
            }
        }
    }

    fn check_errands(&mut self) {
        let setup = self.setup;
        for errand in &setup.errands {
            let key = errand.id.0;
            if let ErrandTarget::Queue(queue) = errand.leads_to {
                let is_known = setup.queue(queue).is_some();
                self.check_known("errands", key, "leads_to", queue.0, is_known);
            }
            for code in &errand.procedures {
                let is_known = setup.procedure(*code).is_some();
                self.check_known("errands", key, "procedures", code.0, is_known);
            }
            let Some(within) = errand.within else { continue };
            match setup.errand(within) {
                None => self.check_known("errands", key, "within", within.0, false),
                Some(group) if group.leads_to != ErrandTarget::Group => {
                    let within = within.0;
                    self.found.push(SetupFault::ErrandNotInGroup { errand: key, within });
                }
                Some(_) if self.is_in_cycle(errand) => {
                    self.found.push(SetupFault::ErrandCycle { errand: key });
                }
                Some(_) => {}
            }
        }
    }

    /// Whether an errand stands within itself.
    fn is_in_cycle(&self, errand: &Errand) -> bool {
        let mut outer = errand.within;
        // A way out of the groups is no longer than the list.
        for _ in 0..=self.setup.errands.len() {
            match outer {
                None => return false,
                Some(id) if id == errand.id => return true,
                Some(id) => outer = self.setup.errand(id).and_then(|group| group.within),
            }
        }
        // It leads into a cycle that it is not part of: that cycle's errands are named.
        false
    }

    fn check_counters(&mut self) {
        let setup = self.setup;
        for counter in &setup.counters {
            let key = counter.id.0;
            let is_known = setup.section(counter.section).is_some();
            self.check_known("counters", key, "section", counter.section.0, is_known);
            if let Some(unit) = counter.unit {
                let is_known = setup.unit(unit).is_some();
                self.check_known("counters", key, "unit", unit.0, is_known);
            }
            let mut seen = BTreeSet::new();
            for line in &counter.profile {
                let names = line.queue.0;
                let head_start = line.head_start_min;
                self.check_range("counters", Some(key), "head_start_min", head_start, (0, 240));
                if !seen.insert(names) {
                    self.found.push(SetupFault::DuplicateKey { list: "profile", key: names });
                }
                match setup.queue(line.queue) {
                    None => self.check_known("counters", key, "profile", names, false),
                    Some(queue) if !queue.accepts(counter.kind) => {
                        let queue = names;
                        self.found.push(SetupFault::ProfileKindMismatch { counter: key, queue });
                    }
                    Some(_) => {}
                }
            }
        }
    }

    fn check_floor(&mut self) {
        let setup = self.setup;
        for bell in &setup.bells {
            let key = bell.id.0;
            let is_known = setup.unit(bell.unit).is_some();
            self.check_known("bells", key, "unit", bell.unit.0, is_known);
            self.check_list("reasons", bell.reasons.iter().map(|it| it.code), 1, ENTRIES_MAX);
            if let Some(next) = bell.escalates_to {
                let is_known = setup.bell(next).is_some();
                self.check_known("bells", key, "escalates_to", next.0, is_known);
            }
        }
        for pool in &setup.tag_pools {
            let key = pool.id.0;
            let sizes = (1, TAG_POOL_SIZE_MAX);
            self.check_range("tag_pools", Some(key), "size", pool.size, sizes);
            for code in &pool.procedures {
                let is_known = setup.procedure(*code).is_some();
                self.check_known("tag_pools", key, "procedures", code.0, is_known);
            }
        }
    }

    fn check_calendar(&mut self) {
        let calendar = &self.setup.calendar;
        for (day, hours) in (0..).zip(&calendar.weekly) {
            if let Some(hours) = hours {
                self.check_hours(day, hours);
            }
        }
        for (_, hours) in &calendar.open {
            self.check_hours(7, hours);
        }
        for &(month, day) in &calendar.closed_yearly {
            self.check_range("calendar", None, "closed_yearly.month", month, (1, 12));
            // Of a leap year, so that 29 February can be named.
            let days = if Date::new(2000, month, day).is_some() { (day, day) } else { (1, 31) };
            self.check_range("calendar", None, "closed_yearly.day", day, days);
        }
        for &month in &calendar.busy_months {
            self.check_range("calendar", None, "busy_months", month, (1, 12));
        }
        let limits = (1, 480);
        self.check_range("calendar", None, "wait_limit_min", calendar.wait_limit_min, limits);
        let busy = calendar.wait_limit_busy_min;
        self.check_range("calendar", None, "wait_limit_busy_min", busy, limits);
        self.check_range("calendar", None, "day_lead_min", calendar.day_lead_min, (0, 480));
        let every = calendar.weekly.iter().flatten();
        let every = every.chain(calendar.open.iter().map(|(_, hours)| hours));
        let latest = every.map(|hours| hours.close.minutes()).max().unwrap_or(0);
        let end = calendar.day_end.minutes();
        self.check_range("calendar", None, "day_end", end, (latest, 1_440));
        let notices = calendar.notices.iter();
        self.check_list("notices", notices.map(|it| it.id), 0, ENTRIES_MAX);
        for notice in &calendar.notices {
            for queue in &notice.queues {
                let is_known = self.setup.queue(*queue).is_some();
                self.check_known("notices", notice.id, "queues", queue.0, is_known);
            }
        }
    }

    fn check_hours(&mut self, day: u8, hours: &DayHours) {
        if !(hours.open < hours.tickets_until && hours.tickets_until <= hours.close) {
            self.found.push(SetupFault::HoursReversed { day });
        }
    }

    fn check_rules(&mut self) {
        let rules = &self.setup.rules;
        let numbers = [
            ("priority_head_start_min", u32::from(rules.priority_head_start_min), 0, 120),
            ("appointment_head_start_min", u32::from(rules.appointment_head_start_min), 0, 120),
            ("priority_run_max", u32::from(rules.priority_run_max), 1, 10),
            ("ageing_min", u32::from(rules.ageing_min), 5, 240),
            ("return_max", u32::from(rules.return_max), 0, 5),
            ("recall_max", u32::from(rules.recall_max), 1, 20),
            ("undo_s", u32::from(rules.undo_s), 5, 600),
            ("bell_answer_s", u32::from(rules.bell_answer_s), 10, 600),
            ("bell_escalation_max", u32::from(rules.bell_escalation_max), 1, 10),
            ("procedures_max", u32::from(rules.procedures_max), 1, 10),
            ("periods_max", u32::from(rules.periods_max), 10, 200),
            ("tickets_day_max", rules.tickets_day_max, 100, 50_000),
            ("service_max_min", u32::from(rules.service_max_min), 1, 1_440),
            ("offline_age_max_min", u32::from(rules.offline_age_max_min), 1, 1_440),
        ];
        for (field, value, min, max) in numbers {
            self.check_range("rules", None, field, value, (min, max));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{counter, key, queue, setup, time};
    use crate::setup::{CounterKind, Text};

    fn faults(change: impl FnOnce(&mut Setup)) -> Vec<SetupFault> {
        let mut changed = setup();
        change(&mut changed);
        changed.faults()
    }

    fn errand(id: &str, within: Option<&str>, leads_to: ErrandTarget) -> Errand {
        let errand_id = |text| crate::id::ErrandId(key(text));
        Errand {
            id: errand_id(id),
            name: Text::default(),
            bring: Text::default(),
            within: within.map(errand_id),
            leads_to,
            procedures: Vec::new(),
        }
    }

    #[test]
    fn a_sound_setup_has_no_faults() {
        assert_eq!(setup().faults(), []);
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let found = faults(|setup| {
            setup.queues[1].letter = setup.queues[0].letter;
            setup.rules.undo_s = 4;
            setup.languages.clear();
        });
        let letter = Letter::new('A').expect("a letter");
        let (first, second) = (key("enrol"), key("pay"));
        assert_eq!(
            found,
            [
                SetupFault::Empty { list: "languages" },
                SetupFault::DuplicateLetter { letter, first, second },
                SetupFault::OutOfRange {
                    list: "rules",
                    key: None,
                    field: "undo_s",
                    value: 4,
                    min: 5,
                    max: 600
                },
            ]
        );
    }

    #[test]
    fn r_112_a_queue_needs_a_counter_that_may_serve_it() {
        let found = faults(|setup| setup.queues[1].counter_kinds = [CounterKind::High].into());
        let mismatch = |id| SetupFault::ProfileKindMismatch { counter: key(id), queue: key("pay") };
        let unserved = SetupFault::QueueUnserved { queue: key("pay") };
        assert_eq!(found, [unserved, mismatch("1"), mismatch("2")]);
    }

    #[test]
    fn offline_ranges_lie_above_the_servers_numbers_and_apart() {
        let overlap = SetupFault::RangesOverlap { queue: key("enrol"), kiosk: key("hall") };
        let into_own = faults(|setup| setup.queues[0].numbers.offline[0].first = 899);
        assert_eq!(into_own, core::slice::from_ref(&overlap));
        let twice = faults(|setup| {
            let range = setup.queues[0].numbers.offline[0];
            setup.queues[0].numbers.offline.push(range);
        });
        assert_eq!(twice, [overlap]);
    }

    #[test]
    fn errands_stand_within_groups_that_do_not_contain_each_other() {
        let group = ErrandTarget::Group;
        let found = faults(|setup| {
            setup.errands = [
                errand("a", Some("b"), group),
                errand("b", Some("a"), group),
                errand("c", Some("a"), ErrandTarget::Queue(queue("pay"))),
                errand("d", Some("c"), ErrandTarget::Guide),
                errand("e", Some("z"), ErrandTarget::Guide),
            ]
            .into();
        });
        let (list, field) = ("errands", "within");
        assert_eq!(
            found,
            [
                SetupFault::ErrandCycle { errand: key("a") },
                SetupFault::ErrandCycle { errand: key("b") },
                SetupFault::ErrandNotInGroup { errand: key("d"), within: key("c") },
                SetupFault::UnknownReference { list, key: key("e"), field, names: key("z") },
            ]
        );
    }

    #[test]
    fn hours_begin_before_they_end_and_references_exist() {
        let found = faults(|setup| {
            if let Some(hours) = &mut setup.calendar.weekly[4] {
                hours.tickets_until = time(18, 0);
            }
            setup.counters[2].profile[0].queue = queue("gone");
            setup.counters[2].id = counter("1");
        });
        let duplicate = SetupFault::DuplicateKey { list: "counters", key: key("1") };
        assert!(found.contains(&duplicate));
        assert!(found.contains(&SetupFault::HoursReversed { day: 4 }));
        assert!(found.contains(&SetupFault::QueueUnserved { queue: key("arrears") }));
        assert!(found.contains(&SetupFault::UnknownReference {
            list: "counters",
            key: key("1"),
            field: "profile",
            names: key("gone"),
        }));
    }
}

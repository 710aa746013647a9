//! Which counters open on a day, what they serve, and who speaks what.

use std::collections::BTreeMap;

use domain::id::{CounterId, OperatorId, QueueId};
use domain::language::Language;
use domain::setup::{Counter, CounterKind, ProfileLine, SectionSystem, Setup};
use domain::time::MINUTE_MS;

use super::clerk::Clerk;
use super::resident::expected_ms;
use super::{Hall, Step};

/// How much of a counter's day is planned as work, in thousandths: above it waits explode.
const UTILISATION: i64 = 845;
/// Work of a queue from which on it takes part in the plan of the day, in minutes.
const BUSY_MIN: i64 = 90;
/// How long the break over lunch is, and in how many waves it is taken.
const BREAK_MIN: i64 = 45;
const BREAK_WAVES: usize = 3;
/// Minutes after opening at which the first wave begins.
const FIRST_BREAK_MIN: i64 = 180;

/// What a counter does today.
struct Desk {
    counter: CounterId,
    profile: Option<Vec<ProfileLine>>,
}

impl Hall<'_> {
    /// Opens as many counters as the day's work needs, and puts down when they do.
    pub(super) fn staff(&mut self, open: i64) {
        let desks = self.choose();
        for (place, desk) in desks.into_iter().enumerate() {
            let own = self.setup.counter(desk.counter).map(|counter| counter.profile.as_slice());
            let lines = desk.profile.as_deref().or(own).unwrap_or(&[]);
            let kind = self.setup.counter(desk.counter).map(|counter| counter.kind);
            self.clerks.push(Clerk::new(
                desk.counter,
                lines.iter().map(|line| line.queue).collect(),
                kind == Some(CounterKind::High),
                desk.profile,
            ));
            let at = open - self.random.ms(MINUTE_MS, 8 * MINUTE_MS);
            self.agenda.add(at, Step::OpenCounter(place));
            self.agenda.add(open + self.random.ms(2_000, 30_000), Step::Look(place));
            let wave = i64::try_from(place % BREAK_WAVES).unwrap_or(0);
            let rest = open + (FIRST_BREAK_MIN + wave * BREAK_MIN) * MINUTE_MS;
            self.agenda.add(rest, Step::WantBreak(place));
        }
        // Without a high counter somebody else calls the tags.
        if !self.clerks.iter().any(|clerk| clerk.serves_tags)
            && let Some(first) = self.clerks.first_mut()
        {
            first.serves_tags = true;
        }
    }

    fn choose(&self) -> Vec<Desk> {
        let load = self.load();
        let candidates: Vec<&Counter> = self
            .setup
            .counters
            .iter()
            .filter(|counter| counter.profile.iter().any(|line| load.contains_key(&line.queue)))
            .collect();
        let mut chosen: Vec<CounterId> = Vec::new();
        let serves = |counter: &Counter, queue: QueueId| {
            counter.profile.iter().any(|line| line.queue == queue)
        };
        let busy: Vec<QueueId> = load
            .iter()
            .filter(|(_, ms)| **ms >= BUSY_MIN * MINUTE_MS)
            .map(|(queue, _)| *queue)
            .collect();
        let general = |counter: &Counter| busy.iter().any(|queue| serves(counter, *queue));
        for counter in candidates.iter().filter(|counter| general(counter)).take(self.needed(&load))
        {
            chosen.push(counter.id);
        }
        if !self.day.tags.is_empty() {
            let counters = &self.setup.counters;
            let high = counters.iter().find(|counter| counter.kind == CounterKind::High);
            let caller = high.or(counters.first()).map(|counter| counter.id);
            chosen.extend(caller.filter(|caller| !chosen.contains(caller)));
        }
        for queue in load.keys() {
            let served = |id: &CounterId| {
                self.setup.counter(*id).is_some_and(|counter| serves(counter, *queue))
            };
            if !chosen.iter().any(served)
                && let Some(counter) = candidates.iter().find(|counter| serves(counter, *queue))
            {
                chosen.push(counter.id);
            }
        }
        let short = self.needed(&load).saturating_sub(chosen.len());
        self.setup
            .counters
            .iter()
            .filter(|counter| chosen.contains(&counter.id))
            .map(|counter| Desk { counter: counter.id, profile: None })
            .chain(self.helpers(&chosen, &busy, short))
            .collect()
    }

    /// Staff counters that are not needed for their own work help the busy queues.
    fn helpers(&self, chosen: &[CounterId], busy: &[QueueId], short: usize) -> Vec<Desk> {
        let Some(section) = busy.first().and_then(|queue| self.setup.queue(*queue)) else {
            return Vec::new();
        };
        let free = self.setup.counters.iter().filter(|counter| {
            counter.kind == CounterKind::Staff
                && counter.section == section.section
                && !chosen.contains(&counter.id)
        });
        let help = free.take(short).map(|counter| {
            let queues = busy.iter().filter_map(|queue| self.setup.queue(*queue));
            let allowed = queues.filter(|queue| queue.accepts(counter.kind));
            let lines =
                allowed.map(|queue| ProfileLine { queue: queue.id, tier: 1, head_start_min: 0 });
            let mut profile = counter.profile.clone();
            let own: Vec<QueueId> = profile.iter().map(|line| line.queue).collect();
            profile.extend(lines.filter(|line| !own.contains(&line.queue)));
            Desk { counter: counter.id, profile: Some(profile) }
        });
        help.collect()
    }

    /// How many counters the work of the day asks for.
    fn needed(&self, load: &BTreeMap<QueueId, i64>) -> usize {
        let hours = self.day.day.hours;
        let minutes = i64::from(hours.close.minutes() - hours.open.minutes()) - BREAK_MIN;
        let capacity = minutes.max(60) * MINUTE_MS * UTILISATION / 1_000;
        let total: i64 = load.values().sum();
        usize::try_from((total + capacity / 2) / capacity).unwrap_or(1).max(2)
    }

    /// The expected work per queue, in milliseconds.
    fn load(&self) -> BTreeMap<QueueId, i64> {
        let mut load = BTreeMap::new();
        for resident in &self.residents {
            let visit = &resident.visit;
            let expected = expected_ms(self.setup, &visit.procedures);
            let (first, rest) = match visit.transfer_to {
                Some(_) => (expected / 2, expected / 2),
                None => (expected, 0),
            };
            *load.entry(visit.queue).or_insert(0) += first;
            if let Some(to) = visit.transfer_to {
                *load.entry(to).or_insert(0) += rest;
            }
        }
        load.retain(|queue, _| is_here(self.setup, *queue));
        load
    }
}

fn is_here(setup: &Setup, queue: QueueId) -> bool {
    let section = setup.queue(queue).and_then(|queue| setup.section(queue.section));
    section.is_some_and(|section| section.system == SectionSystem::Here)
}

/// The staff id of whoever works at the `place`th counter of the day.
pub(super) fn operator(place: usize) -> Option<OperatorId> {
    OperatorId::new(&format!("s{:02}", place + 1))
}

/// Languages spoken at the `place`th counter: every language of the office by somebody, the more
/// frequent ones by more.
pub(super) fn languages(setup: &Setup, place: usize) -> Vec<Language> {
    let mut spoken: Vec<Language> = setup
        .languages
        .iter()
        .map(|language| language.spoken())
        .filter(|language| *language != Language::Japanese)
        .collect();
    spoken.sort_unstable();
    spoken.dedup();
    if spoken.is_empty() {
        return spoken;
    }
    let second = spoken[place % spoken.len()];
    match place % 2 {
        0 => vec![Language::English, second],
        _ => vec![second],
    }
}

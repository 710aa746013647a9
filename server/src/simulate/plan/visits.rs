//! Cases at the windows become visits: one person may have several things done at once.

use domain::id::{ErrandId, ProcedureCode, QueueId};
use domain::language::Language;
use domain::setup::{CounterKind, ErrandTarget, SectionSystem, Setup};
use domain::ticket::CancelReason;
use domain::time::MINUTE_MS;

use super::super::SimulateError;
use super::super::random::{Random, Spread};
use super::super::season::{DayDraw, arrival_ms};
use super::super::volume::Cases;
use super::{Draft, Ending, Visit};

/// What is often done along with something else: the procedure, what it goes with, and how much of
/// it does, in thousandths (R-91: 2→22, 3→15, 18→15/19). What is left of it comes on its own.
const ALONG: &[(&str, &[(&str, u32)])] = &[
    ("7", &[("2", 240)]),
    ("18", &[("7", 90), ("5", 60)]),
    ("17", &[("7", 120)]),
    ("15", &[("18", 300), ("3", 120), ("7", 90)]),
    ("19", &[("18", 480), ("7", 80)]),
    ("22", &[("2", 520), ("7", 180), ("18", 60)]),
    ("21", &[("2", 420), ("7", 180)]),
    ("23", &[("3", 480)]),
];

/// Most procedures in one visit.
const PROCEDURES_MAX: usize = 3;

/// In thousandths of the visits: people who are gone when they are called, and people whose ticket
/// is cancelled. They come on top, nothing is done for them.
const NO_SHOW: u64 = 24;
const LEAVE: u64 = 12;
/// People who choose another language, of those who are not counted as foreign anyway.
const FOREIGN: u64 = 50;
/// People who choose plain Japanese.
const PLAIN: u64 = 20;
/// People whom a linked section sends with its own label.
const LINKED: u64 = 20;

impl Draft<'_> {
    /// Composes the visits and spreads them over the days.
    pub(super) fn visits(&mut self, cases: &[Cases], transfers: u32) -> Result<(), SimulateError> {
        let mut visits = self.compose(cases)?;
        self.transfers(&mut visits, transfers);
        let done = visits.len();
        for _ in 0..done {
            let ending = if self.random.chance(NO_SHOW) {
                Ending::NoShow
            } else if self.random.chance(LEAVE) {
                self.leaving()
            } else {
                continue;
            };
            let like = &visits[self.random.index(done)];
            let visit = Visit { ending, transfer_to: None, ..like.clone() };
            visits.push(visit);
        }
        self.spread(visits);
        Ok(())
    }

    fn leaving(&mut self) -> Ending {
        let after_ms = self.random.duration_ms(9 * MINUTE_MS, Spread::Wide);
        let reason = match self.random.below(4) {
            0 => CancelReason::WrongErrand,
            1 => CancelReason::MissingDocuments,
            _ => CancelReason::Withdrawn,
        };
        Ending::Leaves(after_ms, reason)
    }

    fn compose(&mut self, cases: &[Cases]) -> Result<Vec<Visit>, SimulateError> {
        // What others go with comes first, so that there is somebody to go with.
        let mut order: Vec<&Cases> = cases.iter().collect();
        order.sort_by_key(|cases| ALONG.iter().position(|(code, _)| *code == cases.code));
        let mut visits: Vec<Visit> = Vec::new();
        for cases in order {
            let code = self.code(cases.code)?;
            let along = ALONG.iter().find(|(along, _)| *along == cases.code);
            let mut left = cases.count;
            for (host, share) in along.map_or(&[][..], |(_, hosts)| hosts) {
                left -= self.attach(&mut visits, code, host, cases.count * share / 1_000);
            }
            let route = Route::of(self.setup, code)?;
            let mut foreign = cases.foreign;
            for _ in 0..left {
                let is_foreign = foreign > 0;
                foreign -= u32::from(is_foreign);
                let language = self.language(cases.code, is_foreign);
                visits.push(Visit {
                    arrival_ms: 0,
                    errand: route.errand,
                    queue: route.queue,
                    procedures: vec![code],
                    language,
                    linked: self.linked(),
                    transfer_to: None,
                    ending: Ending::Done,
                });
            }
        }
        Ok(visits)
    }

    /// Adds `count` cases of a procedure to visits that were made for `host`; says how many could.
    fn attach(&mut self, visits: &mut [Visit], code: ProcedureCode, host: &str, count: u32) -> u32 {
        let fits = |visit: &Visit| {
            visit.procedures[0].as_str() == host && visit.procedures.len() < PROCEDURES_MAX
        };
        let mut hosts: Vec<usize> =
            (0..visits.len()).filter(|place| fits(&visits[*place])).collect();
        self.random.shuffle(&mut hosts);
        let mut attached = 0;
        for place in hosts.into_iter().take(usize::try_from(count).unwrap_or(0)) {
            visits[place].procedures.push(code);
            attached += 1;
        }
        attached
    }

    /// Row 2 counts foreign residents by the language of their ticket or by №2-2, so there nobody
    /// else takes another language.
    fn language(&mut self, code: &str, is_foreign: bool) -> Language {
        let enrols = matches!(code, "2" | "2-2");
        let from_abroad = code == "2-2";
        if (is_foreign && (!from_abroad || self.random.chance(930)))
            || (!enrols && self.random.chance(FOREIGN))
        {
            return other_language(self.setup, &mut self.random);
        }
        let plain = self.setup.languages.contains(&Language::PlainJapanese);
        if plain && self.random.chance(PLAIN) {
            return Language::PlainJapanese;
        }
        Language::Japanese
    }

    fn linked(&mut self) -> Option<domain::id::SectionId> {
        let linked = |section: &&domain::setup::Section| section.system == SectionSystem::Linked;
        let sections: Vec<_> = self.setup.sections.iter().filter(linked).collect();
        if sections.is_empty() || !self.random.chance(LINKED) {
            return None;
        }
        Some(sections[self.random.index(sections.len())].id)
    }

    /// Chooses who is sent on to another queue: first those whose second errand
    /// belongs to another one, then whoever.
    fn transfers(&mut self, visits: &mut [Visit], count: u32) {
        let setup = self.setup;
        let route = |code: &ProcedureCode| Route::of(setup, *code).map(|route| route.queue).ok();
        let mut left = count;
        let mut others: Vec<usize> = (0..visits.len()).collect();
        self.random.shuffle(&mut others);
        for place in &others {
            let visit = &mut visits[*place];
            let own = visit.queue;
            let mut further = visit.procedures.iter().skip(1).filter_map(route);
            let to = further.find(|queue| *queue != own && is_served(setup, *queue));
            if left > 0 && to.is_some() && self.random.chance(110) {
                visit.transfer_to = to;
                left -= 1;
            }
        }
        for place in others {
            if left == 0 {
                return;
            }
            let visit = &mut visits[place];
            let to = staff_queues(setup, visit.queue);
            if visit.transfer_to.is_none() && !to.is_empty() {
                visit.transfer_to = Some(to[self.random.index(to.len())]);
                left -= 1;
            }
        }
    }

    fn spread(&mut self, visits: Vec<Visit>) {
        let mut draws = std::collections::BTreeMap::new();
        for mut visit in visits {
            let code = visit.procedures[0];
            let draw = draws.entry(code).or_insert_with(|| DayDraw::new(&self.days, code.as_str()));
            let day = draw.draw(&mut self.random);
            visit.arrival_ms = arrival_ms(&mut self.random, self.days[day].hours);
            self.plan.days[day].visits.push(visit);
        }
    }
}

/// Where somebody goes who comes for a procedure.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Route {
    errand: Option<ErrandId>,
    queue: QueueId,
}

impl Route {
    /// By the errand that usually ends as the procedure; its first one counts more.
    fn of(setup: &Setup, code: ProcedureCode) -> Result<Route, SimulateError> {
        let mut best: Option<(usize, Route)> = None;
        for errand in &setup.errands {
            let ErrandTarget::Queue(queue) = errand.leads_to else { continue };
            let Some(place) = errand.procedures.iter().position(|other| *other == code) else {
                continue;
            };
            if best.is_none_or(|(least, _)| place < least) && is_served(setup, queue) {
                best = Some((place, Route { errand: Some(errand.id), queue }));
            }
        }
        let fallback = || {
            let served = setup.queues.iter().find(|queue| is_served(setup, queue.id));
            served.map(|queue| Route { errand: None, queue: queue.id })
        };
        let found = best.map(|(_, route)| route).or_else(fallback);
        found.ok_or(SimulateError::NothingServed)
    }
}

fn is_served(setup: &Setup, queue: QueueId) -> bool {
    setup.queue(queue).is_some_and(|queue| setup.is_served(queue))
}

/// Other queues of the same section that staff counters alone serve; any others where there are
/// none. Whoever is sent to another section is out of the yearly table's sight.
fn staff_queues(setup: &Setup, from: QueueId) -> Vec<QueueId> {
    let section = setup.queue(from).map(|queue| queue.section);
    let others = || {
        let same = setup.queues.iter().filter(|queue| Some(queue.section) == section);
        same.filter(|queue| queue.id != from && setup.is_served(queue))
    };
    let by_staff = |queue: QueueId| {
        let serves = |counter: &&domain::setup::Counter| {
            counter.profile.iter().any(|line| line.queue == queue)
        };
        let mut servers = setup.counters.iter().filter(serves);
        servers.all(|counter| counter.kind == CounterKind::Staff)
    };
    let staff: Vec<QueueId> =
        others().map(|queue| queue.id).filter(|queue| by_staff(*queue)).collect();
    if staff.is_empty() { others().map(|queue| queue.id).collect() } else { staff }
}

/// One of the office's languages besides Japanese; the first are the most frequent.
fn other_language(setup: &Setup, random: &mut Random) -> Language {
    let others: Vec<Language> = setup
        .languages
        .iter()
        .copied()
        .filter(|language| language.spoken() != Language::Japanese)
        .collect();
    let weights: Vec<u64> = (0..others.len()).map(|place| 100 / (place as u64 + 2)).collect();
    others.get(random.weighted(&weights)).copied().unwrap_or(Language::Japanese)
}

//! Joins days, or months and days, into a report.

use std::collections::{BTreeMap, BTreeSet};

use domain::time::Date;
use protocol::event::{ProcedureFigures, ProcedureSort, SetupFigures};
use protocol::report::{ProcedureReport, Report, RowCount, Spread, TicketTotals, WaitReport};

use super::derived::Derived;
use super::facts::{DayFacts, Totals};
use super::month::MonthFacts;
use super::samples::{Histogram, Samples};
use super::{Days, EXACT_DAYS_MAX, FROM_ABROAD, Range, ReportError, TRANSFER};

/// What all waits together are called.
const ALL_QUEUES: &str = "全体";

/// What a range holds, spreads worked out.
#[derive(Default)]
struct Gathered {
    days: u32,
    totals: Totals,
    cases: BTreeMap<String, u32>,
    foreign: u32,
    /// Of all queues, and of each.
    all_waits: Waited,
    waits: BTreeMap<String, Waited>,
    visits: BTreeMap<String, Visited>,
    /// Of all procedures.
    all_visits: Visited,
}

#[derive(Clone)]
struct Waited {
    wait: Spread,
    within: u32,
}

#[derive(Clone)]
struct Visited {
    handling: Spread,
    service: Spread,
    stay: Spread,
    within: u32,
}

const NOTHING: Spread = Spread { count: 0, mean_ms: None, median_ms: None, p90_ms: None };

impl Default for Waited {
    fn default() -> Waited {
        Waited { wait: NOTHING, within: 0 }
    }
}

impl Default for Visited {
    fn default() -> Visited {
        Visited { handling: NOTHING, service: NOTHING, stay: NOTHING, within: 0 }
    }
}

/// Builds the report of a range.
pub(super) fn report(derived: &Derived, range: Range) -> Result<Report, ReportError> {
    let open = derived.open_day().filter(|(date, _, _)| {
        range.days == Days::WithOpen && range.from <= *date && *date <= range.to
    });
    let seq = match &open {
        Some((_, seq, _)) => *seq,
        None => derived.seq_at(range.to)?,
    };
    let open = open.map(|(_, _, facts)| facts);
    let days = range.to.days_since_epoch() - range.from.days_since_epoch() + 1;
    let exact = days <= EXACT_DAYS_MAX;
    let mut begun: BTreeSet<String> = derived.begun_by(range.to)?.into_iter().collect();
    let today = open.iter().flat_map(|facts| &facts.cases);
    begun.extend(today.filter(|(_, count)| **count > 0).map(|(code, _)| code.clone()));
    let gathered =
        if exact { by_days(derived, range, open)? } else { by_months(derived, range, open)? };
    let nothing = SetupFigures {
        procedures: Vec::new(),
        queues: Vec::new(),
        busy_months: Vec::new(),
        wait_limit_min: 0,
        wait_limit_busy_min: 0,
    };
    let figures = derived.figures_at(seq)?.unwrap_or(nothing);
    let totals = gathered.totals;
    Ok(Report {
        from: range.from.to_string(),
        to: range.to.to_string(),
        days: gathered.days,
        seq,
        exact,
        rows: rows(&figures, &gathered, &begun),
        procedures: procedures(&figures, &gathered),
        waits: waits(&figures, &gathered),
        tickets: TicketTotals {
            issued: totals.issued,
            completed: totals.completed,
            no_show: totals.no_show,
            cancelled: totals.cancelled,
            transferred: totals.transferred,
            guidance: totals.guidance,
            inaccurate: totals.inaccurate,
        },
        stay: gathered.all_visits.stay,
        service: gathered.all_visits.service,
        handling: gathered.all_visits.handling,
    })
}

/// Counts per row of the yearly table, in the order of the catalogue.
fn rows(figures: &SetupFigures, gathered: &Gathered, begun: &BTreeSet<String>) -> Vec<RowCount> {
    let mut rows: Vec<RowCount> = Vec::new();
    for first in &figures.procedures {
        if rows.iter().any(|row| row.row == first.row) {
            continue;
        }
        let within: Vec<&ProcedureFigures> =
            figures.procedures.iter().filter(|other| other.row == first.row).collect();
        let has = |code: &str| within.iter().any(|procedure| procedure.code == code);
        let cases = within.iter().filter_map(|procedure| gathered.cases.get(&procedure.code));
        let cases: u32 = cases.sum();
        let count = if within.iter().any(|procedure| procedure.sort == ProcedureSort::Floor) {
            Some(gathered.totals.guidance)
        } else if has(TRANSFER) {
            Some(gathered.totals.transferred)
        } else {
            let begun = within.iter().any(|procedure| begun.contains(&procedure.code));
            begun.then_some(cases)
        };
        rows.push(RowCount {
            row: first.row.clone(),
            name: first.name.clone(),
            count,
            foreign_count: has(FROM_ABROAD).then_some(gathered.foreign),
        });
    }
    rows
}

/// Every procedure of the catalogue, then those that are not in it any more.
fn procedures(figures: &SetupFigures, gathered: &Gathered) -> Vec<ProcedureReport> {
    let one = |code: &str, name: String, target_min: Option<u16>| {
        let visited = gathered.visits.get(code).cloned().unwrap_or_default();
        ProcedureReport {
            code: code.to_owned(),
            name,
            target_min,
            count: gathered.cases.get(code).copied().unwrap_or(0),
            handling: visited.handling,
            within_count: visited.within,
            service: visited.service,
            stay: visited.stay,
        }
    };
    let known = figures.procedures.iter().map(|procedure| {
        let name = format!("{} {}", procedure.name, procedure.variant);
        one(&procedure.code, name.trim().to_owned(), procedure.target_min)
    });
    let is_known = |code: &str| figures.procedures.iter().any(|known| known.code == code);
    let gone = gathered.cases.keys().filter(|code| !is_known(code));
    known.chain(gone.map(|code| one(code, code.clone(), None))).collect()
}

/// All queues together, every queue of the setup, then those that are not in it any more.
fn waits(figures: &SetupFigures, gathered: &Gathered) -> Vec<WaitReport> {
    let one = |queue: Option<&str>, name: &str, waited: &Waited| WaitReport {
        queue: queue.map(str::to_owned),
        name: name.to_owned(),
        wait: waited.wait.clone(),
        within_count: waited.within,
    };
    let none = Waited::default();
    let of = |queue: &str| gathered.waits.get(queue).unwrap_or(&none);
    let known =
        figures.queues.iter().map(|queue| one(Some(&queue.queue), &queue.name, of(&queue.queue)));
    let is_known = |key: &str| figures.queues.iter().any(|known| known.queue == key);
    let gone = gathered.waits.iter().filter(|(key, _)| !is_known(key));
    std::iter::once(one(None, ALL_QUEUES, &gathered.all_waits))
        .chain(known)
        .chain(gone.map(|(key, waited)| one(Some(key), key, waited)))
        .collect()
}

/// Durations of one procedure, or of all.
#[derive(Default)]
struct VisitSamples {
    handling: Samples,
    service: Samples,
    stay: Samples,
    within: u32,
}

impl VisitSamples {
    fn extend(&mut self, more: &VisitSamples) {
        self.handling.extend(&more.handling);
        self.service.extend(&more.service);
        self.stay.extend(&more.stay);
        self.within += more.within;
    }

    fn spread(self) -> Visited {
        Visited {
            handling: self.handling.spread(),
            service: self.service.spread(),
            stay: self.stay.spread(),
            within: self.within,
        }
    }
}

/// Days one by one: every percentile exact.
fn by_days(
    derived: &Derived,
    range: Range,
    open: Option<DayFacts>,
) -> Result<Gathered, ReportError> {
    let mut gathered = Gathered::default();
    let mut waits: BTreeMap<String, (Samples, u32)> = BTreeMap::new();
    let mut visits: BTreeMap<String, VisitSamples> = BTreeMap::new();
    let mut add = |day: DayFacts| {
        gathered.days += 1;
        gathered.totals.add(&day.totals);
        gathered.foreign += day.foreign;
        for (code, count) in day.cases {
            *gathered.cases.entry(code).or_insert(0) += count;
        }
        for (queue, times) in day.waits {
            let (samples, within) = waits.entry(queue).or_default();
            for ms in times {
                samples.push(ms);
                *within += u32::from(ms <= day.wait_limit_ms);
            }
        }
        for (code, facts) in day.visits {
            let samples = visits.entry(code).or_default();
            for fact in facts {
                samples.handling.push(fact.handling_ms);
                samples.service.push(fact.service_ms);
                samples.stay.push(fact.stay_ms);
                samples.within += u32::from(fact.is_within() == Some(true));
            }
        }
    };
    derived.days(range.from, range.to, &mut add)?;
    open.into_iter().for_each(add);
    let (mut every_wait, mut within_all) = (Samples::default(), 0);
    for (queue, (samples, within)) in waits {
        every_wait.extend(&samples);
        within_all += within;
        gathered.waits.insert(queue, Waited { wait: samples.spread(), within });
    }
    gathered.all_waits = Waited { wait: every_wait.spread(), within: within_all };
    let mut every_visit = VisitSamples::default();
    for (code, samples) in visits {
        every_visit.extend(&samples);
        gathered.visits.insert(code, samples.spread());
    }
    gathered.all_visits = every_visit.spread();
    Ok(gathered)
}

/// Whole months from their histograms, the days at both ends one by one.
fn by_months(
    derived: &Derived,
    range: Range,
    open: Option<DayFacts>,
) -> Result<Gathered, ReportError> {
    let mut ends = MonthFacts::default();
    let whole_from = if range.from.day() == 1 { range.from } else { next_month(range.from) };
    let after = range.to.plus_days(1);
    let whole_until = if after.day() == 1 { after } else { first_of(after) };
    derived.days(range.from, whole_from.plus_days(-1), |day| ends.add(&day))?;
    derived.days(whole_until, range.to, |day| ends.add(&day))?;
    if let Some(open) = open {
        ends.add(&open);
    }
    let last = whole_until.plus_days(-1);
    let mut months = derived.months(whole_from.as_yyyymmdd() / 100, last.as_yyyymmdd() / 100)?;
    months.push(ends);
    Ok(join(&months))
}

fn join(months: &[MonthFacts]) -> Gathered {
    let mut gathered = Gathered::default();
    let mut waits: BTreeMap<&str, (Vec<&Histogram>, u32)> = BTreeMap::new();
    let mut visits: BTreeMap<&str, Vec<&super::month::VisitMonth>> = BTreeMap::new();
    for month in months {
        gathered.days += month.days;
        gathered.totals.add(&month.totals);
        gathered.foreign += month.foreign;
        for (code, count) in &month.cases {
            *gathered.cases.entry(code.clone()).or_insert(0) += count;
        }
        for (queue, waited) in &month.waits {
            let (histograms, within) = waits.entry(queue).or_default();
            histograms.push(&waited.wait);
            *within += waited.within;
        }
        for (code, visited) in &month.visits {
            visits.entry(code).or_default().push(visited);
        }
    }
    let every: Vec<&Histogram> =
        waits.values().flat_map(|(histograms, _)| histograms.iter().copied()).collect();
    let within = waits.values().map(|(_, within)| within).sum();
    gathered.all_waits = Waited { wait: Histogram::spread(&every), within };
    for (queue, (histograms, within)) in &waits {
        let waited = Waited { wait: Histogram::spread(histograms), within: *within };
        gathered.waits.insert((*queue).to_owned(), waited);
    }
    let every: Vec<_> = visits.values().flatten().copied().collect();
    gathered.all_visits = visited(&every);
    for (code, parts) in &visits {
        gathered.visits.insert((*code).to_owned(), visited(parts));
    }
    gathered
}

fn visited(parts: &[&super::month::VisitMonth]) -> Visited {
    let of = |part: fn(&super::month::VisitMonth) -> &Histogram| {
        Histogram::spread(&parts.iter().map(|visits| part(visits)).collect::<Vec<_>>())
    };
    Visited {
        handling: of(|visits| &visits.handling),
        service: of(|visits| &visits.service),
        stay: of(|visits| &visits.stay),
        within: parts.iter().map(|visits| visits.within).sum(),
    }
}

fn first_of(date: Date) -> Date {
    date.plus_days(1 - i64::from(date.day()))
}

fn next_month(date: Date) -> Date {
    // The 1st and 31 days lie in the next month; from there back to its first.
    first_of(first_of(date).plus_days(31))
}

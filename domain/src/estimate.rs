//! How long somebody will wait: a window of time, honest about not knowing.
//!
//! # The formula
//!
//! For each queue, `m` is what one case is expected to hold a counter: the mean of today's
//! completions, with the planned time weighing as much as [`PLANNED_WEIGHT`] of them. The planned
//! time is the mean target of the errands that lead to the queue, or
//! [`CASE_MIN_DEFAULT`] minutes where none has one.
//!
//! The work of a queue (people ahead × `m`) is spread evenly over the `c` counters that are open,
//! attended and serve it. A counter is free for the asking ticket when it has done its share of all
//! its queues and what is at it now (`m` less the time it has lasted, at least a quarter of `m`).
//! The best of the counters gives the earliest, their mean the latest time; a quarter of each is
//! taken off and added for chance, and both are rounded outward to five minutes.
//!
//! It says `None` when no counter serves the queue: nobody knows then.

use alloc::collections::BTreeMap;

use crate::id::{ProcedureCode, QueueId};
use crate::office::{Office, OpenCounter};
use crate::selection;
use crate::setup::{ErrandTarget, Queue, Setup};
use crate::time::{MINUTE_MS, Timestamp};

/// A window in which a ticket is likely to be called.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Window {
    /// Not likely before.
    pub from: Timestamp,
    /// Likely by then.
    pub to: Timestamp,
}

/// Minutes a case is expected to take where no errand says more: the middle of the targets of the
/// ticketed sheets (rules.md §9b).
pub const CASE_MIN_DEFAULT: i64 = 15;

/// How many completions of the day weigh as much as the planned time.
pub const PLANNED_WEIGHT: i64 = 3;

const ROUNDING_MS: i64 = 5 * MINUTE_MS;

/// The window in which somebody with `ahead` people before them in `queue` is likely to be called;
/// `None` when no open, attended counter serves the queue.
pub fn window(office: &Office, queue: QueueId, ahead: usize, now: Timestamp) -> Option<Window> {
    let (early_ms, late_ms) = span_ms(office, queue, ahead, now)?;
    Some(Window {
        from: Timestamp(round_down(now.0 + early_ms)),
        to: Timestamp(round_down(now.0 + late_ms) + ROUNDING_MS),
    })
}

/// The same as minutes from now, in steps of five: for boards that change all day.
pub fn band_min(
    office: &Office,
    queue: QueueId,
    ahead: usize,
    now: Timestamp,
) -> Option<(u16, u16)> {
    let (early_ms, late_ms) = span_ms(office, queue, ahead, now)?;
    let minutes = |ms: i64| u16::try_from(ms / MINUTE_MS).unwrap_or(u16::MAX);
    Some((minutes(round_down(early_ms)), minutes(round_down(late_ms) + ROUNDING_MS)))
}

fn round_down(ms: i64) -> i64 {
    ms.div_euclid(ROUNDING_MS) * ROUNDING_MS
}

/// The earliest and the latest time from `now`, unrounded.
fn span_ms(office: &Office, queue: QueueId, ahead: usize, now: Timestamp) -> Option<(i64, i64)> {
    let setup = office.setup()?;
    let asked = setup.queue(queue)?;
    let servers = || {
        office.counters().filter(|open| {
            selection::is_attended(open) && selection::serves(office, setup, open, asked)
        })
    };
    let mut shares: BTreeMap<QueueId, i64> = BTreeMap::new();
    let mut best_ms = i64::MAX;
    let mut sum_ms = 0;
    let mut count = 0;
    for open in servers() {
        let mut load_ms = remaining_ms(office, setup, open, now);
        for line in office.profile(open.id) {
            load_ms += *shares.entry(line.queue).or_insert_with(|| {
                let people =
                    if line.queue == queue { ahead } else { office.waiting_count(line.queue) };
                share_ms(office, setup, line.queue, people)
            });
        }
        best_ms = best_ms.min(load_ms);
        sum_ms += load_ms;
        count += 1;
    }
    (count > 0).then(|| (best_ms * 3 / 4, sum_ms / count * 5 / 4))
}

/// What one case of a queue is expected to hold a counter, in milliseconds.
pub fn case_ms(office: &Office, queue: QueueId) -> i64 {
    let planned =
        office.setup().map_or(CASE_MIN_DEFAULT * MINUTE_MS, |setup| planned_ms(setup, queue));
    let (count, sum) = office
        .line(queue)
        .map_or((0, 0), |line| (i64::from(line.completed_count), line.completed_ms));
    (planned * PLANNED_WEIGHT + sum) / (PLANNED_WEIGHT + count)
}

fn planned_ms(setup: &Setup, queue: QueueId) -> i64 {
    let target = |code: &ProcedureCode| setup.procedure(*code)?.target_min;
    let targets = setup
        .errands
        .iter()
        .filter(|errand| errand.leads_to == ErrandTarget::Queue(queue))
        .filter_map(|errand| errand.procedures.first().and_then(target));
    let (sum, count) =
        targets.fold((0, 0), |(sum, count), minutes| (sum + i64::from(minutes), count + 1));
    match count {
        0 => CASE_MIN_DEFAULT * MINUTE_MS,
        _ => sum * MINUTE_MS / count,
    }
}

fn share_ms(office: &Office, setup: &Setup, queue: QueueId, people: usize) -> i64 {
    let Some(queue) = setup.queue(queue).filter(|_| people > 0) else {
        return 0;
    };
    let is_server = |open: &&OpenCounter| {
        selection::is_attended(open) && selection::serves(office, setup, open, queue)
    };
    let servers = office.counters().filter(is_server).count().max(1);
    let people = i64::try_from(people).unwrap_or(i64::MAX / MINUTE_MS);
    people.saturating_mul(case_ms(office, queue.id)) / i64::try_from(servers).unwrap_or(1)
}

/// How much longer a counter is likely to be busy with what is at it.
fn remaining_ms(office: &Office, setup: &Setup, open: &OpenCounter, now: Timestamp) -> i64 {
    let Some(ticket) = open.ticket.and_then(|id| office.ticket(id)) else {
        return 0;
    };
    let known = |queue: &Queue| case_ms(office, queue.id);
    let case = setup.queue(ticket.queue).map_or(0, known);
    let began = ticket
        .periods
        .iter()
        .rev()
        .take_while(|period| period.counter == Some(open.id))
        .last()
        .map_or(now, |period| period.from);
    (case - now.since_ms(began)).max(case / 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{AwayReason, Command};
    use crate::sample::{Hall, counter, queue, setup};

    fn minutes(hall: &Hall, ahead: usize) -> Option<(i64, i64)> {
        let window = window(&hall.office, queue("enrol"), ahead, hall.now.at)?;
        let from = (window.from.0 - hall.now.at.0) / MINUTE_MS;
        Some((from, (window.to.0 - hall.now.at.0) / MINUTE_MS))
    }

    #[test]
    fn nobody_promises_a_time_while_no_counter_serves_the_queue() {
        let mut hall = Hall::opened(setup());
        assert_eq!(minutes(&hall, 3), None);
        hall.open_counter("1", &[]);
        assert!(minutes(&hall, 3).is_some());
        let reason = AwayReason::Break;
        hall.does(Command::PauseCounter { counter: counter("1"), reason });
        assert_eq!(minutes(&hall, 3), None);
    }

    #[test]
    fn more_people_ahead_mean_later_and_more_counters_sooner() {
        let mut hall = Hall::opened(setup());
        hall.open_counter("1", &[]);
        // Four people at 15 minutes each: an hour, less and more a quarter of it.
        assert_eq!(minutes(&hall, 4), Some((45, 80)));
        assert_eq!(minutes(&hall, 0), Some((0, 5)));
        hall.open_counter("5", &[]);
        assert_eq!(minutes(&hall, 4), Some((20, 40)));
    }

    #[test]
    fn what_todays_cases_took_moves_the_estimate() {
        let mut hall = Hall::opened(setup());
        hall.open_counter("1", &[]);
        for _ in 0..9 {
            hall.issue("enrol");
            hall.call_next("1");
            hall.start("1");
            hall.passes(5);
            hall.complete("1", &["2"]);
        }
        // Three planned cases of 15 minutes and nine of 5: 7.5 minutes each.
        assert_eq!(case_ms(&hall.office, queue("enrol")), 450_000);
        hall.does(Command::Undo { counter: counter("1") });
        assert_eq!(case_ms(&hall.office, queue("enrol")), (45 + 40) * MINUTE_MS / 11);
    }
}

//! Whole office days by chance: people, faults, restarts and clocks, watched by the auditor.
//!
//! A day is the same for the same seed, for ever. `YOBIDASHI_SEEDS=5000` runs more days;
//! `YOBIDASHI_SEED=17` runs one. A day that fails is printed with its seed, the input at which
//! it failed, and the shortest script that still fails.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it must be"
)]

mod simulation {
    pub(crate) mod auditor;
    pub(crate) mod engine;
    pub(crate) mod faults;
    pub(crate) mod hall;
    pub(crate) mod random;
    pub(crate) mod reduction;
    pub(crate) mod workload;
    pub(crate) mod world;
}

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::refusal::ALL_CODES;
use domain::setup::Setup;
use domain::time::{Date, Timestamp};

use simulation::faults::Bug;
use simulation::hall;
use simulation::random::Random;
use simulation::reduction;
use simulation::workload::Workload;
use simulation::world::{Input, World, instant};

/// Days that every run of the tests goes through.
const SEED_COUNT: u64 = 300;
/// Days within which a planted bug must be found.
const BUG_SEED_COUNT: u64 = 40;
/// Inputs of one day: from before opening until the next morning.
const INPUT_COUNT: usize = 2_600;

/// Refusals that no simulated day leads to: they are about setups, or about things that clients
/// of a hall never name. The golden scripts show them.
const UNSEEN: &[&str] = &[
    "no_setup",
    "setup_invalid",
    "setup_in_use",
    "office_changed",
    "transfer_not_served",
    "too_many_open",
];

/// What a day came to.
#[derive(Debug)]
struct Day {
    command_count: u64,
    refusals: BTreeSet<&'static str>,
}

/// A day that did not go as predicted.
#[derive(Debug)]
struct Mismatch {
    script: Vec<Input>,
    what: String,
}

#[test]
fn office_days_go_as_the_auditor_predicts() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    if let Some(seed) = number("YOBIDASHI_SEED") {
        run_or_report(seed);
        return;
    }
    let seed_count = number("YOBIDASHI_SEEDS").unwrap_or(SEED_COUNT);
    let mut command_count = 0;
    let mut refusals = BTreeSet::new();
    for seed in 0..seed_count {
        let day = run_or_report(seed);
        command_count += day.command_count;
        refusals.extend(day.refusals);
    }
    let per_day = command_count / seed_count.max(1);
    assert!(per_day > 1_000, "the days became too quiet: {per_day} commands each");
    let unseen: Vec<&str> =
        ALL_CODES.iter().copied().filter(|code| !refusals.contains(code)).collect();
    assert!(seed_count < SEED_COUNT || unseen == UNSEEN, "nobody was refused for {unseen:?}");
}

#[test]
fn an_office_day_that_nobody_has_seen_goes_as_predicted() {
    let seed = RandomState::new().build_hasher().finish();
    print_first(&format!("random seed: {seed}"));
    run_or_report(seed);
}

#[test]
fn every_planted_bug_is_found() {
    let passed: Vec<Bug> = Bug::all()
        .into_iter()
        .filter(|bug| (0..BUG_SEED_COUNT).all(|seed| run(seed, Some(*bug)).is_ok()))
        .collect();
    assert!(passed.is_empty(), "the simulation does not notice {passed:?}");
}

#[test]
fn a_failing_day_is_reduced_to_a_short_script() {
    let bug = Some(Bug::CallsTheLast);
    let (seed, mismatch) = (0..BUG_SEED_COUNT)
        .find_map(|seed| run(seed, bug).err().map(|mismatch| (seed, mismatch)))
        .unwrap();
    let short = shorten(seed, bug, &mismatch);
    assert!(short.len() <= 12, "{} inputs are left of {}", short.len(), mismatch.script.len());
}

fn run_or_report(seed: u64) -> Day {
    match run(seed, None) {
        Ok(day) => day,
        Err(mismatch) => {
            let at = mismatch.script.len();
            let short = shorten(seed, None, &mismatch);
            let what = replay(seed, None, &short).err().unwrap_or_default();
            let lines: Vec<String> = short.iter().map(|input| format!("  {input:?}")).collect();
            panic!(
                "seed {seed} fails at input {at}: {}\nreduced, it fails with: {what}\n{}",
                mismatch.what,
                lines.join("\n")
            );
        }
    }
}

/// What a seed decides before anything happens.
fn begin(seed: u64) -> (Setup, Timestamp, Random) {
    let mut random = Random::new(seed);
    let setup = hall::setup(&mut random);
    let first = Date::new(2025, 4, 1).unwrap();
    let date = first.plus_days(random.between(0, 500));
    let start = instant(date, random.between(7 * 60, 9 * 60));
    (setup, start, random)
}

fn run(seed: u64, bug: Option<Bug>) -> Result<Day, Mismatch> {
    let (setup, start, random) = begin(seed);
    let mut script = Vec::with_capacity(INPUT_COUNT);
    let outcome = caught(|| {
        let mut world = World::new(&setup, start, bug);
        let mut workload = Workload::new(random);
        for _ in 0..INPUT_COUNT {
            let now = world.now();
            script.push(workload.next(&world.auditor, now, &world.answered));
            world.step(&script[script.len() - 1])?;
        }
        world.finish()?;
        Ok(Day { command_count: world.command_count, refusals: world.refusals })
    });
    outcome.map_err(|what| Mismatch { script, what })
}

fn replay(seed: u64, bug: Option<Bug>, script: &[Input]) -> Result<(), String> {
    let (setup, start, _) = begin(seed);
    caught(|| {
        let mut world = World::new(&setup, start, bug).thorough();
        for input in script {
            world.step(input)?;
        }
        world.finish()
    })
}

/// A defect of the office stops it; here it ends the run like any other mismatch.
fn caught<T>(run: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("defect: {}", text.unwrap_or_default()))
    })
}

/// The shortest script that still fails in the same way.
fn shorten(seed: u64, bug: Option<Bug>, mismatch: &Mismatch) -> Vec<Input> {
    let way = |what: &str| what.split(['{', ':']).next().unwrap_or("").trim().to_owned();
    let wanted = way(&mismatch.what);
    reduction::reduce(&mismatch.script, |shorter| {
        replay(seed, bug, shorter).err().is_some_and(|what| way(&what) == wanted)
    })
}

#[expect(clippy::print_stderr, reason = "a random seed must be known whatever happens next")]
fn print_first(line: &str) {
    eprintln!("{line}");
}

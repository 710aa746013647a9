//! A year of an office, played through the rules and the log on a virtual clock.
//!
//! `yobidashi simulate --fiscal-year R5 --seed N --data DIR` writes a log as the year would have
//! left it: the ward's own counts per procedure, the real calendar, invented people. Every
//! event is decided by the same [`Office`](domain::office::Office) and written by the same
//! [`Log`](crate::log::Log) as at the counters; only the clock is virtual and the commits are
//! larger. The same seed gives the same bytes.
//!
//! | part | what it does |
//! |---|---|
//! | `volume` | how many cases a year has |
//! | `season` | when people come |
//! | `plan` | draws the year's cases, visits, batches before its first day |
//! | `day` | plays one day: people, clerks, counters, bells |
//! | `recorder` | decides, applies, encodes, appends |
//!
//! It writes into an empty data directory only: invented people never join a log of real ones.

mod day;
mod plan;
mod random;
mod recorder;
mod season;
mod volume;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use domain::id::{BatchId, ProcedureCode};
use domain::refusal::Refusal;
use domain::setup::Setup;
use domain::time::Date;

use crate::check::complain;
use crate::clock::{Clock, ClockError};
use crate::config::OfficeFile;
use crate::fiscal_year::{FiscalYear, parse_date};
use crate::log::LogError;
use crate::record::RecordError;
use plan::Plan;
use random::Random;
use recorder::Recorder;
use volume::Volume;

/// Writes a simulated history into an empty data directory.
///
/// 架空の来庁者で 1 年を再現し、空のデータディレクトリに記録します。
#[derive(clap::Args, Clone, Debug)]
pub struct SimulateArgs {
    /// Fiscal year to play, such as R5 (令和5年度, April 2023 to March 2024) or 2023
    #[arg(long, value_name = "YEAR", required_unless_present = "from")]
    pub fiscal_year: Option<FiscalYear>,
    /// First day to play, YYYY-MM-DD; with --to, in place of --fiscal-year
    #[arg(long, value_name = "DATE", value_parser = parse_date, requires = "to",
        conflicts_with = "fiscal_year")]
    pub from: Option<Date>,
    /// Last day to play, YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = parse_date, requires = "from")]
    pub to: Option<Date>,
    /// Seed of the random numbers: the same seed gives the same bytes
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// Data directory to write into; it must not hold a log yet
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Office file; the built-in default office when left out
    #[arg(long, value_name = "FILE")]
    pub office: Option<PathBuf>,
    /// Thousandths of the year's counts to play, for small data sets
    #[arg(long, value_name = "PERMILLE", default_value_t = 1_000,
        value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub scale: u32,
}

/// What to simulate.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Thousandths of the yearly counts, 1 to 1,000.
    pub permille: u32,
}

/// What a simulation wrote.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Simulated {
    /// Business days.
    pub days: u32,
    /// Tickets issued.
    pub tickets: u64,
    /// Events in the log.
    pub events: u64,
}

/// Why a simulation could not be played.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The data directory has a log already.
    #[error("{} holds a log already; choose an empty data directory", dir.display())]
    NotEmpty {
        /// The data directory.
        dir: PathBuf,
    },
    /// No open day lies in the range.
    #[error("the office is never open from {from} to {to}")]
    NeverOpen {
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
    /// The office lacks a procedure of the yearly table.
    #[error("the office has no procedure {code}, which the yearly table counts")]
    NoProcedure {
        /// Its code.
        code: String,
    },
    /// No tag pool allows an express procedure.
    #[error("no tag pool of the office is for procedure {code}")]
    NoTagPool {
        /// Its code.
        code: ProcedureCode,
    },
    /// No counter serves any queue.
    #[error("no counter of the office serves a queue")]
    NothingServed,
    /// A day did not end: too much work for the counters there are.
    #[error("the work of {date} does not end before the day is closed by rule at {day_end}")]
    Unfinished {
        /// The day.
        date: Date,
        /// When the office closes it.
        day_end: domain::time::MinuteOfDay,
    },
    /// The rules refused what the simulated people did.
    #[error("on {date} the rules refuse {command}: {}", refusal.code())]
    Refused {
        /// The business day.
        date: Date,
        /// The command's name.
        command: String,
        /// Why.
        refusal: Refusal,
    },
    /// The log cannot be written.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An event cannot be encoded.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The office's zone is not known.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// The office file has mistakes.
    #[error("{0}")]
    Office(String),
    /// Progress could not be printed.
    #[error("failed to print: {0}")]
    Print(#[from] std::io::Error),
}

/// Carries out the command: exits with 0, with 1 when it could not be played to the end.
pub fn command(args: &SimulateArgs) -> ExitCode {
    match run(args, &mut std::io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Runs the command, telling its progress on `out`.
///
/// # Errors
///
/// [`SimulateError`].
pub fn run(args: &SimulateArgs, out: &mut dyn Write) -> Result<(), SimulateError> {
    let office = match &args.office {
        None => OfficeFile::embedded(),
        Some(path) => {
            OfficeFile::load(path).map_err(|errors| SimulateError::Office(errors.to_string()))?
        }
    };
    let whole = args.fiscal_year.map(|year| (year.first_day(), year.last_day()));
    let Some((from, to)) = whole.or(args.from.zip(args.to)) else {
        return Err(SimulateError::Office("neither a fiscal year nor a range".to_owned()));
    };
    let simulation = Simulation { from, to, seed: args.seed, permille: args.scale };
    let mut month = 0;
    let done = simulate(&office, &args.data, &simulation, &mut |date, so_far| {
        if date.month() != month {
            month = date.month();
            writeln!(out, "{date}  {:>9} events", so_far.events)?;
        }
        Ok(())
    })?;
    writeln!(
        out,
        "{} days, {} tickets, {} events in {}",
        done.days,
        done.tickets,
        done.events,
        args.data.display()
    )?;
    Ok(())
}

/// Plays a simulation into an empty data directory. `progress` hears of every day that begins.
///
/// # Errors
///
/// [`SimulateError`]; what was written until then stays.
pub fn simulate(
    office: &OfficeFile,
    dir: &std::path::Path,
    simulation: &Simulation,
    progress: &mut dyn FnMut(Date, Simulated) -> Result<(), SimulateError>,
) -> Result<Simulated, SimulateError> {
    let clock = Clock::real(&office.zone)?;
    let plans = draw(&office.setup, simulation)?;
    let mut recorder = Recorder::open(dir, &office.setup)?;
    let mut done = Simulated::default();
    let first = plans.iter().flat_map(|plan| &plan.days).next();
    let Some(first) = first.map(|plan| plan.day.date) else {
        return Err(SimulateError::NeverOpen { from: simulation.from, to: simulation.to });
    };
    recorder.adopt(&clock, first, &office.setup)?;
    for plan in &plans {
        let mut batch_ids: BTreeMap<usize, BatchId> = BTreeMap::new();
        for day_plan in &plan.days {
            let date = day_plan.day.date;
            done.events = recorder.event_count();
            progress(date, done)?;
            let number = u64::try_from(date.days_since_epoch()).unwrap_or(0);
            let random = Random::new(simulation.seed, (1 << 32) | number);
            day::play(&mut recorder, &clock, plan, day_plan, &mut batch_ids, random)?;
            recorder.commit()?;
            done.days += 1;
        }
    }
    done.tickets = recorder.ticket_count();
    done.events = recorder.event_count();
    recorder.close()?;
    Ok(done)
}

/// The plans of the fiscal years that the range touches, restricted to it.
fn draw(setup: &Setup, simulation: &Simulation) -> Result<Vec<Plan>, SimulateError> {
    let mut plans = Vec::new();
    let mut year = FiscalYear::of(simulation.from);
    while year.first_day() <= simulation.to {
        let volume = Volume::of(year, simulation.permille);
        let mut plan = Plan::draw(setup, year, &volume, simulation.seed)?;
        plan.restrict(simulation.from, simulation.to);
        plans.push(plan);
        year = year.next();
    }
    Ok(plans)
}

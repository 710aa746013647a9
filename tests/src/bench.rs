//! The bench: what the product takes, beside what this machine takes for the same at the least.
//!
//! Every bar is a ratio to a raw limit measured in the same run, because absolute figures say more
//! about the machine than about the product. Two regimes are measured: *busy*, a closed loop, and
//! *quiet*, some operations per second with idle cores between them, which is what people feel.
//! A run counts only when its raw limit was calm: one whose p99 exceeds ten times its p50 is void.
//!
//! | part | what it measures |
//! |---|---|
//! | `limit` | the machine: TCP, disk, SQLite, group commit, fan-out |
//! | `latency` | durable issue and call of one client over HTTP |
//! | `throughput` | engine and HTTP under 64 clients |
//! | `fan_out` | from a call to the last display |
//! | `startup` | ten years of log |
//! | `memory` | connected screens |
//! | `reporting` | reports over ten years, and what they do to a call |
//!
//! `sample`, `table` turn durations into rows; `client`, `display`, `process`, `workload` are the
//! clients, the server under test and what is asked of it.

mod client;
mod display;
mod fan_out;
mod latency;
mod limit;
mod memory;
mod process;
mod reporting;
mod sample;
mod startup;
mod table;
mod throughput;
mod workload;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use self::table::Table;

/// What went wrong, for whoever runs the bench.
type Failure = Box<dyn std::error::Error>;

const HELP: &str = "\
Measures the product against the limits of this machine.

Usage: bench [--quick] [--only PART[,PART...]]

  --quick      one run of each row, and half a million events in place of five: under a minute
  --only PART  limit, latency, throughput, fan-out, startup, memory, reporting
";

/// What is measured, and how long.
struct Plan {
    quick: bool,
    parts: Vec<String>,
    /// Where data directories are made: beside the build's output, on a real disk.
    dir: PathBuf,
    /// The server under test.
    server: PathBuf,
}

impl Plan {
    /// Valid runs of a row; its figures are their medians.
    fn runs(&self) -> usize {
        if self.quick { 1 } else { 3 }
    }

    /// `full`, or `quick` in a quick run.
    fn pick<T>(&self, quick: T, full: T) -> T {
        if self.quick { quick } else { full }
    }

    /// A new, empty data directory.
    fn fresh(&self, name: &str) -> Result<PathBuf, Failure> {
        fresh(&self.dir, name)
    }
}

fn fresh(dir: &Path, name: &str) -> Result<PathBuf, Failure> {
    let dir = dir.join(name);
    match std::fs::remove_dir_all(&dir) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    std::fs::create_dir_all(&dir)?;
    Ok(dir)
}

/// Runs the bench and prints its table. Exits with 1 when something could not be measured; a
/// missed bar is a figure, not a failure.
pub fn run(arguments: impl Iterator<Item = String>) -> ExitCode {
    match plan(arguments) {
        Ok(Some(plan)) => match measure(&plan) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => say(&format!("bench: {error}\n"), ExitCode::FAILURE),
        },
        Ok(None) => say(HELP, ExitCode::SUCCESS),
        Err(error) => say(&format!("bench: {error}\n{HELP}"), ExitCode::from(2)),
    }
}

fn say(text: &str, code: ExitCode) -> ExitCode {
    // Nobody is left to tell when standard output is closed.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    code
}

fn plan(mut arguments: impl Iterator<Item = String>) -> Result<Option<Plan>, Failure> {
    let (mut quick, mut parts) = (false, Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => quick = true,
            "--only" => {
                let named = arguments.next().ok_or("--only names no part")?;
                parts.extend(named.split(',').map(str::to_owned));
            }
            "--help" | "-h" => return Ok(None),
            _ => return Err(format!("{argument} is not known").into()),
        }
    }
    for part in &parts {
        if !PARTS.iter().any(|(name, _)| name == part) {
            return Err(format!("there is no part {part}").into());
        }
    }
    let program = std::env::current_exe()?;
    let built = program.parent().ok_or("the bench has no folder")?;
    let server = built.join("yobidashi");
    if !server.is_file() {
        return Err("the server is not built: cargo build --release --package server".into());
    }
    Ok(Some(Plan { quick, parts, dir: built.join("bench-data"), server }))
}

type Part = fn(&Plan, &mut Table) -> Result<(), Failure>;

const PARTS: [(&str, Part); 7] = [
    ("limit", limit::measure),
    ("latency", latency::measure),
    ("throughput", throughput::measure),
    ("fan-out", fan_out::measure),
    ("startup", startup::measure),
    ("memory", memory::measure),
    ("reporting", reporting::measure),
];

fn measure(plan: &Plan) -> Result<(), Failure> {
    std::fs::create_dir_all(&plan.dir)?;
    let began = Instant::now();
    let mut text = String::new();
    writeln!(
        text,
        "yobidashi bench, {}",
        if plan.quick { "quick: one run" } else { "three runs" }
    )?;
    writeln!(text, "load before: {}", load())?;
    say(&text, ExitCode::SUCCESS);
    let mut table = Table::default();
    for (name, part) in PARTS {
        if plan.parts.is_empty() || plan.parts.iter().any(|chosen| chosen == name) {
            part(plan, &mut table)?;
            say(&table.take(), ExitCode::SUCCESS);
        }
    }
    let mut text = table.summary();
    writeln!(text, "load after: {}; {:.0} s", load(), began.elapsed().as_secs_f64())?;
    writeln!(
        text,
        "press \"call next\" to painted on the display is measured in a browser: tests/browser"
    )?;
    say(&text, ExitCode::SUCCESS);
    Ok(())
}

/// How busy the machine is, as Linux says it.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

//! Reports over ten years, and what a running report does to a call.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use domain::time::Date;
use server::report::{self, Days, Derived, Range};

use super::latency::VOID_MAX;
use super::process::Server;
use super::sample::{Figure, Samples};
use super::startup::long_log;
use super::table::{Bar, Run, Table};
use super::workload::{Clerk, Pace};
use super::{Failure, Plan};

/// Reports of one run.
const REPORTS: usize = 100;

/// Reports over everything, then calls beside them.
pub(super) fn measure(plan: &Plan, table: &mut Table) -> Result<(), Failure> {
    let (dir, events) = long_log(plan)?;
    let mut derived = Derived::open(&dir)?;
    let began = Instant::now();
    derived.catch_up()?;
    table.show("derived store brought up to date", "ms", &[began.elapsed().as_secs_f64() * 1e3]);
    let range = everything()?;
    let (mut slowest, mut runs) = (Vec::new(), Vec::new());
    for _ in 0..plan.runs() {
        slowest.push(reports(&derived, range)?.p99 / 1e3);
    }
    let name = format!("report over {:.1} M events, p99", events as f64 / 1e6);
    table.absolute(&name, "ms", &slowest, 50.0, "");
    drop(derived);
    for _ in 0..plan.runs() + VOID_MAX {
        if runs.len() == plan.runs() {
            break;
        }
        let alone = calls(plan)?;
        let beside = calls_beside(plan, &dir, range)?;
        if alone.is_calm() {
            runs.push(Run { measured: beside.p50, limit: alone.p50 });
        }
    }
    let reason = "the limit is the same call without reports";
    table.compare("quiet call beside ten reports a second, p50", "µs", &runs, Bar::Shown, reason);
    Ok(())
}

fn everything() -> Result<Range, Failure> {
    let date = |year, month, day| Date::new(year, month, day).ok_or("no such day");
    Ok(Range { from: date(2010, 1, 1)?, to: date(2026, 6, 1)?, days: Days::Finished })
}

fn reports(derived: &Derived, range: Range) -> Result<Figure, Failure> {
    let mut samples = Samples::default();
    for _ in 0..REPORTS {
        let began = Instant::now();
        std::hint::black_box(report::build(derived, range)?);
        samples.push(began.elapsed());
    }
    Ok(samples.figure())
}

fn calls(plan: &Plan) -> Result<Figure, Failure> {
    let data = plan.fresh("reporting")?;
    let server = Server::start(plan, &data)?;
    let mut clerk = Clerk::start(&server)?;
    let mut samples = Samples::default();
    let mut last = Instant::now();
    for _ in 0..plan.pick(30, 80) {
        clerk.issue()?;
        Pace::Quiet.wait(last);
        last = Instant::now();
        clerk.call_next()?;
        samples.push(last.elapsed());
        clerk.no_show()?;
    }
    Ok(samples.figure())
}

/// As [`calls`], while another thread makes ten reports a second.
fn calls_beside(plan: &Plan, dir: &Path, range: Range) -> Result<Figure, Failure> {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reporter = scope.spawn(|| -> Result<(), String> {
            let derived = Derived::open(dir).map_err(|error| error.to_string())?;
            let mut last = Instant::now();
            while !done.load(Ordering::Relaxed) {
                Pace::Every(100).wait(last);
                last = Instant::now();
                let made = report::build(&derived, range).map_err(|error| error.to_string())?;
                std::hint::black_box(made);
            }
            Ok(())
        });
        let figure = calls(plan);
        done.store(true, Ordering::Relaxed);
        reporter.join().map_err(|_| "the reports stopped early")??;
        figure
    })
}

//! Durable issue and call of one client: HTTP there, the disk, HTTP back.

use std::time::Instant;

use super::process::Server;
use super::sample::{Figure, Samples, calm};
use super::table::{Bar, Run, Table};
use super::workload::{Clerk, Pace};
use super::{Failure, Plan, limit};

/// Runs that may be void before a row makes do with fewer.
pub(super) const VOID_MAX: usize = 2;

const REASON: &str = "beyond the limit: HTTP and JSON, deciding, SQLite's pages, two hand-offs";

/// Both regimes, both commands.
pub(super) fn measure(plan: &Plan, table: &mut Table) -> Result<(), Failure> {
    let data = plan.fresh("latency")?;
    let server = Server::start(plan, &data)?;
    let mut clerk = Clerk::start(&server)?;
    for (pace, most) in [(Pace::Busy, 1.3), (Pace::Quiet, 1.5)] {
        let (mut issues, mut calls) = (Vec::new(), Vec::new());
        for _ in 0..plan.runs() + VOID_MAX {
            if issues.iter().filter(|(calm, _)| *calm).count() == plan.runs() {
                break;
            }
            let (echo, sync) = raw(plan, pace)?;
            let (issue, call) = visits(plan, &mut clerk, pace)?;
            let raw = echo.then(sync);
            let is_calm = echo.is_calm() && sync.is_calm();
            issues.push((is_calm, (issue, raw)));
            calls.push((is_calm, (call, raw)));
        }
        let (name, issues, calls) = (pace.name(), calm(issues), calm(calls));
        compare(table, &format!("durable issue, one client, {name}"), &issues, (most, 2.0), REASON);
        compare(table, &format!("durable call, one client, {name}"), &calls, (most, 2.0), REASON);
    }
    Ok(())
}

/// One TCP round trip, and one flush.
fn raw(plan: &Plan, pace: Pace) -> Result<(Figure, Figure), Failure> {
    let dir = plan.fresh("raw")?;
    let count = limit::samples(plan, pace);
    Ok((limit::tcp_echo(count, pace)?, limit::sync(&dir, count, pace)?))
}

/// p50 and p99 as two rows.
pub(super) fn compare(
    table: &mut Table,
    name: &str,
    (runs, void): &(Vec<(Figure, Figure)>, bool),
    (p50_most, p99_most): (f64, f64),
    reason: &str,
) {
    let part = |of: fn(&Figure) -> f64| -> Vec<Run> {
        let run = |(product, raw): &(Figure, Figure)| Run { measured: of(product), limit: of(raw) };
        runs.iter().map(run).collect()
    };
    let (p50, p99) = (part(|run| run.p50), part(|run| run.p99));
    table.judged(&format!("{name}, p50"), "µs", (&p50, *void), Bar::AtMost(p50_most), reason);
    table.judged(&format!("{name}, p99"), "µs", (&p99, *void), Bar::AtMost(p99_most), reason);
}

/// Somebody comes, is called, and is gone again.
fn visits(plan: &Plan, clerk: &mut Clerk, pace: Pace) -> Result<(Figure, Figure), Failure> {
    let count = match pace {
        Pace::Busy => plan.pick(500, 2_000),
        Pace::Quiet | Pace::Every(_) => limit::samples(plan, pace),
    };
    let (mut issues, mut calls) = (Samples::default(), Samples::default());
    let mut last = Instant::now();
    for visit in 0..count + count.div_ceil(20) {
        let warm = visit >= count.div_ceil(20);
        pace.wait(last);
        last = Instant::now();
        clerk.issue()?;
        let issued = last.elapsed();
        pace.wait(last);
        last = Instant::now();
        clerk.call_next()?;
        let called = last.elapsed();
        if warm {
            issues.push(issued);
            calls.push(called);
        }
        clerk.no_show()?;
        last = Instant::now();
    }
    Ok((issues.figure(), calls.figure()))
}

//! Figures for monitoring, in Prometheus' text format at `/metrics`. Numbers only: nothing of a
//! ticket or a person is in them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::refusal;
use protocol::route;

use crate::http::State;
use crate::metric::{BOUNDS_US, Metric};

/// Commands by what became of them.
#[derive(Debug)]
pub struct Counts {
    commands: BTreeMap<&'static str, AtomicU64>,
}

impl Default for Counts {
    fn default() -> Counts {
        Counts::new()
    }
}

impl Counts {
    /// Nothing counted yet.
    pub fn new() -> Counts {
        let general = route::GENERALS.iter().map(|general| general.code);
        let codes = general.chain(refusal::ALL_CODES.iter().copied()).chain(["ok"]);
        Counts { commands: codes.map(|code| (code, AtomicU64::new(0))).collect() }
    }

    /// Counts a command that was answered with `code`, or `ok`.
    pub fn command(&self, code: &str) {
        if let Some(count) = self.commands.get(code) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The whole exposition.
pub(crate) fn exposition(state: &State) -> String {
    let mut text = String::with_capacity(8_192);
    // Writing into a string cannot fail.
    let _ = write(state, &mut text);
    text
}

fn write(state: &State, text: &mut String) -> std::fmt::Result {
    head(text, "commands_total", "counter", "Commands by what became of them.")?;
    for (code, count) in &state.counts().commands {
        let count = count.load(Ordering::Relaxed);
        if count > 0 {
            writeln!(text, "yobidashi_commands_total{{code=\"{code}\"}} {count}")?;
        }
    }
    let commits = "Time from taking a batch of commands to having it on disk.";
    histogram(text, "commit_seconds", commits, state.engine().commits())?;
    single(text, "log_seq", "counter", "The last sequence number on disk.", state.engine().seq())?;
    let failing = u64::from(state.engine().failing());
    single(text, "log_failing", "gauge", "1 when the log cannot be written.", failing)?;
    let behind = state.engine().seq().saturating_sub(state.board().seq());
    single(text, "board_behind", "gauge", "Events on disk that screens do not show yet.", behind)?;
    head(text, "screens", "gauge", "Open screens by role.")?;
    for attendance in state.board().attendance() {
        let role = attendance.role.name();
        writeln!(text, "yobidashi_screens{{role=\"{role}\"}} {}", attendance.screens)?;
    }
    let name = "screen_overflows_total";
    head(text, name, "counter", "Screens that were too slow and got a snapshot instead.")?;
    for attendance in state.board().attendance() {
        let role = attendance.role.name();
        writeln!(text, "yobidashi_{name}{{role=\"{role}\"}} {}", attendance.overflows)?;
    }
    head(text, "waiting", "gauge", "People waiting, by the letter of the queue.")?;
    let waiting: Vec<(char, u16)> = state.board().read(|scene| scene.waiting().collect());
    for (letter, waiting) in waiting {
        writeln!(text, "yobidashi_waiting{{queue=\"{letter}\"}} {waiting}")?;
    }
    Ok(())
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(text, "# HELP yobidashi_{name} {help}")?;
    writeln!(text, "# TYPE yobidashi_{name} {kind}")
}

fn single(text: &mut String, name: &str, kind: &str, help: &str, value: u64) -> std::fmt::Result {
    head(text, name, kind, help)?;
    writeln!(text, "yobidashi_{name} {value}")
}

fn histogram(text: &mut String, name: &str, help: &str, metric: &Metric) -> std::fmt::Result {
    head(text, name, "histogram", help)?;
    let seconds = |us: u64| us as f64 / 1e6;
    let mut sum = 0;
    for (place, count) in metric.counts().into_iter().enumerate() {
        sum += count;
        let bound = BOUNDS_US.get(place).map_or("+Inf".to_owned(), |us| seconds(*us).to_string());
        writeln!(text, "yobidashi_{name}_bucket{{le=\"{bound}\"}} {sum}")?;
    }
    writeln!(text, "yobidashi_{name}_sum {}", seconds(metric.sum_us()))?;
    writeln!(text, "yobidashi_{name}_count {sum}")
}

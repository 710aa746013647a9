//! Rows: measured, limit, ratio, bar, met or missed.

use std::fmt::Write;

use super::sample::{Figure, median};

/// What a bar asks of a row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bar {
    /// At most so many times the limit.
    AtMost(f64),
    /// At least so many times the limit.
    AtLeast(f64),
    /// None: a limit, or a figure for comparison.
    Shown,
}

/// One run of a row: the product and the machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) measured: f64,
    pub(super) limit: f64,
}

/// Rows that are printed as they come.
#[derive(Debug, Default)]
pub(super) struct Table {
    text: String,
    headed: bool,
    met: usize,
    missed: Vec<String>,
    void: Vec<String>,
}

impl Table {
    /// A row against a limit of the same runs. `reason` says where the rest goes, should it miss.
    pub(super) fn compare(&mut self, name: &str, unit: &str, runs: &[Run], bar: Bar, reason: &str) {
        self.judged(name, unit, (runs, false), bar, reason);
    }

    /// As [`Table::compare`]; a row of disturbed runs is shown, and is void.
    pub(super) fn judged(
        &mut self,
        name: &str,
        unit: &str,
        (runs, void): (&[Run], bool),
        bar: Bar,
        reason: &str,
    ) {
        let measured = median(runs.iter().map(|run| run.measured));
        let limit = median(runs.iter().map(|run| run.limit));
        let ratios: Vec<f64> = runs.iter().map(|run| run.measured / run.limit).collect();
        let (ratio, spread) = (median(ratios.iter().copied()), spread(&ratios));
        let met = match bar {
            Bar::AtMost(most) => Some((ratio <= most, format!("≤ {most}×"))),
            Bar::AtLeast(least) => Some((ratio >= least, format!("≥ {least}×"))),
            Bar::Shown => None,
        };
        let (verdict, bar) = self.judge(name, void, met);
        let (measured, limit) = (quantity(measured), quantity(limit));
        let ratio = format!("{ratio:.2}×");
        self.line([name, &measured, &limit, unit, &ratio, &spread, &bar, verdict]);
        if verdict == "missed" && !reason.is_empty() {
            self.note(reason);
        }
    }

    /// A row against a bar of its own.
    pub(super) fn absolute(&mut self, name: &str, unit: &str, runs: &[f64], most: f64, note: &str) {
        let value = median(runs.iter().copied());
        let told = format!("≤ {} {unit}", quantity(most));
        let (verdict, bar) = self.judge(name, runs.is_empty(), Some((value <= most, told)));
        let share = format!("{:.2}×", value / most);
        let shares: Vec<f64> = runs.iter().map(|run| run / most).collect();
        let (value, most, spread) = (quantity(value), quantity(most), spread(&shares));
        self.line([name, &value, &most, unit, &share, &spread, &bar, verdict]);
        if !note.is_empty() {
            self.note(note);
        }
    }

    /// A limit, or another figure without a bar.
    pub(super) fn show(&mut self, name: &str, unit: &str, runs: &[f64]) {
        let (value, least, most) = (
            quantity(median(runs.iter().copied())),
            quantity(runs.iter().copied().fold(f64::INFINITY, f64::min)),
            quantity(runs.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
        );
        let spread = format!("{least}–{most}");
        self.line([name, &value, "", unit, "", &spread, "", ""]);
    }

    /// Both percentiles of a limit.
    pub(super) fn show_figure(&mut self, name: &str, runs: &[Figure]) {
        let part = |of: fn(&Figure) -> f64| runs.iter().map(of).collect::<Vec<_>>();
        self.show(&format!("{name}, p50"), "µs", &part(|run| run.p50));
        self.show(&format!("{name}, p99"), "µs", &part(|run| run.p99));
    }

    /// A sentence under a row.
    pub(super) fn note(&mut self, text: &str) {
        // Writing into a string cannot fail.
        let _ = writeln!(self.text, "    {text}");
    }

    /// What has been written since the last time.
    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// How many bars were met, and which were not.
    pub(super) fn summary(&self) -> String {
        let mut text = format!("\n{} met, {} missed", self.met, self.missed.len());
        for (title, rows) in [("missed", &self.missed), ("void", &self.void)] {
            for row in rows {
                let _ = write!(text, "\n  {title}: {row}");
            }
        }
        text.push('\n');
        text
    }

    fn judge(
        &mut self,
        name: &str,
        is_void: bool,
        met: Option<(bool, String)>,
    ) -> (&'static str, String) {
        let Some((met, bar)) = met else { return ("", String::new()) };
        let verdict = match (is_void, met) {
            (true, _) => {
                self.void.push(name.to_owned());
                "void"
            }
            (false, true) => {
                self.met += 1;
                "met"
            }
            (false, false) => {
                self.missed.push(name.to_owned());
                "missed"
            }
        };
        (verdict, bar)
    }

    fn line(&mut self, cells: [&str; 8]) {
        if !self.headed {
            self.headed = true;
            self.line(["row", "measured", "limit", "unit", "ratio", "spread", "bar", ""]);
        }
        let [name, measured, limit, unit, ratio, spread, bar, verdict] = cells;
        let _ = writeln!(
            self.text,
            "{name:<48} {measured:>9} {limit:>9} {unit:<5} {ratio:>6}  {spread:<13} {bar:<10} \
             {verdict}"
        );
    }
}

/// The least and the greatest ratio.
fn spread(ratios: &[f64]) -> String {
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{least:.2}–{most:.2}")
}

/// Three digits that count.
fn quantity(value: f64) -> String {
    match value.abs() {
        size if size >= 1_000.0 => format!("{value:.0}"),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

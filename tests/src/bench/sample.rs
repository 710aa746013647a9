//! Durations and their spread.

use std::time::Duration;

/// A limit whose p99 exceeds this many times its p50 was disturbed, and its run is void.
const CALM_RATIO_MAX: f64 = 10.0;
/// So is one whose p50 is a tick of the processor's clock: its wake-ups waited for a taken core.
const TICK_US: f64 = 3_000.0;

/// Durations of one run, in microseconds.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples(Vec<f64>);

/// What one run came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figure {
    /// Median, in microseconds.
    pub(super) p50: f64,
    /// 99th percentile, in microseconds.
    pub(super) p99: f64,
}

impl Samples {
    pub(super) fn push(&mut self, took: Duration) {
        self.0.push(took.as_secs_f64() * 1e6);
    }

    pub(super) fn figure(mut self) -> Figure {
        self.0.sort_by(f64::total_cmp);
        Figure { p50: quantile(&self.0, 0.5), p99: quantile(&self.0, 0.99) }
    }
}

impl Figure {
    /// Whether its durations are alike: for limits that may take longer than a tick.
    pub(super) fn is_steady(&self) -> bool {
        self.p99 <= CALM_RATIO_MAX * self.p50
    }

    /// Whether nothing disturbed the machine while this limit was measured.
    pub(super) fn is_calm(&self) -> bool {
        self.is_steady() && self.p50 < TICK_US
    }

    /// One operation after the other.
    pub(super) fn then(self, next: Figure) -> Figure {
        Figure { p50: self.p50 + next.p50, p99: self.p99 + next.p99 }
    }
}

/// The runs whose limits were calm; when none was, all of them, and `true`: their row is void.
pub(super) fn calm<T>(tried: Vec<(bool, T)>) -> (Vec<T>, bool) {
    let void = tried.iter().all(|(calm, _)| !calm);
    (tried.into_iter().filter(|(calm, _)| *calm || void).map(|(_, run)| run).collect(), void)
}

/// The value below which `share` of `sorted` lie; not a number when it is empty.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
}

/// The middle one; not a number when there is none.
pub(super) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    quantile(&values, 0.5)
}

//! Durations gathered for a spread: all of them, or a histogram where there are too many.

use protocol::report::Spread;
use serde::{Deserialize, Serialize};

/// Durations in milliseconds, kept one by one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Samples {
    values: Vec<u32>,
}

/// Buckets per power of two of seconds: an upper edge lies at most 1/64 = 1.6 % above what is in
/// the bucket.
const BUCKETS: u32 = 64;

/// Durations in seconds, counted in buckets that widen with their size: each second up to 64, then
/// 64 buckets for each power of two.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Histogram {
    count: u32,
    sum_ms: u64,
    /// Bucket and how many are in it, by bucket.
    buckets: Vec<(u16, u32)>,
}

impl Samples {
    /// Adds one duration.
    pub(crate) fn push(&mut self, ms: u32) {
        self.values.push(ms);
    }

    /// Adds many.
    pub(crate) fn extend(&mut self, more: &Samples) {
        self.values.extend_from_slice(&more.values);
    }

    /// Count, mean, median and 90th percentile by nearest rank.
    pub(crate) fn spread(mut self) -> Spread {
        let count = self.values.len() as u64;
        let sum: u64 = self.values.iter().map(|value| u64::from(*value)).sum();
        let mut at = |percent: u64| {
            let place = rank(count, percent)?;
            let (_, value, _) = self.values.select_nth_unstable(usize::try_from(place).ok()?);
            Some(i64::from(*value))
        };
        Spread {
            count: u32::try_from(count).unwrap_or(u32::MAX),
            mean_ms: sum.checked_div(count).and_then(|mean| i64::try_from(mean).ok()),
            median_ms: at(50),
            p90_ms: at(90),
        }
    }
}

/// The place of a percentile among `count` sorted values, from 0; `None` when there are none.
fn rank(count: u64, percent: u64) -> Option<u64> {
    (count * percent).div_ceil(100).checked_sub(1)
}

impl Histogram {
    /// Counts one duration.
    pub(crate) fn push(&mut self, ms: u32) {
        self.count += 1;
        self.sum_ms += u64::from(ms);
        let bucket = bucket(ms);
        match self.buckets.binary_search_by_key(&bucket, |(bucket, _)| *bucket) {
            Ok(place) => self.buckets[place].1 += 1,
            Err(place) => self.buckets.insert(place, (bucket, 1)),
        }
    }

    /// Count and mean exactly, median and 90th percentile as the upper edge of their bucket, from
    /// many histograms.
    pub(crate) fn spread(parts: &[&Histogram]) -> Spread {
        // A day's worth of seconds has fewer than 800 buckets, so counting by index is quickest.
        let mut merged: Vec<u64> = Vec::new();
        let (mut count, mut sum) = (0, 0);
        for part in parts {
            count += u64::from(part.count);
            sum += part.sum_ms;
            for (bucket, in_it) in &part.buckets {
                let index = usize::from(*bucket);
                if index >= merged.len() {
                    merged.resize(index + 1, 0);
                }
                merged[index] += u64::from(*in_it);
            }
        }
        let at = |percent: u64| {
            let place = rank(count, percent)?;
            let mut below = 0;
            let found = merged.iter().position(|in_it| {
                below += in_it;
                below > place
            });
            found.and_then(|bucket| u16::try_from(bucket).ok()).map(upper_ms)
        };
        Spread {
            count: u32::try_from(count).unwrap_or(u32::MAX),
            mean_ms: sum.checked_div(count).and_then(|mean| i64::try_from(mean).ok()),
            median_ms: at(50),
            p90_ms: at(90),
        }
    }
}

/// The bucket of a duration, which is rounded up to seconds.
fn bucket(ms: u32) -> u16 {
    let seconds = ms.div_ceil(1_000);
    let index = if seconds < BUCKETS {
        seconds
    } else {
        // 6 = log2 of BUCKETS: what is left after the shift lies between 64 and 127.
        let shift = seconds.ilog2() - 6;
        (shift << 6) + (seconds >> shift)
    };
    u16::try_from(index).unwrap_or(u16::MAX)
}

/// The largest duration of a bucket, in milliseconds.
fn upper_ms(bucket: u16) -> i64 {
    let index = i64::from(bucket);
    let wide = i64::from(BUCKETS);
    if index < 2 * wide {
        return index * 1_000;
    }
    let shift = index / wide - 1;
    let seconds = ((index - (shift << 6)) << shift) + (1 << shift) - 1;
    seconds * 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let mut samples = Samples::default();
        for ms in [50, 10, 40, 20, 30] {
            samples.push(ms);
        }
        let spread = samples.spread();
        assert_eq!((spread.count, spread.mean_ms), (5, Some(30)));
        assert_eq!((spread.median_ms, spread.p90_ms), (Some(30), Some(50)));
        assert_eq!(Samples::default().spread().median_ms, None);
    }

    #[test]
    fn a_histogram_is_at_most_a_sixty_fourth_and_a_second_above() {
        for seconds in (0..200_000_u32).step_by(7) {
            let ms = i64::from(seconds) * 1_000;
            let upper = upper_ms(bucket(seconds * 1_000));
            assert!(upper >= ms, "{upper} for {ms}");
            assert!(upper - ms <= ms / 64 + 1_000, "{upper} for {ms}");
        }
    }

    #[test]
    fn histograms_of_many_months_have_the_same_mean_as_the_values() {
        let (mut low, mut high, mut all) =
            (Histogram::default(), Histogram::default(), Samples::default());
        for ms in (0..5_000_000).step_by(4_321) {
            if ms % 2 == 0 {
                low.push(ms)
            } else {
                high.push(ms)
            }
            all.push(ms);
        }
        let rounded = Histogram::spread(&[&low, &high]);
        let exact = all.spread();
        assert_eq!((rounded.count, rounded.mean_ms), (exact.count, exact.mean_ms));
        let (near, median) = (rounded.p90_ms.unwrap(), exact.p90_ms.unwrap());
        assert!(near >= median && near <= median + median / 64 + 1_000, "{near} {median}");
    }
}

//! The simulation's own random numbers: small, with integers only, the same on every machine.
//!
//! A seed is how a simulated year is named, so its meaning must outlive any library.
//! The generator is xoshiro256\*\* (Blackman and Vigna), seeded by splitmix64.

/// A generator of random numbers.
#[derive(Clone, Debug)]
pub(super) struct Random([u64; 4]);

/// How far durations spread around their median.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spread {
    /// Work at a counter: a log-normal of σ = 0.38.
    Work,
    /// Everything people do on their own: a log-normal of σ = 0.7.
    Wide,
}

/// Quantiles 0, 1/32 … 1 of e^(0.38 z) in thousandths; the ends stand for 0.004 and 0.996.
const WORK: [u64; 33] = [
    365, 493, 558, 606, 646, 681, 714, 745, 774, 802, 830, 858, 886, 914, 942, 971, 1000, 1030,
    1062, 1094, 1129, 1165, 1204, 1246, 1292, 1343, 1401, 1468, 1548, 1650, 1791, 2030, 2740,
];
/// Quantiles of e^(0.7 z), as above.
const WIDE: [u64; 33] = [
    156, 271, 342, 397, 447, 493, 537, 581, 624, 667, 710, 755, 800, 847, 896, 947, 1000, 1056,
    1116, 1181, 1250, 1325, 1408, 1500, 1603, 1722, 1861, 2028, 2237, 2516, 2927, 3684, 6401,
];

impl Random {
    /// The generator of a seed. Different streams of one seed have nothing in common.
    pub(super) fn new(seed: u64, stream: u64) -> Random {
        let mut state = seed ^ stream.wrapping_mul(0xd134_2543_de82_ef95);
        let mut next = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        };
        Random([next(), next(), next(), next()])
    }

    /// 64 random bits.
    pub(super) fn bits(&mut self) -> u64 {
        let s = &mut self.0;
        let result = s[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= shifted;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number from 0 to `limit - 1`; 0 when `limit` is 0.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        // The high half of a product is uniform to within limit/2^64: nothing here could tell.
        let product = u128::from(self.bits()) * u128::from(limit);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// An index into something of this length; 0 when it is empty.
    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// A number of milliseconds from `from` to `to`, both included.
    pub(super) fn ms(&mut self, from: i64, to: i64) -> i64 {
        let span = u64::try_from(to - from + 1).unwrap_or(1);
        from + i64::try_from(self.below(span)).unwrap_or(0)
    }

    /// True `permille` times of a thousand.
    pub(super) fn chance(&mut self, permille: u64) -> bool {
        self.below(1_000) < permille
    }

    /// A duration whose median is `median_ms`.
    pub(super) fn duration_ms(&mut self, median_ms: i64, spread: Spread) -> i64 {
        let table = match spread {
            Spread::Work => &WORK,
            Spread::Wide => &WIDE,
        };
        let at = self.below(32 << 16);
        let index = usize::try_from(at >> 16).unwrap_or(0);
        let (low, high) = (table[index], table[index + 1]);
        let permille = low + (((high - low) * (at & 0xffff)) >> 16);
        median_ms * i64::try_from(permille).unwrap_or(1_000) / 1_000
    }

    /// The place of one of `weights`, each drawn as often as its weight says; 0 when all are 0.
    pub(super) fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            if left < *weight {
                return place;
            }
            left -= weight;
        }
        0
    }

    /// Puts a list in random order.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.index(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_numbers_for_ever() {
        let mut random = Random::new(5, 0);
        let first: Vec<u64> = (0..4).map(|_| random.below(1_000_000)).collect();
        let mut again = Random::new(5, 0);
        assert_eq!(first, (0..4).map(|_| again.below(1_000_000)).collect::<Vec<_>>());
        assert_ne!(Random::new(5, 1).bits(), Random::new(5, 0).bits());
        assert_ne!(Random::new(6, 0).bits(), Random::new(5, 0).bits());
    }

    #[test]
    fn durations_lie_around_their_median() {
        let mut random = Random::new(1, 0);
        let mut drawn: Vec<i64> =
            (0..10_001).map(|_| random.duration_ms(60_000, Spread::Work)).collect();
        drawn.sort_unstable();
        assert!((58_000..62_000).contains(&drawn[5_000]), "median {}", drawn[5_000]);
        assert!(drawn[0] >= 21_900 && drawn[10_000] <= 164_400, "{drawn:?}");
    }
}

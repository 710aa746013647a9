//! Chance from a seed: the same on every machine and for ever.

/// A generator (SplitMix64, after Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The generator of a seed.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// Another generator, for a thread of its own.
    pub fn split(&mut self) -> Random {
        Random(self.bits())
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.bits() % limit
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of the items.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let index = self.below(items.len() as u64);
        &items[usize::try_from(index).expect("an index is a usize")]
    }
}

/// The seed that a variable names, or this one.
pub fn seed_or(variable: &str, seed: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(seed)
}

/// The seed that a variable names, or a fresh one, to be printed so that a failure can be repeated.
pub fn seed(variable: &str) -> u64 {
    use std::hash::{BuildHasher, Hasher};
    seed_or(variable, std::hash::RandomState::new().build_hasher().finish() >> 32)
}

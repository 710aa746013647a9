//! How much paper is left on a roll: counted, because the printer's own sensor speaks late.
//!
//! Every slip's length is added up since the last change of the roll. What is left, divided by the
//! mean of the latest slips, is how many more there will be. A new roll is recognised by what the
//! printer senses, or somebody says so.
//!
//! ```
//! use kiosk::paper_counter::PaperCounter;
//!
//! let mut counter = PaperCounter::new(80);
//! assert_eq!(counter.slips_left(), None);
//! counter.printed(160);
//! assert_eq!(counter.slips_left(), Some(499));
//! counter.new_roll();
//! assert_eq!(counter.slips_left(), Some(500));
//! ```

use std::collections::VecDeque;

/// Slips whose mean length stands for those to come: an hour of a busy kiosk.
pub const RECENT_COUNT_MAX: usize = 50;

/// The paper of one printer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaperCounter {
    /// Length of a new roll.
    roll_mm: u64,
    /// What survives a restart.
    kept: PaperUse,
    /// The cover has been opened since the sensor said that the roll is low.
    opened: bool,
}

/// What a counter remembers over a restart.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PaperUse {
    /// Paper used since the last change of the roll, in millimetres.
    pub used_mm: u64,
    /// Lengths of the latest slips in millimetres, oldest first, at most [`RECENT_COUNT_MAX`].
    pub recent_mm: VecDeque<u32>,
    /// The printer said that there is no paper, and has not said otherwise since.
    pub ended: bool,
    /// The printer said that the roll is nearly used up, and has not said otherwise since.
    pub near_end: bool,
}

/// What a printer senses of its paper. Only what it has really said: a printer that cannot be
/// reached senses nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sensed {
    /// There is no paper.
    pub paper_end: bool,
    /// The roll is nearly used up.
    pub near_end: bool,
    /// The cover is open; most models then sense no paper either.
    pub cover_open: bool,
}

impl PaperCounter {
    /// A new roll of `roll_m` metres.
    #[must_use]
    pub fn new(roll_m: u16) -> PaperCounter {
        PaperCounter::resume(roll_m, PaperUse::default())
    }

    /// Goes on from what was kept.
    #[must_use]
    pub fn resume(roll_m: u16, mut kept: PaperUse) -> PaperCounter {
        let surplus = kept.recent_mm.len().saturating_sub(RECENT_COUNT_MAX);
        kept.recent_mm.drain(..surplus);
        PaperCounter { roll_mm: u64::from(roll_m) * 1_000, kept, opened: false }
    }

    /// What has to be kept.
    #[must_use]
    pub fn kept(&self) -> &PaperUse {
        &self.kept
    }

    /// Goes on from what was kept elsewhere meanwhile.
    pub fn take_kept(&mut self, kept: PaperUse) {
        self.kept = kept;
    }

    /// Takes in a slip of `length_mm`, from cut to cut. One of no length says nothing.
    pub fn printed(&mut self, length_mm: u32) {
        if length_mm == 0 {
            return;
        }
        self.kept.used_mm = self.kept.used_mm.saturating_add(u64::from(length_mm));
        if self.kept.recent_mm.len() >= RECENT_COUNT_MAX {
            self.kept.recent_mm.pop_front();
        }
        self.kept.recent_mm.push_back(length_mm);
    }

    /// Takes in what the printer senses; `true` when that shows a new roll.
    ///
    /// A roll is new when paper is back after it had ended, or when a roll that was nearly used up
    /// is not any more after the cover was opened. No paper while the cover is open is no end.
    pub fn sense(&mut self, sensed: Sensed) -> bool {
        if sensed.cover_open {
            self.opened = true;
            return false;
        }
        if sensed.paper_end {
            self.kept.ended = true;
            return false;
        }
        let is_changed = self.kept.ended || (self.kept.near_end && self.opened && !sensed.near_end);
        self.opened = false;
        if is_changed {
            self.new_roll();
        }
        self.kept.near_end = sensed.near_end;
        is_changed
    }

    /// Somebody has put in a new roll.
    pub fn new_roll(&mut self) {
        self.kept.used_mm = 0;
        self.kept.ended = false;
        self.kept.near_end = false;
    }

    /// Paper left in millimetres, as far as counting knows; 0 when the printer has none.
    #[must_use]
    pub fn left_mm(&self) -> u64 {
        if self.kept.ended { 0 } else { self.roll_mm.saturating_sub(self.kept.used_mm) }
    }

    /// How long the latest slips were on average, in millimetres; 0 before the first.
    #[must_use]
    pub fn mean_mm(&self) -> u32 {
        let sum: u64 = self.kept.recent_mm.iter().copied().map(u64::from).sum();
        let count = u64::try_from(self.kept.recent_mm.len()).unwrap_or(u64::MAX);
        sum.checked_div(count).and_then(|mean| u32::try_from(mean).ok()).unwrap_or(0)
    }

    /// Slips that are left; `None` before the first slip has shown how long they are.
    #[must_use]
    pub fn slips_left(&self) -> Option<u32> {
        if self.kept.ended {
            return Some(0);
        }
        let count = u64::try_from(self.kept.recent_mm.len()).ok().filter(|count| *count > 0)?;
        let sum: u64 = self.kept.recent_mm.iter().copied().map(u64::from).sum();
        let left = self.left_mm().saturating_mul(count).checked_div(sum)?;
        Some(u32::try_from(left).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OK: Sensed = Sensed { paper_end: false, near_end: false, cover_open: false };
    const NEAR: Sensed = Sensed { near_end: true, ..OK };
    const END: Sensed = Sensed { paper_end: true, near_end: true, cover_open: false };
    const OPEN: Sensed = Sensed { paper_end: true, near_end: false, cover_open: true };

    fn used(slip_count: u32) -> PaperCounter {
        let mut counter = PaperCounter::new(10);
        (0..slip_count).for_each(|_| counter.printed(100));
        counter
    }

    #[test]
    fn slips_left_follow_the_mean_of_the_latest_slips() {
        let mut counter = used(60);
        assert_eq!(counter.slips_left(), Some(40));
        (0..10).for_each(|_| counter.printed(300));
        // 10 m − 6 m − 3 m; forty slips of 100 mm and ten of 300 mm: 140 mm each.
        assert_eq!((counter.left_mm(), counter.slips_left()), (1_000, Some(7)));
    }

    #[test]
    fn a_roll_that_is_used_beyond_its_length_has_none_left() {
        let counter = used(101);
        assert_eq!((counter.left_mm(), counter.slips_left()), (0, Some(0)));
    }

    #[test]
    fn paper_that_is_back_after_its_end_is_a_new_roll() {
        let mut counter = used(50);
        assert!(!counter.sense(END) && counter.slips_left() == Some(0));
        assert!(!counter.sense(OPEN));
        assert!(counter.sense(OK));
        assert_eq!(counter.slips_left(), Some(100));
    }

    #[test]
    fn opening_the_cover_for_a_jam_is_no_new_roll() {
        let mut counter = used(50);
        assert!(!counter.sense(OPEN) && !counter.sense(OK));
        assert_eq!(counter.slips_left(), Some(50));
        assert!(!counter.sense(NEAR) && !counter.sense(OPEN) && !counter.sense(NEAR));
        assert_eq!(counter.slips_left(), Some(50));
    }

    #[test]
    fn a_low_roll_changed_before_its_end_is_seen_and_a_sensor_that_wavers_is_not() {
        let mut counter = used(90);
        assert!(!counter.sense(NEAR) && !counter.sense(OK) && !counter.sense(NEAR));
        assert_eq!(counter.slips_left(), Some(10));
        assert!(!counter.sense(OPEN) && counter.sense(OK));
        assert_eq!(counter.slips_left(), Some(100));
    }

    #[test]
    fn what_is_kept_goes_on_after_a_restart_even_with_the_paper_at_its_end() {
        let mut before = used(70);
        before.sense(END);
        let mut after = PaperCounter::resume(10, before.kept().clone());
        assert_eq!(after, before);
        assert!(after.sense(OK));
    }
}

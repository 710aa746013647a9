//! What went over a device's line last, for the technician who looks for a fault.
//!
//! A device's task writes here; pages and terminals read. Bounded: the oldest entry makes room.
//! Of a long job only the beginning is kept, so no slip can be read back from it as a whole.

use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Entries that are kept per device.
pub const EXCHANGE_COUNT_MAX: usize = 64;
/// An entry equal to one of this many before it only counts up: the questions and answers of one
/// round of asking a printer are eight.
const REPEAT_DISTANCE_MAX: usize = 16;
/// Bytes of one entry that are kept.
pub const EXCHANGE_BYTE_COUNT_MAX: usize = 96;

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the device.
    Sent,
    /// From the device.
    Received,
}

/// One entry: bytes one way, and what they mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// Which way.
    pub direction: Direction,
    /// The first [`EXCHANGE_BYTE_COUNT_MAX`] bytes.
    pub bytes: Vec<u8>,
    /// How many there were in all.
    pub byte_count: usize,
    /// What they mean: a stable word such as `ask_paper`, which screens translate.
    pub meaning: &'static str,
    /// What is special about these, in the words of the manual such as `cover open, paper end`; may
    /// be empty.
    pub detail: String,
    /// How often exactly this was repeated; 1 for once.
    pub count: u32,
    /// When it was last seen.
    #[serde(skip)]
    pub at: Instant,
}

/// The latest exchanges of one device. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct ExchangeLog {
    entries: Arc<Mutex<VecDeque<Exchange>>>,
}

impl ExchangeLog {
    /// An empty log.
    #[must_use]
    pub fn new() -> ExchangeLog {
        ExchangeLog::default()
    }

    /// Adds what has just gone over the line. An entry equal to one of the latest only counts up
    /// where it stands, so that the questions of every few seconds and their answers do not push
    /// all else out; when each was last seen is in [`Exchange::at`].
    pub fn note(
        &self,
        direction: Direction,
        bytes: &[u8],
        meaning: &'static str,
        detail: impl Into<String>,
    ) {
        let kept = &bytes[..bytes.len().min(EXCHANGE_BYTE_COUNT_MAX)];
        let detail = detail.into();
        let at = Instant::now();
        let mut entries = self.entries();
        let same = entries.iter_mut().rev().take(REPEAT_DISTANCE_MAX).find(|entry| {
            entry.direction == direction
                && entry.byte_count == bytes.len()
                && entry.bytes == kept
                && entry.meaning == meaning
                && entry.detail == detail
        });
        if let Some(entry) = same {
            entry.count = entry.count.saturating_add(1);
            entry.at = at;
            return;
        }
        if entries.len() >= EXCHANGE_COUNT_MAX {
            entries.pop_front();
        }
        let byte_count = bytes.len();
        let bytes = kept.to_vec();
        entries.push_back(Exchange { direction, bytes, byte_count, meaning, detail, count: 1, at });
    }

    /// The entries, oldest first.
    #[must_use]
    pub fn entries_now(&self) -> Vec<Exchange> {
        self.entries().iter().cloned().collect()
    }

    fn entries(&self) -> MutexGuard<'_, VecDeque<Exchange>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_of_every_few_seconds_does_not_push_all_else_out() {
        let log = ExchangeLog::new();
        log.note(Direction::Sent, b"job", "job", "");
        for _ in 0..1000 {
            log.note(Direction::Sent, &[0x10, 4, 1], "ask_printer", "");
            log.note(Direction::Received, &[0x12], "printer_status", "online");
        }
        let entries = log.entries_now();
        assert_eq!(entries.len(), 3);
        assert_eq!((entries[1].count, entries[2].count), (1000, 1000));
    }

    #[test]
    fn the_round_of_questions_to_a_printer_that_is_held_up_leaves_the_job_in_sight() {
        let log = ExchangeLog::new();
        log.note(Direction::Sent, b"job", "job", "job 7");
        for _ in 0..100 {
            for question in 1..=4 {
                log.note(Direction::Sent, &[0x10, 4, question], "ask", "");
                log.note(Direction::Received, &[0x12], "answer", format!("{question}"));
            }
        }
        let entries = log.entries_now();
        assert_eq!((entries.len(), entries[0].meaning), (9, "job"));
        assert!(entries[1..].iter().all(|entry| entry.count == 100));
    }

    #[test]
    fn a_log_keeps_the_latest_entries_and_the_beginning_of_long_ones() {
        let log = ExchangeLog::new();
        for number in 0..100_u8 {
            log.note(Direction::Sent, &[number; 200], "job", "");
        }
        let entries = log.entries_now();
        assert_eq!(entries.len(), EXCHANGE_COUNT_MAX);
        assert_eq!(entries.last().map(|entry| entry.bytes.clone()), Some(vec![99; 96]));
        assert_eq!(entries.last().map(|entry| entry.byte_count), Some(200));
    }
}

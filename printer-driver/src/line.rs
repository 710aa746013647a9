//! The line to a small device: opened, read, written, counted and logged.
//!
//! Bells, panels, buttons and scanners share this. A line that has gone reads as nothing forever;
//! here that is an end, so that no task spins on it. [`LineCounts`] shows that.

use crate::device::Address;
use crate::exchange::{Direction, ExchangeLog};
use crate::transport::{self, Backoff, Link};
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

/// How often a device's line has been tried, opened and read. Clones share the counters.
#[derive(Clone, Debug, Default)]
pub struct LineCounts(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    attempts: AtomicU64,
    opened: AtomicU64,
    reads: AtomicU64,
}

/// [`LineCounts`] at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LineCount {
    /// Attempts to open the line.
    pub attempts: u64,
    /// Attempts that succeeded; more than one means that the device went and came back.
    pub opened: u64,
    /// Reads that ended, with bytes or with the loss of the line.
    pub reads: u64,
}

impl LineCounts {
    /// The counters now.
    #[must_use]
    pub fn now(&self) -> LineCount {
        LineCount {
            attempts: self.0.attempts.load(Ordering::Relaxed),
            opened: self.0.opened.load(Ordering::Relaxed),
            reads: self.0.reads.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn attempted(&self) {
        self.0.attempts.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn opened(&self) {
        self.0.opened.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) {
        self.0.reads.fetch_add(1, Ordering::Relaxed);
    }
}

/// The line has gone, in the system's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gone(pub(crate) String);

/// Why bytes did not leave.
#[derive(Debug)]
pub(crate) enum WriteEnd {
    Gone(Gone),
    /// The other end takes nothing.
    Stuck,
}

/// An open line.
pub(crate) struct Line {
    link: Box<dyn Link>,
    counts: LineCounts,
    log: ExchangeLog,
}

impl Line {
    /// Opens `address`; what goes over it is noted in `log` by the callers.
    pub(crate) async fn open(
        address: &Address,
        counts: &LineCounts,
        log: &ExchangeLog,
    ) -> Result<Line, Gone> {
        counts.attempted();
        let link = transport::open(address).await.map_err(|error| Gone(error.to_string()))?;
        counts.opened();
        Ok(Line { link, counts: counts.clone(), log: log.clone() })
    }

    /// Waits for bytes; at least one. May be dropped while waiting.
    pub(crate) async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Gone> {
        let read = self.link.read(buffer).await;
        self.counts.read();
        match read {
            Ok(0) => Err(Gone("the device has gone".to_owned())),
            Ok(count) => Ok(count),
            Err(error) => Err(Gone(error.to_string())),
        }
    }

    /// Hands `bytes` to the system, noted in the log with their meaning.
    pub(crate) async fn write(
        &mut self,
        bytes: &[u8],
        meaning: &'static str,
        within: Duration,
    ) -> Result<(), WriteEnd> {
        self.log.note(Direction::Sent, bytes, meaning, "");
        let written = async {
            self.link.write_all(bytes).await?;
            self.link.flush().await
        };
        match tokio::time::timeout(within, written).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(WriteEnd::Gone(Gone(error.to_string()))),
            Err(_) => Err(WriteEnd::Stuck),
        }
    }

    /// Takes away what has already arrived: it answers no question still to be asked.
    pub(crate) async fn drain(&mut self) -> Result<(), Gone> {
        let mut buffer = [0; 64];
        // Bounded, so that a device that never stops talking does not hold its task here.
        for _ in 0..64 {
            match tokio::time::timeout(Duration::ZERO, self.read(&mut buffer)).await {
                Ok(Ok(count)) => self.unasked(&buffer[..count]),
                Ok(Err(gone)) => return Err(gone),
                Err(_) => return Ok(()),
            }
        }
        Ok(())
    }

    /// Notes what the device said without being asked.
    pub(crate) fn unasked(&self, bytes: &[u8]) {
        self.log.note(Direction::Received, bytes, "unasked", "");
    }

    /// Notes an answer.
    pub(crate) fn heard(&self, bytes: &[u8], meaning: &'static str, detail: &str) {
        self.log.note(Direction::Received, bytes, meaning, detail);
    }

    /// The log of the line.
    pub(crate) fn log(&self) -> &ExchangeLog {
        &self.log
    }

    /// Throws away what has not left: an order that is late must not be obeyed later.
    pub(crate) fn discard_unsent(&mut self) {
        self.link.discard_unsent();
    }
}

/// When to try to open a line again: from 0.5 s, doubled up to the limit. The time that an attempt
/// itself took is part of the wait, so that a device is back within 5 s of its return even where
/// connecting to an absent one takes long.
#[derive(Debug)]
pub(crate) struct Reopening {
    backoff: Backoff,
    first: Duration,
    tried_at: Instant,
}

impl Reopening {
    pub(crate) fn new(first: Duration, limit: Duration) -> Reopening {
        Reopening { backoff: Backoff::new(first, limit), first, tried_at: Instant::now() }
    }

    /// An attempt begins.
    pub(crate) fn trying(&mut self) {
        self.tried_at = Instant::now();
    }

    /// The device has answered: the next loss is tried soon.
    pub(crate) fn succeeded(&mut self) {
        self.backoff.reset();
    }

    /// When the next attempt is due, at least the first wait from now.
    pub(crate) fn next(&mut self) -> Instant {
        let step = self.backoff.step();
        (self.tried_at + step).max(Instant::now() + self.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_tried_again_within_the_limit_however_long_it_has_been_gone() {
        let (first, limit) = (Duration::from_millis(500), Duration::from_secs(3));
        let mut reopening = Reopening::new(first, limit);
        for _ in 0..1000 {
            reopening.trying();
            let before = Instant::now();
            let next = reopening.next();
            assert!(next >= before + first, "not at once");
            assert!(next <= Instant::now() + limit, "within the limit");
        }
        // An attempt that took as long as the wait itself is followed by the first wait.
        reopening.tried_at = Instant::now() - limit;
        assert!(reopening.next() <= Instant::now() + first);
    }
}

//! Bells: a relay that closes for a moment, on a serial line.
//!
//! The universal bell is a volt-free contact pulsed by a relay board; which chime hangs on it is
//! wiring. The task that owns the board switches the relay off when it starts, when it stops, and
//! whenever the board comes back after a loss, so a bell never goes on ringing because of this
//! program. Who is to be rung for what, and what happens when nobody comes, is the caller's
//! business.

pub mod frame;

use crate::device::BellUrl;
use crate::transport::{self, Backoff, Link};
use frame::Relay;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

/// Most pulses in one pattern; more is an alarm, not a summons.
pub const PULSE_COUNT_MAX: usize = 10;
/// Longest pulse or gap in milliseconds.
pub const PULSE_MS_MAX: u32 = 10_000;
/// Shortest pulse or gap in milliseconds; a mechanical relay needs about 10.
pub const PULSE_MS_MIN: u32 = 50;
/// Rings that may wait for one board.
const QUEUE_LENGTH_MAX: usize = 8;

/// One closing of the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulse {
    /// How long it rings, [`PULSE_MS_MIN`] to [`PULSE_MS_MAX`].
    pub on_ms: u32,
    /// How long it rests afterwards, in the same range.
    pub off_ms: u32,
}

/// How a bell rings: one or several pulses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Pulse>", into = "Vec<Pulse>")]
pub struct Pattern(Vec<Pulse>);

impl Pattern {
    /// A pattern of these pulses.
    ///
    /// # Errors
    ///
    /// [`PatternError`] when there are none or too many, or one is too short or too long.
    pub fn new(pulses: Vec<Pulse>) -> Result<Pattern, PatternError> {
        if pulses.is_empty() || pulses.len() > PULSE_COUNT_MAX {
            return Err(PatternError::Count { count: pulses.len() });
        }
        for pulse in &pulses {
            for ms in [pulse.on_ms, pulse.off_ms] {
                if !(PULSE_MS_MIN..=PULSE_MS_MAX).contains(&ms) {
                    return Err(PatternError::Length { ms });
                }
            }
        }
        Ok(Pattern(pulses))
    }

    /// The pulses in order.
    #[must_use]
    pub fn pulses(&self) -> &[Pulse] {
        &self.0
    }
}

impl Default for Pattern {
    /// One ring of 0.7 s.
    fn default() -> Pattern {
        Pattern(vec![Pulse { on_ms: 700, off_ms: 300 }])
    }
}

impl TryFrom<Vec<Pulse>> for Pattern {
    type Error = PatternError;

    fn try_from(pulses: Vec<Pulse>) -> Result<Pattern, PatternError> {
        Pattern::new(pulses)
    }
}

impl From<Pattern> for Vec<Pulse> {
    fn from(pattern: Pattern) -> Vec<Pulse> {
        pattern.0
    }
}

/// Why a pattern cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// None or too many pulses.
    #[error("use a pattern of {count} pulses, expected 1 to {PULSE_COUNT_MAX}")]
    Count {
        /// How many.
        count: usize,
    },
    /// A pulse or gap is too short or too long.
    #[error("use a pulse or gap of {ms} ms, expected {PULSE_MS_MIN} to {PULSE_MS_MAX}")]
    Length {
        /// How long.
        ms: u32,
    },
}

/// Whether a bell can ring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum BellStatus {
    /// The board is not there; looked for again by itself.
    Absent {
        /// What the system said.
        reason: String,
    },
    /// The board is there but does not repeat its orders, as it should.
    Silent,
    /// The relay is off and the board takes orders.
    Ready,
    /// The relay is on, or between two pulses.
    Ringing,
}

/// Why a bell did not ring to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BellError {
    /// The board is not there.
    #[error("ring the bell: its relay board is absent")]
    Absent,
    /// The board did not confirm an order.
    #[error("ring the bell: its relay board does not answer")]
    Silent,
    /// Too many rings wait already.
    #[error("ring the bell: {QUEUE_LENGTH_MAX} rings wait already")]
    Busy,
    /// The bell was stopped.
    #[error("ring the bell: it has been stopped")]
    Stopped,
}

/// How long to wait for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BellTiming {
    /// For the echo of an order; sent twice before the board counts as silent.
    pub echo: Duration,
    /// First wait before reopening the line.
    pub reopen_first: Duration,
    /// Longest wait before reopening the line.
    pub reopen_limit: Duration,
}

impl Default for BellTiming {
    fn default() -> BellTiming {
        BellTiming {
            echo: Duration::from_millis(300),
            reopen_first: Duration::from_millis(500),
            reopen_limit: Duration::from_secs(5),
        }
    }
}

enum Command {
    Ring { pattern: Pattern, answer: oneshot::Sender<Result<(), BellError>> },
    Stop { done: oneshot::Sender<()> },
}

/// A handle to the task that owns one relay channel. Clones share it; the relay is switched off
/// when all are gone or after [`Bell::stop`].
#[derive(Clone, Debug)]
pub struct Bell {
    commands: mpsc::Sender<Command>,
    status: watch::Receiver<BellStatus>,
}

impl Bell {
    /// Starts the task on the current tokio runtime. An absent board is a condition.
    #[must_use]
    pub fn spawn(url: BellUrl, timing: BellTiming) -> Bell {
        let (commands, inbox) = mpsc::channel(QUEUE_LENGTH_MAX);
        let absent = BellStatus::Absent { reason: "not opened yet".to_owned() };
        let (sender, status) = watch::channel(absent);
        let task = Task { url, timing, inbox, status: sender, stopping: None, abandoned: false };
        tokio::spawn(task.run());
        Bell { commands, status }
    }

    /// Follows whether it can ring.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<BellStatus> {
        self.status.clone()
    }

    /// Rings `pattern` and returns when it has ended.
    ///
    /// # Errors
    ///
    /// [`BellError`]; at once when the board is absent, because a bell that rings minutes late
    /// summons nobody.
    pub async fn ring(&self, pattern: Pattern) -> Result<(), BellError> {
        let (answer, answered) = oneshot::channel();
        self.commands.try_send(Command::Ring { pattern, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => BellError::Busy,
            mpsc::error::TrySendError::Closed(_) => BellError::Stopped,
        })?;
        answered.await.unwrap_or(Err(BellError::Stopped))
    }

    /// Switches the relay off and ends the task, breaking off a ring.
    pub async fn stop(self) {
        let (done, ended) = oneshot::channel();
        if self.commands.send(Command::Stop { done }).await.is_ok() {
            // An error means that the task had already ended.
            let _ = ended.await;
        }
    }
}

/// Why a session on the line is over.
enum End {
    Lost { reason: String },
    Silent,
    Stopped,
}

struct Task {
    url: BellUrl,
    timing: BellTiming,
    inbox: mpsc::Receiver<Command>,
    status: watch::Sender<BellStatus>,
    stopping: Option<oneshot::Sender<()>>,
    abandoned: bool,
}

impl Task {
    async fn run(mut self) {
        let mut backoff = Backoff::new(self.timing.reopen_first, self.timing.reopen_limit);
        while !self.should_stop() {
            let status = match transport::open(&self.url.address).await {
                Ok(link) => match self.serve(link, &mut backoff).await {
                    End::Stopped => break,
                    End::Silent => BellStatus::Silent,
                    End::Lost { reason } => BellStatus::Absent { reason },
                },
                Err(error) => BellStatus::Absent { reason: error.to_string() },
            };
            let refusal = match &status {
                BellStatus::Silent => BellError::Silent,
                BellStatus::Absent { .. } | BellStatus::Ready | BellStatus::Ringing => {
                    BellError::Absent
                }
            };
            self.publish(status);
            self.refuse_for(backoff.step(), refusal).await;
        }
        if let Some(done) = self.stopping.take() {
            // Whoever asked may have stopped waiting.
            let _ = done.send(());
        }
    }

    fn should_stop(&self) -> bool {
        self.abandoned || self.stopping.is_some()
    }

    fn publish(&self, status: BellStatus) {
        self.status.send_if_modified(|current| {
            let changed = *current != status;
            if changed && !matches!(status, BellStatus::Ready | BellStatus::Ringing) {
                tracing::warn!(bell.address = %self.url.address, ?status, "a bell is down");
            }
            *current = status;
            changed
        });
    }

    /// Answers every ring with `refusal` until `wait` is over.
    async fn refuse_for(&mut self, wait: Duration, refusal: BellError) {
        let until = Instant::now() + wait;
        while !self.should_stop() {
            tokio::select! {
                command = self.inbox.recv() => {
                    if let Some((_, answer)) = self.take(command) {
                        let _ = answer.send(Err(refusal));
                    }
                }
                () = tokio::time::sleep_until(until) => return,
            }
        }
    }

    /// Takes a command in; a ring is the caller's to answer.
    fn take(
        &mut self,
        command: Option<Command>,
    ) -> Option<(Pattern, oneshot::Sender<Result<(), BellError>>)> {
        match command {
            None => self.abandoned = true,
            Some(Command::Stop { done }) => self.stopping = Some(done),
            Some(Command::Ring { pattern, answer }) => return Some((pattern, answer)),
        }
        None
    }

    async fn serve(&mut self, link: Box<dyn Link>, backoff: &mut Backoff) -> End {
        let (reader, writer) = tokio::io::split(link);
        let mut line = Line { url: self.url.clone(), timing: self.timing, reader, writer };
        let end = match self.serve_line(&mut line, backoff).await {
            Ok(never) => match never {},
            Err(end) => end,
        };
        if !matches!(end, End::Stopped) {
            // An order to ring that has not left must not ring later.
            line.reader.unsplit(line.writer).discard_unsent();
        }
        end
    }

    async fn serve_line(
        &mut self,
        line: &mut Line,
        backoff: &mut Backoff,
    ) -> Result<Infallible, End> {
        line.switch(Relay::Off).await?;
        backoff.reset();
        loop {
            self.publish(BellStatus::Ready);
            if self.should_stop() {
                line.switch(Relay::Off).await?;
                return Err(End::Stopped);
            }
            let command = tokio::select! {
                command = self.inbox.recv() => command,
                lost = line.lost() => return Err(lost),
            };
            let Some((pattern, answer)) = self.take(command) else { continue };
            self.publish(BellStatus::Ringing);
            let rung = self.ring(line, &pattern).await;
            // Whoever rang may have stopped waiting.
            let _ = answer.send(match &rung {
                Ok(()) if self.should_stop() => Err(BellError::Stopped),
                Ok(()) => Ok(()),
                Err(End::Lost { .. }) => Err(BellError::Absent),
                Err(End::Silent) => Err(BellError::Silent),
                Err(End::Stopped) => Err(BellError::Stopped),
            });
            rung?;
        }
    }

    /// Rings until the end of the pattern, or until stopped; the relay is off afterwards.
    async fn ring(&mut self, line: &mut Line, pattern: &Pattern) -> Result<(), End> {
        for pulse in pattern.pulses() {
            line.switch(Relay::On).await?;
            let rung = self.rest(line, pulse.on_ms).await;
            line.switch(Relay::Off).await?;
            rung?;
            self.rest(line, pulse.off_ms).await?;
            if self.should_stop() {
                break;
            }
        }
        Ok(())
    }

    /// Waits so many milliseconds, less when stopped. Rings that come meanwhile join the one that
    /// is ringing: they are answered as if they had rung.
    async fn rest(&mut self, line: &mut Line, ms: u32) -> Result<(), End> {
        let until = Instant::now() + Duration::from_millis(u64::from(ms));
        while !self.should_stop() {
            tokio::select! {
                lost = line.lost() => return Err(lost),
                command = self.inbox.recv() => {
                    if let Some((_, answer)) = self.take(command) {
                        let _ = answer.send(Ok(()));
                    }
                }
                () = tokio::time::sleep_until(until) => break,
            }
        }
        Ok(())
    }
}

/// An open line to a relay board.
struct Line {
    url: BellUrl,
    timing: BellTiming,
    reader: ReadHalf<Box<dyn Link>>,
    writer: WriteHalf<Box<dyn Link>>,
}

impl Line {
    /// Sends an order and, where the board repeats it, waits for that; twice at most.
    async fn switch(&mut self, relay: Relay) -> Result<(), End> {
        let order = frame::switch(self.url.driver, self.url.channel, relay);
        for _attempt in 0..2 {
            self.write(&order).await?;
            if !frame::is_echoed(self.url.driver) {
                return Ok(());
            }
            match tokio::time::timeout(self.timing.echo, self.read_echo(&order)).await {
                Ok(echoed) => return echoed,
                Err(_) => continue,
            }
        }
        Err(End::Silent)
    }

    async fn write(&mut self, order: &[u8]) -> Result<(), End> {
        let written = async {
            self.writer.write_all(order).await?;
            self.writer.flush().await
        };
        match tokio::time::timeout(self.timing.echo, written).await {
            Ok(written) => written.map_err(|error| End::Lost { reason: error.to_string() }),
            Err(_) => Err(End::Silent),
        }
    }

    /// Reads until the order has come back, whatever stands before it.
    async fn read_echo(&mut self, order: &[u8]) -> Result<(), End> {
        let mut heard = Vec::new();
        while !heard.ends_with(order) {
            let byte = self
                .reader
                .read_u8()
                .await
                .map_err(|error| End::Lost { reason: error.to_string() })?;
            heard.push(byte);
        }
        Ok(())
    }

    /// Ends when the board has gone; what it says unasked is dropped.
    async fn lost(&mut self) -> End {
        let mut buffer = [0; 64];
        loop {
            match self.reader.read(&mut buffer).await {
                Ok(0) => return End::Lost { reason: "the device has gone".to_owned() },
                Ok(_) => {}
                Err(error) => return End::Lost { reason: error.to_string() },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_a_few_pulses_of_sane_length() {
        let pulse = |on_ms| Pulse { on_ms, off_ms: 100 };
        assert!(Pattern::new(vec![pulse(50); 10]).is_ok());
        assert_eq!(Pattern::new(vec![]), Err(PatternError::Count { count: 0 }));
        assert_eq!(Pattern::new(vec![pulse(50); 11]), Err(PatternError::Count { count: 11 }));
        assert_eq!(Pattern::new(vec![pulse(49)]), Err(PatternError::Length { ms: 49 }));
        assert_eq!(Pattern::new(vec![pulse(10_001)]), Err(PatternError::Length { ms: 10_001 }));
        assert!(serde_json::from_str::<Pattern>("[{\"on_ms\":1,\"off_ms\":100}]").is_err());
    }
}

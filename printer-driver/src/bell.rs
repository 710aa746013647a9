//! Bells: a relay that closes for a moment, or a signal tower that sounds, on a serial line or LAN.
//!
//! The universal bell is a volt-free contact pulsed by a relay board; which chime hangs on it is
//! wiring. One task owns a board, however many bells are its outputs. It switches each bell off
//! when it starts, when it stops, and whenever the board comes back after a loss or a silence, so
//! a bell never goes on ringing because of this program. A board that answers is asked now and
//! then also while nobody rings, so that its silence is known before it matters. Who is to be
//! rung for what, and what happens when nobody comes, is the caller's business.
//!
//! ```no_run
//! # use printer_driver::bell::{Bell, BellTiming};
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! // Two channels of one board, and a tower: two lines, two tasks, three handles in this order.
//! let urls = vec![
//!     "serial:/dev/call-bell?driver=lcus&channel=1".parse()?,
//!     "serial:/dev/call-bell?driver=lcus&channel=2&pattern=300/200&repeat=3".parse()?,
//!     "tcp:192.0.2.9?driver=patlite-nhl-pns&lamps=red-flash&buzzer=1".parse()?,
//! ];
//! let bells = Bell::spawn_all(urls, BellTiming::default())?;
//! bells[1].ring(bells[1].pattern().clone()).await?;
//! for bell in bells {
//!     bell.stop().await;
//! }
//! # Ok(())
//! # }
//! ```

mod board;
pub mod frame;
mod pattern;

use crate::device::{Address, BellUrl};
use crate::exchange::ExchangeLog;
use crate::line::LineCounts;
pub use pattern::{PULSE_COUNT_MAX, PULSE_MS_MAX, PULSE_MS_MIN, Pattern, PatternError, Pulse};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// Rings that may wait for one board, and that may join one ring.
const QUEUE_LENGTH_MAX: usize = 8;

/// Whether a bell can ring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum BellStatus {
    /// The board is not there; looked for again by itself.
    Absent {
        /// What the system said.
        reason: String,
    },
    /// The board is there but does not answer its orders, as it should.
    Silent,
    /// The board answers that it does not obey: a wrong channel, or it is set up otherwise.
    Refusing,
    /// The relay is off and the board takes orders.
    Ready,
    /// The relay is on, or between two pulses.
    Ringing,
}

/// Why a bell did not ring to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BellError {
    /// The board is not there.
    #[error("ring the bell: its board is absent")]
    Absent,
    /// The board did not confirm an order.
    #[error("ring the bell: its board does not answer")]
    Silent,
    /// The board answered that it does not obey.
    #[error("ring the bell: its board refuses the order")]
    Refused,
    /// Too many rings wait already.
    #[error("ring the bell: {QUEUE_LENGTH_MAX} rings wait already")]
    Busy,
    /// The bell was stopped.
    #[error("ring the bell: it has been stopped")]
    Stopped,
}

/// Two bells on one line that cannot be served together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("open {address} for several bells, expected the same baud and flow for each of them")]
pub struct SharedLineError {
    /// The line.
    pub address: String,
}

/// How long to wait for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BellTiming {
    /// For the answer to an order; sent twice before the board counts as silent.
    pub echo: Duration,
    /// Between two questions to a board that answers, while nobody rings.
    pub check: Duration,
    /// First wait before reopening the line, or asking a silent board again.
    pub reopen_first: Duration,
    /// Longest such wait; a board is back within this and what opening takes.
    pub reopen_limit: Duration,
}

impl Default for BellTiming {
    fn default() -> BellTiming {
        BellTiming {
            echo: Duration::from_millis(300),
            check: Duration::from_secs(30),
            reopen_first: Duration::from_millis(500),
            reopen_limit: Duration::from_secs(3),
        }
    }
}

type RingAnswer = oneshot::Sender<Result<(), BellError>>;

/// What a handle asks of the task; `bell` counts the bells of one board.
enum Command {
    Ring { bell: usize, pattern: Pattern, answer: RingAnswer },
    Stop { bell: usize, done: oneshot::Sender<()> },
}

/// A handle to one bell of the task that owns its board. Clones share it; every bell of the board
/// is switched off when all handles to the board are gone, this one after [`Bell::stop`].
#[derive(Clone, Debug)]
pub struct Bell {
    bell: usize,
    pattern: Pattern,
    commands: mpsc::Sender<Command>,
    status: watch::Receiver<BellStatus>,
    log: ExchangeLog,
    counts: LineCounts,
}

impl Bell {
    /// Starts the task of a board with one bell on the current tokio runtime. An absent board is
    /// a condition.
    #[must_use]
    pub fn spawn(url: BellUrl, timing: BellTiming) -> Bell {
        Bell::spawn_board(vec![url], timing).remove(0)
    }

    /// Starts one task for each line among `urls`; the handles are in the order of `urls`. A
    /// serial line cannot be opened twice, so bells of one board must be spawned together.
    ///
    /// # Errors
    ///
    /// [`SharedLineError`] when two bells are on one line with different baud or flow.
    pub fn spawn_all(urls: Vec<BellUrl>, timing: BellTiming) -> Result<Vec<Bell>, SharedLineError> {
        let addresses: Vec<&Address> = urls.iter().map(|url| &url.address).collect();
        let lines = by_line(&addresses)?;
        let mut bells: Vec<Option<Bell>> = urls.iter().map(|_| None).collect();
        for line in lines {
            let of_line = line.iter().map(|index| urls[*index].clone()).collect();
            for (index, bell) in line.iter().zip(Bell::spawn_board(of_line, timing)) {
                bells[*index] = Some(bell);
            }
        }
        Ok(bells.into_iter().flatten().collect())
    }

    /// Starts one task for `urls`, which are all on one line.
    fn spawn_board(urls: Vec<BellUrl>, timing: BellTiming) -> Vec<Bell> {
        let (commands, inbox) = mpsc::channel(QUEUE_LENGTH_MAX);
        let log = ExchangeLog::new();
        let counts = LineCounts::default();
        let mut bells = Vec::new();
        let mut outputs = Vec::new();
        for (bell, url) in urls.into_iter().enumerate() {
            let absent = BellStatus::Absent { reason: "not opened yet".to_owned() };
            let (sender, status) = watch::channel(absent);
            let commands = commands.clone();
            let (log, counts) = (log.clone(), counts.clone());
            bells.push(Bell { bell, pattern: url.pattern.clone(), commands, status, log, counts });
            outputs.push((url, sender));
        }
        tokio::spawn(board::Board::new(outputs, timing, inbox, log, counts).run());
        bells
    }

    /// Follows whether it can ring.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<BellStatus> {
        self.status.clone()
    }

    /// How it rings according to its URL.
    #[must_use]
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// What went over the board's line last; shared by all bells of the board. Meanings:
    /// `open_line`, `switch_on`, `switch_on_for`, `switch_off`, `close_line`, `accepted`,
    /// `refused`, `unasked`.
    #[must_use]
    pub fn exchanges(&self) -> ExchangeLog {
        self.log.clone()
    }

    /// How often the board's line was opened and read.
    #[must_use]
    pub fn counts(&self) -> LineCounts {
        self.counts.clone()
    }

    /// Rings `pattern` and returns when it has ended; usually [`Bell::pattern`]. A ring that comes
    /// while it rings already joins that one.
    ///
    /// # Errors
    ///
    /// [`BellError`]; at once when the board is absent, because a bell that rings minutes late
    /// summons nobody.
    pub async fn ring(&self, pattern: Pattern) -> Result<(), BellError> {
        let (answer, answered) = oneshot::channel();
        let command = Command::Ring { bell: self.bell, pattern, answer };
        self.commands.try_send(command).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => BellError::Busy,
            mpsc::error::TrySendError::Closed(_) => BellError::Stopped,
        })?;
        answered.await.unwrap_or(Err(BellError::Stopped))
    }

    /// Switches the bell off for good, breaking off a ring, and returns when that has been done, or
    /// the board is absent or does not answer. The task ends with the last bell of its board.
    pub async fn stop(self) {
        let (done, ended) = oneshot::channel();
        if self.commands.send(Command::Stop { bell: self.bell, done }).await.is_ok() {
            // An error means that the task had already ended.
            let _ = ended.await;
        }
    }
}

/// Groups addresses by the line they name, as indices, in the order of their first.
///
/// # Errors
///
/// [`SharedLineError`] when one line is given with different settings.
pub(crate) fn by_line(addresses: &[&Address]) -> Result<Vec<Vec<usize>>, SharedLineError> {
    let mut lines: Vec<Vec<usize>> = Vec::new();
    for (index, address) in addresses.iter().enumerate() {
        match lines.iter_mut().find(|line| addresses[line[0]].is_same_line(address)) {
            Some(line) if addresses[line[0]] == *address => line.push(index),
            Some(_) => return Err(SharedLineError { address: address.to_string() }),
            None => lines.push(vec![index]),
        }
    }
    Ok(lines)
}

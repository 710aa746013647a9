//! QR scanners: on a serial line, or as a keyboard.
//!
//! A code is handed on as its text; what it means is the caller's business. It may be the secret
//! of somebody's visit, so it is never logged: the log of the line keeps its first characters.
//!
//! ```no_run
//! # use printer_driver::scanner::Scanner;
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let url = "serial:/dev/scanner?baud=9600&trigger=denso".parse()?;
//! let (scanner, mut scans) = Scanner::spawn(url, Default::default());
//! while let Some(scan) = scans.recv().await {
//!     assert!(!scan.text.is_empty());
//! }
//! # Ok(())
//! # }
//! ```

use crate::device::{ScannerTrigger, ScannerUrl};
use crate::exchange::ExchangeLog;
use crate::input::keyboard::{KeyEvent, Shift, Stroke};
use crate::input::text::{Ended, TextReader};
use crate::input::{Commands, Finding, Input, Reader};
pub use crate::input::{InputCount, InputStatus, InputTiming};
use crate::line::LineCounts;
use std::fmt;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// A code has been read.
#[derive(Clone, PartialEq, Eq)]
pub struct Scan {
    /// Its text: printable ASCII, at most the URL's `length_max`.
    pub text: String,
    /// When it was read.
    pub at: Instant,
}

impl fmt::Debug for Scan {
    /// Without the text, which may be a secret.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Scan").field("length", &self.text.len()).finish_non_exhaustive()
    }
}

/// A handle to the task that owns a scanner. Clones share it; the device is let go by
/// [`Scanner::stop`], or when the receiver of scans is dropped, or with the last handle.
#[derive(Clone, Debug)]
pub struct Scanner {
    input: Input,
}

impl Scanner {
    /// Starts the task on the current tokio runtime; codes come out of the receiver, of which 32
    /// may wait. An absent device is a condition.
    #[must_use]
    pub fn spawn(url: ScannerUrl, timing: InputTiming) -> (Scanner, mpsc::Receiver<Scan>) {
        let address = url.address.clone();
        let (input, scans) = Input::spawn(address, ScanReader::new(url), timing);
        (Scanner { input }, scans)
    }

    /// Follows whether the device is there.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<InputStatus> {
        self.input.status()
    }

    /// What it did so far.
    #[must_use]
    pub fn count(&self) -> InputCount {
        self.input.count()
    }

    /// What went over its line last, codes masked. Meanings: `scanned`, `command`.
    #[must_use]
    pub fn exchanges(&self) -> ExchangeLog {
        self.input.exchanges()
    }

    /// How often its line was opened and read.
    #[must_use]
    pub fn counts(&self) -> LineCounts {
        self.input.counts()
    }

    /// Lets the device go, after sending it to standby where it takes commands.
    pub async fn stop(self) {
        self.input.stop().await;
    }
}

struct ScanReader {
    url: ScannerUrl,
    text: TextReader,
    shift: Shift,
    /// The latest code, and when it was heard last, whether it counted or not.
    last: Option<(String, Instant)>,
}

impl ScanReader {
    fn new(url: ScannerUrl) -> ScanReader {
        let text = TextReader::new(usize::from(url.length_max));
        ScanReader { url, text, shift: Shift::default(), last: None }
    }

    fn ended(&mut self, ended: Ended, at: Instant) -> Finding<Scan> {
        let Ended::Text(text) = ended else { return Finding::Noise };
        let last = self.last.replace((text.clone(), at));
        let is_repeat =
            |(known, before): (String, Instant)| known == text && at - before < self.url.repeat;
        if last.is_some_and(is_repeat) {
            return Finding::Repeated;
        }
        Finding::Taken(Scan { text, at })
    }
}

impl Reader for ScanReader {
    type Found = Scan;
    const IS_SECRET: bool = true;
    const MEANING: &'static str = "scanned";

    fn byte(&mut self, byte: u8, now: Instant) -> Option<Finding<Scan>> {
        let ended = self.text.feed(byte)?;
        Some(self.ended(ended, now))
    }

    fn key(&mut self, event: KeyEvent, now: Instant) -> Option<Finding<Scan>> {
        let ended = match self.shift.stroke(event)? {
            Stroke::Character(character) => self.text.feed(character)?,
            Stroke::End => self.text.end()?,
            Stroke::Other => {
                self.text.spoil();
                return None;
            }
        };
        Some(self.ended(ended, now))
    }

    fn idle(&self) -> Option<Duration> {
        self.text.is_begun().then_some(self.url.idle)
    }

    fn break_off(&mut self) -> Option<Finding<Scan>> {
        self.shift = Shift::default();
        self.text.break_off().map(|_| Finding::Noise)
    }

    fn commands(&self) -> Option<Commands> {
        match self.url.trigger {
            ScannerTrigger::Own => None,
            ScannerTrigger::Denso => Some(Commands { open: b"R", close: b"Z" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_left_under_the_scanner_is_read_once_and_another_at_once() {
        let mut reader = ScanReader::new("virtual:s".parse().unwrap());
        let start = Instant::now();
        let mut taken = Vec::new();
        for (at_ms, line) in
            [(0, "A"), (500, "A"), (2000, "A"), (3900, "A"), (4000, "B"), (4100, "A"), (6200, "A")]
        {
            for byte in line.bytes().chain([b'\r']) {
                let at = start + Duration::from_millis(at_ms);
                if let Some(Finding::Taken(scan)) = reader.byte(byte, at) {
                    taken.push((at_ms, scan.text));
                }
            }
        }
        let text = |text: &str| text.to_owned();
        assert_eq!(
            taken,
            [(0, text("A")), (4000, text("B")), (4100, text("A")), (6200, text("A"))]
        );
    }

    #[test]
    fn a_code_never_stands_in_a_log() {
        let scan = Scan { text: "secret".to_owned(), at: Instant::now() };
        assert!(!format!("{scan:?}").contains("secret"));
    }
}

//! Panels of buttons: a box that sends lines over a serial line, or a keypad.
//!
//! A press is the number of a button; what it does is the caller's business. Contacts bounce and
//! people hold keys down: a button that is heard again within its guard time counts once.
//!
//! ```no_run
//! # use printer_driver::button::Buttons;
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let url = "hid:/dev/input/by-id/usb-keypad-event-kbd?keys=1,2,Enter".parse()?;
//! let (buttons, mut presses) = Buttons::spawn(url, Default::default());
//! while let Some(press) = presses.recv().await {
//!     assert!(press.button >= 1);
//! }
//! # Ok(())
//! # }
//! ```

use crate::device::ButtonUrl;
use crate::exchange::ExchangeLog;
use crate::input::keyboard::KeyEvent;
use crate::input::text::{Ended, TextReader};
use crate::input::{Finding, Input, Reader};
pub use crate::input::{InputCount, InputStatus, InputTiming};
use crate::line::LineCounts;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// A line that stops so long in the middle is dropped.
const IDLE: Duration = Duration::from_millis(200);
/// Longest line of a panel.
const LINE_LENGTH_MAX: usize = 64;

/// Somebody has pressed a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press {
    /// Which, from 1.
    pub button: u8,
    /// When it was read.
    pub at: Instant,
}

/// A handle to the task that owns a panel of buttons. Clones share it; the device is let go by
/// [`Buttons::stop`], or when the receiver of presses is dropped, or with the last handle.
#[derive(Clone, Debug)]
pub struct Buttons {
    input: Input,
}

impl Buttons {
    /// Starts the task on the current tokio runtime; presses come out of the receiver, of which
    /// 32 may wait. An absent device is a condition.
    #[must_use]
    pub fn spawn(url: ButtonUrl, timing: InputTiming) -> (Buttons, mpsc::Receiver<Press>) {
        let address = url.address.clone();
        let (input, presses) = Input::spawn(address, ButtonReader::new(url), timing);
        (Buttons { input }, presses)
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

    /// What came over its line last. Meanings: `button_line`, `key_pressed`.
    #[must_use]
    pub fn exchanges(&self) -> ExchangeLog {
        self.input.exchanges()
    }

    /// How often its line was opened and read.
    #[must_use]
    pub fn counts(&self) -> LineCounts {
        self.input.counts()
    }

    /// Lets the device go.
    pub async fn stop(self) {
        self.input.stop().await;
    }
}

#[derive(Debug)]
struct ButtonReader {
    url: ButtonUrl,
    line: TextReader,
    /// When each button was heard last, whether it counted or not.
    heard: BTreeMap<u8, Instant>,
}

impl ButtonReader {
    fn new(url: ButtonUrl) -> ButtonReader {
        ButtonReader { url, line: TextReader::new(LINE_LENGTH_MAX), heard: BTreeMap::new() }
    }

    fn press(&mut self, button: u8, at: Instant) -> Finding<Press> {
        let before = self.heard.insert(button, at);
        if before.is_some_and(|before| at - before < self.url.guard) {
            return Finding::Repeated;
        }
        Finding::Taken(Press { button, at })
    }

    fn ended(&mut self, ended: Ended, now: Instant) -> Finding<Press> {
        let Ended::Text(text) = ended else { return Finding::Noise };
        let number = text.strip_prefix(self.url.prefix.as_str());
        let is_plain = |number: &&str| number.bytes().all(|byte| byte.is_ascii_digit());
        let button = number.filter(is_plain).and_then(|number| number.parse().ok());
        match button.filter(|button| (1..=self.url.count).contains(button)) {
            Some(button) => self.press(button, now),
            None => Finding::Noise,
        }
    }
}

impl Reader for ButtonReader {
    type Found = Press;
    const IS_SECRET: bool = false;
    const MEANING: &'static str = "button_line";

    fn byte(&mut self, byte: u8, now: Instant) -> Option<Finding<Press>> {
        let ended = self.line.feed(byte)?;
        Some(self.ended(ended, now))
    }

    fn key(&mut self, event: KeyEvent, now: Instant) -> Option<Finding<Press>> {
        let code = match event {
            KeyEvent::Pressed { code } => code,
            KeyEvent::Released { .. } => return None,
            KeyEvent::Dropped => return Some(Finding::Noise),
        };
        let index = self.url.keys.iter().position(|key| key.has_code(code));
        match index.and_then(|index| u8::try_from(index + 1).ok()) {
            Some(button) => Some(self.press(button, now)),
            None => Some(Finding::Noise),
        }
    }

    fn idle(&self) -> Option<Duration> {
        self.line.is_begun().then_some(IDLE)
    }

    fn break_off(&mut self) -> Option<Finding<Press>> {
        self.line.break_off().map(|_| Finding::Noise)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str, steps: &[(u64, &[u8])]) -> (Vec<u8>, usize, usize) {
        let mut reader = ButtonReader::new(url.parse().unwrap());
        let start = Instant::now();
        let (mut taken, mut repeated, mut noise) = (Vec::new(), 0, 0);
        for (at_ms, bytes) in steps {
            for byte in *bytes {
                match reader.byte(*byte, start + Duration::from_millis(*at_ms)) {
                    Some(Finding::Taken(press)) => taken.push(press.button),
                    Some(Finding::Repeated) => repeated += 1,
                    Some(Finding::Noise) => noise += 1,
                    None => {}
                }
            }
        }
        (taken, repeated, noise)
    }

    #[test]
    fn a_bouncing_or_held_button_counts_once() {
        let line = b"BTN 1\n".as_slice();
        let steps = [(0, line), (20, line), (40, line), (400, line), (800, line), (1400, line)];
        // The button that repeats every 400 ms is held down: only the pause of 600 ms ends it.
        assert_eq!(read("virtual:b", &steps), (vec![1, 1], 4, 0));
        let others = [(0, line), (10, b"BTN 2\r\n".as_slice()), (20, b"BTN 16\r")];
        assert_eq!(read("virtual:b", &others), (vec![1, 2, 16], 0, 0));
    }

    #[test]
    fn a_line_that_is_no_button_is_noise() {
        let lines: [&[u8]; 9] = [
            b"BTN 0\n",
            b"BTN 17\n",
            b"BTN +1\n",
            b"BTN\n",
            b"BTN 1 \n",
            b"btn 1\n",
            b"1\n",
            b"BTN 999\n",
            b"\x00BTN 1\n",
        ];
        for line in lines {
            assert_eq!(read("virtual:b", &[(0, line)]), (vec![], 0, 1), "{line:?}");
        }
        assert_eq!(read("virtual:b?prefix=", &[(0, b"12\n")]), (vec![12], 0, 0));
    }
}

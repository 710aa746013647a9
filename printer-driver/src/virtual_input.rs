//! What the twins of buttons and scanners share: they say text over a line, or the kernel's input
//! records over a terminal, as a keyboard would.
//!
//! The records are written apart from what reads them ([`crate::input::keyboard`]).

use crate::device::{Address, InputAddress};
use crate::virtual_line::{
    BOARD_SETTINGS, Machine, RECORD_COUNT_MAX, VirtualLine, VirtualPlace, to_hex,
};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;
use tokio::time::Instant;

/// How a virtual input device is at one moment, for a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VirtualInputState {
    /// The cable is in.
    pub plugged: bool,
    /// It is a keyboard rather than a line of text.
    pub keyboard: bool,
    /// It has been told to be ready; a device without such a command always is.
    pub ready: bool,
    /// Presses or codes that were sent.
    pub sent_count: u64,
}

/// The inside of the twin.
#[derive(Debug)]
pub(crate) struct InputMachine {
    pub(crate) state: VirtualInputState,
    /// It obeys `R` and `Z`, and sends nothing before the first `R`.
    takes_commands: bool,
    said: Vec<u8>,
    pub(crate) errors: Vec<String>,
}

impl InputMachine {
    pub(crate) fn new(address: &InputAddress, takes_commands: bool) -> InputMachine {
        let state = VirtualInputState {
            plugged: true,
            keyboard: address.is_keyboard(),
            ready: !takes_commands,
            sent_count: 0,
        };
        InputMachine { state, takes_commands, said: Vec::new(), errors: Vec::new() }
    }

    pub(crate) fn plug(&mut self, plugged: bool) {
        self.state.plugged = plugged;
        self.said.clear();
        self.state.ready = !self.takes_commands;
    }

    /// Puts bytes on the line as they are.
    pub(crate) fn say(&mut self, bytes: &[u8]) {
        if self.state.plugged {
            self.said.extend(bytes);
        }
    }

    /// Sends a text as the device would, with its end.
    pub(crate) fn send(&mut self, text: &str) {
        if !self.state.ready {
            return;
        }
        self.part(text);
        self.state.sent_count += 1;
        if self.state.keyboard {
            self.stroke(28);
        } else {
            self.say(b"\r");
        }
    }

    /// Sends a text without its end.
    pub(crate) fn part(&mut self, text: &str) {
        if !self.state.ready {
            return;
        }
        if !self.state.keyboard {
            self.say(text.as_bytes());
            return;
        }
        for character in text.chars() {
            match key_of(character) {
                Some((code, false)) => self.stroke(code),
                Some((code, true)) => {
                    self.record(1, 42, 1);
                    self.stroke(code);
                    self.record(1, 42, 0);
                }
                // A scanner leaves out what a US keyboard does not have.
                None => {}
            }
        }
    }

    /// Presses and releases a key.
    pub(crate) fn stroke(&mut self, code: u16) {
        self.record(4, 4, i32::from(code));
        self.record(1, code, 1);
        self.record(0, 0, 0);
        self.record(1, code, 0);
        self.record(0, 0, 0);
    }

    /// Holds a key down so that it repeats.
    pub(crate) fn hold(&mut self, code: u16, repeat_count: u32) {
        self.record(1, code, 1);
        for _ in 0..repeat_count {
            self.record(1, code, 2);
        }
        self.record(1, code, 0);
    }

    fn record(&mut self, kind: u16, code: u16, value: i32) {
        let mut record = [0; 24];
        record[16..18].copy_from_slice(&kind.to_ne_bytes());
        record[18..20].copy_from_slice(&code.to_ne_bytes());
        record[20..24].copy_from_slice(&value.to_ne_bytes());
        self.say(&record);
    }
}

/// The key of a character on a US keyboard, and whether shift is held.
pub(crate) fn key_of(character: char) -> Option<(u16, bool)> {
    const ROWS: [(u16, &str, &str); 4] = [
        (2, "1234567890-=", "!@#$%^&*()_+"),
        (16, "qwertyuiop[]", "QWERTYUIOP{}"),
        (30, "asdfghjkl;'`", "ASDFGHJKL:\"~"),
        (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    ];
    if character == ' ' {
        return Some((57, false));
    }
    ROWS.iter().find_map(|(first, plain, shifted)| {
        let at = |row: &str| row.chars().position(|known| known == character);
        let (index, is_shifted) = match (at(plain), at(shifted)) {
            (Some(index), _) => (index, false),
            (None, Some(index)) => (index, true),
            (None, None) => return None,
        };
        Some((first + u16::try_from(index).ok()?, is_shifted))
    })
}

impl Machine for InputMachine {
    fn hear(&mut self, bytes: &[u8], _now: Instant) {
        for byte in bytes {
            match byte {
                b'R' if self.takes_commands => self.state.ready = true,
                b'Z' if self.takes_commands => self.state.ready = false,
                _ if self.errors.len() < RECORD_COUNT_MAX => self.errors.push(to_hex(&[*byte])),
                _ => {}
            }
        }
    }

    fn take_said(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.said)
    }

    fn is_plugged(&self) -> bool {
        self.state.plugged
    }

    fn event_count(&self) -> u64 {
        self.state.sent_count
    }
}

/// Plugs the twin of `address` in, and says where the driver finds it; `None` for a real device.
pub(crate) async fn start_for(
    address: &InputAddress,
    takes_commands: bool,
    folder: &Path,
) -> io::Result<Option<(VirtualLine<InputMachine>, InputAddress)>> {
    let name = match address {
        InputAddress::Line(Address::Virtual { name }) | InputAddress::VirtualKeyboard { name } => {
            name
        }
        InputAddress::Line(_) | InputAddress::Keyboard { .. } | InputAddress::Records { .. } => {
            return Ok(None);
        }
    };
    let path = std::path::absolute(folder.join(name))?;
    let machine = InputMachine::new(address, takes_commands);
    let place = VirtualPlace::Terminal { path: path.clone() };
    let line = VirtualLine::start(machine, place, BOARD_SETTINGS).await?;
    let found = if address.is_keyboard() {
        InputAddress::Records { path }
    } else {
        InputAddress::Line(line.address.clone())
    };
    Ok(Some((line, found)))
}

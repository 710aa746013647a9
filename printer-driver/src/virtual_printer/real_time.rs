//! What a printer obeys on receipt, wherever it stands: even inside other data, even offline.

use super::model::Abilities;
use crate::profile::Dialect;

/// A command that does not wait for its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RealTime {
    /// `DLE EOT n`.
    Status(u8),
    /// `DLE ENQ 1`: recover and go on.
    Recover,
    /// `DLE ENQ 2`: clear the buffers and recover.
    RecoverCleared,
    /// `DLE DC4` function 8.
    ClearBuffers,
    /// `DLE DC4` function 2: power off.
    PowerOff,
    /// `DLE DC4` function 1: a pulse for a drawer that a ticket printer has not.
    Pulse,
    /// `ESC ACK SOH`: an automatic status now.
    AutomaticStatus,
}

/// `DLE DC4` function 8, whole.
const CLEAR: [u8; 10] = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];

/// How far the bytes heard last are a real-time command.
enum Match {
    No,
    Begun,
    Whole(RealTime),
}

/// Listens to every byte as it comes; a command may be split over many reads.
#[derive(Clone, Debug, Default)]
pub(super) struct Ear {
    heard: Vec<u8>,
}

impl Ear {
    /// Takes one byte; returns the command that it completes, and how many bytes that has.
    pub(super) fn hear(&mut self, byte: u8, abilities: &Abilities) -> Option<(RealTime, usize)> {
        self.heard.push(byte);
        while !self.heard.is_empty() {
            match recognise(&self.heard, abilities) {
                Match::Begun => return None,
                Match::Whole(command) => {
                    let byte_count = self.heard.len();
                    self.heard.clear();
                    return Some((command, byte_count));
                }
                Match::No => {
                    self.heard.remove(0);
                }
            }
        }
        None
    }

    pub(super) fn forget(&mut self) {
        self.heard.clear();
    }
}

fn recognise(bytes: &[u8], abilities: &Abilities) -> Match {
    match abilities.dialect {
        Dialect::EscPos => recognise_escpos(bytes, abilities),
        Dialect::Star => match bytes {
            [0x1b] | [0x1b, 0x06] => Match::Begun,
            [0x1b, 0x06, 0x01] => Match::Whole(RealTime::AutomaticStatus),
            _ => Match::No,
        },
    }
}

fn recognise_escpos(bytes: &[u8], abilities: &Abilities) -> Match {
    match *bytes {
        [0x10] | [0x10, 0x04 | 0x05 | 0x14] => Match::Begun,
        [0x10, 0x04, n @ 1..=4] => Match::Whole(RealTime::Status(n)),
        [0x10, 0x05, 1] => Match::Whole(RealTime::Recover),
        [0x10, 0x05, 2] => Match::Whole(RealTime::RecoverCleared),
        [0x10, 0x14, 0x01 | 0x02, ref rest @ ..] if abilities.real_time_switch => {
            match (bytes[2], rest) {
                (_, []) | (0x01, [0 | 1]) | (0x02, [0x01]) => Match::Begun,
                (0x01, [0 | 1, 1..=8]) => Match::Whole(RealTime::Pulse),
                (0x02, [0x01, 0x08]) => Match::Whole(RealTime::PowerOff),
                _ => Match::No,
            }
        }
        _ if abilities.clears_buffers && bytes == CLEAR => Match::Whole(RealTime::ClearBuffers),
        _ if abilities.clears_buffers && CLEAR.starts_with(bytes) => Match::Begun,
        _ => Match::No,
    }
}

/// Whether data carry a sequence that such a printer would obey on receipt. Two bytes decide for
/// ESC/POS: what follows them is chance.
pub(super) fn stands_in(data: &[u8], dialect: Dialect) -> bool {
    match dialect {
        Dialect::EscPos => data.windows(2).any(|pair| matches!(pair, [0x10, 0x04 | 0x05 | 0x14])),
        Dialect::Star => data.windows(3).any(|three| three == [0x1b, 0x06, 0x01]),
    }
}

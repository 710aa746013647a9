//! What a Star printer says about itself: the automatic status, of variable length.
//!
//! | Byte | Bits | Meaning |
//! |---|---|---|
//! | 1 | `0lllll`: bits 6, 5, 3, 2, 1 | header 1, `0xx0xxx1`: length of the whole status |
//! | 2 | bit 7 | header 2, `xxx0xxx0`: version; bit 7 adds two bytes to the length |
//! | 3 | 5 cover, 3 offline, 1 ETB executed | printer |
//! | 4 | 6 head hot, 5 unrecoverable, 3 cutter, 2 mechanism | errors |
//! | 5 | 6 receive buffer overflow, 2 presenter jam, 1 head up | errors |
//! | 6 | 3 paper end, 2 and 1 near end | sensors |
//! | 8 | 6, 5, 3, 2, 1 | ETB counter, 0 to 31 |
//!
//! Bytes from the third on are `0xx0xxx0`, so neither a header nor XON or XOFF can be one of them.
//!
//! Source: Star Line Mode command specification, appendix 2 (automatic status); bit 7 of header 2
//! as an independent implementation reads it from newer models.

use super::Conditions;

/// Shortest status that has the sensors of paper.
const BYTE_COUNT_MIN: usize = 6;
/// Longest: five bits of length and the two bytes of the second header.
const BYTE_COUNT_MAX: usize = 33;

/// One automatic status of a Star printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StarStatus {
    bytes: [u8; BYTE_COUNT_MAX],
    byte_count: usize,
}

/// What the beginning of a status tells about the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// Goes on.
    Partial,
    /// Is complete.
    Whole(StarStatus),
    /// Its last byte cannot stand there.
    Wrong,
}

impl StarStatus {
    /// Whether `byte` can begin a status.
    pub(super) fn begins_with(byte: u8) -> bool {
        byte & 0x91 == 0x01
    }

    /// Judges `bytes`, which begin with a header and of which all but the last were judged before.
    pub(super) fn judge(bytes: &[u8]) -> Frame {
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
            return Frame::Partial;
        };
        let Some(second) = bytes.get(1) else { return Frame::Partial };
        let fits = if bytes.len() == 2 { last & 0x11 == 0 } else { last & 0x91 == 0 };
        let length = spread_bits(*first) as usize + if second & 0x80 == 0 { 0 } else { 2 };
        if !fits || length < BYTE_COUNT_MIN {
            return Frame::Wrong;
        }
        if bytes.len() < length {
            return Frame::Partial;
        }
        StarStatus::from_bytes(bytes).map_or(Frame::Wrong, Frame::Whole)
    }

    fn from_bytes(whole: &[u8]) -> Option<StarStatus> {
        let mut bytes = [0; BYTE_COUNT_MAX];
        bytes.get_mut(..whole.len())?.copy_from_slice(whole);
        Some(StarStatus { bytes, byte_count: whole.len() })
    }

    /// The bytes as they came.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.byte_count]
    }

    /// The counter of ETB, 0 to 31; `None` from an old model whose status is too short for it.
    #[must_use]
    pub fn etb_counter(&self) -> Option<u8> {
        self.bytes().get(7).map(|byte| spread_bits(*byte))
    }

    /// An ETB has been executed since the status before (byte 3, bit 1); sending clears it.
    #[must_use]
    pub fn etb_executed(&self) -> bool {
        self.bytes[2] & 0x02 != 0
    }

    /// What holds.
    ///
    /// A fault is an unrecoverable or mechanical error, a presenter jam or a raised head. An
    /// overflow of the receive buffer is none: it is told once, and flow control is the cure.
    #[must_use]
    pub fn conditions(&self) -> Conditions {
        let [_, _, printer, error, other, paper, ..] = self.bytes;
        Conditions {
            offline: printer & 0x08 != 0,
            cover_open: printer & 0x20 != 0,
            paper_near_end: paper & 0x06 != 0,
            paper_end: paper & 0x08 != 0,
            cutter_jam: error & 0x08 != 0,
            fault: error & 0x24 != 0 || other & 0x06 != 0,
            head_hot: error & 0x40 != 0,
        }
    }
}

/// Five bits at places 6, 5, 3, 2, 1, so that the rest of the byte tells what it is.
fn spread_bits(byte: u8) -> u8 {
    (byte >> 2 & 0x18) | (byte >> 1 & 0x07)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> StarStatus {
        match StarStatus::judge(bytes) {
            Frame::Whole(status) => status,
            frame @ (Frame::Partial | Frame::Wrong) => panic!("{bytes:02X?} is {frame:?}"),
        }
    }

    #[test]
    fn a_status_of_nine_bytes_has_a_counter_and_one_of_seven_has_none() {
        let nine = [0x23, 0x06, 0, 0, 0, 0, 0, 0x6e, 0];
        assert_eq!(read(&nine).etb_counter(), Some(31));
        assert_eq!(read(&[0x23, 0x06, 0, 0, 0, 0, 0, 0x02, 0]).etb_counter(), Some(1));
        assert_eq!(read(&[0x0f, 0x02, 0x02, 0, 0, 0, 0]).etb_counter(), None);
        assert!(read(&[0x0f, 0x02, 0x02, 0, 0, 0, 0]).etb_executed());
        let eleven = [0x23, 0x86, 0, 0, 0, 0, 0, 0x20, 0, 0, 0];
        assert_eq!(read(&eleven).etb_counter(), Some(8));
        assert_eq!(StarStatus::judge(&eleven[..9]), Frame::Partial);
    }

    #[test]
    fn each_condition_has_its_own_bit_and_no_other() {
        let with = |place: usize, byte: u8| {
            let mut bytes = [0x23, 0x06, 0, 0, 0, 0, 0, 0, 0];
            bytes[place] = byte;
            read(&bytes).conditions()
        };
        let none = Conditions::default();
        assert_eq!(with(2, 0x08), Conditions { offline: true, ..none });
        assert_eq!(with(2, 0x20), Conditions { cover_open: true, ..none });
        assert_eq!(with(3, 0x08), Conditions { cutter_jam: true, ..none });
        assert_eq!(with(3, 0x40), Conditions { head_hot: true, ..none });
        assert_eq!(with(3, 0x20), Conditions { fault: true, ..none });
        assert_eq!(with(5, 0x04), Conditions { paper_near_end: true, ..none });
        assert_eq!(with(5, 0x08), Conditions { paper_end: true, ..none });
        for (place, byte) in [(2, 0x06), (4, 0x40), (6, 0x6e), (7, 0x6e), (8, 0x6e)] {
            assert_eq!(with(place, byte), none, "{byte:02X} at {place}");
        }
    }
}

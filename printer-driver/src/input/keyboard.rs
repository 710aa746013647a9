//! Keys of a keyboard as the kernel reports them, always by the US layout.
//!
//! A scanner that is a keyboard is set to US; another layout of the computer would change `:` and
//! `/`. Codes are those of the kernel's `input-event-codes.h`.

use std::fmt;

/// Length of one of the kernel's input records on 64-bit machines: two words of time, then type,
/// code and value.
pub(crate) const RECORD_BYTE_COUNT: usize = 24;
pub(crate) const TYPE_SYNCHRONISATION: u16 = 0x00;
pub(crate) const TYPE_KEY: u16 = 0x01;
/// The kernel's buffer was full: events are missing.
pub(crate) const CODE_DROPPED: u16 = 0x03;
const LEFT_SHIFT: u16 = 42;
const RIGHT_SHIFT: u16 = 54;

/// One event of a keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyEvent {
    Pressed {
        code: u16,
    },
    Released {
        code: u16,
    },
    /// Events are missing before this.
    Dropped,
}

impl KeyEvent {
    /// What a record means; `None` for what concerns no key. A key held down repeats with value 2,
    /// which is nothing new.
    pub(crate) fn of(kind: u16, code: u16, value: i32) -> Option<KeyEvent> {
        match (kind, code, value) {
            (TYPE_KEY, code, 1) => Some(KeyEvent::Pressed { code }),
            (TYPE_KEY, code, 0) => Some(KeyEvent::Released { code }),
            (TYPE_SYNCHRONISATION, CODE_DROPPED, _) => Some(KeyEvent::Dropped),
            _ => None,
        }
    }
}

/// Input records out of a stream of bytes, however it is cut; total over all bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordReader {
    part: Vec<u8>,
}

impl RecordReader {
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<KeyEvent> {
        self.part.extend(bytes);
        let whole = self.part.len() / RECORD_BYTE_COUNT * RECORD_BYTE_COUNT;
        let records: Vec<u8> = self.part.drain(..whole).collect();
        let mut events = Vec::new();
        for record in records.chunks_exact(RECORD_BYTE_COUNT) {
            let kind = u16::from_ne_bytes([record[16], record[17]]);
            let code = u16::from_ne_bytes([record[18], record[19]]);
            let value = i32::from_ne_bytes([record[20], record[21], record[22], record[23]]);
            events.extend(KeyEvent::of(kind, code, value));
        }
        events
    }
}

/// What a key means to a reader of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stroke {
    Character(u8),
    End,
    /// A key without a character; noise among text.
    Other,
}

/// Which keys are down, as far as text needs it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shift {
    left: bool,
    right: bool,
}

impl Shift {
    /// The stroke that `event` is; `None` for shift itself and for releases.
    pub(crate) fn stroke(&mut self, event: KeyEvent) -> Option<Stroke> {
        let (code, is_down) = match event {
            KeyEvent::Pressed { code } => (code, true),
            KeyEvent::Released { code } => (code, false),
            KeyEvent::Dropped => {
                *self = Shift::default();
                return Some(Stroke::Other);
            }
        };
        match code {
            LEFT_SHIFT => self.left = is_down,
            RIGHT_SHIFT => self.right = is_down,
            _ if is_down => return Some(self.meaning(code)),
            _ => {}
        }
        None
    }

    fn meaning(self, code: u16) -> Stroke {
        if ENTER.contains(&code) {
            return Stroke::End;
        }
        match US.iter().find(|(known, _, _)| *known == code) {
            Some((_, _, shifted)) if self.left || self.right => Stroke::Character(*shifted),
            Some((_, plain, _)) => Stroke::Character(*plain),
            None => Stroke::Other,
        }
    }
}

/// Enter of both key blocks.
const ENTER: [u16; 2] = [28, 96];
/// F1 to F12.
const FUNCTION: [u16; 12] = [59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 87, 88];

/// Code, character, character with shift.
const US: [(u16, u8, u8); 63] = [
    (2, b'1', b'!'),
    (3, b'2', b'@'),
    (4, b'3', b'#'),
    (5, b'4', b'$'),
    (6, b'5', b'%'),
    (7, b'6', b'^'),
    (8, b'7', b'&'),
    (9, b'8', b'*'),
    (10, b'9', b'('),
    (11, b'0', b')'),
    (12, b'-', b'_'),
    (13, b'=', b'+'),
    (16, b'q', b'Q'),
    (17, b'w', b'W'),
    (18, b'e', b'E'),
    (19, b'r', b'R'),
    (20, b't', b'T'),
    (21, b'y', b'Y'),
    (22, b'u', b'U'),
    (23, b'i', b'I'),
    (24, b'o', b'O'),
    (25, b'p', b'P'),
    (26, b'[', b'{'),
    (27, b']', b'}'),
    (30, b'a', b'A'),
    (31, b's', b'S'),
    (32, b'd', b'D'),
    (33, b'f', b'F'),
    (34, b'g', b'G'),
    (35, b'h', b'H'),
    (36, b'j', b'J'),
    (37, b'k', b'K'),
    (38, b'l', b'L'),
    (39, b';', b':'),
    (40, b'\'', b'"'),
    (41, b'`', b'~'),
    (43, b'\\', b'|'),
    (44, b'z', b'Z'),
    (45, b'x', b'X'),
    (46, b'c', b'C'),
    (47, b'v', b'V'),
    (48, b'b', b'B'),
    (49, b'n', b'N'),
    (50, b'm', b'M'),
    (51, b',', b'<'),
    (52, b'.', b'>'),
    (53, b'/', b'?'),
    (57, b' ', b' '),
    // The number block, num lock on.
    (55, b'*', b'*'),
    (71, b'7', b'7'),
    (72, b'8', b'8'),
    (73, b'9', b'9'),
    (74, b'-', b'-'),
    (75, b'4', b'4'),
    (76, b'5', b'5'),
    (77, b'6', b'6'),
    (78, b'+', b'+'),
    (79, b'1', b'1'),
    (80, b'2', b'2'),
    (81, b'3', b'3'),
    (82, b'0', b'0'),
    (83, b'.', b'.'),
    (98, b'/', b'/'),
];

/// A key that is a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A letter or digit; a digit of either key block.
    Character(u8),
    /// F1 to F12.
    Function(u8),
    /// Enter of either key block.
    Enter,
    /// The space bar.
    Space,
}

impl Key {
    pub(crate) const EXPECTED: &str =
        "different keys among a to z, 0 to 9, F1 to F12, Enter and Space, such as 1,2,3,Enter";

    /// Reads a key's name.
    #[must_use]
    pub fn named(name: &str) -> Option<Key> {
        match name.as_bytes() {
            [character @ (b'a'..=b'z' | b'0'..=b'9')] => Some(Key::Character(*character)),
            b"Enter" => Some(Key::Enter),
            b"Space" => Some(Key::Space),
            [b'F', digits @ ..] if digits.first() != Some(&b'+') => {
                let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
                (1..=12).contains(&number).then_some(Key::Function(number))
            }
            _ => None,
        }
    }

    /// Whether the kernel's `code` is this key.
    pub(crate) fn has_code(self, code: u16) -> bool {
        match self {
            Key::Character(character) => {
                US.iter().any(|(known, plain, _)| *known == code && *plain == character)
            }
            Key::Function(number) => {
                FUNCTION.get(usize::from(number).wrapping_sub(1)) == Some(&code)
            }
            Key::Enter => ENTER.contains(&code),
            Key::Space => code == 57,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Character(character) => write!(formatter, "{}", char::from(*character)),
            Key::Function(number) => write!(formatter, "F{number}"),
            Key::Enter => formatter.write_str("Enter"),
            Key::Space => formatter.write_str("Space"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, code: u16, value: i32) -> Vec<u8> {
        let mut record = vec![0x5a; 16];
        record.extend(kind.to_ne_bytes());
        record.extend(code.to_ne_bytes());
        record.extend(value.to_ne_bytes());
        record
    }

    #[test]
    fn records_are_read_however_they_are_cut() {
        let stream: Vec<u8> = [
            record(4, 4, 458_792),
            record(1, 30, 1),
            record(0, 0, 0),
            record(1, 30, 2),
            record(1, 30, 0),
            record(0, 3, 0),
        ]
        .concat();
        let expected =
            [KeyEvent::Pressed { code: 30 }, KeyEvent::Released { code: 30 }, KeyEvent::Dropped];
        for cut in 0..stream.len() {
            let mut reader = RecordReader::default();
            let mut events = reader.feed(&stream[..cut]);
            events.extend(reader.feed(&stream[cut..]));
            assert_eq!(events, expected, "cut at {cut}");
        }
    }

    #[test]
    fn every_printable_character_can_be_typed_in_the_us_layout() {
        for wanted in b' '..=b'~' {
            let row = US.iter().find(|(_, plain, shifted)| *plain == wanted || *shifted == wanted);
            let (code, plain, _) = *row.unwrap_or_else(|| panic!("{:?}", char::from(wanted)));
            let mut shift = Shift::default();
            if plain != wanted {
                assert_eq!(shift.stroke(KeyEvent::Pressed { code: LEFT_SHIFT }), None);
            }
            let stroke = shift.stroke(KeyEvent::Pressed { code });
            assert_eq!(stroke, Some(Stroke::Character(wanted)));
        }
    }

    #[test]
    fn no_record_whatever_panics() {
        let mut shift = Shift::default();
        for kind in 0..32 {
            for code in 0..1024 {
                for value in [-1, 0, 1, 2, i32::MAX] {
                    KeyEvent::of(kind, code, value).and_then(|event| shift.stroke(event));
                }
            }
        }
    }
}

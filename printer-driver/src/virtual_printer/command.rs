//! ESC/POS as a printer reads it: bytes → commands, strictly.
//!
//! Written from the manuals, apart from the encoder, so that one checks the other. A byte that
//! starts no known command is an error, and so is a known command with a parameter it does not
//! define; a real printer would print garbage or hang at either.

/// How far the first command of a buffer could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    /// A whole command and how many bytes it took.
    Whole(Command, usize),
    /// More bytes are needed.
    Partial,
    /// Not a command; so many bytes are to be skipped.
    Wrong { skip: usize, reason: String },
}

/// What a printer is told in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Half width, as Shift_JIS.
    HalfWidth(u8),
    /// Full width, as Shift_JIS.
    FullWidth([u8; 2]),
    LineFeed,
    Initialise,
    CancelKanji,
    KanjiCode {
        shift_jis: bool,
    },
    CodeTable(u8),
    InternationalSet(u8),
    MotionUnits {
        horizontal: u8,
        vertical: u8,
    },
    Align(u8),
    Emphasis(bool),
    Size {
        width: u8,
        height: u8,
    },
    MoveTo(u16),
    FeedUnits(u8),
    FeedLines(u8),
    LineSpacingDefault,
    LineSpacing(u8),
    AutomaticStatus(u8),
    TransmitStatus(u8),
    ProcessId([u8; 4]),
    QrModel(u8),
    QrModule(u8),
    QrCorrection(u8),
    QrStore(Vec<u8>),
    QrPrint,
    Cut {
        full: bool,
        feed_units: u8,
    },
    /// Obeyed on receipt; skipped in its turn.
    RealTime,
}

/// Reads the first command of `bytes`, which is not empty. `shift_jis` is whether the kanji code
/// system has been set to it.
pub(super) fn parse(bytes: &[u8], shift_jis: bool) -> Parsed {
    match bytes[0] {
        0x0a => Parsed::Whole(Command::LineFeed, 1),
        byte @ (0x20..=0x7e | 0xa1..=0xdf) => Parsed::Whole(Command::HalfWidth(byte), 1),
        0x81..=0x9f | 0xe0..=0xfc => kanji(bytes, shift_jis),
        0x10 => real_time(bytes),
        0x1b => escape(bytes),
        0x1c => file_separator(bytes),
        0x1d => group_separator(bytes),
        byte => wrong(1, format!("byte {byte:02X} starts no command")),
    }
}

fn wrong(skip: usize, reason: String) -> Parsed {
    Parsed::Wrong { skip, reason }
}

/// A command of fixed length: `make` gets its parameters, `None` if one is out of range.
fn fixed(bytes: &[u8], length: usize, make: impl Fn(&[u8]) -> Option<Command>) -> Parsed {
    let Some(whole) = bytes.get(..length) else { return Parsed::Partial };
    match make(&whole[2..]) {
        Some(command) => Parsed::Whole(command, length),
        None => wrong(length, format!("a parameter of {whole:02X?} is out of range")),
    }
}

fn kanji(bytes: &[u8], shift_jis: bool) -> Parsed {
    if !shift_jis {
        return wrong(1, format!("byte {:02X} is no character without FS C 1", bytes[0]));
    }
    match bytes.get(1) {
        None => Parsed::Partial,
        Some(trail @ (0x40..=0x7e | 0x80..=0xfc)) => {
            Parsed::Whole(Command::FullWidth([bytes[0], *trail]), 2)
        }
        Some(trail) => wrong(1, format!("{:02X} {trail:02X} is no Shift_JIS pair", bytes[0])),
    }
}

fn real_time(bytes: &[u8]) -> Parsed {
    let length = match bytes.get(1..3) {
        None => return Parsed::Partial,
        Some([0x04 | 0x05, _]) => 3,
        Some([0x14, 0x08]) => 10,
        Some(other) => return wrong(1, format!("10 {other:02X?} is no real-time command")),
    };
    if bytes.len() < length {
        return Parsed::Partial;
    }
    Parsed::Whole(Command::RealTime, length)
}

fn escape(bytes: &[u8]) -> Parsed {
    let Some(name) = bytes.get(1) else { return Parsed::Partial };
    match name {
        0x40 => Parsed::Whole(Command::Initialise, 2),
        0x32 => Parsed::Whole(Command::LineSpacingDefault, 2),
        0x33 => fixed(bytes, 3, |p| Some(Command::LineSpacing(p[0]))),
        0x4a => fixed(bytes, 3, |p| Some(Command::FeedUnits(p[0]))),
        0x64 => fixed(bytes, 3, |p| Some(Command::FeedLines(p[0]))),
        0x24 => fixed(bytes, 4, |p| Some(Command::MoveTo(u16::from_le_bytes([p[0], p[1]])))),
        0x45 => fixed(bytes, 3, |p| Some(Command::Emphasis(p[0] & 1 == 1))),
        0x61 => fixed(bytes, 3, |p| match p[0] {
            n @ (0..=2 | 48..=50) => Some(Command::Align(n % 48)),
            _ => None,
        }),
        0x74 => fixed(bytes, 3, |p| (p[0] <= 5).then_some(Command::CodeTable(p[0]))),
        0x52 => fixed(bytes, 3, |p| (p[0] <= 17).then_some(Command::InternationalSet(p[0]))),
        other => wrong(2, format!("ESC {other:02X} is not known")),
    }
}

fn file_separator(bytes: &[u8]) -> Parsed {
    let Some(name) = bytes.get(1) else { return Parsed::Partial };
    match name {
        0x2e => Parsed::Whole(Command::CancelKanji, 2),
        0x43 => fixed(bytes, 3, |p| match p[0] {
            0 | 48 => Some(Command::KanjiCode { shift_jis: false }),
            1 | 49 => Some(Command::KanjiCode { shift_jis: true }),
            _ => None,
        }),
        other => wrong(2, format!("FS {other:02X} is not known")),
    }
}

fn group_separator(bytes: &[u8]) -> Parsed {
    let Some(name) = bytes.get(1) else { return Parsed::Partial };
    match name {
        0x21 => fixed(bytes, 3, |p| {
            let (width, height) = ((p[0] >> 4) + 1, (p[0] & 0x0f) + 1);
            (width <= 8 && height <= 8).then_some(Command::Size { width, height })
        }),
        0x50 => {
            fixed(bytes, 4, |p| Some(Command::MotionUnits { horizontal: p[0], vertical: p[1] }))
        }
        0x61 => fixed(bytes, 3, |p| Some(Command::AutomaticStatus(p[0]))),
        0x72 => fixed(bytes, 3, |p| match p[0] {
            n @ (1 | 2 | 49 | 50) => Some(Command::TransmitStatus(n % 48)),
            _ => None,
        }),
        0x56 => cut(bytes),
        0x28 => extended(bytes),
        other => wrong(2, format!("GS {other:02X} is not known")),
    }
}

fn cut(bytes: &[u8]) -> Parsed {
    match bytes.get(2) {
        None => Parsed::Partial,
        Some(m @ (0 | 48 | 1 | 49)) => {
            Parsed::Whole(Command::Cut { full: m % 48 == 0, feed_units: 0 }, 3)
        }
        Some(m @ (65 | 66)) => {
            fixed(bytes, 4, |p| Some(Command::Cut { full: *m == 65, feed_units: p[1] }))
        }
        Some(m) => wrong(3, format!("GS V {m:02X} is not known")),
    }
}

/// GS ( x pL pH data.
fn extended(bytes: &[u8]) -> Parsed {
    let Some(&[kind, low, high]) = bytes.get(2..5) else { return Parsed::Partial };
    let length = 5 + usize::from(low) + (usize::from(high) << 8);
    let Some(data) = bytes.get(5..length) else { return Parsed::Partial };
    let command = match (kind, data) {
        (b'H', &[48, 48, a, b, c, d]) if [a, b, c, d].iter().all(|n| (0x20..=0x7e).contains(n)) => {
            Command::ProcessId([a, b, c, d])
        }
        (b'k', &[49, 65, model @ (49 | 50), 0]) => Command::QrModel(model - 48),
        (b'k', &[49, 67, dots @ 1..=16]) => Command::QrModule(dots),
        (b'k', &[49, 69, level @ 48..=51]) => Command::QrCorrection(level - 48),
        (b'k', &[49, 80, 48, ref payload @ ..]) => Command::QrStore(payload.to_vec()),
        (b'k', &[49, 81, 48]) => Command::QrPrint,
        _ => {
            return wrong(length, format!("GS ( {} {data:02X?} is not known", char::from(kind)));
        }
    };
    if data.windows(2).any(|pair| matches!(pair, [0x10, 0x04 | 0x05 | 0x14])) {
        return wrong(length, "a real-time sequence stands inside data".to_owned());
    }
    Parsed::Whole(command, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefix_of_a_command_waits_for_the_rest() {
        let commands: [&[u8]; 10] = [
            b"\x1b@",
            b"\x1ba\x01",
            b"\x1b$\x80\x01",
            b"\x1cC1",
            b"\x1d!\x77",
            b"\x1dP\xcb\xcb",
            b"\x1dVB\x08",
            b"\x1d(H\x06\x0000A101",
            b"\x1d(k\x07\x001P0abcd",
            b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08",
        ];
        for command in commands {
            for length in 1..command.len() {
                assert_eq!(parse(&command[..length], true), Parsed::Partial, "{command:02X?}");
            }
            assert!(
                matches!(parse(command, true), Parsed::Whole(_, length) if length == command.len()),
                "{command:02X?}"
            );
        }
    }

    #[test]
    fn what_a_printer_does_not_know_is_an_error() {
        let wrongs: [&[u8]; 12] = [
            b"\x00",
            b"\x18",
            b"\x7f",
            b"\xff",
            b"\x1bp\x00",
            b"\x1ba\x05",
            b"\x1d!\x80",
            b"\x1dVx",
            b"\x1c&",
            b"\x10\x04",
            b"\x1d(k\x03\x001E\x20",
            b"\x1d(k\x06\x001P0a\x10\x04",
        ];
        for bytes in wrongs {
            let parsed = parse(bytes, true);
            let expected_partial = bytes == b"\x10\x04";
            assert_eq!(matches!(parsed, Parsed::Wrong { .. }), !expected_partial, "{bytes:02X?}");
        }
        assert!(matches!(parse(&[0x94, 0xd4], false), Parsed::Wrong { .. }));
    }
}

//! StarPRNT.
//!
//! Source: Star Micronics, StarPRNT command specifications and, for what is the same there, STAR
//! Line Mode command specifications (status: appendix 2; ETB: p.3-54; QR: p.3-119).

use super::{Command, CutFeed, Parsed, PictureHead, Setting, digit, fixed, lacking, pair, wrong};
use crate::profile::Cutter;
use crate::virtual_printer::model::{Abilities, Characters};

/// Most bytes across of `ESC GS S`.
const RASTER_BYTES_MAX: u32 = 128;

pub(super) fn parse(bytes: &[u8], abilities: &Abilities, shift_jis: bool) -> Parsed {
    match bytes[0] {
        0x0a => Parsed::Whole(Command::LineFeed, 1),
        0x17 => Parsed::Whole(Command::CountEnd, 1),
        0x18 => Parsed::Whole(Command::Cancel, 1),
        0x1b => escape(bytes, abilities),
        byte @ 0x20..=0x7e => Parsed::Whole(Command::Single(byte), 1),
        byte @ 0x80..=0xff if abilities.characters == Characters::Latin => {
            Parsed::Whole(Command::Single(byte), 1)
        }
        byte @ 0xa1..=0xdf if shift_jis => Parsed::Whole(Command::Single(byte), 1),
        0x81..=0x9f | 0xe0..=0xfc if shift_jis => pair(bytes),
        byte @ 0x80..=0xff => wrong(1, format!("byte {byte:02X} is no character without ESC $ 1")),
        byte => wrong(1, format!("byte {byte:02X} starts no command")),
    }
}

fn escape(bytes: &[u8], abilities: &Abilities) -> Parsed {
    let Some(name) = bytes.get(1) else { return Parsed::Partial };
    match name {
        0x40 => Parsed::Whole(Command::Initialise, 2),
        b'E' => Parsed::Whole(Command::Set(Setting::Emphasis(true)), 2),
        b'F' => Parsed::Whole(Command::Set(Setting::Emphasis(false)), 2),
        b'$' => {
            fixed(bytes, 2, 3, |p| digit(p[0], 1).map(|n| Command::Set(Setting::ShiftJis(n == 1))))
        }
        b'R' => fixed(bytes, 2, 3, |p| {
            (p[0] <= 13).then_some(Command::Set(Setting::InternationalSet(p[0])))
        }),
        b'i' => fixed(bytes, 2, 4, |p| {
            let highest = abilities.scale_max - 1;
            let (height, width) = (digit(p[0], highest)? + 1, digit(p[1], highest)? + 1);
            Some(Command::Set(Setting::Size { width, height }))
        }),
        // Spaces between characters: none is what the twin prints.
        b' ' => fixed(bytes, 2, 3, |p| digit(p[0], 0).map(|_| Command::Nothing)),
        b's' => fixed(bytes, 2, 4, |p| {
            (digit(p[0], 0).is_some() && digit(p[1], 0).is_some()).then_some(Command::Nothing)
        }),
        // 3 mm, and 3 or 4 mm, at eight dots to the millimetre.
        b'0' => Parsed::Whole(Command::Set(Setting::LineSpacingDots(24)), 2),
        b'z' => fixed(bytes, 2, 3, |p| {
            digit(p[0], 1)
                .map(|n| Command::Set(Setting::LineSpacingDots(if n == 1 { 32 } else { 24 })))
        }),
        b'J' => fixed(bytes, 2, 3, |p| feed(p[0], 2)),
        b'I' => fixed(bytes, 2, 3, |p| feed(p[0], 1)),
        b'a' => {
            fixed(bytes, 2, 3, |p| (1..=127).contains(&p[0]).then_some(Command::FeedLines(p[0])))
        }
        b'd' => cut(bytes, abilities),
        0x06 => fixed(bytes, 2, 3, |p| (p[0] == 0x01).then_some(Command::RealTime)),
        0x1d => group(bytes, abilities),
        0x1e => record(bytes),
        other => wrong(2, format!("ESC {other:02X} is not known")),
    }
}

fn feed(n: u8, dots: u32) -> Option<Command> {
    (n > 0).then_some(Command::FeedDots(u32::from(n) * dots))
}

/// `ESC d n`: 0 full and 1 partial where the blade stands; 2 and 3 the same after the feed to the
/// blade.
fn cut(bytes: &[u8], abilities: &Abilities) -> Parsed {
    let cuts = |n: u8| {
        let feed = if n >= 2 { CutFeed::ToBlade(0) } else { CutFeed::None };
        // A model with one kind of cut uses it for both.
        let full = matches!(n, 0 | 2) || abilities.cutter == Cutter::Full;
        Command::Cut { full, feed }
    };
    match fixed(bytes, 2, 3, |p| digit(p[0], 3).map(cuts)) {
        Parsed::Whole(_, length) if abilities.cutter == Cutter::Absent => lacking(length, "ESC d"),
        parsed @ (Parsed::Whole(..) | Parsed::Partial | Parsed::Wrong { .. }) => parsed,
    }
}

/// ESC GS.
fn group(bytes: &[u8], abilities: &Abilities) -> Parsed {
    match bytes.get(2) {
        None => Parsed::Partial,
        Some(b'a') => {
            fixed(bytes, 3, 4, |p| digit(p[0], 2).map(|n| Command::Set(Setting::Align(n))))
        }
        Some(b'A') => fixed(bytes, 3, 5, |p| {
            Some(Command::Set(Setting::MoveTo(u16::from_le_bytes([p[0], p[1]]))))
        }),
        Some(b'R') => fixed(bytes, 3, 5, |p| {
            Some(Command::Set(Setting::MoveBy(i16::from_le_bytes([p[0], p[1]]))))
        }),
        // Code page 1252; the twin has no other beside ASCII.
        Some(b't') => fixed(bytes, 3, 4, |p| match p[0] {
            0 | 1 => Some(Command::Set(Setting::CodeTable(0))),
            32 => Some(Command::Set(Setting::CodeTable(16))),
            _ => None,
        }),
        Some(b'S') => raster(bytes),
        Some(b'y') => qr(bytes, abilities),
        // Start and end of a document, for printers that are asked over a network.
        Some(0x03) => fixed(bytes, 3, 6, |p| {
            (p[0] <= 4 && p[1] == 0 && p[2] == 0).then_some(Command::Nothing)
        }),
        Some(other) => wrong(3, format!("ESC GS {other:02X} is not known")),
    }
}

/// `ESC GS S m xL xH yL yH n`: raster of one tone, x in bytes.
fn raster(bytes: &[u8]) -> Parsed {
    fixed(bytes, 3, 9, |p| {
        let across = u32::from(u16::from_le_bytes([p[1], p[2]]));
        let down = u32::from(u16::from_le_bytes([p[3], p[4]]));
        let sound = p[0] == 1 && p[5] == 0 && (1..=RASTER_BYTES_MAX).contains(&across) && down >= 1;
        sound.then_some(Command::Picture(PictureHead {
            width_dots: across * 8,
            height_dots: down,
            scale: (1, 1),
            stored: false,
        }))
    })
}

/// `ESC GS y`: S 0 model, S 1 correction, S 2 module; D 1 stores; P prints.
fn qr(bytes: &[u8], abilities: &Abilities) -> Parsed {
    if !abilities.draws_qr {
        return lacking(3, "ESC GS y");
    }
    match bytes.get(3..5) {
        _ if bytes.get(3) == Some(&b'P') => Parsed::Whole(Command::QrPrint, 4),
        None => Parsed::Partial,
        Some(b"S0") => fixed(bytes, 5, 6, |p| (1..=2).contains(&p[0]).then_some(Command::Nothing)),
        Some(b"S1") => {
            fixed(bytes, 5, 6, |p| (p[0] <= 3).then_some(Command::Set(Setting::QrCorrection(p[0]))))
        }
        Some(b"S2") => fixed(bytes, 5, 6, |p| {
            (1..=8).contains(&p[0]).then_some(Command::Set(Setting::QrModule(p[0])))
        }),
        Some(b"D1") => {
            let Some(&[mode, low, high]) = bytes.get(5..8) else { return Parsed::Partial };
            let length = 8 + usize::from(u16::from_le_bytes([low, high]));
            if mode != 0 || !(9..=8 + 7089).contains(&length) {
                return wrong(8, format!("ESC GS y D 1 {mode} {low} {high} is out of range"));
            }
            match bytes.get(8..length) {
                Some(data) => Parsed::Whole(Command::Set(Setting::QrStore(data.to_vec())), length),
                None => Parsed::Partial,
            }
        }
        Some(other) => wrong(5, format!("ESC GS y {other:02X?} is not known")),
    }
}

/// ESC RS.
fn record(bytes: &[u8]) -> Parsed {
    match bytes.get(2) {
        None => Parsed::Partial,
        Some(b'a') => fixed(bytes, 3, 4, |p| digit(p[0], 1).map(Command::AutomaticStatus)),
        Some(b'E') => fixed(bytes, 3, 4, |p| digit(p[0], 0).map(|_| Command::ResetCount)),
        // Font A, 12 x 24 dots, is the one the twin has.
        Some(b'F') => fixed(bytes, 3, 4, |p| digit(p[0], 0).map(|_| Command::Nothing)),
        Some(other) => wrong(3, format!("ESC RS {other:02X} is not known")),
    }
}

//! ESC/POS.
//!
//! Sources: Epson's ESC/POS reference and the specifications of TM-T88III, TM-T81, TM-L90;
//! Citizen PPU-700; Seiko RP-F10 technical reference, p.158 (`DC2 q`).

use super::{Command, CutFeed, Parsed, PictureHead, Setting, digit, fixed, lacking, pair, wrong};
use crate::profile::Cutter;
use crate::virtual_printer::model::{Abilities, Characters};

/// Most bytes across and rows down of `GS v 0`.
const RASTER_MAX: (u32, u32) = (128, 4095);
/// Most dots across and down of `GS ( L` function 112.
const GRAPHICS_MAX: (u32, u32) = (2047, 1662);

pub(super) fn parse(bytes: &[u8], abilities: &Abilities, shift_jis: bool) -> Parsed {
    match bytes[0] {
        0x0a => Parsed::Whole(Command::LineFeed, 1),
        0x10 => real_time(bytes, abilities),
        0x12 => device_control(bytes, abilities),
        0x1b => escape(bytes, abilities),
        0x1c => file_separator(bytes, abilities),
        0x1d => group_separator(bytes, abilities),
        byte @ (0x20..=0x7e | 0x80..=0xff) => character(byte, bytes, abilities, shift_jis),
        byte => wrong(1, format!("byte {byte:02X} starts no command")),
    }
}

fn character(byte: u8, bytes: &[u8], abilities: &Abilities, shift_jis: bool) -> Parsed {
    match (abilities.characters, byte) {
        (Characters::Unknown, _) => {
            wrong(1, format!("byte {byte:02X}: nothing is known of this model's characters"))
        }
        (_, 0x20..=0x7e) | (Characters::Latin, _) | (Characters::Kanji, 0xa1..=0xdf) => {
            Parsed::Whole(Command::Single(byte), 1)
        }
        (Characters::Kanji, 0x81..=0x9f | 0xe0..=0xfc) if shift_jis => pair(bytes),
        (Characters::Kanji, _) => {
            wrong(1, format!("byte {byte:02X} is no character without FS C 1"))
        }
    }
}

/// Only the length matters here: what is obeyed on receipt has been obeyed.
fn real_time(bytes: &[u8], abilities: &Abilities) -> Parsed {
    let length = match bytes.get(1..3) {
        None => return Parsed::Partial,
        Some([0x04 | 0x05, _]) => 3,
        Some([0x14, 0x01 | 0x02]) if abilities.real_time_switch => 5,
        Some([0x14, 0x08]) => 10,
        Some(other) => return wrong(1, format!("10 {other:02X?} is no real-time command")),
    };
    match bytes.get(..length) {
        None => Parsed::Partial,
        Some(_) if length == 10 && !abilities.clears_buffers => lacking(10, "DLE DC4 08"),
        Some(whole) if length == 3 && !is_real_time_number(whole) => {
            wrong(3, format!("{whole:02X?} is no real-time command"))
        }
        Some(_) => Parsed::Whole(Command::RealTime, length),
    }
}

fn is_real_time_number(whole: &[u8]) -> bool {
    matches!(whole, [0x10, 0x04, 1..=4] | [0x10, 0x05, 1..=2])
}

fn device_control(bytes: &[u8], abilities: &Abilities) -> Parsed {
    match bytes.get(1) {
        None => Parsed::Partial,
        Some(_) if !abilities.answer_byte => lacking(1, "DC2"),
        Some(0x71) => fixed(bytes, 2, 3, |p| Some(Command::AnswerByte(0x80 | (p[0] & 0x0f)))),
        Some(other) => wrong(2, format!("DC2 {other:02X} is not known")),
    }
}

fn escape(bytes: &[u8], abilities: &Abilities) -> Parsed {
    let Some(name) = bytes.get(1) else { return Parsed::Partial };
    match name {
        0x40 => Parsed::Whole(Command::Initialise, 2),
        0x32 => Parsed::Whole(Command::Set(Setting::LineSpacingDefault), 2),
        0x33 => fixed(bytes, 2, 3, |p| Some(Command::Set(Setting::LineSpacingUnits(p[0])))),
        0x4a => fixed(bytes, 2, 3, |p| Some(Command::FeedUnits(p[0]))),
        0x64 => fixed(bytes, 2, 3, |p| Some(Command::FeedLines(p[0]))),
        0x24 => fixed(bytes, 2, 4, |p| {
            Some(Command::Set(Setting::MoveTo(u16::from_le_bytes([p[0], p[1]]))))
        }),
        0x5c => fixed(bytes, 2, 4, |p| {
            Some(Command::Set(Setting::MoveBy(i16::from_le_bytes([p[0], p[1]]))))
        }),
        0x45 => fixed(bytes, 2, 3, |p| Some(Command::Set(Setting::Emphasis(p[0] & 1 == 1)))),
        0x61 => fixed(bytes, 2, 3, |p| digit(p[0], 2).map(|n| Command::Set(Setting::Align(n)))),
        0x74 if bytes.len() < 3 => Parsed::Partial,
        0x74 if abilities.characters == Characters::Unknown => lacking(3, "ESC t"),
        0x74 => fixed(bytes, 2, 3, |p| {
            matches!(p[0], 0..=5 | 16..=19).then_some(Command::Set(Setting::CodeTable(p[0])))
        }),
        0x52 => fixed(bytes, 2, 3, |p| {
            (p[0] <= 17).then_some(Command::Set(Setting::InternationalSet(p[0])))
        }),
        other => wrong(2, format!("ESC {other:02X} is not known")),
    }
}

/// Kanji commands exist on the Japanese model only (TM-T88III specification p.146).
fn file_separator(bytes: &[u8], abilities: &Abilities) -> Parsed {
    let has_kanji = abilities.characters == Characters::Kanji;
    match bytes.get(1) {
        None => Parsed::Partial,
        Some(0x2e) if has_kanji => Parsed::Whole(Command::Nothing, 2),
        Some(0x43) if has_kanji => {
            fixed(bytes, 2, 3, |p| digit(p[0], 1).map(|n| Command::Set(Setting::ShiftJis(n == 1))))
        }
        Some(0x2e) => lacking(2, "FS ."),
        Some(0x43) if bytes.len() < 3 => Parsed::Partial,
        Some(0x43) => lacking(3, "FS C"),
        Some(other) => wrong(2, format!("FS {other:02X} is not known")),
    }
}

fn group_separator(bytes: &[u8], abilities: &Abilities) -> Parsed {
    let Some(name) = bytes.get(1) else { return Parsed::Partial };
    match name {
        0x21 => fixed(bytes, 2, 3, |p| {
            let (width, height) = ((p[0] >> 4) + 1, (p[0] & 0x0f) + 1);
            let highest = abilities.scale_max;
            (width <= highest && height <= highest)
                .then_some(Command::Set(Setting::Size { width, height }))
        }),
        0x50 => fixed(bytes, 2, 4, |p| {
            Some(Command::Set(Setting::MotionUnits { horizontal: p[0], vertical: p[1] }))
        }),
        // The twin's paper begins at the left edge.
        0x4c => fixed(bytes, 2, 4, |p| (p == [0, 0]).then_some(Command::Nothing)),
        0x57 => fixed(bytes, 2, 4, |p| {
            Some(Command::Set(Setting::PrintWidth(u16::from_le_bytes([p[0], p[1]]))))
        }),
        // Printers of unknown make take it, and need not answer.
        0x61 if !abilities.automatic_status => fixed(bytes, 2, 3, |_| Some(Command::Nothing)),
        0x61 => fixed(bytes, 2, 3, |p| Some(Command::AutomaticStatus(p[0]))),
        0x49 if bytes.len() < 3 => Parsed::Partial,
        0x49 if !abilities.automatic_status => lacking(3, "GS I"),
        0x49 => fixed(bytes, 2, 3, |p| match p[0] {
            n @ (1..=3 | 65..=69) => Some(Command::TransmitId(n)),
            n @ 49..=51 => Some(Command::TransmitId(n - 48)),
            _ => None,
        }),
        0x72 => {
            fixed(bytes, 2, 3, |p| digit(p[0], 2).filter(|n| *n > 0).map(Command::TransmitStatus))
        }
        0x56 => cut(bytes, abilities),
        0x76 => raster(bytes),
        0x28 => extended(bytes, abilities),
        0x38 => graphics_8(bytes, abilities),
        other => wrong(2, format!("GS {other:02X} is not known")),
    }
}

fn cut(bytes: &[u8], abilities: &Abilities) -> Parsed {
    let (full, length) = match bytes.get(2) {
        None => return Parsed::Partial,
        Some(m @ (0 | 48 | 1 | 49)) => (m % 48 == 0, 3),
        Some(m @ (65 | 66)) => (*m == 65, 4),
        Some(m) => return wrong(3, format!("GS V {m:02X} is not known")),
    };
    if bytes.len() < length {
        return Parsed::Partial;
    }
    match (abilities.cutter, full) {
        (Cutter::Absent, _) => lacking(length, "GS V"),
        (Cutter::Full, false) => lacking(length, "a partial cut"),
        (Cutter::Partial, _) | (Cutter::Full, true) => {
            let feed = match bytes.get(3).filter(|_| length == 4) {
                Some(units) => CutFeed::ToBlade(*units),
                None => CutFeed::None,
            };
            Parsed::Whole(Command::Cut { full, feed }, length)
        }
    }
}

/// `GS v 0 m xL xH yL yH`: raster, x in bytes. Modes 0 to 3: bit 0 doubles the width of a dot,
/// bit 1 its height.
fn raster(bytes: &[u8]) -> Parsed {
    match bytes.get(2) {
        None => return Parsed::Partial,
        Some(0x30) => {}
        Some(other) => return wrong(3, format!("GS v {other:02X} is not known")),
    }
    fixed(bytes, 3, 8, |p| {
        let mode = digit(p[0], 3)?;
        let across = u32::from(u16::from_le_bytes([p[1], p[2]]));
        let down = u32::from(u16::from_le_bytes([p[3], p[4]]));
        let sound = (1..=RASTER_MAX.0).contains(&across) && (1..=RASTER_MAX.1).contains(&down);
        sound.then_some(Command::Picture(PictureHead {
            width_dots: across * 8,
            height_dots: down,
            scale: (1 + u32::from(mode & 1), 1 + u32::from(mode >> 1)),
            stored: false,
        }))
    })
}

/// `GS ( x pL pH data`.
fn extended(bytes: &[u8], abilities: &Abilities) -> Parsed {
    let Some(&[kind, low, high]) = bytes.get(2..5) else { return Parsed::Partial };
    let data_length = usize::from(u16::from_le_bytes([low, high]));
    if kind == b'L' {
        return graphics(bytes, 5, data_length, abilities);
    }
    let length = 5 + data_length;
    let Some(data) = bytes.get(5..length) else { return Parsed::Partial };
    let command = match (kind, data) {
        (b'H', _) if !abilities.process_id => return lacking(length, "GS ( H"),
        (b'D', _) if !abilities.real_time_switch => return lacking(length, "GS ( D"),
        (b'k', _) if !abilities.draws_qr => return lacking(length, "GS ( k"),
        (b'H', &[48, 48, a, b, c, d]) if [a, b, c, d].iter().all(|n| (0x20..=0x7e).contains(n)) => {
            Command::ProcessId([a, b, c, d])
        }
        (b'D', &[20, ref pairs @ ..]) => match real_time_switch(pairs) {
            Some(command) => command,
            None => return wrong(length, format!("GS ( D {data:02X?} is not known")),
        },
        (b'k', &[49, 65, 49 | 50, 0]) => Command::Nothing,
        (b'k', &[49, 67, dots @ 1..=16]) => Command::Set(Setting::QrModule(dots)),
        (b'k', &[49, 69, level @ 48..=51]) => Command::Set(Setting::QrCorrection(level - 48)),
        (b'k', &[49, 80, 48, ref payload @ ..]) => Command::Set(Setting::QrStore(payload.to_vec())),
        (b'k', &[49, 81, 48]) => Command::QrPrint,
        _ => {
            return wrong(length, format!("GS ( {} {data:02X?} is not known", char::from(kind)));
        }
    };
    Parsed::Whole(command, length)
}

/// Pairs of a function, 1 (pulse) or 2 (power off), and whether it is obeyed.
fn real_time_switch(pairs: &[u8]) -> Option<Command> {
    let read = |pair: &[u8]| match *pair {
        [function @ 1..=2, obeyed] => digit(obeyed, 1).map(|obeyed| (function, obeyed == 1)),
        _ => None,
    };
    let pairs: Option<Vec<(u8, bool)>> = pairs.chunks(2).map(read).collect();
    pairs.filter(|pairs| !pairs.is_empty()).map(Command::RealTimeSwitch)
}

/// `GS 8 L p1 p2 p3 p4 m fn …`.
fn graphics_8(bytes: &[u8], abilities: &Abilities) -> Parsed {
    match bytes.get(2) {
        None => return Parsed::Partial,
        Some(b'L') => {}
        Some(other) => return wrong(3, format!("GS 8 {other:02X} is not known")),
    }
    let Some(&[p1, p2, p3, p4]) = bytes.get(3..7) else { return Parsed::Partial };
    graphics(bytes, 7, u32::from_le_bytes([p1, p2, p3, p4]) as usize, abilities)
}

/// Function 112 stores a picture in raster format, function 50 prints what is stored.
fn graphics(bytes: &[u8], start: usize, data_length: usize, abilities: &Abilities) -> Parsed {
    if !abilities.graphics {
        return lacking(start, "GS ( L");
    }
    let Some(&[m, function]) = bytes.get(start..start + 2) else { return Parsed::Partial };
    match (m, function) {
        (48, 2 | 50) if data_length == 2 => Parsed::Whole(Command::PrintStored, start + 2),
        (48, 112) => {
            let Some(head) = bytes.get(start + 2..start + 10) else { return Parsed::Partial };
            match stored_picture(head).filter(|head| head.byte_count() + 10 == data_length) {
                Some(head) => Parsed::Whole(Command::Picture(head), start + 10),
                None => wrong(start + 10, format!("GS ( L 112 {head:02X?} is out of range")),
            }
        }
        _ => wrong(start + 2, format!("GS ( L {m} {function} is not known")),
    }
}

/// `a bx by c xL xH yL yH`, in dots.
fn stored_picture(head: &[u8]) -> Option<PictureHead> {
    let &[48, across @ 1..=2, down @ 1..=2, 49, x_low, x_high, y_low, y_high] = head else {
        return None;
    };
    let width_dots = u32::from(u16::from_le_bytes([x_low, x_high]));
    let height_dots = u32::from(u16::from_le_bytes([y_low, y_high]));
    let sound = (1..=GRAPHICS_MAX.0).contains(&width_dots)
        && (1..=GRAPHICS_MAX.1 / u32::from(down)).contains(&height_dots);
    let scale = (u32::from(across), u32::from(down));
    sound.then_some(PictureHead { width_dots, height_dots, scale, stored: true })
}

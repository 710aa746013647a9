//! StarPRNT: bytes → commands.
//!
//! Source: Star's StarPRNT and Star Line Mode command specifications.

use super::bitmap::Bitmap;
use super::command::{Align, Code, Command, Setting};
use super::escpos::Read;
use super::model::Model;
use super::{characters, hex};

/// Reads one command.
///
/// # Errors
///
/// What the language does not have, or has with other parameters.
pub fn read(bytes: &[u8], model: &Model) -> Read {
    let Some(&first) = bytes.first() else { return Ok(None) };
    match first {
        0x0a => Ok(Some((Command::LineFeed, 1))),
        0x17 => Ok(Some((Command::Etb, 1))),
        0x1b => escape(bytes, model),
        0x00..=0x1f | 0x7f => Err(format!("control byte in text: {}", hex(bytes))),
        _ if characters::begins_kanji(first) => match bytes {
            [_] => Ok(None),
            _ => {
                let kanji = characters::kanji(first, bytes[1])?;
                Ok(Some((Command::Character(kanji, 2), 2)))
            }
        },
        _ => Ok(Some((Command::Character(characters::narrow(first)?, 1), 1))),
    }
}

/// A number that may be a digit: Star takes 1 and "1" alike.
fn number(n: u8) -> u8 {
    if n.is_ascii_digit() { n - b'0' } else { n }
}

/// Commands with one parameter byte at `bytes[at]`, the last.
fn parameter(bytes: &[u8], at: usize, make: impl FnOnce(u8) -> Result<Command, String>) -> Read {
    match bytes.get(at) {
        Some(&n) => Ok(Some((make(n)?, at + 1))),
        None => Ok(None),
    }
}

fn escape(bytes: &[u8], model: &Model) -> Read {
    let Some(&second) = bytes.get(1) else { return Ok(None) };
    match second {
        b'@' => Ok(Some((Command::Initialise, 2))),
        b'E' => Ok(Some((Command::Set(Setting::Bold(true)), 2))),
        b'F' => Ok(Some((Command::Set(Setting::Bold(false)), 2))),
        // 3 mm and 4 mm, at 8 dots each.
        b'0' => Ok(Some((Command::Set(Setting::Spacing(Some(24))), 2))),
        b'z' => parameter(bytes, 2, |n| match number(n) {
            0 => Ok(Command::Set(Setting::Spacing(Some(24)))),
            1 => Ok(Command::Set(Setting::Spacing(None))),
            other => Err(format!("line feed {other}")),
        }),
        b'i' => match bytes {
            [_, _, high, wide, ..] => match (number(*high), number(*wide)) {
                (high @ 0..=5, wide @ 0..=5) => {
                    Ok(Some((Command::Set(Setting::Size(wide + 1, high + 1)), 4)))
                }
                _ => Err(format!("size {}", hex(bytes))),
            },
            _ => Ok(None),
        },
        b'R' => parameter(bytes, 2, |n| match number(n) {
            n @ 0..=16 => Ok(Command::Set(Setting::Nation(n))),
            other => Err(format!("national characters {other}")),
        }),
        b'$' => parameter(bytes, 2, |n| match number(n) {
            0 => Ok(Command::Set(Setting::ShiftJis(false))),
            1 => Ok(Command::Set(Setting::ShiftJis(true))),
            other => Err(format!("kanji {other}")),
        }),
        // Quarters and eighths of a millimetre.
        b'J' => parameter(bytes, 2, |n| Ok(Command::FeedDots(2 * u32::from(n)))),
        b'I' => parameter(bytes, 2, |n| Ok(Command::FeedDots(u32::from(n)))),
        b'a' => parameter(bytes, 2, |n| Ok(Command::FeedLines(n))),
        b'd' => parameter(bytes, 2, |n| match number(n) {
            n @ 0..=3 => Ok(Command::Cut { full: n % 2 == 0, feeds: n >= 2 }),
            other => Err(format!("cut {other}")),
        }),
        0x1e => record(bytes),
        0x1d => group(bytes, model),
        _ => Err(format!("unknown command {}", hex(bytes))),
    }
}

/// `ESC RS …`.
fn record(bytes: &[u8]) -> Read {
    match bytes.get(2) {
        None => Ok(None),
        Some(b'a') => parameter(bytes, 3, |n| match number(n) {
            n @ 0..=3 => Ok(Command::Set(Setting::AutomaticStatus(n != 0))),
            other => Err(format!("automatic status {other}")),
        }),
        Some(b'E') => parameter(bytes, 3, |_| Ok(Command::Set(Setting::EtbReset))),
        Some(_) => Err(format!("unknown command {}", hex(bytes))),
    }
}

/// `ESC GS …`.
fn group(bytes: &[u8], model: &Model) -> Read {
    match bytes.get(2) {
        None => Ok(None),
        Some(b'a') => parameter(bytes, 3, |n| Ok(Command::Set(Setting::Align(Align::of(n)?)))),
        Some(b't') => parameter(bytes, 3, |n| Ok(Command::Set(Setting::Table(n)))),
        Some(b'A') => match bytes {
            [_, _, _, low, high, ..] => {
                Ok(Some((Command::Position(u16::from_le_bytes([*low, *high])), 5)))
            }
            _ => Ok(None),
        },
        Some(b'S') => picture(bytes, model),
        Some(b'y') => code(bytes),
        Some(_) => Err(format!("unknown command {}", hex(bytes))),
    }
}

/// `ESC GS S m xL xH yL yH n data`.
fn picture(bytes: &[u8], model: &Model) -> Read {
    let [_, _, _, tone, xl, xh, yl, yh, color, data @ ..] = bytes else { return Ok(None) };
    if (*tone, *color) != (1, 0) {
        return Err(format!("picture in tone {tone} color {color}"));
    }
    let across = usize::from(u16::from_le_bytes([*xl, *xh]));
    let down = usize::from(u16::from_le_bytes([*yl, *yh]));
    if across == 0 || down == 0 || across > (model.width as usize).div_ceil(8) {
        return Err(format!("picture of {across} bytes by {down} on {} dots", model.width));
    }
    if data.len() < across * down {
        return Ok(None);
    }
    let bitmap = Bitmap::from_rows(&data[..across * down], across);
    Ok(Some((Command::Picture(bitmap), 9 + across * down)))
}

/// `ESC GS y …`.
fn code(bytes: &[u8]) -> Read {
    let [_, _, _, group, rest @ ..] = bytes else { return Ok(None) };
    match (group, rest) {
        (b'P', _) => Ok(Some((Command::PrintCode, 4))),
        (b'S', [b'0', 2, ..]) => Ok(Some((Command::Code(Code::Model), 6))),
        (b'S', [b'1', n @ 0..=3, ..]) => Ok(Some((Command::Code(Code::Correction(*n)), 6))),
        (b'S', [b'2', n @ 1..=8, ..]) => Ok(Some((Command::Code(Code::Module(*n)), 6))),
        (b'D', [b'1', 0, low, high, data @ ..]) => {
            let length = usize::from(u16::from_le_bytes([*low, *high]));
            match data.get(..length) {
                Some(data) => Ok(Some((Command::Code(Code::Payload(data.to_vec())), 8 + length))),
                None => Ok(None),
            }
        }
        (b'S', [] | [b'0'..=b'2']) | (b'D', [] | [b'1'] | [b'1', 0] | [b'1', 0, _]) => Ok(None),
        _ => Err(format!("ESC GS y with {}", hex(&bytes[3..]))),
    }
}

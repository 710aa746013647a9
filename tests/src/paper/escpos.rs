//! ESC/POS: bytes → commands.
//!
//! Sources: Epson's ESC/POS reference, TM-T88III specification, RP-F10 technical reference
//! (DC2 q), PPU-700 command reference. Only what one of the models is documented to have.

use super::bitmap::Bitmap;
use super::command::{Align, Code, Command, Setting};
use super::model::{BAND_BYTES_MAX, Ending, Letters, Model};
use super::{characters, hex};

/// What was read: a command and its length; `None` when more bytes are needed.
pub type Read = Result<Option<(Command, usize)>, String>;

/// Reads one command.
///
/// # Errors
///
/// What the model does not have, or has with other parameters.
pub fn read(bytes: &[u8], model: &Model) -> Read {
    let Some(&first) = bytes.first() else { return Ok(None) };
    match first {
        0x0a => Ok(Some((Command::LineFeed, 1))),
        0x1b => escape(bytes),
        0x1c => kanji(bytes, model),
        0x1d => group(bytes, model),
        0x12 => response(bytes, model),
        0x00..=0x1f | 0x7f => Err(format!("control byte in text: {}", hex(bytes))),
        _ => character(bytes, model),
    }
}

fn character(bytes: &[u8], model: &Model) -> Read {
    match model.letters {
        Letters::Unknown => Err(format!("text on a printer of unknown letters: {}", hex(bytes))),
        Letters::Latin => Ok(Some((Command::Character(characters::latin(bytes[0])?, 1), 1))),
        Letters::Kanji if characters::begins_kanji(bytes[0]) => match bytes {
            [_] => Ok(None),
            _ => {
                let kanji = characters::kanji(bytes[0], bytes[1])?;
                Ok(Some((Command::Character(kanji, 2), 2)))
            }
        },
        Letters::Kanji => Ok(Some((Command::Character(characters::narrow(bytes[0])?, 1), 1))),
    }
}

/// Commands with one parameter byte at `bytes[2]`.
fn parameter(bytes: &[u8], make: impl FnOnce(u8) -> Result<Command, String>) -> Read {
    match bytes.get(2) {
        Some(&n) => Ok(Some((make(n)?, 3))),
        None => Ok(None),
    }
}

fn escape(bytes: &[u8]) -> Read {
    let Some(&second) = bytes.get(1) else { return Ok(None) };
    match second {
        b'@' => Ok(Some((Command::Initialise, 2))),
        b'2' => Ok(Some((Command::Set(Setting::Spacing(None)), 2))),
        b'3' => parameter(bytes, |n| Ok(Command::Set(Setting::Spacing(Some(n))))),
        b'J' => parameter(bytes, |n| Ok(Command::FeedUnits(n))),
        b'd' => parameter(bytes, |n| Ok(Command::FeedLines(n))),
        b'a' => parameter(bytes, |n| Ok(Command::Set(Setting::Align(Align::of(n)?)))),
        b'E' => parameter(bytes, |n| Ok(Command::Set(Setting::Bold(n & 1 == 1)))),
        b't' => parameter(bytes, |n| Ok(Command::Set(Setting::Table(n)))),
        b'R' => parameter(bytes, |n| match n {
            0..=17 => Ok(Command::Set(Setting::Nation(n))),
            other => Err(format!("national characters {other}")),
        }),
        b'$' => match bytes {
            [_, _, low, high, ..] => {
                Ok(Some((Command::Position(u16::from_le_bytes([*low, *high])), 4)))
            }
            _ => Ok(None),
        },
        _ => Err(format!("unknown command {}", hex(bytes))),
    }
}

fn kanji(bytes: &[u8], model: &Model) -> Read {
    if model.letters != Letters::Kanji {
        return Err(format!("kanji command on a model without kanji: {}", hex(bytes)));
    }
    let Some(&second) = bytes.get(1) else { return Ok(None) };
    match second {
        b'.' => Ok(Some((Command::Set(Setting::JisOff), 2))),
        b'C' => parameter(bytes, |n| match n {
            0 | 48 => Ok(Command::Set(Setting::ShiftJis(false))),
            1 | 49 => Ok(Command::Set(Setting::ShiftJis(true))),
            other => Err(format!("kanji code {other}")),
        }),
        _ => Err(format!("unknown command {}", hex(bytes))),
    }
}

fn group(bytes: &[u8], model: &Model) -> Read {
    let Some(&second) = bytes.get(1) else { return Ok(None) };
    match second {
        b'!' => parameter(bytes, |n| match n & 0x88 {
            0 => Ok(Command::Set(Setting::Size((n >> 4) + 1, (n & 7) + 1))),
            _ => Err(format!("size {n:02X}")),
        }),
        b'P' => match bytes {
            [_, _, x, y, ..] => Ok(Some((Command::Set(Setting::Units(*x, *y)), 4))),
            _ => Ok(None),
        },
        b'a' => parameter(bytes, |n| Ok(Command::Set(Setting::AutomaticStatus(n != 0)))),
        b'r' => parameter(bytes, |n| match n {
            1 | 49 => Ok(Command::Fence),
            other => Err(format!("GS r {other}")),
        }),
        b'V' => cut(bytes),
        b'v' => picture(bytes, model),
        b'(' => extended(bytes, model),
        _ => Err(format!("unknown command {}", hex(bytes))),
    }
}

fn cut(bytes: &[u8]) -> Read {
    let Some(&m) = bytes.get(2) else { return Ok(None) };
    match m {
        0 | 48 => Ok(Some((Command::Cut { full: true, feeds: false }, 3))),
        1 | 49 => Ok(Some((Command::Cut { full: false, feeds: false }, 3))),
        65 | 66 if bytes.len() < 4 => Ok(None),
        65 | 66 => Ok(Some((Command::Cut { full: m == 65, feeds: true }, 4))),
        other => Err(format!("GS V {other}")),
    }
}

fn picture(bytes: &[u8], model: &Model) -> Read {
    let [_, _, zero, mode, xl, xh, yl, yh, data @ ..] = bytes else { return Ok(None) };
    if (*zero, *mode & !0x30) != (b'0', 0) {
        return Err(format!("picture in mode {zero:02X} {mode:02X}"));
    }
    let across = usize::from(u16::from_le_bytes([*xl, *xh]));
    let down = usize::from(u16::from_le_bytes([*yl, *yh]));
    if across == 0 || down == 0 || across > (model.width as usize).div_ceil(8) {
        return Err(format!("picture of {across} bytes by {down} on {} dots", model.width));
    }
    if across * down + 8 > BAND_BYTES_MAX {
        return Err(format!("a band of {} bytes does not fit the buffer", across * down + 8));
    }
    if data.len() < across * down {
        return Ok(None);
    }
    let bitmap = Bitmap::from_rows(&data[..across * down], across);
    Ok(Some((Command::Picture(bitmap), 8 + across * down)))
}

/// `GS ( x pL pH …`.
fn extended(bytes: &[u8], model: &Model) -> Read {
    let [_, _, kind, low, high, rest @ ..] = bytes else { return Ok(None) };
    let length = usize::from(u16::from_le_bytes([*low, *high]));
    let Some(body) = rest.get(..length) else { return Ok(None) };
    let epson = model.ending == Ending::ProcessId;
    let command = match (kind, body) {
        (b'H', [0x30, 0x30, id @ ..]) if epson => {
            let id = <[u8; 4]>::try_from(id).map_err(|_| format!("ID of {} bytes", id.len()))?;
            match id.iter().all(|byte| matches!(byte, 0x20..=0x7e)) {
                true => Command::ProcessId(id),
                false => return Err(format!("ID that is not printable: {}", hex(&id))),
            }
        }
        (b'D', [0x14, 1, 0, 2, 0]) if epson => Command::Set(Setting::NoRealTime),
        (b'k', body) if model.draws_qr => code(body)?,
        _ => return Err(format!("unknown command {}", hex(bytes))),
    };
    Ok(Some((command, 5 + length)))
}

fn code(body: &[u8]) -> Result<Command, String> {
    match body {
        [49, 65, 50, 0] => Ok(Command::Code(Code::Model)),
        [49, 67, n @ 1..=16] => Ok(Command::Code(Code::Module(*n))),
        [49, 69, n @ 48..=51] => Ok(Command::Code(Code::Correction(n - 48))),
        [49, 80, 48, data @ ..] if !data.is_empty() => {
            Ok(Command::Code(Code::Payload(data.to_vec())))
        }
        [49, 81, 48] => Ok(Command::PrintCode),
        other => Err(format!("GS ( k with {}", hex(other))),
    }
}

fn response(bytes: &[u8], model: &Model) -> Read {
    match bytes {
        [_] | [_, b'q'] if model.ending == Ending::Response => Ok(None),
        [_, b'q', n @ 0..=15, ..] if model.ending == Ending::Response => {
            Ok(Some((Command::Response(*n), 3)))
        }
        _ => Err(format!("unknown command {}", hex(bytes))),
    }
}

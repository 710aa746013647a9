//! Codes of the printer's own characters → characters.

use encoding_rs::{SHIFT_JIS, WINDOWS_1252};

/// A single byte on a Japanese model with katakana (`ESC t 1`) and Japan's national characters
/// (`ESC R 8`): JIS X 0201.
pub fn narrow(byte: u8) -> Result<char, String> {
    match byte {
        0x5c => Ok('¥'),
        0x7e => Ok('‾'),
        0x20..=0x7d => Ok(char::from(byte)),
        0xa1..=0xdf => char::from_u32(0xff61 + u32::from(byte) - 0xa1)
            .ok_or_else(|| format!("no katakana {byte:02X}")),
        other => Err(format!("no character {other:02X}")),
    }
}

/// Whether a byte begins a double-byte character of Shift_JIS.
pub fn begins_kanji(byte: u8) -> bool {
    matches!(byte, 0x81..=0x9f | 0xe0..=0xef)
}

/// A double-byte character; only what JIS X 0208 has is sure to be in a printer's ROM, so the
/// rows that NEC and IBM added (13, 89 to 92, 115 to 119) are refused.
pub fn kanji(first: u8, second: u8) -> Result<char, String> {
    let code = || format!("{first:02X}{second:02X}");
    let row = (u32::from(first) - if first < 0xa0 { 0x81 } else { 0xc1 }) * 2
        + 1
        + u32::from(second >= 0x9f);
    if !matches!(row, 1..=8 | 16..=84) {
        return Err(format!("row {row} of {} is not of JIS X 0208", code()));
    }
    let pair = [first, second];
    let (text, _, broken) = SHIFT_JIS.decode(&pair);
    let mut characters = text.chars();
    match (characters.next(), characters.next(), broken) {
        (Some(character), None, false) => Ok(character),
        _ => Err(format!("no kanji {}", code())),
    }
}

/// A single byte of Windows-1252, without the five that are nothing.
pub fn latin(byte: u8) -> Result<char, String> {
    if byte < 0x20 || matches!(byte, 0x7f | 0x81 | 0x8d | 0x8f | 0x90 | 0x9d) {
        return Err(format!("no character {byte:02X}"));
    }
    let single = [byte];
    let (text, _, _) = WINDOWS_1252.decode(&single);
    text.chars().next().ok_or_else(|| format!("no character {byte:02X}"))
}

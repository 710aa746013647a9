//! Characters → Windows-1252, the code page WPC1252 of printers sold outside Japan.

use super::character::Glyph;
use encoding_rs::WINDOWS_1252;

/// The glyph of `written`; `None` when the code page has none.
pub(super) fn exact(written: char) -> Option<Glyph> {
    let character = normalised(written);
    let mut buffer = [0; 4];
    let (bytes, _, unmappable) = WINDOWS_1252.encode(character.encode_utf8(&mut buffer));
    match *bytes {
        _ if unmappable => None,
        // Five codes of 80h to 9Fh are unassigned; browsers read them as control characters.
        [0x81 | 0x8d | 0x8f | 0x90 | 0x9d] => None,
        [byte @ (0x20..=0x7e | 0x80..=0xff)] => Some(Glyph::half(character, byte)),
        _ => None,
    }
}

/// The form that the code page has of spaces and dashes that look the same.
fn normalised(character: char) -> char {
    match character {
        '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' => ' ',
        '\u{2010}' | '\u{2011}' | '−' => '-',
        '〜' => '~',
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portuguese_is_written_and_what_the_code_page_lacks_is_not() {
        let written = |text: &str| -> Option<Vec<u8>> {
            text.chars().map(|c| exact(c).map(|glyph| glyph.bytes()[0])).collect()
        };
        assert_eq!(written("Não"), Some(vec![0x4e, 0xe3, 0x6f]));
        assert_eq!(written("10–20 €"), Some(vec![0x31, 0x30, 0x96, 0x32, 0x30, 0x20, 0x80]));
        for text in ["番", "ế", "ő", "—\u{81}", "①", "한"] {
            assert_eq!(written(text), None, "{text}");
        }
    }

    #[test]
    fn no_character_becomes_a_control_byte() {
        for character in '\u{0}'..=char::MAX {
            let Some(glyph) = exact(character) else { continue };
            let byte = glyph.bytes()[0];
            assert!(byte >= 0x20 && byte != 0x7f, "{character:?} became {byte:02X}");
        }
    }
}

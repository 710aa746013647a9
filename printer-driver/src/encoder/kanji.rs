//! Characters → Shift_JIS in the printer's own font.
//!
//! Only JIS X 0208 is sent (rows 1 to 8 and 16 to 84), because a printer's ROM need not have the
//! vendor rows and tables disagree on them (髙 is FBFC in one and EEE0 in another).
//! Three things happen to other characters, in this order:
//!
//! 1. *normalised*: the same character in the form that Shift_JIS has (〜 → ～). Not reported.
//! 2. *transliterated*: an equal in meaning (① → (1), № → No., 髙 → 高, a registered variant that
//!    dictionaries list as the same character). Reported.
//! 3. *missing*: printed as 〓. Reported.

use super::character::Glyph;
use encoding_rs::SHIFT_JIS;

/// The glyph of `written` as it stands, in the form that Shift_JIS has; `None` when it has none.
pub(super) fn exact(written: char) -> Option<Glyph> {
    glyph(normalised(written))
}

/// An equal in meaning of a character that has no glyph, or 〓.
pub(super) fn substitute(written: char) -> &'static str {
    transliterated(written).unwrap_or("〓")
}

/// The glyph of a character that Shift_JIS and JIS X 0208 have.
pub(super) fn glyph(character: char) -> Option<Glyph> {
    let mut buffer = [0; 4];
    let (bytes, _, unmappable) = SHIFT_JIS.encode(character.encode_utf8(&mut buffer));
    match *bytes {
        _ if unmappable => None,
        [single @ (0x20..=0x7e | 0xa1..=0xdf)] => Some(Glyph::half(character, single)),
        [lead, trail] if matches!(jis_row(lead, trail), 1..=8 | 16..=84) => {
            Some(Glyph::full(character, [lead, trail]))
        }
        _ => None,
    }
}

/// The JIS row (区) of a Shift_JIS pair.
fn jis_row(lead: u8, trail: u8) -> u8 {
    let pair = if lead < 0xa0 { lead - 0x81 } else { lead - 0xc1 };
    pair * 2 + if trail >= 0x9f { 2 } else { 1 }
}

/// The form of a character that Shift_JIS has. Half-width 5C and 7E print as ¥ and ‾ in the Japan
/// set, so a backslash and a tilde take their full-width forms.
fn normalised(character: char) -> char {
    match character {
        '〜' | '~' => '～',
        '‖' => '∥',
        '—' => '―',
        '–' | '‑' => '‐',
        '−' => '－',
        '¢' => '￠',
        '£' => '￡',
        '¬' => '￢',
        '\\' => '＼',
        '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' => ' ',
        '·' => '・',
        _ => character,
    }
}

/// An equal in meaning that JIS X 0208 has.
///
/// Ideographs: only variants that dictionaries (and the Ministry of Justice's table of family
/// register characters) list as the same character; never a merely similar one.
fn transliterated(character: char) -> Option<&'static str> {
    const CIRCLED: [&str; 20] = [
        "(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)", "(10)", "(11)", "(12)",
        "(13)", "(14)", "(15)", "(16)", "(17)", "(18)", "(19)", "(20)",
    ];
    const ROMAN: [&str; 10] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"];
    Some(match character {
        '①'..='⑳' => CIRCLED[character as usize - '①' as usize],
        'Ⅰ'..='Ⅹ' => ROMAN[character as usize - 'Ⅰ' as usize],
        '№' => "No.",
        '℡' => "TEL",
        '㏍' => "K.K.",
        '㈱' => "(株)",
        '㈲' => "(有)",
        '㈹' => "(代)",
        '㍾' => "明治",
        '㍽' => "大正",
        '㍼' => "昭和",
        '㍻' => "平成",
        '㋿' => "令和",
        '㎜' => "mm",
        '㎝' => "cm",
        '㎞' => "km",
        '㎎' => "mg",
        '㎏' => "kg",
        '㎡' => "m2",
        '⋯' => "…",
        '•' => "・",
        '©' => "(C)",
        '®' => "(R)",
        '髙' => "高",
        '﨑' => "崎",
        '德' => "徳",
        '濵' => "濱",
        '𠮷' => "吉",
        // CJK compatibility ideographs, by Unicode's own canonical mapping.
        '\u{fa10}' => "塚",
        '\u{fa12}' => "晴",
        '\u{fa16}' => "猪",
        '\u{fa17}' => "益",
        '\u{fa18}' => "礼",
        '\u{fa19}' => "神",
        '\u{fa1a}' => "祥",
        '\u{fa1b}' => "福",
        '\u{fa1c}' => "靖",
        '\u{fa1d}' => "精",
        '\u{fa1e}' => "羽",
        '\u{fa25}' => "逸",
        '\u{fa26}' => "都",
        '\u{fa2c}' => "館",
        '\u{fa2d}' => "鶴",
        '\u{f9dc}' => "隆",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::character::{Code, Substitution, is_invisible};

    fn printed(text: &str) -> (String, Vec<u8>, Vec<Substitution>) {
        let (mut all, mut substitutions) = (Vec::new(), Vec::new());
        Code::ShiftJis.glyphs(text, &mut all, &mut substitutions);
        let bytes = all.iter().flat_map(|glyph| glyph.bytes().to_vec()).collect();
        (all.iter().map(|glyph| glyph.character).collect(), bytes, substitutions)
    }

    #[test]
    fn ordinary_text_is_shift_jis() {
        let (text, bytes, substitutions) = printed("番号札A1ｱ");
        assert_eq!(text, "番号札A1ｱ");
        assert_eq!(bytes, [0x94, 0xd4, 0x8d, 0x86, 0x8e, 0x44, 0x41, 0x31, 0xb1]);
        assert_eq!(substitutions, []);
    }

    #[test]
    fn forms_that_shift_jis_lacks_are_normalised_without_a_report() {
        for (written, bytes) in [
            ("〜", vec![0x81, 0x60]),
            ("~", vec![0x81, 0x60]),
            ("‖", vec![0x81, 0x61]),
            ("—", vec![0x81, 0x5c]),
            ("–", vec![0x81, 0x5d]),
            ("−", vec![0x81, 0x7c]),
            ("¥", vec![0x5c]),
            ("\\", vec![0x81, 0x5f]),
            ("\u{a0}", vec![0x20]),
        ] {
            let (_, encoded, substitutions) = printed(written);
            assert_eq!((encoded, substitutions), (bytes, vec![]), "{written}");
        }
    }

    #[test]
    fn characters_outside_jis_x_0208_are_replaced_and_reported() {
        for (written, expected) in [
            ("①", "(1)"),
            ("⑳", "(20)"),
            ("Ⅳ", "IV"),
            ("№", "No."),
            ("髙", "高"),
            ("﨑", "崎"),
            ("德", "徳"),
            ("𠮷", "吉"),
            ("㋿", "令和"),
            ("é", "〓"),
            ("한", "〓"),
            ("骶", "〓"),
            ("😀", "〓"),
        ] {
            let (text, _, substitutions) = printed(written);
            assert_eq!(text, expected);
            assert_eq!(substitutions.len(), 1, "{written}");
            assert_eq!(substitutions[0].is_missing(), expected == "〓", "{written}");
        }
    }

    #[test]
    fn a_command_hidden_in_text_is_not_obeyed() {
        let (text, bytes, _) = printed("x\u{1b}p0\u{0}\u{10}\u{4}\u{9b}\u{7f}\u{200b}y");
        assert_eq!((text.as_str(), bytes.as_slice()), ("xp0y", b"xp0y".as_slice()));
    }

    /// All of Unicode: nothing panics, nothing is lost without a report, no control byte leaves.
    #[test]
    fn every_character_is_printed_or_reported() {
        for character in ('\u{0}'..=char::MAX).filter(|c| !is_invisible(*c)) {
            let (text, bytes, substitutions) = printed(&character.to_string());
            assert!(!text.is_empty(), "{character:?} vanished");
            assert!(bytes.iter().all(|byte| *byte >= 0x20 && *byte != 0x7f), "{character:?}");
            if text != character.to_string() && substitutions.is_empty() {
                assert_ne!(normalised(character), character, "{character:?} changed unseen");
            }
            let (decoded, malformed) = SHIFT_JIS.decode_without_bom_handling(&bytes);
            assert!(!malformed, "{character:?}");
            let yen = decoded.replace('\\', "¥");
            let same = |a: &str| a.replace(['¥', '‾'], "~") == yen.replace(['¥', '~'], "~");
            assert!(same(&text), "{character:?} prints as {decoded}, expected {text}");
        }
    }

    #[test]
    fn every_entry_of_the_tables_prints() {
        for character in '\u{a0}'..=char::MAX {
            let Some(target) = transliterated(character) else { continue };
            assert!(target.chars().all(|c| glyph(c).is_some()), "{character} → {target}");
        }
        assert!(glyph('〓').is_some());
    }
}

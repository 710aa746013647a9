//! Characters in a printer's own code.

use super::{kanji, latin};

/// A character that is printed otherwise than written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution {
    /// As written in the document.
    pub written: char,
    /// As printed: an equal in meaning, 〓, or `?` where the printer has no 〓.
    pub printed: &'static str,
}

impl Substitution {
    /// Whether the character is missing from the paper, not merely written differently.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self.printed, "〓" | "?")
    }
}

/// One character in the printer's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Glyph {
    /// As it will look.
    pub(crate) character: char,
    bytes: [u8; 2],
    /// 1: half width; 2: full width.
    pub(crate) columns: u8,
}

impl Glyph {
    /// A half-width character.
    pub(super) fn half(character: char, byte: u8) -> Glyph {
        Glyph { character, bytes: [byte, 0], columns: 1 }
    }

    /// A full-width character.
    pub(super) fn full(character: char, bytes: [u8; 2]) -> Glyph {
        Glyph { character, bytes, columns: 2 }
    }

    /// One byte for half width, two for full width.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.columns)]
    }
}

/// The code of a printer's own characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// Shift_JIS, of which JIS X 0208.
    ShiftJis,
    /// Windows-1252.
    Latin,
}

impl Code {
    /// Appends the glyphs of `text` to `glyphs`, and what was replaced to `substitutions`.
    ///
    /// Control and invisible formatting characters have no glyph and are dropped.
    pub(crate) fn glyphs(
        self,
        text: &str,
        glyphs: &mut Vec<Glyph>,
        substitutions: &mut Vec<Substitution>,
    ) {
        for written in text.chars() {
            if is_invisible(written) {
                continue;
            }
            if let Some(glyph) = self.exact(written) {
                glyphs.push(glyph);
                continue;
            }
            let printed = match self {
                Code::ShiftJis => kanji::substitute(written),
                Code::Latin => "?",
            };
            glyphs.extend(printed.chars().filter_map(|character| self.exact(character)));
            substitutions.push(Substitution { written, printed });
        }
    }

    /// Whether every character of `text` is printed as written.
    pub(crate) fn can_write(self, text: &str) -> bool {
        text.chars().all(|character| is_invisible(character) || self.exact(character).is_some())
    }

    fn exact(self, written: char) -> Option<Glyph> {
        match self {
            Code::ShiftJis => kanji::exact(written),
            Code::Latin => latin::exact(written),
        }
    }
}

/// Control and formatting characters, which have no glyph.
pub(crate) fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0100}'..='\u{e01ef}')
}

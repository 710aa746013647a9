//! Text → dots, in any script, from fonts that the caller brings.
//!
//! ```text
//! spans ── faces ──► runs ── shaping ──► words ── lines ──► glyphs ──► bitmap
//!         (which font          (cosmic-text)    (wrapped        (cached,
//!          has it)                               here)           1 bit)
//! ```
//!
//! Every character gets the first face that has it, by the forms that its span asks for, so no
//! font is chosen by chance: a line of Japanese keeps the UD gothic for its Latin letters, a line
//! of Vietnamese is set wholly in a face that has all its marks. A character that no face has is
//! drawn as 〓 and reported.

mod faces;
mod fonts;
mod glyph;
mod paragraph;
mod sheet;

use crate::document::{Align, Span, Style};
pub use crate::encoder::Substitution;
pub use fonts::{FontError, Fonts};
pub(crate) use sheet::{Page, Sheet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Shapes and draws text. One serves all printers of a program: share it in an `Arc`.
///
/// The fonts are read at the first text, some 20 ms; drawn glyphs are kept.
pub struct Typesetter {
    fonts: Fonts,
    press: Mutex<Option<Press>>,
}

/// What is made of the fonts at the first text.
struct Press {
    faces: faces::Faces,
    glyphs: glyph::GlyphCache,
}

impl fmt::Debug for Typesetter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Typesetter").field("fonts", &self.fonts).finish_non_exhaustive()
    }
}

/// How large characters are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Em {
    /// Width of a full-width character in dots.
    pub(crate) width: u16,
    /// Height of a full-width character in dots.
    pub(crate) height: u16,
}

impl Em {
    /// The size of `style` where plain text has `body` dots.
    pub(crate) fn of(style: Style, body: u16) -> Em {
        Em {
            width: body * u16::from(style.width.factor()),
            height: body * u16::from(style.height.factor()),
        }
    }
}

impl Typesetter {
    /// A typesetter with `fonts`; cheap, nothing is read yet.
    #[must_use]
    pub fn new(fonts: Fonts) -> Typesetter {
        Typesetter { fonts, press: Mutex::new(None) }
    }

    /// Draws one paragraph on paper `width_dots` wide, plain text `body_dots` high; rows of packed
    /// dots, 1 is black. For pictures of text outside a job.
    #[must_use]
    pub fn draw_lines(
        &self,
        spans: &[Span],
        align: Align,
        width_dots: u16,
        body_dots: u16,
    ) -> (u32, Vec<u8>) {
        let mut sheet = Sheet::new(self, Page::of_body(width_dots, body_dots));
        sheet.paragraph(spans, align);
        let bitmap = sheet.finish(&mut Vec::new());
        (bitmap.height() as u32, bitmap.data().to_vec())
    }

    /// The fonts.
    #[must_use]
    pub fn fonts(&self) -> &Fonts {
        &self.fonts
    }

    /// Whether some font has `character`.
    #[must_use]
    pub fn has(&self, character: char) -> bool {
        self.with_press(|press| press.faces.any_has(character))
    }

    fn with_press<T>(&self, work: impl FnOnce(&mut Press) -> T) -> T {
        // The caches are whole after every step, so a panic elsewhere has not torn them.
        let mut guard: MutexGuard<'_, Option<Press>> =
            self.press.lock().unwrap_or_else(PoisonError::into_inner);
        let press = guard.get_or_insert_with(|| Press {
            faces: faces::Faces::new(&self.fonts),
            glyphs: glyph::GlyphCache::new(),
        });
        work(press)
    }
}

impl Press {
    /// The dots of one glyph.
    fn draw(&mut self, key: glyph::GlyphKey) -> Option<&glyph::GlyphPicture> {
        self.glyphs.picture(&mut self.faces.system, key)
    }
}

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

use crate::document::{Span, Style};
pub use fonts::{FontError, Fonts};
pub(crate) use sheet::{Page, Sheet};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most paragraphs kept shaped; an office has some 300 in ten languages, and times and counts.
const PARAGRAPH_COUNT_MAX: usize = 1024;

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
    /// Shaping is the slow part, and slips repeat themselves.
    paragraphs: HashMap<Vec<Span>, Arc<paragraph::Shaped>>,
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
            paragraphs: HashMap::new(),
        });
        work(press)
    }
}

impl Press {
    /// The words of a paragraph.
    fn shaped(&mut self, spans: &[Span]) -> Arc<paragraph::Shaped> {
        if let Some(shaped) = self.paragraphs.get(spans) {
            return Arc::clone(shaped);
        }
        if self.paragraphs.len() >= PARAGRAPH_COUNT_MAX {
            self.paragraphs.clear();
        }
        let shaped = Arc::new(paragraph::shape(&mut self.faces, spans));
        self.paragraphs.insert(spans.to_vec(), Arc::clone(&shaped));
        shaped
    }

    /// The dots of one glyph.
    fn draw(&mut self, key: glyph::GlyphKey) -> Option<&glyph::GlyphPicture> {
        self.glyphs.picture(&mut self.faces.system, key)
    }
}

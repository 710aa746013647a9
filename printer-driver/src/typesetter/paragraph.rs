//! Spans → lines of placed glyphs.
//!
//! Words and their breaks come from the shaper, which follows Unicode's line breaking: no line
//! begins with a closing mark, a Latin word stays whole while it fits. Lines are filled here,
//! because characters may be wider than high, which the shaper does not know.

use super::glyph::GlyphKey;
use super::{Em, Press};
use crate::document::Span;
use crate::encoder::Substitution;
use cosmic_text::{Attrs, AttrsList, ShapeGlyph, ShapeLine, Shaping};

/// A glyph of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlacedGlyph {
    pub(super) key: GlyphKey,
    /// Dots from the beginning of the line.
    pub(super) x: f32,
    /// Dots above the base line.
    pub(super) rise: f32,
}

/// One line of paper.
#[derive(Clone, Debug, Default)]
pub(super) struct TextLine {
    pub(super) glyphs: Vec<PlacedGlyph>,
    /// Without white space at its end.
    pub(super) width: f32,
    /// The tallest characters in it.
    pub(super) em_height: u16,
}

/// Characters in one face and style.
struct Run {
    em: Em,
    doubled: bool,
}

/// A word, or the white space between two.
struct Word {
    is_blank: bool,
    glyphs: Vec<(GlyphKey, ShapeGlyph)>,
}

/// Sets `spans` in lines of at most `width` dots; plain text is `body` dots high. An empty
/// paragraph is one empty line.
pub(super) fn lines(
    press: &mut Press,
    spans: &[Span],
    body: u16,
    width: f32,
    substitutions: &mut Vec<Substitution>,
) -> Vec<TextLine> {
    let em_height_max =
        spans.iter().map(|span| Em::of(span.style, body).height).max().unwrap_or(body);
    let mut filler = Filler::new(width);
    for word in words(press, spans, body, substitutions) {
        filler.word(&word);
    }
    let mut lines = filler.finish();
    for line in &mut lines {
        if line.glyphs.is_empty() {
            line.em_height = em_height_max;
        }
    }
    lines
}

/// The words of `spans`, shaped.
fn words(
    press: &mut Press,
    spans: &[Span],
    body: u16,
    substitutions: &mut Vec<Substitution>,
) -> Vec<Word> {
    let mut text = String::new();
    let mut runs = Vec::new();
    let mut attributes = AttrsList::new(&Attrs::new());
    for span in spans {
        let characters: Vec<char> = printable(&span.text).collect();
        let mut faces = press.faces.assign(&characters, span.han, span.style.emphasis);
        let geta = press.faces.assign(&['〓'], span.han, span.style.emphasis)[0];
        for (index, character) in characters.iter().enumerate() {
            let begin = text.len();
            match faces[index] {
                Some(_) => text.push(*character),
                None if matches!(character, '\u{200c}' | '\u{200d}') => continue,
                None => {
                    substitutions.push(Substitution { written: *character, printed: "〓" });
                    faces[index] = geta;
                    text.push('〓');
                }
            }
            let Some(face) = faces[index] else { continue };
            if index == 0 || faces[index - 1] != Some(face) {
                let doubled = span.style.emphasis && !press.faces.face(face).is_bold();
                runs.push(Run { em: Em::of(span.style, body), doubled });
            }
            let attrs = press.faces.face(face).attributes().metadata(runs.len() - 1);
            attributes.add_span(begin..text.len(), &attrs);
        }
    }
    shaped(press, &text, &attributes, &runs)
}

fn shaped(press: &mut Press, text: &str, attributes: &AttrsList, runs: &[Run]) -> Vec<Word> {
    if text.is_empty() {
        return Vec::new();
    }
    let line = ShapeLine::new(&mut press.faces.system, text, attributes, Shaping::Advanced, 4);
    let mut words = Vec::new();
    for word in line.spans.into_iter().flat_map(|span| span.words) {
        let glyphs = word.glyphs.into_iter().filter_map(|glyph| {
            let run = runs.get(glyph.metadata)?;
            let key = GlyphKey {
                font: glyph.font_id,
                weight: glyph.font_weight,
                glyph: glyph.glyph_id,
                em: run.em,
                doubled: run.doubled,
            };
            Some((key, glyph))
        });
        words.push(Word { is_blank: word.blank, glyphs: glyphs.collect() });
    }
    words
}

/// Characters that can be drawn: no control characters, and of the invisible ones only the
/// joiners that Devanagari is spelt with. Half a surrogate never reaches here.
fn printable(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter_map(|character| match character {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{200c}' | '\u{200d}' => Some(character),
        _ if crate::encoder::is_invisible(character) => None,
        _ => Some(character),
    })
}

/// Fills lines with words.
struct Filler {
    limit: f32,
    lines: Vec<TextLine>,
    line: TextLine,
    /// Where the next glyph goes, with white space.
    pen: f32,
}

impl Filler {
    fn new(limit: f32) -> Filler {
        Filler { limit, lines: Vec::new(), line: TextLine::default(), pen: 0.0 }
    }

    fn word(&mut self, word: &Word) {
        let width: f32 = word.glyphs.iter().map(|(key, glyph)| advance(key, glyph)).sum();
        if word.is_blank {
            // White space at the beginning of a line that was broken is dropped.
            if !self.line.glyphs.is_empty() || self.lines.is_empty() {
                self.pen += width;
            }
            return;
        }
        if self.pen + width > self.limit && !self.line.glyphs.is_empty() {
            self.break_line();
        }
        for (key, glyph) in &word.glyphs {
            let advance = advance(key, glyph);
            // A word longer than a line is broken where it must be.
            if self.pen + advance > self.limit && advance > 0.0 && !self.line.glyphs.is_empty() {
                self.break_line();
            }
            self.line.glyphs.push(PlacedGlyph {
                key: *key,
                x: self.pen + glyph.x_offset * f32::from(key.em.width),
                rise: glyph.y_offset * f32::from(key.em.height),
            });
            self.pen += advance;
            self.line.width = self.line.width.max(self.pen);
            self.line.em_height = self.line.em_height.max(key.em.height);
        }
    }

    fn break_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.line));
        self.pen = 0.0;
    }

    fn finish(mut self) -> Vec<TextLine> {
        if !self.line.glyphs.is_empty() || self.lines.is_empty() {
            self.break_line();
        }
        self.lines
    }
}

fn advance(key: &GlyphKey, glyph: &ShapeGlyph) -> f32 {
    let doubled = if key.doubled { 1.0 } else { 0.0 };
    let advance = glyph.x_advance * f32::from(key.em.width);
    if advance > 0.0 { advance + doubled } else { advance }
}

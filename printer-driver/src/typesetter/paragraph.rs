//! Spans → lines of placed glyphs.
//!
//! Words and their breaks come from the shaper, which follows Unicode's line breaking: no line
//! begins with a closing mark, a Latin word stays whole while it fits. Lines are filled here,
//! because characters may be wider than high, which the shaper does not know.

use super::faces::Faces;
use super::glyph::GlyphKey;
use super::{Em, Press};
use crate::document::{Span, Style};
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
    style: Style,
    doubled: bool,
}

/// A shaped paragraph, at no size yet.
pub(super) struct Shaped {
    words: Vec<Word>,
    substitutions: Vec<Substitution>,
}

/// A word, or the white space between two.
struct Word {
    is_blank: bool,
    glyphs: Vec<SetGlyph>,
}

/// A glyph in its style; lengths in parts of the em.
struct SetGlyph {
    style: Style,
    doubled: bool,
    shape: ShapeGlyph,
}

impl SetGlyph {
    fn key(&self, body: u16) -> GlyphKey {
        GlyphKey {
            font: self.shape.font_id,
            weight: self.shape.font_weight,
            glyph: self.shape.glyph_id,
            em: Em::of(self.style, body),
            doubled: self.doubled,
        }
    }

    fn advance(&self, em: Em) -> f32 {
        let advance = self.shape.x_advance * f32::from(em.width);
        // A doubled glyph is one dot wider; a mark that stands on another glyph has no width.
        if self.doubled && advance > 0.0 { advance + 1.0 } else { advance }
    }
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
    let shaped = press.shaped(spans);
    let mut filler = Filler::new(width, body);
    for word in &shaped.words {
        filler.word(word);
    }
    substitutions.extend(shaped.substitutions.iter().cloned());
    let mut lines = filler.finish();
    for line in &mut lines {
        if line.glyphs.is_empty() {
            line.em_height = em_height_max;
        }
    }
    lines
}

/// Shapes `spans`.
pub(super) fn shape(faces: &mut Faces, spans: &[Span]) -> Shaped {
    let mut text = String::new();
    let mut runs = Vec::new();
    let mut substitutions = Vec::new();
    let mut attributes = AttrsList::new(&Attrs::new());
    for span in spans {
        let characters: Vec<char> = printable(&span.text).collect();
        let chosen = faces.assign(&characters, span.han, span.style.emphasis);
        let geta = faces.assign(&['〓'], span.han, span.style.emphasis)[0];
        let mut face_before = None;
        for (character, face) in characters.into_iter().zip(chosen) {
            let begin = text.len();
            match face {
                Some(_) => text.push(character),
                None if matches!(character, '\u{200c}' | '\u{200d}') => continue,
                None => {
                    substitutions.push(Substitution { written: character, printed: "〓" });
                    text.push('〓');
                }
            }
            // Without a font even for 〓 nothing is drawn; the report says so.
            let Some(face) = face.or(geta) else { continue };
            if face_before != Some(face) {
                let doubled = span.style.emphasis && !faces.face(face).is_bold();
                runs.push(Run { style: span.style, doubled });
                face_before = Some(face);
            }
            let attrs = faces.face(face).attributes().metadata(runs.len() - 1);
            attributes.add_span(begin..text.len(), &attrs);
        }
    }
    Shaped { words: words(faces, &text, &attributes, &runs), substitutions }
}

fn words(faces: &mut Faces, text: &str, attributes: &AttrsList, runs: &[Run]) -> Vec<Word> {
    if text.is_empty() {
        return Vec::new();
    }
    let line = ShapeLine::new(&mut faces.system, text, attributes, Shaping::Advanced, 4);
    let mut words: Vec<Word> = Vec::new();
    for word in line.spans.into_iter().flat_map(|span| span.words) {
        let begin = word.glyphs.iter().map(|glyph| glyph.start).min().unwrap_or(0);
        let glyphs = word.glyphs.into_iter().filter_map(|shape| {
            let run = runs.get(shape.metadata)?;
            Some(SetGlyph { style: run.style, doubled: run.doubled, shape })
        });
        match words.last_mut() {
            Some(before) if !word.blank && !before.is_blank && is_inside_korean(text, begin) => {
                before.glyphs.extend(glyphs);
            }
            _ => words.push(Word { is_blank: word.blank, glyphs: glyphs.collect() }),
        }
    }
    words
}

/// Whether a syllable of Korean stands on both sides of `at`: Korean is broken between words,
/// though Unicode would allow it anywhere.
fn is_inside_korean(text: &str, at: usize) -> bool {
    let is_syllable = |character: char| matches!(character, '\u{ac00}'..='\u{d7a3}');
    let (before, after) = text.split_at(at);
    before.chars().next_back().is_some_and(is_syllable)
        && after.chars().next().is_some_and(is_syllable)
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
    body: u16,
    lines: Vec<TextLine>,
    line: TextLine,
    /// Where the next glyph goes, with white space.
    pen: f32,
}

impl Filler {
    fn new(limit: f32, body: u16) -> Filler {
        Filler { limit, body, lines: Vec::new(), line: TextLine::default(), pen: 0.0 }
    }

    fn word(&mut self, word: &Word) {
        let body = self.body;
        let width: f32 =
            word.glyphs.iter().map(|glyph| glyph.advance(Em::of(glyph.style, body))).sum();
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
        for glyph in &word.glyphs {
            let key = glyph.key(body);
            let advance = glyph.advance(key.em);
            // A word longer than a line is broken where it must be.
            if self.pen + advance > self.limit && advance > 0.0 && !self.line.glyphs.is_empty() {
                self.break_line();
            }
            self.line.glyphs.push(PlacedGlyph {
                key,
                x: self.pen + glyph.shape.x_offset * f32::from(key.em.width),
                rise: glyph.shape.y_offset * f32::from(key.em.height),
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

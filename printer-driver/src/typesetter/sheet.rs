//! A strip of paper that grows downwards as blocks are drawn on it.

use super::glyph::GlyphKey;
use super::paragraph::{self, PlacedGlyph, TextLine};
use super::{Em, Press, Typesetter};
use crate::document::{Align, Rule, Scale, Span, Style};
use crate::encoder::Substitution;
use crate::raster::Bitmap;

/// The base line of plain text lies this far down its em: 880 of 1,000 in BIZ UDPGothic.
const BASELINE_PER_MILLE: u32 = 880;
/// A label's characters are condensed to this part of their width before they become smaller.
const CONDENSED_PER_MILLE_MIN: u32 = 700;
/// A label's characters are a multiple of this wide.
const LABEL_STEP_DOTS: u32 = 4;
/// White to the left and right of a label, 2 mm, as no roll runs quite straight.
const LABEL_MARGIN_DOTS: u32 = 16;
/// White above and below it.
const LABEL_PADDING_DOTS: usize = 10;
/// A last line that is shorter than this part of the paper's width is a widow.
const WIDOW_PARTS: f32 = 4.0;
/// Plain characters become at most so much smaller to save a widow.
const WIDOW_SHRINK_DOTS_MAX: u16 = 2;
/// Plain characters are never made smaller than 2 mm.
const BODY_DOTS_MIN: u16 = 16;
/// At this size a label is measured.
const LABEL_PROBE_DOTS: u16 = 256;

/// The paper and the sizes of what is drawn on it, in dots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// Printable width.
    pub(crate) width: u16,
    /// Height of plain characters.
    pub(crate) body: u16,
    /// From one line of plain text to the next.
    pub(crate) pitch: u16,
    /// Most height of a label.
    pub(crate) label_height: u16,
    /// Whether the two texts of a line stand at the edges, or close together to save bytes.
    pub(crate) spread: bool,
}

/// Draws blocks from top to bottom.
pub(crate) struct Sheet<'a> {
    typesetter: &'a Typesetter,
    page: Page,
    bitmap: Bitmap,
    /// Where the next block begins.
    y: usize,
    substitutions: Vec<Substitution>,
}

/// A line ready to be drawn.
struct DrawnLine {
    line: TextLine,
    /// Dots from the paper's left edge.
    x: f32,
}

impl<'a> Sheet<'a> {
    pub(crate) fn new(typesetter: &'a Typesetter, page: Page) -> Sheet<'a> {
        let bitmap = Bitmap::new(usize::from(page.width), 0);
        Sheet { typesetter, page, bitmap, y: 0, substitutions: Vec::new() }
    }

    /// The drawn strip; what was replaced is appended to `substitutions`.
    pub(crate) fn finish(mut self, substitutions: &mut Vec<Substitution>) -> Bitmap {
        self.bitmap.grow(self.y);
        substitutions.append(&mut self.substitutions);
        self.bitmap
    }

    /// A paragraph; wraps at the paper's edge.
    pub(crate) fn paragraph(&mut self, spans: &[Span], align: Align) {
        let width = f32::from(self.page.width);
        let mut lines = self.lines(spans, width);
        if let Some(tighter) = self.without_widow(spans, &lines) {
            lines = tighter;
        }
        for line in lines {
            let spare = (width - line.width).max(0.0);
            let x = match align {
                Align::Left => 0.0,
                Align::Center => (spare / 2.0).floor(),
                Align::Right => spare.floor(),
            };
            self.draw_lines(vec![DrawnLine { line, x }]);
        }
    }

    /// Two texts on one line where they fit, else the right one below.
    pub(crate) fn columns(&mut self, left: &Span, right: &Span) {
        let width = f32::from(self.page.width);
        let gap = f32::from(self.page.body);
        let mut left_lines = self.lines(std::slice::from_ref(left), width);
        let mut right_lines = self.lines(std::slice::from_ref(right), width);
        let fits = left_lines.len() == 1
            && right_lines.len() == 1
            && left_lines[0].width + gap + right_lines[0].width <= width;
        if let (true, Some(left), Some(right)) = (fits, left_lines.pop(), right_lines.pop()) {
            let x = if self.page.spread {
                (width - right.width).floor()
            } else {
                left.width.ceil() + gap
            };
            let right = DrawnLine { line: right, x };
            self.draw_lines(vec![DrawnLine { line: left, x: 0.0 }, right]);
            return;
        }
        self.paragraph(std::slice::from_ref(left), Align::Left);
        self.paragraph(std::slice::from_ref(right), Align::Right);
    }

    /// The number that is called: its ink as high as the page allows, or as wide as the paper
    /// does, centred. Characters are condensed a little before they become smaller.
    pub(crate) fn label(&mut self, text: &str) {
        let style = Style::sized(Scale::X1, Scale::X1).emphasised();
        let spans = [Span::new(text, style)];
        let probe = Em { width: LABEL_PROBE_DOTS, height: LABEL_PROBE_DOTS };
        let Some(ink) = self.ink(&spans, probe) else { return };
        let (width, height) = (u32::from(self.page.width), u32::from(self.page.label_height));
        let mut em_height = u32::from(LABEL_PROBE_DOTS) * height / ink.height.max(1);
        let room = width.saturating_sub(2 * LABEL_MARGIN_DOTS);
        let em_width_max = u32::from(LABEL_PROBE_DOTS) * room / ink.width.max(1);
        // In steps, so that the glyphs of one label serve the next.
        let em_width = em_width_max.min(em_height) / LABEL_STEP_DOTS * LABEL_STEP_DOTS;
        em_height = em_height.min(em_width * 1000 / CONDENSED_PER_MILLE_MIN);
        let em = Em { width: em_width as u16, height: em_height as u16 };
        let Some(ink) = self.ink(&spans, em) else { return };
        self.y += LABEL_PADDING_DOTS;
        let x = (width.saturating_sub(ink.width) / 2) as i32 - ink.left;
        let glyphs = self.label_glyphs(&spans, em);
        let top = self.y as i32 + ink.top;
        self.bitmap.grow(self.y + ink.height as usize);
        self.draw_glyphs(&glyphs, x as f32, top);
        self.y += ink.height as usize + LABEL_PADDING_DOTS;
    }

    /// A horizontal line, in the middle of a line of text.
    pub(crate) fn rule(&mut self, rule: Rule) {
        let pitch = usize::from(self.page.pitch);
        let thickness = match rule {
            Rule::Thin => 2,
            Rule::Thick => 4,
        };
        self.bitmap.grow(self.y + pitch);
        let y = self.y + (pitch - thickness) / 2;
        self.bitmap.fill(0, y, usize::from(self.page.width), thickness);
        self.y += pitch;
    }

    /// White space.
    pub(crate) fn feed(&mut self, dots: u16) {
        self.y += usize::from(dots);
    }

    /// A picture, in the middle.
    pub(crate) fn picture(&mut self, picture: &Bitmap) {
        let x = (i32::from(self.page.width) - picture.width() as i32) / 2;
        self.bitmap.grow(self.y + picture.height());
        self.bitmap.draw(picture, x, self.y as i32);
        self.y += picture.height();
    }

    /// The same paragraph a little smaller, when that saves a last line of a word or two.
    fn without_widow(&self, spans: &[Span], lines: &[TextLine]) -> Option<Vec<TextLine>> {
        let width = f32::from(self.page.width);
        let last = lines.last().filter(|_| lines.len() > 1)?;
        if last.width * WIDOW_PARTS > width {
            return None;
        }
        (1..=WIDOW_SHRINK_DOTS_MAX).find_map(|dots| {
            let body = self.page.body.checked_sub(dots).filter(|body| *body >= BODY_DOTS_MIN)?;
            let tighter = self
                .typesetter
                .with_press(|press| paragraph::lines(press, spans, body, width, &mut Vec::new()));
            (tighter.len() < lines.len()).then_some(tighter)
        })
    }

    fn lines(&mut self, spans: &[Span], width: f32) -> Vec<TextLine> {
        let (body, substitutions) = (self.page.body, &mut self.substitutions);
        self.typesetter
            .with_press(|press| paragraph::lines(press, spans, body, width, substitutions))
    }

    /// Lines side by side, on one base line. Their ink is never cut: a line is higher when its
    /// marks are.
    fn draw_lines(&mut self, lines: Vec<DrawnLine>) {
        let em = lines.iter().map(|drawn| drawn.line.em_height).max().unwrap_or(0);
        let em = if em == 0 { self.page.body } else { em };
        let lead = u32::from(self.page.pitch - self.page.body);
        let mut above = u32::from(em) * BASELINE_PER_MILLE / 1000 + lead / 2;
        let mut below = u32::from(em) + lead - above;
        for drawn in &lines {
            if let Some(ink) = self.glyphs_ink(&drawn.line.glyphs) {
                above = above.max(ink.top.max(0) as u32);
                below = below.max((ink.height as i32 - ink.top).max(0) as u32);
            }
        }
        let baseline = self.y as i32 + above as i32;
        self.bitmap.grow(self.y + (above + below) as usize);
        for drawn in lines {
            self.draw_glyphs(&drawn.line.glyphs, drawn.x, baseline);
        }
        self.y += (above + below) as usize;
    }

    fn draw_glyphs(&mut self, glyphs: &[PlacedGlyph], x: f32, baseline: i32) {
        let bitmap = &mut self.bitmap;
        self.typesetter.with_press(|press| {
            for glyph in glyphs {
                let Some(picture) = press.draw(glyph.key) else { continue };
                let left = (x + glyph.x).round() as i32 + picture.left;
                let top = baseline - glyph.rise.round() as i32 - picture.top;
                bitmap.draw(&picture.bitmap, left, top);
            }
        });
    }

    fn glyphs_ink(&self, glyphs: &[PlacedGlyph]) -> Option<Ink> {
        self.typesetter.with_press(|press| Ink::of(press, glyphs))
    }

    fn label_glyphs(&mut self, spans: &[Span], em: Em) -> Vec<PlacedGlyph> {
        self.typesetter.with_press(|press| {
            let lines = paragraph::lines(press, spans, em.height, f32::MAX, &mut Vec::new());
            let ratio = f32::from(em.width) / f32::from(em.height);
            let glyphs = lines.into_iter().flat_map(|line| line.glyphs);
            glyphs
                .map(|glyph| PlacedGlyph {
                    key: GlyphKey { em, ..glyph.key },
                    x: glyph.x * ratio,
                    ..glyph
                })
                .collect()
        })
    }

    fn ink(&mut self, spans: &[Span], em: Em) -> Option<Ink> {
        let glyphs = self.label_glyphs(spans, em);
        self.glyphs_ink(&glyphs)
    }
}

/// The box around the black dots of a line.
struct Ink {
    /// Of the first column, from the line's beginning.
    left: i32,
    /// Of the first row, above the base line.
    top: i32,
    width: u32,
    height: u32,
}

impl Ink {
    fn of(press: &mut Press, glyphs: &[PlacedGlyph]) -> Option<Ink> {
        let mut bounds: Option<(i32, i32, i32, i32)> = None;
        for glyph in glyphs {
            let Some(picture) = press.draw(glyph.key) else { continue };
            let left = glyph.x.round() as i32 + picture.left;
            let top = -(glyph.rise.round() as i32) - picture.top;
            let right = left + picture.bitmap.width() as i32;
            let bottom = top + picture.bitmap.height() as i32;
            let (l, t, r, b) = bounds.unwrap_or((left, top, right, bottom));
            bounds = Some((l.min(left), t.min(top), r.max(right), b.max(bottom)));
        }
        let (left, top, right, bottom) = bounds?;
        Some(Ink { left, top: -top, width: (right - left) as u32, height: (bottom - top) as u32 })
    }
}

//! Document + profile → bytes, whatever the model speaks.
//!
//! ```text
//! blocks ──┬── writable ──► rows of the printer's characters ──┬──► escpos or star ──► bytes
//!          └── others ────► typesetter ──► rows of dots ───────┘
//! ```
//!
//! One [`Encoder`] per printer: it holds the profile, how fast the line is, and the typesetter.
//! Pure: the same document and job give the same bytes. Block by block:
//!
//! - What the printer's own characters can say exactly is sent as text: some 300 bytes a ticket.
//! - A block with even one other character is drawn whole, so that nothing is lost or replaced.
//! - A label is drawn where the line is fast, because a drawn one is larger than any printer's
//!   characters; on a slow line it is text.
//! - Pictures are drawn, and QR codes where the printer has none.
//!
//! On a slow line a job with drawn lines is held to [`SLOW_JOB_BYTES_MAX`] by drawing them
//! smaller, as little as suffices; 2 mm is the smallest, so where everything has to be drawn
//! (`raster`, Japanese on `epson-intl`) it is longer, which is why those models want a fast line.
//! Without a typesetter, text that cannot be written is replaced and reported
//! ([`Encoded::substitutions`]).

mod character;
mod kanji;
mod latin;
mod row;

use crate::completion::CompletionMark;
use crate::document::{Block, Document, Scale, Span};
use crate::printer::{JobId, ProcessId};
use crate::profile::{Dialect, Profile, TextMode};
use crate::raster::{BandLimit, Bitmap, bands, draw_qr};
use crate::typesetter::{Fonts, Page, Sheet, Typesetter};
use crate::{escpos, star};
use character::Code;
pub use character::Substitution;
pub(crate) use character::is_invisible;
pub(crate) use row::{Piece, Row};
use std::sync::Arc;

/// From this speed on a line is fast: half a second for 50 KB, a ticket drawn whole.
pub const FAST_LINE_BYTES_PER_SECOND: u32 = 100_000;
/// Most bytes of a job with drawn lines on a slow line: 0.7 s at 115,200 bit/s. Logos come on top
/// where they alone would take it.
pub const SLOW_JOB_BYTES_MAX: usize = 8192;
/// Sizes of drawn text on a slow line, largest first, in 24ths of the printer's characters, and
/// whether the two texts of a line stand at the edges of the paper. 16 of 24 dots are 2 mm,
/// which is the smallest print that a form of an office uses (6 pt).
const SLOW_STEPS: [(u16, bool); 5] = [(22, true), (20, true), (18, true), (18, false), (16, false)];
/// The size of the printer's own characters, and texts at the edges of the paper.
const FULL_SIZE: (u16, bool) = (24, true);

/// A job as bytes, ready for a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// What is sent.
    pub bytes: Vec<u8>,
    /// The ID that comes back when it is on paper, where the printer returns one.
    pub process_id: ProcessId,
    /// Paper that it feeds, without the way to the blade; used to know how long to wait.
    pub height_dots: u32,
    /// Characters printed otherwise than written, in order.
    pub substitutions: Vec<Substitution>,
}

/// Encodes documents for one printer.
#[derive(Clone, Debug)]
pub struct Encoder {
    profile: Profile,
    link_bytes_per_second: u32,
    /// Without fonts where the caller gave none.
    typesetter: Arc<Typesetter>,
}

impl Encoder {
    /// An encoder for `profile` on a line that carries `link_bytes_per_second`, without fonts.
    #[must_use]
    pub fn new(profile: Profile, link_bytes_per_second: u32) -> Encoder {
        let typesetter = Arc::new(Typesetter::new(Fonts::new()));
        Encoder { profile, link_bytes_per_second, typesetter }
    }

    /// The same encoder, drawing what the printer's characters cannot say.
    #[must_use]
    pub fn with_typesetter(self, typesetter: Arc<Typesetter>) -> Encoder {
        Encoder { typesetter, ..self }
    }

    /// The profile.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// What the line carries.
    #[must_use]
    pub fn link_bytes_per_second(&self) -> u32 {
        self.link_bytes_per_second
    }

    /// Encodes `document` as the job `id`. Total: every document within its limits has bytes.
    #[must_use]
    pub fn encode(&self, document: &Document, id: JobId) -> Encoded {
        let full = self.encode_at(document, id, FULL_SIZE);
        if self.is_fast() || !self.has_text() {
            return full;
        }
        let budget = SLOW_JOB_BYTES_MAX + self.picture_bytes(document);
        let full_bytes = full.bytes.len();
        let mut best = full;
        for (size, spread) in SLOW_STEPS {
            if best.bytes.len() <= budget {
                break;
            }
            // Bytes shrink about with the square of the size; a size that is far too large by that
            // need not be tried.
            let hoped = full_bytes * usize::from(size * size) / 576;
            if hoped > budget + budget / 8 && (size, spread) != SLOW_STEPS[SLOW_STEPS.len() - 1] {
                continue;
            }
            best = self.encode_at(document, id, (size, spread));
        }
        best
    }

    fn encode_at(&self, document: &Document, id: JobId, step: (u16, bool)) -> Encoded {
        let mut substitutions = Vec::new();
        let rows = self.rows(document, self.page(step), &mut substitutions);
        let height_dots = rows.iter().map(|row| row.height_dots(&self.profile)).sum();
        let mark = CompletionMark::new(self.profile.completion, id);
        let bytes = match self.profile.dialect {
            Dialect::EscPos => {
                escpos::write(&rows, &self.profile, self.band_limit(), &mark, document.cut())
            }
            Dialect::Star => {
                star::write(&rows, &self.profile, self.band_limit(), &mark, document.cut())
            }
        };
        Encoded { bytes, process_id: ProcessId::of(id), height_dots, substitutions }
    }

    /// The rows of `document`; neighbouring blocks that are drawn share one picture.
    fn rows(
        &self,
        document: &Document,
        page: Page,
        substitutions: &mut Vec<Substitution>,
    ) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut sheet: Option<Sheet<'_>> = None;
        for block in document.blocks() {
            if self.is_drawn(block, sheet.is_some()) {
                let sheet = sheet.get_or_insert_with(|| Sheet::new(&self.typesetter, page));
                draw(sheet, block);
                self.warn_if_cut(block);
                continue;
            }
            if let Some(sheet) = sheet.take() {
                rows.push(Row::Picture(sheet.finish(substitutions)));
            }
            row::append(block, &self.profile, self.code(), substitutions, &mut rows);
        }
        if let Some(sheet) = sheet {
            rows.push(Row::Picture(sheet.finish(substitutions)));
        }
        rows
    }

    /// Whether `block` is drawn; white space is when what stands above it is.
    fn is_drawn(&self, block: &Block, is_drawing: bool) -> bool {
        let draws_text = !self.typesetter.fonts().is_empty();
        match block {
            Block::Line { spans, .. } => {
                draws_text && !spans.iter().all(|span| self.can_write(span))
            }
            Block::Columns { left, right } => {
                draws_text && !(self.can_write(left) && self.can_write(right))
            }
            Block::Label { .. } => draws_text && (!self.has_text() || self.is_fast()),
            // Only the kanji sets have line characters.
            Block::Rule { .. } => self.profile.text != TextMode::ShiftJis,
            Block::Feed { .. } => is_drawing,
            Block::Qr { .. } => !self.profile.draws_qr,
            Block::Picture { .. } => true,
        }
    }

    /// Who loads a picture is to give the width of the paper; one that was loaded for wider paper
    /// loses its edges.
    fn warn_if_cut(&self, block: &Block) {
        if let Block::Picture { picture } = block
            && picture.width_dots() > self.profile.dots
        {
            let (picture, paper) = (picture.width_dots(), self.profile.dots);
            tracing::warn!(picture, paper, "a picture is wider than the paper: its edges are cut");
        }
    }

    fn can_write(&self, span: &Span) -> bool {
        let fits = |scale: Scale| scale.factor() <= self.profile.scale_max;
        self.has_text()
            && fits(span.style.width)
            && fits(span.style.height)
            && self.code().can_write(&span.text)
    }

    /// Whether the printer's own characters are used.
    fn has_text(&self) -> bool {
        self.profile.text != TextMode::Picture
    }

    fn is_fast(&self) -> bool {
        self.link_bytes_per_second >= FAST_LINE_BYTES_PER_SECOND
    }

    /// The code of text; for a printer whose characters are not used, that of what is left when
    /// there are no fonts either.
    fn code(&self) -> Code {
        match self.profile.text {
            TextMode::ShiftJis | TextMode::Picture => Code::ShiftJis,
            TextMode::Latin => Code::Latin,
        }
    }

    fn page(&self, (size, spread): (u16, bool)) -> Page {
        let scaled = |dots: u16| dots * size / 24;
        let profile = &self.profile;
        Page {
            width: profile.dots,
            body: scaled(profile.line_height_dots),
            pitch: scaled(profile.line_spacing_dots),
            // 30 mm.
            label_height: (u32::from(profile.dots_per_inch) * 300 / 254) as u16,
            spread,
        }
    }

    /// Half of the buffer, so that one band is received while the one before is printed.
    fn band_limit(&self) -> BandLimit {
        BandLimit {
            bytes_max: usize::from(self.profile.receive_buffer_bytes) / 2 - 16,
            rows_max: 255,
            aligns: self.has_text() || !self.is_fast(),
        }
    }

    /// Bytes of the pictures in `document`.
    fn picture_bytes(&self, document: &Document) -> usize {
        let mut sum = 0;
        for block in document.blocks() {
            let Block::Picture { picture } = block else { continue };
            let mut paper = Bitmap::new(usize::from(self.profile.dots), picture.bitmap().height());
            let x = (i32::from(self.profile.dots) - picture.bitmap().width() as i32) / 2;
            paper.draw(picture.bitmap(), x, 0);
            sum += bands(&paper, self.band_limit())
                .iter()
                .map(|band| band.byte_count())
                .sum::<usize>();
        }
        sum
    }
}

fn draw(sheet: &mut Sheet<'_>, block: &Block) {
    match block {
        Block::Line { spans, align } => sheet.paragraph(spans, *align),
        Block::Columns { left, right } => sheet.columns(left, right),
        Block::Label { text } => sheet.label(text),
        Block::Rule { rule } => sheet.rule(*rule),
        Block::Feed { dots } => sheet.feed(*dots),
        Block::Qr { payload, correction, module_dots } => {
            // Every payload within a document's limits fits a code.
            if let Some(code) = draw_qr(payload, *correction, usize::from(*module_dots)) {
                sheet.picture(&code);
            }
        }
        Block::Picture { picture } => sheet.picture(picture.bitmap()),
    }
}

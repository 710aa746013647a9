//! Document + profile → bytes; pure.
//!
//! One job is, in order:
//!
//! ```text
//! 1B 40  1C 2E  1B 74 01  1C 43 31  1B 52 08   initialise; kana page; Shift_JIS; Japan
//! 1D 50 h v                                    motion units, so that feeds have one meaning
//! 1D 61 FF                                     automatic status on (ESC @ may have ended it)
//! … lines …                                    1B 61 align, 1D 21 size, 1B 45 emphasis
//! 1D 28 48 06 00 30 30 d1 d2 d3 d4             process ID, after the last print line
//! 1D 56 42 n                                   feed to the blade and cut
//! ```
//!
//! Text is never lost silently: a character outside JIS X 0208 is replaced by its equal in
//! meaning ([`kanji`] has the table) or by 〓, the printing trade's mark for a missing glyph, and
//! every such replacement is in [`Encoded::substitutions`]. Control characters in text are
//! dropped, because a printer would obey them. No job contains a real-time sequence
//! (`10 04`, `10 05`, `10 14`), which a printer would obey even inside other data.
//!
//! The bytes are written here rather than by a crate; see `docs/decisions/0002`.

pub mod kanji;
mod row;

use crate::document::{Align, Cut, Document, QrCorrection};
use crate::printer::{JobId, ProcessId};
use crate::profile::Profile;
pub use kanji::Substitution;
use row::{Piece, Row};

/// Bytes that start a Shift_JIS job: ESC @, FS ., ESC t 1, FS C '1', ESC R 8.
/// Cross-checked against an independent Japanese implementation.
const PREAMBLE: [u8; 13] =
    [0x1b, 0x40, 0x1c, 0x2e, 0x1b, 0x74, 0x01, 0x1c, 0x43, 0x31, 0x1b, 0x52, 0x08];
/// GS a FF: automatic status for every change.
const AUTOMATIC_STATUS_ON: [u8; 3] = [0x1d, 0x61, 0xff];
/// DLE DC4 fn 8: clears the receive and print buffers; answered by `37 25 00`.
pub const CLEAR_BUFFERS: [u8; 10] = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];

/// A job as bytes, ready for a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// What is sent.
    pub bytes: Vec<u8>,
    /// The ID that comes back when it is on paper.
    pub process_id: ProcessId,
    /// Paper that it feeds, without the way to the blade; used to know how long to wait.
    pub height_dots: u32,
    /// Characters printed otherwise than written, in order.
    pub substitutions: Vec<Substitution>,
}

/// Bytes for a printer that has just been reached: initialise, automatic status on.
#[must_use]
pub fn greeting() -> Vec<u8> {
    let mut bytes = vec![0x1b, 0x40];
    bytes.extend(AUTOMATIC_STATUS_ON);
    bytes
}

/// Bytes that feed to the blade and cut, so that a torn slip does not hang on to the next.
#[must_use]
pub fn cut_alone(profile: &Profile) -> Vec<u8> {
    vec![0x1d, 0x56, 0x42, profile.cut_feed_units]
}

/// Encodes `document` for `profile` as the job `id`.
///
/// Total: every document within its limits has bytes.
#[must_use]
pub fn encode(document: &Document, profile: &Profile, id: JobId) -> Encoded {
    let mut substitutions = Vec::new();
    let rows = row::rows(document, profile, &mut substitutions);
    let mut writer = Writer::new(profile);
    for row in &rows {
        writer.row(row);
    }
    let process_id = ProcessId::of(id);
    let (bytes, height_dots) = writer.finish(process_id, document.cut());
    Encoded { bytes, process_id, height_dots, substitutions }
}

/// Whether `bytes` contain a sequence that a printer obeys on receipt, wherever it stands.
#[must_use]
pub fn contains_real_time_sequence(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| matches!(pair, [0x10, 0x04 | 0x05 | 0x14]))
}

/// Writes rows, sending a setting only when it changes.
struct Writer<'a> {
    profile: &'a Profile,
    bytes: Vec<u8>,
    height_dots: u32,
    align: Align,
    size: u8,
    emphasis: bool,
}

impl<'a> Writer<'a> {
    fn new(profile: &'a Profile) -> Writer<'a> {
        let mut bytes = PREAMBLE.to_vec();
        let unit = profile.feed_units_per_inch.min(255) as u8;
        bytes.extend([0x1d, 0x50, unit, unit]);
        bytes.extend(AUTOMATIC_STATUS_ON);
        Writer { profile, bytes, height_dots: 0, align: Align::Left, size: 0, emphasis: false }
    }

    fn row(&mut self, row: &Row) {
        match row {
            Row::Text { pieces, align } => self.text(pieces, *align),
            Row::Feed { dots } => self.feed(*dots),
            Row::Qr { payload, correction, module_dots } => {
                self.qr(payload, *correction, *module_dots);
            }
        }
    }

    fn text(&mut self, pieces: &[Piece], align: Align) {
        self.align(align);
        let mut height_factor_max = 1;
        for piece in pieces {
            if let Some(column) = piece.start_column {
                self.move_to(column);
            }
            let size = (piece.width_factor - 1) << 4 | (piece.height_factor - 1);
            if size != self.size {
                self.bytes.extend([0x1d, 0x21, size]);
                self.size = size;
            }
            if piece.emphasis != self.emphasis {
                self.bytes.extend([0x1b, 0x45, u8::from(piece.emphasis)]);
                self.emphasis = piece.emphasis;
            }
            self.bytes.extend(&piece.bytes);
            height_factor_max = height_factor_max.max(piece.height_factor);
        }
        self.bytes.push(0x0a);
        self.height_dots += line_feed_dots(self.profile, height_factor_max);
    }

    /// ESC $: from the left edge, in horizontal motion units; 4 bytes where spaces would be 30.
    fn move_to(&mut self, column: u16) {
        let dots = u32::from(column) * u32::from(self.profile.half_width_dots);
        let [low, high, ..] = self.dots_to_units(dots).to_le_bytes();
        self.bytes.extend([0x1b, 0x24, low, high]);
    }

    fn dots_to_units(&self, dots: u32) -> u32 {
        dots * u32::from(self.profile.feed_units_per_inch) / u32::from(self.profile.dots_per_inch)
    }

    /// ESC J takes one byte of feed units.
    fn feed(&mut self, dots: u16) {
        self.height_dots += u32::from(dots);
        let mut units = self.dots_to_units(u32::from(dots));
        while units > 0 {
            let step = units.min(255);
            self.bytes.extend([0x1b, 0x4a, step as u8]);
            units -= step;
        }
    }

    /// GS ( k with the quiet zone of four modules that readers need above and below.
    fn qr(&mut self, payload: &str, correction: QrCorrection, module_dots: u8) {
        let quiet_dots = u16::from(module_dots) * 4;
        self.align(Align::Center);
        self.feed(quiet_dots);
        self.qr_symbol(payload, correction, module_dots);
        self.feed(quiet_dots);
    }

    /// GS ( k: model 2, module size, correction, store, print.
    fn qr_symbol(&mut self, payload: &str, correction: QrCorrection, module_dots: u8) {
        let level = match correction {
            QrCorrection::Low => 0x30,
            QrCorrection::Medium => 0x31,
            QrCorrection::Quartile => 0x32,
            QrCorrection::High => 0x33,
        };
        let stored_length = payload.len() + 3;
        self.bytes.extend([0x1d, 0x28, 0x6b, 0x04, 0x00, 0x31, 0x41, 0x32, 0x00]);
        self.bytes.extend([0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x43, module_dots]);
        self.bytes.extend([0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x45, level]);
        self.bytes.extend([0x1d, 0x28, 0x6b, stored_length as u8, (stored_length >> 8) as u8]);
        self.bytes.extend([0x31, 0x50, 0x30]);
        self.bytes.extend(payload.as_bytes());
        self.bytes.extend([0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x51, 0x30]);
        self.height_dots += qr_height_dots_max(payload.len(), module_dots);
    }

    fn align(&mut self, align: Align) {
        if align == self.align {
            return;
        }
        let n = match align {
            Align::Left => 0,
            Align::Center => 1,
            Align::Right => 2,
        };
        self.bytes.extend([0x1b, 0x61, n]);
        self.align = align;
    }

    fn finish(mut self, process_id: ProcessId, cut: Cut) -> (Vec<u8>, u32) {
        self.bytes.extend([0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30]);
        self.bytes.extend(process_id.bytes());
        match cut {
            Cut::Partial => self.bytes.extend(cut_alone(self.profile)),
            Cut::Full => self.bytes.extend([0x1d, 0x56, 0x41, self.profile.cut_feed_units]),
            Cut::Uncut => {}
        }
        (self.bytes, self.height_dots)
    }
}

/// A line feeds its spacing, or its tallest character when that is more.
fn line_feed_dots(profile: &Profile, height_factor: u8) -> u32 {
    let character = u32::from(profile.line_height_dots) * u32::from(height_factor);
    character.max(u32::from(profile.line_spacing_dots))
}

/// The height of a QR code of so many bytes at the highest correction: never too small.
///
/// Capacities at level H, bytes, versions 1 to 16 (JIS X 0510, table 7).
fn qr_height_dots_max(byte_count: usize, module_dots: u8) -> u32 {
    const CAPACITIES: [usize; 16] =
        [7, 14, 24, 34, 44, 58, 64, 84, 98, 119, 137, 155, 177, 194, 220, 250];
    let larger = CAPACITIES.iter().filter(|capacity| **capacity < byte_count).count() as u32;
    (21 + 4 * larger) * u32::from(module_dots)
}

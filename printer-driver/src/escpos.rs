//! Rows → bytes of ESC/POS; pure.
//!
//! One job is, in order:
//!
//! ```text
//! 1B 40  1C 2E  1B 74 01  1C 43 31  1B 52 08   initialise; kana page; Shift_JIS; Japan
//!   or   1B 40  1B 74 10  1B 52 00             initialise; WPC1252; USA
//! 1D 50 h v                                    motion units, so that feeds have one meaning
//! 1D 61 FF                                     automatic status on (ESC @ may have ended it);
//!                                              not to a printer that nobody knows
//! 1D 28 44 05 00 14 01 00 02 00                pictures only: no DLE DC4 1 or 2 out of data
//! … lines …                                    1B 61 align, 1D 21 size, 1B 45 emphasis
//! … pictures …                                 1D 76 30 00 xL xH yL yH, band by band
//! … before the cut                             as `completion` says
//! 1D 56 42 n                                   feed to the blade and cut
//! … after the cut                              as `completion` says
//! ```
//!
//! Control characters in text are dropped, because a printer would obey them. No job contains a
//! real-time sequence (`10 04`, `10 05`, `10 14`), which a printer would obey even inside other
//! data; in pictures one more dot is blackened where one would stand.
//!
//! The bytes are written here rather than by a crate; see `docs/decisions/0002`.

use crate::completion::CompletionMark;
use crate::document::{Align, Cut, Document, QrCorrection};
pub use crate::encoder::{Encoded, Substitution};
use crate::encoder::{Encoder, Piece, Row};
use crate::printer::JobId;
use crate::profile::{Cutter, Profile, TextMode};
use crate::raster::{Band, BandLimit, Bitmap, bands};

/// Bytes that start a Shift_JIS job: ESC @, FS ., ESC t 1, FS C '1', ESC R 8.
/// Cross-checked against an independent Japanese implementation.
const JAPANESE_PREAMBLE: [u8; 13] =
    [0x1b, 0x40, 0x1c, 0x2e, 0x1b, 0x74, 0x01, 0x1c, 0x43, 0x31, 0x1b, 0x52, 0x08];
/// Bytes that start a Windows-1252 job: ESC @, ESC t 16 (WPC1252), ESC R 0 (USA).
const LATIN_PREAMBLE: [u8; 8] = [0x1b, 0x40, 0x1b, 0x74, 0x10, 0x1b, 0x52, 0x00];
/// ESC @: initialise.
const INITIALISE: [u8; 2] = [0x1b, 0x40];
/// GS a FF: automatic status for every change.
const AUTOMATIC_STATUS_ON: [u8; 3] = [0x1d, 0x61, 0xff];
/// GS ( D: DLE DC4 functions 1 and 2 (pulse, power off) are not obeyed.
const REAL_TIME_OFF: [u8; 10] = [0x1d, 0x28, 0x44, 0x05, 0x00, 0x14, 0x01, 0x00, 0x02, 0x00];
/// DLE DC4 fn 8: clears the receive and print buffers; answered by `37 25 00`.
pub const CLEAR_BUFFERS: [u8; 10] = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];

/// Bytes for a printer that has just been reached: initialise, automatic status on.
#[must_use]
pub fn greeting() -> Vec<u8> {
    [&INITIALISE[..], &AUTOMATIC_STATUS_ON].concat()
}

/// Bytes that feed to the blade and cut, so that a torn slip does not hang on to the next.
#[must_use]
pub fn cut_alone(profile: &Profile) -> Vec<u8> {
    cut_bytes(profile, Cut::Partial)
}

/// Encodes `document` for `profile` as the job `id`, without fonts, on the line it usually has.
///
/// Total: every document within its limits has bytes.
#[must_use]
pub fn encode(document: &Document, profile: &Profile, id: JobId) -> Encoded {
    Encoder::new(profile.clone(), profile.link.bytes_per_second()).encode(document, id)
}

/// Whether `bytes` contain a sequence that a printer obeys on receipt, wherever it stands.
#[must_use]
pub fn contains_real_time_sequence(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| matches!(pair, [0x10, 0x04 | 0x05 | 0x14]))
}

/// The job of `rows`.
pub(crate) fn write(
    rows: &[Row],
    profile: &Profile,
    limit: BandLimit,
    mark: &CompletionMark,
    cut: Cut,
) -> Vec<u8> {
    let has_text = rows.iter().any(|row| matches!(row, Row::Text { .. }));
    let text = match profile.text {
        // Without fonts its lines are sent as text after all.
        TextMode::Picture if has_text => TextMode::ShiftJis,
        TextMode::ShiftJis | TextMode::Latin | TextMode::Picture => profile.text,
    };
    let mut writer = Writer::new(profile, text, limit);
    if profile.disables_real_time && rows.iter().any(|row| matches!(row, Row::Picture(_))) {
        writer.bytes.extend(REAL_TIME_OFF);
    }
    for row in rows {
        match row {
            Row::Text { pieces, align } => writer.text(pieces, *align),
            Row::Feed { dots } => writer.feed(*dots),
            Row::Qr { payload, correction, module_dots } => {
                writer.qr(payload, *correction, *module_dots);
            }
            Row::Picture(bitmap) => writer.picture(bitmap),
        }
    }
    writer.end_blank();
    writer.bytes.extend(&mark.before_cut);
    writer.bytes.extend(cut_bytes(profile, cut));
    writer.bytes.extend(&mark.after_cut);
    writer.bytes
}

/// GS V 65 or 66: feeds to the blade and cuts. Without a blade, the way to the edge where paper
/// is torn off.
fn cut_bytes(profile: &Profile, cut: Cut) -> Vec<u8> {
    let full = [0x1d, 0x56, 0x41, profile.cut_feed_units];
    match (profile.cutter, cut) {
        (_, Cut::Uncut) => Vec::new(),
        (Cutter::Partial, Cut::Partial) => vec![0x1d, 0x56, 0x42, profile.cut_feed_units],
        (Cutter::Partial, Cut::Full) | (Cutter::Full, Cut::Partial | Cut::Full) => full.to_vec(),
        (Cutter::Absent, Cut::Partial | Cut::Full) => {
            let units =
                u32::from(profile.cutter_distance_mm) * u32::from(profile.feed_units_per_inch) * 10
                    / 254
                    + u32::from(profile.cut_feed_units);
            feed_bytes(units)
        }
    }
}

/// ESC J takes one byte of feed units.
fn feed_bytes(mut units: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while units > 0 {
        let step = units.min(255);
        bytes.extend([0x1b, 0x4a, step as u8]);
        units -= step;
    }
    bytes
}

/// Writes rows, sending a setting only when it changes.
struct Writer<'a> {
    profile: &'a Profile,
    limit: BandLimit,
    bytes: Vec<u8>,
    align: Align,
    size: u8,
    emphasis: bool,
    /// White space not sent yet.
    blank_dots: u32,
}

impl<'a> Writer<'a> {
    fn new(profile: &'a Profile, text: TextMode, limit: BandLimit) -> Writer<'a> {
        let mut bytes = match text {
            TextMode::ShiftJis => JAPANESE_PREAMBLE.to_vec(),
            TextMode::Latin => LATIN_PREAMBLE.to_vec(),
            TextMode::Picture => INITIALISE.to_vec(),
        };
        let unit = profile.feed_units_per_inch.min(255) as u8;
        bytes.extend([0x1d, 0x50, unit, unit]);
        if profile.has_automatic_status() {
            bytes.extend(AUTOMATIC_STATUS_ON);
        }
        let align = Align::Left;
        Writer { profile, limit, bytes, align, size: 0, emphasis: false, blank_dots: 0 }
    }

    fn text(&mut self, pieces: &[Piece], align: Align) {
        self.end_blank();
        self.align(align);
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
        }
        self.bytes.push(0x0a);
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

    /// White space; what follows other white space is one order with it.
    fn feed(&mut self, dots: u16) {
        self.blank_dots += u32::from(dots);
    }

    /// Sends the white space that stands before what is printed next.
    fn end_blank(&mut self) {
        let blank_dots = std::mem::take(&mut self.blank_dots);
        self.bytes.extend(feed_bytes(self.dots_to_units(blank_dots)));
    }

    /// GS v 0, band by band.
    fn picture(&mut self, bitmap: &Bitmap) {
        for band in bands(bitmap, self.limit) {
            match band {
                Band::Blank { rows } => self.feed(rows.min(usize::from(u16::MAX)) as u16),
                Band::Dots { align, row_bytes, rows, data } => {
                    self.end_blank();
                    self.align(align);
                    let [x_low, x_high] = (row_bytes as u16).to_le_bytes();
                    let [y_low, y_high] = (rows as u16).to_le_bytes();
                    self.bytes.extend([0x1d, 0x76, 0x30, 0x00, x_low, x_high, y_low, y_high]);
                    self.bytes.extend(data);
                }
            }
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
        self.end_blank();
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
}

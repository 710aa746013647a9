//! Rows → bytes of StarPRNT; pure.
//!
//! One job is, in order:
//!
//! ```text
//! 1B 40                     ESC @        initialise
//! 1B 1E 61 01               ESC RS a 1   automatic status on
//! 1B 24 31  1B 52 08        ESC $ 1, ESC R 8   Shift_JIS; Japan (without either: 1B 1D 74 20,
//!                                        ESC GS t 32, code page 1252)
//! 1B 7A 01                  ESC z 1      lines of 4 mm
//! … lines …                 1B 1D 61 n align, 1B 69 h w size, 1B 45 / 1B 46 emphasis
//! … pictures …              1B 1D 53 01 xL xH yL yH 00, band by band
//! 1B 64 n                   ESC d        feed to the blade and cut: 2 full, 3 partial
//! 17                        ETB          as `completion` says
//! ```
//!
//! Sources: two independent implementations agree on ESC GS S, ESC i, ESC GS A, ESC GS a, ESC d,
//! ESC GS y and ESC $; ESC RS a and ETB are in "STAR Graphic Mode Command Specifications"
//! Rev. 2.31, 3-1-3. The StarPRNT specification itself has not been read, and no unit has been
//! attached. What Star obeys on receipt (`1B 06`) never stands inside a picture.

use crate::completion::CompletionMark;
use crate::document::{Align, Cut, QrCorrection};
use crate::encoder::{Piece, Row};
use crate::profile::{Cutter, Profile, TextMode};
use crate::raster::{Band, BandLimit, Bitmap, bands};

/// ESC @, then ESC RS a 1.
const INITIALISE: [u8; 6] = [0x1b, 0x40, 0x1b, 0x1e, 0x61, 0x01];
/// ESC $ 1 (Shift_JIS kanji), ESC R 8 (Japan).
const JAPANESE: [u8; 6] = [0x1b, 0x24, 0x31, 0x1b, 0x52, 0x08];
/// ESC GS t 32: code page 1252.
const LATIN: [u8; 4] = [0x1b, 0x1d, 0x74, 0x20];
/// ESC z 1: a line feed of 4 mm.
const LINE_FEED_4_MM: [u8; 3] = [0x1b, 0x7a, 0x01];

/// The job of `rows`.
pub(crate) fn write(
    rows: &[Row],
    profile: &Profile,
    limit: BandLimit,
    mark: &CompletionMark,
    cut: Cut,
) -> Vec<u8> {
    let mut writer = Writer::new(profile, limit);
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
    writer.bytes.extend(&mark.before_cut);
    writer.bytes.extend(cut_bytes(profile, cut));
    writer.bytes.extend(&mark.after_cut);
    writer.bytes
}

/// ESC d: 2 and 3 feed to the blade by themselves.
fn cut_bytes(profile: &Profile, cut: Cut) -> Vec<u8> {
    match (profile.cutter, cut) {
        (_, Cut::Uncut) => Vec::new(),
        (Cutter::Partial, Cut::Partial) => vec![0x1b, 0x64, 0x03],
        (Cutter::Partial, Cut::Full) | (Cutter::Full, Cut::Partial | Cut::Full) => {
            vec![0x1b, 0x64, 0x02]
        }
        (Cutter::Absent, Cut::Partial | Cut::Full) => {
            feed_bytes(u32::from(profile.cutter_distance_mm) * 8)
        }
    }
}

/// ESC I n: n/8 mm, which is one dot at 203 dpi.
fn feed_bytes(mut eighths: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while eighths > 0 {
        let step = eighths.min(255);
        bytes.extend([0x1b, 0x49, step as u8]);
        eighths -= step;
    }
    bytes
}

/// Writes rows, sending a setting only when it changes.
struct Writer<'a> {
    profile: &'a Profile,
    limit: BandLimit,
    bytes: Vec<u8>,
    align: Align,
    /// Height and width factors.
    size: (u8, u8),
    emphasis: bool,
}

impl<'a> Writer<'a> {
    fn new(profile: &'a Profile, limit: BandLimit) -> Writer<'a> {
        let mut bytes = INITIALISE.to_vec();
        match profile.text {
            TextMode::ShiftJis => bytes.extend(JAPANESE),
            TextMode::Latin => bytes.extend(LATIN),
            TextMode::Picture => {}
        }
        bytes.extend(LINE_FEED_4_MM);
        Writer { profile, limit, bytes, align: Align::Left, size: (1, 1), emphasis: false }
    }

    fn text(&mut self, pieces: &[Piece], align: Align) {
        self.align(align);
        for piece in pieces {
            if let Some(column) = piece.start_column {
                // ESC GS A: dots from the left edge.
                let dots = column * self.profile.half_width_dots;
                let [low, high] = dots.to_le_bytes();
                self.bytes.extend([0x1b, 0x1d, 0x41, low, high]);
            }
            let size = (piece.height_factor, piece.width_factor);
            if size != self.size {
                self.bytes.extend([0x1b, 0x69, size.0 - 1, size.1 - 1]);
                self.size = size;
            }
            if piece.emphasis != self.emphasis {
                self.bytes.extend([0x1b, if piece.emphasis { 0x45 } else { 0x46 }]);
                self.emphasis = piece.emphasis;
            }
            self.bytes.extend(&piece.bytes);
        }
        self.bytes.push(0x0a);
    }

    fn feed(&mut self, dots: u16) {
        self.bytes.extend(feed_bytes(u32::from(dots)));
    }

    /// ESC GS S 1: one bit per dot, colour 0, band by band.
    fn picture(&mut self, bitmap: &Bitmap) {
        for band in bands(bitmap, self.limit) {
            match band {
                Band::Blank { rows } => self.feed(rows.min(usize::from(u16::MAX)) as u16),
                Band::Dots { align, row_bytes, rows, data } => {
                    self.align(align);
                    let [x_low, x_high] = (row_bytes as u16).to_le_bytes();
                    let [y_low, y_high] = (rows as u16).to_le_bytes();
                    self.bytes.extend([0x1b, 0x1d, 0x53, 0x01]);
                    self.bytes.extend([x_low, x_high, y_low, y_high, 0x00]);
                    self.bytes.extend(data);
                }
            }
        }
    }

    /// ESC GS y: model 2, correction, module size, store, print; with the quiet zone of four
    /// modules that readers need above and below.
    fn qr(&mut self, payload: &str, correction: QrCorrection, module_dots: u8) {
        let level = match correction {
            QrCorrection::Low => 0,
            QrCorrection::Medium => 1,
            QrCorrection::Quartile => 2,
            QrCorrection::High => 3,
        };
        let [low, high] = (payload.len() as u16).to_le_bytes();
        let quiet_dots = u16::from(module_dots) * 4;
        self.align(Align::Center);
        self.feed(quiet_dots);
        self.bytes.extend([0x1b, 0x1d, 0x79, 0x53, 0x30, 0x02]);
        self.bytes.extend([0x1b, 0x1d, 0x79, 0x53, 0x31, level]);
        self.bytes.extend([0x1b, 0x1d, 0x79, 0x53, 0x32, module_dots]);
        self.bytes.extend([0x1b, 0x1d, 0x79, 0x44, 0x31, 0x00, low, high]);
        self.bytes.extend(payload.as_bytes());
        self.bytes.extend([0x1b, 0x1d, 0x79, 0x50]);
        self.feed(quiet_dots);
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
        self.bytes.extend([0x1b, 0x1d, 0x61, n]);
        self.align = align;
    }
}

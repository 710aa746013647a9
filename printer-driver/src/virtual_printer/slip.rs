//! Paper: what has been printed, in a form that people and programs read.

use super::bitmap::Bitmap;
use crate::document::Align;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// Dots of one half-width column at scale 1.
pub(super) const COLUMN_DOTS: u32 = 12;
/// Height of a character at scale 1.
pub(super) const CHARACTER_DOTS: u32 = 24;
/// Feed of a line at scale 1, used to show white space in text.
const LINE_DOTS: u32 = 34;

/// Blank paper above the first row: what lies between the blade and the head after a cut.
pub(super) const TOP_DOTS: u32 = 112;

/// Characters printed in one style.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlipRun {
    /// Blank dots before the first character, where the line was moved on.
    pub gap_dots: u32,
    /// The characters.
    pub text: String,
    /// Half-width columns that each character takes at scale 1: 1 or 2 per character.
    pub columns: Vec<u8>,
    /// Horizontal magnification, 1 to 8.
    pub width: u8,
    /// Vertical magnification, 1 to 8.
    pub height: u8,
    /// Heavier strokes.
    pub emphasis: bool,
}

impl SlipRun {
    /// Width in dots, with the gap before it.
    #[must_use]
    pub fn width_dots(&self) -> u32 {
        let columns: u32 = self.columns.iter().map(|columns| u32::from(*columns)).sum();
        self.gap_dots + columns * COLUMN_DOTS * u32::from(self.width)
    }
}

/// What stands in one row of a slip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum SlipMark {
    /// A line of characters.
    Text {
        /// From left to right.
        runs: Vec<SlipRun>,
        /// Where the line stands.
        align: Align,
    },
    /// A QR code.
    Qr {
        /// What it says.
        payload: String,
        /// Side of one module.
        module_dots: u8,
        /// Error correction, 0 (L) to 3 (H).
        correction: u8,
        /// Where it stands.
        align: Align,
    },
    /// Dots, exactly as they were sent.
    Picture {
        /// From the left edge of the printable width.
        left_dots: u32,
        /// The dots.
        bitmap: Bitmap,
    },
}

/// One row of a slip and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlipRow {
    /// From the top edge, where the blade cut before.
    pub y_dots: u32,
    /// Its height.
    pub height_dots: u32,
    /// What it shows.
    #[serde(flatten)]
    pub mark: SlipMark,
}

/// How a slip left the printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlipEnd {
    /// A bridge of paper is left.
    PartialCut,
    /// Cut through.
    FullCut,
    /// Still in the printer.
    Uncut,
}

/// One piece of paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    /// Counts from 1 in the order of the paper.
    pub number: u64,
    /// Printable width.
    pub width_dots: u32,
    /// Length of paper so far.
    pub height_dots: u32,
    /// From top to bottom.
    pub rows: Vec<SlipRow>,
    /// Process IDs reached while it was printed: normally one.
    pub process_ids: Vec<String>,
    /// How it ends.
    pub end: SlipEnd,
}

impl Slip {
    pub(super) fn new(number: u64, width_dots: u32) -> Slip {
        Slip {
            number,
            width_dots,
            height_dots: TOP_DOTS,
            rows: Vec::new(),
            process_ids: Vec::new(),
            end: SlipEnd::Uncut,
        }
    }

    /// Whether nothing is printed on it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.rows.is_empty()
    }

    /// The text lines without layout (a gap is one space), for a program that looks for words.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let text = |row: &SlipRow| match &row.mark {
            SlipMark::Text { runs, .. } => {
                let mut line = String::new();
                for run in runs {
                    if run.gap_dots > 0 {
                        line.push(' ');
                    }
                    line.push_str(&run.text);
                }
                Some(line)
            }
            SlipMark::Qr { .. } | SlipMark::Picture { .. } => None,
        };
        self.rows.iter().filter_map(text).collect()
    }

    /// The payloads of its QR codes.
    #[must_use]
    pub fn qr_payloads<'a>(&'a self) -> Vec<&'a str> {
        let payload = |row: &'a SlipRow| match &row.mark {
            SlipMark::Qr { payload, .. } => Some(payload.as_str()),
            SlipMark::Text { .. } | SlipMark::Picture { .. } => None,
        };
        self.rows.iter().filter_map(payload).collect()
    }

    /// Its pictures, as they were sent.
    pub fn pictures(&self) -> impl Iterator<Item = &Bitmap> {
        self.rows.iter().filter_map(|row| match &row.mark {
            SlipMark::Picture { bitmap, .. } => Some(bitmap),
            SlipMark::Text { .. } | SlipMark::Qr { .. } => None,
        })
    }

    /// The slip as plain text, for reviews and tests. Each row has its largest magnification and
    /// weight in the margin; magnified characters stand as far apart as on paper.
    ///
    /// ```text
    /// 8x8  │        A       1       0       1
    ///      │お待ちの方                                  5人
    /// ```
    #[must_use]
    pub fn to_text(&self) -> String {
        let columns = (self.width_dots / COLUMN_DOTS) as usize;
        let mut text = String::new();
        let mut y_dots = TOP_DOTS;
        for row in &self.rows {
            // White space is rounded to lines; a line's own spacing is not white space.
            for _ in 0..(row.y_dots.saturating_sub(y_dots) + LINE_DOTS / 2) / LINE_DOTS {
                text.push_str("     │\n");
            }
            y_dots = row.y_dots + row.height_dots;
            let line = match &row.mark {
                SlipMark::Text { runs, align } => text_row(runs, *align, columns),
                SlipMark::Qr { payload, module_dots, align, .. } => {
                    let label = format!("[QR {module_dots} dots] {payload}");
                    let used = label.chars().count();
                    format!("     │{}{label}", " ".repeat(indent(*align, used, columns)))
                }
                SlipMark::Picture { left_dots, bitmap } => {
                    let (width, height) = (bitmap.width_dots(), bitmap.height_dots());
                    let indent = " ".repeat((left_dots / COLUMN_DOTS) as usize);
                    format!("     │{indent}[picture {width} x {height} dots]")
                }
            };
            text.push_str(line.trim_end());
            text.push('\n');
        }
        let end = match self.end {
            SlipEnd::PartialCut => "partial cut",
            SlipEnd::FullCut => "full cut",
            SlipEnd::Uncut => "not cut",
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "-----+-- {end}, {} dots --", self.height_dots);
        text
    }
}

fn indent(align: Align, used: usize, columns: usize) -> usize {
    let free = columns.saturating_sub(used);
    match align {
        Align::Left => 0,
        Align::Center => free / 2,
        Align::Right => free,
    }
}

fn text_row(runs: &[SlipRun], align: Align, columns: usize) -> String {
    let used: u32 = runs.iter().map(SlipRun::width_dots).sum();
    let width = runs.iter().map(|run| run.width).max().unwrap_or(1);
    let height = runs.iter().map(|run| run.height).max().unwrap_or(1);
    let emphasis = if runs.iter().any(|run| run.emphasis) { '*' } else { ' ' };
    let size = if width * height > 1 { format!("{width}x{height}") } else { "   ".to_owned() };
    let mut line = format!("{size} {emphasis}│");
    line.push_str(&" ".repeat(indent(align, (used / COLUMN_DOTS) as usize, columns)));
    for run in runs {
        line.push_str(&" ".repeat((run.gap_dots / COLUMN_DOTS) as usize));
        for (character, columns) in run.text.chars().zip(&run.columns) {
            line.push(character);
            let more = usize::from(run.width - 1);
            match character {
                '─' | '━' => line.extend(std::iter::repeat_n(character, more)),
                _ => line.push_str(&" ".repeat(more * usize::from(*columns))),
            }
        }
    }
    line
}

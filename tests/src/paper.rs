//! Bytes of a print job → what is on paper; strict, and written from the printers' manuals alone.
//!
//! Nothing here is shared with `printer-driver`, whose encoder and twin it judges: commands,
//! lengths, character sets, what each model has and what it has not are stated a second time.
//! Whatever a model would not obey, or would obey otherwise than meant, is a [`Fault`].
//!
//! | part | what it is |
//! |---|---|
//! | [`model`] | what a printer under test has |
//! | [`command`] | one command of either language |
//! | [`escpos`] | bytes → commands, ESC/POS and the makers' variations |
//! | [`star`] | bytes → commands, StarPRNT |
//! | [`characters`] | codes → characters of the printer's ROM |
//! | [`sheet`] | commands → a [`Slip`], with every rule of order |
//! | [`bitmap`] | pictures, and paper as a PNG file |

pub mod bitmap;
pub mod characters;
pub mod command;
pub mod escpos;
pub mod model;
pub mod sheet;
pub mod star;

use self::bitmap::Bitmap;
use self::command::{Align, Command};
use self::model::{Language, Model};
use self::sheet::Sheet;

/// What is wrong with a job, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Offset of the command, in bytes.
    pub at: usize,
    /// What is wrong.
    pub what: String,
}

impl Fault {
    /// Something wrong at an offset.
    pub fn new(at: usize, what: impl Into<String>) -> Fault {
        Fault { at, what: what.into() }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "byte {}: {}", self.at, self.what)
    }
}

/// Characters in one style on one line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    /// What they are.
    pub text: String,
    /// Horizontal magnification, from 1.
    pub width: u8,
    /// Vertical magnification, from 1.
    pub height: u8,
    /// Emphasised.
    pub bold: bool,
    /// Dots from the beginning of the line.
    pub x: u32,
    /// Its width in dots.
    pub dots: u32,
}

/// A printed line of the printer's own characters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// From left to right.
    pub runs: Vec<Run>,
    /// Where it stands.
    pub align: Align,
}

impl Line {
    /// What it says.
    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }

    /// How wide it is, in dots.
    pub fn dots(&self) -> u32 {
        self.runs.last().map_or(0, |run| run.x + run.dots)
    }
}

/// One thing on paper, from top to bottom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Item {
    /// Text.
    Line(Line),
    /// A picture, or a band of one.
    Picture(Bitmap, Align),
    /// A QR code that the printer draws itself.
    Qr {
        /// What it holds.
        payload: String,
        /// Side of a module in dots.
        module: u8,
        /// Where it stands.
        align: Align,
    },
    /// White space in dots.
    Feed(u32),
}

/// What tells the sender that a job is on paper.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// `GS ( H` function 48, with its four bytes.
    ProcessId([u8; 4]),
    /// `DC2 q n`.
    Response(u8),
    /// `ETB`.
    Etb,
    /// `GS r 1`.
    Fence,
}

/// A job on paper.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slip {
    /// From top to bottom.
    pub items: Vec<Item>,
    /// Whether it is cut through.
    pub full_cut: bool,
    /// How its end is known.
    pub mark: Mark,
    /// Dots across the paper.
    pub width: u32,
}

impl Slip {
    /// Its lines of the printer's own text, from top to bottom.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.items.iter().filter_map(|item| match item {
            Item::Line(line) => Some(line),
            Item::Picture(..) | Item::Qr { .. } | Item::Feed(_) => None,
        })
    }

    /// Payloads of the codes that the printer draws.
    pub fn payloads(&self) -> Vec<&str> {
        self.items
            .iter()
            .filter_map(|item| match item {
                Item::Qr { payload, .. } => Some(payload.as_str()),
                Item::Line(_) | Item::Picture(..) | Item::Feed(_) => None,
            })
            .collect()
    }

    /// How many rows of pictures it has.
    pub fn picture_rows(&self) -> u32 {
        let rows = |item: &Item| match item {
            Item::Picture(picture, _) => picture.height(),
            Item::Line(_) | Item::Qr { .. } | Item::Feed(_) => 0,
        };
        self.items.iter().map(rows).sum()
    }

    /// Its pictures and white space as they stand on paper. Lines and codes of the printer's own
    /// are left white, at their height.
    pub fn picture(&self) -> Bitmap {
        let mut paper = Bitmap::white(self.width, 0);
        for item in &self.items {
            match item {
                Item::Picture(picture, align) => {
                    let spare = self.width.saturating_sub(picture.width());
                    let left = match align {
                        Align::Left => 0,
                        Align::Center => spare / 2,
                        Align::Right => spare,
                    };
                    paper.append(picture, left);
                }
                Item::Feed(dots) => paper.extend(*dots),
                Item::Line(_) => paper.extend(model::LINE_DOTS),
                Item::Qr { .. } => paper.extend(0),
            }
        }
        paper
    }
}

/// Reads a whole job as `model` would.
///
/// # Errors
///
/// The first [`Fault`].
pub fn decode(bytes: &[u8], model: &Model) -> Result<Slip, Fault> {
    let mut sheet = Sheet::new(model);
    real_time(bytes, model)?;
    let mut at = 0;
    while at < bytes.len() {
        let (command, length) = next(&bytes[at..], model).map_err(|what| Fault::new(at, what))?;
        sheet.obey(command).map_err(|what| Fault::new(at, what))?;
        at += length;
    }
    sheet.finish().map_err(|what| Fault::new(at, what))
}

/// The next command and its length, for a whole job: what is incomplete is wrong.
fn next(bytes: &[u8], model: &Model) -> Result<(Command, usize), String> {
    let read = match model.language {
        Language::EscPos => escpos::read(bytes, model)?,
        Language::Star => star::read(bytes, model)?,
    };
    read.ok_or_else(|| format!("cut short: {}", hex(bytes)))
}

/// Refuses what a printer obeys on receipt, wherever it stands: inside a picture it would be
/// obeyed too (TM-U295 p.59, TM-L90 p.424; Star: ESC ACK SOH and ESC ACK CAN).
fn real_time(bytes: &[u8], model: &Model) -> Result<(), Fault> {
    let caught = |pair: &[u8]| match model.language {
        Language::EscPos => pair[0] == 0x10 && matches!(pair[1], 0x04 | 0x05 | 0x14),
        Language::Star => pair[0] == 0x1b && pair[1] == 0x06,
    };
    match bytes.windows(2).position(caught) {
        Some(at) => Err(Fault::new(at, format!("obeyed on receipt: {}", hex(&bytes[at..])))),
        None => Ok(()),
    }
}

/// The first bytes, for people.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let shown: Vec<String> = bytes.iter().take(12).map(|byte| format!("{byte:02X}")).collect();
    shown.join(" ")
}

//! One command of a printer, whatever its language.

use super::bitmap::Bitmap;

/// Where a line stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Align {
    /// At the left edge.
    #[default]
    Left,
    /// In the middle.
    Center,
    /// At the right edge.
    Right,
}

impl Align {
    /// Of `n` in `ESC a n` and `ESC GS a n`.
    pub fn of(n: u8) -> Result<Align, String> {
        match n {
            0 | 48 => Ok(Align::Left),
            1 | 49 => Ok(Align::Center),
            2 | 50 => Ok(Align::Right),
            other => Err(format!("alignment {other}")),
        }
    }
}

/// A command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// `ESC @`.
    Initialise,
    /// Something that holds from now on.
    Set(Setting),
    /// Something about the next QR code.
    Code(Code),
    /// Prints the QR code.
    PrintCode,
    /// A character of the printer's own, 1 or 2 halves wide.
    Character(char, u8),
    /// Prints what is buffered and feeds a line.
    LineFeed,
    /// Prints what is buffered and feeds so many units of `GS P`.
    FeedUnits(u8),
    /// Prints what is buffered and feeds so many dots.
    FeedDots(u32),
    /// Prints what is buffered and feeds so many lines.
    FeedLines(u8),
    /// Goes to so many units from the left.
    Position(u16),
    /// A picture.
    Picture(Bitmap),
    /// Cuts.
    Cut {
        /// Through.
        full: bool,
        /// Feeds to the blade before.
        feeds: bool,
    },
    /// `GS ( H` function 48.
    ProcessId([u8; 4]),
    /// `DC2 q n`.
    Response(u8),
    /// `ETB`.
    Etb,
    /// `GS r 1`.
    Fence,
}

/// Something that holds until it is set otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Setting {
    /// Which single-byte table: `ESC t n`, Star `ESC GS t n`.
    Table(u8),
    /// National characters, `ESC R n`; 8 is Japan.
    Nation(u8),
    /// Double-byte characters are Shift_JIS: `FS C 1`, Star `ESC $ 1`; or not.
    ShiftJis(bool),
    /// `FS .`: double-byte mode of the JIS kind off.
    JisOff,
    /// `GS P x y`: units per inch.
    Units(u8, u8),
    /// Automatic status on or off.
    AutomaticStatus(bool),
    /// `GS ( D`: no orders on receipt other than questions.
    NoRealTime,
    /// Where lines stand from now on.
    Align(Align),
    /// Emphasis on or off.
    Bold(bool),
    /// Magnification across and down.
    Size(u8, u8),
    /// Feed of a line in units; `None` for the model's own.
    Spacing(Option<u8>),
    /// Star: sets the counter of ETB to 0.
    EtbReset,
}

/// What a QR code is to be like.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Code {
    /// Model 2.
    Model,
    /// Side of a module in dots.
    Module(u8),
    /// Correction, 0 (L) to 3 (H).
    Correction(u8),
    /// What it holds.
    Payload(Vec<u8>),
}

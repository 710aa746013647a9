//! What a printer is told, as it reads it: bytes → commands, strictly.
//!
//! Written from the manuals, apart from the encoder, so that one checks the other. A byte that
//! starts no known command is an error, and so is a known command with a parameter it does not
//! define, or one that this model does not have; a real printer would print garbage or hang.

mod escpos;
mod star;

use super::model::Abilities;
use crate::profile::Dialect;

/// How far the first command of a buffer could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    /// A whole command and how many bytes it took.
    Whole(Command, usize),
    /// More bytes are needed.
    Partial,
    /// Not a command; so many bytes are to be skipped.
    Wrong { skip: usize, reason: String },
}

/// What a printer is told in order. Both dialects come down to these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// One byte that is a character.
    Single(u8),
    /// Two bytes that are a character, as Shift_JIS.
    Pair([u8; 2]),
    LineFeed,
    Initialise,
    /// Changes nothing that the twin shows.
    Nothing,
    /// Changes how what follows is printed.
    Set(Setting),
    /// In vertical motion units.
    FeedUnits(u8),
    FeedDots(u32),
    FeedLines(u8),
    AutomaticStatus(u8),
    TransmitStatus(u8),
    TransmitId(u8),
    ProcessId([u8; 4]),
    /// `DC2 q`: answer with this byte.
    AnswerByte(u8),
    /// `ETB`: count the end of printing.
    CountEnd,
    /// `ESC RS E`: begin that count anew.
    ResetCount,
    /// `CAN`: forget what is not printed, and initialise.
    Cancel,
    /// `GS ( D`: which `DLE DC4` functions are obeyed.
    RealTimeSwitch(Vec<(u8, bool)>),
    QrPrint,
    /// A picture; its data follow and are not part of the command's length.
    Picture(PictureHead),
    /// `GS ( L` function 50: print the stored picture.
    PrintStored,
    Cut {
        full: bool,
        feed: CutFeed,
    },
    /// Obeyed on receipt; skipped in its turn.
    RealTime,
}

/// A setting, or something kept for later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// Shift_JIS from here on, or not.
    ShiftJis(bool),
    CodeTable(u8),
    InternationalSet(u8),
    MotionUnits {
        horizontal: u8,
        vertical: u8,
    },
    Align(u8),
    Emphasis(bool),
    Size {
        width: u8,
        height: u8,
    },
    /// From the left edge, in horizontal motion units.
    MoveTo(u16),
    /// From where it is, in horizontal motion units.
    MoveBy(i16),
    LineSpacingDefault,
    /// In vertical motion units.
    LineSpacingUnits(u8),
    LineSpacingDots(u8),
    /// `GS W`: the printable width, in horizontal motion units.
    PrintWidth(u16),
    QrModule(u8),
    QrCorrection(u8),
    QrStore(Vec<u8>),
}

/// How far paper moves before a cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CutFeed {
    /// It does not: the blade cuts where it stands.
    None,
    /// To the blade, and so many vertical motion units more.
    ToBlade(u8),
}

/// What is known of a picture before its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PictureHead {
    pub(super) width_dots: u32,
    pub(super) height_dots: u32,
    /// How large a dot is printed, across and down.
    pub(super) scale: (u32, u32),
    /// Kept until [`Command::PrintStored`], not printed at once.
    pub(super) stored: bool,
}

impl PictureHead {
    /// Bytes of data that follow.
    pub(super) fn byte_count(self) -> usize {
        self.width_dots.div_ceil(8) as usize * self.height_dots as usize
    }
}

/// Reads the first command of `bytes`, which is not empty, as this model does. `shift_jis` is
/// whether Shift_JIS has been selected.
pub(super) fn parse(bytes: &[u8], abilities: &Abilities, shift_jis: bool) -> Parsed {
    match abilities.dialect {
        Dialect::EscPos => escpos::parse(bytes, abilities, shift_jis),
        Dialect::Star => star::parse(bytes, abilities, shift_jis),
    }
}

fn wrong(skip: usize, reason: String) -> Parsed {
    Parsed::Wrong { skip, reason }
}

/// A command that exists, but not on this model.
fn lacking(skip: usize, name: &str) -> Parsed {
    wrong(skip, format!("{name} is not a command of this model"))
}

/// A command of fixed length whose name has `name_length` bytes: `make` gets its parameters,
/// `None` if one is out of range.
fn fixed(
    bytes: &[u8],
    name_length: usize,
    length: usize,
    make: impl Fn(&[u8]) -> Option<Command>,
) -> Parsed {
    let Some(whole) = bytes.get(..length) else { return Parsed::Partial };
    match make(&whole[name_length..]) {
        Some(command) => Parsed::Whole(command, length),
        None => wrong(length, format!("a parameter of {whole:02X?} is out of range")),
    }
}

/// A number that may be written as itself or as the digit that shows it: 1 or '1'.
fn digit(byte: u8, highest: u8) -> Option<u8> {
    let number = if byte >= b'0' { byte - b'0' } else { byte };
    (number <= highest).then_some(number)
}

fn pair(bytes: &[u8]) -> Parsed {
    match bytes.get(1) {
        None => Parsed::Partial,
        Some(trail @ (0x40..=0x7e | 0x80..=0xfc)) => {
            Parsed::Whole(Command::Pair([bytes[0], *trail]), 2)
        }
        Some(trail) => wrong(1, format!("{:02X} {trail:02X} is no Shift_JIS pair", bytes[0])),
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{PaperWidth, Profile};

    fn abilities(name: &str) -> Abilities {
        Abilities::of(&Profile::load(name, PaperWidth::Mm80).unwrap())
    }

    /// Every command of ESC/POS and on which models it is one.
    const ESCPOS: [(&[u8], &[&str]); 42] = [
        (b"\x0a", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"A", &["epson-jp", "epson-intl", "seiko", "citizen"]),
        (b"\xb1", &["epson-jp", "epson-intl", "seiko", "citizen"]),
        (b"\x94\xd4", &["epson-jp", "seiko", "citizen"]),
        (b"\x1b@", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1b2", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1b3\x22", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1bJ\x22", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1bd\x03", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1b$\x80\x01", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1b\\\x08\x00", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1bE\x01", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1ba\x01", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1ba2", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1bt\x10", &["epson-jp", "epson-intl", "seiko", "citizen"]),
        (b"\x1bR\x08", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1c.", &["epson-jp", "seiko", "citizen"]),
        (b"\x1cC1", &["epson-jp", "seiko", "citizen"]),
        (b"\x1d!\x00", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1d!\x77", &["epson-jp", "epson-intl", "seiko", "citizen"]),
        (b"\x1dP\xcb\xcb", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1dL\x00\x00", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1dW\x40\x02", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1da\xff", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1dI\x43", &["epson-jp", "epson-intl", "seiko", "citizen"]),
        (b"\x1dr\x01", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1dV1", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1dVB\x08", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1dv0\x00\x02\x00\x10\x00", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x1d(L\x0c\x000p0\x01\x011\x08\x00\x02\x00", &["epson-jp", "epson-intl", "seiko"]),
        (b"\x1d(L\x02\x0002", &["epson-jp", "epson-intl", "seiko", "citizen"]),
        (b"\x1d8L\x0c\x00\x00\x000p0\x02\x021\x08\x00\x02\x00", &["epson-jp", "epson-intl"]),
        (b"\x1d(D\x05\x00\x14\x01\x00\x02\x00", &["epson-jp", "epson-intl"]),
        (b"\x1d(H\x06\x0000A101", &["epson-jp", "epson-intl"]),
        (b"\x12q\x05", &["seiko"]),
        (b"\x1d(k\x04\x001A2\x00", &["epson-jp", "epson-intl", "seiko", "citizen"]),
        (b"\x1d(k\x03\x001C\x05", &["epson-jp", "epson-intl", "seiko", "citizen"]),
        (b"\x1d(k\x03\x001E1", &["epson-jp", "epson-intl", "seiko", "citizen"]),
        (b"\x1d(k\x07\x001P0abcd", &["epson-jp", "epson-intl", "seiko", "citizen"]),
        (b"\x1d(k\x03\x001Q0", &["epson-jp", "epson-intl", "seiko", "citizen"]),
        (b"\x10\x04\x02", &["epson-jp", "epson-intl", "seiko", "citizen", "raster"]),
        (b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", &["epson-jp", "epson-intl", "citizen"]),
    ];

    const STAR: [&[u8]; 37] = [
        b"\x0a",
        b"A",
        b"\xb1",
        b"\x94\xd4",
        b"\x17",
        b"\x18",
        b"\x1b@",
        b"\x1bE",
        b"\x1bF",
        b"\x1b$1",
        b"\x1b$\x00",
        b"\x1bR\x08",
        b"\x1bi\x05\x05",
        b"\x1bi10",
        b"\x1b \x00",
        b"\x1bs00",
        b"\x1b0",
        b"\x1bz\x01",
        b"\x1bJ\x08",
        b"\x1bI\x08",
        b"\x1ba\x03",
        b"\x1bd\x02",
        b"\x1bd3",
        b"\x1b\x06\x01",
        b"\x1b\x1da\x01",
        b"\x1b\x1dA\x80\x01",
        b"\x1b\x1dR\x08\x00",
        b"\x1b\x1dt\x20",
        b"\x1b\x1d\x03\x01\x00\x00",
        b"\x1b\x1dS\x01\x02\x00\x10\x00\x00",
        b"\x1b\x1dyS0\x02",
        b"\x1b\x1dyS1\x03",
        b"\x1b\x1dyS2\x05",
        b"\x1b\x1dyD1\x00\x04\x00abcd",
        b"\x1b\x1dyP",
        b"\x1b\x1ea\x01",
        b"\x1b\x1eE0",
    ];

    fn assert_whole_and_no_prefix(command: &[u8], abilities: &Abilities, model: &str) {
        for length in 1..command.len() {
            let parsed = parse(&command[..length], abilities, true);
            assert_eq!(parsed, Parsed::Partial, "{model}: {:02X?}", &command[..length]);
        }
        let parsed = parse(command, abilities, true);
        let whole = matches!(parsed, Parsed::Whole(_, length) if length == command.len());
        assert!(whole, "{model}: {command:02X?} is {parsed:?}");
    }

    #[test]
    fn every_command_is_whole_at_its_last_byte_and_waits_at_every_earlier_one() {
        for (command, models) in ESCPOS {
            for model in models {
                assert_whole_and_no_prefix(command, &abilities(model), model);
            }
        }
        for command in STAR {
            assert_whole_and_no_prefix(command, &abilities("star"), "star");
        }
    }

    #[test]
    fn a_command_that_a_model_does_not_have_is_an_error_there() {
        for (command, models) in ESCPOS {
            // GS ( L and GS 8 L are listed for some of the models that have them.
            if command[0] == 0x1d && matches!(command[1], b'8') || command.starts_with(b"\x1d(L") {
                continue;
            }
            for model in ["epson-jp", "epson-intl", "seiko", "citizen", "raster"] {
                if models.contains(&model) {
                    continue;
                }
                let parsed = parse(command, &abilities(model), true);
                let other = matches!(parsed, Parsed::Whole(_, length) if length < command.len());
                let wrong = matches!(parsed, Parsed::Wrong { .. });
                assert!(wrong || other, "{model}: {command:02X?} is {parsed:?}");
            }
        }
    }

    #[test]
    fn what_no_printer_knows_is_an_error() {
        let escpos: [&[u8]; 22] = [
            b"\x00",
            b"\x18",
            b"\x7f",
            b"\xff",
            b"\x80",
            b"\x1bp\x00\x19\xfa",
            b"\x1ba\x05",
            b"\x1bt\x63",
            b"\x1d!\x80",
            b"\x1dVx",
            b"\x1dL\x01\x00",
            b"\x1dI\x09",
            b"\x1dr\x03",
            b"\x1c&",
            b"\x10\x04\x00",
            b"\x10\x05\x03",
            b"\x1d(k\x03\x001E\x20",
            b"\x1d(k\x03\x001C\x11",
            b"\x1dv1",
            b"\x1dv0\x04\x02\x00\x10\x00",
            b"\x1dv0\x00\x00\x00\x10\x00",
            b"\x1d(L\x0d\x000p0\x01\x011\x08\x00\x02\x00",
        ];
        for bytes in escpos {
            let parsed = parse(bytes, &abilities("epson-jp"), true);
            assert!(matches!(parsed, Parsed::Wrong { .. }), "{bytes:02X?} is {parsed:?}");
        }
        let star: [&[u8]; 12] = [
            b"\x00",
            b"\x7f",
            b"\x10\x04\x01",
            b"\x1d!\x11",
            b"\x1bi\x06\x00",
            b"\x1bd\x04",
            b"\x1bI\x00",
            b"\x1b \x01",
            b"\x1b\x1da\x03",
            b"\x1b\x1dS\x00\x02\x00\x10\x00\x00",
            b"\x1b\x1dyS2\x09",
            b"\x1b\x1dyD1\x00\x00\x00",
        ];
        for bytes in star {
            let parsed = parse(bytes, &abilities("star"), true);
            assert!(matches!(parsed, Parsed::Wrong { .. }), "{bytes:02X?} is {parsed:?}");
        }
        for model in ["epson-jp", "star"] {
            let parsed = parse(&[0x94, 0xd4], &abilities(model), false);
            assert!(matches!(parsed, Parsed::Wrong { .. }), "{model} has no kanji yet");
        }
    }

    /// Nothing that can come over a line makes the parser panic or stand still.
    #[test]
    fn any_bytes_are_read_to_their_end() {
        let mut seed = 20_261_121_u64;
        let mut random = move || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed >> 24) as u8
        };
        let models: Vec<Abilities> = Profile::names().map(abilities).collect();
        for round in 0..20_000 {
            let length = usize::from(random() % 24) + 1;
            let mut bytes: Vec<u8> = (0..length).map(|_| random()).collect();
            bytes[0] = [0x1b, 0x1d, 0x1c, 0x10, 0x12, bytes[0]][round % 6];
            let abilities = &models[round % models.len()];
            match parse(&bytes, abilities, round % 2 == 0) {
                Parsed::Partial => {}
                Parsed::Whole(_, taken) => assert!((1..=length).contains(&taken)),
                Parsed::Wrong { skip, .. } => assert!(skip >= 1),
            }
        }
    }
}

//! What the printers under test have, from their manuals: not read from the profiles' files.

/// Height of the printer's own characters, in dots.
pub const LINE_DOTS: u32 = 24;
/// Width of half a kanji, in dots (font A of every model here).
pub const HALF_DOTS: u32 = 12;
/// Dots between the head and the blade, about 14 mm: what was printed last still lies below it.
pub const BLADE_DOTS: u32 = 112;
/// A picture's band is held whole: 4 KB is the receive buffer of TM models as delivered, and of
/// the RP-F10 (technical reference, DC2 q).
pub const BAND_BYTES_MAX: usize = 4096;

/// The command language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// ESC/POS.
    EscPos,
    /// StarPRNT.
    Star,
}

/// The printer's own characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Letters {
    /// JIS X 0208 in Shift_JIS, and JIS X 0201.
    Kanji,
    /// Windows-1252.
    Latin,
    /// None that can be relied upon.
    Unknown,
}

/// How the end of a job is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// `GS ( H` function 48, before the cut.
    ProcessId,
    /// `DC2 q n`, last.
    Response,
    /// `ETB`, last.
    Etb,
    /// `GS r 1`, last.
    Fence,
}

/// A printer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Model {
    /// The name of its profile.
    pub name: &'static str,
    /// What it speaks.
    pub language: Language,
    /// What it has to write with.
    pub letters: Letters,
    /// How the end of a job is known.
    pub ending: Ending,
    /// Whether `DLE DC4` function 8 clears its buffers.
    pub clears: bool,
    /// Whether it draws QR codes.
    pub draws_qr: bool,
    /// Largest magnification of its characters.
    pub scale_max: u8,
    /// Printable dots across the paper.
    pub width: u32,
}

/// The names of all models.
pub const NAMES: [&str; 6] = ["epson-jp", "epson-intl", "seiko", "citizen", "star", "raster"];

impl Model {
    /// The model that a profile describes, on paper of 80 or 58 mm.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub fn named(name: &str, paper_mm: u32) -> Model {
        let width = match paper_mm {
            80 => 576,
            58 => 420,
            other => panic!("no paper of {other} mm"),
        };
        let known = NAMES.iter().find(|known| **known == name);
        let name = known.unwrap_or_else(|| panic!("no model {name}"));
        let epson = Model {
            name,
            language: Language::EscPos,
            letters: Letters::Kanji,
            ending: Ending::ProcessId,
            clears: true,
            draws_qr: true,
            scale_max: 8,
            width,
        };
        match *name {
            "epson-jp" => epson,
            "epson-intl" => Model { letters: Letters::Latin, ..epson },
            "seiko" => Model { ending: Ending::Response, clears: false, ..epson },
            "citizen" => Model { ending: Ending::Fence, ..epson },
            "star" => {
                let star = Model { language: Language::Star, ending: Ending::Etb, ..epson };
                Model { clears: false, scale_max: 6, ..star }
            }
            _ => Model {
                letters: Letters::Unknown,
                ending: Ending::Fence,
                clears: false,
                draws_qr: false,
                scale_max: 1,
                ..epson
            },
        }
    }
}

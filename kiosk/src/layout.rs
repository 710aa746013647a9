//! Slips as documents: pure, the same for every printer.
//!
//! A [`Layout`] says for each kind of slip which parts are printed, in which order and how large.
//! Three are built in; an office file may change them and add its own, without code.

mod built_in;
mod writer;

use std::collections::BTreeMap;

use printer_driver::document::{Document, DocumentError, Picture, Scale, Style};

use crate::slip::{Kind, Part, Slip};

/// How large a part is printed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Size {
    /// 3 mm high.
    #[default]
    Small,
    /// 6 mm high, as wide as small, heavier.
    Normal,
    /// 6 mm high and twice as wide, heavier.
    Large,
}

impl Size {
    /// Every size with its name in an office file.
    pub const NAMED: [(&str, Size); 3] =
        [("small", Size::Small), ("normal", Size::Normal), ("large", Size::Large)];

    /// How its characters look.
    pub(crate) fn style(self) -> Style {
        match self {
            Size::Small => Style::BODY,
            Size::Normal => Style::sized(Scale::X1, Scale::X2).emphasised(),
            Size::Large => Style::sized(Scale::X2, Scale::X2).emphasised(),
        }
    }
}

/// One entry of a layout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// What is printed.
    pub part: Part,
    /// How large. A label, a code and samples have a size of their own.
    pub size: Size,
}

/// Which parts every kind of slip prints, in which order and how large.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// What office files and file names call it.
    pub name: String,
    /// The entries of each kind, top first. A kind that is not here is laid out as standard.
    pub kinds: BTreeMap<Kind, Vec<Entry>>,
    /// The office's logo, for the kinds that have a place for it.
    pub logo: Option<Picture>,
}

/// The name of the layout that is used where nobody chose another.
pub const STANDARD: &str = "standard";

impl Layout {
    /// The layouts every office has: `standard`; `large`, bigger and fewer lines for poor eyesight;
    /// `short`, for little paper.
    pub fn built_in() -> Vec<Layout> {
        vec![built_in::standard(), built_in::large(), built_in::short()]
    }

    /// The standard layout.
    pub fn standard() -> Layout {
        built_in::standard()
    }

    /// The entries for a kind of slip; `None` where the layout leaves the kind to the standard.
    pub fn entries(&self, kind: Kind) -> Option<&[Entry]> {
        self.kinds.get(&kind).map(Vec::as_slice)
    }
}

/// Lays out a slip.
///
/// Marks – 練習, 再発行 – are printed above the label whatever the layout says, and second
/// languages always small.
///
/// # Errors
///
/// [`DocumentError`] when a text is longer than a document may hold.
pub fn lay_out(slip: &Slip, layout: &Layout) -> Result<Document, DocumentError> {
    let standard;
    let entries = match layout.entries(slip.kind) {
        Some(entries) => entries,
        None => {
            standard = built_in::standard();
            standard.entries(slip.kind).unwrap_or_default()
        }
    };
    writer::write(slip, entries, layout.logo.as_ref())
}

//! What a slip says. Texts are final: already in the resident's language and the office's time;
//! nothing personal is ever among them (D-1), and on what residents carry no unit's name (D-6).
//!
//! Every kind of slip is a plain struct of its own; as a [`Slip`] it is a set of named [`Part`]s.
//! A [`Layout`](crate::layout::Layout) then says which parts are printed, in which order and size.

mod part;
mod staff;
mod summary;
mod tag;
mod test_page;
mod ticket;
mod transfer;

use std::collections::BTreeMap;

use printer_driver::document::{Han, Span};

pub use part::{Part, PartHome};
pub use staff::StaffSlip;
pub use summary::{DaySummary, SummaryRow};
pub use tag::TagSlip;
pub use test_page::{TEST_CHARACTERS, TestPage, TestSample};
pub use ticket::TicketSlip;
pub use transfer::TransferSlip;

/// The kinds of slip.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// 番号券: what a resident takes at the kiosk.
    Ticket,
    /// 連携用紙: what a resident takes to another section.
    Transfer,
    /// What staff carry with a case.
    Staff,
    /// What is handed out with a tag (R-80…R-84).
    Tag,
    /// The day in figures, for the manager.
    Summary,
    /// What a technician prints.
    Test,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 6] =
        [Kind::Ticket, Kind::Transfer, Kind::Staff, Kind::Tag, Kind::Summary, Kind::Test];

    /// Its name in office files and file names.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Ticket => "ticket",
            Kind::Transfer => "transfer",
            Kind::Staff => "staff",
            Kind::Tag => "tag",
            Kind::Summary => "summary",
            Kind::Test => "test",
        }
    }
}

/// A slip of any kind, ready to be laid out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slip {
    /// What it is.
    pub kind: Kind,
    /// The forms of Han characters in its second language.
    pub forms: Han,
    /// What must be seen whatever the layout: a rehearsal, a reprint.
    pub marks: Vec<Line>,
    /// What it says, by part. A part that says nothing is not in it.
    pub contents: BTreeMap<Part, Content>,
}

impl Slip {
    /// A slip that says nothing yet.
    pub(crate) fn new(kind: Kind, forms: Han) -> Slip {
        Slip { kind, forms, marks: Vec::new(), contents: BTreeMap::new() }
    }

    /// The same slip with one part more, unless that says nothing.
    pub(crate) fn with(mut self, part: Part, content: Content) -> Slip {
        if !content.is_empty() {
            self.contents.insert(part, content);
        }
        self
    }

    /// The same slip with a line as one part more.
    pub(crate) fn with_line(self, part: Part, line: Line) -> Slip {
        self.with(part, Content::Lines(vec![line]))
    }

    /// The same slip with a mark, unless that says nothing.
    pub(crate) fn marked(mut self, mark: Line) -> Slip {
        if !mark.is_empty() {
            self.marks.push(mark);
        }
        self
    }
}

/// What one part says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Content {
    /// Paragraphs.
    Lines(Vec<Line>),
    /// Names at the left, values at the right.
    Rows(Vec<Row>),
    /// The label, as large as the paper allows.
    Label(String),
    /// A QR code and what it is for.
    Qr {
        /// Printable ASCII.
        payload: String,
        /// Below it; may be empty.
        caption: Line,
    },
    /// Characters in styles of their own, which no layout changes: the test page's samples.
    Samples(Vec<Vec<Span>>),
}

impl Content {
    fn is_empty(&self) -> bool {
        match self {
            Content::Lines(lines) => lines.iter().all(Line::is_empty),
            Content::Rows(rows) => rows.is_empty(),
            Content::Label(text) => text.is_empty(),
            Content::Qr { payload, .. } => payload.is_empty(),
            Content::Samples(lines) => lines.is_empty(),
        }
    }
}

/// A name at the left edge and its value at the right one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// What it is.
    pub name: String,
    /// How much it is; empty for a heading.
    pub value: String,
}

impl Row {
    /// A row.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Row {
        Row { name: name.into(), value: value.into() }
    }
}

/// Marks in Japanese words where a line set large had best be broken. Never printed.
pub const PHRASE_JOINT: char = '\u{200b}';

/// A line in Japanese, and in the resident's language where that is another one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Line {
    /// In Japanese.
    pub japanese: String,
    /// In the resident's language; empty when that is Japanese.
    pub second: String,
}

impl Line {
    /// A line in Japanese only.
    pub fn japanese(text: impl Into<String>) -> Line {
        Line { japanese: text.into(), second: String::new() }
    }

    /// Whether there is nothing to print.
    pub fn is_empty(&self) -> bool {
        self.japanese.is_empty() && self.second.is_empty()
    }
}

/// Whether a slip is the first of its ticket.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Copy {
    /// It is.
    #[default]
    First,
    /// The same number again, marked 再発行 (design.md §4).
    Reprint,
}

//! What a ticket slip says. Texts are final: already in the resident's language and the office's
//! time; nothing personal and no unit name is ever among them (D-1, D-6).

/// A ticket's slip.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TicketSlip {
    /// Above everything else: the office's own header; may be empty.
    pub header: String,
    /// The label, such as `A101`.
    pub label: String,
    /// Whether this is another print of a ticket that may exist already.
    pub copy: Copy,
    /// What the resident came for, in residents' words.
    pub errand: Line,
    /// Where to wait until called.
    pub place: Line,
    /// When it was issued, such as `6月2日（火） 10:05`.
    pub issued: Line,
    /// People ahead, such as `前に 3人`.
    pub ahead: Line,
    /// When to expect the call, such as `10:20–10:35ごろ`, or that nobody can say.
    pub window: Line,
    /// What to have ready; empty for nothing.
    pub bring: Line,
    /// Notices that hold at issue, such as R-04's at 17:15.
    pub notices: Vec<Line>,
    /// What the QR code holds; printable ASCII.
    pub qr: String,
    /// What the QR code is for.
    pub qr_caption: Line,
    /// Below everything else; may be empty.
    pub footer: String,
}

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

//! What staff carry with a case: the office's own words, no personal data (D-1, D-2). Residents
//! never hold it, so the queue's staff name may stand on it.

use printer_driver::document::Han;

use super::{Content, Kind, Line, Part, Row, Slip};

/// A slip for staff.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StaffSlip {
    /// That it counts for nothing, on a slip of a rehearsal; else empty.
    pub rehearsal: String,
    /// What it is.
    pub title: String,
    /// The label.
    pub label: String,
    /// The queue, in the office's words.
    pub queue: String,
    /// What the resident chose at the kiosk; that nobody knows, where they did not.
    pub errand: String,
    /// The language the resident chose.
    pub language: String,
    /// Priority or appointment; empty for neither.
    pub class: String,
    /// Procedures with their targets.
    pub procedures: Vec<Row>,
    /// Times so far; unknown ones say so.
    pub times: Vec<Row>,
    /// What the QR code holds; printable ASCII.
    pub qr: String,
}

impl StaffSlip {
    /// The slip as its parts.
    pub fn to_slip(&self) -> Slip {
        let qr = Content::Qr { payload: self.qr.clone(), caption: Line::default() };
        let named = |name: &str, value: &str| match value {
            "" => Content::Rows(Vec::new()),
            value => Content::Rows(vec![Row::new(name, value)]),
        };
        Slip::new(Kind::Staff, Han::Japanese)
            .marked(Line::japanese(&self.rehearsal))
            .with_line(Part::Title, Line::japanese(&self.title))
            .with(Part::Label, Content::Label(self.label.clone()))
            .with(Part::Queue, named("受付区分", &self.queue))
            .with(Part::Errand, named("用件", &self.errand))
            .with(Part::Language, named("言語", &self.language))
            .with(Part::Class, named("扱い", &self.class))
            .with(Part::Procedures, Content::Rows(self.procedures.clone()))
            .with(Part::Times, Content::Rows(self.times.clone()))
            .with(Part::Qr, qr)
    }
}

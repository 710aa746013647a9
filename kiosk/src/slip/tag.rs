//! What is handed out with a physical tag (番号札): express work beside the machine's queues
//! (R-80…R-84).

use printer_driver::document::Han;

use super::{Content, Kind, Line, Part, Slip};

/// A slip that goes with a tag.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TagSlip {
    /// The forms of Han characters in the second language.
    pub forms: Han,
    /// The office's own header; may be empty.
    pub header: String,
    /// That it counts for nothing, on a slip of a rehearsal; else empty.
    pub rehearsal: Line,
    /// What it is.
    pub title: Line,
    /// The number on the tag.
    pub number: String,
    /// Where to wait.
    pub place: Line,
    /// When it was handed out.
    pub issued: Line,
    /// How it is called, and that it comes back.
    pub notices: Vec<Line>,
    /// Below everything else; may be empty.
    pub footer: Line,
}

impl TagSlip {
    /// The slip as its parts.
    pub fn to_slip(&self) -> Slip {
        Slip::new(Kind::Tag, self.forms)
            .marked(self.rehearsal.clone())
            .with_line(Part::Header, Line::japanese(&self.header))
            .with_line(Part::Title, self.title.clone())
            .with(Part::Label, Content::Label(self.number.clone()))
            .with_line(Part::Place, self.place.clone())
            .with_line(Part::Issued, self.issued.clone())
            .with(Part::Notices, Content::Lines(self.notices.clone()))
            .with_line(Part::Footer, self.footer.clone())
    }
}

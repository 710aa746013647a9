//! 連携用紙: a resident takes it to another section, which reads its code instead of issuing a
//! new ticket.

use printer_driver::document::Han;

use super::{Content, Kind, Line, Part, Slip};

/// A slip to another section. Its code holds an opaque id only (R-51, D-1).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TransferSlip {
    /// The forms of Han characters in the second language.
    pub forms: Han,
    /// The office's own header; may be empty.
    pub header: String,
    /// That it counts for nothing, on a slip of a rehearsal; else empty.
    pub rehearsal: Line,
    /// What it is.
    pub title: Line,
    /// The label, which stays the same.
    pub label: String,
    /// The section somebody comes from.
    pub from: Line,
    /// The section somebody goes to.
    pub to: Line,
    /// Where that is, or that staff will say.
    pub place: Line,
    /// When it was printed.
    pub issued: Line,
    /// What to do with it: show it there, keep the number.
    pub notices: Vec<Line>,
    /// What the QR code holds; printable ASCII.
    pub qr: String,
    /// What the QR code is for.
    pub qr_caption: Line,
    /// Below everything else; may be empty.
    pub footer: Line,
}

impl TransferSlip {
    /// The slip as its parts.
    pub fn to_slip(&self) -> Slip {
        let qr = Content::Qr { payload: self.qr.clone(), caption: self.qr_caption.clone() };
        Slip::new(Kind::Transfer, self.forms)
            .marked(self.rehearsal.clone())
            .with_line(Part::Header, Line::japanese(&self.header))
            .with_line(Part::Title, self.title.clone())
            .with(Part::Label, Content::Label(self.label.clone()))
            .with_line(Part::From, self.from.clone())
            .with_line(Part::To, self.to.clone())
            .with_line(Part::Place, self.place.clone())
            .with_line(Part::Issued, self.issued.clone())
            .with(Part::Notices, Content::Lines(self.notices.clone()))
            .with(Part::Qr, qr)
            .with_line(Part::Footer, self.footer.clone())
    }
}

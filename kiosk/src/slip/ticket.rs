//! 番号券: what a resident takes at the kiosk.

use printer_driver::document::Han;

use super::{Content, Copy, Kind, Line, Part, Slip};

/// A ticket's slip.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TicketSlip {
    /// The forms of Han characters in the second language.
    pub forms: Han,
    /// Above everything else: the office's own header; may be empty.
    pub header: String,
    /// That it counts for nothing, on a slip of a rehearsal; else empty.
    pub rehearsal: Line,
    /// The label, such as `A101`.
    pub label: String,
    /// Whether this is another print of a ticket that may exist already.
    pub copy: Copy,
    /// What a reprint is called; printed only on one.
    pub reprint: Line,
    /// What the resident came for, in residents' words.
    pub errand: Line,
    /// The section, and where to wait until called.
    pub place: Line,
    /// When it was issued, such as `6月2日 10:05`.
    pub issued: Line,
    /// People ahead, such as `前に3人`.
    pub ahead: Line,
    /// When to expect the call, such as `10:20-10:35ごろ`, or that nobody can say.
    pub window: Line,
    /// What to have ready; empty for nothing.
    pub bring: Line,
    /// Notices that hold at issue, such as R-04's at 17:15.
    pub notices: Vec<Line>,
    /// The office's own reminders.
    pub reminders: Vec<Line>,
    /// What the QR code holds; printable ASCII.
    pub qr: String,
    /// What the QR code is for.
    pub qr_caption: Line,
    /// Below everything else; may be empty.
    pub footer: Line,
}

impl TicketSlip {
    /// The slip as its parts.
    pub fn to_slip(&self) -> Slip {
        let mut slip = Slip::new(Kind::Ticket, self.forms).marked(self.rehearsal.clone());
        if self.copy == Copy::Reprint {
            slip = slip.marked(self.reprint.clone());
        }
        let qr = Content::Qr { payload: self.qr.clone(), caption: self.qr_caption.clone() };
        slip.with_line(Part::Header, Line::japanese(&self.header))
            .with(Part::Label, Content::Label(self.label.clone()))
            .with_line(Part::Errand, self.errand.clone())
            .with_line(Part::Place, self.place.clone())
            .with_line(Part::Issued, self.issued.clone())
            .with_line(Part::Ahead, self.ahead.clone())
            .with_line(Part::Window, self.window.clone())
            .with_line(Part::Bring, self.bring.clone())
            .with(Part::Notices, Content::Lines(self.notices.clone()))
            .with(Part::Reminders, Content::Lines(self.reminders.clone()))
            .with(Part::Qr, qr)
            .with_line(Part::Footer, self.footer.clone())
    }
}

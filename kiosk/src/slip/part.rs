//! The parts that slips are made of, by the names an office file uses.

use super::Kind;

/// One part of a slip.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Part {
    /// The office's own words at the top.
    Header,
    /// The office's logo.
    Logo,
    /// What the slip is.
    Title,
    /// The label, or the number of a tag.
    Label,
    /// What somebody came for.
    Errand,
    /// The section, and where to wait.
    Place,
    /// People ahead.
    Ahead,
    /// When it was issued.
    Issued,
    /// When to expect the call.
    Window,
    /// What to have ready.
    Bring,
    /// Notices that hold at issue.
    Notices,
    /// The office's own reminders.
    Reminders,
    /// The QR code.
    Qr,
    /// The office's own words at the end.
    Footer,
    /// The section somebody comes from.
    From,
    /// The section somebody goes to.
    To,
    /// The queue, in the office's words.
    Queue,
    /// The language the resident chose.
    Language,
    /// Priority or appointment.
    Class,
    /// Procedures with their targets.
    Procedures,
    /// Times of the ticket.
    Times,
    /// Tickets of the day in numbers.
    Counts,
    /// Waits against the limit.
    Waits,
    /// Handling against the targets.
    Handling,
    /// Service at the counter.
    Service,
    /// Issue to completion.
    Stay,
    /// The printer: profile, text mode, completion, link, paper.
    Printer,
    /// A ruler of the paper's columns.
    Ruler,
    /// Every size.
    Sizes,
    /// Characters that printers get wrong.
    Characters,
    /// A line in every language.
    Languages,
    /// A rule across the paper.
    Rule,
    /// White space.
    Space,
}

/// Whether a part belongs to a kind of slip.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartHome {
    /// It may be laid out.
    Own,
    /// The kind has no such part.
    Foreign,
}

const TICKET: [Part; 15] = [
    Part::Header,
    Part::Logo,
    Part::Label,
    Part::Errand,
    Part::Place,
    Part::Ahead,
    Part::Issued,
    Part::Window,
    Part::Bring,
    Part::Notices,
    Part::Reminders,
    Part::Qr,
    Part::Footer,
    Part::Rule,
    Part::Space,
];
const TRANSFER: [Part; 13] = [
    Part::Header,
    Part::Logo,
    Part::Title,
    Part::Label,
    Part::From,
    Part::To,
    Part::Place,
    Part::Issued,
    Part::Notices,
    Part::Qr,
    Part::Footer,
    Part::Rule,
    Part::Space,
];
const STAFF: [Part; 11] = [
    Part::Title,
    Part::Label,
    Part::Queue,
    Part::Errand,
    Part::Language,
    Part::Class,
    Part::Procedures,
    Part::Times,
    Part::Qr,
    Part::Rule,
    Part::Space,
];
const TAG: [Part; 10] = [
    Part::Header,
    Part::Logo,
    Part::Title,
    Part::Label,
    Part::Place,
    Part::Issued,
    Part::Notices,
    Part::Footer,
    Part::Rule,
    Part::Space,
];
const SUMMARY: [Part; 9] = [
    Part::Title,
    Part::Issued,
    Part::Counts,
    Part::Waits,
    Part::Handling,
    Part::Service,
    Part::Stay,
    Part::Rule,
    Part::Space,
];
const TEST: [Part; 12] = [
    Part::Logo,
    Part::Title,
    Part::Issued,
    Part::Label,
    Part::Printer,
    Part::Ruler,
    Part::Sizes,
    Part::Characters,
    Part::Languages,
    Part::Qr,
    Part::Rule,
    Part::Space,
];

impl Part {
    /// The parts a kind of slip may have.
    pub fn of(kind: Kind) -> &'static [Part] {
        match kind {
            Kind::Ticket => &TICKET,
            Kind::Transfer => &TRANSFER,
            Kind::Staff => &STAFF,
            Kind::Tag => &TAG,
            Kind::Summary => &SUMMARY,
            Kind::Test => &TEST,
        }
    }

    /// Whether a kind of slip may have this part.
    pub fn home(self, kind: Kind) -> PartHome {
        if Part::of(kind).contains(&self) { PartHome::Own } else { PartHome::Foreign }
    }

    /// The part without which a slip of the kind is of no use.
    pub fn required(kind: Kind) -> Part {
        match kind {
            Kind::Ticket | Kind::Transfer | Kind::Staff | Kind::Tag => Part::Label,
            Kind::Summary => Part::Counts,
            Kind::Test => Part::Printer,
        }
    }

    /// Whether the part may stand in one layout more than once.
    pub fn repeats(self) -> bool {
        matches!(self, Part::Rule | Part::Space)
    }

    /// Its name in an office file.
    pub fn name(self) -> &'static str {
        match self {
            Part::Header => "header",
            Part::Logo => "logo",
            Part::Title => "title",
            Part::Label => "label",
            Part::Errand => "errand",
            Part::Place => "place",
            Part::Ahead => "ahead",
            Part::Issued => "issued",
            Part::Window => "window",
            Part::Bring => "bring",
            Part::Notices => "notices",
            Part::Reminders => "reminders",
            Part::Qr => "qr",
            Part::Footer => "footer",
            Part::From => "from",
            Part::To => "to",
            Part::Queue => "queue",
            Part::Language => "language",
            Part::Class => "class",
            Part::Procedures => "procedures",
            Part::Times => "times",
            Part::Counts => "counts",
            Part::Waits => "waits",
            Part::Handling => "handling",
            Part::Service => "service",
            Part::Stay => "stay",
            Part::Printer => "printer",
            Part::Ruler => "ruler",
            Part::Sizes => "sizes",
            Part::Characters => "characters",
            Part::Languages => "languages",
            Part::Rule => "rule",
            Part::Space => "space",
        }
    }
}

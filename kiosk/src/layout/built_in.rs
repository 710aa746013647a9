//! The layouts every office has.
//!
//! Order and sizes of the standard ticket follow visual.md: label, errand, where to wait, people
//! ahead and window, what to have ready, notices, QR code. Sizes stand together where they can: a
//! printer on a serial line is told of each change, at three bytes.

use super::{Entry, Layout, STANDARD, Size};
use crate::slip::{Kind, Part};

use Part::{
    Ahead, Bring, Characters, Class, Counts, Errand, Footer, From, Handling, Header, Issued, Label,
    Language, Languages, Logo, Notices, Place, Printer, Procedures, Qr, Queue, Reminders, Rule,
    Ruler, Service, Sizes, Space, Stay, Times, Title, To, Waits, Window,
};
use Size::{Large, Normal, Small};

/// A part and its size.
type Piece = (Part, Size);

/// For everybody.
const STANDARD_KINDS: &[(Kind, &[Piece])] = &[
    (
        Kind::Ticket,
        &[
            (Header, Small),
            (Logo, Small),
            (Label, Large),
            (Errand, Large),
            (Place, Normal),
            (Space, Small),
            (Window, Normal),
            (Ahead, Small),
            (Issued, Small),
            (Space, Small),
            (Bring, Small),
            (Notices, Small),
            (Reminders, Small),
            (Qr, Small),
            (Footer, Small),
        ],
    ),
    (
        Kind::Transfer,
        &[
            (Header, Small),
            (Logo, Small),
            (Title, Normal),
            (Label, Large),
            (From, Small),
            (To, Large),
            (Place, Normal),
            (Space, Small),
            (Notices, Small),
            (Issued, Small),
            (Qr, Small),
            (Footer, Small),
        ],
    ),
    (
        Kind::Staff,
        &[
            (Title, Normal),
            (Label, Large),
            (Queue, Normal),
            (Errand, Normal),
            (Language, Normal),
            (Class, Normal),
            (Rule, Small),
            (Procedures, Small),
            (Rule, Small),
            (Times, Small),
            (Qr, Small),
        ],
    ),
    (
        Kind::Tag,
        &[
            (Header, Small),
            (Logo, Small),
            (Title, Normal),
            (Label, Large),
            (Place, Normal),
            (Space, Small),
            (Notices, Small),
            (Issued, Small),
            (Footer, Small),
        ],
    ),
    (
        Kind::Summary,
        &[
            (Title, Normal),
            (Issued, Small),
            (Rule, Small),
            (Counts, Small),
            (Rule, Small),
            (Waits, Small),
            (Rule, Small),
            (Handling, Small),
            (Rule, Small),
            (Service, Small),
            (Rule, Small),
            (Stay, Small),
        ],
    ),
    (
        Kind::Test,
        &[
            (Title, Normal),
            (Issued, Small),
            (Rule, Small),
            (Printer, Small),
            (Rule, Small),
            (Ruler, Small),
            (Label, Large),
            (Sizes, Small),
            (Rule, Small),
            (Characters, Small),
            (Rule, Small),
            (Languages, Small),
            (Logo, Small),
            (Qr, Small),
        ],
    ),
];

/// For poor eyesight: bigger, and only what cannot be asked for at the counter.
const LARGE_KINDS: &[(Kind, &[Piece])] = &[
    (
        Kind::Ticket,
        &[
            (Header, Small),
            (Logo, Small),
            (Label, Large),
            (Errand, Large),
            (Space, Small),
            (Place, Large),
            (Space, Small),
            (Window, Large),
            (Ahead, Large),
            (Space, Small),
            (Notices, Large),
            (Bring, Normal),
            (Qr, Small),
            (Issued, Normal),
        ],
    ),
    (
        Kind::Transfer,
        &[
            (Header, Small),
            (Logo, Small),
            (Title, Large),
            (Label, Large),
            (To, Large),
            (Place, Large),
            (Space, Small),
            (Notices, Normal),
            (Qr, Small),
            (Issued, Small),
        ],
    ),
    (
        Kind::Tag,
        &[
            (Header, Small),
            (Logo, Small),
            (Title, Large),
            (Label, Large),
            (Place, Large),
            (Space, Small),
            (Notices, Normal),
            (Issued, Small),
        ],
    ),
];

/// For little paper: about half as long, without a code and what to have ready.
const SHORT_KINDS: &[(Kind, &[Piece])] = &[
    (
        Kind::Ticket,
        &[
            (Label, Large),
            (Errand, Normal),
            (Place, Small),
            (Window, Small),
            (Ahead, Small),
            (Issued, Small),
            (Notices, Small),
        ],
    ),
    (
        Kind::Transfer,
        &[
            (Title, Small),
            (Label, Large),
            (To, Normal),
            (Place, Small),
            (Issued, Small),
            (Qr, Small),
        ],
    ),
    (
        Kind::Staff,
        &[(Label, Large), (Queue, Small), (Language, Small), (Class, Small), (Times, Small)],
    ),
    (Kind::Tag, &[(Label, Large), (Place, Small), (Notices, Small), (Issued, Small)]),
    (
        Kind::Summary,
        &[(Title, Normal), (Issued, Small), (Counts, Small), (Waits, Small), (Handling, Small)],
    ),
];

/// The layout for everybody.
pub(super) fn standard() -> Layout {
    layout(STANDARD, STANDARD_KINDS)
}

/// The layout for poor eyesight.
pub(super) fn large() -> Layout {
    layout("large", LARGE_KINDS)
}

/// The layout for little paper.
pub(super) fn short() -> Layout {
    layout("short", SHORT_KINDS)
}

fn layout(name: &str, kinds: &[(Kind, &[Piece])]) -> Layout {
    let entry = |(part, size): &Piece| Entry { part: *part, size: *size };
    let entries = |pieces: &[Piece]| pieces.iter().map(entry).collect();
    Layout {
        name: name.to_owned(),
        kinds: kinds.iter().map(|(kind, pieces)| (*kind, entries(pieces))).collect(),
        logo: None,
    }
}

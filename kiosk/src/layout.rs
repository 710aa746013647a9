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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slip::{Copy, Line, PartHome, TicketSlip, TransferSlip};
    use printer_driver::document::Block;

    fn ticket() -> TicketSlip {
        let both = |japanese: &str, second: &str| Line {
            japanese: japanese.to_owned(),
            second: second.to_owned(),
        };
        TicketSlip {
            label: "A012".to_owned(),
            errand: both("入る（会社の保険をやめた・引っ越してきた）", "Join"),
            place: both("国保年金課の待合で\u{200b}お待ちください", "Please wait"),
            ahead: both("前に3人お待ちです", "3 people are before you"),
            issued: Line::japanese("6月2日 10:05"),
            window: both("10:20-10:35ごろお呼びします", "We expect to call you"),
            qr: "YB1-0".to_owned(),
            ..TicketSlip::default()
        }
    }

    fn large(part: Part) -> Entry {
        Entry { part, size: Size::Large }
    }

    fn layout(entries: Vec<Entry>) -> Layout {
        Layout {
            name: "own".to_owned(),
            kinds: BTreeMap::from([(Kind::Ticket, entries)]),
            logo: None,
        }
    }

    /// The texts of a document, one for each block; white space is `-`.
    fn texts(document: &Document) -> Vec<String> {
        let text = |block: &Block| match block {
            Block::Line { spans, .. } => spans.iter().map(|span| span.text.as_str()).collect(),
            Block::Columns { left, right } => format!("{} | {}", left.text, right.text),
            Block::Label { text } => text.clone(),
            Block::Qr { payload, .. } => payload.clone(),
            Block::Rule { .. } => "rule".to_owned(),
            Block::Picture { .. } => "picture".to_owned(),
            Block::Feed { .. } => "-".to_owned(),
        };
        document.blocks().iter().map(text).filter(|text| text != "-").collect()
    }

    #[test]
    fn a_large_line_that_fits_no_paper_is_broken_between_its_phrases() {
        let own = layout(vec![large(Part::Label), large(Part::Errand), large(Part::Place)]);
        let said = texts(&lay_out(&ticket().to_slip(), &own).unwrap());
        assert_eq!(said[1..3], ["入る", "（会社の保険をやめた・引っ越してきた）"]);
        assert_eq!(said[4..6], ["国保年金課の待合で", "お待ちください"]);
        // Nothing is lost in a small one, and the joint is never printed.
        let small = |part| Entry { part, size: Size::Small };
        let own = layout(vec![small(Part::Label), small(Part::Errand), small(Part::Place)]);
        let said = texts(&lay_out(&ticket().to_slip(), &own).unwrap());
        assert_eq!(said[1], "入る（会社の保険をやめた・引っ越してきた）");
        assert_eq!(said[3], "国保年金課の待合でお待ちください");
    }

    #[test]
    fn white_space_stands_between_lines_only_and_never_twice() {
        let space = Entry { part: Part::Space, size: Size::Small };
        // No header, no bring: what is around them must not leave holes.
        let own = layout(vec![
            space,
            large(Part::Header),
            space,
            large(Part::Label),
            space,
            large(Part::Bring),
            space,
            large(Part::Qr),
            space,
        ]);
        let document = lay_out(&ticket().to_slip(), &own).unwrap();
        let [Block::Label { .. }, Block::Feed { .. }, Block::Qr { .. }] = document.blocks() else {
            panic!("{document:?}")
        };
    }

    #[test]
    fn people_ahead_and_the_time_of_issue_share_a_line_and_one_line_of_the_second_language() {
        let said = texts(&lay_out(&ticket().to_slip(), &Layout::standard()).unwrap());
        let pair = said.iter().position(|text| text == "前に3人お待ちです | 6月2日 10:05").unwrap();
        assert_eq!(said[pair - 1], "10:20-10:35ごろお呼びします");
        assert_eq!(said[pair + 1], "3 people are before you / We expect to call you");
    }

    #[test]
    fn a_mark_is_printed_even_where_a_layout_has_no_label() {
        let slip =
            TicketSlip { copy: Copy::Reprint, reprint: Line::japanese("再発行"), ..ticket() };
        let said = texts(&lay_out(&slip.to_slip(), &layout(vec![large(Part::Qr)])).unwrap());
        assert_eq!(said, ["【再発行】", "YB1-0"]);
    }

    #[test]
    fn a_kind_that_a_layout_leaves_out_is_printed_as_standard() {
        let slip = TransferSlip { label: "A012".to_owned(), ..TransferSlip::default() }.to_slip();
        let own = layout(vec![large(Part::Label)]);
        assert_eq!(lay_out(&slip, &own), lay_out(&slip, &Layout::standard()));
    }

    #[test]
    fn built_in_layouts_hold_parts_of_their_kind_and_what_it_cannot_be_without() {
        for layout in Layout::built_in() {
            for (kind, entries) in &layout.kinds {
                let has = |part| entries.iter().any(|entry| entry.part == part);
                assert!(has(Part::required(*kind)), "{} {}", layout.name, kind.name());
                let foreign = entries.iter().find(|one| one.part.home(*kind) == PartHome::Foreign);
                assert_eq!(foreign, None, "{} {}", layout.name, kind.name());
            }
        }
    }
}

//! Parts → blocks of a document.

use printer_driver::document::{
    Align, Block, Document, DocumentBuilder, DocumentError, Han, Picture, Rule, Scale, Span, Style,
};

use super::{Entry, Size};
use crate::slip::{Content, Line, PHRASE_JOINT, Part, Slip};

/// How a mark looks: nobody overlooks it.
const MARK: Style = Style::sized(Scale::X2, Scale::X2).emphasised();
/// White space between the parts of a slip: 3 mm.
const SPACE_DOTS: u16 = 24;
/// White space between a tall line and its neighbour, which printers set without any: 1 mm.
const LEADING_DOTS: u16 = 8;
/// Side of a QR module in dots: 5 makes 21 mm for the 33 modules of our payload.
const QR_MODULE_DOTS: u8 = 5;
/// Columns of the widest paper: a text wider than this is broken on any.
const WIDE_COLUMNS: usize = 48;
/// Columns of the narrowest: a text wider than this is broken there.
const NARROW_COLUMNS: usize = 35;
/// Between the second-language words of two parts that share a line.
const JOINT: &str = " / ";

/// Writes `slip` as `entries` say.
pub(super) fn write(
    slip: &Slip,
    entries: &[Entry],
    logo: Option<&Picture>,
) -> Result<Document, DocumentError> {
    let mut writer = Writer {
        document: Document::builder(),
        forms: slip.forms,
        began: false,
        space: false,
        tall: false,
        carried: String::new(),
    };
    let has_label = entries.iter().any(|entry| entry.part == Part::Label);
    if !has_label {
        writer.marks(&slip.marks);
    }
    let mut rest = entries;
    while let Some((entry, after)) = rest.split_first() {
        rest = after;
        if entry.part == Part::Label {
            writer.marks(&slip.marks);
        }
        let next = after.first();
        match (entry.part, next.map(|next| next.part)) {
            (Part::Space, _) => writer.space = writer.began,
            (Part::Rule, _) => writer.rule(),
            (Part::Logo, _) => {
                if let Some(logo) = logo {
                    writer.block(Block::Picture { picture: logo.clone() });
                }
            }
            (Part::Ahead, Some(Part::Issued)) => {
                writer.pair(slip, *entry, after[0]);
                rest = &after[1..];
            }
            (Part::Window, Some(Part::Ahead)) => writer.window(slip, entry.size),
            _ => writer.part(slip, *entry),
        }
    }
    writer.document.build()
}

/// Collects the blocks of one slip.
struct Writer {
    document: DocumentBuilder,
    forms: Han,
    /// Whether anything is printed yet.
    began: bool,
    /// Whether white space is due before the next block.
    space: bool,
    /// Whether the last block is tall.
    tall: bool,
    /// Words in the second language that go with the next part's.
    carried: String,
}

impl Writer {
    fn block(&mut self, block: Block) {
        let mut document = std::mem::replace(&mut self.document, Document::builder());
        let tall = is_tall(&block);
        if self.space {
            document = document.feed(SPACE_DOTS);
        } else if self.began && (self.tall || tall) {
            document = document.feed(LEADING_DOTS);
        }
        self.document = document.block(block);
        (self.began, self.space, self.tall) = (true, false, tall);
    }

    fn marks(&mut self, marks: &[Line]) {
        for mark in marks {
            let text = format!("【{}】", mark.japanese);
            self.text(&text, MARK, Align::Center);
            self.second(&mark.second, Align::Center);
        }
    }

    fn rule(&mut self) {
        if self.began {
            self.block(Block::Rule { rule: Rule::Thin });
        }
    }

    fn part(&mut self, slip: &Slip, entry: Entry) {
        let Some(content) = slip.contents.get(&entry.part) else { return };
        let (style, align) = (entry.size.style(), alignment(entry.part));
        match content {
            Content::Lines(lines) => {
                for line in lines {
                    self.text(&line.japanese, style, align);
                    let carried = std::mem::take(&mut self.carried);
                    self.second(&joined(&carried, &line.second), align);
                }
            }
            Content::Rows(rows) => {
                for row in rows {
                    self.row(&row.name, &row.value, style);
                }
            }
            Content::Label(text) => self.block(Block::Label { text: text.clone() }),
            Content::Qr { payload, caption } => {
                self.block(Block::Qr {
                    payload: payload.clone(),
                    correction: Default::default(),
                    module_dots: QR_MODULE_DOTS,
                });
                self.text(&caption.japanese, style, align);
                self.second(&caption.second, align);
            }
            Content::Samples(lines) => {
                for spans in lines {
                    self.block(Block::Line { spans: spans.clone(), align });
                }
            }
        }
    }

    /// The window, and its words in the second language with those of the people ahead, which
    /// come next: one line less of what is dearest on a serial line.
    fn window(&mut self, slip: &Slip, size: Size) {
        let Some(line) = first_line(slip, Part::Window) else { return };
        self.text(&line.japanese, size.style(), alignment(Part::Window));
        self.carried = line.second.clone();
    }

    /// People ahead at the left edge, the time of issue at the right one.
    fn pair(&mut self, slip: &Slip, ahead: Entry, issued: Entry) {
        let (Some(left), Some(right)) =
            (first_line(slip, Part::Ahead), first_line(slip, Part::Issued))
        else {
            self.part(slip, ahead);
            return self.part(slip, issued);
        };
        self.row_of(&left.japanese, ahead.size.style(), &right.japanese, issued.size.style());
        let carried = std::mem::take(&mut self.carried);
        self.second(&joined(&left.second, &carried), Align::Left);
    }

    fn row(&mut self, left: &str, right: &str, style: Style) {
        match right {
            "" => self.text(left, style, Align::Left),
            right if left.is_empty() => self.text(right, style, Align::Right),
            right => self.row_of(left, style, right, style),
        }
    }

    fn row_of(&mut self, left: &str, left_style: Style, right: &str, right_style: Style) {
        self.block(Block::Columns {
            left: Span::new(plain(left), left_style),
            right: Span::new(plain(right), right_style),
        });
    }

    fn text(&mut self, text: &str, style: Style, align: Align) {
        for part in phrases(text, style) {
            self.block(Block::Line { spans: vec![Span::new(part, style)], align });
        }
    }

    /// Words in the resident's language: always small, below their Japanese.
    fn second(&mut self, text: &str, align: Align) {
        if !text.is_empty() {
            let span = Span::new(plain(text), Style::BODY).in_forms(self.forms);
            self.block(Block::Line { spans: vec![span], align });
            // Drawn lines end at their last dot.
            self.tall = true;
        }
    }
}

fn plain(text: &str) -> String {
    text.replace(PHRASE_JOINT, "")
}

/// A text, or its two phrases: broken where its writer marked a joint with [`PHRASE_JOINT`] when
/// the narrowest paper would break it anyhow, and before a bracket where it is set too large for
/// any paper.
fn phrases(text: &str, style: Style) -> Vec<String> {
    let columns: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    let factor = usize::from(style.width.factor());
    let width = columns * factor;
    let marked = text.find(PHRASE_JOINT).filter(|_| width > NARROW_COLUMNS);
    let bracket = text.find('（').filter(|_| factor > 1 && width > WIDE_COLUMNS);
    let joint = marked.or(bracket).filter(|at| *at > 0);
    match joint {
        Some(joint) => vec![plain(&text[..joint]), plain(&text[joint..])],
        None if text.is_empty() => Vec::new(),
        None => vec![plain(text)],
    }
}

/// Whether a block is set so high that printers leave nothing between it and its neighbour.
fn is_tall(block: &Block) -> bool {
    let is_tall = |span: &Span| span.style.height > Scale::X1;
    match block {
        Block::Line { spans, .. } => spans.iter().any(is_tall),
        Block::Columns { left, right } => is_tall(left) || is_tall(right),
        Block::Label { .. } => true,
        Block::Rule { .. } | Block::Feed { .. } | Block::Qr { .. } | Block::Picture { .. } => false,
    }
}

fn first_line(slip: &Slip, part: Part) -> Option<&Line> {
    match slip.contents.get(&part)? {
        Content::Lines(lines) => lines.first(),
        Content::Rows(_) | Content::Label(_) | Content::Qr { .. } | Content::Samples(_) => None,
    }
}

fn joined(first: &str, second: &str) -> String {
    match (first, second) {
        ("", only) | (only, "") => only.to_owned(),
        (first, second) => format!("{first}{JOINT}{second}"),
    }
}

/// Where a part stands. Fixed, so that every slip of every office is read the same way.
fn alignment(part: Part) -> Align {
    match part {
        Part::Header
        | Part::Logo
        | Part::Title
        | Part::Label
        | Part::Errand
        | Part::Place
        | Part::To
        | Part::From
        | Part::Window
        | Part::Ahead
        | Part::Issued
        | Part::Qr
        | Part::Footer => Align::Center,
        Part::Bring
        | Part::Notices
        | Part::Reminders
        | Part::Queue
        | Part::Language
        | Part::Class
        | Part::Procedures
        | Part::Times
        | Part::Counts
        | Part::Waits
        | Part::Handling
        | Part::Service
        | Part::Stay
        | Part::Printer
        | Part::Ruler
        | Part::Sizes
        | Part::Characters
        | Part::Languages
        | Part::Rule
        | Part::Space => Align::Left,
    }
}

//! What a slip says, before anyone decides how a printer says it.
//!
//! A [`Document`] is a list of [`Block`]s and one [`Cut`]. It knows no bytes, no columns and no
//! model: the same document goes to an 80 mm and a 58 mm printer, as text or as a picture.
//! Every document within this module's limits can be laid out; nothing later refuses it for size.
//!
//! ```
//! use printer_driver::document::{Align, Document, Scale, Style};
//!
//! let document = Document::builder()
//!     .text("番号札", Style::BODY.emphasised(), Align::Center)
//!     .text("A101", Style::sized(Scale::X8, Scale::X8), Align::Center)
//!     .rule()
//!     .columns("お待ちの方", "5人", Style::BODY)
//!     .qr("https://office.example/t/4f1c")
//!     .build()
//!     .expect("within the limits");
//! assert_eq!(document.blocks().len(), 5);
//! ```

mod picture;

pub use picture::{
    PICTURE_HEIGHT_DOTS_MAX, PICTURE_WIDTH_DOTS_MAX, PNG_BYTES_MAX, Picture, PictureError,
};
use serde::{Deserialize, Serialize};

/// Most blocks in one document: about 90 cm of paper in the smallest size, far beyond any slip.
pub const BLOCK_COUNT_MAX: usize = 200;
/// Most characters in one block; a paragraph of ten full lines on 80 mm paper has 240.
pub const BLOCK_CHAR_COUNT_MAX: usize = 512;
/// Most full-width characters of the smallest size that all texts of a document may cover: as many
/// as its blocks can hold, and 10 MB where it is drawn. Only large characters are refused by it.
pub const CELL_COUNT_MAX: usize = BLOCK_COUNT_MAX * BLOCK_CHAR_COUNT_MAX;
/// Most characters in a label: six digits behind a letter and a dash.
pub const LABEL_CHAR_COUNT_MAX: usize = 8;
/// Most bytes in a QR payload. Version 10 at level M holds 213; a link with a token needs 60.
pub const QR_BYTE_COUNT_MAX: usize = 213;
/// Longest single feed in dots (1/8 mm): 64 mm.
pub const FEED_DOT_COUNT_MAX: u16 = 512;

/// A magnification from 1 to 8 times, the range of `GS !`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "u8", into = "u8")]
#[expect(missing_docs, reason = "the names say the factor")]
pub enum Scale {
    #[default]
    X1 = 1,
    X2,
    X3,
    X4,
    X5,
    X6,
    X7,
    X8,
}

impl Scale {
    /// Every scale, smallest first.
    pub const ALL: [Scale; 8] =
        [Scale::X1, Scale::X2, Scale::X3, Scale::X4, Scale::X5, Scale::X6, Scale::X7, Scale::X8];

    /// Returns the factor, 1 to 8.
    #[must_use]
    pub const fn factor(self) -> u8 {
        self as u8
    }
}

impl From<Scale> for u8 {
    fn from(scale: Scale) -> u8 {
        scale.factor()
    }
}

impl TryFrom<u8> for Scale {
    type Error = DocumentError;

    fn try_from(factor: u8) -> Result<Scale, DocumentError> {
        Scale::ALL
            .into_iter()
            .find(|scale| scale.factor() == factor)
            .ok_or(DocumentError::Scale { factor })
    }
}

/// How characters look: size and weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Style {
    /// Horizontal magnification.
    #[serde(default)]
    pub width: Scale,
    /// Vertical magnification.
    #[serde(default)]
    pub height: Scale,
    /// Heavier strokes.
    #[serde(default)]
    pub emphasis: bool,
}

impl Style {
    /// Plain text, 3 mm high.
    pub const BODY: Style = Style::sized(Scale::X1, Scale::X1);

    /// A style of the given size, not emphasised.
    #[must_use]
    pub const fn sized(width: Scale, height: Scale) -> Style {
        Style { width, height, emphasis: false }
    }

    /// The same style, emphasised.
    #[must_use]
    pub const fn emphasised(self) -> Style {
        Style { emphasis: true, ..self }
    }
}

/// Where a line stands between the edges of the paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// At the left edge.
    #[default]
    Left,
    /// In the middle.
    Center,
    /// At the right edge.
    Right,
}

/// Which regional forms Han characters take where a line is drawn: one code point has several.
/// Scripts other than Han need no choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Han {
    /// Japanese forms.
    #[default]
    Japanese,
    /// Simplified Chinese forms.
    Simplified,
    /// Traditional Chinese forms.
    Traditional,
    /// Korean forms.
    Korean,
}

/// Characters in one style.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// What is printed. Control characters are dropped by the encoder.
    pub text: String,
    /// How it looks.
    #[serde(default)]
    pub style: Style,
    /// Which forms its Han characters take.
    #[serde(default)]
    pub han: Han,
}

impl Span {
    /// A span of `text` in `style`, in Japanese forms.
    pub fn new(text: impl Into<String>, style: Style) -> Span {
        Span { text: text.into(), style, han: Han::Japanese }
    }

    /// The same span with Han characters in the forms of `han`.
    #[must_use]
    pub fn in_forms(self, han: Han) -> Span {
        Span { han, ..self }
    }
}

/// How heavy a rule is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// `─`
    #[default]
    Thin,
    /// `━`
    Thick,
}

/// QR error correction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QrCorrection {
    /// Recovers about 7 %.
    Low,
    /// Recovers about 15 %: the usual choice for clean thermal paper.
    #[default]
    Medium,
    /// Recovers about 25 %.
    Quartile,
    /// Recovers about 30 %.
    High,
}

/// One part of a document, from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Block {
    /// A paragraph; it wraps at the paper's edge.
    Line {
        /// Its characters.
        spans: Vec<Span>,
        /// Where it stands.
        #[serde(default)]
        align: Align,
    },
    /// Two texts on one line, one at each edge. When they do not fit, the right one moves to the
    /// next line.
    Columns {
        /// At the left edge.
        left: Span,
        /// At the right edge.
        right: Span,
    },
    /// The number that is called: as large as paper and printer allow, at most 30 mm high, centred
    /// and emphasised.
    Label {
        /// Letters and digits, 1 to [`LABEL_CHAR_COUNT_MAX`].
        text: String,
    },
    /// A horizontal rule over the whole width.
    Rule {
        /// How heavy.
        #[serde(default)]
        rule: Rule,
    },
    /// White space.
    Feed {
        /// In dots of 1/8 mm, at most [`FEED_DOT_COUNT_MAX`].
        dots: u16,
    },
    /// A QR code, centred.
    Qr {
        /// Printable ASCII, at most [`QR_BYTE_COUNT_MAX`] bytes.
        payload: String,
        /// Error correction.
        #[serde(default)]
        correction: QrCorrection,
        /// Side of one module in dots, 2 to 8. At 5, a 33-module code is 21 mm wide.
        module_dots: u8,
    },
    /// A picture, such as a logo, centred. Who loads it sees to it that the paper is wide enough.
    Picture {
        /// Its dots.
        picture: Picture,
    },
}

/// What the cutter does after the last line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// Leaves one bridge of paper, so that the slip does not fall.
    #[default]
    Partial,
    /// Cuts through.
    Full,
    /// Does not cut.
    Uncut,
}

/// A laid-out slip. Immutable and within its limits once built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawDocument")]
pub struct Document {
    blocks: Vec<Block>,
    cut: Cut,
}

/// The wire form, before its limits are checked.
#[derive(Deserialize)]
struct RawDocument {
    blocks: Vec<Block>,
    #[serde(default)]
    cut: Cut,
}

impl TryFrom<RawDocument> for Document {
    type Error = DocumentError;

    fn try_from(raw: RawDocument) -> Result<Document, DocumentError> {
        Document::new(raw.blocks, raw.cut)
    }
}

impl Document {
    /// Starts an empty document with a partial cut.
    pub fn builder() -> DocumentBuilder {
        DocumentBuilder { blocks: Vec::new(), cut: Cut::Partial }
    }

    /// Makes a document of `blocks` and `cut`.
    ///
    /// # Errors
    ///
    /// [`DocumentError`] for the first block that is over a limit.
    pub fn new(blocks: Vec<Block>, cut: Cut) -> Result<Document, DocumentError> {
        if blocks.is_empty() {
            return Err(DocumentError::Empty);
        }
        if blocks.len() > BLOCK_COUNT_MAX {
            return Err(DocumentError::TooManyBlocks { count: blocks.len() });
        }
        for (index, block) in blocks.iter().enumerate() {
            check_block(index, block)?;
        }
        let cell_count = blocks.iter().map(cells).sum();
        if cell_count > CELL_COUNT_MAX {
            return Err(DocumentError::TooLarge { cell_count });
        }
        Ok(Document { blocks, cut })
    }

    /// The parts, top first.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// What the cutter does at the end.
    #[must_use]
    pub fn cut(&self) -> Cut {
        self.cut
    }
}

fn check_block(index: usize, block: &Block) -> Result<(), DocumentError> {
    let text_within = |char_count: usize| match char_count {
        0..=BLOCK_CHAR_COUNT_MAX => Ok(()),
        _ => Err(DocumentError::TextTooLong { index, char_count }),
    };
    match block {
        Block::Line { spans, .. } => {
            text_within(spans.iter().map(|span| span.text.chars().count()).sum())
        }
        Block::Columns { left, right } => {
            text_within(left.text.chars().count() + right.text.chars().count())
        }
        Block::Label { text } => check_label(index, text),
        Block::Rule { .. } => Ok(()),
        Block::Feed { dots } if *dots > FEED_DOT_COUNT_MAX => {
            Err(DocumentError::FeedTooLong { index, dots: *dots })
        }
        Block::Feed { .. } => Ok(()),
        Block::Qr { payload, module_dots, .. } => check_qr(index, payload, *module_dots),
        // A picture cannot be made beyond its limits.
        Block::Picture { .. } => Ok(()),
    }
}

/// How many full-width characters of the smallest size the texts of `block` cover.
fn cells(block: &Block) -> usize {
    let covered = |span: &Span| {
        let size = usize::from(span.style.width.factor()) * usize::from(span.style.height.factor());
        span.text.chars().count() * size
    };
    match block {
        Block::Line { spans, .. } => spans.iter().map(covered).sum(),
        Block::Columns { left, right } => covered(left) + covered(right),
        Block::Label { .. }
        | Block::Rule { .. }
        | Block::Feed { .. }
        | Block::Qr { .. }
        | Block::Picture { .. } => 0,
    }
}

fn check_label(index: usize, text: &str) -> Result<(), DocumentError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    match text.chars().count() {
        1..=LABEL_CHAR_COUNT_MAX if text.chars().all(is_plain) => Ok(()),
        _ => Err(DocumentError::Label { index, text: text.to_owned() }),
    }
}

fn check_qr(index: usize, payload: &str, module_dots: u8) -> Result<(), DocumentError> {
    if payload.is_empty() || payload.len() > QR_BYTE_COUNT_MAX {
        return Err(DocumentError::QrLength { index, byte_count: payload.len() });
    }
    if let Some(character) = payload.chars().find(|c| !matches!(c, ' '..='~')) {
        return Err(DocumentError::QrCharacter { index, character });
    }
    if !(2..=8).contains(&module_dots) {
        return Err(DocumentError::QrModule { index, module_dots });
    }
    Ok(())
}

/// Collects blocks; the limits are checked by [`DocumentBuilder::build`].
#[derive(Clone, Debug)]
#[must_use]
pub struct DocumentBuilder {
    blocks: Vec<Block>,
    cut: Cut,
}

impl DocumentBuilder {
    /// Adds a paragraph in one style.
    pub fn text(self, text: impl Into<String>, style: Style, align: Align) -> DocumentBuilder {
        self.line([Span::new(text, style)], align)
    }

    /// Adds a paragraph of several spans.
    pub fn line(self, spans: impl IntoIterator<Item = Span>, align: Align) -> DocumentBuilder {
        self.block(Block::Line { spans: spans.into_iter().collect(), align })
    }

    /// Adds a line with one text at each edge.
    pub fn columns(
        self,
        left: impl Into<String>,
        right: impl Into<String>,
        style: Style,
    ) -> DocumentBuilder {
        self.block(Block::Columns { left: Span::new(left, style), right: Span::new(right, style) })
    }

    /// Adds a label.
    pub fn label(self, text: impl Into<String>) -> DocumentBuilder {
        self.block(Block::Label { text: text.into() })
    }

    /// Adds a picture.
    pub fn picture(self, picture: Picture) -> DocumentBuilder {
        self.block(Block::Picture { picture })
    }

    /// Adds a thin rule.
    pub fn rule(self) -> DocumentBuilder {
        self.block(Block::Rule { rule: Rule::Thin })
    }

    /// Adds white space of `dots` (1/8 mm).
    pub fn feed(self, dots: u16) -> DocumentBuilder {
        self.block(Block::Feed { dots })
    }

    /// Adds a QR code with the usual correction and modules of 5 dots.
    pub fn qr(self, payload: impl Into<String>) -> DocumentBuilder {
        self.block(Block::Qr {
            payload: payload.into(),
            correction: QrCorrection::Medium,
            module_dots: 5,
        })
    }

    /// Adds any block.
    pub fn block(mut self, block: Block) -> DocumentBuilder {
        self.blocks.push(block);
        self
    }

    /// Sets what the cutter does at the end.
    pub fn cut(mut self, cut: Cut) -> DocumentBuilder {
        self.cut = cut;
        self
    }

    /// Finishes the document.
    ///
    /// # Errors
    ///
    /// As [`Document::new`].
    pub fn build(self) -> Result<Document, DocumentError> {
        Document::new(self.blocks, self.cut)
    }
}

/// Why a document cannot be made. Block numbers count from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// There is nothing in it.
    #[error("build a document without blocks")]
    Empty,
    /// It has more than [`BLOCK_COUNT_MAX`] blocks.
    #[error("build a document of {count} blocks, expected at most {BLOCK_COUNT_MAX}")]
    TooManyBlocks {
        /// How many it has.
        count: usize,
    },
    /// Its texts cover more than [`CELL_COUNT_MAX`] characters of the smallest size.
    #[error("build a document as large as {cell_count} characters, at most {CELL_COUNT_MAX}")]
    TooLarge {
        /// How many they would cover.
        cell_count: usize,
    },
    /// A block has more than [`BLOCK_CHAR_COUNT_MAX`] characters.
    #[error("lay out block {index}: {char_count} characters, at most {BLOCK_CHAR_COUNT_MAX}")]
    TextTooLong {
        /// Which block.
        index: usize,
        /// How many characters it has.
        char_count: usize,
    },
    /// A label is empty, too long, or holds something else than letters, digits and dashes.
    #[error(
        "lay out block {index}: label {text:?}, expected 1 to {LABEL_CHAR_COUNT_MAX} letters, \
         digits or dashes"
    )]
    Label {
        /// Which block.
        index: usize,
        /// What it says.
        text: String,
    },
    /// A feed is longer than [`FEED_DOT_COUNT_MAX`].
    #[error("lay out block {index}: feed of {dots} dots, expected at most {FEED_DOT_COUNT_MAX}")]
    FeedTooLong {
        /// Which block.
        index: usize,
        /// Its length.
        dots: u16,
    },
    /// A QR payload is empty or longer than [`QR_BYTE_COUNT_MAX`].
    #[error("lay out block {index}: QR of {byte_count} bytes, expected 1 to {QR_BYTE_COUNT_MAX}")]
    QrLength {
        /// Which block.
        index: usize,
        /// Its length.
        byte_count: usize,
    },
    /// A QR payload holds something other than printable ASCII.
    #[error("lay out block {index}: QR holds {character:?}, expected printable ASCII only")]
    QrCharacter {
        /// Which block.
        index: usize,
        /// The first such character.
        character: char,
    },
    /// A QR module is not 2 to 8 dots.
    #[error("lay out block {index}: QR module of {module_dots} dots, expected 2 to 8")]
    QrModule {
        /// Which block.
        index: usize,
        /// Its side.
        module_dots: u8,
    },
    /// A magnification is not 1 to 8.
    #[error("use scale {factor}, expected 1 to 8")]
    Scale {
        /// What was asked.
        factor: u8,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_over_a_limit_is_refused_with_the_block_named() {
        let long = "あ".repeat(BLOCK_CHAR_COUNT_MAX + 1);
        let refused = |builder: DocumentBuilder| builder.build().unwrap_err();
        let body = Document::builder().text("x", Style::BODY, Align::Left);
        assert_eq!(refused(Document::builder()), DocumentError::Empty);
        assert_eq!(
            refused(body.clone().text(long, Style::BODY, Align::Left)),
            DocumentError::TextTooLong { index: 1, char_count: 513 }
        );
        assert_eq!(
            refused(body.clone().feed(513)),
            DocumentError::FeedTooLong { index: 1, dots: 513 }
        );
        assert_eq!(
            refused(body.clone().qr("番")),
            DocumentError::QrCharacter { index: 1, character: '番' }
        );
        let huge = Style::sized(Scale::X8, Scale::X8);
        let page = "あ".repeat(BLOCK_CHAR_COUNT_MAX);
        let long = |document: DocumentBuilder| document.text(&page, huge, Align::Left);
        let three = long(long(long(body.clone())));
        assert!(three.clone().build().is_ok());
        assert_eq!(refused(long(three)), DocumentError::TooLarge { cell_count: 131_073 });
        assert_eq!(refused(body.qr("")), DocumentError::QrLength { index: 1, byte_count: 0 });
    }

    #[test]
    fn a_document_read_from_a_spool_is_checked_again() {
        let document = Document::builder()
            .line(
                [
                    Span::new("あと", Style::BODY),
                    Span::new("5人", Style::sized(Scale::X2, Scale::X2)),
                ],
                Align::Center,
            )
            .qr("https://office.example/t/4f1c")
            .build()
            .unwrap();
        let json = serde_json::to_string(&document).unwrap();
        assert_eq!(serde_json::from_str::<Document>(&json).unwrap(), document);
        let scaled = json.replace("\"width\":2", "\"width\":9");
        assert_ne!(scaled, json);
        assert!(serde_json::from_str::<Document>(&scaled).is_err());
        let stretched = json.replace("\"module_dots\":5", "\"module_dots\":60");
        assert!(serde_json::from_str::<Document>(&stretched).is_err());
    }
}

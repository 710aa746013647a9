//! What a technician prints: what the program believes of the printer, and samples that show
//! whether the printer agrees.

use printer_driver::document::{Han, Scale, Span, Style};

use super::{Content, Kind, Line, Part, Row, Slip};

/// Characters that printers get wrong: forms that Shift_JIS lacks or tables disagree on, half-width
/// kana, currency and the backslash, vendor characters, and one outside the basic plane.
pub const TEST_CHARACTERS: [&str; 4] = [
    "番号札 窓口 年金 龍鬱 ｱｲｳ ﾟﾞ",
    "～〜 －− ―— ‐– ∥‖ ￥¥ ＼\\ ~",
    "①② Ⅳ № ㈱ ㎡ ㋿ 髙 﨑 德 𠮷",
    "… ・ 々 〇 〒 ※ → ↑ ◆ ▲ ●",
];

/// A test page. What is not known is `None` and printed as such.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TestPage {
    /// What it is.
    pub title: String,
    /// Whose printer it is.
    pub owner: String,
    /// The date and time of the print.
    pub issued: Option<String>,
    /// What the program believes of the printer: name and value.
    pub facts: Vec<(String, Option<String>)>,
    /// Columns at scale 1, for the ruler.
    pub columns: u16,
    /// A line in every language.
    pub samples: Vec<TestSample>,
    /// What the QR sample holds; printable ASCII.
    pub qr: String,
}

/// A line in one language.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestSample {
    /// The text, the language's tag before it.
    pub text: String,
    /// The forms of its Han characters.
    pub forms: Han,
}

/// What stands where something is not known (visual.md, principle 5).
const UNKNOWN: &str = "わかりません";

impl TestPage {
    /// The slip as its parts.
    pub fn to_slip(&self) -> Slip {
        let known = |value: &Option<String>| value.clone().unwrap_or(UNKNOWN.to_owned());
        let facts = self.facts.iter().map(|(name, value)| Row::new(name, known(value)));
        let set = |text: &str| vec![Span::new(text, Style::BODY)];
        let characters = TEST_CHARACTERS.iter().map(|line| set(line)).collect();
        let samples = self
            .samples
            .iter()
            .map(|sample| vec![Span::new(&sample.text, Style::BODY).in_forms(sample.forms)]);
        let qr = Content::Qr { payload: self.qr.clone(), caption: Line::japanese(&self.qr) };
        Slip::new(Kind::Test, Han::Japanese)
            .with(
                Part::Title,
                Content::Lines(vec![Line::japanese(&self.title), Line::japanese(&self.owner)]),
            )
            .with_line(Part::Issued, Line::japanese(known(&self.issued)))
            .with(Part::Label, Content::Label("A012".to_owned()))
            .with(Part::Printer, Content::Rows(facts.collect()))
            .with(Part::Ruler, Content::Samples(ruler(self.columns)))
            .with(Part::Sizes, Content::Samples(vec![sizes()]))
            .with(Part::Characters, Content::Samples(characters))
            .with(Part::Languages, Content::Samples(samples.collect()))
            .with(Part::Qr, qr)
    }
}

/// Two lines as wide as the paper: the tens above their column, and the ones.
fn ruler(columns: u16) -> Vec<Vec<Span>> {
    let columns = columns.min(255);
    let digit = |number: u16| char::from_digit(u32::from(number % 10), 10).unwrap_or('?');
    let is_ten = |column: &u16| column.is_multiple_of(10);
    let tens = (1..=columns).map(|n| if is_ten(&n) { digit(n / 10) } else { '.' }).collect();
    let ones = (1..=columns).map(digit).collect();
    let line = |text: String| vec![Span::new(text, Style::BODY)];
    vec![line(tens), line(ones)]
}

/// Every size on one line, each as the digit it is called by.
fn sizes() -> Vec<Span> {
    let sized = |scale: Scale| Span::new(scale.factor().to_string(), Style::sized(scale, scale));
    let mut spans: Vec<Span> = Scale::ALL.into_iter().map(sized).collect();
    spans.push(Span::new("横", Style::sized(Scale::X2, Scale::X1)));
    spans.push(Span::new("縦", Style::sized(Scale::X1, Scale::X2)));
    spans.push(Span::new("太", Style::BODY.emphasised()));
    spans
}

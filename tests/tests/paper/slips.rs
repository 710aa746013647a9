//! Every slip on every model: decodes cleanly, says what was laid out, ends as it must.

use printer_driver::document::{Align, Block, Document, DocumentBuilder, Han, Scale, Span, Style};
use printer_driver::encoder::Encoder;
use printer_driver::printer::{JobId, ProcessId};
use printer_driver::profile::{PaperWidth, Profile};
use tests::paper::model::{Ending, Letters, Model, NAMES};
use tests::paper::{Mark, Slip, decode};

/// A serial line of 115,200 bit/s, and a line on which pictures cost nothing, in bytes a second.
const LINES: [u32; 2] = [11_520, 1_000_000];

/// A ticket: label, errand, place, time, people ahead, what to bring, notice, code; after each of
/// the Japanese lines one in a second language, where there is one.
fn ticket(second: [&str; 4], han: Han) -> Document {
    let [errand, place, ahead, bring] = second;
    let head = Style::sized(Scale::X2, Scale::X2);
    let bold = Style::BODY.emphasised();
    let line = |document: DocumentBuilder, japanese: &str, style, align, second: &str| {
        let document = document.text(japanese, style, align);
        match second {
            "" => document,
            text => document.line([Span::new(text, Style::BODY).in_forms(han)], align),
        }
    };
    let mut document = Document::builder().text("区役所", Style::BODY, Align::Center);
    document = document.label("A012").feed(8);
    document = line(document, "国民健康保険に入る", head, Align::Center, errand).feed(8);
    document = line(document, "待合でお待ちください", bold, Align::Center, place).feed(24);
    document = document.columns("前に 3人", "6月2日（火） 17:15", Style::BODY);
    document = line(document, "17:20～17:35ごろ お呼びします", bold, Align::Left, ahead);
    document = line(document, "本人確認書類、資格喪失証明書", Style::BODY, Align::Left, bring);
    document = document.rule();
    document = document.text("年金事務所への確認は、本日は終わりました。", bold, Align::Left);
    document = document.feed(16).qr("YB1-0123456789ABCDEFGHJKMNPQRS");
    document.text("順番の確認", Style::BODY, Align::Center).build().unwrap()
}

/// A document of what a ROM may not have, and of what a printer would obey.
fn rare() -> Document {
    let texts = ["𠮷野家髙橋﨑德", "あ〜い‖う—え–お", "¥5 ~tilde\\ \u{1b}p0 \u{7}é ﾊﾝｶｸ ①Ⅲ㈱"];
    let add = |document: DocumentBuilder, text| document.text(text, Style::BODY, Align::Left);
    texts.into_iter().fold(Document::builder().label("-9-Z"), add).build().unwrap()
}

/// Slips that try every script of the residents' languages, and characters beyond a ROM.
fn slips() -> Vec<(&'static str, Document)> {
    let chinese = ["加入國民健康保險", "請在等候區等候", "前面有 3 人", "身份證明文件"];
    let simplified = ["加入国民健康保险", "请在等候区等候", "前面有 3 人", "身份证明文件"];
    let nepali = ["राष्ट्रिय बीमा", "प्रतीक्षालयमा पर्खनुहोस्", "अगाडि ३ जना", "परिचयपत्र"];
    let vietnamese = ["Tham gia bảo hiểm y tế", "Vui lòng đợi", "Còn 3 người", "Giấy tờ tùy thân"];
    let portuguese = ["Inscrição no seguro", "Aguarde, não saia", "3 à frente", "Identificação"];
    let english = ["Join health insurance", "Please wait", "3 ahead", "Your ID"];
    let korean = ["국민건강보험 가입", "기다려 주세요", "앞에 3명", "신분증"];
    vec![
        ("Japanese", ticket([""; 4], Han::Japanese)),
        ("rare characters", rare()),
        ("English", ticket(english, Han::Japanese)),
        ("Portuguese", ticket(portuguese, Han::Japanese)),
        ("Chinese", ticket(chinese, Han::Traditional)),
        ("simplified Chinese", ticket(simplified, Han::Simplified)),
        ("Korean", ticket(korean, Han::Korean)),
        ("Vietnamese", ticket(vietnamese, Han::Japanese)),
        ("Nepali", ticket(nepali, Han::Japanese)),
    ]
}

/// Everything that a document says in letters, in order, without spaces.
fn said(document: &Document) -> Vec<String> {
    let mut texts = Vec::new();
    for block in document.blocks() {
        match block {
            Block::Line { spans, .. } => {
                texts.push(spans.iter().map(|span| span.text.as_str()).collect::<String>());
            }
            Block::Columns { left, right } => {
                texts.extend([left.text.clone(), right.text.clone()]);
            }
            Block::Label { text } => texts.push(text.clone()),
            Block::Rule { .. } | Block::Feed { .. } | Block::Qr { .. } | Block::Picture { .. } => {}
        }
    }
    texts.iter().map(|text| text.split_whitespace().collect()).collect()
}

fn qr(document: &Document) -> Vec<&str> {
    let mut payloads = Vec::new();
    for block in document.blocks() {
        if let Block::Qr { payload, .. } = block {
            payloads.push(payload.as_str());
        }
    }
    payloads
}

fn encoded(document: &Document, model: &Model, mm: u32, line: u32, job: JobId) -> Vec<u8> {
    let paper = if mm == 80 { PaperWidth::Mm80 } else { PaperWidth::Mm58 };
    let profile = Profile::load(model.name, paper).unwrap();
    let encoder = Encoder::new(profile, line).with_typesetter(server::fonts::typesetter());
    encoder.encode(document, job).bytes
}

/// Calls `judge` with every slip on every model, paper and line.
fn everywhere(mut judge: impl FnMut(&str, &Document, &Model, u32, &[u8])) {
    for (index, (name, document)) in slips().into_iter().enumerate() {
        for (model, mm) in NAMES.iter().flat_map(|name| [(name, 80), (name, 58)]) {
            let model = Model::named(model, mm);
            for line in LINES {
                let job = JobId(1000 + index as u64);
                let bytes = encoded(&document, &model, mm, line, job);
                let name = format!("{name} on {} {mm} mm at {line} B/s", model.name);
                judge(&name, &document, &model, line, &bytes);
            }
        }
    }
}

fn letters(slip: &Slip) -> String {
    slip.lines()
        .flat_map(|line| line.text().chars().collect::<Vec<_>>())
        .filter(|character| !character.is_whitespace())
        .collect()
}

/// What a Japanese printer shows instead of a character that it has not, for the same reader.
fn as_printed(text: &str, model: &Model) -> String {
    let same = |character| match (model.letters, character) {
        (Letters::Kanji, '〜') => '～',
        (Letters::Kanji, '‖') => '∥',
        (Letters::Kanji, '–') => '‐',
        (Letters::Kanji, '—') => '―',
        (Letters::Kanji, '\\') => '＼',
        (Letters::Kanji, '~') => '～',
        (_, other) => other,
    };
    text.chars().filter(|c| !c.is_control()).map(same).collect()
}

#[test]
fn every_slip_decodes_cleanly_on_every_model_paper_and_line() {
    let mut faults = Vec::new();
    everywhere(|name, document, model, _, bytes| match decode(bytes, model) {
        Err(fault) => faults.push(format!("{name}: {fault}")),
        Ok(slip) => {
            if model.draws_qr && slip.payloads() != qr(document) {
                faults.push(format!("{name}: codes {:?}", slip.payloads()));
            }
            let ended = match (model.ending, slip.mark) {
                (Ending::ProcessId, Mark::ProcessId(id)) => ProcessId::from_bytes(id).is_some(),
                (Ending::Response, Mark::Response(_)) => true,
                (Ending::Etb, Mark::Etb) | (Ending::Fence, Mark::Fence) => true,
                _ => false,
            };
            if !ended {
                faults.push(format!("{name}: ends with {:?}", slip.mark));
            }
        }
    });
    faults.truncate(40);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn nothing_that_was_laid_out_is_missing_from_text_or_picture() {
    let mut faults = Vec::new();
    everywhere(|name, document, model, _, bytes| {
        let Ok(slip) = decode(bytes, model) else { return };
        let letters = letters(&slip);
        if letters.contains('〓') {
            faults.push(format!("{name}: a character is lost in {letters}"));
        }
        // A text that is not among the letters must have been drawn: each takes a line's rows.
        let missing: Vec<String> = said(document)
            .into_iter()
            .filter(|text| !letters.contains(&as_printed(text, model)))
            .collect();
        let rows_min = 14 * u32::try_from(missing.len()).unwrap();
        if slip.picture_rows() < rows_min {
            let rows = slip.picture_rows();
            faults.push(format!("{name}: {rows} rows of pictures for {missing:?}"));
        }
    });
    faults.truncate(40);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_japanese_ticket_on_a_serial_line_is_text_within_400_bytes() {
    let document = ticket([""; 4], Han::Japanese);
    for name in ["epson-jp", "seiko", "citizen"] {
        for mm in [80, 58] {
            let model = Model::named(name, mm);
            let bytes = encoded(&document, &model, mm, LINES[0], JobId(7));
            let slip = decode(&bytes, &model).unwrap();
            assert!(bytes.len() <= 400, "{name} {mm} mm: {} bytes", bytes.len());
            assert_eq!(slip.picture_rows(), 0, "{name} {mm} mm draws");
            for text in said(&document) {
                let text = as_printed(&text, &model);
                assert!(letters(&slip).contains(&text), "{name} {mm} mm does not say {text}");
            }
        }
    }
}

#[test]
fn a_ticket_in_two_languages_on_a_serial_line_stays_within_8192_bytes() {
    for (name, document) in slips() {
        for model in ["epson-jp", "seiko", "citizen"] {
            for mm in [80, 58] {
                let model = Model::named(model, mm);
                let bytes = encoded(&document, &model, mm, LINES[0], JobId(7));
                let count = bytes.len();
                assert!(count <= 8192, "{name} on {} {mm} mm: {count} bytes", model.name);
            }
        }
    }
}

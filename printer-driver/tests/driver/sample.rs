//! Slips that the tests print.

use printer_driver::document::{Align, Document, Picture, Scale, Span, Style};
use printer_driver::virtual_printer::Slip;
use std::collections::BTreeMap;

/// A whole slip as a hall would hand it out.
pub(crate) fn full_slip() -> Document {
    let huge = Style::sized(Scale::X6, Scale::X6).emphasised();
    let large = Style::sized(Scale::X2, Scale::X2).emphasised();
    Document::builder()
        .text("番号札", large, Align::Center)
        .text("A101", huge, Align::Center)
        .text("保険に入る", large, Align::Center)
        .rule()
        .columns("お待ちの方", "5人", Style::BODY)
        .columns("呼出しの目安", "10:40〜11:00", Style::BODY)
        .columns("待合", "2番窓口の前", Style::BODY.emphasised())
        .rule()
        .text("本人確認書類、前の保険の資格喪失証明書", Style::BODY, Align::Left)
        .text("17:15以降は当日中に終わらない場合があります。", Style::BODY, Align::Left)
        .qr("https://q.example.jp/t/4f1c9ab27e")
        .columns("4月1日(水)", "10:12発券", Style::BODY)
        .build()
        .expect("within the limits")
}

/// A slip of one line.
pub(crate) fn short_slip(text: &str) -> Document {
    Document::builder().text(text, Style::BODY, Align::Left).build().expect("within the limits")
}

/// Every kind of block, two sizes on one line, text that wraps, and 58 mm paper in mind.
pub(crate) fn mixed_slip() -> Document {
    Document::builder()
        .line(
            [
                Span::new("あと", Style::BODY),
                Span::new("12", Style::sized(Scale::X3, Scale::X3)),
                Span::new("人です", Style::BODY.emphasised()),
            ],
            Align::Center,
        )
        .feed(68)
        .text(
            "マイナンバーカードの暗証番号は3回まちがえると使えなくなります。",
            Style::sized(Scale::X1, Scale::X2),
            Align::Left,
        )
        .columns("とても長い見出しがあってはみ出すとき", "右の文は次の行へ", Style::BODY)
        .text("右よせ ¥1,200 ~ \\ ｶﾅ", Style::BODY, Align::Right)
        .text("髙橋①㈱ Não 한", Style::BODY, Align::Left)
        .build()
        .expect("within the limits")
}

/// Dots of one bit of a number drawn into every row of a picture, and of the marks beside it.
const NUMBER_BIT_DOTS: u32 = 4;
/// Bits of such a number.
const NUMBER_BITS: u32 = 16;
/// Most rows of one picture.
const ROWS_MAX: u32 = 200;

/// A slip that any printer can print, `row_count` dots high: every row of its pictures says
/// `number`, so paper tells whose it is and how much of it there is.
pub(crate) fn drawn_slip(number: u64, row_count: u32) -> Document {
    let mut builder = Document::builder();
    let mut left = row_count;
    while left > 0 {
        let rows = left.min(ROWS_MAX);
        builder = builder.picture(numbered_picture(number, rows));
        left -= rows;
    }
    builder.build().expect("within the limits")
}

fn numbered_picture(number: u64, row_count: u32) -> Picture {
    let width = 576;
    let row: Vec<u8> = (0..width).map(|x| if is_black(number, x) { 0 } else { 255 }).collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, row_count);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("in memory");
    writer.write_image_data(&row.repeat(row_count as usize)).expect("in memory");
    writer.finish().expect("in memory");
    Picture::from_png(&file).expect("within the limits")
}

/// A mark, the bits of the number, and a line to the right edge so that rows are long.
fn is_black(number: u64, x: u32) -> bool {
    match (x / NUMBER_BIT_DOTS).checked_sub(2) {
        None => true,
        Some(bit) if bit < NUMBER_BITS => number >> bit & 1 == 1,
        Some(bit) => bit > NUMBER_BITS,
    }
}

/// The rows of drawn slips on a piece of paper: whose, and how many.
pub(crate) fn drawn_rows(slip: &Slip) -> BTreeMap<u64, u32> {
    let mut rows = BTreeMap::new();
    for bitmap in slip.pictures() {
        for y in 0..bitmap.height_dots() {
            let Some(left) = (0..bitmap.width_dots()).find(|x| bitmap.dot(*x, y)) else { continue };
            let bit = |bit: u32| bitmap.dot(left + (2 + bit) * NUMBER_BIT_DOTS + 1, y);
            // A row torn in the middle says no number.
            if !bit(NUMBER_BITS + 1) {
                continue;
            }
            let number = (0..NUMBER_BITS).filter(|index| bit(*index)).map(|index| 1 << index).sum();
            *rows.entry(number).or_insert(0) += 1;
        }
    }
    rows
}

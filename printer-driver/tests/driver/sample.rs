//! Slips that the tests print.

use printer_driver::document::{Align, Document, Scale, Span, Style};

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

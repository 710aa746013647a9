//! A ticket slip as a document: pure, the same for every printer.
//!
//! Order and sizes follow visual.md: the label 3 cm high, then errand, where to wait, people ahead
//! and window, what to have ready, notices, QR code.

use printer_driver::document::{
    Align, Block, Document, DocumentBuilder, DocumentError, Rule, Scale, Span, Style,
};

use crate::slip::{Copy, Line, TicketSlip};

const HEAD: Style = Style::sized(Scale::X2, Scale::X2);
const BOLD: Style = Style::BODY.emphasised();
/// White space between the parts of a slip: 3 mm. A printed rule would cost 48 bytes of the serial
/// line each, so only notices get one.
const PART_DOTS: u16 = 24;
/// Side of a QR module in dots: 5 makes 21 mm for the 33 modules of our payload.
const QR_MODULE_DOTS: u8 = 5;

/// Lays out a ticket slip.
///
/// # Errors
///
/// [`DocumentError`] when a text is longer than a document may hold.
pub fn lay_out(slip: &TicketSlip) -> Result<Document, DocumentError> {
    let mut document = Document::builder();
    if !slip.header.is_empty() {
        document = document.text(&slip.header, Style::BODY, Align::Center);
    }
    if slip.copy == Copy::Reprint {
        document = document.text("【再発行】", HEAD, Align::Center);
    }
    document = document.label(&slip.label).feed(8);
    document = line(document, &slip.errand, HEAD, Align::Center).feed(8);
    document = line(document, &slip.place, BOLD, Align::Center);
    document = document.feed(PART_DOTS);
    document = pair(document, &slip.ahead, &slip.issued);
    document =
        line(document, &slip.window, Style::sized(Scale::X1, Scale::X2).emphasised(), Align::Left);
    if !slip.bring.is_empty() {
        document = document.feed(PART_DOTS);
        document = line(document, &slip.bring, Style::BODY, Align::Left);
    }
    for notice in &slip.notices {
        document = document.block(Block::Rule { rule: Rule::Thin });
        document = line(document, notice, BOLD, Align::Left);
    }
    if !slip.qr.is_empty() {
        document = document.feed(16).block(Block::Qr {
            payload: slip.qr.clone(),
            correction: Default::default(),
            module_dots: QR_MODULE_DOTS,
        });
        document = line(document, &slip.qr_caption, Style::BODY, Align::Center);
    }
    if !slip.footer.is_empty() {
        document = document.text(&slip.footer, Style::BODY, Align::Center);
    }
    document.build()
}

fn line(document: DocumentBuilder, line: &Line, style: Style, align: Align) -> DocumentBuilder {
    let document = match line.japanese.as_str() {
        "" => document,
        text => document.text(text, style, align),
    };
    match line.second.as_str() {
        "" => document,
        text => document.text(text, Style::BODY, align),
    }
}

fn pair(document: DocumentBuilder, left: &Line, right: &Line) -> DocumentBuilder {
    let columns = |document: DocumentBuilder, left: &str, right: &str, style: Style| {
        if left.is_empty() && right.is_empty() {
            return document;
        }
        document.block(Block::Columns {
            left: Span::new(left, style),
            right: Span::new(right, Style::BODY),
        })
    };
    let document = columns(document, &left.japanese, &right.japanese, BOLD);
    columns(document, &left.second, &right.second, Style::BODY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use printer_driver::escpos;
    use printer_driver::printer::JobId;
    use printer_driver::profile::{PaperWidth, Profile};

    fn slip() -> TicketSlip {
        TicketSlip {
            label: "A012".to_owned(),
            errand: Line::japanese("国民健康保険に入る"),
            place: Line::japanese("待合でお待ちください"),
            issued: Line::japanese("6月2日（火） 17:15"),
            ahead: Line::japanese("前に 3人"),
            window: Line::japanese("17:20–17:35ごろ お呼びします"),
            bring: Line::japanese("本人確認書類、資格喪失証明書"),
            notices: vec![Line::japanese("年金事務所への確認は、本日は終わりました。")],
            qr: "YB1-0123456789ABCDEFGHJKMNPQRS".to_owned(),
            qr_caption: Line::japanese("順番の確認"),
            ..TicketSlip::default()
        }
    }

    #[test]
    fn a_text_ticket_stays_within_400_bytes() {
        let profile = Profile::load("epson-jp", PaperWidth::Mm80).unwrap();
        let encoded = escpos::encode(&lay_out(&slip()).unwrap(), &profile, JobId(1));
        assert!(encoded.bytes.len() <= 400, "{} bytes", encoded.bytes.len());
        assert!(encoded.substitutions.is_empty(), "{:?}", encoded.substitutions);
    }

    #[test]
    fn a_reprint_is_marked_and_bears_the_same_label() {
        let again = TicketSlip { copy: Copy::Reprint, ..slip() };
        let document = format!("{:?}", lay_out(&again).unwrap());
        assert!(document.contains("再発行") && document.contains("A012"));
        assert!(!format!("{:?}", lay_out(&slip()).unwrap()).contains("再発行"));
    }
}

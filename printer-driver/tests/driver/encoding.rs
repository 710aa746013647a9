//! Bytes and paper of known slips. `UPDATE_GOLDENFILES=1 cargo test` rewrites the files; the diff
//! is the review.

use crate::sample::{full_slip, mixed_slip, short_slip};
use printer_driver::document::{Align, Cut, Document, QrCorrection, Scale, Style};
use printer_driver::escpos::{Encoded, contains_real_time_sequence, encode};
use printer_driver::printer::JobId;
use printer_driver::profile::{PaperWidth, Profile};
use printer_driver::virtual_printer::{Paper, SlipEnd, SlipMark, print_to_paper};

fn encoded(document: &Document, paper: PaperWidth) -> Encoded {
    let profile = Profile::load("epson-jp", paper).unwrap();
    encode(document, &profile, JobId(101))
}

/// The paper of `document`, after checking what holds of every job.
fn printed(document: &Document, paper: PaperWidth) -> Paper {
    let job = encoded(document, paper);
    assert!(!contains_real_time_sequence(&job.bytes), "{:02X?}", job.bytes);
    let paper = print_to_paper(&job.bytes, paper);
    assert_eq!(paper.errors, []);
    assert_eq!(paper.slips.len(), 1);
    assert_eq!(paper.slips[0].process_ids, ["001d"]);
    paper
}

fn assert_golden(name: &str, actual: &str) {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDENFILES").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, expected, "{name} differs; UPDATE_GOLDENFILES=1 rewrites it");
}

#[test]
fn a_short_slip_has_exactly_these_bytes() {
    let expected: Vec<u8> = [
        "1B40",                   // ESC @    initialise
        "1C2E",                   // FS .     cancel kanji mode
        "1B7401",                 // ESC t 1  Katakana page
        "1C4331",                 // FS C '1' Shift_JIS
        "1B5208",                 // ESC R 8  Japan
        "1D50CBCB",               // GS P     203 units per inch, both ways
        "1D61FF",                 // GS a     automatic status for every change
        "1B6101",                 // ESC a 1  centre
        "1D2177",                 // GS !     eight times, eight times
        "1B4501",                 // ESC E 1  emphasised
        "41313031",               //          A101
        "0A",                     // LF
        "1D2100",                 // GS !     once, once
        "1B4500",                 // ESC E 0
        "94D48D868E44",           //          番号札
        "0A",                     // LF
        "1B4A14",                 // ESC J    quiet zone of 20 dots
        "1D286B040031413200",     // GS ( k   QR model 2
        "1D286B0300314305",       //          modules of 5 dots
        "1D286B0300314531",       //          correction M
        "1D286B0500315030",       /* 2 bytes */
        "4142",                   //          store AB
        "1D286B0300315130",       //          print
        "1B4A14",                 // ESC J    quiet zone
        "1D28480600303030303164", // GS ( H   process ID 001d
        "1D564208",               // GS V 66  feed and partial cut
    ]
    .concat()
    .as_bytes()
    .chunks(2)
    .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
    .collect();
    let document = Document::builder()
        .text("A101", Style::sized(Scale::X8, Scale::X8).emphasised(), Align::Center)
        .text("番号札", Style::BODY, Align::Center)
        .qr("AB")
        .build()
        .unwrap();
    let actual = encoded(&document, PaperWidth::Mm80);
    assert_eq!(actual.bytes, expected, "{:02X?}", actual.bytes);
    assert_eq!(actual.process_id.to_string(), "001d");
}

#[test]
fn a_full_slip_looks_like_this_on_80_mm_paper() {
    let paper = printed(&full_slip(), PaperWidth::Mm80);
    assert_golden("full-80.txt", &paper.slips[0].to_text());
}

#[test]
fn a_full_slip_looks_like_this_on_58_mm_paper() {
    let paper = printed(&full_slip(), PaperWidth::Mm58);
    assert_golden("full-58.txt", &paper.slips[0].to_text());
}

#[test]
fn wrapping_mixed_sizes_and_replaced_characters_look_like_this() {
    let paper = printed(&mixed_slip(), PaperWidth::Mm80);
    assert_golden("mixed-80.txt", &paper.slips[0].to_text());
    let paper = printed(&mixed_slip(), PaperWidth::Mm58);
    assert_golden("mixed-58.txt", &paper.slips[0].to_text());
}

#[test]
fn replaced_characters_are_reported_with_the_missing_ones_marked() {
    let job = encoded(&mixed_slip(), PaperWidth::Mm80);
    let reported: Vec<(char, &str, bool)> = job
        .substitutions
        .iter()
        .map(|substitution| (substitution.written, substitution.printed, substitution.is_missing()))
        .collect();
    assert_eq!(
        reported,
        [
            ('髙', "高", false),
            ('①', "(1)", false),
            ('㈱', "(株)", false),
            ('ã', "〓", true),
            ('한', "〓", true),
        ]
    );
}

/// The bar for serial links: 0.035 s at 115,200 baud.
#[test]
fn a_full_slip_takes_at_most_400_bytes() {
    for paper in [PaperWidth::Mm80, PaperWidth::Mm58] {
        let byte_count = encoded(&full_slip(), paper).bytes.len();
        assert!(byte_count <= 400, "{byte_count} bytes on {paper} mm paper");
    }
}

#[test]
fn every_scale_and_cut_comes_back_from_the_paper_as_laid_out() {
    for width in Scale::ALL {
        for height in Scale::ALL {
            for (cut, end) in [
                (Cut::Partial, SlipEnd::PartialCut),
                (Cut::Full, SlipEnd::FullCut),
                (Cut::Uncut, SlipEnd::Uncut),
            ] {
                let document = Document::builder()
                    .text("ア1", Style::sized(width, height), Align::Center)
                    .cut(cut)
                    .build()
                    .unwrap();
                let paper = printed(&document, PaperWidth::Mm58);
                let slip = &paper.slips[0];
                assert_eq!(slip.end, end);
                let SlipMark::Text { runs, align } = &slip.rows[0].mark else {
                    panic!("the first row is text")
                };
                assert_eq!((runs[0].width, runs[0].height), (width.factor(), height.factor()));
                assert_eq!((runs[0].text.as_str(), *align), ("ア1", Align::Center));
            }
        }
    }
}

#[test]
fn every_qr_payload_and_setting_comes_back_from_the_paper() {
    use printer_driver::document::Block;
    for (level, correction) in
        [QrCorrection::Low, QrCorrection::Medium, QrCorrection::Quartile, QrCorrection::High]
            .into_iter()
            .enumerate()
    {
        for length in [1, 16, 17, 62, 120, 213] {
            let payload = "https://q.example/t/0123456789abcdef&%?".repeat(6)[..length].to_owned();
            let document = Document::builder()
                .block(Block::Qr { payload: payload.clone(), correction, module_dots: 4 })
                .build()
                .unwrap();
            let paper = printed(&document, PaperWidth::Mm80);
            let SlipMark::Qr { payload: printed, module_dots, correction, .. } =
                &paper.slips[0].rows[0].mark
            else {
                panic!("the first row is a code")
            };
            assert_eq!((printed, *module_dots, *correction), (&payload, 4, level as u8));
        }
    }
}

/// The driver waits by this height; too small would give up on a job that is still printing.
#[test]
fn the_computed_height_is_never_less_than_the_paper() {
    for document in [full_slip(), mixed_slip(), short_slip("x")] {
        for paper in [PaperWidth::Mm80, PaperWidth::Mm58] {
            let job = encoded(&document, paper);
            let slip = &printed(&document, paper).slips[0];
            let lowest = slip.rows.last().unwrap();
            let rows_dots = lowest.y_dots + lowest.height_dots - slip.rows[0].y_dots;
            assert!(job.height_dots >= rows_dots, "{} < {rows_dots}", job.height_dots);
        }
    }
}

#[test]
fn a_stream_cut_short_anywhere_is_noticed() {
    let job = encoded(&full_slip(), PaperWidth::Mm80);
    for length in 1..job.bytes.len() {
        let paper = print_to_paper(&job.bytes[..length], PaperWidth::Mm80);
        let whole = paper.slips.first().is_some_and(|slip| slip.end != SlipEnd::Uncut);
        assert!(!whole, "{length} of {} bytes made a whole slip", job.bytes.len());
    }
}

#[test]
fn a_slip_serves_as_text_picture_and_data() {
    let paper = printed(&full_slip(), PaperWidth::Mm80);
    let slip = &paper.slips[0];
    assert_eq!(slip.qr_payloads(), ["https://q.example.jp/t/4f1c9ab27e"]);
    assert!(slip.lines().iter().any(|line| line == "A101"));
    let json = serde_json::to_string(slip).unwrap();
    assert_eq!(
        &serde_json::from_str::<printer_driver::virtual_printer::Slip>(&json).unwrap(),
        slip
    );
    let svg = slip.to_svg();
    for part in ["<svg ", "番号札", "font-weight=\"700\"", "scale(6 6)", "</svg>"] {
        assert!(svg.contains(part), "{part} is not in the picture");
    }
    let elsewhere = svg.replace("http://www.w3.org/2000/svg", "");
    assert!(!elsewhere.contains("href") && !elsewhere.contains("url(http"));
    if let Some(path) = std::env::var_os("SLIP_PICTURE") {
        std::fs::write(path, svg).unwrap();
    }
}

//! Slips that are drawn, wholly or in part: what stands on the paper of each model, and what it
//! costs on a slow line.

use printer_driver::document::{Align, Block, Document, Han, Picture, Scale, Span, Style};
use printer_driver::encoder::{Encoded, Encoder, SLOW_JOB_BYTES_MAX};
use printer_driver::escpos::contains_real_time_sequence;
use printer_driver::printer::JobId;
use printer_driver::profile::{PaperWidth, Profile};
use printer_driver::typesetter::{Fonts, Typesetter};
use printer_driver::virtual_printer::{Slip, SlipMark, VirtualModel, print_to_paper};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// USB, about.
const FAST: u32 = 1_000_000;
/// 115,200 bit/s.
const SLOW: u32 = 11_520;
const PAPERS: [PaperWidth; 2] = [PaperWidth::Mm80, PaperWidth::Mm58];

/// A sentence of a ticket in each language of the slips; all but the first hold a character that
/// Shift_JIS has not.
const SENTENCES: [(&str, Han, &str); 9] = [
    ("Japanese", Han::Japanese, "待合でお待ちください。髙橋さま、①番の窓口です。"),
    ("English", Han::Japanese, "Please wait – the café is on the 2nd floor."),
    ("Chinese, simplified", Han::Simplified, "请在等候区等候叫号,预计还需要二十分钟左右。"),
    ("Chinese, traditional", Han::Traditional, "請在等候區等候叫號,預計還需要二十分鐘左右。"),
    ("Korean", Han::Korean, "대기 구역에서 기다려 주십시오. 약 20분 걸립니다."),
    ("Vietnamese", Han::Japanese, "Vui lòng chờ ở khu vực A, tầng 2, khoảng 20 phút."),
    ("Nepali", Han::Japanese, "कृपया प्रतीक्षा क्षेत्रमा पर्खनुहोस्, करिब २० मिनेट।"),
    (
        "Portuguese",
        Han::Japanese,
        "Aguarde na área A, 2º andar, por cerca de vinte minutos, não saia.",
    ),
    ("Filipino", Han::Japanese, "Maghintay po sa lugar A, Niño, mga dalawampung minuto pa."),
];

/// One for all tests: reading the fonts is the slow part.
fn typesetter() -> Arc<Typesetter> {
    static SHARED: OnceLock<Arc<Typesetter>> = OnceLock::new();
    let load = || {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fonts-dist");
        let fonts = Fonts::read_folder(&folder)
            .unwrap_or_else(|error| panic!("{error}; run `cargo xtask build-web` first"));
        Arc::new(Typesetter::new(fonts))
    };
    Arc::clone(SHARED.get_or_init(load))
}

fn encoder(name: &str, paper: PaperWidth, bytes_per_second: u32) -> Encoder {
    Encoder::new(Profile::load(name, paper).unwrap(), bytes_per_second)
        .with_typesetter(typesetter())
}

/// Prints on the strict twin of the same model, after checking what holds of every job.
fn printed(encoder: &Encoder, document: &Document) -> (Encoded, Slip) {
    let encoded = encoder.encode(document, JobId(7));
    assert!(!contains_real_time_sequence(&encoded.bytes));
    let model = VirtualModel::from(encoder.profile());
    let mut paper = print_to_paper(&encoded.bytes, model);
    assert_eq!(paper.errors, [], "{}", encoder.profile().name);
    assert_eq!(paper.slips.len(), 1, "{}", encoder.profile().name);
    let slip = paper.slips.remove(0);
    let height = slip.rows.last().map_or(0, |row| row.y_dots + row.height_dots);
    let top = slip.rows.first().map_or(0, |row| row.y_dots);
    assert!(encoded.height_dots >= height - top, "{} < {}", encoded.height_dots, height - top);
    (encoded, slip)
}

fn line(text: &str, han: Han, style: Style) -> Block {
    Block::Line { spans: vec![Span::new(text, style).in_forms(han)], align: Align::Left }
}

/// All dots of the pictures on a slip: (x, y) of the black ones, from the top of the first.
fn ink(slip: &Slip) -> Vec<(u32, u32)> {
    let mut ink = Vec::new();
    for row in &slip.rows {
        let SlipMark::Picture { left_dots, bitmap } = &row.mark else { continue };
        for y in 0..bitmap.height_dots() {
            for x in 0..bitmap.width_dots() {
                if bitmap.dot(x, y) {
                    ink.push((left_dots + x, row.y_dots + y));
                }
            }
        }
    }
    ink
}

fn height_of(ink: &[(u32, u32)]) -> u32 {
    let rows = || ink.iter().map(|(_, y)| *y);
    rows().max().unwrap() - rows().min().unwrap() + 1
}

fn written(slip: &Slip) -> String {
    slip.lines().concat()
}

/// A logo: a frame with a bar in it.
fn logo() -> Picture {
    let (width, height) = (200_u32, 80_u32);
    let mut dots = vec![255_u8; (width * height) as usize];
    for y in 0..height {
        for x in 0..width {
            let frame = x < 3 || y < 3 || x >= width - 3 || y >= height - 3;
            if frame || (20..30).contains(&y) {
                dots[(y * width + x) as usize] = 0;
            }
        }
    }
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&dots).unwrap();
    Picture::from_png(&file).unwrap()
}

#[test]
fn a_label_is_30_mm_high_where_it_is_drawn_and_fits_any_paper() {
    for (name, paper) in [("raster", PAPERS[0]), ("raster", PAPERS[1]), ("epson-jp", PAPERS[0])] {
        for (label, full) in [("7", true), ("A101", paper == PAPERS[0]), ("AB-12345", false)] {
            let document = Document::builder().label(label).build().unwrap();
            let (_, slip) = printed(&encoder(name, paper, FAST), &document);
            let ink = ink(&slip);
            let height = height_of(&ink);
            assert!(height <= 240, "{label} is {height} dots high");
            assert!(!full || height >= 236, "{label} is {height} dots high on {paper} mm");
            assert!(height >= 80, "{label} is {height} dots high on {paper} mm");
            let width = Profile::load(name, paper).unwrap().dots;
            assert!(ink.iter().all(|(x, _)| (8..u32::from(width) - 8).contains(x)), "{label}");
        }
    }
}

#[test]
fn on_a_serial_line_a_japanese_ticket_is_text_alone_with_its_label() {
    let document = Document::builder()
        .label("A101")
        .text("国民健康保険に入る", Style::sized(Scale::X2, Scale::X2), Align::Center)
        .columns("前に 3人", "10:12", Style::BODY)
        .rule()
        .qr("YB1-0123456789ABCDEFGHJKMNPQRS")
        .build()
        .unwrap();
    for name in ["epson-jp", "seiko", "citizen"] {
        let (encoded, slip) = printed(&encoder(name, PAPERS[0], SLOW), &document);
        assert!(encoded.bytes.len() <= 400, "{} bytes", encoded.bytes.len());
        assert_eq!(slip.pictures().count(), 0);
        assert!(written(&slip).contains("A101"));
        let (_, slip) = printed(&encoder(name, PAPERS[0], FAST), &document);
        assert!(slip.pictures().count() > 0, "a label is drawn on a fast line");
        assert!(!written(&slip).contains("A101"));
        assert!(written(&slip).contains("国民健康保険に入る"));
        assert_eq!(slip.qr_payloads(), ["YB1-0123456789ABCDEFGHJKMNPQRS"]);
    }
}

#[test]
fn a_block_that_cannot_be_written_is_drawn_whole_and_its_neighbours_stay_text() {
    let document = Document::builder()
        .text("番号札", Style::BODY, Align::Left)
        .block(line("髙橋さま", Han::Japanese, Style::BODY))
        .block(line("Não", Han::Japanese, Style::BODY))
        .text("受付済み", Style::BODY, Align::Left)
        .build()
        .unwrap();
    for name in ["epson-jp", "seiko", "citizen", "star"] {
        let (encoded, slip) = printed(&encoder(name, PAPERS[0], SLOW), &document);
        assert_eq!(encoded.substitutions, []);
        assert_eq!(written(&slip), "番号札受付済み", "{name}");
        assert!(height_of(&ink(&slip)) > 40, "two lines are drawn");
    }
    let (encoded, slip) = printed(&encoder("epson-intl", PAPERS[0], SLOW), &document);
    assert_eq!((encoded.substitutions, written(&slip).as_str()), (vec![], "Não"));
    let (encoded, slip) = printed(&encoder("raster", PAPERS[0], SLOW), &document);
    assert_eq!((encoded.substitutions, written(&slip).as_str()), (vec![], ""));
}

#[test]
fn every_model_prints_a_picture_dot_for_dot_in_the_middle_of_its_paper() {
    let document = Document::builder().picture(logo()).build().unwrap();
    for name in Profile::names() {
        for paper in PAPERS {
            for speed in [FAST, SLOW] {
                let encoder = encoder(name, paper, speed);
                let (_, slip) = printed(&encoder, &document);
                let left = (u32::from(encoder.profile().dots) - 200) / 2;
                let ink = ink(&slip);
                let top = ink[0].1;
                let drawn: Vec<(u32, u32)> = ink.iter().map(|(x, y)| (x - left, y - top)).collect();
                let expected: Vec<(u32, u32)> = (0..80_u32)
                    .flat_map(|y| (0..200_u32).map(move |x| (x, y)))
                    .filter(|(x, y)| {
                        *x < 3 || *y < 3 || *x >= 197 || *y >= 77 || (20..30).contains(y)
                    })
                    .collect();
                assert_eq!(drawn, expected, "{name} on {paper} mm");
            }
        }
    }
}

#[test]
fn a_printer_without_qr_codes_gets_one_drawn_with_its_quiet_zone() {
    let payload = "YB1-0123456789ABCDEFGHJKMNPQRS";
    let document = Document::builder().qr(payload).build().unwrap();
    let (_, slip) = printed(&encoder("raster", PAPERS[0], FAST), &document);
    let ink = ink(&slip);
    // 30 capitals and digits at level M are version 2: 25 modules of 5 dots.
    assert_eq!(height_of(&ink), 25 * 5);
    assert!(ink.iter().all(|(x, y)| (225..351).contains(x) && *y >= 20));
    assert_eq!(encoder("raster", PAPERS[0], FAST).encode(&document, JobId(7)).height_dots, 33 * 5);
}

#[test]
fn every_language_is_drawn_without_loss_on_every_model() {
    for (language, han, sentence) in SENTENCES {
        let document = Document::builder()
            .block(line(sentence, han, Style::BODY))
            .block(line(sentence, han, Style::sized(Scale::X2, Scale::X2).emphasised()))
            .build()
            .unwrap();
        for name in Profile::names() {
            for paper in PAPERS {
                let (encoded, slip) = printed(&encoder(name, paper, FAST), &document);
                assert_eq!(encoded.substitutions, [], "{language} on {name}");
                assert!(!slip.is_blank(), "{language} on {name}");
            }
        }
    }
}

#[test]
fn a_character_that_no_font_has_is_drawn_as_a_geta_and_reported() {
    let document = Document::builder().block(line("A😀B", Han::Japanese, Style::BODY)).build();
    let (encoded, slip) = printed(&encoder("epson-jp", PAPERS[0], SLOW), &document.unwrap());
    let reported: Vec<(char, &str)> =
        encoded.substitutions.iter().map(|one| (one.written, one.printed)).collect();
    assert_eq!(reported, [('😀', "〓")]);
    assert!(ink(&slip).len() > 100);
}

/// The bar of serial lines: 8 KB are 0.7 s at 115,200 bit/s. The longest ticket that an office
/// writes has ten lines in the resident's language, some of them two lines long.
#[test]
fn a_ticket_in_any_language_takes_at_most_8_kb_on_a_slow_line() {
    let mut seed = 20_260_401_u64;
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    for round in 0..3 {
        for (language, han, sentence) in SENTENCES {
            let mut document = Document::builder().label("A101");
            for _ in 0..6 + next(5) {
                let length = 8 + next(sentence.chars().count() - 8);
                let text: String = sentence.chars().rev().take(length).collect();
                let text: String = text.chars().rev().collect();
                document = match next(4) {
                    0 => document.block(Block::Columns {
                        left: Span::new(text.chars().take(16).collect::<String>(), Style::BODY)
                            .in_forms(han),
                        right: Span::new("10:12", Style::BODY),
                    }),
                    _ => document.block(line(&text, han, Style::BODY)),
                };
                document = document.text("前に 3人", Style::BODY, Align::Left);
            }
            let document = document.qr("YB1-0123456789ABCDEFGHJKMNPQRS").build().unwrap();
            for name in ["epson-jp", "seiko", "citizen", "star"] {
                for paper in PAPERS {
                    let (encoded, _) = printed(&encoder(name, paper, SLOW), &document);
                    let byte_count = encoded.bytes.len();
                    assert!(
                        byte_count <= SLOW_JOB_BYTES_MAX,
                        "round {round}: {language} on {name}, {paper} mm: {byte_count} bytes"
                    );
                }
            }
        }
    }
}

#[test]
fn drawn_text_is_made_smaller_only_as_far_as_the_line_asks() {
    let one = Document::builder().block(line("Não", Han::Japanese, Style::BODY)).build().unwrap();
    let many = |count: usize| {
        let lines = (0..count).map(|_| line(SENTENCES[5].2, Han::Japanese, Style::BODY));
        lines.fold(Document::builder(), |document, line| document.block(line)).build().unwrap()
    };
    let slow = encoder("epson-jp", PAPERS[0], SLOW);
    let fast = encoder("epson-jp", PAPERS[0], FAST);
    assert_eq!(slow.encode(&one, JobId(7)).bytes, fast.encode(&one, JobId(7)).bytes);
    let height = |encoder: &Encoder, count| height_of(&ink(&printed(encoder, &many(count)).1));
    assert_eq!(height(&slow, 4), height(&fast, 4));
    assert!(height(&slow, 8) < height(&fast, 8));
    assert!(height(&slow, 8) * 24 > height(&fast, 8) * 15);
}

#[test]
fn a_heading_is_drawn_a_little_smaller_rather_than_broken_before_its_last_character() {
    let large = Style::sized(Scale::X2, Scale::X2).emphasised();
    let encoder = encoder("raster", PAPERS[1], FAST);
    let height = |text: &str| {
        let document = Document::builder().text(text, large, Align::Center).build().unwrap();
        height_of(&ink(&printed(&encoder, &document).1))
    };
    assert!(height("国民健康保険に入る") <= 48);
    assert!(height("国民健康保険に入りたい") > 60);
}

/// A band that is larger than what a printer can hold would make its head wait in the middle.
#[test]
fn no_band_is_larger_than_half_of_the_receive_buffer() {
    let document = SENTENCES
        .iter()
        .fold(Document::builder().label("A101"), |document, (_, han, sentence)| {
            document.block(line(sentence, *han, Style::sized(Scale::X1, Scale::X2)))
        })
        .build()
        .unwrap();
    let encoder = encoder("raster", PAPERS[0], FAST);
    let limit = usize::from(encoder.profile().receive_buffer_bytes) / 2;
    let bytes = encoder.encode(&document, JobId(7)).bytes;
    let (mut at, mut band_count) = (0, 0);
    while at < bytes.len() {
        at += match bytes[at..] {
            [0x1d, 0x76, 0x30, 0x00, x, 0, y, 0, ..] => {
                let length = 8 + usize::from(x) * usize::from(y);
                assert!(length <= limit, "a band of {length} bytes");
                band_count += 1;
                length
            }
            [0x1b, 0x40, ..] => 2,
            [0x1b, 0x4a, ..] | [0x1d, 0x72, ..] => 3,
            [0x1d, 0x50 | 0x56, ..] => 4,
            _ => panic!("{:02X?} at {at} is no picture", &bytes[at..bytes.len().min(at + 8)]),
        };
    }
    assert!(band_count > 20, "{band_count} bands");
}

/// Random characters of all of Unicode, in every style: nothing panics, and what is missing on
/// the paper is in the report.
#[test]
fn any_text_at_all_is_drawn_or_reported() {
    let encoder = encoder("raster", PAPERS[1], FAST);
    let mut seed = 0x5eed_u64;
    let mut next = |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    for round in 0..150 {
        let plane = [0x250, 0x3100, 0xffff, 0x10_ffff][next(4) as usize];
        let text: String =
            (0..1 + next(12)).filter_map(|_| char::from_u32(next(plane) as u32)).collect();
        let size = |n: u64| Scale::ALL[n as usize];
        let style = Style { width: size(next(8)), height: size(next(8)), emphasis: next(2) == 0 };
        let han = [Han::Japanese, Han::Simplified, Han::Traditional, Han::Korean];
        let span = Span::new(&text, style).in_forms(han[next(4) as usize]);
        let align = Align::Right;
        let document = Document::builder().line([span], align).build().unwrap();
        let (encoded, _) = printed(&encoder, &document);
        for character in text.chars().filter(|c| c.is_alphanumeric()) {
            let is_reported = encoded.substitutions.iter().any(|one| one.written == character);
            let is_there = typesetter().has(character);
            assert!(is_reported != is_there, "round {round}: {character:?} in {text:?}");
        }
    }
}

/// The bytes of each dialect around a line, from their manuals.
#[test]
fn a_line_has_exactly_these_bytes_in_each_dialect() {
    let document = Document::builder()
        .text("A1", Style::sized(Scale::X2, Scale::X3).emphasised(), Align::Center)
        .columns("No", "7", Style::BODY)
        .build()
        .unwrap();
    let hex = |name: &str| {
        let bytes = encoder(name, PAPERS[0], SLOW).encode(&document, JobId(7)).bytes;
        bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>()
    };
    let star = [
        "1B40",       // ESC @         initialise
        "1B1E6101",   // ESC RS a 1    automatic status
        "1B2431",     // ESC $ 1       Shift_JIS
        "1B5208",     // ESC R 8       Japan
        "1B7A01",     // ESC z 1       lines of 4 mm
        "1B1D6101",   // ESC GS a 1    centre
        "1B690201",   // ESC i 2 1     three times as high, twice as wide
        "1B45",       // ESC E         emphasised
        "41310A",     //               A1
        "1B1D6100",   // ESC GS a 0    left
        "1B690000",   // ESC i 0 0
        "1B46",       // ESC F
        "4E6F",       //               No
        "1B1D413402", // ESC GS A      dot 564
        "370A",       //               7
        "1B6403",     // ESC d 3       feed and partial cut
        "17",         // ETB
    ];
    assert_eq!(hex("star"), star.concat());
    let latin = [
        "1B40",                   // ESC @     initialise
        "1B7410",                 // ESC t 16  WPC1252
        "1B5200",                 // ESC R 0   USA
        "1D50CBCB",               // GS P      203 units per inch
        "1D61FF",                 // GS a      automatic status
        "1B6101",                 // ESC a 1   centre
        "1D2112",                 // GS !      twice as wide, three times as high
        "1B4501",                 // ESC E 1
        "41310A",                 //           A1
        "1B6100",                 // ESC a 0
        "1D2100",                 // GS !
        "1B4500",                 // ESC E 0
        "4E6F",                   //           No
        "1B243402",               // ESC $     dot 564
        "370A",                   //           7
        "1D28480600303030303037", // GS ( H    process ID 0007
        "1D564208",               // GS V 66   feed and partial cut
    ];
    assert_eq!(hex("epson-intl"), latin.concat());
    let seiko = hex("seiko");
    assert!(seiko.starts_with("1B401C2E1B74011C43311B52081D50CBCB1D61FF1B6101"), "{seiko}");
    assert!(seiko.ends_with("370A1D564208127107"), "{seiko}");
    assert!(hex("citizen").ends_with("370A1D5642081D7201"));
    let raster = hex("raster");
    assert!(raster.starts_with("1B401D50CBCB"), "{raster}");
    assert!(!raster.contains("1D61FF") && raster.ends_with("1D5642081D7201"), "{raster}");
}

/// GS ( D is sent where the manual has it, and only around pictures.
#[test]
fn an_epson_is_told_to_obey_nothing_out_of_a_picture() {
    let switch: &[u8] = b"\x1d\x28\x44\x05\x00\x14\x01\x00\x02\x00";
    let has_switch = |name: &str, text: &str| {
        let document = Document::builder().text(text, Style::BODY, Align::Left).build().unwrap();
        let bytes = encoder(name, PAPERS[0], SLOW).encode(&document, JobId(7)).bytes;
        bytes.windows(switch.len()).any(|part| part == switch)
    };
    for name in Profile::names() {
        assert_eq!(has_switch(name, "待 ế"), name.starts_with("epson"), "{name}");
        assert!(!has_switch(name, "No 7"), "{name}");
    }
}

#[test]
fn a_forged_command_in_a_text_that_is_drawn_is_not_sent() {
    let text = "Não\u{1b}p0\u{10}\u{4}\u{1}\u{2028}ế\u{202e}\u{fe0f}";
    let document = Document::builder().block(line(text, Han::Japanese, Style::BODY)).build();
    let document = document.unwrap();
    let plain = Document::builder().block(line("Nãop0 ế", Han::Japanese, Style::BODY)).build();
    let encoder = encoder("raster", PAPERS[0], FAST);
    let forged = printed(&encoder, &document).0;
    assert_eq!(forged.bytes, encoder.encode(&plain.unwrap(), JobId(7)).bytes);
}

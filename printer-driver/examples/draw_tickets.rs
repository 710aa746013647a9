//! Draws tickets in nine languages and says how long it takes and how many bytes they are.
//!
//! ```text
//! cargo run --release -p printer-driver --example draw_tickets -- FONTS [PICTURES]
//! ```
//!
//! FONTS is the folder of font files; with PICTURES every ticket is also written there as PNG.
#![expect(clippy::print_stdout, reason = "its purpose is to tell the one who runs it")]

use printer_driver::document::{Align, Document, Han, Scale, Span, Style};
use printer_driver::encoder::Encoder;
use printer_driver::printer::JobId;
use printer_driver::profile::{PaperWidth, Profile};
use printer_driver::typesetter::{Fonts, Typesetter};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// A language: its name, its Han forms, and its sentences: errand, place, ahead, window, what to
/// have ready, notice.
type Language = (&'static str, Han, [&'static str; 6]);

const LANGUAGES: [Language; 9] = [
    (
        "ja",
        Han::Japanese,
        [
            "国民健康保険に入る",
            "2階 待合Aでお待ちください",
            "前に 12人",
            "10:40〜11:00ごろ お呼びします",
            "本人確認書類、前の保険の資格喪失証明書、マイナンバーカード(髙橋・﨑)",
            "17:15以降は当日中に終わらない場合があります。",
        ],
    ),
    (
        "en",
        Han::Japanese,
        [
            "Join National Health Insurance",
            "Please wait in area A, 2nd floor",
            "12 people ahead",
            "Your call is expected between 10:40 and 11:00",
            "Have ready: identity document, certificate of loss of your previous insurance",
            "After 17:15 your errand may not be finished today.",
        ],
    ),
    (
        "zh-Hans",
        Han::Simplified,
        [
            "加入国民健康保险",
            "请在2楼A等候区等候",
            "前面有12人",
            "预计10:40–11:00左右叫号",
            "请准备:身份证件、原保险的资格丧失证明、个人编号卡",
            "17:15以后办理的,当天可能无法完成。",
        ],
    ),
    (
        "zh-Hant",
        Han::Traditional,
        [
            "加入國民健康保險",
            "請在2樓A等候區等候",
            "前面有12人",
            "預計10:40–11:00左右叫號",
            "請準備:身分證件、原保險的資格喪失證明、個人編號卡",
            "17:15以後辦理的,當天可能無法完成。",
        ],
    ),
    (
        "ko",
        Han::Korean,
        [
            "국민건강보험 가입",
            "2층 대기 구역 A에서 기다려 주십시오",
            "앞에 12명",
            "10:40–11:00경에 호출 예정입니다",
            "준비물: 신분증, 이전 보험의 자격 상실 증명서, 마이넘버 카드",
            "17:15 이후에는 당일에 끝나지 않을 수 있습니다.",
        ],
    ),
    (
        "vi",
        Han::Japanese,
        [
            "Tham gia Bảo hiểm Y tế Quốc dân",
            "Vui lòng chờ ở khu vực A, tầng 2",
            "Có 12 người phía trước",
            "Dự kiến gọi số trong khoảng 10:40–11:00",
            "Chuẩn bị: giấy tờ tùy thân, giấy chứng nhận mất tư cách bảo hiểm trước đây",
            "Sau 17:15 thủ tục có thể không hoàn tất trong ngày.",
        ],
    ),
    (
        "ne",
        Han::Japanese,
        [
            "राष्ट्रिय स्वास्थ्य बीमामा सामेल हुने",
            "कृपया दोस्रो तलाको प्रतीक्षा क्षेत्र A मा पर्खनुहोस्",
            "अगाडि १२ जना",
            "१०:४०–११:०० तिर बोलाइनेछ",
            "तयार राख्नुहोस्: परिचयपत्र, अघिल्लो बीमाको योग्यता समाप्ति प्रमाणपत्र",
            "१७:१५ पछि काम आजै नसकिन सक्छ।",
        ],
    ),
    (
        "pt",
        Han::Japanese,
        [
            "Inscrever-se no Seguro Nacional de Saúde",
            "Aguarde na área A, 2º andar",
            "12 pessoas à sua frente",
            "A chamada será entre 10:40 e 11:00, aproximadamente",
            "Tenha em mãos: documento de identidade, certificado de perda do seguro anterior",
            "Após as 17:15, o atendimento pode não terminar hoje.",
        ],
    ),
    (
        "fil",
        Han::Japanese,
        [
            "Pagsali sa National Health Insurance",
            "Maghintay po sa lugar A, ikalawang palapag",
            "12 tao ang nauuna",
            "Tatawagin bandang 10:40–11:00",
            "Ihanda: ID, katibayan ng pagkawala ng dating seguro (pañuelo, Niño)",
            "Pagkalipas ng 17:15, maaaring hindi matapos ngayong araw.",
        ],
    ),
];

fn ticket(language: &Language) -> Result<Document, Box<dyn Error>> {
    let (_, han, [errand, place, ahead, window, bring, notice]) = *language;
    let span = |text: &str, style: Style| Span::new(text, style).in_forms(han);
    let large = Style::sized(Scale::X2, Scale::X2).emphasised();
    let mut document = Document::builder()
        .text("市民総合窓口", Style::BODY, Align::Center)
        .label("A101")
        .feed(8)
        .text("国民健康保険に入る", large, Align::Center);
    if han != Han::Japanese || language.0 != "ja" {
        document = document.line([span(errand, Style::BODY.emphasised())], Align::Center);
    }
    document = document
        .feed(24)
        .line([span(place, Style::BODY.emphasised())], Align::Center)
        .block(printer_driver::document::Block::Columns {
            left: span(ahead, Style::BODY),
            right: Span::new("10:12", Style::BODY),
        })
        .line([span(window, Style::sized(Scale::X1, Scale::X2))], Align::Left)
        .line([span(bring, Style::BODY)], Align::Left)
        .rule()
        .line([span(notice, Style::BODY)], Align::Left)
        .qr("YB1-0123456789ABCDEFGHJKMNPQRS");
    Ok(document.build()?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let fonts = arguments.next().ok_or("name the folder of fonts")?;
    let pictures = arguments.next();
    let typesetter = Arc::new(Typesetter::new(Fonts::read_folder(&fonts)?));
    for (name, paper, speed) in [
        ("raster", PaperWidth::Mm80, 1_000_000),
        ("raster", PaperWidth::Mm58, 1_000_000),
        ("epson-jp", PaperWidth::Mm80, 1_000_000),
        ("epson-jp", PaperWidth::Mm80, 11_520),
        ("epson-jp", PaperWidth::Mm58, 11_520),
        ("epson-intl", PaperWidth::Mm80, 11_520),
        ("star", PaperWidth::Mm80, 1_000_000),
    ] {
        let encoder = Encoder::new(Profile::load(name, paper)?, speed)
            .with_typesetter(Arc::clone(&typesetter));
        for language in &LANGUAGES {
            let document = ticket(language)?;
            let mut took_us = Vec::new();
            let mut byte_count = 0;
            for round in 0..20 {
                let begun = Instant::now();
                let encoded = encoder.encode(&document, JobId(round));
                took_us.push(begun.elapsed().as_micros());
                byte_count = encoded.bytes.len();
            }
            let first_us = took_us[0];
            took_us.sort_unstable();
            println!(
                "{name:10} {paper} mm {speed:7} B/s {:7} {byte_count:6} bytes, \
                 first {first_us:6} µs, then {:5} µs (least {} µs)",
                language.0,
                took_us[took_us.len() / 2],
                took_us[0],
            );
            if let (Some(folder), "raster") = (&pictures, name) {
                write_picture(folder, &format!("{}-{paper}", language.0), &encoder, &document)?;
            }
        }
    }
    Ok(())
}

/// Writes the dots of a job that consists of pictures only.
fn write_picture(
    folder: &Path,
    name: &str,
    encoder: &Encoder,
    document: &Document,
) -> Result<(), Box<dyn Error>> {
    let width = usize::from(encoder.profile().dots);
    let bytes = encoder.encode(document, JobId(1)).bytes;
    let mut rows: Vec<Vec<u8>> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at..] {
            [0x1d, 0x76, 0x30, 0, x, _, y, _, ..] => {
                let (x, y) = (usize::from(x), usize::from(y));
                for row in bytes[at + 8..][..x * y].chunks(x) {
                    let mut dots = vec![255; width];
                    for (index, dot) in dots.iter_mut().enumerate().take(x * 8) {
                        if row[index / 8] & (0x80 >> (index % 8)) != 0 {
                            *dot = 0;
                        }
                    }
                    rows.push(dots);
                }
                at += 8 + x * y;
            }
            [0x1b, 0x4a, dots, ..] => {
                rows.extend(std::iter::repeat_n(vec![255; width], usize::from(dots)));
                at += 3;
            }
            _ => at += 1,
        }
    }
    let file = std::fs::File::create(folder.join(format!("{name}.png")))?;
    let mut encoder = png::Encoder::new(file, width as u32, rows.len() as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header()?.write_image_data(&rows.concat())?;
    Ok(())
}

//! What slips say and how they look: every errand, language, layout and time of the default
//! office.
//!
//! The texts in `slips/` are for a clerk to read; `UPDATE_GOLDENFILES=1` writes them anew, and the
//! difference is then for a person to judge.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use domain::estimate::Window;
use domain::event::Event;
use domain::id::{Key, KioskId, TicketId};
use domain::label::Label;
use domain::language::Language;
use domain::setup::{Errand, ErrandTarget};
use domain::ticket::{Class, Origin, Token};
use domain::time::{MINUTE_MS, Timestamp};
use kiosk::slip::{Copy, Kind, TicketSlip};
use printer_driver::document::{Block, Document};
use printer_driver::encoder::Encoder;
use printer_driver::printer::JobId;
use printer_driver::profile::{PaperWidth, Profile, UsualLink};
use printer_driver::virtual_printer::print_to_paper;
use protocol::live::Mode;
use server::clock::Clock;
use server::config::{DEFAULT_OFFICE, OfficeFile};
use server::slip::{self, Desk, PrinterFacts};
use server::slips::{self, Example, LinkChoice, Paper, SlipsArgs};

/// Most bytes of a ticket in Japanese on a serial line.
const TEXT_BYTES_MAX: usize = 400;
/// Most bytes of one with a second language there.
const HYBRID_BYTES_MAX: usize = 8 * 1024;

fn clock() -> Clock {
    Clock::real("Asia/Tokyo").expect("a zone")
}

fn at(moment: &str) -> Timestamp {
    clock().read_moment(moment).expect("a moment")
}

/// The errands that lead to a ticket.
fn errands(office: &OfficeFile) -> Vec<&Errand> {
    let is_ticket = |errand: &&Errand| matches!(errand.leads_to, ErrandTarget::Queue(_));
    office.setup.errands.iter().filter(is_ticket).collect()
}

fn issued(office: &OfficeFile, errand: &Errand, language: Language, at: Timestamp) -> Event {
    let ErrandTarget::Queue(queue) = errand.leads_to else { panic!("{} has no queue", errand.id) };
    let from = at.plus_ms(20 * MINUTE_MS);
    Event::TicketIssued {
        ticket: TicketId(1),
        label: Label {
            letter: office.setup.queue(queue).expect("a queue").letter,
            number: 12,
            width: 3,
        },
        queue,
        errand: Some(errand.id),
        class: Class::Ordinary,
        language,
        origin: Origin::Kiosk(KioskId(Key::new("kiosk-1").expect("a key"))),
        token: Token([0xa5; 16]),
        issued_at: at,
        ahead: 13,
        window: Some(Window { from, to: from.plus_ms(25 * MINUTE_MS) }),
    }
}

fn ticket(office: &OfficeFile, event: &Event) -> TicketSlip {
    let clock = clock();
    let desk = Desk { office, clock: &clock, mode: Mode::Live };
    slip::ticket(&desk, event, Copy::First)
}

fn document(office: &OfficeFile, event: &Event) -> Document {
    let slip = ticket(office, event).to_slip();
    slip::document(&slip, office.slips.layout("standard")).expect("within the limits")
}

fn examples(office: &OfficeFile) -> Vec<Example> {
    let profile = Profile::load("epson-jp", PaperWidth::Mm80).expect("embedded");
    slips::examples(office, &profile, UsualLink::Serial).expect("within the limits")
}

/// Every character of a document.
fn characters(document: &Document) -> String {
    let text = |block: &Block| match block {
        Block::Line { spans, .. } => spans.iter().map(|span| span.text.as_str()).collect(),
        Block::Columns { left, right } => format!("{} {}", left.text, right.text),
        Block::Label { text } => text.clone(),
        Block::Rule { .. } | Block::Feed { .. } | Block::Qr { .. } | Block::Picture { .. } => {
            String::new()
        }
    };
    document.blocks().iter().map(text).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_japanese_ticket_of_any_errand_at_any_time_stays_within_400_bytes() {
    let office = OfficeFile::embedded();
    let errands = errands(&office);
    assert!(errands.len() >= 25, "{}", errands.len());
    for paper in [PaperWidth::Mm80, PaperWidth::Mm58] {
        let profile = Profile::load("epson-jp", paper).unwrap();
        let encoder = Encoder::new(profile, UsualLink::Serial.bytes_per_second());
        for errand in &errands {
            for moment in ["2026-06-02T10:05", "2026-06-12T17:20"] {
                let event = issued(&office, errand, Language::Japanese, at(moment));
                let encoded = encoder.encode(&document(&office, &event), JobId(1));
                let bytes = encoded.bytes.len();
                assert!(bytes <= TEXT_BYTES_MAX, "{} at {moment}: {bytes} bytes", errand.id);
                assert!(encoded.substitutions.is_empty(), "{:?}", encoded.substitutions);
            }
        }
    }
}

#[test]
fn whatever_a_resident_carries_names_no_unit_and_no_sensitive_errand() {
    // D-6, R-106.
    let office = OfficeFile::embedded();
    let mut forbidden: Vec<&str> = Vec::new();
    for unit in &office.setup.units {
        forbidden.extend(unit.name.0.values().map(String::as_str));
    }
    forbidden.extend([
        "滞納",
        "未納",
        "特別整理",
        "収監",
        "拘置",
        "拘留",
        "後見",
        "差押",
        "arrears",
    ]);
    let mut seen = 0;
    for errand in errands(&office) {
        for language in Language::ALL {
            let event = issued(&office, errand, language, at("2026-06-02T17:20"));
            let text = characters(&document(&office, &event));
            for word in &forbidden {
                assert!(!text.contains(word), "{word} on a slip for {}: {text}", errand.id);
            }
            seen += 1;
        }
    }
    for example in examples(&office) {
        if matches!(example.kind, Kind::Transfer | Kind::Tag) {
            let text = characters(&example.document);
            assert!(!forbidden.iter().any(|word| text.contains(word)), "{text}");
            seen += 1;
        }
    }
    assert!(seen > 250, "{seen}");
}

#[test]
fn a_ticket_speaks_the_residents_language_on_every_line_that_matters() {
    let office = OfficeFile::embedded();
    for errand in errands(&office) {
        for language in Language::ALL.into_iter().skip(1) {
            let event = issued(&office, errand, language, at("2026-06-02T17:20"));
            let slip = ticket(&office, &event);
            let mut lines = vec![&slip.errand, &slip.place, &slip.ahead, &slip.window];
            lines.extend(&slip.notices);
            if !slip.bring.japanese.is_empty() {
                lines.push(&slip.bring);
            }
            for line in lines {
                let (first, second) = (&line.japanese, &line.second);
                let tag = language.tag();
                assert!(!first.is_empty() && !second.is_empty(), "{}, {tag}: {line:?}", errand.id);
                assert!(!second.contains("{}"), "{second}");
            }
        }
        let japanese = issued(&office, errand, Language::Japanese, at("2026-06-02T17:20"));
        let slip = ticket(&office, &japanese);
        assert!([slip.errand, slip.place, slip.ahead].iter().all(|line| line.second.is_empty()));
    }
}

#[test]
fn a_pension_ticket_bears_the_notice_from_a_quarter_past_five_on_and_no_other_ticket_does() {
    //
    let office = OfficeFile::embedded();
    let notices = |id: &str, moment: &str| {
        let id = Key::new(id).unwrap();
        let errand = errands(&office).into_iter().find(|errand| errand.id.0 == id).unwrap();
        ticket(&office, &issued(&office, errand, Language::Nepali, at(moment))).notices
    };
    assert!(notices("pension", "2026-06-02T17:14").is_empty());
    let told = notices("pension", "2026-06-02T17:15");
    assert!(told[0].japanese.contains("年金事務所") && told[0].second.contains("पेन्सन"));
    assert!(notices("join", "2026-06-02T17:20").is_empty());
}

#[test]
fn a_reprint_and_a_rehearsal_are_marked_above_the_label_in_every_layout() {
    let office = OfficeFile::embedded();
    let clock = clock();
    let event = issued(&office, errands(&office)[0], Language::Nepali, at("2026-06-02T10:05"));
    for layout in &office.slips.layouts {
        let desk = Desk { office: &office, clock: &clock, mode: Mode::Rehearsal };
        let slip = slip::ticket(&desk, &event, Copy::Reprint).to_slip();
        let text = characters(&slip::document(&slip, layout).unwrap());
        let label = text.find("A012").unwrap();
        for mark in ["【練習】", "अभ्यास", "【再発行】", "फेरि"] {
            assert!(text.find(mark).unwrap() < label, "{mark} in {}: {text}", layout.name);
        }
        let live = Desk { mode: Mode::Live, ..desk };
        let slip = slip::ticket(&live, &event, Copy::First).to_slip();
        let text = characters(&slip::document(&slip, layout).unwrap());
        assert!(!text.contains('【'), "{text}");
    }
}

#[test]
fn the_code_opens_the_phone_page_where_the_office_has_one_and_holds_chance_alone() {
    let with_page =
        DEFAULT_OFFICE.replace("[slips]", "[slips]\nphone_url = \"http://192.0.2.1/t/\"");
    let office = OfficeFile::parse(&with_page, "office.toml").unwrap();
    let event = issued(&office, errands(&office)[0], Language::Korean, at("2026-06-02T10:05"));
    let slip = ticket(&office, &event);
    assert_eq!(slip.qr, "http://192.0.2.1/t/55MPJTB9D5MPJTB9D5MPJTB9D5");
    assert!(slip.qr_caption.japanese.contains("スマホ") && !slip.qr_caption.second.is_empty());

    let plain = ticket(&OfficeFile::embedded(), &event);
    assert_eq!(plain.qr, "YB1-55MPJTB9D5MPJTB9D5MPJTB9D5");
    assert!(plain.qr_caption.is_empty());
    // A 連携用紙 is read by another section's reader, which expects no address.
    let transfers = examples(&office).into_iter().filter(|one| one.kind == Kind::Transfer);
    assert!(transfers.clone().count() >= 10);
    assert!(transfers.into_iter().all(|one| one.qr().unwrap().starts_with("YB1-")));
}

#[test]
fn an_office_chooses_lines_order_and_sizes_for_each_kiosk_without_code() {
    let own = "[slips.layouts.lobby]\nticket = [\"issued\", \"label\", \
               { part = \"errand\", size = \"large\" }]\n[slips.layouts]";
    let text = DEFAULT_OFFICE
        .replace("[slips.layouts]", own)
        .replace("[slips.kiosks]", "[slips.kiosks]\nkiosk-1 = \"lobby\"");
    let office = OfficeFile::parse(&text, "office.toml").unwrap();
    let event = issued(&office, errands(&office)[0], Language::Japanese, at("2026-06-02T10:05"));
    let clock = clock();
    let chosen = slip::ticket_document(&office, &clock, &event, Copy::First).unwrap();
    let is_printed = |block: &&Block| !matches!(block, Block::Feed { .. });
    let printed: Vec<&Block> = chosen.blocks().iter().filter(is_printed).collect();
    let [Block::Line { .. }, Block::Label { .. }, Block::Line { spans, .. }, ..] = *printed else {
        panic!("{chosen:?}")
    };
    assert_eq!((spans[0].style.width.factor(), spans[0].style.height.factor()), (2, 2));
    // A kind it leaves out is printed as in the standard layout.
    let names: BTreeSet<String> = examples(&office).iter().map(Example::name).collect();
    assert!(names.contains("ticket-lobby-ja") && !names.contains("staff-lobby-ja"));
}

#[test]
fn an_office_says_where_its_sections_are_and_what_to_remember() {
    let text = DEFAULT_OFFICE
        .replace("[slips.places]", "[slips.places]\nresidents = { ja = \"2階\", en = \"2F\" }")
        .replace(
            "reminders = []",
            "reminders = [{ ja = \"本日限りです。\", en = \"Today only.\" }]",
        );
    let office = OfficeFile::parse(&text, "office.toml").unwrap();
    let find = |id: &str| errands(&office).into_iter().find(|one| one.id.0.as_str() == id);
    let event =
        issued(&office, find("to-residents").unwrap(), Language::English, at("2026-06-02T10:05"));
    let said = characters(&document(&office, &event));
    for line in ["住民課（2階）の待合で", "(2F): please wait", "本日限りです。", "Today only."]
    {
        assert!(said.contains(line), "{line}: {said}");
    }
    // Somebody who is sent there is told where it is; without a place they are told to ask.
    let transfer = |office: &OfficeFile| {
        let examples = examples(office);
        let found = examples.iter().find(|one| one.name() == "transfer-standard-ja+en");
        characters(&found.unwrap().document)
    };
    assert!(transfer(&office).contains("2階") && transfer(&office).contains("2F"));
    assert!(transfer(&OfficeFile::embedded()).contains("Please ask our staff where it is"));
}

#[test]
fn the_four_durations_stand_in_four_tables() {
    //
    let examples = examples(&OfficeFile::embedded());
    let summary = examples.iter().find(|one| one.name() == "summary-standard-ja").unwrap();
    let text = characters(&summary.document);
    let place = |word: &str| text.find(word).unwrap_or_else(|| panic!("{word}: {text}"));
    let order = ["【待ち時間", "【処理時間", "【窓口時間", "【滞在時間"].map(place);
    assert!(order.is_sorted(), "{order:?}");
    // The limit belongs to waiting, targets to handling, and to nothing else.
    assert!(!text[order[1]..].contains("限度"));
    assert!(!text[..order[1]].contains("目標") && !text[order[2]..].contains("目標"));
}

#[test]
fn a_test_page_says_what_it_does_not_know() {
    let profile = Profile::load("seiko", PaperWidth::Mm58).unwrap();
    let facts = PrinterFacts { owner: "発券機", profile: &profile, link: None, at: None };
    let page = slip::test_page(&facts).to_slip();
    let layout = kiosk::layout::Layout::standard();
    let text = characters(&slip::document(&page, &layout).unwrap());
    assert_eq!(text.matches("わかりません").count(), 3, "{text}");
    for known in ["seiko", "Shift_JIS", "DC2 q", "58 mm", "35けた", "नम्बर", "髙", "번호표"]
    {
        assert!(text.contains(known), "{known}: {text}");
    }
    // A ruler as wide as the paper.
    assert!(text.lines().any(|line| line == "12345678901234567890123456789012345"));
}

#[test]
fn every_kind_reads_as_a_clerk_approved() {
    let update = std::env::var_os("UPDATE_GOLDENFILES").is_some();
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slips");
    let approved = [
        "ticket-standard-ja",
        "ticket-standard-ja+ne",
        "ticket-standard-ja+zh-Hans-reprint",
        "ticket-standard-ja+ja-easy-notice",
        "ticket-standard-ja+vi-unknown",
        "ticket-standard-ja-sensitive",
        "ticket-large-ja+en",
        "ticket-short-ja+pt",
        "transfer-standard-ja",
        "transfer-standard-ja+ne",
        "tag-standard-ja",
        "tag-standard-ja+ko",
        "staff-standard-ja",
        "summary-standard-ja",
        "test-standard-ja",
    ];
    let examples = examples(&OfficeFile::embedded());
    for name in approved {
        let example = examples.iter().find(|one| one.name() == name);
        let said = example.unwrap_or_else(|| panic!("no example {name}")).lines();
        let path = dir.join(format!("{name}.txt"));
        if update {
            fs::create_dir_all(&dir).unwrap();
            fs::write(&path, said).unwrap();
        } else {
            assert_eq!(said, fs::read_to_string(&path).unwrap(), "{name}");
        }
    }
}

fn args(out: &Path, profile: &str) -> SlipsArgs {
    SlipsArgs {
        profile: profile.to_owned(),
        out: out.to_owned(),
        paper: Paper::Mm58,
        link: Some(LinkChoice::Serial),
        office: None,
        png: false,
    }
}

#[test]
fn the_command_writes_the_same_files_every_time_and_an_index_of_all() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let written = slips::run(&args(one.path(), "epson-jp")).unwrap();
    slips::run(&args(other.path(), "epson-jp")).unwrap();
    assert!(written.slips > 200, "{written:?}");
    let index = fs::read_to_string(one.path().join("index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    assert_eq!(index["slips"].as_array().unwrap().len(), written.slips);
    let mut ids = BTreeSet::new();
    for slip in index["slips"].as_array().unwrap() {
        let name = slip["bin"].as_str().unwrap();
        let bytes = fs::read(one.path().join(name)).unwrap();
        assert_eq!(Some(bytes.len() as u64), slip["bytes"].as_u64(), "{name}");
        assert_eq!(bytes, fs::read(other.path().join(name)).unwrap(), "{name}");
        assert!(ids.insert(slip["process_id"].as_str().unwrap().to_owned()), "{name}");
        let text = slip["txt"].as_str().unwrap();
        let said = fs::read_to_string(one.path().join(text)).unwrap();
        assert_eq!(said, fs::read_to_string(other.path().join(text)).unwrap(), "{text}");
    }
}

#[test]
fn the_command_refuses_an_unknown_profile_with_the_names_there_are() {
    let dir = tempfile::tempdir().unwrap();
    let refused = slips::run(&args(dir.path(), "epson")).unwrap_err().to_string();
    assert!(refused.contains("\"epson\"") && refused.contains("epson-jp, epson-intl"), "{refused}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

/// Every ticket there can be: errand, language, before and after the notice.
fn every_ticket(office: &OfficeFile) -> Vec<(String, Document)> {
    let mut tickets = Vec::new();
    for errand in errands(office) {
        for language in Language::ALL {
            for moment in ["2026-06-02T10:05", "2026-06-12T17:20"] {
                let event = issued(office, errand, language, at(moment));
                let name = format!("{} in {} at {moment}", errand.id, language.tag());
                tickets.push((name, document(office, &event)));
            }
        }
    }
    tickets
}

#[test]
fn a_ticket_in_any_language_stays_within_8_kb_on_a_serial_line_and_loses_no_character() {
    let office = OfficeFile::embedded();
    let tickets = every_ticket(&office);
    assert!(tickets.len() >= 500, "{}", tickets.len());
    for paper in [PaperWidth::Mm80, PaperWidth::Mm58] {
        let profile = Profile::load("epson-jp", paper).unwrap();
        let encoder = Encoder::new(profile, UsualLink::Serial.bytes_per_second());
        let encoder = encoder.with_typesetter(server::fonts::typesetter());
        for (name, document) in &tickets {
            let encoded = encoder.encode(document, JobId(1));
            let bytes = encoded.bytes.len();
            assert!(bytes <= HYBRID_BYTES_MAX, "{name} on {paper} mm: {bytes} bytes");
            let missing = encoded.substitutions.iter().find(|one| one.is_missing());
            assert_eq!(missing, None, "{name}");
        }
    }
}

#[test]
fn every_model_prints_every_kind_on_both_papers_without_a_byte_it_does_not_know() {
    let office = OfficeFile::embedded();
    let few = [Language::Japanese, Language::ChineseSimplified, Language::Nepali];
    let mut examples = examples(&office);
    examples.retain(|one| one.layout == "standard" && few.contains(&one.language));
    assert!(examples.len() > 25, "{}", examples.len());
    for name in Profile::names() {
        for paper in [PaperWidth::Mm80, PaperWidth::Mm58] {
            let profile = Profile::load(name, paper).unwrap();
            let encoder = Encoder::new(profile.clone(), profile.link.bytes_per_second());
            let encoder = encoder.with_typesetter(server::fonts::typesetter());
            for example in &examples {
                let encoded = encoder.encode(&example.document, JobId(1));
                let paper = print_to_paper(&encoded.bytes, &profile);
                let example_name = format!("{} on {name}", example.name());
                assert!(paper.errors.is_empty(), "{example_name}: {:?}", paper.errors);
                assert_eq!(paper.slips.len(), 1, "{example_name}");
                let drawn = paper.slips[0].pictures().count();
                let read = paper.slips[0].qr_payloads();
                match example.qr() {
                    Some(payload) if profile.draws_qr => assert_eq!(read, [payload]),
                    Some(_) => assert!(drawn > 0, "{example_name} draws no code"),
                    None => assert!(read.is_empty(), "{example_name}"),
                }
            }
        }
    }
}

#[test]
fn a_logo_is_read_beside_the_office_file_and_printed_above_the_label_or_refused_with_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("office.toml");
    let with_logo = DEFAULT_OFFICE.replace("[slips]\n", "[slips]\nlogo = \"logo.png\"\n");
    fs::write(&path, &with_logo).unwrap();
    let refused = OfficeFile::load(&path).unwrap_err().to_string();
    let line = with_logo.lines().position(|line| line.starts_with("logo = ")).unwrap() + 1;
    assert!(refused.contains(&format!(":{line}:8: slips.logo: \"logo.png\" cannot be read")));
    fs::write(dir.path().join("logo.png"), "GIF89a").unwrap();
    let refused = OfficeFile::load(&path).unwrap_err().to_string();
    assert!(refused.contains("expected a PNG of at most 576 × 240 dots"), "{refused}");

    fs::write(dir.path().join("logo.png"), DOT_PNG).unwrap();
    let office = OfficeFile::load(&path).unwrap();
    let event = issued(&office, errands(&office)[0], Language::Japanese, at("2026-06-02T10:05"));
    let document = document(&office, &event);
    let [Block::Picture { picture }, ..] = document.blocks() else { panic!("{document:?}") };
    assert_eq!((picture.width_dots(), picture.height_dots()), (1, 1));
}

/// A picture of one black dot.
const DOT_PNG: [u8; 67] = [
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x37, 0x6e, 0xf9,
    0x24, 0x00, 0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x60, 0x00, 0x00, 0x00,
    0x02, 0x00, 0x01, 0x48, 0xaf, 0xa4, 0x71, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae,
    0x42, 0x60, 0x82,
];

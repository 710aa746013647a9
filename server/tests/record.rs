//! Bodies of records are frozen: what was written on day one decodes for ever (invariant 1).
//!
//! When `every_frozen_body_still_means_the_same` fails, the change is wrong, not the test.
//! A new event adds a line to `frozen/events/v1.txt`:
//! `APPEND_FROZEN=1 cargo test -p server --test record`. Lines that stand are never rewritten.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use domain::command::{AwayReason, BatchChannel, ConfirmStep, GuidanceKind, ReturnPlace};
use domain::estimate::Window;
use domain::event::{CallKind, Event, StepKind};
use domain::id::{
    BatchId, BellId, CounterId, ErrandId, Key, KioskId, OperatorId, ProcedureCode, QueueId, RingId,
    SectionId, TagPoolId, TagUseId, TicketId, UnitId,
};
use domain::label::Label;
use domain::language::Language;
use domain::setup::ProfileLine;
use domain::ticket::{CancelReason, Class, HoldReason, Origin, Paper, Token};
use domain::time::{Date, Timestamp};
use protocol::event::Source;
use server::record::{decode, decode_source, encode, encode_source};

const T: TicketId = TicketId(300);

fn c() -> CounterId {
    CounterId::new("3").unwrap()
}

fn issued(class: Class, origin: Origin, window: Option<Window>) -> Event {
    Event::TicketIssued {
        ticket: T,
        label: Label::parse("A012").unwrap(),
        queue: QueueId::new("enrol").unwrap(),
        errand: ErrandId::new("join"),
        class,
        language: Language::Nepali,
        origin,
        token: Token([7; 16]),
        issued_at: Timestamp(1_780_365_600_000),
        ahead: 3,
        window,
    }
}

fn ticket_events() -> Vec<Event> {
    let at = Timestamp(1_780_366_000_000);
    let window = Window { from: at, to: at.plus_ms(900_000) };
    let codes = |codes: &[&str]| codes.iter().map(|c| ProcedureCode::new(c).unwrap()).collect();
    let kiosk = KioskId::new("kiosk-1").unwrap();
    let section = SectionId::new("tax").unwrap();
    vec![
        issued(Class::Ordinary, Origin::Kiosk(kiosk), Some(window)),
        issued(Class::Priority, Origin::Floor, None),
        issued(Class::Appointment { due_at: at }, Origin::Linked(section), None),
        issued(Class::Ordinary, Origin::Offline(kiosk), None),
        Event::PaperReported { ticket: T, paper: Paper::Printed },
        Event::TicketReprinted { ticket: T },
        Event::TicketCancelled { ticket: T, reason: CancelReason::DayClosed },
        Event::TimesDoubted { ticket: T },
        Event::TicketCalled { ticket: T, counter: c(), how: CallKind::Chosen },
        Event::TicketRecalled { ticket: T, counter: c() },
        Event::ServiceStarted { ticket: T, counter: c() },
        Event::LabelMismatched { ticket: T, counter: c() },
        Event::ServiceEnded { ticket: T, counter: c() },
        Event::ServiceCompleted { ticket: T, counter: c(), procedures: codes(&["2-2", "22"]) },
        Event::TicketNoShow { ticket: T, counter: c() },
        Event::TicketReturned { ticket: T, counter: c(), place: ReturnPlace::Back },
        Event::TicketHeld { ticket: T, counter: c(), reason: HoldReason::Pause },
        Event::TicketResumed { ticket: T, counter: c() },
        Event::TicketTransferred {
            ticket: T,
            counter: c(),
            from: QueueId::new("enrol").unwrap(),
            to: QueueId::new("pension").unwrap(),
        },
        Event::TransferConfirmed { ticket: T, step: ConfirmStep::SeenByEye },
        Event::StepUndone { ticket: T, counter: c(), step: StepKind::Transfer },
    ]
}

fn floor_events() -> Vec<Event> {
    let profile = ProfileLine { queue: QueueId::new("pay").unwrap(), tier: 1, head_start_min: 5 };
    let bell = BellId::new("admin").unwrap();
    let date = Date::new(2026, 6, 2).unwrap();
    let code = |code: &str| ProcedureCode::new(code).unwrap();
    vec![
        Event::DayOpened { date },
        Event::DayClosed { date },
        Event::CounterOpened {
            counter: c(),
            operator: OperatorId::new("s-17"),
            languages: vec![Language::English, Language::Vietnamese],
            profile: Some(vec![profile]),
        },
        Event::CounterPaused { counter: c(), reason: AwayReason::Register },
        Event::CounterResumed { counter: c() },
        Event::CounterClosed { counter: c() },
        Event::GuidanceRecorded { kind: GuidanceKind::Advice, duration_ms: 60_000 },
        Event::GuidanceRecorded {
            kind: GuidanceKind::ToUnit(UnitId::new("kenshin").unwrap()),
            duration_ms: 1,
        },
        Event::TagHandedOut {
            tag: TagUseId(5),
            pool: TagPoolId::new("express").unwrap(),
            number: 9,
        },
        Event::TagCalled { tag: TagUseId(5), counter: c() },
        Event::TagReturned { tag: TagUseId(5), procedures: vec![code("24")] },
        Event::BellRung { ring: RingId(2), bell, reason: Key::new("seal").unwrap() },
        Event::BellAcknowledged { ring: RingId(2) },
        Event::BellEscalated { ring: RingId(2), count: 1, to: Some(bell) },
        Event::BellLapsed { ring: RingId(2) },
        Event::BatchReceived {
            batch: BatchId(4),
            procedure: code("2-3"),
            channel: BatchChannel::Electronic,
            count: 31,
        },
        Event::BatchAdvanced { batch: BatchId(4), step: 6 },
        Event::BatchDelivered { batch: BatchId(4), returned: 2 },
    ]
}

fn examples() -> Vec<Event> {
    ticket_events().into_iter().chain(floor_events()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
}

fn frozen() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/frozen/events/v1.txt")
}

#[test]
fn every_frozen_body_still_means_the_same() {
    let mut text = fs::read_to_string(frozen()).unwrap_or_default();
    let standing = text.lines().filter(|line| !line.starts_with('#')).count();
    let examples = examples();
    if std::env::var_os("APPEND_FROZEN").is_some() {
        for event in &examples[standing..] {
            let (kind, version, body) = encode(event).unwrap();
            writeln!(text, "{kind} {version} {} {event:?}", hex(&body)).unwrap();
        }
        fs::write(frozen(), &text).unwrap();
    }
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines.len(), examples.len(), "APPEND_FROZEN=1 adds the new events");
    for (line, event) in lines.iter().zip(&examples) {
        let mut parts = line.splitn(4, ' ');
        let mut part = || parts.next().unwrap();
        let (kind, version, body): (u16, u8, _) =
            (part().parse().unwrap(), part().parse().unwrap(), bytes(part()));
        assert_eq!(&decode(version, &body).unwrap(), event, "{line}");
        assert_eq!(encode(event).unwrap(), (kind, version, body), "{line}");
    }
}

#[test]
fn a_body_of_a_later_version_or_with_rubbish_in_it_is_refused_not_guessed() {
    let (_, version, mut body) = encode(&examples()[8]).unwrap();
    assert!(decode(version + 1, &body).is_err());
    body.truncate(body.len() - 1);
    assert!(decode(version, &body).is_err());
    for first in 0..=255u8 {
        // Every outcome but a panic is right.
        let _ = decode(version, &[first, 0xff, 0xff, 0xff]);
    }
}

#[test]
fn who_asked_fits_its_record_and_comes_back() {
    let long = "x".repeat(domain::id::KEY_BYTES_MAX);
    let sources = [
        Source::Office,
        Source::Kiosk { kiosk: long.clone() },
        Source::Counter { counter: long.clone(), operator: Some(long.clone()) },
        Source::Counter { counter: "3".to_owned(), operator: None },
        Source::Floor,
        Source::Manager,
        Source::Simulation,
    ];
    for source in sources {
        let stored = encode_source(&source).unwrap();
        assert!(stored.len() <= server::log::SOURCE_BYTES_MAX, "{} bytes", stored.len());
        assert_eq!(decode_source(&stored).unwrap(), source);
    }
    assert!(encode_source(&Source::Kiosk { kiosk: "not a key".to_owned() }).is_err());
}

//! Events of the domain as bodies of log records, and back. The only such conversion.
//!
//! A body is the postcard encoding of [`EventV1`]. Variants and their fields are mirrored from
//! `domain::event` one by one and frozen: new variants go to the end, a changed meaning needs a new
//! version beside this one. The frozen examples under `tests/frozen/events/` hold that a record
//! written on day one decodes in ten years (invariant 1).

mod code;
mod key;
mod source;

use domain::command::BatchChannel;
use domain::estimate::Window;
use domain::event::Event;
use domain::id::{
    BatchId, BellId, CounterId, ErrandId, OperatorId, ProcedureCode, QueueId, RingId, TagPoolId,
    TagUseId, TicketId,
};
use domain::label::{Label, Letter};
use domain::setup::ProfileLine;
use domain::ticket::{Class, Origin, Token};
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use crate::config::setup_record::SetupRecordV1;
use code::Code;
use key::KeyText;

pub use source::{decode_source, encode_source};

/// The version of bodies that are written.
pub const VERSION: u8 = 1;

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A later program wrote it.
    #[error("version {0} of an event body is not known to this program; use a newer one")]
    Version(u8),
    /// The bytes are not an event.
    #[error("not an event body: {0}")]
    Bytes(#[from] postcard::Error),
    /// A value is outside what it may be.
    #[error("{what} holds {value}, which it cannot")]
    Value {
        /// Which value.
        what: &'static str,
        /// What it holds.
        value: String,
    },
}

fn bad(what: &'static str, value: impl ToString) -> RecordError {
    RecordError::Value { what, value: value.to_string() }
}

/// One event as it is stored, version 1. Append variants, never reorder or change.
#[derive(Serialize, Deserialize)]
enum EventV1 {
    SetupAdopted(Box<SetupRecordV1>),
    DayOpened { date: i32 },
    DayClosed { date: i32 },
    TicketIssued(IssuedV1),
    PaperReported { ticket: u64, paper: u8 },
    TicketReprinted { ticket: u64 },
    TicketCancelled { ticket: u64, reason: u8 },
    TimesDoubted { ticket: u64 },
    TicketCalled { ticket: u64, counter: KeyText, how: u8 },
    TicketRecalled { ticket: u64, counter: KeyText },
    ServiceStarted { ticket: u64, counter: KeyText },
    LabelMismatched { ticket: u64, counter: KeyText },
    ServiceEnded { ticket: u64, counter: KeyText },
    ServiceCompleted { ticket: u64, counter: KeyText, procedures: Vec<KeyText> },
    TicketNoShow { ticket: u64, counter: KeyText },
    TicketReturned { ticket: u64, counter: KeyText, place: u8 },
    TicketHeld { ticket: u64, counter: KeyText, reason: u8 },
    TicketResumed { ticket: u64, counter: KeyText },
    TicketTransferred { ticket: u64, counter: KeyText, from: KeyText, to: KeyText },
    TransferConfirmed { ticket: u64, step: u8 },
    StepUndone { ticket: u64, counter: KeyText, step: u8 },
    CounterOpened(OpenedV1),
    CounterPaused { counter: KeyText, reason: u8 },
    CounterResumed { counter: KeyText },
    CounterClosed { counter: KeyText },
    GuidanceRecorded { kind: u8, place: Option<KeyText>, duration_ms: i64 },
    TagHandedOut { tag: u64, pool: KeyText, number: u16 },
    TagCalled { tag: u64, counter: KeyText },
    TagReturned { tag: u64, procedures: Vec<KeyText> },
    BellRung { ring: u64, bell: KeyText, reason: KeyText },
    BellAcknowledged { ring: u64 },
    BellEscalated { ring: u64, count: u8, to: Option<KeyText> },
    BellLapsed { ring: u64 },
    BatchReceived { batch: u64, procedure: KeyText, channel: u8, count: u16 },
    BatchAdvanced { batch: u64, step: u8 },
    BatchDelivered { batch: u64, returned: u16 },
}

#[derive(Serialize, Deserialize)]
struct IssuedV1 {
    ticket: u64,
    letter: u8,
    number: u16,
    width: u8,
    queue: KeyText,
    errand: Option<KeyText>,
    class: u8,
    due_at: Option<i64>,
    language: u8,
    origin: u8,
    origin_place: Option<KeyText>,
    token: [u8; 16],
    issued_at: i64,
    ahead: u16,
    window: Option<(i64, i64)>,
}

#[derive(Serialize, Deserialize)]
struct OpenedV1 {
    counter: KeyText,
    operator: Option<KeyText>,
    languages: Vec<u8>,
    profile: Option<Vec<(KeyText, u8, u16)>>,
}

/// Encodes an event: its kind number, body version and body.
///
/// # Errors
///
/// [`RecordError::Bytes`] when the encoder fails, which no valid event makes it do.
pub fn encode(event: &Event) -> Result<(u16, u8, Vec<u8>), RecordError> {
    let mirrored = mirror(event);
    let body = postcard::to_allocvec(&mirrored)?;
    // The variant's number is the first byte of the body while there are fewer than 128 variants.
    let kind = u16::from(body.first().copied().unwrap_or_default());
    Ok((kind, VERSION, body))
}

/// Decodes a body.
///
/// # Errors
///
/// Every [`RecordError`]: what is wrong with the version, the bytes or a value.
pub fn decode(version: u8, body: &[u8]) -> Result<Event, RecordError> {
    if version != VERSION {
        return Err(RecordError::Version(version));
    }
    restore(postcard::from_bytes(body)?)
}

/// The SHA-256 of a setup as it is stored, in hexadecimal: tells two setups apart.
pub fn setup_digest(setup: &domain::setup::Setup) -> String {
    use sha2::Digest;
    // Encoding cannot fail: a setup holds nothing that postcard cannot write.
    let bytes = postcard::to_allocvec(&SetupRecordV1::from(setup)).unwrap_or_default();
    let digest = sha2::Sha256::digest(&bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The number that stands for a batch's channel.
pub(crate) fn channel_code(channel: BatchChannel) -> u8 {
    channel.code()
}

/// The batch's channel that a number stands for.
pub(crate) fn restore_channel(code: u8) -> Result<BatchChannel, RecordError> {
    Code::restore(code)
}

fn keys(codes: &[ProcedureCode]) -> Vec<KeyText> {
    codes.iter().map(|code| KeyText(code.0)).collect()
}

fn procedures(keys: Vec<KeyText>) -> Vec<ProcedureCode> {
    keys.into_iter().map(|key| ProcedureCode(key.0)).collect()
}

fn mirror(event: &Event) -> EventV1 {
    use EventV1 as V;
    match event {
        Event::SetupAdopted { setup } => {
            V::SetupAdopted(Box::new(SetupRecordV1::from(setup.as_ref())))
        }
        Event::DayOpened { date } => V::DayOpened { date: date.as_yyyymmdd() },
        Event::DayClosed { date } => V::DayClosed { date: date.as_yyyymmdd() },
        Event::TicketIssued { .. } => mirror_issued(event),
        Event::CounterOpened { counter, operator, languages, profile } => {
            V::CounterOpened(OpenedV1 {
                counter: KeyText(counter.0),
                operator: operator.map(|operator| KeyText(operator.0)),
                languages: languages.iter().map(|language| language.code()).collect(),
                profile: profile.as_ref().map(|lines| {
                    let line = |l: &ProfileLine| (KeyText(l.queue.0), l.tier, l.head_start_min);
                    lines.iter().map(line).collect()
                }),
            })
        }
        Event::PaperReported { .. }
        | Event::TicketReprinted { .. }
        | Event::TicketCancelled { .. }
        | Event::TimesDoubted { .. }
        | Event::TicketCalled { .. }
        | Event::TicketRecalled { .. }
        | Event::ServiceStarted { .. }
        | Event::LabelMismatched { .. }
        | Event::ServiceEnded { .. }
        | Event::ServiceCompleted { .. }
        | Event::TicketNoShow { .. }
        | Event::TicketReturned { .. }
        | Event::TicketHeld { .. }
        | Event::TicketResumed { .. }
        | Event::TicketTransferred { .. }
        | Event::TransferConfirmed { .. }
        | Event::StepUndone { .. } => mirror_ticket(event),
        Event::CounterPaused { .. }
        | Event::CounterResumed { .. }
        | Event::CounterClosed { .. }
        | Event::GuidanceRecorded { .. }
        | Event::TagHandedOut { .. }
        | Event::TagCalled { .. }
        | Event::TagReturned { .. }
        | Event::BellRung { .. }
        | Event::BellAcknowledged { .. }
        | Event::BellEscalated { .. }
        | Event::BellLapsed { .. }
        | Event::BatchReceived { .. }
        | Event::BatchAdvanced { .. }
        | Event::BatchDelivered { .. } => mirror_floor(event),
    }
}

fn mirror_issued(event: &Event) -> EventV1 {
    let Event::TicketIssued {
        ticket,
        label,
        queue,
        errand,
        class,
        language,
        origin,
        token,
        issued_at,
        ahead,
        window,
    } = event
    else {
        unreachable!("called for TicketIssued only");
    };
    let (class, due_at) = match class {
        Class::Ordinary => (0, None),
        Class::Priority => (1, None),
        Class::Appointment { due_at } => (2, Some(due_at.0)),
    };
    let (origin, origin_place) = match origin {
        Origin::Kiosk(kiosk) => (0, Some(kiosk.0)),
        Origin::Floor => (1, None),
        Origin::Linked(section) => (2, Some(section.0)),
        Origin::Offline(kiosk) => (3, Some(kiosk.0)),
    };
    EventV1::TicketIssued(IssuedV1 {
        ticket: ticket.0,
        letter: label.letter.as_char() as u8,
        number: label.number,
        width: label.width,
        queue: KeyText(queue.0),
        errand: errand.map(|errand| KeyText(errand.0)),
        class,
        due_at,
        language: language.code(),
        origin,
        origin_place: origin_place.map(KeyText),
        token: token.0,
        issued_at: issued_at.0,
        ahead: *ahead,
        window: window.map(|window| (window.from.0, window.to.0)),
    })
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller has sorted the events, exhaustively"
)]
fn mirror_ticket(event: &Event) -> EventV1 {
    use EventV1 as V;
    match event {
        Event::PaperReported { ticket, paper } => {
            V::PaperReported { ticket: ticket.0, paper: paper.code() }
        }
        Event::TicketReprinted { ticket } => V::TicketReprinted { ticket: ticket.0 },
        Event::TicketCancelled { ticket, reason } => {
            V::TicketCancelled { ticket: ticket.0, reason: reason.code() }
        }
        Event::TimesDoubted { ticket } => V::TimesDoubted { ticket: ticket.0 },
        Event::TicketCalled { ticket, counter, how } => {
            V::TicketCalled { ticket: ticket.0, counter: KeyText(counter.0), how: how.code() }
        }
        Event::TicketRecalled { ticket, counter } => {
            V::TicketRecalled { ticket: ticket.0, counter: KeyText(counter.0) }
        }
        Event::ServiceStarted { ticket, counter } => {
            V::ServiceStarted { ticket: ticket.0, counter: KeyText(counter.0) }
        }
        Event::LabelMismatched { ticket, counter } => {
            V::LabelMismatched { ticket: ticket.0, counter: KeyText(counter.0) }
        }
        Event::ServiceEnded { ticket, counter } => {
            V::ServiceEnded { ticket: ticket.0, counter: KeyText(counter.0) }
        }
        Event::ServiceCompleted { ticket, counter, procedures } => V::ServiceCompleted {
            ticket: ticket.0,
            counter: KeyText(counter.0),
            procedures: keys(procedures),
        },
        Event::TicketNoShow { ticket, counter } => {
            V::TicketNoShow { ticket: ticket.0, counter: KeyText(counter.0) }
        }
        Event::TicketReturned { ticket, counter, place } => {
            V::TicketReturned { ticket: ticket.0, counter: KeyText(counter.0), place: place.code() }
        }
        Event::TicketHeld { ticket, counter, reason } => {
            V::TicketHeld { ticket: ticket.0, counter: KeyText(counter.0), reason: reason.code() }
        }
        Event::TicketResumed { ticket, counter } => {
            V::TicketResumed { ticket: ticket.0, counter: KeyText(counter.0) }
        }
        Event::TicketTransferred { ticket, counter, from, to } => V::TicketTransferred {
            ticket: ticket.0,
            counter: KeyText(counter.0),
            from: KeyText(from.0),
            to: KeyText(to.0),
        },
        Event::TransferConfirmed { ticket, step } => {
            V::TransferConfirmed { ticket: ticket.0, step: step.code() }
        }
        Event::StepUndone { ticket, counter, step } => {
            V::StepUndone { ticket: ticket.0, counter: KeyText(counter.0), step: step.code() }
        }
        other => unreachable!("not about a ticket: {other:?}"),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller has sorted the events, exhaustively"
)]
fn mirror_floor(event: &Event) -> EventV1 {
    use EventV1 as V;
    match event {
        Event::CounterPaused { counter, reason } => {
            V::CounterPaused { counter: KeyText(counter.0), reason: reason.code() }
        }
        Event::CounterResumed { counter } => V::CounterResumed { counter: KeyText(counter.0) },
        Event::CounterClosed { counter } => V::CounterClosed { counter: KeyText(counter.0) },
        Event::GuidanceRecorded { kind, duration_ms } => {
            let (kind, place) = code::guidance(*kind);
            V::GuidanceRecorded { kind, place: place.map(KeyText), duration_ms: *duration_ms }
        }
        Event::TagHandedOut { tag, pool, number } => {
            V::TagHandedOut { tag: tag.0, pool: KeyText(pool.0), number: *number }
        }
        Event::TagCalled { tag, counter } => {
            V::TagCalled { tag: tag.0, counter: KeyText(counter.0) }
        }
        Event::TagReturned { tag, procedures } => {
            V::TagReturned { tag: tag.0, procedures: keys(procedures) }
        }
        Event::BellRung { ring, bell, reason } => {
            V::BellRung { ring: ring.0, bell: KeyText(bell.0), reason: KeyText(*reason) }
        }
        Event::BellAcknowledged { ring } => V::BellAcknowledged { ring: ring.0 },
        Event::BellEscalated { ring, count, to } => {
            V::BellEscalated { ring: ring.0, count: *count, to: to.map(|bell| KeyText(bell.0)) }
        }
        Event::BellLapsed { ring } => V::BellLapsed { ring: ring.0 },
        Event::BatchReceived { batch, procedure, channel, count } => V::BatchReceived {
            batch: batch.0,
            procedure: KeyText(procedure.0),
            channel: channel.code(),
            count: *count,
        },
        Event::BatchAdvanced { batch, step } => V::BatchAdvanced { batch: batch.0, step: *step },
        Event::BatchDelivered { batch, returned } => {
            V::BatchDelivered { batch: batch.0, returned: *returned }
        }
        other => unreachable!("about a ticket or the day: {other:?}"),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller has sorted the events, exhaustively"
)]
fn restore(stored: EventV1) -> Result<Event, RecordError> {
    use EventV1 as V;
    Ok(match stored {
        V::SetupAdopted(setup) => Event::SetupAdopted {
            setup: Box::new((*setup).try_into().map_err(|fault| bad("setup", fault))?),
        },
        V::DayOpened { date } => Event::DayOpened { date: restore_date(date)? },
        V::DayClosed { date } => Event::DayClosed { date: restore_date(date)? },
        V::TicketIssued(issued) => restore_issued(issued)?,
        V::PaperReported { ticket, paper } => {
            Event::PaperReported { ticket: TicketId(ticket), paper: Code::restore(paper)? }
        }
        V::TicketReprinted { ticket } => Event::TicketReprinted { ticket: TicketId(ticket) },
        V::TicketCancelled { ticket, reason } => {
            Event::TicketCancelled { ticket: TicketId(ticket), reason: Code::restore(reason)? }
        }
        V::TimesDoubted { ticket } => Event::TimesDoubted { ticket: TicketId(ticket) },
        V::TicketCalled { ticket, counter, how } => Event::TicketCalled {
            ticket: TicketId(ticket),
            counter: CounterId(counter.0),
            how: Code::restore(how)?,
        },
        V::TicketRecalled { ticket, counter } => {
            Event::TicketRecalled { ticket: TicketId(ticket), counter: CounterId(counter.0) }
        }
        V::ServiceStarted { ticket, counter } => {
            Event::ServiceStarted { ticket: TicketId(ticket), counter: CounterId(counter.0) }
        }
        V::LabelMismatched { ticket, counter } => {
            Event::LabelMismatched { ticket: TicketId(ticket), counter: CounterId(counter.0) }
        }
        V::ServiceEnded { ticket, counter } => {
            Event::ServiceEnded { ticket: TicketId(ticket), counter: CounterId(counter.0) }
        }
        V::ServiceCompleted { ticket, counter, procedures: codes } => Event::ServiceCompleted {
            ticket: TicketId(ticket),
            counter: CounterId(counter.0),
            procedures: procedures(codes),
        },
        V::TicketNoShow { ticket, counter } => {
            Event::TicketNoShow { ticket: TicketId(ticket), counter: CounterId(counter.0) }
        }
        V::TicketReturned { ticket, counter, place } => Event::TicketReturned {
            ticket: TicketId(ticket),
            counter: CounterId(counter.0),
            place: Code::restore(place)?,
        },
        V::TicketHeld { ticket, counter, reason } => Event::TicketHeld {
            ticket: TicketId(ticket),
            counter: CounterId(counter.0),
            reason: Code::restore(reason)?,
        },
        V::TicketResumed { ticket, counter } => {
            Event::TicketResumed { ticket: TicketId(ticket), counter: CounterId(counter.0) }
        }
        V::TicketTransferred { ticket, counter, from, to } => Event::TicketTransferred {
            ticket: TicketId(ticket),
            counter: CounterId(counter.0),
            from: QueueId(from.0),
            to: QueueId(to.0),
        },
        V::TransferConfirmed { ticket, step } => {
            Event::TransferConfirmed { ticket: TicketId(ticket), step: Code::restore(step)? }
        }
        V::StepUndone { ticket, counter, step } => Event::StepUndone {
            ticket: TicketId(ticket),
            counter: CounterId(counter.0),
            step: Code::restore(step)?,
        },
        floor => restore_floor(floor)?,
    })
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller has sorted the events, exhaustively"
)]
fn restore_floor(stored: EventV1) -> Result<Event, RecordError> {
    use EventV1 as V;
    Ok(match stored {
        V::CounterOpened(opened) => restore_opened(opened)?,
        V::CounterPaused { counter, reason } => {
            Event::CounterPaused { counter: CounterId(counter.0), reason: Code::restore(reason)? }
        }
        V::CounterResumed { counter } => Event::CounterResumed { counter: CounterId(counter.0) },
        V::CounterClosed { counter } => Event::CounterClosed { counter: CounterId(counter.0) },
        V::GuidanceRecorded { kind, place, duration_ms } => Event::GuidanceRecorded {
            kind: code::restore_guidance(kind, place.map(|place| place.0))?,
            duration_ms,
        },
        V::TagHandedOut { tag, pool, number } => {
            Event::TagHandedOut { tag: TagUseId(tag), pool: TagPoolId(pool.0), number }
        }
        V::TagCalled { tag, counter } => {
            Event::TagCalled { tag: TagUseId(tag), counter: CounterId(counter.0) }
        }
        V::TagReturned { tag, procedures: codes } => {
            Event::TagReturned { tag: TagUseId(tag), procedures: procedures(codes) }
        }
        V::BellRung { ring, bell, reason } => {
            Event::BellRung { ring: RingId(ring), bell: BellId(bell.0), reason: reason.0 }
        }
        V::BellAcknowledged { ring } => Event::BellAcknowledged { ring: RingId(ring) },
        V::BellEscalated { ring, count, to } => {
            Event::BellEscalated { ring: RingId(ring), count, to: to.map(|bell| BellId(bell.0)) }
        }
        V::BellLapsed { ring } => Event::BellLapsed { ring: RingId(ring) },
        V::BatchReceived { batch, procedure, channel, count } => Event::BatchReceived {
            batch: BatchId(batch),
            procedure: ProcedureCode(procedure.0),
            channel: Code::restore(channel)?,
            count,
        },
        V::BatchAdvanced { batch, step } => Event::BatchAdvanced { batch: BatchId(batch), step },
        V::BatchDelivered { batch, returned } => {
            Event::BatchDelivered { batch: BatchId(batch), returned }
        }
        _ => unreachable!("restore() handles every event about a ticket or the day"),
    })
}

fn restore_date(date: i32) -> Result<Date, RecordError> {
    Date::from_yyyymmdd(date).ok_or_else(|| bad("date", date))
}

fn restore_issued(issued: IssuedV1) -> Result<Event, RecordError> {
    let letter = Letter::new(char::from(issued.letter));
    let letter = letter.ok_or_else(|| bad("letter", issued.letter))?;
    let class = match (issued.class, issued.due_at) {
        (0, None) => Class::Ordinary,
        (1, None) => Class::Priority,
        (2, Some(due_at)) => Class::Appointment { due_at: Timestamp(due_at) },
        (other, _) => return Err(bad("class", other)),
    };
    let origin = match (issued.origin, issued.origin_place) {
        (0, Some(kiosk)) => Origin::Kiosk(domain::id::KioskId(kiosk.0)),
        (1, None) => Origin::Floor,
        (2, Some(section)) => Origin::Linked(domain::id::SectionId(section.0)),
        (3, Some(kiosk)) => Origin::Offline(domain::id::KioskId(kiosk.0)),
        (other, _) => return Err(bad("origin", other)),
    };
    let window =
        issued.window.map(|(from, to)| Window { from: Timestamp(from), to: Timestamp(to) });
    Ok(Event::TicketIssued {
        ticket: TicketId(issued.ticket),
        label: Label { letter, number: issued.number, width: issued.width },
        queue: QueueId(issued.queue.0),
        errand: issued.errand.map(|errand| ErrandId(errand.0)),
        class,
        language: Code::restore(issued.language)?,
        origin,
        token: Token(issued.token),
        issued_at: Timestamp(issued.issued_at),
        ahead: issued.ahead,
        window,
    })
}

fn restore_opened(opened: OpenedV1) -> Result<Event, RecordError> {
    let languages: Result<Vec<_>, _> = opened.languages.into_iter().map(Code::restore).collect();
    let line = |(queue, tier, head_start_min): (KeyText, u8, u16)| ProfileLine {
        queue: QueueId(queue.0),
        tier,
        head_start_min,
    };
    Ok(Event::CounterOpened {
        counter: CounterId(opened.counter.0),
        operator: opened.operator.map(|operator| OperatorId(operator.0)),
        languages: languages?,
        profile: opened.profile.map(|lines| lines.into_iter().map(line).collect()),
    })
}

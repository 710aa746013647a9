//! Requests as orders: what a body and a path ask the engine to do, and who asks.

use domain::command::{Command, GuidanceKind, Want};
use domain::id::{
    BatchId, BellId, CounterId, ErrandId, Key, KioskId, OperatorId, ProcedureCode, QueueId, RingId,
    SectionId, TagPoolId, TagUseId, TicketId, UnitId,
};
use domain::label::Label;
use domain::language::Language;
use domain::setup::ProfileLine;
use domain::ticket::{Class, Origin, Token};
use domain::time::{Now, Timestamp};
use protocol::event::{self as wire, Source};
use protocol::request::{self, Nothing};
use protocol::route::{self, Operation};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::fault::Fault;
use crate::engine::Ask;
use crate::wire_event;

/// Numbers in bodies are whole numbers that JavaScript reads exactly.
const NUMBER_MAX: u64 = 1 << 53;

/// What is asked, and who asks.
#[derive(Debug)]
pub(super) struct Asked {
    /// What.
    pub(super) ask: Ask,
    /// Who; a counter's operator is looked up by the caller.
    pub(super) source: Source,
}

/// What reading a request needs besides the request.
#[derive(Debug)]
pub(super) struct Around {
    /// The present moment: `day/open` opens today.
    pub(super) now: Now,
    /// Random, for a ticket that may be issued.
    pub(super) token: Token,
}

/// Reads a command's path and body.
///
/// # Errors
///
/// `bad_json`, `bad_request`, or an `unknown_…` for a path that names nothing.
pub(super) fn read(
    operation: Operation,
    subject: &str,
    body: &[u8],
    around: &Around,
) -> Result<Asked, Fault> {
    use Operation as O;
    match operation {
        O::IssueTicket => issue_ticket(body, around.token),
        O::AdmitLinked => admit_linked(body, around.token),
        O::MergeOffline => merge_offline(body, around.token),
        O::CancelTicket => cancel_ticket(subject, body),
        O::ReportPaper => report_paper(subject, body),
        O::ReprintTicket => reprint_ticket(subject, body),
        O::MarkInaccurate => {
            about_ticket(subject, body, |ticket, Nothing {}| Command::MarkInaccurate { ticket })
        }
        O::ConfirmTransfer => confirm_transfer(subject, body),
        O::OpenCounter => open_counter(subject, body),
        O::PauseCounter => pause_counter(subject, body),
        O::ContinueCounter => plain(subject, body, |counter| Command::ResumeCounter { counter }),
        O::CloseCounter => plain(subject, body, |counter| Command::CloseCounter { counter }),
        O::CallNext => plain(subject, body, |counter| Command::CallNext { counter }),
        O::CallTicket => chosen(subject, body, call),
        O::Recall => plain(subject, body, |counter| Command::Recall { counter }),
        O::StartService => start_service(subject, body),
        O::ReportMismatch => plain(subject, body, |counter| Command::ReportMismatch { counter }),
        O::EndService => plain(subject, body, |counter| Command::EndService { counter }),
        O::CompleteService => complete_service(subject, body),
        O::MarkNoShow => plain(subject, body, |counter| Command::MarkNoShow { counter }),
        O::ReturnToQueue => return_to_queue(subject, body),
        O::Hold => hold(subject, body),
        O::Resume => chosen(subject, body, resume),
        O::Transfer => transfer(subject, body),
        O::Undo => plain(subject, body, |counter| Command::Undo { counter }),
        O::RecordGuidance => record_guidance(body),
        O::HandOutTag => hand_out_tag(body),
        O::CallTag => call_tag(subject, body),
        O::ReturnTag => return_tag(subject, body),
        O::RingBell => ring_bell(subject, body),
        O::AcknowledgeBell => acknowledge_bell(subject, body),
        O::ReceiveBatch => receive_batch(body),
        O::AdvanceBatch => advance_batch(subject, body),
        O::DeliverBatch => deliver_batch(subject, body),
        O::OpenDay => of_day(body, Command::OpenDay { date: around.now.date }),
        O::CloseDay => of_day(body, Command::CloseDay),
        O::ReadTicket
        | O::ReadOffice
        | O::ReadQueues
        | O::ReadCounters
        | O::ReadToday
        | O::ReadReport
        | O::PrintSlip
        | O::ListPrints
        | O::ReadPrint
        | O::ListDevices
        | O::ReadDevice
        | O::TestDevice
        | O::ChangeRoll
        | O::WithdrawJob
        | O::FindDevices
        | O::ReadHealth
        | O::ReadMetrics
        | O::ReadContract
        | O::Connect => Err(Fault::general(route::WRONG_METHOD)),
    }
}

// ---- tickets ---------------------------------------------------------------------------------

fn issue_ticket(body: &[u8], token: Token) -> Result<Asked, Fault> {
    let request::IssueTicket { errand, queue, class, language, kiosk } = json(body)?;
    let origin = match &kiosk {
        Some(kiosk) => Origin::Kiosk(key(KioskId::new, "kiosk", kiosk)?),
        None => Origin::Floor,
    };
    let command = Command::IssueTicket {
        want: want(errand.as_deref(), queue.as_deref())?,
        class: class.map_or(Ok(Class::Ordinary), self::class)?,
        language: self::language(language.as_deref())?,
        origin,
        token,
    };
    let source = kiosk.map_or(Source::Floor, |kiosk| Source::Kiosk { kiosk });
    Ok(by(source, command))
}

fn admit_linked(body: &[u8], token: Token) -> Result<Asked, Fault> {
    let request::AdmitLinked { section, label, queue, language } = json(body)?;
    let command = Command::AdmitLinked {
        section: key(SectionId::new, "section", &section)?,
        label: self::label(&label)?,
        queue: key(QueueId::new, "queue", &queue)?,
        language: self::language(language.as_deref())?,
        token,
    };
    Ok(by(Source::Floor, command))
}

fn merge_offline(body: &[u8], token: Token) -> Result<Asked, Fault> {
    let request::MergeOffline { kiosk, errand, queue, number, language, issued_ago_ms } =
        json(body)?;
    let command = Command::MergeOffline {
        kiosk: key(KioskId::new, "kiosk", &kiosk)?,
        want: want(errand.as_deref(), queue.as_deref())?,
        number,
        language: self::language(language.as_deref())?,
        token,
        issued_ago_ms: span("issued_ago_ms", issued_ago_ms)?,
    };
    Ok(by(Source::Kiosk { kiosk }, command))
}

fn cancel_ticket(subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    about_ticket(subject, body, |ticket, request::CancelTicket { reason }| Command::CancelTicket {
        ticket,
        reason: wire_event::to_cancel_reason(reason),
    })
}

fn reprint_ticket(subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    about_ticket(subject, body, |ticket, request::ReprintTicket { printer: _ }| {
        Command::ReprintTicket { ticket }
    })
}

fn report_paper(subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    about_ticket(subject, body, |ticket, request::ReportPaper { paper }| Command::ReportPaper {
        ticket,
        paper: wire_event::to_paper(paper),
    })
}

fn confirm_transfer(subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    about_ticket(subject, body, |ticket, request::ConfirmTransfer { step }| {
        Command::ConfirmTransfer { ticket, step: wire_event::to_confirm_step(step) }
    })
}

/// A command about the ticket that the path names.
fn about_ticket<T: DeserializeOwned>(
    subject: &str,
    body: &[u8],
    command: impl FnOnce(TicketId, T) -> Command,
) -> Result<Asked, Fault> {
    let ticket = TicketId(number("unknown_ticket", "ticket", subject)?);
    Ok(by(Source::Floor, command(ticket, json(body)?)))
}

// ---- counters --------------------------------------------------------------------------------

fn open_counter(subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    let counter = counter(subject)?;
    let request::OpenCounter { operator, languages, profile } = json(body)?;
    let operator =
        operator.map(|operator| key(OperatorId::new, "operator", &operator)).transpose()?;
    let languages = languages.iter().map(|tag| language(Some(tag))).collect::<Result<_, _>>()?;
    let line = |line: &wire::ProfileLine| {
        let queue = key(QueueId::new, "queue", &line.queue)?;
        Ok(ProfileLine { queue, tier: line.tier, head_start_min: line.head_start_min })
    };
    let profile =
        profile.map(|lines| lines.iter().map(line).collect::<Result<_, Fault>>()).transpose()?;
    Ok(at(counter, Command::OpenCounter { counter, operator, languages, profile }))
}

fn pause_counter(subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    let counter = counter(subject)?;
    let request::PauseCounter { reason } = json(body)?;
    let reason = wire_event::to_away_reason(reason);
    Ok(at(counter, Command::PauseCounter { counter, reason }))
}

fn start_service(subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    let counter = counter(subject)?;
    let request::StartService { presented } = json(body)?;
    let presented = presented.as_deref().map(label).transpose()?;
    Ok(at(counter, Command::StartService { counter, presented }))
}

fn complete_service(subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    let counter = counter(subject)?;
    let request::CompleteService { procedures } = json(body)?;
    let procedures = codes(&procedures)?;
    Ok(at(counter, Command::CompleteService { counter, procedures }))
}

fn return_to_queue(subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    let counter = counter(subject)?;
    let request::ReturnToQueue { place } = json(body)?;
    let place = wire_event::to_return_place(place);
    Ok(at(counter, Command::ReturnToQueue { counter, place }))
}

fn hold(subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    let counter = counter(subject)?;
    let request::Hold { reason } = json(body)?;
    let reason = wire_event::to_hold_reason(reason);
    Ok(at(counter, Command::Hold { counter, reason }))
}

fn transfer(subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    let counter = counter(subject)?;
    let request::Transfer { to } = json(body)?;
    let to = key(QueueId::new, "to", &to)?;
    Ok(at(counter, Command::Transfer { counter, to }))
}

/// A counter's command that needs nothing said.
fn plain(
    subject: &str,
    body: &[u8],
    command: impl FnOnce(CounterId) -> Command,
) -> Result<Asked, Fault> {
    let counter = counter(subject)?;
    let Nothing {} = json(body)?;
    Ok(at(counter, command(counter)))
}

/// A ticket that an operator chooses.
enum Choice {
    Label(Label),
    Ticket(TicketId),
}

fn chosen(
    subject: &str,
    body: &[u8],
    ask: impl FnOnce(CounterId, Choice) -> Ask,
) -> Result<Asked, Fault> {
    let counter = counter(subject)?;
    let request::ChooseTicket { label, ticket } = json(body)?;
    let choice = match (label, ticket) {
        (Some(label), None) => Choice::Label(self::label(&label)?),
        (None, Some(ticket)) => Choice::Ticket(TicketId(limited("ticket", ticket)?)),
        (Some(_), Some(_)) | (None, None) => {
            return Err(Fault::bad_request("expected either label or ticket, and not both"));
        }
    };
    let source = Source::Counter { counter: counter.to_string(), operator: None };
    Ok(Asked { ask: ask(counter, choice), source })
}

fn call(counter: CounterId, choice: Choice) -> Ask {
    match choice {
        Choice::Label(label) => Ask::CallLabel { counter, label },
        Choice::Ticket(ticket) => Ask::Command(Command::CallTicket { counter, ticket }),
    }
}

fn resume(counter: CounterId, choice: Choice) -> Ask {
    match choice {
        Choice::Label(label) => Ask::ResumeLabel { counter, label },
        Choice::Ticket(ticket) => Ask::Command(Command::Resume { counter, ticket }),
    }
}

/// The counter that the path names.
fn counter(subject: &str) -> Result<CounterId, Fault> {
    CounterId::new(subject).ok_or_else(|| Fault::unknown("unknown_counter", "counter", subject))
}

/// A command that a counter asks for.
fn at(counter: CounterId, command: Command) -> Asked {
    by(Source::Counter { counter: counter.to_string(), operator: None }, command)
}

// ---- floor, tags, bells, batches, the day ----------------------------------------------------

fn record_guidance(body: &[u8]) -> Result<Asked, Fault> {
    let request::RecordGuidance { guidance, duration_ms } = json(body)?;
    let duration_ms = span("duration_ms", duration_ms)?;
    let kind = self::guidance(guidance)?;
    Ok(by(Source::Floor, Command::RecordGuidance { kind, duration_ms }))
}

fn hand_out_tag(body: &[u8]) -> Result<Asked, Fault> {
    let request::HandOutTag { pool, number } = json(body)?;
    let pool = key(TagPoolId::new, "pool", &pool)?;
    Ok(by(Source::Floor, Command::HandOutTag { pool, number }))
}

fn call_tag(subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    let tag = TagUseId(number("unknown_tag", "tag", subject)?);
    let request::CallTag { counter } = json(body)?;
    let counter = key(CounterId::new, "counter", &counter)?;
    Ok(at(counter, Command::CallTag { tag, counter }))
}

fn return_tag(subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    let tag = TagUseId(number("unknown_tag", "tag", subject)?);
    let request::ReturnTag { procedures } = json(body)?;
    Ok(by(Source::Floor, Command::ReturnTag { tag, procedures: codes(&procedures)? }))
}

fn ring_bell(subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    let bell = BellId::new(subject);
    let bell = bell.ok_or_else(|| Fault::unknown("unknown_bell", "bell", subject))?;
    let request::RingBell { reason } = json(body)?;
    let reason = key(Key::new, "reason", &reason)?;
    Ok(by(Source::Floor, Command::RingBell { bell, reason }))
}

fn acknowledge_bell(subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    let ring = RingId(number("unknown_ring", "ring", subject)?);
    let Nothing {} = json(body)?;
    Ok(by(Source::Floor, Command::AcknowledgeBell { ring }))
}

fn receive_batch(body: &[u8]) -> Result<Asked, Fault> {
    let request::ReceiveBatch { procedure, channel, count } = json(body)?;
    let procedure = key(ProcedureCode::new, "procedure", &procedure)?;
    let channel = wire_event::to_batch_channel(channel);
    Ok(by(Source::Floor, Command::ReceiveBatch { procedure, channel, count }))
}

fn advance_batch(subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    let batch = BatchId(number("unknown_batch", "batch", subject)?);
    let request::AdvanceBatch { step } = json(body)?;
    Ok(by(Source::Floor, Command::AdvanceBatch { batch, step }))
}

fn deliver_batch(subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    let batch = BatchId(number("unknown_batch", "batch", subject)?);
    let request::DeliverBatch { returned } = json(body)?;
    Ok(by(Source::Floor, Command::DeliverBatch { batch, returned }))
}

fn of_day(body: &[u8], command: Command) -> Result<Asked, Fault> {
    let Nothing {} = json(body)?;
    Ok(by(Source::Manager, command))
}

// ---- fields ----------------------------------------------------------------------------------

fn by(source: Source, command: Command) -> Asked {
    Asked { ask: Ask::Command(command), source }
}

/// Reads a body; an empty one counts as `{}`.
pub(super) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    let body = if body.is_empty() { b"{}" } else { body };
    let read = serde_json::from_slice(body).or_else(|error| {
        let floating = error.is_data() && error.to_string().contains("floating point");
        if !floating {
            return Err(error);
        }
        // `7.0` is a whole number in JSON; some languages write it so.
        let whole = serde_json::from_slice(body).map(whole_numbers)?;
        serde_json::from_value(whole).map_err(|_| error)
    });
    // serde takes a list for a struct, field by field; the contract does not.
    if read.is_ok() && body.trim_ascii_start().first() == Some(&b'[') {
        return Err(Fault::bad_request("expected an object, not a list"));
    }
    read.map_err(|error| {
        if error.is_data() {
            Fault::bad_request(error.to_string())
        } else {
            Fault::general(route::BAD_JSON).saying(format!("expected a body of JSON: {error}"))
        }
    })
}

/// Turns numbers without a fraction into whole numbers.
fn whole_numbers(mut value: Value) -> Value {
    match &mut value {
        Value::Number(number) => {
            let whole = number
                .as_f64()
                .filter(|float| float.fract() == 0.0 && float.abs() < NUMBER_MAX as f64);
            // Below 2^53 a float without a fraction is exactly a whole number.
            if let (None, Some(whole)) = (number.as_i64(), whole) {
                *number = (whole as i64).into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = whole_numbers(item.take())),
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| *field = whole_numbers(field.take()));
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
    value
}

/// A key of something configured.
pub(super) fn key<T>(new: impl Fn(&str) -> Option<T>, field: &str, text: &str) -> Result<T, Fault> {
    new(text).ok_or_else(|| {
        let expected = format!("{field}: expected 1 to 23 letters, digits, - and _");
        Fault::bad_request(expected).with("field", field)
    })
}

fn label(text: &str) -> Result<Label, Fault> {
    Label::parse(text).ok_or_else(|| {
        Fault::bad_request("label: expected one letter and 1 to 4 digits, such as A012")
            .with("field", "label")
    })
}

/// A language by its tag; Japanese when none is given.
fn language(tag: Option<&str>) -> Result<Language, Fault> {
    let Some(tag) = tag else { return Ok(Language::Japanese) };
    Language::from_tag(tag).ok_or_else(|| {
        let tags: Vec<&str> = Language::ALL.iter().map(|language| language.tag()).collect();
        let expected = format!("language: expected one of {}", tags.join(", "));
        Fault::bad_request(expected).with("field", "language")
    })
}

fn want(errand: Option<&str>, queue: Option<&str>) -> Result<Want, Fault> {
    match (errand, queue) {
        (Some(errand), None) => Ok(Want::Errand(key(ErrandId::new, "errand", errand)?)),
        (None, Some(queue)) => Ok(Want::Queue(key(QueueId::new, "queue", queue)?)),
        (Some(_), Some(_)) | (None, None) => {
            Err(Fault::bad_request("expected either errand or queue, and not both"))
        }
    }
}

fn class(class: wire::Class) -> Result<Class, Fault> {
    Ok(match class {
        wire::Class::Ordinary => Class::Ordinary,
        wire::Class::Priority => Class::Priority,
        wire::Class::Appointment { due_at_ms } => {
            Class::Appointment { due_at: Timestamp(span("due_at_ms", due_at_ms)?) }
        }
    })
}

fn guidance(kind: wire::GuidanceKind) -> Result<GuidanceKind, Fault> {
    Ok(match kind {
        wire::GuidanceKind::Advice => GuidanceKind::Advice,
        wire::GuidanceKind::ToUnit { unit } => {
            GuidanceKind::ToUnit(key(UnitId::new, "unit", &unit)?)
        }
        wire::GuidanceKind::ToSection { section } => {
            GuidanceKind::ToSection(key(SectionId::new, "section", &section)?)
        }
        wire::GuidanceKind::Announced => GuidanceKind::Announced,
    })
}

fn codes(procedures: &[String]) -> Result<Vec<ProcedureCode>, Fault> {
    procedures.iter().map(|code| key(ProcedureCode::new, "procedures", code)).collect()
}

/// An instant or a span: from 0, and exact in JavaScript.
fn span(field: &str, ms: i64) -> Result<i64, Fault> {
    let exact = u64::try_from(ms).is_ok_and(|ms| ms < NUMBER_MAX);
    exact.then_some(ms).ok_or_else(|| out_of_range(field))
}

fn limited(field: &str, number: u64) -> Result<u64, Fault> {
    (1..NUMBER_MAX).contains(&number).then_some(number).ok_or_else(|| out_of_range(field))
}

fn out_of_range(field: &str) -> Fault {
    let expected = format!("{field}: expected a whole number below {NUMBER_MAX}");
    Fault::bad_request(expected).with("field", field)
}

/// The number in a path; what is no number names nothing.
pub(super) fn number(code: &'static str, what: &str, text: &str) -> Result<u64, Fault> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| plain && *number < NUMBER_MAX);
    number.ok_or_else(|| Fault::unknown(code, what, text))
}

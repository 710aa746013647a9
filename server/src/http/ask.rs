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
use protocol::request;
use protocol::route::{self, Operation};
use serde::de::DeserializeOwned;

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
    match operation {
        Operation::IssueTicket | Operation::AdmitLinked | Operation::MergeOffline => {
            issue(operation, body, around.token)
        }
        Operation::CancelTicket
        | Operation::ReportPaper
        | Operation::ReprintTicket
        | Operation::MarkInaccurate
        | Operation::ConfirmTransfer => about_ticket(operation, subject, body),
        Operation::OpenCounter
        | Operation::PauseCounter
        | Operation::ContinueCounter
        | Operation::CloseCounter
        | Operation::CallNext
        | Operation::CallTicket
        | Operation::Recall
        | Operation::StartService
        | Operation::ReportMismatch
        | Operation::EndService
        | Operation::CompleteService
        | Operation::MarkNoShow
        | Operation::ReturnToQueue
        | Operation::Hold
        | Operation::Resume
        | Operation::Transfer
        | Operation::Undo => at_counter(operation, subject, body),
        Operation::OpenDay => {
            let request::Nothing {} = json(body)?;
            Ok(by(Source::Manager, Command::OpenDay { date: around.now.date }))
        }
        Operation::CloseDay => {
            let request::Nothing {} = json(body)?;
            Ok(by(Source::Manager, Command::CloseDay))
        }
        Operation::RecordGuidance
        | Operation::HandOutTag
        | Operation::CallTag
        | Operation::ReturnTag
        | Operation::RingBell
        | Operation::AcknowledgeBell
        | Operation::ReceiveBatch
        | Operation::AdvanceBatch
        | Operation::DeliverBatch => on_floor(operation, subject, body),
        Operation::ReadTicket
        | Operation::ReadOffice
        | Operation::ReadQueues
        | Operation::ReadCounters
        | Operation::ReadToday
        | Operation::ReadHealth
        | Operation::ReadMetrics
        | Operation::ReadContract
        | Operation::Connect => Err(Fault::general(route::WRONG_METHOD)),
    }
}

fn issue(operation: Operation, body: &[u8], token: Token) -> Result<Asked, Fault> {
    match operation {
        Operation::AdmitLinked => {
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
        Operation::MergeOffline => {
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
        _ => {
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
    }
}

fn about_ticket(operation: Operation, subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    let ticket = TicketId(number("unknown_ticket", "ticket", subject)?);
    let command = match operation {
        Operation::CancelTicket => {
            let request::CancelTicket { reason } = json(body)?;
            Command::CancelTicket { ticket, reason: wire_event::to_cancel_reason(reason) }
        }
        Operation::ReportPaper => {
            let request::ReportPaper { paper } = json(body)?;
            Command::ReportPaper { ticket, paper: wire_event::to_paper(paper) }
        }
        Operation::ConfirmTransfer => {
            let request::ConfirmTransfer { step } = json(body)?;
            Command::ConfirmTransfer { ticket, step: wire_event::to_confirm_step(step) }
        }
        Operation::MarkInaccurate => {
            let request::Nothing {} = json(body)?;
            Command::MarkInaccurate { ticket }
        }
        _ => {
            let request::Nothing {} = json(body)?;
            Command::ReprintTicket { ticket }
        }
    };
    Ok(by(Source::Floor, command))
}

fn at_counter(operation: Operation, subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    let counter = CounterId::new(subject)
        .ok_or_else(|| Fault::unknown("unknown_counter", "counter", subject))?;
    let source = Source::Counter { counter: subject.to_owned(), operator: None };
    let ask = match operation {
        Operation::CallTicket | Operation::Resume => chosen(operation, counter, body)?,
        Operation::OpenCounter => Ask::Command(open_counter(counter, body)?),
        Operation::PauseCounter => {
            let request::PauseCounter { reason } = json(body)?;
            let reason = wire_event::to_away_reason(reason);
            Ask::Command(Command::PauseCounter { counter, reason })
        }
        Operation::StartService => {
            let request::StartService { presented } = json(body)?;
            let presented = presented.as_deref().map(label).transpose()?;
            Ask::Command(Command::StartService { counter, presented })
        }
        Operation::CompleteService => {
            let request::CompleteService { procedures } = json(body)?;
            let procedures = codes(&procedures)?;
            Ask::Command(Command::CompleteService { counter, procedures })
        }
        Operation::ReturnToQueue => {
            let request::ReturnToQueue { place } = json(body)?;
            let place = wire_event::to_return_place(place);
            Ask::Command(Command::ReturnToQueue { counter, place })
        }
        Operation::Hold => {
            let request::Hold { reason } = json(body)?;
            Ask::Command(Command::Hold { counter, reason: wire_event::to_hold_reason(reason) })
        }
        Operation::Transfer => {
            let request::Transfer { to } = json(body)?;
            Ask::Command(Command::Transfer { counter, to: key(QueueId::new, "to", &to)? })
        }
        _ => {
            let request::Nothing {} = json(body)?;
            Ask::Command(plain(operation, counter))
        }
    };
    Ok(Asked { ask, source })
}

/// Commands of a counter that need nothing said.
fn plain(operation: Operation, counter: CounterId) -> Command {
    match operation {
        Operation::ContinueCounter => Command::ResumeCounter { counter },
        Operation::CloseCounter => Command::CloseCounter { counter },
        Operation::Recall => Command::Recall { counter },
        Operation::ReportMismatch => Command::ReportMismatch { counter },
        Operation::EndService => Command::EndService { counter },
        Operation::MarkNoShow => Command::MarkNoShow { counter },
        Operation::Undo => Command::Undo { counter },
        _ => Command::CallNext { counter },
    }
}

fn chosen(operation: Operation, counter: CounterId, body: &[u8]) -> Result<Ask, Fault> {
    let resumed = operation == Operation::Resume;
    match json(body)? {
        request::ChooseTicket { label: Some(label), ticket: None } => {
            let label = self::label(&label)?;
            Ok(if resumed {
                Ask::ResumeLabel { counter, label }
            } else {
                Ask::CallLabel { counter, label }
            })
        }
        request::ChooseTicket { label: None, ticket: Some(ticket) } => {
            let ticket = TicketId(limited("ticket", ticket)?);
            Ok(Ask::Command(if resumed {
                Command::Resume { counter, ticket }
            } else {
                Command::CallTicket { counter, ticket }
            }))
        }
        request::ChooseTicket { .. } => {
            Err(Fault::bad_request("expected either label or ticket, and not both"))
        }
    }
}

fn open_counter(counter: CounterId, body: &[u8]) -> Result<Command, Fault> {
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
    Ok(Command::OpenCounter { counter, operator, languages, profile })
}

fn on_floor(operation: Operation, subject: &str, body: &[u8]) -> Result<Asked, Fault> {
    let tag = || number("unknown_tag", "tag", subject).map(TagUseId);
    let batch = || number("unknown_batch", "batch", subject).map(BatchId);
    let command = match operation {
        Operation::RecordGuidance => {
            let request::RecordGuidance { guidance, duration_ms } = json(body)?;
            let duration_ms = span("duration_ms", duration_ms)?;
            Command::RecordGuidance { kind: self::guidance(guidance)?, duration_ms }
        }
        Operation::HandOutTag => {
            let request::HandOutTag { pool, number } = json(body)?;
            Command::HandOutTag { pool: key(TagPoolId::new, "pool", &pool)?, number }
        }
        Operation::CallTag => {
            let request::CallTag { counter } = json(body)?;
            let counter = key(CounterId::new, "counter", &counter)?;
            return Ok(Asked {
                source: Source::Counter { counter: counter.to_string(), operator: None },
                ask: Ask::Command(Command::CallTag { tag: tag()?, counter }),
            });
        }
        Operation::ReturnTag => {
            let request::ReturnTag { procedures } = json(body)?;
            Command::ReturnTag { tag: tag()?, procedures: codes(&procedures)? }
        }
        Operation::RingBell => {
            let request::RingBell { reason } = json(body)?;
            let bell =
                BellId::new(subject).ok_or_else(|| Fault::unknown("unknown_bell", "bell", subject));
            Command::RingBell { bell: bell?, reason: key(Key::new, "reason", &reason)? }
        }
        Operation::AcknowledgeBell => {
            let request::Nothing {} = json(body)?;
            Command::AcknowledgeBell { ring: RingId(number("unknown_ring", "ring", subject)?) }
        }
        Operation::ReceiveBatch => {
            let request::ReceiveBatch { procedure, channel, count } = json(body)?;
            let procedure = key(ProcedureCode::new, "procedure", &procedure)?;
            let channel = wire_event::to_batch_channel(channel);
            Command::ReceiveBatch { procedure, channel, count }
        }
        Operation::AdvanceBatch => {
            let request::AdvanceBatch { step } = json(body)?;
            Command::AdvanceBatch { batch: batch()?, step }
        }
        _ => {
            let request::DeliverBatch { returned } = json(body)?;
            Command::DeliverBatch { batch: batch()?, returned }
        }
    };
    Ok(by(Source::Floor, command))
}

fn by(source: Source, command: Command) -> Asked {
    Asked { ask: Ask::Command(command), source }
}

/// Reads a body; an empty one counts as `{}`.
fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Fault::bad_request(error.to_string()),
        serde_json::error::Category::Syntax
        | serde_json::error::Category::Eof
        | serde_json::error::Category::Io => {
            Fault::general(route::BAD_JSON).saying(format!("expected a body of JSON: {error}"))
        }
    })
}

/// A key of something configured.
fn key<T>(new: impl Fn(&str) -> Option<T>, field: &str, text: &str) -> Result<T, Fault> {
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

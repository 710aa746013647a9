//! Reads a line of a script as an order: a command of the glossary, or the passing of time.

use std::error::Error;

use domain::command::{
    AwayReason, BatchChannel, Command, ConfirmStep, GuidanceKind, ReturnPlace, Want,
};
use domain::id::{
    BatchId, BellId, CounterId, ErrandId, Key, KioskId, OperatorId, ProcedureCode, QueueId, RingId,
    SectionId, TagPoolId, TagUseId, TicketId, UnitId,
};
use domain::label::Label;
use domain::language::Language;
use domain::setup::ProfileLine;
use domain::ticket::{CancelReason, Class, HoldReason, Origin, Paper, Token};
use domain::time::{Date, MINUTE_MS, Timestamp};

use crate::clerk::{Names, instant};
use crate::variation;

/// What a line asks for.
#[derive(Debug)]
pub(crate) enum Order {
    /// Sets the clock, forwards or back.
    SetClock(Timestamp),
    /// Lets a span pass, in milliseconds.
    LetPass(i64),
    /// Gives a command, so many times.
    Give {
        /// The command.
        command: Box<Command>,
        /// How often.
        times: u32,
    },
}

type Fault = Box<dyn Error>;

/// The number of a thing that does not exist.
const NOBODY: u64 = 999;

/// Reads one line. `today` is the date of the script's clock.
pub(crate) fn read(
    line: &goldenscript::Command,
    names: &Names,
    today: Date,
) -> Result<Order, Fault> {
    let mut words = Words::new(line, names, today);
    let order = match line.name.as_str() {
        "at" => Order::SetClock(words.moment()?),
        "wait" => Order::LetPass(words.span()?),
        _ => {
            let times = words.key("count", |text| text.parse().ok())?.unwrap_or(1);
            let command = Box::new(command(&line.name, &mut words)?);
            Order::Give { command, times }
        }
    };
    words.finish()?;
    Ok(order)
}

fn command(name: &str, words: &mut Words<'_>) -> Result<Command, Fault> {
    match name {
        "office" => variation::adopt(words),
        "open_day" => Ok(Command::OpenDay { date: words.optional(date)?.unwrap_or(words.today) }),
        "close_day" => Ok(Command::CloseDay),
        "issue" | "admit" | "merge_offline" | "paper" | "reprint" | "cancel" | "doubt" => {
            ticket_command(name, words)
        }
        "open_counter" | "pause" | "resume_counter" | "close_counter" => {
            presence_command(name, words)
        }
        "guidance" | "hand_out" | "call_tag" | "return_tag" | "ring" | "answer" | "escalate" => {
            floor_command(name, words)
        }
        "receive_batch" | "advance_batch" | "deliver_batch" => batch_command(name, words),
        _ => calling_command(name, words),
    }
}

fn ticket_command(name: &str, words: &mut Words<'_>) -> Result<Command, Fault> {
    let token = Token([0; 16]);
    Ok(match name {
        "issue" => Command::IssueTicket {
            class: words.class()?,
            language: words.language()?,
            origin: words.key("from", origin)?.unwrap_or(Origin::Kiosk(kiosk("k1"))),
            want: words.want()?,
            token,
        },
        "admit" => Command::AdmitLinked {
            language: words.language()?,
            section: words.next(SectionId::new)?,
            label: words.next(Label::parse)?,
            queue: words.next(QueueId::new)?,
            token,
        },
        "merge_offline" => Command::MergeOffline {
            language: words.language()?,
            issued_ago_ms: words.key("ago", span)?.unwrap_or(0),
            kiosk: words.next(KioskId::new)?,
            number: words.next(|text| text.parse().ok())?,
            want: words.want()?,
            token,
        },
        "paper" => Command::ReportPaper { ticket: words.ticket()?, paper: words.next(paper)? },
        "reprint" => Command::ReprintTicket { ticket: words.ticket()? },
        "cancel" => {
            Command::CancelTicket { ticket: words.ticket()?, reason: words.next(cancel_reason)? }
        }
        _ => Command::MarkInaccurate { ticket: words.ticket()? },
    })
}

fn calling_command(name: &str, words: &mut Words<'_>) -> Result<Command, Fault> {
    if name == "confirm" {
        return Ok(Command::ConfirmTransfer {
            ticket: words.ticket()?,
            step: words.next(confirm_step)?,
        });
    }
    let presented = words.key("shown", Label::parse)?;
    let counter = words.next(CounterId::new)?;
    Ok(match name {
        "call_next" => Command::CallNext { counter },
        "call" => Command::CallTicket { counter, ticket: words.ticket()? },
        "recall" => Command::Recall { counter },
        "start" => Command::StartService { counter, presented },
        "mismatch" => Command::ReportMismatch { counter },
        "end_service" => Command::EndService { counter },
        "complete" => {
            Command::CompleteService { counter, procedures: words.rest(ProcedureCode::new)? }
        }
        "no_show" => Command::MarkNoShow { counter },
        "return" => Command::ReturnToQueue { counter, place: words.next(return_place)? },
        "hold" => Command::Hold { counter, reason: words.next(hold_reason)? },
        "resume" => Command::Resume { counter, ticket: words.ticket()? },
        "transfer" => Command::Transfer { counter, to: words.next(QueueId::new)? },
        "undo" => Command::Undo { counter },
        _ => return Err(format!("no such command: {name}").into()),
    })
}

fn presence_command(name: &str, words: &mut Words<'_>) -> Result<Command, Fault> {
    let operator = words.key("operator", OperatorId::new)?;
    let languages = words.key("speaks", |text| list(text, Language::from_tag))?;
    let profile = words.key("serves", |text| list(text, profile_line))?;
    let counter = words.next(CounterId::new)?;
    Ok(match name {
        "open_counter" => Command::OpenCounter {
            counter,
            operator,
            languages: languages.unwrap_or_default(),
            profile,
        },
        "pause" => Command::PauseCounter { counter, reason: words.next(away_reason)? },
        "resume_counter" => Command::ResumeCounter { counter },
        _ => Command::CloseCounter { counter },
    })
}

fn floor_command(name: &str, words: &mut Words<'_>) -> Result<Command, Fault> {
    Ok(match name {
        "guidance" => Command::RecordGuidance {
            kind: words.next(guidance_kind)?,
            duration_ms: words.next(span)?,
        },
        "hand_out" => Command::HandOutTag {
            pool: words.next(TagPoolId::new)?,
            number: words.next(|text| text.parse().ok())?,
        },
        "call_tag" => Command::CallTag { tag: words.tag()?, counter: words.next(CounterId::new)? },
        "return_tag" => {
            Command::ReturnTag { tag: words.tag()?, procedures: words.rest(ProcedureCode::new)? }
        }
        "ring" => {
            Command::RingBell { bell: words.next(BellId::new)?, reason: words.next(Key::new)? }
        }
        "answer" => Command::AcknowledgeBell { ring: words.ring()? },
        _ => Command::EscalateBell { ring: words.ring()? },
    })
}

fn batch_command(name: &str, words: &mut Words<'_>) -> Result<Command, Fault> {
    let latest = words.names.batch.unwrap_or(BatchId(NOBODY));
    let batch = words.key("batch", |text| text.parse().ok().map(BatchId))?;
    let batch = batch.unwrap_or(latest);
    Ok(match name {
        "receive_batch" => Command::ReceiveBatch {
            procedure: words.next(ProcedureCode::new)?,
            channel: words.next(batch_channel)?,
            count: words.next(|text| text.parse().ok())?,
        },
        "advance_batch" => {
            Command::AdvanceBatch { batch, step: words.next(|text| text.parse().ok())? }
        }
        _ => Command::DeliverBatch { batch, returned: words.next(|text| text.parse().ok())? },
    })
}

/// The words of one line that have not been used yet.
pub(crate) struct Words<'a> {
    rest: goldenscript::ArgumentConsumer<'a>,
    line: &'a goldenscript::Command,
    pub(crate) names: &'a Names,
    today: Date,
}

impl<'a> Words<'a> {
    fn new(line: &'a goldenscript::Command, names: &'a Names, today: Date) -> Words<'a> {
        Words { rest: line.consume_args(), line, names, today }
    }

    fn fault(&self, what: &str) -> Fault {
        format!("{what} in '{}'", self.line).into()
    }

    fn finish(&self) -> Result<(), Fault> {
        self.rest.reject_next()
    }

    fn next<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Result<T, Fault> {
        let word = self.rest.next_pos().ok_or_else(|| self.fault("a word is missing"))?;
        read(word).ok_or_else(|| self.fault(&format!("cannot read '{word}'")))
    }

    fn optional<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Fault> {
        let Some(word) = self.rest.next_pos() else {
            return Ok(None);
        };
        let value = read(word).ok_or_else(|| self.fault(&format!("cannot read '{word}'")))?;
        Ok(Some(value))
    }

    fn rest<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Fault> {
        let mut values = Vec::new();
        while let Some(value) = self.optional(&read)? {
            values.push(value);
        }
        Ok(values)
    }

    fn key<T>(&mut self, key: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Fault> {
        let Some(text) = self.rest.take_key(key) else {
            return Ok(None);
        };
        let value = read(text).ok_or_else(|| self.fault(&format!("cannot read '{text}'")))?;
        Ok(Some(value))
    }

    /// Every `key=value` that is left.
    pub(crate) fn pairs(&mut self) -> Vec<(&'a str, &'a str)> {
        let mut pairs = Vec::new();
        while let Some(pair) = self.rest.next_key() {
            pairs.push(pair);
        }
        pairs
    }

    /// `09:00`, or a date and a time.
    fn moment(&mut self) -> Result<Timestamp, Fault> {
        let first = self.next(|text| Some(text.to_owned()))?;
        if let Some(ms) = time_ms(&first) {
            return Ok(instant(self.today, 0).plus_ms(ms));
        }
        let day = date(&first).ok_or_else(|| self.fault("neither date nor time"))?;
        let ms = self.next(time_ms)?;
        Ok(instant(day, 0).plus_ms(ms))
    }

    fn span(&mut self) -> Result<i64, Fault> {
        self.next(span)
    }

    fn ticket(&mut self) -> Result<TicketId, Fault> {
        let tickets = &self.names.tickets;
        self.next(|text| {
            let label = Label::parse(text)?;
            Some(tickets.get(&label).copied().unwrap_or(TicketId(NOBODY)))
        })
    }

    fn ring(&mut self) -> Result<RingId, Fault> {
        let rings = &self.names.rings;
        self.next(|text| Some(rings.get(text).copied().unwrap_or(RingId(NOBODY))))
    }

    fn tag(&mut self) -> Result<TagUseId, Fault> {
        let pool = self.next(|text| Some(text.to_owned()))?;
        let number = self.next(|text| text.parse().ok())?;
        let known = self.names.tags.get(&(pool, number));
        Ok(known.copied().unwrap_or(TagUseId(NOBODY)))
    }

    fn want(&mut self) -> Result<Want, Fault> {
        match self.key("errand", ErrandId::new)? {
            Some(errand) => Ok(Want::Errand(errand)),
            None => Ok(Want::Queue(self.next(QueueId::new)?)),
        }
    }

    fn language(&mut self) -> Result<Language, Fault> {
        let language = self.key("language", Language::from_tag)?;
        Ok(language.unwrap_or(Language::Japanese))
    }

    fn class(&mut self) -> Result<Class, Fault> {
        let today = instant(self.today, 0);
        let appointment = self.key("appointment", time_ms)?;
        let class = self.key("class", |text| (text == "priority").then_some(Class::Priority))?;
        let due_at = appointment.map(|ms| today.plus_ms(ms));
        let appointment = due_at.map(|due_at| Class::Appointment { due_at });
        Ok(appointment.or(class).unwrap_or(Class::Ordinary))
    }
}

fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// `09:00` or `09:00:30` as milliseconds since midnight.
fn time_ms(text: &str) -> Option<i64> {
    let mut parts = text.split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    Some((hour * 60 + minute) * MINUTE_MS + second * 1_000)
}

/// `90s`, `15m` or `2h` in milliseconds.
fn span(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at(text.len().checked_sub(1)?);
    let number: i64 = number.parse().ok()?;
    match unit {
        "s" => Some(number * 1_000),
        "m" => Some(number * MINUTE_MS),
        "h" => Some(number * 60 * MINUTE_MS),
        _ => None,
    }
}

fn list<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let words = text.split('@').filter(|word| !word.is_empty());
    words.map(read).collect()
}

/// `enrol`, `enrol/1` (tier) or `enrol/1/10` (head start in minutes).
fn profile_line(text: &str) -> Option<ProfileLine> {
    let mut parts = text.split('/');
    Some(ProfileLine {
        queue: QueueId::new(parts.next()?)?,
        tier: parts.next().unwrap_or("0").parse().ok()?,
        head_start_min: parts.next().unwrap_or("0").parse().ok()?,
    })
}

fn kiosk(text: &str) -> KioskId {
    KioskId::new(text).unwrap()
}

fn origin(text: &str) -> Option<Origin> {
    match text {
        "floor" => Some(Origin::Floor),
        "tax" => Some(Origin::Linked(SectionId::new(text)?)),
        _ => Some(Origin::Kiosk(KioskId::new(text)?)),
    }
}

fn paper(text: &str) -> Option<Paper> {
    match text {
        "none" => Some(Paper::None),
        "pending" => Some(Paper::Pending),
        "printed" => Some(Paper::Printed),
        "unknown" => Some(Paper::Unknown),
        "failed" => Some(Paper::Failed),
        _ => None,
    }
}

fn cancel_reason(text: &str) -> Option<CancelReason> {
    match text {
        "withdrawn" => Some(CancelReason::Withdrawn),
        "wrong_errand" => Some(CancelReason::WrongErrand),
        "missing_documents" => Some(CancelReason::MissingDocuments),
        "duplicate" => Some(CancelReason::Duplicate),
        "no_paper" => Some(CancelReason::NoPaper),
        "day_closed" => Some(CancelReason::DayClosed),
        _ => None,
    }
}

fn hold_reason(text: &str) -> Option<HoldReason> {
    match text {
        "filling_form" => Some(HoldReason::FillingForm),
        "fetching_document" => Some(HoldReason::FetchingDocument),
        "examination" => Some(HoldReason::Examination),
        "other_section" => Some(HoldReason::OtherSection),
        "pause" => Some(HoldReason::Pause),
        _ => None,
    }
}

fn confirm_step(text: &str) -> Option<ConfirmStep> {
    match text {
        "arrival" => Some(ConfirmStep::Arrival),
        "by_eye" => Some(ConfirmStep::SeenByEye),
        _ => None,
    }
}

fn return_place(text: &str) -> Option<ReturnPlace> {
    match text {
        "keep" => Some(ReturnPlace::Keep),
        "back" => Some(ReturnPlace::Back),
        _ => None,
    }
}

fn away_reason(text: &str) -> Option<AwayReason> {
    match text {
        "register" => Some(AwayReason::Register),
        "back_office" => Some(AwayReason::BackOffice),
        "break" => Some(AwayReason::Break),
        _ => None,
    }
}

fn guidance_kind(text: &str) -> Option<GuidanceKind> {
    match text.split_once('/') {
        Some(("unit", unit)) => Some(GuidanceKind::ToUnit(UnitId::new(unit)?)),
        Some(("section", section)) => Some(GuidanceKind::ToSection(SectionId::new(section)?)),
        Some(_) => None,
        None if text == "advice" => Some(GuidanceKind::Advice),
        None if text == "announced" => Some(GuidanceKind::Announced),
        None => None,
    }
}

fn batch_channel(text: &str) -> Option<BatchChannel> {
    match text {
        "mail" => Some(BatchChannel::Mail),
        "electronic" => Some(BatchChannel::Electronic),
        "window" => Some(BatchChannel::Window),
        _ => None,
    }
}

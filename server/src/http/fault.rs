//! What went wrong, always in the one envelope.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use domain::refusal::Refusal;
use protocol::answer::{ErrorBody, ErrorEnvelope};
use protocol::route::{self, General};

use super::json;
use crate::engine::Rejection;

/// An answer that says what was expected.
#[derive(Debug)]
pub(crate) struct Fault {
    /// Its stable code.
    pub(super) code: &'static str,
    message: String,
    detail: BTreeMap<String, String>,
    /// The methods that a path has, for `Allow`.
    allow: Option<String>,
}

/// Seconds after which a busy server can be asked again.
const RETRY_AFTER_S: &str = "1";

impl Fault {
    /// An error that is not a refusal of the rules.
    pub(crate) fn general(general: General) -> Fault {
        Fault {
            code: general.code,
            message: general.message.to_owned(),
            detail: BTreeMap::new(),
            allow: None,
        }
    }

    /// The body or the address is not what the contract describes; says what was expected.
    pub(crate) fn bad_request(expected: impl Into<String>) -> Fault {
        Fault { message: expected.into(), ..Fault::general(route::BAD_REQUEST) }
    }

    /// The path names something that cannot exist; `code` is the refusal's for such a thing.
    pub(super) fn unknown(code: &'static str, what: &str, name: &str) -> Fault {
        let detail = BTreeMap::from([(what.to_owned(), name.to_owned())]);
        Fault { code, message: format!("there is no {what} {name}"), detail, allow: None }
    }

    /// The path has other methods.
    pub(super) fn wrong_method(allow: String) -> Fault {
        Fault { allow: Some(allow), ..Fault::general(route::WRONG_METHOD) }
    }

    /// Adds a fact.
    pub(super) fn with(mut self, name: &str, value: impl ToString) -> Fault {
        self.detail.insert(name.to_owned(), value.to_string());
        self
    }

    /// Replaces the sentence that says what was expected.
    pub(super) fn saying(mut self, message: impl Into<String>) -> Fault {
        self.message = message.into();
        self
    }

    /// The answer.
    pub(super) fn respond(self) -> Response<Body> {
        let status = StatusCode::from_u16(route::status_of(self.code));
        let error =
            ErrorBody { code: self.code.to_owned(), message: self.message, detail: self.detail };
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = json(status, &ErrorEnvelope { error });
        let headers = response.headers_mut();
        if let Some(allow) = self.allow.and_then(|allow| HeaderValue::try_from(allow).ok()) {
            headers.insert(header::ALLOW, allow);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
        }
        response
    }
}

impl From<Rejection> for Fault {
    fn from(rejection: Rejection) -> Fault {
        match rejection {
            Rejection::Refused(refusal) => Fault {
                code: refusal.code(),
                message: refusal.to_string(),
                detail: facts(&refusal),
                allow: None,
            },
            Rejection::UnknownLabel(label) => {
                Fault::general(route::UNKNOWN_LABEL).with("label", label)
            }
            Rejection::KeyReused => Fault::general(route::KEY_REUSED),
            Rejection::Busy => Fault::general(route::BUSY),
            Rejection::Failing => Fault::general(route::FAILING),
        }
    }
}

/// The facts behind a refusal, by name.
fn facts(refusal: &Refusal) -> BTreeMap<String, String> {
    macro_rules! named {
        ($($variant:ident { $($field:ident),* })+) => {
            match refusal {
                Refusal::ClosedHours { next_open } => {
                    let opening = next_open.map(|(date, time)| format!("{date}T{time}"));
                    opening.into_iter().map(|at| ("next_open".to_owned(), at)).collect()
                }
                $(Refusal::$variant { $($field,)* .. } => {
                    BTreeMap::from([$((stringify!($field).to_owned(), $field.to_string())),*])
                })+
            }
        };
    }
    named! {
        NoSetup {}
        SetupInvalid { fault }
        SetupInUse { what }
        OfficeChanged { log, setup }
        DayNotOpen {}
        DayAlreadyOpen { date }
        DayNotToday { asked, today }
        DayAlreadyPast { asked, last }
        UnknownQueue { queue }
        UnknownErrand { errand }
        UnknownCounter { counter }
        UnknownProcedure { procedure }
        UnknownTicket { ticket }
        UnknownBell { bell }
        UnknownReason { bell, reason }
        UnknownRing { ring }
        UnknownTagPool { pool }
        UnknownTag { tag }
        UnknownBatch { batch }
        UnknownKiosk { kiosk }
        UnknownSection { section }
        UnknownUnit { unit }
        ErrandIsGroup { errand }
        ErrandNeedsGuide { errand }
        WrongOrigin {}
        LanguageNotOffered {}
        QueueFull { queue, waiting_max }
        RangeExhausted { queue, last }
        DayTicketsExhausted { tickets_day_max }
        NumberNotOwned { kiosk, queue, number }
        LabelTaken { label }
        LabelForeign { label, section }
        SectionNotLinked { section }
        OfflineTooOld { issued_ago_ms, age_ms_max }
        QueueEmpty {}
        NoneEligible { waiting }
        CounterClosed { counter }
        CounterAway { counter }
        CounterBusy { counter, ticket, label }
        CounterIdle { counter }
        CounterKindNotAllowed { counter, queue }
        NotWaiting { label, state }
        NotCalled { label, state }
        NotServing { label, state }
        NotOnHold { label, state }
        AlreadyFinal { label, state }
        AtCounter { label, counter }
        AlreadyEnded { label }
        LabelMismatch { called, presented }
        RecallsExhausted { label, recall_max }
        ReturnsExhausted { label, return_max }
        PeriodsExhausted { label, periods_max }
        NoProcedure {}
        TooManyProcedures { procedures_max }
        ProcedureTwice { procedure }
        ProcedureNotCompletable { procedure }
        TransferToSameQueue { queue }
        TransferNotServed { queue }
        NoTransferToConfirm { label }
        ArrivalNotConfirmed { label }
        NothingToUndo { counter }
        UndoTooLate { counter, undo_s }
        UndoOvertaken { label }
        PaperNotExpected { label }
        PaperAlreadyPrinted { label }
        AlreadyDoubted { label }
        CounterAlreadyOpen { counter }
        CounterNotOpen { counter }
        CounterNotAway { counter }
        ProfileEmpty { counter }
        DurationOutOfRange { duration_ms, duration_ms_max }
        TagNumberUnknown { pool, number, size }
        TagAlreadyOut { pool, number }
        TagAlreadyReturned { tag }
        TagProcedureNotAllowed { procedure }
        BellAlreadyRinging { bell, ring }
        RingAlreadyAnswered { ring }
        RingLapsed { ring }
        RingNotDue { ring }
        BatchEmpty {}
        BatchTooLarge { count_max }
        ProcedureNotBatched { procedure }
        ChannelNotAccepted { procedure }
        BatchStepBackwards { batch, step, last }
        BatchStepUnknown { batch, step, steps }
        BatchAlreadyDelivered { batch }
        BatchReturnedTooMany { batch, count }
        TooManyOpen { what, count_max }
    }
}

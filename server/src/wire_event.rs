//! Events of the domain as JSON: the only such conversion.

use domain::event::Event;
use domain::id::{ProcedureCode, TicketId};
use domain::label::Label;
use domain::language::Language;
use domain::procedure::Procedure;
use domain::setup::Setup;
use domain::time::Date;
use protocol::answer::CommandAnswer;
use protocol::event as wire;

use crate::engine::Accepted;

/// The answer to a command.
pub fn answer(accepted: &Accepted) -> CommandAnswer {
    let label_of = |_: TicketId| accepted.label;
    CommandAnswer {
        seq: accepted.seq,
        at_ms: accepted.at.0,
        events: accepted.events.iter().map(|event| from_domain(event, label_of)).collect(),
    }
}

/// A business day as the wire writes it.
pub fn day(date: Date) -> String {
    date.to_string()
}

fn codes(procedures: &[ProcedureCode]) -> Vec<String> {
    procedures.iter().map(ToString::to_string).collect()
}

/// An event as the wire says it. `label_of` finds the label of a ticket that is called.
pub fn from_domain(event: &Event, label_of: impl Fn(TicketId) -> Option<Label>) -> wire::Event {
    use wire::Event as W;
    match event {
        Event::SetupAdopted { setup } => {
            W::SetupAdopted { digest: crate::record::setup_digest(setup), figures: figures(setup) }
        }
        Event::DayOpened { date } => W::DayOpened { date: day(*date) },
        Event::DayClosed { date } => W::DayClosed { date: day(*date) },
        Event::TicketIssued {
            ticket,
            label,
            queue,
            errand,
            class,
            language,
            origin,
            token: _,
            issued_at,
            ahead,
            window,
        } => W::TicketIssued {
            ticket: ticket.0,
            label: label.to_string(),
            queue: queue.to_string(),
            errand: errand.map(|errand| errand.to_string()),
            class: self::class(*class),
            language: language.tag().to_owned(),
            origin: self::origin(*origin),
            issued_at_ms: issued_at.0,
            ahead: *ahead,
            window: window.map(|w| wire::Window { from_ms: w.from.0, to_ms: w.to.0 }),
        },
        Event::PaperReported { ticket, paper } => {
            W::PaperReported { ticket: ticket.0, paper: self::paper(*paper) }
        }
        Event::TicketReprinted { ticket } => W::TicketReprinted { ticket: ticket.0 },
        Event::TicketCancelled { ticket, reason } => {
            W::TicketCancelled { ticket: ticket.0, reason: cancel_reason(*reason) }
        }
        Event::TimesDoubted { ticket } => W::TimesDoubted { ticket: ticket.0 },
        Event::TicketCalled { ticket, counter, how } => W::TicketCalled {
            ticket: ticket.0,
            label: label_of(*ticket).map(|label| label.to_string()).unwrap_or_default(),
            counter: counter.to_string(),
            how: call_kind(*how),
        },
        Event::TicketRecalled { ticket, counter } => {
            W::TicketRecalled { ticket: ticket.0, counter: counter.to_string() }
        }
        Event::ServiceStarted { ticket, counter } => {
            W::ServiceStarted { ticket: ticket.0, counter: counter.to_string() }
        }
        Event::LabelMismatched { ticket, counter } => {
            W::LabelMismatched { ticket: ticket.0, counter: counter.to_string() }
        }
        Event::ServiceEnded { ticket, counter } => {
            W::ServiceEnded { ticket: ticket.0, counter: counter.to_string() }
        }
        Event::ServiceCompleted { ticket, counter, procedures } => W::ServiceCompleted {
            ticket: ticket.0,
            counter: counter.to_string(),
            procedures: codes(procedures),
        },
        Event::TicketNoShow { ticket, counter } => {
            W::TicketNoShow { ticket: ticket.0, counter: counter.to_string() }
        }
        Event::TicketReturned { ticket, counter, place } => W::TicketReturned {
            ticket: ticket.0,
            counter: counter.to_string(),
            place: return_place(*place),
        },
        Event::TicketHeld { ticket, counter, reason } => W::TicketHeld {
            ticket: ticket.0,
            counter: counter.to_string(),
            reason: hold_reason(*reason),
        },
        Event::TicketResumed { ticket, counter } => {
            W::TicketResumed { ticket: ticket.0, counter: counter.to_string() }
        }
        Event::TicketTransferred { ticket, counter, from, to } => W::TicketTransferred {
            ticket: ticket.0,
            counter: counter.to_string(),
            from: from.to_string(),
            to: to.to_string(),
        },
        Event::TransferConfirmed { ticket, step } => {
            W::TransferConfirmed { ticket: ticket.0, step: confirm_step(*step) }
        }
        Event::StepUndone { ticket, counter, step } => {
            W::StepUndone { ticket: ticket.0, counter: counter.to_string(), step: step_kind(*step) }
        }
        Event::CounterOpened { .. }
        | Event::CounterPaused { .. }
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
        | Event::BatchDelivered { .. } => floor(event),
    }
}

/// What of a setup the figures of reports depend on.
pub(crate) fn figures(setup: &Setup) -> wire::SetupFigures {
    let procedure = |procedure: &Procedure| wire::ProcedureFigures {
        code: procedure.code.to_string(),
        row: procedure.row.clone(),
        name: procedure.name.get(Language::Japanese).to_owned(),
        variant: procedure.variant.get(Language::Japanese).to_owned(),
        target_min: procedure.target_min,
        sort: procedure_sort(procedure.kind),
    };
    let queue = |queue: &domain::setup::Queue| wire::QueueFigures {
        queue: queue.id.to_string(),
        name: queue.staff_name.clone(),
    };
    wire::SetupFigures {
        procedures: setup.procedures.iter().map(procedure).collect(),
        queues: setup.queues.iter().map(queue).collect(),
        busy_months: setup.calendar.busy_months.clone(),
        wait_limit_min: setup.calendar.wait_limit_min,
        wait_limit_busy_min: setup.calendar.wait_limit_busy_min,
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller has sorted the events, exhaustively"
)]
fn floor(event: &Event) -> wire::Event {
    use wire::Event as W;
    match event {
        Event::CounterOpened { counter, operator, languages, profile } => W::CounterOpened {
            counter: counter.to_string(),
            operator: operator.map(|operator| operator.to_string()),
            languages: languages.iter().map(|language| language.tag().to_owned()).collect(),
            profile: profile.as_ref().map(|lines| {
                let line = |line: &domain::setup::ProfileLine| wire::ProfileLine {
                    queue: line.queue.to_string(),
                    tier: line.tier,
                    head_start_min: line.head_start_min,
                };
                lines.iter().map(line).collect()
            }),
        },
        Event::CounterPaused { counter, reason } => {
            W::CounterPaused { counter: counter.to_string(), reason: away_reason(*reason) }
        }
        Event::CounterResumed { counter } => W::CounterResumed { counter: counter.to_string() },
        Event::CounterClosed { counter } => W::CounterClosed { counter: counter.to_string() },
        Event::GuidanceRecorded { kind, duration_ms } => {
            W::GuidanceRecorded { guidance: guidance(*kind), duration_ms: *duration_ms }
        }
        Event::TagHandedOut { tag, pool, number } => {
            W::TagHandedOut { tag: tag.0, pool: pool.to_string(), number: *number }
        }
        Event::TagCalled { tag, counter } => {
            W::TagCalled { tag: tag.0, counter: counter.to_string() }
        }
        Event::TagReturned { tag, procedures } => {
            W::TagReturned { tag: tag.0, procedures: codes(procedures) }
        }
        Event::BellRung { ring, bell, reason } => {
            W::BellRung { ring: ring.0, bell: bell.to_string(), reason: reason.to_string() }
        }
        Event::BellAcknowledged { ring } => W::BellAcknowledged { ring: ring.0 },
        Event::BellEscalated { ring, count, to } => {
            let to = to.map(|bell| bell.to_string());
            W::BellEscalated { ring: ring.0, count: *count, to }
        }
        Event::BellLapsed { ring } => W::BellLapsed { ring: ring.0 },
        Event::BatchReceived { batch, procedure, channel, count } => W::BatchReceived {
            batch: batch.0,
            procedure: procedure.to_string(),
            channel: batch_channel(*channel),
            count: *count,
        },
        Event::BatchAdvanced { batch, step } => W::BatchAdvanced { batch: batch.0, step: *step },
        Event::BatchDelivered { batch, returned } => {
            W::BatchDelivered { batch: batch.0, returned: *returned }
        }
        other => unreachable!("about a ticket or the day: {other:?}"),
    }
}

/// A ticket's class.
pub fn class(class: domain::ticket::Class) -> wire::Class {
    use domain::ticket::Class as D;
    match class {
        D::Ordinary => wire::Class::Ordinary,
        D::Priority => wire::Class::Priority,
        D::Appointment { due_at } => wire::Class::Appointment { due_at_ms: due_at.0 },
    }
}

/// Where a ticket came from.
pub fn origin(origin: domain::ticket::Origin) -> wire::Origin {
    use domain::ticket::Origin as D;
    match origin {
        D::Kiosk(kiosk) => wire::Origin::Kiosk { kiosk: kiosk.to_string() },
        D::Floor => wire::Origin::Floor,
        D::Linked(section) => wire::Origin::Linked { section: section.to_string() },
        D::Offline(kiosk) => wire::Origin::Offline { kiosk: kiosk.to_string() },
    }
}

/// A guidance.
pub fn guidance(kind: domain::command::GuidanceKind) -> wire::GuidanceKind {
    use domain::command::GuidanceKind as D;
    match kind {
        D::Advice => wire::GuidanceKind::Advice,
        D::ToUnit(unit) => wire::GuidanceKind::ToUnit { unit: unit.to_string() },
        D::ToSection(section) => wire::GuidanceKind::ToSection { section: section.to_string() },
        D::Announced => wire::GuidanceKind::Announced,
    }
}

macro_rules! same_names {
    ($(
        $(#[$doc:meta])*
        $to:ident $back:ident: $domain:path => $wire:path { $($value:ident),+ }
    )+) => {$(
        $(#[$doc])*
        pub fn $to(value: $domain) -> $wire {
            use $domain as D;
            use $wire as W;
            match value { $(D::$value => W::$value),+ }
        }

        $(#[$doc])*
        pub fn $back(value: $wire) -> $domain {
            use $domain as D;
            use $wire as W;
            match value { $(W::$value => D::$value),+ }
        }
    )+};
}

same_names! {
    /// What is known of a ticket's paper.
    paper to_paper: domain::ticket::Paper => wire::Paper { None, Pending, Printed, Unknown, Failed }
    /// Why a ticket was cancelled.
    cancel_reason to_cancel_reason: domain::ticket::CancelReason => wire::CancelReason {
        Withdrawn, WrongErrand, MissingDocuments, Duplicate, NoPaper, DayClosed
    }
    /// How a ticket came to be called.
    call_kind to_call_kind: domain::event::CallKind => wire::CallKind { Next, Chosen }
    /// Where a returned ticket stands.
    return_place to_return_place: domain::command::ReturnPlace => wire::ReturnPlace { Keep, Back }
    /// Why a ticket is on hold.
    hold_reason to_hold_reason: domain::ticket::HoldReason => wire::HoldReason {
        FillingForm, FetchingDocument, Examination, OtherSection, Pause
    }
    /// A step of confirming a transfer.
    confirm_step to_confirm_step: domain::command::ConfirmStep => wire::ConfirmStep {
        Arrival, SeenByEye
    }
    /// A step that can be undone.
    step_kind to_step_kind: domain::event::StepKind => wire::StepKind {
        Call, Start, Mismatch, EndService, Complete, NoShow, Return, Hold, Resume, Transfer
    }
    /// Why an operator is away.
    away_reason to_away_reason: domain::command::AwayReason => wire::AwayReason {
        Register, BackOffice, Break
    }
    /// What sort of work a procedure is.
    procedure_sort to_procedure_kind: domain::procedure::ProcedureKind => wire::ProcedureSort {
        Floor, Ticketed, ExpressTag, SubProcedure, MailWorkflow, SystemFunction, Ancillary
    }
    /// How a batch came in.
    batch_channel to_batch_channel: domain::command::BatchChannel => wire::BatchChannel {
        Mail, Electronic, Window
    }
}

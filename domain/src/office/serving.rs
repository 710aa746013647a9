//! Serving: start, 窓口終了, completion with procedures, hold and resume (R-90…R-97).

use alloc::vec::Vec;

use super::{Office, events};
use crate::event::{Event, StepKind};
use crate::id::{CounterId, ProcedureCode, TicketId};
use crate::label::Label;
use crate::procedure::{Completion, ProcedureKind};
use crate::refusal::Refusal;
use crate::setup::Setup;
use crate::ticket::{HoldReason, PeriodKind, ServicePhase, Ticket, TicketState, Times};
use crate::time::{MINUTE_MS, Timestamp};

impl Office {
    pub(super) fn decide_start(
        &self,
        counter: CounterId,
        presented: Option<Label>,
    ) -> Result<Vec<Event>, Refusal> {
        let ticket = self.require_called(counter)?;
        Office::require_match(ticket, presented)?;
        events([Event::ServiceStarted { ticket: ticket.id, counter }])
    }

    pub(super) fn decide_end_service(&self, counter: CounterId) -> Result<Vec<Event>, Refusal> {
        let (ticket, phase) = self.require_serving(counter)?;
        if phase == ServicePhase::AfterCounter {
            return Err(Refusal::AlreadyEnded { label: ticket.label });
        }
        events([Event::ServiceEnded { ticket: ticket.id, counter }])
    }

    /// A service that lasted longer than can be is doubted first, so that taking back the
    /// completion finds nothing after it.
    pub(super) fn decide_complete(
        &self,
        at: Timestamp,
        counter: CounterId,
        procedures: &[ProcedureCode],
    ) -> Result<Vec<Event>, Refusal> {
        let (ticket, _) = self.require_serving(counter)?;
        let setup = self.require_setup()?;
        require_procedures(setup, procedures)?;
        if !procedures.is_empty() || setup.is_catalogued(ticket.queue) {
            require_completable(setup, procedures)?;
        }
        let mut decided = Vec::with_capacity(2);
        let lasted_ms_max = i64::from(setup.rules.service_max_min) * MINUTE_MS;
        let has_lasted_too_long = at.since_ms(service_from(ticket)) > lasted_ms_max;
        if has_lasted_too_long && ticket.times == Times::Accurate {
            decided.push(Event::TimesDoubted { ticket: ticket.id });
        }
        decided.push(Event::ServiceCompleted {
            ticket: ticket.id,
            counter,
            procedures: procedures.to_vec(),
        });
        Ok(decided)
    }

    pub(super) fn decide_hold(
        &self,
        counter: CounterId,
        reason: HoldReason,
    ) -> Result<Vec<Event>, Refusal> {
        let ticket = self.require_at(counter)?;
        self.require_periods(ticket)?;
        events([Event::TicketHeld { ticket: ticket.id, counter, reason }])
    }

    pub(super) fn decide_resume(
        &self,
        counter: CounterId,
        id: TicketId,
    ) -> Result<Vec<Event>, Refusal> {
        self.require_free(counter)?;
        let ticket = self.require_lasting(id)?;
        match ticket.state {
            TicketState::OnHold { .. } => {}
            TicketState::Waiting
            | TicketState::Called { .. }
            | TicketState::Serving { .. }
            | TicketState::Completed
            | TicketState::NoShow
            | TicketState::Cancelled { .. } => {
                return Err(Refusal::NotOnHold { label: ticket.label, state: ticket.state });
            }
        }
        self.require_kind(counter, ticket)?;
        events([Event::TicketResumed { ticket: id, counter }])
    }

    pub(super) fn require_serving(
        &self,
        counter: CounterId,
    ) -> Result<(&Ticket, ServicePhase), Refusal> {
        let ticket = self.require_at(counter)?;
        match ticket.state {
            TicketState::Serving { phase, .. } => Ok((ticket, phase)),
            TicketState::Waiting
            | TicketState::Called { .. }
            | TicketState::OnHold { .. }
            | TicketState::Completed
            | TicketState::NoShow
            | TicketState::Cancelled { .. } => {
                Err(Refusal::NotServing { label: ticket.label, state: ticket.state })
            }
        }
    }

    pub(super) fn apply_started(&mut self, at: Timestamp, counter: CounterId, id: TicketId) {
        self.step(at, counter, id, StepKind::Start, |ticket| {
            assert_eq!(ticket.state, TicketState::Called { counter }, "ticket {id}");
            serve(ticket, at, counter);
        });
    }

    pub(super) fn apply_ended(&mut self, at: Timestamp, counter: CounterId, id: TicketId) {
        self.step(at, counter, id, StepKind::EndService, |ticket| {
            assert_serving(ticket, counter);
            ticket.state = TicketState::Serving { counter, phase: ServicePhase::AfterCounter };
            ticket.begin(at, PeriodKind::AfterCounter, Some(counter));
        });
    }

    pub(super) fn apply_completed(
        &mut self,
        at: Timestamp,
        counter: CounterId,
        id: TicketId,
        procedures: &[ProcedureCode],
    ) {
        let mut held = None;
        self.step(at, counter, id, StepKind::Complete, |ticket| {
            assert_serving(ticket, counter);
            ticket.state = TicketState::Completed;
            ticket.procedures = procedures.to_vec();
            ticket.end(at);
            held = counter_ms(ticket, counter, at).map(|ms| (ticket.queue, ms));
        });
        if let Some((queue, ms)) = held {
            let line = self.lines.entry(queue).or_default();
            line.completed_count += 1;
            line.completed_ms += ms;
        }
    }

    pub(super) fn apply_held(
        &mut self,
        at: Timestamp,
        counter: CounterId,
        id: TicketId,
        reason: HoldReason,
    ) {
        self.step(at, counter, id, StepKind::Hold, |ticket| {
            assert_eq!(ticket.state.at_counter(), Some(counter), "ticket {id}");
            ticket.state = TicketState::OnHold { counter, reason };
            ticket.announce_count = 0;
            ticket.begin(at, PeriodKind::OnHold, Some(counter));
        });
    }

    pub(super) fn apply_resumed(&mut self, at: Timestamp, counter: CounterId, id: TicketId) {
        self.step(at, counter, id, StepKind::Resume, |ticket| {
            let is_held = matches!(ticket.state, TicketState::OnHold { .. });
            assert!(is_held, "ticket {id} is {}", ticket.state.name());
            serve(ticket, at, counter);
        });
    }
}

fn serve(ticket: &mut Ticket, at: Timestamp, counter: CounterId) {
    ticket.state = TicketState::Serving { counter, phase: ServicePhase::AtCounter };
    ticket.announce_count = 0;
    ticket.begin(at, PeriodKind::Serving, Some(counter));
}

pub(super) fn assert_serving(ticket: &Ticket, counter: CounterId) {
    let is_served =
        matches!(ticket.state, TicketState::Serving { counter: at, .. } if at == counter);
    assert!(is_served, "ticket {} is {}", ticket.id, ticket.state.name());
}

/// How long a ticket has held a counter without a break, when its times can be trusted.
pub(super) fn counter_ms(ticket: &Ticket, counter: CounterId, until: Timestamp) -> Option<i64> {
    let stretch =
        ticket.periods.iter().rev().take_while(|period| {
            period.counter == Some(counter) && period.kind != PeriodKind::OnHold
        });
    let from = stretch.last()?.from;
    (ticket.times == Times::Accurate).then_some(until.since_ms(from))
}

/// When the service that lasts began, 窓口終了 and what follows included.
fn service_from(ticket: &Ticket) -> Timestamp {
    let serving = |kind: PeriodKind| kind == PeriodKind::Serving;
    let last = ticket.periods.iter().rev().find(|period| serving(period.kind));
    last.map_or(ticket.issued_at, |period| period.from)
}

/// The procedures are known, distinct and not too many.
pub(super) fn require_procedures(
    setup: &Setup,
    procedures: &[ProcedureCode],
) -> Result<(), Refusal> {
    let procedures_max = setup.rules.procedures_max;
    if procedures.len() > usize::from(procedures_max) {
        return Err(Refusal::TooManyProcedures { procedures_max });
    }
    for (index, &procedure) in procedures.iter().enumerate() {
        if procedures[..index].contains(&procedure) {
            return Err(Refusal::ProcedureTwice { procedure });
        }
        if setup.procedure(procedure).is_none() {
            return Err(Refusal::UnknownProcedure { procedure });
        }
    }
    Ok(())
}

/// At least one procedure has 完了処理, and the others are part of one.
fn require_completable(setup: &Setup, procedures: &[ProcedureCode]) -> Result<(), Refusal> {
    let first = *procedures.first().ok_or(Refusal::NoProcedure)?;
    let mut has_completion = false;
    for &procedure in procedures {
        let sheet = setup.procedure(procedure).ok_or(Refusal::UnknownProcedure { procedure })?;
        match (sheet.completion, sheet.kind) {
            (Completion::Completes, _) => has_completion = true,
            (Completion::None, ProcedureKind::SubProcedure) => {}
            (
                Completion::None,
                ProcedureKind::Floor
                | ProcedureKind::Ticketed
                | ProcedureKind::ExpressTag
                | ProcedureKind::MailWorkflow
                | ProcedureKind::SystemFunction
                | ProcedureKind::Ancillary,
            ) => return Err(Refusal::ProcedureNotCompletable { procedure }),
        }
    }
    if has_completion {
        return Ok(());
    }
    Err(Refusal::ProcedureNotCompletable { procedure: first })
}

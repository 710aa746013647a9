//! What counters do with tickets: call, serve, complete, hold, transfer, take back.

use domain::command::{Command, ConfirmStep, ReturnPlace};
use domain::event::StepKind;
use domain::id::{CounterId, ProcedureCode, QueueId, TicketId};
use domain::label::Label;
use domain::procedure::{Completion, ProcedureKind};
use domain::rules::TransferPlace;
use domain::setup::{Errand, ErrandTarget, SectionSystem};
use domain::ticket::{ServicePhase, TicketState, TransferStage};
use domain::time::{MINUTE_MS, Now, Timestamp};

use super::{Auditor, Case, Expected, LastStep, Reasons, Verdict};

/// Periods that a ticket in line still needs room for: called, served, after 窓口終了.
const PERIODS_AHEAD: usize = 3;

impl Auditor {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the dispatcher sends only these commands here"
    )]
    pub(super) fn judge_calling(&mut self, now: Now, command: &Command) -> Verdict {
        let at = now.at;
        match command {
            Command::CallNext { counter } => self.call_next(at, *counter),
            Command::CallTicket { counter, ticket } => self.call_ticket(at, *counter, *ticket),
            Command::Recall { counter } => self.recall(*counter),
            Command::StartService { counter, presented } => self.start(at, *counter, *presented),
            Command::ReportMismatch { counter } => self.mismatch(at, *counter),
            Command::EndService { counter } => self.end_service(at, *counter),
            Command::CompleteService { counter, procedures } => {
                self.complete(at, *counter, procedures)
            }
            Command::MarkNoShow { counter } => self.no_show(at, *counter),
            Command::ReturnToQueue { counter, place } => self.give_back(at, *counter, *place),
            Command::Hold { counter, reason } => {
                let counter = *counter;
                let mut reasons = self.at_desk(counter);
                self.periods(counter, &mut reasons);
                reasons.none()?;
                let state = TicketState::OnHold { counter, reason: *reason };
                self.step(at, counter, StepKind::Hold, |case| case.change(at, state));
                Ok(Expected::default())
            }
            Command::Resume { counter, ticket } => self.resume(at, *counter, *ticket),
            Command::Transfer { counter, to } => self.transfer(at, *counter, *to),
            Command::ConfirmTransfer { ticket, step } => self.confirm(*ticket, *step),
            Command::Undo { counter } => self.undo(at, *counter),
            _ => unreachable!("{command:?} is no step of a counter"),
        }
    }

    /// Reasons that hold for every step of a counter.
    fn open_desk(&self, counter: CounterId) -> Reasons {
        let mut reasons = Reasons::default();
        reasons.when(self.day.is_none(), "day_not_open");
        reasons.when(!self.counter_exists(counter), "unknown_counter");
        reasons.when(self.desk(counter).is_none(), "counter_closed");
        reasons
    }

    /// Reasons that hold for every step with the ticket at a counter.
    fn at_desk(&self, counter: CounterId) -> Reasons {
        let mut reasons = self.open_desk(counter);
        let idle = self.desk(counter).is_some_and(|desk| desk.ticket.is_none());
        reasons.when(idle, "counter_idle");
        reasons
    }

    fn there(&self, counter: CounterId) -> Option<&Case> {
        let ticket = self.desk(counter)?.ticket?;
        self.case(ticket)
    }

    fn called_there(&self, counter: CounterId) -> Reasons {
        let mut reasons = self.at_desk(counter);
        let other = self
            .there(counter)
            .is_some_and(|case| !matches!(case.state, TicketState::Called { .. }));
        reasons.when(other, "not_called");
        reasons
    }

    fn served_there(&self, counter: CounterId) -> Reasons {
        let mut reasons = self.at_desk(counter);
        let other = self
            .there(counter)
            .is_some_and(|case| !matches!(case.state, TicketState::Serving { .. }));
        reasons.when(other, "not_serving");
        reasons
    }

    fn free_desk(&self, counter: CounterId) -> Reasons {
        let mut reasons = self.open_desk(counter);
        let busy = self.desk(counter).is_some_and(|desk| desk.ticket.is_some());
        reasons.when(busy, "counter_busy");
        reasons
    }

    fn ready_desk(&self, counter: CounterId) -> Reasons {
        let mut reasons = self.free_desk(counter);
        let away = self.desk(counter).is_some_and(|desk| desk.away.is_some());
        reasons.when(away, "counter_away");
        reasons
    }

    fn periods(&self, counter: CounterId, reasons: &mut Reasons) {
        let periods_max = usize::from(self.setup.rules.periods_max);
        let full = self
            .there(counter)
            .is_some_and(|case| case.period_count + 1 + PERIODS_AHEAD > periods_max);
        reasons.when(full, "periods_exhausted");
    }

    /// Changes the ticket at a counter and keeps what it was for `Undo`.
    fn step(
        &mut self,
        at: Timestamp,
        counter: CounterId,
        kind: StepKind,
        change: impl FnOnce(&mut Case),
    ) {
        let ticket = self.desk(counter).and_then(|desk| desk.ticket).unwrap();
        self.step_of(at, counter, ticket, kind, change);
    }

    fn step_of(
        &mut self,
        at: Timestamp,
        counter: CounterId,
        ticket: TicketId,
        kind: StepKind,
        change: impl FnOnce(&mut Case),
    ) {
        let case = self.case_mut(ticket);
        let before = Box::new(case.clone());
        change(case);
        let step_count_after = case.step_count;
        let is_here = case.counter() == Some(counter);
        let desk = self.desk_mut(counter);
        desk.ticket = is_here.then_some(ticket);
        desk.last = Some(LastStep { kind, at, before, step_count_after });
    }

    fn call_next(&mut self, at: Timestamp, counter: CounterId) -> Verdict {
        let mut reasons = self.ready_desk(counter);
        let mut next = None;
        if let Some(desk) = self.desk(counter) {
            let waiting: usize = desk.profile.iter().map(|line| self.waiting_in(line.queue)).sum();
            next = self.next_for(desk, at).map(|case| case.id);
            reasons.when(desk.profile.is_empty(), "profile_empty");
            let profile_names_some = !desk.profile.is_empty();
            reasons.when(profile_names_some && waiting == 0, "queue_empty");
            reasons.when(waiting > 0 && next.is_none(), "none_eligible");
        }
        reasons.none()?;
        Ok(self.call(at, counter, next.unwrap()))
    }

    fn call_ticket(&mut self, at: Timestamp, counter: CounterId, ticket: TicketId) -> Verdict {
        let mut reasons = self.ready_desk(counter);
        reasons.0.extend(self.lasting(ticket).0);
        if let Some(case) = self.case(ticket) {
            let callable = matches!(case.state, TicketState::Waiting | TicketState::OnHold { .. });
            reasons.when(!callable, "not_waiting");
            let barred = self.counter_exists(counter) && !self.kind_may(counter, case.queue);
            reasons.when(barred, "counter_kind_not_allowed");
        }
        reasons.none()?;
        Ok(self.call(at, counter, ticket))
    }

    fn call(&mut self, at: Timestamp, counter: CounterId, ticket: TicketId) -> Expected {
        let case = self.case(ticket).unwrap();
        let (queue, favoured) = (case.queue, case.is_favoured());
        let waited = case.state == TicketState::Waiting;
        self.step_of(at, counter, ticket, StepKind::Call, |case| {
            case.change(at, TicketState::Called { counter });
            case.transfer = None;
        });
        if waited {
            self.remember_call(queue, ticket, favoured);
        }
        Expected { issued: None, called: Some(ticket) }
    }

    fn recall(&mut self, counter: CounterId) -> Verdict {
        let mut reasons = self.called_there(counter);
        let announced = self.there(counter).map_or(0, |case| case.announce_count);
        // The first announcement was the call itself.
        reasons.when(announced > self.setup.rules.recall_max, "recalls_exhausted");
        reasons.none()?;
        let ticket = self.desk(counter).and_then(|desk| desk.ticket).unwrap();
        self.case_mut(ticket).announce_count += 1;
        Ok(Expected { issued: None, called: Some(ticket) })
    }

    fn start(&mut self, at: Timestamp, counter: CounterId, presented: Option<Label>) -> Verdict {
        let mut reasons = self.called_there(counter);
        if let (Some(case), Some(shown)) = (self.there(counter), presented) {
            let same = case.label.letter == shown.letter && case.label.number == shown.number;
            reasons.when(!same, "label_mismatch");
        }
        reasons.none()?;
        self.step(at, counter, StepKind::Start, |case| case.serve(at, counter));
        Ok(Expected::default())
    }

    fn mismatch(&mut self, at: Timestamp, counter: CounterId) -> Verdict {
        let mut reasons = self.called_there(counter);
        self.periods(counter, &mut reasons);
        reasons.none()?;
        self.step(at, counter, StepKind::Mismatch, |case| case.change(at, TicketState::Waiting));
        Ok(Expected::default())
    }

    fn end_service(&mut self, at: Timestamp, counter: CounterId) -> Verdict {
        let mut reasons = self.served_there(counter);
        let phase = ServicePhase::AfterCounter;
        let after = TicketState::Serving { counter, phase };
        let ended = self.there(counter).is_some_and(|case| case.state == after);
        reasons.when(ended, "already_ended");
        reasons.none()?;
        self.step(at, counter, StepKind::EndService, |case| case.change(at, after));
        Ok(Expected::default())
    }

    fn complete(
        &mut self,
        at: Timestamp,
        counter: CounterId,
        procedures: &[ProcedureCode],
    ) -> Verdict {
        let mut reasons = self.served_there(counter);
        let queue = self.there(counter).map(|case| case.queue);
        self.completing(queue, procedures, &mut reasons);
        reasons.none()?;
        let service_ms_max = i64::from(self.setup.rules.service_max_min) * MINUTE_MS;
        let ticket = self.desk(counter).and_then(|desk| desk.ticket).unwrap();
        let case = self.case_mut(ticket);
        case.doubted |= at.0 - case.served_since.0 > service_ms_max;
        self.step(at, counter, StepKind::Complete, |case| {
            case.change(at, TicketState::Completed);
            case.procedures = procedures.to_vec();
        });
        Ok(Expected::default())
    }

    fn completing(
        &self,
        queue: Option<QueueId>,
        procedures: &[ProcedureCode],
        reasons: &mut Reasons,
    ) {
        let to_queue = |errand: &&Errand| {
            queue.is_some_and(|queue| errand.leads_to == ErrandTarget::Queue(queue))
        };
        let leading: Vec<&Errand> = self.setup.errands.iter().filter(to_queue).collect();
        let has_sheets =
            leading.is_empty() || leading.iter().any(|errand| !errand.procedures.is_empty());
        reasons.when(procedures.is_empty() && has_sheets, "no_procedure");
        let procedures_max = usize::from(self.setup.rules.procedures_max);
        reasons.when(procedures.len() > procedures_max, "too_many_procedures");
        let mut done = 0;
        let mut wrong = 0;
        for (index, code) in procedures.iter().enumerate() {
            reasons.when(procedures[..index].contains(code), "procedure_twice");
            match self.setup.procedures.iter().find(|sheet| sheet.code == *code) {
                None => reasons.when(true, "unknown_procedure"),
                Some(sheet) if sheet.completion == Completion::Completes => done += 1,
                Some(sheet) if sheet.kind == ProcedureKind::SubProcedure => {}
                Some(_) => wrong += 1,
            }
        }
        let incomplete = !procedures.is_empty() && (wrong > 0 || done == 0);
        reasons.when(incomplete, "procedure_not_completable");
    }

    fn no_show(&mut self, at: Timestamp, counter: CounterId) -> Verdict {
        self.called_there(counter).none()?;
        self.step(at, counter, StepKind::NoShow, |case| case.change(at, TicketState::NoShow));
        Ok(Expected::default())
    }

    fn give_back(&mut self, at: Timestamp, counter: CounterId, place: ReturnPlace) -> Verdict {
        let mut reasons = self.called_there(counter);
        let returned = self.there(counter).map_or(0, |case| case.return_count);
        let often = place == ReturnPlace::Back && returned >= self.setup.rules.return_max;
        reasons.when(often, "returns_exhausted");
        self.periods(counter, &mut reasons);
        reasons.none()?;
        self.step(at, counter, StepKind::Return, |case| {
            case.change(at, TicketState::Waiting);
            if place == ReturnPlace::Back {
                case.place_at = at;
                case.return_count += 1;
            }
        });
        Ok(Expected::default())
    }

    fn resume(&mut self, at: Timestamp, counter: CounterId, ticket: TicketId) -> Verdict {
        let mut reasons = self.free_desk(counter);
        reasons.0.extend(self.lasting(ticket).0);
        if let Some(case) = self.case(ticket) {
            let held = matches!(case.state, TicketState::OnHold { .. });
            reasons.when(!held, "not_on_hold");
            let barred = self.counter_exists(counter) && !self.kind_may(counter, case.queue);
            reasons.when(barred, "counter_kind_not_allowed");
        }
        reasons.none()?;
        self.step_of(at, counter, ticket, StepKind::Resume, |case| case.serve(at, counter));
        Ok(Expected::default())
    }

    fn transfer(&mut self, at: Timestamp, counter: CounterId, to: QueueId) -> Verdict {
        let mut reasons = self.served_there(counter);
        let same = self.there(counter).is_some_and(|case| case.queue == to);
        reasons.when(same, "transfer_to_same_queue");
        let queue = self.setup.queues.iter().find(|queue| queue.id == to);
        reasons.when(queue.is_none(), "unknown_queue");
        if let Some(queue) = queue {
            let section = self.setup.sections.iter().find(|other| other.id == queue.section);
            let is_here = section.is_some_and(|other| other.system == SectionSystem::Here);
            reasons.when(!is_here, "transfer_not_served");
            self.room(queue, &mut reasons);
        }
        self.periods(counter, &mut reasons);
        reasons.none()?;
        let place = self.setup.rules.transfer_place;
        self.step(at, counter, StepKind::Transfer, |case| {
            case.change(at, TicketState::Waiting);
            case.queue = to;
            case.transfer = Some(TransferStage::Sent { from: counter });
            case.return_count = 0;
            case.place_at = match place {
                TransferPlace::Arrival => at,
                TransferPlace::Issue => case.issued_at,
            };
        });
        Ok(Expected::default())
    }

    fn confirm(&mut self, ticket: TicketId, step: ConfirmStep) -> Verdict {
        let mut reasons = self.lasting(ticket);
        let stage = self.case(ticket).and_then(|case| case.transfer);
        let next = match (stage, step) {
            (Some(TransferStage::Sent { from }), ConfirmStep::Arrival) => {
                Some(TransferStage::Arrived { from })
            }
            (Some(TransferStage::Sent { .. }), ConfirmStep::SeenByEye) => {
                reasons.when(true, "arrival_not_confirmed");
                None
            }
            (Some(TransferStage::Arrived { .. }), ConfirmStep::SeenByEye) => None,
            (Some(TransferStage::Arrived { .. }), ConfirmStep::Arrival) | (None, _) => {
                reasons.when(true, "no_transfer_to_confirm");
                None
            }
        };
        reasons.none()?;
        let case = self.case_mut(ticket);
        case.transfer = next;
        case.step_count += 1;
        Ok(Expected::default())
    }

    fn undo(&mut self, at: Timestamp, counter: CounterId) -> Verdict {
        let mut reasons = self.open_desk(counter);
        let last = self.desk(counter).and_then(|desk| desk.last.clone());
        reasons.when(self.desk(counter).is_some() && last.is_none(), "nothing_to_undo");
        if let Some(step) = &last {
            let undo_ms = i64::from(self.setup.rules.undo_s) * 1_000;
            reasons.when(at.0 - step.at.0 > undo_ms, "undo_too_late");
            let step_count = self.case(step.before.id).map(|case| case.step_count);
            reasons.when(step_count != Some(step.step_count_after), "undo_overtaken");
            let here = self.desk(counter).and_then(|desk| desk.ticket);
            let other = here.is_some_and(|here| here != step.before.id);
            reasons.when(other, "counter_busy");
        }
        reasons.none()?;
        let step = last.unwrap();
        let case = self.case_mut(step.before.id);
        *case = Case {
            paper: case.paper,
            doubted: case.doubted,
            step_count: case.step_count + 1,
            ..*step.before
        };
        let (ticket, is_here) = (case.id, case.counter() == Some(counter));
        let waits_again = case.state == TicketState::Waiting;
        if step.kind == StepKind::Call && waits_again {
            self.forget_call(ticket);
        }
        let desk = self.desk_mut(counter);
        desk.ticket = is_here.then_some(ticket);
        desk.last = None;
        Ok(Expected::default())
    }
}

impl Case {
    fn serve(&mut self, at: Timestamp, counter: CounterId) {
        let phase = ServicePhase::AtCounter;
        self.change(at, TicketState::Serving { counter, phase });
        self.served_since = at;
    }
}

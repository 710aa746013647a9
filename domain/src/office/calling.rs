//! Calling: next, chosen, again; mismatch, no-show, return (R-40…R-47).

use alloc::vec::Vec;

use super::{Office, events};
use crate::command::ReturnPlace;
use crate::event::{CallKind, Event, StepKind};
use crate::id::{CounterId, TicketId};
use crate::label::Label;
use crate::line::Standing;
use crate::refusal::Refusal;
use crate::selection;
use crate::ticket::{PeriodKind, Ticket, TicketState};
use crate::time::Timestamp;

/// Periods that a ticket in line must still have room for: called, serving, after 窓口終了.
const PERIODS_AHEAD: usize = 3;

impl Office {
    pub(super) fn decide_call_next(
        &self,
        at: Timestamp,
        counter: CounterId,
    ) -> Result<Vec<Event>, Refusal> {
        self.require_ready(counter)?;
        let ticket = selection::next_ticket(self, counter, at)?;
        events([Event::TicketCalled { ticket, counter, how: CallKind::Next }])
    }

    pub(super) fn decide_call_ticket(
        &self,
        counter: CounterId,
        id: TicketId,
    ) -> Result<Vec<Event>, Refusal> {
        self.require_ready(counter)?;
        let ticket = self.require_lasting(id)?;
        match ticket.state {
            TicketState::Waiting | TicketState::OnHold { .. } => {}
            TicketState::Called { .. }
            | TicketState::Serving { .. }
            | TicketState::Completed
            | TicketState::NoShow
            | TicketState::Cancelled { .. } => {
                return Err(Refusal::NotWaiting { label: ticket.label, state: ticket.state });
            }
        }
        self.require_kind(counter, ticket)?;
        events([Event::TicketCalled { ticket: id, counter, how: CallKind::Chosen }])
    }

    pub(super) fn decide_recall(&self, counter: CounterId) -> Result<Vec<Event>, Refusal> {
        let ticket = self.require_called(counter)?;
        let recall_max = self.require_setup()?.rules.recall_max;
        if ticket.announce_count > recall_max {
            return Err(Refusal::RecallsExhausted { label: ticket.label, recall_max });
        }
        events([Event::TicketRecalled { ticket: ticket.id, counter }])
    }

    pub(super) fn decide_mismatch(&self, counter: CounterId) -> Result<Vec<Event>, Refusal> {
        let ticket = self.require_called(counter)?;
        self.require_periods(ticket)?;
        events([Event::LabelMismatched { ticket: ticket.id, counter }])
    }

    pub(super) fn decide_no_show(&self, counter: CounterId) -> Result<Vec<Event>, Refusal> {
        let ticket = self.require_called(counter)?;
        events([Event::TicketNoShow { ticket: ticket.id, counter }])
    }

    pub(super) fn decide_return(
        &self,
        counter: CounterId,
        place: ReturnPlace,
    ) -> Result<Vec<Event>, Refusal> {
        let ticket = self.require_called(counter)?;
        let return_max = self.require_setup()?.rules.return_max;
        if place == ReturnPlace::Back && ticket.return_count >= return_max {
            return Err(Refusal::ReturnsExhausted { label: ticket.label, return_max });
        }
        self.require_periods(ticket)?;
        events([Event::TicketReturned { ticket: ticket.id, counter, place }])
    }

    /// The counter may call: open, attended, without a ticket.
    fn require_ready(&self, counter: CounterId) -> Result<(), Refusal> {
        let open = self.require_free(counter)?;
        match open.away {
            None => Ok(()),
            Some(_) => Err(Refusal::CounterAway { counter }),
        }
    }

    pub(super) fn require_called(&self, counter: CounterId) -> Result<&Ticket, Refusal> {
        let ticket = self.require_at(counter)?;
        match ticket.state {
            TicketState::Called { .. } => Ok(ticket),
            TicketState::Waiting
            | TicketState::Serving { .. }
            | TicketState::OnHold { .. }
            | TicketState::Completed
            | TicketState::NoShow
            | TicketState::Cancelled { .. } => {
                Err(Refusal::NotCalled { label: ticket.label, state: ticket.state })
            }
        }
    }

    /// The ticket may go to wait or on hold once more: afterwards it can still be called, served
    /// and ended within the limit, so no ticket is ever stuck in line.
    pub(super) fn require_periods(&self, ticket: &Ticket) -> Result<(), Refusal> {
        let periods_max = self.require_setup()?.rules.periods_max;
        if ticket.periods.len() + 1 + PERIODS_AHEAD <= usize::from(periods_max) {
            return Ok(());
        }
        Err(Refusal::PeriodsExhausted { label: ticket.label, periods_max })
    }

    /// A counter's step.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "`Office::apply` lists every event and sends only these"
    )]
    pub(super) fn apply_step(&mut self, at: Timestamp, event: &Event) {
        use Event as E;
        let (keep, mismatch) = (ReturnPlace::Keep, StepKind::Mismatch);
        match *event {
            E::TicketCalled { ticket, counter, .. } => self.apply_called(at, counter, ticket),
            E::TicketRecalled { ticket, counter } => self.apply_recalled(at, counter, ticket),
            E::LabelMismatched { ticket, counter } => {
                self.apply_back_in_line(at, counter, ticket, mismatch, keep);
            }
            E::TicketReturned { ticket, counter, place } => {
                self.apply_back_in_line(at, counter, ticket, StepKind::Return, place);
            }
            E::TicketNoShow { ticket, counter } => self.apply_no_show(at, counter, ticket),
            E::ServiceStarted { ticket, counter } => self.apply_started(at, counter, ticket),
            E::ServiceEnded { ticket, counter } => self.apply_ended(at, counter, ticket),
            E::ServiceCompleted { ticket, counter, ref procedures } => {
                self.apply_completed(at, counter, ticket, procedures);
            }
            E::TicketHeld { ticket, counter, reason } => {
                self.apply_held(at, counter, ticket, reason);
            }
            E::TicketResumed { ticket, counter } => self.apply_resumed(at, counter, ticket),
            E::TicketTransferred { ticket, counter, to, .. } => {
                self.apply_transferred(at, counter, ticket, to);
            }
            E::StepUndone { ticket, counter, step } => {
                self.apply_undone(at, counter, ticket, step);
            }
            _ => unreachable!("{event:?} is no step of a counter"),
        }
    }

    fn apply_called(&mut self, at: Timestamp, counter: CounterId, id: TicketId) {
        self.count_run(id);
        self.step(at, counter, id, StepKind::Call, |ticket| {
            let may_be_called = match ticket.state {
                TicketState::Waiting | TicketState::OnHold { .. } => true,
                TicketState::Called { .. }
                | TicketState::Serving { .. }
                | TicketState::Completed
                | TicketState::NoShow
                | TicketState::Cancelled { .. } => false,
            };
            assert!(may_be_called, "ticket {id} is {}", ticket.state.name());
            ticket.state = TicketState::Called { counter };
            ticket.transfer = None;
            ticket.announce_count = 1;
            ticket.begin(at, PeriodKind::Called, Some(counter));
        });
    }

    /// Keeps count of favoured tickets called in a row while somebody ordinary waited.
    fn count_run(&mut self, id: TicketId) {
        let Some(ticket) = self.tickets.get(id) else {
            return;
        };
        if ticket.state != TicketState::Waiting {
            return;
        }
        let line = self.lines.entry(ticket.queue).or_default();
        line.count_call(id, Standing::of(ticket));
    }

    fn apply_recalled(&mut self, at: Timestamp, counter: CounterId, id: TicketId) {
        self.change_ticket(at, id, |ticket| {
            assert_eq!(ticket.state, TicketState::Called { counter }, "ticket {id}");
            ticket.announce_count = ticket.announce_count.saturating_add(1);
        });
        // The counter's own announcement does not stand in the way of taking back its call.
        let step = self.counters.get_mut(&counter);
        if let Some(step) = step.and_then(|open| open.last_step.as_mut()) {
            step.revision_after += u32::from(step.before.id == id);
        }
    }

    /// Back in line: to its own place, or behind everyone.
    fn apply_back_in_line(
        &mut self,
        at: Timestamp,
        counter: CounterId,
        id: TicketId,
        kind: StepKind,
        place: ReturnPlace,
    ) {
        self.step(at, counter, id, kind, |ticket| {
            assert_eq!(ticket.state, TicketState::Called { counter }, "ticket {id}");
            ticket.state = TicketState::Waiting;
            ticket.announce_count = 0;
            if place == ReturnPlace::Back {
                ticket.return_count += 1;
                ticket.place_at = at;
            }
            ticket.begin(at, PeriodKind::Waiting, None);
        });
    }

    fn apply_no_show(&mut self, at: Timestamp, counter: CounterId, id: TicketId) {
        self.step(at, counter, id, StepKind::NoShow, |ticket| {
            assert_eq!(ticket.state, TicketState::Called { counter }, "ticket {id}");
            ticket.state = TicketState::NoShow;
            ticket.announce_count = 0;
            ticket.end(at);
        });
    }

    /// The slip that is shown is the called one's, or nobody showed one.
    pub(super) fn require_match(ticket: &Ticket, shown: Option<Label>) -> Result<(), Refusal> {
        match shown {
            Some(presented) if presented != ticket.label => {
                Err(Refusal::LabelMismatch { called: ticket.label, presented })
            }
            Some(_) | None => Ok(()),
        }
    }
}

//! Undo: a counter takes back its last step, as if it had not been (the log keeps both).

use alloc::vec::Vec;

use super::serving::counter_ms;
use super::{LastStep, Office, events};
use crate::event::{Event, StepKind};
use crate::id::{CounterId, TicketId};
use crate::refusal::Refusal;
use crate::ticket::{Ticket, TicketState};
use crate::time::Timestamp;

impl Office {
    pub(super) fn decide_undo(
        &self,
        at: Timestamp,
        counter: CounterId,
    ) -> Result<Vec<Event>, Refusal> {
        let open = self.require_open(counter)?;
        let step = open.last_step.as_ref().ok_or(Refusal::NothingToUndo { counter })?;
        let setup = self.require_setup()?;
        let undo_s = setup.rules.undo_s;
        if at.since_ms(step.at) > i64::from(undo_s) * 1_000 {
            return Err(Refusal::UndoTooLate { counter, undo_s });
        }
        let ticket = self.require_ticket(step.before.id)?;
        if ticket.revision != step.revision_after {
            return Err(Refusal::UndoOvertaken { label: ticket.label });
        }
        // A setup adopted since may have done away with the queue it came from.
        let queue = step.before.queue;
        setup.queue(queue).ok_or(Refusal::UnknownQueue { queue })?;
        if let Some(other) = open.ticket.filter(|other| *other != ticket.id) {
            return Err(self.busy(counter, other));
        }
        events([Event::StepUndone { ticket: ticket.id, counter, step: step.kind }])
    }

    pub(super) fn apply_undone(
        &mut self,
        at: Timestamp,
        counter: CounterId,
        id: TicketId,
        kind: StepKind,
    ) {
        let open = self.counters.get_mut(&counter);
        let Some(LastStep { kind: done, before, .. }) = open.and_then(|open| open.last_step.take())
        else {
            panic!("counter {counter} must have a step to take back");
        };
        assert_eq!((before.id, done), (id, kind), "counter {counter} undoes another step");
        self.uncount(counter, &before, kind);
        self.change_ticket(at, id, |ticket| {
            *ticket = Ticket {
                paper: ticket.paper,
                times: ticket.times,
                revision: ticket.revision,
                ..*before
            };
        });
        if let Some(open) = self.counters.get_mut(&counter) {
            open.since = at;
        }
    }

    /// Takes back what the step had counted in its line.
    fn uncount(&mut self, counter: CounterId, before: &Ticket, kind: StepKind) {
        let Some(now) = self.tickets.get(before.id) else {
            return;
        };
        let line = self.lines.entry(before.queue).or_default();
        match kind {
            StepKind::Call if before.state == TicketState::Waiting => {
                line.uncount_call(before.id);
            }
            StepKind::Complete => {
                let until = now.periods.last().and_then(|period| period.to);
                let counted = until.and_then(|until| counter_ms(before, counter, until));
                if let Some(ms) = counted {
                    line.completed_count -= 1;
                    line.completed_ms -= ms;
                }
            }
            StepKind::Call
            | StepKind::Start
            | StepKind::Mismatch
            | StepKind::EndService
            | StepKind::NoShow
            | StepKind::Return
            | StepKind::Hold
            | StepKind::Resume
            | StepKind::Transfer => {}
        }
    }
}

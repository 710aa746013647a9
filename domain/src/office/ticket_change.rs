//! Changing a ticket: one place where its state, the waiting lines and the counters move together.

use alloc::boxed::Box;
use core::mem;

use super::{LastStep, Office};
use crate::event::StepKind;
use crate::id::{CounterId, TicketId};
use crate::line::{Group, Place, Standing};
use crate::ticket::{Ticket, TicketState};
use crate::time::Timestamp;

impl Office {
    /// Changes a ticket and counts the change; lines and counters follow its state.
    pub(super) fn change_ticket(
        &mut self,
        at: Timestamp,
        id: TicketId,
        change: impl FnOnce(&mut Ticket),
    ) {
        let Some(ticket) = self.tickets.get_mut(id) else {
            panic!("ticket {id} must be one of today's");
        };
        let state = ticket.state;
        let queue = ticket.queue;
        if state == TicketState::Waiting {
            let line = self.lines.entry(queue).or_default();
            line.remove(group_of(ticket), Place::of(ticket));
        }
        change(ticket);
        ticket.revision += 1;
        let (left, entered) = (state.at_counter(), ticket.state.at_counter());
        if ticket.state == TicketState::Waiting {
            let line = self.lines.entry(ticket.queue).or_default();
            line.insert(group_of(ticket), Place::of(ticket));
        }
        if left != entered {
            self.leave_counter(at, left, id);
            self.enter_counter(at, entered, id);
        }
    }

    /// Changes a ticket by a counter's step, which the counter can take back afterwards.
    pub(super) fn step(
        &mut self,
        at: Timestamp,
        counter: CounterId,
        id: TicketId,
        kind: StepKind,
        change: impl FnOnce(&mut Ticket),
    ) {
        let Some(open) = self.counters.get_mut(&counter) else {
            panic!("counter {counter} must be open for {kind:?} of ticket {id}");
        };
        let last = open.last_step.take().map(|step| step.before);
        let mut before = None;
        let mut revision_after = 0;
        self.change_ticket(at, id, |ticket| {
            before = Some(keep(last, ticket));
            change(ticket);
            revision_after = ticket.revision + 1;
        });
        let Some(open) = self.counters.get_mut(&counter) else { return };
        open.since = at;
        open.last_step = before.map(|before| LastStep { kind, at, before, revision_after });
    }

    fn leave_counter(&mut self, at: Timestamp, left: Option<CounterId>, id: TicketId) {
        let Some(counter) = left else { return };
        let Some(open) = self.counters.get_mut(&counter) else {
            panic!("counter {counter} must be open while ticket {id} is there");
        };
        assert_eq!(open.ticket, Some(id), "ticket {id} must be at counter {counter}");
        open.ticket = None;
        open.since = at;
    }

    fn enter_counter(&mut self, at: Timestamp, entered: Option<CounterId>, id: TicketId) {
        let Some(counter) = entered else { return };
        let Some(open) = self.counters.get_mut(&counter) else {
            panic!("counter {counter} must be open for ticket {id}");
        };
        assert_eq!(open.ticket, None, "counter {counter} has room for one ticket, not {id}");
        open.ticket = Some(id);
        open.since = at;
    }
}

/// A copy of a ticket, in the room of the copy before where there is one: a ten-year log keeps
/// millions of them, one after the other.
fn keep(room: Option<Box<Ticket>>, ticket: &Ticket) -> Box<Ticket> {
    let Some(mut room) = room else {
        return Box::new(ticket.clone());
    };
    let mut periods = mem::take(&mut room.periods);
    periods.clone_from(&ticket.periods);
    let mut procedures = mem::take(&mut room.procedures);
    procedures.clone_from(&ticket.procedures);
    *room = Ticket { periods, procedures, ..*ticket };
    room
}

/// The group in which a ticket waits.
pub(super) fn group_of(ticket: &Ticket) -> Group {
    (Standing::of(ticket), ticket.language.spoken())
}

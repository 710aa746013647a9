//! Today's tickets. Their ids are counted up without gaps and none leaves before the day is closed,
//! so a ticket is found by subtraction: every event of a ten-year log looks one up.

use alloc::vec::Vec;

use crate::id::TicketId;
use crate::ticket::Ticket;

/// The tickets of one day, in the order of their ids.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct DayTickets {
    /// Invariant: the ticket at index `i` has the id of the first plus `i`.
    tickets: Vec<Ticket>,
}

impl DayTickets {
    pub(super) fn len(&self) -> usize {
        self.tickets.len()
    }

    pub(super) fn iter(&self) -> core::slice::Iter<'_, Ticket> {
        self.tickets.iter()
    }

    pub(super) fn get(&self, id: TicketId) -> Option<&Ticket> {
        self.index(id).and_then(|index| self.tickets.get(index))
    }

    pub(super) fn get_mut(&mut self, id: TicketId) -> Option<&mut Ticket> {
        self.index(id).and_then(|index| self.tickets.get_mut(index))
    }

    pub(super) fn push(&mut self, ticket: Ticket) {
        let next = self.tickets.last().map(|last| last.id.0 + 1);
        assert!(next.is_none_or(|next| ticket.id.0 == next), "ticket {} leaves a gap", ticket.id);
        self.tickets.push(ticket);
    }

    pub(super) fn clear(&mut self) {
        self.tickets.clear();
    }

    fn index(&self, id: TicketId) -> Option<usize> {
        let first = self.tickets.first()?.id;
        usize::try_from(id.0.checked_sub(first.0)?).ok()
    }
}

//! The calls a display shows: label, counter, and whether the resident is still expected (D-6).

use domain::id::{CounterId, TicketId};
use domain::label::Label;
use domain::office::Office;
use domain::ticket::{PeriodKind, Ticket, TicketState};
use domain::time::Timestamp;
use protocol::view::{CallState, CallView};

/// Most calls on a display: more than the counters of any hall in use can have on at once.
const CALLS_MAX: usize = 16;

/// One call.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Call {
    ticket: TicketId,
    label: Label,
    counter: CounterId,
    called_at: Timestamp,
    announced_at: Timestamp,
    announce_count: u8,
    state: CallState,
}

/// The calls of the day that matter, newest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls(Vec<Call>);

impl Calls {
    /// The calls as far as an office's tickets tell them. A repeated announcement's instant is not
    /// in the state: it is taken for the call's.
    pub(super) fn of(office: &Office) -> Calls {
        let mut calls: Vec<Call> = office.tickets().filter_map(last_call).collect();
        calls.sort_by_key(|call| (call.called_at, call.ticket));
        calls.reverse();
        let mut calls = Calls(calls);
        calls.shorten();
        calls
    }

    /// Takes in what an event at `at` did to a ticket; returns the call to show when one changed.
    pub(super) fn follow(&mut self, ticket: &Ticket, at: Timestamp) -> Option<CallView> {
        let known = self.0.iter().position(|call| call.ticket == ticket.id);
        let Some(mut call) = last_call(ticket) else {
            return self.take_back(known?);
        };
        let Some(place) = known else {
            self.0.insert(0, call.clone());
            self.shorten();
            return Some(call.view());
        };
        let before = self.0[place].clone();
        let again = call.announce_count > before.announce_count;
        let same = before.called_at == call.called_at && before.counter == call.counter;
        if same {
            call.announced_at = if again { at } else { before.announced_at };
            call.announce_count = call.announce_count.max(before.announce_count);
            self.0[place] = call.clone();
        } else {
            self.0.remove(place);
            self.0.insert(0, call.clone());
            self.shorten();
        }
        (call != before).then(|| call.view())
    }

    /// A call that was undone: it never was one, but the hall has heard it.
    fn take_back(&mut self, place: usize) -> Option<CallView> {
        let call = &mut self.0[place];
        if call.state == CallState::Ended {
            return None;
        }
        call.state = CallState::Ended;
        Some(call.view())
    }

    /// What a display shows: calls that are on, then the latest that are over.
    pub(super) fn shown(&self) -> Vec<CallView> {
        let on = |call: &&Call| call.state == CallState::Calling;
        let over = |call: &&Call| call.state != CallState::Calling;
        let ordered = self.0.iter().filter(on).chain(self.0.iter().filter(over));
        ordered.take(CALLS_MAX).map(Call::view).collect()
    }

    /// Keeps every call that is on, and as many others as can be shown.
    fn shorten(&mut self) {
        let mut over_count = 0;
        self.0.retain(|call| {
            over_count += usize::from(call.state != CallState::Calling);
            call.state == CallState::Calling || over_count <= CALLS_MAX
        });
    }
}

impl Call {
    fn view(&self) -> CallView {
        CallView {
            label: self.label.to_string(),
            counter: self.counter.to_string(),
            called_at_ms: self.called_at.0,
            announced_at_ms: self.announced_at.0,
            announce_count: self.announce_count,
            state: self.state,
        }
    }
}

/// The last call of a ticket, where it has been called.
fn last_call(ticket: &Ticket) -> Option<Call> {
    let mut periods = ticket.periods.iter().rev();
    let called = periods.find(|period| period.kind == PeriodKind::Called)?;
    let arrived = ticket
        .periods
        .iter()
        .any(|period| period.kind == PeriodKind::Serving && period.from >= called.from);
    let state = match ticket.state {
        TicketState::Called { .. } => CallState::Calling,
        TicketState::Serving { .. } | TicketState::Completed => CallState::Arrived,
        TicketState::OnHold { .. } if arrived => CallState::Arrived,
        TicketState::Waiting
        | TicketState::OnHold { .. }
        | TicketState::NoShow
        | TicketState::Cancelled { .. } => CallState::Ended,
    };
    Some(Call {
        ticket: ticket.id,
        label: ticket.label,
        counter: called.counter?,
        called_at: called.from,
        announced_at: called.from,
        announce_count: ticket.announce_count,
        state,
    })
}

//! Rows: what the setup says, with the facts of the moment.

use domain::bell::RingState;
use domain::id::{BellId, ProcedureCode, QueueId};
use domain::office::Office;
use domain::procedure::{Completion, ProcedureKind};
use domain::setup::{self, Kiosk, Setup};
use domain::statistics;
use domain::ticket::{PeriodKind, ServicePhase, Ticket, TransferStage};
use protocol::Text;
use protocol::view::{
    BellCondition, BellReason, BellView, CounterKind, CounterStatus, DisplayCounter, ErrandTarget,
    ErrandView, PrinterCondition, PrinterView, ProcedureView, QueueStatus, RingView, StaffQueue,
    TicketState, TicketView, TransferView,
};

use super::facts::{CounterFacts, QueueFacts};
use crate::wire_event;

/// Words by language tag.
pub(super) fn text(text: &setup::Text) -> Text {
    text.0.iter().map(|(language, words)| (language.tag().to_owned(), words.clone())).collect()
}

/// What everybody may know of a queue.
pub(super) fn queue(queue: &setup::Queue, facts: &QueueFacts) -> QueueStatus {
    QueueStatus {
        queue: queue.id.to_string(),
        letter: queue.letter.to_string(),
        name: text(&queue.name),
        waiting: facts.waiting,
        wait: facts.wait,
        counters_open: facts.counters_open,
    }
}

/// What staff know of a queue.
pub(super) fn staff_queue(asked: &setup::Queue, facts: &QueueFacts) -> StaffQueue {
    StaffQueue {
        status: queue(asked, facts),
        staff_name: asked.staff_name.clone(),
        oldest_since_ms: facts.oldest_since_ms,
        section: asked.section.to_string(),
    }
}

/// A counter on staff screens.
pub(super) fn counter(counter: &setup::Counter, facts: &CounterFacts) -> CounterStatus {
    CounterStatus {
        counter: counter.id.to_string(),
        name: text(&counter.name),
        kind: match counter.kind {
            setup::CounterKind::Contracted => CounterKind::Contracted,
            setup::CounterKind::Staff => CounterKind::Staff,
            setup::CounterKind::High => CounterKind::High,
            setup::CounterKind::Register => CounterKind::Register,
        },
        state: facts.state.clone(),
        operator: facts.operator.map(|operator| operator.to_string()),
        languages: facts.languages.iter().map(|language| language.tag().to_owned()).collect(),
        queues: facts.queues.iter().map(ToString::to_string).collect(),
        ticket: facts.ticket.map(|ticket| ticket.0),
        next: facts.next.map(|label| label.to_string()),
        undo: facts.undo.clone(),
    }
}

/// A counter on a display: its name, and whether it is open (D-6).
pub(super) fn display_counter(counter: &setup::Counter, facts: &CounterFacts) -> DisplayCounter {
    DisplayCounter {
        counter: counter.id.to_string(),
        name: text(&counter.name),
        state: facts.shown(),
    }
}

/// A ticket on staff screens.
pub(super) fn ticket(setup: &Setup, ticket: &Ticket) -> TicketView {
    let last = ticket.periods.last();
    let since = last.map_or(ticket.issued_at, |period| period.to.unwrap_or(period.from));
    let over = ticket.periods.iter().filter_map(|period| Some((period, period.to?)));
    let (mut waited_ms, mut handled_ms) = (0, 0);
    for (period, to) in over {
        match period.kind {
            PeriodKind::Waiting => waited_ms += to.since_ms(period.from),
            PeriodKind::Called
            | PeriodKind::Serving
            | PeriodKind::AfterCounter
            | PeriodKind::OnHold => handled_ms += to.since_ms(period.from),
        }
    }
    TicketView {
        ticket: ticket.id.0,
        label: ticket.label.to_string(),
        queue: ticket.queue.to_string(),
        errand: ticket.errand.map(|errand| errand.to_string()),
        class: wire_event::class(ticket.class),
        language: ticket.language.tag().to_owned(),
        state: state(ticket),
        issued_at_ms: ticket.issued_at.0,
        since_ms: since.0,
        place_at_ms: ticket.place_at.0,
        waited_ms,
        handled_ms,
        target_min: target_min(setup, ticket),
        procedures: ticket.procedures.iter().map(ToString::to_string).collect(),
        transfer: ticket.transfer.map(|stage| match stage {
            TransferStage::Sent { from } => TransferView { from: from.to_string(), arrived: false },
            TransferStage::Arrived { from } => {
                TransferView { from: from.to_string(), arrived: true }
            }
        }),
        return_count: ticket.return_count,
        announce_count: ticket.announce_count,
        paper: wire_event::paper(ticket.paper),
    }
}

fn state(ticket: &Ticket) -> TicketState {
    use domain::ticket::TicketState as State;
    match ticket.state {
        State::Waiting => TicketState::Waiting,
        State::Called { counter } => TicketState::Called { counter: counter.to_string() },
        State::Serving { counter, phase } => TicketState::Serving {
            counter: counter.to_string(),
            ended: phase == ServicePhase::AfterCounter,
        },
        State::OnHold { counter, reason } => TicketState::OnHold {
            counter: counter.to_string(),
            reason: wire_event::hold_reason(reason),
        },
        State::Completed => TicketState::Completed,
        State::NoShow => TicketState::NoShow,
        State::Cancelled { .. } => TicketState::Cancelled,
    }
}

/// The target of what was done, once completed; before, that of the errand's first procedure
///
fn target_min(setup: &Setup, ticket: &Ticket) -> Option<u16> {
    if !ticket.procedures.is_empty() {
        return statistics::target_min(setup, &ticket.procedures);
    }
    let errand = setup.errand(ticket.errand?)?;
    setup.procedure(*errand.procedures.first()?)?.target_min
}

/// The choices at the kiosk.
pub(super) fn errands(setup: &Setup) -> Vec<ErrandView> {
    let row = |errand: &setup::Errand| ErrandView {
        errand: errand.id.to_string(),
        name: text(&errand.name),
        bring: text(&errand.bring),
        within: errand.within.map(|group| group.to_string()),
        leads_to: match errand.leads_to {
            setup::ErrandTarget::Group => ErrandTarget::Group,
            setup::ErrandTarget::Queue(queue) => ErrandTarget::Queue { queue: queue.to_string() },
            setup::ErrandTarget::Guide => ErrandTarget::Guide,
        },
    };
    setup.errands.iter().map(row).collect()
}

/// The procedures a ticket can be completed with.
pub(super) fn procedures(setup: &Setup) -> Vec<ProcedureView> {
    let completes = |procedure: &&domain::procedure::Procedure| {
        let accompanies = procedure.kind == ProcedureKind::SubProcedure;
        procedure.completion == Completion::Completes || accompanies
    };
    let row = |procedure: &domain::procedure::Procedure| {
        let errands = || errands_ending_as(setup, procedure.code);
        let mut queues: Vec<QueueId> = errands().filter_map(queue_of).collect();
        queues.sort_unstable();
        queues.dedup();
        ProcedureView {
            code: procedure.code.to_string(),
            name: text(&procedure.name),
            variant: text(&procedure.variant),
            target_min: procedure.target_min,
            queues: queues.iter().map(ToString::to_string).collect(),
            errands: errands().map(|errand| errand.id.to_string()).collect(),
            accompanies: procedure.kind == ProcedureKind::SubProcedure,
        }
    };
    setup.procedures.iter().filter(completes).map(row).collect()
}

fn errands_ending_as(
    setup: &Setup,
    code: ProcedureCode,
) -> impl Iterator<Item = &setup::Errand> + use<'_> {
    setup.errands.iter().filter(move |errand| errand.procedures.contains(&code))
}

fn queue_of(errand: &setup::Errand) -> Option<QueueId> {
    match errand.leads_to {
        setup::ErrandTarget::Queue(queue) => Some(queue),
        setup::ErrandTarget::Group | setup::ErrandTarget::Guide => None,
    }
}

/// A bell, and the ring that is on: its own, or one that has escalated to it.
pub(super) fn bell(office: &Office, bell: &setup::Bell, device: BellCondition) -> BellView {
    let rings_here = |id: BellId, to: Option<BellId>| id == bell.id || to == Some(bell.id);
    let ring = office
        .rings()
        .find(|ring| ring.state == RingState::Ringing && rings_here(ring.bell, ring.to));
    BellView {
        bell: bell.id.to_string(),
        name: text(&bell.name),
        reasons: bell
            .reasons
            .iter()
            .map(|reason| BellReason { reason: reason.code.to_string(), name: text(&reason.name) })
            .collect(),
        ring: ring.map(|ring| RingView {
            ring: ring.id.0,
            reason: ring.reason.to_string(),
            rung_at_ms: ring.rung_at.0,
            escalated: ring.escalation_count,
        }),
        device,
    }
}

/// A kiosk of which no device has said anything.
pub(super) fn printer(kiosk: &Kiosk) -> PrinterView {
    PrinterView {
        kiosk: kiosk.id.to_string(),
        condition: PrinterCondition::None,
        unknown_count: 0,
        name: text(&kiosk.name),
        stand_in: None,
        slips_left: None,
    }
}

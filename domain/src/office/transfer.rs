//! Transfers: sent, arrived, seen by eye (R-50…R-61).

use alloc::vec::Vec;

use super::serving::assert_serving;
use super::{Office, events};
use crate::command::ConfirmStep;
use crate::event::{Event, StepKind};
use crate::id::{CounterId, QueueId, TicketId};
use crate::refusal::Refusal;
use crate::rules::TransferPlace;
use crate::setup::SectionSystem;
use crate::ticket::{PeriodKind, TicketState, TransferStage};
use crate::time::Timestamp;

impl Office {
    pub(super) fn decide_transfer(
        &self,
        counter: CounterId,
        to: QueueId,
    ) -> Result<Vec<Event>, Refusal> {
        let (ticket, _) = self.require_serving(counter)?;
        let setup = self.require_setup()?;
        let queue = setup.queue(to).ok_or(Refusal::UnknownQueue { queue: to })?;
        if to == ticket.queue {
            return Err(Refusal::TransferToSameQueue { queue: to });
        }
        let section = setup.section(queue.section);
        let is_here = section.is_some_and(|section| section.system == SectionSystem::Here);
        if !is_here || !setup.is_served(queue) {
            return Err(Refusal::TransferNotServed { queue: to });
        }
        self.require_room(queue)?;
        self.require_periods(ticket)?;
        events([Event::TicketTransferred { ticket: ticket.id, counter, from: ticket.queue, to }])
    }

    pub(super) fn decide_confirm(
        &self,
        id: TicketId,
        step: ConfirmStep,
    ) -> Result<Vec<Event>, Refusal> {
        let ticket = self.require_lasting(id)?;
        match (ticket.transfer, step) {
            (Some(TransferStage::Sent { .. }), ConfirmStep::Arrival)
            | (Some(TransferStage::Arrived { .. }), ConfirmStep::SeenByEye) => {
                events([Event::TransferConfirmed { ticket: id, step }])
            }
            (Some(TransferStage::Sent { .. }), ConfirmStep::SeenByEye) => {
                Err(Refusal::ArrivalNotConfirmed { label: ticket.label })
            }
            (Some(TransferStage::Arrived { .. }), ConfirmStep::Arrival) | (None, _) => {
                Err(Refusal::NoTransferToConfirm { label: ticket.label })
            }
        }
    }

    pub(super) fn apply_transferred(
        &mut self,
        at: Timestamp,
        counter: CounterId,
        id: TicketId,
        to: QueueId,
    ) {
        let place =
            self.setup.as_ref().map_or(TransferPlace::Arrival, |setup| setup.rules.transfer_place);
        self.step(at, counter, id, StepKind::Transfer, |ticket| {
            assert_serving(ticket, counter);
            ticket.state = TicketState::Waiting;
            ticket.queue = to;
            ticket.place_at = match place {
                TransferPlace::Arrival => at,
                TransferPlace::Issue => ticket.issued_at,
            };
            ticket.transfer = Some(TransferStage::Sent { from: counter });
            ticket.return_count = 0;
            ticket.begin(at, PeriodKind::Waiting, None);
        });
    }

    pub(super) fn apply_confirmed(&mut self, at: Timestamp, id: TicketId, step: ConfirmStep) {
        self.change_ticket(at, id, |ticket| {
            ticket.transfer = match (ticket.transfer, step) {
                (Some(TransferStage::Sent { from }), ConfirmStep::Arrival) => {
                    Some(TransferStage::Arrived { from })
                }
                (Some(TransferStage::Arrived { .. }), ConfirmStep::SeenByEye) => None,
                (stage, step) => panic!("ticket {id}: {step:?} does not follow {stage:?}"),
            };
        });
    }
}

//! Batches: received, advanced step by step, delivered (R-120…R-125).

use alloc::vec::Vec;

use super::{Office, events};
use crate::batch::Batch;
use crate::command::BatchChannel;
use crate::event::Event;
use crate::id::{BatchId, ProcedureCode};
use crate::procedure::{Channel, ProcedureKind};
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// Most cases in one batch: what one delivery by post can hold, with room.
const BATCH_COUNT_MAX: u16 = 9_999;

/// Most batches that are open at once or were delivered today.
const BATCHES_MAX: u16 = 10_000;

impl Office {
    pub(super) fn decide_receive(
        &self,
        procedure: ProcedureCode,
        channel: BatchChannel,
        count: u16,
    ) -> Result<Vec<Event>, Refusal> {
        let sheet = self
            .require_setup()?
            .procedure(procedure)
            .ok_or(Refusal::UnknownProcedure { procedure })?;
        if sheet.kind != ProcedureKind::MailWorkflow {
            return Err(Refusal::ProcedureNotBatched { procedure });
        }
        let is_accepted = match channel {
            BatchChannel::Mail | BatchChannel::Window => true,
            BatchChannel::Electronic => sheet.channel == Channel::MailAndElectronic,
        };
        if !is_accepted {
            return Err(Refusal::ChannelNotAccepted { procedure });
        }
        match count {
            0 => return Err(Refusal::BatchEmpty),
            1..=BATCH_COUNT_MAX => {}
            _ => {
                return Err(Refusal::BatchTooLarge { count_max: BATCH_COUNT_MAX });
            }
        }
        if self.batches.len() >= usize::from(BATCHES_MAX) {
            return Err(Refusal::TooManyOpen { what: "batches", count_max: BATCHES_MAX });
        }
        events([Event::BatchReceived { batch: self.next.batch, procedure, channel, count }])
    }

    pub(super) fn decide_advance(&self, batch: BatchId, step: u8) -> Result<Vec<Event>, Refusal> {
        let open = self.require_batch(batch)?;
        let sheet = self.require_setup()?.procedure(open.procedure);
        let steps = sheet.map_or(0, |sheet| sheet.steps.len());
        if step <= open.step {
            return Err(Refusal::BatchStepBackwards { batch, step, last: open.step });
        }
        if usize::from(step) > steps {
            return Err(Refusal::BatchStepUnknown {
                batch,
                step,
                steps: u8::try_from(steps).unwrap_or(u8::MAX),
            });
        }
        events([Event::BatchAdvanced { batch, step }])
    }

    pub(super) fn decide_deliver(
        &self,
        batch: BatchId,
        returned: u16,
    ) -> Result<Vec<Event>, Refusal> {
        let count = self.require_batch(batch)?.count;
        if returned > count {
            return Err(Refusal::BatchReturnedTooMany { batch, count });
        }
        events([Event::BatchDelivered { batch, returned }])
    }

    fn require_batch(&self, batch: BatchId) -> Result<&Batch, Refusal> {
        let known = self.batches.get(&batch).ok_or(Refusal::UnknownBatch { batch })?;
        match known.delivered {
            Some(_) => Err(Refusal::BatchAlreadyDelivered { batch }),
            None => Ok(known),
        }
    }

    /// What happens to a batch.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "`Office::apply` lists every event and sends only these"
    )]
    pub(super) fn apply_to_batch(&mut self, at: Timestamp, event: &Event) {
        match *event {
            Event::BatchReceived { batch, procedure, channel, count } => {
                self.apply_received(Batch {
                    id: batch,
                    procedure,
                    channel,
                    count,
                    received_at: at,
                    step: 0,
                    step_at: at,
                    delivered: None,
                })
            }
            Event::BatchAdvanced { batch, step } => self.change_batch(batch, |batch| {
                batch.step = step;
                batch.step_at = at;
            }),
            Event::BatchDelivered { batch, returned } => {
                self.change_batch(batch, |batch| batch.delivered = Some((at, returned)));
            }
            _ => unreachable!("{event:?} is not about a batch"),
        }
    }

    fn apply_received(&mut self, batch: Batch) {
        let id = batch.id;
        assert_eq!(id, self.next.batch, "batches are numbered without gaps");
        self.next.batch = BatchId(id.0 + 1);
        self.batches.insert(id, batch);
    }

    fn change_batch(&mut self, id: BatchId, change: impl FnOnce(&mut Batch)) {
        let Some(batch) = self.batches.get_mut(&id) else {
            panic!("batch {id} must be known");
        };
        assert_eq!(batch.delivered, None, "batch {id} must be open");
        change(batch);
    }
}

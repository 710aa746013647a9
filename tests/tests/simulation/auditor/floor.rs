//! Floor guidance, tags, bells and batches.

use domain::bell::RingState;
use domain::command::{BatchChannel, Command, GuidanceKind};
use domain::id::{BatchId, BellId, CounterId, Key, ProcedureCode, RingId, TagPoolId, TagUseId};
use domain::procedure::{Channel, ProcedureKind};
use domain::time::{MINUTE_MS, Now};

use super::{Auditor, Batch, Expected, Reasons, Ring, Tag, Verdict};

/// Longest floor guidance that is believed.
const GUIDANCE_MS_MAX: i64 = 240 * MINUTE_MS;

impl Auditor {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the dispatcher sends only these commands here"
    )]
    pub(super) fn judge_floor(&mut self, now: Now, command: &Command) -> Verdict {
        let mut reasons = Reasons::default();
        reasons.when(self.day.is_none(), "day_not_open");
        match command {
            Command::RecordGuidance { kind, duration_ms } => {
                self.guide(*kind, *duration_ms, reasons)?;
            }
            Command::HandOutTag { pool, number } => self.hand_out(*pool, *number, reasons)?,
            Command::CallTag { tag, counter } => self.call_tag(*tag, *counter, reasons)?,
            Command::ReturnTag { tag, procedures } => self.return_tag(*tag, procedures, reasons)?,
            Command::RingBell { bell, reason } => self.ring(now, *bell, *reason, reasons)?,
            Command::AcknowledgeBell { ring } => self.answer(now, *ring, reasons)?,
            Command::EscalateBell { ring } => self.escalate(now, *ring, reasons)?,
            Command::ReceiveBatch { procedure, channel, count } => {
                self.receive(*procedure, *channel, *count, reasons)?;
            }
            Command::AdvanceBatch { batch, step } => self.advance(*batch, *step, reasons)?,
            Command::DeliverBatch { batch, returned } => {
                self.deliver(*batch, *returned, reasons)?;
            }
            _ => unreachable!("{command:?} is not of the floor"),
        }
        Ok(Expected::default())
    }

    fn guide(
        &self,
        kind: GuidanceKind,
        duration_ms: i64,
        mut reasons: Reasons,
    ) -> Result<(), Vec<&'static str>> {
        match kind {
            GuidanceKind::ToUnit(unit) => {
                let known = self.setup.units.iter().any(|other| other.id == unit);
                reasons.when(!known, "unknown_unit");
            }
            GuidanceKind::ToSection(section) => {
                let known = self.setup.sections.iter().any(|other| other.id == section);
                reasons.when(!known, "unknown_section");
            }
            GuidanceKind::Advice | GuidanceKind::Announced => {}
        }
        let believable = (0..=GUIDANCE_MS_MAX).contains(&duration_ms);
        reasons.when(!believable, "duration_out_of_range");
        reasons.none()
    }

    fn hand_out(
        &mut self,
        pool: TagPoolId,
        number: u16,
        mut reasons: Reasons,
    ) -> Result<(), Vec<&'static str>> {
        match self.setup.tag_pools.iter().find(|other| other.id == pool) {
            None => reasons.when(true, "unknown_tag_pool"),
            Some(known) => {
                reasons.when(number < 1 || number > known.size, "tag_number_unknown");
            }
        }
        let is_out = |tag: &Tag| tag.pool == pool && tag.number == number && !tag.returned;
        reasons.when(self.tags.iter().any(is_out), "tag_already_out");
        reasons.none()?;
        let id = TagUseId(self.next_tag);
        self.next_tag += 1;
        self.tags.push(Tag { id, pool, number, called: false, returned: false });
        Ok(())
    }

    fn tag_out(&self, id: TagUseId, reasons: &mut Reasons) {
        match self.tags.iter().find(|tag| tag.id == id) {
            None => reasons.when(true, "unknown_tag"),
            Some(tag) => reasons.when(tag.returned, "tag_already_returned"),
        }
    }

    fn call_tag(
        &mut self,
        id: TagUseId,
        counter: CounterId,
        mut reasons: Reasons,
    ) -> Result<(), Vec<&'static str>> {
        self.tag_out(id, &mut reasons);
        reasons.when(!self.counter_exists(counter), "unknown_counter");
        reasons.when(self.desk(counter).is_none(), "counter_closed");
        reasons.none()?;
        self.tags.iter_mut().find(|tag| tag.id == id).unwrap().called = true;
        Ok(())
    }

    fn return_tag(
        &mut self,
        id: TagUseId,
        procedures: &[ProcedureCode],
        mut reasons: Reasons,
    ) -> Result<(), Vec<&'static str>> {
        self.tag_out(id, &mut reasons);
        let too_many = procedures.len() > usize::from(self.setup.rules.procedures_max);
        reasons.when(too_many, "too_many_procedures");
        let pool = self.tags.iter().find(|tag| tag.id == id).map(|tag| tag.pool);
        for (index, code) in procedures.iter().enumerate() {
            reasons.when(procedures[..index].contains(code), "procedure_twice");
            let known = self.setup.procedures.iter().any(|sheet| sheet.code == *code);
            reasons.when(!known, "unknown_procedure");
            let pool = self.setup.tag_pools.iter().find(|other| Some(other.id) == pool);
            let allowed = pool.is_some_and(|pool| pool.procedures.contains(code));
            reasons.when(!allowed, "tag_procedure_not_allowed");
        }
        reasons.none()?;
        self.tags.iter_mut().find(|tag| tag.id == id).unwrap().returned = true;
        Ok(())
    }

    fn ring(
        &mut self,
        now: Now,
        bell: BellId,
        reason: Key,
        mut reasons: Reasons,
    ) -> Result<(), Vec<&'static str>> {
        match self.setup.bells.iter().find(|other| other.id == bell) {
            None => reasons.when(true, "unknown_bell"),
            Some(known) => {
                let given = known.reasons.iter().any(|other| other.code == reason);
                reasons.when(!given, "unknown_reason");
            }
        }
        let rings = |ring: &Ring| ring.bell == bell && ring.state == RingState::Ringing;
        reasons.when(self.rings.iter().any(rings), "bell_already_ringing");
        reasons.none()?;
        let id = RingId(self.next_ring);
        self.next_ring += 1;
        let (step_at, state) = (now.at, RingState::Ringing);
        self.rings.push(Ring { id, bell, step_at, escalation_count: 0, state });
        Ok(())
    }

    fn ringing(&self, id: RingId, reasons: &mut Reasons) {
        match self.rings.iter().find(|ring| ring.id == id).map(|ring| ring.state) {
            None => reasons.when(true, "unknown_ring"),
            Some(RingState::Ringing) => {}
            Some(RingState::Acknowledged { .. }) => reasons.when(true, "ring_already_answered"),
            Some(RingState::Lapsed { .. }) => reasons.when(true, "ring_lapsed"),
        }
    }

    fn answer(
        &mut self,
        now: Now,
        id: RingId,
        mut reasons: Reasons,
    ) -> Result<(), Vec<&'static str>> {
        self.ringing(id, &mut reasons);
        reasons.none()?;
        let ring = self.rings.iter_mut().find(|ring| ring.id == id).unwrap();
        ring.state = RingState::Acknowledged { at: now.at };
        Ok(())
    }

    fn escalate(
        &mut self,
        now: Now,
        id: RingId,
        mut reasons: Reasons,
    ) -> Result<(), Vec<&'static str>> {
        self.ringing(id, &mut reasons);
        let patience_ms = i64::from(self.setup.rules.bell_answer_s) * 1_000;
        let escalations = self.setup.rules.bell_escalation_max;
        let ring = self.rings.iter_mut().find(|ring| ring.id == id);
        if let Some(ring) = &ring {
            reasons.when(now.at.0 - ring.step_at.0 < patience_ms, "ring_not_due");
        }
        reasons.none()?;
        let ring = ring.unwrap();
        if ring.escalation_count >= escalations {
            ring.state = RingState::Lapsed { at: now.at };
        } else {
            ring.escalation_count += 1;
            ring.step_at = now.at;
        }
        Ok(())
    }

    fn receive(
        &mut self,
        procedure: ProcedureCode,
        channel: BatchChannel,
        count: u16,
        mut reasons: Reasons,
    ) -> Result<(), Vec<&'static str>> {
        match self.setup.procedures.iter().find(|sheet| sheet.code == procedure) {
            None => reasons.when(true, "unknown_procedure"),
            Some(sheet) => {
                let batched = sheet.kind == ProcedureKind::MailWorkflow;
                reasons.when(!batched, "procedure_not_batched");
                let by_post_only = sheet.channel == Channel::Mail;
                let electronic = channel == BatchChannel::Electronic;
                reasons.when(by_post_only && electronic, "channel_not_accepted");
            }
        }
        reasons.when(count == 0, "batch_empty");
        reasons.when(count > 9_999, "batch_too_large");
        reasons.none()?;
        let id = BatchId(self.next_batch);
        self.next_batch += 1;
        self.batches.push(Batch { id, procedure, count, step: 0, delivered: None });
        Ok(())
    }

    fn open_batch(&self, id: BatchId, reasons: &mut Reasons) {
        match self.batches.iter().find(|batch| batch.id == id) {
            None => reasons.when(true, "unknown_batch"),
            Some(batch) => reasons.when(batch.delivered.is_some(), "batch_already_delivered"),
        }
    }

    fn advance(
        &mut self,
        id: BatchId,
        step: u8,
        mut reasons: Reasons,
    ) -> Result<(), Vec<&'static str>> {
        self.open_batch(id, &mut reasons);
        let batch = self.batches.iter_mut().find(|batch| batch.id == id);
        if let Some(batch) = &batch {
            reasons.when(step <= batch.step, "batch_step_backwards");
            let sheet = self.setup.procedures.iter().find(|sheet| sheet.code == batch.procedure);
            let steps = sheet.map_or(0, |sheet| sheet.steps.len());
            reasons.when(usize::from(step) > steps, "batch_step_unknown");
        }
        reasons.none()?;
        batch.unwrap().step = step;
        Ok(())
    }

    fn deliver(
        &mut self,
        id: BatchId,
        returned: u16,
        mut reasons: Reasons,
    ) -> Result<(), Vec<&'static str>> {
        self.open_batch(id, &mut reasons);
        let batch = self.batches.iter_mut().find(|batch| batch.id == id);
        let too_many = batch.as_ref().is_some_and(|batch| returned > batch.count);
        reasons.when(too_many, "batch_returned_too_many");
        reasons.none()?;
        batch.unwrap().delivered = Some(returned);
        Ok(())
    }
}

//! Everything beside tickets: guidance, tags, bells, batches.

use domain::command::{Command, GuidanceKind};
use domain::event::Event;
use domain::id::RingId;
use domain::refusal::Refusal;
use domain::time::MINUTE_MS;

use super::super::SimulateError;
use super::super::plan::BatchDeed;
use super::super::random::Spread;
use super::{Hall, Step};

/// What a floor guidance takes, as a median: its target is 5 minutes (№1).
const GUIDANCE_MS: i64 = 190_000;
/// What express work takes, as a median (№24: 10 minutes, №15: 10 minutes).
const TAG_MS: i64 = 300_000;

impl Hall<'_> {
    pub(super) fn guide(&mut self, ms: i64) -> Result<(), SimulateError> {
        let duration_ms = self.random.duration_ms(GUIDANCE_MS, Spread::Wide);
        let units = &self.setup.units;
        let sections = &self.setup.sections;
        let kind = match self.random.below(100) {
            0..55 => GuidanceKind::Advice,
            55..70 if !units.is_empty() => {
                GuidanceKind::ToUnit(units[self.random.index(units.len())].id)
            }
            70..92 if !sections.is_empty() => {
                GuidanceKind::ToSection(sections[self.random.index(sections.len())].id)
            }
            92.. => GuidanceKind::Announced,
            _ => GuidanceKind::Advice,
        };
        self.must(ms, &Command::RecordGuidance { kind, duration_ms })?;
        Ok(())
    }

    /// Hands out the smallest tag that is in the box; comes again when the box is empty.
    pub(super) fn take_tag(&mut self, ms: i64, place: usize) -> Result<(), SimulateError> {
        let pool = self.day.tags[place].pool;
        let size = self.setup.tag_pool(pool).map_or(0, |pool| pool.size);
        let out = self.tags_out.entry(pool).or_default();
        let Some(number) = (1..=size).find(|number| !out.contains(number)) else {
            self.agenda.add(ms + MINUTE_MS, Step::TakeTag(place));
            return Ok(());
        };
        out.insert(number);
        let decision = self.must(ms, &Command::HandOutTag { pool, number })?;
        for event in decision.events {
            if let Event::TagHandedOut { tag, .. } = event {
                self.tag_uses.insert(place, (tag, number));
            }
        }
        self.tags_waiting.push_back(place);
        for clerk in 0..self.clerks.len() {
            if self.clerks[clerk].is_idle() && self.clerks[clerk].serves_tags {
                let reaction = self.random.ms(3_000, 15_000);
                self.agenda.add(ms + reaction, Step::Look(clerk));
            }
        }
        Ok(())
    }

    pub(super) fn call_tag(&mut self, ms: i64, clerk: usize) -> Result<(), SimulateError> {
        let Some(place) = self.tags_waiting.pop_front() else { return Ok(()) };
        let Some((tag, _)) = self.tag_uses.get(&place).copied() else { return Ok(()) };
        let counter = self.clerks[clerk].counter;
        self.must(ms, &Command::CallTag { tag, counter })?;
        self.clerks[clerk].keep_busy();
        let served = ms + self.random.duration_ms(TAG_MS, Spread::Work);
        self.agenda.add(served, Step::TagServed(clerk, place));
        Ok(())
    }

    pub(super) fn tag_served(
        &mut self,
        ms: i64,
        clerk: usize,
        place: usize,
    ) -> Result<(), SimulateError> {
        if let Some((tag, number)) = self.tag_uses.remove(&place) {
            let planned = self.day.tags[place];
            let procedures = vec![planned.procedure];
            self.must(ms, &Command::ReturnTag { tag, procedures })?;
            if let Some(out) = self.tags_out.get_mut(&planned.pool) {
                out.remove(&number);
            }
        }
        self.tidy(ms, clerk, 10_000);
        Ok(())
    }

    pub(super) fn ring(&mut self, ms: i64) -> Result<(), SimulateError> {
        let bell = &self.setup.bells[self.random.index(self.setup.bells.len())];
        let Some(reason) = bell.reasons.get(self.random.index(bell.reasons.len())) else {
            return Ok(());
        };
        let command = Command::RingBell { bell: bell.id, reason: reason.code };
        match self.ask(ms, &command)? {
            Ok(decision) => {
                for event in decision.events {
                    if let Event::BellRung { ring, .. } = event {
                        let answer = self.random.duration_ms(28_000, Spread::Wide);
                        self.agenda.add(ms + answer, Step::Answer(ring));
                    }
                }
                Ok(())
            }
            // It rings already; whoever hears it comes once.
            Err(Refusal::BellAlreadyRinging { .. }) => Ok(()),
            Err(refusal) => Err(SimulateError::Refused {
                date: self.date,
                command: "RingBell".to_owned(),
                refusal,
            }),
        }
    }

    pub(super) fn answer(&mut self, ms: i64, ring: RingId) -> Result<(), SimulateError> {
        let rings = self
            .recorder
            .office()
            .ring(ring)
            .is_some_and(|ring| ring.state == domain::bell::RingState::Ringing);
        if rings {
            self.must(ms, &Command::AcknowledgeBell { ring })?;
        }
        Ok(())
    }

    pub(super) fn batch(&mut self, ms: i64, place: usize) -> Result<(), SimulateError> {
        let moved = self.day.batch_moves[place];
        let planned = self.plan.batches[moved.batch];
        let known = self.batch_ids.get(&moved.batch).copied();
        match (moved.deed, known) {
            (BatchDeed::Receive, _) => {
                let command = Command::ReceiveBatch {
                    procedure: planned.procedure,
                    channel: planned.channel,
                    count: planned.count,
                };
                for event in self.must(ms, &command)?.events {
                    if let Event::BatchReceived { batch, .. } = event {
                        self.batch_ids.insert(moved.batch, batch);
                    }
                }
            }
            (BatchDeed::Advance(step), Some(batch)) => {
                self.must(ms, &Command::AdvanceBatch { batch, step })?;
            }
            (BatchDeed::Deliver, Some(batch)) => {
                let returned = planned.returned;
                self.must(ms, &Command::DeliverBatch { batch, returned })?;
            }
            (BatchDeed::Advance(_) | BatchDeed::Deliver, None) => {}
        }
        Ok(())
    }
}

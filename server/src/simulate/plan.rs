//! What will happen in a fiscal year, drawn before the first day: who comes when and for what.
//!
//! Every case of the yearly table is drawn here once, so that the counts come out exactly however
//! the days go. What the days themselves decide is only when each thing happens.

mod visits;

use domain::command::BatchChannel;
use domain::id::{ErrandId, ProcedureCode, QueueId, SectionId, TagPoolId};
use domain::language::Language;
use domain::procedure::{Channel, ProcedureKind};
use domain::setup::Setup;
use domain::ticket::CancelReason;
use domain::time::{Date, MINUTE_MS};

use super::SimulateError;
use super::random::{Random, Spread};
use super::season::{DayDraw, OpenDay, arrival_ms, open_days};
use super::volume::{Cases, Volume};
use crate::fiscal_year::FiscalYear;

/// A year, day by day.
#[derive(Debug)]
pub(super) struct Plan {
    /// Its open days, in order.
    pub(super) days: Vec<DayPlan>,
    /// Its batches; days refer to them by place.
    pub(super) batches: Vec<BatchPlan>,
}

/// One open day.
#[derive(Debug)]
pub(super) struct DayPlan {
    /// Date and hours.
    pub(super) day: OpenDay,
    /// Who takes a ticket.
    pub(super) visits: Vec<Visit>,
    /// Who gets a tag.
    pub(super) tags: Vec<TagVisit>,
    /// When floor guidances end, in milliseconds since midnight.
    pub(super) guidances: Vec<i64>,
    /// What is done with batches.
    pub(super) batch_moves: Vec<BatchMove>,
}

/// Somebody who takes a ticket.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    /// When they come, in milliseconds since midnight.
    pub(super) arrival_ms: i64,
    /// What they choose at the kiosk, where there is an errand for it.
    pub(super) errand: Option<ErrandId>,
    /// The queue they stand in.
    pub(super) queue: QueueId,
    /// What is done for them; the first is what they came for.
    pub(super) procedures: Vec<ProcedureCode>,
    /// The language they chose.
    pub(super) language: Language,
    /// The linked section that sends them with a label of its own.
    pub(super) linked: Option<SectionId>,
    /// Where they are sent on to, if they are.
    pub(super) transfer_to: Option<QueueId>,
    /// How it ends.
    pub(super) ending: Ending,
}

/// How a visit ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ending {
    /// Completed.
    Done,
    /// They are gone when they are called.
    NoShow,
    /// They give up after so long, and somebody cancels the ticket.
    Leaves(i64, CancelReason),
}

/// Somebody with an express tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct TagVisit {
    /// When they come.
    pub(super) arrival_ms: i64,
    /// The pool the tag is from.
    pub(super) pool: TagPoolId,
    /// What is done.
    pub(super) procedure: ProcedureCode,
}

/// A batch of mail or electronic cases.
#[derive(Clone, Copy, Debug)]
pub(super) struct BatchPlan {
    /// The sheet.
    pub(super) procedure: ProcedureCode,
    /// How it comes in.
    pub(super) channel: BatchChannel,
    /// Cases in it, those that go back included.
    pub(super) count: u16,
    /// Cases that go back.
    pub(super) returned: u16,
}

/// One thing done with a batch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct BatchMove {
    /// When, in milliseconds since midnight.
    pub(super) at_ms: i64,
    /// The batch's place in the plan.
    pub(super) batch: usize,
    /// What.
    pub(super) deed: BatchDeed,
}

/// What is done with a batch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum BatchDeed {
    /// It comes in.
    Receive,
    /// Work goes on up to this step.
    Advance(u8),
    /// 納品.
    Deliver,
}

impl Plan {
    /// Draws the plan of a fiscal year.
    ///
    /// # Errors
    ///
    /// The office is never open in that year, or lacks a procedure of the yearly table.
    pub(super) fn draw(
        setup: &Setup,
        year: FiscalYear,
        volume: &Volume,
        seed: u64,
    ) -> Result<Plan, SimulateError> {
        let days = open_days(&setup.calendar, year.first_day(), year.last_day());
        if days.is_empty() {
            return Err(SimulateError::NeverOpen { from: year.first_day(), to: year.last_day() });
        }
        let plans = days.iter().map(|day| DayPlan {
            day: *day,
            visits: Vec::new(),
            tags: Vec::new(),
            guidances: Vec::new(),
            batch_moves: Vec::new(),
        });
        let mut draft = Draft {
            setup,
            random: Random::new(seed, u64::from(year.year().unsigned_abs())),
            plan: Plan { days: plans.collect(), batches: Vec::new() },
            days,
        };
        draft.fill(volume)?;
        let mut plan = draft.plan;
        for day in &mut plan.days {
            day.visits.sort_by_key(|visit| visit.arrival_ms);
            day.tags.sort_by_key(|tag| tag.arrival_ms);
            day.guidances.sort_unstable();
            day.batch_moves.sort_unstable();
        }
        Ok(plan)
    }

    /// Keeps only what lies within two dates; a batch that came in before is left out.
    pub(super) fn restrict(&mut self, from: Date, to: Date) {
        self.days.retain(|plan| from <= plan.day.date && plan.day.date <= to);
        let moves = self.days.iter().flat_map(|plan| &plan.batch_moves);
        let received = moves.filter(|moved| moved.deed == BatchDeed::Receive);
        let known: std::collections::BTreeSet<usize> = received.map(|moved| moved.batch).collect();
        for plan in &mut self.days {
            plan.batch_moves.retain(|moved| known.contains(&moved.batch));
        }
    }
}

/// A plan while it is drawn.
struct Draft<'s> {
    setup: &'s Setup,
    random: Random,
    plan: Plan,
    days: Vec<OpenDay>,
}

/// Of the payments (№15) in thousandths, those by tag instead of by ticket.
const PAYMENT_BY_TAG: u32 = 250;

impl Draft<'_> {
    fn fill(&mut self, volume: &Volume) -> Result<(), SimulateError> {
        let mut window: Vec<Cases> = Vec::new();
        for mut cases in volume.cases() {
            if cases.count == 0 {
                continue;
            }
            let code = self.code(cases.code)?;
            let kind = self.setup.procedure(code).map(|procedure| procedure.kind);
            let pool = self.setup.tag_pools.iter().find(|pool| pool.procedures.contains(&code));
            let pool = pool.map(|pool| pool.id);
            if kind == Some(ProcedureKind::MailWorkflow) {
                self.mail(code, cases.count);
                continue;
            }
            let by_tag = match (kind, cases.code) {
                (Some(ProcedureKind::ExpressTag), _) => cases.count,
                (_, "15") => cases.count * PAYMENT_BY_TAG / 1_000,
                _ => 0,
            };
            match pool {
                Some(pool) => {
                    self.tags(code, pool, by_tag);
                    cases.count -= by_tag;
                }
                None if kind == Some(ProcedureKind::ExpressTag) => {
                    return Err(SimulateError::NoTagPool { code });
                }
                None => {}
            }
            window.push(cases);
        }
        self.visits(&window, volume.transfers)?;
        self.guidances(volume.guidance);
        Ok(())
    }

    fn code(&self, text: &str) -> Result<ProcedureCode, SimulateError> {
        ProcedureCode::new(text)
            .filter(|code| self.setup.procedure(*code).is_some())
            .ok_or_else(|| SimulateError::NoProcedure { code: text.to_owned() })
    }

    fn tags(&mut self, procedure: ProcedureCode, pool: TagPoolId, count: u32) {
        let draw = DayDraw::new(&self.days, procedure.as_str());
        for _ in 0..count {
            let day = draw.draw(&mut self.random);
            let arrival_ms = arrival_ms(&mut self.random, self.days[day].hours);
            self.plan.days[day].tags.push(TagVisit { arrival_ms, pool, procedure });
        }
    }

    fn guidances(&mut self, count: u32) {
        let draw = DayDraw::new(&self.days, "1");
        for _ in 0..count {
            let day = draw.draw(&mut self.random);
            let at_ms = arrival_ms(&mut self.random, self.days[day].hours) + MINUTE_MS;
            self.plan.days[day].guidances.push(at_ms);
        }
    }

    /// Divides the cases of a mail sheet over batches that are all delivered within the year.
    fn mail(&mut self, procedure: ProcedureCode, count: u32) {
        let draw = DayDraw::new(&self.days, procedure.as_str());
        let sheet = self.setup.procedure(procedure);
        let steps = sheet.map_or(0, |sheet| sheet.steps.len());
        let steps = u8::try_from(steps).unwrap_or(u8::MAX);
        let electronic = sheet.is_some_and(|sheet| sheet.channel == Channel::MailAndElectronic);
        let mut left = u16::try_from(count).unwrap_or(u16::MAX);
        while left > 0 {
            let size = self.random.duration_ms(5, Spread::Wide).clamp(1, 40);
            let done = u16::try_from(size).unwrap_or(1).min(left);
            left -= done;
            let returned = (0..done).filter(|_| self.random.chance(40)).count();
            let returned = u16::try_from(returned).unwrap_or(0);
            let by_wire = electronic && self.random.chance(400);
            let batch = self.plan.batches.len();
            self.plan.batches.push(BatchPlan {
                procedure,
                channel: if by_wire { BatchChannel::Electronic } else { BatchChannel::Mail },
                count: done + returned,
                returned,
            });
            let day = draw.draw(&mut self.random);
            self.batch_moves(batch, day, steps);
        }
    }

    /// Comes in after the morning's post, is worked on over the next days, then delivered.
    fn batch_moves(&mut self, batch: usize, day: usize, steps: u8) {
        let last = self.plan.days.len() - 1;
        let mut day = day;
        let mut at_ms = self.batch_time(day, 30);
        let push = |plan: &mut Plan, day: usize, at_ms: i64, deed: BatchDeed| {
            plan.days[day].batch_moves.push(BatchMove { at_ms, batch, deed });
        };
        push(&mut self.plan, day, at_ms, BatchDeed::Receive);
        for step in [steps / 3, steps * 2 / 3] {
            if day < last && self.random.chance(550) {
                day += 1;
                at_ms = self.batch_time(day, 60);
            } else {
                at_ms += self.random.ms(20 * MINUTE_MS, 60 * MINUTE_MS);
            }
            if step > 0 {
                push(&mut self.plan, day, at_ms, BatchDeed::Advance(step));
            }
        }
        at_ms += self.random.ms(20 * MINUTE_MS, 60 * MINUTE_MS);
        push(&mut self.plan, day, at_ms, BatchDeed::Deliver);
    }

    /// Within the first hours after opening, so that all that follows ends before closing.
    fn batch_time(&mut self, day: usize, after_min: i64) -> i64 {
        let open = i64::from(self.days[day].hours.open.minutes());
        let from = (open + after_min) * MINUTE_MS;
        self.random.ms(from, from + 120 * MINUTE_MS)
    }
}

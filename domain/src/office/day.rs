//! The business day, and the setup in force.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Day, Office, events};
use crate::bell::RingState;
use crate::command::{Command, DueCommand, GuidanceKind};
use crate::event::Event;
use crate::id::Key;
use crate::refusal::Refusal;
use crate::setup::{Restart, Setup};
use crate::ticket::{CancelReason, TicketState, Times};
use crate::time::{Date, MINUTE_MS, Now, Timestamp};

/// Longest floor guidance that can be recorded: four hours, above which a stopwatch was forgotten.
const GUIDANCE_MS_MAX: i64 = 240 * MINUTE_MS;

impl Office {
    pub(super) fn decide_adopt(&self, setup: &Setup) -> Result<Vec<Event>, Refusal> {
        if let Some(fault) = setup.faults().into_iter().next() {
            return Err(Refusal::SetupInvalid { fault });
        }
        if let Some(present) = &self.setup
            && present.office != setup.office
        {
            return Err(Refusal::OfficeChanged { log: present.office, setup: setup.office });
        }
        if let Some(what) = self.orphan(setup) {
            return Err(Refusal::SetupInUse { what });
        }
        events([Event::SetupAdopted { setup: Box::new(setup.clone()) }])
    }

    /// Something open that a setup would leave without what it needs: its key there.
    fn orphan(&self, setup: &Setup) -> Option<Key> {
        let lasting = self.tickets.iter().filter(|ticket| !ticket.state.is_final());
        let mut queues = lasting.map(|ticket| ticket.queue);
        if let Some(queue) = queues.find(|queue| setup.queue(*queue).is_none()) {
            return Some(queue.0);
        }
        for open in self.counters.values() {
            let Some(counter) = setup.counter(open.id) else {
                return Some(open.id.0);
            };
            let served = open.profile.iter().flatten().map(|line| line.queue);
            let present = open.ticket.and_then(|id| self.tickets.get(id));
            let accepts = |queue| setup.queue(queue).is_some_and(|q| q.accepts(counter.kind));
            let mut needed = served.chain(present.map(|ticket| ticket.queue));
            if let Some(queue) = needed.find(|queue| !accepts(*queue)) {
                return Some(queue.0);
            }
        }
        self.orphan_beside_tickets(setup)
    }

    fn orphan_beside_tickets(&self, setup: &Setup) -> Option<Key> {
        for ring in self.rings.values() {
            if ring.state == RingState::Ringing && setup.bell(ring.bell).is_none() {
                return Some(ring.bell.0);
            }
        }
        for tag in self.tags.values().filter(|tag| tag.returned_at.is_none()) {
            let pool = setup.tag_pool(tag.pool);
            if pool.is_none_or(|pool| pool.size < tag.number) {
                return Some(tag.pool.0);
            }
        }
        for batch in self.batches.values().filter(|batch| batch.delivered.is_none()) {
            let sheet = setup.procedure(batch.procedure);
            if sheet.is_none_or(|sheet| sheet.steps.len() < usize::from(batch.step)) {
                return Some(batch.procedure.0);
            }
        }
        None
    }

    pub(super) fn decide_open_day(&self, now: Now, date: Date) -> Result<Vec<Event>, Refusal> {
        self.require_setup()?;
        if let Some(day) = self.day {
            return Err(Refusal::DayAlreadyOpen { date: day.date });
        }
        if date != now.date {
            return Err(Refusal::DayNotToday { asked: date, today: now.date });
        }
        match self.last_day {
            Some(last) if date <= last => Err(Refusal::DayAlreadyPast { asked: date, last }),
            Some(_) | None => events([Event::DayOpened { date }]),
        }
    }

    /// Closes everything that is open, in the order of ids, then the day.
    ///
    /// A ticket that is still open is cancelled with the reason `DayClosed`. Of one that was being
    /// served nobody knows what came of it and how long it took: claiming a completion would invent
    /// procedures, so it is cancelled too, and its times are doubted first.
    pub(super) fn decide_close_day(&self) -> Result<Vec<Event>, Refusal> {
        let (_, day) = self.require_day()?;
        let mut closing = Vec::new();
        for ticket in self.tickets.iter() {
            if ticket.state.is_final() {
                continue;
            }
            let is_served = matches!(ticket.state, TicketState::Serving { .. });
            if is_served && ticket.times == Times::Accurate {
                closing.push(Event::TimesDoubted { ticket: ticket.id });
            }
            closing.push(Event::TicketCancelled {
                ticket: ticket.id,
                reason: CancelReason::DayClosed,
            });
        }
        let ringing = self.rings.values().filter(|ring| ring.state == RingState::Ringing);
        closing.extend(ringing.map(|ring| Event::BellLapsed { ring: ring.id }));
        let counters = self.counters.keys();
        closing.extend(counters.map(|&counter| Event::CounterClosed { counter }));
        closing.push(Event::DayClosed { date: day.date });
        Ok(closing)
    }

    pub(super) fn decide_guidance(
        &self,
        kind: GuidanceKind,
        duration_ms: i64,
    ) -> Result<Vec<Event>, Refusal> {
        let setup = self.require_setup()?;
        match kind {
            GuidanceKind::ToUnit(unit) if setup.unit(unit).is_none() => {
                return Err(Refusal::UnknownUnit { unit });
            }
            GuidanceKind::ToSection(section) if setup.section(section).is_none() => {
                return Err(Refusal::UnknownSection { section });
            }
            GuidanceKind::Advice
            | GuidanceKind::ToUnit(_)
            | GuidanceKind::ToSection(_)
            | GuidanceKind::Announced => {}
        }
        if !(0..=GUIDANCE_MS_MAX).contains(&duration_ms) {
            return Err(Refusal::DurationOutOfRange {
                duration_ms,
                duration_ms_max: GUIDANCE_MS_MAX,
            });
        }
        events([Event::GuidanceRecorded { kind, duration_ms }])
    }

    /// Opening while the date's hours run, the lead before them included; closing at the end of
    /// the day or once it is yesterday's. A clock that steps back to the day before closes nothing.
    pub(super) fn due_day(&self, now: Now) -> Option<DueCommand> {
        let setup = self.setup.as_ref()?;
        let calendar = &setup.calendar;
        if let Some(day) = self.day {
            let is_late = now.date == day.date && now.time >= calendar.day_end;
            let is_over = day.date < now.date || is_late;
            return is_over.then_some((now.at, Command::CloseDay));
        }
        let hours = calendar.hours(now.date)?;
        let from = hours.open.minutes().saturating_sub(calendar.day_lead_min);
        let is_on = from <= now.time.minutes() && now.time < hours.close.min(calendar.day_end);
        let is_new = self.last_day.is_none_or(|last| last < now.date);
        (is_on && is_new).then_some((now.at, Command::OpenDay { date: now.date }))
    }

    pub(super) fn apply_adopted(&mut self, setup: &Setup) {
        self.setup = Some(setup.clone());
        if self.day.is_none() {
            self.drop_daily_numbers();
        }
    }

    pub(super) fn apply_day_opened(&mut self, at: Timestamp, date: Date) {
        assert_eq!(self.day, None, "{date} opens after the day before has closed");
        assert!(self.last_day < Some(date), "{date} must be later than {:?}", self.last_day);
        self.day = Some(Day { date, opened_at: at });
        self.last_day = Some(date);
    }

    pub(super) fn apply_day_closed(&mut self, date: Date) {
        assert_eq!(self.day.map(|day| day.date), Some(date), "the open day closes");
        let lasting = self.tickets.iter().find(|ticket| !ticket.state.is_final());
        assert_eq!(lasting.map(|ticket| ticket.id), None, "no ticket outlasts {date}");
        let ringing = |state: RingState| state == RingState::Ringing;
        assert!(!self.rings.values().any(|ring| ringing(ring.state)), "no bell outlasts {date}");
        assert!(self.counters.is_empty(), "no counter stays open after {date}");
        self.day = None;
        self.tickets.clear();
        self.labels.clear();
        self.tokens.clear();
        self.lines.clear();
        self.rings.clear();
        self.tags.retain(|_, tag| tag.returned_at.is_none());
        self.batches.retain(|_, batch| batch.delivered.is_none());
        self.drop_daily_numbers();
    }

    /// Forgets the numbers of queues that start at 1 in the morning, or are gone.
    fn drop_daily_numbers(&mut self) {
        let setup = self.setup.as_ref();
        self.numbers.retain(|queue, _| {
            setup
                .and_then(|setup| setup.queue(*queue))
                .is_some_and(|queue| queue.numbers.restart == Restart::Continue)
        });
    }
}

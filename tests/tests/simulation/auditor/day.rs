//! The business day: when it opens and closes by itself, and what becomes of what is open.

use domain::bell::RingState;
use domain::calendar::DayHours;
use domain::command::Command;
use domain::setup::Restart;
use domain::ticket::{CancelReason, TicketState};
use domain::time::{Date, Now};

use super::{Auditor, Expected, Reasons, Verdict};

impl Auditor {
    /// The hours of a date, from the calendar's lists one after the other.
    pub(super) fn hours(&self, date: Date) -> Option<DayHours> {
        let calendar = &self.setup.calendar;
        let special = calendar.open.iter().find(|(open, _)| *open == date);
        if let Some((_, hours)) = special {
            return Some(*hours);
        }
        let yearly = calendar.closed_yearly.contains(&(date.month(), date.day()));
        if yearly || calendar.closed.contains(&date) {
            return None;
        }
        let monday_first = (date.days_since_epoch() + 3) % 7;
        calendar.weekly[usize::try_from(monday_first).unwrap()]
    }

    /// What time makes due, apart from bells: at most one command.
    pub(crate) fn day_due(&self, now: Now) -> Option<Command> {
        let day_end = self.setup.calendar.day_end;
        if let Some(day) = self.day {
            return (now.date > day || (now.date == day && now.time >= day_end))
                .then_some(Command::CloseDay);
        }
        let hours = self.hours(now.date)?;
        let lead = self.setup.calendar.day_lead_min;
        let begins = hours.open.minutes().saturating_sub(lead);
        let is_new = self.last_day.is_none_or(|last| last < now.date);
        let is_time = now.time.minutes() >= begins && now.time < hours.close.min(day_end);
        (is_new && is_time).then_some(Command::OpenDay { date: now.date })
    }

    /// The rings that have waited too long for an answer.
    pub(crate) fn rings_due(&self, now: Now) -> Vec<Command> {
        let patience_ms = i64::from(self.setup.rules.bell_answer_s) * 1_000;
        let at = now.at.max(self.last_at);
        let due = |ring: &&super::Ring| {
            ring.state == RingState::Ringing && at.0 - ring.step_at.0 >= patience_ms
        };
        let rings = self.rings.iter().filter(due);
        rings.map(|ring| Command::EscalateBell { ring: ring.id }).collect()
    }

    pub(super) fn open_day(&mut self, now: Now, date: Date) -> Verdict {
        let mut reasons = Reasons::default();
        reasons.when(self.day.is_some(), "day_already_open");
        reasons.when(date != now.date, "day_not_today");
        reasons.when(self.last_day.is_some_and(|last| last >= date), "day_already_past");
        reasons.none()?;
        self.day = Some(date);
        self.last_day = Some(date);
        Ok(Expected::default())
    }

    pub(super) fn close_day(&mut self, now: Now) -> Verdict {
        let mut reasons = Reasons::default();
        reasons.when(self.day.is_none(), "day_not_open");
        reasons.none()?;
        for case in self.cases.iter_mut().filter(|case| !case.is_final()) {
            let reason = CancelReason::DayClosed;
            case.change(now.at, TicketState::Cancelled { reason });
        }
        self.day = None;
        self.cases.clear();
        self.desks.clear();
        self.rings.clear();
        self.calls.clear();
        self.tags.retain(|tag| !tag.returned);
        self.batches.retain(|batch| batch.delivered.is_none());
        let queues = &self.setup.queues;
        self.given.retain(|(id, _)| {
            let queue = queues.iter().find(|queue| queue.id == *id);
            queue.is_some_and(|queue| queue.numbers.restart == Restart::Continue)
        });
        Ok(Expected::default())
    }
}

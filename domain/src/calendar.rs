//! Hours, holidays, busy months, wait limits and timed notices (R-01… ).

use alloc::vec::Vec;

use crate::holiday;
use crate::id::{Key, QueueId};
use crate::setup::Text;
use crate::time::{Date, MINUTE_MS, MinuteOfDay, Now};

/// When the office is open and what it promises.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Calendar {
    /// Hours per weekday, Monday first; `None` when closed.
    pub weekly: [Option<DayHours>; 7],
    /// Whether Japan's national holidays are closed.
    pub holidays: Holidays,
    /// Closed every year on these days (month, day), such as 29 December to 3 January.
    pub closed_yearly: Vec<(u8, u8)>,
    /// Closed on these dates.
    pub closed: Vec<Date>,
    /// Open on these dates in spite of everything else.
    pub open: Vec<(Date, DayHours)>,
    /// Months with the longer wait limit, 1 to 12.
    pub busy_months: Vec<u8>,
    /// Wait limit in minutes (R-10: 30).
    pub wait_limit_min: u16,
    /// Wait limit in busy months, in minutes (R-10: 60).
    pub wait_limit_busy_min: u16,
    /// How long before opening the business day begins (kiosk warms up, staff sign in), minutes.
    pub day_lead_min: u16,
    /// When the business day is closed by rule if nobody has closed it.
    pub day_end: MinuteOfDay,
    /// Notices that begin at a time of day.
    pub notices: Vec<TimedNotice>,
}

/// Hours of one day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DayHours {
    /// Kiosks issue from then on.
    pub open: MinuteOfDay,
    /// Visitors should have left by then.
    pub close: MinuteOfDay,
    /// Kiosks stop issuing at this time; often `close` itself.
    pub tickets_until: MinuteOfDay,
    /// Whether visitors may stay past `close` without an alert (R-02: Tuesdays).
    pub lingering: Lingering,
}

/// Whether visitors past closing time are an alert.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Lingering {
    /// They are.
    Alert,
    /// They are expected.
    Allowed,
}

/// Which holidays count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Holidays {
    /// None.
    None,
    /// Japan's national holidays, by rule.
    Japan,
}

/// A notice that holds from a time of day until closing, for some queues.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimedNotice {
    /// Its key.
    pub id: Key,
    /// From when on.
    pub from: MinuteOfDay,
    /// Whom it concerns; empty means everyone.
    pub queues: Vec<QueueId>,
    /// What it says.
    pub text: Text,
}

impl Calendar {
    /// The hours of a date; `None` when the office is closed. What is decided for the date itself
    /// (`open`, then `closed`) goes before yearly closures, these before national holidays, and
    /// these before the weekday.
    pub fn hours(&self, date: Date) -> Option<DayHours> {
        if let Some((_, hours)) = self.open.iter().find(|(open, _)| *open == date) {
            return Some(*hours);
        }
        let yearly = || self.closed_yearly.contains(&(date.month(), date.day()));
        let holiday = || match self.holidays {
            Holidays::None => false,
            Holidays::Japan => holiday::is_holiday(date),
        };
        if self.closed.contains(&date) || yearly() || holiday() {
            return None;
        }
        self.weekly[date.weekday() as usize]
    }

    /// When kiosks next begin to issue at or after a moment: date and minute. `None` when nothing
    /// opens within the 400 days that follow.
    pub fn next_opening(&self, date: Date, time: MinuteOfDay) -> Option<(Date, MinuteOfDay)> {
        (0..=OPENING_SEARCH_DAYS).find_map(|ahead| {
            let day = date.plus_days(ahead);
            let hours = self.hours(day)?;
            (ahead > 0 || time <= hours.open).then_some((day, hours.open))
        })
    }

    /// Whether kiosks issue at this moment: from opening until `tickets_until`.
    pub fn issues_at(&self, date: Date, time: MinuteOfDay) -> bool {
        self.hours(date).is_some_and(|hours| hours.open <= time && time < hours.tickets_until)
    }

    /// Whether a date lies in a busy month.
    pub fn is_busy(&self, date: Date) -> bool {
        self.busy_months.contains(&date.month())
    }

    /// The wait limit on a date, in milliseconds.
    pub fn wait_limit_ms(&self, date: Date) -> i64 {
        let minutes =
            if self.is_busy(date) { self.wait_limit_busy_min } else { self.wait_limit_min };
        i64::from(minutes) * MINUTE_MS
    }

    /// The notices that hold for a queue at this moment: from their time of day until
    /// midnight on days the office is open, later closing days included, because what they tell
    /// (the pension office can no longer be asked) does not depend on the ward's hours.
    pub fn notices_for(&self, queue: QueueId, now: Now) -> impl Iterator<Item = &TimedNotice> {
        let open = self.hours(now.date).is_some();
        self.notices.iter().filter(move |notice| {
            let concerned = notice.queues.is_empty() || notice.queues.contains(&queue);
            open && concerned && notice.from <= now.time
        })
    }
}

/// How far ahead the next opening is looked for: more than a year, so that only an office that
/// never opens has none.
const OPENING_SEARCH_DAYS: i64 = 400;

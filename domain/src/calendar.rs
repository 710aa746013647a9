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

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::sample::{calendar, date, key, queue, time};
    use crate::time::Timestamp;

    #[test]
    fn what_is_decided_for_a_date_goes_before_everything_else() {
        let calendar = calendar();
        let close = |month, day| calendar.hours(date(2026, month, day)).map(|it| it.close);
        assert_eq!(close(11, 11), Some(time(17, 30)), "a Wednesday");
        assert_eq!(close(11, 10), Some(time(19, 0)), "a Tuesday");
        assert_eq!(close(11, 14), None, "a Saturday");
        assert_eq!(close(11, 28), Some(time(17, 30)), "a Saturday on which it opens");
        assert_eq!(close(11, 12), None, "closed on this date");
        assert_eq!(close(11, 3), None, "a national holiday on a Tuesday");
        assert_eq!(close(12, 29), None, "closed every year");
    }

    #[test]
    fn the_next_opening_skips_weekends_holidays_and_the_turn_of_the_year() {
        let calendar = calendar();
        let next = |date, at| calendar.next_opening(date, at);
        let opens = |date| Some((date, time(8, 30)));
        assert_eq!(next(date(2026, 11, 11), time(8, 30)), opens(date(2026, 11, 11)));
        assert_eq!(next(date(2026, 11, 11), time(17, 30)), opens(date(2026, 11, 13)));
        assert_eq!(next(date(2026, 11, 20), time(18, 0)), opens(date(2026, 11, 24)));
        assert_eq!(next(date(2026, 12, 28), time(18, 0)), opens(date(2027, 1, 4)));
        let never = Calendar { weekly: [None; 7], open: Vec::new(), ..calendar };
        assert_eq!(never.next_opening(date(2026, 11, 11), time(8, 0)), None);
    }

    #[test]
    fn r_10_the_wait_limit_is_an_hour_in_april_and_june_and_half_of_it_otherwise() {
        let minutes = |month| calendar().wait_limit_ms(date(2026, month, 15)) / MINUTE_MS;
        let limits: Vec<i64> = (1..=12).map(minutes).collect();
        assert_eq!(limits, [30, 30, 30, 60, 30, 60, 30, 30, 30, 30, 30, 30]);
    }

    #[test]
    fn r_04_the_pension_notice_begins_at_a_quarter_past_five_on_tuesdays_too() {
        let calendar = calendar();
        let notices = |day, hour, minute, id| {
            let now = Now { at: Timestamp(0), date: date(2026, 11, day), time: time(hour, minute) };
            calendar.notices_for(queue(id), now).map(|notice| notice.id).collect::<Vec<Key>>()
        };
        let pension = [key("pension-office")];
        assert_eq!(notices(11, 17, 14, "arrears"), []);
        assert_eq!(notices(11, 17, 15, "arrears"), pension);
        assert_eq!(notices(11, 17, 15, "enrol"), [], "it does not concern them");
        assert_eq!(notices(10, 18, 30, "arrears"), pension, "Tuesday evening (R-05)");
        assert_eq!(notices(14, 17, 20, "arrears"), [], "a Saturday");
    }

    #[test]
    fn kiosks_issue_from_opening_until_their_own_end() {
        let calendar = calendar();
        let issues = |hour, minute| calendar.issues_at(date(2026, 11, 10), time(hour, minute));
        assert!(!issues(8, 29) && issues(8, 30) && issues(18, 44) && !issues(18, 45));
    }
}

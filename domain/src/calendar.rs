//! Hours, holidays, busy months, wait limits and timed notices (R-01… ).

use alloc::vec::Vec;

use crate::id::{Key, QueueId};
use crate::setup::Text;
use crate::time::{Date, MinuteOfDay};

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

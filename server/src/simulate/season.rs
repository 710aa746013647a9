//! When people come: busy months, Mondays, days after a holiday, the hours of the day.
//!
//! Nobody has published hourly numbers. The shape follows what a ward says of its own counters
//! (名古屋市中村区: April, June, late July and early August; Mondays, the day after a holiday, the
//! first and last days of a month; 10–12 and 13–15 o'clock, few over lunch); its heights are
//! invented.

use domain::calendar::{Calendar, DayHours};
use domain::time::{Date, MINUTE_MS, Weekday};

use super::random::Random;

/// A business day of the plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenDay {
    /// Its date.
    pub(super) date: Date,
    /// Its hours.
    pub(super) hours: DayHours,
    /// How many come, compared with other days.
    weight: u64,
}

/// The open days from one date to another, both included.
pub(super) fn open_days(calendar: &Calendar, from: Date, to: Date) -> Vec<OpenDay> {
    let mut days = Vec::new();
    let mut date = from;
    while date <= to {
        if let Some(hours) = calendar.hours(date) {
            days.push(OpenDay { date, hours, weight: weight(calendar, date) });
        }
        date = date.plus_days(1);
    }
    days
}

/// The weight of a day in thousandths of a usual one.
fn weight(calendar: &Calendar, date: Date) -> u64 {
    let day = date.day();
    let month = match (date.month(), day) {
        (4, _) => 1_250,
        (6, _) => 1_300,
        (7, 20..) => 1_150,
        (8, ..=10) => 1_120,
        (3, _) => 1_080,
        (5 | 7, _) => 1_000,
        (8..=10, _) => 940,
        _ => 880,
    };
    let weekday = match date.weekday() {
        Weekday::Monday => 1_120,
        Weekday::Tuesday => 1_030,
        Weekday::Friday => 1_000,
        Weekday::Wednesday | Weekday::Thursday | Weekday::Saturday | Weekday::Sunday => 950,
    };
    // A Monday follows a closed Sunday anyway; this is about holidays in the week.
    let yesterday_closed = calendar.hours(date.plus_days(-1)).is_none();
    let after_holiday = yesterday_closed && date.weekday() != Weekday::Monday;
    let edge = if day == 1 || date.plus_days(2).month() != date.month() { 1_060 } else { 1_000 };
    let holiday = if after_holiday { 1_130 } else { 1_000 };
    month * weekday / 1_000 * edge / 1_000 * holiday / 1_000
}

/// How a procedure's own season changes the weight of a month, in thousandths.
fn season(code: &str, month: u8) -> u64 {
    match (code, month) {
        // The premium notices go out in June.
        ("7", 6) => 1_450,
        ("7", 7) => 1_250,
        // People move and change their work in spring.
        ("2" | "2-2" | "3", 4) => 1_200,
        ("2" | "2-2" | "3", 3) => 1_100,
        // Certificates are renewed in summer.
        ("5" | "5-2" | "4", 8) => 1_300,
        _ => 1_000,
    }
}

/// Draws days for the cases of one procedure.
#[derive(Debug)]
pub(super) struct DayDraw {
    /// Sums of the weights up to and with each day.
    sums: Vec<u64>,
}

impl DayDraw {
    /// Prepares the draw for a procedure; `days` must not be empty.
    pub(super) fn new(days: &[OpenDay], code: &str) -> DayDraw {
        let mut sum = 0;
        let add = |day: &OpenDay| {
            sum += day.weight * season(code, day.date.month()) / 1_000;
            sum
        };
        DayDraw { sums: days.iter().map(add).collect() }
    }

    /// The place of a day.
    pub(super) fn draw(&self, random: &mut Random) -> usize {
        let at = random.below(self.sums.last().copied().unwrap_or(0));
        self.sums.partition_point(|sum| *sum <= at)
    }
}

/// Weights of the half hours after opening; what lies past the last entry counts as the last.
const HALF_HOURS: [u64; 18] =
    [70, 68, 74, 92, 96, 92, 80, 52, 46, 62, 86, 88, 80, 68, 56, 44, 32, 16];

/// Draws the time of day at which somebody comes, in milliseconds since midnight: from opening to
/// two minutes before the last ticket.
pub(super) fn arrival_ms(random: &mut Random, hours: DayHours) -> i64 {
    let open = i64::from(hours.open.minutes()) * MINUTE_MS;
    let last = (i64::from(hours.tickets_until.minutes()) - 2) * MINUTE_MS;
    let halves = usize::try_from((last - open) / (30 * MINUTE_MS) + 1).unwrap_or(1);
    let weights: Vec<u64> =
        (0..halves).map(|half| HALF_HOURS.get(half).copied().unwrap_or(16)).collect();
    let half = i64::try_from(random.weighted(&weights)).unwrap_or(0);
    let from = open + half * 30 * MINUTE_MS;
    let to = (from + 30 * MINUTE_MS).min(last);
    random.ms(from.min(last), to)
}

//! The office's clock: the only place where the server reads the time.
//!
//! Everything else gets a [`Now`]. A device's clock is never trusted (invariant 3).

use std::sync::Mutex;
use std::time::Instant;

use domain::time::{Date, MinuteOfDay, Now, Timestamp};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use protocol::live::Mode;

/// A clock in the office's zone.
#[derive(Debug)]
pub struct Clock {
    zone: TimeZone,
    zone_name: String,
    hands: Hands,
}

#[derive(Debug)]
enum Hands {
    Real,
    /// Runs from a chosen moment at `speed` times the real pace.
    Rehearsal {
        began: Instant,
        from: Timestamp,
        speed: f64,
    },
    /// Stands until it is set.
    Set(Mutex<Timestamp>),
}

/// Why a clock could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// The zone is not in the time-zone database.
    #[error("the zone {0:?} is not known; expected a name such as Asia/Tokyo")]
    Zone(String),
    /// The moment does not exist or cannot be read.
    #[error("{0:?} is not a moment; expected one such as 2026-06-02T10:00")]
    Moment(String),
}

impl Clock {
    /// The real clock.
    ///
    /// # Errors
    ///
    /// [`ClockError::Zone`].
    pub fn real(zone_name: &str) -> Result<Clock, ClockError> {
        Clock::with(zone_name, Hands::Real)
    }

    /// A clock that starts at `moment` (local time, such as `2026-06-02T10:00`) and runs at
    /// `speed` times the real pace: for training and demonstrations.
    ///
    /// # Errors
    ///
    /// [`ClockError::Zone`] and [`ClockError::Moment`].
    pub fn rehearsal(zone_name: &str, moment: &str, speed: f64) -> Result<Clock, ClockError> {
        let mut clock = Clock::real(zone_name)?;
        let from = clock.read_moment(moment)?;
        clock.hands = Hands::Rehearsal { began: Instant::now(), from, speed };
        Ok(clock)
    }

    /// A clock that stands at `at` until [`Clock::set`] moves it: for the simulation.
    ///
    /// # Errors
    ///
    /// [`ClockError::Zone`].
    pub fn standing(zone_name: &str, at: Timestamp) -> Result<Clock, ClockError> {
        Clock::with(zone_name, Hands::Set(Mutex::new(at)))
    }

    fn with(zone_name: &str, hands: Hands) -> Result<Clock, ClockError> {
        let zone = TimeZone::get(zone_name).map_err(|_| ClockError::Zone(zone_name.to_owned()))?;
        Ok(Clock { zone, zone_name: zone_name.to_owned(), hands })
    }

    /// Reads a moment in the office's zone.
    ///
    /// # Errors
    ///
    /// [`ClockError::Moment`].
    pub fn read_moment(&self, moment: &str) -> Result<Timestamp, ClockError> {
        let bad = || ClockError::Moment(moment.to_owned());
        let civil: DateTime = moment.parse().map_err(|_| bad())?;
        let zoned = self.zone.to_zoned(civil).map_err(|_| bad())?;
        Ok(Timestamp(zoned.timestamp().as_millisecond()))
    }

    /// The present moment.
    pub fn now(&self) -> Now {
        self.at(self.timestamp())
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
    fn timestamp(&self) -> Timestamp {
        match &self.hands {
            Hands::Real => Timestamp(jiff::Timestamp::now().as_millisecond()),
            Hands::Rehearsal { began, from, speed } => {
                let ms = began.elapsed().as_secs_f64() * 1_000.0 * speed;
                // A rehearsal lasts hours: far from where the conversion would lose anything.
                from.plus_ms(ms as i64)
            }
            Hands::Set(at) => *at.lock().unwrap_or_else(std::sync::PoisonError::into_inner),
        }
    }

    /// An instant as the rules need it: with the office's date and time of day.
    pub fn at(&self, at: Timestamp) -> Now {
        let instant = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::MAX);
        let local = self.zone.to_datetime(instant);
        let part = |number: i8| u8::try_from(number).unwrap_or(1);
        let date = Date::new(local.year(), part(local.month()), part(local.day()));
        let clock = |number: i8| u16::try_from(number).unwrap_or(0);
        let time = MinuteOfDay::new(clock(local.hour()), clock(local.minute()));
        Now {
            at,
            date: date.expect("jiff returns dates that exist"),
            time: time.expect("jiff returns times before 24:00"),
        }
    }

    /// The instant of a local date and time of day; the later one where clocks go back.
    pub fn instant(&self, date: Date, time: MinuteOfDay) -> Timestamp {
        let days = i64::from(time.minutes() / 1_440);
        let date = date.plus_days(days);
        let minutes = time.minutes() % 1_440;
        let part = |number: u16| i8::try_from(number).unwrap_or(0);
        let month = i8::try_from(date.month()).unwrap_or(1);
        let day = i8::try_from(date.day()).unwrap_or(1);
        let (hour, minute) = (part(minutes / 60), part(minutes % 60));
        let civil = DateTime::constant(date.year(), month, day, hour, minute, 0, 0);
        let zoned = self.zone.to_ambiguous_zoned(civil).later();
        Timestamp(zoned.map_or(i64::MAX, |zoned| zoned.timestamp().as_millisecond()))
    }

    /// Moves a standing clock; any other clock goes on as it was.
    pub fn set(&self, to: Timestamp) {
        if let Hands::Set(at) = &self.hands {
            *at.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = to;
        }
    }

    /// Whether this is the real time.
    pub fn mode(&self) -> Mode {
        match self.hands {
            Hands::Real => Mode::Live,
            Hands::Rehearsal { .. } | Hands::Set(_) => Mode::Rehearsal,
        }
    }

    /// The zone's name.
    pub fn zone(&self) -> &str {
        &self.zone_name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tuesday_in_june_at_a_quarter_past_five_is_read_in_the_offices_zone() {
        let clock = Clock::real("Asia/Tokyo").unwrap();
        let at = clock.read_moment("2026-06-02T17:15").unwrap();
        let now = clock.at(at);
        assert_eq!(now.date.to_string(), "2026-06-02");
        assert_eq!(now.date.weekday(), domain::time::Weekday::Tuesday);
        assert_eq!(now.time.to_string(), "17:15");
        assert_eq!(clock.instant(now.date, now.time), at);
    }

    #[test]
    fn midnight_utc_is_nine_in_the_morning_of_the_same_day() {
        let clock = Clock::real("Asia/Tokyo").unwrap();
        let now = clock.at(Timestamp(1_780_358_400_000));
        assert_eq!((now.date.to_string().as_str(), now.time.minutes()), ("2026-06-02", 540));
    }

    #[test]
    fn an_unknown_zone_or_moment_is_refused_with_an_example() {
        let error = Clock::real("Asia/Tokio").unwrap_err().to_string();
        assert!(error.contains("Asia/Tokyo"), "{error}");
        let error = Clock::rehearsal("Asia/Tokyo", "tomorrow", 1.0).unwrap_err().to_string();
        assert!(error.contains("2026-06-02T10:00"), "{error}");
    }
}

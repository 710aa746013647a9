//! Japan's national holidays (国民の祝日), by rule.
//!
//! Sources: 国民の祝日に関する法律 (Act No. 178 of 1948) with its amendments, the acts on single
//! ceremonies (1989, 1990, 1993, 2019), and the Olympic special measures act for 2020 and 2021.
//! The equinoxes are proclaimed a year ahead; the formula here is the usual approximation of the
//! almanac, valid from 1980 to 2099. The domain covers these years; outside them there are none.

use crate::time::{Date, Weekday};

/// First year covered.
pub const YEAR_MIN: i16 = 1980;
/// Last year covered.
pub const YEAR_MAX: i16 = 2099;

/// Whether a date is a national holiday, a substitute holiday (振替休日) or a citizens' holiday
/// between two others (国民の休日).
pub fn is_holiday(date: Date) -> bool {
    if !(YEAR_MIN..=YEAR_MAX).contains(&date.year()) {
        return false;
    }
    is_named(date) || is_substitute(date) || is_between(date)
}

/// Whether a date is a holiday of its own name, or of a ceremony.
fn is_named(date: Date) -> bool {
    let year = date.year();
    let day = date.day();
    match date.month() {
        1 => {
            // Coming-of-Age Day: 15 January, since 2000 the second Monday.
            day == 1 || moves_to_monday(date, year >= 2000, 15, 2)
        }
        2 => {
            // The Emperor's Birthday since 2020; the funeral of the Shōwa Emperor in 1989.
            day == 11 || (day == 23 && year >= 2020) || (year == 1989 && day == 24)
        }
        3 => day == vernal_equinox_day(year),
        // Shōwa Day under its three names; the wedding of the Crown Prince in 1959 lies outside.
        4 => day == 29 || (year == 2019 && day == 30),
        5 => is_named_in_may(year, day),
        // The wedding of the Crown Prince in 1993.
        6 => year == 1993 && day == 9,
        7 => is_named_in_july(date),
        8 => is_named_in_august(year, day),
        9 => {
            // Respect for the Aged Day: 15 September, since 2003 the third Monday.
            day == autumnal_equinox_day(year) || moves_to_monday(date, year >= 2003, 15, 3)
        }
        10 => is_named_in_october(date),
        11 => day == 3 || day == 23 || (year == 1990 && day == 12),
        12 => day == 23 && (1989..=2018).contains(&year),
        _ => false,
    }
}

fn is_named_in_may(year: i16, day: u8) -> bool {
    // 4 May is Greenery Day since 2007; before that it was free as a day between two holidays.
    day == 3 || day == 5 || (day == 4 && year >= 2007) || (year == 2019 && matches!(day, 1 | 2))
}

fn is_named_in_july(date: Date) -> bool {
    let day = date.day();
    // Marine Day: 20 July since 1996, the third Monday since 2003, moved for the Olympic Games;
    // Sports Day stood in July in those two years.
    match date.year() {
        ..=1995 => false,
        2020 => matches!(day, 23 | 24),
        2021 => matches!(day, 22 | 23),
        year => moves_to_monday(date, year >= 2003, 20, 3),
    }
}

fn is_named_in_august(year: i16, day: u8) -> bool {
    // Mountain Day since 2016, moved for the Olympic Games.
    match year {
        ..=2015 => false,
        2020 => day == 10,
        2021 => day == 8,
        _ => day == 11,
    }
}

fn is_named_in_october(date: Date) -> bool {
    // Sports Day: 10 October, since 2000 the second Monday; the enthronement in 2019.
    match date.year() {
        2020 | 2021 => false,
        2019 if date.day() == 22 => true,
        year => moves_to_monday(date, year >= 2000, 10, 2),
    }
}

/// Whether a date is a holiday that stood on day `fixed` and stands on the `nth` Monday of its
/// month once `moved`.
fn moves_to_monday(date: Date, moved: bool, fixed: u8, nth: u8) -> bool {
    if moved {
        date.weekday() == Weekday::Monday && (date.day() - 1) / 7 + 1 == nth
    } else {
        date.day() == fixed
    }
}

/// A holiday on a Sunday frees the next day that is no holiday itself (§3.2); before 2007 only the
/// Monday after.
fn is_substitute(date: Date) -> bool {
    if is_named(date) {
        return false;
    }
    let mut before = date.plus_days(-1);
    while is_named(before) {
        if before.weekday() == Weekday::Sunday {
            return date.year() >= 2007 || date.weekday() == Weekday::Monday;
        }
        before = before.plus_days(-1);
    }
    false
}

/// A day between two holidays is free (§3.3, in force since 27 December 1985); before 2007 not
/// when it was a Sunday or a substitute holiday.
fn is_between(date: Date) -> bool {
    date.year() >= 1986
        && !is_named(date)
        && date.weekday() != Weekday::Sunday
        && is_named(date.plus_days(-1))
        && is_named(date.plus_days(1))
}

/// The day in March of the vernal equinox, 1980 to 2099.
fn vernal_equinox_day(year: i16) -> u8 {
    equinox_day(208_431, year)
}

/// The day in September of the autumnal equinox, 1980 to 2099.
fn autumnal_equinox_day(year: i16) -> u8 {
    equinox_day(232_488, year)
}

/// `floor(base + 0.242194 × (year − 1980)) − floor((year − 1980) / 4)`, with `base` in ten
/// thousandths of a day: integers only, so that it is exact on every machine.
fn equinox_day(base_e4: i64, year: i16) -> u8 {
    let years = i64::from(year) - 1980;
    let day = (base_e4 * 100 + 242_194 * years) / 1_000_000 - years / 4;
    u8::try_from(day).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    /// The Cabinet Office's list, month and day, substitute and citizens' holidays included.
    const KNOWN: &[(i16, &[u16])] = &[
        (
            2019,
            &[
                101, 114, 211, 321, 429, 430, 501, 502, 503, 504, 505, 506, 715, 811, 812, 916,
                923, 1014, 1022, 1103, 1104, 1123,
            ],
        ),
        (
            2020,
            &[
                101, 113, 211, 223, 224, 320, 429, 503, 504, 505, 506, 723, 724, 810, 921, 922,
                1103, 1123,
            ],
        ),
        (
            2021,
            &[
                101, 111, 211, 223, 320, 429, 503, 504, 505, 722, 723, 808, 809, 920, 923, 1103,
                1123,
            ],
        ),
        (
            2022,
            &[101, 110, 211, 223, 321, 429, 503, 504, 505, 718, 811, 919, 923, 1010, 1103, 1123],
        ),
        (
            2023,
            &[
                101, 102, 109, 211, 223, 321, 429, 503, 504, 505, 717, 811, 918, 923, 1009, 1103,
                1123,
            ],
        ),
        (
            2024,
            &[
                101, 108, 211, 212, 223, 320, 429, 503, 504, 505, 506, 715, 811, 812, 916, 922,
                923, 1014, 1103, 1104, 1123,
            ],
        ),
        (
            2025,
            &[
                101, 113, 211, 223, 224, 320, 429, 503, 504, 505, 506, 721, 811, 915, 923, 1013,
                1103, 1123, 1124,
            ],
        ),
        (
            2026,
            &[
                101, 112, 211, 223, 320, 429, 503, 504, 505, 506, 720, 811, 921, 922, 923, 1012,
                1103, 1123,
            ],
        ),
        (
            2027,
            &[
                101, 111, 211, 223, 321, 322, 429, 503, 504, 505, 719, 811, 920, 923, 1011, 1103,
                1123,
            ],
        ),
    ];

    #[test]
    fn holidays_of_known_years_are_those_proclaimed() {
        for (year, known) in KNOWN {
            let first = Date::new(*year, 1, 1).expect("a date");
            let days = (0..366).map(|ahead| first.plus_days(ahead));
            let holidays: Vec<u16> = days
                .filter(|date| date.year() == *year && is_holiday(*date))
                .map(|date| u16::from(date.month()) * 100 + u16::from(date.day()))
                .collect();
            assert_eq!(&holidays, known, "{year}");
        }
    }

    #[test]
    fn single_ceremonies_and_older_rules_hold() {
        let holiday = |year, month, day| is_holiday(Date::new(year, month, day).expect("a date"));
        assert!(holiday(1989, 2, 24) && holiday(1990, 11, 12) && holiday(1993, 6, 9));
        // 4 May between two holidays: a citizens' holiday since 1986, a plain Sunday in 1986.
        assert!(!holiday(1985, 5, 4) && !holiday(1986, 5, 4) && holiday(1988, 5, 4));
        // 20 July before the Mondays, 15 January before them, 23 December until 2018.
        assert!(holiday(1996, 7, 20) && holiday(1999, 1, 15) && holiday(2018, 12, 23));
        assert!(!holiday(2019, 12, 23) && !holiday(1995, 7, 20));
        // 6 May 2008: 4 May was a Sunday, and the substitute skips Monday and Tuesday.
        assert!(holiday(2008, 5, 6) && !holiday(2003, 5, 6));
    }

    #[test]
    fn equinoxes_stay_on_the_days_the_almanac_knows() {
        for year in YEAR_MIN..=YEAR_MAX {
            assert!((19..=21).contains(&vernal_equinox_day(year)), "{year}");
            assert!((22..=23).contains(&autumnal_equinox_day(year)), "{year}");
        }
        assert_eq!((vernal_equinox_day(1980), autumnal_equinox_day(1980)), (20, 23));
        assert_eq!((vernal_equinox_day(2012), autumnal_equinox_day(2012)), (20, 22));
        assert_eq!((vernal_equinox_day(2092), autumnal_equinox_day(2099)), (19, 23));
    }
}

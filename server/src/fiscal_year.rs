//! Japan's fiscal years: April to March, named by an era year such as 令和5年度.

use std::fmt;
use std::str::FromStr;

use domain::time::Date;

/// A fiscal year, known by the common year it begins in: 2023 is 令和5年度.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FiscalYear(i16);

/// The first fiscal year of Reiwa (令和元年度): the era began in May 2019, and the year that had
/// begun in April is counted to it.
const REIWA_FIRST: i16 = 2019;

/// First year a report can be asked for; the calendar of holidays begins there.
const YEAR_MIN: i16 = domain::holiday::YEAR_MIN;
/// Last year a report can be asked for.
const YEAR_MAX: i16 = domain::holiday::YEAR_MAX;

impl FiscalYear {
    /// The fiscal year a date lies in.
    pub fn of(date: Date) -> FiscalYear {
        FiscalYear(date.fiscal_year())
    }

    /// The common year it begins in.
    pub fn year(self) -> i16 {
        self.0
    }

    /// Its first day, 1 April.
    pub fn first_day(self) -> Date {
        Date::new(self.0, 4, 1).expect("every year has a first of April")
    }

    /// Its last day, 31 March of the next year.
    pub fn last_day(self) -> Date {
        Date::new(self.0 + 1, 3, 31).expect("every year has an end of March")
    }

    /// The fiscal year after it.
    pub fn next(self) -> FiscalYear {
        FiscalYear(self.0 + 1)
    }
}

impl FromStr for FiscalYear {
    type Err = String;

    fn from_str(text: &str) -> Result<FiscalYear, String> {
        let expected = || format!("{text:?} is no fiscal year; expected one such as R5 or 2023");
        let year: i16 = match text.strip_prefix(['R', 'r']) {
            Some(reiwa) => {
                let reiwa: i16 = reiwa.parse().map_err(|_| expected())?;
                let counted = (1..=YEAR_MAX).contains(&reiwa);
                counted.then_some(REIWA_FIRST + (reiwa - 1)).ok_or_else(expected)?
            }
            None => text.parse().map_err(|_| expected())?,
        };
        let known = (YEAR_MIN..YEAR_MAX).contains(&year);
        known.then_some(FiscalYear(year)).ok_or_else(expected)
    }
}

impl fmt::Display for FiscalYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 >= REIWA_FIRST {
            write!(f, "R{}", self.0 - REIWA_FIRST + 1)
        } else {
            write!(f, "{}", self.0)
        }
    }
}

/// Reads a date as `YYYY-MM-DD`.
///
/// # Errors
///
/// Says what was expected.
pub fn parse_date(text: &str) -> Result<Date, String> {
    let expected = || format!("{text:?} is no date; expected one such as 2023-04-03");
    read_date(text).ok_or_else(expected)
}

fn read_date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let mut part = |digits: usize| {
        let part = parts.next()?;
        let plain = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| part.parse::<i16>().ok())?
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    let date = Date::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    date.filter(|_| parts.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reiwa_5_runs_from_april_2023_to_march_2024() {
        let year: FiscalYear = "R5".parse().unwrap();
        assert_eq!(year.first_day().to_string(), "2023-04-01");
        assert_eq!(year.last_day().to_string(), "2024-03-31");
        assert_eq!("2023".parse(), Ok(year));
        assert_eq!(year.to_string(), "R5");
    }

    #[test]
    fn what_is_no_year_or_date_is_refused_with_an_example() {
        for text in ["", "R", "R0", "H31", "20233", "R-1", "1900"] {
            let error = text.parse::<FiscalYear>().unwrap_err();
            assert!(error.contains("R5"), "{text}: {error}");
        }
        for text in ["2023-4-1", "2023-02-30", "2023-04-01-01", "2023/04/01", ""] {
            let error = parse_date(text).unwrap_err();
            assert!(error.contains("2023-04-03"), "{text}: {error}");
        }
        assert_eq!(parse_date("2024-02-29").unwrap().to_string(), "2024-02-29");
    }
}

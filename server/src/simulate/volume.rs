//! How much there is to do in a year: the yearly table of municipality A, 令和3 to 5年度, and how
//! its rows divide over procedures and channels.
//!
//! The counts are the ward's own (rules.md §17, R-99). The shares within a row are invented, only
//! plausible: the table does not give them.

use crate::fiscal_year::FiscalYear;

/// What the yearly table counts in one year.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Volume {
    /// Floor guidances (№1).
    pub(super) guidance: u32,
    /// Transfers between windows (№26).
    pub(super) transfers: u32,
    /// Of row 2: foreign residents at the window.
    pub(super) foreign: u32,
    /// Cases per row, in the order of [`ROWS`].
    pub(super) rows: Vec<u32>,
}

/// One row of the table: its key, R3 to R5, and its procedures with their shares in thousandths.
struct Row {
    counts: [u32; 3],
    shares: &'static [(&'static str, u64)],
}

const fn row(counts: [u32; 3], shares: &'static [(&'static str, u64)]) -> Row {
    Row { counts, shares }
}

/// Rows 2 to 24, those that the table counts. Row 6 began in 令和6年度; 16 and 20 are counted
/// within others.
///
/// The share of 2-2 is taken from the foreign residents, not from here: see [`Volume::cases`].
const ROWS: [Row; 16] = [
    row([10_127, 12_421, 12_982], &[("2", 890), ("2-3", 110)]),
    row([8_757, 9_711, 10_130], &[("3", 660), ("3-2", 340)]),
    row([1_141, 1_081, 1_216], &[("4", 700), ("4-2", 180), ("4-3", 120)]),
    row([1_746, 1_809, 3_530], &[("5", 620), ("5-2", 380)]),
    row([7_127, 7_037, 10_545], &[("7", 1_000)]),
    row(
        [1_275, 1_004, 992],
        &[("8", 400), ("8-2", 270), ("10", 15), ("11", 35), ("12", 170), ("12-2", 110)],
    ),
    row([77, 53, 86], &[("13", 550), ("13-2", 150), ("13-3", 120), ("13-4", 180)]),
    row([11, 3, 1], &[("14", 1_000)]),
    row([2_206, 2_426, 2_518], &[("15", 1_000)]),
    row([1_545, 1_302, 1_147], &[("17", 1_000)]),
    row([1_525, 3_854, 3_832], &[("18", 1_000)]),
    row([957, 1_470, 1_565], &[("19", 1_000)]),
    row([120, 111, 165], &[("21", 1_000)]),
    row([1_367, 1_820, 2_411], &[("22", 1_000)]),
    row([86, 101, 109], &[("23", 1_000)]),
    row([1_560, 1_623, 1_342], &[("24", 820), ("24-2", 180)]),
];

const GUIDANCE: [u32; 3] = [5_436, 4_911, 5_321];
const TRANSFERS: [u32; 3] = [1_440, 1_225, 1_257];
const FOREIGN: [u32; 3] = [299, 2_311, 2_480];
/// Of the foreign residents of row 2: those who come from abroad (№2-2, R-100), in thousandths.
const FROM_ABROAD: u32 = 650;

/// The column of the table that a fiscal year is simulated by: its own, else the last.
fn column(year: FiscalYear) -> usize {
    match year.year() {
        2021 => 0,
        2022 => 1,
        _ => 2,
    }
}

/// One procedure's cases in a year.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Cases {
    /// The procedure's code.
    pub(super) code: &'static str,
    /// How many.
    pub(super) count: u32,
    /// How many of them are foreign residents at the window (row 2, R-100).
    pub(super) foreign: u32,
}

impl Volume {
    /// The counts of a fiscal year, at `permille` thousandths of their size.
    pub(super) fn of(year: FiscalYear, permille: u32) -> Volume {
        let scaled = |count: u32| {
            let scaled = u64::from(count) * u64::from(permille) / 1_000;
            u32::try_from(scaled).unwrap_or(u32::MAX).max(u32::from(count > 0))
        };
        let column = column(year);
        Volume {
            guidance: scaled(GUIDANCE[column]),
            transfers: scaled(TRANSFERS[column]),
            foreign: scaled(FOREIGN[column]),
            rows: ROWS.iter().map(|row| scaled(row.counts[column])).collect(),
        }
    }

    /// The cases per procedure, in a fixed order.
    pub(super) fn cases(&self) -> Vec<Cases> {
        let mut cases: Vec<Cases> = Vec::new();
        for (row, total) in ROWS.iter().zip(&self.rows) {
            let mut left = *total;
            for (place, (code, share)) in row.shares.iter().enumerate() {
                let share = u64::from(*total) * share / 1_000;
                let last = place + 1 == row.shares.len();
                let count = if last { left } else { u32::try_from(share).unwrap_or(0) };
                left -= count;
                cases.push(Cases { code, count, foreign: 0 });
            }
        }
        self.divide_foreign(&mut cases);
        cases
    }

    /// Takes №2-2 out of the windows' №2: who comes from abroad, and whoever else is foreign.
    fn divide_foreign(&self, cases: &mut Vec<Cases>) {
        let Some(enrol) = cases.iter_mut().find(|cases| cases.code == "2") else { return };
        let foreign = self.foreign.min(enrol.count);
        let abroad = foreign * FROM_ABROAD / 1_000;
        enrol.count -= abroad;
        enrol.foreign = foreign - abroad;
        cases.insert(1, Cases { code: "2-2", count: abroad, foreign: abroad });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(permille: u32) -> Volume {
        Volume::of("R5".parse().unwrap(), permille)
    }

    #[test]
    fn reiwa_5_has_the_wards_52_571_cases() {
        let cases = volume(1_000).cases();
        assert_eq!(cases.iter().map(|cases| cases.count).sum::<u32>(), 52_571);
        assert_eq!(cases.iter().map(|cases| cases.foreign).sum::<u32>(), 2_480);
    }

    #[test]
    fn shares_of_a_row_add_up_to_it_at_any_scale() {
        for permille in [1, 7, 20, 333, 1_000] {
            let volume = volume(permille);
            let total: u32 = volume.cases().iter().map(|cases| cases.count).sum();
            assert_eq!(total, volume.rows.iter().sum::<u32>(), "at {permille}");
        }
    }
}

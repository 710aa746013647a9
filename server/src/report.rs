//! Reports over finished days: counts per row of the yearly table, waits, service, handling, stay.
//!
//! What every figure means is written in [`protocol::report`]; the durations are the domain's own.
//! A report reads the [`Derived`] store, never the log, so its cost does not grow with the years:
//! up to a year and a day exactly, beyond that from monthly histograms.
//!
//! | part | what it does |
//! |---|---|
//! | `follow` | plays the log and tells what each finished day was |
//! | `facts`, `month` | a day, and a month, in numbers |
//! | `samples` | durations and their spread |
//! | `derived` | keeps days and months in `derived.sqlite`, rebuilt from the log at will |
//! | `figures` | joins days or months into a [`Report`] |
//! | `service` | the thread behind `GET /api/v1/reports` |
//! | `text`, `csv` | a report for people and for spreadsheets |
//!
//! What it deliberately does not do: figures per operator (D-8), or anything about a person.

mod csv;
mod derived;
mod facts;
mod figures;
mod follow;
mod month;
mod samples;
mod service;
mod text;

use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use domain::time::Date;
use protocol::report::Report;

use crate::check::complain;
use crate::fiscal_year::{FiscalYear, parse_date};
use crate::log::LogError;

pub use csv::{Audience, to_csv};
pub use derived::Derived;
pub use service::{NoReport, Reports};
pub use text::to_text;

/// The sheet of foreign residents who come from abroad: its row is the one whose foreign residents
/// are counted apart.
const FROM_ABROAD: &str = "2-2";
/// The sheet of transfers between windows, counted by the system itself (№26).
const TRANSFER: &str = "26";
/// Longest range whose percentiles are exact, in days: a leap year.
const EXACT_DAYS_MAX: i64 = 366;

/// Which days a report covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Whether an open day in the range counts as far as it has come.
    pub days: Days,
}

/// Whether the open day counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Days {
    /// Finished days only.
    Finished,
    /// The open day as well.
    WithOpen,
}

impl Range {
    /// Reads a range from a query: `fiscal_year=R5`, `day=…` or `from=…&to=…`, and `now=true`.
    ///
    /// # Errors
    ///
    /// Says what was expected.
    pub fn from_query(query: &str) -> Result<Range, String> {
        const EXPECTED: &str = "expected fiscal_year, or day, or from and to; and perhaps now=true";
        let (mut year, mut day, mut from, mut to) = (None, None, None, None);
        let mut days = Days::Finished;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=').unwrap_or((pair, "")) {
                ("fiscal_year", text) => year = Some(text.parse::<FiscalYear>()?),
                ("day", text) => day = Some(parse_date(text)?),
                ("from", text) => from = Some(parse_date(text)?),
                ("to", text) => to = Some(parse_date(text)?),
                ("now", "true") => days = Days::WithOpen,
                ("now", "false") => days = Days::Finished,
                _ => return Err(EXPECTED.to_owned()),
            }
        }
        let (from, to) = match (year, day, from, to) {
            (Some(year), None, None, None) => (year.first_day(), year.last_day()),
            (None, Some(day), None, None) => (day, day),
            (None, None, Some(from), Some(to)) if from <= to => (from, to),
            (None, None, Some(_), Some(_)) => return Err("expected from on or before to".into()),
            _ => return Err(EXPECTED.to_owned()),
        };
        Ok(Range { from, to, days })
    }

    /// The finished days of a fiscal year.
    pub fn fiscal_year(year: FiscalYear) -> Range {
        Range { from: year.first_day(), to: year.last_day(), days: Days::Finished }
    }
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The derived store cannot be read or written.
    #[error("the derived store failed: {0}")]
    Store(#[from] rusqlite::Error),
    /// The derived store is damaged or of another version.
    #[error("the derived store is damaged or of another version")]
    Damaged,
    /// A file of the derived store cannot be replaced.
    #[error("cannot replace {}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        error: std::io::Error,
    },
    /// The range ends before it begins.
    #[error("the range ends on {to}, before it begins on {from}")]
    Range {
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
    /// The report could not be printed.
    #[error("failed to print: {0}")]
    Print(#[from] std::io::Error),
    /// The report could not be written as JSON.
    #[error("failed to write JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Prints counts per procedure, waits, service, handling and stay.
///
/// 手続ごとの件数と、待ち時間・窓口・処理・滞在の時間を集計します。
#[derive(clap::Args, Clone, Debug)]
#[command(group(clap::ArgGroup::new("range").required(true)))]
pub struct ReportArgs {
    /// Data directory; a server may be running on it
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Fiscal year, such as R5 (令和5年度) or 2023
    #[arg(long, value_name = "YEAR", group = "range")]
    pub fiscal_year: Option<FiscalYear>,
    /// First day, YYYY-MM-DD, with --to
    #[arg(long, value_name = "DATE", value_parser = parse_date, group = "range", requires = "to")]
    pub from: Option<Date>,
    /// Last day, YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = parse_date, requires = "from")]
    pub to: Option<Date>,
    /// One day, YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = parse_date, group = "range")]
    pub day: Option<Date>,
    /// Count the open day as far as it has come
    #[arg(long)]
    pub now: bool,
    /// How the report is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// For publication: leave out counts below 5, which could point at a person (CSV)
    #[arg(long)]
    pub public: bool,
}

/// How a report is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Format {
    /// A table for people
    Text,
    /// One JSON object, as `GET /api/v1/reports` answers
    Json,
    /// Comma-separated, UTF-8 with byte order mark, for spreadsheets
    Csv,
}

/// Carries out the command: exits with 0, with 1 when there is no report.
pub fn command(args: &ReportArgs) -> ExitCode {
    match run(args, &mut std::io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output has seen enough.
        Err(ReportError::Print(error)) if error.kind() == ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Runs the command over `out`.
///
/// # Errors
///
/// [`ReportError`].
pub fn run(args: &ReportArgs, out: &mut dyn Write) -> Result<(), ReportError> {
    let year = args.fiscal_year.map(|year| (year.first_day(), year.last_day()));
    let one = args.day.map(|day| (day, day));
    // One of the three is there: the argument group requires it.
    let range = year.or(one).or(args.from.zip(args.to));
    let Some((from, to)) = range else { return Ok(()) };
    let days = if args.now { Days::WithOpen } else { Days::Finished };
    let mut derived = Derived::open(&args.data)?;
    derived.catch_up()?;
    let report = build(&derived, Range { from, to, days })?;
    match args.format {
        Format::Text => out.write_all(to_text(&report).as_bytes())?,
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?,
        Format::Csv => {
            let audience = if args.public { Audience::Public } else { Audience::Office };
            out.write_all(to_csv(&report, audience).as_bytes())?;
        }
    }
    Ok(())
}

/// Builds a report from a store as it is.
///
/// # Errors
///
/// The range ends before it begins, or the store cannot be read.
pub fn build(derived: &Derived, range: Range) -> Result<Report, ReportError> {
    if range.to < range.from {
        return Err(ReportError::Range { from: range.from, to: range.to });
    }
    figures::report(derived, range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_from_a_query_in_three_ways() {
        let year = Range::from_query("fiscal_year=R5").unwrap();
        assert_eq!(year, Range::fiscal_year("R5".parse().unwrap()));
        let day = Range::from_query("day=2023-06-05&now=true").unwrap();
        assert_eq!((day.from, day.days), (day.to, Days::WithOpen));
        let range = Range::from_query("from=2023-06-01&to=2023-06-30").unwrap();
        assert_eq!(range.to.to_string(), "2023-06-30");
    }

    #[test]
    fn a_query_that_names_no_range_or_two_is_refused() {
        for query in [
            "",
            "from=2023-06-01",
            "to=2023-06-01",
            "day=2023-06-01&fiscal_year=R5",
            "from=2023-06-02&to=2023-06-01",
            "fiscal_year=R5&now=perhaps",
            "year=2023",
            "day=2023-06-31",
        ] {
            assert!(Range::from_query(query).is_err(), "{query}");
        }
    }
}

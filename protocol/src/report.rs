//! Reports over finished days, as JSON (`yobidashi report --format json`, `GET /api/v1/reports`).
//!
//! Definitions: **wait** is one queued → called, so a visit with a transfer has
//! two, and a person who did not come when called has one as well; **service** is started →
//! 窓口終了 or completed; **handling** is issue → completion less all waiting; **stay** is issue →
//! completion. Tickets marked as inaccurate are counted, their durations are not. Percentiles are
//! by nearest rank. A share is within ÷ count.
//!
//! A case is one procedure of a completion or of a returned tag, or one item of a delivered batch
//! that did not go back.

wire! {
    /// A report over a range of business days.
    pub struct Report {
        /// First day, `YYYY-MM-DD`.
        pub from: String,
        /// Last day, `YYYY-MM-DD`.
        pub to: String,
        /// Business days in the range that were opened.
        pub days: u32,
        /// Sequence number of the last event it includes.
        pub seq: u64,
        /// Whether percentiles are exact. Over more than 366 days they are read from histograms and
        /// lie at most 1.6 % and a second above; counts, means and shares are always exact.
        pub exact: bool,
        /// Counts per row of the yearly table.
        pub rows: Vec<RowCount>,
        /// Counts and durations per procedure.
        pub procedures: Vec<ProcedureReport>,
        /// Waits per queue, and over all (`queue` is `None`).
        pub waits: Vec<WaitReport>,
        /// Tickets in numbers.
        pub tickets: TicketTotals,
        /// Stay over all completed tickets.
        pub stay: Spread,
        /// Service over all completed tickets.
        pub service: Spread,
        /// Handling over all completed tickets.
        pub handling: Spread,
    }

    /// The count of one row of the yearly table.
    pub struct RowCount {
        /// The row, such as `2` or `8-12`.
        pub row: String,
        /// What it is called.
        pub name: String,
        /// Cases: window, mail and electronic together; `None` where the table does not count, or
        /// where the log holds no case of the row up to the last day.
        pub count: Option<u32>,
        /// Of which foreign residents at the window (row 2 only; R-100): completed with 2-2, or on
        /// a ticket in another language than Japanese.
        pub foreign_count: Option<u32>,
    }

    /// One procedure over the range.
    pub struct ProcedureReport {
        /// Its code.
        pub code: String,
        /// Its name and variant.
        pub name: String,
        /// Target in minutes.
        pub target_min: Option<u16>,
        /// Cases done.
        pub count: u32,
        /// Handling of tickets whose completion begins with it, against the sum of their targets.
        pub handling: Spread,
        /// How many of these were within.
        pub within_count: u32,
        /// Service of the same tickets.
        pub service: Spread,
        /// Stay of the same tickets: issue to completion, shown beside handling.
        pub stay: Spread,
    }

    /// Waits of one queue over the range.
    pub struct WaitReport {
        /// The queue's key; `None` for all together.
        pub queue: Option<String>,
        /// Its name.
        pub name: String,
        /// The waits.
        pub wait: Spread,
        /// How many were within the limit of their month.
        pub within_count: u32,
    }

    /// Tickets in numbers.
    pub struct TicketTotals {
        /// Issued.
        pub issued: u32,
        /// Completed.
        pub completed: u32,
        /// No-shows.
        pub no_show: u32,
        /// Cancelled, by whatever reason.
        pub cancelled: u32,
        /// Transfers (№26).
        pub transferred: u32,
        /// Floor guidances (№1).
        pub guidance: u32,
        /// Completed, but with times that cannot be trusted.
        pub inaccurate: u32,
    }

    /// The spread of a duration.
    pub struct Spread {
        /// How many.
        pub count: u32,
        /// Mean, rounded down; `None` when there is none.
        pub mean_ms: Option<i64>,
        /// Median (nearest rank).
        pub median_ms: Option<i64>,
        /// 90th percentile (nearest rank).
        pub p90_ms: Option<i64>,
    }
}

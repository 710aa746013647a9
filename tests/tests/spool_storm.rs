//! Slips through faults: paper, cover, cutter, cables, power, lost answers, and the program itself
//! killed; the tests' own printer keeps what came out, and every slip is accounted for.
//!
//! `YOBIDASHI_STORM=full` prints 1,000 slips per kind of line instead of 40;
//! `YOBIDASHI_SEED=17` makes the choices of one storm again, though not its timing.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it must be"
)]

mod spool_storm {
    mod desk;
    mod office;
    mod paper_account;
    mod storms;
    mod weather;
}

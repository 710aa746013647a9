//! Paper judged by a second opinion: `tests::paper` reads every byte that goes to a printer as
//! the manuals say a printer would, and shares nothing with the driver that wrote them.
//!
//! `decoder` first shows that the judge is strict; `slips` then judges every slip.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it must be"
)]

mod paper {
    mod decoder;
    mod legibility;
    mod office;
    mod slips;
}

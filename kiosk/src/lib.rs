//! The kiosk beside its printer: what slips look like, and a print queue that survives.
//!
//! - [`slip`]: what every kind of slip says, as data.
//! - [`layout`]: a slip as a document; pure, and configured without code.
//! - [`paper_counter`]: how many slips are left on a roll; pure.
//! - [`spool`]: jobs on disk before their first byte leaves; printed once, or reported.
//!
//! This crate knows neither the rules (`domain`) nor the server. The kiosk's page is in `web/`.

pub mod layout;
pub mod paper_counter;
pub mod slip;
pub mod spool;

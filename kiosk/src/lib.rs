//! The kiosk beside its printer: what a slip looks like, and a print queue that survives.
//!
//! - [`slip`]: what a slip says, as data.
//! - [`ticket_layout`]: a slip as a document; pure.
//! - [`spool`]: jobs on disk before their first byte leaves; printed once, or reported.
//!
//! This crate knows neither the rules (`domain`) nor the server. The kiosk's page is in `web/`.

pub mod slip;
pub mod spool;
pub mod ticket_layout;

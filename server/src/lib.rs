//! The central service of an office: engine, log, HTTP, live sockets, devices, reports.
//!
//! ```text
//!  http ──orders──▶ engine (one writer) ──records──▶ log (SQLite)
//!                     │ after the commit
//!                     ├─answers──▶ http
//!                     └─events───▶ board ──frames──▶ socket ──▶ screens
//!                                  └────▶ devices (printers, bells)
//! ```
//!
//! Handlers never touch the log or the office: they send orders to the engine and read the board.

pub mod board;
pub mod check;
pub mod clock;
pub mod config;
pub mod defect;
pub mod devices;
pub mod engine;
pub mod export;
pub mod fiscal_year;
pub mod fonts;
pub mod http;
pub mod integrity;
pub mod log;
pub mod metric;
pub mod metrics;
pub mod printing;
pub mod record;
pub mod report;
pub mod ringing;
pub mod salvage;
pub mod serve;
pub mod simulate;
pub mod slip;
pub mod slips;
pub mod socket;
pub mod twin;
pub mod verify;
pub mod view;
pub mod wire_event;

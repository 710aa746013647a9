//! Slips from the log to paper over real pseudo-terminals: what a restart does, who stands in for
//! whom, what can be asked for, how much paper is left.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../http_suite/client.rs"]
#[expect(dead_code, reason = "shared with the suite of the HTTP interface")]
mod client;
mod hall;
mod paper;
mod requests;
mod restart;
mod stand_in;

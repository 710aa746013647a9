//! Slips from the log to paper over real pseudo-terminals: what a restart does, who stands in for
//! whom, what can be asked for.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod hall;
mod restart;
mod stand_in;

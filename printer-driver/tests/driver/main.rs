//! The driver as its users meet it: bytes, paper, links, faults.
//!
//! One binary, so that linking is paid once. Every device is a virtual twin over a real
//! pseudo-terminal or socket.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod addresses;
mod bells;
mod drawing;
mod encoding;
mod faults;
mod harness;
mod inputs;
mod links;
mod losses;
mod panels;
mod printing;
mod proof;
mod sample;
mod status;
mod storm;
mod twin;
mod withdrawal;

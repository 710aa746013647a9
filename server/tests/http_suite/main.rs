//! HTTP and live sockets, over a real engine, a real log and real TCP connections.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod client;
mod commands;
mod contract;
mod devices;
mod errors;
mod live;
mod office;
mod pages;
mod reports;
mod screen;

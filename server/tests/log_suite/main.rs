//! The log as the engine and a technician meet it.

#![allow(clippy::unwrap_used, reason = "a test that meets an error fails, and says where")]

mod crash;
mod damage;
mod data_dir;
mod faults;
mod flush;
mod frozen;
mod power;
mod writing;

//! Yobidashi server library.

pub mod log;

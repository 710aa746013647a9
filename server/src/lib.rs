//! Yobidashi server library.

pub mod log;

pub mod engine;

pub mod config;

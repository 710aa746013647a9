//! The rules of the counter hall: pure, no IO, no clock, no dependencies.

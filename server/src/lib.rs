//! Yobidashi server library.

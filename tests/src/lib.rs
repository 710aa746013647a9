//! The whole system under test: journeys, simulation, contracts, house rules.

pub mod bench;
pub mod harness;
pub mod machine;
pub mod paper;

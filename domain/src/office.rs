//! The office: its whole state, and the two functions that everything goes through.

use alloc::vec::Vec;

use crate::command::{Command, DueCommand};
use crate::event::Event;
use crate::refusal::Refusal;
use crate::time::{Now, Timestamp};

/// The state of one office.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Office {}

/// What a command leads to: events that all bear the same instant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// The events' instant: now, but never earlier than the last event (clocks step back).
    pub at: Timestamp,
    /// At least one event, in order.
    pub events: Vec<Event>,
}

impl Office {
    /// Answers a command without changing anything.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] that says what is missing.
    pub fn decide(&self, _now: Now, _command: &Command) -> Result<Decision, Refusal> {
        Err(Refusal::NoSetup)
    }

    /// Changes the state by one event of the log.
    ///
    /// # Panics
    ///
    /// When the event does not fit the state: the log is not this office's (a defect).
    pub fn apply(&mut self, _at: Timestamp, _event: &Event) {}

    /// What time itself makes due at `now`: opening and closing the day, escalating bells.
    /// The caller feeds each through `decide` like any other command.
    pub fn due(&self, _now: Now) -> Vec<DueCommand> {
        Vec::new()
    }
}

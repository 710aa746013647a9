//! How long somebody will wait: a window of time, honest about not knowing.

use crate::time::Timestamp;

/// A window in which a ticket is likely to be called.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Window {
    /// Not likely before.
    pub from: Timestamp,
    /// Likely by then.
    pub to: Timestamp,
}

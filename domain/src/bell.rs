//! Bells (専用ベル): one ringing of a channel, from the press to its answer (R-70…R-73).

use crate::id::{BellId, Key, RingId};
use crate::time::Timestamp;

/// One ringing of a bell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ring {
    /// Its id, for ever.
    pub id: RingId,
    /// The bell that was rung.
    pub bell: BellId,
    /// Why, one of the bell's reasons.
    pub reason: Key,
    /// When it was rung.
    pub rung_at: Timestamp,
    /// How often it has escalated.
    pub escalation_count: u8,
    /// Where it rings as well since the last escalation.
    pub to: Option<BellId>,
    /// When it was rung or last escalated: the time to answer counts from then.
    pub step_at: Timestamp,
    /// Whether it still rings.
    pub state: RingState,
}

/// Whether a ring still rings.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RingState {
    /// It does, and somebody should come.
    Ringing,
    /// Somebody answered.
    Acknowledged {
        /// When.
        at: Timestamp,
    },
    /// It stopped without an answer.
    Lapsed {
        /// When.
        at: Timestamp,
    },
}

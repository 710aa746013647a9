//! The engine: the single writer of an office (design.md §3).
//!
//! One thread takes what has queued up while the last commit ran, decides each order against the
//! state, appends everything in one commit, and only then answers and publishes (invariant 2).
//! Orders are answered in the order in which they came.
//!
//! | part | what it is |
//! |---|---|
//! | [`core`] | decide, append, apply: no threads, no channels; the simulation runs it too |
//! | `writer` | the thread around it: group commit, time's own orders, checkpoints when idle |
//! | `memory` | what was answered under which idempotency key |
//! | `snapshot` | the state between two business days as bytes |

pub mod core;
mod memory;
pub(crate) mod snapshot;
mod writer;

use std::sync::Arc;

use domain::command::Command;
use domain::event::Event;
use domain::id::CounterId;
use domain::label::Label;
use domain::refusal::Refusal;
use domain::time::Timestamp;
use protocol::event::Source;

/// What somebody asks the engine to do.
#[derive(Clone, Debug)]
pub struct Order {
    /// What to do.
    pub ask: Ask,
    /// Who asks.
    pub source: Source,
    /// Present when the request must have one effect however often it is sent.
    pub key: Option<RequestKey>,
}

/// A command, or one that names its ticket by label. Labels are looked up by the writer itself, so
/// a label that was just issued is always known.
#[derive(Clone, Debug)]
pub enum Ask {
    /// A command as it is.
    Command(Command),
    /// [`Command::CallTicket`] by label.
    CallLabel {
        /// The counter.
        counter: CounterId,
        /// The label.
        label: Label,
    },
    /// [`Command::Resume`] by label.
    ResumeLabel {
        /// The counter.
        counter: CounterId,
        /// The label.
        label: Label,
    },
}

/// An idempotency key, and what was asked under it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RequestKey {
    /// Digest of the key.
    pub key: [u8; 16],
    /// Digest of method, path and body: another request under the same key is refused.
    pub request: [u8; 32],
}

/// What an order led to. On disk.
#[derive(Clone, PartialEq, Debug)]
pub struct Accepted {
    /// Sequence number of the first event.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// The events, numbered from `seq`.
    pub events: Vec<Event>,
    /// The label of the ticket it was about, where it was about one.
    pub label: Option<Label>,
}

/// Why an order led to nothing.
#[derive(Clone, PartialEq, Debug)]
pub enum Rejection {
    /// The rules refuse it.
    Refused(Refusal),
    /// No ticket of today bears the label.
    UnknownLabel(Label),
    /// The idempotency key was used for another request.
    KeyReused,
    /// Too many orders are waiting: try again.
    Busy,
    /// The log has failed; nothing is accepted until somebody has come.
    Failing,
}

/// The answer to an order.
pub type Outcome = Result<Arc<Accepted>, Rejection>;

/// One event, on disk, on its way to screens and devices.
#[derive(Clone, PartialEq, Debug)]
pub struct Committed {
    /// Its sequence number.
    pub seq: u64,
    /// When it happened.
    pub at: Timestamp,
    /// Who asked for it.
    pub source: Source,
    /// What happened.
    pub event: Event,
}

pub use self::core::{Core, OpenError, Recovered};
pub use self::writer::{Engine, Engineered, Publish};

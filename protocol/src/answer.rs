//! Answers of the HTTP interface.

use crate::event::Event;

wire! {
    /// The answer to a command: what it led to, already on disk. A repeated request with the same
    /// `Idempotency-Key` gets this very answer again.
    pub struct CommandAnswer {
        /// Sequence number of the first event.
        pub seq: u64,
        /// When it happened.
        pub at_ms: i64,
        /// The events, in order; their sequence numbers go up from `seq`.
        pub events: Vec<Event>,
    }

    /// The envelope of everything that went wrong.
    pub struct ErrorEnvelope {
        /// What went wrong.
        pub error: ErrorBody,
    }

    /// What went wrong.
    pub struct ErrorBody {
        /// Stable, in snake case; screens translate it.
        pub code: String,
        /// One sentence in English, for technicians: what was expected.
        pub message: String,
        /// The facts behind the code, by name; empty when there are none.
        pub detail: std::collections::BTreeMap<String, String>,
    }

    /// `GET /healthz`.
    pub struct Health {
        /// `ok`, or `failing` with status 503.
        pub status: HealthStatus,
        /// Server build.
        pub build: String,
        /// Last sequence number on disk.
        pub seq: u64,
        /// The office's time.
        pub now_ms: i64,
        /// Open screens.
        pub screens: u32,
    }

    /// Whether the office can work.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum HealthStatus {
        /// It can.
        Ok,
        /// The log cannot be written: nothing is accepted.
        Failing,
    }
}

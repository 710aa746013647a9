//! The live connection, `GET /ws?role=…`: `hello`, a snapshot, then changes with a gapless
//! sequence number.
//!
//! ```text
//! client   /ws?role=display                       /ws?role=display&epoch=1&since=4711
//! server   hello, snapshot(seq 4711), event 4712…  hello, event 4712, event 4713…
//! ```
//!
//! A client that names the last event it has (`epoch` and `since`) gets only what it missed, or a
//! new snapshot when that is too long ago. A client that reads too slowly gets a new snapshot in
//! place of what it missed; it is never waited for (invariant 7, 8). An event that changes
//! nothing a role may see still comes, with no changes, so that the numbers have no gaps. Opening
//! and closing the day come as a snapshot in place of the event.

use crate::view::{
    CounterChange, CounterView, DashboardChange, DashboardView, DisplayChange, DisplayView,
    KioskChange, KioskView,
};

wire! {
    /// What the server says. `V` is the role's view, `C` its changes.
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum LiveMessage<V, C> {
        /// First of all.
        Hello(Hello),
        /// Everything the role may see, as of `seq`.
        Snapshot {
            /// Sequence number of the last event in it.
            seq: u64,
            /// The view.
            view: V,
        },
        /// One event of the log.
        Event {
            /// Its sequence number: one more than the event before.
            seq: u64,
            /// When it happened.
            at_ms: i64,
            /// What it changes for this role; may be empty.
            changes: Vec<C>,
        },
        /// Changes that no event made: time passing, devices failing. Not numbered: what it says
        /// is also in every later snapshot.
        Update {
            /// What changes.
            changes: Vec<C>,
        },
        /// Every few seconds. Missing three means that the screen is stale.
        Heartbeat {
            /// Sequence number of the last event.
            seq: u64,
            /// The office's time.
            now_ms: i64,
        },
        /// Last of all: the server says why it closes.
        Goodbye {
            /// Why.
            reason: GoodbyeReason,
        },
    }

    /// The server introduces itself.
    pub struct Hello {
        /// [`VERSION`](crate::VERSION); another one than the page's means: reload.
        pub protocol: u32,
        /// Server build; another one than the page's means: reload.
        pub build: String,
        /// The office's key.
        pub office: String,
        /// The office's epoch; a change voids `since`.
        pub epoch: u32,
        /// The office's time.
        pub now_ms: i64,
        /// The office's zone, such as `Asia/Tokyo`.
        pub zone: String,
        /// Milliseconds between heartbeats.
        pub heartbeat_ms: u32,
        /// Whether this is the real office or a rehearsal with a clock of its own.
        pub mode: Mode,
    }

    /// Whether the clock is the real one.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum Mode {
        /// The real clock.
        Live,
        /// `serve --clock`: every screen says 練習.
        Rehearsal,
    }

    /// Why the server closes a connection.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum GoodbyeReason {
        /// It is shutting down or being restarted.
        Shutdown,
        /// The log failed; somebody must come.
        Failing,
    }
}

/// Messages to a kiosk.
pub type KioskMessage = LiveMessage<KioskView, KioskChange>;
/// Messages to staff at a counter.
pub type CounterMessage = LiveMessage<CounterView, CounterChange>;
/// Messages to a hall or counter display.
pub type DisplayMessage = LiveMessage<DisplayView, DisplayChange>;
/// Messages to a manager's dashboard.
pub type DashboardMessage = LiveMessage<DashboardView, DashboardChange>;

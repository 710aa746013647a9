//! What is asked of the product.

use std::time::{Duration, Instant};

use super::client::{Answer, Client};
use super::process::Server;

/// The counter that calls.
const COUNTER: &str = "/api/v1/counters/1";
/// A queue that it serves.
pub(super) const ISSUE: (&str, &str) = ("/api/v1/tickets", r#"{"queue":"enrol"}"#);
/// Pause between two operations of a quiet office: 20 in a second, more than a real one does.
const QUIET_PAUSE: Duration = Duration::from_millis(50);

/// How an operation follows the one before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pace {
    /// At once.
    Busy,
    /// After a pause in which cores fall idle.
    Quiet,
    /// After a pause of so many milliseconds.
    Every(u64),
}

impl Pace {
    /// Waits for the next operation's turn, which is this long after `last`.
    pub(super) fn wait(self, last: Instant) {
        let pause = match self {
            Pace::Busy => return,
            Pace::Quiet => QUIET_PAUSE,
            Pace::Every(ms) => Duration::from_millis(ms),
        };
        while let left = pause.saturating_sub(last.elapsed())
            && !left.is_zero()
        {
            std::thread::park_timeout(left);
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Pace::Busy => "busy",
            Pace::Quiet | Pace::Every(_) => "quiet",
        }
    }
}

/// Somebody at a counter and a kiosk, over one connection.
#[derive(Debug)]
pub(super) struct Clerk(Client);

impl Clerk {
    /// Opens counter 1 of a server whose business day is open.
    pub(super) fn start(server: &Server) -> std::io::Result<Clerk> {
        let mut client = Client::connect(server.address)?;
        // The office opens its day by itself; refused when it has.
        client.post("/api/v1/day/open", "{}")?;
        let mut clerk = Clerk(client);
        clerk.at_counter("open")?;
        Ok(clerk)
    }

    pub(super) fn issue(&mut self) -> std::io::Result<Answer<'_>> {
        let (path, body) = ISSUE;
        self.0.must_post(path, body)
    }

    pub(super) fn call_next(&mut self) -> std::io::Result<Answer<'_>> {
        self.at_counter("call-next")
    }

    /// Frees the counter for the next call.
    pub(super) fn no_show(&mut self) -> std::io::Result<Answer<'_>> {
        self.at_counter("no-show")
    }

    fn at_counter(&mut self, what: &str) -> std::io::Result<Answer<'_>> {
        self.0.must_post(&format!("{COUNTER}/{what}"), "{}")
    }
}

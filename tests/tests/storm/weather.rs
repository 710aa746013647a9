//! What everybody in the storm shares: where the server is now, and how far things have got.

use std::net::SocketAddr;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

/// Longest time anything may take before the storm counts as stuck.
const STUCK_AFTER: Duration = Duration::from_secs(120);

/// The shared state.
pub(crate) struct Weather {
    sky: Mutex<Sky>,
    changed: Condvar,
}

struct Sky {
    /// Where the server is; `None` while it is down.
    address: Option<SocketAddr>,
    /// Counts starts, so that nobody goes back to a dead server.
    start: u64,
    answers: u64,
    issued: u64,
    completed: u64,
    tickets: u64,
    /// The last event of all, once the people are done.
    last: Option<u64>,
}

impl Weather {
    /// Fair weather over a server, with so many tickets to come.
    pub(crate) fn new(address: SocketAddr, tickets: u64) -> Weather {
        let sky = Sky {
            address: Some(address),
            start: 0,
            answers: 0,
            issued: 0,
            completed: 0,
            tickets,
            last: None,
        };
        Weather { sky: Mutex::new(sky), changed: Condvar::new() }
    }

    /// Waits for a condition; panics when it does not come.
    fn wait<T>(&self, what: &str, condition: impl Fn(&Sky) -> Option<T>) -> T {
        let mut sky = self.sky.lock().unwrap();
        loop {
            if let Some(value) = condition(&sky) {
                return value;
            }
            let waited = self.changed.wait_timeout(sky, STUCK_AFTER).unwrap();
            sky = waited.0;
            assert!(!waited.1.timed_out(), "the storm is stuck waiting for {what}");
        }
    }

    fn change(&self, change: impl FnOnce(&mut Sky)) {
        change(&mut self.sky.lock().unwrap());
        self.changed.notify_all();
    }

    /// The server is down.
    pub(crate) fn darken(&self) {
        self.change(|sky| sky.address = None);
    }

    /// The server is back.
    pub(crate) fn clear(&self, address: SocketAddr) {
        self.change(|sky| {
            sky.address = Some(address);
            sky.start += 1;
        });
    }

    /// Everybody is done; `last` is the last event.
    pub(crate) fn finish(&self, last: u64) {
        self.change(|sky| sky.last = Some(last));
    }

    /// The last event of all, once it is known.
    pub(crate) fn last(&self) -> Option<u64> {
        self.sky.lock().unwrap().last
    }

    /// The server and which of its starts it is, once it is up.
    pub(crate) fn server(&self) -> (SocketAddr, u64) {
        self.wait("the server", |sky| Some((sky.address?, sky.start)))
    }

    /// Notes an answer.
    pub(crate) fn answered(&self) {
        self.change(|sky| sky.answers += 1);
    }

    /// Waits until so many answers have been given, or nothing is left to do.
    pub(crate) fn wait_for_answers(&self, answers: u64) {
        self.wait("answers", |sky| {
            (sky.answers >= answers || sky.completed >= sky.tickets).then_some(())
        });
    }

    /// Notes a ticket.
    pub(crate) fn issued(&self) {
        self.change(|sky| sky.issued += 1);
    }

    /// Notes that somebody has been served.
    pub(crate) fn completed(&self) {
        self.change(|sky| sky.completed += 1);
    }

    /// How many tickets each client issues of all.
    pub(crate) fn share(&self, client: usize, clients: usize) -> u64 {
        let tickets = self.sky.lock().unwrap().tickets;
        let (client, clients) = (client as u64, clients as u64);
        tickets / clients + u64::from(client < tickets % clients)
    }

    /// How many have been issued.
    pub(crate) fn issued_count(&self) -> u64 {
        self.sky.lock().unwrap().issued
    }

    /// After an empty queue: waits until more than `issued` have been issued; false when everybody
    /// has been served.
    pub(crate) fn more_to_call(&self, issued: u64) -> bool {
        self.wait("somebody to call", |sky| {
            if sky.completed >= sky.tickets {
                Some(false)
            } else {
                (sky.issued > issued).then_some(true)
            }
        })
    }
}

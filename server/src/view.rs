//! What each role may see: the only place that builds [`protocol::view`] from the office.
//!
//! A [`Scene`] is a replica of the office with what screens derive from it. Every event and every
//! second of passing time go through it and come out as [`Changes`]: rows that differ from what was
//! said before, per role. A display's and a kiosk's rows are built from [`QueueFacts`], calls and
//! counters alone, so they cannot hold anything of a visit (D-6).
//!
//! | part | what it builds |
//! |---|---|
//! | `facts` | the small numbers behind a queue's and a counter's row, compared to find changes |
//! | `row` | rows out of setup, facts and tickets |
//! | `call` | the calls a display shows |
//! | `today` | today's statistics, kept up ticket by ticket |
//! | `condition` | alerts, the day, notices: what time and devices change |
//!
//! It knows nothing of sockets, JSON or threads.

mod call;
mod condition;
mod facts;
mod row;
mod scene;
mod today;

pub use facts::QueueFacts;
pub use scene::{Changes, FINAL_SHOWN_MS, Renewal, Scene};

/// Who looks at the office.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Role {
    /// A ticket kiosk.
    Kiosk,
    /// Staff at a counter or on the floor.
    Counter,
    /// A hall or counter display.
    Display,
    /// A manager's dashboard.
    Dashboard,
}

impl Role {
    /// Every role, in the order of [`Role::index`].
    pub const ALL: [Role; 4] = [Role::Kiosk, Role::Counter, Role::Display, Role::Dashboard];

    /// The name in `/ws?role=…`.
    pub fn name(self) -> &'static str {
        match self {
            Role::Kiosk => "kiosk",
            Role::Counter => "counter",
            Role::Display => "display",
            Role::Dashboard => "dashboard",
        }
    }

    /// Finds a role by its name.
    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Its place in [`Role::ALL`].
    pub fn index(self) -> usize {
        match self {
            Role::Kiosk => 0,
            Role::Counter => 1,
            Role::Display => 2,
            Role::Dashboard => 3,
        }
    }
}

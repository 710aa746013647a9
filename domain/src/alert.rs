//! What floor guidance must see at once: the conditions of R-11…R-16, as a pure function.

use alloc::vec::Vec;

use crate::id::{CounterId, QueueId, TicketId};
use crate::language::Language;
use crate::office::Office;
use crate::ticket::{Paper, TransferStage};
use crate::time::Now;

/// A condition that somebody should act on. It holds as long as the state has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Alert {
    /// people wait in a queue and no open, attended counter serves it. A counter whose
    /// operator is at the register counts as attended.
    Unattended {
        /// The queue.
        queue: QueueId,
        /// How many wait.
        waiting: u16,
    },
    /// past closing time, where lingering is not allowed, tickets are still open.
    Lingering {
        /// They, by id.
        tickets: Vec<TicketId>,
    },
    /// the longest wait of a queue nears or exceeds the limit.
    WaitLong {
        /// The queue.
        queue: QueueId,
        /// Who has waited longest in it.
        ticket: TicketId,
        /// For how long.
        waited_ms: i64,
        /// The limit of the day.
        limit_ms: i64,
        /// How bad it is.
        level: WaitLevel,
    },
    /// people wait whose language nobody on duty speaks.
    LanguageUnattended {
        /// The spoken language.
        language: Language,
        /// They, by id.
        tickets: Vec<TicketId>,
    },
    /// a transfer whose arrival or check by eye is still open.
    TransferUnconfirmed {
        /// The ticket.
        ticket: TicketId,
        /// How far it has come.
        stage: TransferStage,
        /// Who has to confirm.
        from: CounterId,
    },
    /// A ticket whose paper did not surely come out: staff decide.
    PaperDoubtful {
        /// The ticket.
        ticket: TicketId,
        /// [`Paper::Unknown`] or [`Paper::Failed`].
        paper: Paper,
    },
}

/// How near a wait is to its limit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum WaitLevel {
    /// At 80 % of the limit or more.
    Warn,
    /// Over the limit.
    Over,
}

/// Every condition that holds at `now`, in a fixed order: by kind as listed in [`Alert`], then by
/// queue, ticket or language.
pub fn alerts(_office: &Office, _now: Now) -> Vec<Alert> {
    Vec::new()
}

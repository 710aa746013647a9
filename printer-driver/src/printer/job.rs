//! One job: what is printed, and how far it has come.
//!
//! ```text
//!            ┌──────── held (nothing sent) ◄──┐
//! queued ────┤                                ├─► withdrawn
//!            └─► sending ─► sent ─► printed
//!                   │   ▲    │  ▲      ▲
//!                   ▼   │    ▼  │      │ (late proof)
//!                   held     held      │
//!                     └────┬───┘       │
//!                          └─► unknown ┘
//! ```

use crate::document::Document;
use crate::escpos::Substitution;
use crate::printer::condition::Condition;
use serde::{Deserialize, Serialize};
use std::fmt;
use tokio::sync::watch;

/// The caller's number for one job: unique per printer and never used again, not even for a
/// reprint of the same slip. A row number of the caller's durable spool is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobId(pub u64);

impl fmt::Display for JobId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// Four printable characters that the printer returns when a job is on paper.
///
/// Derived from [`JobId`], so it survives a restart without being stored. It repeats after
/// 62⁴ = 14,776,336 jobs, in an office of 1,000 slips a day after forty years.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId([u8; 4]);

impl ProcessId {
    const DIGITS: &'static [u8; 62] =
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// The process ID of `job`.
    #[must_use]
    pub fn of(job: JobId) -> ProcessId {
        let mut rest = job.0;
        let mut characters = [b'0'; 4];
        for character in characters.iter_mut().rev() {
            *character = ProcessId::DIGITS[(rest % 62) as usize];
            rest /= 62;
        }
        ProcessId(characters)
    }

    /// The ID of these bytes, when all are printable ASCII (20h to 7Eh).
    #[must_use]
    pub fn from_bytes(bytes: [u8; 4]) -> Option<ProcessId> {
        bytes.iter().all(|byte| matches!(byte, 0x20..=0x7e)).then_some(ProcessId(bytes))
    }

    /// The four bytes.
    #[must_use]
    pub const fn bytes(self) -> [u8; 4] {
        self.0
    }
}

impl fmt::Display for ProcessId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{}", char::from(*byte)))
    }
}

impl fmt::Debug for ProcessId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ProcessId({self})")
    }
}

/// A document to print, under the caller's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The caller's number.
    pub id: JobId,
    /// What is printed.
    pub document: Document,
}

/// How much of a job has left the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentPart {
    /// No byte: the job can still be withdrawn and is safe to send.
    Nothing,
    /// Some bytes: the slip may be torn.
    Part,
    /// All bytes: the printer may finish by itself once its condition is mended.
    All,
}

/// Why a job waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Hold {
    /// The printer cannot print; mended by a person.
    Printer {
        /// The most urgent condition.
        condition: Condition,
    },
    /// The journal could not be written, so no byte may leave.
    Journal,
}

/// What proves that a job is on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// The printer returned the job's process ID.
    ProcessId,
    /// The printer returned the job's token after its last command had ended (`DC2 q`).
    Dc2Q,
    /// The printer's counter stepped at the end of printing (`ETB`).
    Etb,
    /// The printer answered a question that stood behind the cut. The weakest proof: the answer
    /// carries no number, and comes when the commands before it have been obeyed.
    StatusFence,
    /// The bytes are in a file; there is no paper behind `file:`, and nothing more is known.
    Written,
}

/// Why nobody can say whether a job is on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownReason {
    /// The printer confirmed that it holds nothing of the job any more, but not that it printed
    /// it: its buffers were cleared, or worked off up to a question behind them. Lines, or all of
    /// it, may be on paper; nothing more will come. A marked reprint cannot collide.
    Cleared,
    /// The printer does not answer. It may still print the job when it wakes.
    Silent,
    /// The link went away with the job under way and did not come back in time.
    LinkLost,
}

impl UnknownReason {
    /// Whether a reprint, marked as one, is safe without looking at the printer first.
    #[must_use]
    pub fn marked_reprint_is_safe(self) -> bool {
        matches!(self, UnknownReason::Cleared)
    }
}

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum JobState {
    /// Waits its turn; no byte has left.
    Queued,
    /// Journalled; bytes are leaving.
    Sending,
    /// All bytes have left; the proof has not come yet.
    Sent,
    /// Waits for a person to mend something.
    Held {
        /// What.
        hold: Hold,
        /// How much has left.
        sent: SentPart,
    },
    /// On paper. Final.
    Printed {
        /// How that is known.
        proof: Proof,
    },
    /// May or may not be on paper; staff decide. Final, unless the proof comes late, which the
    /// journal alone hears.
    Unknown {
        /// Why.
        reason: UnknownReason,
    },
    /// Taken back by the caller before a byte left. Final.
    Withdrawn,
}

impl JobState {
    /// Whether nothing more will happen by itself.
    #[must_use]
    pub fn is_final(self) -> bool {
        match self {
            JobState::Printed { .. } | JobState::Unknown { .. } | JobState::Withdrawn => true,
            JobState::Queued | JobState::Sending | JobState::Sent | JobState::Held { .. } => false,
        }
    }
}

/// Follows one job.
#[derive(Debug)]
pub struct JobProgress {
    /// Its number.
    pub id: JobId,
    /// Characters that are printed otherwise than written; empty for most slips.
    pub substitutions: Vec<Substitution>,
    /// Paper that it uses, with the way to the blade, in millimetres.
    pub height_mm: u32,
    pub(crate) states: watch::Receiver<JobState>,
}

impl JobProgress {
    /// The state at this moment.
    #[must_use]
    pub fn state(&self) -> JobState {
        *self.states.borrow()
    }

    /// Waits for a state not seen by the call before, and returns it. Quick steps may be merged;
    /// the journal sees every one. `None` once the printer task has ended and no final state came.
    pub async fn changed(&mut self) -> Option<JobState> {
        self.states.changed().await.ok()?;
        Some(*self.states.borrow_and_update())
    }

    /// Waits for the final state. `None` when the printer task ended first: the journal's last
    /// entry then says how far the job came.
    pub async fn finished(&mut self) -> Option<JobState> {
        self.states.wait_for(|state| state.is_final()).await.ok().map(|state| *state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_jobs_have_different_printable_process_ids() {
        assert_eq!(ProcessId::of(JobId(0)).to_string(), "0000");
        assert_eq!(ProcessId::of(JobId(61)).to_string(), "000z");
        assert_eq!(ProcessId::of(JobId(62)).to_string(), "0010");
        assert_eq!(ProcessId::of(JobId(62 * 62 * 62 * 62)).to_string(), "0000");
        let all: std::collections::BTreeSet<ProcessId> =
            (0..10_000).map(|number| ProcessId::of(JobId(number))).collect();
        assert_eq!(all.len(), 10_000);
        assert!(all.iter().all(|id| ProcessId::from_bytes(id.bytes()) == Some(*id)));
    }

    #[test]
    fn a_process_id_with_a_control_byte_is_not_one() {
        assert_eq!(ProcessId::from_bytes(*b"A1\x100"), None);
        assert_eq!(ProcessId::from_bytes([0x41, 0x7f, 0x30, 0x30]), None);
    }
}

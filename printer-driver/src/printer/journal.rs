//! What the caller keeps on disk so that nothing is lost or printed twice silently.

use crate::printer::job::{JobId, JobState};
use std::future::Future;

/// The caller's durable record of jobs.
///
/// The driver calls [`Journal::record`] with [`JobState::Sending`] and waits for its answer
/// before the first byte of a job leaves, then on every change after that. The caller has stored
/// the job itself before it gave it to [`crate::printer::Printer::print`].
///
/// After a restart the caller passes the one job whose last entry says that bytes may have left
/// ([`needs_settling`]) as [`crate::printer::PrinterOptions::unsettled`], and prints again those
/// that were queued or held with nothing sent.
pub trait Journal: Send + 'static {
    /// Stores that `job` has reached `state`, durably, before the future ends.
    ///
    /// # Errors
    ///
    /// Any error. Before the first byte it holds the job, and the driver tries again each second.
    /// Later it is logged and printing goes on: the entry on disk is then behind, which after a
    /// restart reads as "unknown", never as a job that may be sent again unseen.
    fn record(
        &mut self,
        job: JobId,
        state: JobState,
    ) -> impl Future<Output = Result<(), JournalError>> + Send;
}

/// The journal could not be written.
#[derive(Debug, thiserror::Error)]
#[error("record a job in the journal")]
pub struct JournalError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Whether a job whose last journalled state is `state` may be on paper without proof.
#[must_use]
pub fn needs_settling(state: JobState) -> bool {
    match state {
        JobState::Sending | JobState::Sent => true,
        JobState::Held { sent, .. } => sent != crate::printer::job::SentPart::Nothing,
        JobState::Queued
        | JobState::Printed { .. }
        | JobState::Unknown { .. }
        | JobState::Withdrawn => false,
    }
}

/// A journal that keeps nothing, for test prints and programs without a spool.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoJournal;

impl Journal for NoJournal {
    async fn record(&mut self, _job: JobId, _state: JobState) -> Result<(), JournalError> {
        Ok(())
    }
}

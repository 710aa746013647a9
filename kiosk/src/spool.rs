//! The print queue on disk: a job is here before its first byte leaves, and stays until it is
//! proven printed or somebody has decided about it (design.md §4, Printing).
//!
//! One small SQLite file per printer. It is not the office's log: losing it loses no ticket, only
//! the knowledge of which slips had been printed, which then reads as "unknown".
//!
//! | part | what it does |
//! |---|---|
//! | `entry` | what a job is, and the rows it is kept in |
//! | `handover` | jobs on their way to another printer's spool |
//! | `roll` | the paper that slips have used |

mod entry;
mod handover;
mod roll;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use printer_driver::printer::{Job, JobId, JobState, Journal, JournalError, needs_settling};
use rusqlite::{Connection, TransactionBehavior, params};

use crate::slip::Kind;

pub use entry::{NewJob, Request, Spooled, Subject};
pub use handover::Origin;

/// Finished jobs that are kept, so that a technician can look back a few days.
const FINISHED_MAX: u32 = 2_000;

/// The spool of one printer. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Spool {
    connection: Arc<Mutex<Connection>>,
}

/// Why the spool could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The file cannot be read or written.
    #[error("failed to use the print spool: {0}")]
    File(#[from] rusqlite::Error),
    /// An entry does not decode.
    #[error("failed to read job {job} of the print spool: {source}")]
    Entry {
        /// The job.
        job: u64,
        /// Why.
        source: serde_json::Error,
    },
    /// An entry cannot be written.
    #[error("failed to write a print job: {0}")]
    Encode(#[from] serde_json::Error),
}

impl SpoolError {
    /// Whether the file itself is damaged, so that trying again cannot help.
    pub fn is_damage(&self) -> bool {
        match self {
            SpoolError::File(error) => matches!(
                error.sqlite_error_code(),
                Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt)
            ),
            SpoolError::Entry { .. } => true,
            SpoolError::Encode(_) => false,
        }
    }
}

impl Spool {
    /// Opens the spool in `path`, creating it if need be; one that an earlier build made gets what
    /// it lacks.
    ///
    /// # Errors
    ///
    /// [`SpoolError::File`].
    pub fn open(path: &Path) -> Result<Spool, SpoolError> {
        let mut connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "cache_size", -256)?;
        entry::prepare(&mut connection)?;
        Ok(Spool { connection: Arc::new(Mutex::new(connection)) })
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a slip. On disk when it returns. One that comes from another spool is added once,
    /// however often it is handed over.
    ///
    /// # Errors
    ///
    /// [`SpoolError`]: then nothing may be printed.
    pub fn add(&self, new: NewJob) -> Result<Job, SpoolError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let id = entry::insert(&transaction, &new)?;
        transaction.execute(
            "DELETE FROM job WHERE id <= ?1 - ?2
             AND json_extract(state, '$.state') IN ('printed', 'withdrawn', 'unknown')
             AND (moving_to IS NULL OR moved_as IS NOT NULL)",
            params![id.0.cast_signed(), FINISHED_MAX],
        )?;
        transaction.commit()?;
        Ok(Job { id, document: new.document })
    }

    /// How far a job has come; `None` when it is not in the spool.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub fn state(&self, job: JobId) -> Result<Option<JobState>, SpoolError> {
        Ok(self.find(job)?.map(|found| found.state))
    }

    /// A job; `None` when it is not in the spool.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub fn find(&self, job: JobId) -> Result<Option<Spooled>, SpoolError> {
        entry::one(&self.lock(), "id = ?1", [job.0.cast_signed()])
    }

    /// The job that this request asked for, in the spool that it was first given to.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub fn find_request(&self, key: &[u8; 16]) -> Result<Option<Spooled>, SpoolError> {
        entry::one(&self.lock(), "request_key = ?1 AND origin_spool IS NULL", [key.as_slice()])
    }

    /// Every slip of a subject, oldest first; empty when none was ever spooled here. Those that
    /// have gone to another printer are not among them.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub fn of_subject(&self, subject: Subject) -> Result<Vec<Spooled>, SpoolError> {
        let clause = "kind = ?1 AND ticket = ?2 AND moved_as IS NULL ORDER BY id";
        let key = params![subject.kind.name(), subject.number.cast_signed()];
        entry::many(&self.lock(), clause, key)
    }

    /// Jobs that are not final, oldest first.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub fn open_jobs(&self) -> Result<Vec<Spooled>, SpoolError> {
        let clause = "json_extract(state, '$.state') NOT IN ('printed', 'unknown', 'withdrawn')
             ORDER BY id";
        entry::many(&self.lock(), clause, [])
    }

    /// The latest jobs, newest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub fn latest(&self, limit: u16) -> Result<Vec<Spooled>, SpoolError> {
        entry::many(&self.lock(), "moved_as IS NULL ORDER BY id DESC LIMIT ?1", [limit])
    }

    /// The job that was added last for a subject of `kind`, wherever it has gone since.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub fn newest_of(&self, kind: Kind) -> Result<Option<Spooled>, SpoolError> {
        entry::one(&self.lock(), "kind = ?1 ORDER BY id DESC", [kind.name()])
    }

    /// Stores how far a job has come.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub fn record_state(&self, job: JobId, state: JobState) -> Result<(), SpoolError> {
        let text = serde_json::to_string(&state)?;
        self.lock().execute(
            "UPDATE job SET state = ?2 WHERE id = ?1",
            params![job.0.cast_signed(), text],
        )?;
        Ok(())
    }
}

/// The one job that may be on paper without proof, if there is one, and those to print again
/// because no byte of them had left.
pub fn split(jobs: Vec<Spooled>) -> (Option<Spooled>, Vec<Spooled>) {
    let (mut unsettled, fresh): (Vec<_>, Vec<_>) =
        jobs.into_iter().partition(|spooled| needs_settling(spooled.state));
    (unsettled.pop(), fresh)
}

impl Journal for Spool {
    async fn record(&mut self, job: JobId, state: JobState) -> Result<(), JournalError> {
        let spool = self.clone();
        let stored = tokio::task::spawn_blocking(move || spool.record_state(job, state)).await;
        match stored {
            Ok(result) => result.map_err(|error| JournalError(Box::new(error))),
            Err(error) => Err(JournalError(Box::new(error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use printer_driver::document::{Align, Document, Style};

    fn document(text: &str) -> Document {
        Document::builder().text(text, Style::BODY, Align::Center).build().unwrap()
    }

    fn slip(ticket: u64) -> NewJob {
        NewJob::new(Subject::ticket(ticket), document("A001"))
    }

    #[test]
    fn a_job_is_still_there_after_the_power_went_and_only_unproven_ones_come_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("spool.sqlite");
        let spool = Spool::open(&path).unwrap();
        let printed = spool.add(slip(7)).unwrap();
        let sent = spool.add(slip(8)).unwrap();
        let queued = spool.add(slip(9)).unwrap();
        let proof = printer_driver::printer::Proof::ProcessId;
        spool.record_state(printed.id, JobState::Printed { proof }).unwrap();
        spool.record_state(sent.id, JobState::Sent).unwrap();
        drop(spool);

        let spool = Spool::open(&path).unwrap();
        let (unsettled, fresh) = split(spool.open_jobs().unwrap());
        assert_eq!(unsettled.map(|spooled| spooled.subject), Some(Subject::ticket(8)));
        assert_eq!(fresh.iter().map(|s| &s.job).collect::<Vec<_>>(), vec![&queued]);
    }

    #[test]
    fn job_numbers_are_never_used_twice_even_after_old_jobs_are_removed() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(&dir.path().join("spool.sqlite")).unwrap();
        let first = spool.add(slip(1)).unwrap();
        spool.lock().execute("DELETE FROM job", []).unwrap();
        assert!(spool.add(slip(2)).unwrap().id > first.id);
    }

    #[test]
    fn a_spool_of_an_earlier_build_opens_with_its_jobs() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("spool.sqlite");
        let text = serde_json::to_string(&document("A001")).unwrap();
        let old = Connection::open(&path).unwrap();
        old.execute_batch(
            "CREATE TABLE job (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 ticket INTEGER NOT NULL,
                 document TEXT NOT NULL,
                 state TEXT NOT NULL
             ) STRICT;
             CREATE INDEX job_ticket ON job (ticket);",
        )
        .unwrap();
        let insert = "INSERT INTO job (ticket, document, state) VALUES (7, ?1, ?2)";
        old.execute(insert, params![text, r#"{"state":"queued"}"#]).unwrap();
        drop(old);
        for _ in 0..2 {
            let spool = Spool::open(&path).unwrap();
            let jobs = spool.open_jobs().unwrap();
            assert_eq!(jobs.len(), 1);
            assert_eq!(jobs[0].subject, Subject::ticket(7));
            assert_eq!(spool.of_subject(Subject::ticket(7)).unwrap().len(), 1);
        }
    }

    #[test]
    fn a_request_is_found_again_by_its_key_and_a_second_one_with_it_is_not_added() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(&dir.path().join("spool.sqlite")).unwrap();
        let subject = Subject { kind: crate::slip::Kind::Staff, number: 7 };
        let request = Request { key: [3; 16], digest: [4; 32] };
        let new = NewJob { request: Some(request), ..NewJob::new(subject, document("A001")) };
        let job = spool.add(new.clone()).unwrap();
        let found = spool.find_request(&[3; 16]).unwrap().unwrap();
        assert_eq!((found.job.id, found.request), (job.id, Some(request)));
        assert_eq!(spool.add(new).unwrap().id, job.id);
        assert_eq!(spool.find_request(&[5; 16]).unwrap(), None);
        assert_eq!(spool.latest(10).unwrap().len(), 1);
        // A ticket's own slip is something else.
        assert_eq!(spool.of_subject(Subject::ticket(7)).unwrap(), []);
    }
}

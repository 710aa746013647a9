//! The print queue on disk: a job is here before its first byte leaves, and stays until it is
//! proven printed or somebody has decided about it (design.md §4, Printing).
//!
//! One small SQLite file per printer. It is not the office's log: losing it loses no ticket, only
//! the knowledge of which slips had been printed, which then reads as "unknown".

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use printer_driver::document::Document;
use printer_driver::printer::{Job, JobId, JobState, Journal, JournalError, needs_settling};
use rusqlite::{Connection, OptionalExtension, params};

/// Finished jobs that are kept, so that a technician can look back a few days.
const FINISHED_MAX: u32 = 2_000;

/// The spool of one printer. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Spool {
    connection: Arc<Mutex<Connection>>,
}

/// A job of the spool.
#[derive(Clone, PartialEq, Debug)]
pub struct Spooled {
    /// What is printed, under its number.
    pub job: Job,
    /// The ticket it is the slip of.
    pub ticket: u64,
    /// How far it has come.
    pub state: JobState,
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
    /// Opens the spool in `path`, creating it if need be.
    ///
    /// # Errors
    ///
    /// [`SpoolError::File`].
    pub fn open(path: &Path) -> Result<Spool, SpoolError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "cache_size", -256)?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS job (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 ticket INTEGER NOT NULL,
                 document TEXT NOT NULL,
                 state TEXT NOT NULL
             ) STRICT;
             CREATE INDEX IF NOT EXISTS job_ticket ON job (ticket);",
        )?;
        Ok(Spool { connection: Arc::new(Mutex::new(connection)) })
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a slip. On disk when it returns.
    ///
    /// # Errors
    ///
    /// [`SpoolError`]: then nothing may be printed.
    pub fn add(&self, ticket: u64, document: Document) -> Result<Job, SpoolError> {
        let text = serde_json::to_string(&document)?;
        let state = serde_json::to_string(&JobState::Queued)?;
        let connection = self.lock();
        connection.execute(
            "INSERT INTO job (ticket, document, state) VALUES (?1, ?2, ?3)",
            params![ticket.cast_signed(), text, state],
        )?;
        let id = connection.last_insert_rowid().cast_unsigned();
        connection.execute(
            "DELETE FROM job WHERE id <= ?1 - ?2 AND json_extract(state, '$.state') = 'printed'",
            params![id.cast_signed(), FINISHED_MAX],
        )?;
        Ok(Job { id: JobId(id), document })
    }

    /// The ticket of a job.
    ///
    /// # Errors
    ///
    /// [`SpoolError::File`].
    pub fn ticket(&self, job: JobId) -> Result<Option<u64>, SpoolError> {
        let connection = self.lock();
        let found = connection
            .query_row("SELECT ticket FROM job WHERE id = ?1", [job.0.cast_signed()], |row| {
                row.get::<_, i64>(0)
            })
            .optional()?;
        Ok(found.map(i64::cast_unsigned))
    }

    /// How far a job has come; `None` when it is not in the spool.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub fn state(&self, job: JobId) -> Result<Option<JobState>, SpoolError> {
        let text = {
            let connection = self.lock();
            let select = "SELECT state FROM job WHERE id = ?1";
            let row = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
            connection.query_row(select, [job.0.cast_signed()], row).optional()?
        };
        let decode = |text: String| {
            serde_json::from_str(&text).map_err(|source| SpoolError::Entry { job: job.0, source })
        };
        text.map(decode).transpose()
    }

    /// How far each slip of a ticket has come, oldest first; empty when none was ever spooled.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub fn states(&self, ticket: u64) -> Result<Vec<JobState>, SpoolError> {
        let connection = self.lock();
        let mut statement =
            connection.prepare("SELECT id, state FROM job WHERE ticket = ?1 ORDER BY id")?;
        let rows = statement.query_map([ticket.cast_signed()], |row| {
            Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, String>(1)?))
        })?;
        let mut states = Vec::new();
        for row in rows {
            let (job, text) = row?;
            let entry = |source| SpoolError::Entry { job, source };
            states.push(serde_json::from_str(&text).map_err(entry)?);
        }
        Ok(states)
    }

    /// Jobs that are not final, oldest first.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub fn open_jobs(&self) -> Result<Vec<Spooled>, SpoolError> {
        let connection = self.lock();
        let mut statement = connection.prepare(
            "SELECT id, ticket, document, state FROM job
             WHERE json_extract(state, '$.state') NOT IN ('printed', 'unknown', 'withdrawn')
             ORDER BY id",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((
                row.get::<_, i64>(0)?.cast_unsigned(),
                row.get::<_, i64>(1)?.cast_unsigned(),
                row.get::<_, String>(2)?,
                row.get::<_, String>(3)?,
            ))
        })?;
        let mut jobs = Vec::new();
        for row in rows {
            let (id, ticket, document, state) = row?;
            let entry = |source| SpoolError::Entry { job: id, source };
            let document = serde_json::from_str(&document).map_err(entry)?;
            let state = serde_json::from_str(&state).map_err(entry)?;
            jobs.push(Spooled { job: Job { id: JobId(id), document }, ticket, state });
        }
        Ok(jobs)
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
    use printer_driver::document::{Align, Style};

    fn document(text: &str) -> Document {
        Document::builder().text(text, Style::BODY, Align::Center).build().unwrap()
    }

    #[test]
    fn a_job_is_still_there_after_the_power_went_and_only_unproven_ones_come_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("spool.sqlite");
        let spool = Spool::open(&path).unwrap();
        let printed = spool.add(7, document("A001")).unwrap();
        let sent = spool.add(8, document("A002")).unwrap();
        let queued = spool.add(9, document("A003")).unwrap();
        let proof = printer_driver::printer::Proof::ProcessId;
        spool.record_state(printed.id, JobState::Printed { proof }).unwrap();
        spool.record_state(sent.id, JobState::Sent).unwrap();
        drop(spool);

        let spool = Spool::open(&path).unwrap();
        let (unsettled, fresh) = split(spool.open_jobs().unwrap());
        assert_eq!(unsettled.map(|spooled| spooled.ticket), Some(8));
        assert_eq!(fresh.iter().map(|s| &s.job).collect::<Vec<_>>(), vec![&queued]);
        assert_eq!(spool.ticket(sent.id).unwrap(), Some(8));
    }

    #[test]
    fn job_numbers_are_never_used_twice_even_after_old_jobs_are_removed() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(&dir.path().join("spool.sqlite")).unwrap();
        let first = spool.add(1, document("A001")).unwrap();
        spool.lock().execute("DELETE FROM job", []).unwrap();
        assert!(spool.add(2, document("A002")).unwrap().id > first.id);
    }
}

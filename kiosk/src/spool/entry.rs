//! What a job of the spool is, and the rows it is kept in.

use printer_driver::document::Document;
use printer_driver::printer::{Job, JobId, JobState};
use rusqlite::{
    Connection, OptionalExtension, Params, Row, Transaction, TransactionBehavior, params,
};

use super::{Origin, SpoolError};
use crate::slip::Kind;

/// What a slip belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Subject {
    /// What kind of slip it is.
    pub kind: Kind,
    /// The ticket or the tag's use; 0 for what belongs to neither.
    pub number: u64,
}

impl Subject {
    /// The slip of a ticket.
    #[must_use]
    pub fn ticket(ticket: u64) -> Subject {
        Subject { kind: Kind::Ticket, number: ticket }
    }

    /// The ticket it is about; `None` for what is about none.
    #[must_use]
    pub fn about_ticket(self) -> Option<u64> {
        match self.kind {
            Kind::Ticket | Kind::Transfer | Kind::Staff => Some(self.number),
            Kind::Tag | Kind::Summary | Kind::Test => None,
        }
    }
}

/// What tells a request for a slip from others, so that a retry prints nothing twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Request {
    /// The digest of its key.
    pub key: [u8; 16],
    /// The digest of what it asks for.
    pub digest: [u8; 32],
}

/// A job to be added.
#[derive(Clone, PartialEq, Debug)]
pub struct NewJob {
    /// What it belongs to.
    pub subject: Subject,
    /// Who asked, where a key came with it.
    pub request: Option<Request>,
    /// The job of another spool that it goes on from.
    pub origin: Option<Origin>,
    /// When it was asked for, in milliseconds since 1970; 0 when nobody noted it.
    pub asked_at_ms: i64,
    /// What is printed.
    pub document: Document,
}

impl NewJob {
    /// A job that nobody asked for with a key.
    #[must_use]
    pub fn new(subject: Subject, document: Document) -> NewJob {
        NewJob { subject, request: None, origin: None, asked_at_ms: 0, document }
    }
}

/// A job of the spool.
#[derive(Clone, PartialEq, Debug)]
pub struct Spooled {
    /// What is printed, under its number.
    pub job: Job,
    /// What it belongs to.
    pub subject: Subject,
    /// How far it has come.
    pub state: JobState,
    /// Who asked, where a key came with it.
    pub request: Option<Request>,
    /// When it was asked for, in milliseconds since 1970; 0 when nobody noted it.
    pub asked_at_ms: i64,
    /// The spool it is handed over to.
    pub moving_to: Option<String>,
    /// The number it has there, once it is there.
    pub moved_as: Option<JobId>,
}

impl Spooled {
    /// The same job for another spool; `mark` is that of this one ([`Spool::mark`]).
    ///
    /// [`Spool::mark`]: super::Spool::mark
    #[must_use]
    pub fn handed_over(&self, mark: impl Into<String>) -> NewJob {
        NewJob {
            subject: self.subject,
            request: self.request,
            origin: Some(Origin { spool: mark.into(), job: self.job.id }),
            asked_at_ms: self.asked_at_ms,
            document: self.job.document.clone(),
        }
    }
}

/// Columns that came after the first build, with what they hold for older rows.
const LATER_COLUMNS: &[(&str, &str)] = &[
    ("kind", "TEXT NOT NULL DEFAULT 'ticket'"),
    ("request_key", "BLOB"),
    ("request_digest", "BLOB"),
    ("asked_at_ms", "INTEGER NOT NULL DEFAULT 0"),
    ("counted", "INTEGER NOT NULL DEFAULT 0"),
    ("moving_to", "TEXT"),
    ("moved_as", "INTEGER"),
    ("origin_spool", "TEXT"),
    ("origin_job", "INTEGER"),
];

const COLUMNS: &str = "id, ticket, document, state, kind, request_key, request_digest,
    asked_at_ms, moving_to, moved_as";

/// Makes the tables, or adds what those of an earlier build lack; all of it or nothing.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), SpoolError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS job (
             id INTEGER PRIMARY KEY AUTOINCREMENT,
             ticket INTEGER NOT NULL,
             document TEXT NOT NULL,
             state TEXT NOT NULL
         ) STRICT;
         CREATE TABLE IF NOT EXISTS identity (
             id INTEGER PRIMARY KEY CHECK (id = 1),
             mark TEXT NOT NULL
         ) STRICT;
         INSERT OR IGNORE INTO identity (id, mark) VALUES (1, lower(hex(randomblob(8))));
         CREATE TABLE IF NOT EXISTS roll (
             id INTEGER PRIMARY KEY CHECK (id = 1),
             used_mm INTEGER NOT NULL,
             recent_mm TEXT NOT NULL,
             ended INTEGER NOT NULL,
             near_end INTEGER NOT NULL
         ) STRICT;
         CREATE INDEX IF NOT EXISTS job_ticket ON job (ticket);",
    )?;
    for (name, kind) in LATER_COLUMNS {
        let known = "SELECT 1 FROM pragma_table_info('job') WHERE name = ?1";
        if transaction.query_row(known, [name], |_| Ok(())).optional()?.is_none() {
            transaction.execute_batch(&format!("ALTER TABLE job ADD COLUMN {name} {kind};"))?;
        }
    }
    transaction.execute_batch(
        "CREATE INDEX IF NOT EXISTS job_request ON job (request_key)
             WHERE request_key IS NOT NULL;
         CREATE UNIQUE INDEX IF NOT EXISTS job_origin ON job (origin_spool, origin_job)
             WHERE origin_spool IS NOT NULL;",
    )?;
    transaction.commit()?;
    Ok(())
}

/// Adds a job; one that is there already, by its request or its origin, is not added again.
pub(super) fn insert(transaction: &Transaction<'_>, new: &NewJob) -> Result<JobId, SpoolError> {
    let document = serde_json::to_string(&new.document)?;
    let state = serde_json::to_string(&JobState::Queued)?;
    let key = new.request.as_ref().map(|request| request.key.as_slice());
    let digest = new.request.as_ref().map(|request| request.digest.as_slice());
    let origin = new.origin.as_ref();
    let origin_spool = origin.map(|origin| origin.spool.as_str());
    let origin_job = origin.map(|origin| origin.job.0.cast_signed());
    // A job handed over is known by where it was: its request may have been here before.
    let known =
        "SELECT id FROM job WHERE (?2 IS NULL AND origin_spool IS NULL AND request_key = ?1)
         OR (origin_spool = ?2 AND origin_job = ?3)";
    let known = transaction
        .query_row(known, params![key, origin_spool, origin_job], |row| row.get::<_, i64>(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(JobId(id.cast_unsigned()));
    }
    transaction.execute(
        "INSERT INTO job (ticket, document, state, kind, request_key, request_digest,
             asked_at_ms, origin_spool, origin_job)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            new.subject.number.cast_signed(),
            document,
            state,
            new.subject.kind.name(),
            key,
            digest,
            new.asked_at_ms,
            origin_spool,
            origin_job,
        ],
    )?;
    Ok(JobId(transaction.last_insert_rowid().cast_unsigned()))
}

/// The first job that `clause` selects.
pub(super) fn one(
    connection: &Connection,
    clause: &str,
    values: impl Params,
) -> Result<Option<Spooled>, SpoolError> {
    Ok(many(connection, &format!("{clause} LIMIT 1"), values)?.pop())
}

/// The jobs that `clause` selects, in its order.
pub(super) fn many(
    connection: &Connection,
    clause: &str,
    values: impl Params,
) -> Result<Vec<Spooled>, SpoolError> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM job WHERE {clause}"))?;
    let mut rows = statement.query(values)?;
    let mut jobs = Vec::new();
    while let Some(row) = rows.next()? {
        jobs.push(read(row)?);
    }
    Ok(jobs)
}

fn read(row: &Row<'_>) -> Result<Spooled, SpoolError> {
    let number = |column: usize| row.get::<_, i64>(column).map(i64::cast_unsigned);
    let id = number(0)?;
    let entry = |source| SpoolError::Entry { job: id, source };
    let document = serde_json::from_str(&row.get::<_, String>(2)?).map_err(entry)?;
    let state = serde_json::from_str(&row.get::<_, String>(3)?).map_err(entry)?;
    let name: String = row.get(4)?;
    // A kind of a later build: it is printed, and belongs to nothing that this one knows.
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name).unwrap_or(Kind::Test);
    let key: Option<[u8; 16]> = row.get(5)?;
    let digest: Option<[u8; 32]> = row.get(6)?;
    let moved_as: Option<i64> = row.get(9)?;
    Ok(Spooled {
        job: Job { id: JobId(id), document },
        subject: Subject { kind, number: number(1)? },
        state,
        request: key.zip(digest).map(|(key, digest)| Request { key, digest }),
        asked_at_ms: row.get(7)?,
        moving_to: row.get(8)?,
        moved_as: moved_as.map(|id| JobId(id.cast_unsigned())),
    })
}

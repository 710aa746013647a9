//! Checking a whole log, and copying what is good of a damaged one.
//!
//! Nothing here changes the log it reads: a damaged log is evidence, and a tool that cuts its
//! end off could destroy the only copy of what people were told.

use std::fmt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::record::Hash;
use super::schema::{self, Chain, Head, Meta};
use super::{CHUNK_RECORDS, HASH_BEFORE_FIRST, LogError, LogOptions, Snapshots, directory};

/// Page cache for reading a whole log, in KiB.
const CACHE_KIB: u32 = 4096;
/// Most complaints of the database that are listed; the first few say enough.
const COMPLAINTS_MAX: u32 = 20;

/// What a check of the whole log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// Id of the office whose log this is.
    pub office: String,
    /// Epoch that new records would get.
    pub epoch: u32,
    /// The last good record: its number is how many good ones there are before any damage.
    pub good: Head,
    /// The first record that is not good, if there is one.
    pub first_bad: Option<BadRecord>,
    /// What the database says about its own pages; empty if all is well.
    pub database: Vec<String>,
    /// Each snapshot's record number, and what is wrong with it, if anything.
    pub snapshots: Vec<(u64, Option<String>)>,
}

/// The first record that is not good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRecord {
    /// Its number.
    pub seq: u64,
    /// What is wrong with it.
    pub what: String,
    /// How many records bear a higher number, as far as they can be counted.
    pub after_count: Option<u64>,
}

/// What was copied out of a damaged log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalvageReport {
    /// The last record that was copied.
    pub copied: Head,
    /// The first record that was not, if the log was damaged.
    pub first_bad: Option<BadRecord>,
    /// Epoch of the new log, one above the old one's: what follows is another history.
    pub epoch: u32,
    /// The new data directory.
    pub out_dir: PathBuf,
}

impl VerifyReport {
    /// Whether every record and the database itself are good. Bad snapshots do not count:
    /// they are ignored and replaced.
    pub fn is_good(&self) -> bool {
        self.first_bad.is_none() && self.database.is_empty()
    }
}

impl fmt::Display for VerifyReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "office {}, epoch {}", self.office, self.epoch)?;
        writeln!(out, "good records: {}", self.good.seq)?;
        writeln!(out, "hash of the last good record: {}", hex(&self.good.hash))?;
        for complaint in &self.database {
            writeln!(out, "database: {complaint}")?;
        }
        for (seq, wrong) in &self.snapshots {
            let verdict = wrong.as_deref().unwrap_or("good");
            writeln!(out, "snapshot after record {seq}: {verdict}")?;
        }
        match &self.first_bad {
            Some(bad) => write!(out, "{bad}"),
            None if self.database.is_empty() => writeln!(out, "the log is good"),
            None => writeln!(out, "every record is good, but the database file is damaged"),
        }
    }
}

impl fmt::Display for BadRecord {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "first bad record: {}: {}", self.seq, self.what)?;
        match self.after_count {
            Some(count) => writeln!(out, "records after it: {count}"),
            None => writeln!(out, "records after it cannot be counted"),
        }
    }
}

/// Checks the whole log in `dir`: every record's hash, the numbering, the epochs, the database.
///
/// Changes nothing and may run beside a server; checking the database's pages is then one long
/// read, during which the journal grows. About a second per million records, mostly hashing.
///
/// # Errors
///
/// There is no log in `dir`, it has a newer format, or it is so damaged that it does not open.
/// Damage of records is not an error here but the report's contents.
pub fn verify(dir: &Path) -> Result<VerifyReport, LogError> {
    let (connection, meta) = open(dir)?;
    let (good, first_bad) = follow(dir, &connection, &meta, |_, _| Ok(()))?;
    let database = check_pages(&connection);
    let snapshots = check_snapshots(dir, &connection, good)?;
    Ok(VerifyReport {
        office: meta.office,
        epoch: meta.epoch,
        good,
        first_bad,
        database,
        snapshots,
    })
}

/// Looks for the first bad record of the log in `dir`, in short reads beside a running server.
///
/// # Errors
///
/// As [`verify`].
pub fn find_damage(dir: &Path) -> Result<Option<BadRecord>, LogError> {
    let (connection, meta) = open(dir)?;
    let (_, first_bad) = follow(dir, &connection, &meta, |_, _| Ok(()))?;
    Ok(first_bad)
}

/// Copies the good records of the log in `dir`, up to the first bad one, to a new log.
///
/// The old directory is left as it is. The new log's epoch is one higher, so that the centre
/// can tell its continuation from what the old one had written after the damage.
///
/// # Errors
///
/// A server still runs on `dir`; `out_dir` holds a log already; the old log does not open at
/// all; or the new one cannot be written.
pub fn salvage(dir: &Path, out_dir: &Path) -> Result<SalvageReport, LogError> {
    let _lock = match directory::lock(dir) {
        Ok(lock) => Some(lock),
        // A disk that went read-only can still be read, and no server can be writing to it.
        Err(LogError::ReadOnly { .. }) => None,
        Err(other) => return Err(other),
    };
    let (connection, meta) = open(dir)?;
    let target = directory::database_path(out_dir);
    if target.exists() {
        let what = format!("{} exists; name a new directory", target.display());
        return Err(LogError::Refused { what });
    }
    let _out_lock = directory::lock(out_dir)?;
    let mut options = LogOptions::new(meta.office.clone());
    options.epoch = meta.epoch + 1;
    let (out, out_meta) = schema::open_writer(out_dir, &options)?;
    let failed = |error| LogError::database(out_dir, "writing the new log", &error);
    out.execute_batch("BEGIN").map_err(failed)?;
    let (copied, first_bad) = follow(dir, &connection, &meta, |head, bytes| {
        out.prepare_cached("INSERT INTO record (seq, hash, bytes) VALUES (?1, ?2, ?3)")
            .and_then(|mut insert| {
                insert.execute((schema::signed(head.seq), &head.hash[..], bytes))
            })
            .map_err(failed)?;
        if head.seq.is_multiple_of(CHUNK_RECORDS as u64) {
            out.execute_batch("COMMIT; PRAGMA wal_checkpoint(PASSIVE); BEGIN").map_err(failed)?;
        }
        Ok(())
    })?;
    out.execute_batch("COMMIT").map_err(failed)?;
    let checked = schema::check_tail(out_dir, &out, &out_meta, schema::TAIL_RECORDS)?;
    assert_eq!(checked, copied, "the new log ends where the copy ended");
    out.close().map_err(|(_, error)| failed(error))?;
    Ok(SalvageReport { copied, first_bad, epoch: options.epoch, out_dir: out_dir.to_owned() })
}

/// Opens a log that may be damaged; one that does not open at all needs another way out than
/// the one that leads here.
fn open(dir: &Path) -> Result<(Connection, Meta), LogError> {
    schema::open_reader(dir, CACHE_KIB).map_err(LogError::beyond_reading)
}

/// Follows the chain from the first record, handing over each good one, to the end or damage.
fn follow(
    dir: &Path,
    connection: &Connection,
    meta: &Meta,
    mut each: impl FnMut(Head, &[u8]) -> Result<(), LogError>,
) -> Result<(Head, Option<BadRecord>), LogError> {
    let mut chain = Chain::start(dir, connection, meta, 1)?;
    loop {
        let before = chain.head.seq;
        // Errors of `each` concern another file and end the work; those of the chain are its
        // result.
        let mut other = None;
        let read = follow_chunk(connection, &mut chain, |head, bytes| {
            each(head, bytes).map_err(|error| other = Some(error))
        });
        if let Some(error) = other {
            return Err(error);
        }
        if let Err(error) = read {
            return Ok((chain.head, Some(bad_record(connection, chain.head.seq + 1, error))));
        }
        if chain.head.seq == before {
            return Ok((chain.head, None));
        }
    }
}

fn follow_chunk(
    connection: &Connection,
    chain: &mut Chain<'_>,
    mut each: impl FnMut(Head, &[u8]) -> Result<(), ()>,
) -> Result<(), LogError> {
    let dir = chain.dir();
    let from = chain.head.seq + 1;
    let failed = |seq| move |error| LogError::database(dir, "reading a record", &error).at(seq);
    let mut statement = connection
        .prepare_cached("SELECT seq, hash, bytes FROM record WHERE seq >= ?1 ORDER BY seq LIMIT ?2")
        .map_err(failed(from))?;
    let limit = schema::signed(CHUNK_RECORDS as u64);
    let mut rows = statement.query((schema::signed(from), limit)).map_err(failed(from))?;
    while let Some(row) = rows.next().map_err(failed(chain.head.seq + 1))? {
        let bytes = chain.check(row)?;
        if each(chain.head, bytes).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn bad_record(connection: &Connection, seq: u64, error: LogError) -> BadRecord {
    let what = match error {
        LogError::Damaged { what, .. } => what,
        other @ (LogError::Locked { .. }
        | LogError::Directory { .. }
        | LogError::NotALog { .. }
        | LogError::NewerFormat { .. }
        | LogError::OtherOffice { .. }
        | LogError::DiskFull { .. }
        | LogError::ReadOnly { .. }
        | LogError::Disk { .. }
        | LogError::Database { .. }
        | LogError::Poisoned { .. }
        | LogError::Refused { .. }) => other.to_string(),
    };
    let after = connection.query_row(
        "SELECT count(*) FROM record WHERE seq > ?1",
        [schema::signed(seq)],
        |row| row.get::<_, i64>(0),
    );
    let after_count = after.ok().and_then(|count| u64::try_from(count).ok());
    BadRecord { seq, what, after_count }
}

fn check_pages(connection: &Connection) -> Vec<String> {
    let complaints = connection
        .prepare(&format!("PRAGMA integrity_check({COMPLAINTS_MAX})"))
        .and_then(|mut statement| {
            statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()
        });
    match complaints {
        Ok(lines) if lines == ["ok"] => Vec::new(),
        Ok(lines) => lines,
        Err(error) => vec![error.to_string()],
    }
}

fn check_snapshots(
    dir: &Path,
    connection: &Connection,
    good: Head,
) -> Result<Vec<(u64, Option<String>)>, LogError> {
    let snapshots = Snapshots::new(dir);
    let mut verdicts = Vec::new();
    for seq in snapshots.list()? {
        let wrong = match snapshots.load(seq) {
            Err(what) => Some(what),
            Ok(_) if seq > good.seq => {
                Some(format!("the good records end at {}, before it", good.seq))
            }
            Ok(snapshot) => {
                let hash = match seq {
                    0 => Some(HASH_BEFORE_FIRST),
                    _ => schema::find_hash(dir, connection, seq)?,
                };
                (hash != Some(snapshot.hash)).then(|| "it was taken of another log".to_owned())
            }
        };
        verdicts.push((seq, wrong));
    }
    Ok(verdicts)
}

fn hex(hash: &Hash) -> String {
    use fmt::Write;
    hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string succeeds");
        text
    })
}

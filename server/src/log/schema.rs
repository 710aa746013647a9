//! The database file: how it is opened, what tables it has, what it says about itself.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::directory;
use super::record::{HASH_BEFORE_FIRST, Hash, check_office, record_hash};
use super::{LogError, LogOptions, Synchronous};

/// Format of the database, `PRAGMA user_version`.
pub const FORMAT: i64 = 1;
/// "YOBI", `PRAGMA application_id`, so that `file` and a wrong path are told apart.
const APPLICATION: i64 = 0x594F_4249;
/// How long a statement waits for a tool that holds the database.
const BUSY_WAIT: Duration = Duration::from_secs(2);
/// Records at the end whose chain is checked on every start: the last weeks of an office, in about
/// 25 ms (0.5 µs each, measured). A start looks at older ones afterwards, beside the running
/// office ([`find_damage`](super::find_damage)).
pub(super) const TAIL_RECORDS: u64 = 50_000;

const TABLES: &str = "
    CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE record (
        seq INTEGER PRIMARY KEY,
        hash BLOB NOT NULL,
        bytes BLOB NOT NULL
    ) STRICT;
";

/// What the database says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meta {
    pub(super) office: String,
    pub(super) epoch: u32,
}

/// The last record: where the chain ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Sequence number of the last record, 0 in an empty log.
    pub seq: u64,
    /// Hash of the last record, 32 zero bytes in an empty log.
    pub hash: Hash,
}

impl Head {
    /// The head of an empty log.
    pub const EMPTY: Self = Self { seq: 0, hash: HASH_BEFORE_FIRST };
}

/// Opens the database for writing, creating its tables if it has none.
pub(super) fn open_writer(
    dir: &Path,
    options: &LogOptions,
) -> Result<(Connection, Meta), LogError> {
    let failed = |doing: &'static str| move |error| LogError::database(dir, doing, &error);
    let path = directory::database_path(dir);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match options.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(&path, flags, vfs),
        None => Connection::open_with_flags(&path, flags),
    };
    let connection = connection.map_err(failed("opening the log"))?;
    let synchronous = match options.synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    connection.busy_timeout(BUSY_WAIT).map_err(failed("opening the log"))?;
    connection
        .execute_batch(&format!(
            "PRAGMA page_size = {};
             PRAGMA trusted_schema = OFF;
             PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -{};
             PRAGMA synchronous = {synchronous};",
            options.page_bytes, options.cache_kib,
        ))
        .map_err(failed("opening the log"))?;
    let mode: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(failed("opening the log"))?;
    if mode != "wal" {
        return Err(LogError::ReadOnly { doing: format!("opening the log (mode {mode})") });
    }
    connection
        .query_row("PRAGMA wal_autocheckpoint = 0", [], |_| Ok(()))
        .map_err(failed("opening the log"))?;
    if let Some(pages) = options.page_count_max {
        connection
            .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
            .map_err(failed("opening the log"))?;
    }
    if is_empty(dir, &connection)? {
        create(dir, &connection, options)?;
        if options.vfs.is_none() {
            directory::sync(dir)?;
        }
    }
    let meta = read_meta(dir, &connection)?;
    Ok((connection, meta))
}

/// Opens the database for reading only.
pub(super) fn open_reader(dir: &Path, cache_kib: u32) -> Result<(Connection, Meta), LogError> {
    let failed = |error| LogError::database(dir, "opening the log for reading", &error);
    let path = directory::database_path(dir);
    if !path.exists() {
        return Err(LogError::NotALog { path, what: "there is no such file".to_owned() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&path, flags).map_err(failed)?;
    connection.busy_timeout(BUSY_WAIT).map_err(failed)?;
    connection
        .execute_batch(&format!(
            "PRAGMA trusted_schema = OFF; PRAGMA query_only = ON; PRAGMA cache_size = -{cache_kib};"
        ))
        .map_err(failed)?;
    let meta = read_meta(dir, &connection)?;
    Ok((connection, meta))
}

/// Writes another epoch into the database.
pub(super) fn write_epoch(connection: &Connection, epoch: u32) -> rusqlite::Result<()> {
    connection.execute("UPDATE meta SET value = ?1 WHERE name = 'epoch'", [epoch]).map(|_| ())
}

/// Reads where the chain ends, without checking it.
pub(super) fn read_head(dir: &Path, connection: &Connection) -> Result<Head, LogError> {
    let failed = |error| LogError::database(dir, "reading the last record", &error);
    let mut statement = connection
        .prepare_cached("SELECT seq, hash FROM record ORDER BY seq DESC LIMIT 1")
        .map_err(failed)?;
    let row: Option<(i64, Vec<u8>)> =
        statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional().map_err(failed)?;
    let Some((seq, hash)) = row else {
        return Ok(Head::EMPTY);
    };
    let seq = positive(dir, seq)?;
    let hash = digest(dir, seq, &hash)?;
    Ok(Head { seq, hash })
}

/// Checks the chain over the last few records and returns where it ends.
pub(super) fn check_tail(
    dir: &Path,
    connection: &Connection,
    meta: &Meta,
    count: u64,
) -> Result<Head, LogError> {
    let head = read_head(dir, connection)?;
    let from = head.seq.saturating_sub(count) + 1;
    let mut chain = Chain::start(dir, connection, meta, from)?;
    let failed = |error| LogError::database(dir, "reading the last records", &error);
    let mut statement = connection
        .prepare_cached("SELECT seq, hash, bytes FROM record WHERE seq >= ?1 ORDER BY seq")
        .map_err(failed)?;
    let mut rows = statement.query([signed(from)]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        chain.check(row)?;
    }
    if chain.head != head {
        return Err(LogError::damaged(dir, Some(chain.head.seq + 1), "it is missing"));
    }
    Ok(head)
}

/// Follows the chain record by record.
#[derive(Debug)]
pub(super) struct Chain<'a> {
    dir: &'a Path,
    office: &'a str,
    epoch_max: u32,
    epoch: u32,
    command: u64,
    pub(super) head: Head,
}

impl<'a> Chain<'a> {
    /// Starts before record `from`, trusting the hash of the record before it.
    pub(super) fn start(
        dir: &'a Path,
        connection: &Connection,
        meta: &'a Meta,
        from: u64,
    ) -> Result<Self, LogError> {
        let head = match from {
            0 | 1 => Head::EMPTY,
            _ => Head { seq: from - 1, hash: read_hash(dir, connection, from - 1)? },
        };
        Ok(Self { dir, office: &meta.office, epoch_max: meta.epoch, epoch: 0, command: 0, head })
    }

    /// Returns the data directory the chain is read from.
    pub(super) fn dir(&self) -> &'a Path {
        self.dir
    }

    /// Checks the next row (`seq, hash, bytes`) and moves the head onto it. Returns its bytes.
    pub(super) fn check<'r>(&mut self, row: &'r rusqlite::Row<'_>) -> Result<&'r [u8], LogError> {
        let expected = self.head.seq + 1;
        let damaged = |what: String| LogError::damaged(self.dir, Some(expected), what);
        let column = |error: rusqlite::types::FromSqlError| damaged(error.to_string());
        let failed = |error| LogError::database(self.dir, "reading a record", &error).at(expected);
        let seq = row.get_ref(0).map_err(failed)?.as_i64().map_err(column)?;
        if seq != signed(expected) {
            return Err(damaged(format!("it is missing; the next one is {seq}")));
        }
        let stored = row.get_ref(1).map_err(failed)?.as_blob().map_err(column)?;
        let bytes = row.get_ref(2).map_err(failed)?.as_blob().map_err(column)?;
        let record = super::RecordRef::decode(expected, bytes).map_err(damaged)?;
        let hash = record_hash(self.office, expected, &self.head.hash, bytes);
        if hash != stored {
            return Err(damaged(
                "its contents do not match its hash (it was changed after it was written)"
                    .to_owned(),
            ));
        }
        if record.epoch < self.epoch || record.epoch > self.epoch_max {
            return Err(damaged(format!("its epoch {} is out of order", record.epoch)));
        }
        if record.command != expected && self.command != 0 && record.command != self.command {
            return Err(damaged(format!(
                "it belongs to command {}, which is not the one before it",
                record.command
            )));
        }
        self.epoch = record.epoch;
        self.command = record.command;
        self.head = Head { seq: expected, hash };
        Ok(bytes)
    }
}

/// Reads the hash of record `seq`.
pub(super) fn read_hash(dir: &Path, connection: &Connection, seq: u64) -> Result<Hash, LogError> {
    let hash = find_hash(dir, connection, seq)?;
    hash.ok_or_else(|| LogError::damaged(dir, Some(seq), "it is missing"))
}

/// Reads the hash of record `seq`, if there is such a record.
pub(super) fn find_hash(
    dir: &Path,
    connection: &Connection,
    seq: u64,
) -> Result<Option<Hash>, LogError> {
    let failed = |error| LogError::database(dir, "reading a hash", &error);
    let mut statement =
        connection.prepare_cached("SELECT hash FROM record WHERE seq = ?1").map_err(failed)?;
    let hash: Option<Vec<u8>> =
        statement.query_row([signed(seq)], |row| row.get(0)).optional().map_err(failed)?;
    hash.map(|hash| digest(dir, seq, &hash)).transpose()
}

/// Sequence numbers as the database keeps them. 2^63 records take longer than there is time.
pub(super) fn signed(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn positive(dir: &Path, seq: i64) -> Result<u64, LogError> {
    match u64::try_from(seq) {
        Ok(seq) if seq > 0 => Ok(seq),
        _ => Err(LogError::damaged(dir, None, format!("a record has the number {seq}"))),
    }
}

fn digest(dir: &Path, seq: u64, hash: &[u8]) -> Result<Hash, LogError> {
    hash.try_into().map_err(|_| {
        LogError::damaged(dir, Some(seq), format!("its hash has {} bytes, not 32", hash.len()))
    })
}

fn is_empty(dir: &Path, connection: &Connection) -> Result<bool, LogError> {
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| LogError::database(dir, "opening the log", &error))?;
    Ok(tables == 0)
}

fn create(dir: &Path, connection: &Connection, options: &LogOptions) -> Result<(), LogError> {
    check_office(&options.office).map_err(|what| LogError::Refused { what })?;
    let failed = |error| LogError::database(dir, "creating the log", &error);
    let transaction = connection.unchecked_transaction().map_err(failed)?;
    transaction
        .execute_batch(&format!(
            "PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT}; {TABLES}"
        ))
        .map_err(failed)?;
    transaction
        .execute(
            "INSERT INTO meta (name, value) VALUES ('office', ?1), ('epoch', ?2)",
            (&options.office, options.epoch),
        )
        .map_err(failed)?;
    transaction.commit().map_err(failed)
}

fn read_meta(dir: &Path, connection: &Connection) -> Result<Meta, LogError> {
    let failed = |error| LogError::database(dir, "opening the log", &error);
    let pragma = |name: &str| -> Result<i64, LogError> {
        connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).map_err(failed)
    };
    let path = directory::database_path(dir);
    if pragma("application_id")? != APPLICATION {
        let what = "it is a database of another program".to_owned();
        return Err(LogError::NotALog { path, what });
    }
    let found = pragma("user_version")?;
    if found > FORMAT {
        return Err(LogError::NewerFormat { found, known: FORMAT });
    }
    let office: String = connection
        .query_row("SELECT value FROM meta WHERE name = 'office'", [], |row| row.get(0))
        .map_err(failed)?;
    let epoch: u32 = connection
        .query_row("SELECT value FROM meta WHERE name = 'epoch'", [], |row| row.get(0))
        .map_err(failed)?;
    check_office(&office).map_err(|what| LogError::damaged(dir, None, what))?;
    Ok(Meta { office, epoch })
}

//! The derived store: what reports read, in `derived.sqlite` beside the log.
//!
//! | table | one row per | holds |
//! |---|---|---|
//! | `meta` | name | version, office, the last record included with its hash, the office after it |
//! | `setup` | adopted setup | what of it the figures depend on, as JSON |
//! | `day` | finished business day | [`DayFacts`] |
//! | `month` | calendar month | [`MonthFacts`]: the same with histograms |
//! | `first_case` | procedure | the first day with a case of it |
//!
//! Everything in it is rebuilt from the log (invariant 1) and never repaired: a file that is
//! missing, damaged, of another version or of another log is thrown away and made anew. It goes
//! from one finished day to the next; the open day is followed in memory. Several processes may
//! keep it up to date: each write checks that nobody was faster, and starts over where somebody
//! was. Where the directory cannot be written, the store lives in memory.

use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::time::Date;
use protocol::event::SetupFigures;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::ReportError;
use super::facts::DayFacts;
use super::follow::{Finding, Follower};
use super::month::MonthFacts;
use crate::engine::snapshot;
use crate::log::{LogReader, RecordRef};
use crate::wire_event;

/// Version of the tables and of what is in them. Another one means: rebuild.
const VERSION: i64 = 1;
/// Name of the file inside the data directory.
pub(crate) const FILE: &str = "derived.sqlite";
/// How long a write waits for another process's.
const BUSY: Duration = Duration::from_secs(10);
/// Bytes of a digest in front of everything stored.
const DIGEST_BYTES: usize = 8;

const TABLES: &str = "
    CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE setup (seq INTEGER PRIMARY KEY, figures TEXT NOT NULL) STRICT;
    CREATE TABLE day (
        date INTEGER PRIMARY KEY, seq INTEGER NOT NULL, facts BLOB NOT NULL
    ) STRICT;
    CREATE TABLE month (month INTEGER PRIMARY KEY, facts BLOB NOT NULL) STRICT;
    CREATE TABLE first_case (code TEXT PRIMARY KEY, date INTEGER NOT NULL) STRICT, WITHOUT ROWID;
";

/// The store, and the log it is made from.
#[derive(Debug)]
pub struct Derived {
    dir: PathBuf,
    reader: LogReader,
    connection: Connection,
    follower: Follower,
    /// The last record the follower has seen.
    seq: u64,
    /// The last record that is in the file: the end of a finished day, 0 before the first.
    stored_seq: u64,
}

/// Why a write did not happen.
enum Stop {
    /// Another process has written meanwhile.
    Overtaken,
    Failed(ReportError),
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Stop {
        Stop::Failed(error.into())
    }
}

impl Derived {
    /// Opens the store of a data directory, making it where there is none that can be used. It is
    /// not brought up to date: that is [`Derived::catch_up`].
    ///
    /// # Errors
    ///
    /// There is no log, or it cannot be read.
    pub fn open(dir: &Path) -> Result<Derived, ReportError> {
        let reader = LogReader::open(dir)?;
        let connection = open_file(&dir.join(FILE)).or_else(|error| {
            tracing::warn!(%error, "the derived store cannot be kept on disk; it lives in memory");
            in_memory()
        })?;
        let mut derived = Derived::over(dir, reader, connection);
        if let Err(error) = derived.load() {
            tracing::warn!(%error, "the derived store cannot be used: it is rebuilt from the log");
            derived.discard()?;
        }
        Ok(derived)
    }

    /// An empty store in memory, whatever is on disk.
    ///
    /// # Errors
    ///
    /// There is no log, or it cannot be read.
    pub fn open_in_memory(dir: &Path) -> Result<Derived, ReportError> {
        let derived = Derived::over(dir, LogReader::open(dir)?, in_memory()?);
        derived.claim()?;
        Ok(derived)
    }

    fn over(dir: &Path, reader: LogReader, connection: Connection) -> Derived {
        Derived {
            dir: dir.to_owned(),
            reader,
            connection,
            follower: Follower::default(),
            seq: 0,
            stored_seq: 0,
        }
    }

    /// Takes in what the log has got since the last time; returns the last record's number.
    ///
    /// # Errors
    ///
    /// The log cannot be read or understood, or the store cannot be written.
    pub fn catch_up(&mut self) -> Result<u64, ReportError> {
        let mut rebuilt = false;
        loop {
            match self.try_catch_up() {
                Ok(()) => return Ok(self.seq),
                Err(Stop::Overtaken) => self.load()?,
                Err(Stop::Failed(ReportError::Store(_) | ReportError::Damaged))
                    if self.is_on_disk() && !rebuilt =>
                {
                    tracing::warn!("the derived store has failed: it is rebuilt from the log");
                    rebuilt = true;
                    self.discard()?;
                }
                Err(Stop::Failed(ReportError::Store(error))) if self.is_on_disk() => {
                    tracing::warn!(%error, "the derived store cannot be written: it is in memory");
                    self.connection = in_memory()?;
                    self.load()?;
                }
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
    }

    /// Throws everything away and makes it anew from the log.
    ///
    /// # Errors
    ///
    /// As [`Derived::catch_up`].
    pub fn rebuild(&mut self) -> Result<u64, ReportError> {
        self.discard()?;
        self.catch_up()
    }

    /// Whether the store is a file; otherwise it lives in memory only.
    pub fn is_on_disk(&self) -> bool {
        self.connection.path().is_some_and(|path| !path.is_empty())
    }

    /// The open day, as far as the log told by the last [`Derived::catch_up`], and the number of
    /// the last record in it.
    pub(crate) fn open_day(&self) -> Option<(Date, u64, DayFacts)> {
        let (date, facts) = self.follower.open_day()?;
        Some((date, self.seq, facts))
    }

    /// The last finished day's end on or before a date; 0 when there is none.
    pub(crate) fn seq_at(&self, to: Date) -> Result<u64, ReportError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT seq FROM day WHERE date <= ?1 ORDER BY date DESC LIMIT 1")?;
        let seq: Option<i64> =
            statement.query_row([to.as_yyyymmdd()], |row| row.get(0)).optional()?;
        Ok(seq.map_or(0, unsigned))
    }

    /// The setup in force after a record; the first one where the record is before it.
    pub(crate) fn figures_at(&self, seq: u64) -> Result<Option<SetupFigures>, ReportError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT figures FROM setup ORDER BY seq <= ?1 DESC,
             CASE WHEN seq <= ?1 THEN -seq ELSE seq END LIMIT 1",
        )?;
        let text: Option<String> =
            statement.query_row([signed(seq)], |row| row.get(0)).optional()?;
        text.map(|text| serde_json::from_str(&text).map_err(|_| ReportError::Damaged)).transpose()
    }

    /// Procedures with a case on or before a date.
    pub(crate) fn begun_by(&self, to: Date) -> Result<Vec<String>, ReportError> {
        let mut statement =
            self.connection.prepare_cached("SELECT code FROM first_case WHERE date <= ?1")?;
        let codes = statement.query_map([to.as_yyyymmdd()], |row| row.get(0))?;
        Ok(codes.collect::<Result<_, _>>()?)
    }

    /// Hands over the finished days between two dates, in order.
    pub(crate) fn days(
        &self,
        from: Date,
        to: Date,
        mut each: impl FnMut(DayFacts),
    ) -> Result<(), ReportError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT facts FROM day WHERE date BETWEEN ?1 AND ?2 ORDER BY date")?;
        let mut rows = statement.query((from.as_yyyymmdd(), to.as_yyyymmdd()))?;
        while let Some(row) = rows.next()? {
            each(unseal(row.get_ref(0)?.as_blob().map_err(|_| ReportError::Damaged)?)?);
        }
        Ok(())
    }

    /// The months between two (as `yyyymm`), in order.
    pub(crate) fn months(&self, from: i32, to: i32) -> Result<Vec<MonthFacts>, ReportError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT facts FROM month WHERE month BETWEEN ?1 AND ?2 ORDER BY month",
        )?;
        let mut rows = statement.query((from, to))?;
        let mut months = Vec::new();
        while let Some(row) = rows.next()? {
            months.push(unseal(row.get_ref(0)?.as_blob().map_err(|_| ReportError::Damaged)?)?);
        }
        Ok(months)
    }

    /// A digest over everything that reports read: equal stores have equal digests.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn digest(&self) -> Result<[u8; 32], ReportError> {
        let mut hasher = Sha256::new();
        for query in [
            "SELECT 'setup' || seq, CAST(figures AS BLOB) FROM setup ORDER BY seq",
            "SELECT 'day' || date || '/' || seq, facts FROM day ORDER BY date",
            "SELECT 'month' || month, facts FROM month ORDER BY month",
            "SELECT 'first_case' || code, CAST(date AS BLOB) FROM first_case ORDER BY code",
        ] {
            let mut statement = self.connection.prepare(query)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let (name, value): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
                hasher.update((name.len() as u64).to_le_bytes());
                hasher.update(name.as_bytes());
                hasher.update((value.len() as u64).to_le_bytes());
                hasher.update(&value);
            }
        }
        Ok(hasher.finalize().into())
    }

    /// Reads where the file stands and goes on from there.
    fn load(&mut self) -> Result<(), ReportError> {
        self.follower = Follower::default();
        (self.seq, self.stored_seq) = (0, 0);
        let office: Option<String> = self.meta("office")?;
        let Some(office) = office else { return self.claim() };
        if office != self.reader.office() {
            return Err(ReportError::Damaged);
        }
        let check: String =
            self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if check != "ok" {
            return Err(ReportError::Damaged);
        }
        let Some(seq) = self.meta::<i64>("seq")?.map(unsigned) else { return Ok(()) };
        let hash: Vec<u8> = self.meta("hash")?.ok_or(ReportError::Damaged)?;
        let record = self.reader.read(seq, 1)?;
        if record.first().is_none_or(|record| record.hash[..] != hash[..]) {
            return Err(ReportError::Damaged);
        }
        let state: Vec<u8> = self.meta("state")?.ok_or(ReportError::Damaged)?;
        let office = snapshot::decode(snapshot::VERSION, &unseal::<Vec<u8>>(&state)?)
            .map_err(|_| ReportError::Damaged)?;
        self.follower = Follower::resume(office);
        (self.seq, self.stored_seq) = (seq, seq);
        Ok(())
    }

    fn meta<T: rusqlite::types::FromSql>(&self, name: &str) -> Result<Option<T>, ReportError> {
        let mut statement =
            self.connection.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
        Ok(statement.query_row([name], |row| row.get(0)).optional()?)
    }

    fn try_catch_up(&mut self) -> Result<(), Stop> {
        let Derived { reader, connection, follower, seq, stored_seq, .. } = self;
        let mut stop = None;
        let from = *seq + 1;
        let mut each = |record: RecordRef<'_>| {
            let finding = follower.advance(&record)?;
            *seq = record.seq;
            let Some(finding) = finding else { return Ok(()) };
            let stored = match finding {
                Finding::Setup(setup) => store_setup(connection, record.seq, &setup),
                Finding::Day(date, facts) => {
                    let day = FinishedDay { date, seq: record.seq, facts };
                    store_day(connection, reader, follower, *stored_seq, &day)
                        .map(|()| *stored_seq = record.seq)
                }
            };
            stored.map_err(|error| {
                stop = Some(error);
                String::new()
            })
        };
        let replayed = reader.replay(from, &mut each);
        match (stop, replayed) {
            (Some(stop), _) => Err(stop),
            (None, Err(error)) => Err(Stop::Failed(error.into())),
            (None, Ok(_)) => Ok(()),
        }
    }

    /// Removes the file and begins an empty one.
    fn discard(&mut self) -> Result<(), ReportError> {
        let path = self.is_on_disk().then(|| self.dir.join(FILE));
        self.connection = in_memory()?;
        if let Some(path) = path {
            for suffix in ["", "-wal", "-shm"] {
                let mut name = path.clone().into_os_string();
                name.push(suffix);
                match std::fs::remove_file(&name) {
                    Ok(()) => {}
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(error) => return Err(ReportError::File { path: name.into(), error }),
                }
            }
            self.connection = open_file(&path)?;
        }
        self.follower = Follower::default();
        (self.seq, self.stored_seq) = (0, 0);
        self.claim()
    }

    /// Marks an empty store as this log's.
    fn claim(&self) -> Result<(), ReportError> {
        let office = self.reader.office();
        self.connection
            .execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('office', ?1)", [office])?;
        Ok(())
    }
}

struct FinishedDay {
    date: Date,
    seq: u64,
    facts: DayFacts,
}

fn store_setup(
    connection: &Connection,
    seq: u64,
    setup: &domain::setup::Setup,
) -> Result<(), Stop> {
    let figures = serde_json::to_string(&wire_event::figures(setup)).unwrap_or_default();
    connection
        .prepare_cached("INSERT OR REPLACE INTO setup (seq, figures) VALUES (?1, ?2)")?
        .execute((signed(seq), figures))?;
    Ok(())
}

/// Writes a finished day, its month and the office after it, in one transaction.
fn store_day(
    connection: &mut Connection,
    reader: &LogReader,
    follower: &Follower,
    stored_seq: u64,
    day: &FinishedDay,
) -> Result<(), Stop> {
    let record = reader.read(day.seq, 1).map_err(|error| Stop::Failed(error.into()))?;
    let hash = record.first().map(|record| record.hash);
    let (Some(hash), Some(state)) = (hash, snapshot::encode(follower.office())) else {
        return Err(Stop::Failed(ReportError::Damaged));
    };
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let known: Option<i64> = transaction
        .prepare_cached("SELECT value FROM meta WHERE name = 'seq'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    if known.map_or(0, unsigned) != stored_seq {
        return Err(Stop::Overtaken);
    }
    let number = day.date.as_yyyymmdd();
    transaction
        .prepare_cached("INSERT INTO day (date, seq, facts) VALUES (?1, ?2, ?3)")?
        .execute((number, signed(day.seq), seal(&day.facts)))?;
    let month = number / 100;
    let stored: Option<Vec<u8>> = transaction
        .prepare_cached("SELECT facts FROM month WHERE month = ?1")?
        .query_row([month], |row| row.get(0))
        .optional()?;
    let mut facts: MonthFacts = match stored {
        Some(bytes) => unseal(&bytes).map_err(Stop::Failed)?,
        None => MonthFacts::default(),
    };
    facts.add(&day.facts);
    transaction
        .prepare_cached("INSERT OR REPLACE INTO month (month, facts) VALUES (?1, ?2)")?
        .execute((month, seal(&facts)))?;
    for (code, count) in &day.facts.cases {
        if *count > 0 {
            transaction
                .prepare_cached("INSERT OR IGNORE INTO first_case (code, date) VALUES (?1, ?2)")?
                .execute((code, number))?;
        }
    }
    let mut meta =
        transaction.prepare_cached("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)")?;
    meta.execute(("seq", signed(day.seq)))?;
    meta.execute(("hash", &hash[..]))?;
    meta.execute(("state", seal(&state)))?;
    drop(meta);
    transaction.commit()?;
    Ok(())
}

fn open_file(path: &Path) -> Result<Connection, ReportError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    match prepare(&connection) {
        Ok(()) => Ok(connection),
        Err(ReportError::Damaged | ReportError::Store(_)) if path.exists() => {
            drop(connection);
            std::fs::remove_file(path)
                .map_err(|error| ReportError::File { path: path.to_owned(), error })?;
            let connection = Connection::open(path)?;
            connection.busy_timeout(BUSY)?;
            prepare(&connection)?;
            Ok(connection)
        }
        Err(error) => Err(error),
    }
}

fn in_memory() -> Result<Connection, ReportError> {
    let connection = Connection::open_in_memory()?;
    prepare(&connection)?;
    Ok(connection)
}

/// Makes the tables in an empty file; refuses a file of another version.
fn prepare(connection: &Connection) -> Result<(), ReportError> {
    // Losing the last days with the power is no loss: they are taken from the log again.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -1024;",
    )?;
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (version, tables) {
        (VERSION, _) => Ok(()),
        (0, 0) => {
            let make = format!("BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {VERSION}; COMMIT");
            Ok(connection.execute_batch(&make)?)
        }
        _ => Err(ReportError::Damaged),
    }
}

/// Bytes with a digest in front, so that a flipped bit is found.
fn seal(value: &impl Serialize) -> Vec<u8> {
    let bytes = postcard::to_allocvec(value).unwrap_or_default();
    let digest: [u8; 32] = Sha256::digest(&bytes).into();
    [&digest[..DIGEST_BYTES], &bytes].concat()
}

fn unseal<T: DeserializeOwned>(sealed: &[u8]) -> Result<T, ReportError> {
    let (digest, bytes) = sealed.split_at_checked(DIGEST_BYTES).ok_or(ReportError::Damaged)?;
    let found: [u8; 32] = Sha256::digest(bytes).into();
    if found[..DIGEST_BYTES] != *digest {
        return Err(ReportError::Damaged);
    }
    postcard::from_bytes(bytes).map_err(|_| ReportError::Damaged)
}

fn signed(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn unsigned(seq: i64) -> u64 {
    u64::try_from(seq).unwrap_or(0)
}

//! Reading the log: replay at a start, and reports, export and shipping while it is written.
//!
//! Every read is a short transaction over at most [`CHUNK_RECORDS`] records, so a reader never
//! keeps the write-ahead log from starting over, and never blocks the writer.

use std::path::{Path, PathBuf};
use std::sync::mpsc;

use rusqlite::Connection;

use super::LogError;
use super::record::{Hash, Record, RecordRef};
use super::schema::{self, Head, Meta};

/// Most records one read returns: at 150 bytes each, about half a megabyte.
pub const CHUNK_RECORDS: usize = 4096;
/// A chunk ends early at this size, so that large bodies do not fill the memory.
const CHUNK_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Page cache of a reader in KiB; the server's bar is 32 MB with everything in it.
const CACHE_KIB: u32 = 1024;

/// A read-only view of the log, usable while another process or thread writes it.
#[derive(Debug)]
pub struct LogReader {
    dir: PathBuf,
    connection: Connection,
    meta: Meta,
}

impl LogReader {
    /// Opens the log in the data directory `dir` for reading.
    ///
    /// # Errors
    ///
    /// There is no log, it has a newer format, or it cannot be read.
    pub fn open(dir: &Path) -> Result<Self, LogError> {
        let (connection, meta) = schema::open_reader(dir, CACHE_KIB)?;
        Ok(Self { dir: dir.to_owned(), connection, meta })
    }

    /// Returns the id of the office whose log this is.
    pub fn office(&self) -> &str {
        &self.meta.office
    }

    /// Returns the epoch new records were given when this reader was opened.
    pub fn epoch(&self) -> u32 {
        self.meta.epoch
    }

    /// Returns the last durable record's number and hash.
    ///
    /// # Errors
    ///
    /// The log cannot be read.
    pub fn head(&self) -> Result<Head, LogError> {
        schema::read_head(&self.dir, &self.connection)
    }

    /// Reads at most `limit` records (and at most [`CHUNK_RECORDS`]) from `from_seq` on.
    ///
    /// An empty answer means that there is no such record yet.
    ///
    /// # Errors
    ///
    /// A record is missing, or the log cannot be read. Hashes are not checked.
    pub fn read(&self, from_seq: u64, limit: usize) -> Result<Vec<Record>, LogError> {
        let mut records = Vec::new();
        let limit = limit.min(CHUNK_RECORDS);
        read_rows(&self.dir, &self.connection, from_seq, limit, |seq, hash, bytes| {
            records.push(Record { seq, hash: hash()?, bytes: bytes.to_vec() });
            Ok(())
        })?;
        Ok(records)
    }

    /// Reads the records of the command whose first record is `command`, oldest first.
    ///
    /// # Errors
    ///
    /// As [`LogReader::read`]; and damage if a record does not decode.
    pub fn read_command(&self, command: u64) -> Result<Vec<Record>, LogError> {
        let mut records = Vec::new();
        let mut from_seq = command;
        loop {
            let chunk = self.read(from_seq, 64)?;
            let Some(last) = chunk.last() else {
                return Ok(records);
            };
            from_seq = last.seq + 1;
            for record in chunk {
                let view = record
                    .view()
                    .map_err(|what| LogError::damaged(&self.dir, Some(record.seq), what))?;
                if view.command != command {
                    return Ok(records);
                }
                records.push(record);
            }
        }
    }

    /// Hands every record from `from_seq` to the end to `each`, oldest first.
    ///
    /// Returns the number of the last record handed over, `from_seq - 1` if there was none.
    ///
    /// # Errors
    ///
    /// As [`Log::replay`](super::Log::replay).
    pub fn replay(
        &self,
        from_seq: u64,
        each: impl FnMut(RecordRef<'_>) -> Result<(), String>,
    ) -> Result<u64, LogError> {
        replay(&self.dir, &self.connection, from_seq, each)
    }
}

/// Hands every record from `from_seq` to the end to `each`, in one thread.
pub(super) fn replay(
    dir: &Path,
    connection: &Connection,
    from_seq: u64,
    mut each: impl FnMut(RecordRef<'_>) -> Result<(), String>,
) -> Result<u64, LogError> {
    let mut chunk = Chunk::default();
    let mut next = from_seq.max(1);
    loop {
        chunk.fill(dir, connection, next)?;
        if chunk.is_empty() {
            return Ok(next - 1);
        }
        chunk.hand_over(dir, &mut each)?;
        next += chunk.len();
    }
}

/// As [`replay`], but reads ahead on a thread of its own while `each` works on the caller's.
pub(super) fn replay_ahead(
    dir: &Path,
    from_seq: u64,
    mut each: impl FnMut(RecordRef<'_>) -> Result<(), String>,
) -> Result<u64, LogError> {
    /// Two chunks ahead keep both sides busy; more would only be memory.
    const AHEAD: usize = 2;
    let (filled_sender, filled) = mpsc::sync_channel::<Result<Chunk, LogError>>(AHEAD);
    let (spent, spent_receiver) = mpsc::channel::<Chunk>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut next = from_seq.max(1);
            let reader = match LogReader::open(dir) {
                Ok(reader) => reader,
                Err(error) => return drop(filled_sender.send(Err(error))),
            };
            loop {
                let mut chunk = spent_receiver.try_recv().unwrap_or_default();
                let filled = chunk.fill(dir, &reader.connection, next);
                next += chunk.len();
                let last = chunk.is_empty();
                // An error of sending means that the consumer stopped; so does this thread.
                if filled_sender.send(filled.map(|()| chunk)).is_err() || last {
                    return;
                }
            }
        });
        let mut next = from_seq.max(1);
        for chunk in filled {
            let chunk = chunk?;
            chunk.hand_over(dir, &mut each)?;
            next += chunk.len();
            // The reader may have reached the end and gone; then the buffer is just dropped.
            drop(spent.send(chunk));
        }
        Ok(next - 1)
    })
}

/// Consecutive records in one buffer, reused from read to read.
#[derive(Debug, Default)]
struct Chunk {
    first: u64,
    ends: Vec<usize>,
    bytes: Vec<u8>,
}

impl Chunk {
    fn fill(&mut self, dir: &Path, connection: &Connection, from: u64) -> Result<(), LogError> {
        self.first = from;
        self.ends.clear();
        self.bytes.clear();
        read_rows(dir, connection, from, CHUNK_RECORDS, |_, _, bytes| {
            self.bytes.extend_from_slice(bytes);
            self.ends.push(self.bytes.len());
            Ok(())
        })
    }

    fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn len(&self) -> u64 {
        self.ends.len() as u64
    }

    fn hand_over(
        &self,
        dir: &Path,
        each: &mut impl FnMut(RecordRef<'_>) -> Result<(), String>,
    ) -> Result<(), LogError> {
        let mut start = 0;
        for (seq, &end) in (self.first..).zip(&self.ends) {
            RecordRef::decode(seq, &self.bytes[start..end])
                .and_then(&mut *each)
                .map_err(|what| LogError::damaged(dir, Some(seq), what))?;
            start = end;
        }
        Ok(())
    }
}

/// Reads the hash of the row at hand; replay does without.
type HashOf<'a> = dyn Fn() -> Result<Hash, LogError> + 'a;

/// Reads rows from `from` on in one short transaction, checking that none is missing.
///
/// `each` gets the number, a function that reads the hash, and the bytes.
fn read_rows(
    dir: &Path,
    connection: &Connection,
    from: u64,
    limit: usize,
    mut each: impl FnMut(u64, &HashOf<'_>, &[u8]) -> Result<(), LogError>,
) -> Result<(), LogError> {
    let from = from.max(1);
    let mut seq = from;
    let damaged = |seq, what: String| LogError::damaged(dir, Some(seq), what);
    let failed =
        |seq, error: rusqlite::Error| LogError::database(dir, "reading a record", &error).at(seq);
    let mut statement = connection
        .prepare_cached("SELECT seq, bytes, hash FROM record WHERE seq >= ?1 ORDER BY seq LIMIT ?2")
        .map_err(|error| failed(seq, error))?;
    let mut rows = statement
        .query((schema::signed(from), schema::signed(limit as u64)))
        .map_err(|error| failed(seq, error))?;
    let mut bytes_read = 0;
    while let Some(row) = rows.next().map_err(|error| failed(seq, error))? {
        let found = row
            .get_ref(0)
            .map_err(|error| failed(seq, error))?
            .as_i64()
            .map_err(|error| damaged(seq, error.to_string()))?;
        if found != schema::signed(seq) {
            return Err(damaged(seq, format!("it is missing; the next one is {found}")));
        }
        let bytes = row
            .get_ref(1)
            .map_err(|error| failed(seq, error))?
            .as_blob()
            .map_err(|error| damaged(seq, error.to_string()))?;
        let hash = || {
            let hash = row.get_ref(2).map_err(|error| failed(seq, error))?;
            let hash = hash.as_blob().map_err(|error| damaged(seq, error.to_string()))?;
            hash.try_into().map_err(|_| damaged(seq, "its hash is not 32 bytes".to_owned()))
        };
        each(seq, &hash, bytes)?;
        seq += 1;
        bytes_read += bytes.len();
        if bytes_read > CHUNK_BYTES_MAX {
            break;
        }
    }
    Ok(())
}

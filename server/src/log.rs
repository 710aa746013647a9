//! The log: every event of the office, durable before anyone hears of it.
//!
//! One SQLite database in WAL mode with `synchronous=FULL`, one row per event, never changed.
//! Records are numbered without gaps, carry the office and its epoch, and each holds a hash over
//! itself and the record before, so that a changed, missing or swapped record is found and named.
//! The log knows nothing of queues: a record's body is bytes that another module encodes.
//!
//! What it does not do: decide anything, read a clock, or start a thread for writing. The engine
//! drains its queue, hands everything that waited to [`Log::append`] (one commit, one flush),
//! answers, then calls [`Log::settle`]; in quiet moments it calls [`Log::idle`].
//!
//! What it cannot see by itself: that the disk lost the very end of the write-ahead log after it
//! had confirmed the flush. SQLite then takes the shorter log for the whole one. A snapshot that
//! lies beyond the end is warned of, and a copy at the centre shows it.
//!
//! Invariants
//! - [`Log::append`] returns `Ok` only after the batch is on the disk.
//! - Sequence numbers start at 1 and have no gaps; the chain of hashes has no break.
//! - After a failed append nothing more is written: memory must never be ahead of the disk.
//! - Everything else (snapshots, reports) can be rebuilt from the records.

mod directory;
mod error;
mod reader;
mod record;
mod schema;
mod snapshot;
mod verify;

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::Connection;

pub use error::LogError;
pub use reader::{CHUNK_RECORDS, LogReader};
pub use record::{
    BODY_BYTES_MAX, EVENTS_PER_COMMAND_MAX, HASH_BEFORE_FIRST, Hash, OFFICE_BYTES_MAX,
    PendingCommand, PendingEvent, RECORD_LAYOUT, Record, RecordRef, SOURCE_BYTES_MAX, check_office,
    record_hash,
};
pub use schema::{FORMAT, Head};
pub use snapshot::{Snapshot, Snapshots};
pub use verify::{BadRecord, SalvageReport, VerifyReport, find_damage, salvage, verify};

/// Frames after which an idle moment is used to copy the WAL into the database.
///
/// Not after every commit: starting the WAL over costs the next commit a second flush, and a
/// quiet office should not pay it for each ticket.
const CHECKPOINT_FRAMES_IDLE: u32 = 512;
/// Frames after which [`Log::settle`] copies the WAL even without an idle moment: 8 MiB, the
/// size to which the WAL is grown.
const CHECKPOINT_FRAMES_FORCED: u32 = 2036;
/// Size to which the WAL is grown in idle moments, because overwriting written blocks is 1.4 to
/// 2 times faster than appending (measured).
const WAL_BYTES: u64 = 8 * 1024 * 1024;
/// Bytes by which one idle moment grows the WAL, about a millisecond on an SSD.
const WAL_STEP_BYTES: u64 = 1024 * 1024;

/// How the log is opened.
#[derive(Debug, Clone)]
pub struct LogOptions {
    /// Id of the office; a log of another office is not opened. See [`check_office`].
    pub office: String,
    /// Epoch of a log that is created now. An existing log keeps its own.
    pub epoch: u32,
    /// Page cache in KiB. Small, because the whole server has 32 MB.
    pub cache_kib: u32,
    /// Records at the end whose chain is checked at the start.
    pub tail_record_count: u64,
    /// Page size in bytes of a database that is created now.
    pub page_bytes: u32,
    /// Frames after which an idle moment copies the WAL into the database.
    pub checkpoint_frames_idle: u32,
    /// Frames after which [`Log::settle`] does so without an idle moment.
    pub checkpoint_frames_forced: u32,
    /// Whether a commit waits for the disk. Anything but `Full` loses acknowledged commands;
    /// it exists so that the crash test can show that it would notice.
    pub synchronous: Synchronous,
    /// Most pages the database may have, to try a full disk; `None` for as many as fit.
    pub page_count_max: Option<u32>,
    /// Name of a registered SQLite file system in place of the operating system's, for tests.
    pub vfs: Option<&'static str>,
}

/// Whether a commit waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// Every commit is on the disk before it returns.
    Full,
    /// Commits may be lost with the power. For the crash test's canary only.
    Normal,
}

impl LogOptions {
    /// Options of a working office with the id `office`.
    pub fn new(office: impl Into<String>) -> Self {
        Self {
            office: office.into(),
            epoch: 1,
            cache_kib: 2048,
            tail_record_count: schema::TAIL_RECORDS,
            page_bytes: 4096,
            checkpoint_frames_idle: CHECKPOINT_FRAMES_IDLE,
            checkpoint_frames_forced: CHECKPOINT_FRAMES_FORCED,
            synchronous: Synchronous::Full,
            page_count_max: None,
            vfs: None,
        }
    }
}

/// The writer of the log; there is one per data directory.
#[derive(Debug)]
pub struct Log {
    dir: PathBuf,
    options: LogOptions,
    connection: Connection,
    meta: schema::Meta,
    head: Head,
    /// Frames in the WAL after the last commit, set by SQLite.
    frames: Arc<AtomicU32>,
    /// Frames in the WAL when it was last copied. Counted from there on, so that a reader that
    /// holds the copy up does not make every commit try again.
    frames_tried: u32,
    /// The write-ahead log, while it is being grown.
    wal: Option<File>,
    poisoned: Option<String>,
    buffer: Vec<u8>,
    /// Held for the life of the writer; the operating system frees it with the process.
    _lock: Option<File>,
}

/// What an append made durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Sequence number of the batch's first event; the others follow without gaps, in order.
    pub first: u64,
    /// The last event's number and hash.
    pub head: Head,
}

/// Whether there is more to do in the next idle moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// Call again when the engine is still idle.
    More,
    /// Nothing is left to do until the next append.
    Done,
}

impl Log {
    /// Opens the log in the data directory `dir`, creating both if they do not exist.
    ///
    /// Checks the chain over the last weeks, so that a torn or changed record among those that the
    /// office works with is found before anything is written after it; the rest is checked by
    /// [`find_damage`] and `verify`.
    ///
    /// # Errors
    ///
    /// Another server runs on the directory; the log belongs to another office or a newer
    /// program; it is damaged; the disk is full, read-only or failing.
    pub fn open(dir: &Path, options: LogOptions) -> Result<Self, LogError> {
        let lock = match options.vfs {
            None => Some(directory::lock(dir)?),
            Some(_) => None,
        };
        let (mut connection, meta) = schema::open_writer(dir, &options)?;
        if meta.office != options.office {
            return Err(LogError::OtherOffice { found: meta.office, expected: options.office });
        }
        let tail = options.tail_record_count;
        let head = schema::check_tail(dir, &connection, &meta, tail)?;
        let frames = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&frames);
        connection
            .wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, count| {
                counter.store(u32::try_from(count).unwrap_or(0), Ordering::Relaxed);
                Ok(())
            }))
            .map_err(|error| LogError::database(dir, "opening the log", &error))?;
        let mut log = Self {
            dir: dir.to_owned(),
            options,
            connection,
            meta,
            head,
            frames,
            frames_tried: 0,
            wal: None,
            poisoned: None,
            buffer: Vec::new(),
            _lock: lock,
        };
        // A killed predecessor may have written records that it had not flushed. Whoever opens
        // the log tells people what is in it, so it is made durable first.
        log.checkpoint()?;
        Ok(log)
    }

    /// Returns the id of the office whose log this is.
    pub fn office(&self) -> &str {
        &self.meta.office
    }

    /// Returns the epoch that new records get.
    pub fn epoch(&self) -> u32 {
        self.meta.epoch
    }

    /// Returns the last durable record's number and hash.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Returns how many frames the journal holds: for metrics. More than a few thousand means
    /// that somebody reads for long.
    pub fn journal_frames(&self) -> u32 {
        self.frames.load(Ordering::Relaxed)
    }

    /// Returns the data directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Appends the events of `batch` in order, in one commit, and returns when they are on disk.
    ///
    /// Every event of the batch becomes durable, or none does. An empty batch writes nothing.
    ///
    /// # Errors
    ///
    /// [`LogError::Refused`] if a command breaks a limit: nothing was written, the log goes on.
    /// Any other failure stops the log for good: every later append is [`LogError::Poisoned`].
    /// Whether the failed batch is on the disk is then unknown until the log is opened again.
    pub fn append(&mut self, batch: &[PendingCommand]) -> Result<Appended, LogError> {
        if let Some(first) = &self.poisoned {
            return Err(LogError::Poisoned { first: first.clone() });
        }
        for command in batch {
            command.check().map_err(|what| LogError::Refused { what })?;
        }
        let first = self.head.seq + 1;
        if batch.is_empty() {
            return Ok(Appended { first, head: self.head });
        }
        match self.write(batch) {
            Ok(head) => {
                self.head = head;
                Ok(Appended { first, head })
            }
            Err(error) => {
                let error = LogError::database(&self.dir, "appending to the log", &error);
                self.poisoned = Some(error.to_string());
                Err(error)
            }
        }
    }

    /// Keeps the write-ahead log within its size. Call it after the answers of a batch are out.
    ///
    /// Almost always returns at once; every few thousand commits it copies the WAL into the
    /// database, which takes some milliseconds.
    ///
    /// # Errors
    ///
    /// The copy failed. What was appended is safe in the WAL; a full disk is worth a warning to
    /// the people who can free space, before an append fails.
    pub fn settle(&mut self) -> Result<(), LogError> {
        if self.frames_waiting() >= self.options.checkpoint_frames_forced {
            self.checkpoint()?;
        }
        Ok(())
    }

    /// Does housekeeping for at most some milliseconds. Call it after 5 ms without a command.
    ///
    /// Copies a well-filled WAL into the database, and in the first idle moments after a start
    /// grows the WAL to its working size.
    ///
    /// # Errors
    ///
    /// As [`Log::settle`].
    pub fn idle(&mut self) -> Result<Idle, LogError> {
        if self.poisoned.is_some() {
            return Ok(Idle::Done);
        }
        if self.frames_waiting() >= self.options.checkpoint_frames_idle {
            self.checkpoint()?;
            return Ok(Idle::More);
        }
        self.grow_wal()
    }

    /// Hands every record from `from_seq` to the end to `each`, oldest first.
    ///
    /// Checks that no record is missing and that each decodes; hashes are the business of
    /// `verify`. Returns the number of the last record, `from_seq - 1` if there was none.
    ///
    /// # Errors
    ///
    /// [`LogError::Damaged`] naming the record that is missing, does not decode, or for which
    /// `each` returned an error (its text becomes part of the message).
    pub fn replay(
        &self,
        from_seq: u64,
        each: impl FnMut(RecordRef<'_>) -> Result<(), String>,
    ) -> Result<u64, LogError> {
        let last = reader::replay(&self.dir, &self.connection, from_seq, each)?;
        self.check_end(from_seq, last)
    }

    /// As [`Log::replay`], reading ahead on a second thread: for a long log at a start.
    ///
    /// # Errors
    ///
    /// As [`Log::replay`].
    pub fn replay_ahead(
        &self,
        from_seq: u64,
        each: impl FnMut(RecordRef<'_>) -> Result<(), String>,
    ) -> Result<u64, LogError> {
        let last = reader::replay_ahead(&self.dir, from_seq, each)?;
        self.check_end(from_seq, last)
    }

    /// Saves the state as it is after record `seq`, so that the next start begins there.
    ///
    /// Takes as long as writing and flushing the file. To keep that off the engine's thread,
    /// clone [`Log::snapshots`] and save from another, with [`Log::head`]'s hash.
    ///
    /// # Errors
    ///
    /// There is no record `seq`, or the disk is full, read-only or failing. The log goes on.
    pub fn save_snapshot(&self, seq: u64, version: u32, bytes: Vec<u8>) -> Result<(), LogError> {
        let hash = match seq {
            0 => HASH_BEFORE_FIRST,
            _ => schema::read_hash(&self.dir, &self.connection, seq)?,
        };
        self.snapshots().save(&Snapshot { seq, hash, version, bytes })
    }

    /// Returns the newest snapshot that belongs to this log, if there is one.
    ///
    /// One that is damaged, or was taken of another log, is ignored with a warning: the state is
    /// then replayed from an older one or from the first record.
    ///
    /// # Errors
    ///
    /// The data directory or the log cannot be read.
    pub fn latest_snapshot(&self) -> Result<Option<Snapshot>, LogError> {
        let snapshots = self.snapshots();
        for seq in snapshots.list()? {
            match self.check_snapshot(&snapshots, seq)? {
                Ok(snapshot) => return Ok(Some(snapshot)),
                Err(what) => tracing::warn!(
                    snapshot.seq = seq,
                    "snapshot after record {seq} is ignored: {what}"
                ),
            }
        }
        Ok(None)
    }

    /// Returns where snapshots are kept, for saving one from another thread.
    pub fn snapshots(&self) -> Snapshots {
        Snapshots::new(&self.dir)
    }

    /// Gives new records the epoch `epoch`, after the office was restored on this machine.
    ///
    /// # Errors
    ///
    /// The epoch is not higher than the present one, or the disk is full or failing.
    pub fn raise_epoch(&mut self, epoch: u32) -> Result<(), LogError> {
        if epoch <= self.meta.epoch {
            let what = format!("epoch {epoch} is not above the present {}", self.meta.epoch);
            return Err(LogError::Refused { what });
        }
        schema::write_epoch(&self.connection, epoch)
            .map_err(|error| LogError::database(&self.dir, "raising the epoch", &error))?;
        self.meta.epoch = epoch;
        Ok(())
    }

    /// Closes the log: copies the WAL into the database, so that `log.sqlite` alone is complete.
    ///
    /// # Errors
    ///
    /// The copy failed; what was appended is still safe in the WAL.
    pub fn close(self) -> Result<(), LogError> {
        let Self { dir, connection, _lock: lock, .. } = self;
        let closed = connection
            .close()
            .map_err(|(_, error)| LogError::database(&dir, "closing the log", &error));
        drop(lock);
        closed
    }

    fn write(&mut self, batch: &[PendingCommand]) -> rusqlite::Result<Head> {
        let mut head = self.head;
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        {
            let mut insert = self
                .connection
                .prepare_cached("INSERT INTO record (seq, hash, bytes) VALUES (?1, ?2, ?3)")?;
            for command in batch {
                let first = head.seq + 1;
                for event in &command.events {
                    let seq = head.seq + 1;
                    self.buffer.clear();
                    record_of(command, event, self.meta.epoch, first, seq).encode(&mut self.buffer);
                    let hash = record_hash(&self.meta.office, seq, &head.hash, &self.buffer);
                    insert.execute((schema::signed(seq), &hash[..], &self.buffer[..]))?;
                    head = Head { seq, hash };
                }
            }
        }
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(head)
    }

    fn frames_waiting(&mut self) -> u32 {
        let frames = self.journal_frames();
        if frames < self.frames_tried {
            // The WAL started over.
            self.frames_tried = 0;
        }
        frames - self.frames_tried
    }

    fn checkpoint(&mut self) -> Result<(), LogError> {
        let copied = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
            Ok((row.get::<_, u32>(1)?, row.get::<_, u32>(2)?))
        });
        let (frames, copied) = copied.map_err(|error| {
            LogError::database(&self.dir, "copying the log's journal into it", &error)
        })?;
        self.frames_tried = self.journal_frames();
        if copied < frames && frames >= self.options.checkpoint_frames_forced * 2 {
            tracing::warn!(
                journal.frames = frames,
                "a long read keeps the log's journal from starting over; it has {frames} frames"
            );
        }
        Ok(())
    }

    /// Writes zeros after the WAL's end, where SQLite sees the rest of an older, longer WAL.
    fn grow_wal(&mut self) -> Result<Idle, LogError> {
        if self.options.vfs.is_some() {
            return Ok(Idle::Done);
        }
        let path = directory::wal_path(&self.dir);
        let failed = |source| directory::directory_error(&path, source);
        let wal = match self.wal.take() {
            Some(wal) => wal,
            None => OpenOptions::new().read(true).write(true).open(&path).map_err(failed)?,
        };
        let length = wal.metadata().map_err(failed)?.len();
        if length >= WAL_BYTES {
            return Ok(Idle::Done);
        }
        let step = WAL_STEP_BYTES.min(WAL_BYTES - length);
        wal.write_all_at(&vec![0; usize::try_from(step).unwrap_or(0)], length).map_err(failed)?;
        if length + step < WAL_BYTES {
            self.wal = Some(wal);
            return Ok(Idle::More);
        }
        wal.sync_data().map_err(failed)?;
        Ok(Idle::Done)
    }

    fn check_end(&self, from_seq: u64, last: u64) -> Result<u64, LogError> {
        if last < self.head.seq && from_seq <= self.head.seq {
            return Err(LogError::damaged(&self.dir, Some(last + 1), "it is missing"));
        }
        Ok(last)
    }

    fn check_snapshot(
        &self,
        snapshots: &Snapshots,
        seq: u64,
    ) -> Result<Result<Snapshot, String>, LogError> {
        let snapshot = match snapshots.load(seq) {
            Ok(snapshot) => snapshot,
            Err(what) => return Ok(Err(what)),
        };
        if seq > self.head.seq {
            return Ok(Err(format!(
                "the log ends at record {}, before it; was an older log restored?",
                self.head.seq
            )));
        }
        let hash = match seq {
            0 => Some(HASH_BEFORE_FIRST),
            _ => schema::find_hash(&self.dir, &self.connection, seq)?,
        };
        if hash != Some(snapshot.hash) {
            return Ok(Err("it was taken of another log".to_owned()));
        }
        Ok(Ok(snapshot))
    }
}

fn record_of<'a>(
    command: &'a PendingCommand,
    event: &'a PendingEvent,
    epoch: u32,
    first: u64,
    seq: u64,
) -> RecordRef<'a> {
    let is_first = seq == first;
    RecordRef {
        seq,
        epoch,
        at_ms: command.at_ms,
        day: event.day,
        command: first,
        kind: event.kind,
        version: event.version,
        source: &command.source,
        key: command.key.filter(|_| is_first),
        request: command.request.filter(|_| is_first),
        body: &event.body,
    }
}

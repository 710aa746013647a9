//! A data directory that removes itself, and records to put into it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use server::log::{Log, LogOptions, PendingCommand, PendingEvent};

/// The office of every test.
pub(crate) const OFFICE: &str = "test-office";

/// A directory under the system's temporary one, removed when dropped.
#[derive(Debug)]
pub(crate) struct DataDir(PathBuf);

impl DataDir {
    pub(crate) fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("log-{name}-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the temporary directory can be written");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn open(&self) -> Log {
        Log::open(&self.0, LogOptions::new(OFFICE)).expect("the log opens")
    }

    /// Opens the log as one that is too long to be checked whole at a start.
    pub(crate) fn open_long(&self) -> Log {
        let options = LogOptions { tail_record_count: 64, ..LogOptions::new(OFFICE) };
        Log::open(&self.0, options).expect("the log opens")
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        // A directory left behind is only litter.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A command with `events` events whose contents depend on `number`.
pub(crate) fn command(number: u64, events: u32) -> PendingCommand {
    PendingCommand {
        at_ms: 1_700_000_000_000 + i64::try_from(number).expect("numbers are small") * 250,
        source: format!("kiosk-{}", number % 3).into_bytes(),
        key: number.is_multiple_of(2).then(|| [u8::try_from(number % 251).unwrap(); 16]),
        request: number.is_multiple_of(2).then(|| [u8::try_from(number % 241).unwrap(); 32]),
        events: (0..events)
            .map(|index| PendingEvent {
                day: 20_240_401,
                kind: u16::try_from(number % 30).unwrap(),
                version: 1,
                body: format!("event {index} of command {number}").into_bytes(),
            })
            .collect(),
    }
}

/// Appends `count` commands of one event each, some in a commit.
pub(crate) fn fill(log: &mut Log, count: u64) {
    /// Each commit waits for the disk, and most tests want records, not commits.
    const BATCH: u64 = 250;
    let end = log.head().seq + count;
    while log.head().seq < end {
        let batch = (log.head().seq..end).take(BATCH as usize);
        let batch: Vec<_> = batch.map(|number| command(number, 1)).collect();
        log.append(&batch).expect("the append succeeds");
    }
}

/// Appends `count` commands of one event each, one commit per command.
pub(crate) fn commit(log: &mut Log, count: u64) {
    for _ in 0..count {
        fill(log, 1);
    }
}

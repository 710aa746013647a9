//! What the machine takes at the least.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;

use rusqlite::Connection;

use super::sample::{Figure, Samples};
use super::table::Table;
use super::workload::Pace;
use super::{Failure, Plan};

/// Bytes of a record, and of a message on the wire.
pub(super) const RECORD_BYTES: usize = 256;
/// Size of the file that is written again and again: the log's journal is as long.
const FILE_BYTES: usize = 8 * 1_024 * 1_024;
/// Commits that bring a new journal to its working size.
const WARM_COMMITS: usize = 1_500;

/// Samples of one run of a raw limit.
pub(super) fn samples(plan: &Plan, pace: Pace) -> usize {
    match pace {
        Pace::Busy => plan.pick(1_000, 4_000),
        Pace::Quiet | Pace::Every(_) => plan.pick(30, 80),
    }
}

/// The raw limits as rows of their own.
pub(super) fn measure(plan: &Plan, table: &mut Table) -> Result<(), Failure> {
    let dir = plan.fresh("limit")?;
    for pace in [Pace::Busy, Pace::Quiet] {
        let count = samples(plan, pace);
        let (mut echoes, mut syncs, mut commits) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..plan.runs() {
            echoes.push(tcp_echo(count, pace)?);
            syncs.push(sync(&dir, count, pace)?);
            commits.push(sqlite_commit(&dir, count, pace)?);
        }
        let name = pace.name();
        table.show_figure(&format!("raw TCP round trip, {name}"), &echoes);
        table.show_figure(&format!("raw 256 B overwrite + fdatasync, {name}"), &syncs);
        table.show_figure(&format!("raw SQLite commit (WAL, FULL), {name}"), &commits);
    }
    Ok(())
}

/// 256 bytes there and back over loopback, between two threads that wait in `read`.
pub(super) fn tcp_echo(count: usize, pace: Pace) -> Result<Figure, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut near = TcpStream::connect(listener.local_addr()?)?;
    let (mut far, _) = listener.accept()?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let echo = std::thread::spawn(move || {
        let mut bytes = [0; RECORD_BYTES];
        // Ends with the connection.
        while far.read_exact(&mut bytes).is_ok() && far.write_all(&bytes).is_ok() {}
    });
    let mut bytes = [7; RECORD_BYTES];
    let figure = repeat(count, pace, || {
        near.write_all(&bytes)?;
        near.read_exact(&mut bytes)
    })?;
    drop(near);
    echo.join().map_err(|_| "the echo stopped early")?;
    Ok(figure)
}

/// One record over blocks that have been written before, and its flush.
pub(super) fn sync(dir: &Path, count: usize, pace: Pace) -> Result<Figure, Failure> {
    let mut log = RawLog::create(dir)?;
    let record = [7; RECORD_BYTES];
    repeat(count, pace, || log.append(&record))
}

/// One row, one commit.
fn sqlite_commit(dir: &Path, count: usize, pace: Pace) -> Result<Figure, Failure> {
    let path = dir.join("raw.sqlite");
    for name in ["raw.sqlite", "raw.sqlite-wal", "raw.sqlite-shm"] {
        // It may not be there.
        let _ = std::fs::remove_file(dir.join(name));
    }
    let connection = Connection::open(&path)?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; CREATE TABLE record (seq INTEGER PRIMARY KEY, bytes BLOB);",
    )?;
    connection.query_row("PRAGMA wal_autocheckpoint = 0", [], |_| Ok(()))?;
    let mut insert = connection.prepare("INSERT INTO record (bytes) VALUES (?1)")?;
    let record = [7_u8; RECORD_BYTES];
    for _ in 0..WARM_COMMITS {
        insert.execute([&record[..]])?;
    }
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
    let mut done = 0;
    repeat(count, pace, || {
        done += 1;
        // A copy in so many commits is too rare to reach the p99.
        let full = done % WARM_COMMITS == 0;
        insert.execute([&record[..]]).map_err(std::io::Error::other)?;
        match full {
            true => connection
                .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
                .map_err(std::io::Error::other),
            false => Ok(()),
        }
    })
}

fn repeat(
    count: usize,
    pace: Pace,
    mut operation: impl FnMut() -> std::io::Result<()>,
) -> Result<Figure, Failure> {
    let mut samples = Samples::default();
    for _ in 0..count.div_ceil(20) {
        operation()?;
    }
    let mut last = Instant::now();
    for _ in 0..count {
        pace.wait(last);
        last = Instant::now();
        operation()?;
        samples.push(last.elapsed());
    }
    Ok(samples.figure())
}

/// A log with nothing around it: records one after the other over written blocks.
#[derive(Debug)]
pub(super) struct RawLog {
    file: File,
    at: usize,
}

impl RawLog {
    pub(super) fn create(dir: &Path) -> std::io::Result<RawLog> {
        let path = dir.join("raw.log");
        let file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        file.write_all_at(&vec![1; FILE_BYTES], 0)?;
        file.sync_all()?;
        Ok(RawLog { file, at: 0 })
    }

    /// Writes `records` and returns when they are on disk.
    pub(super) fn append(&mut self, records: &[u8]) -> std::io::Result<()> {
        if self.at + records.len() > FILE_BYTES {
            self.at = 0;
        }
        self.file.write_all_at(records, self.at as u64)?;
        self.at += records.len();
        self.file.sync_data()
    }
}

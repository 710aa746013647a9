//! Measures the log against the raw disk in one run, and prints JSON.
//!
//! Run `cargo run --release -p server --example log_bench -- [RECORDS] [DIR]`: RECORDS to replay
//! (default 1,000,000), DIR on the disk to measure (default: the system's temporary directory,
//! which is only right if that is a disk). Latencies are in microseconds.
//! The figures mean something only as ratios within one run; a run that calls itself void, none.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};
use server::log::{Idle, Log, LogError, LogOptions, PendingCommand, PendingEvent};

/// Commits per latency figure: enough that the 99th percentile has 30 values above it.
const COMMITS: usize = 3_000;
/// Records per commit while the log for the replay is built.
const BUILD_BATCH: u64 = 2_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let records = arguments.next().map_or(Ok(1_000_000), |text| text.parse::<u64>())?;
    let parent = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = parent.join(format!("log-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    let result = measure(&dir, records);
    std::fs::remove_dir_all(&dir)?;
    #[expect(clippy::print_stdout, reason = "the figures are this program's output")]
    {
        println!("{:#}", result?);
    }
    Ok(())
}

fn measure(dir: &Path, records: u64) -> Result<Value, Box<dyn std::error::Error>> {
    let raw_one = raw(dir, 256)?;
    let mut log = Log::open(&dir.join("data"), LogOptions::new("bench"))?;
    grow(&mut log)?;
    let one = appends(&mut log, 1)?;
    let raw_many = raw(dir, 64 * 256)?;
    let many = appends(&mut log, 64)?;
    let replay = replay(log, &dir.join("data"), records)?;
    // With other load on the cores the raw limit itself is not one: then nothing is learnt.
    let void = raw_one.p99 > 10.0 * raw_one.p50 || raw_many.p99 > 10.0 * raw_many.p50;
    Ok(json!({
        "void": void,
        "raw_256_bytes_us": raw_one.json(),
        "append_1_us": one.json(),
        "append_1_p50_to_raw": ratio(one.p50, raw_one.p50),
        "append_1_p99_to_raw": ratio(one.p99, raw_one.p99),
        "raw_16_kib_us": raw_many.json(),
        "append_64_us": many.json(),
        "append_64_p50_to_raw": ratio(many.p50, raw_many.p50),
        "append_64_records_per_s": (64.0e6 / many.mean).round(),
        "raw_64_records_per_s": (64.0e6 / raw_many.mean).round(),
        "replay": replay,
    }))
}

/// Percentiles of one series, in microseconds.
struct Latency {
    p50: f64,
    p99: f64,
    max: f64,
    mean: f64,
}

impl Latency {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |share: usize| values[(values.len() * share / 100).min(values.len() - 1)];
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        Self { p50: at(50), p99: at(99), max: at(100), mean }
    }

    fn json(&self) -> Value {
        let [p50, p99, max, mean] =
            [self.p50, self.p99, self.max, self.mean].map(|us| (us * 10.0).round() / 10.0);
        json!({"p50": p50, "p99": p99, "max": max, "mean": mean})
    }
}

fn ratio(value: f64, limit: f64) -> f64 {
    (value / limit * 100.0).round() / 100.0
}

fn timed<E>(mut work: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_nanos() as f64 / 1000.0)
}

/// Overwrites blocks that are already written, flushing each time: the limit of a log.
fn raw(dir: &Path, bytes: usize) -> std::io::Result<Latency> {
    let file: File = OpenOptions::new()
        .create(true)
        .truncate(true)
        .read(true)
        .write(true)
        .open(dir.join("raw"))?;
    file.write_all_at(&vec![1; 8 * 1024 * 1024], 0)?;
    file.sync_all()?;
    let data = vec![2; bytes];
    let mut values = Vec::with_capacity(COMMITS);
    for index in 0..COMMITS {
        let at = (index * bytes) % (8 * 1024 * 1024 - bytes);
        values.push(timed(|| {
            file.write_all_at(&data, at as u64)?;
            file.sync_data()
        })?);
    }
    Ok(Latency::of(values))
}

fn appends(log: &mut Log, records: u64) -> Result<Latency, LogError> {
    let mut values = Vec::with_capacity(COMMITS);
    for _ in 0..COMMITS {
        let batch: Vec<_> = (0..records).map(|index| command(log.head().seq + index)).collect();
        values.push(timed(|| log.append(&batch).map(|_| ()))?);
        log.settle()?;
    }
    Ok(Latency::of(values))
}

fn grow(log: &mut Log) -> Result<(), LogError> {
    while log.idle()? == Idle::More {}
    Ok(())
}

fn replay(mut log: Log, dir: &Path, records: u64) -> Result<Value, Box<dyn std::error::Error>> {
    while log.head().seq < records {
        let first = log.head().seq;
        let count = BUILD_BATCH.min(records - first);
        let batch: Vec<_> = (0..count).map(|index| command(first + index)).collect();
        log.append(&batch)?;
        log.settle()?;
    }
    let head = log.head().seq;
    log.save_snapshot(head, 1, vec![0; 512 * 1024])?;
    log.close()?;
    let database_bytes = std::fs::metadata(dir.join("log.sqlite"))?.len();
    let mut log = None;
    let open_us = timed(|| {
        let opened = Log::open(dir, LogOptions::new("bench"))?;
        opened.latest_snapshot()?;
        log = Some(opened);
        Ok::<(), LogError>(())
    })?;
    let log = log.ok_or("the log did not open")?;
    let mut sum = 0_u64;
    let alone_us = timed(|| log.replay(1, |record| add(&mut sum, record.body)).map(|_| ()))?;
    let ahead_us = timed(|| log.replay_ahead(1, |record| add(&mut sum, record.body)).map(|_| ()))?;
    let mut good = false;
    let verify_us = timed(|| {
        good = server::log::verify(dir)?.is_good();
        Ok::<(), LogError>(())
    })?;
    Ok(json!({
        "records": head,
        "database_mb": database_bytes / 1_000_000,
        "open_and_load_snapshot_ms": (open_us / 100.0).round() / 10.0,
        "one_thread_ns_per_record": (alone_us * 1000.0 / head as f64).round(),
        "read_ahead_ns_per_record": (ahead_us * 1000.0 / head as f64).round(),
        "verify_ns_per_record": (verify_us * 1000.0 / head as f64).round(),
        "verify_is_good": good,
        "peak_memory_kib": peak_memory_kib(),
        "sum": sum,
    }))
}

/// Touches the body as a decoder would, so that the reading is not skipped.
fn add(sum: &mut u64, body: &[u8]) -> Result<(), String> {
    *sum += body.iter().map(|&byte| u64::from(byte)).sum::<u64>();
    Ok(())
}

fn peak_memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// A command of an office's usual size: 40 bytes of body, a key on every other one.
fn command(number: u64) -> PendingCommand {
    let digest = [u8::try_from(number % 256).unwrap_or(0); 32];
    PendingCommand {
        at_ms: 1_700_000_000_000 + i64::try_from(number).unwrap_or(0) * 1000,
        source: b"kiosk-1".to_vec(),
        key: number.is_multiple_of(2).then_some([7; 16]),
        request: number.is_multiple_of(2).then_some(digest),
        events: vec![PendingEvent {
            day: 20_240_401,
            kind: u16::try_from(number % 30).unwrap_or(0),
            version: 1,
            body: vec![u8::try_from(number % 251).unwrap_or(0); 40],
        }],
    }
}

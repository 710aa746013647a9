//! The power fails at every moment of a storm, and no acknowledged record is lost.
//!
//! A storm of appends, checkpoints, restarts and kills runs on a recorded disk. Then the power is
//! cut after each thing that happened to the disk: everything unsynced is kept, dropped, or kept
//! in part. The real code opens what is left, and every record that was acknowledged must be
//! there, unchanged, with none that was not asked for.
//!
//! `YOBIDASHI_CRASH_STATES=N` tries N states (a release: 1,000,000), `YOBIDASHI_CRASH_SEED=S`
//! begins with seed S.

use std::path::Path;
use std::time::{Duration, Instant};

use server::log::{
    HASH_BEFORE_FIRST, Hash, Head, Log, LogOptions, PendingCommand, PendingEvent, Synchronous,
    record_hash,
};

use crate::power::{Dice, Disk, Disks, Doubt, Happening, Loss, Shared, guard};

/// States that a plain test run tries.
const STATES_DEFAULT: u64 = 6_000;
/// States tried per moment: nothing lost, everything lost, and parts.
const LOSSES: [Loss; 4] = [Loss::Nothing, Loss::Everything, Loss::Some(4), Loss::Some(6)];
const OFFICE: &str = "crash";

#[test]
fn no_power_cut_loses_an_acknowledged_record() {
    let states = number("YOBIDASHI_CRASH_STATES", STATES_DEFAULT);
    let seed = number("YOBIDASHI_CRASH_SEED", 1);
    let disks = Disks::register("crash-full");
    let start = Instant::now();
    let tally = storms(&disks, "crash-full", Synchronous::Full, seed, states);
    let rate = tally.states as f64 / start.elapsed().max(Duration::from_millis(1)).as_secs_f64();
    let figures = format!(
        "seeds {seed}..{}: {} states, {} of them with records in doubt, {rate:.0} states/s",
        tally.seed_next, tally.states, tally.in_doubt
    );
    print(&figures);
    assert!(tally.violations.is_empty(), "{figures}: {:#?}", tally.violations);
    assert!(tally.states >= states, "only {} states", tally.states);
    assert!(tally.in_doubt > 0, "no cut fell between asking and acknowledging");
}

#[test]
fn a_log_that_does_not_wait_for_the_disk_is_caught_losing_records() {
    let disks = Disks::register("crash-normal");
    let tally = storms(&disks, "crash-normal", Synchronous::Normal, 1, 400);
    let lost = tally.violations.iter().filter(|what| what.contains("lost")).count();
    assert!(lost > 20, "the test would not notice lost records: {:?}", tally.violations);
}

/// What the storms of several seeds came to.
#[derive(Debug, Default)]
struct Tally {
    states: u64,
    in_doubt: u64,
    seed_next: u64,
    violations: Vec<String>,
}

fn storms(
    disks: &Disks,
    vfs: &'static str,
    synchronous: Synchronous,
    seed: u64,
    states: u64,
) -> Tally {
    /// Enough to see what is wrong; a broken setting breaks thousands.
    const VIOLATIONS_MAX: usize = 200;
    let mut tally = Tally { seed_next: seed, ..Tally::default() };
    while tally.states < states && tally.violations.len() < VIOLATIONS_MAX {
        // The first storm is short and cut at every moment; the others are long, and cut at a
        // few moments each, because another storm teaches more than the next moment.
        let (commits, spread) = if tally.seed_next == seed { (15, 1) } else { (60, 24) };
        let storm = Storm::run(disks, vfs, synchronous, tally.seed_next, commits);
        storm.cut(disks, &mut tally, spread);
        tally.seed_next += 1;
    }
    tally
}

/// One recorded run of the writer.
struct Storm {
    seed: u64,
    options: LogOptions,
    happenings: Vec<Happening>,
    /// The hash of every record that was written, at its number; 0 is before the first.
    hashes: Vec<Hash>,
    /// Numbers of the last record of each batch: no other number may be the last one found.
    ends: Vec<u64>,
}

impl Storm {
    fn run(
        disks: &Disks,
        vfs: &'static str,
        synchronous: Synchronous,
        seed: u64,
        commits: u64,
    ) -> Self {
        let mut dice = Dice::new(seed);
        let mut options = LogOptions::new(OFFICE);
        options.vfs = Some(vfs);
        options.synchronous = synchronous;
        options.page_bytes = [512, 1024, 4096][dice.below(3) as usize];
        options.checkpoint_frames_forced = 4 + u32::try_from(dice.below(60)).unwrap();
        options.checkpoint_frames_idle = options.checkpoint_frames_forced / 3 + 1;
        let disk = disks.plug("storm", Disk::recording());
        let dir = Path::new("/storm");
        let mut log = Log::open(dir, options.clone()).expect("a new log opens");
        let mut ends = vec![0];
        for _ in 0..commits {
            match dice.below(40) {
                // A clean stop, and a kill: nothing is closed, the next start meets the rest.
                0 => log.close().unwrap(),
                1 => std::mem::forget(log),
                _ => {
                    append(&mut log, &disk, &mut dice);
                    ends.push(log.head().seq);
                    if dice.below(6) == 0 {
                        log.idle().unwrap();
                    }
                    continue;
                }
            }
            log = Log::open(dir, options.clone()).expect("the log opens again");
        }
        let hashes = chain(&log);
        drop(log);
        let happenings = guard(&disk).take_record();
        Self { seed, options, happenings, hashes, ends }
    }

    /// Cuts the power after one happening of `spread` on average.
    fn cut(&self, disks: &Disks, tally: &mut Tally, spread: u64) {
        let mut dice = Dice::new(self.seed ^ 0xC0FF_EE00);
        let mut doubt = Doubt::default();
        let mut known = Known {
            hashes: self.hashes.clone(),
            ends: self.ends.clone(),
            acknowledged: 0,
            asked: 0,
        };
        for (moment, happening) in self.happenings.iter().enumerate() {
            doubt.add(happening);
            known.note(happening);
            for loss in LOSSES {
                if dice.below(spread) == 0 {
                    let left = disks.plug("left", Disk::with(doubt.disk(loss, &mut dice)));
                    let found = self.check(&left, &known);
                    tally.count(&known, &found, || {
                        format!("seed {}, moment {moment} ({loss:?})", self.seed)
                    });
                }
            }
            if dice.below(spread * 8) == 0 {
                self.cut_after_kill(disks, tally, &doubt, &known, &mut dice);
            }
        }
    }

    /// Kills the writer here, starts the next one, and cuts the power during or after its start.
    ///
    /// What the next one has read, it tells people: it must not be lost either, though the
    /// killed one had not flushed it.
    fn cut_after_kill(
        &self,
        disks: &Disks,
        tally: &mut Tally,
        doubt: &Doubt,
        known: &Known,
        dice: &mut Dice,
    ) {
        let killed = disks.plug("left", doubt.killed());
        let found = self.check(&killed, known);
        tally.count(known, &found, || format!("seed {}, killed", self.seed));
        let Ok(found) = found else { return };
        let mut known = known.clone();
        known.hashes.truncate(usize::try_from(found.seq).unwrap());
        known.hashes.push(found.hash);
        known.ends.retain(|end| *end < found.seq);
        known.ends.push(found.seq);
        known.asked = found.seq - 1;
        let mut doubt = doubt.clone();
        let happenings = guard(&killed).take_record();
        for (moment, happening) in happenings.iter().enumerate() {
            doubt.add(happening);
            known.note(happening);
            if dice.below(8) == 0 {
                let loss = LOSSES[usize::try_from(dice.below(4)).unwrap()];
                let left = disks.plug("left", Disk::with(doubt.disk(loss, dice)));
                let found = self.check(&left, &known);
                tally.count(&known, &found, || {
                    format!("seed {}, killed, then moment {moment} ({loss:?})", self.seed)
                });
            }
        }
    }

    /// Opens what is left, looks for every acknowledged record, and appends another.
    ///
    /// Returns the head after that.
    fn check(&self, left: &Shared, known: &Known) -> Result<Head, String> {
        let mut log = Log::open(Path::new("/left"), self.options.clone())
            .map_err(|error| format!("it does not open: {error}"))?;
        let head = log.head();
        guard(left).mark(Happening::Acknowledged(head.seq));
        if head.seq < known.acknowledged {
            return Err(format!("records {}..={} are lost", head.seq + 1, known.acknowledged));
        }
        if head.seq > known.asked {
            return Err(format!("record {} was never asked for", head.seq));
        }
        if known.ends.binary_search(&head.seq).is_err() {
            return Err(format!("record {} is the middle of a commit", head.seq));
        }
        let expected = &known.hashes[usize::try_from(head.seq).unwrap()];
        if head.hash != *expected || chain(&log).last() != Some(expected) {
            return Err(format!("a record up to {} is not as written", head.seq));
        }
        guard(left).mark(Happening::Asked(head.seq + 1));
        let next = log.append(&[command(1, 10)]).map_err(|error| error.to_string())?;
        if next.head.seq != head.seq + 1 {
            return Err(format!("the next record was numbered {}", next.head.seq));
        }
        guard(left).mark(Happening::Acknowledged(next.head.seq));
        log.close().map_err(|error| error.to_string())?;
        check_pages(Path::new("/left"), &self.options)?;
        Ok(next.head)
    }
}

/// What the records must be, at one moment.
#[derive(Debug, Clone)]
struct Known {
    /// The hash of every record, at its number; 0 is before the first.
    hashes: Vec<Hash>,
    /// Numbers at which the log may end.
    ends: Vec<u64>,
    acknowledged: u64,
    asked: u64,
}

impl Known {
    fn note(&mut self, happening: &Happening) {
        if let Happening::Asked(seq) = happening {
            self.asked = *seq;
        }
        if let Happening::Acknowledged(seq) = happening {
            self.acknowledged = *seq;
        }
    }
}

impl Tally {
    fn count(&mut self, known: &Known, found: &Result<Head, String>, at: impl Fn() -> String) {
        self.states += 1;
        self.in_doubt += u64::from(known.asked != known.acknowledged);
        if let Err(what) = found {
            self.violations.push(format!("{}: {what}", at()));
        }
    }
}

fn append(log: &mut Log, disk: &std::sync::Mutex<Disk>, dice: &mut Dice) {
    let batch: Vec<_> = (0..1 + dice.below(6))
        .map(|_| {
            let length = match dice.below(20) {
                0 => dice.below(20_000),
                _ => dice.below(200),
            };
            command(1 + dice.below(3), usize::try_from(length).unwrap())
        })
        .collect();
    let events: usize = batch.iter().map(|command| command.events.len()).sum();
    let asked = log.head().seq + events as u64;
    guard(disk).mark(Happening::Asked(asked));
    let appended = log.append(&batch).expect("the disk works");
    assert_eq!(appended.head.seq, asked);
    guard(disk).mark(Happening::Acknowledged(asked));
    log.settle().unwrap();
}

fn command(events: u64, length: usize) -> PendingCommand {
    let event = PendingEvent { day: 20_240_401, kind: 3, version: 1, body: vec![0x5A; length] };
    PendingCommand {
        at_ms: 1_700_000_000_000,
        source: b"kiosk-1".to_vec(),
        key: Some([1; 16]),
        request: Some([2; 32]),
        events: vec![event; usize::try_from(events).unwrap()],
    }
}

/// Computes the chain from the records as they decode, not as their stored hashes say.
fn chain(log: &Log) -> Vec<Hash> {
    let mut hashes = vec![HASH_BEFORE_FIRST];
    let mut bytes = Vec::new();
    log.replay(1, |record| {
        bytes.clear();
        record.encode(&mut bytes);
        let previous = hashes[hashes.len() - 1];
        hashes.push(record_hash(OFFICE, record.seq, &previous, &bytes));
        Ok(())
    })
    .expect("every record decodes");
    hashes
}

fn check_pages(dir: &Path, options: &LogOptions) -> Result<(), String> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
    let vfs = options.vfs.expect("the disks of this test are registered");
    rusqlite::Connection::open_with_flags_and_vfs(dir.join("log.sqlite"), flags, vfs)
        .and_then(|connection| {
            connection.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0))
        })
        .map_err(|error| error.to_string())
        .and_then(|verdict| if verdict == "ok" { Ok(()) } else { Err(verdict) })
}

fn number(variable: &str, default: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")),
        Err(_) => default,
    }
}

#[expect(clippy::print_stderr, reason = "the seeds of a random test belong to its result")]
fn print(figures: &str) {
    eprintln!("{figures}");
}

//! Appending, reading back, closing and opening.

use std::path::Path;

use server::log::{
    BODY_BYTES_MAX, Idle, Log, LogError, LogOptions, LogReader, Record, SOURCE_BYTES_MAX,
};

use crate::data_dir::{DataDir, OFFICE, command, commit, fill};

#[test]
fn records_are_numbered_without_gaps_and_read_back_as_written() {
    let dir = DataDir::new("numbered");
    let mut log = dir.open();
    let appended = log.append(&[command(1, 2), command(2, 3)]).unwrap();
    assert_eq!((appended.first, appended.head.seq), (1, 5));
    let appended = log.append(&[command(3, 1)]).unwrap();
    assert_eq!((appended.first, appended.head.seq), (6, 6));

    let mut seen = Vec::new();
    let last = log
        .replay(1, |record| {
            let body = String::from_utf8(record.body.to_vec()).map_err(|e| e.to_string())?;
            seen.push((record.seq, record.command, record.key.is_some(), body));
            Ok(())
        })
        .unwrap();
    assert_eq!(last, 6);
    let expected = [
        (1, 1, false, "event 0 of command 1"),
        (2, 1, false, "event 1 of command 1"),
        (3, 3, true, "event 0 of command 2"),
        (4, 3, false, "event 1 of command 2"),
        (5, 3, false, "event 2 of command 2"),
        (6, 6, false, "event 0 of command 3"),
    ];
    let expected = expected.map(|(seq, first, key, body)| (seq, first, key, body.to_owned()));
    assert_eq!(seen, expected);
}

#[test]
fn a_closed_log_opens_with_everything_and_goes_on_numbering() {
    let dir = DataDir::new("reopened");
    let mut log = dir.open();
    commit(&mut log, 100);
    let head = log.head();
    log.close().unwrap();
    assert!(!dir.path().join("log.sqlite-wal").exists(), "log.sqlite alone is complete");

    let mut log = dir.open();
    assert_eq!(log.head(), head);
    assert_eq!(log.append(&[command(7, 1)]).unwrap().first, 101);
    assert_eq!(replay_ahead_count(&log, 1), 101);
    assert_eq!(replay_ahead_count(&log, 101), 1);
    assert_eq!(replay_ahead_count(&log, 102), 0);
}

#[test]
fn a_second_server_on_the_same_directory_is_told_so() {
    let dir = DataDir::new("locked");
    let log = dir.open();
    let error = Log::open(dir.path(), LogOptions::new(OFFICE)).unwrap_err();
    assert!(matches!(error, LogError::Locked { .. }), "{error}");
    assert!(error.to_string().contains("already running"), "{error}");
    log.close().unwrap();
    dir.open().close().unwrap();
}

#[test]
fn a_log_of_another_office_is_not_opened() {
    let dir = DataDir::new("other-office");
    dir.open().close().unwrap();
    let error = Log::open(dir.path(), LogOptions::new("elsewhere")).unwrap_err();
    let LogError::OtherOffice { found, expected } = error else { panic!("{error}") };
    assert_eq!((found.as_str(), expected.as_str()), (OFFICE, "elsewhere"));
}

#[test]
fn a_record_beyond_a_limit_is_refused_and_the_log_goes_on() {
    let dir = DataDir::new("limits");
    let mut log = dir.open();
    let mut body = command(1, 1);
    body.events[0].body = vec![0; BODY_BYTES_MAX + 1];
    let mut source = command(1, 1);
    source.source = vec![b'x'; SOURCE_BYTES_MAX + 1];
    for refused in [body, source, command(1, 0)] {
        let error = log.append(&[command(1, 1), refused]).unwrap_err();
        assert!(matches!(error, LogError::Refused { .. }), "{error}");
    }
    assert_eq!(log.head().seq, 0);
    let mut largest = command(1, 1);
    largest.events[0].body = vec![7; BODY_BYTES_MAX];
    largest.source = vec![b'x'; SOURCE_BYTES_MAX];
    assert_eq!(log.append(&[largest.clone()]).unwrap().head.seq, 1);
    let record: Record = LogReader::open(dir.path()).unwrap().read(1, 1).unwrap().remove(0);
    assert_eq!(record.view().unwrap().body, &largest.events[0].body[..]);
}

#[test]
fn a_reader_follows_a_running_server_and_never_blocks_it() {
    let dir = DataDir::new("reader");
    let mut log = dir.open();
    fill(&mut log, 10);
    let reader = LogReader::open(dir.path()).unwrap();
    assert_eq!(reader.office(), OFFICE);
    assert_eq!(reader.head().unwrap(), log.head());
    assert_eq!(reader.read(4, 3).unwrap().iter().map(|r| r.seq).collect::<Vec<_>>(), [4, 5, 6]);
    assert!(reader.read(11, 5).unwrap().is_empty());
    let head = log.append(&[command(1, 3)]).unwrap().head;
    let command = reader.read_command(11).unwrap();
    assert_eq!(command.iter().map(|r| r.seq).collect::<Vec<_>>(), [11, 12, 13]);
    assert_eq!(command[2].hash, head.hash);
}

#[test]
fn a_killed_server_leaves_everything_to_the_next_one_and_to_readers() {
    let dir = DataDir::new("killed");
    let mut log = dir.open();
    commit(&mut log, 300);
    let left = DataDir::new("left");
    for name in ["log.sqlite", "log.sqlite-wal"] {
        std::fs::copy(dir.path().join(name), left.path().join(name)).unwrap();
    }
    let reader = LogReader::open(left.path()).unwrap();
    assert_eq!(reader.head().unwrap(), log.head());
    let next = left.open();
    assert_eq!(next.head(), log.head());
    assert_eq!(replay_ahead_count(&next, 1), 300);
}

#[test]
fn a_reader_that_stays_holds_up_the_journal_but_neither_the_writer_nor_itself() {
    let dir = DataDir::new("long-read");
    let mut options = LogOptions::new(OFFICE);
    options.checkpoint_frames_forced = 16;
    let mut log = Log::open(dir.path(), options).unwrap();
    commit(&mut log, 100);
    let connection = rusqlite::Connection::open(dir.path().join("log.sqlite")).unwrap();
    let long_read = connection.unchecked_transaction().unwrap();
    let count = || -> i64 {
        long_read.query_row("SELECT count(*) FROM record", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(count(), 100);
    for _ in 0..10 {
        commit(&mut log, 20);
        log.settle().unwrap();
    }
    assert_eq!(count(), 100, "a read sees one moment");
    assert!(log.journal_frames() > 200, "{} frames", log.journal_frames());
    long_read.finish().unwrap();
    for _ in 0..10 {
        commit(&mut log, 20);
        log.settle().unwrap();
    }
    assert!(log.journal_frames() < 100, "{} frames", log.journal_frames());
    assert_eq!(replay_ahead_count(&log, 1), 500);
}

#[test]
fn a_reader_opens_a_log_whose_server_is_stopped() {
    let dir = DataDir::new("stopped");
    let mut log = dir.open();
    fill(&mut log, 10);
    log.close().unwrap();
    assert_eq!(LogReader::open(dir.path()).unwrap().read(1, 100).unwrap().len(), 10);
    assert_eq!(missing(Path::new("/nonexistent-directory")).code(), "not_a_log");
}

#[test]
fn quiet_moments_grow_the_journal_and_copy_it_without_losing_anything() {
    let dir = DataDir::new("idle");
    let mut options = LogOptions::new(OFFICE);
    options.checkpoint_frames_idle = 8;
    options.checkpoint_frames_forced = 32;
    let mut log = Log::open(dir.path(), options).unwrap();
    for round in 0..20 {
        commit(&mut log, 20);
        log.settle().unwrap();
        if round % 7 == 0 {
            while log.idle().unwrap() == Idle::More {}
        }
    }
    let journal = dir.path().join("log.sqlite-wal");
    assert_eq!(std::fs::metadata(journal).unwrap().len(), 8 * 1024 * 1024);
    assert_eq!(replay_ahead_count(&log, 1), 400);
    drop(log);
    assert_eq!(dir.open().head().seq, 400);
}

/// The engine's thread owns the log; readers live on other threads.
const _: () = {
    const fn is_send<T: Send>() {}
    is_send::<Log>();
    is_send::<LogReader>();
};

fn missing(dir: &Path) -> LogError {
    LogReader::open(dir).unwrap_err()
}

fn replay_ahead_count(log: &Log, from: u64) -> u64 {
    let mut count = 0;
    let last = log
        .replay_ahead(from, |_| {
            count += 1;
            Ok(())
        })
        .unwrap();
    assert_eq!(last + 1, from + count);
    count
}

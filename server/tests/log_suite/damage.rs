//! A log that was changed, cut short or overwritten: named, explained, and saved as far as good.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use server::log::{
    BadRecord, Log, LogError, LogOptions, LogReader, Snapshot, Snapshots, salvage, verify,
};

use crate::data_dir::{DataDir, OFFICE, fill};

/// A closed log of 1,000 records.
fn damaged(name: &str, damage: impl FnOnce(&Path)) -> DataDir {
    let dir = DataDir::new(name);
    let mut log = dir.open();
    fill(&mut log, 1_000);
    log.close().unwrap();
    damage(dir.path());
    dir
}

fn sql(dir: &Path, statement: &str) {
    let connection = Connection::open(dir.join("log.sqlite")).unwrap();
    assert_eq!(connection.execute(statement, []).unwrap(), 1, "{statement}");
}

fn open_error(dir: &Path) -> LogError {
    Log::open(dir, LogOptions::new(OFFICE)).expect_err("the damage is found")
}

#[test]
fn a_record_cut_short_at_the_end_stops_the_start_with_its_number_and_the_way_out() {
    let cut = "UPDATE record SET bytes = substr(bytes, 1, length(bytes) - 3) WHERE seq = 1000";
    let dir = damaged("cut-short", |dir| sql(dir, cut));
    let error = open_error(dir.path());
    let LogError::Damaged { seq: Some(1000), .. } = &error else { panic!("{error}") };
    let message = error.to_string();
    assert!(message.contains("damaged at record 1000"), "{message}");
    let command = format!("yobidashi verify --data {}", dir.path().display());
    assert!(message.contains(&command), "{message}");
}

#[test]
fn a_record_cut_to_a_few_bytes_is_named_too() {
    let cut = "UPDATE record SET bytes = substr(bytes, 1, 12) WHERE seq = 1000";
    let dir = damaged("cut-to-nothing", |dir| sql(dir, cut));
    let message = open_error(dir.path()).to_string();
    assert!(message.contains("damaged at record 1000: it is cut short"), "{message}");
}

#[test]
fn a_byte_flipped_in_the_file_is_found_by_verify_with_what_is_good_before_it() {
    let dir = damaged("flipped", |dir| {
        let path = dir.join("log.sqlite");
        let mut bytes = fs::read(&path).unwrap();
        let text = b"event 0 of command 499";
        let at = bytes.windows(text.len()).position(|window| window == text).unwrap();
        bytes[at] ^= 0x20;
        fs::write(&path, bytes).unwrap();
    });
    let report = verify(dir.path()).unwrap();
    assert_eq!(report.good.seq, 499);
    let bad = report.first_bad.clone().unwrap();
    assert_eq!((bad.seq, bad.after_count), (500, Some(500)));
    assert!(bad.what.contains("do not match its hash"), "{}", bad.what);
    assert!(!report.is_good());
    let text = report.to_string();
    assert!(text.contains("good records: 499") && text.contains("first bad record: 500"), "{text}");
}

#[test]
fn a_replay_over_a_changed_record_stops_the_start() {
    let flip = "UPDATE record SET bytes = CAST(x'07' || substr(bytes, 2) AS BLOB) WHERE seq = 500";
    let dir = damaged("layout", |dir| sql(dir, flip));
    let log = dir.open_long();
    for result in [log.replay(1, |_| Ok(())), log.replay_ahead(1, |_| Ok(()))] {
        let message = result.unwrap_err().to_string();
        assert!(message.contains("damaged at record 500: its layout 7 is unknown"), "{message}");
    }
    let message = log.replay(501, |record| match record.seq {
        700 => Err("its body is no event".to_owned()),
        _ => Ok(()),
    });
    let message = message.unwrap_err().to_string();
    assert!(message.contains("damaged at record 700: its body is no event"), "{message}");
}

#[test]
fn a_missing_record_is_named_by_replay_reader_and_verify() {
    let dir = damaged("missing", |dir| sql(dir, "DELETE FROM record WHERE seq = 300"));
    let log = dir.open_long();
    let expected = "damaged at record 300: it is missing";
    let message = log.replay(1, |_| Ok(())).unwrap_err().to_string();
    assert!(message.contains(expected), "{message}");
    let message = LogReader::open(dir.path()).unwrap().read(290, 20).unwrap_err().to_string();
    assert!(message.contains(expected), "{message}");
    assert_eq!(verify(dir.path()).unwrap().first_bad.unwrap().seq, 300);
}

#[test]
fn a_changed_record_of_the_last_weeks_stops_the_start() {
    let flip = "UPDATE record SET bytes = CAST(substr(bytes, 1, 20) || x'07' || substr(bytes, 22)
        AS BLOB) WHERE seq = 400";
    let dir = damaged("weeks", |dir| sql(dir, flip));
    let message = open_error(dir.path()).to_string();
    assert!(message.contains("damaged at record 400"), "{message}");
    assert!(message.contains("yobidashi verify"), "{message}");
    let found = server::log::find_damage(dir.path()).unwrap().unwrap();
    assert_eq!(found.seq, 400, "{found}");
}

#[test]
fn a_record_missing_near_the_end_stops_the_start() {
    let dir = damaged("missing-end", |dir| sql(dir, "DELETE FROM record WHERE seq = 990"));
    let message = open_error(dir.path()).to_string();
    assert!(message.contains("damaged at record 990: it is missing"), "{message}");
}

#[test]
fn records_that_changed_places_are_found() {
    let swap = "UPDATE record SET
        bytes = (SELECT bytes FROM record WHERE seq = 401),
        hash = (SELECT hash FROM record WHERE seq = 401) WHERE seq = 400";
    let dir = damaged("swapped", |dir| sql(dir, swap));
    let bad = verify(dir.path()).unwrap().first_bad.unwrap();
    assert_eq!(bad.seq, 400, "{bad}");
}

#[test]
fn a_file_cut_in_half_or_overwritten_is_refused_with_the_way_out() {
    let half = damaged("half", |dir| {
        let path = dir.join("log.sqlite");
        let length = fs::metadata(&path).unwrap().len();
        fs::File::options().write(true).open(&path).unwrap().set_len(length / 2).unwrap();
    });
    let overwritten = damaged("overwritten", |dir| {
        let path = dir.join("log.sqlite");
        let mut bytes = fs::read(&path).unwrap();
        bytes[..4096].fill(0xA5);
        fs::write(&path, bytes).unwrap();
    });
    for dir in [half, overwritten] {
        let error = open_error(dir.path());
        assert!(matches!(error, LogError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains("yobidashi verify --data"), "{error}");
    }
    let overwritten = damaged("unreadable", |dir| {
        fs::write(dir.join("log.sqlite"), [0xA5; 8192]).unwrap();
    });
    let error = verify(overwritten.path()).unwrap_err();
    assert!(error.to_string().contains("restore the newest backup"), "{error}");
}

#[test]
fn a_database_of_another_program_or_a_newer_one_is_told_apart_from_damage() {
    let dir = damaged("other-program", |dir| {
        let connection = Connection::open(dir.join("log.sqlite")).unwrap();
        connection.execute_batch("PRAGMA application_id = 7").unwrap();
    });
    assert!(matches!(open_error(dir.path()), LogError::NotALog { .. }));
    let dir = damaged("newer", |dir| {
        let connection = Connection::open(dir.join("log.sqlite")).unwrap();
        connection.execute_batch("PRAGMA user_version = 99").unwrap();
    });
    let LogError::NewerFormat { found, known } = open_error(dir.path()) else {
        panic!("a newer format is told apart");
    };
    assert_eq!((found, known), (99, 1));
}

#[test]
fn the_good_part_is_copied_to_a_new_directory_and_goes_on_in_a_new_epoch() {
    let flip = "UPDATE record SET bytes = CAST(bytes || x'00' AS BLOB) WHERE seq = 800";
    let dir = damaged("salvage", |dir| sql(dir, flip));
    let before = fs::read(dir.path().join("log.sqlite")).unwrap();
    let out = DataDir::new("salvaged");
    let report = salvage(dir.path(), out.path()).unwrap();
    assert_eq!((report.copied.seq, report.epoch), (799, 2));
    assert!(matches!(report.first_bad, Some(BadRecord { seq: 800, after_count: Some(200), .. })));
    assert_eq!(
        fs::read(dir.path().join("log.sqlite")).unwrap(),
        before,
        "the old log is as it was"
    );

    let mut log = out.open();
    assert_eq!((log.head(), log.epoch()), (report.copied, 2));
    fill(&mut log, 1);
    let last = LogReader::open(out.path()).unwrap().read(800, 1).unwrap().remove(0);
    assert_eq!(last.view().unwrap().epoch, 2);
    log.close().unwrap();
    assert!(verify(out.path()).unwrap().is_good());
    let again = salvage(dir.path(), out.path()).unwrap_err();
    assert!(matches!(again, LogError::Refused { .. }), "{again}");
}

#[test]
fn a_good_log_is_called_good_even_while_a_server_writes_it() {
    let dir = DataDir::new("good");
    let mut log = dir.open();
    fill(&mut log, 5_000);
    let report = verify(dir.path()).unwrap();
    assert!(report.is_good(), "{report}");
    assert_eq!(report.good, log.head());
    fill(&mut log, 1);
}

#[test]
fn an_epoch_only_rises_and_marks_the_records_after_it() {
    let dir = DataDir::new("epoch");
    let mut log = dir.open();
    fill(&mut log, 1);
    assert!(matches!(log.raise_epoch(1), Err(LogError::Refused { .. })));
    log.raise_epoch(5).unwrap();
    fill(&mut log, 1);
    drop(log);
    let mut log = dir.open();
    let mut epochs = Vec::new();
    log.replay(1, |record| {
        epochs.push(record.epoch);
        Ok(())
    })
    .unwrap();
    assert_eq!((log.epoch(), epochs), (5, vec![1, 5]));
    fill(&mut log, 1);
    drop(log);
    assert!(verify(dir.path()).unwrap().is_good());
}

#[test]
fn the_newest_snapshot_that_belongs_to_the_log_is_used() {
    let dir = DataDir::new("snapshots");
    let mut log = dir.open();
    assert_eq!(log.latest_snapshot().unwrap(), None);
    for seq in [10, 20, 30] {
        fill(&mut log, 10);
        log.save_snapshot(seq, 3, format!("state after {seq}").into_bytes()).unwrap();
    }
    let snapshots = log.snapshots();
    assert_eq!(snapshots.list().unwrap(), [30, 20], "the last two are kept");
    let snapshot = log.latest_snapshot().unwrap().unwrap();
    assert_eq!((snapshot.seq, snapshot.version), (30, 3));
    assert_eq!(snapshot.bytes, b"state after 30");

    let path = dir.path().join(format!("snapshot-{:020}.bin", 30));
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    assert_eq!(log.latest_snapshot().unwrap().unwrap().seq, 20, "a damaged one is ignored");

    let foreign = Snapshot { seq: 25, hash: [9; 32], version: 3, bytes: Vec::new() };
    Snapshots::new(dir.path()).save(&foreign).unwrap();
    assert_eq!(log.latest_snapshot().unwrap(), None, "one of another log is ignored");
    let ahead = Snapshot { seq: 31, hash: log.head().hash, version: 3, bytes: Vec::new() };
    snapshots.save(&ahead).unwrap();
    assert_eq!(log.latest_snapshot().unwrap(), None, "one beyond the log's end is ignored");
    let report = verify(dir.path()).unwrap();
    assert!(report.is_good(), "bad snapshots do not make the log bad: {report}");
    assert_eq!(report.snapshots.iter().filter(|(_, wrong)| wrong.is_some()).count(), 2);
    snapshots.clear().unwrap();
    assert_eq!(snapshots.list().unwrap(), Vec::<u64>::new());
    assert!(matches!(log.save_snapshot(31, 3, Vec::new()), Err(LogError::Damaged { .. })));
}

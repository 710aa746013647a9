//! The derived store is rebuilt from the log, never repaired (invariant 1).

use std::fs;

use server::report::{Days, Derived, Reports};
use server::verify::{DerivedState, verify};

use crate::data_dir::{DataDir, range};
use crate::replica::Replica;

const FROM: &str = "2023-06-01";
const TO: &str = "2023-07-31";

fn two_months() -> DataDir {
    DataDir::simulated(FROM, TO, 5, 60)
}

#[test]
fn taking_in_the_log_bit_by_bit_gives_what_a_rebuild_gives() {
    let source = two_months();
    let mut replica = Replica::of(source.path());
    let mut kept = Derived::open(replica.dir().path()).unwrap();
    let mut seq = 0;
    let mut grown = 1;
    while grown > 0 {
        let before = replica.len();
        // Steps that begin and end anywhere within a day.
        seq += 173 + seq % 89;
        replica.grow_to(seq);
        grown = replica.len() - before;
        assert_eq!(kept.catch_up().unwrap(), replica.len());
        if seq % 5 == 0 {
            kept = Derived::open(replica.dir().path()).unwrap();
        }
    }
    let mut fresh = Derived::open_in_memory(source.path()).unwrap();
    fresh.catch_up().unwrap();
    assert_eq!(kept.digest().unwrap(), fresh.digest().unwrap());
}

#[test]
fn two_readers_may_keep_one_store_up_to_date() {
    let source = two_months();
    let mut replica = Replica::of(source.path());
    let mut first = Derived::open(replica.dir().path()).unwrap();
    let mut second = Derived::open(replica.dir().path()).unwrap();
    for step in 1..30 {
        replica.grow_to(step * 400);
        let (one, other) =
            if step % 2 == 0 { (&mut first, &mut second) } else { (&mut second, &mut first) };
        assert_eq!(one.catch_up().unwrap(), other.catch_up().unwrap());
    }
    let mut fresh = Derived::open_in_memory(replica.dir().path()).unwrap();
    fresh.catch_up().unwrap();
    assert_eq!(first.digest().unwrap(), fresh.digest().unwrap());
    assert_eq!(second.digest().unwrap(), fresh.digest().unwrap());
}

#[test]
fn a_store_that_is_missing_damaged_or_of_another_version_is_made_anew() {
    let dir = two_months();
    let report = dir.report(FROM, TO, Days::Finished);
    let file = dir.path().join("derived.sqlite");
    let bytes = fs::read(&file).unwrap();
    let half = bytes[..bytes.len() / 2].to_vec();
    let mut version = bytes.clone();
    version[60..64].copy_from_slice(&999_u32.to_be_bytes());
    let mut flipped = bytes.clone();
    for place in (4_096..flipped.len()).step_by(997) {
        flipped[place] ^= 0x10;
    }
    let broken: [(&str, Option<Vec<u8>>); 6] = [
        ("missing", None),
        ("empty", Some(Vec::new())),
        ("no database", Some(b"this is no database at all, only words".repeat(40))),
        ("cut in half", Some(half)),
        ("of another version", Some(version)),
        ("full of flipped bits", Some(flipped)),
    ];
    for (what, bytes) in broken {
        for suffix in ["-wal", "-shm"] {
            let _ = fs::remove_file(dir.path().join(format!("derived.sqlite{suffix}")));
        }
        match bytes {
            Some(bytes) => fs::write(&file, bytes).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        assert_eq!(dir.report(FROM, TO, Days::Finished), report, "{what}");
        assert!(verify(dir.path(), false).unwrap().is_good(), "{what}");
    }
}

#[test]
fn a_store_of_another_history_is_made_anew() {
    let (ours, other) = (two_months(), DataDir::simulated(FROM, TO, 6, 60));
    let report = ours.report(FROM, TO, Days::Finished);
    other.report(FROM, TO, Days::Finished);
    let file = |dir: &DataDir| dir.path().join("derived.sqlite");
    fs::copy(file(&other), file(&ours)).unwrap();
    assert_eq!(ours.report(FROM, TO, Days::Finished), report);
}

#[test]
fn verify_finds_figures_that_were_changed_and_makes_them_anew_when_told() {
    let dir = two_months();
    dir.report(FROM, TO, Days::Finished);
    assert_eq!(verify(dir.path(), false).unwrap().derived, DerivedState::Agrees);
    let store = rusqlite::Connection::open(dir.path().join("derived.sqlite")).unwrap();
    store.execute("UPDATE first_case SET date = date - 1 WHERE code = '7'", []).unwrap();
    drop(store);
    let found = verify(dir.path(), false).unwrap();
    assert_eq!((found.derived, found.is_good()), (DerivedState::Differs, false));
    let rebuilt = verify(dir.path(), true).unwrap();
    assert_eq!((rebuilt.derived, rebuilt.is_good()), (DerivedState::Rebuilt, true));
    assert_eq!(verify(dir.path(), false).unwrap().derived, DerivedState::Agrees);
}

#[test]
fn verify_does_not_trust_figures_of_a_damaged_log() {
    let dir = two_months();
    dir.report(FROM, TO, Days::Finished);
    let log = rusqlite::Connection::open(dir.path().join("log.sqlite")).unwrap();
    let read = "SELECT bytes FROM record WHERE seq = 700";
    let mut bytes: Vec<u8> = log.query_row(read, [], |row| row.get(0)).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    log.execute("UPDATE record SET bytes = ?1 WHERE seq = 700", [bytes]).unwrap();
    drop(log);
    let found = verify(dir.path(), false).unwrap();
    assert_eq!((found.derived, found.is_good()), (DerivedState::NotCompared, false));
    assert_eq!(found.log.first_bad.map(|bad| bad.seq), Some(700));
}

#[test]
fn a_server_answers_reports_while_the_log_grows() {
    let source = two_months();
    let mut replica = Replica::of(source.path());
    replica.grow_to(300);
    let reports = Reports::start(replica.dir().path()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let asked = range(FROM, TO, Days::WithOpen);
    for step in 1..8 {
        replica.grow_to(step * 700);
        let told = runtime.block_on(reports.report(asked)).unwrap();
        assert_eq!(told, replica.dir().report(FROM, TO, Days::WithOpen));
    }
    let backwards = range(TO, FROM, Days::Finished);
    assert!(runtime.block_on(reports.report(backwards)).is_err());
    assert!(runtime.block_on(reports.report(asked)).is_ok(), "a bad question ends nothing");
}

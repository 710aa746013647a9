//! The disk fails, is full or is read-only: a clear message, and nothing acknowledged is lost.

use std::path::Path;

use server::log::{Log, LogError, LogOptions};

use crate::data_dir::{DataDir, OFFICE, command, commit, fill};
use crate::power::{Disk, Disks, Fault, guard};

const DIR: &str = "/disk";

#[test]
fn a_disk_that_fails_at_any_moment_of_an_append_stops_the_log_and_keeps_the_rest() {
    let disks = Disks::register("faults-fail");
    let moments = fail_at_every_moment(&disks, "faults-fail", Fault::FailFrom, "disk");
    assert!(moments > 5, "only {moments} moments were tried");
}

#[test]
fn a_disk_without_room_at_any_moment_of_an_append_stops_the_log_and_keeps_the_rest() {
    let disks = Disks::register("faults-full");
    let moments = fail_at_every_moment(&disks, "faults-full", Fault::FullFrom, "disk_full");
    assert!(moments > 5, "only {moments} moments were tried");
}

/// Appends to a disk that breaks down at its first change, then at its second, and so on until
/// the append is through before it breaks. Returns how many moments that were.
fn fail_at_every_moment(
    disks: &Disks,
    vfs: &'static str,
    fault: impl Fn(u64) -> Fault,
    code: &str,
) -> u64 {
    let mut options = LogOptions::new(OFFICE);
    options.vfs = Some(vfs);
    options.page_bytes = 512;
    for moment in 1.. {
        let disk = disks.plug("disk", Disk::default());
        let mut log = Log::open(Path::new(DIR), options.clone()).unwrap();
        fill(&mut log, 20);
        guard(&disk).set_fault(Some(fault(moment)));
        let result = log.append(&[command(1, 5), command(2, 5)]);
        let Err(error) = result else { return moment - 1 };
        assert_eq!(error.code(), code, "{error}");
        guard(&disk).set_fault(None);
        let after = log.append(&[command(3, 1)]).unwrap_err();
        assert!(matches!(&after, LogError::Poisoned { first } if *first == error.to_string()));
        assert_eq!(log.head().seq, 20, "nothing unacknowledged is counted");
        drop(log);
        let log = Log::open(Path::new(DIR), options.clone()).unwrap();
        assert!([20, 30].contains(&log.head().seq), "the batch is there whole, or not at all");
        assert_eq!(log.replay(1, |_| Ok(())).unwrap(), log.head().seq);
    }
    unreachable!("an append makes a limited number of changes")
}

#[test]
fn a_full_disk_while_the_journal_is_copied_is_a_warning_and_the_log_goes_on() {
    let disks = Disks::register("faults-copy");
    let disk = disks.plug("disk", Disk::default());
    let mut options = LogOptions::new(OFFICE);
    options.vfs = Some("faults-copy");
    options.checkpoint_frames_forced = 10;
    let mut log = Log::open(Path::new(DIR), options.clone()).unwrap();
    commit(&mut log, 20);
    guard(&disk).set_fault(Some(Fault::FullFrom(1)));
    let error = log.settle().unwrap_err();
    assert!(matches!(error, LogError::DiskFull { .. }), "{error}");
    guard(&disk).set_fault(None);
    commit(&mut log, 20);
    log.settle().unwrap();
    drop(log);
    assert_eq!(Log::open(Path::new(DIR), options).unwrap().head().seq, 40);
}

#[test]
fn a_log_on_a_disk_that_became_read_only_says_so() {
    let disks = Disks::register("faults-read-only");
    let disk = disks.plug("disk", Disk::default());
    let mut options = LogOptions::new(OFFICE);
    options.vfs = Some("faults-read-only");
    let mut log = Log::open(Path::new(DIR), options.clone()).unwrap();
    fill(&mut log, 20);
    log.close().unwrap();
    guard(&disk).set_fault(Some(Fault::ReadOnly));
    let error = Log::open(Path::new(DIR), options.clone())
        .and_then(|mut log| log.append(&[command(1, 1)]))
        .unwrap_err();
    assert!(matches!(error, LogError::ReadOnly { .. }), "{error}");
    assert!(error.to_string().contains("read-only"), "{error}");
    guard(&disk).set_fault(None);
    assert_eq!(Log::open(Path::new(DIR), options).unwrap().head().seq, 20);
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    // Nobody, not even root, can create files here.
    let error = Log::open(Path::new("/sys/kernel"), LogOptions::new(OFFICE)).unwrap_err();
    assert!(matches!(error, LogError::ReadOnly { .. }), "{error}");
    let message = error.to_string();
    assert!(message.contains("/sys/kernel"), "{message}");
    assert!(message.contains("check its mount options and permissions"), "{message}");
}

#[test]
fn a_database_at_its_size_limit_keeps_everything_acknowledged() {
    let dir = DataDir::new("full");
    let mut options = LogOptions::new(OFFICE);
    options.page_count_max = Some(20);
    let mut log = Log::open(dir.path(), options).unwrap();
    let error = loop {
        if let Err(error) = log.append(&[command(log.head().seq, 3)]) {
            break error;
        }
    };
    assert!(matches!(error, LogError::DiskFull { .. }), "{error}");
    assert!(error.to_string().contains("free some space"), "{error}");
    let acknowledged = log.head();
    assert!(acknowledged.seq > 100, "only {} records fitted", acknowledged.seq);
    assert!(matches!(log.append(&[command(1, 1)]), Err(LogError::Poisoned { .. })));
    drop(log);
    let mut log = dir.open();
    assert_eq!(log.head(), acknowledged);
    fill(&mut log, 1);
}

//! The build really flushes with `fdatasync`, once per commit.

use std::path::Path;
use std::process::Command;

use crate::data_dir::DataDir;

/// A test of this program that makes 100 commits of one record each, and little else.
const COMMITS: &str = "writing::a_closed_log_opens_with_everything_and_goes_on_numbering";

#[test]
fn every_commit_is_one_fdatasync() {
    // Cargo hands the compiler of this file the same variables as that of SQLite.
    let flags = option_env!("LIBSQLITE3_FLAGS").unwrap_or_default();
    assert!(
        flags.contains("-DHAVE_FDATASYNC=1"),
        "LIBSQLITE3_FLAGS is {flags:?}: .cargo/config.toml was not read"
    );
    let dir = DataDir::new("strace");
    let Some(calls) = trace(&dir.path().join("calls")) else {
        // Counting needs strace and the right to trace; the flag above is checked everywhere.
        return;
    };
    let count = |name: &str| calls.lines().filter(|line| line.contains(name)).count();
    let (data, full) = (count("fdatasync("), count("fsync("));
    assert!((100..130).contains(&data), "{data} calls of fdatasync for 101 commits");
    assert!(full < 10, "{full} calls of fsync");
}

/// Runs the commits under strace and returns the flushes, or `None` where it cannot trace.
fn trace(calls: &Path) -> Option<String> {
    let program = std::env::current_exe().expect("a test knows its program");
    let output = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=fsync,fdatasync", "-o"])
        .arg(calls)
        .arg(program)
        .args(["--exact", COMMITS])
        .output()
        .ok()?;
    let ran = String::from_utf8_lossy(&output.stdout).contains("1 passed");
    if !ran {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("ptrace"), "the traced commits failed: {said}");
        return None;
    }
    std::fs::read_to_string(calls).ok()
}

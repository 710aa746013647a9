//! `yobidashi check`, run as a technician runs it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::process::{Command, Output};

use server::config::DEFAULT_OFFICE;

/// What `check` says about an office file with this text.
fn check(text: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("office.toml");
    std::fs::write(&file, text).unwrap();
    Command::new(env!("CARGO_BIN_EXE_yobidashi")).arg("check").arg(&file).output().unwrap()
}

#[test]
fn the_printed_default_has_no_mistakes() {
    let output = check(DEFAULT_OFFICE);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("no mistakes"));
}

#[test]
fn addresses_that_serve_would_refuse_are_mistakes_of_the_file() {
    let printer = r#"kiosk-1 = "virtual:printer?profile=epson-jp""#;
    let bell = r#"management = "virtual:board?driver=lcus&channel=1""#;
    assert!(DEFAULT_OFFICE.contains(printer) && DEFAULT_OFFICE.contains(bell));
    let text = DEFAULT_OFFICE
        .replace(printer, r#"kiosk-1 = "serial:/dev/ticket-printer?baud=115000""#)
        .replace(bell, r#"management = "virtual:""#);
    let output = check(&text);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    for expected in ["devices.printers.kiosk-1", "baud=115000", "devices.bells.management"] {
        assert!(told.contains(expected), "{expected} is not in: {told}");
    }
}

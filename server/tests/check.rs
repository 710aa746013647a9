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

#[test]
fn every_mistake_is_named_at_once_and_each_address_by_its_column() {
    let mistakes = r#"
[slips.placs]
a = "x"
[slips.layouts.lobby]
ticket = ["errand", "qrr"]
[devices.printers]
kiosk-1 = "tcp:192.0.2.7:99100?profile=epson-jp"
[devices.bells]
management = "virtual:board?driver=lcuss"
[devices.panels]
1 = "virtual:panel?template=%02{numbr}%03"
[devices.buttons.pad]
address = "tcp:?count=4"
counter = "1"
kiosk = "kiosk-1"
keys = { 1 = "call-next", 2 = "recall" }
"#;
    let own = DEFAULT_OFFICE.find("[devices").unwrap();
    let end = DEFAULT_OFFICE[own..].find("[[").map_or(DEFAULT_OFFICE.len(), |at| own + at);
    let text = format!("{}{}{mistakes}", &DEFAULT_OFFICE[..own], &DEFAULT_OFFICE[end..]);
    let output = check(&text);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    for expected in [
        ":11: devices.printers.kiosk-1: \"tcp:192.0.2.7:99100?profile=epson-jp\" does not say",
        ":14: devices.bells.management: driver=lcuss cannot be used; expected lcus, modbus",
        ":5: devices.panels.1: template=",
        ":11: devices.buttons.pad: \"tcp:?count=4\" does not say where; expected a host and port",
        "devices.buttons.pad.counter: a device stands at a kiosk and at a counter",
        "slips.layouts.lobby.ticket[2]: \"qrr\" is not one of the choices",
        "slips.layouts.lobby.ticket: \"label\" is missing",
        "slips.placs: unknown key",
    ] {
        assert!(told.contains(expected), "{expected} is not in: {told}");
    }
    assert_eq!(told.lines().count(), 8, "{told}");
}

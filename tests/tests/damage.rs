//! Disks that are full, torn, flipped or read-only, and starts that must not succeed: each gives a
//! clear message, and nothing that was acknowledged is lost.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it must be"
)]

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use serde_json::{Value, json};
use tests::harness::http::{Client, Request};
use tests::harness::process::{NotStarted, Start, yobidashi};
use tests::harness::{MORNING, Office, default_office, export, roomy};

/// Issues tickets and returns their labels.
fn issue(client: &mut Client, count: usize) -> Vec<String> {
    let issue = |_| client.post("/api/v1/tickets", &json!({ "queue": "enrol" })).label();
    (0..count).map(issue).collect()
}

/// Labels of all tickets in a log.
fn labels(log: &[Value]) -> Vec<String> {
    let issued = log.iter().filter(|record| record["event"]["kind"] == "ticket_issued");
    issued.map(|record| record["event"]["label"].as_str().unwrap().to_owned()).collect()
}

fn refused(start: &Start) -> String {
    match start.run() {
        Ok(_) => panic!("it started all the same"),
        Err(NotStarted { status, said }) => {
            assert!(!status.success(), "it ended as if all were well");
            assert!(!said.contains("panicked"), "{said}");
            said
        }
    }
}

/// A start over a folder, at the usual moment.
fn over(data: &Path) -> Start {
    Start::over(data).clock(MORNING)
}

#[test]
fn a_full_disk_is_said_and_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let office = folder.path().join("office.toml");
    fs::write(&office, roomy(default_office())).unwrap();
    let start = over(&data).office(&office);
    // A limit on the size of files stands for a full disk: 2,048 blocks of 512 bytes. Its signal is
    // ignored, so that writing fails as it does on a full disk.
    let full = start.clone().through("trap '' XFSZ; ulimit -f 2048; exec \"$0\" \"$@\"");
    let server = full.run().unwrap();
    let mut client = Client::new(server.address());
    let mut acknowledged = Vec::new();
    let request = Request::post("/api/v1/tickets", &json!({ "queue": "enrol" }));
    let refusal = loop {
        let answer = client.send(&request).unwrap();
        if answer.status != 201 {
            break answer;
        }
        acknowledged.push(answer.label());
        assert!(acknowledged.len() < 9_000, "the disk never gets full");
    };
    assert_eq!((refusal.status, refusal.code().as_str()), (503, "failing"), "{}", refusal.text());
    assert!(acknowledged.len() > 100, "{} tickets before it was full", acknowledged.len());
    let again = client.send(&request).unwrap();
    assert_eq!((again.status, again.code().as_str()), (503, "failing"));
    let health = client.get("/healthz");
    assert_eq!((health.status, &health.json()["status"]), (503, &json!("failing")));
    assert!(server.says("the log has failed"), "{}", server.said());
    assert!(server.said().contains("ERROR"), "{}", server.said());
    server.kill();

    let server = start.run().unwrap();
    let mut client = Client::new(server.address());
    assert_eq!(client.get("/healthz").status, 200, "with space it works again");
    let after = issue(&mut client, 1);
    let kept = labels(&export(&data));
    for label in &acknowledged {
        assert!(kept.contains(label), "{label} was acknowledged and is lost");
    }
    assert!(!acknowledged.contains(&after[0]), "{} was given twice", after[0]);
    // The one that was refused may be in the log or not; nobody else may.
    assert!(kept.len() <= acknowledged.len() + 2, "tickets that nobody asked for");
}

#[test]
fn a_read_only_disk_is_said() {
    let mut office = Office::open_with(roomy);
    issue(&mut office.client(), 3);
    office.stop();
    let data = office.data();
    // In a name space of its own, so that the mount ends with the server. Rights on files would not
    // stop an administrator.
    let script = format!(
        "mount --bind '{0}' '{0}' && mount -o remount,ro,bind '{0}' && exec \"$0\" \"$@\"",
        data.display()
    );
    let possible = std::process::Command::new("unshare")
        .args(["--mount", "sh", "-c", &script, "true"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !possible {
        #[expect(clippy::print_stderr, reason = "says what was not tested")]
        {
            eprintln!("not tested: this account may not mount anything read-only");
        }
        return;
    }
    let outer = format!("exec unshare --mount sh -c '{}' \"$0\" \"$@\"", script.replace('\'', ""));
    let said = refused(&office.start().clone().through(&outer));
    assert!(said.contains("read-only") || said.contains("readonly"), "{said}");
    assert!(said.contains(data.to_str().unwrap()), "it names the folder: {said}");
    office.restart();
    assert_eq!(labels(&office.log()).len(), 3, "nothing is lost");
}

/// Closes the office and gives its log's file.
fn closed(office: &mut Office) -> std::path::PathBuf {
    office.stop();
    office.data().join("log.sqlite")
}

#[test]
fn a_flipped_byte_is_found_and_named() {
    let mut office = Office::open_with(roomy);
    issue(&mut office.client(), 60);
    let file = closed(&mut office);
    let good = fs::read(&file).unwrap();
    let label = b"enrol";
    let places: Vec<usize> = good
        .windows(label.len())
        .enumerate()
        .filter(|(_, window)| window == label)
        .map(|(at, _)| at)
        .collect();
    assert!(places.len() >= 60, "the records hold the queue's key");
    let mut bad = good.clone();
    bad[places[places.len() / 2]] ^= 0x20;
    fs::write(&file, &bad).unwrap();

    let verified = yobidashi().arg("verify").arg("--data").arg(office.data()).output().unwrap();
    assert!(!verified.status.success(), "verify does not see it");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&verified.stdout),
        String::from_utf8_lossy(&verified.stderr)
    );
    assert!(said.contains("record"), "verify names the record: {said}");

    // Without a snapshot everything is read again, so the start sees it too.
    remove_snapshots(&office.data());
    let said = refused(office.start());
    assert!(said.contains("record"), "the record is named: {said}");
    assert!(said.contains("yobidashi"), "the way out is named: {said}");

    fs::write(&file, &good).unwrap();
    office.restart();
    assert_eq!(labels(&office.log()).len(), 60, "the mended file is whole");
}

fn remove_snapshots(data: &Path) {
    for entry in fs::read_dir(data).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("snapshot") {
            fs::remove_file(path).unwrap();
        }
    }
}

#[test]
fn a_truncated_database_is_not_taken_for_an_empty_one() {
    let mut office = Office::open_with(roomy);
    issue(&mut office.client(), 200);
    let file = closed(&mut office);
    let good = fs::read(&file).unwrap();
    for part in [1, 2, 3] {
        fs::write(&file, &good[..good.len() * part / 4]).unwrap();
        let said = refused(office.start());
        assert!(said.contains("log"), "after {part} of 4 parts: {said}");
    }
    fs::write(&file, &good).unwrap();
    office.restart();
    assert_eq!(labels(&office.log()).len(), 200, "the whole file is whole");
}

/// The end of the write-ahead log, as a power cut may leave it: what was acknowledged before the
/// last commit is there, and the office opens by itself.
#[test]
fn a_torn_last_record_costs_only_itself() {
    let mut office = Office::open_with(roomy);
    let issued = issue(&mut office.client(), 50);
    office.kill();
    let wal = office.data().join("log.sqlite-wal");
    let bytes = fs::read(&wal).unwrap();
    if bytes.is_empty() {
        // Everything had been copied into the database: there is no last record to tear.
        office.restart();
        assert_eq!(labels(&office.log()), issued);
        return;
    }
    fs::write(&wal, &bytes[..bytes.len() - 7]).unwrap();
    office.restart();
    let kept = labels(&office.log());
    assert!(kept.len() + 1 >= issued.len(), "{} of {} are left", kept.len(), issued.len());
    assert_eq!(kept, issued[..kept.len()], "what is left is the beginning");
    issue(&mut office.client(), 1);
}

#[test]
fn trouble_with_the_printers_spool_does_not_stop_issuing() {
    let mut office = Office::open();
    let slip = office.kiosk("kiosk-1").issue("join");
    assert_eq!(slip.status, 201);
    office.stop();
    for entry in fs::read_dir(office.data()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.starts_with("spool-kiosk-1") {
            fs::write(path, "this is no spool").unwrap();
        }
    }
    match office.start().run() {
        Ok(server) => {
            let answer = Client::new(server.address())
                .post("/api/v1/tickets", &json!({ "errand": "join", "kiosk": "kiosk-1" }));
            assert_eq!(answer.status, 201, "{}", answer.text());
            assert!(server.says("a damaged print spool is set aside"), "{}", server.said());
        }
        Err(NotStarted { said, .. }) => panic!("a spool stops the whole office: {said}"),
    }
}

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let office = Office::open();
    let said = refused(office.start());
    assert!(said.contains(office.data().to_str().unwrap()), "it names the folder: {said}");
    assert!(said.contains("another") || said.contains("in use"), "it says why: {said}");
    assert_eq!(office.health().status, 200, "the first works on");
}

#[test]
fn listening_beyond_this_machine_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:0", "192.0.2.1:8080", "[::]:0"] {
        let said = refused(&over(folder.path()).listen(address));
        assert!(said.contains("loopback") && said.contains("signs in"), "{address}: {said}");
    }
}

#[test]
fn a_port_in_use_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refused(&over(folder.path()).listen(&address));
    assert!(said.contains(&address), "it names the address: {said}");
    assert!(said.contains("in use"), "it says why: {said}");
}

#[test]
fn every_mistake_of_an_office_file_is_listed_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("office.toml");
    let mistakes = default_office()
        .replacen("waiting_max = 200", "waiting_max = \"many\"", 1)
        .replacen("wait_limit_min = 30", "wait_limit_min = -1", 1)
        .replacen("letter = \"C\"", "letter = \"A\"", 1);
    fs::write(&file, mistakes).unwrap();
    let said = refused(&over(&folder.path().join("data")).office(&file));
    let named = said.lines().filter(|line| line.contains("office.toml:")).count();
    assert!(named >= 3, "each mistake has its line: {said}");
    for word in ["waiting_max", "wait_limit_min", "letter"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let checked = yobidashi().arg("check").arg(&file).output().unwrap();
    assert!(!checked.status.success(), "check says the same");
}

//! The office as it ships, for tests: the real program in a process of its own, real connections.
//!
//! ```no_run
//! let office = tests::harness::Office::open();
//! let slip = office.kiosk("kiosk-1").issue("join");
//! let mut counter = office.counter("3");
//! counter.open();
//! assert_eq!(counter.call_next().label(), slip.label());
//! ```
//!
//! Nothing here sleeps: what takes time is waited for with a deadline. What cannot happen in a
//! test that goes well panics and says what the server said.
//!
//! | part | what it is |
//! |---|---|
//! | [`process`] | the program: found, started, stopped, killed |
//! | [`http`] | requests over one kept connection |
//! | [`screen`] | a live connection |
//! | [`random`] | chance from a seed |

pub mod http;
pub mod process;
pub mod random;
pub mod screen;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use self::http::{Answer, Client, Request};
use self::process::{Server, Start};
use self::screen::Screen;

/// A Tuesday morning in June, within hours; every office under test begins there.
pub const MORNING: &str = "2026-06-02T10:00";

/// A running office with a data folder of its own.
#[derive(Debug)]
pub struct Office {
    folder: tempfile::TempDir,
    start: Start,
    server: Option<Server>,
}

impl Office {
    /// Opens the default office on a Tuesday morning.
    pub fn open() -> Office {
        Office::open_with(|office| office)
    }

    /// Opens the default office with a changed office file.
    pub fn open_with(change: impl FnOnce(String) -> String) -> Office {
        Office::open_at(MORNING, change)
    }

    /// Opens an office at a moment of its own.
    pub fn open_at(moment: &str, change: impl FnOnce(String) -> String) -> Office {
        let folder = tempfile::tempdir().expect("a folder for the office");
        let file = folder.path().join("office.toml");
        std::fs::write(&file, change(default_office())).expect("room for an office file");
        let start = Start::over(&folder.path().join("data")).office(&file).clock(moment);
        let server = start.run().expect("the office opens");
        Office { folder, start, server: Some(server) }
    }

    /// Its data directory.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// How it is started.
    pub fn start(&self) -> &Start {
        &self.start
    }

    /// The running server.
    pub fn server(&self) -> &Server {
        self.server.as_ref().expect("the office is open")
    }

    /// Ends the process at once, as a power cut does for it.
    pub fn kill(&mut self) {
        self.server.take().expect("the office is open").kill();
    }

    /// Asks the process to stop, and waits until it has; gives what it said.
    pub fn stop(&mut self) -> String {
        self.server.take().expect("the office is open").stop()
    }

    /// Starts again over the same data.
    pub fn restart(&mut self) {
        self.server = Some(self.start.run().expect("the office opens again"));
    }

    /// A connection of one's own.
    pub fn client(&self) -> Client {
        Client::new(self.server().address())
    }

    /// A kiosk, by its key.
    pub fn kiosk(&self, kiosk: &str) -> Kiosk {
        Kiosk { client: self.client(), kiosk: kiosk.to_owned() }
    }

    /// A counter, by its key.
    pub fn counter(&self, counter: &str) -> Counter {
        Counter { client: self.client(), counter: counter.to_owned() }
    }

    /// A screen of a role, from the beginning.
    pub fn screen(&self, role: &str) -> Screen {
        Screen::connect(self.server().address(), role, None).expect("a live connection")
    }

    /// What `/healthz` answers.
    pub fn health(&self) -> Answer {
        self.client().send(&Request::get("/healthz")).expect("an answer about health")
    }

    /// Every record of the log, as `yobidashi export` writes it; the server may be running.
    pub fn log(&self) -> Vec<Value> {
        export(&self.data())
    }
}

/// Every record of the log in a data directory.
pub fn export(data: &Path) -> Vec<Value> {
    let mut command = process::yobidashi();
    let output = command.arg("export").arg("--data").arg(data).output();
    let output = output.expect("export runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "export failed: {said}");
    let lines = String::from_utf8(output.stdout).expect("export writes text");
    let record = |line: &str| serde_json::from_str(line).expect("export writes JSON lines");
    lines.lines().map(record).collect()
}

/// The built-in office file.
pub fn default_office() -> String {
    let output = process::yobidashi().args(["check", "--print-default"]).output();
    String::from_utf8(output.expect("check runs").stdout).expect("the office file is text")
}

/// The default office with room for thousands of people in one morning, and without printers:
/// their paper is another test's.
pub fn roomy(office: String) -> String {
    let changes = [
        ("last = 799, width = 3", "last = 9799, width = 4"),
        ("first = 800, last = 899", "first = 9800, last = 9899"),
        ("first = 900, last = 999", "first = 9900, last = 9999"),
        ("waiting_max = 200", "waiting_max = 2000"),
        ("tickets_day_max = 5000", "tickets_day_max = 50000"),
        ("\nkiosk-1 = \"virtual:", "\n# kiosk-1 = \"virtual:"),
        ("\nkiosk-2 = \"virtual:", "\n# kiosk-2 = \"virtual:"),
    ];
    changes.into_iter().fold(office, |office, (from, to)| {
        assert!(office.contains(from), "the default office says {from:?}");
        office.replace(from, to)
    })
}

/// Somebody at a kiosk.
#[derive(Debug)]
pub struct Kiosk {
    client: Client,
    kiosk: String,
}

impl Kiosk {
    /// Takes a ticket for an errand.
    pub fn issue(&mut self, errand: &str) -> Answer {
        self.client.post("/api/v1/tickets", &json!({ "errand": errand, "kiosk": self.kiosk }))
    }
}

/// Somebody at a counter.
#[derive(Debug)]
pub struct Counter {
    client: Client,
    counter: String,
}

impl Counter {
    /// Presses a key of the counter's screen, such as `call-next`.
    pub fn press(&mut self, key: &str, body: &Value) -> Answer {
        let path = format!("/api/v1/counters/{}/{key}", self.counter);
        self.client.post(&path, body)
    }

    /// Opens the counter.
    pub fn open(&mut self) -> Answer {
        self.press("open", &json!({}))
    }

    /// Calls whoever is next.
    pub fn call_next(&mut self) -> Answer {
        self.press("call-next", &json!({}))
    }

    /// The resident is here, and the slip matches.
    pub fn start(&mut self) -> Answer {
        self.press("start", &json!({}))
    }

    /// Done, with the procedures named.
    pub fn complete(&mut self, procedures: &[&str]) -> Answer {
        self.press("complete", &json!({ "procedures": procedures }))
    }
}

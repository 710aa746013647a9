//! Devices joined to the office: the real program, its virtual devices over real terminals, and
//! what a technician sees of them.

use std::net::SocketAddr;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{DEADLINE, get, post};

/// How often the program is asked: often enough to notice, seldom enough not to be the load.
const PACE: Duration = Duration::from_millis(20);

/// A running program with the default office on an ordinary Tuesday.
struct Office {
    address: SocketAddr,
    program: Child,
    _data: tempfile::TempDir,
}

impl Drop for Office {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        drop(self.program.kill());
        drop(self.program.wait());
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

impl Office {
    async fn open() -> Office {
        let data = tempfile::tempdir().unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let program = Command::new(env!("CARGO_BIN_EXE_yobidashi"))
            .args(["serve", "--clock", "2026-06-02T10:00", "--listen", &address.to_string()])
            .arg("--data")
            .arg(data.path())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let office = Office { address, program, _data: data };
        let listening = async {
            let mut pace = tokio::time::interval(PACE);
            while tokio::net::TcpStream::connect(address).await.is_err() {
                pace.tick().await;
            }
        };
        tokio::time::timeout(DEADLINE, listening).await.expect("the program listens");
        office
            .until("the day is open", "/api/v1/office", |view| view["day"]["issuing"] == true)
            .await;
        office
    }

    async fn get(&self, path: &str) -> Value {
        get(path).send(self.address).await.json()
    }

    /// A command that must succeed.
    async fn done(&self, path: &str, body: Value) -> Value {
        let reply = post(path, body).send(self.address).await;
        assert!(reply.status < 300, "{path}: {}", reply.text());
        if reply.body.is_empty() { Value::Null } else { reply.json() }
    }

    /// Does something to a virtual device.
    async fn twin(&self, device: &str, control: Value) {
        self.done(&format!("/demo/twins/{device}"), control).await;
    }

    /// Waits until what is at a path is as expected.
    async fn until(&self, what: &str, path: &str, expected: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + DEADLINE;
        let mut pace = tokio::time::interval(PACE);
        loop {
            pace.tick().await;
            let view = self.get(path).await;
            if expected(&view) {
                return view;
            }
            assert!(Instant::now() < deadline, "{what}: {view}");
        }
    }

    async fn device(&self, device: &str) -> Value {
        self.get(&format!("/api/v1/devices/{device}")).await["device"].clone()
    }

    /// Waits until a device is as expected.
    async fn until_device(&self, device: &str, expected: impl Fn(&Value) -> bool) -> Value {
        let path = format!("/api/v1/devices/{device}");
        self.until(device, &path, |detail| expected(&detail["device"])).await
    }

    async fn until_twin(&self, device: &str, expected: impl Fn(&Value) -> bool) -> Value {
        let of = |twins: &Value| {
            let mut twins = twins.as_array().into_iter().flatten();
            twins.find(|twin| twin["device"] == device).cloned().unwrap_or_default()
        };
        of(&self.until(device, "/demo/twins", |twins| expected(&of(twins)["state"])).await)
    }

    async fn tickets(&self) -> Vec<Value> {
        self.get("/api/v1/office").await["tickets"].as_array().unwrap().clone()
    }

    /// Runs `yobidashi devices` against it.
    fn terminal(&self, arguments: &[&str]) -> Output {
        terminal(&format!("http://{}", self.address), arguments)
    }
}

fn terminal(server: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_yobidashi"))
        .args(["devices", "--server", server])
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_issues_exactly_one_ticket_however_it_bounces() {
    let office = Office::open().await;
    office.until_device("buttons.entrance", |device| device["state"] == "ready").await;
    office.twin("buttons.entrance", json!({ "do": "bounce", "button": 1, "count": 40 })).await;
    office.twin("buttons.entrance", json!({ "do": "hold", "button": 1, "count": 20 })).await;
    office.twin("buttons.entrance", json!({ "do": "press", "button": 2 })).await;
    // Presses are obeyed in their order: when the second errand is there, so is all of the first.
    let has_both = |view: &Value| {
        let errands: Vec<&Value> =
            view["tickets"].as_array().unwrap().iter().map(|ticket| &ticket["errand"]).collect();
        errands.contains(&&json!("leave"))
    };
    office.until("both errands", "/api/v1/office", has_both).await;
    let tickets = office.tickets().await;
    let of = |errand: &str| tickets.iter().filter(|ticket| ticket["errand"] == errand).count();
    assert_eq!((of("join"), of("leave")), (1, 1), "{tickets:?}");
    let device = office.device("buttons.entrance").await;
    assert_eq!(device["inputs"][0]["action"], "issue:leave", "{device}");
    assert_eq!(device["inputs"][1]["label"], tickets[0]["label"], "{device}");
    // A key that the office file gives no meaning is refused, not guessed.
    office.twin("buttons.entrance", json!({ "do": "press", "button": 9 })).await;
    let refused = |device: &Value| device["inputs"][0]["refusal"] == "key_without_action";
    office.until_device("buttons.entrance", refused).await;
    assert_eq!(office.tickets().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panel_shows_the_called_label_and_shows_it_again_after_its_cable_was_pulled() {
    let office = Office::open().await;
    office.done("/api/v1/counters/3/open", json!({})).await;
    let answer = office.done("/api/v1/tickets", json!({ "errand": "join" })).await;
    let label = answer["events"][0]["label"].as_str().unwrap().to_owned();
    office.until_device("buttons.counter-3", |device| device["state"] == "ready").await;
    office.twin("buttons.counter-3", json!({ "do": "press", "button": 1 })).await;
    let shows = |state: &Value| state["shows"].as_str().is_some_and(|shows| shows.contains(&label));
    office.until_twin("panels.3", shows).await;
    office.until_device("panels.3", |device| device["shows"] == label.as_str()).await;

    office.twin("panels.3", json!({ "do": "cable", "plugged": false })).await;
    office.until_device("panels.3", |device| device["state"] == "absent").await;
    office.twin("panels.3", json!({ "do": "power", "on": false })).await;
    office.twin("panels.3", json!({ "do": "power", "on": true })).await;
    office.until_twin("panels.3", |state| state["shows"] == "").await;
    office.twin("panels.3", json!({ "do": "cable", "plugged": true })).await;
    office.until_twin("panels.3", shows).await;

    office.done("/api/v1/counters/3/no-show", json!({})).await;
    let twin = office.until_twin("panels.3", |state| state["shows"] == "").await;
    assert_eq!(twin["errors"], json!([]), "every frame was one that the panel knows");
}

/// The code on the latest slip.
fn code_on(slips: &Value) -> Option<String> {
    let text = slips.as_array()?.last()?["text"].as_str()?.to_owned();
    let at = text.find("YB1-")?;
    Some(text[at..].chars().take(30).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_under_the_scanner_is_handled_once_and_a_strange_code_is_refused() {
    let office = Office::open().await;
    office.done("/api/v1/counters/3/open", json!({})).await;
    office.done("/api/v1/tickets", json!({ "errand": "join", "kiosk": "kiosk-1" })).await;
    let slips = office.until("the slip", "/demo/slips", |slips| code_on(slips).is_some()).await;
    let code = code_on(&slips).unwrap();
    office.until_device("scanners.counter-3", |device| device["state"] == "ready").await;
    office.twin("scanners.counter-3", json!({ "do": "lie", "text": code, "count": 60 })).await;
    let device = office.until_device("scanners.counter-3", |device| !device["inputs"][0].is_null());
    let device = device.await["device"].clone();
    let label = office.tickets().await[0]["label"].clone();
    assert_eq!(device["inputs"][0]["action"], "call", "{device}");
    assert_eq!(
        (&device["inputs"][0]["input"], &device["inputs"][0]["refusal"]),
        (&label, &Value::Null)
    );
    // What comes after it on the same line is handled after it.
    office.twin("scanners.counter-3", json!({ "do": "scan", "text": "https://e.example/x" })).await;
    let refused = |device: &Value| device["inputs"][0]["refusal"] == "not_a_ticket";
    let device = office.until_device("scanners.counter-3", refused).await["device"].clone();
    assert_eq!(device["inputs"][1]["action"], "call", "once: {device}");
    let shown = device.to_string();
    assert!(!shown.contains(&code), "a code is as good as the slip and is told to nobody");
    let ticket = office.tickets().await[0].clone();
    assert_eq!(ticket["state"]["state"], "called", "{ticket}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pulled_cable_is_told_within_five_seconds_and_so_is_its_return() {
    let office = Office::open().await;
    for device in ["printers.kiosk-2", "bells.special", "panels.3", "buttons.entrance"] {
        let path = format!("/api/v1/devices/{device}");
        let is = |state: &'static str| move |detail: &Value| detail["device"]["state"] == state;
        office.until(device, &path, is("ready")).await;
        let pulled = Instant::now();
        office.twin(device, json!({ "do": "cable", "plugged": false })).await;
        let detail = office.until(device, &path, is("absent")).await;
        assert!(pulled.elapsed() < Duration::from_secs(5), "{device}: {:?}", pulled.elapsed());
        assert_ne!(detail["device"]["reason"], "", "{device}");
        let plugged = Instant::now();
        office.twin(device, json!({ "do": "cable", "plugged": true })).await;
        let back = |detail: &Value| {
            ["ready", "working"].contains(&detail["device"]["state"].as_str().unwrap())
        };
        office.until(device, &path, back).await;
        // The bar for the driver is 5 s; the machine of the tests is shared.
        assert!(plugged.elapsed() < Duration::from_secs(8), "{device}: {:?}", plugged.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_technician_tries_devices_out_from_a_terminal() {
    let office = Office::open().await;
    office.until_device("bells.management", |device| device["state"] == "ready").await;
    office.until_device("printers.kiosk-1", |device| device["state"] == "ready").await;
    let listed = office.terminal(&[]);
    assert!(listed.status.success());
    for device in ["printers.kiosk-1", "bells.management", "panels.3", "scanners.counter-3"] {
        assert!(text(&listed.stdout).contains(device), "{}", text(&listed.stdout));
    }
    let rung = office.terminal(&["ring", "management"]);
    assert!(rung.status.success(), "{}", text(&rung.stderr));
    let moved = |bells: &Value| {
        bells.as_array().unwrap().iter().any(|bell| {
            let movements = bell["movements"].as_array().unwrap();
            movements.iter().any(|movement| movement["relay"] == "on" && movement["channel"] == 1)
        })
    };
    office.until("the bell rang", "/demo/bells", moved).await;
    let printed = office.terminal(&["test-print", "printers.kiosk-1"]);
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    let is_test = |slips: &Value| slips[0]["text"].as_str().is_some_and(|t| t.contains("epson-jp"));
    office.until("the test page", "/demo/slips", is_test).await;
    let exchanges = office.terminal(&["exchanges", "printers.kiosk-1", "--json"]);
    let detail: Value = serde_json::from_slice(&exchanges.stdout).unwrap();
    let has_job =
        |exchange: &Value| exchange["meaning"] == "job" && exchange["direction"] == "sent";
    assert!(detail["exchanges"].as_array().unwrap().iter().any(has_job), "{detail}");
    let wrong = office.terminal(&["test-print", "bells.management"]);
    assert_eq!(wrong.status.code(), Some(1), "{}", text(&wrong.stderr));
    let unknown = office.terminal(&["ring", "nobody"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("bells.management"), "what there is, is said");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bell_whose_board_was_away_rings_when_it_is_back_unless_somebody_has_answered() {
    let office = Office::open().await;
    let bell = "bells.management";
    let (is_ready, is_absent) =
        (|device: &Value| device["state"] == "ready", |device: &Value| device["state"] == "absent");
    let rings = |state: &Value| {
        let movements = state["movements"].as_array().into_iter().flatten();
        movements.filter(|movement| movement["relay"] == "on").count()
    };
    for (is_answered, rung_count) in [(true, 0), (false, 2)] {
        office.until_device(bell, is_ready).await;
        office.twin(bell, json!({ "do": "cable", "plugged": false })).await;
        office.until_device(bell, is_absent).await;
        let rung = json!({ "reason": "help" });
        let rung = office.done("/api/v1/bells/management/ring", rung).await;
        let ring = rung["events"][0]["ring"].as_u64().unwrap();
        if is_answered {
            office.done(&format!("/api/v1/rings/{ring}/acknowledge"), json!({})).await;
        }
        office.twin(bell, json!({ "do": "cable", "plugged": true })).await;
        // The usual summons is two pulses.
        let bells = office.until("the bell", "/demo/bells", |bells| {
            let bells = bells.as_array().unwrap();
            let bell = bells.iter().find(|bell| bell["bell"] == "management").unwrap();
            rings(bell) >= rung_count
        });
        bells.await;
    }
    // The answered ring was left alone: what sounded is the other one, once.
    office.until_device(bell, is_ready).await;
    let bells = office.get("/demo/bells").await;
    let bells = bells.as_array().unwrap();
    let bell = bells.iter().find(|bell| bell["bell"] == "management").unwrap();
    assert_eq!(rings(bell), 2, "{bell}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_slip_is_taken_back_and_its_ticket_is_then_settled() {
    let office = Office::open().await;
    // With both covers open no printer can stand in for the other.
    for printer in ["printers.kiosk-1", "printers.kiosk-2"] {
        office.until_device(printer, |device| device["state"] == "ready").await;
        office.twin(printer, json!({ "do": "cover", "open": true })).await;
        office.until_device(printer, |device| device["state"] == "cover_open").await;
    }
    office.done("/api/v1/tickets", json!({ "errand": "join", "kiosk": "kiosk-1" })).await;
    let held = |device: &Value| device["jobs"][0]["can_withdraw"] == true;
    let detail = office.until_device("printers.kiosk-1", held).await;
    let job = &detail["device"]["jobs"][0];
    let label = office.tickets().await[0]["label"].clone();
    assert_eq!(job["label"], label, "{job}");
    let path = "/api/v1/devices/printers.kiosk-1/withdraw";
    office.done(path, json!({ "job": job["job"] })).await;
    let failed = |device: &Value| {
        device["jobs"][0]["progress"] == "failed" && device["jobs"][0]["label"] == label
    };
    let detail = office.until_device("printers.kiosk-1", failed).await;
    let again = post(path, json!({ "job": job["job"] })).send(office.address).await;
    assert_eq!((again.status, again.code()), (404, "unknown_job".to_owned()));
    let ticket = &detail["device"]["jobs"][0]["ticket"];
    office.done(&format!("/api/v1/tickets/{ticket}/paper"), json!({ "paper": "printed" })).await;
    office.until_device("printers.kiosk-1", |device| device["jobs"] == json!([])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_page_that_is_asked_for_twice_under_one_key_is_printed_once() {
    let office = Office::open().await;
    office.until_device("printers.kiosk-1", |device| device["state"] == "ready").await;
    let path = "/api/v1/devices/printers.kiosk-1/test";
    for _ in 0..2 {
        let reply = post(path, json!({})).header("idempotency-key", "press-1");
        assert_eq!(reply.send(office.address).await.status, 200);
    }
    let other = post("/api/v1/devices/bells.special/test", json!({}));
    let other = other.header("idempotency-key", "press-1").send(office.address).await;
    assert_eq!((other.status, other.code()), (409, "key_reused".to_owned()));
    office.until("the page", "/demo/slips", |slips| slips.as_array().unwrap().len() == 1).await;
    // What is printed after it is the next slip: there was no second page.
    office.done("/api/v1/tickets", json!({ "errand": "join", "kiosk": "kiosk-1" })).await;
    let slips = office.until("the slip", "/demo/slips", |slips| code_on(slips).is_some()).await;
    assert_eq!(slips.as_array().unwrap().len(), 2, "{slips}");
    let cannot = post("/api/v1/devices/bells.special/new-roll", json!({})).send(office.address);
    assert_eq!(cannot.await.code(), "device_cannot");
}

#[test]
fn a_terminal_without_a_server_says_so_and_checks_devices_by_itself() {
    let server = format!("http://127.0.0.1:{}", free_port());
    let alone = terminal(&server, &["list"]);
    assert_eq!(alone.status.code(), Some(3), "{}", text(&alone.stderr));
    assert!(text(&alone.stderr).contains("yobidashi serve"));
    assert_eq!(terminal("ftp://127.0.0.1:1", &["list"]).status.code(), Some(2));
    let folder = tempfile::tempdir().unwrap();
    let office = folder.path().join("office.toml");
    let bad = "kiosk-1 = \"serial:/dev/no-such-printer?profile=epson-jp\"";
    let written = server::config::DEFAULT_OFFICE
        .replace("kiosk-1 = \"virtual:printer?profile=epson-jp\"", bad);
    std::fs::write(&office, written).unwrap();
    let checked = terminal(&server, &["check", "--office", office.to_str().unwrap()]);
    assert_eq!(checked.status.code(), Some(1), "{}", text(&checked.stderr));
    let said = text(&checked.stdout);
    assert!(said.contains("BAD  printers.kiosk-1  not connected"), "{said}");
    assert!(said.contains("ok   printers.kiosk-2"), "{said}");
    let root = folder.path().to_str().unwrap();
    let found = terminal(&server, &["find", "--root", root, "--json"]);
    assert_eq!((found.status.code(), text(&found.stdout).trim()), (Some(0), "[]"));
}

//! The live connection, with clients that speak WebSocket as browsers do.

use std::sync::Arc;

use domain::command::{AwayReason, Command, Want};
use domain::id::{BellId, CounterId, QueueId};
use domain::language::Language;
use domain::ticket::{Class, Origin, Token};
use protocol::event::Source;
use protocol::view::{BellCondition, PrinterCondition, PrinterView};
use serde_json::{Value, json};
use server::engine::{Ask, Order};
use server::http::Limits;
use tokio::net::TcpSocket;
use tokio_tungstenite::tungstenite::protocol::Message;

use crate::client::get;
use crate::office::{Office, Settings};
use crate::screen::Screen;

const ROLES: [&str; 4] = ["kiosk", "counter", "display", "dashboard"];

#[tokio::test]
async fn a_call_reaches_every_role_in_its_own_words() {
    let office = Office::open().await;
    let mut screens = Vec::new();
    for role in ROLES {
        screens.push(Screen::open(office.address, role).await);
    }
    office.done("/api/v1/counters/1/open", json!({})).await;
    let (ticket, label) = office.issue("enrol").await;
    let called = office.done("/api/v1/counters/1/call-next", json!({})).await;
    let seq = called["seq"].as_u64().unwrap();
    for screen in &mut screens {
        let heard = screen.hear_to(seq).await;
        let last = heard.last().unwrap();
        assert_eq!(last["at_ms"], called["at_ms"]);
        let changes = last["changes"].as_array().unwrap();
        let of = |kind: &str| changes.iter().find(|change| change["kind"] == kind);
        match screen.role.as_str() {
            "display" => {
                let call = &of("call").unwrap()["call"];
                assert_eq!((&call["label"], &call["counter"]), (&json!(label), &json!("1")));
                assert_eq!(call["state"], "calling");
            }
            "counter" => {
                let row = &of("ticket").unwrap()["ticket"];
                assert_eq!(row["ticket"], ticket);
                assert_eq!(row["state"], json!({ "state": "called", "counter": "1" }));
                let counter = &of("counter").unwrap()["counter"];
                assert_eq!(counter["undo"]["step"], "call");
            }
            "dashboard" => assert_eq!(of("waits").unwrap()["waits"]["count"], 1),
            _ => assert_eq!(of("queue").unwrap()["queue"]["waiting"], 0),
        }
    }
}

#[tokio::test]
async fn another_announcement_shows_as_a_higher_count() {
    let office = Office::open().await;
    let mut display = Screen::open(office.address, "display").await;
    office.done("/api/v1/counters/1/open", json!({})).await;
    office.issue("enrol").await;
    office.done("/api/v1/counters/1/call-next", json!({})).await;
    office.pass(20_000);
    let again = office.done("/api/v1/counters/1/recall", json!({})).await;
    display.hear_to(again["seq"].as_u64().unwrap()).await;
    let call = display.view["calls"][0].clone();
    assert_eq!(call["announce_count"], 2);
    assert_eq!(call["announced_at_ms"], again["at_ms"]);
    assert_eq!(call["called_at_ms"].as_i64().unwrap() + 20_000, again["at_ms"].as_i64().unwrap());
    let started = office.done("/api/v1/counters/1/start", json!({})).await;
    display.hear_to(started["seq"].as_u64().unwrap()).await;
    assert_eq!(display.view["calls"][0]["state"], "arrived");
}

#[tokio::test]
async fn a_screen_that_comes_back_gets_only_what_it_missed() {
    let office = Office::open().await;
    for role in ROLES {
        let screen = Screen::open(office.address, role).await;
        let known = screen.seq;
        office.issue("enrol").await;
        office.issue("leave").await;
        let mut screen = screen.come_back(office.address).await;
        screen.hear_to(known + 2).await;
        assert_eq!((screen.snapshot_count, screen.seq), (0, known + 2), "{role}");
    }
}

#[tokio::test]
async fn a_screen_resumes_without_a_gap_when_the_server_was_restarted() {
    let office = Office::open().await;
    let mut screens = Vec::new();
    for role in ROLES {
        screens.push(Screen::open(office.address, role).await);
    }
    office.issue("enrol").await;
    office.done("/api/v1/counters/1/open", json!({})).await;
    let called = office.done("/api/v1/counters/1/call-next", json!({})).await;
    let office = office.stop().await.start().await;
    for screen in screens {
        let mut screen = screen.come_back(office.address).await;
        screen.hear_to(called["seq"].as_u64().unwrap()).await;
        assert_eq!(screen.snapshot_count, 0, "{}", screen.role);
        assert_same(&office, &mut screen).await;
    }
}

#[tokio::test]
async fn a_screen_that_knows_another_log_gets_a_snapshot() {
    let office = Office::open().await;
    let seq = office.engine.seq();
    for query in ["&epoch=99&since=1".to_owned(), format!("&epoch=1&since={}", seq + 1)] {
        let mut screen = Screen::connect(office.address, "display", &query).await;
        assert_eq!(screen.hear().await["type"], "snapshot", "{query}");
    }
}

#[tokio::test]
async fn what_screens_fold_from_changes_is_what_a_snapshot_says() {
    let office = Office::open().await;
    let mut screens = Vec::new();
    for role in ROLES {
        screens.push(Screen::open(office.address, role).await);
    }
    let mut day = Day { office: &office, state: 20_260_602 };
    for counter in ["1", "2", "7", "9"] {
        office.done(&format!("/api/v1/counters/{counter}/open"), json!({})).await;
    }
    for _ in 0..400 {
        day.step().await;
    }
    let seq = office.engine.seq();
    assert!(seq > 120, "many steps did something: {seq}");
    for screen in &mut screens {
        screen.hear_to(seq).await;
        assert_eq!(screen.snapshot_count, 1, "{}", screen.role);
        assert_same(&office, screen).await;
    }
}

/// Hears until the screen shows what a new one is shown.
async fn assert_same(office: &Office, screen: &mut Screen) {
    loop {
        let fresh = Screen::open(office.address, &screen.role).await;
        let (known, new) = (screen.shown(), fresh.shown());
        let calls = |view: &Value| view["calls"].clone();
        let mut plain = [known.clone(), new.clone()];
        plain.iter_mut().for_each(|view| view["calls"] = Value::Null);
        // A snapshot has the latest calls only; a screen may remember more.
        let same_calls = calls(&new)
            .as_object()
            .is_none_or(|new| new.iter().all(|(label, call)| calls(&known)[label] == *call));
        if plain[0] == plain[1] && same_calls {
            return;
        }
        let differing: Vec<_> = plain[0]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, value)| plain[1][name.as_str()] != **value)
            .map(|(name, value)| format!("{name}: {value}\n  new: {}", plain[1][name.as_str()]))
            .collect();
        let waited = tokio::time::timeout(crate::client::DEADLINE / 5, screen.hear()).await;
        assert!(waited.is_ok(), "{} differs: {differing:#?} {same_calls}", screen.role);
    }
}

/// A day at random; what it does is the same in every run.
struct Day<'a> {
    office: &'a Office,
    state: u64,
}

impl Day<'_> {
    fn draw(&mut self, below: u64) -> u64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.state >> 33) % below
    }

    fn one<'b>(&mut self, of: &[&'b str]) -> &'b str {
        let count = of.len() as u64;
        of[usize::try_from(self.draw(count)).unwrap()]
    }

    /// Does something; the rules may refuse it.
    async fn step(&mut self) {
        let passed = i64::try_from(self.draw(40_000)).unwrap();
        self.office.pass(passed);
        let counter = self.one(&["1", "2", "7", "9"]);
        let queue = self.one(&["enrol", "leave", "card", "premium", "payment", "consult"]);
        let ticket = self.draw(60) + 1;
        let at = |step: &str| format!("/api/v1/counters/{counter}/{step}");
        let of = |step: &str| format!("/api/v1/tickets/{ticket}/{step}");
        let (path, body) = match self.draw(22) {
            0..=4 => {
                let language = self.one(&["ja", "en", "vi"]);
                ("/api/v1/tickets".to_owned(), json!({ "queue": queue, "language": language }))
            }
            5..=8 => (at("call-next"), json!({})),
            9 => (at("recall"), json!({})),
            10 | 11 => (at("start"), json!({})),
            12 => (at("complete"), json!({ "procedures": [self.one(&["2", "3", "15"])] })),
            13 => (at("no-show"), json!({})),
            14 => (at("return"), json!({ "place": "back" })),
            15 => (at("hold"), json!({ "reason": "filling_form" })),
            16 => (at("resume"), json!({ "ticket": ticket })),
            17 => (at("transfer"), json!({ "to": queue })),
            18 => (at("undo"), json!({})),
            19 => (of("cancel"), json!({ "reason": "withdrawn" })),
            20 => {
                (of("confirm-transfer"), json!({ "step": self.one(&["arrival", "seen_by_eye"]) }))
            }
            _ => match self.draw(5) {
                0 => (at("pause"), json!({ "reason": "break" })),
                1 => (at("continue"), json!({})),
                2 => ("/api/v1/bells/special/ring".to_owned(), json!({ "reason": "case" })),
                3 => (of("inaccurate"), json!({})),
                _ => (at("end-service"), json!({})),
            },
        };
        let reply = self.office.post(&path, body).await;
        assert!(matches!(reply.status, 200 | 201 | 404 | 409), "{path}: {}", reply.text());
    }
}

#[tokio::test]
async fn a_display_is_told_labels_and_counters_and_nothing_else() {
    let office = Office::open().await;
    let mut display = Screen::open(office.address, "display").await;
    let mut kiosk = Screen::open(office.address, "kiosk").await;
    let mut told = vec![display.view.clone(), kiosk.view.clone()];
    office
        .done("/api/v1/counters/8/open", json!({ "operator": "s-44", "languages": ["vi"] }))
        .await;
    let asked = json!({ "queue": "special", "language": "vi", "class": { "class": "priority" } });
    office.done("/api/v1/tickets", asked).await;
    office.done("/api/v1/counters/8/call-next", json!({})).await;
    office.done("/api/v1/counters/8/start", json!({})).await;
    office.done("/api/v1/counters/8/hold", json!({ "reason": "examination" })).await;
    office.done("/api/v1/bells/special/ring", json!({ "reason": "case" })).await;
    let seq = office.engine.seq();
    told.extend(display.hear_to(seq).await);
    told.extend(kiosk.hear_to(seq).await);
    let told = Value::Array(told).to_string();
    let sensitive = [
        "s-44",
        "\"vi\":\"priority",
        "examination",
        "特別整理",
        "priority",
        "operator",
        "ticket\"",
        "procedures",
        "\"case\"",
    ];
    for word in sensitive {
        assert!(!told.contains(word), "{word} in {told}");
    }
    assert!(told.contains("Y001"));
}

#[tokio::test]
async fn a_slow_screen_gets_a_snapshot_in_place_of_what_it_missed() {
    let office = Office::open().await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let stream = socket.connect(office.address).await.unwrap();
    let mut slow = Screen::over(stream, office.address, "counter", "").await;
    let mut quick = Screen::open(office.address, "display").await;
    pause_many(&office, 4_000).await;
    let seq = office.engine.seq();
    assert!(office.board.at_least(seq).await, "the board does not wait for a slow screen");
    quick.hear_to(seq).await;
    slow.hear_to(seq).await;
    assert!(slow.snapshot_count >= 2, "{} snapshots", slow.snapshot_count);
    let metrics = office.get("/metrics").await;
    let line =
        metrics.text().lines().find(|line| line.contains("overflows_total{role=\"counter\""));
    assert!(!line.unwrap().ends_with(" 0"), "{line:?}");
    assert_same(&office, &mut slow).await;
}

/// Issues tickets through the engine, as fast as it takes them.
async fn issue_many(office: &Office, count: u32) {
    let queues = ["enrol", "leave", "card", "premium", "payment", "amounts"];
    let mut waiting = Vec::new();
    for number in 0..count {
        let queue = QueueId::new(queues[number as usize % queues.len()]).unwrap();
        let mut token = [0; 16];
        token[..4].copy_from_slice(&number.to_le_bytes());
        let command = Command::IssueTicket {
            want: Want::Queue(queue),
            class: Class::Ordinary,
            language: Language::Japanese,
            origin: Origin::Floor,
            token: Token(token),
        };
        let order = Order { ask: Ask::Command(command), source: Source::Floor, key: None };
        let engine = office.engine.clone();
        waiting.push(tokio::spawn(async move { engine.submit(order).await }));
        if waiting.len() == 64 {
            for outcome in waiting.drain(..) {
                drop(outcome.await.unwrap());
            }
        }
    }
    for outcome in waiting {
        drop(outcome.await.unwrap());
    }
}

/// Has the operator of a counter step away and come back, as fast as the engine takes it.
async fn pause_many(office: &Office, count: u32) {
    office.done("/api/v1/counters/1/open", json!({})).await;
    let counter = CounterId::new("1").unwrap();
    for _ in 0..count / 128 {
        let orders = (0..128).map(|number| {
            let command = match number % 2 {
                0 => Command::PauseCounter { counter, reason: AwayReason::Register },
                _ => Command::ResumeCounter { counter },
            };
            office.engine.submit(Order {
                ask: Ask::Command(command),
                source: Source::Manager,
                key: None,
            })
        });
        for outcome in futures_util::future::join_all(orders).await {
            outcome.unwrap();
        }
    }
}

#[tokio::test]
async fn heartbeats_say_that_the_server_is_alive() {
    let settings = Settings { heartbeat_ms: 50, ..Settings::default() };
    let office = Office::open_with(settings).await;
    let mut screen = Screen::open(office.address, "display").await;
    let beat = screen.hear_until(|message| message["type"] == "heartbeat").await;
    assert_eq!(beat["seq"], office.engine.seq());
    assert_eq!(beat["now_ms"], office.clock.now().at.0);
}

#[tokio::test]
async fn what_time_changes_is_told_once() {
    let office = Office::open().await;
    let mut kiosk = Screen::open(office.address, "kiosk").await;
    assert_eq!(kiosk.view["notices"], json!([]));
    assert_eq!(kiosk.view["day"]["issuing"], true);
    // 17:15: the pension office can no longer be asked.
    office.pass((7 * 60 + 15) * 60_000);
    let update = kiosk.hear_until(|message| message["type"] == "update").await;
    let kinds: Vec<_> = update["changes"].as_array().unwrap().iter().map(|c| &c["kind"]).collect();
    assert!(kinds.contains(&&json!("notices")), "{update}");
    assert_eq!(kiosk.view["notices"][0]["queues"], json!(["pension"]));
    office.issue("enrol").await;
    let seq = office.engine.seq();
    let heard = kiosk.hear_to(seq).await;
    let again = heard.iter().any(|message| message.to_string().contains("notices"));
    assert!(!again, "{heard:?}");
}

#[tokio::test]
async fn a_printer_that_needs_somebody_is_shown_and_alerts() {
    let office = Office::open().await;
    let mut kiosk = Screen::open(office.address, "kiosk").await;
    let mut dashboard = Screen::open(office.address, "dashboard").await;
    let printer = PrinterView {
        kiosk: "kiosk-1".to_owned(),
        condition: PrinterCondition::PaperEnd,
        unknown_count: 0,
        name: Default::default(),
        stand_in: None,
        slips_left: None,
    };
    office.board.set_printer(printer);
    kiosk.hear_until(|message| message["type"] == "update").await;
    let row = kiosk.view["printers"].as_array().unwrap().iter().find(|p| p["kiosk"] == "kiosk-1");
    assert_eq!(row.unwrap()["condition"], "paper_end");
    dashboard.hear_until(|message| message.to_string().contains("\"alerts\"")).await;
    let alert = &dashboard.view["alerts"][0];
    assert_eq!((&alert["alert"], &alert["level"]), (&json!("printer"), &json!("over")));
    assert_eq!(alert["kiosk"], "kiosk-1");
}

#[tokio::test]
async fn a_bell_that_nobody_hears_is_shown_and_alerts_until_it_is_back() {
    let office = Office::open().await;
    let mut counter = Screen::open(office.address, "counter").await;
    let mut dashboard = Screen::open(office.address, "dashboard").await;
    let bell = BellId::new("management").unwrap();
    let device = |view: &Value| {
        let bells = view["bells"].as_array().unwrap();
        bells.iter().find(|row| row["bell"] == "management").unwrap()["device"].clone()
    };
    assert_eq!(device(&counter.view), "none", "no device has said anything");
    for (condition, word) in [(BellCondition::Absent, "absent"), (BellCondition::Silent, "silent")]
    {
        office.board.set_bell(bell, condition);
        let told = |message: &Value| message.to_string().contains("\"kind\":\"bell\"");
        for screen in [&mut counter, &mut dashboard] {
            screen.hear_until(told).await;
            assert_eq!(device(&screen.view), word);
        }
    }
    let told = |message: &Value| message.to_string().contains("\"kind\":\"alerts\"");
    for screen in [&mut counter, &mut dashboard] {
        if screen.view["alerts"] == json!([]) {
            screen.hear_until(told).await;
        }
        let alert = &screen.view["alerts"][0];
        assert_eq!((&alert["alert"], &alert["level"]), (&json!("bell"), &json!("over")));
        assert_eq!(alert["bell"], "management");
    }
    let rung = json!({ "reason": "help" });
    office.done("/api/v1/bells/management/ring", rung).await;
    let seq = office.engine.seq();
    counter.hear_to(seq).await;
    assert_eq!(device(&counter.view), "silent", "a ring is recorded and the device still silent");
    office.board.set_bell(bell, BellCondition::Ready);
    dashboard.hear_until(told).await;
    assert_eq!((device(&dashboard.view), &dashboard.view["alerts"]), (json!("ready"), &json!([])));
}

#[tokio::test]
async fn a_slip_nobody_can_vouch_for_is_counted_at_its_kiosk_until_it_is_settled() {
    let office = Office::open().await;
    let mut counter = Screen::open(office.address, "counter").await;
    let mut tickets = Vec::new();
    for paper in ["unknown", "failed", "unknown"] {
        let wanted = json!({ "queue": "enrol", "kiosk": "kiosk-1" });
        let issued = office.done("/api/v1/tickets", wanted).await;
        let ticket = issued["events"][0]["ticket"].as_u64().unwrap();
        office.done(&format!("/api/v1/tickets/{ticket}/paper"), json!({ "paper": paper })).await;
        tickets.push(ticket);
    }
    let [first, second, third] = tickets[..] else { unreachable!() };
    let counted = |count: u64| {
        let needle = format!("\"unknown_count\":{count}");
        move |message: &Value| message.to_string().contains(&needle)
    };
    counter.hear_until(counted(3)).await;
    let printer = PrinterView {
        kiosk: "kiosk-1".to_owned(),
        condition: PrinterCondition::PaperNearEnd,
        unknown_count: 0,
        name: Default::default(),
        stand_in: None,
        slips_left: None,
    };
    office.board.set_printer(printer);
    counter.hear_until(counted(3)).await;
    office.done(&format!("/api/v1/tickets/{first}/paper"), json!({ "paper": "printed" })).await;
    office.done(&format!("/api/v1/tickets/{second}/reprint"), json!({})).await;
    let no_paper = json!({ "reason": "no_paper" });
    office.done(&format!("/api/v1/tickets/{third}/cancel"), no_paper).await;
    counter.hear_until(counted(0)).await;
    let paper = |alert: &Value| alert["alert"] == "paper";
    assert!(!counter.view["alerts"].as_array().unwrap().iter().any(paper));
}

#[tokio::test]
async fn people_who_wait_for_nobody_raise_an_alert_until_a_counter_opens() {
    let office = Office::open().await;
    let mut counter = Screen::open(office.address, "counter").await;
    office.issue("pension").await;
    let told = |message: &Value| message.to_string().contains("\"kind\":\"alerts\"");
    counter.hear_until(told).await;
    assert_eq!(counter.view["alerts"][0]["alert"], "unattended");
    assert_eq!(counter.view["alerts"][0]["queue"], "pension");
    office.done("/api/v1/counters/11/open", json!({})).await;
    counter.hear_until(told).await;
    assert_eq!(counter.view["alerts"], json!([]));
}

#[tokio::test]
async fn one_screen_too_many_is_refused_by_name() {
    let limits = Limits { screens_max: 1, ..Limits::default() };
    let office = Office::open_with(Settings { limits, ..Settings::default() }).await;
    let first = Screen::open(office.address, "display").await;
    let ask = || {
        let ask = get("/ws?role=display").header("connection", "upgrade");
        let ask = ask.header("upgrade", "websocket").header("sec-websocket-version", "13");
        ask.header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
    };
    let reply = ask().send(office.address).await;
    assert_eq!((reply.status, reply.code().as_str()), (503, "too_many_screens"));
    assert_eq!(reply.header("retry-after"), Some("1"));
    drop(first);
    let room = async {
        loop {
            let stream = tokio::net::TcpStream::connect(office.address).await.unwrap();
            let url = format!("ws://{}/ws?role=display", office.address);
            if tokio_tungstenite::client_async(url, stream).await.is_ok() {
                return;
            }
        }
    };
    tokio::time::timeout(crate::client::DEADLINE, room).await.expect("room for another screen");
}

#[tokio::test]
async fn a_page_of_another_site_cannot_listen() {
    let office = Office::open().await;
    let ask = get("/ws?role=counter").header("connection", "upgrade");
    let ask = ask.header("upgrade", "websocket").header("sec-websocket-version", "13");
    let ask = ask.header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let reply = ask.header("origin", "http://elsewhere.example").send(office.address).await;
    assert_eq!((reply.status, reply.code().as_str()), (403, "foreign_origin"));
}

#[tokio::test]
async fn screens_are_told_goodbye_when_the_server_stops() {
    let office = Office::open().await;
    let mut screen = Screen::open(office.address, "display").await;
    let stopping = tokio::spawn(office.stop());
    let goodbye = screen.hear().await;
    assert_eq!(goodbye, json!({ "type": "goodbye", "reason": "shutdown" }));
    assert_eq!(screen.hear().await, Value::Null, "then the connection is closed");
    stopping.await.unwrap();
}

#[tokio::test]
async fn a_client_that_talks_nonsense_is_let_go_and_nobody_else_notices() {
    let office = Office::open().await;
    let mut other = Screen::open(office.address, "display").await;
    let mut large = Screen::open(office.address, "display").await;
    large.say(Message::text("x".repeat(5_000))).await;
    assert_eq!(large.hear().await, Value::Null);
    let mut chatty = Screen::open(office.address, "display").await;
    for _ in 0..100 {
        chatty.say(Message::text("hello?")).await;
    }
    assert_eq!(chatty.hear().await, Value::Null);
    other.say(Message::text("a few words do no harm")).await;
    other.say(Message::Ping(vec![1, 2, 3].into())).await;
    office.issue("enrol").await;
    other.hear_to(office.engine.seq()).await;
}

#[tokio::test]
async fn a_role_nobody_looks_at_still_gives_a_true_snapshot() {
    let office = Office::open().await;
    let first = Screen::open(office.address, "dashboard").await;
    let before = first.view["today"]["issued"].as_u64().unwrap();
    drop(first);
    for _ in 0..5 {
        office.issue("enrol").await;
    }
    assert!(office.board.at_least(office.engine.seq()).await);
    let second = Screen::open(office.address, "dashboard").await;
    assert_eq!(second.view["today"]["issued"].as_u64(), Some(before + 5));
    assert_eq!(second.seq, office.engine.seq());
}

#[tokio::test]
async fn the_end_of_the_day_reaches_screens_as_a_snapshot() {
    let office = Office::open().await;
    let mut counter = Screen::open(office.address, "counter").await;
    let mut display = Screen::open(office.address, "display").await;
    office.issue("enrol").await;
    office.done("/api/v1/day/close", json!({})).await;
    for screen in [&mut counter, &mut display] {
        screen.hear_until(|message| message["type"] == "snapshot").await;
        assert_eq!(screen.view["day"]["day"], Value::Null);
        let next = &screen.view["day"]["next_open"];
        assert_eq!(next, "2026-06-03T08:30", "a day that was closed by hand stays closed");
    }
    assert_eq!(counter.view["tickets"], json!([]));
    assert_eq!(display.view["calls"], json!([]));
}

#[tokio::test]
async fn a_screen_that_has_heard_of_the_end_of_the_day_no_longer_shows_the_day() {
    let office = Office::open().await;
    let mut display = Screen::open(office.address, "display").await;
    office.issue("enrol").await;
    let closed = office.done("/api/v1/day/close", json!({})).await;
    let seq = closed["seq"].as_u64().unwrap() + closed["events"].as_array().unwrap().len() as u64;
    // Whenever its connection ends: from this number on it asks only for what came after.
    while display.seq < seq - 1 {
        display.hear().await;
    }
    assert_eq!(display.view["day"]["day"], Value::Null);
    let mut display = display.come_back(office.address).await;
    display.hear().await;
    assert_same(&office, &mut display).await;
}

#[tokio::test]
async fn many_screens_hear_the_same_events_in_the_same_order() {
    let office = Arc::new(Office::open().await);
    let mut screens = Vec::new();
    for number in 0..40 {
        screens.push(Screen::open(office.address, ROLES[number % 4]).await);
    }
    issue_many(&office, 300).await;
    let seq = office.engine.seq();
    for screen in &mut screens {
        screen.hear_to(seq).await;
        assert_eq!(screen.snapshot_count, 1);
    }
}

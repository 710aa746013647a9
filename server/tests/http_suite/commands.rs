//! A whole visit over HTTP, and every command once.

use serde_json::json;

use crate::client::{get, post};
use crate::office::Office;

#[tokio::test]
async fn a_visit_goes_from_issue_to_completion() {
    let office = Office::open().await;
    let reply = office.post("/api/v1/tickets", json!({ "queue": "enrol", "language": "en" })).await;
    assert_eq!(reply.status, 201);
    let issued = &reply.json()["events"][0];
    assert_eq!(issued["kind"], "ticket_issued");
    assert_eq!(issued["label"], "A001");
    assert!(!reply.text().contains("token"), "the token never leaves the server but on paper");
    let ticket = issued["ticket"].as_u64().unwrap();

    office.done("/api/v1/counters/1/open", json!({ "operator": "s-1", "languages": ["en"] })).await;
    let called = office.done("/api/v1/counters/1/call-next", json!({})).await;
    assert_eq!(called["events"][0]["kind"], "ticket_called");
    assert_eq!(called["events"][0]["label"], "A001");
    let view = office.get(&format!("/api/v1/tickets/{ticket}")).await.json();
    assert_eq!(view["state"], json!({ "state": "called", "counter": "1" }));

    office.pass(60_000);
    office.done("/api/v1/counters/1/start", json!({ "presented": "a1" })).await;
    office.pass(600_000);
    office.done("/api/v1/counters/1/end-service", json!({})).await;
    office.done("/api/v1/counters/1/complete", json!({ "procedures": ["2", "22"] })).await;
    let view = office.get(&format!("/api/v1/tickets/{ticket}")).await.json();
    assert_eq!(view["state"], json!({ "state": "completed" }));
    assert_eq!(view["procedures"], json!(["2", "22"]));
    assert_eq!(view["target_min"], 30, "the sum of both targets (R-96)");
    assert_eq!(view["handled_ms"], 660_000);

    let today = office.get("/api/v1/today").await.json();
    assert_eq!(today["today"]["issued"], 1);
    assert_eq!(today["today"]["completed"], 1);
    assert_eq!(today["waits"]["count"], 1);
    assert_eq!(today["waits"]["within_count"], 1);
    let done: Vec<_> = today["procedures"].as_array().unwrap().iter().collect();
    assert_eq!(done.len(), 2);
    assert_eq!((&done[0]["code"], &done[0]["measured_count"]), (&json!("2"), &json!(1)));
    assert_eq!(done[0]["mean_ms"], 660_000);
    assert_eq!((&done[1]["code"], &done[1]["measured_count"]), (&json!("22"), &json!(0)));
}

#[tokio::test]
async fn whoever_reads_after_a_command_sees_what_it_did() {
    let office = Office::open().await;
    for count in 1..=30 {
        office.issue("leave").await;
        let queues = office.get("/api/v1/queues").await.json();
        let leave = queues.as_array().unwrap().iter().find(|q| q["status"]["queue"] == "leave");
        assert_eq!(leave.unwrap()["status"]["waiting"], count);
    }
}

#[tokio::test]
async fn a_retried_request_has_one_effect_and_the_first_answer() {
    let office = Office::open().await;
    let ask = post("/api/v1/tickets", json!({ "queue": "enrol" }));
    let ask = ask.header("idempotency-key", "kiosk-1:42");
    let first = ask.clone().send(office.address).await;
    let again = ask.send(office.address).await;
    assert_eq!((first.status, first.text()), (again.status, again.text()));
    let other = post("/api/v1/tickets", json!({ "queue": "leave" }));
    let other = other.header("idempotency-key", "kiosk-1:42").send(office.address).await;
    assert_eq!((other.status, other.code().as_str()), (409, "key_reused"));
    let queues = office.get("/api/v1/queues").await.json();
    let waiting: u64 =
        queues.as_array().unwrap().iter().map(|q| q["status"]["waiting"].as_u64().unwrap()).sum();
    assert_eq!(waiting, 1);
}

#[tokio::test]
async fn a_retry_after_a_restart_gets_the_first_answer() {
    let office = Office::open().await;
    let ask = post("/api/v1/tickets", json!({ "queue": "enrol" }));
    let ask = ask.header("idempotency-key", "before-the-restart");
    let first = ask.clone().send(office.address).await;
    let office = office.stop().await.start().await;
    let again = ask.send(office.address).await;
    assert_eq!((first.status, first.text()), (again.status, again.text()));
}

#[tokio::test]
async fn every_step_of_a_counter_can_be_asked_for() {
    let office = Office::open().await;
    let counter = |step: &str| format!("/api/v1/counters/1/{step}");
    office.done(&counter("open"), json!({ "operator": "s-1" })).await;
    office.done(&counter("pause"), json!({ "reason": "register" })).await;
    office.done(&counter("continue"), json!({})).await;
    let (ticket, label) = office.issue("enrol").await;
    let (second, _) = office.issue("enrol").await;
    office.done(&counter("call"), json!({ "label": label })).await;
    office.done(&counter("recall"), json!({})).await;
    office.done(&counter("mismatch"), json!({})).await;
    office.done(&counter("undo"), json!({})).await;
    office.done(&counter("return"), json!({ "place": "back" })).await;
    office.done(&counter("call"), json!({ "ticket": second })).await;
    office.done(&counter("start"), json!({})).await;
    office.done(&counter("hold"), json!({ "reason": "filling_form" })).await;
    office.done(&counter("call-next"), json!({})).await;
    office.done(&counter("no-show"), json!({})).await;
    office.done(&counter("resume"), json!({ "ticket": second })).await;
    office.done(&counter("transfer"), json!({ "to": "consult" })).await;
    let confirm = format!("/api/v1/tickets/{second}/confirm-transfer");
    office.done(&confirm, json!({ "step": "arrival" })).await;
    office.done(&confirm, json!({ "step": "seen_by_eye" })).await;
    office.done(&format!("/api/v1/tickets/{second}/reprint"), json!({})).await;
    office.done(&format!("/api/v1/tickets/{second}/paper"), json!({ "paper": "printed" })).await;
    office
        .done(&format!("/api/v1/tickets/{second}/cancel"), json!({ "reason": "withdrawn" }))
        .await;
    office.done(&format!("/api/v1/tickets/{ticket}/inaccurate"), json!({})).await;
    office.done(&counter("close"), json!({})).await;
    let today = office.get("/api/v1/today").await.json();
    assert_eq!(today["today"]["no_show"], 1);
    assert_eq!(today["today"]["transferred"], 1);
    assert_eq!(today["today"]["cancelled"], 1);
}

#[tokio::test]
async fn tags_bells_batches_and_guidance_are_taken_in() {
    let office = Office::open().await;
    let tag = office.done("/api/v1/tags", json!({ "pool": "express", "number": 7 })).await;
    let tag = tag["events"][0]["tag"].as_u64().unwrap();
    let high = office.view().await["counters"].as_array().unwrap().iter().find_map(|counter| {
        (counter["kind"] == "high").then(|| counter["counter"].as_str().unwrap().to_owned())
    });
    let high = high.unwrap();
    office.done(&format!("/api/v1/counters/{high}/open"), json!({})).await;
    office.done(&format!("/api/v1/tags/{tag}/call"), json!({ "counter": high })).await;
    office.done(&format!("/api/v1/tags/{tag}/return"), json!({ "procedures": ["24"] })).await;

    let rung = office.post("/api/v1/bells/special/ring", json!({ "reason": "case" })).await;
    assert_eq!(rung.status, 201);
    let ring = rung.json()["events"][0]["ring"].as_u64().unwrap();
    let bells = office.view().await["bells"].clone();
    let special = bells.as_array().unwrap().iter().find(|bell| bell["bell"] == "special").unwrap();
    assert_eq!(special["ring"]["ring"], ring);
    office.done(&format!("/api/v1/rings/{ring}/acknowledge"), json!({})).await;

    let batch = json!({ "procedure": "2-3", "channel": "mail", "count": 12 });
    let batch = office.done("/api/v1/batches", batch).await;
    let batch = batch["events"][0]["batch"].as_u64().unwrap();
    office.done(&format!("/api/v1/batches/{batch}/advance"), json!({ "step": 1 })).await;
    office.done(&format!("/api/v1/batches/{batch}/deliver"), json!({ "returned": 2 })).await;

    let guidance = json!({ "guidance": { "guidance": "advice" }, "duration_ms": 90_000 });
    office.done("/api/v1/guidance", guidance).await;
    let today = office.get("/api/v1/today").await.json();
    assert_eq!(today["today"]["guidance"], 1);
    let counts: Vec<_> = today["procedures"].as_array().unwrap().iter().collect();
    let count =
        |code: &str| counts.iter().find(|row| row["code"] == code).unwrap()["count"].clone();
    assert_eq!(count("24"), 1);
    assert_eq!(count("2-3"), 10, "what went back is no case (R-125)");
}

#[tokio::test]
async fn a_command_is_recorded_with_who_asked_for_it() {
    let office = Office::open().await;
    office.done("/api/v1/counters/1/open", json!({ "operator": "s-17" })).await;
    let view = office.view().await;
    let first = view["counters"].as_array().unwrap().iter().find(|row| row["counter"] == "1");
    assert_eq!(first.unwrap()["operator"], "s-17");
    let kiosk = json!({ "queue": "enrol", "kiosk": "kiosk-1" });
    let issued = office.done("/api/v1/tickets", kiosk).await;
    assert_eq!(issued["events"][0]["origin"], json!({ "from": "kiosk", "kiosk": "kiosk-1" }));
}

#[tokio::test]
async fn health_and_figures_can_be_read() {
    let office = Office::open().await;
    office.issue("enrol").await;
    office.post("/api/v1/counters/1/call-next", json!({})).await;
    let health = office.get("/healthz").await;
    assert_eq!(health.status, 200);
    assert_eq!(health.json()["status"], "ok");
    assert!(health.json()["seq"].as_u64().unwrap() >= 3);
    let figures = office.until_figures("yobidashi_waiting{queue=\"A\"} 1").await;
    assert!(figures.contains("yobidashi_commands_total{code=\"counter_closed\"} 1"), "{figures}");
    assert!(figures.contains("yobidashi_commit_seconds_bucket{le=\"+Inf\"}"), "{figures}");
    assert!(figures.contains("yobidashi_screens{role=\"display\"} 0"), "{figures}");
}

#[tokio::test]
async fn a_body_may_be_left_out_where_nothing_need_be_said() {
    let office = Office::open().await;
    let reply = crate::client::raw("/api/v1/day/close", b"").send(office.address).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let reply = get("/api/v1/office").send(office.address).await;
    assert_eq!(reply.json()["day"]["day"], json!(null));
}

impl Office {
    async fn until_figures(&self, line: &str) -> String {
        let look = async {
            loop {
                let figures = self.get("/metrics").await;
                if figures.text().contains(line) {
                    return figures.text().to_owned();
                }
            }
        };
        tokio::time::timeout(crate::client::DEADLINE, look).await.expect("the figure")
    }
}

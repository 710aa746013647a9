//! Bad input gets its own stable code, always in the one envelope.

use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::client::{Ask, get, post, raw, reply};
use crate::office::Office;

#[tokio::test]
async fn each_mistake_has_its_own_code() {
    let office = Office::open().await;
    let tickets = "/api/v1/tickets";
    let typed =
        |body: &str| raw(tickets, body.as_bytes()).header("content-type", "application/json");
    let key = |key: &str| post(tickets, json!({ "queue": "enrol" })).header("idempotency-key", key);
    let table: Vec<(Ask, u16, &str)> = vec![
        (typed("{"), 400, "bad_json"),
        (typed("\"\\ud800\""), 400, "bad_json"),
        (typed("[]"), 422, "bad_request"),
        (typed("{}"), 422, "bad_request"),
        (typed(r#"{"queue":"enrol","errand":"enrol"}"#), 422, "bad_request"),
        (typed(r#"{"queue":"enrol","name":"somebody"}"#), 422, "bad_request"),
        (typed(r#"{"queue":"enrol","queue":"leave"}"#), 422, "bad_request"),
        (typed(r#"{"queue":"受付"}"#), 422, "bad_request"),
        (typed(r#"{"queue":"enrol","language":"tlh"}"#), 422, "bad_request"),
        (
            typed(r#"{"queue":"enrol","class":{"class":"appointment","due_at_ms":-1}}"#),
            422,
            "bad_request",
        ),
        (raw(tickets, b"{}"), 415, "wrong_content_type"),
        (
            raw(tickets, b"queue=enrol")
                .header("content-type", "application/x-www-form-urlencoded"),
            415,
            "wrong_content_type",
        ),
        (typed(&format!("{{\"queue\":\"{}\"}}", "x".repeat(70_000))), 413, "body_too_large"),
        (key(""), 400, "bad_idempotency_key"),
        (key("with space"), 400, "bad_idempotency_key"),
        (key(&"k".repeat(129)), 400, "bad_idempotency_key"),
        (key("one").header("idempotency-key", "two"), 400, "bad_idempotency_key"),
        (post(tickets, json!({ "queue": "nothing" })), 404, "unknown_queue"),
        (post(tickets, json!({ "errand": "nothing" })), 404, "unknown_errand"),
        (post(tickets, json!({ "queue": "enrol", "kiosk": "nowhere" })), 404, "unknown_kiosk"),
        (post("/api/v1/counters/99/call-next", json!({})), 404, "unknown_counter"),
        (post("/api/v1/counters/%E7%AA%93/call-next", json!({})), 404, "unknown_counter"),
        (post("/api/v1/counters/1/call-next", json!({})), 409, "counter_closed"),
        (post("/api/v1/counters/1/call", json!({ "label": "A999" })), 404, "unknown_label"),
        (post("/api/v1/counters/1/call", json!({ "label": "12" })), 422, "bad_request"),
        (
            post("/api/v1/tickets/77/cancel", json!({ "reason": "withdrawn" })),
            404,
            "unknown_ticket",
        ),
        (
            post("/api/v1/tickets/abc/cancel", json!({ "reason": "withdrawn" })),
            404,
            "unknown_ticket",
        ),
        (post("/api/v1/tickets/1/cancel", json!({ "reason": "because" })), 422, "bad_request"),
        (get("/api/v1/tickets/77"), 404, "unknown_ticket"),
        (get("/api/v1/nothing"), 404, "unknown_route"),
        (get("/nothing.js"), 404, "unknown_route"),
        (get(tickets), 405, "wrong_method"),
        (get(tickets).method("DELETE"), 405, "wrong_method"),
        (post("/healthz", json!({})), 405, "wrong_method"),
        (get("/api/v1/office").header("host", "elsewhere.example"), 421, "foreign_host"),
        (
            post(tickets, json!({ "queue": "enrol" })).header("origin", "http://elsewhere.example"),
            403,
            "foreign_origin",
        ),
        (get("/ws?role=display"), 400, "bad_upgrade"),
        (get("/ws?role=nobody"), 422, "bad_request"),
        (get("/ws?role=display&since=1"), 422, "bad_request"),
        (get("/ws?role=display&epoch=1&since=-1"), 422, "bad_request"),
    ];
    for (ask, status, code) in table {
        let shown = format!("{ask:?}");
        let reply = ask.send(office.address).await;
        let got = (reply.status, reply.code());
        assert_eq!(got, (status, code.to_owned()), "{shown}: {}", reply.text());
    }
}

#[tokio::test]
async fn a_wrong_method_names_the_right_ones() {
    let office = Office::open().await;
    let reply = get("/api/v1/day/open").send(office.address).await;
    assert_eq!(reply.header("allow"), Some("POST"));
    let reply = get("/api/v1/office").method("DELETE").send(office.address).await;
    assert_eq!(reply.header("allow"), Some("GET, HEAD"));
}

#[tokio::test]
async fn a_whole_number_may_be_written_with_a_point() {
    let office = Office::open().await;
    let tag = |number: &str| {
        let body = format!(r#"{{"pool":"express","number":{number}}}"#);
        raw("/api/v1/tags", body.as_bytes()).header("content-type", "application/json")
    };
    assert_eq!(tag("7.0").send(office.address).await.status, 201);
    assert_eq!(tag("7.5").send(office.address).await.code(), "bad_request");
    assert_eq!(tag("1e300").send(office.address).await.code(), "bad_request");
    assert_eq!(tag("-1.0").send(office.address).await.code(), "bad_request");
}

#[tokio::test]
async fn a_mistake_says_what_was_expected() {
    let office = Office::open().await;
    let reply = office.post("/api/v1/tickets", json!({ "queu": "enrol" })).await;
    let message = reply.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("queu") && message.contains("`queue`"), "{message}");
    let reply = office.post("/api/v1/counters/1/call-next", json!({})).await;
    assert_eq!(reply.json()["error"]["detail"]["counter"], "1");
}

#[tokio::test]
async fn refusals_carry_the_facts_that_screens_translate() {
    let office = Office::open().await;
    office.done("/api/v1/counters/1/open", json!({})).await;
    let (_, label) = office.issue("enrol").await;
    office.done("/api/v1/counters/1/call-next", json!({})).await;
    let busy = office.post("/api/v1/counters/1/call-next", json!({})).await;
    assert_eq!(busy.code(), "counter_busy");
    assert_eq!(busy.json()["error"]["detail"]["label"], label);
    let wrong = office.post("/api/v1/counters/1/start", json!({ "presented": "C009" })).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (409, "label_mismatch"));
    assert_eq!(wrong.json()["error"]["detail"]["presented"], "C009");
}

#[tokio::test]
async fn kiosks_are_told_when_the_office_opens_next() {
    let office = Office::open().await;
    office.pass(11 * 3_600_000);
    let kiosk = json!({ "queue": "enrol", "kiosk": "kiosk-1" });
    let closed = office.post("/api/v1/tickets", kiosk).await;
    assert_eq!((closed.status, closed.code().as_str()), (409, "closed_hours"));
    assert_eq!(closed.json()["error"]["detail"]["next_open"], "2026-06-03T08:30");
}

#[tokio::test]
async fn every_answer_protects_the_page_it_is_for() {
    let office = Office::open().await;
    for path in ["/", "/api/v1/office", "/nothing", "/healthz"] {
        let reply = office.get(path).await;
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'self'"), "{path}: {policy}");
        assert!(!policy.contains("script-src"), "{path}: scripts come from this server only");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn a_body_that_never_comes_is_not_waited_for() {
    tokio::time::timeout(Duration::from_secs(14), async {
        let office = Office::open().await;
        let mut stream = TcpStream::connect(office.address).await.unwrap();
        let head = format!(
            "POST /api/v1/tickets HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
             content-length: 20\r\n\r\n{{",
            office.address
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let reply = reply(&mut stream).await;
        assert_eq!((reply.status, reply.code().as_str()), (408, "slow_request"));
    })
    .await
    .expect("an answer after ten seconds");
}

//! Reports over HTTP: the open day when asked, one envelope when the range makes no sense.

use serde_json::json;

use crate::office::Office;

#[tokio::test]
async fn a_report_counts_what_was_completed_a_moment_ago() {
    let office = Office::open().await;
    office.done("/api/v1/counters/1/open", json!({})).await;
    office.issue("enrol").await;
    office.done("/api/v1/counters/1/call-next", json!({})).await;
    office.done("/api/v1/counters/1/start", json!({})).await;
    let procedures = json!({ "procedures": ["2", "22"] });
    office.done("/api/v1/counters/1/complete", procedures).await;
    let path = "/api/v1/reports?day=2026-06-02&now=true";
    let report = office.get(path).await.json();
    assert_eq!(report["tickets"]["completed"], 1);
    assert_eq!(report["tickets"]["issued"], 1);
    let row = |key: &str| {
        let rows = report["rows"].as_array().unwrap();
        rows.iter().find(|row| row["row"] == key).unwrap()["count"].clone()
    };
    assert_eq!((row("2"), row("22"), row("7")), (json!(1), json!(1), json!(null)));
    assert_eq!(report["waits"][0]["wait"]["count"], 1);
    assert_eq!(report["seq"], office.engine.seq());
    let finished = office.get("/api/v1/reports?day=2026-06-02").await.json();
    assert_eq!((&finished["days"], &finished["tickets"]["issued"]), (&json!(0), &json!(0)));
}

#[tokio::test]
async fn a_range_that_makes_no_sense_says_what_was_expected() {
    let office = Office::open().await;
    for query in ["", "?", "?day=yesterday", "?from=2026-06-02", "?fiscal_year=R5&day=2026-06-02"] {
        let reply = office.get(&format!("/api/v1/reports{query}")).await;
        assert_eq!(reply.status, 422, "{query}");
        assert_eq!(reply.json()["error"]["code"], "bad_request", "{query}");
    }
    let reply = office.get("/api/v1/reports?from=2026-06-02&to=2026-06-01").await;
    assert_eq!(reply.status, 422);
}

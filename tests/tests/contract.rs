//! The published contract against the running program: every route of the OpenAPI document gets
//! requests made from its own schemas, right and wrong ones, and every answer is held to it.
//!
//! The requests are the same each time; `YOBIDASHI_SEED=17` makes others, and
//! `YOBIDASHI_REQUESTS=100000` more.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it must be"
)]

mod contract {
    pub(crate) mod maker;
    pub(crate) mod schema;
    pub(crate) mod trial;
}

use contract::schema::Schemas;
use contract::trial::Trial;
use serde_json::{Value, json};
use tests::harness::http::{Client, Request};
use tests::harness::random::{Random, seed_or};
use tests::harness::{Office, roomy};

#[test]
fn every_route_keeps_its_contract_whatever_it_is_asked() {
    let seed = seed_or("YOBIDASHI_SEED", 2_026);
    let asked = std::env::var("YOBIDASHI_REQUESTS").ok().and_then(|text| text.parse().ok());
    // A printer that takes any number of slips at once, and a device to ask things of.
    let printed = tempfile::tempdir().unwrap();
    let paper = printed.path().join("paper").display().to_string();
    let printers = format!("[devices.printers]\nkiosk-1 = \"file:{paper}?profile=epson-jp\"");
    let office = Office::open_with(|office| {
        let office = roomy(office).replace("[devices.printers]", &printers);
        office.replace("\nkiosk-1 = \"kiosk-2\"", "")
    });
    let document = office.client().get("/api/v1/openapi.json").json();
    let mut trial = Trial::new(&document, office.client(), Random::new(seed));
    let asked = asked.unwrap_or(4_000);
    tell_a_story(&mut trial);
    trial.run(asked);
    trial.close_the_day();
    trial.run(200);
    assert!(
        trial.offences.is_empty(),
        "seed {seed}: the contract is broken:\n  {}",
        trial.offences_text()
    );
    let silent = trial.never_well();
    assert!(silent.is_empty(), "never answered well, so hardly tried: {silent:?}");
    assert_eq!(office.health().status, 200, "the office works on");
    assert!(!office.server().said().contains("ERROR"), "{}", office.server().said());
}

/// What chance alone seldom gets to: a whole transfer, a hold, a batch, a kiosk's own number.
fn tell_a_story(trial: &mut Trial) {
    for (operation, subject, body) in [
        ("openCounter", "5", json!({})),
        ("issueTicket", "", json!({ "queue": "premium" })),
        ("callNext", "5", json!({})),
        ("startService", "5", json!({ "presented": "H0001" })),
        ("hold", "5", json!({ "reason": "filling_form" })),
        ("resume", "5", json!({ "label": "H0001" })),
        ("transfer", "5", json!({ "to": "residents" })),
        ("confirmTransfer", "1", json!({ "step": "arrival" })),
        ("confirmTransfer", "1", json!({ "step": "seen_by_eye" })),
        ("issueTicket", "", json!({ "queue": "premium" })),
        ("callNext", "5", json!({})),
        ("recall", "5", json!({})),
        ("reportMismatch", "5", json!({})),
        ("callTicket", "5", json!({ "label": "H0002" })),
        ("returnToQueue", "5", json!({ "place": "back" })),
        ("callNext", "5", json!({})),
        ("startService", "5", json!({})),
        ("endService", "5", json!({})),
        ("completeService", "5", json!({ "procedures": ["2", "22"] })),
        ("undo", "5", json!({})),
        ("printSlip", "", json!({ "kind": "staff", "ticket": 1 })),
        ("receiveBatch", "", json!({ "procedure": "2-3", "channel": "mail", "count": 3 })),
        ("advanceBatch", "1", json!({ "step": 1 })),
        ("deliverBatch", "1", json!({ "returned": 1 })),
        (
            "mergeOffline",
            "",
            json!({
                "kiosk": "kiosk-1", "errand": "join", "number": 9800, "issued_ago_ms": 60_000,
            }),
        ),
    ] {
        trial.step(operation, subject, &body);
    }
}

#[test]
fn the_validator_tells_right_from_wrong() {
    let document = json!({ "components": { "schemas": {
        "Colour": { "enum": ["red", "blue"] },
        "Thing": {
            "type": "object", "additionalProperties": false, "required": ["size"],
            "properties": {
                "size": { "type": "integer", "minimum": 1, "maximum": 9 },
                "colour": {
                    "anyOf": [{ "$ref": "#/components/schemas/Colour" }, { "type": "null" }],
                },
                "key": { "type": "string", "pattern": "^[A-Za-z0-9_-]{1,23}$" },
            },
        },
    } } });
    let schemas = Schemas::of(&document);
    let thing = json!({ "$ref": "#/components/schemas/Thing" });
    let right = [json!({ "size": 1 }), json!({ "size": 9, "colour": null, "key": "a-1" })];
    let wrong = [
        json!({}),
        json!({ "size": 0 }),
        json!({ "size": 10 }),
        json!({ "size": "1" }),
        json!({ "size": 1, "colour": "green" }),
        json!({ "size": 1, "key": "" }),
        json!({ "size": 1, "other": 1 }),
        json!([]),
    ];
    for value in right {
        assert_eq!(schemas.check(&thing, &value), Ok(()), "{value}");
    }
    for value in wrong {
        assert!(schemas.check(&thing, &value).is_err(), "{value}");
    }
}

/// What a client may do wrong, and the code it gets.
#[test]
fn every_mistake_has_its_own_stable_code() {
    let small = |office: String| {
        let office = roomy(office);
        office.replacen("last = 9799, width = 4", "last = 2, width = 4", 1)
    };
    let office = Office::open_with(small);
    let mut client = office.client();
    let tickets = "/api/v1/tickets";
    let json_text = |text: &str| {
        let request = Request::new("POST", tickets).header("Content-Type", "application/json");
        request.body(text.as_bytes().to_vec())
    };
    let enrol = json!({ "queue": "enrol" });
    let large = json!({ "queue": "x".repeat(70_000) });
    let cases = [
        (json_text("{\"queue\": "), 400, "bad_json"),
        (json_text("[1]"), 422, "bad_request"),
        (json_text("{\"queue\": \"enrol\", \"name\": \"x\"}"), 422, "bad_request"),
        (json_text("{\"queue\": \"enrol\", \"language\": \"xx\"}"), 422, "bad_request"),
        (Request::post(tickets, &json!({ "queue": "nowhere" })), 404, "unknown_queue"),
        (Request::post(tickets, &json!({ "errand": "nothing" })), 404, "unknown_errand"),
        (Request::post(tickets, &large), 413, "body_too_large"),
        (Request::post(tickets, &enrol).key("two words"), 400, "bad_idempotency_key"),
        (Request::new("POST", tickets).body(b"{}".to_vec()), 415, "wrong_content_type"),
        (Request::post("/api/v1/counters/99/call-next", &json!({})), 404, "unknown_counter"),
        (Request::post("/api/v1/counters/1/call-next", &json!({})), 409, "counter_closed"),
        (Request::post("/api/v1/counters/1/open", &json!({})), 200, ""),
        (Request::post("/api/v1/counters/1/call-next", &json!({})), 409, "queue_empty"),
        (Request::post("/api/v1/counters/1/start", &json!({})), 409, "counter_idle"),
        (Request::get("/api/v1/tickets/999"), 404, "unknown_ticket"),
        (Request::get("/api/v1/tickets/one"), 404, "unknown_ticket"),
        (Request::get("/api/v1/nothing"), 404, "unknown_route"),
        (Request::new("DELETE", tickets), 405, "wrong_method"),
        (Request::get("/ws?role=display"), 400, "bad_upgrade"),
        (Request::get("/healthz").header("Host", "elsewhere.example"), 421, "foreign_host"),
        (
            Request::post(tickets, &enrol).header("Origin", "http://elsewhere.example"),
            403,
            "foreign_origin",
        ),
        (Request::post(tickets, &enrol).key("one"), 201, ""),
        (Request::post(tickets, &json!({ "queue": "leave" })).key("one"), 409, "key_reused"),
        (Request::post(tickets, &enrol).key("one"), 201, ""),
        (Request::post(tickets, &enrol).key("two"), 201, ""),
        (Request::post(tickets, &enrol).key("three"), 409, "range_exhausted"),
    ];
    for (request, status, code) in cases {
        let answer = client.send(&request).unwrap();
        let got = (answer.status, answer.code());
        assert_eq!(got, (status, code.to_owned()), "{request}: {}", answer.text());
    }
}

/// After hours a kiosk gives no ticket, and says when to come.
#[test]
fn after_hours_the_answer_says_when_to_come() {
    for (moment, next) in
        [("2026-06-03T18:00", "2026-06-04T08:30"), ("2026-06-06T10:00", "2026-06-08T08:30")]
    {
        let office = Office::open_at(moment, |office| office);
        let mut kiosk = office.kiosk("kiosk-1");
        assert_eq!(kiosk.issue("join").code(), "day_not_open", "{moment}");
        // Somebody opens the day all the same; at the kiosk the hours still hold.
        office.client().post("/api/v1/day/open", &json!({}));
        let answer = kiosk.issue("join");
        assert_eq!((answer.status, answer.code().as_str()), (409, "closed_hours"), "{moment}");
        assert_eq!(answer.json()["error"]["detail"]["next_open"], next, "{moment}");
    }
}

/// An example of every live message is what the document says it is.
#[test]
fn live_messages_are_as_described() {
    let office = Office::open_with(roomy);
    let document = office.client().get("/api/v1/openapi.json").json();
    let schemas = Schemas::of(&document);
    let messages = &document["paths"]["/ws"]["get"]["responses"]["101"]["x-messages"];
    let roles: Vec<(&String, &Value)> = messages.as_object().unwrap().iter().collect();
    assert_eq!(roles.len(), 4);
    for (role, schema) in roles {
        let mut screen = office.screen(role);
        let mut client: Client = office.client();
        let mut kinds = Vec::new();
        while !kinds.contains(&"event".to_owned()) {
            // A ticket issued earlier would stand in the snapshot, and no event would tell of it.
            if kinds.len() == 2 {
                client.post("/api/v1/tickets", &json!({ "queue": "enrol" }));
            }
            let message = screen.next_message().unwrap();
            assert_eq!(schemas.check(schema, &message), Ok(()), "{role}: {message}");
            kinds.push(message["type"].as_str().unwrap().to_owned());
            assert!(kinds.len() < 100, "{role}: {kinds:?} and no event");
        }
        assert_eq!(kinds[..2], ["hello", "snapshot"], "{role}");
    }
}

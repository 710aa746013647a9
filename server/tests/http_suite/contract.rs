//! What the contract says and what the rules know are the same.

use std::collections::BTreeSet;

use domain::language::Language;
use domain::refusal;
use protocol::route::{self, Method, ROUTES};
use serde_json::{Value, json};

use crate::office::Office;

#[test]
fn every_code_a_route_lists_exists() {
    let rules: BTreeSet<&str> = refusal::ALL_CODES.iter().copied().collect();
    let general: BTreeSet<&str> = route::GENERALS.iter().map(|general| general.code).collect();
    assert!(rules.is_disjoint(&general), "a code means one thing");
    for route in ROUTES {
        for code in route.codes() {
            assert!(rules.contains(code) || general.contains(code), "{code} in {}", route.path);
        }
    }
}

/// The committed document.
fn document() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../protocol/openapi.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_contract_names_every_code_and_no_other() {
    let document = document();
    let listed = document["components"]["schemas"]["ErrorCode"]["enum"].as_array().unwrap();
    let listed: BTreeSet<&str> = listed.iter().map(|code| code.as_str().unwrap()).collect();
    let general = route::GENERALS.iter().map(|general| general.code);
    let known: BTreeSet<&str> = refusal::ALL_CODES.iter().copied().chain(general).collect();
    assert_eq!(listed, known);
}

#[test]
fn the_contract_offers_the_languages_the_rules_know() {
    let document = document();
    let property = &document["components"]["schemas"]["OpenCounter"]["properties"]["languages"];
    let offered: Vec<&str> = property["items"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag.as_str().unwrap())
        .collect();
    let known: Vec<&str> = Language::ALL.iter().map(|language| language.tag()).collect();
    assert_eq!(offered, known);
}

#[tokio::test]
async fn the_server_gives_out_the_contract_it_was_built_with() {
    let office = Office::open().await;
    let served = office.get("/api/v1/openapi.json").await;
    assert_eq!(served.header("content-type"), Some("application/json"));
    assert_eq!(served.json(), document());
}

#[tokio::test]
async fn every_route_of_the_contract_is_there() {
    let office = Office::open().await;
    for route in ROUTES {
        let path = route.path.replace("{counter}", "1").replace("{bell}", "special");
        let path = path.replace("{ticket}", "1").replace("{tag}", "1");
        let path = path.replace("{print}", "kiosk-1.1");
        let path = path.replace("{device}", "printers.kiosk-1");
        let path = path.replace("{ring}", "1").replace("{batch}", "1");
        let reply = match route.method {
            Method::Get => office.get(&path).await,
            Method::Post => office.post(&path, json!({ "nothing": "of this" })).await,
        };
        assert!(!matches!(reply.status, 405 | 500..=599), "{path}: {}", reply.text());
        assert!(reply.status != 404 || reply.code() != "unknown_route", "{path}");
    }
}

//! What everybody remembers, and how it is compared with the log.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tests::harness::http::{Answer, Request};

/// A command that was carried out, as the one who asked remembers it.
pub(crate) struct Done {
    pub(crate) path: String,
    pub(crate) key: String,
    pub(crate) request: Request,
    pub(crate) answer: Answer,
}

/// What one person remembers.
#[derive(Default)]
pub(crate) struct Account {
    /// Commands that were carried out, in order.
    pub(crate) done: Vec<Done>,
    /// Answers that did not come.
    pub(crate) lost: u64,
}

/// Compares all accounts with the log.
pub(crate) fn audit(log: &[Value], accounts: &[Account], tickets: u64) {
    gapless(log);
    let told = every_answer_is_in_the_log(log, accounts);
    nobody_was_left_out(log, &told);
    one_life_each(log, tickets);
}

/// Sequence numbers go up by one, and time never goes back.
fn gapless(log: &[Value]) {
    for (index, record) in log.iter().enumerate() {
        assert_eq!(record["seq"].as_u64(), Some(index as u64 + 1), "a gap in the log");
        if index > 0 {
            let (before, at) = (log[index - 1]["at_ms"].as_i64(), record["at_ms"].as_i64());
            assert!(before <= at, "time goes back at record {}", index + 1);
        }
    }
}

/// No answer tells what the log does not; no two answers tell the same. Returns the commands told.
fn every_answer_is_in_the_log(log: &[Value], accounts: &[Account]) -> BTreeSet<u64> {
    let mut told = BTreeSet::new();
    for done in accounts.iter().flat_map(|account| &account.done) {
        let answer = done.answer.json();
        let seq = answer["seq"].as_u64().unwrap();
        for (event, seq) in answer["events"].as_array().unwrap().iter().zip(seq..) {
            let record = log.get(usize::try_from(seq).unwrap() - 1);
            let record = record.unwrap_or_else(|| panic!("{} was answered, not logged", done.key));
            assert_eq!(record["event"], *event, "{} was answered differently", done.key);
            assert_eq!(record["at_ms"], answer["at_ms"], "{}", done.key);
            assert_eq!(record["command"].as_u64(), answer["seq"].as_u64(), "{}", done.key);
        }
        assert!(told.insert(seq), "two commands were answered with record {seq}");
    }
    told
}

/// Everybody asked until there was an answer, so every command of theirs in the log was told.
fn nobody_was_left_out(log: &[Value], told: &BTreeSet<u64>) {
    for record in log.iter().filter(|record| record["source"]["by"] != "office") {
        let command = record["command"].as_u64().unwrap();
        assert!(told.contains(&command), "record {command} is an effect without an answer");
    }
}

/// Labels are unique; each ticket is called, started and completed once, at one counter that has
/// nobody else.
fn one_life_each(log: &[Value], tickets: u64) {
    let mut labels = BTreeSet::new();
    let mut at_counter: BTreeMap<String, u64> = BTreeMap::new();
    let mut state: BTreeMap<u64, &str> = BTreeMap::new();
    for record in log {
        let event = &record["event"];
        let counter = event["counter"].as_str().unwrap_or_default().to_owned();
        let Some(ticket) = event["ticket"].as_u64() else { continue };
        let kind = event["kind"].as_str().unwrap();
        let before = match kind {
            "ticket_issued" => {
                let label = event["label"].as_str().unwrap().to_owned();
                assert!(labels.insert(label.clone()), "label {label} was issued twice");
                None
            }
            "ticket_called" => {
                let other = at_counter.insert(counter, ticket);
                assert_eq!(other, None, "a counter called {ticket} while it had another");
                Some("ticket_issued")
            }
            "service_started" => Some("ticket_called"),
            "service_completed" => {
                assert_eq!(at_counter.remove(&counter), Some(ticket));
                Some("service_started")
            }
            _ => panic!("nobody asked for {kind}"),
        };
        assert_eq!(state.insert(ticket, kind), before, "ticket {ticket}: {kind}");
    }
    assert_eq!(state.len() as u64, tickets, "tickets in the log");
    assert!(state.values().all(|kind| *kind == "service_completed"), "everybody was served");
}

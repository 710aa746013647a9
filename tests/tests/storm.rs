//! A storm over the whole office: many clients at once, answers lost, the server killed at random
//! moments, and afterwards every account compared with the log.
//!
//! `YOBIDASHI_STORM=full` runs the whole 5,000 tickets; `YOBIDASHI_SEED=17` makes the
//! choices of one storm again, though not the turns that its threads took.
//!
//! What is held: labels are unique (invariant 4), nobody is called twice (5), what was answered is
//! in the log and nothing else was answered (2), a repeated request gets the first answer (5), and
//! screens that come back miss nothing (7).

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it must be"
)]

mod storm {
    pub(crate) mod account;
    pub(crate) mod people;
    pub(crate) mod screens;
    pub(crate) mod weather;
}

use std::sync::Arc;
use std::thread;

use serde_json::json;
use storm::account::{Account, audit};
use storm::people::{call, issue};
use storm::screens::{come_back, watch};
use storm::weather::Weather;
use tests::harness::http::Request;
use tests::harness::process::yobidashi;
use tests::harness::random::{Random, seed};
use tests::harness::{Office, roomy};

/// Clients that issue tickets, and as many counters.
const CLIENTS: usize = 16;
/// Queues they issue for; every counter of the storm serves all of them.
const QUEUES: [&str; 4] = ["enrol", "leave", "card", "premium"];
/// Counters whose kind may serve these queues.
const COUNTERS: [&str; CLIENTS] =
    ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "20", "31", "32", "33"];
/// Events that a screen has missed when it comes back after the storm.
const MISSED: usize = 200;
const ROLES: [&str; 4] = ["kiosk", "counter", "display", "dashboard"];

#[test]
#[expect(clippy::print_stdout, reason = "the seed repeats a storm that fails")]
fn a_storm_with_kills_loses_nothing_and_doubles_nothing() {
    let seed = seed("YOBIDASHI_SEED");
    let full = std::env::var("YOBIDASHI_STORM").is_ok_and(|size| size == "full");
    let (tickets, kills) = if full { (5_000, 8) } else { (1_200, 3) };
    println!("YOBIDASHI_SEED={seed}: {tickets} tickets, {kills} kills");
    let mut random = Random::new(seed);
    let mut office = Office::open_with(roomy);
    let weather = Arc::new(Weather::new(office.server().address(), tickets));

    let screens: Vec<_> = (0..2 * ROLES.len())
        .map(|index| {
            let weather = Arc::clone(&weather);
            thread::spawn(move || watch(&weather, ROLES[index % ROLES.len()]))
        })
        .collect();
    let people: Vec<thread::JoinHandle<Account>> = (0..2 * CLIENTS)
        .map(|index| {
            let (weather, random) = (Arc::clone(&weather), random.split());
            thread::spawn(move || {
                if index < CLIENTS {
                    issue(&weather, index, CLIENTS, &QUEUES, random)
                } else {
                    call(&weather, COUNTERS[index - CLIENTS], &QUEUES, random)
                }
            })
        })
        .collect();
    // Moments of the kills: after so many answers, somewhere in the first nine tenths.
    let mut moments: Vec<u64> =
        (0..kills).map(|_| 50 + random.below(tickets * 4 * 9 / 10 - 50)).collect();
    moments.sort_unstable();
    for moment in moments {
        weather.wait_for_answers(moment);
        // Not only just after an answer: any moment of a commit.
        for _ in 0..random.below(20_000) {
            thread::yield_now();
        }
        office.kill();
        weather.darken();
        office.restart();
        weather.clear(office.server().address());
    }

    let accounts: Vec<Account> = people.into_iter().map(|one| one.join().unwrap()).collect();
    let last = office.health().json()["seq"].as_u64().unwrap();
    weather.finish(last);
    let seen: Vec<_> = screens.into_iter().map(|screen| screen.join().unwrap()).collect();
    answers_survive(&office, &accounts);
    let log = office.log();
    office.kill();
    office.restart();
    ROLES.iter().for_each(|role| come_back(&office, &log, role, MISSED));
    let said = office.stop();
    assert!(!said.contains("ERROR"), "the server complained:\n{said}");

    assert_eq!(office.log(), log, "stopping and starting changes nothing");
    audit(&log, &accounts, tickets);
    seen.iter().for_each(|screen| screen.compare(&log));
    let verified = yobidashi().arg("verify").arg("--data").arg(office.data()).output().unwrap();
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success(), "verify finds fault: {said}");
    let lost: u64 = accounts.iter().map(|account| account.lost).sum();
    let snapshots: usize = seen.iter().map(storm::screens::Seen::snapshots).sum();
    println!(
        "{} records; {lost} answers lost and asked for again; {snapshots} snapshots for screens \
         slower than the storm",
        log.len()
    );
}

/// Everything that was answered once is answered the same again, after all restarts.
fn answers_survive(office: &Office, accounts: &[Account]) {
    let mut client = office.client();
    for account in accounts {
        for done in account.done.iter().step_by(7) {
            let again = client.send(&done.request).unwrap();
            assert_eq!(again.status, done.answer.status, "{}", again.text());
            assert_eq!(again.text(), done.answer.text(), "another answer under the same key");
        }
        if let Some(done) = account.done.first() {
            let other = Request::post(&done.path, &json!({ "queue": "pension" })).key(&done.key);
            let other = client.send(&other).unwrap();
            assert_ne!(other.status / 100, 2, "another body under the same key was carried out");
        }
    }
}

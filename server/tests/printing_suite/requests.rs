//! Slips beside the tickets' own.

use std::collections::BTreeSet;

use domain::command::Command;
use domain::event::Event;
use domain::id::{CounterId, QueueId, TagPoolId, TicketId};
use kiosk::slip::Kind;
use printer_driver::virtual_printer::{Control, PaperSupply};
use protocol::view::PrinterCondition;
use serde_json::{Value, json};

use crate::hall::{FIRST, Hall, Run, SECOND, until};

/// Serves somebody at the first counter and sends them on.
fn transfers(run: &Run, to: &str) -> TicketId {
    let counter = CounterId::new("1").unwrap();
    let (ticket, _) = run.issue(FIRST);
    run.does(Command::CallTicket { counter, ticket });
    run.does(Command::StartService { counter, presented: None });
    run.does(Command::Transfer { counter, to: QueueId::new(to).unwrap() });
    ticket
}

fn opens(run: &Run) {
    let counter = CounterId::new("1").unwrap();
    let languages = Vec::new();
    run.does(Command::OpenCounter { counter, operator: None, languages, profile: None });
}

/// How many slips of a kind lie in a tray.
fn count(hall: &Hall, name: &str, words: &str) -> usize {
    hall.slips(name).iter().filter(|slip| slip.contains(words)).count()
}

fn comes(hall: &Hall, name: &str, words: &str, times: usize) {
    until(&format!("{words} comes out"), || (count(hall, name, words) >= times).then_some(()));
}

/// Waits until a slip is on paper.
fn is_printed(run: &Run, print: &Value) -> Value {
    let path = format!("/api/v1/prints/{}", print["print"].as_str().unwrap());
    until("the slip is printed", || {
        let view = run.get(&path).json();
        (view["state"] == "printed").then_some(view)
    })
}

#[test]
fn somebody_sent_to_another_section_gets_the_slip_of_r_51_once_and_again_when_staff_ask() {
    let hall = Hall::new();
    let run = hall.start();
    opens(&run);
    let within = transfers(&run, "benefit");
    let away = transfers(&run, "tax");
    comes(&hall, FIRST, "連携", 1);
    // The code is the ticket's own token and nothing else (R-51, D-1).
    let token = server::slip::qr_payload(&[7; 16]);
    assert!(hall.codes(FIRST).contains(&token), "{:?}", hall.codes(FIRST));
    let refused = run.asks(json!({ "kind": "transfer", "ticket": within.0 }), "within");
    assert_eq!((refused.status, refused.code().as_str()), (409, "not_transferred"));

    let body = json!({ "kind": "transfer", "ticket": away.0, "printer": SECOND });
    let first = run.asks(body.clone(), "press-1");
    assert_eq!(first.status, 201, "{}", first.text());
    let print = first.json();
    assert_eq!((&print["kind"], &print["printer"]), (&json!("transfer"), &json!(SECOND)));
    is_printed(&run, &print);
    // The press is sent again because its answer got lost: the same slip, no other.
    let again = run.asks(body, "press-1");
    assert_eq!(again.json()["print"], print["print"]);
    let reused = run.asks(json!({ "kind": "staff", "ticket": away.0 }), "press-1");
    assert_eq!((reused.status, reused.code().as_str()), (409, "key_reused"));
    assert_eq!((count(&hall, FIRST, "連携"), count(&hall, SECOND, "連携")), (1, 1));
    run.stop();
}

#[test]
fn what_cannot_be_printed_is_refused_with_a_stable_code() {
    let hall = Hall::new();
    let run = hall.start();
    let refused = |body: Value, code: &str| {
        let reply = run.post("/api/v1/prints", body);
        assert_eq!(reply.code(), code, "{}", reply.text());
    };
    refused(json!({ "kind": "staff", "ticket": 99 }), "unknown_ticket");
    refused(json!({ "kind": "staff" }), "unknown_ticket");
    refused(json!({ "kind": "tag", "tag": 99 }), "unknown_tag");
    refused(json!({ "kind": "poster" }), "bad_request");
    let (ticket, _) = run.issue(FIRST);
    refused(json!({ "kind": "staff", "ticket": ticket.0, "printer": "kiosk-9" }), "no_printer");
    let reprint = format!("/api/v1/tickets/{}/reprint", ticket.0);
    assert_eq!(run.post(&reprint, json!({ "printer": "kiosk-9" })).code(), "no_printer");
    assert_eq!(run.get("/api/v1/prints/kiosk-1.99").code(), "unknown_print");
    assert_eq!(run.get("/api/v1/prints/..").code(), "unknown_print");
    run.stop();
}

#[test]
fn a_slip_for_staff_goes_where_its_printer_stands_in_and_its_name_leads_there() {
    let mut hall = Hall::new();
    let first = crate::hall::kiosk(FIRST);
    hall.office.devices.slips.printers.insert(Kind::Staff, first);
    let run = hall.start();
    let (ticket, label) = run.issue(FIRST);
    until("the ticket is on paper", || (hall.count(&label) == 1).then_some(()));
    hall.control(FIRST, Control::Paper { supply: PaperSupply::End });
    run.shows(FIRST, "paper end", |view| view.condition == PrinterCondition::PaperEnd);
    let asked = run.asks(json!({ "kind": "staff", "ticket": ticket.0 }), "a");
    assert_eq!(asked.json()["printer"], FIRST);
    let printed = is_printed(&run, &asked.json());
    assert_eq!((&printed["printer"], &printed["print"]), (&json!(SECOND), &asked.json()["print"]));
    assert_eq!(hall.labels(SECOND, &[label]).len(), 1);
    let again = run.asks(json!({ "kind": "staff", "ticket": ticket.0 }), "a");
    assert_eq!(again.json(), printed);
    let kinds = run.get("/api/v1/prints").json();
    let kinds: Vec<&str> =
        kinds.as_array().unwrap().iter().map(|view| view["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["staff", "ticket"]);
    run.stop();
}

#[test]
fn a_tag_brings_its_slip_and_the_end_of_the_day_its_figures_where_the_office_wants_them() {
    let mut hall = Hall::new();
    hall.office.devices.slips.automatic = BTreeSet::from([Kind::Tag, Kind::Summary]);
    let run = hall.start();
    opens(&run);
    transfers(&run, "tax");
    let tag = Command::HandOutTag { pool: TagPoolId::new("express").unwrap(), number: 7 };
    let tag = run.does(tag);
    assert!(matches!(tag[0], Event::TagHandedOut { .. }), "{tag:?}");
    comes(&hall, FIRST, "番号札", 1);
    run.does(Command::CloseDay);
    comes(&hall, FIRST, "集計", 1);
    assert_eq!(count(&hall, FIRST, "連携"), 0, "nobody wanted it");
    // The last day can be asked for until the next one begins.
    let asked = run.asks(json!({ "kind": "summary" }), "evening");
    is_printed(&run, &asked.json());
    assert_eq!(count(&hall, FIRST, "集計"), 2);
    run.stop();
}

#[test]
fn an_event_brings_its_slip_once_however_often_the_office_starts_again() {
    for round in 0..4 {
        let hall = Hall::new();
        let run = hall.start();
        opens(&run);
        transfers(&run, "tax");
        if round > 0 {
            comes(&hall, FIRST, "連携", 1);
        }
        drop(run);
        for _ in 0..2 {
            let run = hall.start();
            comes(&hall, FIRST, "連携", 1);
            let (_, label) = run.issue(FIRST);
            until("the office prints", || (hall.count(&label) == 1).then_some(()));
            drop(run);
        }
        assert_eq!(count(&hall, FIRST, "連携"), 1, "round {round}");
    }
}

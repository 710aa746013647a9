//! Reads events and refusals out in one line each.

use std::collections::BTreeMap;
use std::fmt::Display;

use domain::event::{CallKind, Event, StepKind};
use domain::id::{ProcedureCode, TicketId};
use domain::label::Label;
use domain::language::Language;
use domain::refusal::Refusal;
use domain::setup::ProfileLine;
use domain::ticket::{Class, Origin};
use domain::time::Timestamp;

use crate::clerk::local;

/// The labels of all tickets so far.
pub(crate) type Labels = BTreeMap<TicketId, Label>;

/// A time of day, with seconds only where there are any.
pub(crate) fn time(at: Timestamp) -> String {
    let (_, minute, past_ms) = local(at);
    if past_ms == 0 { minute.to_string() } else { format!("{minute}:{:02}", past_ms / 1_000) }
}

/// A refusal as its code and what it says.
pub(crate) fn refusal(refusal: &Refusal, labels: &Labels) -> String {
    let debug = format!("{refusal:?}");
    let (name, detail) = debug.split_once(" {").unwrap_or((&debug, ""));
    let code = snake_case(name);
    let detail = plain(detail.trim_end_matches('}').trim(), labels);
    if detail.is_empty() { code } else { format!("{code} ({detail})") }
}

/// `CounterBusy` as `counter_busy`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

/// Takes the type names out of a value's debug text and writes labels as people know them.
pub(crate) fn plain(debug: &str, labels: &Labels) -> String {
    let mut text = debug.to_owned();
    while let Some(start) = text.find("Label { letter: ") {
        let end = start + text[start..].find('}').unwrap();
        let mut parts = text[start..end].split([':', ',']).map(str::trim);
        let (letter, number, width) = (parts.nth(1), parts.nth(1), parts.nth(1));
        let width: usize = width.unwrap().parse().unwrap();
        let label = format!("{}{:0>width$}", letter.unwrap(), number.unwrap());
        text.replace_range(start..=end, &label);
    }
    while let Some(start) = text.find("TicketId(") {
        let end = start + text[start..].find(')').unwrap();
        let id: u64 = text[start + "TicketId(".len()..end].parse().unwrap();
        let label = labels.get(&TicketId(id));
        let name = label.map_or(format!("#{id}"), Label::to_string);
        text.replace_range(start..=end, &name);
    }
    for kind in [
        "Queue", "Errand", "Counter", "Bell", "TagPool", "Kiosk", "Section", "Unit", "Ring",
        "TagUse", "Batch",
    ] {
        while let Some(start) = text.find(&format!("{kind}Id(")) {
            unwrap_parentheses(&mut text, start);
        }
    }
    while let Some(start) = text.find("ProcedureCode(") {
        unwrap_parentheses(&mut text, start);
    }
    text.replace('"', "")
}

/// `Name(inner)` as `inner`.
fn unwrap_parentheses(text: &mut String, start: usize) {
    let open = start + text[start..].find('(').unwrap();
    let end = open + text[open..].find(')').unwrap();
    let inner = text[open + 1..end].to_owned();
    text.replace_range(start..=end, &inner);
}

/// An event in one line: its name, then what a clerk wants to know.
pub(crate) fn event(event: &Event, labels: &Labels) -> String {
    let name = format!("{event:?}");
    let end = name.find(' ').unwrap_or(name.len());
    format!("{} {}", &name[..end], detail(event, labels))
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "split by subject; the last part panics at what none of them names"
)]
fn detail(event: &Event, labels: &Labels) -> String {
    match event {
        Event::SetupAdopted { setup } => setup.office.to_string(),
        Event::DayOpened { date } | Event::DayClosed { date } => date.to_string(),
        Event::GuidanceRecorded { kind, duration_ms } => {
            format!("{} for {} s", plain(&format!("{kind:?}"), labels), duration_ms / 1_000)
        }
        Event::TagHandedOut { tag, pool, number } => format!("{pool} {number} (use {tag})"),
        Event::TagCalled { tag, counter } => format!("use {tag} → counter {counter}"),
        Event::TagReturned { tag, procedures } => format!("use {tag}: {}", codes(procedures)),
        Event::BellRung { ring, bell, reason } => format!("{bell} for {reason} (ring {ring})"),
        Event::BellAcknowledged { ring } | Event::BellLapsed { ring } => format!("ring {ring}"),
        Event::BellEscalated { ring, count, to } => {
            format!("ring {ring}, time {count}{}", option(" → ", to.as_ref()))
        }
        Event::BatchReceived { batch, procedure, channel, count } => {
            format!("{batch}: {count} × {procedure} by {channel:?}")
        }
        Event::BatchAdvanced { batch, step } => format!("{batch}: step {step}"),
        Event::BatchDelivered { batch, returned } => format!("{batch}: {returned} returned"),
        other => ticket_detail(other, labels),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "split by subject; the last part panics at what none of them names"
)]
fn ticket_detail(event: &Event, labels: &Labels) -> String {
    let label =
        |ticket: &TicketId| labels.get(ticket).map_or(format!("#{ticket}"), Label::to_string);
    match event {
        Event::TicketIssued { .. } => issued(event),
        Event::PaperReported { ticket, paper } => format!("{} {paper:?}", label(ticket)),
        Event::TicketReprinted { ticket } | Event::TimesDoubted { ticket } => label(ticket),
        Event::TicketCancelled { ticket, reason } => format!("{} {reason:?}", label(ticket)),
        Event::TicketCalled { ticket, counter, how } => match how {
            CallKind::Next => format!("{} → counter {counter}", label(ticket)),
            CallKind::Chosen => format!("{} → counter {counter}, chosen", label(ticket)),
        },
        Event::TicketRecalled { ticket, counter } => {
            format!("{} → counter {counter}", label(ticket))
        }
        Event::ServiceStarted { ticket, counter }
        | Event::LabelMismatched { ticket, counter }
        | Event::ServiceEnded { ticket, counter }
        | Event::TicketNoShow { ticket, counter }
        | Event::TicketResumed { ticket, counter } => {
            format!("{} at counter {counter}", label(ticket))
        }
        Event::ServiceCompleted { ticket, counter, procedures } => {
            format!("{} at counter {counter}: {}", label(ticket), codes(procedures))
        }
        Event::TicketReturned { ticket, counter, place } => {
            format!("{} from counter {counter}, {place:?}", label(ticket))
        }
        Event::TicketHeld { ticket, counter, reason } => {
            format!("{} at counter {counter}: {reason:?}", label(ticket))
        }
        Event::TicketTransferred { ticket, counter, from, to } => {
            format!("{} at counter {counter}: {from} → {to}", label(ticket))
        }
        Event::TransferConfirmed { ticket, step } => format!("{} {step:?}", label(ticket)),
        Event::StepUndone { ticket, counter, step } => {
            format!("{} at counter {counter}: {}", label(ticket), undone(*step))
        }
        other => counter_detail(other),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "split by subject; the last part panics at what none of them names"
)]
fn counter_detail(event: &Event) -> String {
    match event {
        Event::CounterOpened { counter, operator, languages, profile } => {
            let spoken: String = languages.iter().map(|l| format!(" {}", l.tag())).collect();
            let lines = profile.iter().flatten().map(profile_line);
            let lines: String = lines.map(|line| format!(" {line}")).collect();
            format!("{counter}{}{spoken}{lines}", option(" by ", operator.as_ref()))
        }
        Event::CounterPaused { counter, reason } => format!("{counter}: {reason:?}"),
        Event::CounterResumed { counter } | Event::CounterClosed { counter } => counter.to_string(),
        other => panic!("this event has no wording yet: {other:?}"),
    }
}

fn issued(event: &Event) -> String {
    let Event::TicketIssued {
        label, queue, errand, class, language, origin, issued_at, ahead, ..
    } = event
    else {
        unreachable!("called for issued tickets only");
    };
    let mut text = format!("{label} {queue}, {ahead} ahead");
    text.push_str(&option(" for ", errand.as_ref()));
    match class {
        Class::Ordinary => {}
        Class::Priority => text.push_str(", priority"),
        Class::Appointment { due_at } => {
            text.push_str(&format!(", appointment {}", time(*due_at)));
        }
    }
    if *language != Language::Japanese {
        text.push_str(&format!(", {}", language.tag()));
    }
    match origin {
        Origin::Kiosk(_) => {}
        Origin::Floor => text.push_str(", by the floor guide"),
        Origin::Linked(section) => text.push_str(&format!(", from {section}")),
        Origin::Offline(kiosk) => {
            text.push_str(&format!(", by {kiosk} alone at {}", time(*issued_at)));
        }
    }
    text
}

fn undone(step: StepKind) -> String {
    snake_case(&format!("{step:?}")).replace('_', " ")
}

fn codes(procedures: &[ProcedureCode]) -> String {
    let codes: Vec<&str> = procedures.iter().map(ProcedureCode::as_str).collect();
    if codes.is_empty() { "nothing".to_owned() } else { codes.join(" ") }
}

fn profile_line(line: &ProfileLine) -> String {
    format!("{}/{}/{}", line.queue, line.tier, line.head_start_min)
}

fn option(before: &str, value: Option<&impl Display>) -> String {
    value.map_or(String::new(), |value| format!("{before}{value}"))
}

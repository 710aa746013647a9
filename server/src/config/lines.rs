//! Queues and errands of an office file: what people wait in, and what they ask for.

use std::collections::BTreeMap;

use domain::id::{ErrandId, KioskId, ProcedureCode, QueueId, SectionId, UnitId};
use domain::label::{Letter, NUMBER_MAX};
use domain::setup::{
    CounterKind, Errand, ErrandTarget, Numbers, OfflineRange, Queue, Restart, Text,
};

use super::names::{List, Names, own_key, stand_in};
use super::structure::{COUNTER_KINDS, name};
use super::table::Table;

const RESTARTS: [(&str, Restart); 2] = [("daily", Restart::Daily), ("continue", Restart::Continue)];

/// Reads `[[queues]]`.
pub(super) fn queues(root: &mut Table<'_>, names: &Names<'_>) -> Vec<Queue> {
    let mut queues: Vec<Queue> = Vec::new();
    let mut letters: Vec<(Letter, String, usize)> = Vec::new();
    for mut entry in root.entries("queues", "id") {
        let at = entry.at;
        let section = names.required(&mut entry, "section", List::Sections);
        let staff_name = entry.required("staff_name");
        let waiting_max = entry.required("waiting_max");
        queues.push(Queue {
            id: QueueId(own_key(&mut entry, "id")),
            section: SectionId(section.unwrap_or_else(|| stand_in(at))),
            unit: names.optional(&mut entry, "unit", List::Units).map(UnitId),
            letter: letter(&mut entry, &mut letters),
            name: name(&mut entry),
            staff_name: staff_name.and_then(|field| field.words()).unwrap_or_default(),
            numbers: numbers(&mut entry, names),
            counter_kinds: counter_kinds(&mut entry),
            waiting_max: waiting_max.and_then(|field| field.number(1, 2_000)).unwrap_or(1),
        });
        entry.finish();
    }
    queues
}

/// Reads a queue's letter, which no other queue may have.
fn letter(queue: &mut Table<'_>, taken: &mut Vec<(Letter, String, usize)>) -> Letter {
    let stand_in = Letter::new('A').expect("A is a letter");
    let Some(field) = queue.required("letter") else {
        return stand_in;
    };
    let Some(letter) = field.letter() else {
        return stand_in;
    };
    match taken.iter().find(|(other, _, _)| *other == letter) {
        Some((_, owner, at)) => {
            let line = queue.source().line(*at);
            let what = format!("\"{letter}\" is already the letter of {owner} on line {line}");
            field.misfit(what, "a letter that no other queue has");
        }
        None => taken.push((letter, queue.path.clone(), field.at())),
    }
    letter
}

fn numbers(queue: &mut Table<'_>, names: &Names<'_>) -> Numbers {
    let mut numbers =
        Numbers { last: NUMBER_MAX, width: 1, restart: Restart::Daily, offline: Vec::new() };
    if let Some(mut table) = queue.required_table("numbers") {
        let last = table.required("last");
        let last = last.and_then(|field| field.number(1, i64::from(NUMBER_MAX)));
        let width = table.optional("width").and_then(|field| field.number(1, 4));
        let restart = table.optional("restart");
        numbers.last = last.unwrap_or(NUMBER_MAX);
        numbers.width = width.unwrap_or(1);
        numbers.restart =
            restart.and_then(|field| field.choice(&RESTARTS)).unwrap_or(Restart::Daily);
        table.finish();
    }
    offline(queue, names, &mut numbers);
    numbers
}

/// Reads the ranges that kiosks own while they cannot reach the server. They lie above `last`
/// and apart, so that no number is ever given twice (invariant 4).
fn offline(queue: &mut Table<'_>, names: &Names<'_>, numbers: &mut Numbers) {
    let Some(list) = queue.optional("offline") else {
        return;
    };
    let expected = "a list such as [{ kiosk = \"kiosk-1\", first = 800, last = 899 }]";
    let own_unread = queue.source().blames(&format!("{}.numbers", queue.path));
    for item in list.items(expected) {
        let Some(mut table) = item.table() else {
            continue;
        };
        let kiosk = names.required(&mut table, "kiosk", List::Kiosks);
        let max = i64::from(NUMBER_MAX);
        let first = table.required("first");
        let first = first.and_then(|field| Some((field.number(1, max)?, field)));
        let last = table.required("last");
        let last = last.and_then(|field| Some((field.number(1, max)?, field)));
        table.finish();
        let (Some((first, first_field)), Some((last, last_field))) = (first, last) else {
            continue;
        };
        if first <= numbers.last && !own_unread {
            let what = format!("{first} is one of the server's own numbers");
            let above = numbers.last;
            first_field.misfit(what, format!("a number above {above}, the last of them"));
        } else if last < first {
            let what = format!("the range ends at {last} before it begins at {first}");
            last_field.misfit(what, format!("a number not below {first}"));
        } else if let Some(other) = overlapping(&numbers.offline, first, last) {
            let what = format!(
                "{first} to {last} overlaps {} to {} of kiosk {}",
                other.first, other.last, other.kiosk
            );
            first_field.misfit(what, "a range of its own for each kiosk");
        } else if let Some(kiosk) = kiosk {
            let kiosk = KioskId(kiosk);
            numbers.offline.push(OfflineRange { kiosk, first, last });
        }
    }
}

fn overlapping(ranges: &[OfflineRange], first: u16, last: u16) -> Option<&OfflineRange> {
    ranges.iter().find(|range| range.first <= last && first <= range.last)
}

fn counter_kinds(queue: &mut Table<'_>) -> Vec<CounterKind> {
    let Some(field) = queue.optional("counter_kinds") else {
        return Vec::new();
    };
    let mut kinds = Vec::new();
    for item in field.items("a list of kinds of counter, such as [\"staff\"]") {
        match item.choice(&COUNTER_KINDS) {
            Some(kind) if kinds.contains(&kind) => {
                item.misfit(format!("{} is listed twice", item.quote()), "each only once");
            }
            Some(kind) => kinds.push(kind),
            None => {}
        }
    }
    kinds
}

/// What choosing an errand does, in the file's words.
#[derive(Clone, Copy)]
enum ErrandWord {
    Ticket,
    Group,
    Guide,
}

const ERRAND_WORDS: [(&str, ErrandWord); 3] =
    [("ticket", ErrandWord::Ticket), ("group", ErrandWord::Group), ("guide", ErrandWord::Guide)];

/// Reads `[[errands]]`, and into `brings` what a slip says in fewer words than the screens.
pub(super) fn errands(
    root: &mut Table<'_>,
    names: &Names<'_>,
    brings: &mut BTreeMap<ErrandId, Text>,
) -> Vec<Errand> {
    let mut errands = Vec::new();
    for mut entry in root.entries("errands", "id") {
        let bring = entry.optional("bring");
        let procedures = names.several(&mut entry, "procedures", List::Procedures);
        let id = ErrandId(own_key(&mut entry, "id"));
        if let Some(field) = entry.optional("bring_slip") {
            if bring.is_none() {
                field.misfit("there is nothing to shorten", "a line bring = … beside it");
            }
            brings.extend(field.text().map(|text| (id, text)));
        }
        errands.push(Errand {
            id,
            name: name(&mut entry),
            bring: bring.and_then(|field| field.text()).unwrap_or_default(),
            within: names.optional(&mut entry, "within", List::Errands).map(ErrandId),
            leads_to: target(&mut entry, names),
            procedures: procedures.into_iter().map(ProcedureCode).collect(),
        });
        entry.finish();
    }
    errands
}

fn target(errand: &mut Table<'_>, names: &Names<'_>) -> ErrandTarget {
    let leads_to = errand.required("leads_to");
    match leads_to.and_then(|field| field.choice(&ERRAND_WORDS)) {
        Some(ErrandWord::Group) => ErrandTarget::Group,
        Some(ErrandWord::Ticket) => {
            let at = errand.at;
            let queue = names.required(errand, "queue", List::Queues);
            ErrandTarget::Queue(QueueId(queue.unwrap_or_else(|| stand_in(at))))
        }
        Some(ErrandWord::Guide) => ErrandTarget::Guide,
        None => {
            // Asked for all the same: with a mistake in `leads_to` it is not an unknown key.
            let _ = errand.optional("queue");
            ErrandTarget::Guide
        }
    }
}

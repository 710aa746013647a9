//! What an office file says about buttons and scanners: where they stand, and what a key does.

use std::collections::BTreeMap;

use domain::id::{BellId, CounterId, ErrandId, Key, KioskId, ProcedureCode, QueueId};

use super::equipment::{DeviceLine, URL_BYTES_MAX};
use super::names::{List, Names};
use super::table::{Field, Quotes, Table};

/// Most keys of one button panel: a numeric keypad twice over.
const KEYS_MAX: usize = 64;
/// Longest name of a key.
const KEY_BYTES_MAX: usize = 16;
/// What a key can do, for whoever wrote something else.
const ACTIONS: &str = "issue:ERRAND, issue:QUEUE, call-next, recall, start, mismatch, end-service, \
    complete, complete:CODE,CODE, no-show, hold, undo, open, close, pause, continue, ring:BELL \
    or acknowledge:BELL";

/// A button panel or a scanner.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InputLine {
    /// Its name and where it is reached.
    pub line: DeviceLine<Key>,
    /// Where it stands.
    pub place: Place,
    /// What its keys do, by the name the device gives each; empty for a scanner.
    pub keys: BTreeMap<String, KeyAction>,
}

/// Where an input stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// With the floor guides, or nowhere in particular.
    Floor,
    /// At a kiosk: what it issues is printed there.
    Kiosk(KioskId),
    /// At a counter.
    Counter(CounterId),
}

/// What a key does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KeyAction {
    /// Issues a ticket for an errand.
    IssueErrand(ErrandId),
    /// Issues a ticket for a queue.
    IssueQueue(QueueId),
    /// A step of the counter where the panel stands.
    AtCounter(CounterAction),
    /// Rings a bell, for the first of its reasons.
    Ring(BellId),
    /// Answers a bell that rings.
    Acknowledge(BellId),
}

/// A step at a counter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CounterAction {
    /// Calls whoever is next.
    CallNext,
    /// Announces the called ticket again.
    Recall,
    /// The resident is here.
    Start,
    /// The slip does not match.
    Mismatch,
    /// The resident leaves, the case goes on.
    EndService,
    /// Completes with these procedures; none where the queue has no sheet.
    Complete(Vec<ProcedureCode>),
    /// Nobody came.
    NoShow,
    /// Sets the ticket aside.
    Hold,
    /// Takes back the last step.
    Undo,
    /// Opens the counter.
    Open,
    /// Closes it.
    Close,
    /// The operator steps away for a break.
    Pause,
    /// The operator is back.
    Continue,
}

impl CounterAction {
    /// Every action that needs nothing said, by its word in the office file.
    const PLAIN: [(&'static str, CounterAction); 12] = [
        ("call-next", CounterAction::CallNext),
        ("recall", CounterAction::Recall),
        ("start", CounterAction::Start),
        ("mismatch", CounterAction::Mismatch),
        ("end-service", CounterAction::EndService),
        ("no-show", CounterAction::NoShow),
        ("hold", CounterAction::Hold),
        ("undo", CounterAction::Undo),
        ("open", CounterAction::Open),
        ("close", CounterAction::Close),
        ("pause", CounterAction::Pause),
        ("continue", CounterAction::Continue),
    ];
}

impl KeyAction {
    /// The action as the office file writes it.
    pub fn notation(&self) -> String {
        match self {
            KeyAction::IssueErrand(errand) => format!("issue:{errand}"),
            KeyAction::IssueQueue(queue) => format!("issue:{queue}"),
            KeyAction::Ring(bell) => format!("ring:{bell}"),
            KeyAction::Acknowledge(bell) => format!("acknowledge:{bell}"),
            KeyAction::AtCounter(CounterAction::Complete(codes)) if codes.is_empty() => {
                "complete".to_owned()
            }
            KeyAction::AtCounter(CounterAction::Complete(codes)) => {
                let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
                format!("complete:{}", codes.join(","))
            }
            KeyAction::AtCounter(action) => {
                let known = CounterAction::PLAIN.iter().find(|(_, known)| known == action);
                known.map_or("", |(word, _)| word).to_owned()
            }
        }
    }
}

/// Reads `[devices.buttons]`.
pub(super) fn buttons(devices: &mut Table<'_>, names: &Names<'_>) -> Vec<InputLine> {
    read(
        devices,
        "buttons",
        |table, stand| {
            let Some(keys) = table.required("keys").and_then(|field| field.table()) else {
                return BTreeMap::new();
            };
            let mut actions = BTreeMap::new();
            for (key, at, field) in keys.pairs() {
                let plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
                if key.is_empty()
                    || key.len() > KEY_BYTES_MAX
                    || !plain
                    || actions.len() >= KEYS_MAX
                {
                    let what = format!("\"{}\" is no key of a button panel", key.escape_debug());
                    let expected = "up to 64 keys, each of 1 to 16 letters, digits or -, such as 1";
                    keys.source().wrong_whole(at, &field.path, what, expected);
                    continue;
                }
                if let Some(action) = action(&field, names, stand) {
                    actions.insert(key.to_owned(), action);
                }
            }
            actions
        },
        names,
    )
}

/// Reads `[devices.scanners]`.
pub(super) fn scanners(devices: &mut Table<'_>, names: &Names<'_>) -> Vec<InputLine> {
    read(devices, "scanners", |_, _| BTreeMap::new(), names)
}

fn read(
    devices: &mut Table<'_>,
    kind: &'static str,
    keys: impl Fn(&mut Table<'_>, Stand) -> BTreeMap<String, KeyAction>,
    names: &Names<'_>,
) -> Vec<InputLine> {
    let Some(table) = devices.optional(kind).and_then(|field| field.table()) else {
        return Vec::new();
    };
    let mut inputs = Vec::new();
    for (name, at, field) in table.pairs() {
        let Some(key) = Key::new(name) else {
            let what = format!("\"{}\" is no name", name.escape_debug());
            let expected = "1 to 23 letters, digits, - or _".to_owned();
            table.source().wrong_whole(at, &field.path, what, expected);
            continue;
        };
        let Some(mut entry) = field.table() else { continue };
        let line = address(&mut entry, key, &field.path);
        let stand = stand(&mut entry, names);
        let keys = keys(&mut entry, stand);
        entry.finish();
        if let Some(line) = line {
            inputs.push(InputLine { line, place: stand.place, keys });
        }
    }
    inputs
}

/// The address of a device that has a table of its own.
fn address(entry: &mut Table<'_>, owner: Key, path: &str) -> Option<DeviceLine<Key>> {
    let field = entry.required("address")?;
    let expected = "a device's address, such as \"serial:/dev/…\" or \"virtual:buttons\"";
    let url = field.string(expected)?;
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic());
    if !plain || url.len() > URL_BYTES_MAX || !url.contains(':') {
        field.wrong(format!("{} is not an address", field.quote()), expected);
        return None;
    }
    let (line, column) = field.place();
    Some(DeviceLine { owner, url: url.to_owned(), line, column, path: path.to_owned() })
}

/// Where an input stands, as far as the file says it rightly.
#[derive(Clone, Copy)]
struct Stand {
    place: Place,
    /// Whether a counter is named at all: a mistake in its name, or a kiosk beside it, is told
    /// once and not again at every key.
    names_counter: bool,
}

fn stand(entry: &mut Table<'_>, names: &Names<'_>) -> Stand {
    let kiosk_field = entry.optional("kiosk");
    let kiosk = kiosk_field.as_ref().and_then(|field| names.resolve(field, List::Kiosks));
    let field = entry.optional("counter");
    let counter = field.as_ref().and_then(|field| names.resolve(field, List::Counters));
    let names_counter = field.is_some();
    if let (Some(_), Some(field)) = (&kiosk_field, &field) {
        field.misfit("a device stands at a kiosk and at a counter", "one of them");
        return Stand { place: Place::Floor, names_counter };
    }
    let place = match (kiosk, counter) {
        (Some(kiosk), _) => Place::Kiosk(KioskId(kiosk)),
        (None, Some(counter)) => Place::Counter(CounterId(counter)),
        (None, None) => Place::Floor,
    };
    Stand { place, names_counter }
}

/// What a key does.
fn action(field: &Field<'_>, names: &Names<'_>, stand: Stand) -> Option<KeyAction> {
    let text = field.string(&format!("what the key does: {ACTIONS}"))?;
    let (verb, subject) = text.split_once(':').unwrap_or((text, ""));
    match verb {
        "issue" => issue(field, names, subject),
        "ring" => bell(field, names, subject).map(KeyAction::Ring),
        "acknowledge" => bell(field, names, subject).map(KeyAction::Acknowledge),
        _ => {
            let Some(action) = at_counter(text) else {
                field.misfit(format!("{} is nothing that a key does", field.quote()), ACTIONS);
                return None;
            };
            if !stand.names_counter {
                let what = format!("{} needs a counter", field.quote());
                field.misfit(what, "counter = \"…\" in the same table");
                return None;
            }
            if let CounterAction::Complete(codes) = &action {
                let known = |code: &&ProcedureCode| {
                    names.of(List::Procedures).any(|name| name == code.0.as_str())
                };
                if !codes.iter().all(|code| known(&code)) {
                    field.misfit(
                        format!("{} names no procedure", field.quote()),
                        names.choices(List::Procedures, "", Quotes::None),
                    );
                    return None;
                }
            }
            Some(KeyAction::AtCounter(action))
        }
    }
}

fn at_counter(text: &str) -> Option<CounterAction> {
    let mut plain = CounterAction::PLAIN.into_iter();
    if let Some((_, action)) = plain.find(|(word, _)| *word == text) {
        return Some(action);
    }
    let codes = match text.strip_prefix("complete")? {
        "" => Vec::new(),
        codes => {
            let codes = codes.strip_prefix(':')?.split(',');
            codes.map(|code| ProcedureCode::new(code.trim())).collect::<Option<Vec<_>>>()?
        }
    };
    Some(CounterAction::Complete(codes))
}

fn issue(field: &Field<'_>, names: &Names<'_>, subject: &str) -> Option<KeyAction> {
    if names.of(List::Errands).any(|name| name == subject) {
        return ErrandId::new(subject).map(KeyAction::IssueErrand);
    }
    if names.of(List::Queues).any(|name| name == subject) {
        return QueueId::new(subject).map(KeyAction::IssueQueue);
    }
    let what = format!("{} names no errand and no queue", field.quote());
    field.misfit(what, names.choices(List::Errands, subject, Quotes::None));
    None
}

fn bell(field: &Field<'_>, names: &Names<'_>, subject: &str) -> Option<BellId> {
    if names.of(List::Bells).any(|name| name == subject) {
        return BellId::new(subject);
    }
    let what = format!("{} names no bell", field.quote());
    field.misfit(what, names.choices(List::Bells, subject, Quotes::None));
    None
}

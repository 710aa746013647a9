//! The rules of an office file: its choices and limits, each with a default.

use domain::rules::{LanguageCalls, Rules, TransferGate, TransferPlace};

use super::table::Table;

const LANGUAGE_CALLS: [(&str, LanguageCalls); 3] = [
    ("ignore", LanguageCalls::Ignore),
    ("prefer", LanguageCalls::Prefer),
    ("require", LanguageCalls::Require),
];

const TRANSFER_PLACES: [(&str, TransferPlace); 2] =
    [("arrival", TransferPlace::Arrival), ("issue", TransferPlace::Issue)];

const TRANSFER_GATES: [(&str, TransferGate); 3] = [
    ("none", TransferGate::None),
    ("arrival", TransferGate::Arrival),
    ("check", TransferGate::Check),
];

/// What holds where a file says nothing: a rule that a newer version brings must not make an
/// older file invalid.
pub const RULES_DEFAULT: Rules = Rules {
    priority_head_start_min: 15,
    appointment_head_start_min: 10,
    priority_run_max: 2,
    ageing_min: 30,
    language_calls: LanguageCalls::Prefer,
    transfer_place: TransferPlace::Arrival,
    transfer_gate: TransferGate::None,
    return_max: 1,
    recall_max: 5,
    undo_s: 60,
    bell_answer_s: 60,
    bell_escalation_max: 3,
    procedures_max: 5,
    periods_max: 100,
    tickets_day_max: 5_000,
    service_max_min: 180,
    offline_age_max_min: 720,
};

/// Reads `[rules]`.
pub(super) fn rules(root: &mut Table<'_>) -> Rules {
    let mut rules = RULES_DEFAULT;
    let Some(mut table) = root.optional("rules").and_then(|field| field.table()) else {
        return rules;
    };
    ranking(&mut table, &mut rules);
    retries(&mut table, &mut rules);
    bounds(&mut table, &mut rules);
    table.finish();
    rules
}

/// Reads what decides who is next.
fn ranking(table: &mut Table<'_>, rules: &mut Rules) {
    let priority = &mut rules.priority_head_start_min;
    number(table, "priority_head_start_min", priority, 0, 120);
    let appointment = &mut rules.appointment_head_start_min;
    number(table, "appointment_head_start_min", appointment, 0, 120);
    number(table, "priority_run_max", &mut rules.priority_run_max, 1, 10);
    number(table, "ageing_min", &mut rules.ageing_min, 5, 240);
    choice(table, "language_calls", &mut rules.language_calls, &LANGUAGE_CALLS);
    choice(table, "transfer_place", &mut rules.transfer_place, &TRANSFER_PLACES);
    choice(table, "transfer_gate", &mut rules.transfer_gate, &TRANSFER_GATES);
}

/// Reads how often and how long something may be tried or taken back.
fn retries(table: &mut Table<'_>, rules: &mut Rules) {
    number(table, "return_max", &mut rules.return_max, 0, 5);
    number(table, "recall_max", &mut rules.recall_max, 1, 20);
    number(table, "undo_s", &mut rules.undo_s, 5, 600);
    number(table, "bell_answer_s", &mut rules.bell_answer_s, 10, 600);
    let escalation = &mut rules.bell_escalation_max;
    number(table, "bell_escalation_max", escalation, 1, 10);
}

/// Reads what bounds a ticket and a day.
fn bounds(table: &mut Table<'_>, rules: &mut Rules) {
    number(table, "procedures_max", &mut rules.procedures_max, 1, 10);
    number(table, "periods_max", &mut rules.periods_max, 10, 200);
    let tickets = &mut rules.tickets_day_max;
    number(table, "tickets_day_max", tickets, 100, 50_000);
    number(table, "service_max_min", &mut rules.service_max_min, 1, 1_440);
    let offline = &mut rules.offline_age_max_min;
    number(table, "offline_age_max_min", offline, 1, 1_440);
}

fn number<N: TryFrom<i64>>(
    table: &mut Table<'_>,
    name: &'static str,
    stored: &mut N,
    min: i64,
    max: i64,
) {
    if let Some(number) = table.optional(name).and_then(|field| field.number(min, max)) {
        *stored = number;
    }
}

fn choice<T: Copy>(
    table: &mut Table<'_>,
    name: &'static str,
    stored: &mut T,
    choices: &[(&'static str, T)],
) {
    if let Some(chosen) = table.optional(name).and_then(|field| field.choice(choices)) {
        *stored = chosen;
    }
}

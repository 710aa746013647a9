//! The procedures of an office file: one entry for each catalogue sheet.

use domain::id::ProcedureCode;
use domain::procedure::{Actor, Channel, Completion, Procedure, ProcedureKind, Step};

use super::names::{List, Names, own_key};
use super::structure::name;
use super::table::Table;

const CHANNELS: [(&str, Channel); 4] = [
    ("window", Channel::Window),
    ("mail", Channel::Mail),
    ("mail+electronic", Channel::MailAndElectronic),
    ("internal", Channel::Internal),
];

const KINDS: [(&str, ProcedureKind); 7] = [
    ("floor", ProcedureKind::Floor),
    ("ticketed", ProcedureKind::Ticketed),
    ("express-tag", ProcedureKind::ExpressTag),
    ("sub-procedure", ProcedureKind::SubProcedure),
    ("mail-workflow", ProcedureKind::MailWorkflow),
    ("system-function", ProcedureKind::SystemFunction),
    ("ancillary", ProcedureKind::Ancillary),
];

const ACTORS: [(&str, Actor); 4] = [
    ("resident", Actor::Resident),
    ("contractor", Actor::Contractor),
    ("supervisor", Actor::Supervisor),
    ("staff", Actor::Staff),
];

/// Longest target a sheet may set, in minutes: a working day.
const TARGET_MIN_MAX: i64 = 480;

/// Reads `[[procedures]]`.
pub(super) fn procedures(root: &mut Table<'_>, names: &Names<'_>) -> Vec<Procedure> {
    let mut procedures = Vec::new();
    for mut entry in root.entries("procedures", "code") {
        let row = entry.required("row");
        let variant = entry.required("variant");
        let target_min = entry.optional("target_min");
        let channel = entry.required("channel");
        let kind = entry.required("kind");
        let references = names.several(&mut entry, "references", List::Procedures);
        let steps = steps(&mut entry);
        let counter_end = entry.optional("counter_end_step");
        procedures.push(Procedure {
            code: ProcedureCode(own_key(&mut entry, "code")),
            row: row.and_then(|field| field.words()).unwrap_or_default(),
            name: name(&mut entry),
            variant: variant.and_then(|field| field.text()).unwrap_or_default(),
            target_min: target_min.and_then(|field| field.number(1, TARGET_MIN_MAX)),
            channel: channel.and_then(|field| field.choice(&CHANNELS)).unwrap_or(Channel::Window),
            kind: kind.and_then(|field| field.choice(&KINDS)).unwrap_or(ProcedureKind::Ancillary),
            completion: completion(&mut entry),
            counter_end_step: counter_end.and_then(|field| {
                // At least 1, so that a sheet without steps gets a range that can be read.
                field.number(1, i64::try_from(steps.len()).unwrap_or(1).max(1))
            }),
            steps,
            references: references.into_iter().map(ProcedureCode).collect(),
        });
        entry.finish();
    }
    procedures
}

fn completion(procedure: &mut Table<'_>) -> Completion {
    let field = procedure.required("completes");
    match field.and_then(|field| field.flag()) {
        Some(true) => Completion::Completes,
        Some(false) | None => Completion::None,
    }
}

fn steps(procedure: &mut Table<'_>) -> Vec<Step> {
    let Some(field) = procedure.required("steps") else {
        return Vec::new();
    };
    let mut steps = Vec::new();
    for item in field.items("a list such as [{ by = \"staff\", name = \"…\" }]") {
        let Some(mut table) = item.table() else {
            continue;
        };
        let name = table.required("name").and_then(|field| field.words());
        let actor = table.optional("by").and_then(|field| field.choice(&ACTORS));
        table.finish();
        steps.push(Step { name: name.unwrap_or_default(), actor });
    }
    steps
}

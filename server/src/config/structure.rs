//! Sections, units, counters, bells, tag pools and kiosks of an office file.

use domain::id::{
    BellId, CounterId, KioskId, ProcedureCode, QueueId, SectionId, TagPoolId, UnitId,
};
use domain::setup::{
    Bell, BellReason, Counter, CounterKind, Kiosk, ProfileLine, Section, SectionSystem, TagPool,
    Text, Unit,
};

use super::names::{List, Names, own_key, stand_in};
use super::table::Table;

/// The words for [`CounterKind`] in the file.
pub(super) const COUNTER_KINDS: [(&str, CounterKind); 4] = [
    ("contracted", CounterKind::Contracted),
    ("staff", CounterKind::Staff),
    ("high", CounterKind::High),
    ("register", CounterKind::Register),
];

const SYSTEMS: [(&str, SectionSystem); 3] = [
    ("here", SectionSystem::Here),
    ("linked", SectionSystem::Linked),
    ("none", SectionSystem::None),
];

/// Reads `[[sections]]`.
pub(super) fn sections(root: &mut Table<'_>) -> Vec<Section> {
    let mut sections = Vec::new();
    for mut entry in root.entries("sections", "id") {
        let system = entry.required("system");
        sections.push(Section {
            id: SectionId(own_key(&mut entry, "id")),
            name: name(&mut entry),
            system: system.and_then(|field| field.choice(&SYSTEMS)).unwrap_or(SectionSystem::Here),
        });
        entry.finish();
    }
    sections
}

/// Reads `[[units]]`.
pub(super) fn units(root: &mut Table<'_>, names: &Names<'_>) -> Vec<Unit> {
    let mut units = Vec::new();
    for mut entry in root.entries("units", "id") {
        let at = entry.at;
        let section = names.required(&mut entry, "section", List::Sections);
        units.push(Unit {
            id: UnitId(own_key(&mut entry, "id")),
            section: SectionId(section.unwrap_or_else(|| stand_in(at))),
            name: name(&mut entry),
        });
        entry.finish();
    }
    units
}

/// Reads `[[counters]]`.
pub(super) fn counters(root: &mut Table<'_>, names: &Names<'_>) -> Vec<Counter> {
    let mut counters = Vec::new();
    for mut entry in root.entries("counters", "id") {
        let at = entry.at;
        let kind = entry.required("kind");
        let section = names.required(&mut entry, "section", List::Sections);
        counters.push(Counter {
            id: CounterId(own_key(&mut entry, "id")),
            name: name(&mut entry),
            kind: kind
                .and_then(|field| field.choice(&COUNTER_KINDS))
                .unwrap_or(CounterKind::Contracted),
            section: SectionId(section.unwrap_or_else(|| stand_in(at))),
            unit: names.optional(&mut entry, "unit", List::Units).map(UnitId),
            profile: profile(&mut entry, names),
        });
        entry.finish();
    }
    counters
}

fn profile(counter: &mut Table<'_>, names: &Names<'_>) -> Vec<ProfileLine> {
    let Some(field) = counter.required("profile") else {
        return Vec::new();
    };
    let mut profile: Vec<ProfileLine> = Vec::new();
    for item in field.items("a list such as [{ queue = \"…\", tier = 0 }], or [] for none") {
        let Some(mut line) = item.table() else {
            continue;
        };
        let queue = line.required("queue");
        let tier = line.optional("tier").map(|field| field.number(0, 9));
        let head_start_min = line.optional("head_start_min").map(|field| field.number(0, 240));
        line.finish();
        let Some(field) = queue else { continue };
        let Some(key) = names.resolve(&field, List::Queues) else {
            continue;
        };
        let queue = QueueId(key);
        if profile.iter().any(|line| line.queue == queue) {
            field.misfit(format!("\"{key}\" is listed twice"), "each queue only once");
            continue;
        }
        profile.push(ProfileLine {
            queue,
            tier: tier.flatten().unwrap_or(0),
            head_start_min: head_start_min.flatten().unwrap_or(0),
        });
    }
    profile
}

/// Reads `[[bells]]`.
pub(super) fn bells(root: &mut Table<'_>, names: &Names<'_>) -> Vec<Bell> {
    let mut bells = Vec::new();
    for mut entry in root.entries("bells", "id") {
        let at = entry.at;
        let unit = names.required(&mut entry, "unit", List::Units);
        let escalates_to = names.optional(&mut entry, "escalates_to", List::Bells);
        bells.push(Bell {
            id: BellId(own_key(&mut entry, "id")),
            name: name(&mut entry),
            unit: UnitId(unit.unwrap_or_else(|| stand_in(at))),
            reasons: reasons(&mut entry),
            escalates_to: escalates_to.map(BellId),
        });
        entry.finish();
    }
    bells
}

fn reasons(bell: &mut Table<'_>) -> Vec<BellReason> {
    let Some(field) = bell.required("reasons") else {
        return Vec::new();
    };
    let mut reasons = Vec::new();
    for mut entry in bell.entries("reasons", "code") {
        reasons.push(BellReason { code: own_key(&mut entry, "code"), name: name(&mut entry) });
        entry.finish();
    }
    if reasons.is_empty() && !bell.source().blames(&field.path) {
        field.wrong("there is no reason", "at least one reason for ringing");
    }
    reasons
}

/// Reads `[[tag_pools]]`.
pub(super) fn tag_pools(root: &mut Table<'_>, names: &Names<'_>) -> Vec<TagPool> {
    let mut pools = Vec::new();
    for mut entry in root.entries("tag_pools", "id") {
        let size = entry.required("size");
        let procedures = names.several(&mut entry, "procedures", List::Procedures);
        pools.push(TagPool {
            id: TagPoolId(own_key(&mut entry, "id")),
            name: name(&mut entry),
            size: size.and_then(|field| field.number(1, 99)).unwrap_or(1),
            procedures: procedures.into_iter().map(ProcedureCode).collect(),
        });
        entry.finish();
    }
    pools
}

/// Reads `[[kiosks]]`.
pub(super) fn kiosks(root: &mut Table<'_>) -> Vec<Kiosk> {
    let mut kiosks = Vec::new();
    for mut entry in root.entries("kiosks", "id") {
        kiosks.push(Kiosk { id: KioskId(own_key(&mut entry, "id")), name: name(&mut entry) });
        entry.finish();
    }
    kiosks
}

/// The words under `name`.
pub(super) fn name(entry: &mut Table<'_>) -> Text {
    let name = entry.required("name");
    name.and_then(|field| field.text()).unwrap_or_default()
}

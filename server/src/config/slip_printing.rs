//! What `[devices]` says about slips: who stands in for whom, which printer prints what, what is
//! printed unasked, and how long a roll is.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::KioskId;
use kiosk::slip::Kind;

use super::equipment::DeviceLine;
use super::names::{List, Names};
use super::table::{Field, Quotes, Table, one_of};

/// How slips are printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SlipPrinting {
    /// Whose printer prints what another kiosk's cannot.
    pub stand_ins: BTreeMap<KioskId, KioskId>,
    /// How long a printer may fail before another one stands in, in seconds, 1 to 600.
    pub stand_in_after_s: u16,
    /// Whose printer prints slips that come from no kiosk, by kind; the first one where none is
    /// named. [`Kind::Ticket`] are those that a floor guide issues.
    pub printers: BTreeMap<Kind, KioskId>,
    /// Kinds that are printed when what they are about happens, without being asked for.
    pub automatic: BTreeSet<Kind>,
    /// Length of a new roll in metres, 5 to 500.
    pub roll_m: u16,
    /// Fewer slips left than this are few, 0 to 1,000.
    pub low_slips: u16,
}

impl Default for SlipPrinting {
    /// Five seconds are longer than any printer needs to pick itself up; 80 m is the usual roll of
    /// 80 mm paper; forty slips are some minutes of the morning's rush.
    fn default() -> SlipPrinting {
        SlipPrinting {
            stand_ins: BTreeMap::new(),
            stand_in_after_s: 5,
            printers: BTreeMap::new(),
            automatic: BTreeSet::from([Kind::Transfer]),
            roll_m: 80,
            low_slips: 40,
        }
    }
}

/// Kinds that a setting can name; a test page is printed where somebody asks for it.
const KINDS: [Kind; 5] = [Kind::Ticket, Kind::Transfer, Kind::Staff, Kind::Tag, Kind::Summary];

/// Reads what `[devices]` says about slips; `printers` are those that it names.
pub(super) fn slip_printing(
    devices: &mut Table<'_>,
    names: &Names<'_>,
    printers: &[DeviceLine<KioskId>],
) -> SlipPrinting {
    let mut read = SlipPrinting::default();
    if let Some(field) = devices.optional("stand_in_after_s") {
        read.stand_in_after_s = field.number(1, 600).unwrap_or(read.stand_in_after_s);
    }
    read.stand_ins = stand_ins(devices, names, printers);
    read.printers = slip_printers(devices, names, printers);
    automatic(devices, &mut read.automatic);
    if let Some(mut table) = devices.optional("paper").and_then(|field| field.table()) {
        if let Some(field) = table.optional("roll_m") {
            read.roll_m = field.number(5, 500).unwrap_or(read.roll_m);
        }
        if let Some(field) = table.optional("low_slips") {
            read.low_slips = field.number(0, 1_000).unwrap_or(read.low_slips);
        }
        table.finish();
    }
    read
}

/// Reads `[devices.stand_ins]`: a kiosk, and the kiosk whose printer stands in.
fn stand_ins(
    devices: &mut Table<'_>,
    names: &Names<'_>,
    printers: &[DeviceLine<KioskId>],
) -> BTreeMap<KioskId, KioskId> {
    let mut found = BTreeMap::new();
    let Some(table) = devices.optional("stand_ins").and_then(|field| field.table()) else {
        return found;
    };
    let source = table.source();
    for (owner, at, field) in table.pairs() {
        let kiosk = names.of(List::Kiosks).find(|name| *name == owner).and_then(KioskId::new);
        let Some(kiosk) = kiosk else {
            let what = format!("\"{}\" is not {}", owner.escape_debug(), List::Kiosks.noun());
            let expected = names.choices(List::Kiosks, owner, Quotes::None);
            source.wrong_whole(at, &field.path, what, expected);
            continue;
        };
        let Some(other) = printer(&field, names, printers) else { continue };
        if other == kiosk {
            field.misfit(format!("\"{kiosk}\" stands in for itself"), "another kiosk's printer");
            continue;
        }
        found.insert(kiosk, other);
    }
    found
}

/// Reads `[devices.slip_printers]`: a kind of slip, and the kiosk whose printer prints it.
fn slip_printers(
    devices: &mut Table<'_>,
    names: &Names<'_>,
    printers: &[DeviceLine<KioskId>],
) -> BTreeMap<Kind, KioskId> {
    let mut found = BTreeMap::new();
    let Some(mut table) = devices.optional("slip_printers").and_then(|field| field.table()) else {
        return found;
    };
    for kind in KINDS {
        let field = table.optional(kind.name());
        if let Some(kiosk) = field.and_then(|field| printer(&field, names, printers)) {
            found.insert(kind, kiosk);
        }
    }
    table.finish();
    found
}

/// Reads `[devices.automatic_slips]`: kinds that are printed unasked.
fn automatic(devices: &mut Table<'_>, found: &mut BTreeSet<Kind>) {
    let named = devices.optional("automatic_slips").and_then(|field| field.table());
    let Some(mut table) = named else { return };
    for kind in [Kind::Transfer, Kind::Tag, Kind::Summary] {
        match table.optional(kind.name()).and_then(|field| field.flag()) {
            Some(true) => _ = found.insert(kind),
            Some(false) => _ = found.remove(&kind),
            None => {}
        }
    }
    table.finish();
}

/// The kiosk that a value names, which must have a printer where any kiosk has one.
fn printer(
    field: &Field<'_>,
    names: &Names<'_>,
    printers: &[DeviceLine<KioskId>],
) -> Option<KioskId> {
    if printers.is_empty() {
        return names.resolve(field, List::Kiosks).map(KioskId);
    }
    let text = field.string("a kiosk that has a printer")?;
    let owners: Vec<KioskId> = printers.iter().map(|line| line.owner).collect();
    let found = owners.iter().copied().find(|owner| owner.as_str() == text);
    if found.is_none() {
        let what = format!("{} is not a kiosk that has a printer", field.quote());
        field.misfit(what, one_of(text, owners.iter().map(KioskId::as_str), Quotes::Double));
    }
    found
}

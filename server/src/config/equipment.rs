//! What an office file says about devices. None of it enters the log: which cable a
//! printer hangs on is no part of the office's history.

use domain::id::{BellId, CounterId, Key, KioskId};

use super::error::ConfigError;
use super::inputs::{self, InputLine};
use super::names::{List, Names};
use super::slip_printing::{SlipPrinting, slip_printing};
use super::table::{Quotes, Table};

/// Devices by the thing they belong to, in the order of the file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DeviceLines {
    /// The printer of each kiosk that has one.
    pub printers: Vec<DeviceLine<KioskId>>,
    /// The device of each bell that has one.
    pub bells: Vec<DeviceLine<BellId>>,
    /// The panel above each counter that has one.
    pub panels: Vec<DeviceLine<CounterId>>,
    /// Button panels.
    pub buttons: Vec<InputLine>,
    /// QR scanners.
    pub scanners: Vec<InputLine>,
    /// How slips are printed.
    pub slips: SlipPrinting,
}

/// One line about a device: whose it is, and where it is reached.
///
/// The address is text here. Whoever opens devices reads it, and answers with
/// [`DeviceLine::mistake`] when it makes no sense.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeviceLine<Id> {
    /// Whose device it is.
    pub owner: Id,
    /// Such as `serial:/dev/ticket-printer?baud=115200&profile=epson-jp` or `virtual:`.
    pub url: String,
    /// The line of the file, from 1.
    pub line: usize,
    /// The column of the address, from 1.
    pub column: usize,
    /// Such as `devices.printers.kiosk-1`.
    pub path: String,
}

impl<Id> DeviceLine<Id> {
    /// A mistake in the address, at its place in the file.
    pub fn mistake(&self, what: &str, expected: &str) -> ConfigError {
        ConfigError {
            line: self.line,
            column: self.column,
            path: self.path.clone(),
            what: what.to_owned(),
            expected: expected.to_owned(),
        }
    }
}

/// Longest device address in bytes: a path and its options, twice over.
pub(super) const URL_BYTES_MAX: usize = 255;

/// Reads `[devices]`.
pub(super) fn devices(root: &mut Table<'_>, names: &Names<'_>) -> DeviceLines {
    let mut devices = DeviceLines::default();
    let Some(mut table) = root.optional("devices").and_then(|field| field.table()) else {
        return devices;
    };
    devices.printers = lines(&mut table, "printers", names, List::Kiosks, KioskId);
    devices.bells = lines(&mut table, "bells", names, List::Bells, BellId);
    devices.panels = lines(&mut table, "panels", names, List::Counters, CounterId);
    devices.buttons = inputs::buttons(&mut table, names);
    devices.scanners = inputs::scanners(&mut table, names);
    devices.slips = slip_printing(&mut table, names, &devices.printers);
    table.finish();
    devices
}

fn lines<Id>(
    devices: &mut Table<'_>,
    name: &'static str,
    names: &Names<'_>,
    owners: List,
    id: impl Fn(Key) -> Id,
) -> Vec<DeviceLine<Id>> {
    let Some(table) = devices.optional(name).and_then(|field| field.table()) else {
        return Vec::new();
    };
    let source = table.source();
    let mut lines = Vec::new();
    for (owner, at, field) in table.pairs() {
        if !names.of(owners).any(|name| name == owner) {
            let what = format!("\"{}\" is not {}", owner.escape_debug(), owners.noun());
            let expected = names.choices(owners, owner, Quotes::None);
            source.wrong_whole(at, &field.path, what, expected);
        }
        let expected = "a device's address, such as \"serial:/dev/…\", \"tcp:…\" or \"virtual:\"";
        let Some(url) = field.string(expected) else {
            continue;
        };
        let plain = url.bytes().all(|byte| byte.is_ascii_graphic());
        if !plain || url.len() > URL_BYTES_MAX || !url.contains(':') {
            field.wrong(format!("{} is not an address", field.quote()), expected);
            continue;
        }
        if let Some(key) = Key::new(owner) {
            let (line, column) = source.place(field.at());
            lines.push(DeviceLine {
                owner: id(key),
                url: url.to_owned(),
                line,
                column,
                path: field.path.clone(),
            });
        }
    }
    lines
}

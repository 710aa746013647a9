//! Lines of the office file for what was found.

use std::collections::BTreeSet;
use std::path::Path;

use protocol::device::{FoundLink, ProposedLine};

use super::super::registry::Facts;
use super::usb::Usb;
use crate::config::OfficeFile;

/// Makers of printers by their USB vendor number, with the profile of most of their models.
const PRINTER_MAKERS: [(&str, &str); 4] =
    [("04b8", "epson-jp"), ("0619", "seiko"), ("1d90", "citizen"), ("0519", "star")];
/// The vendor of the CH340, which most relay boards have (LCUS).
const RELAY_MAKER: &str = "1a86";

/// Proposes lines for owners that have no device yet; each device gets the next ones.
pub(super) struct Proposer<'a> {
    office: &'a OfficeFile,
    known: BTreeSet<String>,
}

impl<'a> Proposer<'a> {
    pub(super) fn new(office: &'a OfficeFile, known: &[Facts]) -> Proposer<'a> {
        Proposer { office, known: known.iter().map(|facts| facts.device.clone()).collect() }
    }

    /// Lines for a device at `path`, the most likely first; the first is not proposed again.
    pub(super) fn lines(
        &mut self,
        link: FoundLink,
        path: &Path,
        usb: Option<&Usb>,
    ) -> Vec<ProposedLine> {
        let path = path.display().to_string();
        let maker = usb.and_then(|usb| {
            PRINTER_MAKERS.iter().find(|(vendor, _)| *vendor == usb.vendor).map(|(_, name)| *name)
        });
        let profile = maker.unwrap_or("raster");
        let lines = match link {
            FoundLink::UsbPrinter => vec![self.printer(&format!("usb:{path}?profile={profile}"))],
            FoundLink::Serial => {
                let printer = format!("serial:{path}?baud=115200&profile={profile}");
                let bell = format!("serial:{path}?driver=lcus&channel=1");
                let mut lines = vec![self.printer(&printer), self.bell(&bell)];
                if maker.is_none() && usb.is_some_and(|usb| usb.vendor == RELAY_MAKER) {
                    lines.reverse();
                }
                if maker.is_none() {
                    lines.push(self.input("scanners", &format!("serial:{path}?baud=9600")));
                    lines.push(self.input("buttons", &format!("serial:{path}?baud=9600")));
                    lines.push(self.panel(&format!("serial:{path}")));
                }
                lines
            }
            FoundLink::Keyboard => {
                let address = format!("hid:{path}");
                vec![self.input("buttons", &address), self.input("scanners", &address)]
            }
        };
        let lines: Vec<(String, ProposedLine)> = lines.into_iter().flatten().collect();
        if let Some((device, _)) = lines.first() {
            self.known.insert(device.clone());
        }
        lines.into_iter().map(|(_, line)| line).collect()
    }

    fn printer(&self, address: &str) -> Option<(String, ProposedLine)> {
        let kiosks = self.office.setup.kiosks.iter().map(|kiosk| kiosk.id.to_string());
        self.next("printers", kiosks, address)
    }

    fn bell(&self, address: &str) -> Option<(String, ProposedLine)> {
        let bells = self.office.setup.bells.iter().map(|bell| bell.id.to_string());
        self.next("bells", bells, address)
    }

    fn panel(&self, address: &str) -> Option<(String, ProposedLine)> {
        let counters = self.office.setup.counters.iter().map(|counter| counter.id.to_string());
        self.next("panels", counters, address)
    }

    /// A table for the first counter that has no such input; an input has a name of its own.
    fn input(&self, table: &str, address: &str) -> Option<(String, ProposedLine)> {
        let counters = self.office.setup.counters.iter().map(|counter| counter.id.to_string());
        let mut named = counters.map(|id| (format!("{table}.counter-{id}"), id));
        let (device, id) = named.find(|(device, _)| !self.known.contains(device))?;
        let mut text = format!("address = \"{address}\"\ncounter = \"{id}\"");
        if table == "buttons" {
            text.push_str("\nkeys = { 1 = \"call-next\", 2 = \"recall\", 3 = \"start\" }");
        }
        let table = format!("devices.{device}");
        Some((device, ProposedLine { table, text }))
    }

    /// A line for the first of `owners` that has no such device.
    fn next(
        &self,
        table: &str,
        owners: impl Iterator<Item = String>,
        address: &str,
    ) -> Option<(String, ProposedLine)> {
        let mut owners = owners.map(|owner| (format!("{table}.{owner}"), owner));
        let (device, owner) = owners.find(|(device, _)| !self.known.contains(device))?;
        let text = format!("{owner} = \"{address}\"");
        Some((device, ProposedLine { table: format!("devices.{table}"), text }))
    }
}

//! From the writer to the devices: events that printers and bells must hear of, in order.

mod desk;
pub mod discovery;
pub mod equipment;
pub mod input;
mod panel;
mod press;
mod printer;
pub mod registry;
mod scan;
pub mod terminal;

use std::str::FromStr;
use std::sync::Arc;

use domain::event::Event;
use printer_driver::device::{BellUrl, ButtonUrl, DeviceUrl, DeviceUrlError, PanelUrl, ScannerUrl};
use tokio::sync::mpsc;

use self::equipment::Equipment;
use self::printer::PrinterDevice;
use self::registry::Registry;
use crate::clock::Clock;
use crate::config::{ConfigError, DeviceLine, OfficeFile};
use crate::engine::Committed;
use crate::printing::Printing;

/// Events that wait for the devices' task; it only hands them on, so more than a few is a fault.
const QUEUE_MAX: usize = 8_192;

/// Where the writer leaves events. Never waits.
#[derive(Clone, Debug)]
pub struct ToDevices {
    sender: mpsc::Sender<Committed>,
}

/// Where they come out.
#[derive(Debug)]
pub struct FromEngine {
    receiver: mpsc::Receiver<Committed>,
}

/// Makes the way from the writer to the devices.
pub fn channel() -> (ToDevices, FromEngine) {
    let (sender, receiver) = mpsc::channel(QUEUE_MAX);
    (ToDevices { sender }, FromEngine { receiver })
}

impl ToDevices {
    /// Leaves those of `committed` that concern a device.
    pub fn events(&self, committed: &[Committed]) {
        for event in committed.iter().filter(|committed| concerns_device(&committed.event)) {
            if self.sender.try_send(event.clone()).is_err() {
                tracing::error!(seq = event.seq, "the devices do not keep up: an event is dropped");
            }
        }
    }
}

fn concerns_device(event: &Event) -> bool {
    matches!(
        event,
        Event::TicketIssued { .. }
            | Event::TicketReprinted { .. }
            | Event::TicketTransferred { .. }
            | Event::TagHandedOut { .. }
            | Event::DayClosed { .. }
            | Event::TicketCalled { .. }
            | Event::ServiceStarted { .. }
            | Event::LabelMismatched { .. }
            | Event::ServiceCompleted { .. }
            | Event::TicketNoShow { .. }
            | Event::TicketReturned { .. }
            | Event::TicketHeld { .. }
            | Event::TicketResumed { .. }
            | Event::TicketCancelled { .. }
            | Event::StepUndone { .. }
            | Event::CounterClosed { .. }
            | Event::BellRung { .. }
            | Event::BellAcknowledged { .. }
            | Event::BellEscalated { .. }
            | Event::BellLapsed { .. }
    )
}

impl FromEngine {
    /// Hands events on until the writer ends.
    pub async fn run(mut self, printing: Printing, equipment: Equipment) {
        while let Some(committed) = self.receiver.recv().await {
            printing.event(&committed);
            equipment.event(&committed);
        }
    }
}

/// Puts every printer on the list of devices, in the order of the office file.
pub fn list_printers(
    registry: &Registry,
    office: &Arc<OfficeFile>,
    clock: &Arc<Clock>,
    printing: &Printing,
) {
    for line in &office.devices.printers {
        let mut handles = printing.handles().iter();
        let Some(handle) = handles.find(|handle| handle.kiosk == line.owner).cloned() else {
            continue;
        };
        let kiosk = office.setup.kiosks.iter().find(|kiosk| kiosk.id == line.owner);
        let name = kiosk.map(|kiosk| kiosk.name.clone()).unwrap_or_default();
        let status = handle.printer.status();
        let device = PrinterDevice::new(handle, Arc::clone(office), Arc::clone(clock), &name);
        registry.add(PrinterDevice::facts(line, name), Arc::new(device), status);
    }
}

/// A device's address in the office file makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("{path} (line {line}): {source}")]
pub struct AddressError {
    /// Which setting.
    pub path: String,
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl AddressError {
    /// What is wrong with the address on `line`.
    pub fn new<Id>(
        line: &DeviceLine<Id>,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> AddressError {
        AddressError { path: line.path.clone(), line: line.line, source: Box::new(source) }
    }
}

/// Every address in an office file that makes no sense, each at its place.
pub fn mistakes(office: &OfficeFile) -> Vec<ConfigError> {
    let devices = &office.devices;
    let printers = devices.printers.iter().map(mistake::<_, DeviceUrl>);
    let bells = devices.bells.iter().map(mistake::<_, BellUrl>);
    let panels = devices.panels.iter().map(mistake::<_, PanelUrl>);
    let buttons = devices.buttons.iter().map(|input| mistake::<_, ButtonUrl>(&input.line));
    let scanners = devices.scanners.iter().map(|input| mistake::<_, ScannerUrl>(&input.line));
    printers.chain(bells).chain(panels).chain(buttons).chain(scanners).flatten().collect()
}

/// What is wrong with the address on a line of the office file.
fn mistake<Id, Url>(line: &DeviceLine<Id>) -> Option<ConfigError>
where
    Url: FromStr<Err = DeviceUrlError>,
{
    let error = line.url.parse::<Url>().err()?;
    let (what, expected) = match error {
        DeviceUrlError::Scheme { url, expected } => {
            let what = format!("\"{url}\" does not begin as an address of such a device");
            (what, format!("it to start with one of {expected}"))
        }
        DeviceUrlError::Place { url, expected } => {
            (format!("\"{url}\" does not say where"), format!("{expected} after the first colon"))
        }
        DeviceUrlError::Pair { pair, .. } => {
            (format!("\"{pair}\" is not key=value"), "key=value, joined by &".to_owned())
        }
        DeviceUrlError::Twice { key, .. } => {
            (format!("\"{key}\" is given twice"), "each key only once".to_owned())
        }
        DeviceUrlError::Key { key, expected, .. } => {
            (format!("unknown key \"{key}\""), format!("one of {expected}"))
        }
        DeviceUrlError::Value { key, value, expected, .. } => {
            (format!("{key}={value} cannot be used"), expected)
        }
        DeviceUrlError::Profile { source, .. } => {
            let text = source.to_string();
            let (what, expected) = text.split_once(", expected ").unwrap_or((&text, "another"));
            (format!("failed to {what}"), expected.to_owned())
        }
    };
    Some(line.mistake(&what, &expected))
}

/// Reads the address on a line of the office file.
///
/// # Errors
///
/// [`AddressError`].
pub fn address<Id, Url>(line: &DeviceLine<Id>) -> Result<Url, AddressError>
where
    Url: FromStr<Err = DeviceUrlError>,
{
    line.url.parse().map_err(|source| AddressError::new(line, source))
}

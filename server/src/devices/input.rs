//! Button panels and scanners of an office: opened, listened to, obeyed one after the other.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::id::Key;
use domain::setup::Text;
use printer_driver::button::{Buttons, InputCount, InputStatus, InputTiming};
use printer_driver::device::{ButtonUrl, ScannerUrl};
use printer_driver::exchange::Exchange;
use printer_driver::scanner::Scanner;
use protocol::device::{DeviceAction, DeviceKind, DeviceState};
use tokio::sync::watch;

use super::desk::{Desk, InputLog};
use super::press::Keys;
use super::registry::{Device, Facts, Look, Registry};
use super::scan::Codes;
use super::{AddressError, address};
use crate::config::{InputLine, OfficeFile, Place};

/// Addresses that stand in for the office file's own.
#[derive(Clone, Debug, Default)]
pub struct InputAddresses {
    /// Of button panels.
    pub buttons: BTreeMap<Key, ButtonUrl>,
    /// Of scanners.
    pub scanners: BTreeMap<Key, ScannerUrl>,
}

/// The inputs of an office. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Inputs {
    handles: Arc<Vec<Handle>>,
}

/// An input's driver.
#[derive(Clone, Debug)]
enum Handle {
    Buttons(Buttons),
    Scanner(Scanner),
}

/// An input in the list of devices.
#[derive(Debug)]
struct InputDevice {
    handle: Handle,
    log: InputLog,
}

impl Inputs {
    /// Opens every input of the office file. One that is not there is a condition, not an error.
    ///
    /// # Errors
    ///
    /// [`AddressError`].
    pub(super) fn start(
        desk: &Desk,
        addresses: &InputAddresses,
        registry: &Registry,
    ) -> Result<Inputs, AddressError> {
        let mut handles = Vec::new();
        let office = Arc::clone(&desk.office);
        for input in &office.devices.buttons {
            let url = match addresses.buttons.get(&input.line.owner) {
                Some(url) => url.clone(),
                None => address(&input.line)?,
            };
            let facts = facts(DeviceKind::Buttons, input, &office);
            let log = InputLog::new(&facts.device);
            let (place, actions) = (input.place, input.keys.clone());
            let mut keys = Keys::new(&facts.device, place, actions, desk.clone(), log.clone());
            let (buttons, mut presses) = Buttons::spawn(url, InputTiming::default());
            let (status, handle) = (buttons.status(), Handle::Buttons(buttons));
            handles.push(handle.clone());
            registry.add(facts, Arc::new(InputDevice { handle, log }), status);
            tokio::spawn(async move {
                while let Some(press) = presses.recv().await {
                    keys.press(&press.button.to_string(), press.at).await;
                }
            });
        }
        for input in &office.devices.scanners {
            let url = match addresses.scanners.get(&input.line.owner) {
                Some(url) => url.clone(),
                None => address(&input.line)?,
            };
            let facts = facts(DeviceKind::Scanner, input, &office);
            let log = InputLog::new(&facts.device);
            let mut codes = Codes::new(&facts.device, input.place, desk.clone(), log.clone());
            let (scanner, mut scans) = Scanner::spawn(url, InputTiming::default());
            let (status, handle) = (scanner.status(), Handle::Scanner(scanner));
            handles.push(handle.clone());
            registry.add(facts, Arc::new(InputDevice { handle, log }), status);
            tokio::spawn(async move {
                while let Some(scan) = scans.recv().await {
                    codes.scan(&scan.text).await;
                }
            });
        }
        Ok(Inputs { handles: Arc::new(handles) })
    }

    /// Lets every input go.
    pub(super) async fn stop(self) {
        for handle in self.handles.iter().cloned() {
            match handle {
                Handle::Buttons(buttons) => buttons.stop().await,
                Handle::Scanner(scanner) => scanner.stop().await,
            }
        }
    }
}

/// What is always true of an input: it is called after where it stands.
fn facts(kind: DeviceKind, input: &InputLine, office: &OfficeFile) -> Facts {
    let setup = &office.setup;
    let name = match input.place {
        Place::Floor => Text::default(),
        Place::Kiosk(kiosk) => {
            let named = setup.kiosks.iter().find(|known| known.id == kiosk);
            named.map(|kiosk| kiosk.name.clone()).unwrap_or_default()
        }
        Place::Counter(counter) => {
            let named = setup.counters.iter().find(|known| known.id == counter);
            named.map(|counter| counter.name.clone()).unwrap_or_default()
        }
    };
    let is_keyboard = input.line.url.starts_with("hid:") || input.line.url.contains("kind=hid");
    Facts::of(kind, &input.line, name, if is_keyboard { "hid" } else { "line" })
}

impl InputDevice {
    fn status(&self) -> watch::Receiver<InputStatus> {
        match &self.handle {
            Handle::Buttons(buttons) => buttons.status(),
            Handle::Scanner(scanner) => scanner.status(),
        }
    }

    fn count(&self) -> InputCount {
        match &self.handle {
            Handle::Buttons(buttons) => buttons.count(),
            Handle::Scanner(scanner) => scanner.count(),
        }
    }
}

impl Device for InputDevice {
    fn look(&self) -> Look {
        let status = self.status();
        let (state, reason) = match &*status.borrow() {
            InputStatus::Absent { reason } => (DeviceState::Absent, reason.clone()),
            InputStatus::Ready => (DeviceState::Ready, String::new()),
        };
        let noise_count = self.count().noise;
        Look { reason, noise_count, inputs: self.log.latest(), ..Look::new(vec![state]) }
    }

    fn exchanges(&self) -> Vec<Exchange> {
        match &self.handle {
            Handle::Buttons(buttons) => buttons.exchanges().entries_now(),
            Handle::Scanner(scanner) => scanner.exchanges().entries_now(),
        }
    }

    fn actions(&self) -> &'static [DeviceAction] {
        &[]
    }
}

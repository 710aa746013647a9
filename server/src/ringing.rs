//! Bells: from an event of the log to a relay. The rules decide about answers and escalation
//! here a bell is only rung.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::event::Event;
use domain::id::BellId;
use printer_driver::bell::{Bell, BellError, BellStatus, BellTiming, Pattern, Pulse};
use printer_driver::device::BellUrl;
use printer_driver::exchange::Exchange;
use protocol::device::{DeviceAction, DeviceKind, DeviceState};
use protocol::view::BellCondition;
use tokio::sync::watch;

use crate::config::OfficeFile;
use crate::devices::registry::{Device, Facts, Look, NotDone, Registry};
use crate::devices::{AddressError, address};
use crate::engine::Committed;

/// A ring: twice, so that it is not taken for a click.
const RING: [Pulse; 2] = [Pulse { on_ms: 700, off_ms: 300 }, Pulse { on_ms: 700, off_ms: 300 }];
/// A technician's ring: long enough to be heard, too short to summon anybody.
const TEST: Pulse = Pulse { on_ms: 200, off_ms: 100 };

/// The bells of an office. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ringing {
    bells: Arc<BTreeMap<BellId, Bell>>,
    pattern: Pattern,
}

impl Ringing {
    /// Opens every bell of the office file; `addresses` stand in for the file's own. A bell that
    /// is not there is a condition, not an error: `conditions` receives each bell's whenever it
    /// changes.
    ///
    /// # Errors
    ///
    /// [`AddressError`].
    pub fn start(
        office: &OfficeFile,
        addresses: &BTreeMap<BellId, BellUrl>,
        registry: &Registry,
        conditions: impl Fn(BellId, BellCondition) + Clone + Send + 'static,
    ) -> Result<Ringing, AddressError> {
        let mut bells = BTreeMap::new();
        for line in &office.devices.bells {
            let url = match addresses.get(&line.owner) {
                Some(url) => url.clone(),
                None => address(line)?,
            };
            let driver = driver_name(&url);
            let bell = Bell::spawn(url, BellTiming::default());
            let named = office.setup.bells.iter().find(|bell| bell.id == line.owner);
            let name = named.map(|bell| bell.name.clone()).unwrap_or_default();
            let facts = Facts::of(DeviceKind::Bell, line, name, driver);
            registry.add(facts, Arc::new(BellDevice { bell: bell.clone() }), bell.status());
            watch_condition(line.owner, bell.status(), conditions.clone());
            bells.insert(line.owner, bell);
        }
        let pattern = Pattern::new(RING.to_vec()).unwrap_or_default();
        Ok(Ringing { bells: Arc::new(bells), pattern })
    }

    /// Looks at an event that is on disk. Never waits.
    pub fn event(&self, committed: &Committed) {
        if let Event::BellRung { bell, .. } = committed.event {
            self.ring(bell);
        } else if let Event::BellEscalated { to: Some(bell), .. } = committed.event {
            self.ring(bell);
        }
    }

    fn ring(&self, id: BellId) {
        let Some(bell) = self.bells.get(&id).cloned() else { return };
        let pattern = self.pattern.clone();
        tokio::spawn(async move {
            match bell.ring(pattern).await {
                Ok(()) => {}
                Err(BellError::Stopped) => {}
                Err(error) => tracing::warn!(%error, bell = %id, "the bell did not ring"),
            }
        });
    }

    /// Switches every relay off.
    pub async fn stop(self) {
        let bells = Arc::try_unwrap(self.bells).unwrap_or_else(|shared| (*shared).clone());
        for bell in bells.into_values() {
            bell.stop().await;
        }
    }
}

/// The protocol of a bell's board, as its address names it.
fn driver_name(url: &BellUrl) -> String {
    let text = url.to_string();
    let driver = text.split(['?', '&']).find_map(|part| part.strip_prefix("driver="));
    driver.unwrap_or_default().to_owned()
}

/// A bell in the list of devices.
#[derive(Debug)]
struct BellDevice {
    bell: Bell,
}

impl Device for BellDevice {
    fn look(&self) -> Look {
        let status = self.bell.status();
        let (state, reason) = match &*status.borrow() {
            BellStatus::Ready => (DeviceState::Ready, String::new()),
            BellStatus::Ringing => (DeviceState::Working, String::new()),
            BellStatus::Absent { reason } => (DeviceState::Absent, reason.clone()),
            BellStatus::Silent | BellStatus::Refusing => (DeviceState::Silent, String::new()),
        };
        Look { reason, ..Look::new(vec![state]) }
    }

    fn exchanges(&self) -> Vec<Exchange> {
        self.bell.exchanges().entries_now()
    }

    fn actions(&self) -> &'static [DeviceAction] {
        &[DeviceAction::Test]
    }

    fn test(&self) -> Result<(), NotDone> {
        let status = self.bell.status();
        match &*status.borrow() {
            BellStatus::Ready => {}
            BellStatus::Ringing => return Err(NotDone::Busy),
            BellStatus::Absent { .. } | BellStatus::Silent | BellStatus::Refusing => {
                return Err(NotDone::Down);
            }
        }
        let pattern = Pattern::new(vec![TEST]).unwrap_or_default();
        let bell = self.bell.clone();
        tokio::spawn(async move {
            if let Err(error) = bell.ring(pattern).await {
                tracing::warn!(%error, "a bell did not ring for the technician");
            }
        });
        Ok(())
    }
}

/// Hands on what a bell's device says, from the first time its line was tried.
fn watch_condition(
    id: BellId,
    mut status: watch::Receiver<BellStatus>,
    conditions: impl Fn(BellId, BellCondition) + Send + 'static,
) {
    tokio::spawn(async move {
        while status.changed().await.is_ok() {
            let condition = match &*status.borrow_and_update() {
                BellStatus::Ready | BellStatus::Ringing => BellCondition::Ready,
                BellStatus::Absent { .. } => BellCondition::Absent,
                BellStatus::Silent | BellStatus::Refusing => BellCondition::Silent,
            };
            conditions(id, condition);
        }
    });
}

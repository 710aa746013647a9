//! Bells: from an event of the log to a board's output. The rules decide about answers and
//! escalation; here a bell is only rung.

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

use crate::config::{DeviceLine, OfficeFile};
use crate::devices::registry::{Device, Facts, Look, NotDone, Registry};
use crate::devices::{AddressError, address};
use crate::engine::Committed;

/// A technician's ring: long enough to be heard, too short to summon anybody.
const TEST: Pulse = Pulse { on_ms: 200, off_ms: 100 };
/// A ring that nobody answered is passed on so many times over.
const ESCALATED_TIMES: usize = 2;

/// The bells of an office. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ringing {
    bells: Arc<BTreeMap<BellId, Bell>>,
}

impl Ringing {
    /// Opens every bell of the office file; `addresses` stand in for the file's own. Bells at the
    /// same address are outputs of one board. A board that is not there is a condition, not an
    /// error: `conditions` receives each bell's whenever it changes.
    ///
    /// # Errors
    ///
    /// [`AddressError`]: an address that makes no sense, or two that cannot be true at once.
    pub fn start(
        office: &OfficeFile,
        addresses: &BTreeMap<BellId, BellUrl>,
        registry: &Registry,
        conditions: impl Fn(BellId, BellCondition) + Clone + Send + 'static,
    ) -> Result<Ringing, AddressError> {
        let lines = &office.devices.bells;
        let url = |line: &DeviceLine<BellId>| match addresses.get(&line.owner) {
            Some(url) => Ok(url.clone()),
            None => address(line),
        };
        let urls: Vec<BellUrl> = lines.iter().map(url).collect::<Result<_, _>>()?;
        let drivers: Vec<String> = urls.iter().map(driver_name).collect();
        let Some(first) = lines.first() else { return Ok(Ringing { bells: Arc::default() }) };
        let spawned = Bell::spawn_all(urls, BellTiming::default());
        let spawned = spawned.map_err(|error| AddressError::new(first, error))?;
        let mut bells = BTreeMap::new();
        for ((line, bell), driver) in lines.iter().zip(spawned).zip(drivers) {
            watch_condition(line.owner, bell.status(), conditions.clone());
            let named = office.setup.bells.iter().find(|bell| bell.id == line.owner);
            let name = named.map(|bell| bell.name.clone()).unwrap_or_default();
            let facts = Facts::of(DeviceKind::Bell, line, name, driver);
            registry.add(facts, Arc::new(BellDevice { bell: bell.clone() }), bell.status());
            bells.insert(line.owner, bell);
        }
        Ok(Ringing { bells: Arc::new(bells) })
    }

    /// Looks at an event that is on disk. Never waits.
    pub fn event(&self, committed: &Committed) {
        if let Event::BellRung { bell, .. } = committed.event {
            self.ring(bell, 1);
        } else if let Event::BellEscalated { to: Some(bell), .. } = committed.event {
            self.ring(bell, ESCALATED_TIMES);
        }
    }

    fn ring(&self, id: BellId, times: usize) {
        let Some(bell) = self.bells.get(&id).cloned() else { return };
        // A pattern that is too long to be repeated is long enough.
        let pattern = bell.pattern().repeated(times).unwrap_or_else(|_| bell.pattern().clone());
        tokio::spawn(async move {
            match bell.ring(pattern).await {
                Ok(()) => {}
                Err(BellError::Stopped) => {}
                Err(error) => tracing::warn!(%error, bell = %id, "the bell did not ring"),
            }
        });
    }

    /// Switches every output off.
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
            BellStatus::Silent => (DeviceState::Silent, String::new()),
            BellStatus::Refusing => (DeviceState::Refusing, String::new()),
        };
        Look { reason, ..Look::new(vec![state]) }
    }

    fn exchanges(&self) -> Vec<Exchange> {
        self.bell.exchanges().entries_now()
    }

    fn actions(&self) -> &'static [DeviceAction] {
        &[DeviceAction::Test]
    }

    fn test(self: Arc<Self>) -> Result<(), NotDone> {
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

//! Bells: from an event of the log to a board's output. The rules decide about answers and
//! escalation; here a bell is only rung. One whose board was away rings when it is back, as
//! long as whoever was called could still answer in time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::event::Event;
use domain::id::{BellId, RingId};
use printer_driver::bell::{Bell, BellError, BellStatus, BellTiming, Pattern, Pulse};
use printer_driver::device::BellUrl;
use printer_driver::exchange::Exchange;
use protocol::device::{DeviceAction, DeviceKind, DeviceState};
use protocol::view::BellCondition;
use tokio::sync::watch;
use tokio::time::{Duration, Instant, timeout_at};

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
    open: Open,
    /// How long there is to answer a ring.
    answer: Duration,
}

/// Rings that nobody has answered, each with how often it has escalated. Clones share them.
#[derive(Clone, Debug, Default)]
struct Open(Arc<Mutex<BTreeMap<RingId, u8>>>);

impl Open {
    fn rings(&self) -> MutexGuard<'_, BTreeMap<RingId, u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a ring is unanswered still and at the same step.
    fn has(&self, ring: RingId, escalation_count: u8) -> bool {
        self.rings().get(&ring) == Some(&escalation_count)
    }
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
        let answer = Duration::from_secs(u64::from(office.setup.rules.bell_answer_s));
        let open = Open::default();
        let Some(first) = lines.first() else {
            return Ok(Ringing { bells: Arc::default(), open, answer });
        };
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
        Ok(Ringing { bells: Arc::new(bells), open, answer })
    }

    /// Looks at an event that is on disk. Never waits.
    pub fn event(&self, committed: &Committed) {
        if let Event::BellRung { ring, bell, .. } = committed.event {
            self.open.rings().insert(ring, 0);
            self.ring(ring, 0, bell, 1);
        } else if let Event::BellEscalated { ring, count, to } = committed.event {
            self.open.rings().insert(ring, count);
            if let Some(bell) = to {
                self.ring(ring, count, bell, ESCALATED_TIMES);
            }
        } else if let Event::BellAcknowledged { ring } | Event::BellLapsed { ring } =
            committed.event
        {
            self.open.rings().remove(&ring);
        }
    }

    fn ring(&self, ring: RingId, escalation_count: u8, id: BellId, times: usize) {
        let Some(bell) = self.bells.get(&id).cloned() else { return };
        // A pattern that is too long to be repeated is long enough.
        let pattern = bell.pattern().repeated(times).unwrap_or_else(|_| bell.pattern().clone());
        let open = self.open.clone();
        let answer_until = Instant::now() + self.answer;
        tokio::spawn(async move {
            match bell.ring(pattern.clone()).await {
                Ok(()) | Err(BellError::Stopped) => return,
                Err(error) => tracing::warn!(%error, bell = %id, "the bell did not ring"),
            }
            // Counters show it ringing, so it is made up for once, while an answer is still due.
            let mut status = bell.status();
            let back = status.wait_for(|status| *status == BellStatus::Ready);
            if !matches!(timeout_at(answer_until, back).await, Ok(Ok(_))) {
                return;
            }
            if !open.has(ring, escalation_count) {
                return;
            }
            match bell.ring(pattern).await {
                Ok(()) => tracing::info!(bell = %id, "the bell rang late: its board was away"),
                Err(BellError::Stopped) => {}
                Err(error) => tracing::warn!(%error, bell = %id, "the bell did not ring again"),
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

//! Bells: from an event of the log to a relay. The rules decide about answers and escalation
//! here a bell is only rung.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::event::Event;
use domain::id::BellId;
use printer_driver::bell::{Bell, BellError, BellStatus, BellTiming, Pattern, Pulse};
use printer_driver::device::BellUrl;
use protocol::view::BellCondition;
use tokio::sync::watch;

use crate::config::OfficeFile;
use crate::devices::{AddressError, address};
use crate::engine::Committed;

/// A ring: twice, so that it is not taken for a click.
const RING: [Pulse; 2] = [Pulse { on_ms: 700, off_ms: 300 }, Pulse { on_ms: 700, off_ms: 300 }];

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
        conditions: impl Fn(BellId, BellCondition) + Clone + Send + 'static,
    ) -> Result<Ringing, AddressError> {
        let mut bells = BTreeMap::new();
        for line in &office.devices.bells {
            let url = match addresses.get(&line.owner) {
                Some(url) => url.clone(),
                None => address(line)?,
            };
            let bell = Bell::spawn(url, BellTiming::default());
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
                BellStatus::Silent => BellCondition::Silent,
            };
            conditions(id, condition);
        }
    });
}

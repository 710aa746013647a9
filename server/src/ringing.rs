//! Bells: from an event of the log to a relay. The rules decide about answers and escalation
//! here a bell is only rung.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::event::Event;
use domain::id::BellId;
use printer_driver::bell::{Bell, BellError, BellTiming, Pattern, Pulse};
use printer_driver::device::BellUrl;

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
    /// is not there is a condition, not an error.
    ///
    /// # Errors
    ///
    /// [`AddressError`].
    pub fn start(
        office: &OfficeFile,
        addresses: &BTreeMap<BellId, BellUrl>,
    ) -> Result<Ringing, AddressError> {
        let mut bells = BTreeMap::new();
        for line in &office.devices.bells {
            let url = match addresses.get(&line.owner) {
                Some(url) => url.clone(),
                None => address(line)?,
            };
            bells.insert(line.owner, Bell::spawn(url, BellTiming::default()));
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

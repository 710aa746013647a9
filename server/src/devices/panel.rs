//! Counter panels: each shows the label that is called or served at its counter, and nothing else.
//!
//! What a panel shows follows from the state alone, so that a restart, a replugged cable and a
//! step that is taken back all end in the right number.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::id::CounterId;
use domain::label::Label;
use printer_driver::device::PanelUrl;
use printer_driver::exchange::Exchange;
use printer_driver::panel::{Panel, PanelStatus, PanelText, PanelTiming};
use protocol::device::{DeviceAction, DeviceKind, DeviceState};
use tokio::sync::watch;
use tokio::time::Duration;

use super::registry::{Device, Facts, Look, NotDone, Registry};
use super::{AddressError, address};
use crate::board::Board;
use crate::config::{DeviceLine, OfficeFile};

/// What a test shows: every segment of a figure.
const TEST_LABEL: &str = "A888";
/// How long a test is shown.
const TEST_TIME: Duration = Duration::from_secs(3);

/// The panels of an office. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Panels {
    panels: Arc<BTreeMap<CounterId, Arc<PanelDevice>>>,
    seq: Arc<watch::Sender<u64>>,
}

/// A panel in the list of devices.
#[derive(Debug)]
struct PanelDevice {
    counter: CounterId,
    panel: Panel,
    shown: Mutex<Shown>,
}

/// What a panel shows.
#[derive(Debug, Default)]
struct Shown {
    label: Option<Label>,
    is_testing: bool,
    /// Why the label cannot be shown.
    misfit: String,
}

impl Panels {
    /// Opens every panel of the office file and lets it follow the board; `addresses` stand in for
    /// the file's own. A panel that is not there is a condition, not an error.
    ///
    /// # Errors
    ///
    /// [`AddressError`]: an address that makes no sense, or two that cannot be true at once.
    pub(super) fn start(
        office: &OfficeFile,
        addresses: &BTreeMap<CounterId, PanelUrl>,
        registry: &Registry,
        board: Board,
    ) -> Result<Panels, AddressError> {
        let lines = &office.devices.panels;
        let (seq, changes) = watch::channel(0);
        let seq = Arc::new(seq);
        let Some(first) = lines.first() else {
            return Ok(Panels { panels: Arc::default(), seq });
        };
        let url = |line: &DeviceLine<CounterId>| match addresses.get(&line.owner) {
            Some(url) => Ok(url.clone()),
            None => address(line),
        };
        let urls = lines.iter().map(url).collect::<Result<Vec<PanelUrl>, _>>()?;
        let spawned = Panel::spawn_all(urls, PanelTiming::default());
        let spawned = spawned.map_err(|error| AddressError::new(first, error))?;
        let mut panels = BTreeMap::new();
        for (line, panel) in lines.iter().zip(spawned) {
            let named = office.setup.counters.iter().find(|counter| counter.id == line.owner);
            let name = named.map(|counter| counter.name.clone()).unwrap_or_default();
            let facts = Facts::of(DeviceKind::Panel, line, name, "template");
            let status = panel.status();
            let shown = Mutex::default();
            let device = Arc::new(PanelDevice { counter: line.owner, panel, shown });
            registry.add(facts, Arc::clone(&device) as Arc<dyn Device>, status);
            panels.insert(line.owner, device);
        }
        let panels = Arc::new(panels);
        tokio::spawn(follow(Arc::clone(&panels), board, changes));
        Ok(Panels { panels, seq })
    }

    /// Something has changed with this event. Never waits.
    pub(super) fn event(&self, seq: u64) {
        if !self.panels.is_empty() {
            self.seq.send_replace(seq);
        }
    }

    /// Blanks every panel.
    pub(super) async fn stop(self) {
        for device in self.panels.values() {
            device.panel.clone().stop().await;
        }
    }
}

/// Shows on each panel what the board says, whenever it has changed.
async fn follow(
    panels: Arc<BTreeMap<CounterId, Arc<PanelDevice>>>,
    board: Board,
    mut changes: watch::Receiver<u64>,
) {
    loop {
        let seq = *changes.borrow_and_update();
        // A board that does not catch up shows what it has; the next event comes after it.
        let _ = board.at_least(seq).await;
        for device in panels.values() {
            let label = board.read(|scene| {
                let ticket = scene.office().counter(device.counter)?.ticket?;
                scene.office().ticket(ticket).map(|ticket| ticket.label)
            });
            device.follow(label);
        }
        if changes.changed().await.is_err() {
            return;
        }
    }
}

impl PanelDevice {
    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn follow(&self, label: Option<Label>) {
        let mut shown = self.shown();
        if shown.label == label {
            return;
        }
        shown.label = label;
        // The test ends by itself and then shows what is right.
        if !shown.is_testing {
            shown.misfit = self.show(label.map(|label| label.to_string()));
        }
    }

    /// Shows a label or nothing; says why it cannot, or nothing.
    fn show(&self, label: Option<String>) -> String {
        let Some(label) = label else {
            self.panel.clear();
            return String::new();
        };
        let text = PanelText { label, counter: self.counter.to_string() };
        match self.panel.show(&text) {
            Ok(()) => String::new(),
            Err(error) => {
                tracing::warn!(%error, counter = %self.counter, "a label does not fit its panel");
                error.to_string()
            }
        }
    }
}

impl Device for PanelDevice {
    fn look(&self) -> Look {
        let status = self.panel.status();
        let (state, reason) = match &*status.borrow() {
            PanelStatus::Absent { reason } => (DeviceState::Absent, reason.clone()),
            PanelStatus::Silent => (DeviceState::Silent, String::new()),
            PanelStatus::Waiting => (DeviceState::Working, String::new()),
            PanelStatus::Ready => (DeviceState::Ready, String::new()),
        };
        let shown = self.shown();
        let shows = match shown.label {
            _ if shown.is_testing => TEST_LABEL.to_owned(),
            Some(label) if shown.misfit.is_empty() => label.to_string(),
            Some(_) | None => String::new(),
        };
        let mut states = vec![state];
        let mut reason = reason;
        if !shown.misfit.is_empty() {
            states.push(DeviceState::Fault);
            reason.clone_from(&shown.misfit);
        }
        Look { reason, shows: Some(shows), ..Look::new(states) }
    }

    fn exchanges(&self) -> Vec<Exchange> {
        self.panel.exchanges().entries_now()
    }

    fn actions(&self) -> &'static [DeviceAction] {
        &[DeviceAction::Test]
    }

    fn test(self: Arc<Self>) -> Result<(), NotDone> {
        let status = self.panel.status();
        match &*status.borrow() {
            PanelStatus::Ready | PanelStatus::Waiting => {}
            PanelStatus::Absent { .. } | PanelStatus::Silent => return Err(NotDone::Down),
        }
        {
            let mut shown = self.shown();
            if shown.is_testing {
                return Err(NotDone::Busy);
            }
            shown.is_testing = true;
        }
        // A panel that cannot show the test shows what it can in a moment.
        let _ = self.show(Some(TEST_LABEL.to_owned()));
        tokio::spawn(async move {
            tokio::time::sleep(TEST_TIME).await;
            let mut shown = self.shown();
            shown.is_testing = false;
            let label = shown.label.map(|label| label.to_string());
            shown.misfit = self.show(label);
        });
        Ok(())
    }
}

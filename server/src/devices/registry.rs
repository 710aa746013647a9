//! Every device of the office in one list: what it is, how it is, what can be done with it.
//!
//! A device is whatever implements [`Device`]; it is asked how it is whenever somebody looks, and
//! its watcher says when it has changed, so that the list knows since when. Nothing here waits for
//! a device.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::setup;
use domain::time::Timestamp;
use printer_driver::exchange::{Direction, Exchange};
use protocol::device::{
    DeviceAction, DeviceKind, DeviceState, DeviceView, ExchangeDirection, ExchangeView, InputView,
    JobView, PaperLeft,
};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::config::{DeviceLine, OfficeFile};

/// Devices that one office may have: each counter with panel, buttons and scanner, and more.
pub const DEVICES_MAX: usize = 512;
/// Requests that are remembered so that a repeated one has one effect.
const KEYS_MAX: usize = 256;

/// What is always true of a device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    /// Its place in the office file, such as `printers.kiosk-1`.
    pub device: String,
    /// What it is for.
    pub kind: DeviceKind,
    /// Whose it is.
    pub owner: String,
    /// What the owner is called.
    pub name: setup::Text,
    /// Its address, as the office file has it.
    pub address: String,
    /// Its profile or driver.
    pub driver: String,
}

impl Facts {
    /// The facts on a line of the office file.
    pub fn of<Id>(
        kind: DeviceKind,
        line: &DeviceLine<Id>,
        name: setup::Text,
        driver: impl Into<String>,
    ) -> Facts {
        let device = line.path.strip_prefix("devices.").unwrap_or(&line.path).to_owned();
        let owner = device.split_once('.').map_or("", |(_, owner)| owner).to_owned();
        Facts { device, kind, owner, name, address: line.url.clone(), driver: driver.into() }
    }
}

impl Facts {
    /// What an office file lists, as far as its addresses and owners go.
    pub fn of_office(office: &OfficeFile) -> Vec<Facts> {
        let devices = &office.devices;
        let name = setup::Text::default;
        let printers = devices.printers.iter();
        let printers = printers.map(|line| Facts::of(DeviceKind::Printer, line, name(), ""));
        let bells = devices.bells.iter();
        let bells = bells.map(|line| Facts::of(DeviceKind::Bell, line, name(), ""));
        let panels = devices.panels.iter();
        let panels = panels.map(|line| Facts::of(DeviceKind::Panel, line, name(), ""));
        let buttons = devices.buttons.iter();
        let buttons = buttons.map(|input| Facts::of(DeviceKind::Buttons, &input.line, name(), ""));
        let scanners = devices.scanners.iter();
        let scanners =
            scanners.map(|input| Facts::of(DeviceKind::Scanner, &input.line, name(), ""));
        printers.chain(bells).chain(panels).chain(buttons).chain(scanners).collect()
    }
}

/// How a device is at one moment.
#[derive(Clone, PartialEq, Debug)]
pub struct Look {
    /// Every condition that is true; none means [`DeviceState::Ready`].
    pub states: Vec<DeviceState>,
    /// What the system said about it.
    pub reason: String,
    /// Jobs or orders that wait for it.
    pub queue_count: usize,
    /// Paper that is left.
    pub paper: Option<PaperLeft>,
    /// Bytes, lines or codes from it that meant nothing.
    pub noise_count: u64,
    /// What a panel should be showing.
    pub shows: Option<String>,
    /// What came of the latest keys and codes, newest first.
    pub inputs: Vec<InputView>,
    /// Slips that wait or are under way; labels are filled in by whoever knows them.
    pub jobs: Vec<JobView>,
}

impl Look {
    /// A device in these states, with nothing else to say.
    pub fn new(states: Vec<DeviceState>) -> Look {
        Look {
            states,
            reason: String::new(),
            queue_count: 0,
            paper: None,
            noise_count: 0,
            shows: None,
            inputs: Vec::new(),
            jobs: Vec::new(),
        }
    }

    /// The most serious condition.
    fn worst(&self) -> DeviceState {
        self.states.iter().copied().min().unwrap_or(DeviceState::Ready)
    }
}

/// Why something was not done with a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotDone {
    /// The office file lists no such device.
    #[error("there is no such device")]
    Unknown,
    /// It is of another kind.
    #[error("the device cannot do this")]
    Cannot,
    /// It is not there or does not answer.
    #[error("the device is not there or does not answer")]
    Down,
    /// It has more to do than it takes.
    #[error("the device is at work already")]
    Busy,
    /// The program itself could not: the reason is in its log.
    #[error("it could not be done")]
    Failed,
    /// No such job waits for it.
    #[error("no such job waits for the device")]
    UnknownJob,
    /// The same request key was used for something else.
    #[error("the request's key was used for another request")]
    KeyReused,
}

/// What something done with a device comes to, later.
pub type Doing<'a> = Pin<Box<dyn Future<Output = Result<(), NotDone>> + Send + 'a>>;

/// A device that the list can look at and try out.
pub trait Device: Debug + Send + Sync {
    /// How it is now. May wait for a disk, but for no device.
    fn look(&self) -> Look;

    /// What went over its line last, oldest first.
    fn exchanges(&self) -> Vec<Exchange>;

    /// What can be done with it.
    fn actions(&self) -> &'static [DeviceAction];

    /// Begins a test page, a short ring, a test of the panel.
    ///
    /// # Errors
    ///
    /// [`NotDone`].
    fn test(self: Arc<Self>) -> Result<(), NotDone> {
        Err(NotDone::Cannot)
    }

    /// Counts the slips of a new roll from nothing.
    ///
    /// # Errors
    ///
    /// [`NotDone::Cannot`].
    fn change_roll(&self) -> Result<(), NotDone> {
        Err(NotDone::Cannot)
    }

    /// Takes back a job of which no byte has left.
    fn withdraw(&self, _job: u64) -> Doing<'_> {
        Box::pin(async { Err(NotDone::Cannot) })
    }
}

/// Something to be done with a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deed {
    /// [`Device::test`].
    Test,
    /// [`Device::change_roll`].
    ChangeRoll,
    /// [`Device::withdraw`].
    Withdraw(u64),
}

/// Marks a request, so that sending it again has no second effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DeedKey {
    /// Digest of the key.
    pub key: [u8; 16],
    /// Digest of what is asked.
    pub request: [u8; 32],
}

/// The devices of an office. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Registry(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Arc<Clock>,
    /// The root folder under which the machine's devices are found; `/` but in tests.
    root: PathBuf,
    rows: Mutex<Vec<Row>>,
    keys: Mutex<VecDeque<DeedKey>>,
}

#[derive(Debug)]
struct Row {
    facts: Facts,
    device: Arc<dyn Device>,
    state: DeviceState,
    since: Timestamp,
}

impl Registry {
    /// An empty list; `root` is `/`, or a folder that stands for it in a test.
    pub fn new(clock: Arc<Clock>, root: &Path) -> Registry {
        let (rows, keys) = (Mutex::default(), Mutex::default());
        Registry(Arc::new(Inner { clock, root: root.to_owned(), rows, keys }))
    }

    /// The root folder under which the machine's devices are found.
    pub fn root(&self) -> &Path {
        &self.0.root
    }

    /// Adds a device; `status` changes whenever it does. Beyond [`DEVICES_MAX`] none is listed.
    pub fn add<S: Send + Sync + 'static>(
        &self,
        facts: Facts,
        device: Arc<dyn Device>,
        mut status: watch::Receiver<S>,
    ) {
        let state = device.look().worst();
        let since = self.0.clock.now().at;
        let name = facts.device.clone();
        {
            let mut rows = self.rows();
            if rows.len() >= DEVICES_MAX {
                tracing::error!(device = name, "too many devices: one is not listed");
                return;
            }
            rows.push(Row { facts, device, state, since });
        }
        let registry = self.clone();
        tokio::spawn(async move {
            while status.changed().await.is_ok() {
                status.mark_unchanged();
                let (registry, name) = (registry.clone(), name.clone());
                beside(move || registry.notice(&name)).await;
            }
        });
    }

    fn rows(&self) -> MutexGuard<'_, Vec<Row>> {
        self.0.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn device(&self, device: &str) -> Option<Arc<dyn Device>> {
        let rows = self.rows();
        let row = rows.iter().find(|row| row.facts.device == device)?;
        Some(Arc::clone(&row.device))
    }

    /// Looks at a device that has changed.
    fn notice(&self, device: &str) {
        let now = self.0.clock.now().at;
        if let Some(row) = self.rows().iter_mut().find(|row| row.facts.device == device) {
            row.look(now);
        }
    }

    /// Every device, in the order of the office file.
    pub fn list(&self) -> Vec<DeviceView> {
        let now = self.0.clock.now().at;
        self.rows().iter_mut().map(|row| row.view(now)).collect()
    }

    /// One device with what went over its line, oldest first.
    pub fn read(&self, device: &str) -> Option<(DeviceView, Vec<ExchangeView>)> {
        let now = self.0.clock.now().at;
        let mut rows = self.rows();
        let row = rows.iter_mut().find(|row| row.facts.device == device)?;
        let exchanges = in_order(row.device.exchanges()).iter().map(exchange).collect();
        Some((row.view(now), exchanges))
    }

    /// What is always true of each device.
    pub fn facts(&self) -> Vec<Facts> {
        self.rows().iter().map(|row| row.facts.clone()).collect()
    }

    /// Does something with a device; a request sent again under its key is answered as done.
    ///
    /// # Errors
    ///
    /// [`NotDone`].
    pub async fn carry_out(
        &self,
        device: &str,
        deed: Deed,
        key: Option<DeedKey>,
    ) -> Result<(), NotDone> {
        let (registry, name) = (self.clone(), device.to_owned());
        let found = beside(move || registry.device(&name)).await.ok_or(NotDone::Unknown)?;
        if let Some(key) = key
            && !self.is_first(key)?
        {
            return Ok(());
        }
        let done = match deed {
            Deed::Test => beside(move || found.test()).await,
            Deed::ChangeRoll => beside(move || found.change_roll()).await,
            Deed::Withdraw(job) => found.withdraw(job).await,
        };
        match (&done, key) {
            (Err(error), Some(key)) => {
                tracing::debug!(%error, device, "a device did not do what was asked");
                // A refusal changed nothing: the same press may try again.
                self.keys().retain(|known| *known != key);
            }
            (Ok(()), _) => tracing::info!(device, ?deed, "asked of a device"),
            (Err(_), None) => {}
        }
        done
    }

    fn keys(&self) -> MutexGuard<'_, VecDeque<DeedKey>> {
        self.0.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nothing was asked under this key before.
    fn is_first(&self, key: DeedKey) -> Result<bool, NotDone> {
        let mut keys = self.keys();
        if let Some(known) = keys.iter().find(|known| known.key == key.key) {
            return if known.request == key.request { Ok(false) } else { Err(NotDone::KeyReused) };
        }
        if keys.len() >= KEYS_MAX {
            keys.pop_front();
        }
        keys.push_back(key);
        Ok(true)
    }
}

/// Does something that may wait for a disk where that holds up no other device.
pub(crate) async fn beside<R: Send + 'static>(action: impl FnOnce() -> R + Send + 'static) -> R {
    match tokio::task::spawn_blocking(action).await {
        Ok(answer) => answer,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        // The office is ending, and so does whoever waits.
        Err(_) => std::future::pending().await,
    }
}

impl Row {
    fn look(&mut self, now: Timestamp) -> Look {
        let look = self.device.look();
        let state = look.worst();
        if state != self.state {
            (self.state, self.since) = (state, now);
        }
        look
    }

    fn view(&mut self, now: Timestamp) -> DeviceView {
        let look = self.look(now);
        let mut also: Vec<DeviceState> = look.states.clone();
        also.sort_unstable();
        also.dedup();
        also.retain(|state| *state != self.state);
        let Facts { device, kind, owner, name, address, driver } = self.facts.clone();
        DeviceView {
            device,
            kind,
            owner,
            name: name.0.into_iter().map(|(tag, words)| (tag.tag().to_owned(), words)).collect(),
            is_twin: address.starts_with("virtual:"),
            address,
            driver,
            state: self.state,
            also,
            reason: look.reason,
            since_ms: self.since.0,
            queue_count: u16::try_from(look.queue_count).unwrap_or(u16::MAX),
            paper: look.paper,
            noise_count: look.noise_count,
            shows: look.shows,
            inputs: look.inputs,
            jobs: look.jobs,
            actions: self.device.actions().to_vec(),
            last: in_order(self.device.exchanges()).last().map(exchange),
        }
    }
}

/// Exchanges in the order in which each was last seen.
fn in_order(mut exchanges: Vec<Exchange>) -> Vec<Exchange> {
    exchanges.sort_by_key(|exchange| exchange.at);
    exchanges
}

fn exchange(exchange: &Exchange) -> ExchangeView {
    let hex: Vec<String> = exchange.bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    ExchangeView {
        direction: match exchange.direction {
            Direction::Sent => ExchangeDirection::Sent,
            Direction::Received => ExchangeDirection::Received,
        },
        hex: hex.join(" "),
        byte_count: exchange.byte_count as u64,
        meaning: exchange.meaning.to_owned(),
        detail: exchange.detail.clone(),
        count: exchange.count,
        ago_ms: i64::try_from(exchange.at.elapsed().as_millis()).unwrap_or(i64::MAX),
    }
}

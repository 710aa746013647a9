//! Slips: from an event of the log to paper, and what became of it back into the log.
//!
//! A broken printer never stops calling (invariant 6): jobs wait in the spool or come out of
//! another printer, the condition goes to the screens, and a ticket whose paper nobody can vouch
//! for is `Unknown` until staff decide.
//!
//! | part | what it does |
//! |---|---|
//! | `desk` | which slip an event asks for, and where it comes out |
//! | `station` | one printer with its queue on disk and its roll |
//! | `stand_in` | hands slips to another printer while one fails |
//! | `outcome` | what became of slips, to the engine |
//! | `order` | slips beside the tickets' own |

mod desk;
mod order;
mod outcome;
mod stand_in;
mod station;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::event::Event;
use domain::id::{KioskId, TicketId};
use domain::office::Office;
use kiosk::paper_counter::PaperCounter;
use kiosk::slip::Copy;
use kiosk::spool::{NewJob, Spool, SpoolError};
use printer_driver::device::DeviceUrl;
use printer_driver::printer::{JobId, Printer};
use protocol::view::PrinterView;
use tokio::sync::mpsc;

use self::desk::Desk;
use self::order::Orders;
use self::station::{Station, StationError, Stations, open_spool, spool_path};
use crate::clock::Clock;
use crate::config::OfficeFile;
use crate::devices::{AddressError, address};
use crate::engine::{Committed, Engine};

pub use self::order::{NotPrinted, Unasked};

/// Slips that wait to be spooled; a kiosk issues one every few seconds.
const QUEUE_MAX: usize = 1_024;

/// Hands events that need paper to the printers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Printing {
    sender: mpsc::Sender<Job>,
    handles: Arc<[PrinterHandle]>,
    choices: Choices,
    orders: Orders,
}

/// What the device page needs of a printer. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PrinterHandle {
    /// Whose printer.
    pub kiosk: KioskId,
    /// The driver's task.
    pub printer: Printer,
    /// Its queue on disk.
    pub spool: Spool,
    station: Arc<Station>,
}

impl PrinterHandle {
    /// Puts a slip in the printer's queue. It is on disk when this returns.
    ///
    /// # Errors
    ///
    /// [`SpoolError`]: then it is not printed.
    pub fn add(&self, new: NewJob) -> Result<JobId, SpoolError> {
        self.station.add(new)
    }

    /// The paper that is left on its roll.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub fn paper(&self) -> Result<PaperCounter, SpoolError> {
        self.station.paper()
    }

    /// Somebody has put in a new roll.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub fn new_roll(&self) -> Result<(), SpoolError> {
        self.station.new_roll()
    }
}

/// Why printing could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum PrintingError {
    /// The address in the office file makes no sense.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The spool cannot be used.
    #[error(transparent)]
    Spool(#[from] SpoolError),
}

/// What printing starts from.
#[derive(Debug)]
pub struct Beginning<'a> {
    /// The office file: printers, texts.
    pub office: Arc<OfficeFile>,
    /// The office's clock.
    pub clock: Arc<Clock>,
    /// Where outcomes are reported.
    pub engine: Engine,
    /// The data directory; spools are kept in it.
    pub dir: &'a Path,
    /// Addresses that stand in for the file's own (virtual twins).
    pub addresses: &'a BTreeMap<KioskId, DeviceUrl>,
    /// The office as it is on disk.
    pub today: &'a Office,
    /// Its latest events.
    pub recent: &'a [Committed],
}

/// A slip to be printed.
#[derive(Debug)]
struct Job {
    event: Event,
    copy: Copy,
}

impl Printing {
    /// Opens every printer of the office file, settles what the last run left, and starts printing.
    /// `conditions` receives each printer's condition whenever it changes.
    ///
    /// # Errors
    ///
    /// [`PrintingError`]: an address that makes no sense or a spool that cannot be opened. A
    /// printer that is not there is a condition, not an error.
    pub fn start(
        beginning: Beginning<'_>,
        conditions: impl Fn(PrinterView) + Clone + Send + 'static,
    ) -> Result<Printing, PrintingError> {
        let (outcomes, reported) = outcome::channel();
        let (stations, remembers) = stations(&beginning, &outcomes)?;
        let Beginning { office, clock, engine, dir, today, recent, .. } = beginning;
        let settings = &office.devices.slips;
        tokio::spawn(outcome::report(reported, Arc::clone(&stations), engine.clone()));
        for station in stations.values() {
            tokio::spawn(Arc::clone(station).watch(conditions.clone()));
        }
        let after = Duration::from_secs(settings.stand_in_after_s.into());
        for (kiosk, to) in &settings.stand_ins {
            let Some(to) = stations.get(to).cloned() else { continue };
            match stations.get(kiosk).cloned() {
                Some(from) => {
                    tokio::spawn(stand_in::stand_in(from, to, after, outcomes.clone()));
                }
                None => {
                    tokio::spawn(stand_in::print_next_door(*kiosk, to, conditions.clone()));
                }
            }
        }
        let handles = stations.values().map(|station| PrinterHandle {
            kiosk: station.kiosk,
            printer: station.printer.clone(),
            spool: station.spool.clone(),
            station: Arc::clone(station),
        });
        let handles = handles.collect();
        let (sender, receiver) = mpsc::channel(QUEUE_MAX);
        let choices = Choices::default();
        let issued = BTreeMap::new();
        let orders = Orders::new(Arc::clone(&office), Arc::clone(&stations));
        orders.catch_up(clock.now().at, recent);
        let mut desk = Desk { office, clock, engine, stations, choices: choices.clone(), issued };
        desk.recall(dir, today, recent);
        desk.catch_up(today, recent, remembers)?;
        tokio::spawn(desk.run(receiver));
        Ok(Printing { sender, handles, choices, orders })
    }

    /// Every printer, in the order of the kiosks' keys.
    pub fn handles(&self) -> &[PrinterHandle] {
        &self.handles
    }

    /// Lets the next reprint of a ticket come out of this printer.
    ///
    /// # Errors
    ///
    /// [`NotPrinted::NoPrinter`] when the kiosk has none, and [`NotPrinted::PrinterDown`] when it
    /// cannot print now: whoever chose it would wait beside it for nothing.
    pub fn choose(&self, ticket: TicketId, kiosk: KioskId) -> Result<(), NotPrinted> {
        let mut stations = self.handles.iter().map(|handle| &handle.station);
        let chosen = stations.clone().find(|station| station.kiosk == kiosk);
        if !chosen.ok_or(NotPrinted::NoPrinter)?.is_ready() {
            let other = stations.find(|station| station.is_ready()).map(|station| station.kiosk);
            return Err(NotPrinted::PrinterDown { other });
        }
        self.choices.make(ticket, kiosk);
        Ok(())
    }

    /// Looks at an event that is on disk; a slip that it asks for is queued. Never waits: a full
    /// queue leaves the ticket's paper `Pending`, which staff see.
    pub fn event(&self, committed: &Committed) {
        self.orders.event(committed);
        if !matches!(committed.event, Event::TicketIssued { .. } | Event::TicketReprinted { .. }) {
            return;
        }
        let copy = if matches!(committed.event, Event::TicketReprinted { .. }) {
            Copy::Reprint
        } else {
            Copy::First
        };
        let job = Job { event: committed.event.clone(), copy };
        if self.sender.try_send(job).is_err() {
            tracing::warn!(
                seq = committed.seq,
                "the printing queue is full: a slip is not printed"
            );
        }
    }
}

/// Opens every spool, brings to an end what the last run left between two of them, and only then
/// starts the printers. Also whether every spool is the one that the last run wrote.
fn stations(
    beginning: &Beginning<'_>,
    outcomes: &outcome::Outcomes,
) -> Result<(Stations, bool), PrintingError> {
    let lines = &beginning.office.devices.printers;
    let mut spools = BTreeMap::new();
    let mut remembers = true;
    for line in lines {
        let opened = open_spool(&spool_path(beginning.dir, line.owner))?;
        remembers &= opened.remembers;
        spools.insert(line.owner, opened.spool);
    }
    stand_in::finish_moves(beginning.dir, &spools)?;
    let mut stations = BTreeMap::new();
    for line in lines {
        let kiosk = line.owner;
        let url = match beginning.addresses.get(&kiosk) {
            Some(url) => url.clone(),
            None => address(line)?,
        };
        let Some(spool) = spools.remove(&kiosk) else { continue };
        let settings = &beginning.office.devices.slips;
        let station = Station::start(kiosk, url, spool, settings, outcomes);
        let station = station.map_err(|error| match error {
            StationError::Profile(error) => AddressError::new(line, error).into(),
            StationError::Spool(error) => PrintingError::Spool(error),
        })?;
        stations.insert(kiosk, station);
    }
    Ok((Arc::new(stations), remembers))
}

/// Printers that staff have chosen for a reprint which is about to be decided.
#[derive(Clone, Debug, Default)]
struct Choices(Arc<Mutex<BTreeMap<TicketId, (KioskId, Instant)>>>);

/// A choice that is not taken up at once was for a reprint that the rules refused.
const CHOICE_HOLDS: Duration = Duration::from_secs(10);
/// Most choices that wait.
const CHOICES_MAX: usize = 64;

impl Choices {
    fn make(&self, ticket: TicketId, kiosk: KioskId) {
        let mut choices = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        choices.retain(|_, (_, made_at)| made_at.elapsed() < CHOICE_HOLDS);
        if choices.len() < CHOICES_MAX {
            choices.insert(ticket, (kiosk, Instant::now()));
        }
    }

    fn take(&self, ticket: TicketId) -> Option<KioskId> {
        let mut choices = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (kiosk, made_at) = choices.remove(&ticket)?;
        (made_at.elapsed() < CHOICE_HOLDS).then_some(kiosk)
    }
}

//! Slips: from an event of the log to paper, and what became of it back into the log.
//!
//! A broken printer never stops calling (invariant 6): jobs wait in the spool, the condition goes
//! to the screens, and a ticket whose paper nobody can vouch for is `Unknown` until staff decide.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::command::Command;
use domain::event::Event;
use domain::id::{KioskId, TicketId};
use domain::label::Label;
use domain::office::Office;
use domain::ticket::{Origin, Paper, Ticket};
use kiosk::slip::Copy;
use kiosk::spool::{Spool, SpoolError, Spooled, split};
use printer_driver::device::DeviceUrl;
use printer_driver::printer::{
    Condition, JobId, JobProgress, JobState, Printer, PrinterOptions, PrinterStatus,
};
use protocol::event::Source;
use protocol::view::{PrinterCondition, PrinterView};
use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::config::OfficeFile;
use crate::devices::{AddressError, address};
use crate::engine::{Ask, Committed, Engine, Order};
use crate::log::{LogError, LogReader};
use crate::slip;

/// Slips that wait to be spooled; a kiosk issues one every few seconds.
const QUEUE_MAX: usize = 1_024;

/// How long a resident waits at the kiosk for a slip that a restart held up: two minutes.
const STANDING_MS: i64 = 120_000;

/// Hands events that need paper to the printers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Printing {
    sender: mpsc::Sender<Job>,
    handles: Arc<[PrinterHandle]>,
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

/// Everything a slip needs.
struct Desk {
    office: Arc<OfficeFile>,
    clock: Arc<Clock>,
    engine: Engine,
    printers: BTreeMap<KioskId, Station>,
    /// What was issued today and may be printed again.
    issued: BTreeMap<TicketId, Event>,
}

struct Station {
    printer: Printer,
    spool: Spool,
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
        let Beginning { office, clock, engine, dir, addresses, today, recent } = beginning;
        let mut printers = BTreeMap::new();
        for line in &office.devices.printers {
            let kiosk = line.owner;
            let url = match addresses.get(&kiosk) {
                Some(url) => url.clone(),
                None => address(line)?,
            };
            let station = Station::open(&engine, url, &spool_path(dir, kiosk));
            let station = station.map_err(|error| match error {
                StationError::Profile(error) => AddressError::new(line, error).into(),
                StationError::Spool(error) => PrintingError::Spool(error),
            })?;
            watch_condition(kiosk, &station.printer, conditions.clone());
            printers.insert(kiosk, station);
        }
        let handle = |(kiosk, station): (&KioskId, &Station)| PrinterHandle {
            kiosk: *kiosk,
            printer: station.printer.clone(),
            spool: station.spool.clone(),
        };
        let handles = printers.iter().map(handle).collect();
        let (sender, receiver) = mpsc::channel(QUEUE_MAX);
        let mut desk = Desk { office, clock, engine, printers, issued: BTreeMap::new() };
        desk.recall(dir, today, recent);
        desk.catch_up(today, recent)?;
        tokio::spawn(desk.run(receiver));
        Ok(Printing { sender, handles })
    }

    /// Every printer, in the order of the kiosks' keys.
    pub fn handles(&self) -> &[PrinterHandle] {
        &self.handles
    }

    /// Looks at an event that is on disk; a slip that it asks for is queued. Never waits: a full
    /// queue leaves the ticket's paper `Pending`, which staff see.
    pub fn event(&self, committed: &Committed) {
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

fn spool_path(dir: &Path, kiosk: KioskId) -> PathBuf {
    dir.join(format!("spool-{kiosk}.sqlite"))
}

/// Opens a spool and what is open in it. A damaged one is set aside and a new one begun: a list of
/// slips must not keep the office closed (invariant 6). Tickets whose slips stood in it keep their
/// `Pending` paper, and staff decide.
fn open_spool(path: &Path) -> Result<(Spool, Vec<Spooled>), SpoolError> {
    let open = || {
        let spool = Spool::open(path)?;
        let jobs = spool.open_jobs()?;
        Ok((spool, jobs))
    };
    open().or_else(|error: SpoolError| {
        if !error.is_damage() {
            return Err(error);
        }
        tracing::error!(%error, path = %path.display(), "a damaged print spool is set aside");
        for end in ["", "-wal", "-shm"] {
            let from = format!("{}{end}", path.display());
            // A part that is not there need not be moved; one that cannot be fails to open again.
            let _ = std::fs::rename(&from, format!("{from}.damaged"));
        }
        open()
    })
}

enum StationError {
    Profile(printer_driver::profile::ProfileError),
    Spool(SpoolError),
}

impl Station {
    fn open(engine: &Engine, url: DeviceUrl, path: &Path) -> Result<Station, StationError> {
        let (spool, open) = open_spool(path).map_err(StationError::Spool)?;
        let (unsettled, fresh) = split(open);
        let mut options = PrinterOptions::new(url);
        options.unsettled = unsettled.as_ref().map(|spooled| spooled.job.id);
        let printer = Printer::spawn(options, spool.clone()).map_err(StationError::Profile)?;
        let station = Station { printer, spool };
        if let Some(spooled) = unsettled {
            station.settle(engine, spooled.job.id, spooled.ticket);
        }
        for spooled in fresh {
            station.print(engine, spooled.job, TicketId(spooled.ticket));
        }
        Ok(station)
    }

    fn print(&self, engine: &Engine, job: printer_driver::printer::Job, ticket: TicketId) {
        match self.printer.print(job) {
            Ok(progress) => {
                tokio::spawn(report(engine.clone(), progress, ticket));
            }
            Err(error) => {
                tracing::warn!(%error, ticket = ticket.0, "a slip is not printed");
                tokio::spawn(report_paper(engine.clone(), ticket, Paper::Failed));
            }
        }
    }

    /// Watches the spool for the fate of a job that the last run left under way.
    fn settle(&self, engine: &Engine, job: JobId, ticket: u64) {
        let (engine, spool) = (engine.clone(), self.spool.clone());
        let mut status = self.printer.status();
        tokio::spawn(async move {
            loop {
                match spool.state(job) {
                    Ok(Some(JobState::Printed { .. })) => {
                        return report_paper(engine, TicketId(ticket), Paper::Printed).await;
                    }
                    Ok(Some(state)) if state.is_final() => {
                        return report_paper(engine, TicketId(ticket), Paper::Unknown).await;
                    }
                    Ok(_) => {}
                    Err(error) => tracing::warn!(%error, "the print spool cannot be read"),
                }
                if status.changed().await.is_err() {
                    return;
                }
            }
        });
    }
}

/// Reports what became of a slip, each time it is known better.
async fn report(engine: Engine, mut progress: JobProgress, ticket: TicketId) {
    while let Some(state) = progress.changed().await {
        match state {
            JobState::Printed { .. } => {
                return report_paper(engine, ticket, Paper::Printed).await;
            }
            // A late proof may still come: go on listening.
            JobState::Unknown { .. } => {
                report_paper(engine.clone(), ticket, Paper::Unknown).await;
            }
            JobState::Withdrawn => {
                return report_paper(engine, ticket, Paper::Failed).await;
            }
            JobState::Queued | JobState::Sending | JobState::Sent | JobState::Held { .. } => {}
        }
    }
}

async fn report_paper(engine: Engine, ticket: TicketId, paper: Paper) {
    let command = Command::ReportPaper { ticket, paper };
    let order = Order { ask: Ask::Command(command), source: Source::Office, key: None };
    if let Err(rejection) = engine.submit(order).await {
        // The ticket is of an earlier day, or was reported already: nothing is lost.
        tracing::debug!(?rejection, ticket = ticket.0, "the outcome of a slip is not recorded");
    }
}

/// What a job's final state means for its ticket; `None` while it is under way.
fn outcome(state: JobState) -> Option<Paper> {
    match state {
        JobState::Printed { .. } => Some(Paper::Printed),
        JobState::Unknown { .. } => Some(Paper::Unknown),
        JobState::Withdrawn => Some(Paper::Failed),
        JobState::Queued | JobState::Sending | JobState::Sent | JobState::Held { .. } => None,
    }
}

fn watch_condition(
    kiosk: KioskId,
    printer: &Printer,
    conditions: impl Fn(PrinterView) + Send + 'static,
) {
    let mut status = printer.status();
    tokio::spawn(async move {
        loop {
            let condition = worst(&status.borrow_and_update());
            conditions(PrinterView { kiosk: kiosk.to_string(), condition, unknown_count: 0 });
            if status.changed().await.is_err() {
                return;
            }
        }
    });
}

fn worst(status: &PrinterStatus) -> PrinterCondition {
    match status.conditions().first() {
        None => PrinterCondition::Ready,
        Some(Condition::Absent) => PrinterCondition::Absent,
        Some(Condition::Silent) => PrinterCondition::Silent,
        Some(Condition::Fault | Condition::Offline) => PrinterCondition::Offline,
        Some(Condition::CutterJam) => PrinterCondition::CutterJam,
        Some(Condition::CoverOpen) => PrinterCondition::CoverOpen,
        Some(Condition::PaperEnd) => PrinterCondition::PaperEnd,
        Some(Condition::HeadHot) => PrinterCondition::HeadHot,
        Some(Condition::PaperNearEnd) => PrinterCondition::PaperNearEnd,
    }
}

impl Desk {
    /// Finds what today's slips say: the latest events have most of it, the log the rest.
    fn recall(&mut self, dir: &Path, today: &Office, recent: &[Committed]) {
        for committed in recent {
            if let Event::TicketIssued { ticket, .. } = committed.event {
                self.issued.insert(ticket, committed.event.clone());
            }
        }
        let expects = |ticket: &&Ticket| ticket.paper != Paper::None;
        let first = today.tickets().find(expects).map(|ticket| ticket.id);
        let Some(first) = first.filter(|first| !self.issued.contains_key(first)) else { return };
        let before = recent.first().map_or(u64::MAX, |first| first.seq);
        if let Err(error) = self.recall_from_log(dir, first, before) {
            tracing::warn!(%error, "slips of this morning cannot be printed again");
        }
    }

    /// Walks the log backwards from record `before` to the issuing of `first`.
    fn recall_from_log(
        &mut self,
        dir: &Path,
        first: TicketId,
        before: u64,
    ) -> Result<(), LogError> {
        let reader = LogReader::open(dir)?;
        let mut end = before.min(reader.head()?.seq + 1);
        while end > 1 && !self.issued.contains_key(&first) && self.issued.len() < ISSUED_MAX {
            let from = end.saturating_sub(RECALL_RECORDS).max(1);
            let limit = usize::try_from(end - from).unwrap_or(usize::MAX);
            for record in reader.read(from, limit)? {
                let Ok(view) = record.view() else { continue };
                if let Ok(event @ Event::TicketIssued { ticket, .. }) =
                    crate::record::decode(view.version, view.body)
                    && ticket >= first
                {
                    self.issued.insert(ticket, event);
                }
            }
            end = from;
        }
        Ok(())
    }

    /// Settles what the last run left open: slips that were committed but not yet spooled are
    /// printed now while their residents still stand at the kiosk, else left to staff; and what
    /// became of a spooled one is reported if the last run could no longer do so.
    fn catch_up(&mut self, today: &Office, recent: &[Committed]) -> Result<(), SpoolError> {
        let mut copies = BTreeMap::new();
        for committed in recent {
            if let Event::TicketIssued { ticket, .. } = committed.event {
                copies.insert(ticket, (1, committed.at, Copy::First));
            } else if let Event::TicketReprinted { ticket } = committed.event {
                let count = copies.get(&ticket).map_or(1, |(count, ..)| *count);
                copies.insert(ticket, (count + 1, committed.at, Copy::Reprint));
            }
        }
        let now = self.clock.now().at;
        let pending = |ticket: &&Ticket| ticket.paper == Paper::Pending;
        for ticket in today.tickets().filter(pending) {
            let Some(station) = self.station(ticket.origin) else { continue };
            let asked = copies.get(&ticket.id).copied();
            let (count, at, copy) = asked.unwrap_or((1, ticket.issued_at, Copy::First));
            let spooled = station.spool.states(ticket.id.0)?;
            if spooled.len() >= count {
                let paper = spooled.last().copied().and_then(outcome);
                if let Some(paper) = paper {
                    tokio::spawn(report_paper(self.engine.clone(), ticket.id, paper));
                }
            } else if now.since_ms(at) <= STANDING_MS {
                self.print(ticket.id, copy);
            } else {
                tokio::spawn(report_paper(self.engine.clone(), ticket.id, Paper::Failed));
            }
        }
        Ok(())
    }

    async fn run(mut self, mut receiver: mpsc::Receiver<Job>) {
        while let Some(job) = receiver.recv().await {
            if let Event::TicketIssued { ticket, .. } = job.event {
                if self.issued.len() >= ISSUED_MAX {
                    self.issued.pop_first();
                }
                self.issued.insert(ticket, job.event);
                self.print(ticket, job.copy);
            } else if let Event::TicketReprinted { ticket } = job.event {
                self.print(ticket, job.copy);
            }
        }
    }

    fn print(&self, ticket: TicketId, copy: Copy) {
        let Some(Event::TicketIssued { label, origin, .. }) = self.issued.get(&ticket) else {
            tracing::warn!(ticket = ticket.0, "a slip of an earlier run cannot be printed again");
            tokio::spawn(report_paper(self.engine.clone(), ticket, Paper::Failed));
            return;
        };
        let Some(station) = self.station(*origin) else { return };
        if let Err(error) = self.spool(station, ticket, *label, copy) {
            tracing::error!(%error, ticket = ticket.0, "a slip cannot be spooled");
            tokio::spawn(report_paper(self.engine.clone(), ticket, Paper::Failed));
        }
    }

    fn spool(
        &self,
        station: &Station,
        ticket: TicketId,
        label: Label,
        copy: Copy,
    ) -> Result<(), SpoolError> {
        let Some(event) = self.issued.get(&ticket) else { return Ok(()) };
        match slip::ticket_document(&self.office, &self.clock, event, copy) {
            Ok(document) => {
                let job = station.spool.add(ticket.0, document)?;
                station.print(&self.engine, job, ticket);
            }
            Err(error) => {
                tracing::error!(%error, label = %label, "a slip does not fit the paper");
                tokio::spawn(report_paper(self.engine.clone(), ticket, Paper::Failed));
            }
        }
        Ok(())
    }

    /// The printer for a ticket: its kiosk's, or the first one for tickets from the floor.
    fn station(&self, origin: Origin) -> Option<&Station> {
        match origin {
            Origin::Kiosk(kiosk) => self.printers.get(&kiosk),
            Origin::Floor => self.printers.values().next(),
            // Linked visitors keep the slip they hold; offline ones have theirs.
            Origin::Linked(_) | Origin::Offline(_) => None,
        }
    }
}

/// Tickets that can be printed again without being looked up: more than a busy day has.
const ISSUED_MAX: usize = 10_000;

/// Records of the log that are read at a time.
const RECALL_RECORDS: u64 = 512;

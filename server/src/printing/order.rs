//! Slips beside the tickets' own: asked for once, spooled once, and followed wherever they go.

use std::sync::{Arc, Mutex, PoisonError};

use domain::event::Event;
use domain::id::{KioskId, QueueId, SectionId};
use domain::time::Timestamp;
use kiosk::slip::Kind;
use kiosk::spool::{NewJob, Request, SpoolError, Spooled, Subject};
use printer_driver::printer::{JobId, JobState, SentPart};
use protocol::print::{PrintState, PrintView, SlipKind};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::Printing;
use super::desk::STANDING_MS;
use super::stand_in::done;
use super::station::{Station, Stations};
use crate::config::OfficeFile;
use crate::engine::Committed;

/// Slips that events bring and that wait to be written.
const UNASKED_MAX: usize = 256;

/// Most printers that one slip may have gone through; each failure of each adds one.
const MOVES_MAX: usize = 100;

/// A slip that an event brings without anybody asking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unasked {
    /// What it is about.
    pub subject: Subject,
    /// The number of the event.
    pub seq: u64,
    /// What the event's slip is known by, so that a restart does not print it again.
    pub request: Request,
}

/// Why a slip is not printed.
#[derive(Debug, thiserror::Error)]
pub enum NotPrinted {
    /// The kiosk has no printer, or the office has none.
    #[error("there is no printer for it")]
    NoPrinter,
    /// The printer that was chosen cannot print now.
    #[error("the printer cannot print now")]
    PrinterDown {
        /// Whose printer can.
        other: Option<KioskId>,
    },
    /// The idempotency key was used for another request.
    #[error("the key was used for another request")]
    KeyReused,
    /// The queue cannot be read or written.
    #[error(transparent)]
    Spool(#[from] SpoolError),
}

/// Takes orders for slips. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Orders {
    office: Arc<OfficeFile>,
    stations: Stations,
    /// One order at a time, so that two with one key are never two slips.
    turn: Arc<Mutex<()>>,
    unasked: mpsc::Sender<Unasked>,
    waiting: Arc<Mutex<Option<mpsc::Receiver<Unasked>>>>,
}

impl Orders {
    pub(super) fn new(office: Arc<OfficeFile>, stations: Stations) -> Orders {
        let (unasked, waiting) = mpsc::channel(UNASKED_MAX);
        let waiting = Arc::new(Mutex::new(Some(waiting)));
        Orders { office, stations, turn: Arc::default(), unasked, waiting }
    }

    /// Looks again at the events that the last run may not have got to, while the people they are
    /// about are still there.
    pub(super) fn catch_up(&self, now: Timestamp, recent: &[Committed]) {
        let fresh = |committed: &&Committed| now.since_ms(committed.at) <= STANDING_MS;
        recent.iter().filter(fresh).for_each(|committed| self.event(committed));
    }

    /// Notes the slip that an event brings, where the office wants it.
    pub(super) fn event(&self, committed: &Committed) {
        if self.stations.is_empty() {
            return;
        }
        let Some(subject) = self.subject_of(&committed.event) else { return };
        if !self.office.devices.slips.automatic.contains(&subject.kind) {
            return;
        }
        let digest: [u8; 32] = Sha256::digest(format!("event {}", committed.seq)).into();
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        let request = Request { key, digest };
        if self.unasked.try_send(Unasked { subject, seq: committed.seq, request }).is_err() {
            tracing::warn!(seq = committed.seq, "a slip that the event asks for is not printed");
        }
    }

    fn subject_of(&self, event: &Event) -> Option<Subject> {
        if let Event::TicketTransferred { ticket, from, to, .. } = event {
            // Within a section people keep what they hold.
            let is_away = self.section(*from) != self.section(*to);
            return is_away.then_some(Subject { kind: Kind::Transfer, number: ticket.0 });
        }
        if let Event::TagHandedOut { tag, .. } = event {
            return Some(Subject { kind: Kind::Tag, number: tag.0 });
        }
        let closed = matches!(event, Event::DayClosed { .. });
        closed.then_some(Subject { kind: Kind::Summary, number: 0 })
    }

    fn section(&self, queue: QueueId) -> Option<SectionId> {
        self.office.setup.queue(queue).map(|queue| queue.section)
    }

    /// Follows a job through the spools it was handed over to.
    fn follow(&self, station: &Station, job: JobId) -> Result<Option<PrintView>, SpoolError> {
        let name = print_name(station.kiosk, job);
        let mut at = (station, job);
        for _ in 0..MOVES_MAX {
            let (station, job) = at;
            let Some(spooled) = station.spool.find(job)? else { return Ok(None) };
            let next = spooled.moving_to.as_deref().and_then(KioskId::new);
            let next = next.and_then(|kiosk| self.stations.get(&kiosk));
            match (next, spooled.moved_as) {
                (Some(next), Some(there)) => at = (next, there),
                _ => return Ok(Some(view(station.kiosk, name, &spooled))),
            }
        }
        Ok(None)
    }

    fn find_request(&self, request: Request) -> Result<Option<PrintView>, NotPrinted> {
        for station in self.stations.values() {
            if let Some(found) = station.spool.find_request(&request.key)? {
                if found.request != Some(request) {
                    return Err(NotPrinted::KeyReused);
                }
                return Ok(self.follow(station, found.job.id)?);
            }
        }
        Ok(None)
    }

    fn print(&self, kiosk: KioskId, new: NewJob) -> Result<PrintView, NotPrinted> {
        let station = self.stations.get(&kiosk).ok_or(NotPrinted::NoPrinter)?;
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(request) = new.request
            && let Some(view) = self.find_request(request)?
        {
            return Ok(view);
        }
        let job = station.add(new)?;
        self.follow(station, job)?.ok_or(NotPrinted::NoPrinter)
    }

    fn latest(&self, limit: u16) -> Result<Vec<PrintView>, SpoolError> {
        let mut views = Vec::new();
        for station in self.stations.values() {
            let latest = station.spool.latest(limit)?;
            views.extend(latest.iter().map(|spooled| {
                view(station.kiosk, print_name(station.kiosk, spooled.job.id), spooled)
            }));
        }
        views.sort_by_key(|view| std::cmp::Reverse(view.asked_at_ms));
        views.truncate(limit.into());
        Ok(views)
    }
}

impl Printing {
    /// The printer for slips of a kind: `chosen`, else the one set for it, else the first.
    ///
    /// # Errors
    ///
    /// [`NotPrinted::NoPrinter`].
    pub fn printer_for(&self, kind: Kind, chosen: Option<KioskId>) -> Result<KioskId, NotPrinted> {
        let Orders { office, stations, .. } = &self.orders;
        let known = |kiosk: &KioskId| stations.contains_key(kiosk);
        let set = || office.devices.slips.printers.get(&kind).copied().filter(known);
        let found = match chosen {
            Some(chosen) => Some(chosen).filter(known),
            None => set().or_else(|| stations.keys().next().copied()),
        };
        found.ok_or(NotPrinted::NoPrinter)
    }

    /// Puts a slip in a printer's queue; one whose request is known is not put there again. It is
    /// on disk when this returns.
    ///
    /// # Errors
    ///
    /// [`NotPrinted`].
    pub async fn print(&self, kiosk: KioskId, new: NewJob) -> Result<PrintView, NotPrinted> {
        self.look(move |orders| orders.print(kiosk, new)).await
    }

    /// The slip that a request has led to.
    ///
    /// # Errors
    ///
    /// [`NotPrinted::KeyReused`] when its key was used for another one.
    pub async fn find_request(&self, request: Request) -> Result<Option<PrintView>, NotPrinted> {
        self.look(move |orders| orders.find_request(request)).await
    }

    /// A slip by its name.
    ///
    /// # Errors
    ///
    /// [`NotPrinted::Spool`].
    pub async fn find(&self, name: &str) -> Result<Option<PrintView>, NotPrinted> {
        let parts = name.split_once('.').and_then(|(kiosk, job)| {
            let plain = job.bytes().all(|byte| byte.is_ascii_digit());
            Some((KioskId::new(kiosk)?, job.parse::<u64>().ok().filter(|_| plain)?))
        });
        let Some((kiosk, job)) = parts.filter(|(_, job)| i64::try_from(*job).is_ok()) else {
            return Ok(None);
        };
        self.look(move |orders| match orders.stations.get(&kiosk) {
            Some(station) => Ok(orders.follow(station, JobId(job))?),
            None => Ok(None),
        })
        .await
    }

    /// The latest slips of every printer, newest first.
    ///
    /// # Errors
    ///
    /// [`NotPrinted::Spool`].
    pub async fn latest(&self, limit: u16) -> Result<Vec<PrintView>, NotPrinted> {
        self.look(move |orders| Ok(orders.latest(limit)?)).await
    }

    /// The slips that events bring; `None` when somebody has them already.
    pub fn take_unasked(&self) -> Option<mpsc::Receiver<Unasked>> {
        self.orders.waiting.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Looks into the queues where waiting for the disk holds nobody up.
    async fn look<R: Send + 'static>(&self, look: impl FnOnce(&Orders) -> R + Send + 'static) -> R {
        let orders = self.orders.clone();
        done(tokio::task::spawn_blocking(move || look(&orders))).await
    }
}

fn print_name(kiosk: KioskId, job: JobId) -> String {
    format!("{kiosk}.{job}")
}

fn view(kiosk: KioskId, print: String, spooled: &Spooled) -> PrintView {
    let Subject { kind, number } = spooled.subject;
    PrintView {
        print,
        kind: match kind {
            Kind::Ticket => SlipKind::Ticket,
            Kind::Transfer => SlipKind::Transfer,
            Kind::Staff => SlipKind::Staff,
            Kind::Tag => SlipKind::Tag,
            Kind::Summary => SlipKind::Summary,
            Kind::Test => SlipKind::Test,
        },
        printer: kiosk.to_string(),
        ticket: spooled.subject.about_ticket(),
        tag: (kind == Kind::Tag).then_some(number),
        state: match spooled.state {
            JobState::Queued | JobState::Held { sent: SentPart::Nothing, .. } => {
                PrintState::Waiting
            }
            JobState::Sending
            | JobState::Sent
            | JobState::Held { sent: SentPart::Part | SentPart::All, .. } => PrintState::Printing,
            JobState::Printed { .. } => PrintState::Printed,
            JobState::Unknown { .. } => PrintState::Unknown,
            // On its way to another printer.
            JobState::Withdrawn if spooled.moving_to.is_some() => PrintState::Waiting,
            JobState::Withdrawn => PrintState::Failed,
        },
        asked_at_ms: spooled.asked_at_ms,
        settled: false,
    }
}

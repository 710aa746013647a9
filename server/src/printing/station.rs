//! One printer of the office with its queue on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::id::KioskId;
use kiosk::paper_counter::{PaperCounter, Sensed};
use kiosk::slip::Kind;
use kiosk::spool::{NewJob, Spool, SpoolError, Spooled, split};
use printer_driver::device::DeviceUrl;
use printer_driver::printer::{
    Condition, Job, JobId, JobState, LinkState, PrintError, Printer, PrinterOptions, PrinterStatus,
    UnknownReason, needs_settling,
};
use printer_driver::profile::ProfileError;
use protocol::view::{PrinterCondition, PrinterView};
use tokio::sync::{Notify, watch};
use tokio::time::Duration;

use super::outcome::{Outcomes, Told};
use crate::config::SlipPrinting;
use crate::fonts;

/// What a printer says of its paper counts when it has said it for so long: a link that has just
/// come back has not been asked yet.
const SENSED_AFTER: Duration = Duration::from_secs(2);

/// Above the limit, slips left are told in steps of this, so that not every slip is news.
const SLIPS_STEP: u32 = 10;

/// Every printer by the kiosk it belongs to.
pub(super) type Stations = Arc<BTreeMap<KioskId, Arc<Station>>>;

/// A printer and its queue.
#[derive(Debug)]
pub(super) struct Station {
    /// Whose it is.
    pub(super) kiosk: KioskId,
    /// The driver.
    pub(super) printer: Printer,
    /// The queue.
    pub(super) spool: Spool,
    /// Something has been given to the driver, or has come to its end.
    pub(super) given: Notify,
    /// Whose printer prints for this one now.
    pub(super) standing_in: watch::Sender<Option<KioskId>>,
    slips_left: watch::Sender<Option<u32>>,
    /// What slips that are not ended will use.
    lengths: Mutex<BTreeMap<JobId, u32>>,
    outcomes: Outcomes,
    roll_m: u16,
    low_slips: u32,
}

/// Where a kiosk's queue is kept.
pub(super) fn spool_path(dir: &Path, kiosk: KioskId) -> PathBuf {
    dir.join(format!("spool-{kiosk}.sqlite"))
}

/// Opens a spool and checks what is open in it. A damaged one is set aside and a new one begun: a
/// list of slips must not keep the office closed (invariant 6). Tickets whose slips stood in it
/// keep their `Pending` paper, and staff decide.
pub(super) fn open_spool(path: &Path) -> Result<Opened, SpoolError> {
    let is_there = path.exists();
    let open = || -> Result<Spool, SpoolError> {
        let spool = Spool::open(path)?;
        spool.open_jobs()?;
        spool.unfinished_moves()?;
        Ok(spool)
    };
    let error = match open() {
        Ok(spool) => return Ok(Opened { spool, remembers: is_there }),
        Err(error) => error,
    };
    if !error.is_damage() {
        return Err(error);
    }
    tracing::error!(%error, path = %path.display(), "a damaged print spool is set aside");
    for end in ["", "-wal", "-shm"] {
        let from = format!("{}{end}", path.display());
        // A part that is not there need not be moved; one that cannot be fails to open again.
        let _ = std::fs::rename(&from, format!("{from}.damaged"));
    }
    Ok(Opened { spool: open()?, remembers: false })
}

/// A spool that has been opened.
pub(super) struct Opened {
    pub(super) spool: Spool,
    /// It is the one that the last run wrote: what is not in it was never given to a printer.
    pub(super) remembers: bool,
}

/// Gives up the jobs under way before the last one: the disk took the beginning of a later job,
/// but not how they had ended, and the driver settles one. Their paper is for staff to decide.
fn give_up_all_but_last(spool: &Spool, jobs: &[Spooled]) -> Result<(), SpoolError> {
    let mut unsettled = jobs.iter().filter(|spooled| needs_settling(spooled.state));
    unsettled.next_back();
    for spooled in unsettled {
        tracing::warn!(job = spooled.job.id.0, "nobody noted how a slip of the last run ended");
        let reason = UnknownReason::LinkLost;
        spool.record_state(spooled.job.id, JobState::Unknown { reason })?;
    }
    Ok(())
}

/// Why a station could not be set up.
#[derive(Debug)]
pub(super) enum StationError {
    Profile(ProfileError),
    Spool(SpoolError),
}

impl From<SpoolError> for StationError {
    fn from(error: SpoolError) -> StationError {
        StationError::Spool(error)
    }
}

impl Station {
    /// Starts the driver over a spool, with the job that the last run left under way, and gives it
    /// those of which nothing had left.
    pub(super) fn start(
        kiosk: KioskId,
        url: DeviceUrl,
        spool: Spool,
        settings: &SlipPrinting,
        outcomes: &Outcomes,
    ) -> Result<Arc<Station>, StationError> {
        let open = spool.open_jobs()?;
        give_up_all_but_last(&spool, &open)?;
        let (unsettled, fresh) = split(open);
        let mut options = PrinterOptions::new(url);
        options.typesetter = Some(fonts::typesetter());
        options.unsettled = unsettled.map(|spooled| spooled.job.id);
        let journal = Told::new(kiosk, spool.clone(), outcomes.clone());
        let printer = Printer::spawn(options, journal).map_err(StationError::Profile)?;
        let low_slips = u32::from(settings.low_slips);
        let counter = spool.paper(settings.roll_m)?;
        let station = Arc::new(Station {
            kiosk,
            lengths: Mutex::default(),
            printer,
            given: Notify::new(),
            standing_in: watch::Sender::new(None),
            slips_left: watch::Sender::new(told_slips(&counter, low_slips)),
            spool,
            outcomes: outcomes.clone(),
            roll_m: settings.roll_m,
            low_slips,
        });
        for spooled in fresh {
            // It stays where it is after all.
            if spooled.moving_to.is_some() {
                station.spool.forget_move(spooled.job.id)?;
            }
            station.print(spooled.job);
        }
        Ok(station)
    }

    /// Puts a slip in the queue, on disk, and gives it to the driver.
    ///
    /// # Errors
    ///
    /// [`SpoolError`]: then it is not printed.
    pub(super) fn add(&self, new: NewJob) -> Result<JobId, SpoolError> {
        let job = self.spool.add(new)?;
        let id = job.id;
        self.print(job);
        Ok(id)
    }

    /// Gives a spooled slip to the driver. One for which the driver has no room is withdrawn.
    pub(super) fn print(&self, job: Job) {
        let id = job.id;
        // What becomes of it comes by the journal.
        match self.printer.print(job) {
            Ok(progress) => {
                self.lengths().insert(id, progress.height_mm);
            }
            // The office is ending: the next run prints it.
            Err(PrintError::Stopped) => return,
            Err(error @ PrintError::QueueFull) => {
                tracing::warn!(%error, kiosk = %self.kiosk, job = id.0, "a slip is not printed");
                if let Err(error) = self.spool.record_state(id, JobState::Withdrawn) {
                    tracing::error!(%error, job = id.0, "the print spool is behind");
                }
                self.outcomes.tell(self.kiosk, id, JobState::Withdrawn);
            }
        }
        self.given.notify_one();
    }

    fn lengths(&self) -> MutexGuard<'_, BTreeMap<JobId, u32>> {
        self.lengths.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the printer can print now.
    pub(super) fn is_ready(&self) -> bool {
        self.printer.status().borrow().blocked_by().is_none()
    }

    /// Slips waiting here that another printer may print: nothing of them has left, and they are
    /// not about this printer, as its test page is. Oldest first.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub(super) fn movable(&self) -> Result<Vec<Spooled>, SpoolError> {
        let (_, mut waiting) = split(self.spool.open_jobs()?);
        waiting.retain(|waiting| waiting.subject.kind != Kind::Test);
        Ok(waiting)
    }

    /// The paper that is left.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub(super) fn paper(&self) -> Result<PaperCounter, SpoolError> {
        self.spool.paper(self.roll_m)
    }

    /// Somebody has put in a new roll.
    ///
    /// # Errors
    ///
    /// [`SpoolError`].
    pub(super) fn new_roll(&self) -> Result<(), SpoolError> {
        let mut counter = self.paper()?;
        self.spool.new_roll(&mut counter)?;
        self.tell_paper(&counter);
        Ok(())
    }

    /// Takes in that a job has come to its end, and counts the paper it used.
    pub(super) fn ended(&self, job: JobId, state: JobState) {
        let length_mm = self.lengths().remove(&job);
        self.given.notify_one();
        if state == JobState::Withdrawn {
            return;
        }
        let used = self.spool.use_paper(job, length_mm).and_then(|()| self.paper());
        match used {
            Ok(counter) => self.tell_paper(&counter),
            Err(error) => tracing::warn!(%error, "the paper that is left cannot be noted"),
        }
    }

    fn tell_paper(&self, counter: &PaperCounter) {
        let slips = told_slips(counter, self.low_slips);
        self.slips_left.send_if_modified(|known| std::mem::replace(known, slips) != slips);
    }

    /// Tells every change of what people see of the printer, for ever.
    pub(super) async fn watch(
        self: Arc<Station>,
        conditions: impl Fn(PrinterView) + Send + 'static,
    ) {
        let mut status = self.printer.status();
        let mut standing_in = self.standing_in.subscribe();
        let mut slips_left = self.slips_left.subscribe();
        let mut counter = PaperCounter::new(self.roll_m);
        loop {
            let known = status.borrow_and_update().clone();
            let stand_in = *standing_in.borrow_and_update();
            let slips = *slips_left.borrow_and_update();
            conditions(self.view(&known, stand_in, slips));
            let sensed = sensed(&known).filter(|_| known.link == LinkState::Open);
            tokio::select! {
                changed = status.changed() => if changed.is_err() { return },
                _ = standing_in.changed() => {}
                _ = slips_left.changed() => {}
                () = tokio::time::sleep(SENSED_AFTER), if sensed.is_some() => {
                    self.sense(&mut counter, sensed.unwrap_or_default());
                    // Nothing more is learnt until something changes.
                    tokio::select! {
                        changed = status.changed() => if changed.is_err() { return },
                        _ = standing_in.changed() => {}
                        _ = slips_left.changed() => {}
                    }
                }
            }
        }
    }

    fn sense(&self, counter: &mut PaperCounter, sensed: Sensed) {
        match self.spool.sense_paper(counter, sensed) {
            Ok(true) => tracing::info!(kiosk = %self.kiosk, "a new roll of paper"),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the paper that is left cannot be noted"),
        }
        self.tell_paper(counter);
    }

    fn view(
        &self,
        status: &PrinterStatus,
        stand_in: Option<KioskId>,
        slips_left: Option<u32>,
    ) -> PrinterView {
        let is_low = slips_left.is_some_and(|slips| slips < self.low_slips);
        let sensed = worst(status);
        let condition = if sensed == PrinterCondition::Ready && is_low {
            PrinterCondition::PaperLow
        } else {
            sensed
        };
        PrinterView {
            kiosk: self.kiosk.to_string(),
            name: Default::default(),
            condition,
            unknown_count: 0,
            stand_in: stand_in.map(|kiosk| kiosk.to_string()),
            slips_left,
        }
    }
}

/// Slips left as they are told: every one below the limit, else in steps.
fn told_slips(counter: &PaperCounter, low_slips: u32) -> Option<u32> {
    let slips = counter.slips_left()?;
    let step = if slips < low_slips { 1 } else { SLIPS_STEP };
    Some((slips - slips % step).max(slips.min(low_slips)))
}

/// What a printer says of its paper.
fn sensed(status: &PrinterStatus) -> Option<Sensed> {
    (status.link == LinkState::Open).then_some(Sensed {
        paper_end: status.paper_end,
        near_end: status.paper_near_end,
        cover_open: status.cover_open,
    })
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

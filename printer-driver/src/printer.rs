//! The task that owns one printer: prints in order, proves each job, never twice silently.
//!
//! ```no_run
//! # use printer_driver::document::{Align, Document, Style};
//! # use printer_driver::printer::{Job, JobId, NoJournal, Printer, PrinterOptions};
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let url = "serial:/dev/ticket-printer?profile=epson-jp".parse()?;
//! let printer = Printer::spawn(PrinterOptions::new(url), NoJournal)?;
//! let document = Document::builder().text("A101", Style::BODY, Align::Center).build()?;
//! let mut progress = printer.print(Job { id: JobId(1), document })?;
//! let outcome = progress.finished().await;
//! # let _ = outcome;
//! # Ok(())
//! # }
//! ```
//!
//! How a job is proven, and what happens when it is not:
//!
//! 1. Before a job the printer is asked (DLE EOT, ESC ACK SOH) whether it can print. If not, the
//!    job is held with nothing sent, and goes out by itself when the condition is mended.
//! 2. The journal records `Sending`; then the bytes leave.
//! 3. The printer gives the answer that the job asked for ([`crate::completion`]): `Printed`.
//! 4. A condition in between (paper end, cover) holds the job and nothing is sent again: printers
//!    keep their buffer and finish after the paper is changed.
//! 5. No answer within bytes ÷ link + paper ÷ speed + 3 s: the buffers are cleared (DLE DC4 fn 8);
//!    a printer that cannot do that, or does not say that it did, works them off: what was torn
//!    is completed with zeros and cut off, and a fence, a question behind it all, is answered.
//!    Either way the job is `Unknown`,
//!    *cleared*: nothing more will come, and the caller may print the same slip again, marked as
//!    a reprint, under a new [`JobId`]. If the printer confirms neither, the job is `Unknown`,
//!    *silent*, for staff to look at.
//! 6. A lost link holds the job; when it is back the job goes on at 3 or 5. When it is not back
//!    in time the job is `Unknown`. Leftovers are cleared before anything else is printed.
//! 7. After a cutter jam the printer is told to go on (DLE ENQ) once the cover has been opened
//!    and closed, or when [`Printer::recover`] says that somebody has been there.
//!
//! One job is under way at a time; order is kept. Links are reopened by their stable path with a
//! back-off of 0.5 to 2 s, so that what is plugged in again is back within 5 s.

mod condition;
mod job;
mod journal;
mod narration;
mod orders;
mod session;
mod task;

use crate::device::{Address, DeviceUrl};
use crate::document::{Cut, Document};
use crate::encoder::Encoder;
use crate::exchange::ExchangeLog;
use crate::profile::{Cutter, Profile, ProfileError};
use crate::typesetter::Typesetter;
pub use condition::{Condition, LinkState, PrinterStatus};
pub use job::{Hold, Job, JobId, JobProgress, JobState, ProcessId, Proof, SentPart, UnknownReason};
pub use journal::{Journal, JournalError, NoJournal, needs_settling};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// Most jobs that wait for one printer. At two seconds a slip it is eight minutes of paper; a
/// longer queue helps nobody in the hall.
pub const QUEUE_LENGTH_MAX: usize = 256;

/// How long the driver waits for what. The defaults suit real printers; tests shorten them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// For an answer to DLE EOT; asked twice before the printer counts as silent.
    pub reply: Duration,
    /// Beyond the computed time of a job before its proof counts as lost.
    pub grace: Duration,
    /// For the confirmation that the buffers are clear.
    pub clear: Duration,
    /// Between two questions while idle.
    pub probe: Duration,
    /// Between two questions while a condition stops printing.
    pub probe_held: Duration,
    /// For a lost link with a job under way to come back before the job is unknown.
    pub limbo: Duration,
    /// First wait before reopening a link.
    pub reopen_first: Duration,
    /// Longest wait before reopening a link.
    pub reopen_limit: Duration,
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            reply: Duration::from_millis(500),
            grace: Duration::from_secs(3),
            clear: Duration::from_secs(3),
            probe: Duration::from_secs(5),
            probe_held: Duration::from_secs(1),
            limbo: Duration::from_secs(15),
            reopen_first: Duration::from_millis(500),
            reopen_limit: Duration::from_secs(2),
        }
    }
}

/// What a printer task needs to know.
#[derive(Clone, Debug)]
pub struct PrinterOptions {
    /// The device.
    pub url: DeviceUrl,
    /// How long to wait for what.
    pub timing: Timing,
    /// The job that a run before this one left under way, from the journal ([`needs_settling`]).
    /// It is proven, or journalled as unknown, before anything else is printed.
    pub unsettled: Option<JobId>,
    /// Draws what the printer's own characters cannot say; shared by all printers of a program.
    /// Without one such characters are replaced and reported.
    pub typesetter: Option<Arc<Typesetter>>,
}

impl PrinterOptions {
    /// The usual timing, nothing left over, no fonts.
    #[must_use]
    pub fn new(url: DeviceUrl) -> PrinterOptions {
        PrinterOptions { url, timing: Timing::default(), unsettled: None, typesetter: None }
    }
}

/// A handle to the task that owns one printer. Clones share it; the task ends when all are gone
/// or after [`Printer::stop`].
#[derive(Clone, Debug)]
pub struct Printer {
    encoder: Arc<Encoder>,
    address: Address,
    commands: mpsc::Sender<task::Command>,
    status: watch::Receiver<PrinterStatus>,
    exchanges: ExchangeLog,
}

impl Printer {
    /// Starts the task on the current tokio runtime. An absent device is a condition, not an
    /// error.
    ///
    /// # Errors
    ///
    /// [`ProfileError`] when the URL's profile does not exist or does not take its paper.
    pub fn spawn<J: Journal>(options: PrinterOptions, journal: J) -> Result<Printer, ProfileError> {
        let profile = Profile::load(&options.url.profile, options.url.paper)?;
        let address = options.url.address.clone();
        let encoder = Encoder::new(profile.clone(), address.bytes_per_second());
        let encoder = Arc::new(match options.typesetter.clone() {
            Some(typesetter) => encoder.with_typesetter(typesetter),
            None => encoder,
        });
        let exchanges = ExchangeLog::new();
        let (commands, inbox) = mpsc::channel(QUEUE_LENGTH_MAX);
        let (status_sender, status) = watch::channel(PrinterStatus::absent("not opened yet"));
        let log = exchanges.clone();
        let task = task::Task::new(options, profile, journal, inbox, status_sender, log);
        tokio::spawn(task.run());
        Ok(Printer { encoder, address, commands, status, exchanges })
    }

    /// The profile in use.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        self.encoder.profile()
    }

    /// Where the printer is.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// What went over the line last: questions, answers, the beginnings of jobs, noise.
    #[must_use]
    pub fn exchanges(&self) -> ExchangeLog {
        self.exchanges.clone()
    }

    /// Follows the printer's conditions.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<PrinterStatus> {
        self.status.clone()
    }

    /// Puts a job at the end of the queue. The caller has stored it durably before.
    ///
    /// # Errors
    ///
    /// [`PrintError::QueueFull`] or [`PrintError::Stopped`]; the job is not taken.
    pub fn print(&self, job: Job) -> Result<JobProgress, PrintError> {
        let encoded = self.encoder.encode(&job.document, job.id);
        let height_mm = self.height_mm(&job.document, encoded.height_dots);
        let (sender, states) = watch::channel(JobState::Queued);
        let queued = task::QueuedJob {
            id: job.id,
            bytes: encoded.bytes,
            height_dots: encoded.height_dots,
            states: sender,
        };
        self.commands.try_send(task::Command::Print(Box::new(queued))).map_err(
            |error| match error {
                mpsc::error::TrySendError::Full(_) => PrintError::QueueFull,
                mpsc::error::TrySendError::Closed(_) => PrintError::Stopped,
            },
        )?;
        let substitutions = encoded.substitutions;
        Ok(JobProgress { id: job.id, substitutions, height_mm, states })
    }

    /// What a slip takes off the roll: between two cuts the paper also moves from head to blade.
    fn height_mm(&self, document: &Document, height_dots: u32) -> u32 {
        let profile = self.profile();
        let is_cut = profile.cutter != Cutter::Absent && document.cut() != Cut::Uncut;
        let feed_dots = u32::from(profile.cut_feed_units) * u32::from(profile.dots_per_inch)
            / u32::from(profile.feed_units_per_inch);
        match is_cut {
            true => {
                profile.dots_to_mm(height_dots + feed_dots) + u32::from(profile.cutter_distance_mm)
            }
            false => profile.dots_to_mm(height_dots),
        }
    }

    /// Takes a job back when no byte of it has left; `true` when that was so and the journal says
    /// so, which is when another printer may be given the same slip.
    pub async fn withdraw(&self, id: JobId) -> bool {
        let (answer, answered) = oneshot::channel();
        if self.commands.send(task::Command::Withdraw { id, answer }).await.is_err() {
            return false;
        }
        answered.await.unwrap_or(false)
    }

    /// Says that somebody has freed the cutter: a printer that still reports a jam is told to go
    /// on. Does nothing to any other.
    pub async fn recover(&self) {
        // A stopped printer has nothing to recover.
        let _ = self.commands.send(task::Command::Recover).await;
    }

    /// Stops the task. A job on its way is finished first unless it is held; whatever the
    /// journal says last about each job is then true.
    pub async fn stop(self) {
        let (done, ended) = oneshot::channel();
        if self.commands.send(task::Command::Stop { done }).await.is_ok() {
            // An error means that the task had already ended.
            let _ = ended.await;
        }
    }
}

/// Why a job was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrintError {
    /// [`QUEUE_LENGTH_MAX`] jobs wait already.
    #[error("queue a job: {QUEUE_LENGTH_MAX} jobs wait already")]
    QueueFull,
    /// The printer task has been stopped.
    #[error("queue a job: the printer has been stopped")]
    Stopped,
}

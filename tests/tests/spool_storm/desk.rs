//! The driver, its spool, and the staff who decide about what is unknown.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kiosk::spool::{NewJob, Spool, Subject, split};
use printer_driver::device::DeviceUrl;
use printer_driver::document::{Align, Document, Scale, Style};
use printer_driver::printer::{
    Condition, JobId, JobProgress, JobState, Printer, PrinterOptions, Timing,
};
use tokio::runtime::Runtime;

/// Waits that suit a printer that prints a slip in some milliseconds.
fn timing() -> Timing {
    Timing {
        reply: Duration::from_millis(300),
        grace: Duration::from_millis(600),
        clear: Duration::from_millis(400),
        probe: Duration::from_millis(200),
        probe_held: Duration::from_millis(50),
        limbo: Duration::from_millis(800),
        reopen_first: Duration::from_millis(20),
        reopen_limit: Duration::from_millis(100),
    }
}

/// What one slip is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Slip {
    /// Whose.
    pub(crate) ticket: u64,
    /// Which print of it, from 0.
    pub(crate) copy: u32,
}

impl Slip {
    /// Its first line of text.
    pub(crate) fn head(self) -> String {
        format!("head {} {}", self.ticket, self.copy)
    }

    /// Its last line of text.
    pub(crate) fn foot(self) -> String {
        format!("foot {} {}", self.ticket, self.copy)
    }

    fn document(self) -> Document {
        let mut document = Document::builder().text(self.head(), Style::BODY, Align::Left);
        if self.copy > 0 {
            document = document.text("再発行", Style::sized(Scale::X2, Scale::X2), Align::Center);
        }
        for line in 0..self.ticket % 5 {
            document = document.text(format!("行{line}"), Style::BODY, Align::Left);
        }
        if self.ticket.is_multiple_of(3) {
            // Not in a Japanese printer's ROM: a picture, in which a cable can be pulled.
            document = document.text("건강보험 가입 नेपाली", Style::BODY, Align::Left);
        }
        if self.ticket.is_multiple_of(7) {
            // More than a receive buffer holds: a cable pulled meanwhile tears the picture.
            let huge = Style::sized(Scale::X4, Scale::X4);
            for text in ["건강보험", "가입하기", "नेपाली"] {
                document = document.text(text, huge, Align::Center);
            }
        }
        document.text(self.foot(), Style::BODY, Align::Left).build().unwrap()
    }
}

/// A driver's process, as far as a kill is concerned: a runtime that can be dropped at any moment.
pub(crate) struct Desk {
    folder: PathBuf,
    url: DeviceUrl,
    spool: Spool,
    runtime: Option<Runtime>,
    printer: Option<Printer>,
    open: Vec<(Slip, JobProgress)>,
    slips: Vec<(JobId, Slip)>,
}

impl Desk {
    pub(crate) fn open(folder: &Path, url: &str) -> Desk {
        let spool = Spool::open(&folder.join("spool.sqlite")).unwrap();
        let url: DeviceUrl = url.parse().unwrap();
        let mut desk = Desk {
            folder: folder.to_owned(),
            url,
            spool,
            runtime: None,
            printer: None,
            open: Vec::new(),
            slips: Vec::new(),
        };
        desk.start(None);
        desk
    }

    fn start(&mut self, unsettled: Option<JobId>) {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().unwrap();
        let mut options = PrinterOptions::new(self.url.clone());
        options.timing = timing();
        options.unsettled = unsettled;
        options.typesetter = Some(server::fonts::typesetter());
        let spool = self.spool.clone();
        let printer = runtime.block_on(async { Printer::spawn(options, spool) });
        self.printer = Some(printer.unwrap());
        self.runtime = Some(runtime);
    }

    /// Ends the driver at once and starts it again from what the spool says.
    pub(crate) fn kill_and_restart(&mut self) {
        self.printer = None;
        self.open.clear();
        self.runtime.take().unwrap().shutdown_timeout(Duration::from_secs(5));
        self.spool = Spool::open(&self.folder.join("spool.sqlite")).unwrap();
        let (unsettled, fresh) = split(self.spool.open_jobs().unwrap());
        self.start(unsettled.as_ref().map(|spooled| spooled.job.id));
        for spooled in fresh {
            let slip = self.slip_of(spooled.job.id);
            let progress = self.printer.as_ref().unwrap().print(spooled.job).unwrap();
            self.open.push((slip, progress));
        }
    }

    fn slip_of(&self, job: JobId) -> Slip {
        self.slips.iter().find(|(id, _)| *id == job).unwrap().1
    }

    /// Prints a slip: into the spool first.
    pub(crate) fn print(&mut self, slip: Slip) {
        let new = NewJob::new(Subject::ticket(slip.ticket), slip.document());
        let job = self.spool.add(new).unwrap();
        self.slips.push((job.id, slip));
        let progress = self.printer.as_ref().unwrap().print(job).unwrap();
        self.open.push((slip, progress));
    }

    /// Slips that the driver has not finished.
    pub(crate) fn waiting(&mut self) -> usize {
        self.open.retain(|(_, progress)| !progress.state().is_final());
        self.open.len()
    }

    /// Every job with its slip and its last word in the spool.
    pub(crate) fn journal(&self) -> Vec<(JobId, Slip, JobState)> {
        let state = |job| self.spool.state(job).unwrap().unwrap();
        self.slips.iter().map(|(job, slip)| (*job, *slip, state(*job))).collect()
    }

    /// Somebody has freed the cutter.
    pub(crate) fn recover(&self) {
        let printer = self.printer.clone().unwrap();
        self.runtime.as_ref().unwrap().block_on(printer.recover());
    }

    /// What stops the printer now, as far as the driver knows.
    pub(crate) fn blocked_by(&self) -> Option<Condition> {
        self.printer.as_ref().unwrap().status().borrow().blocked_by()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.printer = None;
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

//! A twin, a driver and a journal, and waiting with a deadline.

use crate::sample::drawn_rows;
use printer_driver::device::DeviceUrl;
use printer_driver::document::Document;
use printer_driver::printer::{
    Job, JobId, JobProgress, JobState, Journal, JournalError, Printer, PrinterOptions,
    PrinterStatus, Timing,
};
use printer_driver::profile::{PaperWidth, StatusWords};
use printer_driver::virtual_printer::{
    Control, Slip, VirtualLink, VirtualModel, VirtualPrinter, VirtualPrinterControl,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Nothing in these tests takes longer unless it is broken.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// Real links, impatient driver.
pub(crate) fn quick() -> Timing {
    Timing {
        reply: Duration::from_millis(150),
        grace: Duration::from_millis(400),
        clear: Duration::from_millis(400),
        probe: Duration::from_millis(300),
        probe_held: Duration::from_millis(100),
        limbo: Duration::from_millis(1500),
        reopen_first: Duration::from_millis(50),
        reopen_limit: Duration::from_millis(200),
    }
}

/// A folder of this test alone, removed at its end.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("printer-driver-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a journal has been told.
pub(crate) type Entries = Arc<Mutex<Vec<(JobId, JobState)>>>;

/// A journal in memory that can be made to fail.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryJournal {
    pub(crate) entries: Entries,
    pub(crate) failing: Arc<Mutex<bool>>,
    /// A slow disk: each entry waits for a permit.
    pub(crate) gate: Option<Arc<Semaphore>>,
    /// Slips on paper when `Sending` was recorded, to see that nothing left before.
    pub(crate) watched: Option<VirtualPrinterControl>,
}

impl Journal for MemoryJournal {
    async fn record(&mut self, job: JobId, state: JobState) -> Result<(), JournalError> {
        if let Some(gate) = &self.gate {
            gate.acquire().await.map_err(|error| JournalError(error.into()))?.forget();
        }
        if *self.failing.lock().unwrap() {
            return Err(JournalError("the disk is full".into()));
        }
        if let (Some(twin), JobState::Sending) = (&self.watched, state) {
            let ids: Vec<String> =
                twin.slips_since(0).into_iter().flat_map(|slip| slip.process_ids).collect();
            let own = printer_driver::printer::ProcessId::of(job).to_string();
            assert!(!ids.contains(&own), "bytes left before the journal knew");
        }
        self.entries.lock().unwrap().push((job, state));
        Ok(())
    }
}

/// A twin with a driver on it.
pub(crate) struct Bench {
    pub(crate) folder: Folder,
    pub(crate) twin: VirtualPrinter,
    pub(crate) control: VirtualPrinterControl,
    pub(crate) printer: Printer,
    pub(crate) journal: MemoryJournal,
    /// In which words the twin says how it is.
    pub(crate) words: StatusWords,
}

/// Fast paper, so that tests wait for faults and not for mechanics.
pub(crate) const MODEL_SPEED_MM_PER_S: u16 = 4000;

impl Bench {
    pub(crate) async fn on_terminal() -> Bench {
        let folder = Folder::new();
        let path = folder.path().join("printer");
        Bench::start(folder, VirtualLink::Terminal { path }).await
    }

    pub(crate) async fn on_tcp() -> Bench {
        let address = "127.0.0.1:0".parse().unwrap();
        Bench::start(Folder::new(), VirtualLink::Tcp { address }).await
    }

    /// The twin of the profile `name` on a serial line.
    pub(crate) async fn of(name: &str) -> Bench {
        Bench::of_model(VirtualModel::load(name, PaperWidth::Mm80).unwrap()).await
    }

    /// A twin of that model on a serial line; its driver knows the profile by its name alone.
    pub(crate) async fn of_model(model: VirtualModel) -> Bench {
        let folder = Folder::new();
        let path = folder.path().join("printer");
        Bench::start_model(model, folder, VirtualLink::Terminal { path }).await
    }

    async fn start(folder: Folder, link: VirtualLink) -> Bench {
        Bench::start_model(VirtualModel::default(), folder, link).await
    }

    /// The same with a driver that waits as long as `timing` says.
    pub(crate) async fn of_timed(model: VirtualModel, timing: Timing) -> Bench {
        let bench = Bench::of_model(model).await;
        bench.printer.clone().stop().await;
        let url = bench.twin.device_url();
        let options = PrinterOptions { timing, ..PrinterOptions::new(url) };
        let printer = Printer::spawn(options, bench.journal.clone()).unwrap();
        Bench { printer, ..bench }
    }

    async fn start_model(model: VirtualModel, folder: Folder, link: VirtualLink) -> Bench {
        let model = VirtualModel { speed_mm_per_s: MODEL_SPEED_MM_PER_S, ..model };
        let words = model.profile.status;
        let twin = VirtualPrinter::start(model, link).await.unwrap();
        let control = twin.control();
        let journal = MemoryJournal { watched: Some(control.clone()), ..MemoryJournal::default() };
        let printer = driver(twin.device_url(), &journal, None);
        let bench = Bench { folder, twin, control, printer, journal, words };
        bench.status("the printer answers", |status| status.blocked_by().is_none()).await;
        bench
    }

    /// Ends the driver as a crash would, and starts another on what the journal says.
    pub(crate) async fn restart_driver(&mut self, unsettled: Option<JobId>) {
        let stopped = std::mem::replace(
            &mut self.printer,
            driver(self.twin.device_url(), &self.journal, unsettled),
        );
        drop(stopped);
    }

    pub(crate) fn print(&self, id: u64, document: Document) -> JobProgress {
        self.printer.print(Job { id: JobId(id), document }).unwrap()
    }

    /// Waits until the printer's status satisfies `holds`.
    pub(crate) async fn status(&self, what: &str, holds: impl FnMut(&PrinterStatus) -> bool) {
        let mut status = self.printer.status();
        let waited = tokio::time::timeout(DEADLINE, status.wait_for(holds)).await;
        if waited.is_err() {
            panic!("never: {what}; status is {:?}", *self.printer.status().borrow());
        }
    }

    pub(crate) fn control(&self, control: Control) {
        self.control.apply(control);
    }

    /// Slips that have something on them.
    pub(crate) fn printed(&self) -> Vec<Slip> {
        self.control.slips_since(0).into_iter().filter(|slip| !slip.is_blank()).collect()
    }

    /// Rows of drawn slips on each piece of paper that has any.
    pub(crate) fn drawn(&self) -> Vec<BTreeMap<u64, u32>> {
        let slips = self.control.slips_since(0);
        slips.iter().map(drawn_rows).filter(|rows| !rows.is_empty()).collect()
    }

    pub(crate) fn states(&self, id: u64) -> Vec<JobState> {
        let entries = self.journal.entries.lock().unwrap();
        entries.iter().filter(|(job, _)| *job == JobId(id)).map(|(_, state)| *state).collect()
    }
}

pub(crate) fn driver(url: DeviceUrl, journal: &MemoryJournal, unsettled: Option<JobId>) -> Printer {
    let options = PrinterOptions { timing: quick(), unsettled, ..PrinterOptions::new(url) };
    Printer::spawn(options, journal.clone()).unwrap()
}

/// Waits for the final state of a job.
pub(crate) async fn finished(progress: &mut JobProgress) -> JobState {
    match tokio::time::timeout(DEADLINE, progress.finished()).await {
        Ok(state) => state.expect("the printer task is running"),
        Err(_) => panic!("job {} stays {:?}", progress.id, progress.state()),
    }
}

/// Waits until a job is in a state that satisfies `holds`.
pub(crate) async fn reaches(progress: &mut JobProgress, holds: impl Fn(JobState) -> bool) {
    while !holds(progress.state()) {
        match tokio::time::timeout(DEADLINE, progress.changed()).await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the printer task has ended"),
            Err(_) => panic!("job {} stays {:?}", progress.id, progress.state()),
        }
    }
}

/// Waits until `holds`, looking every few milliseconds.
pub(crate) async fn until(what: &str, holds: impl Fn() -> bool) {
    let waiting = async {
        let mut tick = tokio::time::interval(Duration::from_millis(5));
        while !holds() {
            tick.tick().await;
        }
    };
    if tokio::time::timeout(DEADLINE, waiting).await.is_err() {
        panic!("never: {what}");
    }
}

//! Reports for a running server: one thread with its own read-only view of the log.
//!
//! Requests wait in a short line and are answered one after the other, so that however many ask,
//! reading never takes more than one thread from the office. Between requests the thread takes in
//! what the log has got, so that a report after a long day is as quick as any.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;

use protocol::report::Report;
use tokio::sync::oneshot;

use super::{Derived, Range, ReportError, build};

/// Most requests that wait: at 50 ms each the last one waits a second.
const WAITING_MAX: usize = 20;
/// How often the thread takes in the log when nobody asks.
const CATCH_UP: Duration = Duration::from_secs(30);

/// Where a server's reports come from. Cheap to clone; the thread ends with the last clone.
#[derive(Clone, Debug)]
pub struct Reports {
    line: SyncSender<Request>,
}

#[derive(Debug)]
struct Request {
    range: Range,
    answer: oneshot::Sender<Result<Report, ReportError>>,
}

/// Why a server gives no report.
#[derive(Debug, thiserror::Error)]
pub enum NoReport {
    /// Too many are waiting, or the server is closing: try again.
    #[error("too many reports are waiting")]
    Busy,
    /// The report itself failed.
    #[error(transparent)]
    Failed(#[from] ReportError),
}

impl Reports {
    /// Starts the thread over a data directory.
    ///
    /// # Errors
    ///
    /// The operating system gives no thread.
    pub fn start(dir: &Path) -> std::io::Result<Reports> {
        let (line, requests) = sync_channel(WAITING_MAX);
        let dir = dir.to_owned();
        thread::Builder::new().name("reports".to_owned()).spawn(move || work(&dir, &requests))?;
        Ok(Reports { line })
    }

    /// Builds a report over what is on disk at this moment.
    ///
    /// # Errors
    ///
    /// [`NoReport`].
    pub async fn report(&self, range: Range) -> Result<Report, NoReport> {
        let (answer, answered) = oneshot::channel();
        match self.line.try_send(Request { range, answer }) {
            Ok(()) => Ok(answered.await.map_err(|_| NoReport::Busy)??),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(NoReport::Busy),
        }
    }
}

fn work(dir: &Path, requests: &Receiver<Request>) {
    let mut store: Option<Derived> = None;
    loop {
        match requests.recv_timeout(CATCH_UP) {
            Ok(request) => {
                let report = answer(dir, &mut store, request.range);
                // Whoever asked may have gone.
                let _ = request.answer.send(report);
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Err(error) = up_to_date(dir, &mut store) {
                    tracing::warn!(%error, "the reports cannot follow the log");
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn answer(dir: &Path, store: &mut Option<Derived>, range: Range) -> Result<Report, ReportError> {
    build(up_to_date(dir, store)?, range)
}

/// The store with everything that is on disk; after a failure the next one opens it again.
fn up_to_date<'s>(dir: &Path, store: &'s mut Option<Derived>) -> Result<&'s Derived, ReportError> {
    let mut derived = match store.take() {
        Some(derived) => derived,
        None => Derived::open(dir)?,
    };
    derived.catch_up()?;
    Ok(store.insert(derived))
}

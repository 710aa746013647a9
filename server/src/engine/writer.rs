//! The writer thread: takes orders as they come, commits them together, answers, publishes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::core::Core;
use super::{Committed, Order, Outcome, Rejection};
use crate::clock::Clock;
use crate::log::{Idle, LogError};
use crate::metric::Metric;

/// Most orders that wait for the writer; past it a request is refused as busy.
const QUEUE_MAX: usize = 4_096;
/// Most orders in one commit (performance.md §2.2).
const BATCH_MAX: usize = 512;
/// A pause this long counts as idle: time to copy the write-ahead log.
const IDLE: Duration = Duration::from_millis(5);
/// How often time's own orders are looked for.
const TICK: Duration = Duration::from_secs(1);

/// Receives every batch of events after it is on disk and after it has been answered. Called by
/// the writer thread, so it must hand the batch on and return.
pub type Publish = Box<dyn Fn(Vec<Committed>) + Send>;

/// A running engine. Cheap to clone; the thread ends when [`Engineered::stop`] is called.
#[derive(Clone, Debug)]
pub struct Engine {
    sender: SyncSender<Message>,
    shared: Arc<Shared>,
}

/// The engine together with its thread.
#[derive(Debug)]
pub struct Engineered {
    /// Its handle.
    pub engine: Engine,
    thread: JoinHandle<Result<(), LogError>>,
}

#[derive(Debug)]
struct Shared {
    seq: AtomicU64,
    failing: AtomicBool,
    epoch: u32,
    commits: Metric,
}

#[derive(Debug)]
enum Message {
    Order(Box<Order>, oneshot::Sender<Outcome>),
    Stop,
}

impl Engine {
    /// Starts the writer thread over `core`.
    ///
    /// # Errors
    ///
    /// When the operating system gives no thread.
    pub fn start(core: Core, clock: Arc<Clock>, publish: Publish) -> std::io::Result<Engineered> {
        let (sender, receiver) = sync_channel(QUEUE_MAX);
        let shared = Arc::new(Shared {
            seq: AtomicU64::new(core.seq()),
            failing: AtomicBool::new(false),
            epoch: core.epoch(),
            commits: Metric::default(),
        });
        let writer = Writer { core, clock, publish, shared: Arc::clone(&shared), troubled: false };
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || writer.run(&receiver))?;
        Ok(Engineered { engine: Engine { sender, shared }, thread })
    }

    /// Has an order carried out. Resolves when the outcome is on disk.
    ///
    /// # Errors
    ///
    /// [`Rejection`]: why nothing was changed.
    pub async fn submit(&self, order: Order) -> Outcome {
        if self.failing() {
            return Err(Rejection::Failing);
        }
        let (answer, outcome) = oneshot::channel();
        match self.sender.try_send(Message::Order(Box::new(order), answer)) {
            Ok(()) => outcome.await.unwrap_or(Err(Rejection::Failing)),
            Err(TrySendError::Full(_)) => Err(Rejection::Busy),
            Err(TrySendError::Disconnected(_)) => Err(Rejection::Failing),
        }
    }

    /// The last sequence number on disk.
    pub fn seq(&self) -> u64 {
        self.shared.seq.load(Ordering::Acquire)
    }

    /// The log's epoch.
    pub fn epoch(&self) -> u32 {
        self.shared.epoch
    }

    /// Whether the log has failed, so that nothing is accepted.
    pub fn failing(&self) -> bool {
        self.shared.failing.load(Ordering::Acquire)
    }

    /// How long commits take.
    pub fn commits(&self) -> &Metric {
        &self.shared.commits
    }
}

impl Engineered {
    /// Finishes what is queued, closes the log and ends the thread.
    ///
    /// # Errors
    ///
    /// [`LogError`] when the log had failed or cannot be closed.
    pub fn stop(self) -> Result<(), LogError> {
        // The thread is gone already when the log has failed: then there is nothing to send.
        let _ = self.engine.sender.send(Message::Stop);
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

struct Writer {
    core: Core,
    clock: Arc<Clock>,
    publish: Publish,
    shared: Arc<Shared>,
    troubled: bool,
}

impl Writer {
    fn run(mut self, receiver: &Receiver<Message>) -> Result<(), LogError> {
        let mut next_tick = Instant::now();
        let mut idle = Idle::More;
        let _last = LastSign(Arc::clone(&self.shared));
        loop {
            // Before anything that waits: a busy office's bells escalate and its day ends too.
            if next_tick <= Instant::now() {
                next_tick = Instant::now() + TICK;
                if let Err(error) = self.tick() {
                    return self.fail(error, receiver);
                }
            }
            let until_tick = next_tick.saturating_duration_since(Instant::now());
            let wait = match idle {
                Idle::More => IDLE.min(until_tick),
                Idle::Done => until_tick,
            };
            let step = match receiver.recv_timeout(wait) {
                Ok(first) => {
                    idle = Idle::More;
                    self.take(first, receiver)
                }
                Err(RecvTimeoutError::Timeout) if next_tick <= Instant::now() => Ok(Flow::Go),
                Err(RecvTimeoutError::Timeout) => {
                    let rested = self.core.idle();
                    idle = rested.as_ref().map_or(Idle::Done, |more| *more);
                    self.notice(rested.map(|_| ()));
                    Ok(Flow::Go)
                }
                Err(RecvTimeoutError::Disconnected) => Ok(Flow::Stop),
            };
            match step {
                Ok(Flow::Go) => {}
                Ok(Flow::Stop) => return self.core.close(),
                Err(error) => return self.fail(error, receiver),
            }
        }
    }

    /// Takes what has queued up behind `first`, and carries it out in one commit.
    fn take(&mut self, first: Message, receiver: &Receiver<Message>) -> Result<Flow, LogError> {
        let mut orders = Vec::new();
        let mut answers = Vec::new();
        let mut flow = Flow::Go;
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Order(order, answer) => {
                    orders.push(*order);
                    answers.push(answer);
                }
                Message::Stop => flow = Flow::Stop,
            }
            let room = orders.len() < BATCH_MAX && matches!(flow, Flow::Go);
            next = if room { receiver.try_recv().ok() } else { None };
        }
        match self.commit(&orders) {
            Ok((outcomes, committed)) => {
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    // Whoever asked may have gone; what they asked for is done all the same.
                    let _ = answer.send(outcome);
                }
                self.publish(committed);
                let settled = self.core.settle();
                self.notice(settled);
                Ok(flow)
            }
            Err(error) => {
                self.shared.failing.store(true, Ordering::Release);
                for answer in answers {
                    let _ = answer.send(Err(Rejection::Failing));
                }
                Err(error)
            }
        }
    }

    fn commit(&mut self, orders: &[Order]) -> Result<(Vec<Outcome>, Vec<Committed>), LogError> {
        let began = Instant::now();
        let batch = self.core.execute(self.clock.now(), orders)?;
        if let Some(last) = batch.committed.last() {
            self.shared.commits.record(began.elapsed());
            self.shared.seq.store(last.seq, Ordering::Release);
        }
        Ok((batch.outcomes, batch.committed))
    }

    fn publish(&self, committed: Vec<Committed>) {
        if !committed.is_empty() {
            (self.publish)(committed);
        }
    }

    fn tick(&mut self) -> Result<(), LogError> {
        let orders = self.core.due(self.clock.now());
        if orders.is_empty() {
            return Ok(());
        }
        let (outcomes, committed) = self.commit(&orders)?;
        for outcome in outcomes {
            if let Err(rejection) = outcome {
                tracing::warn!(?rejection, "what was due could not be done");
            }
        }
        self.publish(committed);
        Ok(())
    }

    /// A checkpoint that fails costs room, not records: they are safe in the write-ahead log. Said
    /// once, until one succeeds again.
    fn notice(&mut self, housekeeping: Result<(), LogError>) {
        match housekeeping {
            Ok(()) => self.troubled = false,
            Err(error) if !self.troubled => {
                self.troubled = true;
                tracing::warn!(%error, "the write-ahead log cannot be copied; it grows meanwhile");
            }
            Err(_) => {}
        }
    }

    /// The log has failed: nothing more is accepted, and everybody who asks is told so.
    fn fail(self, error: LogError, receiver: &Receiver<Message>) -> Result<(), LogError> {
        self.shared.failing.store(true, Ordering::Release);
        tracing::error!(%error, "the log has failed: nothing is accepted until it is repaired");
        while let Ok(message) = receiver.try_recv() {
            if let Message::Order(_, answer) = message {
                let _ = answer.send(Err(Rejection::Failing));
            }
        }
        Err(error)
    }
}

/// Whichever way the thread ends, a defect's panic included: from then on nothing is accepted, and
/// whoever asks for the office's health hears so.
struct LastSign(Arc<Shared>);

impl Drop for LastSign {
    fn drop(&mut self) {
        self.0.failing.store(true, Ordering::Release);
    }
}

enum Flow {
    Go,
    Stop,
}

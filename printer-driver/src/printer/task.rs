//! The outer loop of a printer: opens the link, runs a session on it, reopens. Keeps what
//! outlives a link: the queue, the job under way, the status.

use super::condition::{Condition, LinkState, PrinterStatus};
use super::job::{Hold, JobId, JobState, SentPart, UnknownReason};
use super::journal::{Journal, JournalError};
use super::session::{End, Session};
use super::{PrinterOptions, QUEUE_LENGTH_MAX, Timing, orders};
use crate::completion::Answer;
use crate::device::Address;
use crate::exchange::ExchangeLog;
use crate::profile::Profile;
use crate::transport::{self, Backoff};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

/// What handles ask of the task.
#[derive(Debug)]
pub(super) enum Command {
    Print(Box<QueuedJob>),
    Withdraw { id: JobId, answer: oneshot::Sender<bool> },
    Recover,
    Stop { done: oneshot::Sender<()> },
}

/// A job none of whose bytes have left.
#[derive(Debug)]
pub(super) struct QueuedJob {
    pub(super) id: JobId,
    pub(super) bytes: Vec<u8>,
    pub(super) height_dots: u32,
    pub(super) states: watch::Sender<JobState>,
}

/// The one job whose bytes may have left and that is not proven.
#[derive(Debug)]
pub(super) struct UnderWay {
    pub(super) id: JobId,
    /// What proves it.
    pub(super) answer: Answer,
    /// Where its ETB brings the counter, when that is known.
    pub(super) counter_expected: Option<u8>,
    /// Its answer can still be told from others.
    pub(super) is_provable: bool,
    /// `None` for a job of an earlier run, which only the journal follows.
    pub(super) states: Option<watch::Sender<JobState>>,
    pub(super) last_state: JobState,
    pub(super) sent: SentPart,
    /// From the last byte to the proof, at most.
    pub(super) allowance: Duration,
    /// The answer has come.
    pub(super) proven: bool,
    /// It has been given up as unknown; only its leftovers are to be cleared.
    pub(super) settled: bool,
    pub(super) link_lost_at: Option<Instant>,
    /// Bytes may have been lost on the way although the system took them all.
    pub(super) link_was_lost: bool,
    /// What is sent; empty while sending and for a job of an earlier run.
    pub(super) bytes: Vec<u8>,
    pub(super) height_dots: u32,
    /// Who asked to have it back, and waits to hear whether no byte had left.
    pub(super) withdrawals: Vec<oneshot::Sender<bool>>,
    /// How often a Seiko has said while it was under way that it has been initialised. The first
    /// answers the ESC @ at its beginning; any further one means that its beginning is lost.
    pub(super) initialised_count: u32,
    /// Cuts that were ordered to part its fragment from the next slip.
    pub(super) cut_count: u8,
    /// How many bytes it has; 0 for a job of an earlier run.
    pub(super) byte_count: usize,
    /// What the printer answers may come from the end of it alone.
    pub(super) may_lack_beginning: bool,
}

/// Whether a person has been at a jammed cutter.
#[derive(Debug, Default)]
pub(super) struct CutterRecovery {
    cover_was_opened: bool,
    is_due: bool,
    /// How often the printer was told to go on since the jam began.
    pub(super) count: u32,
}

impl CutterRecovery {
    /// Whether the printer is to be told to go on; true once for each time.
    pub(super) fn take_due(&mut self) -> bool {
        let is_due = std::mem::take(&mut self.is_due);
        self.count += u32::from(is_due);
        is_due
    }
}

#[derive(Debug)]
pub(super) struct Task<J> {
    pub(super) address: Address,
    pub(super) profile: Profile,
    pub(super) timing: Timing,
    pub(super) journal: J,
    pub(super) inbox: mpsc::Receiver<Command>,
    pub(super) queue: VecDeque<QueuedJob>,
    pub(super) under_way: Option<UnderWay>,
    pub(super) status: watch::Sender<PrinterStatus>,
    pub(super) stopping: Vec<oneshot::Sender<()>>,
    /// Every handle is gone.
    pub(super) abandoned: bool,
    /// Something that nobody waits for may still be in the printer's buffers.
    pub(super) may_hold_leftovers: bool,
    /// The counter of ETB as last heard.
    pub(super) etb_counter: Option<u8>,
    pub(super) recovery: CutterRecovery,
    pub(super) exchanges: ExchangeLog,
}

impl<J: Journal> Task<J> {
    pub(super) fn new(
        options: PrinterOptions,
        profile: Profile,
        journal: J,
        inbox: mpsc::Receiver<Command>,
        status: watch::Sender<PrinterStatus>,
        exchanges: ExchangeLog,
    ) -> Task<J> {
        let under_way = options.unsettled.map(|id| UnderWay {
            id,
            answer: orders::answer_of(&profile, id),
            counter_expected: None,
            // A number survives a restart; a step or a place in the order does not.
            is_provable: false,
            states: None,
            last_state: JobState::Sent,
            sent: SentPart::All,
            allowance: options.timing.grace,
            proven: false,
            settled: false,
            link_lost_at: Some(Instant::now()),
            link_was_lost: true,
            bytes: Vec::new(),
            height_dots: 0,
            withdrawals: Vec::new(),
            initialised_count: 1,
            cut_count: 0,
            byte_count: 0,
            may_lack_beginning: false,
        });
        Task {
            address: options.url.address,
            profile,
            timing: options.timing,
            journal,
            inbox,
            queue: VecDeque::new(),
            under_way,
            status,
            stopping: Vec::new(),
            abandoned: false,
            may_hold_leftovers: true,
            etb_counter: None,
            recovery: CutterRecovery::default(),
            exchanges,
        }
    }

    /// Runs until stopped or abandoned.
    pub(super) async fn run(mut self) {
        let mut backoff = Backoff::new(self.timing.reopen_first, self.timing.reopen_limit);
        while !self.should_stop() {
            match transport::open(&self.address).await {
                Ok(link) => match Session::new(&mut self, link, &mut backoff).run().await {
                    End::Stopped => break,
                    End::Silent => self.link_gone(LinkState::Silent, Condition::Silent).await,
                    End::Lost { reason } => {
                        let link = LinkState::Absent { reason };
                        self.link_gone(link, Condition::Absent).await;
                    }
                },
                Err(error) => {
                    let link = LinkState::Absent { reason: error.to_string() };
                    self.link_gone(link, Condition::Absent).await;
                }
            }
            self.pause(backoff.step()).await;
        }
        for done in self.stopping.drain(..) {
            // Whoever asked may have stopped waiting.
            let _ = done.send(());
        }
    }

    pub(super) fn should_stop(&self) -> bool {
        self.abandoned || !self.stopping.is_empty()
    }

    /// The condition that stops printing, as far as is known.
    pub(super) fn blocked_by(&self) -> Option<Condition> {
        self.status.borrow().blocked_by()
    }

    /// Publishes that the link is gone and holds what was under way or next.
    async fn link_gone(&mut self, link: LinkState, condition: Condition) {
        if self.status.borrow().link != link {
            tracing::warn!(printer.address = %self.address, ?condition, "printer link is down");
        }
        self.status.send_modify(|status| {
            *status = PrinterStatus {
                link,
                noise_byte_count: status.noise_byte_count,
                job_count: status.job_count,
                ..PrinterStatus::absent("")
            };
        });
        if let Some(job) = &mut self.under_way {
            job.link_lost_at.get_or_insert_with(Instant::now);
            job.link_was_lost = true;
            // Its own was heard, or is lost.
            job.initialised_count = job.initialised_count.max(1);
            if !job.settled {
                let sent = job.sent;
                let hold = Hold::Printer { condition };
                self.set_under_way_state(JobState::Held { hold, sent }).await;
            }
        }
        self.hold_next(Hold::Printer { condition }).await;
    }

    /// Waits for `wait` while serving handles; gives up a job whose link stays away too long.
    async fn pause(&mut self, wait: Duration) {
        let until = Instant::now() + wait;
        while !self.should_stop() {
            let limbo_end = self
                .under_way
                .as_ref()
                .filter(|job| !job.settled)
                .and_then(|job| job.link_lost_at)
                .map(|lost_at| lost_at + self.timing.limbo);
            let wake = limbo_end.map_or(until, |end| end.min(until));
            tokio::select! {
                command = self.inbox.recv() => self.handle(command).await,
                () = tokio::time::sleep_until(wake) => {
                    if limbo_end.is_some_and(|end| end <= Instant::now()) {
                        self.give_up_under_way().await;
                    } else if wake == until {
                        return;
                    }
                }
            }
        }
    }

    async fn give_up_under_way(&mut self) {
        let silent = self.status.borrow().link == LinkState::Silent;
        let reason = if silent { UnknownReason::Silent } else { UnknownReason::LinkLost };
        self.set_under_way_state(JobState::Unknown { reason }).await;
        if let Some(job) = &mut self.under_way {
            job.settled = true;
        }
    }

    /// Serves one request of a handle.
    pub(super) async fn handle(&mut self, command: Option<Command>) {
        match command {
            None => self.abandoned = true,
            Some(Command::Stop { done }) => self.stopping.push(done),
            Some(Command::Print(job)) if self.queue.len() >= QUEUE_LENGTH_MAX => {
                // The handle's own bound was passed while jobs moved from inbox to queue.
                self.record_queued(&job, JobState::Withdrawn).await;
            }
            Some(Command::Print(job)) => {
                self.queue.push_back(*job);
                self.count_jobs();
                if let Some(condition) = self.blocked_by() {
                    tracing::debug!(?condition, "a job waits for the printer");
                }
            }
            Some(Command::Withdraw { id, answer }) => match &mut self.under_way {
                Some(job) if job.id == id && job.sent == SentPart::Nothing => {
                    job.withdrawals.push(answer);
                }
                Some(_) | None => {
                    let is_withdrawn = self.withdraw_queued(id).await;
                    // Whoever asked may have stopped waiting.
                    let _ = answer.send(is_withdrawn);
                }
            },
            Some(Command::Recover) => self.recovery.is_due = self.status.borrow().cutter_jam,
        }
    }

    /// Takes a job out of the queue. It stays when the journal cannot say so: after a restart it
    /// would be printed here, and be on a second printer's paper too.
    async fn withdraw_queued(&mut self, id: JobId) -> bool {
        let found = self.queue.iter().position(|job| job.id == id);
        let Some(job) = found.and_then(|index| self.queue.remove(index)) else { return false };
        let recorded = self.journal.record(id, JobState::Withdrawn).await;
        let is_withdrawn = recorded.is_ok();
        log_journal(id, recorded);
        match is_withdrawn {
            true => {
                job.states.send_replace(JobState::Withdrawn);
            }
            false => self.queue.insert(found.unwrap_or(0), job),
        }
        self.count_jobs();
        is_withdrawn
    }

    /// Somebody wants the job under way back, and no byte of it has left.
    pub(super) fn is_withdrawal_asked(&self) -> bool {
        let job = self.under_way.as_ref();
        job.is_some_and(|job| job.sent == SentPart::Nothing && !job.withdrawals.is_empty())
    }

    /// Journals that the bytes of `id` are about to leave. What handles ask meanwhile is returned,
    /// so that a slow journal keeps nobody from being heard.
    pub(super) async fn record_sending(
        &mut self,
        id: JobId,
    ) -> (Result<(), JournalError>, Vec<Option<Command>>) {
        let mut requests = Vec::new();
        let Task { journal, inbox, abandoned, .. } = self;
        let recording = journal.record(id, JobState::Sending);
        tokio::pin!(recording);
        loop {
            let hears = !*abandoned
                && !matches!(requests.last(), Some(None))
                && requests.len() < QUEUE_LENGTH_MAX;
            tokio::select! {
                recorded = &mut recording => return (recorded, requests),
                request = inbox.recv(), if hears => requests.push(request),
            }
        }
    }

    /// Puts the job under way back at the head of the queue; nothing of it has left. Whoever asked
    /// for it gets it.
    pub(super) async fn requeue_under_way(&mut self) {
        let Some(job) = self.under_way.take() else { return };
        let Some(states) = job.states else { return };
        let UnderWay { id, bytes, height_dots, withdrawals, .. } = job;
        self.queue.push_front(QueuedJob { id, bytes, height_dots, states });
        if withdrawals.is_empty() {
            return;
        }
        let is_withdrawn = self.withdraw_queued(id).await;
        for answer in withdrawals {
            // Whoever asked may have stopped waiting.
            let _ = answer.send(is_withdrawn);
        }
    }

    /// Notes whether a person has been at a jammed cutter: the cover was opened and closed.
    pub(super) fn watch_cutter(&mut self) {
        let (jam, open) = {
            let status = self.status.borrow();
            (status.cutter_jam, status.cover_open)
        };
        match (jam, open) {
            (false, _) => self.recovery = CutterRecovery::default(),
            (true, true) => self.recovery.cover_was_opened = true,
            (true, false) => {
                self.recovery.is_due |= std::mem::take(&mut self.recovery.cover_was_opened);
            }
        }
    }

    /// How long `byte_count` bytes are on the line.
    pub(super) fn time_on_the_line(&self, byte_count: usize) -> Duration {
        let rate = f64::from(self.address.bytes_per_second());
        Duration::from_secs_f64(byte_count as f64 / rate)
    }

    pub(super) fn count_jobs(&self) {
        let job_count = self.queue.len() + usize::from(self.under_way.is_some());
        self.status.send_if_modified(|status| {
            let changed = status.job_count != job_count;
            status.job_count = job_count;
            changed
        });
    }

    /// Says why the next job waits, once.
    pub(super) async fn hold_next(&mut self, hold: Hold) {
        let state = JobState::Held { hold, sent: SentPart::Nothing };
        let Some(job) = self.queue.pop_front() else { return };
        if *job.states.borrow() != state {
            self.record_queued(&job, state).await;
        }
        self.queue.push_front(job);
    }

    async fn record_queued(&mut self, job: &QueuedJob, state: JobState) {
        let recorded = self.journal.record(job.id, state).await;
        log_journal(job.id, recorded);
        job.states.send_replace(state);
    }

    /// Journals and publishes the state of the job under way, once per change.
    pub(super) async fn set_under_way_state(&mut self, state: JobState) {
        let Some(job) = &mut self.under_way else { return };
        if job.last_state == state {
            return;
        }
        job.last_state = state;
        let recorded = self.journal.record(job.id, state).await;
        log_journal(job.id, recorded);
        // A final state is told once; a late proof after it is for the journal.
        if let Some(states) = job.states.as_ref().filter(|states| !states.borrow().is_final()) {
            states.send_replace(state);
        }
    }
}

fn log_journal(id: JobId, recorded: Result<(), JournalError>) {
    if let Err(error) = recorded {
        tracing::error!(job.id = id.0, %error, "the journal is behind");
    }
}

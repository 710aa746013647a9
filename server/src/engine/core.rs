//! Decide, append, apply, in batches: the whole engine without its thread.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use domain::command::Command;
use domain::event::Event;
use domain::label::Label;
use domain::office::Office;
use domain::refusal::Refusal;
use domain::setup::Setup;
use domain::time::{Now, Timestamp};
use protocol::event::Source;

use super::memory::Memory;
use super::snapshot;
use super::{Accepted, Ask, Committed, Order, Outcome, Rejection};
use crate::log::{Hash, Log, LogError, LogOptions, PendingCommand, PendingEvent, RecordRef};
use crate::record::{self, RecordError};

/// How many of the latest events are kept for screens that come back after a restart.
pub const RECENT_MAX: u64 = 4_096;

/// How far from the log's end a replay looks for the closing of a day to save a snapshot of: some
/// days. A start in the middle of a day can save none of its own, and the next would replay all.
const LAST_CLOSING_MAX: u64 = 20_000;

/// The state of an office and the log it comes from.
#[derive(Debug)]
pub struct Core {
    office: Office,
    log: Log,
    memory: Memory,
}

/// What a start found in the log.
#[derive(Debug)]
pub struct Recovered {
    /// The state before `recent`.
    pub before: Office,
    /// The latest events, at most [`RECENT_MAX`]; applied to `before` they give the present state.
    pub recent: Vec<Committed>,
    /// Events that were replayed.
    pub replayed: u64,
    /// Why the office file's setup is not in force, when the log's setup had to stay.
    pub setup_kept: Option<Refusal>,
}

/// Why an office could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The log cannot be used.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A record cannot be understood.
    #[error("failed to read record {seq} of the log: {source}")]
    Record {
        /// Its sequence number.
        seq: u64,
        /// What is wrong.
        source: RecordError,
    },
    /// A record decodes, but cannot have happened after those before it.
    #[error(
        "failed to replay record {seq} of the log: it does not fit the records before it; start \
         the version of this program that wrote it, or restore the last backup"
    )]
    Unfit {
        /// Its sequence number.
        seq: u64,
    },
    /// The setup of the office file cannot be adopted.
    #[error("failed to adopt the office file: {0}")]
    Setup(Refusal),
}

/// What one batch did.
#[derive(Debug)]
pub struct Batch {
    /// One outcome per order, in order.
    pub outcomes: Vec<Outcome>,
    /// The events that are now on disk.
    pub committed: Vec<Committed>,
}

impl Core {
    /// Opens the office in `dir`: replays its log from the last snapshot, then puts `setup` in
    /// force if it differs from the log's.
    ///
    /// # Errors
    ///
    /// [`OpenError`]: the log is damaged, in use or of another office, or the first setup is
    /// refused. A later setup that is refused leaves the log's in force and is reported in
    /// [`Recovered::setup_kept`].
    pub fn open(dir: &Path, setup: &Setup, now: Now) -> Result<(Core, Recovered), OpenError> {
        let log = Log::open(dir, LogOptions::new(setup.office.as_str()))?;
        Core::start(log, setup, now)
    }

    /// As [`Core::open`], over a log that is already open.
    ///
    /// # Errors
    ///
    /// As [`Core::open`].
    pub fn start(log: Log, setup: &Setup, now: Now) -> Result<(Core, Recovered), OpenError> {
        let (mut core, mut recovered) = Core::replay(log)?;
        if core.office.setup() != Some(setup) {
            let command = Command::AdoptSetup { setup: Box::new(setup.clone()) };
            let order = Order { ask: Ask::Command(command), source: Source::Office, key: None };
            let batch = core.execute(now, &[order])?;
            recovered.recent.extend(batch.committed);
            for outcome in batch.outcomes {
                match outcome {
                    Ok(_) => {}
                    Err(Rejection::Refused(refusal)) if core.office.setup().is_some() => {
                        recovered.setup_kept = Some(refusal);
                    }
                    Err(Rejection::Refused(refusal)) => return Err(OpenError::Setup(refusal)),
                    Err(_) => {}
                }
            }
        }
        Ok((core, recovered))
    }

    fn replay(log: Log) -> Result<(Core, Recovered), OpenError> {
        let (mut office, from) = match log.latest_snapshot()? {
            Some(found) => match snapshot::decode(found.version, &found.bytes) {
                Ok(office) => (office, found.seq),
                Err(reason) => {
                    tracing::warn!(%reason, "the snapshot cannot be used: replaying the whole log");
                    (Office::default(), 0)
                }
            },
            None => (Office::default(), 0),
        };
        let head = log.head().seq;
        let keep_from = (from + 1).max((head + 1).saturating_sub(RECENT_MAX));
        let mut before = (keep_from == from + 1).then(|| office.clone());
        let mut recent = Vec::new();
        let mut memory = Memory::recollect(log.dir(), from);
        let mut failed = None;
        let mut closed = None;
        let at = Cell::new(from);
        let mut each = |record: RecordRef<'_>| {
            at.set(record.seq);
            if record.seq == keep_from && before.is_none() {
                before = Some(office.clone());
            }
            match Core::replay_record(&mut office, &mut memory, &record) {
                Ok(event) => {
                    let is_closing = matches!(event, Event::DayClosed { .. });
                    if is_closing && head - record.seq < LAST_CLOSING_MAX {
                        closed = snapshot::encode(&office).map(|bytes| (record.seq, bytes));
                    }
                    if record.seq >= keep_from {
                        let source = record::decode_source(record.source);
                        let source = source.unwrap_or(Source::Office);
                        let at = Timestamp(record.at_ms);
                        recent.push(Committed { seq: record.seq, at, source, event });
                    }
                    Ok(())
                }
                Err(source) => {
                    let text = source.to_string();
                    failed = Some((record.seq, source));
                    Err(text)
                }
            }
        };
        // A short log is read faster than a second thread starts.
        let replay = || match head - from {
            0..=20_000 => log.replay(from + 1, &mut each),
            _ => log.replay_ahead(from + 1, &mut each),
        };
        // Nothing that a panic may have left half changed is looked at afterwards.
        let Ok(replayed) = catch_unwind(AssertUnwindSafe(replay)) else {
            return Err(OpenError::Unfit { seq: at.get() });
        };
        if let Some((seq, source)) = failed {
            return Err(OpenError::Record { seq, source });
        }
        replayed?;
        let before = before.unwrap_or_else(|| office.clone());
        if let Some((seq, bytes)) = closed {
            keep_snapshot(&log, seq, bytes);
        }
        let core = Core { office, log, memory };
        let recovered = Recovered { before, recent, replayed: head - from, setup_kept: None };
        Ok((core, recovered))
    }

    fn replay_record(
        office: &mut Office,
        memory: &mut Memory,
        record: &RecordRef<'_>,
    ) -> Result<Event, RecordError> {
        let event = record::decode(record.version, record.body)?;
        let at = Timestamp(record.at_ms);
        office.apply(at, &event);
        let label = label_of(office, &event);
        memory.replay(
            record.seq,
            record.command,
            record.key.zip(record.request),
            at,
            &event,
            label,
        );
        Ok(event)
    }

    /// The office as it is on disk.
    pub fn office(&self) -> &Office {
        &self.office
    }

    /// The log's last sequence number.
    pub fn seq(&self) -> u64 {
        self.log.head().seq
    }

    /// The log's epoch.
    pub fn epoch(&self) -> u32 {
        self.log.epoch()
    }

    /// What time itself makes due now, as orders.
    pub fn due(&self, now: Now) -> Vec<Order> {
        let order =
            |(_, command)| Order { ask: Ask::Command(command), source: Source::Office, key: None };
        self.office.due(now).into_iter().map(order).collect()
    }

    /// Decides each order in turn, appends all their events in one commit, and answers.
    ///
    /// # Errors
    ///
    /// [`LogError`] when the append failed: then nothing of the batch may be told to anyone, and
    /// this core's state is ahead of the disk. It must be dropped.
    pub fn execute(&mut self, now: Now, orders: &[Order]) -> Result<Batch, LogError> {
        let mut work = Work::new(self.log.head().seq);
        for order in orders {
            let outcome = self.decide(now, order, &mut work);
            work.outcomes.push(outcome);
        }
        if !work.pending.is_empty() {
            self.log.append(&work.pending)?;
        }
        if work.committed.iter().any(|done| matches!(done.event, Event::DayClosed { .. })) {
            self.save_snapshot();
        }
        Ok(Batch { outcomes: work.outcomes, committed: work.committed })
    }

    fn decide(&mut self, now: Now, order: &Order, work: &mut Work) -> Outcome {
        if let Some(key) = order.key
            && let Some(outcome) = self.memory.recall(key)
        {
            return outcome;
        }
        let outcome = self.carry_out(now, order, work);
        if let Some(key) = order.key {
            self.memory.remember(key, &outcome);
        }
        outcome
    }

    fn carry_out(&mut self, now: Now, order: &Order, work: &mut Work) -> Outcome {
        let command = self.resolve(&order.ask)?;
        let decision = self.office.decide(now, &command).map_err(Rejection::Refused)?;
        let encoded = encode(&self.office, order, decision.at, &decision.events);
        let pending = encoded.map_err(|error| {
            tracing::error!(%error, "an event cannot be encoded; the order is not carried out");
            Rejection::Failing
        })?;
        let seq = work.seq + 1;
        let mut label = None;
        for event in &decision.events {
            self.office.apply(decision.at, event);
            label = label.or_else(|| label_of(&self.office, event));
            work.seq += 1;
            work.committed.push(Committed {
                seq: work.seq,
                at: decision.at,
                source: order.source.clone(),
                event: event.clone(),
            });
            if matches!(event, Event::DayOpened { .. }) {
                self.memory.forget_yesterday();
            }
        }
        work.pending.push(pending);
        Ok(Arc::new(Accepted { seq, at: decision.at, events: decision.events, label }))
    }

    fn resolve(&self, ask: &Ask) -> Result<Command, Rejection> {
        let find = |label: Label| {
            let ticket = self.office.find_label(label).map(|ticket| ticket.id);
            ticket.ok_or(Rejection::UnknownLabel(label))
        };
        Ok(match ask {
            Ask::Command(command) => command.clone(),
            Ask::CallLabel { counter, label } => {
                Command::CallTicket { counter: *counter, ticket: find(*label)? }
            }
            Ask::ResumeLabel { counter, label } => {
                Command::Resume { counter: *counter, ticket: find(*label)? }
            }
        })
    }

    /// Saves the state if it is one between days. A failure costs the next start some time and
    /// nothing else, so it is only reported.
    fn save_snapshot(&mut self) {
        let Some(bytes) = snapshot::encode(&self.office) else { return };
        keep_snapshot(&self.log, self.log.head().seq, bytes);
    }

    /// Copies the write-ahead log when there is a quiet moment; see [`Log::idle`].
    ///
    /// # Errors
    ///
    /// As [`Log::idle`].
    pub fn idle(&mut self) -> Result<crate::log::Idle, LogError> {
        self.log.idle()
    }

    /// Copies the write-ahead log when it has grown too long; see [`Log::settle`].
    ///
    /// # Errors
    ///
    /// As [`Log::settle`].
    pub fn settle(&mut self) -> Result<(), LogError> {
        self.log.settle()
    }

    /// Closes the log, so that its file alone is complete.
    ///
    /// # Errors
    ///
    /// As [`Log::close`].
    pub fn close(self) -> Result<(), LogError> {
        self.log.close()
    }
}

/// A failure costs the next start some time and nothing else, so it is only reported.
fn keep_snapshot(log: &Log, seq: u64, bytes: Vec<u8>) {
    if let Err(error) = log.save_snapshot(seq, snapshot::VERSION, bytes) {
        tracing::warn!(%error, "failed to save the snapshot; the next start replays more");
    }
}

/// A batch while it is being decided.
struct Work {
    seq: u64,
    outcomes: Vec<Outcome>,
    pending: Vec<PendingCommand>,
    committed: Vec<Committed>,
}

impl Work {
    fn new(seq: u64) -> Work {
        Work { seq, outcomes: Vec::new(), pending: Vec::new(), committed: Vec::new() }
    }
}

fn encode(
    office: &Office,
    order: &Order,
    at: Timestamp,
    events: &[Event],
) -> Result<PendingCommand, RecordError> {
    let mut day = office.day().map_or(0, |day| day.date.as_yyyymmdd());
    let mut pending = Vec::with_capacity(events.len());
    for event in events {
        if let Event::DayOpened { date } = event {
            day = date.as_yyyymmdd();
        }
        let (kind, version, body) = record::encode(event)?;
        pending.push(PendingEvent { day, kind, version, body });
    }
    let request: Option<Hash> = order.key.map(|key| key.request);
    Ok(PendingCommand {
        at_ms: at.0,
        source: record::encode_source(&order.source)?,
        key: order.key.map(|key| key.key),
        request,
        events: pending,
    })
}

fn label_of(office: &Office, event: &Event) -> Option<Label> {
    let Event::TicketCalled { ticket, .. } = event else { return None };
    office.ticket(*ticket).map(|ticket| ticket.label)
}

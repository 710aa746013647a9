//! What was answered under which idempotency key.
//!
//! Answers to commands that were carried out come from the log, so they survive a restart; they
//! are kept for the business day in which they were given and the day after, for as long as a
//! screen could still retry. Refusals changed nothing and are kept in memory only.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use domain::event::Event;
use domain::id::TicketId;
use domain::label::Label;
use domain::time::Timestamp;

use super::{Accepted, Outcome, Rejection, RequestKey};
use crate::log::{Hash, LogError, LogReader};
use crate::record;

/// Most keys remembered of one day; 50,000 tickets of seven steps each stay below it.
const KEYS_MAX: usize = 400_000;

/// Most records before a snapshot that are looked through for keys: several busy days.
const RECOLLECT_MAX: usize = 20_000;
/// Records that are read at a time.
const RECOLLECT_CHUNK: u64 = 512;

/// The memory of one office.
#[derive(Debug, Default)]
pub(super) struct Memory {
    today: HashMap<[u8; 16], Entry>,
    yesterday: HashMap<[u8; 16], Entry>,
    /// The key of the command whose records are being replayed.
    replaying: Option<[u8; 16]>,
}

#[derive(Debug)]
struct Entry {
    request: Hash,
    outcome: Outcome,
}

/// A record before a snapshot, as far as the memory needs it.
struct Earlier {
    seq: u64,
    command: u64,
    key: Option<([u8; 16], Hash)>,
    at: Timestamp,
    event: Event,
}

impl Memory {
    /// What is remembered at record `seq`, where a snapshot lets the replay begin: the keys of the
    /// business day before it, because a screen may still retry them.
    ///
    /// A log that cannot be read there costs no start: only those keys.
    pub(super) fn recollect(dir: &Path, seq: u64) -> Memory {
        let mut memory = Memory::default();
        let earlier = earlier(dir, seq).unwrap_or_else(|error| {
            tracing::warn!(%error, "requests of the last day are not remembered");
            Vec::new()
        });
        let mut labels = BTreeMap::<TicketId, Label>::new();
        for Earlier { seq, command, key, at, event } in earlier {
            let mut label = None;
            if let Event::TicketIssued { ticket, label, .. } = event {
                labels.insert(ticket, label);
            } else if let Event::TicketCalled { ticket, .. } = event {
                label = labels.get(&ticket).copied();
            }
            memory.replay(seq, command, key, at, &event, label);
        }
        memory
    }

    /// The first answer under `key`; a refusal when it was used for another request.
    pub(super) fn recall(&self, key: RequestKey) -> Option<Outcome> {
        let entry = self.today.get(&key.key).or_else(|| self.yesterday.get(&key.key))?;
        if entry.request == key.request {
            Some(entry.outcome.clone())
        } else {
            Some(Err(Rejection::KeyReused))
        }
    }

    /// Remembers an answer. What may change by trying again is not an answer.
    pub(super) fn remember(&mut self, key: RequestKey, outcome: &Outcome) {
        match outcome {
            Err(Rejection::Busy | Rejection::Failing | Rejection::KeyReused) => return,
            Ok(_) | Err(Rejection::Refused(_) | Rejection::UnknownLabel(_)) => {}
        }
        if self.today.len() >= KEYS_MAX {
            self.forget_yesterday();
        }
        self.today.insert(key.key, Entry { request: key.request, outcome: outcome.clone() });
    }

    /// A new day: what was answered the day before yesterday is forgotten.
    pub(super) fn forget_yesterday(&mut self) {
        self.yesterday = std::mem::take(&mut self.today);
    }

    /// Rebuilds the memory from a record of the log.
    pub(super) fn replay(
        &mut self,
        seq: u64,
        command: u64,
        key: Option<([u8; 16], Hash)>,
        at: Timestamp,
        event: &Event,
        label: Option<Label>,
    ) {
        if matches!(event, Event::DayOpened { .. }) {
            self.forget_yesterday();
        }
        if seq == command {
            self.replaying = key.map(|(key, request)| {
                let accepted = Accepted { seq, at, events: Vec::new(), label: None };
                self.today.insert(key, Entry { request, outcome: Ok(Arc::new(accepted)) });
                key
            });
        }
        let entry = self.replaying.and_then(|key| self.today.get_mut(&key));
        if let Some(Entry { outcome: Ok(accepted), .. }) = entry {
            let accepted = Arc::make_mut(accepted);
            accepted.events.push(event.clone());
            accepted.label = accepted.label.or(label);
        }
    }
}

/// The records from the opening of the last day up to `seq`, oldest first.
fn earlier(dir: &Path, seq: u64) -> Result<Vec<Earlier>, LogError> {
    let mut chunks = Vec::new();
    let mut count = 0;
    let mut end = seq + 1;
    let mut reader = None;
    while end > 1 && count < RECOLLECT_MAX {
        let reader = match &mut reader {
            Some(reader) => reader,
            None => reader.insert(LogReader::open(dir)?),
        };
        let from = end.saturating_sub(RECOLLECT_CHUNK).max(1);
        let mut chunk = Vec::new();
        let mut has_opening = false;
        for record in reader.read(from, usize::try_from(end - from).unwrap_or(usize::MAX))? {
            let Ok(view) = record.view() else { continue };
            let Ok(event) = record::decode(view.version, view.body) else { continue };
            has_opening |= matches!(event, Event::DayOpened { .. });
            let (command, key) = (view.command, view.key.zip(view.request));
            let at = Timestamp(view.at_ms);
            chunk.push(Earlier { seq: record.seq, command, key, at, event });
        }
        count += chunk.len();
        chunks.push(chunk);
        end = from;
        if has_opening {
            break;
        }
    }
    Ok(chunks.into_iter().rev().flatten().collect())
}

//! What was answered under which idempotency key.
//!
//! Answers to commands that were carried out come from the log, so they survive a restart; they
//! are kept for the business day in which they were given and the day after, for as long as a
//! screen could still retry. Refusals changed nothing and are kept in memory only.

use std::collections::HashMap;
use std::sync::Arc;

use domain::event::Event;
use domain::label::Label;
use domain::time::Timestamp;

use super::{Accepted, Outcome, Rejection, RequestKey};
use crate::log::Hash;

/// Most keys remembered of one day; 50,000 tickets of seven steps each stay below it.
const KEYS_MAX: usize = 400_000;

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

impl Memory {
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

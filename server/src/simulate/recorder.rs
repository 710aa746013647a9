//! The real rules and the real log, on a virtual clock, with a day's events per commit.

use std::path::Path;

use domain::command::Command;
use domain::event::Event;
use domain::office::{Decision, Office};
use domain::refusal::Refusal;
use domain::setup::Setup;
use domain::time::{Date, MinuteOfDay, Now};
use protocol::event::Source;

use super::SimulateError;
use crate::clock::Clock;
use crate::engine::snapshot;
use crate::log::{Log, LogOptions, PendingCommand, PendingEvent};
use crate::record;

/// Decides, applies and keeps what has to be appended.
#[derive(Debug)]
pub(super) struct Recorder {
    office: Office,
    log: Log,
    source: Vec<u8>,
    pending: Vec<PendingCommand>,
}

impl Recorder {
    /// Opens a log that must be empty.
    pub(super) fn open(dir: &Path, setup: &Setup) -> Result<Recorder, SimulateError> {
        let log = Log::open(dir, LogOptions::new(setup.office.as_str()))?;
        if log.head().seq > 0 {
            return Err(SimulateError::NotEmpty { dir: dir.to_owned() });
        }
        Ok(Recorder {
            office: Office::default(),
            log,
            source: record::encode_source(&Source::Simulation)?,
            pending: Vec::new(),
        })
    }

    /// Puts the setup in force at the first midnight.
    pub(super) fn adopt(
        &mut self,
        clock: &Clock,
        date: Date,
        setup: &Setup,
    ) -> Result<(), SimulateError> {
        let midnight = MinuteOfDay::new(0, 0).expect("midnight is a time of day");
        let at = clock.instant(date, midnight);
        let command = Command::AdoptSetup { setup: Box::new(setup.clone()) };
        let now = Now { at, date, time: midnight };
        self.execute(now, &command)?.map_err(|refusal| SimulateError::Refused {
            date,
            command: "AdoptSetup".to_owned(),
            refusal,
        })?;
        Ok(())
    }

    /// The office as it is.
    pub(super) fn office(&self) -> &Office {
        &self.office
    }

    /// Decides a command; what it leads to is applied, and on disk after the next commit.
    pub(super) fn execute(
        &mut self,
        now: Now,
        command: &Command,
    ) -> Result<Result<Decision, Refusal>, SimulateError> {
        let decision = match self.office.decide(now, command) {
            Ok(decision) => decision,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mut day = self.office.day().map_or(0, |day| day.date.as_yyyymmdd());
        let mut events = Vec::with_capacity(decision.events.len());
        for event in &decision.events {
            if let Event::DayOpened { date } = event {
                day = date.as_yyyymmdd();
            }
            let (kind, version, body) = record::encode(event)?;
            events.push(PendingEvent { day, kind, version, body });
            self.office.apply(decision.at, event);
        }
        self.pending.push(PendingCommand {
            at_ms: decision.at.0,
            source: self.source.clone(),
            key: None,
            request: None,
            events,
        });
        Ok(Ok(decision))
    }

    /// Appends what is pending in one commit.
    pub(super) fn commit(&mut self) -> Result<(), SimulateError> {
        self.log.append(&self.pending)?;
        self.pending.clear();
        self.log.settle()?;
        Ok(())
    }

    /// Events on disk.
    pub(super) fn event_count(&self) -> u64 {
        self.log.head().seq
    }

    /// Tickets issued so far.
    pub(super) fn ticket_count(&self) -> u64 {
        self.office.next_ids().ticket.0 - 1
    }

    /// Closes the log, so that its file alone is complete and the next start is a quick one.
    pub(super) fn close(mut self) -> Result<(), SimulateError> {
        self.commit()?;
        if let Some(bytes) = snapshot::encode(&self.office) {
            self.log.save_snapshot(self.log.head().seq, snapshot::VERSION, bytes)?;
        }
        Ok(self.log.close()?)
    }
}

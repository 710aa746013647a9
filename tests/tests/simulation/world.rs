//! The simulated office: clients, a service with a log, a clock that cannot be trusted, and the
//! auditor who watches. One input at a time; the first thing that is not as predicted ends the run.

use std::collections::{BTreeMap, BTreeSet};

use domain::command::Command;
use domain::event::Event;
use domain::label::Label;
use domain::office::Office;
use domain::setup::Setup;
use domain::ticket::Token;
use domain::time::{Date, MINUTE_MS, MinuteOfDay, Now, Timestamp};

use super::auditor::{Auditor, Expected, Verdict};
use super::engine::{Engine, Record, Reply, Sent};
use super::faults::Bug;

/// The zone of the simulated office: nine hours ahead, without summer time.
const ZONE_MS: i64 = 9 * 60 * MINUTE_MS;
/// One day in milliseconds.
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// Commands that one moment can make due at most.
const DUE_MAX: usize = 200;
/// Commits between two comparisons of everything, when nothing went wrong.
const COMPARE_EVERY: usize = 8;

/// One thing that happens to the simulated office.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// The server's clock moves, mostly forwards; what it makes due is done.
    Tick(i64),
    /// A client sends a command under a key of its own; its own clock is off by so much.
    Ask { key: u64, command: Command, skew_ms: i64 },
    /// A client sends the same request again.
    Again { key: u64 },
    /// The writer syncs and tells everybody.
    Commit,
    /// The process dies and starts again; the flag says whether the sync had been done.
    Crash { synced: bool },
}

/// The whole simulated office.
pub(crate) struct World {
    engine: Engine,
    /// What must be true if all that is pending gets through.
    pub(crate) auditor: Auditor,
    durable: Auditor,
    clock: Timestamp,
    commands: BTreeMap<u64, (Command, i64)>,
    pending: Vec<(Now, Option<u64>, Command)>,
    expected: Vec<(u64, Prediction)>,
    first_answers: BTreeMap<u64, Expected>,
    durable_answers: BTreeMap<u64, Expected>,
    heard: Vec<Record>,
    given: BTreeSet<(Option<Date>, Label)>,
    /// Requests that have been answered.
    pub(crate) answered: BTreeSet<u64>,
    commit_count: usize,
    /// Commands carried out or refused so far.
    pub(crate) command_count: u64,
    /// Codes of the refusals heard so far.
    pub(crate) refusals: BTreeSet<&'static str>,
    compare_every: usize,
}

/// What the auditor says an answer must be.
#[derive(Clone, Debug)]
enum Prediction {
    /// What a first answer to this key was.
    Again(Expected),
    /// A new answer.
    New(Verdict),
}

/// The instant of a local date and minute.
pub(crate) fn instant(date: Date, minute: i64) -> Timestamp {
    Timestamp(date.days_since_epoch() * DAY_MS + minute * MINUTE_MS - ZONE_MS)
}

/// A moment as the server tells it to the rules.
pub(crate) fn moment(at: Timestamp) -> Now {
    let local_ms = at.0 + ZONE_MS;
    let minute = u16::try_from(local_ms.rem_euclid(DAY_MS) / MINUTE_MS).unwrap();
    Now {
        at,
        date: Date::from_days_since_epoch(local_ms.div_euclid(DAY_MS)),
        time: MinuteOfDay::new(minute / 60, minute % 60).unwrap(),
    }
}

impl World {
    /// An office that has adopted its setup at this moment.
    pub(crate) fn new(setup: &Setup, start: Timestamp, bug: Option<Bug>) -> World {
        let mut engine = Engine::new(bug);
        let adopt = Command::AdoptSetup { setup: Box::new(Bug::understand(bug, setup)) };
        let reply = engine.keep_time(moment(start), &adopt);
        assert!(matches!(reply, Reply::Done { .. }), "the setup is refused: {reply:?}");
        let heard = engine.commit().news;
        let auditor = Auditor::new(setup.clone(), start);
        World {
            engine,
            durable: auditor.clone(),
            auditor,
            clock: start,
            commands: BTreeMap::new(),
            pending: Vec::new(),
            expected: Vec::new(),
            first_answers: BTreeMap::new(),
            durable_answers: BTreeMap::new(),
            heard,
            given: BTreeSet::new(),
            answered: BTreeSet::new(),
            commit_count: 0,
            command_count: 0,
            refusals: BTreeSet::new(),
            compare_every: COMPARE_EVERY,
        }
    }

    /// Compares everything after every commit: slower, and exact about where it went wrong.
    pub(crate) fn thorough(mut self) -> World {
        self.compare_every = 1;
        self
    }

    /// The server's present.
    pub(crate) fn now(&self) -> Now {
        moment(self.clock)
    }

    /// Lets one thing happen.
    pub(crate) fn step(&mut self, input: &Input) -> Result<(), String> {
        match input {
            Input::Tick(ms) => {
                self.commit()?;
                self.clock = self.clock.plus_ms(*ms);
                self.keep_time()
            }
            Input::Ask { key, command, skew_ms } => {
                self.commands.insert(*key, (command.clone(), *skew_ms));
                self.ask(*key)
            }
            Input::Again { key } => self.ask(*key),
            Input::Commit => self.commit(),
            Input::Crash { synced } => self.crash(*synced),
        }
    }

    fn ask(&mut self, key: u64) -> Result<(), String> {
        // A reduced script may have lost the request that this one repeats.
        let Some((command, skew_ms)) = self.commands.get(&key).cloned() else {
            return Ok(());
        };
        self.command_count += 1;
        let now = self.now();
        let prediction = match self.first_answers.get(&key) {
            Some(first) => Prediction::Again(*first),
            None => {
                let verdict = self.auditor.perform(now, &command);
                if let Ok(expected) = &verdict {
                    self.first_answers.insert(key, *expected);
                    self.pending.push((now, Some(key), command.clone()));
                }
                Prediction::New(verdict)
            }
        };
        self.expected.push((key, prediction));
        let command = with_token(command, key);
        let device = moment(self.clock.plus_ms(skew_ms));
        let sent = self.engine.ask(now, device, key, &command);
        self.hear(sent)
    }

    fn keep_time(&mut self) -> Result<(), String> {
        let now = self.now();
        for _ in 0..DUE_MAX {
            let due = self.engine.due(now);
            let Some(command) = due.first() else {
                return match self.own_due(now).first() {
                    None => self.commit(),
                    Some(missing) => Err(format!("the office does not do {missing:?}")),
                };
            };
            if !self.own_due(now).contains(command) {
                return Err(format!("{command:?} is not due"));
            }
            let verdict = self.auditor.perform(now, command);
            self.pending.push((now, None, command.clone()));
            self.command_count += 1;
            let reply = self.engine.keep_time(now, command);
            agree(&Prediction::New(verdict), reply)
                .map_err(|what| format!("{command:?}: {what}"))?;
        }
        Err("what is due never ends".to_owned())
    }

    fn own_due(&self, now: Now) -> Vec<Command> {
        let mut due = self.auditor.rings_due(now);
        due.extend(self.auditor.day_due(now));
        due
    }

    fn commit(&mut self) -> Result<(), String> {
        let sent = self.engine.commit();
        self.become_durable();
        self.hear(sent)?;
        if let Some((key, _)) = self.expected.first() {
            return Err(format!("request {key} got no answer"));
        }
        self.commit_count += 1;
        if self.commit_count.is_multiple_of(self.compare_every) {
            return self.compare();
        }
        Ok(())
    }

    fn become_durable(&mut self) {
        for (now, key, command) in self.pending.drain(..) {
            let verdict = self.durable.perform(now, &command);
            if let (Some(key), Ok(expected)) = (key, verdict) {
                self.durable_answers.insert(key, expected);
            }
        }
    }

    /// Clients and screens hear what left the service; from then on it must stay true.
    fn hear(&mut self, sent: Sent) -> Result<(), String> {
        for (key, reply) in sent.answers {
            if self.expected.is_empty() {
                return Err(format!("an answer that nobody waits for: {key} {reply:?}"));
            }
            let (asked, prediction) = self.expected.remove(0);
            if asked != key {
                return Err(format!("request {asked} got the answer to {key}"));
            }
            let command = &self.commands[&key].0;
            agree(&prediction, reply).map_err(|what| format!("{command:?}: {what}"))?;
            if let (Prediction::New(_), Reply::Done { issued: Some((label, _)), .. }) =
                (&prediction, reply)
                && !self.given.insert((self.auditor.day, label))
            {
                return Err(format!("{label} was given to two people"));
            }
            if let Reply::Refused(code) = reply {
                self.refusals.insert(code);
            }
            self.answered.insert(key);
            self.become_durable();
        }
        self.heard.extend(sent.news);
        Ok(())
    }

    fn crash(&mut self, synced: bool) -> Result<(), String> {
        if synced {
            self.become_durable();
        }
        self.pending.clear();
        self.expected.clear();
        self.auditor = self.durable.clone();
        self.first_answers = self.durable_answers.clone();
        self.engine.crash(synced);
        if synced {
            // Screens that reconnect are told what they have missed.
            let missed = &self.engine.disk[self.heard.len().min(self.engine.disk.len())..];
            self.heard.extend(missed.iter().cloned());
        }
        self.compare()?;
        self.keep_time()
    }

    /// Compares everything: the office, the screens, and what the disk would give back.
    fn compare(&self) -> Result<(), String> {
        if let Some(difference) = self.auditor.difference(&self.engine.office) {
            return Err(difference);
        }
        let on_disk = self.engine.disk.len();
        let same =
            |(heard, kept): (&Record, &Record)| heard.at == kept.at && heard.events == kept.events;
        let all_kept = self.heard.len() == on_disk
            && self.heard.iter().rev().zip(self.engine.disk.iter().rev()).take(4).all(same);
        if all_kept {
            return Ok(());
        }
        Err(format!("screens heard {} records, the disk has {on_disk}", self.heard.len()))
    }

    /// Ends the run: the disk alone must give the same office, and nobody may have heard of
    /// anything that is not on it.
    pub(crate) fn finish(&mut self) -> Result<(), String> {
        self.commit()?;
        self.compare()?;
        let mut rebuilt = Office::default();
        for record in &self.engine.disk {
            for event in &record.events {
                rebuilt.apply(record.at, event);
            }
        }
        if rebuilt != self.engine.office {
            return Err("the log gives another office than the one in memory".to_owned());
        }
        let heard = self.heard.iter().flat_map(|record| &record.events);
        let kept: Vec<&Event> = self.engine.disk.iter().flat_map(|record| &record.events).collect();
        if heard.ne(kept) {
            return Err("screens heard something else than the disk has".to_owned());
        }
        if let Some(carryover) = rebuilt.carryover() {
            let resumed = Office::resume(rebuilt.setup().cloned(), carryover, rebuilt.last_at());
            if resumed != rebuilt {
                return Err("a snapshot between two days forgets something".to_owned());
            }
        }
        Ok(())
    }
}

fn agree(prediction: &Prediction, reply: Reply) -> Result<(), String> {
    let fits = match (prediction, reply) {
        (Prediction::Again(expected) | Prediction::New(Ok(expected)), reply) => {
            reply == Reply::Done { issued: expected.issued, called: expected.called }
        }
        (Prediction::New(Err(reasons)), Reply::Refused(code)) => reasons.contains(&code),
        (Prediction::New(Err(_)), Reply::Done { .. }) => false,
    };
    if fits { Ok(()) } else { Err(format!("answered {reply:?}, predicted {prediction:?}")) }
}

/// Every issued ticket has a token of its own, as the server draws it.
fn with_token(mut command: Command, key: u64) -> Command {
    if let Command::IssueTicket { token, .. }
    | Command::AdmitLinked { token, .. }
    | Command::MergeOffline { token, .. } = &mut command
    {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&key.to_le_bytes());
        *token = Token(bytes);
    }
    command
}

//! Keys of button panels: each does what the office file says, once per press.

use std::collections::BTreeMap;

use domain::bell::RingState;
use domain::command::{AwayReason, Command, Want};
use domain::id::{BellId, CounterId};
use domain::language::Language;
use domain::ticket::{Class, HoldReason, Origin};
use tokio::time::{Duration, Instant};

use super::desk::{Desk, InputLog, Outcome};
use crate::config::{CounterAction, KeyAction, Place};
use crate::engine::Ask;

/// A press counts again so long after the same key's last one was answered. Whoever waits for
/// paper presses twice.
const ISSUE_REST: Duration = Duration::from_millis(1_500);
/// The same for every other key: what a bouncing contact or an impatient finger repeats.
const REST: Duration = Duration::from_millis(400);

/// One button panel's keys.
#[derive(Debug)]
pub(super) struct Keys {
    device: String,
    place: Place,
    actions: BTreeMap<String, KeyAction>,
    desk: Desk,
    log: InputLog,
    ordinal: u64,
    last: Option<(String, Instant)>,
}

impl Keys {
    pub(super) fn new(
        device: &str,
        place: Place,
        actions: BTreeMap<String, KeyAction>,
        desk: Desk,
        log: InputLog,
    ) -> Keys {
        Keys { device: device.to_owned(), place, actions, desk, log, ordinal: 0, last: None }
    }

    /// Does what a key is for. `at` is when it was pressed.
    pub(super) async fn press(&mut self, key: &str, at: Instant) {
        let action = self.actions.get(key).cloned();
        let rest = match &action {
            Some(KeyAction::IssueErrand(_) | KeyAction::IssueQueue(_)) => ISSUE_REST,
            Some(_) | None => REST,
        };
        if let Some((last, answered)) = &self.last
            && last == key
            && at < *answered + rest
        {
            tracing::debug!(device = self.device, key, "the same key again: taken for one press");
            return;
        }
        self.ordinal += 1;
        let outcome = match action {
            Some(action) => self.carry_out(&action).await,
            None => Outcome::refused("", "key_without_action"),
        };
        self.last = Some((key.to_owned(), Instant::now()));
        self.log.note(key, outcome, self.desk.clock.now().at.0);
    }

    async fn carry_out(&self, action: &KeyAction) -> Outcome {
        let notation = action.notation();
        self.desk.catch_up().await;
        let command = match action {
            KeyAction::IssueErrand(errand) => self.issue(Want::Errand(*errand)),
            KeyAction::IssueQueue(queue) => self.issue(Want::Queue(*queue)),
            KeyAction::AtCounter(step) => match self.place {
                Place::Counter(counter) => Ok(at_counter(counter, step)),
                Place::Floor | Place::Kiosk(_) => Err("wrong_origin"),
            },
            KeyAction::Ring(bell) => self.ring(*bell),
            KeyAction::Acknowledge(bell) => self.acknowledge(*bell),
        };
        match command {
            Ok(command) => {
                let (ask, source) = (Ask::Command(command), self.desk.source(self.place));
                self.desk.submit(&self.device, self.ordinal, notation, ask, source).await
            }
            Err(code) => Outcome::refused(notation, code),
        }
    }

    fn issue(&self, want: Want) -> Result<Command, &'static str> {
        let origin = match self.place {
            Place::Kiosk(kiosk) => Origin::Kiosk(kiosk),
            Place::Floor | Place::Counter(_) => Origin::Floor,
        };
        let token = self.desk.token().ok_or("failing")?;
        let (class, language) = (Class::Ordinary, Language::Japanese);
        Ok(Command::IssueTicket { want, class, language, origin, token })
    }

    fn ring(&self, bell: BellId) -> Result<Command, &'static str> {
        let mut bells = self.desk.office.setup.bells.iter();
        let bell = bells.find(|known| known.id == bell).ok_or("unknown_bell")?;
        let reason = bell.reasons.first().ok_or("unknown_reason")?.code;
        Ok(Command::RingBell { bell: bell.id, reason })
    }

    /// Answers the oldest ring of a bell, or one that has escalated to it.
    fn acknowledge(&self, bell: BellId) -> Result<Command, &'static str> {
        let ring = self.desk.board.read(|scene| {
            let mut rings = scene.office().rings();
            let rings = rings.find(|ring| {
                ring.state == RingState::Ringing && (ring.bell == bell || ring.to == Some(bell))
            });
            rings.map(|ring| ring.id)
        });
        ring.map(|ring| Command::AcknowledgeBell { ring }).ok_or("bell_not_ringing")
    }
}

/// A step of a counter as a command.
fn at_counter(counter: CounterId, step: &CounterAction) -> Command {
    match step {
        CounterAction::CallNext => Command::CallNext { counter },
        CounterAction::Recall => Command::Recall { counter },
        CounterAction::Start => Command::StartService { counter, presented: None },
        CounterAction::Mismatch => Command::ReportMismatch { counter },
        CounterAction::EndService => Command::EndService { counter },
        CounterAction::Complete(procedures) => {
            Command::CompleteService { counter, procedures: procedures.clone() }
        }
        CounterAction::NoShow => Command::MarkNoShow { counter },
        CounterAction::Hold => Command::Hold { counter, reason: HoldReason::Pause },
        CounterAction::Undo => Command::Undo { counter },
        CounterAction::Open => {
            let (operator, languages, profile) = (None, Vec::new(), None);
            Command::OpenCounter { counter, operator, languages, profile }
        }
        CounterAction::Close => Command::CloseCounter { counter },
        CounterAction::Pause => Command::PauseCounter { counter, reason: AwayReason::Break },
        CounterAction::Continue => Command::ResumeCounter { counter },
    }
}

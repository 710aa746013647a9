//! Where keys and codes become orders: the same orders that screens send, from whoever stands at
//! the device.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::event::Event;
use domain::label::Label;
use domain::refusal::Refusal;
use domain::ticket::Token;
use protocol::device::InputView;
use protocol::event::Source;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::board::Board;
use crate::clock::Clock;
use crate::config::{OfficeFile, Place};
use crate::engine::{Accepted, Ask, Engine, Order, Rejection, RequestKey};

/// Latest keys and codes that are kept of a device.
const INPUTS_MAX: usize = 20;
/// Pauses before an order is given again to an engine that has too much to do.
const BUSY_PAUSES: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_millis(250), Duration::from_millis(500)];

/// What inputs work with. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    pub(super) office: Arc<OfficeFile>,
    pub(super) board: Board,
    pub(super) clock: Arc<Clock>,
    engine: Engine,
    /// So that no order of an earlier run bears the same key.
    run: u64,
}

/// What came of a key or a code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Outcome {
    /// What the office file makes of it, such as `call-next`.
    pub(super) action: String,
    /// The ticket it was about.
    pub(super) label: Option<Label>,
    /// Why nothing was done; a stable code.
    pub(super) refusal: Option<&'static str>,
}

impl Outcome {
    pub(super) fn done(action: impl Into<String>, label: Option<Label>) -> Outcome {
        Outcome { action: action.into(), label, refusal: None }
    }

    pub(super) fn refused(action: impl Into<String>, refusal: &'static str) -> Outcome {
        Outcome { action: action.into(), label: None, refusal: Some(refusal) }
    }

    pub(super) fn about(self, label: Label) -> Outcome {
        Outcome { label: self.label.or(Some(label)), ..self }
    }
}

impl Desk {
    /// The desk of a running office.
    pub(super) fn new(
        office: Arc<OfficeFile>,
        board: Board,
        clock: Arc<Clock>,
        engine: Engine,
    ) -> Desk {
        // The log's next number tells this run from those before, which have written to it.
        let run = engine.seq();
        Desk { office, board, clock, engine, run }
    }

    /// Gives an order for the `ordinal`th input of a device. An order that the engine is too busy
    /// for is given again under the same key, so it has one effect.
    pub(super) async fn submit(
        &self,
        device: &str,
        ordinal: u64,
        action: String,
        ask: Ask,
        source: Source,
    ) -> Outcome {
        let key = self.key(device, ordinal, &action);
        let mut pauses = BUSY_PAUSES.iter();
        loop {
            let order = Order { ask: ask.clone(), source: source.clone(), key: Some(key) };
            let rejection = match self.engine.submit(order).await {
                Ok(accepted) => return Outcome::done(action, label_of(&accepted)),
                Err(rejection) => rejection,
            };
            match pauses.next() {
                Some(pause) if rejection == Rejection::Busy => tokio::time::sleep(*pause).await,
                Some(_) | None => {
                    let label = label_in(&rejection);
                    return Outcome { label, ..Outcome::refused(action, code(&rejection)) };
                }
            }
        }
    }

    fn key(&self, device: &str, ordinal: u64, action: &str) -> RequestKey {
        let mut digest = Sha256::new();
        digest.update(self.run.to_le_bytes());
        digest.update(ordinal.to_le_bytes());
        digest.update(device);
        let mut key = [0; 16];
        key.copy_from_slice(&digest.finalize()[..16]);
        RequestKey { key, request: Sha256::digest(action).into() }
    }

    /// Everything that has been decided is on the board when this returns.
    pub(super) async fn catch_up(&self) {
        // A board that does not catch up shows what it has: the engine decides anyway.
        let _ = self.board.at_least(self.engine.seq()).await;
    }

    /// Who asks from a place.
    pub(super) fn source(&self, place: Place) -> Source {
        match place {
            Place::Floor => Source::Floor,
            Place::Kiosk(kiosk) => Source::Kiosk { kiosk: kiosk.to_string() },
            Place::Counter(counter) => {
                let operator = self.board.read(|scene| {
                    let open = scene.office().counter(counter)?;
                    open.operator.map(|operator| operator.to_string())
                });
                Source::Counter { counter: counter.to_string(), operator }
            }
        }
    }

    /// 128 random bits for a ticket that may be issued (D-1).
    pub(super) fn token(&self) -> Option<Token> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).ok().map(|()| Token(bytes))
    }
}

fn label_of(accepted: &Accepted) -> Option<Label> {
    let issued = accepted.events.iter().find_map(|event| {
        if let Event::TicketIssued { label, .. } = event { Some(*label) } else { None }
    });
    accepted.label.or(issued)
}

/// The ticket that stands in the way, or that cannot do what was asked.
fn label_in(rejection: &Rejection) -> Option<Label> {
    let Rejection::Refused(refusal) = rejection else { return None };
    if let Refusal::CounterBusy { label, .. }
    | Refusal::NotWaiting { label, .. }
    | Refusal::NotCalled { label, .. }
    | Refusal::NotServing { label, .. }
    | Refusal::NotOnHold { label, .. }
    | Refusal::AlreadyFinal { label, .. }
    | Refusal::AtCounter { label, .. }
    | Refusal::AlreadyEnded { label }
    | Refusal::RecallsExhausted { label, .. }
    | Refusal::ReturnsExhausted { label, .. }
    | Refusal::PeriodsExhausted { label, .. }
    | Refusal::NoTransferToConfirm { label }
    | Refusal::ArrivalNotConfirmed { label }
    | Refusal::UndoOvertaken { label } = refusal
    {
        return Some(*label);
    }
    None
}

fn code(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::Refused(refusal) => refusal.code(),
        Rejection::UnknownLabel(_) => "unknown_label",
        Rejection::KeyReused => "key_reused",
        Rejection::Busy => "busy",
        Rejection::Failing => "failing",
    }
}

/// The latest keys and codes of a device, with what came of them. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct InputLog {
    device: String,
    inputs: Arc<Mutex<VecDeque<InputView>>>,
    noted: Arc<watch::Sender<u64>>,
}

impl InputLog {
    pub(super) fn new(device: &str) -> InputLog {
        let noted = Arc::new(watch::Sender::new(0));
        InputLog { device: device.to_owned(), inputs: Arc::default(), noted }
    }

    /// Keeps what came of an input, and says it to the log; a code is told by its label only.
    pub(super) fn note(&self, input: &str, outcome: Outcome, at_ms: i64) {
        let Outcome { action, label, refusal } = outcome;
        let device = &self.device;
        match refusal {
            Some(code) => tracing::info!(device, input, action, code, "an input was refused"),
            None => tracing::debug!(device, input, action, "an input was obeyed"),
        }
        let view = InputView {
            input: input.to_owned(),
            action,
            label: label.map(|label| label.to_string()),
            refusal: refusal.map(str::to_owned),
            at_ms,
        };
        let mut inputs = self.inputs();
        inputs.truncate(INPUTS_MAX - 1);
        inputs.push_front(view);
        drop(inputs);
        self.noted.send_modify(|count| *count += 1);
    }

    /// The inputs, newest first.
    pub(super) fn latest(&self) -> Vec<InputView> {
        self.inputs().iter().cloned().collect()
    }

    fn inputs(&self) -> MutexGuard<'_, VecDeque<InputView>> {
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

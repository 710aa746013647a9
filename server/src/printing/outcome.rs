//! What became of slips, from the printers' journals to the engine.
//!
//! Every word of a journal comes by here, that of a job which an earlier run began and that of a
//! proof which comes after a job was given up, so the log hears of each (invariant 1).

use domain::command::Command;
use domain::id::{KioskId, TicketId};
use domain::ticket::Paper;
use kiosk::slip::Kind;
use kiosk::spool::{Spool, Spooled};
use printer_driver::printer::{JobId, JobState, Journal, JournalError};
use protocol::event::Source;
use tokio::sync::mpsc;

use super::station::Stations;
use crate::engine::{Ask, Engine, Order};

/// Words that wait to be reported. A printer waits for room past it; it says some three a slip.
const QUEUE_MAX: usize = 1_024;

/// Where the printers' tasks say what became of jobs. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Outcomes(mpsc::Sender<Outcome>);

/// What became of a job.
#[derive(Debug)]
pub(super) struct Outcome {
    kiosk: KioskId,
    job: JobId,
    state: JobState,
}

/// Makes the way from the printers to the engine.
pub(super) fn channel() -> (Outcomes, mpsc::Receiver<Outcome>) {
    let (sender, receiver) = mpsc::channel(QUEUE_MAX);
    (Outcomes(sender), receiver)
}

impl Outcomes {
    /// Says what became of a job. Never waits.
    pub(super) fn tell(&self, kiosk: KioskId, job: JobId, state: JobState) {
        if self.0.try_send(Outcome { kiosk, job, state }).is_err() {
            tracing::error!(%kiosk, job = job.0, "the outcome of a slip is not recorded");
        }
    }
}

/// A spool as the driver's journal that passes on what it hears.
#[derive(Debug)]
pub(super) struct Told {
    kiosk: KioskId,
    spool: Spool,
    outcomes: Outcomes,
}

impl Told {
    /// The journal of a kiosk's printer.
    pub(super) fn new(kiosk: KioskId, spool: Spool, outcomes: Outcomes) -> Told {
        Told { kiosk, spool, outcomes }
    }
}

impl Journal for Told {
    async fn record(&mut self, job: JobId, state: JobState) -> Result<(), JournalError> {
        let recorded = self.spool.record(job, state).await;
        if state.is_final() {
            // It is so whether or not the spool could be written. Nobody listens at the very end.
            let _ = self.outcomes.0.send(Outcome { kiosk: self.kiosk, job, state }).await;
        }
        recorded
    }
}

/// Reports outcomes until the last printer is gone.
pub(super) async fn report(
    mut outcomes: mpsc::Receiver<Outcome>,
    stations: Stations,
    engine: Engine,
) {
    while let Some(Outcome { kiosk, job, state }) = outcomes.recv().await {
        let Some(station) = stations.get(&kiosk).cloned() else { continue };
        let look = move || {
            station.ended(job, state);
            station.spool.find(job)
        };
        match tokio::task::spawn_blocking(look).await {
            Ok(Ok(Some(spooled))) => {
                if let Some((ticket, paper)) = of_ticket(&spooled, state) {
                    report_paper(&engine, ticket, paper).await;
                }
            }
            Ok(Ok(None)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the print spool cannot be read"),
            Err(error) => tracing::error!(%error, "the outcome of a slip is not recorded"),
        }
    }
}

/// What a ticket's own slip means for it, when it comes to `state`.
fn of_ticket(spooled: &Spooled, state: JobState) -> Option<(TicketId, Paper)> {
    // One on its way to another printer will be printed there.
    let is_moving = state == JobState::Withdrawn && spooled.moving_to.is_some();
    if spooled.subject.kind != Kind::Ticket || is_moving {
        return None;
    }
    Some((TicketId(spooled.subject.number), paper_of(state)?))
}

/// What a job's final state means for its ticket; `None` while it is under way.
pub(super) fn paper_of(state: JobState) -> Option<Paper> {
    match state {
        JobState::Printed { .. } => Some(Paper::Printed),
        JobState::Unknown { .. } => Some(Paper::Unknown),
        JobState::Withdrawn => Some(Paper::Failed),
        JobState::Queued | JobState::Sending | JobState::Sent | JobState::Held { .. } => None,
    }
}

/// Puts what became of a ticket's paper into the log.
pub(super) async fn report_paper(engine: &Engine, ticket: TicketId, paper: Paper) {
    let command = Command::ReportPaper { ticket, paper };
    let order = Order { ask: Ask::Command(command), source: Source::Office, key: None };
    if let Err(rejection) = engine.submit(order).await {
        // The ticket is of an earlier day, or was reported already: nothing is lost.
        tracing::debug!(?rejection, ticket = ticket.0, "the outcome of a slip is not recorded");
    }
}

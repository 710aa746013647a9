//! Clerks: they open a counter, call, serve, take breaks, make small mistakes and take them back.

use std::collections::VecDeque;

use domain::command::{AwayReason, Command, ConfirmStep, ReturnPlace};
use domain::event::Event;
use domain::id::{CounterId, QueueId, TicketId};
use domain::refusal::Refusal;
use domain::setup::ProfileLine;
use domain::ticket::TicketState;
use domain::time::MINUTE_MS;

use super::super::SimulateError;
use super::super::plan::Ending;
use super::super::random::Spread;
use super::resident::Act;
use super::staffing::{languages, operator};
use super::{Hall, Step};

/// Somebody behind a counter.
#[derive(Debug)]
pub(super) struct Clerk {
    /// The counter.
    pub(super) counter: CounterId,
    /// The queues it serves today.
    pub(super) queues: Vec<QueueId>,
    /// Whether it calls people with tags.
    pub(super) serves_tags: bool,
    profile: Option<Vec<ProfileLine>>,
    presence: Desk,
    wants_break: bool,
    /// Held residents who are back and want to go on here.
    back: VecDeque<usize>,
}

/// What a clerk is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Desk {
    Closed,
    Idle,
    /// Busy with this resident, from the call on.
    With(usize),
    /// Busy with a tag, or with tidying up.
    Busy,
    Break,
}

impl Clerk {
    /// A clerk whose counter is not open yet.
    pub(super) fn new(
        counter: CounterId,
        queues: Vec<QueueId>,
        serves_tags: bool,
        profile: Option<Vec<ProfileLine>>,
    ) -> Clerk {
        Clerk {
            counter,
            queues,
            serves_tags,
            profile,
            presence: Desk::Closed,
            wants_break: false,
            back: VecDeque::new(),
        }
    }

    /// Whether the clerk has nothing to do.
    pub(super) fn is_idle(&self) -> bool {
        self.presence == Desk::Idle
    }

    /// Marks the clerk as busy beside the machine's queues.
    pub(super) fn keep_busy(&mut self) {
        self.presence = Desk::Busy;
    }
}

impl Hall<'_> {
    pub(super) fn open_counter(&mut self, ms: i64, clerk: usize) -> Result<(), SimulateError> {
        let command = Command::OpenCounter {
            counter: self.clerks[clerk].counter,
            operator: operator(clerk),
            languages: languages(self.setup, clerk),
            profile: self.clerks[clerk].profile.clone(),
        };
        self.must(ms, &command)?;
        self.clerks[clerk].presence = Desk::Idle;
        Ok(())
    }

    pub(super) fn want_break(&mut self, ms: i64, clerk: usize) -> Result<(), SimulateError> {
        self.clerks[clerk].wants_break = true;
        if self.clerks[clerk].is_idle() { self.look(ms, clerk) } else { Ok(()) }
    }

    pub(super) fn end_break(&mut self, ms: i64, clerk: usize) -> Result<(), SimulateError> {
        let counter = self.clerks[clerk].counter;
        self.must(ms, &Command::ResumeCounter { counter })?;
        self.clerks[clerk].presence = Desk::Idle;
        self.look(ms, clerk)
    }

    /// Wakes whoever has nothing to do and serves a queue.
    pub(super) fn wake(&mut self, ms: i64, queue: QueueId) {
        for clerk in 0..self.clerks.len() {
            if self.clerks[clerk].is_idle() && self.clerks[clerk].queues.contains(&queue) {
                let reaction = self.random.ms(2_000, 15_000);
                self.agenda.add(ms + reaction, Step::Look(clerk));
            }
        }
    }

    /// An idle clerk goes on with somebody held, calls a tag, or presses 次の方.
    pub(super) fn look(&mut self, ms: i64, clerk: usize) -> Result<(), SimulateError> {
        if !self.clerks[clerk].is_idle() {
            return Ok(());
        }
        if let Some(resident) = self.clerks[clerk].back.pop_front() {
            return self.resume(ms, clerk, resident);
        }
        if self.clerks[clerk].wants_break && self.is_covered(clerk) {
            return self.take_break(ms, clerk);
        }
        if self.clerks[clerk].serves_tags && !self.tags_waiting.is_empty() {
            return self.call_tag(ms, clerk);
        }
        let counter = self.clerks[clerk].counter;
        match self.ask(ms, &Command::CallNext { counter })? {
            Ok(decision) => {
                for event in decision.events {
                    if let Event::TicketCalled { ticket, .. } = event {
                        self.called(ms, clerk, ticket);
                    }
                }
                Ok(())
            }
            Err(Refusal::QueueEmpty) => Ok(()),
            Err(Refusal::NoneEligible { .. }) => {
                self.agenda.add(ms + MINUTE_MS, Step::Look(clerk));
                Ok(())
            }
            Err(refusal) => Err(SimulateError::Refused {
                date: self.date,
                command: "CallNext".to_owned(),
                refusal,
            }),
        }
    }

    /// Whether others who are there serve everything this clerk serves.
    fn is_covered(&self, clerk: usize) -> bool {
        let own = &self.clerks[clerk];
        let resting = self.clerks.iter().filter(|other| other.presence == Desk::Break).count();
        if resting * 3 > self.clerks.len() {
            return false;
        }
        let is_there = |place: usize| {
            let presence = self.clerks[place].presence;
            place != clerk && presence != Desk::Closed && presence != Desk::Break
        };
        let others: Vec<usize> = (0..self.clerks.len()).filter(|place| is_there(*place)).collect();
        let tags = !own.serves_tags || others.iter().any(|place| self.clerks[*place].serves_tags);
        let mut queues = own.queues.iter();
        tags && queues
            .all(|queue| others.iter().any(|place| self.clerks[*place].queues.contains(queue)))
    }

    fn take_break(&mut self, ms: i64, clerk: usize) -> Result<(), SimulateError> {
        let counter = self.clerks[clerk].counter;
        self.must(ms, &Command::PauseCounter { counter, reason: AwayReason::Break })?;
        self.clerks[clerk].presence = Desk::Break;
        self.clerks[clerk].wants_break = false;
        let until = ms + self.random.ms(42 * MINUTE_MS, 47 * MINUTE_MS);
        self.agenda.add(until, Step::EndBreak(clerk));
        Ok(())
    }

    fn called(&mut self, ms: i64, clerk: usize, ticket: TicketId) {
        let Some(&resident) = self.resident_of.get(&ticket) else { return };
        self.clerks[clerk].presence = Desk::With(resident);
        if self.random.below(400) == 0 {
            self.agenda.add(ms + self.random.ms(3_000, 9_000), Step::TakeBack(clerk));
            return;
        }
        let first = self.residents[resident].absences == 0;
        let ending = self.residents[resident].visit.ending;
        // Some are on the telephone and miss their first call; the rules let them come back once.
        let returns = self.setup.rules.return_max > 0;
        let misses = returns && first && self.random.chance(12);
        if misses {
            self.residents[resident].absences = 1;
        }
        if misses || ending != Ending::Done {
            self.agenda.add(ms + self.random.ms(40_000, 60_000), Step::Silence(clerk));
            return;
        }
        let walk = self.random.duration_ms(24_000, Spread::Wide);
        let step =
            if self.random.below(700) == 0 { Step::Mismatch(clerk) } else { Step::Come(clerk) };
        self.agenda.add(ms + walk, step);
    }

    fn with(&self, clerk: usize) -> Option<(usize, CounterId)> {
        match self.clerks[clerk].presence {
            Desk::With(resident) => Some((resident, self.clerks[clerk].counter)),
            Desk::Closed | Desk::Idle | Desk::Busy | Desk::Break => None,
        }
    }

    /// Nobody has come: announce again, then send to the back or give up.
    pub(super) fn silence(&mut self, ms: i64, clerk: usize) -> Result<(), SimulateError> {
        let Some((resident, counter)) = self.with(clerk) else { return Ok(()) };
        let ticket = self.residents[resident].ticket.map(|(ticket, _)| ticket);
        let known = ticket.and_then(|ticket| self.recorder.office().ticket(ticket));
        let (announced, returned) =
            known.map_or((0, 0), |ticket| (ticket.announce_count, ticket.return_count));
        if announced < 2 {
            self.must(ms, &Command::Recall { counter })?;
            self.agenda.add(ms + self.random.ms(40_000, 70_000), Step::Silence(clerk));
            return Ok(());
        }
        let done = self.residents[resident].visit.ending == Ending::Done;
        if done || (returned < self.setup.rules.return_max && self.random.chance(350)) {
            self.must(ms, &Command::ReturnToQueue { counter, place: ReturnPlace::Back })?;
        } else {
            self.must(ms, &Command::MarkNoShow { counter })?;
        }
        self.tidy(ms, clerk, 5_000);
        Ok(())
    }

    pub(super) fn come(&mut self, ms: i64, clerk: usize) -> Result<(), SimulateError> {
        let Some((resident, counter)) = self.with(clerk) else { return Ok(()) };
        let presented = self.residents[resident].ticket.map(|(_, label)| label);
        self.must(ms, &Command::StartService { counter, presented })?;
        self.next_act(ms, clerk, resident);
        Ok(())
    }

    pub(super) fn mismatch(&mut self, ms: i64, clerk: usize) -> Result<(), SimulateError> {
        let counter = self.clerks[clerk].counter;
        self.must(ms, &Command::ReportMismatch { counter })?;
        self.tidy(ms, clerk, 3_000);
        Ok(())
    }

    pub(super) fn take_back(&mut self, ms: i64, clerk: usize) -> Result<(), SimulateError> {
        let counter = self.clerks[clerk].counter;
        self.must(ms, &Command::Undo { counter })?;
        self.tidy(ms, clerk, 5_000);
        Ok(())
    }

    fn next_act(&mut self, ms: i64, clerk: usize, resident: usize) {
        if let Some((after, _)) = self.residents[resident].script.front() {
            self.agenda.add(ms + after, Step::Act(clerk));
        }
    }

    /// The clerk does the next thing of the resident's script.
    pub(super) fn act(&mut self, ms: i64, clerk: usize) -> Result<(), SimulateError> {
        let Some((resident, counter)) = self.with(clerk) else { return Ok(()) };
        let Some((_, act)) = self.residents[resident].script.pop_front() else { return Ok(()) };
        let ticket = self.residents[resident].ticket.map(|(ticket, _)| ticket);
        let Some(ticket) = ticket else { return Ok(()) };
        match act {
            Act::Hold(_, 0) => self.next_act(ms, clerk, resident),
            Act::Hold(reason, away) => {
                self.must(ms, &Command::Hold { counter, reason })?;
                self.agenda.add(ms + away, Step::Return(resident));
                self.tidy(ms, clerk, 8_000);
            }
            Act::Register(away) => {
                self.must(ms, &Command::PauseCounter { counter, reason: AwayReason::Register })?;
                self.agenda.add(ms + away, Step::BackFromRegister(clerk));
            }
            Act::Transfer(to) => {
                self.must(ms, &Command::Transfer { counter, to })?;
                let arrived = ms + self.random.ms(3_000, 15_000);
                let seen = arrived + self.random.ms(4_000, 25_000);
                self.agenda.add(arrived, Step::Confirm(ticket, ConfirmStep::Arrival));
                self.agenda.add(seen, Step::Confirm(ticket, ConfirmStep::SeenByEye));
                self.wake(ms, to);
                self.tidy(ms, clerk, 20_000);
            }
            Act::End => {
                self.must(ms, &Command::EndService { counter })?;
                self.next_act(ms, clerk, resident);
            }
            Act::Doubt => {
                self.must(ms, &Command::MarkInaccurate { ticket })?;
                self.next_act(ms, clerk, resident);
            }
            Act::CompleteEarly => {
                self.complete(ms, clerk, resident)?;
                self.agenda.add(ms + self.random.ms(4_000, 20_000), Step::UndoCompletion(clerk));
            }
            Act::Complete => {
                self.complete(ms, clerk, resident)?;
                self.tidy(ms, clerk, 25_000);
            }
        }
        Ok(())
    }

    fn complete(&mut self, ms: i64, clerk: usize, resident: usize) -> Result<(), SimulateError> {
        let counter = self.clerks[clerk].counter;
        let procedures = self.residents[resident].visit.procedures.clone();
        self.must(ms, &Command::CompleteService { counter, procedures })?;
        Ok(())
    }

    pub(super) fn undo_completion(&mut self, ms: i64, clerk: usize) -> Result<(), SimulateError> {
        let Some((resident, counter)) = self.with(clerk) else { return Ok(()) };
        self.must(ms, &Command::Undo { counter })?;
        self.next_act(ms, clerk, resident);
        Ok(())
    }

    pub(super) fn back_from_register(
        &mut self,
        ms: i64,
        clerk: usize,
    ) -> Result<(), SimulateError> {
        let Some((resident, counter)) = self.with(clerk) else { return Ok(()) };
        self.must(ms, &Command::ResumeCounter { counter })?;
        self.next_act(ms, clerk, resident);
        Ok(())
    }

    /// A held resident is back: their own counter goes on with them when it is free.
    pub(super) fn return_to(&mut self, ms: i64, resident: usize) -> Result<(), SimulateError> {
        let ticket = self.residents[resident].ticket.map(|(ticket, _)| ticket);
        let known = ticket.and_then(|ticket| self.recorder.office().ticket(ticket));
        let held = known.and_then(|ticket| {
            let TicketState::OnHold { counter, .. } = ticket.state else { return None };
            Some(counter)
        });
        let clerk = self.clerks.iter().position(|clerk| Some(clerk.counter) == held);
        let Some(clerk) = clerk else { return Ok(()) };
        self.clerks[clerk].back.push_back(resident);
        self.look(ms, clerk)
    }

    fn resume(&mut self, ms: i64, clerk: usize, resident: usize) -> Result<(), SimulateError> {
        let counter = self.clerks[clerk].counter;
        let Some((ticket, _)) = self.residents[resident].ticket else { return Ok(()) };
        self.must(ms, &Command::Resume { counter, ticket })?;
        self.clerks[clerk].presence = Desk::With(resident);
        self.next_act(ms, clerk, resident);
        Ok(())
    }

    /// Confirms a transfer. Whoever is called before the check by eye needs none any more.
    pub(super) fn confirm(
        &mut self,
        ms: i64,
        ticket: TicketId,
        step: ConfirmStep,
    ) -> Result<(), SimulateError> {
        let known = self.recorder.office().ticket(ticket);
        let Some(queue) = known.filter(|known| known.transfer.is_some()).map(|known| known.queue)
        else {
            return Ok(());
        };
        self.must(ms, &Command::ConfirmTransfer { ticket, step })?;
        self.wake(ms, queue);
        Ok(())
    }

    /// Puts the desk in order before the next one.
    pub(super) fn tidy(&mut self, ms: i64, clerk: usize, median_ms: i64) {
        let after = self.random.duration_ms(median_ms, Spread::Wide);
        self.clerks[clerk].presence = Desk::Busy;
        self.agenda.add(ms + after, Step::Ready(clerk));
    }

    /// The desk is in order.
    pub(super) fn ready(&mut self, ms: i64, clerk: usize) -> Result<(), SimulateError> {
        self.clerks[clerk].presence = Desk::Idle;
        self.look(ms, clerk)
    }
}

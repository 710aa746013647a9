//! Residents: how they come, whether they answer, and what is done for them.

use std::collections::VecDeque;

use domain::command::{Command, Want};
use domain::event::Event;
use domain::id::{ProcedureCode, QueueId, TicketId};
use domain::label::{Label, Letter};
use domain::setup::Setup;
use domain::ticket::{Class, HoldReason, Origin, Paper, TicketState, Token};
use domain::time::MINUTE_MS;

use super::super::SimulateError;
use super::super::plan::{Ending, Visit};
use super::super::random::{Random, Spread};
use super::{Hall, Step};

/// What work at a counter takes, in thousandths of its procedure's target, as a median: most cases
/// end within their target, a good many do not.
const WORK_OF_TARGET: i64 = 630;
/// The same for what is done along with something else: the person is identified already.
const ALONG_OF_TARGET: i64 = 400;
/// Minutes of a procedure without a target.
const TARGET_MIN_DEFAULT: i64 = 10;

/// Somebody with a ticket.
#[derive(Debug)]
pub(super) struct Resident {
    /// What was planned for them.
    pub(super) visit: Visit,
    /// Their ticket, once they have one.
    pub(super) ticket: Option<(TicketId, Label)>,
    /// How often they will not answer a call before they come.
    pub(super) absences: u32,
    /// What the clerk still has to do for them: after so many milliseconds, this.
    pub(super) script: VecDeque<(i64, Act)>,
}

/// Something a clerk does with somebody at the counter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Act {
    /// Sets them aside for so long.
    Hold(HoldReason, i64),
    /// Goes to the register with them for so long.
    Register(i64),
    /// Sends them on.
    Transfer(QueueId),
    /// 窓口終了.
    End,
    /// Notices that the finish was forgotten, and marks the times.
    Doubt,
    /// Presses 完了処理 too early and takes it back.
    CompleteEarly,
    /// 完了処理.
    Complete,
}

impl Resident {
    /// Somebody who has not come yet.
    pub(super) fn new(visit: Visit) -> Resident {
        Resident { visit, ticket: None, absences: 0, script: VecDeque::new() }
    }
}

impl Hall<'_> {
    /// Takes a ticket at a kiosk, from the floor guide, or arrives with a linked section's label.
    pub(super) fn arrive(&mut self, ms: i64, place: usize) -> Result<(), SimulateError> {
        let visit = self.residents[place].visit.clone();
        self.residents[place].script = self.script(&visit);
        let token = self.token();
        let floor = self.random.chance(220);
        let kiosk = self.random.index(self.setup.kiosks.len());
        let class = if floor && self.random.chance(60) { Class::Priority } else { Class::Ordinary };
        let origin = match self.setup.kiosks.get(kiosk) {
            Some(kiosk) if !floor => Origin::Kiosk(kiosk.id),
            _ => Origin::Floor,
        };
        let linked = visit.linked.and_then(|section| Some((section, self.linked_label()?)));
        let (queue, language) = (visit.queue, visit.language);
        let command = match linked {
            Some((section, label)) => {
                Command::AdmitLinked { section, label, queue, language, token }
            }
            None => {
                let want = visit.errand.map_or(Want::Queue(queue), Want::Errand);
                Command::IssueTicket { want, class, language, origin, token }
            }
        };
        let decision = self.must(ms, &command)?;
        for event in &decision.events {
            if let Event::TicketIssued { ticket, label, .. } = event {
                self.residents[place].ticket = Some((*ticket, *label));
                self.resident_of.insert(*ticket, place);
                if linked.is_none() {
                    let printed = ms + self.random.ms(900, 2_200);
                    self.agenda.add(printed, Step::PaperOut(*ticket));
                }
            }
        }
        if let Ending::Leaves(after_ms, _) = visit.ending {
            self.agenda.add(ms + after_ms.max(MINUTE_MS), Step::Leave(place));
        }
        self.wake(ms, queue);
        Ok(())
    }

    pub(super) fn paper_out(&mut self, ms: i64, ticket: TicketId) -> Result<(), SimulateError> {
        // One slip in two thousand hangs and its printer cannot say; a guide looks.
        let paper = if self.random.below(2_000) == 0 { Paper::Unknown } else { Paper::Printed };
        self.must(ms, &Command::ReportPaper { ticket, paper })?;
        if paper == Paper::Unknown {
            self.agenda.add(ms + MINUTE_MS, Step::PaperOut(ticket));
        }
        Ok(())
    }

    /// Somebody who gives up tells the floor guide, unless they have been called meanwhile.
    pub(super) fn leave(&mut self, ms: i64, place: usize) -> Result<(), SimulateError> {
        let resident = &self.residents[place];
        let (Some((ticket, _)), Ending::Leaves(_, reason)) =
            (resident.ticket, resident.visit.ending)
        else {
            return Ok(());
        };
        let state = self.recorder.office().ticket(ticket).map(|ticket| ticket.state);
        if state == Some(TicketState::Waiting) {
            self.must(ms, &Command::CancelTicket { ticket, reason })?;
        }
        Ok(())
    }

    /// How the clerk's work with a resident goes, from the start of the service.
    fn script(&mut self, visit: &Visit) -> VecDeque<(i64, Act)> {
        let random = &mut self.random;
        let mut work = 0;
        for (place, code) in visit.procedures.iter().enumerate() {
            let share = if place == 0 { WORK_OF_TARGET } else { ALONG_OF_TARGET };
            let median = target_ms(self.setup, *code) * share / 1_000;
            work += random.duration_ms(median, Spread::Work).max(20_000);
        }
        let mut script = VecDeque::new();
        let mut left = work;
        if let Some(to) = visit.transfer_to {
            let before = work * random.ms(25, 60) / 100;
            left -= before;
            part(random, &mut script, before, 60);
            script.push_back((0, Act::Transfer(to)));
        }
        let pays = visit.procedures.iter().any(|code| code.as_str() == "15");
        if pays {
            let register = random.duration_ms(2 * MINUTE_MS, Spread::Work);
            part(random, &mut script, left / 2, 0);
            script.push_back((0, Act::Register(register)));
            left = (left / 2 - register).max(30_000);
        }
        let last = visit.procedures.last();
        let sheet = last.and_then(|code| self.setup.procedure(*code));
        let ends_apart = sheet.is_some_and(|sheet| sheet.counter_end_step.is_some());
        finish(random, &mut script, left, ends_apart);
        script
    }

    /// The next label that a linked section gives today; `None` when every letter is ours.
    fn linked_label(&mut self) -> Option<Label> {
        let own = |letter: &Letter| self.setup.queues.iter().any(|queue| queue.letter == *letter);
        let mut letters = ('A'..='Z').rev().filter_map(Letter::new);
        let letter = letters.find(|letter| !own(letter))?;
        self.linked_count += 1;
        Some(Label { letter, number: self.linked_count, width: 3 })
    }

    fn token(&mut self) -> Token {
        let mut token = [0; 16];
        token[..8].copy_from_slice(&self.random.bits().to_le_bytes());
        token[8..].copy_from_slice(&self.random.bits().to_le_bytes());
        Token(token)
    }
}

/// Work of so long, interrupted by a hold `hold` times of a thousand.
fn part(random: &mut Random, script: &mut VecDeque<(i64, Act)>, ms: i64, hold: u64) {
    if !random.chance(hold) {
        script.push_back((ms, Act::Hold(HoldReason::Pause, 0)));
        return;
    }
    let reason = match random.below(5) {
        0 | 1 => HoldReason::FillingForm,
        2 => HoldReason::FetchingDocument,
        3 => HoldReason::Examination,
        _ => HoldReason::OtherSection,
    };
    let away = random.duration_ms(6 * MINUTE_MS, Spread::Wide).min(40 * MINUTE_MS);
    let before = ms * 3 / 10;
    script.push_back((before, Act::Hold(reason, away)));
    script.push_back((ms - before, Act::Hold(HoldReason::Pause, 0)));
}

/// The last part: perhaps a hold, perhaps 窓口終了, a forgotten finish now and then, completion.
fn finish(random: &mut Random, script: &mut VecDeque<(i64, Act)>, ms: i64, ends_apart: bool) {
    let after = if ends_apart && random.chance(300) {
        random.duration_ms(2 * MINUTE_MS, Spread::Work).min(ms / 2)
    } else {
        0
    };
    part(random, script, ms - after, 70);
    if after > 0 {
        script.push_back((0, Act::End));
    }
    let mut wait = after;
    if random.below(1_500) == 0 {
        script.push_back((wait + random.ms(25 * MINUTE_MS, 70 * MINUTE_MS), Act::Doubt));
        wait = 4_000;
    }
    if random.chance(4) {
        script.push_back((wait / 2, Act::CompleteEarly));
        wait -= wait / 2;
    }
    script.push_back((wait, Act::Complete));
}

fn target_ms(setup: &Setup, code: ProcedureCode) -> i64 {
    let target = setup.procedure(code).and_then(|procedure| procedure.target_min);
    target.map_or(TARGET_MIN_DEFAULT, i64::from) * MINUTE_MS
}

/// What the work for somebody is expected to take, with calling and walking.
pub(super) fn expected_ms(setup: &Setup, procedures: &[ProcedureCode]) -> i64 {
    /// Mean of the log-normal of [`Spread::Work`] in thousandths of its median.
    const MEAN: i64 = 1_075;
    let mut sum = 90_000;
    for (place, code) in procedures.iter().enumerate() {
        let share = if place == 0 { WORK_OF_TARGET } else { ALONG_OF_TARGET };
        sum += target_ms(setup, *code) * share / 1_000 * MEAN / 1_000;
    }
    sum
}

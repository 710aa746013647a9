//! One day: people and clerks as a discrete-event simulation around the real rules.
//!
//! Nothing here knows how the rules decide: clerks press `CallNext` and see who comes. What the
//! rules refuse in spite of what the simulated people know is an error, never passed over.

mod clerk;
mod floor;
mod resident;
mod staffing;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use domain::command::{Command, ConfirmStep};
use domain::id::{BatchId, RingId, TagPoolId, TagUseId, TicketId};
use domain::office::Decision;
use domain::refusal::Refusal;
use domain::setup::Setup;
use domain::time::{Date, MINUTE_MS, MinuteOfDay, Now, Timestamp};

use super::SimulateError;
use super::plan::{DayPlan, Plan};
use super::random::Random;
use super::recorder::Recorder;
use crate::clock::Clock;
use clerk::Clerk;
use resident::Resident;

/// Plays a day from its opening by rule to its closing by hand.
pub(super) fn play(
    recorder: &mut Recorder,
    clock: &Clock,
    plan: &Plan,
    day: &DayPlan,
    batch_ids: &mut BTreeMap<usize, BatchId>,
    random: Random,
) -> Result<(), SimulateError> {
    let Some(setup) = recorder.office().setup().cloned() else { return Ok(()) };
    let midnight = MinuteOfDay::new(0, 0).expect("midnight is a time of day");
    let mut hall = Hall {
        midnight: clock.instant(day.day.date, midnight),
        date: day.day.date,
        setup: &setup,
        recorder,
        plan,
        day,
        batch_ids,
        random,
        agenda: Agenda::default(),
        clerks: Vec::new(),
        residents: day.visits.iter().map(|visit| Resident::new(visit.clone())).collect(),
        resident_of: BTreeMap::new(),
        tags_waiting: VecDeque::new(),
        tags_out: BTreeMap::new(),
        tag_uses: BTreeMap::new(),
        linked_count: 0,
    };
    hall.prepare()?;
    hall.run()?;
    hall.close()
}

/// What happens next, by time; of one time, in the order in which it was put down.
#[derive(Debug, Default)]
struct Agenda {
    next: u64,
    steps: BTreeMap<(i64, u64), Step>,
}

impl Agenda {
    fn add(&mut self, ms: i64, step: Step) {
        self.steps.insert((ms, self.next), step);
        self.next += 1;
    }
}

/// Something that somebody does. Clerks and residents by their place in the hall's lists.
#[derive(Clone, Copy, Debug)]
enum Step {
    OpenCounter(usize),
    WantBreak(usize),
    EndBreak(usize),
    /// A clerk looks for work.
    Look(usize),
    /// A clerk has put the desk in order.
    Ready(usize),
    /// The called resident has not come for some time.
    Silence(usize),
    /// The called resident stands at the counter.
    Come(usize),
    /// The called resident turns out to hold another slip.
    Mismatch(usize),
    /// The clerk takes back a call pressed by mistake.
    TakeBack(usize),
    /// The clerk does the next thing of the resident's script.
    Act(usize),
    /// The operator is back from the register.
    BackFromRegister(usize),
    /// A completion pressed too early is taken back.
    UndoCompletion(usize),
    Arrive(usize),
    PaperOut(TicketId),
    Leave(usize),
    /// A held resident is back.
    Return(usize),
    Confirm(TicketId, ConfirmStep),
    Guide,
    TakeTag(usize),
    TagServed(usize, usize),
    Ring,
    Answer(RingId),
    Batch(usize),
}

/// The hall during one day.
struct Hall<'a> {
    midnight: Timestamp,
    date: Date,
    setup: &'a Setup,
    recorder: &'a mut Recorder,
    plan: &'a Plan,
    day: &'a DayPlan,
    batch_ids: &'a mut BTreeMap<usize, BatchId>,
    random: Random,
    agenda: Agenda,
    clerks: Vec<Clerk>,
    residents: Vec<Resident>,
    resident_of: BTreeMap<TicketId, usize>,
    /// People with a tag who have not been called, by their place in the plan.
    tags_waiting: VecDeque<usize>,
    tags_out: BTreeMap<TagPoolId, BTreeSet<u16>>,
    /// The use and number of the tag somebody holds.
    tag_uses: BTreeMap<usize, (TagUseId, u16)>,
    linked_count: u16,
}

impl Hall<'_> {
    /// Puts down everything that does not depend on anything else.
    fn prepare(&mut self) -> Result<(), SimulateError> {
        let hours = self.day.day.hours;
        let open = i64::from(hours.open.minutes()) * MINUTE_MS;
        let lead = i64::from(self.setup.calendar.day_lead_min) * MINUTE_MS;
        self.due((open - lead).max(0))?;
        self.staff(open);
        for (place, visit) in self.day.visits.iter().enumerate() {
            self.agenda.add(visit.arrival_ms, Step::Arrive(place));
        }
        for (place, tag) in self.day.tags.iter().enumerate() {
            self.agenda.add(tag.arrival_ms, Step::TakeTag(place));
        }
        for at in &self.day.guidances {
            self.agenda.add(*at, Step::Guide);
        }
        for (place, moved) in self.day.batch_moves.iter().enumerate() {
            self.agenda.add(moved.at_ms, Step::Batch(place));
        }
        if !self.setup.bells.is_empty() {
            let close = i64::from(hours.close.minutes()) * MINUTE_MS;
            for _ in 0..self.random.below(4) {
                let at = self.random.ms(open, close - 10 * MINUTE_MS);
                self.agenda.add(at, Step::Ring);
            }
        }
        Ok(())
    }

    fn run(&mut self) -> Result<(), SimulateError> {
        let day_end = self.setup.calendar.day_end;
        let end = i64::from(day_end.minutes()) * MINUTE_MS;
        while let Some(((ms, _), step)) = self.agenda.steps.pop_first() {
            if ms >= end {
                return Err(SimulateError::Unfinished { date: self.date, day_end });
            }
            self.due(ms)?;
            self.perform(ms, step)?;
        }
        let lasting = self.recorder.office().tickets().any(|ticket| !ticket.state.is_final());
        if lasting || !self.tags_waiting.is_empty() {
            return Err(SimulateError::Unfinished { date: self.date, day_end });
        }
        Ok(())
    }

    fn perform(&mut self, ms: i64, step: Step) -> Result<(), SimulateError> {
        match step {
            Step::OpenCounter(clerk) => self.open_counter(ms, clerk),
            Step::WantBreak(clerk) => self.want_break(ms, clerk),
            Step::EndBreak(clerk) => self.end_break(ms, clerk),
            Step::Look(clerk) => self.look(ms, clerk),
            Step::Ready(clerk) => self.ready(ms, clerk),
            Step::Silence(clerk) => self.silence(ms, clerk),
            Step::Come(clerk) => self.come(ms, clerk),
            Step::Mismatch(clerk) => self.mismatch(ms, clerk),
            Step::TakeBack(clerk) => self.take_back(ms, clerk),
            Step::Act(clerk) => self.act(ms, clerk),
            Step::BackFromRegister(clerk) => self.back_from_register(ms, clerk),
            Step::UndoCompletion(clerk) => self.undo_completion(ms, clerk),
            Step::Arrive(resident) => self.arrive(ms, resident),
            Step::PaperOut(ticket) => self.paper_out(ms, ticket),
            Step::Leave(resident) => self.leave(ms, resident),
            Step::Return(resident) => self.return_to(ms, resident),
            Step::Confirm(ticket, step) => self.confirm(ms, ticket, step),
            Step::Guide => self.guide(ms),
            Step::TakeTag(place) => self.take_tag(ms, place),
            Step::TagServed(clerk, place) => self.tag_served(ms, clerk, place),
            Step::Ring => self.ring(ms),
            Step::Answer(ring) => self.answer(ms, ring),
            Step::Batch(place) => self.batch(ms, place),
        }
    }

    /// Closes the counters, then the day.
    fn close(mut self) -> Result<(), SimulateError> {
        let last = self.recorder.office().last_at().since_ms(self.midnight);
        let closing = i64::from(self.day.day.hours.close.minutes()) * MINUTE_MS;
        let mut ms = last.max(closing) + 2 * MINUTE_MS;
        for clerk in 0..self.clerks.len() {
            ms += self.random.ms(5_000, 60_000);
            self.due(ms)?;
            let counter = self.clerks[clerk].counter;
            self.must(ms, &Command::CloseCounter { counter })?;
        }
        ms += 5 * MINUTE_MS;
        self.due(ms)?;
        if self.recorder.office().day().is_some() {
            self.must(ms, &Command::CloseDay)?;
        }
        Ok(())
    }

    fn now(&self, ms: i64) -> Now {
        let minutes = u16::try_from(ms / MINUTE_MS).unwrap_or(0);
        let time = MinuteOfDay::new(minutes / 60, minutes % 60);
        Now {
            at: self.midnight.plus_ms(ms),
            date: self.date,
            time: time.expect("the agenda ends before midnight"),
        }
    }

    /// What time itself makes due.
    fn due(&mut self, ms: i64) -> Result<(), SimulateError> {
        let now = self.now(ms);
        for (_, command) in self.recorder.office().due(now) {
            self.must(ms, &command)?;
        }
        Ok(())
    }

    /// Asks for something that may be refused.
    fn ask(
        &mut self,
        ms: i64,
        command: &Command,
    ) -> Result<Result<Decision, Refusal>, SimulateError> {
        self.recorder.execute(self.now(ms), command)
    }

    /// Asks for something that must not be refused.
    fn must(&mut self, ms: i64, command: &Command) -> Result<Decision, SimulateError> {
        self.ask(ms, command)?.map_err(|refusal| {
            let text = format!("{command:?}");
            let name = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            SimulateError::Refused { date: self.date, command: name.to_owned(), refusal }
        })
    }
}

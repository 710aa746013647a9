//! Counters: opened, away, back, closed.

use domain::command::{AwayReason, Command};
use domain::id::CounterId;
use domain::language::Language;
use domain::setup::ProfileLine;

use super::{Auditor, Desk, Expected, Reasons, Verdict};

impl Auditor {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the dispatcher sends only these commands here"
    )]
    pub(super) fn judge_counter(&mut self, command: &Command) -> Verdict {
        match command {
            Command::OpenCounter { counter, languages, profile, .. } => {
                self.open_counter(*counter, languages, profile.as_deref())
            }
            Command::PauseCounter { counter, reason } => self.pause(*counter, *reason),
            Command::ResumeCounter { counter } => {
                let mut reasons = self.staffed(*counter);
                let here = self.desk(*counter).is_some_and(|desk| desk.away.is_none());
                reasons.when(here, "counter_not_away");
                reasons.none()?;
                self.desk_mut(*counter).away = None;
                Ok(Expected::default())
            }
            Command::CloseCounter { counter } => {
                let mut reasons = self.staffed(*counter);
                let busy = self.desk(*counter).is_some_and(|desk| desk.ticket.is_some());
                reasons.when(busy, "counter_busy");
                reasons.none()?;
                self.desks.retain(|desk| desk.id != *counter);
                Ok(Expected::default())
            }
            _ => unreachable!("{command:?} is about no counter"),
        }
    }

    fn staffed(&self, counter: CounterId) -> Reasons {
        let mut reasons = Reasons::default();
        reasons.when(self.day.is_none(), "day_not_open");
        reasons.when(!self.counter_exists(counter), "unknown_counter");
        reasons.when(self.desk(counter).is_none(), "counter_not_open");
        reasons
    }

    fn open_counter(
        &mut self,
        id: CounterId,
        languages: &[Language],
        profile: Option<&[ProfileLine]>,
    ) -> Verdict {
        let mut reasons = Reasons::default();
        reasons.when(self.day.is_none(), "day_not_open");
        let counter = self.setup.counters.iter().find(|counter| counter.id == id);
        reasons.when(counter.is_none(), "unknown_counter");
        for line in profile.unwrap_or_default() {
            let known = self.setup.queues.iter().any(|queue| queue.id == line.queue);
            reasons.when(!known, "unknown_queue");
            let barred = known && counter.is_some() && !self.kind_may(id, line.queue);
            reasons.when(barred, "counter_kind_not_allowed");
        }
        reasons.when(profile.is_some_and(<[ProfileLine]>::is_empty), "profile_empty");
        let desk = self.desk(id);
        reasons.when(desk.is_some_and(|desk| desk.ticket.is_some()), "counter_busy");
        // The simulation never names an operator, so a counter differs by its other properties.
        let lines = profile.or(counter.map(|counter| counter.profile.as_slice()));
        let same = desk.is_some_and(|desk| {
            desk.away.is_none()
                && desk.has_own_profile == profile.is_none()
                && Some(desk.profile.as_slice()) == lines
                && desk.languages == languages
        });
        reasons.when(same, "counter_already_open");
        let opened = Desk {
            id,
            away: None,
            ticket: None,
            languages: languages.to_vec(),
            has_own_profile: profile.is_none(),
            profile: lines.unwrap_or_default().to_vec(),
            last: desk.and_then(|desk| desk.last.clone()),
        };
        reasons.none()?;
        self.desks.retain(|desk| desk.id != id);
        self.desks.push(opened);
        Ok(Expected::default())
    }

    fn pause(&mut self, counter: CounterId, reason: AwayReason) -> Verdict {
        let mut reasons = self.staffed(counter);
        let away = self.desk(counter).is_some_and(|desk| desk.away == Some(reason));
        reasons.when(away, "counter_away");
        reasons.none()?;
        self.desk_mut(counter).away = Some(reason);
        Ok(Expected::default())
    }
}

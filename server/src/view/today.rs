//! Today's statistics, kept up ticket by ticket: what a ticket counts for is taken out before an
//! event and put back in after it, so an undone step leaves no trace.

use std::collections::BTreeMap;

use domain::id::ProcedureCode;
use domain::office::Office;
use domain::procedure::ProcedureKind;
use domain::setup::Setup;
use domain::statistics;
use domain::ticket::{Ticket, TicketState, Times};
use domain::time::{MINUTE_MS, Timestamp};
use protocol::view::{ProcedureSummary, TodaySummary, WaitSummary};

use super::row;

/// Durations in order, so that percentiles are a look-up.
#[derive(Clone, Debug, Default)]
struct Durations {
    sorted_ms: Vec<i64>,
    sum_ms: i64,
}

impl Durations {
    fn add(&mut self, ms: i64) {
        let place = self.sorted_ms.partition_point(|known| *known < ms);
        self.sorted_ms.insert(place, ms);
        self.sum_ms += ms;
    }

    fn remove(&mut self, ms: i64) {
        let place = self.sorted_ms.partition_point(|known| *known < ms);
        assert_eq!(self.sorted_ms.get(place), Some(&ms), "only what was added is removed");
        self.sorted_ms.remove(place);
        self.sum_ms -= ms;
    }

    fn count(&self) -> u32 {
        u32::try_from(self.sorted_ms.len()).unwrap_or(u32::MAX)
    }

    fn mean_ms(&self) -> Option<i64> {
        self.sum_ms.checked_div(i64::from(self.count()))
    }

    /// Nearest rank: the least value that at least `percent` % of all do not exceed.
    fn percentile_ms(&self, percent: usize) -> Option<i64> {
        let rank = (self.sorted_ms.len() * percent).div_ceil(100);
        self.sorted_ms.get(rank.checked_sub(1)?).copied()
    }
}

/// What was done of one procedure.
#[derive(Clone, Debug, Default)]
struct Done {
    count: u32,
    handling: Durations,
    within_count: u32,
}

/// Today in numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Today {
    /// The wait limit of the day.
    limit_ms: i64,
    waits: Durations,
    waits_within_count: u32,
    procedures: BTreeMap<ProcedureCode, Done>,
    issued: u32,
    waiting: u32,
    serving: u32,
    on_hold: u32,
    completed: u32,
    no_show: u32,
    cancelled: u32,
    transferred: u32,
    guidance: u32,
}

/// Whether a ticket is put in or taken out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Count {
    In,
    Out,
}

impl Count {
    fn apply(self, number: &mut u32) {
        *number = match self {
            Count::In => *number + 1,
            Count::Out => number.checked_sub(1).expect("only what was counted is taken out"),
        };
    }
}

impl Today {
    /// The numbers of an office as it is, with the wait limit of the day. Guidances leave no state
    /// behind: the caller says how many there were.
    pub(super) fn of(office: &Office, limit_ms: i64, guidance: u32) -> Today {
        let mut today = Today { limit_ms, guidance, ..Today::default() };
        let Some(setup) = office.setup() else { return today };
        for ticket in office.tickets() {
            today.count_in(setup, ticket);
        }
        for tag in office.tag_uses().filter(|tag| tag.returned_at.is_some()) {
            today.done(&tag.procedures, 1);
        }
        for batch in office.batches() {
            if let Some((_, returned)) = batch.delivered {
                today.done(&[batch.procedure], u32::from(batch.count.saturating_sub(returned)));
            }
        }
        today
    }

    /// Puts a ticket in as it is.
    pub(super) fn count_in(&mut self, setup: &Setup, ticket: &Ticket) {
        self.count(setup, ticket, Count::In);
    }

    /// Takes a ticket out as it was.
    pub(super) fn take_out(&mut self, setup: &Setup, ticket: &Ticket) {
        self.count(setup, ticket, Count::Out);
    }

    /// Counts cases that had no ticket: a returned tag's, a delivered batch's.
    pub(super) fn done(&mut self, procedures: &[ProcedureCode], count: u32) {
        for code in procedures {
            self.procedures.entry(*code).or_default().count += count;
        }
    }

    /// Counts a floor guidance without a ticket.
    pub(super) fn guided(&mut self) {
        self.guidance += 1;
    }

    fn count(&mut self, setup: &Setup, ticket: &Ticket, count: Count) {
        count.apply(&mut self.issued);
        let state = match ticket.state {
            TicketState::Waiting => &mut self.waiting,
            TicketState::Called { .. } | TicketState::Serving { .. } => &mut self.serving,
            TicketState::OnHold { .. } => &mut self.on_hold,
            TicketState::Completed => &mut self.completed,
            TicketState::NoShow => &mut self.no_show,
            TicketState::Cancelled { .. } => &mut self.cancelled,
        };
        count.apply(state);
        let transfers = ticket.periods.iter().zip(ticket.periods.iter().skip(1));
        for _ in transfers.filter(|(before, after)| before.queue != after.queue) {
            count.apply(&mut self.transferred);
        }
        if ticket.times == Times::Accurate {
            for wait in statistics::waits(ticket) {
                match count {
                    Count::In => self.waits.add(wait.ms()),
                    Count::Out => self.waits.remove(wait.ms()),
                }
                if wait.ms() <= self.limit_ms {
                    count.apply(&mut self.waits_within_count);
                }
            }
        }
        if ticket.state == TicketState::Completed {
            self.count_procedures(setup, ticket, count);
        }
    }

    fn count_procedures(&mut self, setup: &Setup, ticket: &Ticket, count: Count) {
        for code in &ticket.procedures {
            count.apply(&mut self.procedures.entry(*code).or_default().count);
        }
        let measured = measured(setup, &ticket.procedures);
        let (Some(code), Times::Accurate) = (measured, ticket.times) else { return };
        let handling_ms = statistics::durations(ticket, Timestamp(0)).handling_ms;
        let done = self.procedures.entry(code).or_default();
        match count {
            Count::In => done.handling.add(handling_ms),
            Count::Out => done.handling.remove(handling_ms),
        }
        let target_ms = statistics::target_min(setup, &ticket.procedures)
            .map(|target| i64::from(target) * MINUTE_MS);
        if target_ms.is_some_and(|target_ms| handling_ms <= target_ms) {
            count.apply(&mut done.within_count);
        }
    }

    /// Today's waits.
    pub(super) fn waits(&self) -> WaitSummary {
        WaitSummary {
            count: self.waits.count(),
            mean_ms: self.waits.mean_ms(),
            median_ms: self.waits.percentile_ms(50),
            p90_ms: self.waits.percentile_ms(90),
            within_count: self.waits_within_count,
        }
    }

    /// Today in numbers.
    pub(super) fn summary(&self) -> TodaySummary {
        TodaySummary {
            issued: self.issued,
            waiting: self.waiting,
            serving: self.serving,
            on_hold: self.on_hold,
            completed: self.completed,
            no_show: self.no_show,
            cancelled: self.cancelled,
            transferred: self.transferred,
            guidance: self.guidance,
        }
    }

    /// Today's cases of one procedure; zeros when none was done.
    pub(super) fn procedure(&self, setup: &Setup, code: ProcedureCode) -> Option<ProcedureSummary> {
        let procedure = setup.procedure(code)?;
        let nothing = Done::default();
        let done = self.procedures.get(&code).unwrap_or(&nothing);
        Some(ProcedureSummary {
            code: code.to_string(),
            name: row::text(&procedure.name),
            variant: row::text(&procedure.variant),
            target_min: procedure.target_min,
            count: done.count,
            measured_count: done.handling.count(),
            mean_ms: done.handling.mean_ms(),
            median_ms: done.handling.percentile_ms(50),
            p90_ms: done.handling.percentile_ms(90),
            within_count: done.within_count,
        })
    }

    /// Every procedure of which something was done today, in the order of the catalogue.
    pub(super) fn procedures(&self, setup: &Setup) -> Vec<ProcedureSummary> {
        let done = |code: &ProcedureCode| self.procedures.get(code).is_some_and(|d| d.count > 0);
        let codes = setup.procedures.iter().map(|procedure| procedure.code);
        codes.filter(done).filter_map(|code| self.procedure(setup, code)).collect()
    }
}

/// The procedure a completion is measured for: the first that is none's part.
pub(super) fn measured(setup: &Setup, procedures: &[ProcedureCode]) -> Option<ProcedureCode> {
    let whole = |code: &&ProcedureCode| {
        let found = setup.procedure(**code);
        found.is_some_and(|procedure| procedure.kind != ProcedureKind::SubProcedure)
    };
    procedures.iter().find(whole).or(procedures.first()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let mut durations = Durations::default();
        for ms in [50, 10, 40, 20, 30, 60, 90, 70, 100, 80] {
            durations.add(ms);
        }
        assert_eq!(durations.percentile_ms(50), Some(50));
        assert_eq!(durations.percentile_ms(90), Some(90));
        assert_eq!(durations.mean_ms(), Some(55));
        durations.remove(100);
        assert_eq!(durations.percentile_ms(90), Some(90));
        assert_eq!(durations.mean_ms(), Some(50));
    }

    #[test]
    fn nothing_has_no_percentile() {
        assert_eq!(Durations::default().percentile_ms(50), None);
        assert_eq!(Durations::default().mean_ms(), None);
    }
}

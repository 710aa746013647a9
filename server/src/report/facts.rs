//! What a report needs of one finished day, taken from the office before it forgets its tickets.
//!
//! The durations are the domain's own ([`statistics`]), so a report can never disagree with what
//! the counter showed.

use std::collections::BTreeMap;

use domain::event::{Event, StepKind};
use domain::id::ProcedureCode;
use domain::office::Office;
use domain::setup::Setup;
use domain::statistics;
use domain::ticket::{Ticket, TicketState, Times};
use domain::time::{Date, MINUTE_MS, Timestamp};
use serde::{Deserialize, Serialize};

use super::FROM_ABROAD;

/// One day in numbers. Keys are those of the setup; durations are milliseconds.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct DayFacts {
    /// Counts.
    pub(crate) totals: Totals,
    /// Cases done, by procedure: completions, tags, batches.
    pub(crate) cases: BTreeMap<String, u32>,
    /// Visits of foreign residents to row 2's windows.
    pub(crate) foreign: u32,
    /// The wait limit of the day.
    pub(crate) wait_limit_ms: u32,
    /// Waits that ended in a call, by queue.
    pub(crate) waits: BTreeMap<String, Vec<u32>>,
    /// Completed visits whose times can be trusted, by the first procedure of their completion.
    pub(crate) visits: BTreeMap<String, Vec<VisitFact>>,
}

/// The counts of one day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Totals {
    pub(crate) issued: u32,
    pub(crate) completed: u32,
    pub(crate) no_show: u32,
    pub(crate) cancelled: u32,
    pub(crate) transferred: u32,
    pub(crate) guidance: u32,
    pub(crate) inaccurate: u32,
}

impl Totals {
    /// Adds another day's counts.
    pub(crate) fn add(&mut self, other: &Totals) {
        self.issued += other.issued;
        self.completed += other.completed;
        self.no_show += other.no_show;
        self.cancelled += other.cancelled;
        self.transferred += other.transferred;
        self.guidance += other.guidance;
        self.inaccurate += other.inaccurate;
    }
}

/// The durations of one completed visit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct VisitFact {
    pub(crate) handling_ms: u32,
    pub(crate) service_ms: u32,
    pub(crate) stay_ms: u32,
    /// The target of what was done, 0 when it has none.
    pub(crate) target_min: u16,
}

impl VisitFact {
    /// Whether it was handled within its target; `None` when it has none.
    pub(crate) fn is_within(&self) -> Option<bool> {
        let target_ms = i64::from(self.target_min) * MINUTE_MS;
        (target_ms > 0).then(|| i64::from(self.handling_ms) <= target_ms)
    }
}

/// What of the day is counted as it happens, because no ticket remembers it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Tally {
    transferred: u32,
    guidance: u32,
    cases: BTreeMap<String, u32>,
}

impl Tally {
    /// Counts an event that is about to be applied to `office`.
    pub(crate) fn count(&mut self, office: &Office, event: &Event) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "tickets remember everything else")]
        match event {
            Event::GuidanceRecorded { .. } => self.guidance += 1,
            Event::TicketTransferred { .. } => self.transferred += 1,
            Event::StepUndone { step: StepKind::Transfer, .. } => {
                self.transferred = self.transferred.saturating_sub(1);
            }
            Event::TagReturned { procedures, .. } => {
                for code in procedures {
                    *self.cases.entry(code.to_string()).or_insert(0) += 1;
                }
            }
            Event::BatchDelivered { batch, returned } => {
                if let Some(batch) = office.batch(*batch) {
                    let done = u32::from(batch.count.saturating_sub(*returned));
                    *self.cases.entry(batch.procedure.to_string()).or_insert(0) += done;
                }
            }
            _ => {}
        }
    }
}

impl DayFacts {
    /// The open day of `office`, its tickets as they are.
    pub(crate) fn of(office: &Office, date: Date, tally: &Tally) -> DayFacts {
        let mut facts = DayFacts { cases: tally.cases.clone(), ..DayFacts::default() };
        facts.totals.transferred = tally.transferred;
        facts.totals.guidance = tally.guidance;
        let Some(setup) = office.setup() else { return facts };
        facts.wait_limit_ms = narrow(setup.calendar.wait_limit_ms(date));
        for ticket in office.tickets() {
            facts.add(setup, ticket, office.last_at());
        }
        facts
    }

    fn add(&mut self, setup: &Setup, ticket: &Ticket, until: Timestamp) {
        self.totals.issued += 1;
        match ticket.state {
            TicketState::Completed => self.totals.completed += 1,
            TicketState::NoShow => self.totals.no_show += 1,
            TicketState::Cancelled { .. } => self.totals.cancelled += 1,
            TicketState::Waiting
            | TicketState::Called { .. }
            | TicketState::Serving { .. }
            | TicketState::OnHold { .. } => {}
        }
        let is_completed = ticket.state == TicketState::Completed;
        if is_completed {
            for code in &ticket.procedures {
                *self.cases.entry(code.to_string()).or_insert(0) += 1;
            }
            self.foreign += u32::from(is_foreign(setup, ticket));
        }
        if ticket.times == Times::Inaccurate {
            self.totals.inaccurate += u32::from(is_completed);
            return;
        }
        for wait in statistics::waits(ticket) {
            self.waits.entry(wait.queue.to_string()).or_default().push(narrow(wait.ms()));
        }
        if let (true, Some(first)) = (is_completed, ticket.procedures.first()) {
            let durations = statistics::durations(ticket, until);
            let visit = VisitFact {
                handling_ms: narrow(durations.handling_ms),
                service_ms: narrow(durations.service_ms),
                stay_ms: narrow(durations.stay_ms),
                target_min: statistics::target_min(setup, &ticket.procedures).unwrap_or(0),
            };
            self.visits.entry(first.to_string()).or_default().push(visit);
        }
    }
}

/// Whether a completed ticket counts among row 2's foreign residents: it ended as 2-2, or as
/// another procedure of that row in a language other than Japanese.
fn is_foreign(setup: &Setup, ticket: &Ticket) -> bool {
    let row = |code: ProcedureCode| setup.procedure(code).map(|procedure| procedure.row.as_str());
    let Some(abroad) = ProcedureCode::new(FROM_ABROAD) else { return false };
    let Some(enrolment) = row(abroad) else { return false };
    let japanese = ticket.language.spoken() == domain::language::Language::Japanese;
    let counts =
        |code: &ProcedureCode| *code == abroad || (!japanese && row(*code) == Some(enrolment));
    ticket.procedures.iter().any(counts)
}

/// Durations of one day fit 32 bits: 49 days in milliseconds.
fn narrow(ms: i64) -> u32 {
    u32::try_from(ms).unwrap_or(u32::MAX)
}

//! THE definitions of every duration: pure folds over a ticket's periods.
//!
//! | duration | from → to | is |
//! |---|---|---|
//! | **wait** | queued → called, every time | Σ `Waiting` |
//! | **walk** | called → started, returned or held | Σ `Called` |
//! | **service** | started → 窓口終了, completed, held or sent on | Σ `Serving` |
//! | **handling** | call → completion, less the waits of transfers and returns | Σ all but `Waiting` |
//! | **stay** | issued → final state | Σ all |
//!
//! The wait limit is compared with single waits ([`waits`]), a procedure's target with
//! handling; stay is shown beside it. Never one for another.

use alloc::vec::Vec;

use crate::id::{ProcedureCode, QueueId};
use crate::procedure::ProcedureKind;
use crate::setup::Setup;
use crate::ticket::{Period, PeriodKind, Ticket};
use crate::time::Timestamp;

/// The durations of one ticket, in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Durations {
    /// Σ waiting periods.
    pub wait_ms: i64,
    /// Σ called periods.
    pub walk_ms: i64,
    /// Σ serving periods, the resident at the counter.
    pub service_ms: i64,
    /// Σ every period but waiting ones: called, serving, after 窓口終了, on hold.
    pub handling_ms: i64,
    /// From issue to the final state.
    pub stay_ms: i64,
}

/// One wait that ended in a call: what the wait limit is compared with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wait {
    /// The queue waited in.
    pub queue: QueueId,
    /// When the wait began.
    pub from: Timestamp,
    /// When the call came.
    pub to: Timestamp,
}

impl Wait {
    /// How long it lasted, in milliseconds.
    pub fn ms(self) -> i64 {
        self.to.since_ms(self.from)
    }
}

/// The durations of a ticket; a period that still lasts counts up to `until`, which a final
/// ticket ignores.
///
/// # Panics
///
/// When `stay = wait + handling` does not hold: the periods have a gap (a defect).
pub fn durations(ticket: &Ticket, until: Timestamp) -> Durations {
    durations_of_periods(&ticket.periods, until)
}

/// As [`durations`], from the periods alone.
///
/// # Panics
///
/// As [`durations`].
pub fn durations_of_periods(periods: &[Period], until: Timestamp) -> Durations {
    let mut sums = Durations::default();
    for period in periods {
        let ms = period.to.unwrap_or(until).since_ms(period.from);
        match period.kind {
            PeriodKind::Waiting => sums.wait_ms += ms,
            PeriodKind::Called => sums.walk_ms += ms,
            PeriodKind::Serving => sums.service_ms += ms,
            PeriodKind::AfterCounter | PeriodKind::OnHold => {}
        }
        if period.kind != PeriodKind::Waiting {
            sums.handling_ms += ms;
        }
    }
    if let (Some(first), Some(last)) = (periods.first(), periods.last()) {
        sums.stay_ms = last.to.unwrap_or(until.max(last.from)).since_ms(first.from);
    }
    assert_eq!(
        sums.stay_ms,
        sums.wait_ms + sums.handling_ms,
        "a ticket's periods must follow each other without gaps: {periods:?}"
    );
    sums
}

/// The waits of a ticket that ended in a call, oldest first; a wait that ended in a cancellation
/// is none, nobody was called.
pub fn waits(ticket: &Ticket) -> Vec<Wait> {
    let pairs = ticket.periods.iter().zip(ticket.periods.iter().skip(1));
    pairs
        .filter(|(wait, next)| wait.kind == PeriodKind::Waiting && next.kind == PeriodKind::Called)
        .map(|(wait, next)| Wait { queue: wait.queue, from: wait.from, to: next.from })
        .collect()
}

/// The target of a completion in minutes: the sum over its procedures, sub-procedures excluded
/// because their time lies within the others'; `None` when none of them has a target.
pub fn target_min(setup: &Setup, procedures: &[ProcedureCode]) -> Option<u16> {
    let counted = procedures
        .iter()
        .filter_map(|code| setup.procedure(*code))
        .filter(|procedure| procedure.kind != ProcedureKind::SubProcedure)
        .filter_map(|procedure| procedure.target_min);
    counted.fold(None, |sum: Option<u16>, target| Some(sum.unwrap_or(0).saturating_add(target)))
}

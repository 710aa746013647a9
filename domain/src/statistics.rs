//! THE definitions of every duration: pure folds over a ticket's periods.
//!
//! | duration | from → to | is |
//! |---|---|---|
//! | **wait** | queued → called, every time | Σ `Waiting` |
//! | **walk** | called → started, returned or held | Σ `Called` |
//! | **service** | started → 窓口終了, completed, held or sent on | Σ `Serving` |
//! | **handling** | call → completion, less waits in between | Σ all but `Waiting` |
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

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::command::{Command, ConfirmStep};
    use crate::sample::{Hall, code, counter, queue, setup};
    use crate::ticket::HoldReason;
    use crate::time::MINUTE_MS;

    fn minutes(durations: Durations) -> [i64; 5] {
        let Durations { wait_ms, walk_ms, service_ms, handling_ms, stay_ms } = durations;
        [wait_ms, walk_ms, service_ms, handling_ms, stay_ms].map(|ms| ms / MINUTE_MS)
    }

    #[test]
    fn r_95_a_visit_across_a_transfer_keeps_wait_walk_service_handling_and_stay_apart() {
        let mut hall = Hall::opened(setup());
        hall.open_counter("1", &[]);
        hall.open_counter("5", &[]);
        let id = hall.issue("enrol");
        hall.passes(7);
        hall.call_next("1");
        hall.passes(1);
        hall.start("1");
        hall.passes(10);
        hall.does(Command::Transfer { counter: counter("1"), to: queue("arrears") });
        hall.passes(4);
        hall.does(Command::ConfirmTransfer { ticket: id, step: ConfirmStep::Arrival });
        hall.does(Command::ConfirmTransfer { ticket: id, step: ConfirmStep::SeenByEye });
        hall.call_next("5");
        hall.passes(2);
        hall.start("5");
        hall.passes(3);
        hall.does(Command::Hold { counter: counter("5"), reason: HoldReason::FillingForm });
        hall.passes(5);
        hall.does(Command::Resume { counter: counter("5"), ticket: id });
        hall.passes(6);
        hall.does(Command::EndService { counter: counter("5") });
        hall.passes(8);
        let running = durations(hall.ticket(id), hall.now.at);
        hall.complete("5", &["2"]);
        let ended = durations(hall.ticket(id), hall.now.at.plus_ms(MINUTE_MS));
        assert_eq!(running, ended, "a final ticket ignores until when");
        assert_eq!(minutes(ended), [7 + 4, 1 + 2, 10 + 3 + 6, 3 + 19 + 5 + 8, 46]);
        let waits: Vec<(QueueId, i64)> =
            waits(hall.ticket(id)).iter().map(|it| (it.queue, it.ms() / MINUTE_MS)).collect();
        assert_eq!(waits, [(queue("enrol"), 7), (queue("arrears"), 4)]);
    }

    #[test]
    fn a_wait_that_ends_in_a_cancellation_was_no_wait_until_a_call() {
        let mut hall = Hall::opened(setup());
        let id = hall.issue("enrol");
        hall.passes(9);
        let reason = crate::ticket::CancelReason::Withdrawn;
        hall.does(Command::CancelTicket { ticket: id, reason });
        assert_eq!(waits(hall.ticket(id)), []);
        assert_eq!(minutes(durations(hall.ticket(id), hall.now.at)), [9, 0, 0, 0, 9]);
    }

    #[test]
    fn r_96_chained_targets_add_up_and_sub_procedures_lie_within_them() {
        let setup = setup();
        let target = |codes: &[&str]| {
            let codes: Vec<ProcedureCode> = codes.iter().map(|text| code(text)).collect();
            target_min(&setup, &codes)
        };
        assert_eq!(target(&["2", "15"]), Some(30));
        assert_eq!(target(&["2", "9"]), Some(20));
        assert_eq!(target(&["9"]), None);
    }
}

//! What floor guidance must see at once: the conditions of R-11…R-16, as a pure function.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::calendar::Lingering;
use crate::id::{CounterId, QueueId, TicketId};
use crate::language::Language;
use crate::office::{Day, Office, OpenCounter};
use crate::selection;
use crate::setup::{Queue, Setup};
use crate::ticket::{Paper, TicketState, TransferStage};
use crate::time::{Now, Timestamp};

/// A condition that somebody should act on. It holds as long as the state has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Alert {
    /// people wait in a queue and no open, attended counter serves it. A counter whose
    /// operator is at the register counts as attended.
    Unattended {
        /// The queue.
        queue: QueueId,
        /// How many wait.
        waiting: u16,
    },
    /// past closing time, where lingering is not allowed, tickets are still open.
    Lingering {
        /// They, by id.
        tickets: Vec<TicketId>,
    },
    /// the longest wait of a queue nears or exceeds the limit.
    WaitLong {
        /// The queue.
        queue: QueueId,
        /// Who has waited longest in it.
        ticket: TicketId,
        /// For how long.
        waited_ms: i64,
        /// The limit of the day.
        limit_ms: i64,
        /// How bad it is.
        level: WaitLevel,
    },
    /// people wait whose language nobody on duty speaks.
    LanguageUnattended {
        /// The spoken language.
        language: Language,
        /// They, by id.
        tickets: Vec<TicketId>,
    },
    /// a transfer whose arrival or check by eye is still open.
    TransferUnconfirmed {
        /// The ticket.
        ticket: TicketId,
        /// How far it has come.
        stage: TransferStage,
        /// Who has to confirm.
        from: CounterId,
    },
    /// A ticket whose paper did not surely come out: staff decide.
    PaperDoubtful {
        /// The ticket.
        ticket: TicketId,
        /// [`Paper::Unknown`] or [`Paper::Failed`].
        paper: Paper,
    },
}

/// How near a wait is to its limit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum WaitLevel {
    /// At 80 % of the limit or more.
    Warn,
    /// Over the limit.
    Over,
}

/// A wait is warned of from this share of its limit on, in percent: early enough to open another
/// counter before it is exceeded.
const WARN_PERCENT: i64 = 80;

/// Every condition that holds at `now`, in a fixed order: by kind as listed in [`Alert`], then by
/// queue in the setup's order, language or ticket. None while no day is open.
///
/// R-12 (somebody stuck at the kiosk) is not among them: only the kiosk knows.
pub fn alerts(office: &Office, now: Now) -> Vec<Alert> {
    let (Some(setup), Some(day)) = (office.setup(), office.day()) else {
        return Vec::new();
    };
    let mut alerts = Vec::new();
    alerts.extend(setup.queues.iter().filter_map(|queue| unattended(office, setup, queue)));
    alerts.extend(lingering(office, setup, day, now));
    let limit_ms = setup.calendar.wait_limit_ms(day.date);
    let longest = |queue: &Queue| longest_wait(office, queue, limit_ms, now.at);
    alerts.extend(setup.queues.iter().filter_map(longest));
    alerts.extend(languages_unattended(office));
    alerts.extend(office.tickets().filter_map(|ticket| {
        let stage = ticket.transfer?;
        let (TransferStage::Sent { from } | TransferStage::Arrived { from }) = stage;
        Some(Alert::TransferUnconfirmed { ticket: ticket.id, stage, from })
    }));
    alerts.extend(office.tickets().filter_map(|ticket| match ticket.paper {
        Paper::Unknown | Paper::Failed if !ticket.state.is_final() => {
            Some(Alert::PaperDoubtful { ticket: ticket.id, paper: ticket.paper })
        }
        Paper::None | Paper::Pending | Paper::Printed | Paper::Unknown | Paper::Failed => None,
    }));
    alerts
}

fn unattended(office: &Office, setup: &Setup, queue: &Queue) -> Option<Alert> {
    let waiting = office.waiting_count(queue.id);
    let attends = |open: &OpenCounter| {
        selection::is_attended(open) && selection::serves(office, setup, open, queue)
    };
    (waiting > 0 && !office.counters().any(attends)).then(|| Alert::Unattended {
        queue: queue.id,
        waiting: u16::try_from(waiting).unwrap_or(u16::MAX),
    })
}

/// Past the day's closing time, busy months and later closing days apart.
fn lingering(office: &Office, setup: &Setup, day: Day, now: Now) -> Option<Alert> {
    let calendar = &setup.calendar;
    let is_past = match calendar.hours(day.date) {
        _ if day.date < now.date => true,
        Some(hours) => {
            let is_expected = hours.lingering == Lingering::Allowed || calendar.is_busy(day.date);
            hours.close <= now.time && !is_expected
        }
        None => false,
    };
    let open = office.tickets().filter(|ticket| !ticket.state.is_final());
    let tickets: Vec<TicketId> = open.map(|ticket| ticket.id).collect();
    (is_past && !tickets.is_empty()).then_some(Alert::Lingering { tickets })
}

fn longest_wait(office: &Office, queue: &Queue, limit_ms: i64, at: Timestamp) -> Option<Alert> {
    let waiting = office.waiting(queue.id);
    let waits = waiting.into_iter().filter_map(|ticket| {
        let since = ticket.periods.last()?.from;
        Some((at.since_ms(since), Reverse(ticket.id)))
    });
    let (waited_ms, Reverse(ticket)) = waits.max()?;
    let level = if waited_ms > limit_ms {
        WaitLevel::Over
    } else if waited_ms * 100 >= limit_ms * WARN_PERCENT {
        WaitLevel::Warn
    } else {
        return None;
    };
    Some(Alert::WaitLong { queue: queue.id, ticket, waited_ms, limit_ms, level })
}

fn languages_unattended(office: &Office) -> Vec<Alert> {
    let mut waiting: BTreeMap<Language, Vec<TicketId>> = BTreeMap::new();
    for ticket in office.tickets().filter(|ticket| ticket.state == TicketState::Waiting) {
        waiting.entry(ticket.language.spoken()).or_default().push(ticket.id);
    }
    let on_duty = |language: Language| {
        let speaks =
            |open: &OpenCounter| selection::is_attended(open) && selection::speaks(open, language);
        language == Language::Japanese || office.counters().any(speaks)
    };
    waiting
        .into_iter()
        .filter(|(language, _)| !on_duty(*language))
        .map(|(language, tickets)| Alert::LanguageUnattended { language, tickets })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{AwayReason, Command};
    use crate::sample::{Hall, counter, date, queue, setup, time};
    use crate::ticket::Class;

    fn hall() -> Hall {
        Hall::opened(setup())
    }

    fn alerts_of(hall: &Hall) -> Vec<Alert> {
        alerts(&hall.office, hall.now)
    }

    #[test]
    fn r_11_nobody_at_a_counter_while_somebody_waits_and_the_register_is_no_absence() {
        let mut hall = hall();
        assert_eq!(alerts_of(&hall), []);
        hall.issue("enrol");
        let unattended = [Alert::Unattended { queue: queue("enrol"), waiting: 1 }];
        assert_eq!(alerts_of(&hall), unattended);
        hall.open_counter("1", &[]);
        assert_eq!(alerts_of(&hall), []);
        let pause = |reason| Command::PauseCounter { counter: counter("1"), reason };
        hall.does(pause(AwayReason::Register));
        assert_eq!(alerts_of(&hall), [], "R-116");
        hall.does(pause(AwayReason::Break));
        assert_eq!(alerts_of(&hall), unattended);
    }

    #[test]
    fn r_13_tickets_past_closing_time_are_an_alert_except_on_tuesdays_and_in_busy_months() {
        let mut hall = hall();
        hall.open_counter("1", &[]);
        let ticket = hall.issue("enrol");
        hall.now.time = time(17, 29);
        assert_eq!(alerts_of(&hall), []);
        hall.now.time = time(17, 30);
        assert_eq!(alerts_of(&hall), [Alert::Lingering { tickets: [ticket].into() }]);

        let mut setup = setup();
        setup.calendar.busy_months = [11].into();
        hall.does(Command::AdoptSetup { setup: setup.into() });
        assert_eq!(alerts_of(&hall), [], "R-02: busy times");
        hall.now.date = date(2026, 11, 12);
        assert_eq!(alerts_of(&hall).len(), 1, "past midnight it is an alert in any case");
    }

    #[test]
    fn r_14_a_wait_is_warned_of_at_four_fifths_of_the_limit_and_again_beyond_it() {
        let mut hall = hall();
        hall.open_counter("1", &[]);
        let ticket = hall.issue("enrol");
        hall.passes(23);
        assert_eq!(alerts_of(&hall), []);
        let long = |minutes: i64, level| Alert::WaitLong {
            queue: queue("enrol"),
            ticket,
            waited_ms: minutes * 60_000,
            limit_ms: 30 * 60_000,
            level,
        };
        hall.passes(1);
        assert_eq!(alerts_of(&hall), [long(24, WaitLevel::Warn)]);
        hall.passes(6);
        assert_eq!(alerts_of(&hall), [long(30, WaitLevel::Warn)], "the limit itself is kept");
        hall.passes(1);
        assert_eq!(alerts_of(&hall), [long(31, WaitLevel::Over)]);
    }

    #[test]
    fn r_15_a_language_nobody_on_duty_speaks_is_an_alert() {
        let mut hall = hall();
        hall.open_counter("1", &[Language::English]);
        let ticket = hall.issue_as("enrol", Class::Ordinary, Language::Vietnamese);
        hall.issue_as("enrol", Class::Ordinary, Language::English);
        let language = Language::Vietnamese;
        let alert = Alert::LanguageUnattended { language, tickets: [ticket].into() };
        assert_eq!(alerts_of(&hall), [alert]);
        hall.open_counter("5", &[Language::Vietnamese]);
        assert_eq!(alerts_of(&hall), []);
    }

    #[test]
    fn r_56_an_unconfirmed_transfer_and_doubtful_paper_are_alerts() {
        let mut hall = hall();
        hall.open_counter("1", &[]);
        hall.open_counter("5", &[]);
        let ticket = hall.issue("enrol");
        hall.does(Command::ReportPaper { ticket, paper: Paper::Unknown });
        let doubtful = Alert::PaperDoubtful { ticket, paper: Paper::Unknown };
        assert_eq!(alerts_of(&hall), core::slice::from_ref(&doubtful));
        hall.call_next("1");
        hall.start("1");
        hall.does(Command::Transfer { counter: counter("1"), to: queue("arrears") });
        let from = counter("1");
        let stage = TransferStage::Sent { from };
        let unconfirmed = Alert::TransferUnconfirmed { ticket, stage, from };
        assert_eq!(alerts_of(&hall), [unconfirmed, doubtful]);
    }
}

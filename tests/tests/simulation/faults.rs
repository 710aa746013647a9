//! What goes wrong in the simulated office: faults of the world, and bugs planted on purpose.

use domain::rules::{LanguageCalls, TransferGate, TransferPlace};
use domain::setup::Setup;
use domain::time::MinuteOfDay;

use super::random::Random;

/// A fault of the world.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// The process dies before what was pending reached the disk.
    CrashBeforeAppend,
    /// The process dies after the sync and before anybody was told.
    CrashAfterAppend,
    /// The server's clock jumps, forwards or back, by so many milliseconds.
    ClockJump(i64),
}

impl Fault {
    /// Chooses whether something goes wrong at this step, and what.
    pub(crate) fn choose(random: &mut Random) -> Option<Fault> {
        match random.below(1_000) {
            0..8 => Some(Fault::CrashBeforeAppend),
            8..16 => Some(Fault::CrashAfterAppend),
            16..22 => Some(Fault::ClockJump(-random.between(1_000, 3_600_000))),
            22..25 => Some(Fault::ClockJump(random.between(60_000, 3_600_000))),
            25 => Some(Fault::ClockJump(random.between(3_600_000, 16 * 3_600_000))),
            26 => Some(Fault::ClockJump(-random.between(3_600_000, 26 * 3_600_000))),
            _ => None,
        }
    }
}

/// A bug planted in the system under test. Each must be found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Bug {
    /// A retried request is carried out again.
    ForgetsKeys,
    /// Keys are forgotten in a restart.
    ForgetsKeysAfterRestart,
    /// The answer leaves before the record is on disk.
    AnswersBeforeAppend,
    /// Screens hear of it before the record is on disk.
    TellsScreensBeforeAppend,
    /// Two presses that arrive together get each other's answers.
    AnswersTheWrongPress,
    /// The last record is forgotten in a restart.
    ForgetsTheLastRecord,
    /// Reports of paper are forgotten in a restart.
    ForgetsPaperAfterRestart,
    /// One number is given to two people.
    GivesOneNumberTwice,
    /// Two counters call one ticket.
    CallsOneTicketTwice,
    /// The last in line is called.
    CallsTheLast,
    /// An event is applied twice.
    AppliesRecallsTwice,
    /// A refused command changes something all the same.
    RefusalRecalls,
    /// The device's clock is believed.
    TrustsDeviceClock,
    /// The day is not closed by rule.
    ForgetsToClose,
    /// The slip says one more person ahead than there is.
    MiscountsAhead,
    /// One of the office's rules is taken for another.
    Mistakes(Rule),
}

/// A rule of the office that a bug can get wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rule {
    /// The head start of the priority class.
    PriorityHeadStart,
    /// The head start of appointments.
    AppointmentHeadStart,
    /// How many of the priority class are called in a row.
    PriorityRun,
    /// When waiting lifts somebody into the first tier.
    Ageing,
    /// What a language means for calling.
    Language,
    /// Where a transferred ticket stands.
    TransferPlace,
    /// What must be confirmed before a transferred ticket is called.
    TransferGate,
    /// How often a ticket goes to the back.
    Returns,
    /// How often a ticket is announced.
    Recalls,
    /// How long a step can be taken back.
    Undo,
    /// How long a bell waits.
    BellAnswer,
    /// How often a bell escalates.
    BellEscalation,
    /// How many procedures complete one ticket.
    Procedures,
    /// How long a ticket's life can be.
    Periods,
    /// How long a service is believed.
    ServiceTime,
    /// How old an offline ticket can be.
    OfflineAge,
    /// How many can wait in a queue.
    QueueRoom,
    /// The last number of a queue.
    LastNumber,
    /// Which counters may take a queue.
    CounterKinds,
    /// Until when kiosks issue.
    TicketsUntil,
    /// When the day is closed.
    DayEnd,
    /// How long before opening the day begins.
    DayLead,
}

impl Rule {
    /// Every rule that a bug can get wrong.
    const ALL: [Rule; 22] = [
        Rule::PriorityHeadStart,
        Rule::AppointmentHeadStart,
        Rule::PriorityRun,
        Rule::Ageing,
        Rule::Language,
        Rule::TransferPlace,
        Rule::TransferGate,
        Rule::Returns,
        Rule::Recalls,
        Rule::Undo,
        Rule::BellAnswer,
        Rule::BellEscalation,
        Rule::Procedures,
        Rule::Periods,
        Rule::ServiceTime,
        Rule::OfflineAge,
        Rule::QueueRoom,
        Rule::LastNumber,
        Rule::CounterKinds,
        Rule::TicketsUntil,
        Rule::DayEnd,
        Rule::DayLead,
    ];

    /// Gets the rule wrong, by a little.
    fn mistake(self, setup: &mut Setup) {
        let rules = &mut setup.rules;
        match self {
            Rule::PriorityHeadStart => rules.priority_head_start_min += 5,
            Rule::AppointmentHeadStart => rules.appointment_head_start_min += 5,
            Rule::PriorityRun => rules.priority_run_max += 1,
            Rule::Ageing => rules.ageing_min += 10,
            Rule::Language => {
                rules.language_calls = match rules.language_calls {
                    LanguageCalls::Ignore => LanguageCalls::Prefer,
                    LanguageCalls::Prefer | LanguageCalls::Require => LanguageCalls::Ignore,
                }
            }
            Rule::TransferPlace => {
                rules.transfer_place = match rules.transfer_place {
                    TransferPlace::Arrival => TransferPlace::Issue,
                    TransferPlace::Issue => TransferPlace::Arrival,
                }
            }
            Rule::TransferGate => {
                rules.transfer_gate = match rules.transfer_gate {
                    TransferGate::None => TransferGate::Arrival,
                    TransferGate::Arrival | TransferGate::Check => TransferGate::None,
                }
            }
            Rule::Returns => rules.return_max += 1,
            Rule::Recalls => rules.recall_max += 1,
            Rule::Undo => rules.undo_s += 30,
            Rule::BellAnswer => rules.bell_answer_s += 5,
            Rule::BellEscalation => rules.bell_escalation_max += 1,
            Rule::Procedures => rules.procedures_max += 1,
            Rule::Periods => rules.periods_max += 1,
            Rule::ServiceTime => rules.service_max_min += 2,
            Rule::OfflineAge => rules.offline_age_max_min += 10,
            Rule::QueueRoom => setup.queues[0].waiting_max += 1,
            Rule::LastNumber => setup.queues[0].numbers.last += 1,
            Rule::CounterKinds => setup.queues[2].counter_kinds.clear(),
            Rule::TicketsUntil | Rule::DayEnd | Rule::DayLead => self.mistake_hours(setup),
        }
    }

    fn mistake_hours(self, setup: &mut Setup) {
        let calendar = &mut setup.calendar;
        if self == Rule::DayLead {
            calendar.day_lead_min += 3;
        } else if self == Rule::DayEnd {
            calendar.day_end = MinuteOfDay::new(20, 3).unwrap();
        } else {
            for hours in calendar.weekly.iter_mut().flatten() {
                hours.tickets_until = hours.close;
            }
        }
    }
}

impl Bug {
    /// Every planted bug.
    pub(crate) fn all() -> Vec<Bug> {
        let mut all = Bug::PLAIN.to_vec();
        all.extend(Rule::ALL.map(Bug::Mistakes));
        all
    }

    /// The setup as the system under test understands it.
    pub(crate) fn understand(bug: Option<Bug>, setup: &Setup) -> Setup {
        let mut understood = setup.clone();
        if let Some(Bug::Mistakes(rule)) = bug {
            rule.mistake(&mut understood);
        }
        understood
    }

    const PLAIN: [Bug; 15] = [
        Bug::ForgetsKeys,
        Bug::ForgetsKeysAfterRestart,
        Bug::AnswersBeforeAppend,
        Bug::TellsScreensBeforeAppend,
        Bug::AnswersTheWrongPress,
        Bug::ForgetsTheLastRecord,
        Bug::ForgetsPaperAfterRestart,
        Bug::GivesOneNumberTwice,
        Bug::CallsOneTicketTwice,
        Bug::CallsTheLast,
        Bug::AppliesRecallsTwice,
        Bug::RefusalRecalls,
        Bug::TrustsDeviceClock,
        Bug::ForgetsToClose,
        Bug::MiscountsAhead,
    ];
}

//! What goes wrong in the simulated office: faults of the world, and bugs planted on purpose.

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
}

impl Bug {
    /// Every planted bug.
    pub(crate) const ALL: [Bug; 15] = [
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

//! Follows the log and tells what each finished day was.

use domain::event::Event;
use domain::office::Office;
use domain::setup::Setup;
use domain::time::{Date, Timestamp};

use super::facts::{DayFacts, Tally};
use crate::log::RecordRef;
use crate::record;

/// The office as it was after some record, and what its open day has counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Follower {
    office: Office,
    tally: Tally,
}

/// Something a record finished.
#[derive(Debug)]
pub(crate) enum Finding {
    /// A setup came into force.
    Setup(Box<Setup>),
    /// A day is over.
    Day(Date, DayFacts),
}

impl Follower {
    /// Goes on from an office between two days.
    pub(crate) fn resume(office: Office) -> Follower {
        Follower { office, tally: Tally::default() }
    }

    /// The office after the last record.
    pub(crate) fn office(&self) -> &Office {
        &self.office
    }

    /// Takes the next record.
    ///
    /// # Errors
    ///
    /// The record is no event that this program knows.
    pub(crate) fn advance(&mut self, record: &RecordRef<'_>) -> Result<Option<Finding>, String> {
        let event =
            record::decode(record.version, record.body).map_err(|error| error.to_string())?;
        self.tally.count(&self.office, &event);
        #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else finishes anything")]
        let finding = match &event {
            Event::SetupAdopted { setup } => Some(Finding::Setup(setup.clone())),
            Event::DayClosed { date } => {
                let tally = std::mem::take(&mut self.tally);
                Some(Finding::Day(*date, DayFacts::of(&self.office, *date, &tally)))
            }
            _ => None,
        };
        self.office.apply(Timestamp(record.at_ms), &event);
        Ok(finding)
    }

    /// The open day as far as it has come.
    pub(crate) fn open_day(&self) -> Option<(Date, DayFacts)> {
        let day = self.office.day()?;
        Some((day.date, DayFacts::of(&self.office, day.date, &self.tally)))
    }
}

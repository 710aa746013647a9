//! What is the matter with a printer, in words that its people can act on.

use serde::{Deserialize, Serialize};

/// Something a person should see to, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The device is not there: cable, power of the adapter, wrong path.
    Absent,
    /// The link is open but nothing answers: switched off, or not this printer.
    Silent,
    /// The printer reports an error that only service can mend.
    Fault,
    /// The cutter is jammed.
    CutterJam,
    /// The cover is open.
    CoverOpen,
    /// There is no paper.
    PaperEnd,
    /// The head is too hot; it recovers by itself.
    HeadHot,
    /// Offline for a reason it does not give, such as the feed button held down.
    Offline,
    /// The roll is nearly used up; printing goes on.
    PaperNearEnd,
}

impl Condition {
    /// Whether the printer can print in spite of it.
    #[must_use]
    pub fn allows_printing(self) -> bool {
        matches!(self, Condition::PaperNearEnd)
    }
}

/// The link to the printer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "link")]
pub enum LinkState {
    /// Not open yet, or gone; reopened by itself.
    Absent {
        /// What the system said.
        reason: String,
    },
    /// Open, but nothing has answered.
    Silent,
    /// Open and answering.
    Open,
}

/// Everything known about a printer at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrinterStatus {
    /// The link.
    pub link: LinkState,
    /// It says that it is offline.
    pub offline: bool,
    /// The cover is open.
    pub cover_open: bool,
    /// The roll is nearly used up.
    pub paper_near_end: bool,
    /// There is no paper.
    pub paper_end: bool,
    /// The cutter is jammed.
    pub cutter_jam: bool,
    /// A fault that it cannot recover from.
    pub fault: bool,
    /// A fault that it recovers from by itself, such as a hot head.
    pub head_hot: bool,
    /// Bytes received that belong to no answer; a steady rise means a bad cable or a wrong speed.
    pub noise_byte_count: u64,
    /// Jobs that wait or are under way.
    pub job_count: usize,
}

impl PrinterStatus {
    /// A printer that has not been reached yet.
    #[must_use]
    pub fn absent(reason: impl Into<String>) -> PrinterStatus {
        PrinterStatus {
            link: LinkState::Absent { reason: reason.into() },
            offline: false,
            cover_open: false,
            paper_near_end: false,
            paper_end: false,
            cutter_jam: false,
            fault: false,
            head_hot: false,
            noise_byte_count: 0,
            job_count: 0,
        }
    }

    /// Every condition that holds, most urgent first. While the link is down only that is known.
    #[must_use]
    pub fn conditions(&self) -> Vec<Condition> {
        match &self.link {
            LinkState::Absent { .. } => return vec![Condition::Absent],
            LinkState::Silent => return vec![Condition::Silent],
            LinkState::Open => {}
        }
        let explained =
            self.cover_open || self.paper_end || self.cutter_jam || self.fault || self.head_hot;
        let rows = [
            (self.fault, Condition::Fault),
            (self.cutter_jam, Condition::CutterJam),
            (self.cover_open, Condition::CoverOpen),
            (self.paper_end, Condition::PaperEnd),
            (self.head_hot, Condition::HeadHot),
            (self.offline && !explained, Condition::Offline),
            (self.paper_near_end && !self.paper_end, Condition::PaperNearEnd),
        ];
        rows.into_iter().filter_map(|(holds, condition)| holds.then_some(condition)).collect()
    }

    /// The most urgent condition that stops printing, if any.
    #[must_use]
    pub fn blocked_by(&self) -> Option<Condition> {
        self.conditions().into_iter().find(|condition| !condition.allows_printing())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_end_roll_prints_and_an_empty_one_does_not() {
        let open = PrinterStatus { link: LinkState::Open, ..PrinterStatus::absent("") };
        let near = PrinterStatus { paper_near_end: true, ..open.clone() };
        assert_eq!(near.conditions(), [Condition::PaperNearEnd]);
        assert_eq!(near.blocked_by(), None);
        let end = PrinterStatus { paper_end: true, offline: true, ..near };
        assert_eq!(end.conditions(), [Condition::PaperEnd]);
        assert_eq!(end.blocked_by(), Some(Condition::PaperEnd));
        let button = PrinterStatus { offline: true, ..open };
        assert_eq!(button.blocked_by(), Some(Condition::Offline));
    }

    #[test]
    fn an_absent_printer_reports_nothing_that_it_said_before() {
        let gone = PrinterStatus { paper_end: true, ..PrinterStatus::absent("no such file") };
        assert_eq!(gone.conditions(), [Condition::Absent]);
    }
}

//! A month of days with histograms in place of single durations: what ten-year reports read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::facts::{DayFacts, Totals};
use super::samples::Histogram;

/// One month, or a part of it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct MonthFacts {
    pub(crate) days: u32,
    pub(crate) totals: Totals,
    pub(crate) cases: BTreeMap<String, u32>,
    pub(crate) foreign: u32,
    pub(crate) waits: BTreeMap<String, WaitMonth>,
    pub(crate) visits: BTreeMap<String, VisitMonth>,
}

/// The waits of one queue.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct WaitMonth {
    pub(crate) wait: Histogram,
    pub(crate) within: u32,
}

/// The visits of one procedure.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct VisitMonth {
    pub(crate) handling: Histogram,
    pub(crate) service: Histogram,
    pub(crate) stay: Histogram,
    pub(crate) within: u32,
}

impl MonthFacts {
    /// Adds a day.
    pub(crate) fn add(&mut self, day: &DayFacts) {
        self.days += 1;
        self.totals.add(&day.totals);
        self.foreign += day.foreign;
        for (code, count) in &day.cases {
            *self.cases.entry(code.clone()).or_insert(0) += count;
        }
        for (queue, waits) in &day.waits {
            let month = self.waits.entry(queue.clone()).or_default();
            for ms in waits {
                month.wait.push(*ms);
                month.within += u32::from(*ms <= day.wait_limit_ms);
            }
        }
        for (code, visits) in &day.visits {
            let month = self.visits.entry(code.clone()).or_default();
            for visit in visits {
                month.handling.push(visit.handling_ms);
                month.service.push(visit.service_ms);
                month.stay.push(visit.stay_ms);
                month.within += u32::from(visit.is_within() == Some(true));
            }
        }
    }
}

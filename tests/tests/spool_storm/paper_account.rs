//! What the spool says against what came out of the printer.

use std::collections::BTreeMap;

use printer_driver::printer::{JobId, JobState, ProcessId};
use tests::machine::Sheet;

use super::desk::Slip;

/// Slips of which every line stands on paper, in the order in which they came out.
fn whole_slips(sheets: &[Sheet], slips: &[Slip]) -> Vec<Slip> {
    let mut whole = Vec::new();
    for sheet in sheets {
        let mut begun: Option<Slip> = None;
        for line in &sheet.lines {
            if let Some(slip) = slips.iter().find(|slip| slip.head() == *line) {
                begun = Some(*slip);
            } else if let Some(slip) = slips.iter().find(|slip| slip.foot() == *line) {
                if begun == Some(*slip) {
                    whole.push(*slip);
                }
                begun = None;
            }
        }
    }
    whole
}

/// The account of a storm, for people.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) printed: usize,
    pub(crate) unknown: usize,
    pub(crate) reprints: usize,
    pub(crate) doubled_with_mark: usize,
}

/// Compares them; panics with everything that does not agree.
pub(crate) fn audit(
    journal: &[(JobId, Slip, JobState)],
    sheets: &[Sheet],
    tickets: u64,
) -> Summary {
    let slips: Vec<Slip> = journal.iter().map(|(_, slip, _)| *slip).collect();
    let whole = whole_slips(sheets, &slips);
    let mut faults = Vec::new();
    let mut count: BTreeMap<(u64, u32), usize> = BTreeMap::new();
    for slip in &whole {
        *count.entry((slip.ticket, slip.copy)).or_default() += 1;
    }
    let mut summary = Summary::default();
    for (job, slip, state) in journal {
        let on_paper = count.get(&(slip.ticket, slip.copy)).copied().unwrap_or(0);
        if on_paper > 1 {
            faults.push(format!("{slip:?}, {job:?}, is on paper {on_paper} times: {state:?}"));
        }
        match state {
            JobState::Printed { .. } => {
                summary.printed += 1;
                if on_paper == 0 {
                    faults.push(format!("{slip:?}, {job:?}, counts as printed and is not"));
                }
            }
            JobState::Unknown { .. } => summary.unknown += 1,
            JobState::Queued
            | JobState::Sending
            | JobState::Sent
            | JobState::Held { .. }
            | JobState::Withdrawn => {
                faults.push(format!("{slip:?}, {job:?}, ends as {state:?}"));
            }
        }
        summary.reprints += usize::from(slip.copy > 0);
    }
    for ticket in 0..tickets {
        let copies = whole.iter().filter(|slip| slip.ticket == ticket).count();
        match copies {
            0 => faults.push(format!("ticket {ticket} is not on paper")),
            1 => {}
            _ => summary.doubled_with_mark += 1,
        }
    }
    in_order(&whole, journal, &mut faults);
    strangers(journal, sheets, &mut faults);
    if !faults.is_empty() {
        let count = faults.len();
        faults.truncate(12);
        panic!("{count} slips do not agree with their paper:\n{}", faults.join("\n"));
    }
    summary
}

/// Slips come out in the order in which they were asked for.
fn in_order(whole: &[Slip], journal: &[(JobId, Slip, JobState)], faults: &mut Vec<String>) {
    let number = |slip: &Slip| journal.iter().position(|(_, known, _)| known == slip);
    for pair in whole.windows(2) {
        if number(&pair[0]) > number(&pair[1]) {
            faults.push(format!("{:?} came out before {:?}", pair[0], pair[1]));
        }
    }
}

/// Every process ID on paper is one that was given, and stands there once.
fn strangers(journal: &[(JobId, Slip, JobState)], sheets: &[Sheet], faults: &mut Vec<String>) {
    let mut seen = BTreeMap::<[u8; 4], usize>::new();
    for id in sheets.iter().flat_map(|sheet| &sheet.ids) {
        *seen.entry(*id).or_default() += 1;
    }
    for (id, times) in seen {
        let known = journal.iter().any(|(job, _, _)| ProcessId::of(*job).bytes() == id);
        if !known || times > 1 {
            faults.push(format!("process ID {id:?} came {times} times, known: {known}"));
        }
    }
}

//! A ticket printer in the list of devices.

use std::sync::Arc;

use domain::language::Language;
use domain::setup::Text;
use kiosk::slip::Kind;
use kiosk::spool::{NewJob, Spooled, Subject};
use printer_driver::device::{Address, DeviceUrl};
use printer_driver::exchange::Exchange;
use printer_driver::printer::{Condition, JobId, JobState, LinkState, PrinterStatus, SentPart};
use protocol::device::{DeviceAction, DeviceKind, DeviceState, JobProgress, JobView, PaperLeft};

use super::registry::{Device, Doing, Facts, Look, NotDone};
use crate::clock::Clock;
use crate::config::{DeviceLine, OfficeFile};
use crate::printing::PrinterHandle;
use crate::slip;

/// Most slips of a printer that are told; more wait behind them.
const JOBS_MAX: usize = 50;

/// A printer.
#[derive(Debug)]
pub(super) struct PrinterDevice {
    handle: PrinterHandle,
    office: Arc<OfficeFile>,
    clock: Arc<Clock>,
    owner: String,
}

impl PrinterDevice {
    /// The printer of a kiosk that is called `name`.
    pub(super) fn new(
        handle: PrinterHandle,
        office: Arc<OfficeFile>,
        clock: Arc<Clock>,
        name: &Text,
    ) -> PrinterDevice {
        let owner = name.get(Language::Japanese).to_owned();
        PrinterDevice { handle, office, clock, owner }
    }

    /// What is always true of it.
    pub(super) fn facts<Id>(line: &DeviceLine<Id>, name: Text) -> Facts {
        let profile = line.url.parse::<DeviceUrl>().map(|url| url.profile).unwrap_or_default();
        Facts::of(DeviceKind::Printer, line, name, profile)
    }

    fn jobs(&self) -> Vec<JobView> {
        match self.handle.spool.open_jobs() {
            Ok(jobs) => jobs.iter().take(JOBS_MAX).map(job).collect(),
            Err(error) => {
                tracing::warn!(%error, "the print spool cannot be read");
                Vec::new()
            }
        }
    }

    fn paper(&self) -> Option<PaperLeft> {
        let paper = self.handle.paper().ok()?;
        let roll_mm = u64::from(self.office.devices.slips.roll_m) * 1_000;
        let percent = (paper.left_mm() * 100).checked_div(roll_mm)?.min(100);
        let percent = u8::try_from(percent).unwrap_or(100);
        Some(PaperLeft { slip_count: paper.slips_left()?, percent })
    }

    fn link(&self) -> slip::Link {
        let address = self.handle.printer.address();
        let bytes_per_second = match address {
            Address::Serial { .. } => Some(address.bytes_per_second()),
            Address::Tcp { .. }
            | Address::Usb { .. }
            | Address::File { .. }
            | Address::Virtual { .. } => None,
        };
        slip::Link { address: address.to_string(), bytes_per_second }
    }
}

impl Device for PrinterDevice {
    fn look(&self) -> Look {
        let status = self.handle.printer.status().borrow().clone();
        let PrinterStatus { link, noise_byte_count, job_count, .. } = &status;
        let mut states: Vec<DeviceState> = status.conditions().into_iter().map(state).collect();
        if states.is_empty() && *job_count > 0 {
            states.push(DeviceState::Working);
        }
        let reason = match link {
            LinkState::Absent { reason } => reason.clone(),
            LinkState::Silent | LinkState::Open => String::new(),
        };
        let jobs = if *job_count > 0 { self.jobs() } else { Vec::new() };
        Look {
            reason,
            queue_count: *job_count,
            paper: self.paper(),
            noise_count: *noise_byte_count,
            jobs,
            ..Look::new(states)
        }
    }

    fn exchanges(&self) -> Vec<Exchange> {
        self.handle.printer.exchanges().entries_now()
    }

    fn actions(&self) -> &'static [DeviceAction] {
        &[DeviceAction::Test, DeviceAction::NewRoll, DeviceAction::Withdraw]
    }

    /// Prints the test page. A printer that cannot print now is not given one, and one that waits
    /// already is not joined by another.
    fn test(self: Arc<Self>) -> Result<(), NotDone> {
        let status = self.handle.printer.status().borrow().clone();
        if status.blocked_by().is_some() {
            return Err(NotDone::Down);
        }
        if status.job_count > 0 {
            return Err(NotDone::Busy);
        }
        let link = self.link();
        let facts = slip::PrinterFacts {
            owner: &self.owner,
            profile: self.handle.printer.profile(),
            link: Some(&link),
            at: Some(self.clock.now()),
        };
        let failed = |error: &dyn std::fmt::Display| {
            tracing::error!(%error, "a test page cannot be printed");
            NotDone::Failed
        };
        let page = slip::test_page(&facts).to_slip();
        let page = slip::document(&page, self.office.slips.layout_of(Some(self.handle.kiosk)))
            .map_err(|error| failed(&error))?;
        let subject = Subject { kind: Kind::Test, number: 0 };
        let job = self.handle.add(NewJob::new(subject, page)).map_err(|error| failed(&error))?;
        tracing::info!(job = job.0, kiosk = %self.handle.kiosk, "a test page is queued");
        Ok(())
    }

    fn change_roll(&self) -> Result<(), NotDone> {
        self.handle.new_roll().map_err(|error| {
            tracing::error!(%error, "the new roll is not noted");
            NotDone::Failed
        })
    }

    fn withdraw(&self, job: u64) -> Doing<'_> {
        let printer = self.handle.printer.clone();
        Box::pin(async move {
            if printer.withdraw(JobId(job)).await { Ok(()) } else { Err(NotDone::UnknownJob) }
        })
    }
}

/// A condition of the driver in the words of the list.
pub(super) fn state(condition: Condition) -> DeviceState {
    match condition {
        Condition::Absent => DeviceState::Absent,
        Condition::Silent => DeviceState::Silent,
        Condition::Fault => DeviceState::Fault,
        Condition::CutterJam => DeviceState::CutterJam,
        Condition::CoverOpen => DeviceState::CoverOpen,
        Condition::PaperEnd => DeviceState::PaperEnd,
        Condition::HeadHot => DeviceState::HeadHot,
        Condition::Offline => DeviceState::Offline,
        Condition::PaperNearEnd => DeviceState::PaperNearEnd,
    }
}

fn job(spooled: &Spooled) -> JobView {
    let (progress, can_withdraw) = match spooled.state {
        JobState::Queued => (JobProgress::Queued, true),
        JobState::Sending => (JobProgress::Sending, false),
        JobState::Sent => (JobProgress::Sent, false),
        JobState::Held { sent, .. } => (JobProgress::Held, sent == SentPart::Nothing),
        JobState::Unknown { .. } | JobState::Printed { .. } => (JobProgress::Unknown, false),
        JobState::Withdrawn => (JobProgress::Failed, false),
    };
    JobView {
        job: Some(spooled.job.id.0),
        ticket: spooled.subject.about_ticket(),
        label: None,
        progress,
        can_withdraw,
    }
}

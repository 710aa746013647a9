//! What time and devices change without an event: the day's status, notices, alerts.

use std::collections::BTreeMap;

use domain::alert::{self, WaitLevel};
use domain::bell::RingState;
use domain::id::{BellId, TicketId};
use domain::office::Office;
use domain::setup::Setup;
use domain::ticket::{Origin, Paper, Ticket};
use domain::time::{MinuteOfDay, Now};
use protocol::view::{
    Alert, AlertKind, AlertLevel, BellCondition, DayStatus, Notice, PrinterCondition, PrinterView,
};

use super::row;

/// Most alerts that are told; more cannot be acted on, and the worst kinds come first.
const ALERTS_MAX: usize = 100;

/// The day as everybody may know it.
pub(super) fn day(office: &Office, setup: &Setup, now: Now) -> DayStatus {
    let hours = setup.calendar.hours(now.date);
    let issues = setup.calendar.issues_at(now.date, now.time);
    // A day that was closed by hand does not open again, whatever its hours say.
    let over = office.day().is_none() && office.last_day() >= Some(now.date);
    let next = match hours {
        Some(hours) if issues && !over => Some((now.date, hours.open)),
        Some(_) | None => {
            let end = MinuteOfDay::new(24, 0).filter(|_| over);
            setup.calendar.next_opening(now.date, end.unwrap_or(now.time))
        }
    };
    DayStatus {
        day: office.day().map(|day| day.date.to_string()),
        issuing: issues && office.day().is_some_and(|day| day.date == now.date),
        next_open: next.map(|(date, time)| format!("{date}T{time}")),
        open: hours.map(|hours| hours.open.to_string()),
        close: hours.map(|hours| hours.close.to_string()),
    }
}

/// Notices that hold at `now`.
pub(super) fn notices(setup: &Setup, now: Now) -> Vec<Notice> {
    let open = setup.calendar.hours(now.date).is_some();
    let holds = |notice: &&domain::calendar::TimedNotice| open && notice.from <= now.time;
    let notices = setup.calendar.notices.iter().filter(holds);
    notices
        .map(|notice| Notice {
            notice: notice.id.to_string(),
            queues: notice.queues.iter().map(ToString::to_string).collect(),
            text: row::text(&notice.text),
        })
        .collect()
}

/// An alert without its beginning: what tells it from others.
type Identity = (u8, u8, [Option<String>; 6]);

/// When each condition was first seen: the rules say that it holds, not since when.
#[derive(Clone, Debug, Default)]
pub(super) struct FirstSeen(BTreeMap<Identity, i64>);

impl FirstSeen {
    /// Everything that needs somebody at `now`, worst kinds first.
    pub(super) fn alerts<'a>(
        &mut self,
        office: &Office,
        printers: impl Iterator<Item = &'a PrinterView>,
        bells: &BTreeMap<BellId, BellCondition>,
        now: Now,
    ) -> Vec<Alert> {
        let mut alerts: Vec<Alert> =
            alert::alerts(office, now).iter().flat_map(|alert| of_rules(office, alert)).collect();
        alerts.extend(unanswered(office));
        alerts.extend(printers.filter_map(of_printer));
        alerts.extend(bells.iter().filter_map(|(bell, condition)| of_bell(*bell, *condition)));
        alerts.truncate(ALERTS_MAX);
        let before = std::mem::take(&mut self.0);
        for alert in &mut alerts {
            let identity = identity(alert);
            // What the state knows the beginning of already has it.
            if alert.since_ms == 0 {
                alert.since_ms = before.get(&identity).copied().unwrap_or(now.at.0);
            }
            self.0.insert(identity, alert.since_ms);
        }
        alerts
    }
}

fn identity(alert: &Alert) -> Identity {
    let Alert { alert: kind, level, since_ms: _, queue, counter, label, language, kiosk, bell } =
        alert;
    let parts = [queue, counter, label, language, kiosk, bell];
    (*kind as u8, *level as u8, parts.map(Clone::clone))
}

fn plain(alert: AlertKind, level: AlertLevel) -> Alert {
    Alert {
        alert,
        level,
        since_ms: 0,
        queue: None,
        counter: None,
        label: None,
        language: None,
        kiosk: None,
        bell: None,
    }
}

fn of_rules(office: &Office, condition: &alert::Alert) -> Vec<Alert> {
    let label = |ticket: TicketId| office.ticket(ticket).map(|ticket| ticket.label.to_string());
    match condition {
        alert::Alert::Unattended { queue, waiting: _ } => {
            let queue = Some(queue.to_string());
            vec![Alert { queue, ..plain(AlertKind::Unattended, AlertLevel::Over) }]
        }
        alert::Alert::Lingering { tickets } => tickets
            .iter()
            .map(|ticket| Alert {
                label: label(*ticket),
                ..plain(AlertKind::Lingering, AlertLevel::Over)
            })
            .collect(),
        alert::Alert::WaitLong { queue, ticket, level, waited_ms: _, limit_ms: _ } => {
            let level = match level {
                WaitLevel::Warn => AlertLevel::Near,
                WaitLevel::Over => AlertLevel::Over,
            };
            let queue = Some(queue.to_string());
            vec![Alert { queue, label: label(*ticket), ..plain(AlertKind::WaitLimit, level) }]
        }
        alert::Alert::LanguageUnattended { language, tickets } => vec![Alert {
            language: Some(language.tag().to_owned()),
            label: tickets.first().and_then(|ticket| label(*ticket)),
            ..plain(AlertKind::Language, AlertLevel::Over)
        }],
        alert::Alert::TransferUnconfirmed { ticket, stage: _, from } => vec![Alert {
            counter: Some(from.to_string()),
            label: label(*ticket),
            ..plain(AlertKind::TransferUnconfirmed, AlertLevel::Near)
        }],
        alert::Alert::PaperDoubtful { ticket, paper: _ } => vec![Alert {
            label: label(*ticket),
            kiosk: office.ticket(*ticket).and_then(kiosk_of),
            ..plain(AlertKind::Paper, AlertLevel::Over)
        }],
    }
}

/// The kiosk where a ticket's paper should have come out.
fn kiosk_of(ticket: &Ticket) -> Option<String> {
    match ticket.origin {
        Origin::Kiosk(kiosk) | Origin::Offline(kiosk) => Some(kiosk.to_string()),
        Origin::Floor | Origin::Linked(_) => None,
    }
}

/// How many slips nobody can vouch for, by kiosk: those that are alerts.
pub(super) fn doubtful_slips(office: &Office) -> BTreeMap<String, u16> {
    let mut counts = BTreeMap::new();
    let doubtful = |ticket: &&Ticket| {
        matches!(ticket.paper, Paper::Unknown | Paper::Failed) && !ticket.state.is_final()
    };
    for kiosk in office.tickets().filter(doubtful).filter_map(kiosk_of) {
        let count: &mut u16 = counts.entry(kiosk).or_default();
        *count = count.saturating_add(1);
    }
    counts
}

/// Rings that nobody answered in time.
fn unanswered(office: &Office) -> impl Iterator<Item = Alert> {
    let escalated =
        office.rings().filter(|ring| ring.state == RingState::Ringing && ring.escalation_count > 0);
    escalated.map(|ring| Alert {
        since_ms: ring.rung_at.0,
        ..plain(AlertKind::BellUnanswered, AlertLevel::Over)
    })
}

fn of_printer(printer: &PrinterView) -> Option<Alert> {
    let level = match printer.condition {
        PrinterCondition::Ready | PrinterCondition::None => return None,
        PrinterCondition::PaperLow | PrinterCondition::PaperNearEnd | PrinterCondition::HeadHot => {
            AlertLevel::Near
        }
        PrinterCondition::PaperEnd
        | PrinterCondition::CoverOpen
        | PrinterCondition::CutterJam
        | PrinterCondition::Offline
        | PrinterCondition::Silent
        | PrinterCondition::Absent => AlertLevel::Over,
    };
    let kiosk = Some(printer.kiosk.clone());
    Some(Alert { kiosk, ..plain(AlertKind::Printer, level) })
}

/// A bell that nobody hears; one without a device is how the office set it up.
fn of_bell(bell: BellId, condition: BellCondition) -> Option<Alert> {
    match condition {
        BellCondition::Ready | BellCondition::None => None,
        BellCondition::Absent | BellCondition::Silent => {
            let bell = Some(bell.to_string());
            Some(Alert { bell, ..plain(AlertKind::Bell, AlertLevel::Over) })
        }
    }
}

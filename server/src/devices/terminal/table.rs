//! Lists of devices for people, in the width of a terminal.

use std::fmt::Write;

use protocol::device::{
    DeviceDetail, DeviceKind, DeviceState, DeviceView, ExchangeDirection, ExchangeView,
    FoundDevice, FoundLink, FoundWarning, InputView, JobProgress, JobView,
};

/// Bytes of an exchange that a line of the list shows.
const HEX_BYTES_MAX: usize = 8;

/// What a kind of device is called.
pub(super) fn kind(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Printer => "printer",
        DeviceKind::Bell => "bell",
        DeviceKind::Panel => "panel",
        DeviceKind::Buttons => "button panel",
        DeviceKind::Scanner => "scanner",
    }
}

/// A state in words.
pub(super) fn state(state: DeviceState) -> &'static str {
    match state {
        DeviceState::Absent => "not connected",
        DeviceState::Silent => "no answer",
        DeviceState::Fault => "fault",
        DeviceState::Offline => "offline",
        DeviceState::Refusing => "refuses orders",
        DeviceState::CutterJam => "cutter jammed",
        DeviceState::CoverOpen => "cover open",
        DeviceState::PaperEnd => "no paper",
        DeviceState::HeadHot => "head too hot",
        DeviceState::PaperNearEnd => "paper low",
        DeviceState::Working => "at work",
        DeviceState::Ready => "ready",
    }
}

/// Every device, one a line.
pub(super) fn devices(devices: &[DeviceView], now_ms: i64) -> String {
    let mut rows = vec![["DEVICE", "STATE", "SINCE", "LAST EXCHANGE"].map(str::to_owned)];
    for device in devices {
        let mut states = vec![state(device.state)];
        states.extend(device.also.iter().map(|also| state(*also)));
        rows.push([
            device.device.clone(),
            states.join(", "),
            span(now_ms - device.since_ms),
            device.last.as_ref().map_or(String::new(), |last| exchange(last, HEX_BYTES_MAX)),
        ]);
    }
    aligned(&rows)
}

/// One device in full.
pub(super) fn detail(detail: &DeviceDetail, now_ms: i64) -> String {
    let DeviceDetail { device, exchanges } = detail;
    let mut text = format!("{} ({})\n", device.device, kind(device.kind));
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "  {name:<9}{value}");
        }
    };
    line("address", &device.address);
    line("driver", &device.driver);
    let since = span(now_ms - device.since_ms);
    line("state", &format!("{} for {since}", state(device.state)));
    for also in &device.also {
        line("", state(*also));
    }
    line("reason", &device.reason);
    if device.queue_count > 0 {
        line("waiting", &device.queue_count.to_string());
    }
    if let Some(paper) = device.paper {
        line("paper", &format!("about {} slips left ({} %)", paper.slip_count, paper.percent));
    }
    if device.noise_count > 0 {
        line("noise", &device.noise_count.to_string());
    }
    line("shows", device.shows.as_deref().unwrap_or_default());
    for input in &device.inputs {
        line("input", &self::input(input));
    }
    for job in &device.jobs {
        line("slip", &slip(job));
    }
    text.push_str("exchanges, newest last:\n");
    for one in exchanges {
        text.push_str("  ");
        text.push_str(&exchange(one, usize::MAX));
        text.push('\n');
    }
    text
}

/// What was found, with lines for the office file.
pub(super) fn found(found: &[FoundDevice]) -> String {
    if found.is_empty() {
        return "no serial adapter, USB printer or USB keyboard was found\n".to_owned();
    }
    let mut text = String::new();
    for one in found {
        let link = match one.link {
            FoundLink::Serial => "serial",
            FoundLink::UsbPrinter => "USB printer",
            FoundLink::Keyboard => "USB keyboard",
        };
        text.push_str(&format!("{} ({link}) {}\n", one.path, one.name));
        if one.path != one.node {
            text.push_str(&format!("  now {}\n", one.node));
        }
        if let Some(device) = &one.used_by {
            text.push_str(&format!("  in use as {device}\n"));
        }
        for warning in &one.warnings {
            text.push_str(&format!("  mind: {}\n", self::warning(*warning)));
        }
        for line in &one.proposals {
            let lines = line.text.replace('\n', "\n      ");
            text.push_str(&format!("  office file, [{}]:\n      {lines}\n", line.table));
        }
        if let Some(rule) = &one.udev_rule {
            text.push_str(&format!("  udev rule for a name of its own:\n      {rule}\n"));
        }
    }
    text
}

fn warning(warning: FoundWarning) -> &'static str {
    match warning {
        FoundWarning::NoSerialNumber => {
            "the adapter has no serial number: another of its kind would look the same"
        }
        FoundWarning::Alike => "another of its kind is plugged in: they differ by socket only",
        FoundWarning::NoStablePath => "its name may change when it is replugged: use the udev rule",
        FoundWarning::NotAllowed => {
            "not allowed to open it: the user must be in the group dialout, lp or input"
        }
    }
}

/// What came of a key or a code, with the ticket it was about.
fn input(input: &InputView) -> String {
    let what = [&input.input, &input.action].map(String::as_str);
    let what: Vec<&str> = what.into_iter().filter(|part| !part.is_empty()).collect();
    let came_of_it = match (&input.refusal, &input.label) {
        (None, None) => "done".to_owned(),
        (None, Some(label)) => label.clone(),
        (Some(code), None) => format!("refused, {code}"),
        (Some(code), Some(label)) => format!("refused, {code} ({label})"),
    };
    format!("{}: {came_of_it}", what.join(" -> "))
}

/// One slip that is not settled. What has left the queue has no number any more.
fn slip(job: &JobView) -> String {
    let number = job.job.map_or(String::new(), |number| format!("job {number}, "));
    let ticket = || job.ticket.map(|ticket| format!("ticket {ticket}"));
    let what = job.label.clone().or_else(ticket).unwrap_or_else(|| "test page".to_owned());
    format!("{number}{what}: {}", progress(job.progress))
}

/// Which jobs can be taken back, for whoever named another.
pub(super) fn jobs_to_withdraw(jobs: &[JobView]) -> String {
    let can = jobs.iter().filter(|job| job.can_withdraw && job.job.is_some());
    let can: Vec<String> = can.map(slip).collect();
    match can.as_slice() {
        [] => "there is no job that can be taken back".to_owned(),
        can => format!("there is {}", can.join("; ")),
    }
}

fn progress(progress: JobProgress) -> &'static str {
    match progress {
        JobProgress::Queued => "waits its turn",
        JobProgress::Sending => "is being sent",
        JobProgress::Sent => "is being proven",
        JobProgress::Held => "is held up",
        JobProgress::Unknown => "nobody knows whether it was printed",
        JobProgress::Failed => "was not printed",
    }
}

fn exchange(exchange: &ExchangeView, bytes_max: usize) -> String {
    let arrow = match exchange.direction {
        ExchangeDirection::Sent => "->",
        ExchangeDirection::Received => "<-",
    };
    let mut hex: Vec<&str> = exchange.hex.split(' ').take(bytes_max).collect();
    let shown = hex.len() as u64;
    if shown < exchange.byte_count {
        hex.push("…");
    }
    let mut text = format!("{arrow} {} {}", hex.join(" "), exchange.meaning);
    if !exchange.detail.is_empty() {
        text.push_str(&format!(" ({})", exchange.detail));
    }
    if exchange.count > 1 {
        text.push_str(&format!(" x{}", exchange.count));
    }
    text.push_str(&format!(", {} ago", span(exchange.ago_ms)));
    text
}

/// A span in its largest whole unit.
fn span(ms: i64) -> String {
    let s = ms.max(0) / 1_000;
    match s {
        0..60 => format!("{s} s"),
        60..3_600 => format!("{} min", s / 60),
        _ => format!("{} h", s / 3_600),
    }
}

/// Columns as wide as their widest cell, but the last.
fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            line.push_str(cell);
            if column + 1 < N {
                let widest = rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
                line.push_str(&" ".repeat(widest - cell.chars().count() + 2));
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let rows = [["a", "b", "c"].map(str::to_owned), ["printer", "", "x"].map(str::to_owned)];
        assert_eq!(aligned(&rows), "a        b  c\nprinter     x\n");
    }

    #[test]
    fn an_input_names_the_ticket_that_stood_in_its_way() {
        let busy = InputView {
            input: "1".to_owned(),
            action: "call-next".to_owned(),
            label: Some("A001".to_owned()),
            refusal: Some("counter_busy".to_owned()),
            at_ms: 0,
        };
        assert_eq!(input(&busy), "1 -> call-next: refused, counter_busy (A001)");
        let called = InputView { refusal: None, ..busy.clone() };
        assert_eq!(input(&called), "1 -> call-next: A001");
        let scanned = InputView { action: String::new(), ..busy };
        assert_eq!(input(&scanned), "1: refused, counter_busy (A001)");
    }

    #[test]
    fn a_slip_that_left_the_queue_is_named_by_its_ticket_alone() {
        let unknown = JobView {
            job: None,
            ticket: Some(7),
            label: Some("A007".to_owned()),
            progress: JobProgress::Unknown,
            can_withdraw: false,
        };
        let held = JobView {
            job: Some(12),
            progress: JobProgress::Held,
            can_withdraw: true,
            ..unknown.clone()
        };
        assert_eq!(slip(&unknown), "A007: nobody knows whether it was printed");
        assert_eq!(jobs_to_withdraw(&[unknown, held]), "there is job 12, A007: is held up");
        assert_eq!(jobs_to_withdraw(&[]), "there is no job that can be taken back");
    }

    #[test]
    fn a_long_exchange_is_cut_and_says_so() {
        let long = ExchangeView {
            direction: ExchangeDirection::Sent,
            hex: "1B 40 1C 2E".to_owned(),
            byte_count: 300,
            meaning: "job".to_owned(),
            detail: "job 7".to_owned(),
            count: 2,
            ago_ms: 61_000,
        };
        assert_eq!(exchange(&long, 2), "-> 1B 40 … job (job 7) x2, 1 min ago");
    }
}

//! Opens each device of an office file, asks how it is, and closes it again: before the first
//! start, or when the server is down and nobody knows why.

use std::process::ExitCode;

use printer_driver::bell::{Bell, BellStatus, BellTiming};
use printer_driver::button::{Buttons, InputStatus, InputTiming};
use printer_driver::device::{Address, BellUrl, ButtonUrl, DeviceUrl, PanelUrl, ScannerUrl};
use printer_driver::panel::{Panel, PanelStatus, PanelTiming};
use printer_driver::printer::{LinkState, NoJournal, Printer, PrinterOptions, PrinterStatus};
use printer_driver::scanner::Scanner;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::{Duration, timeout};

use super::{Trouble, table};
use crate::check::say;
use crate::config::OfficeFile;
use crate::devices::printer::state;
use crate::devices::{AddressError, address};

/// How long a device may take to be opened and to say how it is.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(6);

/// How one device was found.
#[derive(Debug, Serialize)]
struct Finding {
    device: String,
    address: String,
    is_well: bool,
    words: String,
}

/// Tries every device; 1 when one of them is not well.
pub(super) async fn check(office: &OfficeFile, as_json: bool) -> Result<ExitCode, Trouble> {
    let mut findings = Vec::new();
    for line in &office.devices.printers {
        let url: DeviceUrl = address(line).map_err(|error| Trouble::Office(error.to_string()))?;
        let (is_well, words) = if is_twin(&url.address) { twin() } else { printer(url).await };
        findings.push(finding(&line.path, &line.url, is_well, words));
    }
    let mut urls = Vec::new();
    for line in &office.devices.bells {
        let url: BellUrl = address(line).map_err(|error| Trouble::Office(error.to_string()))?;
        if is_twin(&url.address) {
            let (is_well, words) = twin();
            findings.push(finding(&line.path, &line.url, is_well, words));
        } else {
            urls.push((line, url));
        }
    }
    // Bells of one board share its line.
    let bells = Bell::spawn_all(urls.iter().map(|(_, url)| url.clone()).collect(), timing());
    let bells = bells.map_err(|error| Trouble::Office(error.to_string()))?;
    for ((line, _), bell) in urls.into_iter().zip(bells) {
        let (is_well, words) = self::bell(bell).await;
        findings.push(finding(&line.path, &line.url, is_well, words));
    }
    findings.extend(panels(office).await?);
    findings.extend(inputs(office).await?);
    let all_well = findings.iter().all(|finding| finding.is_well);
    let code = if as_json {
        let json = serde_json::to_string_pretty(&findings);
        say(&(json.map_err(|error| Trouble::Answer(error.to_string()))? + "\n"))
    } else {
        say(&text(&findings))
    };
    Ok(if all_well { code } else { ExitCode::FAILURE })
}

async fn panels(office: &OfficeFile) -> Result<Vec<Finding>, Trouble> {
    let mut findings = Vec::new();
    let mut urls = Vec::new();
    for line in &office.devices.panels {
        let url: PanelUrl = address(line).map_err(|error| Trouble::Office(error.to_string()))?;
        if is_twin(&url.address) {
            let (is_well, words) = twin();
            findings.push(finding(&line.path, &line.url, is_well, words));
        } else {
            urls.push((line, url));
        }
    }
    // Panels of one line share it.
    let opened = urls.iter().map(|(_, url)| url.clone()).collect();
    let panels = Panel::spawn_all(opened, PanelTiming::default());
    let panels = panels.map_err(|error| Trouble::Office(error.to_string()))?;
    for ((line, _), panel) in urls.into_iter().zip(panels) {
        let mut status = panel.status();
        let settled =
            |status: &PanelStatus| matches!(status, PanelStatus::Ready | PanelStatus::Silent);
        let (is_well, words) = match until(&mut status, settled).await {
            PanelStatus::Absent { reason } => (false, format!("not connected: {reason}")),
            PanelStatus::Silent => (false, "no answer".to_owned()),
            PanelStatus::Waiting | PanelStatus::Ready => (true, "ready, blanked".to_owned()),
        };
        panel.stop().await;
        findings.push(finding(&line.path, &line.url, is_well, words));
    }
    Ok(findings)
}

async fn inputs(office: &OfficeFile) -> Result<Vec<Finding>, Trouble> {
    let mut findings = Vec::new();
    let mistaken = |error: AddressError| Trouble::Office(error.to_string());
    for input in &office.devices.buttons {
        let line = &input.line;
        let url: ButtonUrl = address(line).map_err(mistaken)?;
        let (is_well, words) = if line.url.starts_with("virtual:") {
            twin()
        } else {
            let (buttons, _presses) = Buttons::spawn(url, InputTiming::default());
            let status = buttons.status();
            let found = input_status(status).await;
            buttons.stop().await;
            found
        };
        findings.push(finding(&line.path, &line.url, is_well, words));
    }
    for input in &office.devices.scanners {
        let line = &input.line;
        let url: ScannerUrl = address(line).map_err(mistaken)?;
        let (is_well, words) = if line.url.starts_with("virtual:") {
            twin()
        } else {
            let (scanner, _scans) = Scanner::spawn(url, InputTiming::default());
            let status = scanner.status();
            let found = input_status(status).await;
            scanner.stop().await;
            found
        };
        findings.push(finding(&line.path, &line.url, is_well, words));
    }
    Ok(findings)
}

async fn input_status(mut status: watch::Receiver<InputStatus>) -> (bool, String) {
    match until(&mut status, |status| *status == InputStatus::Ready).await {
        InputStatus::Absent { reason } => (false, format!("not connected: {reason}")),
        InputStatus::Ready => (true, "there; press or scan to see more".to_owned()),
    }
}

fn finding(path: &str, url: &str, is_well: bool, words: String) -> Finding {
    let device = path.strip_prefix("devices.").unwrap_or(path).to_owned();
    Finding { device, address: url.to_owned(), is_well, words }
}

fn text(findings: &[Finding]) -> String {
    let lines = findings.iter().map(|finding| {
        let Finding { device, address, is_well, words } = finding;
        let mark = if *is_well { "ok " } else { "BAD" };
        format!("{mark}  {device}  {words}\n     {address}\n")
    });
    lines.collect()
}

fn is_twin(address: &Address) -> bool {
    matches!(address, Address::Virtual { .. })
}

fn twin() -> (bool, String) {
    (true, "virtual: there when the server runs".to_owned())
}

async fn printer(url: DeviceUrl) -> (bool, String) {
    let printer = match Printer::spawn(PrinterOptions::new(url), NoJournal) {
        Ok(printer) => printer,
        Err(error) => return (false, error.to_string()),
    };
    let mut status = printer.status();
    let settled = |status: &PrinterStatus| match &status.link {
        LinkState::Open | LinkState::Silent => true,
        LinkState::Absent { .. } => false,
    };
    let status = until(&mut status, settled).await;
    printer.stop().await;
    match &status.link {
        LinkState::Absent { reason } => (false, format!("not connected: {reason}")),
        LinkState::Silent => {
            (false, "no answer: is it switched on, is the speed right?".to_owned())
        }
        LinkState::Open => {
            let conditions = status.conditions();
            let words: Vec<&str> =
                conditions.iter().map(|condition| table::state(state(*condition))).collect();
            let words = if words.is_empty() { "ready".to_owned() } else { words.join(", ") };
            (status.blocked_by().is_none(), words)
        }
    }
}

fn timing() -> BellTiming {
    BellTiming::default()
}

async fn bell(bell: Bell) -> (bool, String) {
    let mut status = bell.status();
    let settled = |status: &BellStatus| !matches!(status, BellStatus::Absent { .. });
    let status = until(&mut status, settled).await;
    bell.stop().await;
    match status {
        BellStatus::Absent { reason } => (false, format!("not connected: {reason}")),
        BellStatus::Silent => (false, "no answer".to_owned()),
        BellStatus::Refusing => (false, "refuses orders: is the channel right?".to_owned()),
        BellStatus::Ready | BellStatus::Ringing => (true, "ready".to_owned()),
    }
}

/// Waits until a device has settled, or has had its time; then says how it is.
async fn until<S: Clone>(status: &mut watch::Receiver<S>, settled: impl Fn(&S) -> bool) -> S {
    // Out of time, the last word counts.
    let _ = timeout(ANSWER_TIME_MAX, status.wait_for(|status| settled(status))).await;
    status.borrow().clone()
}

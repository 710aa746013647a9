//! A cable that is pulled: every small device is back within 5 s of its return, by itself, and
//! costs nothing meanwhile.

use crate::harness::{DEADLINE, Folder, until};
use printer_driver::bell::{Bell, BellStatus, BellTiming};
use printer_driver::button::Buttons;
use printer_driver::device::{BellUrl, ButtonUrl, PanelUrl, ScannerUrl};
use printer_driver::input::{InputStatus, InputTiming};
use printer_driver::line::LineCounts;
use printer_driver::panel::{Panel, PanelStatus, PanelTiming};
use printer_driver::scanner::Scanner;
use printer_driver::virtual_bell::{BellControl, VirtualBell};
use printer_driver::virtual_button::{ButtonControl, VirtualButtons};
use printer_driver::virtual_panel::{PanelControl, VirtualPanel};
use printer_driver::virtual_scanner::{ScannerControl, VirtualScanner};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Until the waits between two attempts have grown to their longest.
const ATTEMPT_COUNT: u64 = 5;

async fn is<S>(status: &mut watch::Receiver<S>, what: &str, holds: impl FnMut(&S) -> bool) {
    let waited = tokio::time::timeout(DEADLINE, status.wait_for(holds)).await;
    assert!(waited.is_ok(), "never {what}");
}

/// Pulls the cable for long, and looks at what the task does meanwhile and afterwards.
async fn is_back_in_time<S>(
    name: &str,
    mut status: watch::Receiver<S>,
    is_there: impl Fn(&S) -> bool,
    counts: LineCounts,
    plug: impl Fn(bool),
) {
    is(&mut status, name, &is_there).await;
    let before = counts.now();
    plug(false);
    is(&mut status, name, |status| !is_there(status)).await;
    let gone_at = Instant::now();
    until(name, || counts.now().attempts >= before.attempts + ATTEMPT_COUNT).await;
    let gone_for = gone_at.elapsed();
    assert!(gone_for >= Duration::from_secs(5), "{name}: {ATTEMPT_COUNT} tries in {gone_for:?}");
    let reads = counts.now().reads - before.reads;
    assert!(reads <= 2, "{name}: {reads} reads of a line that has gone");
    plug(true);
    let returned_at = Instant::now();
    is(&mut status, name, &is_there).await;
    let back_after = returned_at.elapsed();
    assert!(back_after < Duration::from_secs(5), "{name}: back after {back_after:?}");
    assert_eq!(counts.now().opened, before.opened + 1, "{name}");
}

#[tokio::test]
async fn every_device_is_back_within_5_s_of_its_return_and_never_spins() {
    let folder = Folder::new();
    let path = folder.path();
    let url: BellUrl = "virtual:relay?driver=lcus".parse().unwrap();
    let relay = VirtualBell::for_url(&url, path).await.unwrap().unwrap();
    let url: BellUrl = "virtual:tower?driver=patlite-nhl-pns".parse().unwrap();
    let tower = VirtualBell::for_url(&url, path).await.unwrap().unwrap();
    let url: PanelUrl = "virtual:panel".parse().unwrap();
    let panels = VirtualPanel::for_url(&url, path).await.unwrap().unwrap();
    let url: ButtonUrl = "virtual:buttons".parse().unwrap();
    let box_of_buttons = VirtualButtons::for_url(&url, path).await.unwrap().unwrap();
    let url: ScannerUrl = "virtual:scanner?kind=hid".parse().unwrap();
    let keyboard = VirtualScanner::for_url(&url, path).await.unwrap().unwrap();

    let bell = |twin: &VirtualBell| {
        let bell = Bell::spawn(twin.bell_url(), BellTiming::default());
        let control = twin.control();
        async move {
            let is_there = |status: &BellStatus| *status == BellStatus::Ready;
            let plug = |plugged| control.apply(BellControl::Cable { plugged });
            is_back_in_time("the bell", bell.status(), is_there, bell.counts(), plug).await;
        }
    };
    let panel = async {
        let panel = Panel::spawn(panels.panel_url(), PanelTiming::default());
        let control = panels.control();
        let is_there = |status: &PanelStatus| *status == PanelStatus::Ready;
        let plug = |plugged| control.apply(PanelControl::Cable { plugged });
        is_back_in_time("the panel", panel.status(), is_there, panel.counts(), plug).await;
    };
    let buttons = async {
        let url = box_of_buttons.button_url();
        let (buttons, _presses) = Buttons::spawn(url, InputTiming::default());
        let control = box_of_buttons.control();
        let is_there = |status: &InputStatus| *status == InputStatus::Ready;
        let plug = |plugged| control.apply(ButtonControl::Cable { plugged });
        is_back_in_time("buttons", buttons.status(), is_there, buttons.counts(), plug).await;
    };
    let scanner = async {
        let (scanner, _scans) = Scanner::spawn(keyboard.scanner_url(), InputTiming::default());
        let control = keyboard.control();
        let is_there = |status: &InputStatus| *status == InputStatus::Ready;
        let plug = |plugged| control.apply(ScannerControl::Cable { plugged });
        is_back_in_time("the scanner", scanner.status(), is_there, scanner.counts(), plug).await;
    };
    tokio::join!(bell(&relay), bell(&tower), panel, buttons, scanner);
}

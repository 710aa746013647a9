//! Buttons and scanners: each press and each code once, noise never, back after a loss.

use crate::harness::{DEADLINE, Folder, until};
use printer_driver::button::{Buttons, Press};
use printer_driver::device::{ButtonUrl, ScannerUrl};
use printer_driver::input::{InputStatus, InputTiming};
use printer_driver::scanner::{Scan, Scanner};
use printer_driver::virtual_button::{ButtonControl, VirtualButtons, VirtualButtonsControl};
use printer_driver::virtual_scanner::{ScannerControl, VirtualScanner, VirtualScannerControl};
use std::path::Path;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// Serial box and keypad; serial scanner and keyboard.
const KINDS: [&str; 2] = ["", "kind=hid&"];

fn quick() -> InputTiming {
    InputTiming {
        reopen_first: Duration::from_millis(30),
        reopen_limit: Duration::from_millis(100),
    }
}

async fn becomes(
    mut status: watch::Receiver<InputStatus>,
    what: &str,
    holds: impl FnMut(&InputStatus) -> bool,
) {
    let waited = tokio::time::timeout(DEADLINE, status.wait_for(holds)).await;
    assert!(waited.is_ok(), "never {what}");
}

async fn next<T>(receiver: &mut mpsc::Receiver<T>, what: &str) -> T {
    match tokio::time::timeout(DEADLINE, receiver.recv()).await {
        Ok(Some(found)) => found,
        Ok(None) => panic!("the task has ended before {what}"),
        Err(_) => panic!("never: {what}"),
    }
}

struct ButtonBench {
    _folder: Folder,
    _twin: VirtualButtons,
    control: VirtualButtonsControl,
    buttons: Buttons,
    presses: mpsc::Receiver<Press>,
}

impl ButtonBench {
    async fn start(query: &str) -> ButtonBench {
        let folder = Folder::new();
        let url: ButtonUrl = format!("virtual:buttons?{query}").parse().unwrap();
        let twin = VirtualButtons::for_url(&url, folder.path()).await.unwrap().unwrap();
        let (buttons, presses) = Buttons::spawn(twin.button_url(), quick());
        becomes(buttons.status(), "ready", |status| *status == InputStatus::Ready).await;
        ButtonBench { control: twin.control(), _folder: folder, _twin: twin, buttons, presses }
    }

    fn press(&self, button: u8) {
        self.control.apply(ButtonControl::Press { button });
    }

    async fn pressed(&mut self, button: u8) {
        let press = next(&mut self.presses, &format!("button {button}")).await;
        assert_eq!(press.button, button);
    }
}

struct ScannerBench {
    _folder: Folder,
    _twin: VirtualScanner,
    control: VirtualScannerControl,
    scanner: Scanner,
    scans: mpsc::Receiver<Scan>,
}

impl ScannerBench {
    async fn start(query: &str) -> ScannerBench {
        let folder = Folder::new();
        let url: ScannerUrl = format!("virtual:scanner?{query}").parse().unwrap();
        let twin = VirtualScanner::for_url(&url, folder.path()).await.unwrap().unwrap();
        let (scanner, scans) = Scanner::spawn(twin.scanner_url(), quick());
        becomes(scanner.status(), "ready", |status| *status == InputStatus::Ready).await;
        ScannerBench { control: twin.control(), _folder: folder, _twin: twin, scanner, scans }
    }

    fn scan(&self, text: &str) {
        self.control.apply(ScannerControl::Scan { text: text.to_owned() });
    }

    async fn scanned(&mut self, text: &str) {
        assert_eq!(next(&mut self.scans, text).await.text, text);
    }
}

#[tokio::test]
async fn each_button_is_heard_from_a_box_and_from_a_keypad() {
    for kind in KINDS {
        let mut bench = ButtonBench::start(&format!("{kind}guard_ms=0")).await;
        for button in 1..=10 {
            bench.press(button);
            bench.pressed(button).await;
        }
        bench.press(11 + 64);
        bench.press(1);
        bench.pressed(1).await;
        assert_eq!(bench.control.errors(), Vec::<String>::new());
    }
    let mut bench = ButtonBench::start("kind=hid&keys=q,F1,F12,Enter,Space&guard_ms=0").await;
    for button in 1..=5 {
        bench.press(button);
        bench.pressed(button).await;
    }
}

#[tokio::test]
async fn a_bouncing_button_and_one_held_down_count_once() {
    for kind in KINDS {
        let mut bench = ButtonBench::start(&format!("{kind}guard_ms=5000")).await;
        bench.control.apply(ButtonControl::Bounce { button: 1, count: 20 });
        bench.control.apply(ButtonControl::Hold { button: 2, count: 20 });
        bench.press(3);
        bench.pressed(1).await;
        bench.pressed(2).await;
        bench.pressed(3).await;
        assert!(bench.buttons.count().repeated >= 19, "{kind}: {:?}", bench.buttons.count());
        assert_eq!(bench.buttons.count().taken, 3);
    }
}

#[tokio::test]
async fn noise_and_half_lines_press_nothing() {
    let mut bench = ButtonBench::start("guard_ms=0").await;
    bench.control.apply(ButtonControl::Noise { bytes: b"\x00\xff\x1b[A\n".to_vec() });
    bench.control.apply(ButtonControl::Noise { bytes: b"BTN 99\nBTN x\n".to_vec() });
    bench.control.apply(ButtonControl::Part { button: 7 });
    until("the half line is given up", || bench.buttons.count().noise == 4).await;
    bench.press(2);
    bench.pressed(2).await;
    assert_eq!(bench.buttons.count().taken, 1);
    let mut bench = ButtonBench::start("kind=hid&guard_ms=0").await;
    // Whole records of nonsense, so that the next record begins where it should.
    bench.control.apply(ButtonControl::Noise { bytes: vec![0xa5; 24 * 100] });
    bench.press(2);
    bench.pressed(2).await;
}

#[tokio::test]
async fn buttons_and_scanners_are_back_after_their_cable_was_out() {
    for kind in KINDS {
        let mut bench = ButtonBench::start(&format!("{kind}guard_ms=0")).await;
        bench.control.apply(ButtonControl::Cable { plugged: false });
        let is_absent = |status: &InputStatus| matches!(status, InputStatus::Absent { .. });
        becomes(bench.buttons.status(), "absent", is_absent).await;
        bench.control.apply(ButtonControl::Cable { plugged: true });
        becomes(bench.buttons.status(), "back", |status| *status == InputStatus::Ready).await;
        bench.press(4);
        bench.pressed(4).await;

        let mut bench = ScannerBench::start(kind).await;
        bench.control.apply(ScannerControl::Part { text: "HALF".to_owned() });
        bench.control.apply(ScannerControl::Cable { plugged: false });
        becomes(bench.scanner.status(), "absent", is_absent).await;
        bench.control.apply(ScannerControl::Cable { plugged: true });
        becomes(bench.scanner.status(), "back", |status| *status == InputStatus::Ready).await;
        bench.scan("WHOLE");
        bench.scanned("WHOLE").await;
    }
}

#[tokio::test]
async fn a_code_comes_out_as_it_was_scanned() {
    let every: String = (b' '..=b'~').map(char::from).collect();
    for kind in KINDS {
        let mut bench = ScannerBench::start(kind).await;
        for text in ["A101", "https://example.jp/t/aB3-_x?y=1&z=%20", &every] {
            bench.scan(text);
            bench.scanned(text).await;
        }
        assert_eq!(bench.scanner.count().noise, 0, "{kind}");
    }
}

#[tokio::test]
async fn a_slip_that_lies_under_the_scanner_is_read_once() {
    for kind in KINDS {
        let mut bench = ScannerBench::start(&format!("{kind}repeat_ms=10000")).await;
        bench.control.apply(ScannerControl::Lie { text: "A".to_owned(), count: 30 });
        bench.scan("B");
        bench.scanned("A").await;
        bench.scanned("B").await;
        assert_eq!(bench.scanner.count().repeated, 29, "{kind}");
    }
}

#[tokio::test]
async fn a_code_too_long_or_broken_off_or_with_noise_is_dropped_whole() {
    for kind in KINDS {
        let mut bench = ScannerBench::start(&format!("{kind}length_max=16")).await;
        bench.scan("12345678901234567");
        until("the long one is dropped", || bench.scanner.count().noise == 1).await;
        bench.control.apply(ScannerControl::Part { text: "HALF".to_owned() });
        until("the half one is dropped", || bench.scanner.count().noise == 2).await;
        bench.scan("1234567890123456");
        bench.scanned("1234567890123456").await;
    }
    let mut bench = ScannerBench::start("").await;
    bench.control.apply(ScannerControl::Noise { bytes: b"A\x00B\r\x1b\r".to_vec() });
    bench.scan("C");
    bench.scanned("C").await;
    assert_eq!(bench.scanner.count().noise, 2);
}

#[tokio::test]
async fn a_denso_scanner_is_made_ready_and_sent_to_standby() {
    let mut bench = ScannerBench::start("trigger=denso").await;
    until("it is ready", || bench.control.state().ready).await;
    bench.scan("A");
    bench.scanned("A").await;
    bench.scanner.clone().stop().await;
    until("it is in standby", || !bench.control.state().ready).await;
    assert_eq!(bench.control.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn the_log_of_a_scanner_does_not_keep_the_code() {
    for kind in KINDS {
        let mut bench = ScannerBench::start(kind).await;
        bench.scan("TOKEN-0123456789");
        bench.scanned("TOKEN-0123456789").await;
        let log = format!("{:?}", bench.scanner.exchanges().entries_now());
        let bytes: Vec<u8> =
            bench.scanner.exchanges().entries_now().into_iter().flat_map(|e| e.bytes).collect();
        assert!(!log.contains("0123456789") && !String::from_utf8_lossy(&bytes).contains("0123"));
    }
}

#[tokio::test]
async fn more_presses_than_anybody_takes_are_counted_and_not_kept() {
    let mut bench = ButtonBench::start("guard_ms=0&count=64").await;
    bench.control.apply(ButtonControl::Bounce { button: 1, count: 100 });
    until("all are counted", || {
        let count = bench.buttons.count();
        count.taken == 32 && count.untaken == 68
    })
    .await;
    for _ in 0..32 {
        bench.pressed(1).await;
    }
    bench.press(2);
    bench.pressed(2).await;
}

#[tokio::test]
async fn a_file_that_is_no_keyboard_is_absent_and_says_why() {
    for path in ["/dev/null", "/dev/input/by-id/there-is-no-such-keyboard-event-kbd"] {
        let url: ScannerUrl = format!("hid:{path}").parse().unwrap();
        let (scanner, _scans) = Scanner::spawn(url, quick());
        becomes(scanner.status(), "absent with its path", |status| match status {
            InputStatus::Absent { reason } => reason.contains(path),
            InputStatus::Ready => false,
        })
        .await;
        assert_eq!(scanner.counts().now().opened, 0);
        assert!(Path::new("/dev/null").exists());
    }
}

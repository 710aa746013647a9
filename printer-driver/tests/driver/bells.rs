//! Bells: exact orders on the wire, and off whenever nobody means to ring.

use crate::harness::{DEADLINE, Folder, until};
use printer_driver::bell::frame::Relay;
use printer_driver::bell::{Bell, BellError, BellStatus, BellTiming, Pattern, Pulse};
use printer_driver::device::{BellDriver, BellUrl};
use printer_driver::virtual_bell::{BellControl, VirtualBell, VirtualBellControl};
use std::time::Duration;

const LCUS: BellDriver = BellDriver::Lcus;
const MODBUS: BellDriver = BellDriver::Modbus { unit: 1 };

fn quick() -> BellTiming {
    BellTiming {
        echo: Duration::from_millis(150),
        reopen_first: Duration::from_millis(30),
        reopen_limit: Duration::from_millis(100),
    }
}

struct Bench {
    _folder: Folder,
    _twin: VirtualBell,
    control: VirtualBellControl,
    bell: Bell,
}

impl Bench {
    async fn start(driver: BellDriver) -> Bench {
        let folder = Folder::new();
        let twin = VirtualBell::start(driver, folder.path().join("bell")).await.unwrap();
        let bell = Bell::spawn(twin.bell_url(), quick());
        let bench = Bench { control: twin.control(), _folder: folder, _twin: twin, bell };
        bench.status("the bell is ready", |status| *status == BellStatus::Ready).await;
        bench
    }

    async fn status(&self, what: &str, holds: impl FnMut(&BellStatus) -> bool) {
        let mut status = self.bell.status();
        let waited = tokio::time::timeout(DEADLINE, status.wait_for(holds)).await;
        assert!(waited.is_ok(), "never: {what}; it is {:?}", *self.bell.status().borrow());
    }

    fn moves(&self) -> Vec<Relay> {
        self.control.movements().into_iter().map(|movement| movement.relay).collect()
    }

    async fn reaches(&self, moves: &[Relay]) {
        until(&format!("{moves:?}"), || self.moves() == moves).await;
    }
}

fn pattern(pulses: &[(u32, u32)]) -> Pattern {
    let pulse = |&(on_ms, off_ms): &(u32, u32)| Pulse { on_ms, off_ms };
    Pattern::new(pulses.iter().map(pulse).collect()).unwrap()
}

#[tokio::test]
async fn a_pattern_rings_as_long_as_it_says_on_either_board() {
    for driver in [LCUS, MODBUS] {
        let bench = Bench::start(driver).await;
        bench.reaches(&[Relay::Off]).await;
        bench.bell.ring(pattern(&[(400, 200), (200, 50)])).await.unwrap();
        let moves = bench.control.movements();
        let relays: Vec<Relay> = moves.iter().map(|movement| movement.relay).collect();
        assert_eq!(relays, [Relay::Off, Relay::On, Relay::Off, Relay::On, Relay::Off]);
        let spans: Vec<u64> =
            moves[1..].windows(2).map(|pair| pair[1].at_ms - pair[0].at_ms).collect();
        // The twin notes when it hears; on a busy machine that is late by some tens of ms.
        for (span, nominal) in spans.iter().zip([400, 200, 200]) {
            assert!(*span >= nominal - 100, "{driver:?}: {spans:?} ms");
        }
        assert!(moves.iter().all(|movement| movement.channel == 1));
        assert_eq!(bench.control.errors(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_bell_is_off_after_start_whatever_the_run_before_left() {
    let folder = Folder::new();
    let twin = VirtualBell::start(LCUS, folder.path().join("bell")).await.unwrap();
    let path = folder.path().join("bell");
    tokio::fs::write(&path, [0xa0, 0x01, 0x01, 0xa2]).await.unwrap();
    let control = twin.control();
    until("a forgotten ring", || control.ringing() == [1]).await;
    let _bell = Bell::spawn(twin.bell_url(), quick());
    until("it is off", || control.ringing().is_empty()).await;
}

#[tokio::test]
async fn a_bell_is_off_after_stop_in_the_middle_of_a_ring() {
    for driver in [LCUS, MODBUS] {
        let bench = Bench::start(driver).await;
        let bell = bench.bell.clone();
        let ring = tokio::spawn(async move { bell.ring(pattern(&[(10_000, 100)])).await });
        until("it rings", || bench.control.ringing() == [1]).await;
        bench.bell.clone().stop().await;
        until("it is off", || bench.control.ringing().is_empty()).await;
        assert_eq!(ring.await.unwrap(), Err(BellError::Stopped));
        assert_eq!(bench.bell.ring(Pattern::default()).await, Err(BellError::Stopped));
    }
}

#[tokio::test]
async fn a_bell_is_off_when_its_program_lets_go_of_it() {
    let mut bench = Bench::start(LCUS).await;
    let bell = bench.bell.clone();
    let ring = tokio::spawn(async move { bell.ring(pattern(&[(10_000, 100)])).await });
    until("it rings", || bench.control.ringing() == [1]).await;
    let gone = "serial:/dev/there-is-no-such-bell?driver=lcus".parse().unwrap();
    drop(std::mem::replace(&mut bench.bell, Bell::spawn(gone, quick())));
    ring.abort();
    until("it is off", || bench.control.ringing().is_empty()).await;
}

#[tokio::test]
async fn a_bell_is_switched_off_first_when_its_board_comes_back() {
    for driver in [LCUS, MODBUS] {
        let bench = Bench::start(driver).await;
        let bell = bench.bell.clone();
        let ring = tokio::spawn(async move { bell.ring(pattern(&[(10_000, 100)])).await });
        until("it rings", || bench.control.ringing() == [1]).await;
        let before = bench.moves().len();
        bench.control.apply(BellControl::Cable { plugged: false });
        assert_eq!(ring.await.unwrap(), Err(BellError::Absent));
        bench.status("it is absent", |s| matches!(s, BellStatus::Absent { .. })).await;
        assert_eq!(bench.bell.ring(Pattern::default()).await, Err(BellError::Absent));
        bench.control.apply(BellControl::Cable { plugged: true });
        bench.status("it is back", |status| *status == BellStatus::Ready).await;
        until("an order has come", || bench.moves().len() > before).await;
        assert_eq!(bench.moves()[before..], [Relay::Off], "{driver:?}");
        bench.bell.ring(pattern(&[(50, 50)])).await.unwrap();
        until("it is off", || bench.control.ringing().is_empty()).await;
    }
}

#[tokio::test]
async fn a_board_that_does_not_repeat_its_orders_is_silent_and_the_ring_fails() {
    let bench = Bench::start(MODBUS).await;
    bench.control.apply(BellControl::Silence { silent: true });
    assert_eq!(bench.bell.ring(Pattern::default()).await, Err(BellError::Silent));
    bench.status("it is silent", |status| *status == BellStatus::Silent).await;
    bench.control.apply(BellControl::Silence { silent: false });
    bench.status("it is back", |status| *status == BellStatus::Ready).await;
    assert!(bench.control.ringing().is_empty());
}

#[tokio::test]
async fn a_twin_rejects_what_no_board_would_obey() {
    let rows: [(BellDriver, &[u8], &str); 5] = [
        (LCUS, &[0xa0, 0x01, 0x01, 0xa3], "A0 01 01 A3"),
        (LCUS, &[0xa0, 0x01, 0x02, 0xa3], "A0 01 02 A3"),
        (LCUS, &[0xa0, 0x00, 0x01, 0xa1], "A0 00 01 A1"),
        (MODBUS, &[1, 5, 0, 0, 0xff, 0, 0x8c, 0x3b], "01 05 00 00 FF 00 8C 3B"),
        (MODBUS, &[2, 5, 0, 0, 0xff, 0, 0x8c, 0x09], "02 05 00 00 FF 00 8C 09"),
    ];
    for (driver, bytes, hex) in rows {
        let folder = Folder::new();
        let path = folder.path().join("bell");
        let twin = VirtualBell::start(driver, path.clone()).await.unwrap();
        tokio::fs::write(&path, bytes).await.unwrap();
        let control = twin.control();
        until(hex, || control.errors() == [hex]).await;
        assert_eq!(control.movements(), []);
    }
}

#[tokio::test]
async fn a_virtual_bell_url_starts_a_twin_with_its_channel() {
    let folder = Folder::new();
    let url: BellUrl = "virtual:bell-2?driver=lcus&channel=2".parse().unwrap();
    let twin = VirtualBell::for_url(&url, folder.path()).await.unwrap().unwrap();
    let bell = Bell::spawn(twin.bell_url(), quick());
    let mut status = bell.status();
    status.wait_for(|status| *status == BellStatus::Ready).await.unwrap();
    bell.ring(pattern(&[(50, 50)])).await.unwrap();
    let control = twin.control();
    until("three orders", || control.movements().len() == 3).await;
    assert!(control.movements().iter().all(|movement| movement.channel == 2));
}

//! Bells: exact orders on the wire, and off whenever nobody means to ring.

use crate::harness::{DEADLINE, Folder, until};
use printer_driver::bell::frame::Relay;
use printer_driver::bell::{Bell, BellError, BellStatus, BellTiming, Pattern};
use printer_driver::device::BellUrl;
use printer_driver::exchange::Direction;
use printer_driver::virtual_bell::{BellControl, VirtualBell, VirtualBellControl};
use printer_driver::virtual_button::ButtonControl;
use printer_driver::virtual_panel::PanelControl;
use printer_driver::virtual_scanner::ScannerControl;
use std::time::Duration;

/// One of each driver; those that answer can be silent, too.
const DRIVERS: [&str; 9] = [
    "lcus",
    "hw667",
    "modbus",
    "modbus&flash=on",
    "patlite-phe&lamps=red&buzzer=1",
    "patlite-nhl-pns&lamps=red,blue-flash&buzzer=4",
    "patlite-nhl-phn&lamps=amber-flash&buzzer=2",
    "template&on=%02ON%0D&off=%02OFF%0D&reply=OK&open=INIT&close=BYE",
    "template&on=RING&off=REST",
];
const ANSWERING: [&str; 5] = [
    "modbus",
    "patlite-phe",
    "patlite-nhl-pns",
    "patlite-nhl-phn",
    "template&on=RING&off=REST&reply=OK",
];

/// Patient with answers, because the machine that tests may be busy; impatient with losses.
fn patient() -> BellTiming {
    BellTiming {
        echo: Duration::from_secs(5),
        check: Duration::from_secs(3600),
        reopen_first: Duration::from_millis(30),
        reopen_limit: Duration::from_millis(100),
    }
}

/// For boards that are meant to be silent.
fn impatient() -> BellTiming {
    BellTiming { echo: Duration::from_millis(200), ..patient() }
}

struct Bench {
    _folder: Folder,
    twin: VirtualBell,
    control: VirtualBellControl,
    bells: Vec<Bell>,
}

impl Bench {
    async fn start(queries: &[&str], timing: BellTiming) -> Bench {
        let folder = Folder::new();
        let url = |query: &&str| format!("virtual:bell?driver={query}").parse().unwrap();
        let urls: Vec<BellUrl> = queries.iter().map(url).collect();
        let twin = VirtualBell::for_urls(&urls, folder.path()).await.unwrap().remove(0);
        let bells = Bell::spawn_all(twin.bell_urls().to_vec(), timing).unwrap();
        let bench = Bench { control: twin.control(), _folder: folder, twin, bells };
        for bell in &bench.bells {
            becomes(bell, "ready", |status| *status == BellStatus::Ready).await;
        }
        bench
    }

    async fn one(query: &str) -> Bench {
        Bench::start(&[query], patient()).await
    }

    fn bell(&self) -> &Bell {
        &self.bells[0]
    }

    fn rings(&self, pulses: &str) -> tokio::task::JoinHandle<Result<(), BellError>> {
        let (bell, pattern) = (self.bell().clone(), pattern(pulses));
        tokio::spawn(async move { bell.ring(pattern).await })
    }

    async fn is_ringing(&self) {
        until("it rings", || !self.control.ringing().is_empty()).await;
    }

    async fn is_off(&self) {
        until("it is off", || self.control.ringing().is_empty()).await;
    }
}

async fn becomes(bell: &Bell, what: &str, holds: impl FnMut(&BellStatus) -> bool) {
    let mut status = bell.status();
    let waited = tokio::time::timeout(DEADLINE, status.wait_for(holds)).await;
    assert!(waited.is_ok(), "never {what}; it is {:?}", *bell.status().borrow());
}

fn pattern(text: &str) -> Pattern {
    text.parse().unwrap()
}

#[tokio::test]
async fn each_driver_sends_exactly_its_frames_off_first_and_off_last() {
    let off_pns = "58 58 53 00 00 06 00 09 09 00 09 00";
    let rows: [(&str, &[&str]); 9] = [
        (DRIVERS[0], &["A0 01 00 A1", "A0 01 01 A2", "A0 01 00 A1", "A0 01 00 A1"]),
        (DRIVERS[1], &["BB", "AA", "BB", "BB"]),
        (
            DRIVERS[2],
            &[
                "01 05 00 00 00 00 CD CA",
                "01 05 00 00 FF 00 8C 3A",
                "01 05 00 00 00 00 CD CA",
                "01 05 00 00 00 00 CD CA",
            ],
        ),
        (
            DRIVERS[3],
            &["01 05 00 00 00 00 CD CA", "01 05 02 00 00 01 0D B2", "01 05 00 00 00 00 CD CA"],
        ),
        (
            DRIVERS[4],
            &[
                "40 3F 3F 30 30 39 21",
                "40 3F 3F 31 30 39 21",
                "40 3F 3F 30 30 39 21",
                "40 3F 3F 30 30 39 21",
            ],
        ),
        (DRIVERS[5], &[off_pns, "58 58 53 00 00 06 01 09 09 02 09 04", off_pns, off_pns]),
        (DRIVERS[6], &["57 00", "57 50", "57 00", "57 00"]),
        (
            DRIVERS[7],
            &[
                "49 4E 49 54",
                "02 4F 46 46 0D",
                "02 4F 4E 0D",
                "02 4F 46 46 0D",
                "02 4F 46 46 0D",
                "42 59 45",
            ],
        ),
        (DRIVERS[8], &["52 45 53 54", "52 49 4E 47", "52 45 53 54", "52 45 53 54"]),
    ];
    for (driver, frames) in rows {
        let bench = Bench::one(driver).await;
        bench.bell().ring(pattern("100/50")).await.unwrap();
        bench.bells[0].clone().stop().await;
        until(&format!("{driver}: {frames:?}"), || bench.control.frames() == frames).await;
        assert_eq!(bench.control.errors(), Vec::<String>::new(), "{driver}");
        bench.is_off().await;
    }
}

#[tokio::test]
async fn a_pattern_rings_as_long_as_it_says() {
    for driver in ["lcus", "modbus"] {
        let bench = Bench::one(driver).await;
        bench.bell().ring(pattern("400/200,200/50")).await.unwrap();
        until("all movements", || bench.control.movements().len() == 5).await;
        let moves = bench.control.movements();
        let relays: Vec<Relay> = moves.iter().map(|movement| movement.relay).collect();
        assert_eq!(relays, [Relay::Off, Relay::On, Relay::Off, Relay::On, Relay::Off]);
        let spans: Vec<u64> =
            moves[1..].windows(2).map(|pair| pair[1].at_ms - pair[0].at_ms).collect();
        if driver == "modbus" {
            // The board's own answer starts each span, so none is shorter than the pattern.
            assert!(spans.iter().zip([400, 200, 200]).all(|(span, least)| *span >= least - 1));
        }
        let whole = moves[4].at_ms - moves[1].at_ms;
        // An order without answer is timed from when it left, not from when the twin heard it.
        assert!(whole >= 800 / 2, "{driver}: {spans:?} ms");
        assert!(moves.iter().all(|movement| movement.channel == 1));
    }
}

#[tokio::test]
async fn a_board_that_times_itself_is_not_told_to_stop_and_stops() {
    let bench = Bench::one("modbus&flash=on").await;
    bench.bell().ring(pattern("650/50")).await.unwrap();
    bench.is_off().await;
    let moves = bench.control.movements();
    assert_eq!(moves.len(), 3, "{moves:?}");
    // 650 ms are seven steps of 100 ms.
    assert_eq!(moves[2].at_ms - moves[1].at_ms, 700);
    assert_eq!(bench.control.frames()[1], "01 05 02 00 00 07 8D B0");
    let bench = Bench::one("hw667&flash=on").await;
    bench.bell().ring(pattern("1000/50")).await.unwrap();
    bench.is_off().await;
    assert_eq!(bench.control.frames(), ["BB", "CC"]);
}

#[tokio::test]
async fn a_bell_is_off_after_start_whatever_the_run_before_left() {
    let on: [&[u8]; 9] = [
        &[0xa0, 0x01, 0x01, 0xa2],
        &[0xaa],
        &[0x01, 0x05, 0x00, 0x00, 0xff, 0x00, 0x8c, 0x3a],
        &[0x01, 0x05, 0x00, 0x00, 0xff, 0x00, 0x8c, 0x3a],
        b"@??109!",
        &[0x58, 0x58, 0x53, 0, 0, 6, 1, 9, 9, 2, 9, 4],
        &[0x57, 0x50],
        b"\x02ON\r",
        b"RING",
    ];
    for (driver, on) in DRIVERS.iter().zip(on) {
        let folder = Folder::new();
        let url: BellUrl = format!("virtual:bell?driver={driver}").parse().unwrap();
        let twin = VirtualBell::for_url(&url, folder.path()).await.unwrap().unwrap();
        let control = twin.control();
        write_once(&twin.bell_url(), on).await;
        until("a forgotten ring", || !control.ringing().is_empty()).await;
        let _bell = Bell::spawn(twin.bell_url(), patient());
        until(&format!("{driver} is off"), || control.ringing().is_empty()).await;
    }
}

/// Writes as another program would, and goes.
async fn write_once(url: &BellUrl, bytes: &[u8]) {
    use printer_driver::device::Address;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    match &url.address {
        Address::Serial { path, .. } => tokio::fs::write(path, bytes).await.unwrap(),
        Address::Tcp { host, port } => {
            let mut stream = tokio::net::TcpStream::connect((host.as_str(), *port)).await.unwrap();
            stream.write_all(bytes).await.unwrap();
            stream.read_u8().await.unwrap();
        }
        Address::Usb { .. } | Address::File { .. } | Address::Virtual { .. } => {
            panic!("a twin at {}", url.address)
        }
    }
}

#[tokio::test]
async fn a_bell_is_off_after_stop_in_the_middle_of_a_ring() {
    for driver in DRIVERS {
        let bench = Bench::one(driver).await;
        let ring = bench.rings("10000/100");
        bench.is_ringing().await;
        bench.bell().clone().stop().await;
        bench.is_off().await;
        assert_eq!(ring.await.unwrap(), Err(BellError::Stopped), "{driver}");
        assert_eq!(bench.bell().ring(Pattern::default()).await, Err(BellError::Stopped));
    }
}

#[tokio::test]
async fn a_bell_is_off_when_its_program_lets_go_of_it() {
    for driver in DRIVERS {
        let mut bench = Bench::one(driver).await;
        let ring = bench.rings("10000/100");
        bench.is_ringing().await;
        bench.bells.clear();
        ring.abort();
        bench.is_off().await;
    }
}

#[tokio::test]
async fn a_bell_is_switched_off_first_when_its_board_comes_back() {
    for driver in DRIVERS {
        let bench = Bench::one(driver).await;
        let ring = bench.rings("10000/100");
        bench.is_ringing().await;
        let before = bench.control.frames();
        let start = &before[..before.len() - 1];
        bench.control.apply(BellControl::Cable { plugged: false });
        assert_eq!(ring.await.unwrap(), Err(BellError::Absent), "{driver}");
        becomes(bench.bell(), "absent", |s| matches!(s, BellStatus::Absent { .. })).await;
        assert_eq!(bench.bell().ring(Pattern::default()).await, Err(BellError::Absent));
        bench.control.apply(BellControl::Cable { plugged: true });
        becomes(bench.bell(), "back", |status| *status == BellStatus::Ready).await;
        bench.bell().ring(pattern("100/50")).await.unwrap();
        bench.is_off().await;
        let frames = bench.control.frames();
        assert_eq!(&frames[before.len()..before.len() + start.len()], start, "{driver}");
        assert_eq!(bench.bell().counts().now().opened, 2, "{driver}");
    }
}

#[tokio::test]
async fn a_silent_board_is_a_condition_before_and_while_it_rings() {
    for driver in ANSWERING {
        let timing = BellTiming { check: Duration::from_millis(50), ..impatient() };
        let bench = Bench::start(&[driver], timing).await;
        bench.control.apply(BellControl::Silence { silent: true });
        becomes(bench.bell(), "silent", |status| *status == BellStatus::Silent).await;
        assert_eq!(bench.bell().ring(Pattern::default()).await, Err(BellError::Silent));
        bench.control.apply(BellControl::Silence { silent: false });
        becomes(bench.bell(), "back", |status| *status == BellStatus::Ready).await;
        assert!(bench.control.ringing().is_empty());
    }
}

#[tokio::test]
async fn a_board_that_loses_power_in_a_ring_is_silent_and_off_when_it_is_back() {
    for driver in ANSWERING {
        let bench = Bench::start(&[driver], impatient()).await;
        let ring = bench.rings("10000/100");
        bench.is_ringing().await;
        let before = bench.control.frames().len();
        bench.control.apply(BellControl::Power { on: false });
        bench.bell().clone().stop().await;
        assert_eq!(ring.await.unwrap(), Err(BellError::Silent), "{driver} did not confirm");
        assert_eq!(bench.control.frames().len(), before);
        bench.control.apply(BellControl::Power { on: true });
        let again = Bell::spawn(bench.twin.bell_url(), patient());
        becomes(&again, "ready", |status| *status == BellStatus::Ready).await;
        bench.is_off().await;
    }
}

#[tokio::test]
async fn whatever_happens_to_a_board_every_ring_is_answered_and_the_bell_is_off_in_the_end() {
    for (seed, driver) in (1_u64..).zip(DRIVERS.iter().chain(&ANSWERING)) {
        let timing = BellTiming { echo: Duration::from_millis(60), ..patient() };
        let bench = Bench::start(&[driver], BellTiming { check: timing.echo, ..timing }).await;
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut next = |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        let mut rings = Vec::new();
        for _ in 0..60 {
            let yes = next(2) == 0;
            match next(8) {
                0 => bench.control.apply(BellControl::Cable { plugged: yes }),
                1 => bench.control.apply(BellControl::Silence { silent: yes }),
                2 => bench.control.apply(BellControl::Mute { muted: yes }),
                3 => bench.control.apply(BellControl::Refuse { refusing: yes }),
                4 => bench.control.apply(BellControl::Power { on: yes }),
                5 => bench.control.apply(BellControl::Noise { bytes: vec![b'A', 0x06, 0x15] }),
                _ => rings.push(bench.rings("60/50,60/50")),
            }
            let mut status = bench.bell().status();
            // Either something comes of it, or it is time for the next.
            let _ = tokio::time::timeout(Duration::from_millis(next(60)), status.changed()).await;
        }
        for ring in rings {
            let answered = tokio::time::timeout(DEADLINE, ring).await;
            assert!(answered.is_ok(), "seed {seed}: {driver} never answers a ring");
        }
        bench.control.apply(BellControl::Silence { silent: false });
        bench.control.apply(BellControl::Mute { muted: false });
        bench.control.apply(BellControl::Refuse { refusing: false });
        bench.control.apply(BellControl::Power { on: true });
        bench.control.apply(BellControl::Cable { plugged: true });
        becomes(bench.bell(), "ready", |status| *status == BellStatus::Ready).await;
        until(&format!("seed {seed}: {driver} is off"), || bench.control.ringing().is_empty())
            .await;
    }
}

#[test]
fn what_is_done_to_twins_is_written_as_their_pages_say() {
    let cable: BellControl = serde_json::from_str(r#"{"do":"cable","plugged":false}"#).unwrap();
    assert_eq!(cable, BellControl::Cable { plugged: false });
    let noise: BellControl = serde_json::from_str(r#"{"do":"noise","bytes":[0,255]}"#).unwrap();
    assert_eq!(noise, BellControl::Noise { bytes: vec![0, 255] });
    for (text, control) in [
        (r#"{"do":"press","button":1}"#, ButtonControl::Press { button: 1 }),
        (r#"{"do":"hold","button":1,"count":9}"#, ButtonControl::Hold { button: 1, count: 9 }),
    ] {
        assert_eq!(serde_json::to_string(&control).unwrap(), text);
    }
    let scan = ScannerControl::Scan { text: "A101".to_owned() };
    assert_eq!(serde_json::to_string(&scan).unwrap(), r#"{"do":"scan","text":"A101"}"#);
    let power = PanelControl::Power { on: false };
    assert_eq!(serde_json::to_string(&power).unwrap(), r#"{"do":"power","on":false}"#);
}

#[tokio::test]
async fn a_board_whose_answers_are_lost_does_not_go_on_ringing() {
    for driver in ANSWERING {
        let bench = Bench::start(&[driver], impatient()).await;
        bench.control.apply(BellControl::Mute { muted: true });
        assert_eq!(bench.bell().ring(pattern("10000/100")).await, Err(BellError::Silent));
        let on = bench.control.movements().iter().any(|movement| movement.relay == Relay::On);
        assert!(on, "{driver}: the order arrived, only its answer was lost");
        bench.is_off().await;
        bench.control.apply(BellControl::Mute { muted: false });
        becomes(bench.bell(), "back", |status| *status == BellStatus::Ready).await;
    }
}

#[tokio::test]
async fn a_board_that_refuses_is_not_called_silent() {
    for driver in &ANSWERING[..4] {
        let bench = Bench::one(driver).await;
        bench.control.apply(BellControl::Refuse { refusing: true });
        assert_eq!(bench.bell().ring(Pattern::default()).await, Err(BellError::Refused));
        becomes(bench.bell(), "refusing", |status| *status == BellStatus::Refusing).await;
        bench.control.apply(BellControl::Refuse { refusing: false });
        becomes(bench.bell(), "back", |status| *status == BellStatus::Ready).await;
        bench.bell().ring(pattern("100/50")).await.unwrap();
    }
}

#[tokio::test]
async fn noise_is_neither_an_answer_nor_a_loss() {
    for driver in ANSWERING {
        let bench = Bench::one(driver).await;
        let noise = vec![0x00, 0xff, b'A', b'C', 0x01, 0x05];
        bench.control.apply(BellControl::Noise { bytes: noise.clone() });
        bench.bell().ring(pattern("100/50")).await.unwrap();
        bench.control.apply(BellControl::Noise { bytes: noise });
        bench.bell().ring(pattern("100/50")).await.unwrap();
        assert_eq!(bench.bell().counts().now().opened, 1, "{driver}");
        bench.is_off().await;
    }
}

#[tokio::test]
async fn bells_of_one_board_share_its_line_and_ring_at_the_same_time() {
    let rows: [[&str; 2]; 5] = [
        ["lcus&channel=1", "lcus&channel=2"],
        ["modbus&unit=1&channel=3", "modbus&unit=2&channel=4"],
        ["patlite-phe&lamps=red&buzzer=0", "patlite-phe&lamps=green&buzzer=0"],
        ["patlite-nhl-pns&lamps=red&buzzer=0", "patlite-nhl-pns&lamps=white&buzzer=0"],
        ["patlite-nhl-phn&lamps=red&buzzer=0", "patlite-nhl-phn&lamps=green&buzzer=0"],
    ];
    for queries in rows {
        let bench = Bench::start(&queries, patient()).await;
        let first = bench.rings("10000/100");
        bench.is_ringing().await;
        let long = bench.control.ringing();
        bench.bells[1].ring(pattern("100/50")).await.unwrap();
        until("the second is off again", || bench.control.ringing() == long).await;
        let both = bench.control.movements();
        assert!(both.iter().any(|m| m.relay == Relay::On && !long.contains(&m.channel)));
        bench.bells[0].clone().stop().await;
        bench.is_off().await;
        assert_eq!(first.await.unwrap(), Err(BellError::Stopped));
        bench.bells[1].ring(pattern("100/50")).await.unwrap();
        bench.bells[1].clone().stop().await;
        assert_eq!(bench.control.errors(), Vec::<String>::new(), "{queries:?}");
        assert_eq!(bench.bells[1].counts().now().opened, 1, "one task owns the line");
    }
}

#[tokio::test]
async fn one_silent_unit_does_not_silence_the_other_on_its_line() {
    let folder = Folder::new();
    let url: BellUrl = "virtual:bell?driver=modbus&unit=1".parse().unwrap();
    let twin = VirtualBell::for_url(&url, folder.path()).await.unwrap().unwrap();
    let there = twin.bell_url();
    let missing: BellUrl = there.to_string().replace("unit=1", "unit=9").parse().unwrap();
    let bells = Bell::spawn_all(vec![missing, there], impatient()).unwrap();
    becomes(&bells[1], "ready", |status| *status == BellStatus::Ready).await;
    becomes(&bells[0], "silent", |status| *status == BellStatus::Silent).await;
    bells[1].ring(pattern("100/50")).await.unwrap();
    assert_eq!(bells[0].ring(Pattern::default()).await, Err(BellError::Silent));
    assert_eq!(bells[1].counts().now().opened, 1);
}

#[tokio::test]
async fn bells_of_one_line_with_different_settings_are_refused() {
    let urls = ["baud=9600", "baud=19200"]
        .map(|baud| format!("serial:/dev/b?driver=lcus&{baud}").parse().unwrap());
    let error = Bell::spawn_all(urls.to_vec(), patient()).unwrap_err().to_string();
    assert!(error.contains("expected the same baud and flow"), "{error}");
}

#[tokio::test]
async fn a_ring_during_a_ring_joins_it() {
    let bench = Bench::one("modbus").await;
    let first = bench.rings("300/50");
    bench.is_ringing().await;
    let second = bench.rings("10000/50");
    assert_eq!((first.await.unwrap(), second.await.unwrap()), (Ok(()), Ok(())));
    let ons = bench.control.movements().iter().filter(|m| m.relay == Relay::On).count();
    assert_eq!(ons, 1);
}

#[tokio::test]
async fn the_technician_sees_the_last_orders_and_answers() {
    let bench = Bench::one("patlite-phe").await;
    bench.bell().ring(pattern("100/50")).await.unwrap();
    let entries = bench.bell().exchanges().entries_now();
    let seen: Vec<(Direction, &str, &[u8])> =
        entries.iter().map(|e| (e.direction, e.meaning, e.bytes.as_slice())).collect();
    assert_eq!(seen[0], (Direction::Sent, "switch_off", b"@??008!".as_slice()));
    assert_eq!(seen[1], (Direction::Received, "accepted", [0x06].as_slice()));
    assert!(seen.contains(&(Direction::Sent, "switch_on", b"@??108!".as_slice())));
}

#[tokio::test]
async fn a_twin_rejects_what_no_board_would_obey() {
    let rows: [(&str, &[u8], &str); 9] = [
        ("lcus", &[0xa0, 0x01, 0x01, 0xa3], "A0 01 01 A3"),
        ("lcus", &[0xa0, 0x01, 0x02, 0xa3], "A0 01 02 A3"),
        ("lcus", &[0xa0, 0x00, 0x01, 0xa1], "A0 00 01 A1"),
        ("modbus", &[1, 5, 0, 0, 0xff, 0, 0x8c, 0x3b], "01 05 00 00 FF 00 8C 3B"),
        ("modbus", &[2, 5, 0, 0, 0xff, 0, 0x8c, 0x09], "02 05 00 00 FF 00 8C 09"),
        ("hw667", &[0xab], "AB"),
        ("patlite-phe", b"@??1x1!", "40 3F 3F 31 78 31 21"),
        ("patlite-phe", b"@??C?", "40 3F 3F 43 3F"),
        ("template&on=A&off=B", b"C", "43"),
    ];
    for (driver, bytes, hex) in rows {
        let folder = Folder::new();
        let url: BellUrl = format!("virtual:bell?driver={driver}").parse().unwrap();
        let twin = VirtualBell::for_url(&url, folder.path()).await.unwrap().unwrap();
        write_once(&twin.bell_url(), bytes).await;
        let control = twin.control();
        until(hex, || control.errors() == [hex]).await;
        assert_eq!(control.movements(), []);
    }
}

#[tokio::test]
async fn a_virtual_bell_url_starts_a_twin_with_its_channel_and_pattern() {
    let bench = Bench::one("lcus&channel=2&pattern=50/50").await;
    let bell = bench.bell();
    assert_eq!(bench.twin.bell_url().pattern, *bell.pattern());
    bell.ring(bell.pattern().clone()).await.unwrap();
    until("three orders", || bench.control.movements().len() == 3).await;
    assert!(bench.control.movements().iter().all(|movement| movement.channel == 2));
}

//! Bells on the wire: the bytes that reach a board, recorded by a listener of the tests' own on a
//! pseudo-terminal or a socket, against the frames of the boards' manuals.
//!
//! Every bell is switched off when it starts, after each ring, when the board comes back, and when
//! it stops. What the manuals leave open (which bit of a PATLITE frame is which lamp) is checked
//! for its form only.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it must be"
)]

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use printer_driver::bell::{Bell, BellTiming, Pattern, Pulse};
use tests::machine::wire::{Socket, Wire};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// Longest wait for bytes, on a machine that is busy with other tests.
const WAIT_MAX: Duration = Duration::from_secs(20);

enum Order {
    Unplug,
    Plug,
}

#[derive(Default)]
struct Heard {
    bytes: Mutex<Vec<u8>>,
    more: Condvar,
}

/// A board that hears everything and answers each frame.
struct Board {
    heard: Arc<Heard>,
    orders: UnboundedSender<Order>,
    address: String,
    folder: tempfile::TempDir,
}

/// What a board answers to a frame that has come whole; `None` while it has not.
type Answer = fn(&[u8]) -> Option<(usize, Vec<u8>)>;

fn silent(frame: &[u8]) -> Option<(usize, Vec<u8>)> {
    (!frame.is_empty()).then(|| (frame.len(), Vec::new()))
}

fn echo(frame: &[u8]) -> Option<(usize, Vec<u8>)> {
    frame.get(..8).map(|frame| (8, frame.to_vec()))
}

/// PHE: a frame ends with `!`; ACK is 06.
fn phe(frame: &[u8]) -> Option<(usize, Vec<u8>)> {
    frame.iter().position(|byte| *byte == b'!').map(|end| (end + 1, vec![0x06]))
}

fn pns(frame: &[u8]) -> Option<(usize, Vec<u8>)> {
    frame.get(..12).map(|_| (12, vec![0x06]))
}

fn phn(frame: &[u8]) -> Option<(usize, Vec<u8>)> {
    frame.get(..2).map(|_| (2, b"ACK".to_vec()))
}

fn ok(frame: &[u8]) -> Option<(usize, Vec<u8>)> {
    frame.iter().position(|byte| *byte == b'\r').map(|end| (end + 1, b"OK".to_vec()))
}

impl Board {
    fn start(serial: bool, answer: Answer) -> Board {
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join("call-bell");
        let socket = if serial { Socket::Serial(path) } else { Socket::Tcp };
        let (orders, mut told) = unbounded_channel();
        let heard = Arc::new(Heard::default());
        let inside = Arc::clone(&heard);
        let (ready, address) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async move {
                let mut wire = Wire::new(socket);
                wire.plug().unwrap();
                ready.send(wire.address()).unwrap();
                let mut frame = Vec::new();
                loop {
                    tokio::select! {
                        order = told.recv() => match order {
                            Some(Order::Plug) => wire.plug().unwrap(),
                            Some(Order::Unplug) => wire.unplug(),
                            None => return,
                        },
                        bytes = wire.read(256) => {
                            frame.extend(&bytes);
                            inside.bytes.lock().unwrap().extend(&bytes);
                            inside.more.notify_all();
                            while let Some((length, reply)) = answer(&frame) {
                                frame.drain(..length);
                                wire.write(&reply).await;
                            }
                        }
                    }
                }
            });
        });
        let address = address.recv().unwrap();
        Board { heard, orders, address, folder }
    }

    /// Waits until exactly these bytes have been heard since the beginning.
    fn hears(&self, what: &str, expected: &[u8]) {
        assert!(self.folder.path().exists(), "the board's folder is there");
        let bytes = self.heard.bytes.lock().unwrap();
        let waited = self
            .heard
            .more
            .wait_timeout_while(bytes, WAIT_MAX, |bytes| bytes.len() < expected.len());
        let (bytes, _) = waited.unwrap();
        assert_eq!(hex(&bytes), hex(expected), "{what}");
    }

    fn order(&self, order: Order) {
        assert!(self.orders.send(order).is_ok(), "the board is there");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X} ")).collect()
}

fn timing() -> BellTiming {
    BellTiming {
        echo: Duration::from_secs(2),
        // Longer than a test: what is asked while nobody rings is no frame of these tests.
        check: Duration::from_secs(600),
        reopen_first: Duration::from_millis(20),
        reopen_limit: Duration::from_millis(200),
    }
}

/// From start to stop, with a replug between: the frames that must come, and nothing else.
fn play(serial: bool, answer: Answer, query: &str, open: &[u8], on: &[u8], off: &[u8]) {
    let pulses = vec![Pulse { on_ms: 700, off_ms: 50 }];
    let played = rings(serial, answer, query, Pattern::new(pulses).unwrap(), open, on, off);
    played.unwrap_or_else(|error| panic!("{query}: {error}"));
}

fn rings(
    serial: bool,
    answer: Answer,
    query: &str,
    pattern: Pattern,
    open: &[u8],
    on: &[u8],
    off: &[u8],
) -> Result<(), String> {
    let board = Board::start(serial, answer);
    let url = format!("{}?{query}", board.address);
    let url = url.parse().map_err(|error| format!("{error}"))?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.unwrap();
    let bell = runtime.block_on(async { Bell::spawn(url, timing()) });
    let start = [open, off].concat();
    board.hears(&format!("{query}: off at the start"), &start);
    let rung = runtime.block_on(async {
        let mut status = bell.status();
        let ready = status.wait_for(|status| *status == printer_driver::bell::BellStatus::Ready);
        tokio::time::timeout(WAIT_MAX, ready).await.unwrap().unwrap();
        bell.ring(pattern).await
    });
    rung.map_err(|error| error.to_string())?;
    let ring = [start.as_slice(), on, off].concat();
    board.hears(&format!("{query}: a ring, and off after it"), &ring);
    board.order(Order::Unplug);
    runtime.block_on(async {
        let mut status = bell.status();
        let gone = status.wait_for(|status| *status != printer_driver::bell::BellStatus::Ready);
        tokio::time::timeout(WAIT_MAX, gone).await.unwrap().unwrap();
    });
    board.order(Order::Plug);
    let back = [ring.as_slice(), open, off].concat();
    board.hears(&format!("{query}: off when the board is back"), &back);
    runtime.block_on(bell.stop());
    let stopped = [back.as_slice(), off].concat();
    board.hears(&format!("{query}: off at the end"), &stopped);
    Ok(())
}

#[test]
fn lcus_boards_hear_four_bytes_with_their_sum() {
    let (on, off) = ([0xa0, 1, 1, 0xa2], [0xa0, 1, 0, 0xa1]);
    play(true, silent, "driver=lcus&channel=1", &[], &on, &off);
    let (on, off) = ([0xa0, 3, 1, 0xa4], [0xa0, 3, 0, 0xa3]);
    play(true, silent, "driver=lcus&channel=3", &[], &on, &off);
}

#[test]
fn modbus_boards_hear_fc05_and_their_checksum() {
    let on = [1, 5, 0, 0, 0xff, 0, 0x8c, 0x3a];
    let off = [1, 5, 0, 0, 0, 0, 0xcd, 0xca];
    play(true, echo, "driver=modbus&unit=1&channel=1", &[], &on, &off);
}

#[test]
fn a_board_that_times_itself_is_told_how_long() {
    // 7 times 100 ms; then it is off by itself, and no byte says so.
    let flash = [1, 5, 2, 0, 0, 7, 0x8d, 0xb0];
    let off = [1, 5, 0, 0, 0, 0, 0xcd, 0xca];
    let board = Board::start(true, echo);
    let url = format!("{}?driver=modbus&unit=1&channel=1&flash=on", board.address).parse().unwrap();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.unwrap();
    let bell = runtime.block_on(async { Bell::spawn(url, timing()) });
    board.hears("off at the start", &off);
    let pattern = Pattern::new(vec![Pulse { on_ms: 700, off_ms: 50 }]).unwrap();
    runtime.block_on(async {
        let mut status = bell.status();
        let ready = status.wait_for(|status| *status == printer_driver::bell::BellStatus::Ready);
        tokio::time::timeout(WAIT_MAX, ready).await.unwrap().unwrap();
        bell.ring(pattern).await.unwrap();
    });
    board.hears("one order for 0.7 s", &[off, flash].concat());
}

#[test]
fn one_byte_boards_hear_aa_and_bb() {
    play(true, silent, "driver=hw667", &[], &[0xaa], &[0xbb]);
}

#[test]
fn a_network_tower_hears_pns_and_keeps_what_is_not_the_bells() {
    let on = [0x58, 0x58, 0x53, 0, 0, 6, 1, 9, 9, 9, 9, 1];
    let off = [0x58, 0x58, 0x53, 0, 0, 6, 0, 9, 9, 9, 9, 0];
    play(false, pns, "driver=patlite-nhl-pns&lamps=red&buzzer=1", &[], &on, &off);
}

#[test]
fn a_template_is_sent_as_written() {
    let query = "driver=template&open=hex:05&on=%02ON%0D&off=hex:024F46460D&close=hex:04&reply=OK";
    let board = Board::start(true, |frame| match frame {
        [0x05, ..] => Some((1, Vec::new())),
        [0x04, ..] => Some((1, Vec::new())),
        _ => ok(frame),
    });
    let url = format!("{}?{query}", board.address).parse().unwrap();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.unwrap();
    let bell = runtime.block_on(async { Bell::spawn(url, timing()) });
    board.hears("opened and off", b"\x05\x02OFF\r");
    let pattern = Pattern::new(vec![Pulse { on_ms: 60, off_ms: 50 }]).unwrap();
    runtime.block_on(async {
        let mut status = bell.status();
        let ready = status.wait_for(|status| *status == printer_driver::bell::BellStatus::Ready);
        tokio::time::timeout(WAIT_MAX, ready).await.unwrap().unwrap();
        bell.ring(pattern).await.unwrap();
        bell.stop().await;
    });
    board.hears("rung, off, closed", b"\x05\x02OFF\r\x02ON\r\x02OFF\r\x02OFF\r\x04");
}

/// Frames of a tower whose bits the manuals at hand do not name: their form, and that what was
/// switched on is what is switched off.
fn tower(serial: bool, answer: Answer, query: &str) -> Vec<u8> {
    let board = Board::start(serial, answer);
    let url = format!("{}?{query}", board.address).parse().unwrap();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.unwrap();
    runtime.block_on(async {
        let bell = Bell::spawn(url, timing());
        let mut status = bell.status();
        let ready = status.wait_for(|status| *status == printer_driver::bell::BellStatus::Ready);
        tokio::time::timeout(WAIT_MAX, ready).await.unwrap().unwrap();
        let pattern = Pattern::new(vec![Pulse { on_ms: 60, off_ms: 50 }]).unwrap();
        bell.ring(pattern).await.unwrap();
        bell.stop().await;
    });
    board.heard.bytes.lock().unwrap().clone()
}

#[test]
fn a_phe_converter_hears_frames_that_switch_off_what_they_switched_on() {
    let heard = tower(true, phe, "driver=patlite-phe&lamps=red&buzzer=1");
    let frames: Vec<&[u8]> = heard.split_inclusive(|byte| *byte == b'!').collect();
    for frame in &frames {
        let [b'@', b'?', b'?', command, data @ .., b'!'] = frame else {
            panic!("{} is no frame", hex(frame))
        };
        let nibbles = data.iter().all(|byte| matches!(byte, b'0'..=b'?'));
        let length = match command {
            b'0' | b'1' => 2,
            b'S' => 6,
            b'C' => 0,
            other => panic!("{other:02X} is no command of a frame"),
        };
        assert!(nibbles && data.len() == length, "{}", hex(frame));
    }
    let on: Vec<&&[u8]> = frames.iter().filter(|frame| frame[3] == b'1').collect();
    let [on] = on.as_slice() else { panic!("it is switched on {} times", on.len()) };
    let off = [&on[..3], b"0", &on[4..]].concat();
    let offs = frames.iter().filter(|frame| ***frame == off).count();
    assert_eq!(frames.len(), 4, "off, on, off, off: {}", hex(&heard));
    assert!(offs == 3 || frames[0] == b"@??C!", "{}", hex(&heard));
    assert_ne!(&on[4..6], b"00", "something is switched on");
}

#[test]
fn an_older_network_tower_hears_two_bytes() {
    let heard = tower(false, phn, "driver=patlite-nhl-phn&lamps=red");
    let frames: Vec<&[u8]> = heard.chunks(2).collect();
    let orders: Vec<u8> = frames.iter().map(|frame| frame[1]).collect();
    assert!(frames.iter().all(|frame| frame[0] == 0x57), "{}", hex(&heard));
    let [start, on, end, last] = orders.as_slice() else {
        panic!("off, on, off, off: {}", hex(&heard))
    };
    assert_eq!([start, end, last], [&0; 3], "{}", hex(&heard));
    assert_eq!(on.count_ones(), 1, "one lamp: {}", hex(&heard));
}

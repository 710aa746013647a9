//! What hangs on the line: cutters that are mended, answers that come late, peers that are dead.

use crate::harness::{Bench, DEADLINE, Folder, MemoryJournal, driver, finished, reaches, until};
use crate::sample::{drawn_slip, short_slip};
use printer_driver::exchange::{Direction, Exchange};
use printer_driver::printer::{
    Condition, Hold, Job, JobId, JobProgress, JobState, Printer, PrinterOptions, Proof, SentPart,
    Timing, UnknownReason,
};
use printer_driver::transport;
use printer_driver::virtual_printer::{Control, VirtualLink, VirtualModel, VirtualPrinter};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinHandle;

const PROVEN: JobState = JobState::Printed { proof: Proof::ProcessId };

fn held(condition: Condition, sent: SentPart) -> JobState {
    JobState::Held { hold: Hold::Printer { condition }, sent }
}

fn print(printer: &Printer, number: u64) -> JobProgress {
    let document = short_slip(&format!("A{number}"));
    printer.print(Job { id: JobId(number), document }).unwrap()
}

/// A printer played by a test: what it hears is kept, and `answer` says what it answers after each
/// byte.
struct Peer {
    url: String,
    heard: Arc<Mutex<Vec<u8>>>,
    accepted: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Peer {
    async fn start(answer: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("tcp:{}?profile=epson-jp", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let accepted = Arc::new(AtomicUsize::new(0));
        let (bytes, count) = (Arc::clone(&heard), Arc::clone(&accepted));
        let task = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::Relaxed);
                while let Ok(byte) = stream.read_u8().await {
                    let answer = {
                        let mut bytes = bytes.lock().unwrap();
                        bytes.push(byte);
                        answer(&bytes)
                    };
                    if stream.write_all(&answer).await.is_err() {
                        break;
                    }
                }
            }
        });
        Peer { url, heard, accepted, task }
    }

    fn driver(&self) -> Printer {
        driver(self.url.parse().unwrap(), &MemoryJournal::default(), None)
    }

    fn heard_count(&self, bytes: &[u8]) -> usize {
        let heard = self.heard.lock().unwrap();
        heard.windows(bytes.len()).filter(|window| *window == bytes).count()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A sound printer's answers: online, buffers cleared, the process ID.
fn sound_answer(heard: &[u8]) -> Vec<u8> {
    match heard {
        [.., 0x10, 0x04, 1..=4] => vec![0x12],
        [.., 0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08] => vec![0x37, 0x25, 0x00],
        [.., 0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30, a, b, c, d] => {
            vec![0x37, 0x22, *a, *b, *c, *d, 0x00]
        }
        _ => Vec::new(),
    }
}

/// The blade is freed through the cover's slot: no sensor tells, a person does.
#[tokio::test]
async fn a_freed_cutter_goes_on_when_somebody_says_so_and_the_slip_is_not_sent_again() {
    let bench = Bench::on_terminal().await;
    bench.control(Control::Cutter { jam: true });
    bench.status("the cutter is jammed", |status| status.cutter_jam).await;
    let mut progress = bench.print(1, short_slip("A101"));
    reaches(&mut progress, |state| state == held(Condition::CutterJam, SentPart::Nothing)).await;
    bench.control(Control::FreeBlade);
    assert!(bench.control.state().cutter_error, "the printer does not recover by itself");
    bench.printer.recover().await;
    assert_eq!(finished(&mut progress).await, PROVEN);
    assert_eq!(bench.printed().len(), 1);
}

/// Opening and closing the cover is how a person frees a blade: DLE ENQ 1 first, so that nothing
/// in the buffer is lost, then DLE ENQ 2; never while nobody has been there.
#[tokio::test]
async fn a_jammed_printer_is_told_to_go_on_once_for_each_time_its_cover_was_closed() {
    let automatic = Arc::new(Mutex::new(Vec::new()));
    let saying = Arc::clone(&automatic);
    let peer = Peer::start(move |heard| {
        let mut said: Vec<u8> = saying.lock().unwrap().drain(..).collect();
        said.extend(match heard {
            // Offline by an error, and the error is the cutter's.
            [.., 0x10, 0x04, 1] => vec![0x1a],
            [.., 0x10, 0x04, 2] => vec![0x52],
            [.., 0x10, 0x04, 3] => vec![0x1a],
            // Else: paper, and everything that is sound.
            _ => sound_answer(heard),
        });
        said
    })
    .await;
    let printer = peer.driver();
    let mut status = printer.status();
    status.wait_for(|status| status.cutter_jam).await.unwrap();
    let (resume, recover) = ([0x10, 0x05, 0x01], [0x10, 0x05, 0x02]);
    let asked = peer.heard_count(&[0x10, 0x04, 1]);
    until("it is asked again", || peer.heard_count(&[0x10, 0x04, 1]) > asked + 2).await;
    assert_eq!(peer.heard_count(&resume) + peer.heard_count(&recover), 0, "nobody was there");
    for (times, order) in [(1, resume), (2, recover)] {
        automatic.lock().unwrap().extend([0x38, 0x08, 0x00, 0x00]);
        status.wait_for(|status| status.cover_open).await.unwrap();
        automatic.lock().unwrap().extend([0x18, 0x08, 0x00, 0x00]);
        until("it is told to go on", || peer.heard_count(&order) == 1).await;
        let told = peer.heard_count(&resume) + peer.heard_count(&recover);
        assert_eq!(told, times);
    }
}

/// A question was asked twice, and both answers come at once: the second is not the answer to the
/// next question, where the drawer's bit (online, 16h) would read as "paper near end".
#[tokio::test]
async fn an_answer_that_comes_twice_is_never_read_as_the_answer_to_another_question() {
    let phase = Arc::new(AtomicUsize::new(0));
    let now = Arc::clone(&phase);
    let peer = Peer::start(move |heard| match (heard, now.load(Ordering::Relaxed)) {
        ([.., 0x10, 0x04, 1], 1) => {
            now.store(2, Ordering::Relaxed);
            Vec::new()
        }
        ([.., 0x10, 0x04, 1], 2) => {
            now.store(3, Ordering::Relaxed);
            vec![0x16, 0x16]
        }
        _ => sound_answer(heard),
    })
    .await;
    let printer = peer.driver();
    let mut status = printer.status();
    status.wait_for(|status| status.conditions().is_empty()).await.unwrap();
    phase.store(1, Ordering::Relaxed);
    until("both answers have come", || phase.load(Ordering::Relaxed) == 3).await;
    let mut progress = print(&printer, 1);
    assert_eq!(finished(&mut progress).await, PROVEN);
    let exchanges = printer.exchanges().entries_now();
    let twice = exchanges.iter().filter(|entry| entry.bytes == [0x16]).map(|entry| entry.count);
    assert_eq!(twice.sum::<u32>(), 2, "{exchanges:?}");
    assert!(!exchanges.iter().any(|entry| entry.detail.contains("near end")), "{exchanges:?}");
    assert_eq!(status.borrow_and_update().conditions(), []);
}

/// A printer that accepts and hangs up, and one that accepts and says nothing: each is tried again
/// at a steady distance and no faster, and noticed when it is sound again.
#[tokio::test]
async fn a_peer_that_hangs_up_or_says_nothing_is_tried_again_without_a_busy_loop() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("tcp:{}", listener.local_addr().unwrap()).parse().unwrap();
    let accepted = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&accepted);
    let hanging_up = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            drop(stream);
        }
    });
    let silent = Peer::start(|_| Vec::new()).await;
    let (first, second) = (driver(url, &MemoryJournal::default(), None), silent.driver());
    let started = Instant::now();
    // Pauses of 50, 100, 200, 200 and 200 ms lie between six attempts; questions of 300 ms and
    // pauses of 50 and 100 ms between three that connect.
    let least = Duration::from_millis(700);
    let tried = async |attempts: usize, count: &AtomicUsize| {
        until("it is tried again", || count.load(Ordering::Relaxed) >= attempts).await;
        assert!(started.elapsed() >= least, "{attempts} attempts in {:?}", started.elapsed());
    };
    tokio::join!(tried(6, &accepted), tried(3, &silent.accepted));
    assert_eq!(first.status().borrow().conditions(), [Condition::Absent]);
    second.status().wait_for(|status| status.conditions() == [Condition::Silent]).await.unwrap();
    hanging_up.abort();
}

/// A printer behind a network that swallows everything: what was given up must not come out when
/// the network is back, after the same slip was perhaps printed again.
#[tokio::test]
async fn what_a_given_up_connection_still_held_never_reaches_the_printer() {
    let socket = TcpSocket::new_v4().unwrap();
    // What the printer's end has not taken waits in this program's kernel.
    socket.set_recv_buffer_size(4096).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let url = format!("tcp:{}", listener.local_addr().unwrap()).parse().unwrap();
    let printer = driver(url, &MemoryJournal::default(), None);
    let (mut stream, _) = listener.accept().await.unwrap();
    drop(listener);
    let document = drawn_slip(1, 600);
    let mut progress = printer.print(Job { id: JobId(1), document }).unwrap();
    let mut heard = Vec::new();
    while !heard.windows(4).any(|bytes| bytes == [0x1d, 0x76, 0x30, 0x00]) {
        heard.push(stream.read_u8().await.unwrap());
        stream.write_all(&sound_answer(&heard)).await.unwrap();
    }
    let given_up = JobState::Unknown { reason: UnknownReason::Silent };
    assert_eq!(finished(&mut progress).await, given_up);
    let mut rest = Vec::new();
    let ended = stream.read_to_end(&mut rest).await;
    assert!(ended.is_err(), "the connection was closed in peace after {} bytes", rest.len());
    let cut = [0x1d, 0x56, 0x42];
    assert!(!rest.windows(3).any(|bytes| bytes == cut), "the end of the slip has come");
}

/// From the moment a device is there again: the longest pause, the longest attempt that had just
/// begun, and the questions that find out that it answers.
#[test]
fn a_device_is_back_within_five_seconds_of_its_return() {
    let timing = Timing::default();
    let attempt = (timing.reply * 2).max(transport::OPEN_TIME_MAX);
    let worst = attempt + timing.reopen_limit + timing.reply * 2;
    assert!(worst <= Duration::from_secs(5), "{worst:?}");
}

/// With the waits of the product, once they have grown to their longest.
#[tokio::test]
async fn a_printer_plugged_in_again_is_back_within_five_seconds() {
    let folder = Folder::new();
    let path = folder.path().join("printer");
    let url = format!("serial:{}?profile=epson-jp", path.display()).parse().unwrap();
    let printer = Printer::spawn(PrinterOptions::new(url), MemoryJournal::default()).unwrap();
    let mut status = printer.status();
    for _attempt in 0..3 {
        status.changed().await.unwrap();
        assert_eq!(status.borrow_and_update().conditions(), [Condition::Absent]);
    }
    let link = VirtualLink::Terminal { path };
    let _twin = VirtualPrinter::start(VirtualModel::default(), link).await.unwrap();
    let plugged_at = Instant::now();
    let back = status.wait_for(|status| status.conditions().is_empty());
    assert!(tokio::time::timeout(DEADLINE, back).await.is_ok());
    assert!(plugged_at.elapsed() < Duration::from_secs(5), "{:?}", plugged_at.elapsed());
}

#[tokio::test]
async fn the_technician_reads_what_went_over_the_line_and_what_it_meant() {
    let bench = Bench::on_terminal().await;
    let mut progress = bench.print(1, short_slip("A101"));
    assert_eq!(finished(&mut progress).await, PROVEN);
    bench.control(Control::Noise { bytes: vec![0xff, 0x81] });
    bench.status("the noise is counted", |status| status.noise_byte_count >= 2).await;
    bench.control(Control::Cover { open: true });
    bench.status("the cover is open", |status| status.cover_open).await;
    let entries = bench.printer.exchanges().entries_now();
    let found = |direction: Direction, meaning: &str| -> &Exchange {
        let matching = |entry: &&Exchange| entry.direction == direction && entry.meaning == meaning;
        entries.iter().rev().find(matching).unwrap_or_else(|| panic!("no {meaning}: {entries:?}"))
    };
    assert_eq!(found(Direction::Sent, "ask_printer").bytes, [0x10, 0x04, 0x01]);
    assert_eq!(found(Direction::Received, "printer_status").detail, "online");
    assert_eq!(found(Direction::Sent, "job").detail, "job 1");
    assert_eq!(found(Direction::Received, "process_id").bytes, b"\x37\x220001\x00");
    assert_eq!(found(Direction::Received, "noise").byte_count, 1);
    assert_eq!(found(Direction::Received, "automatic_status").detail, "offline, cover open");
}

#[tokio::test]
async fn a_slip_says_how_much_paper_it_takes() {
    let bench = Bench::on_terminal().await;
    let mut progress = bench.print(1, short_slip("A101"));
    assert_eq!(finished(&mut progress).await, PROVEN);
    let used_mm = bench.control.state().counts.paper_mm;
    let said_mm = u64::from(progress.height_mm);
    assert!(said_mm.abs_diff(used_mm) <= 2, "it said {said_mm} mm and took {used_mm} mm");
}

/// A model that lacks the function answers nothing to it. One lost proof must not end all printing.
#[tokio::test]
async fn a_printer_that_does_not_clear_its_buffers_when_told_goes_on_after_a_lost_proof() {
    let peer = Peer::start(|heard| match heard {
        [.., 0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08] => Vec::new(),
        heard if heard.ends_with(b"\x1d\x28\x48\x06\x00\x30\x300001") => Vec::new(),
        heard => sound_answer(heard),
    })
    .await;
    let printer = peer.driver();
    let mut first = print(&printer, 1);
    let mut second = print(&printer, 2);
    let outcome = finished(&mut first).await;
    assert!(matches!(outcome, JobState::Unknown { .. }), "{outcome:?}");
    assert_eq!(finished(&mut second).await, PROVEN);
}

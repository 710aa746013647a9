//! Devices that are pulled out and plugged in again: back within 5 s of their return, and no
//! processor time meanwhile. One test, because the time of the whole process is measured.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it must be"
)]

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use printer_driver::bell::{Bell, BellStatus, BellTiming};
use printer_driver::document::{Align, Document, Style};
use printer_driver::printer::{
    Condition, Job, JobId, JobState, LinkState, NoJournal, Printer, PrinterOptions,
};
use tests::harness::random::{Random, seed};
use tests::machine::Machine;
use tests::machine::wire::Socket;
use tests::paper::model::Model;

/// The bar, and half of it again for a machine that is busy with other tests.
const BACK_TIME_MAX: Duration = Duration::from_millis(7_500);
/// Share of one processor that looking for absent devices may take.
const BUSY_MAX: f64 = 0.15;
const ROUNDS: usize = 3;

/// Processor time of this process, in seconds (proc(5): utime and stime, in 1/100 s).
fn processor_time() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let field = |index: usize| -> f64 {
        fields.split(' ').nth(index).and_then(|ticks| ticks.parse().ok()).unwrap()
    };
    (field(11) + field(12)) / 100.0
}

fn printer(machine: &Machine) -> Printer {
    let url = format!("{}?profile=epson-jp", machine.address()).parse().unwrap();
    Printer::spawn(PrinterOptions::new(url), NoJournal).unwrap()
}

async fn wait_for(printer: &Printer, open: bool) {
    let mut status = printer.status();
    let reached = status.wait_for(|status| (status.link == LinkState::Open) == open);
    let reached = tokio::time::timeout(Duration::from_secs(30), reached).await;
    assert!(reached.is_ok(), "the link does not become {open}");
}

/// A printer that is not there is never said to be.
async fn stays_away(printer: &Printer, span: Duration) {
    let mut status = printer.status();
    let open = status.wait_for(|status| status.link == LinkState::Open);
    assert!(tokio::time::timeout(span, open).await.is_err(), "an absent printer is there");
}

async fn print(printer: &Printer, job: u64) {
    let document = Document::builder().text(format!("slip {job}"), Style::BODY, Align::Left);
    let document = document.build().unwrap();
    let mut progress = printer.print(Job { id: JobId(job), document }).unwrap();
    let state = tokio::time::timeout(Duration::from_secs(30), progress.finished()).await;
    assert!(matches!(state, Ok(Some(JobState::Printed { .. }))), "slip {job}: {state:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "the seed repeats a run that fails")]
async fn what_is_unplugged_comes_back_by_itself_and_costs_nothing_meanwhile() {
    let seed = seed("YOBIDASHI_SEED");
    println!("YOBIDASHI_SEED={seed}");
    let mut random = Random::new(seed);
    let folder = tempfile::tempdir().unwrap();
    let model = || Model::named("epson-jp", 80);
    let machines = [
        Machine::start(model(), Socket::Tcp),
        Machine::start(model(), Socket::Serial(folder.path().join("printer"))),
    ];
    let board = Machine::start(model(), Socket::Serial(folder.path().join("bell")));
    let bell = format!("{}?driver=lcus&channel=1", board.address()).parse().unwrap();
    let bell = Bell::spawn(bell, BellTiming::default());
    let printers = machines.each_ref().map(printer);
    for (index, printer) in printers.iter().enumerate() {
        wait_for(printer, true).await;
        print(printer, index as u64).await;
    }
    let (mut away, mut busy) = (Duration::ZERO, 0.0);
    for round in 0..ROUNDS {
        machines.iter().chain([&board]).for_each(|machine| machine.cable(false));
        for printer in &printers {
            wait_for(printer, false).await;
            let conditions = printer.status().borrow().conditions();
            assert!(conditions.contains(&Condition::Absent), "{conditions:?}");
        }
        let (begun, time) = (Instant::now(), processor_time());
        let gone = Duration::from_millis(500 + random.below(2_500));
        stays_away(&printers[round % 2], gone).await;
        away += begun.elapsed();
        busy += processor_time() - time;
        machines.iter().chain([&board]).for_each(|machine| machine.cable(true));
        let back = Instant::now();
        for (index, printer) in printers.iter().enumerate() {
            wait_for(printer, true).await;
            assert!(back.elapsed() <= BACK_TIME_MAX, "back after {:?}", back.elapsed());
            print(printer, (10 * round + index + 100) as u64).await;
        }
        let mut status = bell.status();
        let ready = status.wait_for(|status| *status == BellStatus::Ready);
        tokio::time::timeout(BACK_TIME_MAX, ready).await.unwrap().unwrap();
    }
    let share = busy / away.as_secs_f64();
    assert!(share <= BUSY_MAX, "{share:.2} of a processor while three devices are away");
    hung_up_at_once().await;
}

/// A port that takes every connection and ends it at once, as a box between may: tried again at
/// leisure, not in a loop.
async fn hung_up_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            counted.fetch_add(1, Ordering::Relaxed);
            drop(stream);
        }
    });
    let url = format!("tcp:{address}?profile=epson-jp").parse().unwrap();
    let printer = Printer::spawn(PrinterOptions::new(url), NoJournal).unwrap();
    let time = processor_time();
    stays_away(&printer, Duration::from_secs(3)).await;
    let busy = processor_time() - time;
    let tries = count.load(Ordering::Relaxed);
    assert!((1..=12).contains(&tries), "{tries} connections in 3 s");
    assert!(busy <= 3.0 * BUSY_MAX, "{busy} s of processor time in 3 s");
    drop(printer);
}

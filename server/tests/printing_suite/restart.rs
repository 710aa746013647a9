//! What a restart does for slips: nobody stands at a kiosk without paper that nobody knows of.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::command::{Command, Want};
use domain::event::Event;
use domain::id::{KioskId, TicketId};
use domain::language::Language;
use domain::ticket::{Class, Origin, Paper, Token};
use kiosk::spool::{NewJob, Spool, Subject};
use printer_driver::document::{Align, Document, Style};
use printer_driver::printer::{JobState, Proof};
use protocol::event::Source;
use server::clock::Clock;
use server::config::OfficeFile;
use server::engine::{Ask, Committed, Core, Engine, Engineered, Order};
use server::printing::{Beginning, Printing};

/// A port that nobody listens on: the printer is switched off.
const NOBODY: &str = "tcp:127.0.0.1:1?profile=epson-jp";

fn clock() -> Clock {
    Clock::rehearsal("Asia/Tokyo", "2026-06-02T10:00", 1.0).unwrap()
}

fn order(command: Command) -> Order {
    Order { ask: Ask::Command(command), source: Source::Manager, key: None }
}

/// An office in which one ticket was issued at the first kiosk, as the last run left it.
fn left_behind(dir: &Path) -> (Core, KioskId) {
    let setup = OfficeFile::embedded().setup;
    let now = clock().now();
    let kiosk = setup.kiosks[0].id;
    let (mut core, _) = Core::open(dir, &setup, now).unwrap();
    let issue = Command::IssueTicket {
        want: Want::Queue(setup.queues[0].id),
        class: Class::Ordinary,
        language: Language::Japanese,
        origin: Origin::Kiosk(kiosk),
        token: Token([7; 16]),
    };
    let orders = [order(Command::OpenDay { date: now.date }), order(issue)];
    let batch = core.execute(now, &orders).unwrap();
    assert!(batch.outcomes.iter().all(Result::is_ok), "{:?}", batch.outcomes);
    (core, kiosk)
}

fn spool(dir: &Path, kiosk: KioskId) -> Spool {
    Spool::open(&dir.join(format!("spool-{kiosk}.sqlite"))).unwrap()
}

/// Starts engine and printing over what the last run left; `recent` is what the start has read.
fn restart(
    dir: &Path,
    core: Core,
    kiosk: KioskId,
) -> (Engineered, Printing, Arc<Mutex<Vec<Committed>>>) {
    let office = Arc::new(OfficeFile::embedded());
    let clock = Arc::new(clock());
    let today = core.office().clone();
    let published = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&published);
    let publish = Box::new(move |batch: Vec<Committed>| sink.lock().unwrap().extend(batch));
    let engineered = Engine::start(core, Arc::clone(&clock), publish).unwrap();
    let addresses: BTreeMap<_, _> =
        office.setup.kiosks.iter().map(|kiosk| (kiosk.id, NOBODY.parse().unwrap())).collect();
    assert!(addresses.contains_key(&kiosk));
    let beginning = Beginning {
        office,
        clock,
        engine: engineered.engine.clone(),
        dir,
        addresses: &addresses,
        today: &today,
        recent: &[],
    };
    let printing = Printing::start(beginning, |_| {}).unwrap();
    (engineered, printing, published)
}

async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what}");
        tokio::task::yield_now().await;
    }
}

async fn reported_after(state: JobState) -> Paper {
    let dir = tempfile::tempdir().unwrap();
    let (core, kiosk) = left_behind(dir.path());
    let before = spool(dir.path(), kiosk);
    let slip = Document::builder().text("A001", Style::BODY, Align::Center).build().unwrap();
    let job = before.add(NewJob::new(Subject::ticket(1), slip)).unwrap();
    before.record_state(job.id, state).unwrap();
    drop(before);
    let (engineered, _printing, published) = restart(dir.path(), core, kiosk);
    let paper = until("the slip's outcome is in the log", || {
        let published = published.lock().unwrap();
        published.iter().find_map(|committed| {
            let Event::PaperReported { ticket: TicketId(1), paper } = committed.event else {
                return None;
            };
            Some(paper)
        })
    });
    let paper = paper.await;
    tokio::task::spawn_blocking(move || engineered.stop()).await.unwrap().unwrap();
    paper
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_spool_knows_of_a_slip_reaches_the_log_though_the_last_run_ended_first() {
    let proof = Proof::ProcessId;
    assert_eq!(reported_after(JobState::Printed { proof }).await, Paper::Printed);
    let reason = printer_driver::printer::UnknownReason::LinkLost;
    assert_eq!(reported_after(JobState::Unknown { reason }).await, Paper::Unknown);
    assert_eq!(reported_after(JobState::Withdrawn).await, Paper::Failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_issued_long_before_the_restart_can_still_be_printed_again() {
    let dir = tempfile::tempdir().unwrap();
    let (core, kiosk) = left_behind(dir.path());
    let (engineered, printing, published) = restart(dir.path(), core, kiosk);
    let spool = spool(dir.path(), kiosk);
    let count = || spool.of_subject(Subject::ticket(1)).unwrap().len();
    assert_eq!(count(), 1, "the resident still stands there: printed at once");
    let reprint = Command::ReprintTicket { ticket: TicketId(1) };
    engineered.engine.submit(order(reprint)).await.unwrap();
    let reprinted = until("the reprint is published", || {
        let published = published.lock().unwrap();
        let is_reprint = |it: &&Committed| matches!(it.event, Event::TicketReprinted { .. });
        published.iter().find(is_reprint).cloned()
    });
    printing.event(&reprinted.await);
    until("both slips are spooled", || (count() == 2).then_some(())).await;
    tokio::task::spawn_blocking(move || engineered.stop()).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_came_after_staff_were_told_reaches_the_log_with_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let (mut core, kiosk) = left_behind(dir.path());
    let doubtful = Command::ReportPaper { ticket: TicketId(1), paper: Paper::Unknown };
    core.execute(clock().now(), &[order(doubtful)]).unwrap();
    let before = spool(dir.path(), kiosk);
    let slip = Document::builder().text("A001", Style::BODY, Align::Center).build().unwrap();
    let job = before.add(NewJob::new(Subject::ticket(1), slip)).unwrap();
    let proof = Proof::ProcessId;
    before.record_state(job.id, JobState::Printed { proof }).unwrap();
    drop(before);
    let (engineered, _printing, published) = restart(dir.path(), core, kiosk);
    let printed = Event::PaperReported { ticket: TicketId(1), paper: Paper::Printed };
    until("the late proof is in the log", || {
        let published = published.lock().unwrap();
        published.iter().find(|committed| committed.event == printed).map(|_| ())
    })
    .await;
    tokio::task::spawn_blocking(move || engineered.stop()).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_slip_that_nobody_noted_the_end_of_is_settled_or_unknown_after_one_restart() {
    let dir = tempfile::tempdir().unwrap();
    let (core, kiosk) = left_behind(dir.path());
    let before = spool(dir.path(), kiosk);
    let slip = Document::builder().text("A001", Style::BODY, Align::Center).build().unwrap();
    // The disk was full when the first one ended, and took words again when the next one began.
    let first = before.add(NewJob::new(Subject::ticket(1), slip.clone())).unwrap();
    let second = before.add(NewJob::new(Subject::ticket(2), slip)).unwrap();
    before.record_state(first.id, JobState::Sent).unwrap();
    before.record_state(second.id, JobState::Sending).unwrap();
    drop(before);
    let (engineered, _printing, published) = restart(dir.path(), core, kiosk);
    let unknown = Event::PaperReported { ticket: TicketId(1), paper: Paper::Unknown };
    until("staff are asked about the first slip", || {
        let published = published.lock().unwrap();
        published.iter().find(|committed| committed.event == unknown).map(|_| ())
    })
    .await;
    let spool = spool(dir.path(), kiosk);
    assert!(matches!(spool.state(first.id).unwrap(), Some(JobState::Unknown { .. })));
    tokio::task::spawn_blocking(move || engineered.stop()).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_that_a_damaged_queue_no_longer_knows_is_printed_as_a_reprint_only() {
    for (is_damaged, copy_count) in [(true, 1), (false, 0)] {
        let dir = tempfile::tempdir().unwrap();
        let (core, kiosk) = left_behind(dir.path());
        for kiosk in &OfficeFile::embedded().setup.kiosks {
            drop(spool(dir.path(), kiosk.id));
        }
        if is_damaged {
            // Its slip may lie in the tray.
            let path = dir.path().join(format!("spool-{kiosk}.sqlite"));
            std::fs::write(path, "no longer a database").unwrap();
        }
        let (engineered, _printing, _published) = restart(dir.path(), core, kiosk);
        let slips = spool(dir.path(), kiosk).of_subject(Subject::ticket(1)).unwrap();
        assert_eq!(slips.len(), 1, "the resident still stands there: printed at once");
        let document = serde_json::to_string(&slips[0].job.document).unwrap();
        assert_eq!(document.matches("再発行").count().min(1), copy_count, "{document}");
        tokio::task::spawn_blocking(move || engineered.stop()).await.unwrap().unwrap();
    }
}

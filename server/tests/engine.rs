//! The engine over a real log: one effect per key, the first answer for ever, nothing lost by a
//! restart, and a snapshot that starts where a full replay ends.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::Path;
use std::sync::{Arc, Mutex};

use domain::command::{Command, Want};
use domain::event::Event;
use domain::id::{CounterId, KioskId, QueueId};
use domain::language::Language;
use domain::office::Office;
use domain::refusal::Refusal;
use domain::ticket::{Class, Origin, Token};
use domain::time::Now;
use protocol::event::Source;
use server::clock::Clock;
use server::config::OfficeFile;
use server::engine::{Ask, Committed, Core, Engine, Order, Outcome, Rejection, RequestKey};
use server::log::{Log, LogOptions, PendingCommand, PendingEvent};
use server::record;

fn clock() -> Clock {
    Clock::rehearsal("Asia/Tokyo", "2026-06-02T10:00", 1.0).unwrap()
}

fn at(text: &str) -> Now {
    let clock = clock();
    clock.at(clock.read_moment(text).unwrap())
}

fn order(command: Command) -> Order {
    Order { ask: Ask::Command(command), source: Source::Manager, key: None }
}

fn keyed(command: Command, key: u8, request: u8) -> Order {
    let key = RequestKey { key: [key; 16], request: [request; 32] };
    Order { key: Some(key), ..order(command) }
}

fn queue() -> QueueId {
    OfficeFile::embedded().setup.queues[0].id
}

fn counter_for(queue: QueueId) -> CounterId {
    let setup = OfficeFile::embedded().setup;
    let serves = |c: &&domain::setup::Counter| c.profile.iter().any(|line| line.queue == queue);
    setup.counters.iter().find(serves).unwrap().id
}

fn issue(token: u8) -> Command {
    Command::IssueTicket {
        want: Want::Queue(queue()),
        class: Class::Ordinary,
        language: Language::Japanese,
        origin: Origin::Floor,
        token: Token([token; 16]),
    }
}

fn open(counter: CounterId) -> Command {
    Command::OpenCounter { counter, operator: None, languages: Vec::new(), profile: None }
}

fn start(dir: &Path) -> Core {
    let (core, _) = Core::open(dir, &OfficeFile::embedded().setup, at("2026-06-02T10:00")).unwrap();
    core
}

fn run(core: &mut Core, now: &str, command: Command) -> Outcome {
    core.execute(at(now), &[order(command)]).unwrap().outcomes.remove(0)
}

fn day(core: &mut Core, now: &str) {
    let date = at(now).date;
    run(core, now, Command::OpenDay { date }).unwrap();
}

#[test]
fn a_repeated_request_has_one_effect_and_the_first_answer_even_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut core = start(dir.path());
    day(&mut core, "2026-06-02T10:00");
    let now = at("2026-06-02T10:01");
    let twice = [keyed(issue(1), 7, 7), keyed(issue(2), 7, 7)];
    let outcomes = core.execute(now, &twice).unwrap().outcomes;
    let first = outcomes[0].clone().unwrap();
    assert_eq!(outcomes[1], Ok(Arc::clone(&first)));
    let seq = core.seq();
    drop(core);

    let mut core = start(dir.path());
    let later = at("2026-06-02T10:02");
    let again = core.execute(later, &[keyed(issue(3), 7, 7)]).unwrap();
    assert_eq!(again.outcomes[0], Ok(first));
    assert_eq!((core.seq(), again.committed.len()), (seq, 0));
}

#[test]
fn a_request_of_the_day_before_is_answered_the_same_way_after_a_nights_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut core = start(dir.path());
    day(&mut core, "2026-06-02T08:30");
    let counter = counter_for(queue());
    run(&mut core, "2026-06-02T09:00", open(counter)).unwrap();
    run(&mut core, "2026-06-02T09:05", issue(1)).unwrap();
    let call = keyed(Command::CallNext { counter }, 4, 4);
    let called = core.execute(at("2026-06-02T17:00"), std::slice::from_ref(&call)).unwrap();
    let setup = OfficeFile::embedded().setup;
    let batched = setup.procedures.iter().find_map(|procedure| {
        use domain::command::BatchChannel;
        let command =
            |channel| Command::ReceiveBatch { procedure: procedure.code, channel, count: 3 };
        [BatchChannel::Mail, BatchChannel::Electronic]
            .map(command)
            .into_iter()
            .find(|command| core.office().decide(at("2026-06-02T17:10"), command).is_ok())
    });
    let batch = keyed(batched.unwrap(), 5, 5);
    let first = core.execute(at("2026-06-02T17:10"), std::slice::from_ref(&batch)).unwrap();
    run(&mut core, "2026-06-02T22:00", Command::CloseDay).unwrap();
    drop(core);

    let now = at("2026-06-03T08:20");
    let (mut core, recovered) = Core::open(dir.path(), &setup, now).unwrap();
    assert!(recovered.replayed < 3, "the start begins at the snapshot");
    day(&mut core, "2026-06-03T08:30");
    let again = core.execute(at("2026-06-03T08:31"), &[batch, call]).unwrap();
    assert_eq!(again.outcomes[0], first.outcomes[0]);
    assert_eq!(again.outcomes[1], called.outcomes[0], "the label included");
    assert_eq!(core.office().batches().count(), 1, "the mail is counted once");
}

#[test]
fn another_request_under_the_same_key_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut core = start(dir.path());
    day(&mut core, "2026-06-02T10:00");
    let orders = [keyed(issue(1), 7, 7), keyed(issue(2), 7, 8)];
    let outcomes = core.execute(at("2026-06-02T10:01"), &orders).unwrap().outcomes;
    assert!(outcomes[0].is_ok());
    assert_eq!(outcomes[1], Err(Rejection::KeyReused));
}

#[test]
fn a_refused_request_is_answered_the_same_way_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut core = start(dir.path());
    day(&mut core, "2026-06-02T10:00");
    let counter = counter_for(queue());
    let call = || keyed(Command::CallNext { counter }, 9, 9);
    let first = core.execute(at("2026-06-02T10:01"), &[call()]).unwrap().outcomes.remove(0);
    assert!(matches!(first, Err(Rejection::Refused(_))), "{first:?}");
    run(&mut core, "2026-06-02T10:01", open(counter)).unwrap();
    run(&mut core, "2026-06-02T10:01", issue(1)).unwrap();
    let again = core.execute(at("2026-06-02T10:02"), &[call()]).unwrap().outcomes.remove(0);
    assert_eq!(again, first);
}

#[test]
fn two_counters_that_press_at_the_same_moment_call_two_people() {
    let dir = tempfile::tempdir().unwrap();
    let mut core = start(dir.path());
    day(&mut core, "2026-06-02T10:00");
    let setup = OfficeFile::embedded().setup;
    let serves = |c: &&domain::setup::Counter| c.profile.iter().any(|line| line.queue == queue());
    let counters: Vec<_> = setup.counters.iter().filter(serves).take(2).map(|c| c.id).collect();
    for counter in &counters {
        run(&mut core, "2026-06-02T10:00", open(*counter)).unwrap();
    }
    run(&mut core, "2026-06-02T10:01", issue(1)).unwrap();
    let press = |counter: &CounterId| order(Command::CallNext { counter: *counter });
    let presses: Vec<Order> = counters.iter().chain(&counters).map(press).collect();
    let outcomes = core.execute(at("2026-06-02T10:02"), &presses).unwrap().outcomes;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
}

/// A day with somebody served, somebody waiting at its end, and a tag still out.
fn whole_day(core: &mut Core) {
    day(core, "2026-06-02T08:30");
    let counter = counter_for(queue());
    run(core, "2026-06-02T09:00", open(counter)).unwrap();
    for token in 1..=3 {
        run(core, "2026-06-02T09:05", issue(token)).unwrap();
    }
    run(core, "2026-06-02T09:06", Command::CallNext { counter }).unwrap();
    run(core, "2026-06-02T09:07", Command::StartService { counter, presented: None }).unwrap();
    let pool = OfficeFile::embedded().setup.tag_pools[0].id;
    run(core, "2026-06-02T09:10", Command::HandOutTag { pool, number: 1 }).unwrap();
}

#[test]
fn a_start_from_the_snapshot_equals_a_full_replay() {
    let dir = tempfile::tempdir().unwrap();
    let mut core = start(dir.path());
    whole_day(&mut core);
    run(&mut core, "2026-06-02T19:30", Command::CloseDay).unwrap();
    day(&mut core, "2026-06-03T08:30");
    run(&mut core, "2026-06-03T09:00", issue(9)).unwrap();
    let office = core.office().clone();
    drop(core);

    let setup = OfficeFile::embedded().setup;
    let now = at("2026-06-03T09:01");
    let (short, recovered) = Core::open(dir.path(), &setup, now).unwrap();
    assert!(recovered.replayed < 5, "replayed {} events", recovered.replayed);
    assert_eq!(short.office(), &office);
    drop(short);

    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().contains("snapshot") {
            let _ = std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path));
        }
    }
    let (full, recovered) = Core::open(dir.path(), &setup, now).unwrap();
    assert!(recovered.replayed > 10, "replayed {} events", recovered.replayed);
    assert_eq!(full.office(), &office);
}

#[test]
fn a_log_that_cannot_have_happened_is_refused_by_the_number_of_its_record() {
    let dir = tempfile::tempdir().unwrap();
    let core = start(dir.path());
    let setup = OfficeFile::embedded().setup;
    let seq = core.seq() + 1;
    drop(core);
    let mut log = Log::open(dir.path(), LogOptions::new(setup.office.as_str())).unwrap();
    let now = at("2026-06-02T10:00");
    let (kind, version, body) = record::encode(&Event::DayClosed { date: now.date }).unwrap();
    let closing = PendingCommand {
        at_ms: now.at.0,
        source: record::encode_source(&Source::Office).unwrap(),
        key: None,
        request: None,
        events: vec![PendingEvent { day: 0, kind, version, body }],
    };
    log.append(&[closing]).unwrap();
    drop(log);
    let error = Core::open(dir.path(), &setup, now).unwrap_err().to_string();
    assert!(error.contains(&format!("record {seq} ")), "{error}");
}

#[test]
fn the_events_kept_for_screens_lead_from_the_earlier_state_to_the_present_one() {
    let dir = tempfile::tempdir().unwrap();
    let mut core = start(dir.path());
    whole_day(&mut core);
    drop(core);
    let setup = OfficeFile::embedded().setup;
    let (core, recovered) = Core::open(dir.path(), &setup, at("2026-06-02T09:30")).unwrap();
    let mut office: Office = recovered.before;
    for committed in &recovered.recent {
        office.apply(committed.at, &committed.event);
    }
    assert_eq!(&office, core.office());
    let seqs: Vec<u64> = recovered.recent.iter().map(|committed| committed.seq).collect();
    assert_eq!(seqs.last(), Some(&core.seq()));
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1));
}

#[test]
fn a_changed_office_file_that_would_orphan_somebody_leaves_the_old_setup_in_force() {
    let dir = tempfile::tempdir().unwrap();
    let mut core = start(dir.path());
    day(&mut core, "2026-06-02T10:00");
    run(&mut core, "2026-06-02T10:01", issue(1)).unwrap();
    drop(core);
    let mut setup = OfficeFile::embedded().setup;
    let gone = queue();
    setup.queues.retain(|queue| queue.id != gone);
    setup.counters.iter_mut().for_each(|c| c.profile.retain(|line| line.queue != gone));
    setup.errands.retain(|errand| errand.leads_to != domain::setup::ErrandTarget::Queue(gone));
    for notice in &mut setup.calendar.notices {
        notice.queues.retain(|queue| *queue != gone);
    }
    let (core, recovered) = Core::open(dir.path(), &setup, at("2026-06-02T10:02")).unwrap();
    assert!(recovered.setup_kept.is_some());
    assert!(core.office().setup().unwrap().queue(gone).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_writer_answers_then_publishes_in_the_order_of_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let core = start(dir.path());
    let published = Arc::new(Mutex::new(Vec::<Committed>::new()));
    let sink = Arc::clone(&published);
    let publish = Box::new(move |batch: Vec<Committed>| sink.lock().unwrap().extend(batch));
    let engineered = Engine::start(core, Arc::new(clock()), publish).unwrap();
    let engine = engineered.engine.clone();
    let mut tasks = Vec::new();
    // The day is opened by time itself within a second; until then issuing is refused.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while engine.submit(order(issue(0))).await.is_err() {
        assert!(std::time::Instant::now() < deadline, "the day did not open by itself");
        tokio::task::yield_now().await;
    }
    for token in 1..=50 {
        let engine = engine.clone();
        tasks.push(tokio::spawn(async move { engine.submit(order(issue(token))).await }));
    }
    let mut answered = Vec::new();
    for task in tasks {
        answered.push(task.await.unwrap().unwrap().seq);
    }
    tokio::task::spawn_blocking(move || engineered.stop()).await.unwrap().unwrap();
    let published: Vec<Committed> = published.lock().unwrap().clone();
    let seqs: Vec<u64> = published.iter().map(|committed| committed.seq).collect();
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "{seqs:?}");
    assert!(answered.iter().all(|seq| seqs.contains(seq)));
    let labels: std::collections::BTreeSet<_> = published
        .iter()
        .filter_map(|committed| {
            let Event::TicketIssued { label, .. } = &committed.event else { return None };
            Some(*label)
        })
        .collect();
    assert_eq!(labels.len(), 51);
    assert_eq!(engine.submit(order(issue(99))).await, Err(Rejection::Failing));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_opens_by_itself_however_busy_the_writer_is() {
    let dir = tempfile::tempdir().unwrap();
    let core = start(dir.path());
    let clock = Clock::standing("Asia/Tokyo", at("2026-06-02T05:00").at).unwrap();
    let clock = Arc::new(clock);
    let engineered = Engine::start(core, Arc::clone(&clock), Box::new(|_| {})).unwrap();
    let press = |engine: Engine| async move {
        let closed = Err(Rejection::Refused(Refusal::DayNotOpen));
        let counter = counter_for(queue());
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while engine.submit(order(Command::Recall { counter })).await == closed {
            assert!(std::time::Instant::now() < deadline, "the day did not open by itself");
        }
    };
    let presses: Vec<_> =
        (0..300).map(|_| tokio::spawn(press(engineered.engine.clone()))).collect();
    clock.set(at("2026-06-02T09:00").at);
    for pressed in presses {
        pressed.await.unwrap();
    }
    tokio::task::spawn_blocking(move || engineered.stop()).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_defect_in_the_writer_the_office_says_that_it_is_failing() {
    let dir = tempfile::tempdir().unwrap();
    let core = start(dir.path());
    let publish = Box::new(|_: Vec<Committed>| panic!("a defect"));
    let engineered = Engine::start(core, Arc::new(clock()), publish).unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !engineered.engine.failing() {
        assert!(std::time::Instant::now() < deadline, "nobody would notice");
        tokio::task::yield_now().await;
    }
    assert_eq!(engineered.engine.submit(order(issue(1))).await, Err(Rejection::Failing));
}

#[test]
fn a_kiosk_outside_hours_is_told_when_the_office_opens() {
    let dir = tempfile::tempdir().unwrap();
    let mut core = start(dir.path());
    day(&mut core, "2026-06-02T08:20");
    let kiosk = OfficeFile::embedded().setup.kiosks[0].id;
    let mut command = issue(1);
    if let Command::IssueTicket { origin, .. } = &mut command {
        *origin = Origin::Kiosk(KioskId(kiosk.0));
    }
    let refused = run(&mut core, "2026-06-02T08:25", command).unwrap_err();
    let Rejection::Refused(refusal) = refused else { panic!("{refused:?}") };
    assert_eq!(refusal.code(), "closed_hours");
}

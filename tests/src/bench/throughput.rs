//! 64 clients at once: what the product gets through, beside a log with nothing around it, and
//! beside itself without a disk.

use std::cell::Cell;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use domain::command::{Command, Want};
use domain::event::Event;
use domain::language::Language;
use domain::setup::Setup;
use domain::ticket::{CancelReason, Class, Origin, Token};
use protocol::event::Source;
use server::clock::Clock;
use server::config::OfficeFile;
use server::engine::{Ask, Core, Engine, Order};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::LocalSet;

use super::client::{number, parse, write_post};
use super::limit::{RECORD_BYTES, RawLog};
use super::process::{Server, office_text};
use super::table::{Bar, Run, Table};
use super::workload::{Clerk, ISSUE};
use super::{Failure, Plan, fresh};

/// Clients at once.
const CLIENTS: usize = 64;
/// Most records in one commit, as in the engine.
const BATCH_MAX: usize = 512;
/// A disk that is none.
const NO_DISK: &str = "/dev/shm";

/// Engine against raw log, HTTP against itself.
pub(super) fn measure(plan: &Plan, table: &mut Table) -> Result<(), Failure> {
    let (mut engines, mut sites) = (Vec::new(), Vec::new());
    for _ in 0..plan.runs() {
        let limit = raw(plan)?;
        let measured = engine(plan)?;
        engines.push(Run { measured, limit });
        let measured = http(plan, &plan.fresh("throughput")?)?;
        let none = NoDisk::new()?;
        let limit = http(plan, &none.0)?;
        sites.push(Run { measured, limit });
    }
    table.compare(
        "engine, 64 tasks, against the raw log",
        "ops/s",
        &engines,
        Bar::AtLeast(0.7),
        "the limit writes 256 B and flushes; the engine also decides, hashes and keeps SQLite's \
         tree",
    );
    table.compare(
        "HTTP, 64 clients, against the same on no disk",
        "ops/s",
        &sites,
        Bar::AtLeast(0.6),
        "",
    );
    Ok(())
}

/// A folder in memory; gone when dropped.
struct NoDisk(PathBuf);

impl NoDisk {
    fn new() -> Result<NoDisk, Failure> {
        let name = format!("yobidashi-bench-{}", std::process::id());
        Ok(NoDisk(fresh(Path::new(NO_DISK), &name)?))
    }
}

impl Drop for NoDisk {
    fn drop(&mut self) {
        // What is left is left for the next start of the machine.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs `client` 64 times over on one thread until `visits` visits of two operations are done;
/// operations per second.
fn storm<F>(visits: usize, client: impl Fn(Rc<Cell<usize>>) -> F) -> Result<f64, Failure>
where
    F: Future<Output = Result<(), Failure>> + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let left = Rc::new(Cell::new(visits));
    let began = Instant::now();
    runtime.block_on(LocalSet::new().run_until(async {
        let clients: Vec<_> =
            (0..CLIENTS).map(|_| tokio::task::spawn_local(client(Rc::clone(&left)))).collect();
        for client in clients {
            client.await??;
        }
        Ok::<(), Failure>(())
    }))?;
    Ok(2.0 * visits as f64 / began.elapsed().as_secs_f64())
}

/// Takes one of the visits that are left.
fn takes(left: &Cell<usize>) -> bool {
    let count = left.get();
    left.set(count.saturating_sub(1));
    count > 0
}

fn visits(plan: &Plan) -> usize {
    plan.pick(10_000, 40_000)
}

/// One thread: take what has queued up, write it, flush, answer.
fn raw(plan: &Plan) -> Result<f64, Failure> {
    let mut log = RawLog::create(&plan.fresh("raw")?)?;
    let (sender, receiver): (SyncSender<oneshot::Sender<()>>, Receiver<_>) = sync_channel(4_096);
    let writer = std::thread::spawn(move || {
        let mut waiting = Vec::with_capacity(BATCH_MAX);
        while let Ok(first) = receiver.recv() {
            waiting.push(first);
            waiting.extend(receiver.try_iter().take(BATCH_MAX - 1));
            log.append(&vec![7; waiting.len() * RECORD_BYTES])?;
            for answer in waiting.drain(..) {
                // A client that has left needs no answer.
                let _ = answer.send(());
            }
        }
        Ok::<(), std::io::Error>(())
    });
    let per_second = storm(visits(plan), |left| {
        let sender = sender.clone();
        async move {
            while takes(&left) {
                for _ in 0..2 {
                    let (answer, done) = oneshot::channel();
                    sender.send(answer)?;
                    done.await?;
                }
            }
            Ok(())
        }
    })?;
    drop(sender);
    writer.join().map_err(|_| "the raw log stopped early")??;
    Ok(per_second)
}

/// The default office with room for a storm.
pub(super) fn setup() -> Result<(Setup, String), Failure> {
    let office = OfficeFile::parse(&office_text(), "bench office");
    let office = office.map_err(|errors| errors.to_string())?;
    Ok((office.setup, office.zone))
}

/// The engine as a library: every client issues a ticket and cancels it.
fn engine(plan: &Plan) -> Result<f64, Failure> {
    let (setup, zone) = setup()?;
    let clock = Clock::rehearsal(&zone, "2026-06-02T10:00", 1.0)?;
    let now = clock.now();
    let (mut core, _) = Core::open(&plan.fresh("engine")?, &setup, now)?;
    core.execute(now, &[order(Command::OpenDay { date: now.date })])?;
    while core.idle()? == server::log::Idle::More {}
    let engineered = Engine::start(core, Arc::new(clock), Box::new(|_| {}))?;
    let tokens = Rc::new(Cell::new(0_u128));
    let queues: Rc<[_]> = setup.queues.iter().map(|queue| queue.id).collect();
    let per_second = storm(visits(plan), |left| {
        let engine = engineered.engine.clone();
        let (tokens, queues) = (Rc::clone(&tokens), Rc::clone(&queues));
        async move {
            while takes(&left) {
                tokens.set(tokens.get() + 1);
                let token = tokens.get();
                let queue = queues[token as usize % queues.len()];
                let issue = Command::IssueTicket {
                    want: Want::Queue(queue),
                    class: Class::Ordinary,
                    language: Language::Japanese,
                    origin: Origin::Floor,
                    token: Token(token.to_be_bytes()),
                };
                let issued = engine.submit(order(issue)).await;
                let issued = issued.map_err(|rejection| format!("{rejection:?}"))?;
                let Some(&Event::TicketIssued { ticket, .. }) = issued.events.first() else {
                    return Err("no ticket was issued".into());
                };
                let cancel = Command::CancelTicket { ticket, reason: CancelReason::Withdrawn };
                let cancelled = engine.submit(order(cancel)).await;
                cancelled.map_err(|rejection| format!("{rejection:?}"))?;
            }
            Ok(())
        }
    })?;
    engineered.stop()?;
    Ok(per_second)
}

pub(super) fn order(command: Command) -> Order {
    Order { ask: Ask::Command(command), source: Source::Floor, key: None }
}

/// The server over a data directory: every client issues a ticket and cancels it.
fn http(plan: &Plan, data: &Path) -> Result<f64, Failure> {
    let server = Server::start(plan, data)?;
    drop(Clerk::start(&server)?);
    let address = server.address;
    // Every queue has some thousand numbers a day.
    let queues: Vec<String> = setup()?.0.queues.iter().map(|it| it.id.to_string()).collect();
    let client = Cell::new(0);
    storm(plan.pick(4_000, 15_000), |left| {
        client.set(client.get() + 1);
        let body = format!(r#"{{"queue":"{}"}}"#, queues[client.get() % queues.len()]);
        visit(address, body, left)
    })
}

async fn visit(address: SocketAddr, body: String, left: Rc<Cell<usize>>) -> Result<(), Failure> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    while takes(&left) {
        exchange(&mut stream, &mut buffer, ISSUE.0, &body).await?;
        let ticket = std::str::from_utf8(&buffer).ok().and_then(|text| number(text, "ticket"));
        let ticket = ticket.ok_or("an answer names no ticket")?;
        let path = format!("/api/v1/tickets/{ticket}/cancel");
        exchange(&mut stream, &mut buffer, &path, r#"{"reason":"withdrawn"}"#).await?;
    }
    Ok(())
}

/// One command; leaves its answer in `buffer`.
async fn exchange(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    path: &str,
    body: &str,
) -> Result<(), Failure> {
    buffer.clear();
    write_post(buffer, path, body);
    stream.write_all(buffer).await?;
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the server hung up".into());
        }
        match parse(buffer) {
            Some((200..=299, _, _)) => return Ok(()),
            Some((status, start, _)) => {
                let said = String::from_utf8_lossy(&buffer[start..]);
                return Err(format!("{path}: {status} {said}").into());
            }
            None => {}
        }
    }
}

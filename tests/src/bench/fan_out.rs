//! From a press of "call next" to the last display that has read it.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use tokio_tungstenite::tungstenite;
use tungstenite::protocol::WebSocket;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};

use super::display::Displays;
use super::latency::{VOID_MAX, compare};
use super::process::Server;
use super::sample::{Figure, Samples, calm};
use super::table::{Bar, Run, Table};
use super::workload::{Clerk, Pace};
use super::{Failure, Plan, limit};

/// Files a process may have open: 1,000 sockets at both ends, and some.
const FILES_MAX: u64 = 4_096;
/// Bytes of a call's frame before it has been seen.
const FRAME_BYTES: usize = 300;

const REASON: &str =
    "beyond the limit: HTTP, deciding, the board's rendering, a wake-up per screen";

struct Size {
    displays: usize,
    samples: usize,
    pace: Pace,
}

/// 20, 100 and 1,000 displays.
pub(super) fn measure(plan: &Plan, table: &mut Table) -> Result<(), Failure> {
    allow_files()?;
    let sizes = [
        Size { displays: 20, samples: plan.pick(40, 150), pace: Pace::Quiet },
        Size { displays: 100, samples: plan.pick(30, 100), pace: Pace::Quiet },
        Size { displays: 1_000, samples: plan.pick(10, 40), pace: Pace::Every(150) },
    ];
    for size in sizes {
        let (mut runs, mut fans) = (Vec::new(), Vec::new());
        for _ in 0..plan.runs() + VOID_MAX {
            if runs.iter().filter(|(calm, _)| *calm).count() == plan.runs() {
                break;
            }
            let dir = plan.fresh("raw")?;
            let (called, bytes) = call(plan, &size)?;
            let fan = raw(&size, bytes)?;
            let disk = limit::sync(&dir, limit::samples(plan, Pace::Quiet), Pace::Quiet)?;
            let is_calm = fan.is_steady() && disk.is_calm();
            runs.push((is_calm, (called, disk.then(fan))));
            fans.push((is_calm, (called, fan)));
        }
        let (runs, (fans, void)) = (calm(runs), calm(fans));
        let displays = size.displays;
        let name = format!("call to the last of {displays} displays");
        let shown: Vec<Figure> = fans.iter().map(|(_, fan)| *fan).collect();
        table.show_figure(&format!("raw fan-out to {displays}"), &shown);
        if displays < 1_000 {
            compare(table, &name, &runs, (1.25, 2.0), REASON);
        } else {
            let run =
                |(called, fan): &(Figure, Figure)| Run { measured: called.p50, limit: fan.p50 };
            let runs: Vec<Run> = fans.iter().map(run).collect();
            table.judged(&format!("{name}, p50"), "µs", (&runs, void), Bar::AtMost(1.2), REASON);
        }
    }
    Ok(())
}

/// Lets this process, and the servers it starts, hold a socket per display.
pub(super) fn allow_files() -> Result<(), Failure> {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < FILES_MAX) {
        limit.current = Some(limit.maximum.map_or(FILES_MAX, |most| most.min(FILES_MAX)));
        setrlimit(Resource::Nofile, limit)?;
    }
    Ok(())
}

/// The product: the time of a call, and the bytes of its frame.
fn call(plan: &Plan, size: &Size) -> Result<(Figure, usize), Failure> {
    let data = plan.fresh("fan-out")?;
    let server = Server::start(plan, &data)?;
    let displays = Displays::connect(server.address, size.displays)?;
    displays.ready()?;
    let mut clerk = Clerk::start(&server)?;
    let (mut samples, mut bytes) = (Samples::default(), FRAME_BYTES);
    let mut last = Instant::now();
    for visit in 0..size.samples + 5 {
        let seq = clerk.issue()?.number("seq").ok_or("an answer names no event")?;
        displays.last_read(seq)?;
        pace_from(size.pace, &mut last);
        let seq = clerk.call_next()?.number("seq").ok_or("an answer names no event")?;
        let (read, length) = displays.last_read(seq)?;
        bytes = length;
        if visit >= 5 {
            samples.push(read.saturating_duration_since(last));
        }
        let seq = clerk.no_show()?.number("seq").ok_or("an answer names no event")?;
        displays.last_read(seq)?;
    }
    Ok((samples.figure(), bytes))
}

/// The pause before an operation; leaves its beginning in `last`.
fn pace_from(pace: Pace, last: &mut Instant) {
    *last = Instant::now();
    pace.wait(*last);
    *last = Instant::now();
}

/// One thread writes one prepared frame of `bytes` to every socket.
fn raw(size: &Size, bytes: usize) -> Result<Figure, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let displays = Displays::connect(listener.local_addr()?, size.displays)?;
    let mut sockets: Vec<WebSocket<TcpStream>> = Vec::with_capacity(size.displays);
    for _ in 0..size.displays {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        let socket = tungstenite::accept(stream);
        sockets.push(socket.map_err(|error| format!("the handshake failed: {error}"))?);
    }
    displays.ready()?;
    let mut samples = Samples::default();
    let mut last = Instant::now();
    for seq in 1..=size.samples as u64 + 5 {
        let text = format!(r#"{{"type":"event","seq":{seq:06},"pad":"#);
        let text = format!("{text:-<bytes$}");
        let frame = Frame::message(text, OpCode::Data(Data::Text), true);
        let mut prepared = Vec::new();
        frame.format(&mut prepared)?;
        pace_from(size.pace, &mut last);
        for socket in &mut sockets {
            socket.get_mut().write_all(&prepared)?;
        }
        let (read, _) = displays.last_read(seq)?;
        if seq > 5 {
            samples.push(read.saturating_duration_since(last));
        }
    }
    Ok(samples.figure())
}

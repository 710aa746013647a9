//! Displays that only listen: they note when the last of them has read an event.

use std::collections::HashMap;
use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::Failure;
use super::client::number;

/// Longest wait for the last display.
const LAST_TIME_MAX: Duration = Duration::from_secs(20);
/// What every event begins with.
const EVENT: &[u8] = br#"{"type":"event""#;

/// Connected displays, on a thread of their own; they leave when this is dropped.
#[derive(Debug)]
pub(super) struct Displays {
    count: usize,
    hall: Arc<Hall>,
    leave: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the displays have read.
#[derive(Debug, Default)]
struct Hall {
    seen: Mutex<Seen>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Seen {
    connected: usize,
    /// By sequence number: how many have it, since when, and the bytes of its frame.
    events: HashMap<u64, (usize, Instant, usize)>,
    failed: Option<String>,
}

impl Displays {
    /// Connects `count` displays to whatever speaks WebSocket at `address`.
    pub(super) fn connect(address: SocketAddr, count: usize) -> Result<Displays, Failure> {
        let hall = Arc::new(Hall::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (leave, left) = oneshot::channel();
        let on_thread = Arc::clone(&hall);
        let thread = std::thread::Builder::new().name("displays".to_owned()).spawn(move || {
            runtime.block_on(async move {
                for _ in 0..count {
                    match open(address).await {
                        Ok(display) => drop(tokio::spawn(watch(display, Arc::clone(&on_thread)))),
                        Err(error) => on_thread.fail(&error),
                    }
                    on_thread.change(|seen| seen.connected += 1);
                }
                // The sender's end is the sign.
                let _ = left.await;
            });
        })?;
        Ok(Displays { count, hall, leave: Some(leave), thread: Some(thread) })
    }

    /// Waits until all are connected.
    pub(super) fn ready(&self) -> Result<(), Failure> {
        self.hall.wait(|seen| (seen.connected == self.count).then_some(()))
    }

    /// Waits until every display has read event `seq`; when the last one had, and the bytes of
    /// its frame.
    pub(super) fn last_read(&self, seq: u64) -> Result<(Instant, usize), Failure> {
        let found = self.hall.wait(|seen| {
            let (count, last, bytes) = *seen.events.get(&seq)?;
            (count == self.count).then_some((last, bytes))
        });
        self.hall.seen().events.retain(|known, _| *known > seq);
        found
    }
}

impl Drop for Displays {
    fn drop(&mut self) {
        drop(self.leave.take());
        if let Some(thread) = self.thread.take() {
            // A display that panicked has been heard of already.
            let _ = thread.join();
        }
    }
}

impl Hall {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.seen());
        self.changed.notify_all();
    }

    fn fail(&self, error: &Error) {
        self.change(|seen| seen.failed = Some(error.to_string()));
    }

    fn wait<T>(&self, look: impl Fn(&Seen) -> Option<T>) -> Result<T, Failure> {
        let until = Instant::now() + LAST_TIME_MAX;
        let mut seen = self.seen();
        loop {
            if let Some(found) = look(&seen) {
                return Ok(found);
            }
            if let Some(failed) = &seen.failed {
                return Err(format!("a display: {failed}").into());
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err("the last display does not get its event".into());
            }
            let waited = self.changed.wait_timeout(seen, left);
            seen = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn event(&self, seq: u64, bytes: usize, count: usize) {
        let now = Instant::now();
        let mut seen = self.seen();
        let entry = seen.events.entry(seq).or_insert((0, now, bytes));
        entry.0 += 1;
        entry.1 = now;
        if entry.0 == count {
            drop(seen);
            self.changed.notify_all();
        }
    }
}

async fn open(address: SocketAddr) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let request = format!(
        "GET /ws?role=display HTTP/1.1\r\nhost: localhost:{}\r\nconnection: upgrade\r\n\
         upgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        address.port()
    );
    stream.write_all(request.as_bytes()).await?;
    // Byte by byte: what follows the head belongs to the frames.
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    if !head.starts_with(b"HTTP/1.1 101") {
        return Err(Error::other(String::from_utf8_lossy(&head).into_owned()));
    }
    Ok(stream)
}

async fn watch(stream: TcpStream, hall: Arc<Hall>) {
    let mut inbox = Vec::new();
    let mut bytes = [0; 4_096];
    loop {
        let read = match stream.readable().await {
            Ok(()) => stream.try_read(&mut bytes),
            Err(error) => Err(error),
        };
        match read {
            Ok(0) => return hall.fail(&ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                inbox.extend_from_slice(&bytes[..count]);
                take(&mut inbox, &hall);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return hall.fail(&error),
        }
    }
}

/// Takes whole frames out of `inbox`; an event is noted.
fn take(inbox: &mut Vec<u8>, hall: &Hall) {
    let mut from = 0;
    while let Some((start, end)) = frame(&inbox[from..]) {
        let payload = &inbox[from + start..from + end];
        if payload.starts_with(EVENT)
            && let Ok(text) = std::str::from_utf8(payload)
            && let Some(seq) = number(text, "seq")
        {
            let count = hall.seen().connected;
            hall.event(seq, payload.len(), count);
        }
        from += end;
    }
    inbox.drain(..from);
}

/// Where the first frame's payload starts and ends; a server's frames are not masked.
fn frame(bytes: &[u8]) -> Option<(usize, usize)> {
    let short = usize::from(*bytes.get(1)? & 0x7f);
    let (start, length) = match short {
        126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => {
            let long = u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?);
            (10, usize::try_from(long).ok()?)
        }
        _ => (2, short),
    };
    (bytes.len() >= start + length).then_some((start, start + length))
}

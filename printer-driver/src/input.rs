//! Devices that people or codes are read by: what buttons and scanners share.
//!
//! An input device sends text over a line, or is a keyboard to the system, which is then taken
//! for this program alone so that its digits do not reach a page (`EVIOCGRAB`). The real keyboard
//! path needs the kernel's event devices and was tried on none; the twins send the same records
//! over a pseudo-terminal.

pub mod keyboard;
pub(crate) mod text;

use crate::device::{Address, InputAddress, RECORDS_SETTINGS};
use crate::exchange::{Direction, ExchangeLog};
use crate::line::{Gone, Line, LineCounts, Reopening};
use evdev::raw_stream::{EventStream, RawDevice};
use keyboard::{KeyEvent, RecordReader};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

/// What may wait for the reader; more means that nobody listens.
pub(crate) const QUEUE_LENGTH_MAX: usize = 32;
/// A scanner that has just been plugged in may miss a command for 1 s (DENSO QK20 manual page
/// 42), so it is told twice.
const COMMAND_AGAIN: Duration = Duration::from_millis(1500);
/// How long a device may take to take a command.
const COMMAND_TIMEOUT: Duration = Duration::from_millis(500);

/// Whether an input device is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum InputStatus {
    /// It is not there; looked for again by itself.
    Absent {
        /// What the system said.
        reason: String,
    },
    /// It is there. Whether anybody presses or scans only they can say.
    Ready,
}

/// How long to wait for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputTiming {
    /// First wait before reopening.
    pub reopen_first: Duration,
    /// Longest wait before reopening.
    pub reopen_limit: Duration,
}

impl Default for InputTiming {
    fn default() -> InputTiming {
        InputTiming {
            reopen_first: Duration::from_millis(500),
            reopen_limit: Duration::from_secs(3),
        }
    }
}

/// What an input device has done since its task started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InputCount {
    /// Presses or codes handed on.
    pub taken: u64,
    /// Repeats that were ignored: bouncing, held down, or a slip still lying there.
    pub repeated: u64,
    /// Lines, codes or keys that made no sense.
    pub noise: u64,
    /// Presses or codes that nobody took: 32 waited already.
    pub untaken: u64,
}

#[derive(Debug, Default)]
struct Tally {
    taken: AtomicU64,
    repeated: AtomicU64,
    noise: AtomicU64,
    untaken: AtomicU64,
}

/// What a reader makes of what it hears.
#[derive(Debug)]
pub(crate) enum Finding<T> {
    Taken(T),
    Repeated,
    Noise,
}

/// A device's own way of reading: pure, but for the time it is told.
pub(crate) trait Reader: Send + Sync + 'static {
    /// What is handed on.
    type Found: Send + 'static;
    /// Takes a byte of a line.
    fn byte(&mut self, byte: u8, now: Instant) -> Option<Finding<Self::Found>>;
    /// Takes an event of a keyboard.
    fn key(&mut self, event: KeyEvent, now: Instant) -> Option<Finding<Self::Found>>;
    /// How long the device may pause before what has begun is given up; `None` when nothing has.
    fn idle(&self) -> Option<Duration>;
    /// The device has paused for so long, or has gone.
    fn break_off(&mut self) -> Option<Finding<Self::Found>>;
    /// What is sent when the line has been opened, and before it is let go.
    fn commands(&self) -> Option<Commands> {
        None
    }
    /// Whether what is read is a secret, of which the log keeps only the first characters.
    const IS_SECRET: bool;
    /// What bytes are called in the log.
    const MEANING: &'static str;
}

/// What a device is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Commands {
    pub(crate) open: &'static [u8],
    pub(crate) close: &'static [u8],
}

/// A handle to the task that owns an input device; the rest of it is in `Buttons` and `Scanner`.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    stop: mpsc::Sender<oneshot::Sender<()>>,
    status: watch::Receiver<InputStatus>,
    log: ExchangeLog,
    counts: LineCounts,
    tally: Arc<Tally>,
}

impl Input {
    pub(crate) fn spawn<R: Reader>(
        address: InputAddress,
        reader: R,
        timing: InputTiming,
    ) -> (Input, mpsc::Receiver<R::Found>) {
        let absent = InputStatus::Absent { reason: "not opened yet".to_owned() };
        let (status_sender, status) = watch::channel(absent);
        let (stop, stopping) = mpsc::channel(1);
        let (found, receiver) = mpsc::channel(QUEUE_LENGTH_MAX);
        let (log, counts) = (ExchangeLog::new(), LineCounts::default());
        let tally = Arc::new(Tally::default());
        let input = Input {
            stop,
            status,
            log: log.clone(),
            counts: counts.clone(),
            tally: Arc::clone(&tally),
        };
        let task = Task {
            address,
            reader,
            timing,
            found,
            status: status_sender,
            log,
            counts,
            tally,
            heard_at: Instant::now(),
        };
        tokio::spawn(task.run(stopping));
        (input, receiver)
    }

    pub(crate) fn status(&self) -> watch::Receiver<InputStatus> {
        self.status.clone()
    }

    pub(crate) fn exchanges(&self) -> ExchangeLog {
        self.log.clone()
    }

    pub(crate) fn counts(&self) -> LineCounts {
        self.counts.clone()
    }

    pub(crate) fn count(&self) -> InputCount {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        InputCount {
            taken: read(&self.tally.taken),
            repeated: read(&self.tally.repeated),
            noise: read(&self.tally.noise),
            untaken: read(&self.tally.untaken),
        }
    }

    pub(crate) async fn stop(self) {
        let (done, ended) = oneshot::channel();
        if self.stop.send(done).await.is_ok() {
            // An error means that the task had already ended.
            let _ = ended.await;
        }
    }
}

/// Where input comes from.
enum Source {
    Line(Line),
    Keyboard { stream: Box<EventStream>, counts: LineCounts, log: ExchangeLog },
    Records { line: Line, reader: RecordReader },
}

/// What came.
enum Heard {
    Bytes(Vec<u8>),
    Keys(Vec<KeyEvent>),
}

impl Source {
    async fn open(
        address: &InputAddress,
        counts: &LineCounts,
        log: &ExchangeLog,
    ) -> Result<Source, Gone> {
        match address {
            InputAddress::Line(address) => {
                Ok(Source::Line(Line::open(address, counts, log).await?))
            }
            InputAddress::Records { path } => {
                let settings = RECORDS_SETTINGS;
                let address = Address::Serial { path: path.clone(), settings };
                let line = Line::open(&address, counts, log).await?;
                Ok(Source::Records { line, reader: RecordReader::default() })
            }
            InputAddress::Keyboard { path } => {
                counts.attempted();
                let stream = grab(path)
                    .map_err(|error| Gone(format!("take keyboard {}: {error}", path.display())))?;
                counts.opened();
                let (counts, log) = (counts.clone(), log.clone());
                Ok(Source::Keyboard { stream: Box::new(stream), counts, log })
            }
            InputAddress::VirtualKeyboard { .. } => Err(Gone(
                "a virtual keyboard is started by its twin, which gives a hid-records: URL"
                    .to_owned(),
            )),
        }
    }

    /// Waits for input; may be dropped while waiting.
    async fn read(&mut self) -> Result<Heard, Gone> {
        let mut buffer = [0; 256];
        match self {
            Source::Line(line) => {
                let count = line.read(&mut buffer).await?;
                Ok(Heard::Bytes(buffer[..count].to_vec()))
            }
            Source::Records { line, reader } => {
                let count = line.read(&mut buffer).await?;
                Ok(Heard::Keys(reader.feed(&buffer[..count])))
            }
            Source::Keyboard { stream, counts, .. } => {
                let read = stream.next_event().await;
                counts.read();
                let event = read.map_err(|error| Gone(error.to_string()))?;
                let event = KeyEvent::of(event.event_type().0, event.code(), event.value());
                Ok(Heard::Keys(event.into_iter().collect()))
            }
        }
    }

    /// Says something to a device on a line; a keyboard is told nothing.
    async fn command(&mut self, bytes: &[u8]) -> Result<(), Gone> {
        let Source::Line(line) = self else { return Ok(()) };
        match line.write(bytes, "command", COMMAND_TIMEOUT).await {
            Ok(()) | Err(crate::line::WriteEnd::Stuck) => Ok(()),
            Err(crate::line::WriteEnd::Gone(gone)) => Err(gone),
        }
    }

    fn log(&self) -> &ExchangeLog {
        match self {
            Source::Line(line) | Source::Records { line, .. } => line.log(),
            Source::Keyboard { log, .. } => log,
        }
    }
}

/// Opens a keyboard and takes it from everybody else.
fn grab(path: &Path) -> std::io::Result<EventStream> {
    let mut device = RawDevice::open(path)?;
    device.grab()?;
    device.into_event_stream()
}

struct Task<R: Reader> {
    address: InputAddress,
    reader: R,
    timing: InputTiming,
    found: mpsc::Sender<R::Found>,
    status: watch::Sender<InputStatus>,
    log: ExchangeLog,
    counts: LineCounts,
    tally: Arc<Tally>,
    heard_at: Instant,
}

impl<R: Reader> Task<R> {
    async fn run(mut self, mut stopping: mpsc::Receiver<oneshot::Sender<()>>) {
        let mut reopening = Reopening::new(self.timing.reopen_first, self.timing.reopen_limit);
        let found = self.found.clone();
        let done = loop {
            reopening.trying();
            let opened = tokio::select! {
                opened = Source::open(&self.address, &self.counts, &self.log) => opened,
                done = stopping.recv() => break done,
            };
            let Gone(reason) = match opened {
                Err(gone) => gone,
                Ok(mut source) => {
                    reopening.succeeded();
                    self.publish(InputStatus::Ready);
                    let gone = tokio::select! {
                        gone = self.serve(&mut source) => Some(gone),
                        done = stopping.recv() => {
                            self.let_go(&mut source).await;
                            break done;
                        }
                        () = found.closed() => None,
                    };
                    let Some(gone) = gone else {
                        self.let_go(&mut source).await;
                        break None;
                    };
                    let finding = self.reader.break_off();
                    self.hand_on(finding);
                    gone
                }
            };
            self.publish(InputStatus::Absent { reason });
            let next = reopening.next();
            tokio::select! {
                () = tokio::time::sleep_until(next) => {}
                done = stopping.recv() => break done,
                () = found.closed() => break None,
            }
        };
        if let Some(done) = done {
            let _ = done.send(());
        }
    }

    fn publish(&self, status: InputStatus) {
        self.status.send_if_modified(|current| {
            let changed = *current != status;
            if changed && matches!(status, InputStatus::Absent { .. }) {
                tracing::warn!(input.address = %self.address, ?status, "an input device is down");
            }
            *current = status;
            changed
        });
    }

    async fn let_go(&self, source: &mut Source) {
        if let Some(commands) = self.reader.commands() {
            // It has gone already, then.
            let _ = source.command(commands.close).await;
        }
    }

    async fn serve(&mut self, source: &mut Source) -> Gone {
        match self.serve_source(source).await {
            Ok(never) => match never {},
            Err(gone) => gone,
        }
    }

    async fn serve_source(
        &mut self,
        source: &mut Source,
    ) -> Result<std::convert::Infallible, Gone> {
        let commands = self.reader.commands();
        if let Some(commands) = commands {
            source.command(commands.open).await?;
        }
        let mut again_at = commands.map(|_| Instant::now() + COMMAND_AGAIN);
        loop {
            let idle_at = self.reader.idle().map(|idle| self.heard_at + idle);
            // What has arrived comes before the clock: a busy computer reads late, and the
            // device has not paused for that.
            tokio::select! {
                biased;
                heard = source.read() => {
                    let heard = heard?;
                    self.hear(heard, source);
                }
                () = sleep_until(idle_at) => {
                    let finding = self.reader.break_off();
                    self.hand_on(finding);
                }
                () = sleep_until(again_at) => {
                    again_at = None;
                    if let Some(commands) = commands {
                        source.command(commands.open).await?;
                    }
                }
            }
        }
    }

    fn hear(&mut self, heard: Heard, source: &Source) {
        let now = Instant::now();
        self.heard_at = now;
        match heard {
            Heard::Bytes(bytes) => {
                let shown = if R::IS_SECRET { masked(&bytes) } else { bytes.clone() };
                source.log().note(Direction::Received, &shown, R::MEANING, "");
                for byte in bytes {
                    let finding = self.reader.byte(byte, now);
                    self.hand_on(finding);
                }
            }
            Heard::Keys(events) => {
                for event in events {
                    if let (KeyEvent::Pressed { code }, false) = (event, R::IS_SECRET) {
                        source.log().note(
                            Direction::Received,
                            &code.to_be_bytes(),
                            "key_pressed",
                            format!("key code {code}"),
                        );
                    }
                    let finding = self.reader.key(event, now);
                    if finding.is_some() && R::IS_SECRET {
                        source.log().note(Direction::Received, &[], R::MEANING, "keys");
                    }
                    self.hand_on(finding);
                }
            }
        }
    }

    fn hand_on(&self, finding: Option<Finding<R::Found>>) {
        let counter = match finding {
            None => return,
            Some(Finding::Repeated) => &self.tally.repeated,
            Some(Finding::Noise) => &self.tally.noise,
            Some(Finding::Taken(found)) => match self.found.try_send(found) {
                Ok(()) => &self.tally.taken,
                Err(_) => {
                    tracing::warn!(input.address = %self.address, "nobody takes what is read");
                    &self.tally.untaken
                }
            },
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// The first characters, and how many there were: enough to see that a scanner works.
fn masked(bytes: &[u8]) -> Vec<u8> {
    let hide = |(index, byte): (usize, &u8)| match byte {
        b'\r' | b'\n' => *byte,
        _ if index < 4 => *byte,
        _ => b'*',
    };
    bytes.iter().enumerate().map(hide).collect()
}

async fn sleep_until(due_at: Option<Instant>) {
    match due_at {
        Some(due_at) => tokio::time::sleep_until(due_at).await,
        None => std::future::pending().await,
    }
}

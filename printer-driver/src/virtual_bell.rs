//! The relay board's twin, over a real pseudo-terminal.
//!
//! It obeys the frames of one protocol, remembers when each relay moved, and rejects everything
//! else. Written apart from [`crate::bell::frame`], so that one checks the other.

use crate::bell::frame::Relay;
use crate::device::{Address, BellDriver, BellUrl, FlowControl, SerialSettings};
use crate::pseudo_terminal::PseudoTerminal;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Most movements and errors kept.
const RECORD_COUNT_MAX: usize = 10_000;
/// Bytes of one frame that come later than this after those before are not one frame: Modbus
/// allows 1.5 characters, a computer's serial driver up to some tens of milliseconds.
const FRAME_GAP_MAX: Duration = Duration::from_millis(200);

/// One order that a relay obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Relay channel, from 1.
    pub channel: u8,
    /// To where.
    pub relay: Relay,
    /// Since the twin started.
    pub at_ms: u64,
}

/// What can be done to a virtual bell. As JSON: `{"do":"cable","plugged":false}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
#[expect(missing_docs, reason = "each field is what its variant says")]
pub enum BellControl {
    /// Pulls the cable, which releases all relays, or plugs it in again.
    Cable { plugged: bool },
    /// Stops or resumes obeying and answering.
    Silence { silent: bool },
}

/// A running virtual relay board; it stops when dropped.
#[derive(Debug)]
pub struct VirtualBell {
    control: VirtualBellControl,
    url: BellUrl,
    task: JoinHandle<()>,
}

impl VirtualBell {
    /// Starts a twin that speaks `driver`'s protocol at a terminal linked at the absolute `path`.
    ///
    /// # Errors
    ///
    /// What the system says when the path cannot be taken.
    pub async fn start(driver: BellDriver, path: PathBuf) -> io::Result<VirtualBell> {
        let terminal = PseudoTerminal::plug(&path)?;
        let (moved, _) = watch::channel(0);
        let shared = Arc::new(Shared {
            board: Mutex::new(Board::new(driver)),
            changed: Notify::new(),
            moved,
        });
        let control = VirtualBellControl { shared: Arc::clone(&shared) };
        let settings = SerialSettings { baud: 9600, flow: FlowControl::Uncontrolled };
        let address = Address::Serial { path: path.clone(), settings };
        let task = tokio::spawn(serve(shared, terminal, path));
        Ok(VirtualBell { control, url: BellUrl { address, driver, channel: 1 }, task })
    }

    /// Starts the twin that a `virtual:NAME` URL asks for, at `folder/NAME`; `None` for the URL of
    /// a real board.
    ///
    /// # Errors
    ///
    /// As [`VirtualBell::start`].
    pub async fn for_url(url: &BellUrl, folder: &Path) -> io::Result<Option<VirtualBell>> {
        let Address::Virtual { name } = &url.address else { return Ok(None) };
        let path = std::path::absolute(folder.join(name))?;
        let mut twin = VirtualBell::start(url.driver, path).await?;
        twin.url.channel = url.channel;
        Ok(Some(twin))
    }

    /// The URL by which the driver finds channel 1, or the channel asked for.
    #[must_use]
    pub fn bell_url(&self) -> BellUrl {
        self.url.clone()
    }

    /// A handle that does things to it and reads what it did.
    #[must_use]
    pub fn control(&self) -> VirtualBellControl {
        self.control.clone()
    }
}

impl Drop for VirtualBell {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Does to a virtual bell what accidents do, and reads what it did. Clones share it.
#[derive(Clone, Debug)]
pub struct VirtualBellControl {
    shared: Arc<Shared>,
}

impl VirtualBellControl {
    /// Does one thing to the board, at once.
    pub fn apply(&self, control: BellControl) {
        self.shared.board().control(control);
        self.shared.changed.notify_one();
    }

    /// Every order obeyed, oldest first.
    #[must_use]
    pub fn movements(&self) -> Vec<Movement> {
        self.shared.board().movements.clone()
    }

    /// Channels whose relay is on.
    #[must_use]
    pub fn ringing(&self) -> Vec<u8> {
        self.shared.board().ringing.clone()
    }

    /// Every run of bytes that was no frame, in hex; empty in a sound system.
    #[must_use]
    pub fn errors(&self) -> Vec<String> {
        self.shared.board().errors.clone()
    }

    /// Follows the number of orders obeyed.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.shared.moved.subscribe()
    }
}

#[derive(Debug)]
struct Shared {
    board: Mutex<Board>,
    changed: Notify,
    moved: watch::Sender<u64>,
}

impl Shared {
    /// A panic while the lock was held leaves a board that still answers.
    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Board {
    driver: BellDriver,
    started_at: Instant,
    heard: Vec<u8>,
    heard_at: Instant,
    ringing: Vec<u8>,
    movements: Vec<Movement>,
    errors: Vec<String>,
    plugged: bool,
    silent: bool,
}

impl Board {
    fn new(driver: BellDriver) -> Board {
        Board {
            driver,
            started_at: Instant::now(),
            heard: Vec::new(),
            heard_at: Instant::now(),
            ringing: Vec::new(),
            movements: Vec::new(),
            errors: Vec::new(),
            plugged: true,
            silent: false,
        }
    }

    fn control(&mut self, control: BellControl) {
        match control {
            BellControl::Cable { plugged } => {
                self.plugged = plugged;
                self.heard.clear();
                self.ringing.clear();
            }
            BellControl::Silence { silent } => self.silent = silent,
        }
    }

    /// Takes bytes from the line and returns what goes back.
    fn hear(&mut self, bytes: &[u8]) -> Vec<u8> {
        if self.silent {
            return Vec::new();
        }
        if !self.heard.is_empty() && self.heard_at.elapsed() > FRAME_GAP_MAX {
            let partial = std::mem::take(&mut self.heard);
            self.reject(&partial);
        }
        self.heard_at = Instant::now();
        self.heard.extend(bytes);
        let mut echoes = Vec::new();
        let length = match self.driver {
            BellDriver::Lcus => 4,
            BellDriver::Modbus { .. } => 8,
        };
        while self.heard.len() >= length {
            let frame: Vec<u8> = self.heard.drain(..length).collect();
            match self.read_frame(&frame) {
                Some((channel, relay)) => {
                    self.obey(channel, relay);
                    if length == 8 {
                        echoes.extend(frame);
                    }
                }
                None => self.reject(&frame),
            }
        }
        echoes
    }

    fn reject(&mut self, bytes: &[u8]) {
        if self.errors.len() < RECORD_COUNT_MAX {
            let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            self.errors.push(hex.join(" "));
        }
    }

    fn read_frame(&self, frame: &[u8]) -> Option<(u8, Relay)> {
        match (self.driver, frame) {
            (BellDriver::Lcus, &[0xa0, channel @ 1..=16, state @ (0 | 1), sum])
                if u16::from(sum) == (0xa0 + u16::from(channel) + u16::from(state)) & 0xff =>
            {
                Some((channel, if state == 1 { Relay::On } else { Relay::Off }))
            }
            (BellDriver::Modbus { unit }, &[to, 0x05, 0x00, coil @ 0..=31, value, 0x00, _, _])
                if to == unit && crc_is_right(frame) =>
            {
                match value {
                    0xff => Some((coil + 1, Relay::On)),
                    0x00 => Some((coil + 1, Relay::Off)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn obey(&mut self, channel: u8, relay: Relay) {
        self.ringing.retain(|ringing| *ringing != channel);
        if relay == Relay::On {
            self.ringing.push(channel);
        }
        if self.movements.len() < RECORD_COUNT_MAX {
            let at_ms = u64::try_from(self.started_at.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.movements.push(Movement { channel, relay, at_ms });
        }
    }
}

/// The receiver's check: a whole Modbus frame leaves no remainder.
fn crc_is_right(frame: &[u8]) -> bool {
    let remainder = frame.iter().fold(0xffff_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ ((crc & 1) * 0xa001))
    });
    remainder == 0
}

async fn serve(shared: Arc<Shared>, first: PseudoTerminal, path: PathBuf) {
    let mut terminal = Some(first);
    loop {
        let mut buffer = [0; 64];
        if !shared.board().plugged {
            terminal = None;
            shared.changed.notified().await;
            continue;
        }
        let Some(plugged) = &mut terminal else {
            match PseudoTerminal::plug(&path) {
                Ok(plugged) => terminal = Some(plugged),
                Err(error) => {
                    tracing::warn!(%error, path = %path.display(), "virtual bell has no terminal");
                    tokio::time::sleep(FRAME_GAP_MAX).await;
                }
            }
            continue;
        };
        let read = tokio::select! {
            read = plugged.device.read(&mut buffer) => read,
            () = shared.changed.notified() => continue,
        };
        let echoes = match read {
            Ok(count @ 1..) => shared.board().hear(&buffer[..count]),
            Ok(0) | Err(_) => {
                terminal = None;
                continue;
            }
        };
        let moved = shared.board().movements.len() as u64;
        shared.moved.send_replace(moved);
        // An answer that nobody reads is lost, as on a wire.
        let _ = tokio::time::timeout(FRAME_GAP_MAX, plugged.device.write_all(&echoes)).await;
    }
}

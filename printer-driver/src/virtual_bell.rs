//! The twin of a bell's board, over a real pseudo-terminal or socket.
//!
//! It obeys the frames of one protocol as the board would, remembers when each output moved, and
//! rejects everything else: an unknown frame is in [`VirtualBellControl::errors`], and a tower
//! answers NAK. Written apart from [`crate::bell::frame`], so that one checks the other.

mod protocol;

use crate::bell::frame::Relay;
use crate::device::{Address, BellDriver, BellUrl};
use crate::virtual_line::{
    BOARD_SETTINGS, Machine, RECORD_COUNT_MAX, Shared, VirtualLine, VirtualPlace, to_hex,
};
use protocol::{Heard, Outputs, Protocol};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Bytes of one frame that come later than this after those before are not one frame. Boards
/// allow from 1.5 characters (Modbus) to 5 s (PHE); a busy computer needs some time.
const FRAME_GAP_MAX: Duration = Duration::from_secs(1);

/// One change of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Relay, from 1. Of a tower: 1 red, 2 amber, 3 green, 4 blue, 5 white, 6 buzzer.
    pub channel: u8,
    /// To where.
    pub relay: Relay,
    /// Of a tower: 1 steady, 2 and 3 flashing, the pattern of the buzzer. Of a relay 1; off is 0.
    pub value: u8,
    /// Since the twin started.
    pub at_ms: u64,
}

/// What can be done to a virtual bell. As JSON: `{"do":"cable","plugged":false}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
#[expect(missing_docs, reason = "each field is what its variant says")]
pub enum BellControl {
    /// Pulls the cable, which releases all relays, or plugs it in again.
    Cable { plugged: bool },
    /// Stops or resumes obeying and answering.
    Silence { silent: bool },
    /// Stops or resumes answering, while it obeys: answers are lost on the way back.
    Mute { muted: bool },
    /// Refuses every order from now on (NAK, Modbus exception), or no longer.
    Refuse { refusing: bool },
    /// Switches the board's own power off, which releases all relays while the adapter stays, or
    /// on.
    Power { on: bool },
    /// Puts bytes on the line that no board would send.
    Noise { bytes: Vec<u8> },
}

/// How a virtual bell is at one moment, for a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VirtualBellState {
    /// The cable is in.
    pub plugged: bool,
    /// It has power.
    pub powered: bool,
    /// It obeys and answers nothing.
    pub silent: bool,
    /// It obeys but its answers are lost.
    pub muted: bool,
    /// It refuses every order.
    pub refusing: bool,
    /// Outputs that are on, with their value as in [`Movement::value`].
    pub on: Vec<(u8, u8)>,
}

/// A running virtual board; it stops when dropped.
#[derive(Debug)]
pub struct VirtualBell {
    line: VirtualLine<Board>,
    urls: Vec<BellUrl>,
}

impl VirtualBell {
    /// Starts a twin that speaks `driver`'s protocol at a terminal linked at the absolute `path`.
    ///
    /// # Errors
    ///
    /// What the system says when the path cannot be taken.
    pub async fn start(driver: BellDriver, path: PathBuf) -> io::Result<VirtualBell> {
        VirtualBell::start_board(vec![url_of(driver)], VirtualPlace::Terminal { path }).await
    }

    /// Starts a board that has all these bells as outputs; the addresses of `urls` do not matter.
    ///
    /// # Errors
    ///
    /// What the system says when the place cannot be taken, and
    /// [`io::ErrorKind::InvalidInput`] when there is no bell, or they speak different protocols.
    pub async fn start_board(urls: Vec<BellUrl>, place: VirtualPlace) -> io::Result<VirtualBell> {
        let drivers: Vec<BellDriver> = urls.iter().map(|url| url.driver.clone()).collect();
        let protocol = Protocol::of(&drivers).ok_or_else(|| {
            let expected = "expected bells of one protocol on one board";
            io::Error::new(io::ErrorKind::InvalidInput, expected)
        })?;
        let line = VirtualLine::start(Board::new(protocol), place, BOARD_SETTINGS).await?;
        let on_line = |url| BellUrl { address: line.address.clone(), ..url };
        let urls = urls.into_iter().map(on_line).collect();
        Ok(VirtualBell { line, urls })
    }

    /// Starts the twin that a `virtual:NAME` URL asks for, at `folder/NAME`; `None` for the URL of
    /// a real board.
    ///
    /// # Errors
    ///
    /// As [`VirtualBell::start`].
    pub async fn for_url(url: &BellUrl, folder: &Path) -> io::Result<Option<VirtualBell>> {
        let mut twins = VirtualBell::for_urls(std::slice::from_ref(url), folder).await?;
        Ok(twins.pop())
    }

    /// Starts one twin for each name among the `virtual:NAME` URLs, at `folder/NAME`: bells of the
    /// same name are outputs of one board. A tower on the LAN listens on a free local port
    /// instead. URLs of real boards are passed over.
    ///
    /// # Errors
    ///
    /// As [`VirtualBell::start_board`].
    pub async fn for_urls(urls: &[BellUrl], folder: &Path) -> io::Result<Vec<VirtualBell>> {
        let mut boards: Vec<(&str, Vec<BellUrl>)> = Vec::new();
        for url in urls {
            let Address::Virtual { name } = &url.address else { continue };
            match boards.iter_mut().find(|(known, _)| known == name) {
                Some((_, bells)) => bells.push(url.clone()),
                None => boards.push((name, vec![url.clone()])),
            }
        }
        let mut twins = Vec::new();
        for (name, bells) in boards {
            let place = if is_on_lan(&bells[0].driver) {
                VirtualPlace::Tcp { address: (std::net::Ipv4Addr::LOCALHOST, 0).into() }
            } else {
                VirtualPlace::Terminal { path: std::path::absolute(folder.join(name))? }
            };
            twins.push(VirtualBell::start_board(bells, place).await?);
        }
        Ok(twins)
    }

    /// The URL by which the driver finds the first bell of the board.
    #[must_use]
    pub fn bell_url(&self) -> BellUrl {
        self.urls[0].clone()
    }

    /// The URLs by which the driver finds the bells of the board, in the order they were asked
    /// for.
    #[must_use]
    pub fn bell_urls(&self) -> &[BellUrl] {
        &self.urls
    }

    /// A handle that does things to it and reads what it did.
    #[must_use]
    pub fn control(&self) -> VirtualBellControl {
        VirtualBellControl { shared: Arc::clone(&self.line.shared) }
    }
}

fn url_of(driver: BellDriver) -> BellUrl {
    let address = Address::Virtual { name: "twin".to_owned() };
    BellUrl { address, driver, pattern: crate::bell::Pattern::summons() }
}

fn is_on_lan(driver: &BellDriver) -> bool {
    matches!(driver, BellDriver::PatliteNhlPns(_) | BellDriver::PatliteNhlPhn(_))
}

/// Does to a virtual bell what accidents do, and reads what it did. Clones share it.
#[derive(Clone, Debug)]
pub struct VirtualBellControl {
    shared: Arc<Shared<Board>>,
}

impl VirtualBellControl {
    /// Does one thing to the board, at once.
    pub fn apply(&self, control: BellControl) {
        self.shared.change(|board| board.control(control));
    }

    /// How it is.
    #[must_use]
    pub fn state(&self) -> VirtualBellState {
        self.shared.machine().state()
    }

    /// Every order obeyed, output by output, oldest first; at most 10,000. An order that changes
    /// nothing is listed too.
    #[must_use]
    pub fn movements(&self) -> Vec<Movement> {
        self.shared.machine().movements.clone()
    }

    /// Outputs that are on.
    #[must_use]
    pub fn ringing(&self) -> Vec<u8> {
        self.shared.machine().state().on.into_iter().map(|(channel, _)| channel).collect()
    }

    /// Every frame obeyed or refused, in hex, oldest first; at most 10,000.
    #[must_use]
    pub fn frames(&self) -> Vec<String> {
        self.shared.machine().frames.clone()
    }

    /// Every run of bytes that was no frame, in hex; empty in a sound system.
    #[must_use]
    pub fn errors(&self) -> Vec<String> {
        self.shared.machine().errors.clone()
    }

    /// Follows the number of movements.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.shared.subscribe()
    }
}

#[derive(Debug)]
struct Board {
    protocol: Protocol,
    outputs: Outputs,
    started_at: Instant,
    heard: Vec<u8>,
    heard_at: Instant,
    said: Vec<u8>,
    /// Outputs that the board switches off by itself.
    timed: Vec<(u8, Instant)>,
    movements: Vec<Movement>,
    frames: Vec<String>,
    errors: Vec<String>,
    state: VirtualBellState,
}

impl Board {
    fn new(protocol: Protocol) -> Board {
        Board {
            protocol,
            outputs: Outputs::new(),
            started_at: Instant::now(),
            heard: Vec::new(),
            heard_at: Instant::now(),
            said: Vec::new(),
            timed: Vec::new(),
            movements: Vec::new(),
            frames: Vec::new(),
            errors: Vec::new(),
            state: VirtualBellState {
                plugged: true,
                powered: true,
                silent: false,
                muted: false,
                refusing: false,
                on: Vec::new(),
            },
        }
    }

    fn state(&self) -> VirtualBellState {
        let on = self.outputs.iter().filter(|(_, value)| **value > 0);
        VirtualBellState {
            on: on.map(|(channel, value)| (*channel, *value)).collect(),
            ..self.state.clone()
        }
    }

    fn control(&mut self, control: BellControl) {
        match control {
            BellControl::Cable { plugged } => {
                self.state.plugged = plugged;
                self.release();
            }
            BellControl::Silence { silent } => self.state.silent = silent,
            BellControl::Mute { muted } => self.state.muted = muted,
            BellControl::Refuse { refusing } => self.state.refusing = refusing,
            BellControl::Power { on } => {
                self.state.powered = on;
                self.release();
            }
            BellControl::Noise { bytes } => self.said.extend(bytes),
        }
    }

    fn release(&mut self) {
        self.heard.clear();
        self.said.clear();
        self.timed.clear();
        self.outputs.clear();
    }

    fn reject(&mut self, bytes: &[u8]) {
        keep(&mut self.errors, to_hex(bytes));
    }

    /// Reads frames from the beginning of what was heard until more is needed.
    fn read_frames(&mut self, now: Instant) {
        while !self.heard.is_empty() {
            match self.protocol.read(&self.heard) {
                Heard::Part => return,
                Heard::Noise { length } => {
                    let noise: Vec<u8> = self.heard.drain(..length).collect();
                    self.reject(&noise);
                    let refusal = self.protocol.refusal(&noise);
                    self.say(&refusal);
                }
                Heard::Order { length, changes, answer } => {
                    let frame: Vec<u8> = self.heard.drain(..length).collect();
                    keep(&mut self.frames, to_hex(&frame));
                    if self.state.refusing {
                        let refusal = self.protocol.refusal(&frame);
                        self.say(&refusal);
                        continue;
                    }
                    for change in changes {
                        self.set(change.channel, change.value, now);
                        if let Some(for_ms) = change.for_ms {
                            let until = now + Duration::from_millis(for_ms);
                            self.timed.push((change.channel, until));
                        }
                    }
                    self.say(&answer);
                }
            }
        }
    }

    fn say(&mut self, bytes: &[u8]) {
        if !self.state.muted {
            self.said.extend(bytes);
        }
    }

    fn set(&mut self, channel: u8, value: u8, now: Instant) {
        self.timed.retain(|(timed, _)| *timed != channel);
        self.outputs.insert(channel, value);
        let relay = if value > 0 { Relay::On } else { Relay::Off };
        let at_ms = u64::try_from((now - self.started_at).as_millis()).unwrap_or(u64::MAX);
        keep(&mut self.movements, Movement { channel, relay, value, at_ms });
    }
}

impl Machine for Board {
    fn hear(&mut self, bytes: &[u8], now: Instant) {
        if self.state.silent || !self.state.powered {
            return;
        }
        if !self.heard.is_empty() && now - self.heard_at > FRAME_GAP_MAX {
            let part = std::mem::take(&mut self.heard);
            self.reject(&part);
        }
        self.heard_at = now;
        self.heard.extend(bytes);
        self.read_frames(now);
    }

    fn advance(&mut self, now: Instant) {
        let due: Vec<(u8, Instant)> =
            self.timed.iter().copied().filter(|(_, until)| *until <= now).collect();
        for (channel, until) in due {
            self.set(channel, 0, until);
        }
    }

    fn wake_at(&self) -> Option<Instant> {
        self.timed.iter().map(|(_, until)| *until).min()
    }

    fn take_said(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.said)
    }

    fn is_plugged(&self) -> bool {
        self.state.plugged
    }

    fn event_count(&self) -> u64 {
        self.movements.len() as u64
    }
}

fn keep<T>(entries: &mut Vec<T>, entry: T) {
    if entries.len() < RECORD_COUNT_MAX {
        entries.push(entry);
    }
}

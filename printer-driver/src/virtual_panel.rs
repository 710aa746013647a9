//! The twin of the panels on one line, over a real pseudo-terminal.
//!
//! It takes exactly the frames of its panels' templates and keeps what each panel shows; anything
//! else is in [`VirtualPanelControl::errors`]. It reads the template from the other side: written
//! apart from what renders frames, so that one checks the other.

mod reading;

use crate::device::{Address, PanelUrl};
use crate::virtual_line::{
    BOARD_SETTINGS, Machine, RECORD_COUNT_MAX, Shared, VirtualLine, VirtualPlace, to_hex,
};
use reading::{Read, read_frame};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Bytes of one frame that come later than this after those before are not one frame.
const FRAME_GAP_MAX: Duration = Duration::from_secs(1);

/// What can be done to virtual panels. As JSON: `{"do":"cable","plugged":false}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
#[expect(missing_docs, reason = "each field is what its variant says")]
pub enum PanelControl {
    /// Pulls the cable or plugs it in again; panels go on showing what they show.
    Cable { plugged: bool },
    /// Stops or resumes obeying and answering.
    Silence { silent: bool },
    /// Switches the panels' own power off, which blanks them, or on; the line stays.
    Power { on: bool },
    /// Puts bytes on the line that no panel would send.
    Noise { bytes: Vec<u8> },
}

/// What one panel shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PanelFace {
    /// The panel's address.
    pub address: String,
    /// Field by field (`label`, `letter`, `number`, `counter`), without padding; empty when blank.
    pub shows: BTreeMap<String, String>,
    /// Frames that it took since the twin started.
    pub frame_count: u64,
}

impl PanelFace {
    /// Whether it shows nothing.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.shows.values().all(String::is_empty)
    }
}

/// How the panels of a line are at one moment, for a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VirtualPanelState {
    /// The cable is in.
    pub plugged: bool,
    /// The panels have power.
    pub powered: bool,
    /// They obey and answer nothing.
    pub silent: bool,
    /// What each shows.
    pub faces: Vec<PanelFace>,
}

/// The running virtual panels of one line; they stop when dropped.
#[derive(Debug)]
pub struct VirtualPanel {
    line: VirtualLine<Wall>,
    urls: Vec<PanelUrl>,
}

impl VirtualPanel {
    /// Starts panels as `urls` describe them on one line; their addresses do not matter.
    ///
    /// # Errors
    ///
    /// What the system says when the place cannot be taken, and
    /// [`io::ErrorKind::InvalidInput`] when there is no panel.
    pub async fn start(urls: Vec<PanelUrl>, place: VirtualPlace) -> io::Result<VirtualPanel> {
        if urls.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "expected at least one panel"));
        }
        let line = VirtualLine::start(Wall::new(urls.clone()), place, BOARD_SETTINGS).await?;
        let on_line = |url| PanelUrl { address: line.address.clone(), ..url };
        let urls = urls.into_iter().map(on_line).collect();
        Ok(VirtualPanel { line, urls })
    }

    /// Starts the twin that a `virtual:NAME` URL asks for, at `folder/NAME`; `None` for the URL of
    /// a real panel.
    ///
    /// # Errors
    ///
    /// As [`VirtualPanel::start`].
    pub async fn for_url(url: &PanelUrl, folder: &Path) -> io::Result<Option<VirtualPanel>> {
        let mut twins = VirtualPanel::for_urls(std::slice::from_ref(url), folder).await?;
        Ok(twins.pop())
    }

    /// Starts one twin for each name among the `virtual:NAME` URLs, at `folder/NAME`: panels of
    /// the same name hang on one line. URLs of real panels are passed over.
    ///
    /// # Errors
    ///
    /// As [`VirtualPanel::start`].
    pub async fn for_urls(urls: &[PanelUrl], folder: &Path) -> io::Result<Vec<VirtualPanel>> {
        let mut lines: Vec<(&str, Vec<PanelUrl>)> = Vec::new();
        for url in urls {
            let Address::Virtual { name } = &url.address else { continue };
            match lines.iter_mut().find(|(known, _)| known == name) {
                Some((_, panels)) => panels.push(url.clone()),
                None => lines.push((name, vec![url.clone()])),
            }
        }
        let mut twins = Vec::new();
        for (name, panels) in lines {
            let path: PathBuf = std::path::absolute(folder.join(name))?;
            twins.push(VirtualPanel::start(panels, VirtualPlace::Terminal { path }).await?);
        }
        Ok(twins)
    }

    /// The URL by which the driver finds the first panel of the line.
    #[must_use]
    pub fn panel_url(&self) -> PanelUrl {
        self.urls[0].clone()
    }

    /// The URLs by which the driver finds the panels, in the order they were asked for.
    #[must_use]
    pub fn panel_urls(&self) -> &[PanelUrl] {
        &self.urls
    }

    /// A handle that does things to them and reads what they show.
    #[must_use]
    pub fn control(&self) -> VirtualPanelControl {
        VirtualPanelControl { shared: Arc::clone(&self.line.shared) }
    }
}

/// Does to virtual panels what accidents do, and reads what they show. Clones share it.
#[derive(Clone, Debug)]
pub struct VirtualPanelControl {
    shared: Arc<Shared<Wall>>,
}

impl VirtualPanelControl {
    /// Does one thing to the panels of the line, at once.
    pub fn apply(&self, control: PanelControl) {
        self.shared.change(|wall| wall.control(control));
    }

    /// How they are.
    #[must_use]
    pub fn state(&self) -> VirtualPanelState {
        self.shared.machine().state.clone()
    }

    /// What the panel of this address shows.
    #[must_use]
    pub fn face(&self, address: &str) -> Option<PanelFace> {
        self.state().faces.into_iter().find(|face| face.address == address)
    }

    /// Every run of bytes that was no frame, in hex; empty in a sound system.
    #[must_use]
    pub fn errors(&self) -> Vec<String> {
        self.shared.machine().errors.clone()
    }

    /// Follows the number of frames taken.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.shared.subscribe()
    }
}

#[derive(Debug)]
struct Wall {
    urls: Vec<PanelUrl>,
    state: VirtualPanelState,
    heard: Vec<u8>,
    heard_at: Instant,
    said: Vec<u8>,
    errors: Vec<String>,
}

impl Wall {
    fn new(urls: Vec<PanelUrl>) -> Wall {
        let face = |url: &PanelUrl| PanelFace { address: url.panel.clone(), ..Default::default() };
        let faces = urls.iter().map(face).collect();
        let state = VirtualPanelState { plugged: true, powered: true, silent: false, faces };
        let (heard, said, errors) = (Vec::new(), Vec::new(), Vec::new());
        Wall { urls, state, heard, heard_at: Instant::now(), said, errors }
    }

    fn control(&mut self, control: PanelControl) {
        match control {
            PanelControl::Cable { plugged } => {
                self.state.plugged = plugged;
                self.heard.clear();
                self.said.clear();
            }
            PanelControl::Silence { silent } => self.state.silent = silent,
            PanelControl::Power { on } => {
                self.state.powered = on;
                self.heard.clear();
                self.state.faces.iter_mut().for_each(|face| face.shows.clear());
            }
            PanelControl::Noise { bytes } => self.said.extend(bytes),
        }
    }

    fn reject(&mut self, bytes: &[u8]) {
        if self.errors.len() < RECORD_COUNT_MAX {
            self.errors.push(to_hex(bytes));
        }
    }

    fn read_frames(&mut self) {
        while !self.heard.is_empty() {
            let mut is_part = false;
            let mut taken = None;
            for (index, url) in self.urls.iter().enumerate() {
                match read_frame(url, &self.heard) {
                    Read::Part => is_part = true,
                    Read::Foreign => {}
                    Read::Frame { length, shows } => {
                        taken = Some((index, length, shows));
                        break;
                    }
                }
            }
            match taken {
                Some((index, length, shows)) => {
                    self.heard.drain(..length);
                    let face = &mut self.state.faces[index];
                    face.shows = shows;
                    face.frame_count += 1;
                    self.said.extend(&self.urls[index].reply);
                }
                None if is_part => return,
                None => {
                    let noise = std::mem::take(&mut self.heard);
                    self.reject(&noise);
                }
            }
        }
    }
}

impl Machine for Wall {
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
        self.read_frames();
    }

    fn take_said(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.said)
    }

    fn is_plugged(&self) -> bool {
        self.state.plugged
    }

    fn event_count(&self) -> u64 {
        self.state.faces.iter().map(|face| face.frame_count).sum()
    }
}

//! Counter and LED panels: a number beside a counter, on a serial line or LAN.
//!
//! There is no common protocol, so a panel is sent bytes from a template in its URL
//! ([`crate::device::PanelUrl`]). One task owns a line, however many panels hang on it. A panel is
//! blanked when the task starts and stops; what it should show is sent again when its line comes
//! back, and now and then in case only the panel lost power. Only the latest text counts: nothing
//! queues up. A text that does not fit is refused whole and the panel blanked, because a part of
//! a number, or the number before, would be a wrong number.
//!
//! ```no_run
//! # use printer_driver::panel::{Panel, PanelText, PanelTiming};
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let urls = vec![
//!     "serial:/dev/panels?address=1&template=\\x02{address:02}{number:>4}\\x03".parse()?,
//!     "serial:/dev/panels?address=2&template=\\x02{address:02}{number:>4}\\x03".parse()?,
//! ];
//! let panels = Panel::spawn_all(urls, PanelTiming::default())?;
//! panels[1].show(&PanelText { label: "A101".to_owned(), counter: "2".to_owned() })?;
//! panels[1].clear();
//! for panel in panels {
//!     panel.stop().await;
//! }
//! # Ok(())
//! # }
//! ```

mod group;

use crate::bell::by_line;
use crate::device::panel_template::PanelValues;
use crate::device::{Address, PanelUrl};
use crate::exchange::ExchangeLog;
use crate::line::LineCounts;
use group::Group;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, oneshot, watch};

pub use crate::device::PanelError;

/// What a panel shall show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PanelText {
    /// A ticket's label, such as `A101`; at most 64 bytes.
    pub label: String,
    /// A counter's number or name; may be empty.
    pub counter: String,
}

/// Whether a panel shows what it should, as far as the line can tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum PanelStatus {
    /// The line is not there; looked for again by itself.
    Absent {
        /// What the system said.
        reason: String,
    },
    /// The line is there but the panel does not answer, as its URL says it should.
    Silent,
    /// What it shall show has not been sent yet.
    Waiting,
    /// What it shall show has been sent, and answered where the panel answers.
    Ready,
}

/// Panels of one line that cannot be served together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PanelLineError {
    /// Different baud or flow.
    #[error("open {address} for several panels, expected the same baud and flow for each of them")]
    Settings {
        /// The line.
        address: String,
    },
    /// Two panels would obey the same bytes.
    #[error(
        "open {address} for panel {panel} twice, expected another address= for each panel of a \
         line and {{address}} in its template="
    )]
    Same {
        /// The line.
        address: String,
        /// The panel's own address.
        panel: String,
    },
}

/// How long to wait for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PanelTiming {
    /// For a panel's answer, where it answers, and for the line to take a frame; tried twice.
    pub reply: Duration,
    /// First wait before reopening the line, or asking a silent panel again.
    pub reopen_first: Duration,
    /// Longest such wait.
    pub reopen_limit: Duration,
}

impl Default for PanelTiming {
    fn default() -> PanelTiming {
        PanelTiming {
            reply: Duration::from_millis(500),
            reopen_first: Duration::from_millis(500),
            reopen_limit: Duration::from_secs(3),
        }
    }
}

/// A handle to one panel of the task that owns its line. Clones share it; the panels of a line
/// are blanked and the line let go when all handles to them are gone, this one after
/// [`Panel::stop`].
#[derive(Clone, Debug)]
pub struct Panel {
    index: usize,
    url: Arc<PanelUrl>,
    desk: Arc<Desk>,
    /// Tells the task when the last handle has gone.
    _guard: Arc<Guard>,
    status: watch::Receiver<PanelStatus>,
    log: ExchangeLog,
    counts: LineCounts,
}

impl Panel {
    /// Starts the task of a line with one panel on the current tokio runtime. An absent line is a
    /// condition.
    #[must_use]
    pub fn spawn(url: PanelUrl, timing: PanelTiming) -> Panel {
        Panel::spawn_line(vec![url], timing).remove(0)
    }

    /// Starts one task for each line among `urls`; the handles are in the order of `urls`.
    ///
    /// # Errors
    ///
    /// [`PanelLineError`] when two panels cannot share their line.
    pub fn spawn_all(
        urls: Vec<PanelUrl>,
        timing: PanelTiming,
    ) -> Result<Vec<Panel>, PanelLineError> {
        let addresses: Vec<&Address> = urls.iter().map(|url| &url.address).collect();
        let lines = by_line(&addresses)
            .map_err(|error| PanelLineError::Settings { address: error.address })?;
        for line in &lines {
            tell_apart(line.iter().map(|index| &urls[*index]).collect())?;
        }
        let mut panels: Vec<Option<Panel>> = urls.iter().map(|_| None).collect();
        for line in lines {
            let of_line = line.iter().map(|index| urls[*index].clone()).collect();
            for (index, panel) in line.iter().zip(Panel::spawn_line(of_line, timing)) {
                panels[*index] = Some(panel);
            }
        }
        Ok(panels.into_iter().flatten().collect())
    }

    fn spawn_line(urls: Vec<PanelUrl>, timing: PanelTiming) -> Vec<Panel> {
        let slot = |url: &PanelUrl| Slot { frame: url.clear_frame(), ..Slot::default() };
        let slots = Mutex::new(urls.iter().map(slot).collect());
        let desk = Arc::new(Desk { slots, changed: Notify::new(), abandoned: Mutex::new(false) });
        let guard = Arc::new(Guard { desk: Arc::clone(&desk) });
        let (log, counts) = (ExchangeLog::new(), LineCounts::default());
        let mut panels = Vec::new();
        let mut members = Vec::new();
        for (index, url) in urls.into_iter().enumerate() {
            let absent = PanelStatus::Absent { reason: "not opened yet".to_owned() };
            let (sender, status) = watch::channel(absent);
            let url = Arc::new(url);
            members.push((Arc::clone(&url), sender));
            let (desk, _guard) = (Arc::clone(&desk), Arc::clone(&guard));
            let (log, counts) = (log.clone(), counts.clone());
            panels.push(Panel { index, url, desk, _guard, status, log, counts });
        }
        tokio::spawn(Group::new(members, desk, timing, log, counts).run());
        panels
    }

    /// Shows `text` from now on; returns before it is on the line. While the line is absent the
    /// text waits; a later one replaces it.
    ///
    /// # Errors
    ///
    /// [`PanelError`] when it does not fit the template; the panel is blanked then.
    pub fn show(&self, text: &PanelText) -> Result<(), PanelError> {
        let (label, counter) = (text.label.as_str(), text.counter.as_str());
        let values = PanelValues { label, counter, address: &self.url.panel };
        match self.url.template.render(values, self.url.encoding) {
            Ok(frame) => {
                self.desk.set(self.index, frame);
                Ok(())
            }
            Err(error) => {
                self.clear();
                Err(error)
            }
        }
    }

    /// Blanks the panel.
    pub fn clear(&self) {
        self.desk.set(self.index, self.url.clear_frame());
    }

    /// Follows whether it shows what it should.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<PanelStatus> {
        self.status.clone()
    }

    /// What went over the line last; shared by all panels of the line. Meanings: `show`,
    /// `accepted`, `unasked`.
    #[must_use]
    pub fn exchanges(&self) -> ExchangeLog {
        self.log.clone()
    }

    /// How often the line was opened and read.
    #[must_use]
    pub fn counts(&self) -> LineCounts {
        self.counts.clone()
    }

    /// Blanks the panel for good, and returns when that has been sent or the line is absent. The
    /// task ends with the last panel of its line.
    pub async fn stop(self) {
        let (done, ended) = oneshot::channel();
        self.desk.stop(self.index, self.url.clear_frame(), done);
        // An error means that the task has ended.
        let _ = ended.await;
    }
}

/// Refuses panels that would obey each other's frames.
fn tell_apart(urls: Vec<&PanelUrl>) -> Result<(), PanelLineError> {
    for (index, url) in urls.iter().enumerate() {
        let is_told = |other: &&PanelUrl| {
            other.panel != url.panel && url.template.has_address() && other.template.has_address()
                || other.template != url.template
        };
        if !urls[..index].iter().all(is_told) {
            let (address, panel) = (url.address.to_string(), url.panel.clone());
            return Err(PanelLineError::Same { address, panel });
        }
    }
    Ok(())
}

/// What the panels of a line shall show; handles write, the task reads.
#[derive(Debug)]
struct Desk {
    slots: Mutex<Vec<Slot>>,
    changed: Notify,
    abandoned: Mutex<bool>,
}

#[derive(Debug, Default)]
struct Slot {
    frame: Vec<u8>,
    /// Counts changes of the frame.
    version: u64,
    /// Those who wait for the end of a stop.
    stopping: Vec<oneshot::Sender<()>>,
    stopped: bool,
}

impl Desk {
    fn slots(&self) -> MutexGuard<'_, Vec<Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, index: usize, frame: Vec<u8>) {
        if let Some(slot) = self.slots().get_mut(index)
            && !slot.stopped
            && slot.stopping.is_empty()
            && slot.frame != frame
        {
            slot.frame = frame;
            slot.version += 1;
        }
        self.changed.notify_one();
    }

    fn stop(&self, index: usize, clear: Vec<u8>, done: oneshot::Sender<()>) {
        if let Some(slot) = self.slots().get_mut(index).filter(|slot| !slot.stopped) {
            slot.frame = clear;
            slot.version += 1;
            slot.stopping.push(done);
        }
        self.changed.notify_one();
    }

    fn is_abandoned(&self) -> bool {
        *self.abandoned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Dropped with the last handle.
#[derive(Debug)]
struct Guard {
    desk: Arc<Desk>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        *self.desk.abandoned.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.desk.changed.notify_one();
    }
}

//! The twin of a QR scanner, over a real pseudo-terminal: a serial scanner or a keyboard.

use crate::device::{ScannerTrigger, ScannerUrl};
pub use crate::virtual_input::VirtualInputState;
use crate::virtual_input::{InputMachine, start_for};
use crate::virtual_line::{Shared, VirtualLine};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;

/// Most times that one control repeats.
const REPEAT_COUNT_MAX: u32 = 1000;

/// What can be done to a virtual scanner. As JSON: `{"do":"scan","text":"A101"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
#[expect(missing_docs, reason = "each field is what its variant says")]
pub enum ScannerControl {
    /// Reads a code.
    Scan { text: String },
    /// Reads the same code so often because the slip lies there, up to 1,000 times.
    Lie { text: String, count: u32 },
    /// Begins to send a code and stops in the middle.
    Part { text: String },
    /// Puts bytes on the line that no scanner would send.
    Noise { bytes: Vec<u8> },
    /// Pulls the cable or plugs it in again.
    Cable { plugged: bool },
}

/// A running virtual scanner; it stops when dropped.
#[derive(Debug)]
pub struct VirtualScanner {
    line: VirtualLine<InputMachine>,
    url: ScannerUrl,
}

impl VirtualScanner {
    /// Starts the twin that a `virtual:NAME` URL asks for, at `folder/NAME`; `None` for the URL of
    /// a real device.
    ///
    /// # Errors
    ///
    /// What the system says when the path cannot be taken.
    pub async fn for_url(url: &ScannerUrl, folder: &Path) -> io::Result<Option<VirtualScanner>> {
        let takes_commands = url.trigger == ScannerTrigger::Denso;
        let started = start_for(&url.address, takes_commands, folder).await?;
        let twin =
            |(line, address)| VirtualScanner { line, url: ScannerUrl { address, ..url.clone() } };
        Ok(started.map(twin))
    }

    /// The URL by which the driver finds it.
    #[must_use]
    pub fn scanner_url(&self) -> ScannerUrl {
        self.url.clone()
    }

    /// A handle that holds codes before it.
    #[must_use]
    pub fn control(&self) -> VirtualScannerControl {
        VirtualScannerControl { shared: Arc::clone(&self.line.shared) }
    }
}

/// Holds codes before a virtual scanner. Clones share it.
#[derive(Clone, Debug)]
pub struct VirtualScannerControl {
    shared: Arc<Shared<InputMachine>>,
}

impl VirtualScannerControl {
    /// Does one thing, at once. A scanner in standby reads nothing.
    pub fn apply(&self, control: ScannerControl) {
        self.shared.change(|machine| match control {
            ScannerControl::Scan { text } => machine.send(&text),
            ScannerControl::Lie { text, count } => {
                for _ in 0..count.min(REPEAT_COUNT_MAX) {
                    machine.send(&text);
                }
            }
            ScannerControl::Part { text } => machine.part(&text),
            ScannerControl::Noise { bytes } => machine.say(&bytes),
            ScannerControl::Cable { plugged } => machine.plug(plugged),
        });
    }

    /// How it is.
    #[must_use]
    pub fn state(&self) -> VirtualInputState {
        self.shared.machine().state.clone()
    }

    /// Every byte that the computer sent and that is no command, in hex; empty in a sound system.
    #[must_use]
    pub fn errors(&self) -> Vec<String> {
        self.shared.machine().errors.clone()
    }

    /// Follows the number of codes that were sent.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.shared.subscribe()
    }
}

//! The twin of a panel of buttons, over a real pseudo-terminal: a serial box or a keypad.

use crate::device::ButtonUrl;
use crate::input::keyboard::Key;
pub use crate::virtual_input::VirtualInputState;
use crate::virtual_input::{InputMachine, key_of, start_for};
use crate::virtual_line::{Shared, VirtualLine};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;

/// Most times that one control bounces or repeats.
const BOUNCE_COUNT_MAX: u32 = 1000;

/// What can be done to virtual buttons. As JSON: `{"do":"press","button":1}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
#[expect(missing_docs, reason = "each field is what its variant says")]
pub enum ButtonControl {
    /// Presses a button and lets it go.
    Press { button: u8 },
    /// Presses a button whose contact bounces so often, up to 1,000 times.
    Bounce { button: u8, count: u32 },
    /// Holds a button down for so many repeats: a box sends it again, a keypad repeats it.
    Hold { button: u8, count: u32 },
    /// Begins to send a press and stops in the middle.
    Part { button: u8 },
    /// Puts bytes on the line that no panel would send.
    Noise { bytes: Vec<u8> },
    /// Pulls the cable or plugs it in again.
    Cable { plugged: bool },
}

/// Running virtual buttons; they stop when dropped.
#[derive(Debug)]
pub struct VirtualButtons {
    line: VirtualLine<InputMachine>,
    url: ButtonUrl,
}

impl VirtualButtons {
    /// Starts the twin that a `virtual:NAME` URL asks for, at `folder/NAME`; `None` for the URL of
    /// a real device.
    ///
    /// # Errors
    ///
    /// What the system says when the path cannot be taken.
    pub async fn for_url(url: &ButtonUrl, folder: &Path) -> io::Result<Option<VirtualButtons>> {
        let started = start_for(&url.address, false, folder).await?;
        let twin =
            |(line, address)| VirtualButtons { line, url: ButtonUrl { address, ..url.clone() } };
        Ok(started.map(twin))
    }

    /// The URL by which the driver finds it.
    #[must_use]
    pub fn button_url(&self) -> ButtonUrl {
        self.url.clone()
    }

    /// A handle that presses its buttons.
    #[must_use]
    pub fn control(&self) -> VirtualButtonsControl {
        let (shared, url) = (Arc::clone(&self.line.shared), self.url.clone());
        VirtualButtonsControl { shared, url }
    }
}

/// Presses virtual buttons. Clones share them.
#[derive(Clone, Debug)]
pub struct VirtualButtonsControl {
    shared: Arc<Shared<InputMachine>>,
    url: ButtonUrl,
}

impl VirtualButtonsControl {
    /// Does one thing, at once. A button that the panel does not have does nothing.
    pub fn apply(&self, control: ButtonControl) {
        self.shared.change(|machine| match control {
            ButtonControl::Press { button } => self.press(machine, button, 1),
            ButtonControl::Bounce { button, count } => {
                self.press(machine, button, count.clamp(1, BOUNCE_COUNT_MAX));
            }
            ButtonControl::Hold { button, count } => {
                let count = count.clamp(1, BOUNCE_COUNT_MAX);
                match self.code(button).filter(|_| machine.state.keyboard) {
                    Some(code) => machine.hold(code, count),
                    None => self.press(machine, button, count),
                }
            }
            ButtonControl::Part { button } => {
                let line = format!("{}{button}", self.url.prefix);
                machine.say(&line.as_bytes()[..line.len() / 2]);
            }
            ButtonControl::Noise { bytes } => machine.say(&bytes),
            ButtonControl::Cable { plugged } => machine.plug(plugged),
        });
    }

    fn press(&self, machine: &mut InputMachine, button: u8, count: u32) {
        if button == 0 || button > self.url.count {
            return;
        }
        for _ in 0..count {
            match self.code(button).filter(|_| machine.state.keyboard) {
                Some(code) => {
                    machine.state.sent_count += 1;
                    machine.stroke(code);
                }
                None => machine.send(&format!("{}{button}", self.url.prefix)),
            }
        }
    }

    /// The kernel's code of the key that is this button.
    fn code(&self, button: u8) -> Option<u16> {
        const FUNCTION: [u16; 12] = [59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 87, 88];
        match self.url.keys.get(usize::from(button).checked_sub(1)?)? {
            Key::Character(character) => key_of(char::from(*character)).map(|(code, _)| code),
            Key::Function(number) => FUNCTION.get(usize::from(*number).checked_sub(1)?).copied(),
            Key::Enter => Some(28),
            Key::Space => Some(57),
        }
    }

    /// How they are.
    #[must_use]
    pub fn state(&self) -> VirtualInputState {
        self.shared.machine().state.clone()
    }

    /// How many buttons there are.
    #[must_use]
    pub fn button_count(&self) -> u8 {
        self.url.count
    }

    /// Every byte that the computer sent, in hex; empty in a sound system, for nobody talks to
    /// buttons.
    #[must_use]
    pub fn errors(&self) -> Vec<String> {
        self.shared.machine().errors.clone()
    }

    /// Follows the number of presses that were sent.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.shared.subscribe()
    }
}

//! The printer's twin: any of the profiles, strict, over a real pseudo-terminal or a TCP port.
//!
//! It obeys bytes as a thermal printer does and keeps the paper: as text ([`Slip::to_text`]), as
//! a picture ([`Slip::to_svg`], [`Slip::to_png`]) and as data (serde). What it obeys depends on
//! its model ([`VirtualModel`]): ESC/POS or StarPRNT, with or without kanji, this proof or that. A
//! command that it does not know or does not have, or that is cut short, is an error in
//! [`VirtualPrinterControl::errors`]. [`Control`] does to it what people and accidents do to a
//! printer. The driver talks to it exactly as to a device: the twin shares no code with the
//! encoder.
//!
//! ```no_run
//! # use printer_driver::virtual_printer::{Control, PaperSupply, VirtualLink, VirtualPrinter};
//! # async fn example() -> std::io::Result<()> {
//! let link = VirtualLink::Terminal { path: "/run/yobidashi/hall-printer".into() };
//! let twin = VirtualPrinter::start(Default::default(), link).await?;
//! println!("{}", twin.device_url()); // serial:/run/yobidashi/hall-printer?baud=115200&…
//! twin.control().apply(Control::Paper { supply: PaperSupply::End });
//! # Ok(())
//! # }
//! ```

mod bitmap;
mod command;
mod control;
mod dots;
mod link;
mod machine;
mod model;
mod picture;
mod real_time;
mod rom;
mod slip;

use crate::device::{Address, DeviceUrl, FlowControl, SerialSettings};
use crate::profile::UsualLink;
use crate::pseudo_terminal::PseudoTerminal;
pub use bitmap::Bitmap;
pub use control::{AnswerKind, Control, PaperSupply, StreamError, VirtualCounts, VirtualState};
use link::Shared;
use machine::Machine;
pub use model::VirtualModel;
pub use rom::CharacterRom;
pub use slip::{Slip, SlipEnd, SlipMark, SlipRow, SlipRun};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Where the twin is plugged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VirtualLink {
    /// A pseudo-terminal linked at this absolute path, addressed as a serial line.
    Terminal {
        /// The stable path; its folder exists.
        path: PathBuf,
    },
    /// A pseudo-terminal linked at this absolute path, addressed as a USB printer-class device.
    Usb {
        /// The stable path; its folder exists.
        path: PathBuf,
    },
    /// A TCP port, one computer at a time; port 0 takes a free one.
    Tcp {
        /// Where to listen.
        address: SocketAddr,
    },
}

/// A running virtual printer; it stops when dropped.
#[derive(Debug)]
pub struct VirtualPrinter {
    control: VirtualPrinterControl,
    url: DeviceUrl,
    task: JoinHandle<()>,
}

impl VirtualPrinter {
    /// Starts a twin on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// What the system says when the path or port cannot be taken.
    pub async fn start(model: VirtualModel, link: VirtualLink) -> io::Result<VirtualPrinter> {
        let (slip_count, _) = watch::channel(0);
        let machine = Mutex::new(Machine::new(&model));
        let shared = Arc::new(Shared { machine, changed: Notify::new(), slip_count });
        let control = VirtualPrinterControl { shared: Arc::clone(&shared) };
        let (address, task) = match link {
            VirtualLink::Terminal { path } => {
                let terminal = PseudoTerminal::plug(&path)?;
                let settings = SerialSettings { baud: 115_200, flow: FlowControl::Hardware };
                let address = Address::Serial { path: path.clone(), settings };
                (address, tokio::spawn(link::serve_terminal(shared, terminal, path)))
            }
            VirtualLink::Usb { path } => {
                let terminal = PseudoTerminal::plug(&path)?;
                let address = Address::Usb { path: path.clone() };
                (address, tokio::spawn(link::serve_terminal(shared, terminal, path)))
            }
            VirtualLink::Tcp { address } => {
                let listener = TcpListener::bind(address).await?;
                let bound = listener.local_addr()?;
                let address = Address::Tcp { host: bound.ip().to_string(), port: bound.port() };
                (address, tokio::spawn(link::serve_tcp(shared, listener, bound)))
            }
        };
        let (profile, paper) = (model.profile.name, model.profile.paper);
        let url = DeviceUrl { address, profile, paper };
        Ok(VirtualPrinter { control, url, task })
    }

    /// Starts the twin that a `virtual:NAME` URL asks for, of the profile and roll that it names
    /// and on the line where such a printer usually hangs: a serial line or USB at `folder/NAME`,
    /// or a free TCP port of this machine. `None` for the URL of a real device.
    ///
    /// # Errors
    ///
    /// As [`VirtualPrinter::start`]; [`io::ErrorKind::InvalidInput`] for a profile that does not
    /// exist, which a URL that was read from text never names.
    pub async fn for_url(url: &DeviceUrl, folder: &Path) -> io::Result<Option<VirtualPrinter>> {
        let Address::Virtual { name } = &url.address else { return Ok(None) };
        let model = VirtualModel::load(&url.profile, url.paper)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let path = std::path::absolute(folder.join(name))?;
        let link = match model.profile.link {
            UsualLink::Serial => VirtualLink::Terminal { path },
            UsualLink::Usb => VirtualLink::Usb { path },
            UsualLink::Lan => VirtualLink::Tcp { address: (Ipv4Addr::LOCALHOST, 0).into() },
        };
        VirtualPrinter::start(model, link).await.map(Some)
    }

    /// The URL by which the driver finds it.
    #[must_use]
    pub fn device_url(&self) -> DeviceUrl {
        self.url.clone()
    }

    /// A handle that does things to it and reads its paper.
    #[must_use]
    pub fn control(&self) -> VirtualPrinterControl {
        self.control.clone()
    }
}

impl Drop for VirtualPrinter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Does to a virtual printer what people do, and reads its paper. Clones share it.
#[derive(Clone, Debug)]
pub struct VirtualPrinterControl {
    shared: Arc<Shared>,
}

impl VirtualPrinterControl {
    /// Does one thing to the printer, at once.
    pub fn apply(&self, control: Control) {
        self.shared.machine().control(control);
        self.shared.changed.notify_one();
    }

    /// How it is.
    #[must_use]
    pub fn state(&self) -> VirtualState {
        self.shared.machine().described()
    }

    /// The slips with a number above `number`, the last perhaps still uncut. The newest 2,000
    /// are kept, fewer when their pictures have more than 16 MiB.
    #[must_use]
    pub fn slips_since(&self, number: u64) -> Vec<Slip> {
        self.shared.machine().slips_since(number)
    }

    /// The slip of that number, if it is still kept.
    #[must_use]
    pub fn slip(&self, number: u64) -> Option<Slip> {
        self.shared.machine().slip(number)
    }

    /// Everything received that no printer would understand; empty in a sound system.
    #[must_use]
    pub fn errors(&self) -> Vec<StreamError> {
        self.shared.machine().errors().to_vec()
    }

    /// Follows the number of slips that have been cut.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.shared.slip_count.subscribe()
    }
}

/// What a printer makes of a byte stream, given all the time it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// In the order of the paper; the last perhaps uncut.
    pub slips: Vec<Slip>,
    /// What it did not understand, and whether the stream stops inside a command.
    pub errors: Vec<StreamError>,
}

/// Prints `bytes` on a printer of that model without a link: for tests of layouts, and for a
/// preview. A [`crate::profile::PaperWidth`] alone means an Epson of the Japanese model.
#[must_use]
pub fn print_to_paper(bytes: &[u8], model: impl Into<VirtualModel>) -> Paper {
    let mut model = model.into();
    model.speed_mm_per_s = u16::MAX;
    let mut machine = Machine::new(&model);
    machine.receive(bytes);
    let mut now = Instant::now();
    machine.advance(now);
    while let Some(wake) = machine.wake_at() {
        now = now.max(wake);
        machine.advance(now);
    }
    machine.end_of_stream();
    Paper { slips: machine.slips_since(0), errors: machine.errors().to_vec() }
}

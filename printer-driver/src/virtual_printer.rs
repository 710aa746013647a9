//! The printer's twin: a strict ESC/POS printer over a real pseudo-terminal or a TCP port.
//!
//! It obeys bytes as a thermal printer does and keeps the paper: as text ([`Slip::to_text`]), as
//! a picture ([`Slip::to_svg`]) and as data (serde). A command that it does not know, or that is
//! cut short, is an error in [`VirtualPrinterControl::errors`]. [`Control`] does to it what
//! people and accidents do to a printer. The driver talks to it exactly as to a device: the twin
//! shares no code with the encoder.
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

mod command;
mod machine;
mod picture;
mod slip;

use crate::device::{Address, DeviceUrl, FlowControl, SerialSettings};
use crate::profile::PaperWidth;
use crate::pseudo_terminal::PseudoTerminal;
use machine::Machine;
use serde::{Deserialize, Serialize};
pub use slip::{Slip, SlipEnd, SlipMark, SlipRow, SlipRun};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// A computer that reads nothing for so long has closed the line; answers are then lost, as they
/// are on a wire.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(200);

/// How much paper there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperSupply {
    /// Enough.
    Ok,
    /// Nearly used up; still printing.
    NearEnd,
    /// None.
    End,
}

/// What can be done to a virtual printer. As JSON: `{"do":"paper","supply":"end"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
#[expect(missing_docs, reason = "each field is what its variant says")]
pub enum Control {
    /// Changes the roll; `ok` is a new one.
    Paper { supply: PaperSupply },
    /// Lets the paper run out after so many millimetres, near end 50 mm before.
    PaperLeft { mm: u32 },
    /// Opens or closes the cover.
    Cover { open: bool },
    /// Jams or frees the cutter.
    Cutter { jam: bool },
    /// Overheats or cools the head.
    Head { hot: bool },
    /// Switches the printer off (its buffers are lost) or on.
    Power { on: bool },
    /// Pulls the cable (what is in the printer stays) or plugs it in again.
    Cable { plugged: bool },
    /// Stops or resumes all answers, while printing goes on.
    Silence { silent: bool },
    /// Loses the next process IDs after the paper has been printed.
    DropProcessIds { count: u32 },
    /// Sets the print speed.
    Speed { mm_per_s: u16 },
    /// Puts bytes on the line that no printer would send.
    Noise { bytes: Vec<u8> },
}

/// How a virtual printer is at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VirtualState {
    /// The roll.
    pub paper: PaperSupply,
    /// The cover is open.
    pub cover_open: bool,
    /// The cutter is jammed.
    pub cutter_jam: bool,
    /// The head is too hot.
    pub head_hot: bool,
    /// It is switched on.
    pub powered: bool,
    /// The cable is plugged in.
    pub plugged: bool,
    /// It answers nothing.
    pub silent: bool,
    /// So many process IDs will be lost.
    pub drop_process_ids: u32,
    /// Print speed.
    pub speed_mm_per_s: u16,
}

/// Bytes that no printer of this kind understands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamError {
    /// How many bytes had been received when it was noticed.
    pub byte_count: u64,
    /// What was wrong.
    pub reason: String,
}

/// What kind of printer the twin is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VirtualModel {
    /// The roll: 576 dots on 80 mm, 420 on 58 mm.
    pub paper: PaperWidth,
    /// Print speed.
    pub speed_mm_per_s: u16,
}

impl Default for VirtualModel {
    fn default() -> VirtualModel {
        VirtualModel { paper: PaperWidth::Mm80, speed_mm_per_s: 200 }
    }
}

/// Where the twin is plugged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VirtualLink {
    /// A pseudo-terminal linked at this absolute path.
    Terminal {
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
        let shared = Arc::new(Shared {
            machine: Mutex::new(Machine::new(width_dots(model.paper), model.speed_mm_per_s)),
            changed: Notify::new(),
            slip_count,
        });
        let control = VirtualPrinterControl { shared: Arc::clone(&shared) };
        let (address, task) = match link {
            VirtualLink::Terminal { path } => {
                let terminal = PseudoTerminal::plug(&path)?;
                let settings = SerialSettings { baud: 115_200, flow: FlowControl::Hardware };
                let address = Address::Serial { path: path.clone(), settings };
                (address, tokio::spawn(serve_terminal(shared, terminal, path)))
            }
            VirtualLink::Tcp { address } => {
                let listener = TcpListener::bind(address).await?;
                let bound = listener.local_addr()?;
                let address = Address::Tcp { host: bound.ip().to_string(), port: bound.port() };
                (address, tokio::spawn(serve_tcp(shared, listener, bound)))
            }
        };
        let url = DeviceUrl { address, profile: "epson-jp".to_owned(), paper: model.paper };
        Ok(VirtualPrinter { control, url, task })
    }

    /// Starts the twin that a `virtual:NAME` URL asks for, as a terminal at `folder/NAME`;
    /// `None` for the URL of a real device.
    ///
    /// # Errors
    ///
    /// As [`VirtualPrinter::start`].
    pub async fn for_url(url: &DeviceUrl, folder: &Path) -> io::Result<Option<VirtualPrinter>> {
        let Address::Virtual { name } = &url.address else { return Ok(None) };
        let model = VirtualModel { paper: url.paper, ..VirtualModel::default() };
        let link = VirtualLink::Terminal { path: std::path::absolute(folder.join(name))? };
        let mut twin = VirtualPrinter::start(model, link).await?;
        twin.url.profile.clone_from(&url.profile);
        Ok(Some(twin))
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
        self.shared.machine().state.clone()
    }

    /// The slips with a number above `number`, the last perhaps still uncut. The newest 2,000
    /// are kept.
    #[must_use]
    pub fn slips_since(&self, number: u64) -> Vec<Slip> {
        self.shared.machine().slips_since(number)
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

/// Prints `bytes` on paper of that width without a link: for tests of layouts, and for a preview.
#[must_use]
pub fn print_to_paper(bytes: &[u8], paper: PaperWidth) -> Paper {
    let mut machine = Machine::new(width_dots(paper), u16::MAX);
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

/// Printable dots of a roll.
fn width_dots(paper: PaperWidth) -> u32 {
    match paper {
        PaperWidth::Mm80 => 576,
        PaperWidth::Mm58 => 420,
    }
}

#[derive(Debug)]
struct Shared {
    machine: Mutex<Machine>,
    changed: Notify,
    slip_count: watch::Sender<u64>,
}

impl Shared {
    /// A panic while the lock was held leaves a machine that still answers.
    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_plugged(&self) -> bool {
        self.machine().state.plugged
    }

    /// Lets the machine do what is due; returns its answers and when to come again.
    fn advance(&self) -> (Vec<u8>, Option<Instant>) {
        let mut machine = self.machine();
        machine.advance(Instant::now());
        let slip_count = machine.slip_count();
        let next = (machine.take_answers(), machine.wake_at());
        drop(machine);
        self.slip_count.send_if_modified(|count| {
            let changed = *count != slip_count;
            *count = slip_count;
            changed
        });
        next
    }

    /// Goes on printing from the buffer while no computer is connected.
    async fn idle(&self) {
        let (_, wake) = self.advance();
        tokio::select! {
            () = self.changed.notified() => {}
            () = sleep_until(wake) => {}
        }
    }

    /// Serves one computer until it goes or the cable is pulled.
    async fn serve<L: AsyncRead + AsyncWrite + Unpin>(&self, link: &mut L) -> io::Result<()> {
        while self.is_plugged() {
            let (answers, wake) = self.advance();
            if !answers.is_empty() {
                match tokio::time::timeout(ANSWER_TIMEOUT, link.write_all(&answers)).await {
                    Ok(written) => written?,
                    Err(_) => tracing::debug!("nobody reads the virtual printer's answers"),
                }
            }
            let mut buffer = [0; 256];
            let has_room = self.machine().has_room();
            tokio::select! {
                read = link.read(&mut buffer), if has_room => match read? {
                    0 => return Ok(()),
                    count => self.machine().receive(&buffer[..count]),
                },
                () = self.changed.notified() => {}
                () = sleep_until(wake) => {}
            }
        }
        Ok(())
    }
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(wake) => tokio::time::sleep_until(wake).await,
        None => std::future::pending().await,
    }
}

async fn serve_terminal(shared: Arc<Shared>, first: PseudoTerminal, path: PathBuf) {
    let mut terminal = Some(first);
    loop {
        while !shared.is_plugged() {
            terminal = None;
            shared.idle().await;
        }
        let plugged = match terminal.take() {
            Some(plugged) => Ok(plugged),
            None => PseudoTerminal::plug(&path),
        };
        let served = match plugged {
            Ok(mut plugged) => {
                let served = shared.serve(&mut plugged.device).await;
                terminal = Some(plugged);
                served
            }
            Err(error) => Err(error),
        };
        if let Err(error) = served {
            tracing::warn!(%error, path = %path.display(), "virtual printer lost its terminal");
            terminal = None;
            tokio::time::sleep(ANSWER_TIMEOUT).await;
        }
    }
}

async fn serve_tcp(shared: Arc<Shared>, first: TcpListener, bound: SocketAddr) {
    let mut listener = Some(first);
    loop {
        while !shared.is_plugged() {
            listener = None;
            shared.idle().await;
        }
        let listening = match listener.take() {
            Some(listening) => Ok(listening),
            None => TcpListener::bind(bound).await,
        };
        match listening {
            Ok(listening) => {
                serve_next_computer(&shared, &listening).await;
                listener = Some(listening);
            }
            Err(error) => {
                tracing::warn!(%error, %bound, "virtual printer lost its port");
                tokio::time::sleep(ANSWER_TIMEOUT).await;
            }
        }
    }
}

async fn serve_next_computer(shared: &Shared, listener: &TcpListener) {
    tokio::select! {
        accepted = listener.accept() => {
            let Ok((mut stream, _)) = accepted else { return };
            if let Err(error) = shared.serve(&mut stream).await {
                tracing::debug!(%error, "a computer left the virtual printer");
            }
        }
        () = shared.idle() => {}
    }
}

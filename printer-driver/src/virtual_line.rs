//! Where the twins of small devices are plugged in: a pseudo-terminal or a TCP port.
//!
//! Bells, panels, buttons and scanners share this; each brings a [`Machine`] that hears bytes and
//! says some.

use crate::device::{Address, FlowControl, SerialSettings};
use crate::pseudo_terminal::PseudoTerminal;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// A computer that reads nothing for so long has closed the line; what is said is then lost, as
/// on a wire.
const SAYING_TIMEOUT: Duration = Duration::from_millis(200);
/// Most entries that a twin keeps of what it did and of what it did not understand.
pub(crate) const RECORD_COUNT_MAX: usize = 10_000;

/// Where a twin is plugged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VirtualPlace {
    /// A pseudo-terminal linked at this absolute path; its folder exists.
    Terminal {
        /// The stable path.
        path: PathBuf,
    },
    /// A TCP port, one computer at a time; port 0 takes a free one.
    Tcp {
        /// Where to listen.
        address: SocketAddr,
    },
}

/// The inside of a twin.
pub(crate) trait Machine: fmt::Debug + Send + 'static {
    /// Takes bytes from the line.
    fn hear(&mut self, bytes: &[u8], now: Instant);
    /// Does what has become due.
    fn advance(&mut self, _now: Instant) {}
    /// When something becomes due.
    fn wake_at(&self) -> Option<Instant> {
        None
    }
    /// Takes what it wants to say.
    fn take_said(&mut self) -> Vec<u8>;
    /// Whether the cable is in.
    fn is_plugged(&self) -> bool;
    /// How much has happened; followed by subscribers.
    fn event_count(&self) -> u64;
}

/// A machine on its line; the line is let go when this is dropped.
#[derive(Debug)]
pub(crate) struct VirtualLine<M> {
    pub(crate) shared: Arc<Shared<M>>,
    pub(crate) address: Address,
    task: JoinHandle<()>,
}

impl<M> Drop for VirtualLine<M> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl<M: Machine> VirtualLine<M> {
    /// Plugs `machine` in; the address says `settings` where it is a serial line.
    pub(crate) async fn start(
        machine: M,
        place: VirtualPlace,
        settings: SerialSettings,
    ) -> io::Result<VirtualLine<M>> {
        let shared = Arc::new(Shared::new(machine));
        let (address, task) = match place {
            VirtualPlace::Terminal { path } => {
                let terminal = PseudoTerminal::plug(&path)?;
                let address = Address::Serial { path: path.clone(), settings };
                (address, tokio::spawn(serve_terminal(Arc::clone(&shared), terminal, path)))
            }
            VirtualPlace::Tcp { address } => {
                let listener = TcpListener::bind(address).await?;
                let bound = listener.local_addr()?;
                let address = Address::Tcp { host: bound.ip().to_string(), port: bound.port() };
                (address, tokio::spawn(serve_tcp(Arc::clone(&shared), listener, bound)))
            }
        };
        Ok(VirtualLine { shared, address, task })
    }
}

/// 9600 baud without flow control, as small boards have.
pub(crate) const BOARD_SETTINGS: SerialSettings =
    SerialSettings { baud: 9600, flow: FlowControl::Uncontrolled };

/// A machine, and who is to be told when it changes.
#[derive(Debug)]
pub(crate) struct Shared<M> {
    machine: Mutex<M>,
    changed: Notify,
    events: watch::Sender<u64>,
}

impl<M: Machine> Shared<M> {
    fn new(machine: M) -> Shared<M> {
        let (events, _) = watch::channel(0);
        Shared { machine: Mutex::new(machine), changed: Notify::new(), events }
    }

    /// A panic while the lock was held leaves a machine that still answers.
    pub(crate) fn machine(&self) -> MutexGuard<'_, M> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something to the machine; the line follows at once.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut M) -> R) -> R {
        let result = change(&mut self.machine());
        self.changed.notify_one();
        result
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.events.subscribe()
    }

    /// Lets due things happen; returns what is said and when to come again.
    fn advance(&self) -> (Vec<u8>, Option<Instant>) {
        let mut machine = self.machine();
        machine.advance(Instant::now());
        let (said, wake_at) = (machine.take_said(), machine.wake_at());
        let count = machine.event_count();
        drop(machine);
        self.events.send_if_modified(|known| std::mem::replace(known, count) != count);
        (said, wake_at)
    }

    fn is_plugged(&self) -> bool {
        self.machine().is_plugged()
    }

    /// Lives on without a computer; what is said is lost.
    async fn idle(&self) {
        let (_, wake_at) = self.advance();
        tokio::select! {
            () = self.changed.notified() => {}
            () = sleep_until(wake_at) => {}
        }
    }

    /// Serves one computer until it goes or the cable is pulled.
    async fn serve<L: AsyncRead + AsyncWrite + Unpin>(&self, link: &mut L) -> io::Result<()> {
        while self.is_plugged() {
            let (said, wake_at) = self.advance();
            if !said.is_empty() {
                match tokio::time::timeout(SAYING_TIMEOUT, link.write_all(&said)).await {
                    Ok(written) => written?,
                    Err(_) => tracing::debug!("nobody reads what a virtual device says"),
                }
            }
            let mut buffer = [0; 256];
            tokio::select! {
                read = link.read(&mut buffer) => match read? {
                    0 => return Ok(()),
                    count => self.machine().hear(&buffer[..count], Instant::now()),
                },
                () = self.changed.notified() => {}
                () = sleep_until(wake_at) => {}
            }
        }
        Ok(())
    }
}

async fn sleep_until(wake_at: Option<Instant>) {
    match wake_at {
        Some(wake_at) => tokio::time::sleep_until(wake_at).await,
        None => std::future::pending().await,
    }
}

async fn serve_terminal<M: Machine>(shared: Arc<Shared<M>>, first: PseudoTerminal, path: PathBuf) {
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
            tracing::warn!(%error, path = %path.display(), "a virtual device lost its terminal");
            terminal = None;
            tokio::time::sleep(SAYING_TIMEOUT).await;
        }
    }
}

async fn serve_tcp<M: Machine>(shared: Arc<Shared<M>>, first: TcpListener, bound: SocketAddr) {
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
                tracing::warn!(%error, %bound, "a virtual device lost its port");
                tokio::time::sleep(SAYING_TIMEOUT).await;
            }
        }
    }
}

async fn serve_next_computer<M: Machine>(shared: &Shared<M>, listener: &TcpListener) {
    tokio::select! {
        accepted = listener.accept() => {
            let Ok((mut stream, _)) = accepted else { return };
            if let Err(error) = shared.serve(&mut stream).await {
                tracing::debug!(%error, "a computer left a virtual device");
            }
        }
        () = shared.idle() => {}
    }
}

/// Bytes as a page shows them.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    hex.join(" ")
}

//! The line of a virtual printer: bytes between the machine and whoever has its path or port open.

use super::machine::Machine;
use crate::pseudo_terminal::PseudoTerminal;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// A computer that reads nothing for so long has closed the line; answers are then lost, as they
/// are on a wire.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(200);
/// Most bytes taken from the line at once.
const READ_BYTES_MAX: usize = 256;
/// A slow line brings its bytes in portions of so many a second.
const PORTIONS_PER_S: u32 = 50;

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) machine: Mutex<Machine>,
    pub(super) changed: Notify,
    pub(super) slip_count: watch::Sender<u64>,
}

/// How a line carries bytes to the printer.
#[derive(Debug, Default)]
struct Pace {
    /// Nothing arrives before.
    next_read_at: Option<Instant>,
}

impl Pace {
    /// How many bytes may be read now; none while the line still carries the last ones.
    fn allowance(&self, rate: Option<u32>, room: usize) -> usize {
        let portion = match rate {
            _ if self.next_read_at.is_some_and(|at| at > Instant::now()) => 0,
            Some(rate) => (rate / PORTIONS_PER_S).max(1) as usize,
            None => READ_BYTES_MAX,
        };
        portion.min(room).min(READ_BYTES_MAX)
    }

    fn carried(&mut self, byte_count: usize, rate: Option<u32>) {
        self.next_read_at = rate.map(|rate| {
            let micros = byte_count as u64 * 1_000_000 / u64::from(rate);
            Instant::now() + Duration::from_micros(micros)
        });
    }
}

impl Shared {
    /// A panic while the lock was held leaves a machine that still answers.
    pub(super) fn machine(&self) -> MutexGuard<'_, Machine> {
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

    /// The line's speed, and how many bytes the buffer still takes.
    fn intake(&self) -> (Option<u32>, usize) {
        let machine = self.machine();
        (machine.state.line_bytes_per_s, machine.room())
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
        let mut pace = Pace::default();
        while self.is_plugged() {
            let (answers, wake) = self.advance();
            if !answers.is_empty() {
                match tokio::time::timeout(ANSWER_TIMEOUT, link.write_all(&answers)).await {
                    Ok(written) => written?,
                    Err(_) => tracing::debug!("nobody reads the virtual printer's answers"),
                }
            }
            let mut buffer = [0; READ_BYTES_MAX];
            let (rate, room) = self.intake();
            let allowance = pace.allowance(rate, room);
            let next_read_at = pace.next_read_at.filter(|_| allowance == 0 && room > 0);
            tokio::select! {
                read = link.read(&mut buffer[..allowance]), if allowance > 0 => match read? {
                    0 => return Ok(()),
                    count => {
                        pace.carried(count, rate);
                        self.machine().receive(&buffer[..count]);
                    }
                },
                () = self.changed.notified() => {}
                () = sleep_until(wake) => {}
                () = sleep_until(next_read_at) => {}
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

pub(super) async fn serve_terminal(shared: Arc<Shared>, first: PseudoTerminal, path: PathBuf) {
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

pub(super) async fn serve_tcp(shared: Arc<Shared>, first: TcpListener, bound: SocketAddr) {
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

//! A machine's end of a cable: a listening socket, or a pseudo-terminal under a stable path.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use rustix::pty::OpenptFlags;
use rustix::termios::OptionalActions;
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// What a cable is plugged into.
#[derive(Clone, Debug)]
pub enum Socket {
    /// A port of this machine's.
    Tcp,
    /// A serial line, found at this path while it is plugged in.
    Serial(PathBuf),
}

/// The machine's end.
#[derive(Debug)]
pub struct Wire {
    socket: Socket,
    port: u16,
    end: End,
    connections: u64,
}

#[derive(Debug)]
enum End {
    Unplugged,
    Listening(TcpListener),
    Connected(TcpListener, TcpStream),
    Terminal {
        machine: AsyncFd<OwnedFd>,
        /// Kept open, or the machine's side would fail while nobody has the path open.
        _computer: OwnedFd,
    },
}

impl Wire {
    /// An end that is not plugged in.
    pub fn new(socket: Socket) -> Wire {
        Wire { socket, port: 0, end: End::Unplugged, connections: 0 }
    }

    /// Where the other end is, once it was plugged in.
    pub fn address(&self) -> String {
        match &self.socket {
            Socket::Tcp => format!("tcp:127.0.0.1:{}", self.port),
            Socket::Serial(path) => format!("serial:{}", path.display()),
        }
    }

    /// Whether it is plugged in.
    pub fn is_plugged(&self) -> bool {
        !matches!(self.end, End::Unplugged)
    }

    /// Whether it is a serial line.
    pub fn is_serial(&self) -> bool {
        matches!(self.socket, Socket::Serial(_))
    }

    /// How often the socket was opened.
    pub fn connections(&self) -> u64 {
        self.connections
    }

    /// Plugs it in.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn plug(&mut self) -> io::Result<()> {
        self.end = match &self.socket {
            Socket::Tcp => {
                let socket = TcpSocket::new_v4()?;
                socket.set_reuseaddr(true)?;
                socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)))?;
                let listener = socket.listen(1)?;
                self.port = listener.local_addr()?.port();
                End::Listening(listener)
            }
            Socket::Serial(path) => {
                let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
                let machine = rustix::pty::openpt(flags)?;
                rustix::pty::grantpt(&machine)?;
                rustix::pty::unlockpt(&machine)?;
                rustix::io::ioctl_fionbio(&machine, true)?;
                let computer = rustix::pty::ioctl_tiocgptpeer(&machine, flags)?;
                let mut settings = rustix::termios::tcgetattr(&computer)?;
                settings.make_raw();
                rustix::termios::tcsetattr(&computer, OptionalActions::Now, &settings)?;
                let name = rustix::pty::ptsname(&machine, Vec::new())?;
                let name = name.into_string().map_err(io::Error::other)?;
                // A link that an earlier run left is in the way.
                let _ = std::fs::remove_file(path);
                std::os::unix::fs::symlink(name, path)?;
                End::Terminal { machine: watched(machine)?, _computer: computer }
            }
        };
        Ok(())
    }

    /// Pulls it out: what is on the cable is lost.
    pub fn unplug(&mut self) {
        if let Socket::Serial(path) = &self.socket {
            let _ = std::fs::remove_file(path);
        }
        self.end = End::Unplugged;
    }

    /// Reads at most `room` bytes; never returns without any.
    pub async fn read(&mut self, room: usize) -> Vec<u8> {
        let mut bytes = vec![0; room];
        loop {
            match &mut self.end {
                End::Unplugged => std::future::pending().await,
                End::Listening(_) => self.accept().await,
                _ if room == 0 => std::future::pending().await,
                End::Connected(_, stream) => match stream.read(&mut bytes).await {
                    Ok(count @ 1..) => {
                        bytes.truncate(count);
                        return bytes;
                    }
                    Ok(_) | Err(_) => self.hang_up(),
                },
                End::Terminal { machine, .. } => {
                    let read = machine.async_io(tokio::io::Interest::READABLE, |fd| {
                        Ok(rustix::io::read(fd, &mut bytes)?)
                    });
                    if let Ok(count @ 1..) = read.await {
                        bytes.truncate(count);
                        return bytes;
                    }
                    // Nothing goes over a terminal that fails; plugging it in again helps.
                    std::future::pending().await
                }
            }
        }
    }

    /// Writes; what cannot be written is lost, as on a cable.
    pub async fn write(&mut self, bytes: &[u8]) {
        match &mut self.end {
            End::Unplugged | End::Listening(_) => {}
            End::Connected(_, stream) => {
                if stream.write_all(bytes).await.is_err() {
                    self.hang_up();
                }
            }
            End::Terminal { machine, .. } => {
                let write = machine.async_io(tokio::io::Interest::WRITABLE, |fd| {
                    Ok(rustix::io::write(fd, bytes)?)
                });
                let _ = write.await;
            }
        }
    }

    async fn accept(&mut self) {
        let End::Listening(listener) = &self.end else { return };
        let Ok((stream, _)) = listener.accept().await else { return };
        self.connections += 1;
        let _ = stream.set_nodelay(true);
        if let End::Listening(listener) = std::mem::replace(&mut self.end, End::Unplugged) {
            self.end = End::Connected(listener, stream);
        }
    }

    fn hang_up(&mut self) {
        if let End::Connected(listener, _) = std::mem::replace(&mut self.end, End::Unplugged) {
            self.end = End::Listening(listener);
        }
    }
}

#[expect(
    deprecated,
    reason = "its successor is unsafe code; this descriptor is owned and stays open"
)]
fn watched(machine: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::new(machine)
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.unplug();
    }
}

//! A character device that can be polled: the USB printer class (usblp), and the twin's side of a
//! pseudo-terminal.

use rustix::fs::{Mode, OFlags};
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::unix::pipe::{Receiver, Sender};

/// An open device, read and written without blocking the runtime.
///
/// tokio's pipe halves do exactly this for any descriptor that can be polled, and are its only
/// safe way to one: each half holds a duplicate of the same open file.
#[derive(Debug)]
pub(crate) struct CharacterDevice {
    reader: Receiver,
    writer: Sender,
}

impl CharacterDevice {
    /// Opens `path` for reading and writing.
    pub(super) fn open(path: &Path) -> io::Result<CharacterDevice> {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        CharacterDevice::from_descriptor(rustix::fs::open(path, flags, Mode::empty())?)
    }

    /// Takes over `descriptor`, which must not block.
    pub(crate) fn from_descriptor(descriptor: OwnedFd) -> io::Result<CharacterDevice> {
        let duplicate = descriptor.try_clone()?;
        Ok(CharacterDevice {
            reader: Receiver::from_owned_fd_unchecked(descriptor)?,
            writer: Sender::from_owned_fd_unchecked(duplicate)?,
        })
    }
}

impl crate::transport::Link for CharacterDevice {}

impl AsyncRead for CharacterDevice {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.reader).poll_read(context, buffer)
    }
}

impl AsyncWrite for CharacterDevice {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.writer).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

//! A character device that can be polled: the USB printer class (usblp), and the twin's side of a
//! pseudo-terminal.

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::{Mode, OFlags};
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio::time::Sleep;

/// How long a device that has given an empty answer is left alone. Some USB printers send empty
/// packets for as long as they have nothing to say, which read as the end of a file.
const EMPTY_READ_PAUSE: Duration = Duration::from_millis(20);

/// An open device, read and written without blocking the runtime.
///
/// tokio's pipe halves do exactly this for any descriptor that can be polled, and are its only
/// safe way to one: each half holds a duplicate of the same open file.
#[derive(Debug)]
pub(crate) struct CharacterDevice {
    reader: Receiver,
    writer: Sender,
    /// Runs after an empty read.
    pause: Option<Pin<Box<Sleep>>>,
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
            pause: None,
        })
    }

    /// Whether the device has gone, rather than said nothing.
    fn has_gone(&self) -> bool {
        let mut watched = [PollFd::new(&self.reader, PollFlags::IN)];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        let polled = rustix::event::poll(&mut watched, Some(&at_once));
        let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
        polled.is_err() || watched[0].revents().intersects(gone)
    }
}

impl crate::transport::Link for CharacterDevice {}

impl AsyncRead for CharacterDevice {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            let before = buffer.filled().len();
            ready!(Pin::new(&mut self.reader).poll_read(context, buffer))?;
            if buffer.filled().len() > before || buffer.remaining() == 0 || self.has_gone() {
                return Poll::Ready(Ok(()));
            }
            self.pause = Some(Box::pin(tokio::time::sleep(EMPTY_READ_PAUSE)));
        }
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

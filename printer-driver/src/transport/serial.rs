//! A serial line, 8N1.

use crate::device::{FlowControl, SerialSettings};
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_serial::{ClearBuffer, SerialPort, SerialPortBuilderExt, SerialStream};

/// An open serial line.
#[derive(Debug)]
pub(super) struct SerialLine {
    stream: SerialStream,
}

impl SerialLine {
    /// Opens the line at `path`, refusing when another program holds it.
    ///
    /// The open is exclusive; then the terminal's own exclusive mark is taken off while an
    /// advisory lock stays, which still refuses a second owner. The mark would outlive this
    /// program on a pseudo-terminal whose other end keeps it open, and lock out an ordinary
    /// user's next open.
    pub(super) fn open(path: &Path, settings: SerialSettings) -> io::Result<SerialLine> {
        let name = path.to_str().ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidInput, "the path is not readable text")
        })?;
        let flow = match settings.flow {
            FlowControl::Hardware => tokio_serial::FlowControl::Hardware,
            FlowControl::Software => tokio_serial::FlowControl::Software,
            FlowControl::Uncontrolled => tokio_serial::FlowControl::None,
        };
        let mut stream =
            tokio_serial::new(name, settings.baud).flow_control(flow).open_native_async()?;
        stream.set_exclusive(false)?;
        // What arrived before the line was set up may be garbled.
        stream.clear(ClearBuffer::Input)?;
        Ok(SerialLine { stream })
    }
}

impl crate::transport::Link for SerialLine {
    fn discard_unsent(&mut self) {
        // A line that has gone has nothing left to discard.
        let _ = self.stream.clear(ClearBuffer::Output);
    }
}

impl AsyncRead for SerialLine {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for SerialLine {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    /// Does nothing. The crate's own flush is tcdrain, which blocks the whole thread for as long
    /// as the device holds the line up: with an empty printer, until somebody brings paper.
    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

//! A plain file: the bytes of every job, appended; for looking at, not for paper.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A file that swallows what is written and never answers.
#[derive(Debug)]
pub(super) struct AppendedFile {
    file: tokio::fs::File,
}

impl AppendedFile {
    pub(super) async fn open(path: &Path) -> io::Result<AppendedFile> {
        let file = tokio::fs::OpenOptions::new().create(true).append(true).open(path).await?;
        Ok(AppendedFile { file })
    }
}

impl crate::transport::Link for AppendedFile {}

impl AsyncRead for AppendedFile {
    /// A file never answers, so a reader waits until it is dropped.
    fn poll_read(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
        _buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

impl AsyncWrite for AppendedFile {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.file).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.file).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.file).poll_shutdown(context)
    }
}

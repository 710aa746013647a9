//! A raw TCP port.

use rustix::net::sockopt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How long a printer may take to accept. Shorter than the wait between two attempts would gain
/// nothing: the kernel repeats its own request after 1 s.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// A quiet connection is tried after so long, so often and at such a distance: a printer whose
/// power or cable has gone without a word is noticed within ten seconds even if nobody asks it.
/// `TCP_USER_TIMEOUT` would also end the connection of one that takes nothing while it waits for
/// paper, so it is not set.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(4);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(2);
const KEEPALIVE_COUNT: u32 = 3;

/// An open connection.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
}

impl Connection {
    pub(super) async fn open(host: &str, port: u16) -> io::Result<Connection> {
        let connecting = TcpStream::connect((host, port));
        let stream = tokio::time::timeout(CONNECT_TIMEOUT, connecting)
            .await
            .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        // Questions of three bytes must not wait for company.
        stream.set_nodelay(true)?;
        sockopt::set_socket_keepalive(&stream, true)?;
        sockopt::set_tcp_keepidle(&stream, KEEPALIVE_IDLE)?;
        sockopt::set_tcp_keepintvl(&stream, KEEPALIVE_INTERVAL)?;
        sockopt::set_tcp_keepcnt(&stream, KEEPALIVE_COUNT)?;
        Ok(Connection { stream })
    }
}

impl crate::transport::Link for Connection {
    /// Closes with a reset. The kernel would otherwise go on for minutes to deliver what it holds,
    /// to a printer that has come back and has been given another slip.
    fn discard_unsent(&mut self) {
        // A connection that has gone has nothing left to discard.
        let _ = sockopt::set_socket_linger(&self.stream, Some(Duration::ZERO));
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

//! A live connection, as a screen holds it.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

/// Longest silence: a server says something with every heartbeat.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// A connected screen.
#[derive(Debug)]
pub struct Screen {
    socket: WebSocket<TcpStream>,
}

impl Screen {
    /// Connects as a role; `since` is the epoch and the last event that the screen has.
    ///
    /// # Errors
    ///
    /// When the server is not there or does not switch.
    pub fn connect(
        address: SocketAddr,
        role: &str,
        since: Option<(u64, u64)>,
    ) -> io::Result<Screen> {
        let since = since.map(|(epoch, seq)| format!("&epoch={epoch}&since={seq}"));
        let url = format!("ws://{address}/ws?role={role}{}", since.unwrap_or_default());
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(SILENCE_MAX))?;
        let shaken = tungstenite::client(url, stream);
        let (socket, _) = shaken.map_err(|error| io::Error::other(error.to_string()))?;
        Ok(Screen { socket })
    }

    /// The next message.
    ///
    /// # Errors
    ///
    /// When the connection has ended, or is silent for too long.
    pub fn next_message(&mut self) -> io::Result<Value> {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).map_err(Into::into),
                Ok(Message::Close(_)) => return Err(io::ErrorKind::ConnectionAborted.into()),
                Ok(_) => {}
                Err(tungstenite::Error::Io(error)) => return Err(error),
                Err(error) => return Err(io::Error::other(error.to_string())),
            }
        }
    }

    /// The first message of a kind from now on, such as `snapshot`.
    ///
    /// # Panics
    ///
    /// When the connection ends before.
    pub fn wait_for(&mut self, kind: &str) -> Value {
        loop {
            let message = self.next_message();
            let message = message.unwrap_or_else(|error| panic!("no {kind} came: {error}"));
            if message["type"] == kind {
                return message;
            }
        }
    }
}

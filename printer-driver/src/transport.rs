//! Links to devices: serial, USB printer class, TCP, file.
//!
//! [`open`] gives a [`Link`] of bytes in both directions and nothing else; what the bytes mean,
//! when to reopen and how long to wait is the owner's business. One task owns a link.
//!
//! A link that has gone reads as `Ok(0)` or an error. The owner drops it *first*, because the
//! kernel gives a replugged adapter a new number while the old one is held, then waits
//! ([`Backoff`]) and opens the same stable path again.

mod character_device;
mod file;
mod network;
mod serial;

use crate::device::Address;
pub(crate) use character_device::CharacterDevice;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// The longest that [`open`] takes.
pub const OPEN_TIME_MAX: Duration = network::CONNECT_TIMEOUT;

/// Bytes in both directions.
///
/// A flush hands bytes to the operating system and never waits for the wire: what a device has
/// received only its answers can say.
pub trait Link: AsyncRead + AsyncWrite + Send + Unpin {
    /// Throws away what the operating system holds and has not sent. The owner of a broken link
    /// calls it before dropping: a job given up must not leave later, and closing a serial line
    /// that the other end holds up would wait half a minute for it.
    fn discard_unsent(&mut self) {}
}

/// Opens the device at `address`.
///
/// # Errors
///
/// [`OpenError`] with what the system said; the owner backs off and tries again.
pub async fn open(address: &Address) -> Result<Box<dyn Link>, OpenError> {
    let failed = |source: io::Error| OpenError { address: address.to_string(), source };
    match address {
        Address::Serial { path, settings } => {
            let link = serial::SerialLine::open(path, *settings).map_err(failed)?;
            Ok(Box::new(link))
        }
        Address::Tcp { host, port } => {
            let connection = network::Connection::open(host, *port).await.map_err(failed)?;
            Ok(Box::new(connection))
        }
        Address::Usb { path } => {
            let device = CharacterDevice::open(path).map_err(failed)?;
            Ok(Box::new(device))
        }
        Address::File { path } => {
            let file = file::AppendedFile::open(path).await.map_err(failed)?;
            Ok(Box::new(file))
        }
        Address::Virtual { .. } => Err(failed(io::Error::new(
            io::ErrorKind::Unsupported,
            "a virtual device is started by its twin, which gives a serial: URL",
        ))),
    }
}

/// A device could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("open {address}: {source}")]
pub struct OpenError {
    /// The device.
    pub address: String,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// How long to wait before the next attempt: 0.5 s, doubled up to 2 s, so that a replugged device
/// is back within 5 s, with the time to open and to ask it, and an absent one costs nothing.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    limit: Duration,
    next: Duration,
}

impl Backoff {
    /// A back-off from `first` to `limit`.
    #[must_use]
    pub fn new(first: Duration, limit: Duration) -> Backoff {
        Backoff { first, limit, next: first }
    }

    /// The wait before this attempt; the next is twice as long.
    pub fn step(&mut self) -> Duration {
        let wait = self.next;
        self.next = (self.next * 2).min(self.limit);
        wait
    }

    /// Starts again from the first wait, after the device has answered.
    pub fn reset(&mut self) {
        self.next = self.first;
    }
}

impl Default for Backoff {
    fn default() -> Backoff {
        Backoff::new(Duration::from_millis(500), Duration::from_secs(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_two_seconds_and_start_again_after_success() {
        let mut backoff = Backoff::default();
        let waits: Vec<u128> = (0..6).map(|_| backoff.step().as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 2000, 2000, 2000]);
        backoff.reset();
        assert_eq!(backoff.step().as_millis(), 500);
    }
}

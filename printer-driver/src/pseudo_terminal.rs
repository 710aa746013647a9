//! A pseudo-terminal offered at a stable path: the socket that virtual devices plug into.
//!
//! The device side is a byte stream; the computer's side is a symlink, as udev would make for a
//! real adapter. The twin keeps the computer's side open too, so that the stream survives between
//! two programs that open it. [`PseudoTerminal::unplug`] takes both away, as pulling the cable
//! does; a new terminal at the same path is plugging it in again.

use crate::transport::CharacterDevice;
use rustix::pty::OpenptFlags;
use rustix::termios::OptionalActions;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// The device's side of a pseudo-terminal, linked at a path.
#[derive(Debug)]
pub struct PseudoTerminal {
    pub(crate) device: CharacterDevice,
    /// Held so that the device's side does not fail while nobody has the path open.
    _computer: OwnedFd,
    path: PathBuf,
}

impl PseudoTerminal {
    /// Makes a raw pseudo-terminal and links it at `path`, replacing an older link.
    ///
    /// # Errors
    ///
    /// What the system says: no terminals left, or the link's folder is missing or not writable.
    /// [`io::ErrorKind::AlreadyExists`] when something other than a link is at `path`.
    pub fn plug(path: &Path) -> io::Result<PseudoTerminal> {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let device = rustix::pty::openpt(flags)?;
        rustix::pty::grantpt(&device)?;
        rustix::pty::unlockpt(&device)?;
        rustix::io::ioctl_fionbio(&device, true)?;
        let name = rustix::pty::ptsname(&device, Vec::new())?;
        let computer = rustix::pty::ioctl_tiocgptpeer(&device, flags)?;
        let mut settings = rustix::termios::tcgetattr(&computer)?;
        settings.make_raw();
        rustix::termios::tcsetattr(&computer, OptionalActions::Now, &settings)?;
        let target = name.to_str().map_err(|_| io::ErrorKind::InvalidData)?;
        link(path, Path::new(target))?;
        let device = CharacterDevice::from_descriptor(device)?;
        Ok(PseudoTerminal { device, _computer: computer, path: path.to_owned() })
    }

    /// Where the computer opens it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the terminal away: an open descriptor reads as ended, and the path is gone.
    pub fn unplug(self) {
        drop(self);
    }
}

impl Drop for PseudoTerminal {
    fn drop(&mut self) {
        // The link may have been replaced or its folder removed; either way it is not ours.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn link(path: &Path, target: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(existing) if existing.is_symlink() => std::fs::remove_file(path)?,
        Ok(_) => {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                format!("{} exists and is not a link", path.display()),
            ));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    std::os::unix::fs::symlink(target, path)
}

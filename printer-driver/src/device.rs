//! Device URLs: one line of configuration that says where a device is and how to talk to it.
//!
//! | URL | Device |
//! |---|---|
//! | `serial:/dev/ticket-printer?baud=115200&profile=epson-jp` | a printer, [`DeviceUrl`] |
//! | `tcp:192.0.2.7:9100?profile=epson-jp` | one on the LAN, port 9100 unless said |
//! | `usb:/dev/usb/lp0?profile=epson-jp` | one of the USB printer class (usblp) |
//! | `file:/var/tmp/slips.bin?profile=epson-jp` | appends the bytes to a file; proves nothing |
//! | `virtual:hall?profile=epson-jp` | a virtual twin, started by [`crate::virtual_printer`] |
//! | `serial:/dev/call-bell?driver=lcus&channel=1` | a bell on a relay, [`BellUrl`] |
//! | `serial:/dev/call-bell?driver=modbus&unit=1&channel=1&flash=on` | one timed by its board |
//! | `serial:/dev/tower?driver=patlite-phe&lamps=red-flash&buzzer=1` | a signal tower |
//! | `tcp:192.0.2.9?driver=patlite-nhl-pns&lamps=red&buzzer=1` | one on the LAN, port 10000 |
//! | `serial:/dev/b?driver=template&on=%02ON%0D&off=%02OFF%0D` | any other board |
//! | `serial:/dev/panel?address=1&template=\x02{number:>4}\x03` | a counter's panel, [`PanelUrl`] |
//! | `serial:/dev/buttons?prefix=BTN%20&count=8` | a box of buttons, [`ButtonUrl`] |
//! | `hid:/dev/input/by-id/…-event-kbd?keys=1,2,Enter` | a keypad |
//! | `serial:/dev/scanner?trigger=denso` | a QR scanner, [`ScannerUrl`] |
//! | `hid:/dev/input/by-id/…-event-kbd` | one that is a keyboard |
//!
//! Each type's own page has its keys. `virtual:NAME?…` with the same keys is a twin of that kind.
//! Devices of a kind whose address is the same share a line and are opened together
//! (`spawn_all`). Serial lines take `baud=` and `flow=`, and have 8 data bits, no parity and one
//! stop bit. Bytes in a URL are ASCII with special characters as %HH, or `hex:A00101A2`.
//!
//! A mistake is answered with what was expected. Every printer key has a default but the address.

mod bell_url;
mod input_url;
mod notation;
pub(crate) mod panel_template;
mod panel_url;
mod parts;

use crate::profile::{PaperWidth, Profile};
pub use bell_url::{BellDriver, BellTemplate, BellUrl, Light, TimedBy, Tower};
pub(crate) use input_url::RECORDS_SETTINGS;
pub use input_url::{BUTTON_COUNT_MAX, ButtonUrl, InputAddress, ScannerTrigger, ScannerUrl};
pub use panel_template::{PanelEncoding, PanelError, PanelTemplate};
pub use panel_url::PanelUrl;
use parts::{LineDefaults, Parts};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Baud rates that devices accept.
const BAUD_RATES: [u32; 10] =
    [1200, 2400, 4800, 9600, 19200, 38400, 57600, 115_200, 230_400, 460_800];
/// The raw printing port.
const TCP_PORT_DEFAULT: u16 = 9100;

/// How a serial line keeps the sender from overrunning the receiver.
///
/// Linux has no DTR/DSR handshake: a printer set to DTR/DSR needs a cable that brings its DTR to
/// the computer's CTS, and [`FlowControl::Hardware`] here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FlowControl {
    /// RTS/CTS.
    #[default]
    Hardware,
    /// XON/XOFF.
    Software,
    /// None; only for devices that are never sent more than a few bytes.
    Uncontrolled,
}

impl FlowControl {
    fn parse(text: &str) -> Option<FlowControl> {
        match text {
            "hardware" => Some(FlowControl::Hardware),
            "software" => Some(FlowControl::Software),
            "none" => Some(FlowControl::Uncontrolled),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            FlowControl::Hardware => "hardware",
            FlowControl::Software => "software",
            FlowControl::Uncontrolled => "none",
        }
    }
}

/// Speed and handshake of a serial line; always 8 data bits, no parity, 1 stop bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SerialSettings {
    /// Bits per second.
    pub baud: u32,
    /// Handshake.
    pub flow: FlowControl,
}

/// Where a device is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// A serial line, by its stable path.
    Serial {
        /// Such as `/dev/serial/by-id/…` or a udev symlink.
        path: PathBuf,
        /// Speed and handshake.
        settings: SerialSettings,
    },
    /// A raw TCP port.
    Tcp {
        /// Name or address.
        host: String,
        /// Port.
        port: u16,
    },
    /// A USB printer-class device.
    Usb {
        /// Such as `/dev/usb/lp0`.
        path: PathBuf,
    },
    /// A plain file that the bytes are appended to.
    File {
        /// The file.
        path: PathBuf,
    },
    /// A virtual twin.
    Virtual {
        /// Its name; a letter or digit first, then letters, digits, `-` and `_`.
        name: String,
    },
}

impl Address {
    /// Bytes per second that the link carries; used only to know how long to wait.
    #[must_use]
    pub fn bytes_per_second(&self) -> u32 {
        match self {
            // 8N1 sends ten bits for each byte.
            Address::Serial { settings, .. } => settings.baud / 10,
            // USB full speed, measured at about 1 MB/s; a LAN is no slower.
            Address::Tcp { .. } | Address::Usb { .. } => 1_000_000,
            Address::File { .. } | Address::Virtual { .. } => 10_000_000,
        }
    }

    /// Whether both are the same line, whatever is said of its speed: what one task must own.
    #[must_use]
    pub fn is_same_line(&self, other: &Address) -> bool {
        match (self, other) {
            (Address::Serial { path, .. }, Address::Serial { path: other, .. }) => path == other,
            (
                Address::Serial { .. }
                | Address::Tcp { .. }
                | Address::Usb { .. }
                | Address::File { .. }
                | Address::Virtual { .. },
                _,
            ) => self == other,
        }
    }

    /// The beginning of a URL, up to where the device's own keys follow.
    fn write_with_settings(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}?")?;
        match self {
            Address::Serial { settings, .. } => {
                write!(formatter, "baud={}&flow={}&", settings.baud, settings.flow.name())
            }
            Address::Tcp { .. }
            | Address::Usb { .. }
            | Address::File { .. }
            | Address::Virtual { .. } => Ok(()),
        }
    }

    /// Whether the device can answer. A plain file cannot, so nothing is proven about it.
    #[must_use]
    pub fn answers(&self) -> bool {
        !matches!(self, Address::File { .. })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Serial { path, .. } => write!(formatter, "serial:{}", path.display()),
            Address::Tcp { host, port } if host.contains(':') => {
                write!(formatter, "tcp:[{host}]:{port}")
            }
            Address::Tcp { host, port } => write!(formatter, "tcp:{host}:{port}"),
            Address::Usb { path } => write!(formatter, "usb:{}", path.display()),
            Address::File { path } => write!(formatter, "file:{}", path.display()),
            Address::Virtual { name } => write!(formatter, "virtual:{name}"),
        }
    }
}

/// A printer: where it is, which profile it has, which roll is in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeviceUrl {
    /// Where it is.
    pub address: Address,
    /// Name of an embedded [`Profile`]; checked when the URL is read.
    pub profile: String,
    /// The roll.
    pub paper: PaperWidth,
}

impl FromStr for DeviceUrl {
    type Err = DeviceUrlError;

    fn from_str(text: &str) -> Result<DeviceUrl, DeviceUrlError> {
        let mut parts = Parts::split(text, &["serial", "tcp", "usb", "file", "virtual"])?;
        let defaults = LineDefaults {
            baud: 115_200,
            flow: FlowControl::Hardware,
            port: Some(TCP_PORT_DEFAULT),
        };
        let address = parts.address(defaults)?;
        let profile = parts.take("profile").unwrap_or_else(|| "epson-jp".to_owned());
        let paper = match parts.take("paper") {
            None => PaperWidth::default(),
            Some(value) => {
                PaperWidth::parse(&value).ok_or_else(|| parts.value("paper", &value, "58 or 80"))?
            }
        };
        if let Err(error) = Profile::load(&profile, paper) {
            return Err(DeviceUrlError::Profile { url: text.to_owned(), source: error });
        }
        parts.finish("profile, paper")?;
        Ok(DeviceUrl { address, profile, paper })
    }
}

impl fmt::Display for DeviceUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.write_with_settings(formatter)?;
        write!(formatter, "profile={}&paper={}", self.profile, self.paper)
    }
}

impl TryFrom<String> for DeviceUrl {
    type Error = DeviceUrlError;

    fn try_from(text: String) -> Result<DeviceUrl, DeviceUrlError> {
        text.parse()
    }
}

impl From<DeviceUrl> for String {
    fn from(url: DeviceUrl) -> String {
        url.to_string()
    }
}

/// Why a device URL cannot be read; every message says what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each field is a part of the message beside it")]
pub enum DeviceUrlError {
    /// The part before the first colon is not a kind of link.
    #[error("read device \"{url}\": expected it to start with one of {expected}")]
    Scheme { url: String, expected: String },
    /// The path, host or name is missing or malformed.
    #[error("read device \"{url}\": expected {expected} after the first colon")]
    Place { url: String, expected: &'static str },
    /// A part of the query is not `key=value`.
    #[error("read device \"{url}\": \"{pair}\" is not key=value")]
    Pair { url: String, pair: String },
    /// A key stands there twice.
    #[error("read device \"{url}\": \"{key}\" is given twice")]
    Twice { url: String, key: String },
    /// A key is not known for this kind of link.
    #[error("read device \"{url}\": unknown key \"{key}\", expected one of {expected}")]
    Key { url: String, key: String, expected: String },
    /// A value is out of range.
    #[error("read device \"{url}\": {key}={value}, expected {expected}")]
    Value { url: String, key: String, value: String, expected: String },
    /// The profile does not exist or does not take this paper.
    #[error("read device \"{url}\": failed to {source}")]
    Profile {
        url: String,
        #[source]
        source: crate::profile::ProfileError,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        text.parse::<DeviceUrl>().unwrap_err().to_string()
    }

    #[test]
    fn a_device_url_is_read_and_written_back_in_full() {
        let rows = [
            (
                "serial:/dev/ticket-printer?baud=115200&profile=epson-jp&flow=hardware",
                "serial:/dev/ticket-printer?baud=115200&flow=hardware&profile=epson-jp&paper=80",
            ),
            (
                "serial:/dev/ttyS0?baud=38400&flow=software&paper=58",
                "serial:/dev/ttyS0?baud=38400&flow=software&profile=epson-jp&paper=58",
            ),
            ("tcp:192.0.2.7", "tcp:192.0.2.7:9100?profile=epson-jp&paper=80"),
            ("tcp:printer:9101?paper=58", "tcp:printer:9101?profile=epson-jp&paper=58"),
            ("usb:/dev/usb/lp0", "usb:/dev/usb/lp0?profile=epson-jp&paper=80"),
            ("file:/tmp/slips", "file:/tmp/slips?profile=epson-jp&paper=80"),
            ("virtual:hall-1", "virtual:hall-1?profile=epson-jp&paper=80"),
        ];
        for (text, full) in rows {
            let url: DeviceUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), full);
            assert_eq!(full.parse::<DeviceUrl>().unwrap(), url);
        }
        let Ok(DeviceUrl { address: Address::Tcp { host, port }, .. }) = "tcp:[::1]:9100".parse()
        else {
            panic!("an IPv6 address was not read")
        };
        assert_eq!((host.as_str(), port), ("::1", 9100));
    }

    #[test]
    fn a_mistaken_device_url_is_refused_with_what_was_expected() {
        let rows = [
            ("/dev/ttyUSB0", "expected it to start with one of serial:, tcp:, usb:, file:"),
            ("com:1", "expected it to start with one of serial:, tcp:, usb:, file:"),
            ("serial:ttyUSB0", "expected an absolute path such as /dev/ticket-printer"),
            ("serial:/dev/x?baud=115000", "baud=115000, expected one of 1200, 2400, 4800, 9600"),
            ("serial:/dev/x?flow=dtr", "flow=dtr, expected hardware, software or none"),
            ("serial:/dev/x?parity=e", "unknown key \"parity\", expected one of baud, flow,"),
            ("tcp:h?baud=9600", "unknown key \"baud\", expected one of profile, paper"),
            ("tcp:", "expected a host and port"),
            ("tcp:h:0", "expected a host and port"),
            ("tcp:h:99999", "expected a host and port"),
            ("usb:/dev/usb/lp0?paper=79", "paper=79, expected 58 or 80"),
            ("usb:/dev/usb/lp0?paper", "\"paper\" is not key=value"),
            ("usb:/dev/usb/lp0?paper=58&paper=80", "\"paper\" is given twice"),
            ("usb:/dev/usb/lp0?profile=acme", "find printer profile \"acme\", expected one of"),
            ("virtual:", "expected a name of letters"),
            ("virtual:../x", "expected a name of letters"),
        ];
        for (text, expected) in rows {
            let message = refused(text);
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}

//! Device URLs: one line of configuration that says where a device is and how to talk to it.
//!
//! | URL | Device |
//! |---|---|
//! | `serial:/dev/ticket-printer?baud=115200&flow=hardware&profile=epson-jp&paper=80` | serial |
//! | `tcp:192.0.2.7:9100?profile=epson-jp` | TCP, port 9100 unless said |
//! | `usb:/dev/usb/lp0?profile=epson-jp` | USB printer class (usblp) |
//! | `file:/var/tmp/slips.bin?profile=epson-jp` | appends the bytes to a file; proves nothing |
//! | `virtual:hall?profile=epson-jp` | a virtual twin, started by [`crate::virtual_printer`] |
//! | `serial:/dev/call-bell?driver=lcus&channel=1` | a bell, see [`BellUrl`] |
//!
//! A mistake is answered with what was expected. Every printer key has a default but the address.

use crate::profile::{PaperWidth, Profile};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Baud rates that both printers and bells accept.
const BAUD_RATES: [u32; 8] = [4800, 9600, 19200, 38400, 57600, 115_200, 230_400, 460_800];
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
        let settings = SerialDefaults { baud: 115_200, flow: FlowControl::Hardware };
        let address = parts.address(settings)?;
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
        write!(formatter, "{}?", self.address)?;
        if let Address::Serial { settings, .. } = &self.address {
            write!(formatter, "baud={}&flow={}&", settings.baud, settings.flow.name())?;
        }
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

/// The protocol of a bell's relay board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BellDriver {
    /// LCUS-1/2/4 boards: four-byte frames, no answer.
    Lcus,
    /// Modbus-RTU relays: FC05 frames, echoed.
    Modbus {
        /// Slave address, 1 to 247.
        unit: u8,
    },
}

/// A bell: where its relay board is, which protocol it speaks, which channel it is wired to.
///
/// `serial:/dev/call-bell?driver=lcus&channel=2` or
/// `serial:/dev/call-bell?driver=modbus&unit=1&channel=1`; 9600 baud without flow control unless
/// said. `virtual:NAME?driver=…` is a twin, started by
/// [`crate::virtual_bell`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BellUrl {
    /// Where the board is; serial, TCP (a serial server) or virtual.
    pub address: Address,
    /// Its protocol.
    pub driver: BellDriver,
    /// Relay channel, counted from 1.
    pub channel: u8,
}

impl FromStr for BellUrl {
    type Err = DeviceUrlError;

    fn from_str(text: &str) -> Result<BellUrl, DeviceUrlError> {
        let mut parts = Parts::split(text, &["serial", "tcp", "virtual"])?;
        let settings = SerialDefaults { baud: 9600, flow: FlowControl::Uncontrolled };
        let address = parts.address(settings)?;
        let unit = parts.number("unit", 1, 1, 247)?;
        let named = parts.take("driver").unwrap_or_default();
        let (driver, channel_max) = match named.as_str() {
            "lcus" => (BellDriver::Lcus, 16),
            "modbus" => (BellDriver::Modbus { unit }, 32),
            _ => return Err(parts.value("driver", &named, "lcus or modbus")),
        };
        let channel = parts.number("channel", 1, 1, channel_max)?;
        parts.finish("driver, channel, unit")?;
        Ok(BellUrl { address, driver, channel })
    }
}

impl fmt::Display for BellUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}?", self.address)?;
        if let Address::Serial { settings, .. } = &self.address {
            write!(formatter, "baud={}&flow={}&", settings.baud, settings.flow.name())?;
        }
        match self.driver {
            BellDriver::Lcus => write!(formatter, "driver=lcus")?,
            BellDriver::Modbus { unit } => write!(formatter, "driver=modbus&unit={unit}")?,
        }
        write!(formatter, "&channel={}", self.channel)
    }
}

impl TryFrom<String> for BellUrl {
    type Error = DeviceUrlError;

    fn try_from(text: String) -> Result<BellUrl, DeviceUrlError> {
        text.parse()
    }
}

impl From<BellUrl> for String {
    fn from(url: BellUrl) -> String {
        url.to_string()
    }
}

/// What a serial line has when the URL does not say.
#[derive(Clone, Copy)]
struct SerialDefaults {
    baud: u32,
    flow: FlowControl,
}

/// A URL taken apart; keys leave as they are understood.
struct Parts<'a> {
    url: &'a str,
    scheme: &'a str,
    place: &'a str,
    keys: Vec<(&'a str, &'a str)>,
}

impl<'a> Parts<'a> {
    fn split(url: &'a str, schemes: &[&str]) -> Result<Parts<'a>, DeviceUrlError> {
        let expected = || schemes.join(":, ") + ":";
        let (scheme, rest) = url
            .split_once(':')
            .ok_or_else(|| DeviceUrlError::Scheme { url: url.to_owned(), expected: expected() })?;
        if !schemes.contains(&scheme) {
            return Err(DeviceUrlError::Scheme { url: url.to_owned(), expected: expected() });
        }
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut keys = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let Some((key, value)) = pair.split_once('=') else {
                return Err(DeviceUrlError::Pair { url: url.to_owned(), pair: pair.to_owned() });
            };
            if keys.iter().any(|(known, _)| *known == key) {
                return Err(DeviceUrlError::Twice { url: url.to_owned(), key: key.to_owned() });
            }
            keys.push((key, value));
        }
        Ok(Parts { url, scheme, place, keys })
    }

    fn take(&mut self, key: &str) -> Option<String> {
        let index = self.keys.iter().position(|(known, _)| *known == key)?;
        Some(self.keys.remove(index).1.to_owned())
    }

    fn number(&mut self, key: &str, default: u8, low: u8, high: u8) -> Result<u8, DeviceUrlError> {
        let Some(value) = self.take(key) else { return Ok(default) };
        let expected = format!("{low} to {high}");
        value
            .parse()
            .ok()
            .filter(|number| (low..=high).contains(number))
            .ok_or_else(|| self.value(key, &value, &expected))
    }

    fn value(&self, key: &str, value: &str, expected: &str) -> DeviceUrlError {
        DeviceUrlError::Value {
            url: self.url.to_owned(),
            key: key.to_owned(),
            value: value.to_owned(),
            expected: expected.to_owned(),
        }
    }

    fn place(&self, expected: &'static str) -> DeviceUrlError {
        DeviceUrlError::Place { url: self.url.to_owned(), expected }
    }

    fn path(&self) -> Result<PathBuf, DeviceUrlError> {
        if !self.place.starts_with('/') {
            return Err(self.place("an absolute path such as /dev/ticket-printer"));
        }
        Ok(PathBuf::from(self.place))
    }

    fn address(&mut self, defaults: SerialDefaults) -> Result<Address, DeviceUrlError> {
        match self.scheme {
            "serial" => {
                let path = self.path()?;
                let settings = self.serial_settings(defaults)?;
                Ok(Address::Serial { path, settings })
            }
            "tcp" => self.tcp_address(),
            "usb" => Ok(Address::Usb { path: self.path()? }),
            "file" => Ok(Address::File { path: self.path()? }),
            _ => self.virtual_address(),
        }
    }

    fn serial_settings(
        &mut self,
        defaults: SerialDefaults,
    ) -> Result<SerialSettings, DeviceUrlError> {
        let mut settings = SerialSettings { baud: defaults.baud, flow: defaults.flow };
        if let Some(value) = self.take("baud") {
            settings.baud =
                value.parse().ok().filter(|baud| BAUD_RATES.contains(baud)).ok_or_else(|| {
                    let rates: Vec<String> = BAUD_RATES.iter().map(u32::to_string).collect();
                    self.value("baud", &value, &format!("one of {}", rates.join(", ")))
                })?;
        }
        if let Some(value) = self.take("flow") {
            settings.flow = FlowControl::parse(&value)
                .ok_or_else(|| self.value("flow", &value, "hardware, software or none"))?;
        }
        Ok(settings)
    }

    fn tcp_address(&self) -> Result<Address, DeviceUrlError> {
        let expected = "a host and port such as 192.0.2.7:9100 or [2001:db8::7]:9100";
        let (host, port) = match self.place.strip_prefix('[') {
            Some(rest) => rest.split_once(']').ok_or_else(|| self.place(expected))?,
            None => match self.place.find(':') {
                Some(colon) => self.place.split_at(colon),
                None => (self.place, ""),
            },
        };
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => TCP_PORT_DEFAULT,
            Some(digits) => match digits.parse() {
                Ok(number) if number > 0 => number,
                Ok(_) | Err(_) => return Err(self.place(expected)),
            },
            None => return Err(self.place(expected)),
        };
        if host.is_empty() || host.contains(['/', '@', ' ']) {
            return Err(self.place(expected));
        }
        Ok(Address::Tcp { host: host.to_owned(), port })
    }

    fn virtual_address(&self) -> Result<Address, DeviceUrlError> {
        let mut characters = self.place.chars();
        let named = characters.next().is_some_and(|first| first.is_ascii_alphanumeric())
            && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if !named {
            return Err(self.place("a name of letters, digits, - and _ such as virtual:hall"));
        }
        Ok(Address::Virtual { name: self.place.to_owned() })
    }

    fn finish(self, device_keys: &str) -> Result<(), DeviceUrlError> {
        let Some((key, _)) = self.keys.first() else { return Ok(()) };
        let line_keys = if self.scheme == "serial" { "baud, flow, " } else { "" };
        Err(DeviceUrlError::Key {
            url: self.url.to_owned(),
            key: (*key).to_owned(),
            expected: format!("{line_keys}{device_keys}"),
        })
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
            ("serial:/dev/x?baud=115000", "baud=115000, expected one of 4800, 9600"),
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

    #[test]
    fn a_bell_url_names_its_driver_and_channel() {
        let url: BellUrl = "serial:/dev/call-bell?driver=lcus&channel=2".parse().unwrap();
        assert_eq!(
            url.to_string(),
            "serial:/dev/call-bell?baud=9600&flow=none&driver=lcus&channel=2"
        );
        let url: BellUrl = "serial:/dev/b?driver=modbus&unit=7".parse().unwrap();
        assert_eq!((url.driver, url.channel), (BellDriver::Modbus { unit: 7 }, 1));
        let rows = [
            ("serial:/dev/b", "driver=, expected lcus or modbus"),
            ("serial:/dev/b?driver=lcus&channel=0", "channel=0, expected 1 to 16"),
            ("serial:/dev/b?driver=modbus&unit=248", "unit=248, expected 1 to 247"),
            ("usb:/dev/usb/lp0?driver=lcus", "expected it to start with one of serial:, tcp:"),
            ("serial:/dev/b?driver=lcus&profile=x", "unknown key \"profile\""),
        ];
        for (text, expected) in rows {
            let message = text.parse::<BellUrl>().unwrap_err().to_string();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}

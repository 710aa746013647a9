//! Button panels and QR scanners as URLs.

use super::parts::{LineDefaults, Parts};
use super::{Address, DeviceUrlError, FlowControl, SerialSettings, notation};
use crate::input::keyboard::Key;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// Most buttons of one panel.
pub const BUTTON_COUNT_MAX: u8 = 64;
/// Keys that are buttons 1, 2, 3 … unless the URL says others; digits of both key blocks count.
const KEYS_DEFAULT: &str = "1,2,3,4,5,6,7,8,9,0";

/// Where an input device is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum InputAddress {
    /// It sends lines of text: serial, TCP or virtual.
    Line(Address),
    /// It is a keyboard to the system, taken for this program alone.
    Keyboard {
        /// Such as `/dev/input/by-id/usb-…-event-kbd`.
        path: PathBuf,
    },
    /// A stream of the kernel's input records over a terminal: how a twin is a keyboard.
    Records {
        /// The terminal.
        path: PathBuf,
    },
    /// A twin that is a keyboard.
    VirtualKeyboard {
        /// Its name.
        name: String,
    },
}

impl InputAddress {
    fn parse(parts: &mut Parts<'_>) -> Result<InputAddress, DeviceUrlError> {
        match parts.scheme {
            "hid" => Ok(InputAddress::Keyboard { path: parts.path()? }),
            "hid-records" => Ok(InputAddress::Records { path: parts.path()? }),
            _ => {
                let address = parts.address(LineDefaults::BOARD)?;
                match (address, parts.take("kind").as_deref()) {
                    (Address::Virtual { name }, Some("hid")) => {
                        Ok(InputAddress::VirtualKeyboard { name })
                    }
                    (address, None) => Ok(InputAddress::Line(address)),
                    (address @ Address::Virtual { .. }, Some("serial")) => {
                        Ok(InputAddress::Line(address))
                    }
                    (Address::Virtual { .. }, Some(kind)) => {
                        Err(parts.value("kind", kind, "serial or hid"))
                    }
                    (_, Some(kind)) => {
                        Err(parts.value("kind", kind, "none: it is for virtual: devices only"))
                    }
                }
            }
        }
    }

    /// Whether it is a keyboard rather than a line of text.
    #[must_use]
    pub fn is_keyboard(&self) -> bool {
        !matches!(self, InputAddress::Line(_))
    }

    fn write_with_settings(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InputAddress::Line(address) => address.write_with_settings(formatter),
            InputAddress::VirtualKeyboard { .. } => write!(formatter, "{self}?kind=hid&"),
            InputAddress::Keyboard { .. } | InputAddress::Records { .. } => {
                write!(formatter, "{self}?")
            }
        }
    }
}

impl fmt::Display for InputAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InputAddress::Line(address) => address.fmt(formatter),
            InputAddress::Keyboard { path } => write!(formatter, "hid:{}", path.display()),
            InputAddress::Records { path } => write!(formatter, "hid-records:{}", path.display()),
            InputAddress::VirtualKeyboard { name } => write!(formatter, "virtual:{name}"),
        }
    }
}

const SCHEMES: [&str; 5] = ["serial", "hid", "tcp", "virtual", "hid-records"];

/// A panel of buttons: where it is, and what its buttons send.
///
/// - `serial:/dev/buttons?baud=9600&prefix=BTN%20&count=8`, or `tcp:host:port`: lines such as
///   `BTN 1`, ended by CR or LF.
/// - `hid:/dev/input/by-id/usb-…-event-kbd?keys=1,2,F5,Enter`: a keypad; these keys are the
///   buttons 1, 2, 3, 4. Without `keys` the digits 1 to 9 and 0 are the buttons 1 to 10.
/// - `virtual:NAME` and `virtual:NAME?kind=hid`: twins of both.
///
/// `prefix` stands before the number and is `BTN ` unless said; it may be empty (`prefix=`).
/// `count` is 1 to 64, 16 unless said. `guard_ms` (0 to 5000, 500 unless said): a button that is
/// heard again sooner is bouncing or held down, and counts once.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ButtonUrl {
    /// Where it is.
    pub address: InputAddress,
    /// What stands before the number in a line.
    pub prefix: String,
    /// Highest button of lines.
    pub count: u8,
    /// Keys of a keypad in the order of the buttons; empty for lines.
    pub keys: Vec<Key>,
    /// A button that is heard again sooner counts once.
    pub guard: Duration,
}

impl FromStr for ButtonUrl {
    type Err = DeviceUrlError;

    fn from_str(text: &str) -> Result<ButtonUrl, DeviceUrlError> {
        let mut parts = Parts::split(text, &SCHEMES)?;
        let address = InputAddress::parse(&mut parts)?;
        let guard = Duration::from_millis(parts.number("guard_ms", 500, 0..=5000)?);
        if address.is_keyboard() {
            let named = parts.take("keys").unwrap_or_else(|| KEYS_DEFAULT.to_owned());
            let keys = keys(&named).ok_or_else(|| parts.value("keys", &named, Key::EXPECTED))?;
            parts.finish("keys, guard_ms")?;
            let count = u8::try_from(keys.len()).unwrap_or(BUTTON_COUNT_MAX);
            return Ok(ButtonUrl { address, prefix: String::new(), count, keys, guard });
        }
        let prefix = parts.text("prefix")?.unwrap_or_else(|| "BTN ".to_owned());
        let is_plain = prefix.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if !is_plain || prefix.len() > 32 || prefix.ends_with(|c: char| c.is_ascii_digit()) {
            let expected = "up to 32 printable ASCII characters, the last no digit";
            return Err(parts.value("prefix", &prefix, expected));
        }
        let count = parts.number("count", 16, 1..=BUTTON_COUNT_MAX)?;
        parts.finish("prefix, count, guard_ms")?;
        Ok(ButtonUrl { address, prefix, count, keys: Vec::new(), guard })
    }
}

fn keys(named: &str) -> Option<Vec<Key>> {
    let mut keys: Vec<Key> = Vec::new();
    for name in named.split(',') {
        let key = Key::named(name)?;
        if keys.contains(&key) || keys.len() >= usize::from(BUTTON_COUNT_MAX) {
            return None;
        }
        keys.push(key);
    }
    Some(keys)
}

impl fmt::Display for ButtonUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.write_with_settings(formatter)?;
        if self.address.is_keyboard() {
            let names: Vec<String> = self.keys.iter().map(Key::to_string).collect();
            write!(formatter, "keys={}", names.join(","))?;
        } else {
            let prefix = notation::encode(self.prefix.as_bytes());
            write!(formatter, "prefix={prefix}&count={}", self.count)?;
        }
        write!(formatter, "&guard_ms={}", self.guard.as_millis())
    }
}

/// What makes a scanner scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ScannerTrigger {
    /// Its own trigger, or it is always on.
    #[default]
    Own,
    /// DENSO's commands: `R` when the line is open, `Z` (standby) when it is let go (QK20 manual
    /// page 99).
    Denso,
}

/// A QR scanner: where it is.
///
/// - `serial:/dev/scanner?baud=9600&trigger=denso`, or `tcp:host:port`: text ended by CR or LF.
/// - `hid:/dev/input/by-id/usb-…-event-kbd`: a keyboard with the US layout, each code ended by
///   Enter.
/// - `virtual:NAME` and `virtual:NAME?kind=hid`: twins of both.
///
/// `repeat_ms` (0 to 10000, 2000 unless said): the same code again sooner is the same slip still
/// lying there. `idle_ms` (50 to 5000, 200 unless said): a code that stops so long in the middle is
/// dropped. `length_max` (1 to 1024, 256 unless said): a longer one is dropped.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ScannerUrl {
    /// Where it is.
    pub address: InputAddress,
    /// What makes it scan.
    pub trigger: ScannerTrigger,
    /// The same code again sooner counts once.
    pub repeat: Duration,
    /// A code that stops so long in the middle is dropped.
    pub idle: Duration,
    /// Longest code in characters.
    pub length_max: u16,
}

impl FromStr for ScannerUrl {
    type Err = DeviceUrlError;

    fn from_str(text: &str) -> Result<ScannerUrl, DeviceUrlError> {
        let mut parts = Parts::split(text, &SCHEMES)?;
        let address = InputAddress::parse(&mut parts)?;
        let trigger = match parts.take("trigger").as_deref() {
            None | Some("own") => ScannerTrigger::Own,
            Some("denso") if !address.is_keyboard() => ScannerTrigger::Denso,
            Some("denso") => {
                let expected = "own: a scanner that is a keyboard takes no commands";
                return Err(parts.value("trigger", "denso", expected));
            }
            Some(other) => return Err(parts.value("trigger", other, "own or denso")),
        };
        let repeat = Duration::from_millis(parts.number("repeat_ms", 2000, 0..=10_000)?);
        let idle = Duration::from_millis(parts.number("idle_ms", 200, 50..=5000)?);
        let length_max = parts.number("length_max", 256, 1..=1024)?;
        parts.finish("trigger, repeat_ms, idle_ms, length_max")?;
        Ok(ScannerUrl { address, trigger, repeat, idle, length_max })
    }
}

impl fmt::Display for ScannerUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.write_with_settings(formatter)?;
        match self.trigger {
            ScannerTrigger::Own => {}
            ScannerTrigger::Denso => formatter.write_str("trigger=denso&")?,
        }
        let (repeat_ms, idle_ms) = (self.repeat.as_millis(), self.idle.as_millis());
        let length_max = self.length_max;
        write!(formatter, "repeat_ms={repeat_ms}&idle_ms={idle_ms}&length_max={length_max}")
    }
}

/// The line under [`InputAddress::Records`]; its speed means nothing.
pub(crate) const RECORDS_SETTINGS: SerialSettings =
    SerialSettings { baud: 115_200, flow: FlowControl::Uncontrolled };

macro_rules! as_text {
    ($url:ty) => {
        impl TryFrom<String> for $url {
            type Error = DeviceUrlError;

            fn try_from(text: String) -> Result<$url, DeviceUrlError> {
                text.parse()
            }
        }

        impl From<$url> for String {
            fn from(url: $url) -> String {
                url.to_string()
            }
        }
    };
}

as_text!(ButtonUrl);
as_text!(ScannerUrl);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_urls_are_read_and_written_back_in_full() {
        let buttons = [
            (
                "serial:/dev/buttons",
                "serial:/dev/buttons?baud=9600&flow=none&prefix=BTN%20&count=16&guard_ms=500",
            ),
            ("tcp:h:4001?prefix=&count=4&guard_ms=0", "tcp:h:4001?prefix=&count=4&guard_ms=0"),
            (
                "hid:/dev/input/by-id/k?keys=1,F5,Enter,q,Space",
                "hid:/dev/input/by-id/k?keys=1,F5,Enter,q,Space&guard_ms=500",
            ),
            ("virtual:b?kind=hid", "virtual:b?kind=hid&keys=1,2,3,4,5,6,7,8,9,0&guard_ms=500"),
        ];
        for (text, full) in buttons {
            let url: ButtonUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), full);
            assert_eq!(full.parse::<ButtonUrl>().unwrap(), url);
        }
        let scanners = [
            (
                "serial:/dev/scanner?trigger=denso&baud=115200",
                "serial:/dev/scanner?baud=115200&flow=none&trigger=denso&repeat_ms=2000\
                 &idle_ms=200&length_max=256",
            ),
            (
                "hid-records:/run/scanner?repeat_ms=0&idle_ms=50&length_max=1024",
                "hid-records:/run/scanner?repeat_ms=0&idle_ms=50&length_max=1024",
            ),
        ];
        for (text, full) in scanners {
            let url: ScannerUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), full);
            assert_eq!(full.parse::<ScannerUrl>().unwrap(), url);
        }
    }

    #[test]
    fn mistaken_input_urls_are_refused_with_what_was_expected() {
        let buttons = [
            ("usb:/dev/x", "expected it to start with one of serial:, hid:, tcp:, virtual:"),
            ("hid:event3", "expected an absolute path"),
            ("hid:/dev/x?keys=1,Escape", "expected different keys among a to z, 0 to 9, F1 to F12"),
            ("hid:/dev/x?keys=1,1", "expected different keys"),
            ("hid:/dev/x?prefix=B", "unknown key \"prefix\", expected one of keys, guard_ms"),
            ("serial:/dev/b?keys=1", "unknown key \"keys\""),
            ("serial:/dev/b?count=65", "count=65, expected 1 to 64"),
            ("serial:/dev/b?prefix=B1", "the last no digit"),
            ("serial:/dev/b?kind=hid", "for virtual: devices only"),
            ("virtual:b?kind=usb", "kind=usb, expected serial or hid"),
            ("virtual:b?guard_ms=5001", "guard_ms=5001, expected 0 to 5000"),
        ];
        for (text, expected) in buttons {
            let message = text.parse::<ButtonUrl>().unwrap_err().to_string();
            assert!(message.contains(expected), "{text}: {message}");
        }
        let scanners = [
            ("hid:/dev/x?trigger=denso", "a scanner that is a keyboard takes no commands"),
            ("virtual:s?trigger=always", "trigger=always, expected own or denso"),
            ("virtual:s?idle_ms=10", "idle_ms=10, expected 50 to 5000"),
            ("virtual:s?length_max=0", "length_max=0, expected 1 to 1024"),
            ("hid:/dev/x?baud=9600", "unknown key \"baud\", expected one of trigger, repeat_ms"),
        ];
        for (text, expected) in scanners {
            let message = text.parse::<ScannerUrl>().unwrap_err().to_string();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}

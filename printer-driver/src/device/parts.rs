//! A device URL taken apart: scheme, place and keys, each understood once.

use super::{Address, BAUD_RATES, DeviceUrlError, FlowControl, SerialSettings, notation};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

/// What a serial line has when the URL does not say.
#[derive(Clone, Copy)]
pub(super) struct LineDefaults {
    pub(super) baud: u32,
    pub(super) flow: FlowControl,
    /// The TCP port; a device without a usual one must have it said.
    pub(super) port: Option<u16>,
}

impl LineDefaults {
    /// What small boards have: 9600 baud, no handshake, no usual port.
    pub(super) const BOARD: LineDefaults =
        LineDefaults { baud: 9600, flow: FlowControl::Uncontrolled, port: None };
}

/// A URL taken apart; keys leave as they are understood.
pub(super) struct Parts<'a> {
    url: &'a str,
    pub(super) scheme: &'a str,
    place: &'a str,
    keys: Vec<(&'a str, &'a str)>,
}

impl<'a> Parts<'a> {
    pub(super) fn split(url: &'a str, schemes: &[&str]) -> Result<Parts<'a>, DeviceUrlError> {
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

    pub(super) fn take(&mut self, key: &str) -> Option<String> {
        let index = self.keys.iter().position(|(known, _)| *known == key)?;
        Some(self.keys.remove(index).1.to_owned())
    }

    /// A whole number within `range`.
    pub(super) fn number<N>(
        &mut self,
        key: &str,
        default: N,
        range: RangeInclusive<N>,
    ) -> Result<N, DeviceUrlError>
    where
        N: Copy + Display + FromStr + PartialOrd,
    {
        let Some(value) = self.take(key) else { return Ok(default) };
        let expected = format!("{} to {}", range.start(), range.end());
        value
            .parse()
            .ok()
            .filter(|number| range.contains(number))
            .ok_or_else(|| self.value(key, &value, &expected))
    }

    /// `on` or `off`; off unless said.
    pub(super) fn switch(&mut self, key: &str) -> Result<bool, DeviceUrlError> {
        match self.take(key).as_deref() {
            None | Some("off") => Ok(false),
            Some("on") => Ok(true),
            Some(other) => Err(self.value(key, other, "on or off")),
        }
    }

    /// Bytes for the wire, as percent-encoded ASCII or as `hex:`.
    pub(super) fn bytes(&mut self, key: &str) -> Result<Option<Vec<u8>>, DeviceUrlError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        match notation::decode(&value) {
            Some(bytes) => Ok(Some(bytes)),
            None => Err(self.value(key, &value, notation::EXPECTED)),
        }
    }

    /// Text whose special characters may be percent-encoded.
    pub(super) fn text(&mut self, key: &str) -> Result<Option<String>, DeviceUrlError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        match notation::decode_text(&value) {
            Some(text) => Ok(Some(text)),
            None => Err(self.value(key, &value, "text with special characters as %HH")),
        }
    }

    pub(super) fn value(&self, key: &str, value: &str, expected: &str) -> DeviceUrlError {
        DeviceUrlError::Value {
            url: self.url.to_owned(),
            key: key.to_owned(),
            value: value.to_owned(),
            expected: expected.to_owned(),
        }
    }

    pub(super) fn place(&self, expected: &'static str) -> DeviceUrlError {
        DeviceUrlError::Place { url: self.url.to_owned(), expected }
    }

    pub(super) fn path(&self) -> Result<PathBuf, DeviceUrlError> {
        if !self.place.starts_with('/') {
            return Err(self.place("an absolute path such as /dev/ticket-printer"));
        }
        Ok(PathBuf::from(self.place))
    }

    pub(super) fn address(&mut self, defaults: LineDefaults) -> Result<Address, DeviceUrlError> {
        match self.scheme {
            "serial" => {
                let path = self.path()?;
                let settings = self.serial_settings(defaults)?;
                Ok(Address::Serial { path, settings })
            }
            "tcp" => self.tcp_address(defaults.port),
            "usb" => Ok(Address::Usb { path: self.path()? }),
            "file" => Ok(Address::File { path: self.path()? }),
            _ => self.virtual_address(),
        }
    }

    fn serial_settings(
        &mut self,
        defaults: LineDefaults,
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

    fn tcp_address(&self, usual_port: Option<u16>) -> Result<Address, DeviceUrlError> {
        let expected = "a host and port such as 192.0.2.7:9100 or [2001:db8::7]:9100";
        let (host, port) = match self.place.strip_prefix('[') {
            Some(rest) => rest.split_once(']').ok_or_else(|| self.place(expected))?,
            None => match self.place.find(':') {
                Some(colon) => self.place.split_at(colon),
                None => (self.place, ""),
            },
        };
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => usual_port.ok_or_else(|| self.place(expected))?,
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

    pub(super) fn finish(self, device_keys: &str) -> Result<(), DeviceUrlError> {
        let Some((key, _)) = self.keys.first() else { return Ok(()) };
        let line_keys = if self.scheme == "serial" { "baud, flow, " } else { "" };
        Err(DeviceUrlError::Key {
            url: self.url.to_owned(),
            key: (*key).to_owned(),
            expected: format!("{line_keys}{device_keys}"),
        })
    }
}

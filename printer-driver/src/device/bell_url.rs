//! Bells as URLs: which board, which protocol, which output, which pattern.

use super::parts::{LineDefaults, Parts};
use super::{Address, DeviceUrlError, notation};
use crate::bell::{
    PULSE_COUNT_MAX, PULSE_MS_MAX, PULSE_MS_MIN, Pattern, PatternError, Pulse, frame,
};
use std::fmt;
use std::str::FromStr;

/// The socket port that PATLITE's LAN towers have from the factory (NHL manual, page 25).
const PATLITE_PORT: u16 = 10_000;
const DRIVERS: &str =
    "lcus, modbus, hw667, patlite-phe, patlite-nhl-pns, patlite-nhl-phn or template";

/// Who ends a pulse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TimedBy {
    /// This program, by an order to switch off.
    #[default]
    Program,
    /// The board itself: the bell cannot stay on when the computer stops in the middle.
    Board,
}

/// What one lamp of a signal tower does while a bell rings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Light {
    /// It is not this bell's: left as it is.
    #[default]
    Untouched,
    /// Steady.
    Steady,
    /// Flashing, pattern 1.
    Flash,
    /// Flashing, pattern 2.
    FlashFast,
}

/// The part of a signal tower that is one bell: lamps and a buzzer pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tower {
    /// Red, amber, green, blue, white.
    pub lamps: [Light; 5],
    /// Buzzer pattern from 1; 0 leaves the buzzer alone.
    pub buzzer: u8,
}

/// Colours of [`Tower::lamps`], in order.
pub(crate) const COLOURS: [&str; 5] = ["red", "amber", "green", "blue", "white"];

/// The bytes of a board that no driver here knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BellTemplate {
    /// Sent whenever the line has been opened; empty for nothing.
    pub open: Vec<u8>,
    /// Starts the ringing.
    pub on: Vec<u8>,
    /// Ends the ringing; empty when the board can only end by itself.
    pub off: Vec<u8>,
    /// Sent before the line is let go; empty for nothing.
    pub close: Vec<u8>,
    /// What the board answers to each of `on` and `off`; empty when it does not answer.
    pub reply: Vec<u8>,
    /// Who ends a pulse.
    pub timed_by: TimedBy,
}

/// The protocol of a bell, with the output of the board that it is wired to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BellDriver {
    /// LCUS-1/2/4 relay boards: four-byte frames, no answer.
    Lcus {
        /// Relay, counted from 1.
        channel: u8,
    },
    /// Modbus-RTU relays: FC05 frames, repeated by the board.
    Modbus {
        /// Slave address, 1 to 247.
        unit: u8,
        /// Relay, counted from 1.
        channel: u8,
        /// By the board: Waveshare's flash-on frames, in steps of 100 ms.
        timed_by: TimedBy,
    },
    /// HW-667 and E-3 boards: one byte on, one off, one for 1 s; no answer.
    Hw667 {
        /// By the board: always 1 s.
        timed_by: TimedBy,
    },
    /// PATLITE PHE-3FB2/3FB3 interface converters on a serial line (manual T95100260).
    PatlitePhe(Tower),
    /// PATLITE NHL and later network towers by the PNS command (manual page 27).
    PatliteNhlPns(Tower),
    /// The same by the PHN command, which older towers know (manual page 25).
    PatliteNhlPhn(Tower),
    /// Bytes from the URL.
    Template(BellTemplate),
}

/// A bell: where its board is, which protocol it speaks, which output rings, and how.
///
/// | `driver=` and its own keys | Board |
/// |---|---|
/// | `lcus&channel=2` | LCUS relay, channel 1 to 16 |
/// | `modbus&unit=1&channel=1` | Modbus-RTU relay, unit 1 to 247, channel 1 to 32 |
/// | `modbus&flash=on` | the same; the board times the pulse (Waveshare), in steps of 100 ms |
/// | `hw667` or `hw667&flash=on` | one relay; with `flash=on` it rings 1 s by itself |
/// | `patlite-phe&lamps=red,green-flash&buzzer=1` | PHE-3FB3: red, amber, green; buzzer 0 to 2 |
/// | `patlite-nhl-phn&lamps=red` | a tower on the LAN by the PHN command: as PHE |
/// | `patlite-nhl-pns&lamps=blue-flash2&buzzer=4` | by PNS: also blue, white, `-flash2`; 0 to 4 |
/// | `template&on=%02ON%0D&off=hex:024F46460D&reply=OK` | bytes as written |
///
/// So a whole URL is `serial:/dev/call-bell?driver=lcus&channel=2`, or
/// `tcp:192.0.2.9?driver=patlite-nhl-pns&lamps=red` (port 10000 unless said, for towers only).
/// Of a tower of which neither lamps nor buzzer are given, buzzer pattern 1 sounds.
/// A template's keys are `open`, `on` and `off` (or `ring` alone when the board ends by itself),
/// `close`, `reply`. Every bell takes `pattern=700/300,700/300` (milliseconds on/off) and
/// `repeat=1`; without them it rings twice for 0.7 s. Serial lines have 9600 baud without flow
/// control unless said. `virtual:NAME?driver=…` is a twin, started by [`crate::virtual_bell`].
/// Bells whose address is the same are outputs of one board: open them together with
/// [`crate::bell::Bell::spawn_all`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BellUrl {
    /// Where the board is; serial, TCP (a LAN tower or a serial server) or virtual.
    pub address: Address,
    /// Its protocol and output.
    pub driver: BellDriver,
    /// How it rings.
    pub pattern: Pattern,
}

impl FromStr for BellUrl {
    type Err = DeviceUrlError;

    fn from_str(text: &str) -> Result<BellUrl, DeviceUrlError> {
        let mut parts = Parts::split(text, &["serial", "tcp", "virtual"])?;
        let named = parts.take("driver").unwrap_or_default();
        let port = match named.as_str() {
            "patlite-nhl-pns" | "patlite-nhl-phn" => Some(PATLITE_PORT),
            _ => None,
        };
        let address = parts.address(LineDefaults { port, ..LineDefaults::BOARD })?;
        let (driver, keys) = match named.as_str() {
            "lcus" => {
                (BellDriver::Lcus { channel: parts.number("channel", 1, 1..=16)? }, "channel")
            }
            "modbus" => {
                let unit = parts.number("unit", 1, 1..=247)?;
                let channel = parts.number("channel", 1, 1..=32)?;
                let timed_by = timed_by(&mut parts)?;
                (BellDriver::Modbus { unit, channel, timed_by }, "channel, unit, flash")
            }
            "hw667" => (BellDriver::Hw667 { timed_by: timed_by(&mut parts)? }, "flash"),
            "patlite-phe" => (BellDriver::PatlitePhe(tower(&mut parts, SMALL)?), TOWER_KEYS),
            "patlite-nhl-pns" => (BellDriver::PatliteNhlPns(tower(&mut parts, LARGE)?), TOWER_KEYS),
            "patlite-nhl-phn" => (BellDriver::PatliteNhlPhn(tower(&mut parts, SMALL)?), TOWER_KEYS),
            "template" => {
                let template = template(&mut parts)?;
                (BellDriver::Template(template), "open, on, off, ring, close, reply")
            }
            _ => return Err(parts.value("driver", &named, DRIVERS)),
        };
        let pattern = pattern(&mut parts, &driver)?;
        parts.finish(&format!("driver, {keys}, pattern, repeat"))?;
        Ok(BellUrl { address, driver, pattern })
    }
}

const TOWER_KEYS: &str = "lamps, buzzer";

/// What a kind of tower has.
#[derive(Clone, Copy)]
struct TowerKind {
    lamp_count: usize,
    flash_fast: bool,
    buzzer_max: u8,
    expected: &'static str,
}

const SMALL: TowerKind = TowerKind {
    lamp_count: 3,
    flash_fast: false,
    buzzer_max: 2,
    expected: "red, amber, green, each once, perhaps with -flash, such as red,green-flash",
};
const LARGE: TowerKind = TowerKind {
    lamp_count: 5,
    flash_fast: true,
    buzzer_max: 4,
    expected: "red, amber, green, blue, white, each once, perhaps with -flash or -flash2",
};

fn timed_by(parts: &mut Parts<'_>) -> Result<TimedBy, DeviceUrlError> {
    Ok(if parts.switch("flash")? { TimedBy::Board } else { TimedBy::Program })
}

fn tower(parts: &mut Parts<'_>, kind: TowerKind) -> Result<Tower, DeviceUrlError> {
    let named = parts.take("lamps");
    // A tower of which nothing is said is a bell: it sounds.
    let buzzer_default = u8::from(named.is_none());
    let buzzer = parts.number("buzzer", buzzer_default, 0..=kind.buzzer_max)?;
    let mut tower = Tower { buzzer, ..Tower::default() };
    let named = named.unwrap_or_default();
    for name in named.split(',').filter(|_| !named.is_empty()) {
        let (colour, light) = match name.split_once('-') {
            None => (name, Some(Light::Steady)),
            Some((colour, "flash")) => (colour, Some(Light::Flash)),
            Some((colour, "flash2")) if kind.flash_fast => (colour, Some(Light::FlashFast)),
            Some((colour, _)) => (colour, None),
        };
        let index = COLOURS[..kind.lamp_count].iter().position(|known| *known == colour);
        match (index.and_then(|index| tower.lamps.get_mut(index)), light) {
            (Some(lamp @ Light::Untouched), Some(light)) => *lamp = light,
            _ => return Err(parts.value("lamps", &named, kind.expected)),
        }
    }
    if tower == Tower::default() {
        return Err(parts.value("buzzer", "0", "a buzzer pattern from 1, or lamps beside it"));
    }
    Ok(tower)
}

fn template(parts: &mut Parts<'_>) -> Result<BellTemplate, DeviceUrlError> {
    let open = parts.bytes("open")?.unwrap_or_default();
    let close = parts.bytes("close")?.unwrap_or_default();
    let reply = parts.bytes("reply")?.unwrap_or_default();
    let off = parts.bytes("off")?;
    let (on, off, timed_by) = match (parts.bytes("on")?, off, parts.bytes("ring")?) {
        (Some(on), Some(off), None) => (on, off, TimedBy::Program),
        (None, off, Some(ring)) => (ring, off.unwrap_or_default(), TimedBy::Board),
        (Some(_), None, None) => {
            return Err(parts.value("off", "", "the bytes that end what on= starts"));
        }
        (Some(_), _, Some(_)) => {
            return Err(parts.value("ring", "", "either on= and off=, or ring= without on="));
        }
        (None, _, None) => {
            return Err(parts.value("on", "", "the bytes that ring the bell, or ring="));
        }
    };
    Ok(BellTemplate { open, on, off, close, reply, timed_by })
}

fn pattern(parts: &mut Parts<'_>, driver: &BellDriver) -> Result<Pattern, DeviceUrlError> {
    let text = parts.take("pattern");
    let by_itself = *driver == BellDriver::Hw667 { timed_by: TimedBy::Board };
    let pattern = match &text {
        None if by_itself => frame::hw667_pattern(),
        None => Pattern::summons(),
        Some(text) => {
            text.parse().map_err(|error| parts.value("pattern", text, &pattern_expected(error)))?
        }
    };
    let count = parts.number("repeat", 1, 1..=PULSE_COUNT_MAX)?;
    let pattern = pattern.repeated(count).map_err(|_| {
        let expected = format!("no more than {PULSE_COUNT_MAX} pulses in all");
        parts.value("repeat", &count.to_string(), &expected)
    })?;
    let is_whole_second = |pulse: &Pulse| pulse.on_ms == frame::HW667_PULSE_MS;
    if by_itself && !pattern.pulses().iter().all(is_whole_second) {
        let given = pattern.to_string();
        return Err(parts.value("pattern", &given, "1000 before each / with flash=on"));
    }
    Ok(pattern)
}

/// What a pattern that is refused should have been.
fn pattern_expected(error: PatternError) -> String {
    match error {
        PatternError::Count { .. } => format!("1 to {PULSE_COUNT_MAX} pulses"),
        PatternError::Length { .. } => {
            format!("each pulse and gap to last {PULSE_MS_MIN} to {PULSE_MS_MAX} ms")
        }
        PatternError::Notation => "milliseconds on/off such as 700/300,700/300".to_owned(),
    }
}

impl fmt::Display for BellUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.write_with_settings(formatter)?;
        match &self.driver {
            BellDriver::Lcus { channel } => write!(formatter, "driver=lcus&channel={channel}")?,
            BellDriver::Modbus { unit, channel, timed_by } => {
                write!(formatter, "driver=modbus&unit={unit}&channel={channel}")?;
                write_flash(formatter, *timed_by)?;
            }
            BellDriver::Hw667 { timed_by } => {
                write!(formatter, "driver=hw667")?;
                write_flash(formatter, *timed_by)?;
            }
            BellDriver::PatlitePhe(tower) => write_tower(formatter, "patlite-phe", tower)?,
            BellDriver::PatliteNhlPns(tower) => write_tower(formatter, "patlite-nhl-pns", tower)?,
            BellDriver::PatliteNhlPhn(tower) => write_tower(formatter, "patlite-nhl-phn", tower)?,
            BellDriver::Template(template) => write_template(formatter, template)?,
        }
        write!(formatter, "&pattern={}", self.pattern)
    }
}

fn write_flash(formatter: &mut fmt::Formatter<'_>, timed_by: TimedBy) -> fmt::Result {
    match timed_by {
        TimedBy::Program => Ok(()),
        TimedBy::Board => formatter.write_str("&flash=on"),
    }
}

fn write_tower(formatter: &mut fmt::Formatter<'_>, name: &str, tower: &Tower) -> fmt::Result {
    write!(formatter, "driver={name}")?;
    let lamps: Vec<String> = COLOURS
        .iter()
        .zip(tower.lamps)
        .filter_map(|(colour, light)| match light {
            Light::Untouched => None,
            Light::Steady => Some((*colour).to_owned()),
            Light::Flash => Some(format!("{colour}-flash")),
            Light::FlashFast => Some(format!("{colour}-flash2")),
        })
        .collect();
    if !lamps.is_empty() {
        write!(formatter, "&lamps={}", lamps.join(","))?;
    }
    write!(formatter, "&buzzer={}", tower.buzzer)
}

fn write_template(formatter: &mut fmt::Formatter<'_>, template: &BellTemplate) -> fmt::Result {
    let on = match template.timed_by {
        TimedBy::Program => "on",
        TimedBy::Board => "ring",
    };
    write!(formatter, "driver=template")?;
    for (key, bytes) in [
        ("open", &template.open),
        (on, &template.on),
        ("off", &template.off),
        ("close", &template.close),
        ("reply", &template.reply),
    ] {
        if !bytes.is_empty() {
            write!(formatter, "&{key}={}", notation::encode(bytes))?;
        }
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bell_url_is_read_and_written_back_in_full() {
        let twice = "&pattern=700/300,700/300";
        let rows = [
            (
                "serial:/dev/call-bell?driver=lcus&channel=2",
                "serial:/dev/call-bell?baud=9600&flow=none&driver=lcus&channel=2",
            ),
            (
                "serial:/dev/b?driver=modbus&unit=7&flash=on&baud=19200",
                "serial:/dev/b?baud=19200&flow=none&driver=modbus&unit=7&channel=1&flash=on",
            ),
            ("tcp:h:4196?driver=modbus", "tcp:h:4196?driver=modbus&unit=1&channel=1"),
            (
                "serial:/dev/t?driver=patlite-phe&lamps=green-flash,red&buzzer=2",
                "serial:/dev/t?baud=9600&flow=none&driver=patlite-phe&lamps=red,green-flash\
                 &buzzer=2",
            ),
            ("tcp:h?driver=patlite-nhl-phn", "tcp:h:10000?driver=patlite-nhl-phn&buzzer=1"),
            (
                "tcp:h?driver=patlite-nhl-pns&lamps=blue-flash2",
                "tcp:h:10000?driver=patlite-nhl-pns&lamps=blue-flash2&buzzer=0",
            ),
            (
                "virtual:b?driver=template&on=%02ON%0D&off=hex:024F46460D&reply=OK",
                "virtual:b?driver=template&on=%02ON%0D&off=%02OFF%0D&reply=OK",
            ),
            (
                "virtual:b?driver=template&ring=R&open=O&close=C",
                "virtual:b?driver=template&open=O&ring=R&close=C",
            ),
        ];
        for (text, full) in rows {
            let full = format!("{full}{twice}");
            let url: BellUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), full);
            assert_eq!(full.parse::<BellUrl>().unwrap(), url);
        }
        let url: BellUrl = "virtual:b?driver=lcus&pattern=200/100&repeat=3".parse().unwrap();
        assert_eq!(url.pattern.to_string(), "200/100,200/100,200/100");
        let url: BellUrl = "virtual:b?driver=hw667&flash=on".parse().unwrap();
        assert_eq!(url.to_string().parse::<BellUrl>().unwrap(), url);
    }

    #[test]
    fn a_mistaken_bell_url_is_refused_with_what_was_expected() {
        let rows = [
            ("serial:/dev/b", "driver=, expected lcus, modbus, hw667, patlite-phe"),
            ("serial:/dev/b?driver=lcus&channel=0", "channel=0, expected 1 to 16"),
            ("serial:/dev/b?driver=modbus&unit=248", "unit=248, expected 1 to 247"),
            ("serial:/dev/b?driver=modbus&flash=yes", "flash=yes, expected on or off"),
            ("usb:/dev/usb/lp0?driver=lcus", "expected it to start with one of serial:, tcp:"),
            (
                "serial:/dev/b?driver=lcus&unit=1",
                "unknown key \"unit\", expected one of baud, flow, driver, channel, pattern",
            ),
            ("tcp:h?driver=lcus", "expected a host and port"),
            ("virtual:t?driver=patlite-phe&lamps=blue", "expected red, amber, green, each once"),
            ("virtual:t?driver=patlite-phe&lamps=red,red-flash", "each once"),
            ("virtual:t?driver=patlite-phe&lamps=red-flash2", "perhaps with -flash"),
            ("virtual:t?driver=patlite-phe&buzzer=3", "buzzer=3, expected 0 to 2"),
            ("virtual:t?driver=patlite-phe&buzzer=0", "expected a buzzer pattern from 1, or lamps"),
            ("virtual:b?driver=template", "expected the bytes that ring the bell, or ring="),
            ("virtual:b?driver=template&on=X", "expected the bytes that end what on= starts"),
            ("virtual:b?driver=template&on=X&off=Y&ring=Z", "either on= and off=, or ring="),
            ("virtual:b?driver=template&ring=%2", "expected 1 to 256 bytes as ASCII"),
            ("virtual:b?driver=lcus&pattern=700", "expected milliseconds on/off such as"),
            (
                "virtual:b?driver=lcus&pattern=20/300",
                "pattern=20/300, expected each pulse and gap to last 50 to 10000 ms",
            ),
            ("virtual:b?driver=lcus&repeat=6", "repeat=6, expected no more than 10 pulses in all"),
            ("virtual:b?driver=lcus&repeat=0", "repeat=0, expected 1 to 10"),
            ("virtual:b?driver=hw667&flash=on&pattern=700/300", "expected 1000 before each /"),
        ];
        for (text, expected) in rows {
            let message = text.parse::<BellUrl>().unwrap_err().to_string();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}

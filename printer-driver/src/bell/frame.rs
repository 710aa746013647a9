//! Orders to bells as bytes, and what the board must answer; pure.
//!
//! Sources: LCUS and FC05 frames as several vendors print them; Waveshare's flash-on address
//! 0200h + relay with the time in steps of 100 ms (Modbus RTU Relay, development protocol);
//! PATLITE PHE-3FB3 manual T95100260 pages 14 to 20; PATLITE NHL manual pages 25 (PHN) and 27
//! (PNS). None was tried on a physical board.

use super::{Pattern, Pulse};
use crate::device::{BellDriver, BellTemplate, Light, TimedBy, Tower};

/// How long an HW-667 board rings by itself.
pub(crate) const HW667_PULSE_MS: u32 = 1000;
/// Bytes heard while an answer is awaited; more is noise.
pub(crate) const HEARD_COUNT_MAX: usize = 512;
const ACK: u8 = 0x06;
const NAK: u8 = 0x15;

/// The position of a relay, or whether a tower's part sounds and shines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relay {
    /// Closed: it rings.
    On,
    /// Open.
    Off,
}

/// What a board answers to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Nothing: whether it obeyed cannot be known.
    Nothing,
    /// The order itself.
    Echo,
    /// ACK or NAK as one control byte, or as three letters.
    Acknowledgement,
    /// These bytes.
    Bytes(Vec<u8>),
}

/// What has been heard after an order so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// No answer yet.
    Awaited,
    /// The board obeys.
    Accepted,
    /// The board says that it does not.
    Refused,
}

/// Bytes for a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What is sent.
    pub bytes: Vec<u8>,
    /// What must come back.
    pub reply: Reply,
    /// For the log of the line: `switch_on`, `switch_on_for` or `switch_off`.
    pub meaning: &'static str,
}

impl Order {
    /// What `heard` after this order means; whatever stands before the answer is noise.
    #[must_use]
    pub fn answer(&self, heard: &[u8]) -> Answer {
        let (accepted, refused) = match &self.reply {
            Reply::Nothing => (true, false),
            Reply::Echo => (heard.ends_with(&self.bytes), is_exception(&self.bytes, heard)),
            Reply::Acknowledgement => (
                heard.last() == Some(&ACK) || heard.ends_with(b"ACK"),
                heard.last() == Some(&NAK) || heard.ends_with(b"NAK"),
            ),
            Reply::Bytes(bytes) => (heard.ends_with(bytes), false),
        };
        match (accepted, refused) {
            (true, _) => Answer::Accepted,
            (false, true) => Answer::Refused,
            (false, false) => Answer::Awaited,
        }
    }
}

/// The order that switches `driver`'s output. `on_ms` is for boards that time themselves;
/// `ringing` are the other outputs of the same board that are on, which a tower's order must
/// leave on.
#[must_use]
pub fn switch(driver: &BellDriver, relay: Relay, on_ms: u32, ringing: &[&BellDriver]) -> Order {
    let timed_by = timed_by(driver);
    let meaning = match (relay, timed_by) {
        (Relay::On, TimedBy::Program) => "switch_on",
        (Relay::On, TimedBy::Board) => "switch_on_for",
        (Relay::Off, _) => "switch_off",
    };
    let (bytes, reply) = match driver {
        BellDriver::Lcus { channel } => (lcus(*channel, relay), Reply::Nothing),
        BellDriver::Modbus { unit, channel, .. } => {
            (modbus(*unit, *channel, relay, timed_by, on_ms), Reply::Echo)
        }
        BellDriver::Hw667 { .. } => (vec![hw667(relay, timed_by)], Reply::Nothing),
        BellDriver::PatlitePhe(tower) => {
            let mine = tower_bits(tower);
            let kept = ringing.iter().fold(0, |bits, other| bits | driver_bits(other));
            (phe(relay, mine, kept), Reply::Acknowledgement)
        }
        BellDriver::PatliteNhlPns(tower) => (pns(relay, tower, ringing), Reply::Acknowledgement),
        BellDriver::PatliteNhlPhn(tower) => {
            let kept = ringing.iter().fold(0, |bits, other| bits | driver_bits(other));
            let mine = if relay == Relay::On { tower_bits(tower) } else { 0 };
            (vec![b'W', kept | mine], Reply::Acknowledgement)
        }
        BellDriver::Template(template) => template_order(template, relay),
    };
    Order { bytes, reply, meaning }
}

/// Whether the board says that it has obeyed.
#[must_use]
pub fn is_answered(driver: &BellDriver) -> bool {
    switch(driver, Relay::Off, 0, &[]).reply != Reply::Nothing
}

/// Who ends a pulse of this bell.
#[must_use]
pub fn timed_by(driver: &BellDriver) -> TimedBy {
    match driver {
        BellDriver::Modbus { timed_by, .. } | BellDriver::Hw667 { timed_by } => *timed_by,
        BellDriver::Template(template) => template.timed_by,
        BellDriver::Lcus { .. }
        | BellDriver::PatlitePhe(_)
        | BellDriver::PatliteNhlPns(_)
        | BellDriver::PatliteNhlPhn(_) => TimedBy::Program,
    }
}

/// The only pattern of an HW-667 board that times itself.
pub(crate) fn hw667_pattern() -> Pattern {
    let pulse = Pulse { on_ms: HW667_PULSE_MS, off_ms: 300 };
    Pattern::new(vec![pulse; 2]).unwrap_or_default()
}

fn lcus(channel: u8, relay: Relay) -> Vec<u8> {
    let state = match relay {
        Relay::On => 1,
        Relay::Off => 0,
    };
    let sum = 0xa0_u8.wrapping_add(channel).wrapping_add(state);
    vec![0xa0, channel, state, sum]
}

/// FC05 with the coil's address from 0.
fn modbus(unit: u8, channel: u8, relay: Relay, timed_by: TimedBy, on_ms: u32) -> Vec<u8> {
    let coil = channel.saturating_sub(1);
    let (function, value) = match (relay, timed_by) {
        (Relay::Off, _) => (0x00, [0x00, 0x00]),
        (Relay::On, TimedBy::Program) => (0x00, [0xff, 0x00]),
        (Relay::On, TimedBy::Board) => {
            let steps = u16::try_from(on_ms.div_ceil(100)).unwrap_or(u16::MAX);
            (0x02, steps.to_be_bytes())
        }
    };
    let mut frame = vec![unit, 0x05, function, coil, value[0], value[1]];
    frame.extend(crc16(&frame).to_le_bytes());
    frame
}

/// A Modbus exception: the unit, the function with its top bit set, a code, the check.
fn is_exception(order: &[u8], heard: &[u8]) -> bool {
    let Some(tail) = heard.len().checked_sub(5).and_then(|start| heard.get(start..)) else {
        return false;
    };
    let (body, check) = tail.split_at(3);
    body[0] == order[0] && body[1] == order[1] | 0x80 && crc16(body).to_le_bytes() == check
}

fn hw667(relay: Relay, timed_by: TimedBy) -> u8 {
    match (relay, timed_by) {
        (Relay::On, TimedBy::Program) => 0xaa,
        (Relay::On, TimedBy::Board) => 0xcc,
        (Relay::Off, _) => 0xbb,
    }
}

/// The eight bits that PHE and PHN share: from bit 0 red, amber, green steady, buzzer 1, buzzer
/// 2, red, amber, green flashing.
fn tower_bits(tower: &Tower) -> u8 {
    let mut bits = match tower.buzzer {
        1 => 0x08,
        2 => 0x10,
        _ => 0,
    };
    for (index, light) in tower.lamps.iter().take(3).enumerate() {
        bits |= match light {
            Light::Untouched => 0,
            Light::Steady => 0x01 << index,
            Light::Flash | Light::FlashFast => 0x20 << index,
        };
    }
    bits
}

fn driver_bits(driver: &BellDriver) -> u8 {
    match driver {
        BellDriver::PatlitePhe(tower) | BellDriver::PatliteNhlPhn(tower) => tower_bits(tower),
        BellDriver::Lcus { .. }
        | BellDriver::Modbus { .. }
        | BellDriver::Hw667 { .. }
        | BellDriver::PatliteNhlPns(_)
        | BellDriver::Template(_) => 0,
    }
}

/// `@??1` switches the given bits on, `@??0` off; both leave the others. A nibble is 30h to 3Fh.
fn phe(relay: Relay, mine: u8, kept: u8) -> Vec<u8> {
    let (command, bits) = match relay {
        Relay::On => (b'1', mine),
        Relay::Off => (b'0', mine & !kept),
    };
    vec![b'@', b'?', b'?', command, 0x30 | bits >> 4, 0x30 | bits & 0x0f, b'!']
}

/// `XX`, `S`, 0, two bytes of length, then red, amber, green, blue, white, buzzer; 9 leaves one
/// as it is.
fn pns(relay: Relay, tower: &Tower, ringing: &[&BellDriver]) -> Vec<u8> {
    const KEEP: u8 = 0x09;
    let light = |light: Light| match light {
        Light::Untouched => KEEP,
        Light::Steady => 0x01,
        Light::Flash => 0x02,
        Light::FlashFast => 0x03,
    };
    let outputs = |tower: &Tower| {
        let mut outputs = [KEEP; 6];
        for (output, lamp) in outputs.iter_mut().zip(tower.lamps) {
            *output = light(lamp);
        }
        if tower.buzzer > 0 {
            outputs[5] = tower.buzzer;
        }
        outputs
    };
    let mut wanted = outputs(tower);
    if relay == Relay::Off {
        for (index, output) in wanted.iter_mut().enumerate().filter(|(_, output)| **output != KEEP)
        {
            let kept = ringing.iter().rev().find_map(|other| {
                let BellDriver::PatliteNhlPns(other) = other else { return None };
                Some(outputs(other)[index]).filter(|value| *value != KEEP)
            });
            *output = kept.unwrap_or(0x00);
        }
    }
    let mut frame = vec![b'X', b'X', b'S', 0x00, 0x00, 0x06];
    frame.extend(wanted);
    frame
}

fn template_order(template: &BellTemplate, relay: Relay) -> (Vec<u8>, Reply) {
    let bytes = match relay {
        Relay::On => &template.on,
        Relay::Off => &template.off,
    };
    let reply = match template.reply.as_slice() {
        [] => Reply::Nothing,
        reply if !bytes.is_empty() => Reply::Bytes(reply.to_vec()),
        _ => Reply::Nothing,
    };
    (bytes.clone(), reply)
}

/// CRC-16/MODBUS: polynomial A001 reflected, start FFFF.
#[must_use]
pub fn crc16(bytes: &[u8]) -> u16 {
    let mut crc = 0xffff_u16;
    for byte in bytes {
        crc ^= u16::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xa001 } else { crc >> 1 };
        }
    }
    crc
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::BellUrl;

    fn driver(query: &str) -> BellDriver {
        format!("virtual:b?driver={query}").parse::<BellUrl>().unwrap().driver
    }

    #[test]
    fn orders_are_as_the_vendors_print_them() {
        use Relay::{Off, On};
        let rows: [(&str, Relay, &[u8]); 24] = [
            ("lcus", On, &[0xa0, 0x01, 0x01, 0xa2]),
            ("lcus", Off, &[0xa0, 0x01, 0x00, 0xa1]),
            ("lcus&channel=4", On, &[0xa0, 0x04, 0x01, 0xa5]),
            ("modbus", On, &[0x01, 0x05, 0x00, 0x00, 0xff, 0x00, 0x8c, 0x3a]),
            ("modbus", Off, &[0x01, 0x05, 0x00, 0x00, 0x00, 0x00, 0xcd, 0xca]),
            ("modbus&channel=2", On, &[0x01, 0x05, 0x00, 0x01, 0xff, 0x00, 0xdd, 0xfa]),
            ("modbus&flash=on", On, &[0x01, 0x05, 0x02, 0x00, 0x00, 0x07, 0x8d, 0xb0]),
            ("modbus&flash=on", Off, &[0x01, 0x05, 0x00, 0x00, 0x00, 0x00, 0xcd, 0xca]),
            ("hw667", On, &[0xaa]),
            ("hw667", Off, &[0xbb]),
            ("hw667&flash=on", On, &[0xcc]),
            ("patlite-phe&lamps=red", On, b"@??101!"),
            ("patlite-phe&lamps=amber", On, b"@??102!"),
            ("patlite-phe&lamps=green-flash", On, b"@??180!"),
            ("patlite-phe&lamps=red-flash,amber,green&buzzer=1", On, b"@??12>!"),
            ("patlite-phe&lamps=red,amber-flash&buzzer=2", Off, b"@??051!"),
            ("patlite-phe", On, b"@??108!"),
            ("patlite-nhl-phn&lamps=red,amber-flash,green&buzzer=2", On, &[0x57, 0x55]),
            ("patlite-nhl-phn&lamps=red,amber-flash,green&buzzer=2", Off, &[0x57, 0x00]),
            (
                "patlite-nhl-pns&lamps=red,amber-flash,green-flash2&buzzer=4",
                On,
                &[0x58, 0x58, 0x53, 0, 0, 6, 1, 2, 3, 9, 9, 4],
            ),
            (
                "patlite-nhl-pns&lamps=red,amber-flash,green-flash2&buzzer=4",
                Off,
                &[0x58, 0x58, 0x53, 0, 0, 6, 0, 0, 0, 9, 9, 0],
            ),
            ("patlite-nhl-pns", On, &[0x58, 0x58, 0x53, 0, 0, 6, 9, 9, 9, 9, 9, 1]),
            ("template&on=%02ON%0D&off=%02OFF%0D", On, b"\x02ON\r"),
            ("template&on=%02ON%0D&off=%02OFF%0D", Off, b"\x02OFF\r"),
        ];
        for (query, relay, expected) in rows {
            let order = switch(&driver(query), relay, 700, &[]);
            assert_eq!(order.bytes, expected, "{query} {relay:?}");
        }
    }

    #[test]
    fn a_tower_leaves_on_what_another_bell_rings() {
        let phn = (
            driver("patlite-nhl-phn&lamps=red&buzzer=1"),
            driver("patlite-nhl-phn&lamps=green&buzzer=1"),
        );
        assert_eq!(switch(&phn.0, Relay::On, 0, &[&phn.1]).bytes, [b'W', 0x0d]);
        assert_eq!(switch(&phn.0, Relay::Off, 0, &[&phn.1]).bytes, [b'W', 0x0c]);
        let phe =
            (driver("patlite-phe&lamps=red&buzzer=1"), driver("patlite-phe&lamps=green&buzzer=1"));
        assert_eq!(switch(&phe.0, Relay::Off, 0, &[&phe.1]).bytes, b"@??001!");
        let pns = (
            driver("patlite-nhl-pns&lamps=red&buzzer=2"),
            driver("patlite-nhl-pns&lamps=blue&buzzer=3"),
        );
        let off = switch(&pns.0, Relay::Off, 0, &[&pns.1]).bytes;
        assert_eq!(off[6..], [0, 9, 9, 9, 9, 3]);
    }

    #[test]
    fn an_answer_is_found_behind_noise_and_a_refusal_is_not_silence() {
        let order = switch(&driver("modbus"), Relay::On, 0, &[]);
        let mut heard = vec![0x00, 0x01, 0x05];
        assert_eq!(order.answer(&heard), Answer::Awaited);
        heard.extend(&order.bytes);
        assert_eq!(order.answer(&heard), Answer::Accepted);
        assert_eq!(order.answer(&[0x01, 0x85, 0x02, 0xc3, 0x51]), Answer::Refused);
        assert_eq!(order.answer(&[0x01, 0x85, 0x02, 0xc3, 0x52]), Answer::Awaited);
        let order = switch(&driver("patlite-phe"), Relay::On, 0, &[]);
        assert_eq!(order.answer(b""), Answer::Awaited);
        assert_eq!(order.answer(&[0x00, 0x06]), Answer::Accepted);
        assert_eq!(order.answer(&[0x15]), Answer::Refused);
        let order = switch(&driver("patlite-nhl-phn"), Relay::On, 0, &[]);
        assert_eq!(order.answer(b"AC"), Answer::Awaited);
        assert_eq!(order.answer(b"ACK"), Answer::Accepted);
        assert_eq!(order.answer(b"NAK"), Answer::Refused);
    }
}

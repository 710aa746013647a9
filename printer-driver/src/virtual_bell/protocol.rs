//! What each kind of board reads from the wire, by the vendors' documents.

use crate::device::{BellDriver, BellTemplate, TimedBy};
use std::collections::BTreeMap;

/// How long a board that ends by itself rings, when nothing says how long.
const TEMPLATE_PULSE_MS: u64 = 1000;

/// Outputs and their values; 0 is off.
pub(super) type Outputs = BTreeMap<u8, u8>;

/// The protocol of one board.
#[derive(Debug)]
pub(super) enum Protocol {
    Lcus,
    Modbus { units: Vec<u8> },
    Hw667,
    Phe,
    Pns,
    Phn,
    Template(Vec<BellTemplate>),
}

/// What an order does to one output.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) channel: u8,
    pub(super) value: u8,
    /// The board switches it off by itself after so long.
    pub(super) for_ms: Option<u64>,
}

/// What stands at the beginning of the bytes heard.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Perhaps the beginning of a frame.
    Part,
    /// No frame.
    Noise { length: usize },
    /// A frame, and what the board answers.
    Order { length: usize, changes: Vec<Change>, answer: Vec<u8> },
}

fn change(channel: u8, value: u8) -> Change {
    Change { channel, value, for_ms: None }
}

impl Protocol {
    /// The protocol that all these outputs share.
    pub(super) fn of(drivers: &[BellDriver]) -> Option<Protocol> {
        let mut units = Vec::new();
        let mut templates = Vec::new();
        let kind = std::mem::discriminant(drivers.first()?);
        if drivers.iter().any(|driver| std::mem::discriminant(driver) != kind) {
            return None;
        }
        for driver in drivers {
            match driver {
                BellDriver::Modbus { unit, .. } => units.push(*unit),
                BellDriver::Template(template) => templates.push(template.clone()),
                BellDriver::Lcus { .. } => return Some(Protocol::Lcus),
                BellDriver::Hw667 { .. } => return Some(Protocol::Hw667),
                BellDriver::PatlitePhe(_) => return Some(Protocol::Phe),
                BellDriver::PatliteNhlPns(_) => return Some(Protocol::Pns),
                BellDriver::PatliteNhlPhn(_) => return Some(Protocol::Phn),
            }
        }
        if units.is_empty() {
            Some(Protocol::Template(templates))
        } else {
            Some(Protocol::Modbus { units })
        }
    }

    pub(super) fn read(&self, heard: &[u8]) -> Heard {
        match self {
            Protocol::Lcus => read_lcus(heard),
            Protocol::Modbus { units } => read_modbus(units, heard),
            Protocol::Hw667 => read_hw667(heard),
            Protocol::Phe => read_phe(heard),
            Protocol::Pns => read_pns(heard),
            Protocol::Phn => read_phn(heard),
            Protocol::Template(templates) => read_template(templates, heard),
        }
    }

    /// What the board says to a frame that it will not obey, and to bytes that are none.
    pub(super) fn refusal(&self, frame: &[u8]) -> Vec<u8> {
        match (self, frame) {
            (Protocol::Modbus { units }, [unit, 0x05, _, _, _, _, _, _])
                if units.contains(unit) && remainder(frame) == 0 =>
            {
                // Code 4: the device failed to obey.
                let mut answer = vec![*unit, 0x85, 0x04];
                let check = remainder(&answer);
                answer.extend([check.to_be_bytes()[1], check.to_be_bytes()[0]]);
                answer
            }
            (Protocol::Phe | Protocol::Pns, _) => vec![0x15],
            (Protocol::Phn, _) => b"NAK".to_vec(),
            (
                Protocol::Lcus | Protocol::Hw667 | Protocol::Modbus { .. } | Protocol::Template(_),
                _,
            ) => Vec::new(),
        }
    }
}

fn read_lcus(heard: &[u8]) -> Heard {
    match heard {
        [0xa0, channel @ 1..=16, state @ (0 | 1), sum, ..]
            if u16::from(*sum) == (0xa0 + u16::from(*channel) + u16::from(*state)) & 0xff =>
        {
            Heard::Order { length: 4, changes: vec![change(*channel, *state)], answer: Vec::new() }
        }
        [_, _, _, _, ..] => Heard::Noise { length: 4 },
        _ => Heard::Part,
    }
}

fn read_modbus(units: &[u8], heard: &[u8]) -> Heard {
    let Some(frame) = heard.get(..8) else { return Heard::Part };
    let [unit, 0x05, function, coil @ 0..=31, high, low, _, _] = *frame else {
        return Heard::Noise { length: 8 };
    };
    if !units.contains(&unit) || remainder(frame) != 0 {
        return Heard::Noise { length: 8 };
    }
    let channel = coil + 1;
    let change = match (function, high, low) {
        (0x00, 0xff, 0x00) => change(channel, 1),
        (0x00, 0x00, 0x00) => change(channel, 0),
        (0x02, high, low) if (high, low) != (0, 0) => {
            let steps = u64::from(high) << 8 | u64::from(low);
            Change { channel, value: 1, for_ms: Some(steps * 100) }
        }
        _ => return Heard::Noise { length: 8 },
    };
    Heard::Order { length: 8, changes: vec![change], answer: frame.to_vec() }
}

/// The receiver's check: a whole Modbus frame leaves no remainder.
fn remainder(frame: &[u8]) -> u16 {
    let remainder = frame.iter().fold(0xffff_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ ((crc & 1) * 0xa001))
    });
    remainder as u16
}

fn read_hw667(heard: &[u8]) -> Heard {
    let changes = match heard.first() {
        Some(0xaa) => vec![change(1, 1)],
        Some(0xbb) => vec![change(1, 0)],
        Some(0xcc) => vec![Change { channel: 1, value: 1, for_ms: Some(1000) }],
        Some(_) => return Heard::Noise { length: 1 },
        None => return Heard::Part,
    };
    Heard::Order { length: 1, changes, answer: Vec::new() }
}

/// Buzzer patterns and lamps of the eight bits, lowest first.
const TOWER_BITS: [(u8, u8); 8] = [(1, 1), (2, 1), (3, 1), (6, 1), (6, 2), (1, 2), (2, 2), (3, 2)];

/// `@`, identification, command, data, `!`. A tower of any identification listens to `??`.
fn read_phe(heard: &[u8]) -> Heard {
    if heard[0] != b'@' {
        return Heard::Noise { length: 1 };
    }
    let data_length = match heard.get(3) {
        None => return Heard::Part,
        Some(b'1' | b'0') => 2,
        Some(b'C') => 0,
        Some(_) => return Heard::Noise { length: heard.len() },
    };
    let length = data_length + 5;
    let Some(frame) = heard.get(..length) else { return Heard::Part };
    if &frame[1..3] != b"??" || frame[length - 1] != b'!' {
        return Heard::Noise { length };
    }
    let changes = match frame {
        [_, _, _, b'C', _] => (1..=3).chain([6]).map(|output| change(output, 0)).collect(),
        [_, _, _, command, high @ 0x30..=0x3f, low @ 0x30..=0x3f, _] => {
            let bits = (high & 0x0f) << 4 | low & 0x0f;
            tower_changes(bits, *command == b'1')
        }
        _ => return Heard::Noise { length },
    };
    Heard::Order { length, changes, answer: vec![0x06] }
}

/// What bits set to 1 do: switch their output to their value, or off.
fn tower_changes(bits: u8, on: bool) -> Vec<Change> {
    let set = TOWER_BITS.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
    set.map(|(_, (output, value))| change(*output, if on { *value } else { 0 })).collect()
}

fn read_pns(heard: &[u8]) -> Heard {
    const HEADER: [u8; 6] = [0x58, 0x58, 0x53, 0x00, 0x00, 0x06];
    let header = heard.len().min(HEADER.len());
    if heard[..header] != HEADER[..header] {
        return Heard::Noise { length: heard.len() };
    }
    let Some(outputs) = heard.get(6..12) else { return Heard::Part };
    let mut changes = Vec::new();
    for (output, value) in (1..=6).zip(outputs) {
        let value_max = if output == 6 { 4 } else { 3 };
        match value {
            9 => {}
            value if *value <= value_max => changes.push(change(output, *value)),
            _ => return Heard::Noise { length: 12 },
        }
    }
    Heard::Order { length: 12, changes, answer: vec![0x06] }
}

/// All eight bits at once: what is not set is off.
fn read_phn(heard: &[u8]) -> Heard {
    match heard {
        [0x57, bits, ..] => {
            let on = tower_changes(*bits, true);
            let outputs = [1, 2, 3, 6].into_iter();
            // Where steady and flashing are both set, steady wins; of the buzzers the first.
            let value = |output| on.iter().find(|change| change.channel == output);
            let changes =
                outputs.map(|output| change(output, value(output).map_or(0, |on| on.value)));
            Heard::Order { length: 2, changes: changes.collect(), answer: b"ACK".to_vec() }
        }
        [0x57] | [] => Heard::Part,
        _ => Heard::Noise { length: 1 },
    }
}

/// The first sequence that matches; bell n of the board is channel n.
fn read_template(templates: &[BellTemplate], heard: &[u8]) -> Heard {
    let mut is_part = false;
    for (channel, template) in (1..).zip(templates) {
        let sequences = [
            (&template.on, Some(1)),
            (&template.off, Some(0)),
            (&template.open, None),
            (&template.close, None),
        ];
        for (sequence, value) in sequences.into_iter().filter(|(bytes, _)| !bytes.is_empty()) {
            if heard.starts_with(sequence) {
                let by_itself = template.timed_by == TimedBy::Board && value == Some(1);
                let for_ms = by_itself.then_some(TEMPLATE_PULSE_MS);
                let changes = value.map(|value| Change { channel, value, for_ms });
                let changes = changes.into_iter().collect();
                let answer = if value.is_some() { template.reply.clone() } else { Vec::new() };
                return Heard::Order { length: sequence.len(), changes, answer };
            }
            is_part |= sequence.starts_with(heard);
        }
    }
    if is_part { Heard::Part } else { Heard::Noise { length: 1 } }
}

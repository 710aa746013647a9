//! Relay commands as bytes; pure.

use crate::device::BellDriver;

/// The bytes that switch relay `channel` (from 1) on or off.
#[must_use]
pub fn switch(driver: BellDriver, channel: u8, relay: Relay) -> Vec<u8> {
    match driver {
        BellDriver::Lcus => {
            let state = match relay {
                Relay::On => 1,
                Relay::Off => 0,
            };
            let sum = 0xa0_u8.wrapping_add(channel).wrapping_add(state);
            vec![0xa0, channel, state, sum]
        }
        BellDriver::Modbus { unit } => {
            let value = match relay {
                Relay::On => 0xff,
                Relay::Off => 0x00,
            };
            // FC05, coil address from 0.
            let mut frame = vec![unit, 0x05, 0x00, channel.saturating_sub(1), value, 0x00];
            frame.extend(crc16(&frame).to_le_bytes());
            frame
        }
    }
}

/// Whether the board repeats a frame that it has obeyed.
#[must_use]
pub fn is_echoed(driver: BellDriver) -> bool {
    match driver {
        BellDriver::Lcus => false,
        BellDriver::Modbus { .. } => true,
    }
}

/// The position of a relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relay {
    /// Closed: it rings.
    On,
    /// Open.
    Off,
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

    #[test]
    fn frames_are_as_the_vendors_print_them() {
        let modbus = BellDriver::Modbus { unit: 1 };
        let rows: [(BellDriver, u8, Relay, &[u8]); 6] = [
            (BellDriver::Lcus, 1, Relay::On, &[0xa0, 0x01, 0x01, 0xa2]),
            (BellDriver::Lcus, 1, Relay::Off, &[0xa0, 0x01, 0x00, 0xa1]),
            (BellDriver::Lcus, 4, Relay::On, &[0xa0, 0x04, 0x01, 0xa5]),
            (modbus, 1, Relay::On, &[0x01, 0x05, 0x00, 0x00, 0xff, 0x00, 0x8c, 0x3a]),
            (modbus, 1, Relay::Off, &[0x01, 0x05, 0x00, 0x00, 0x00, 0x00, 0xcd, 0xca]),
            (modbus, 2, Relay::On, &[0x01, 0x05, 0x00, 0x01, 0xff, 0x00, 0xdd, 0xfa]),
        ];
        for (driver, channel, relay, expected) in rows {
            assert_eq!(switch(driver, channel, relay), expected, "{driver:?} {channel} {relay:?}");
        }
    }
}

//! Bytes from a printer → events; one total state machine.
//!
//! Every byte sequence is accepted. What belongs to no answer is skipped and reported as
//! [`StatusEvent::Noise`], so a torn or noisy line is seen and never read as a condition.
//!
//! | First byte | Meaning | Length |
//! |---|---|---|
//! | 11h, 13h | XON, XOFF, also inside other answers | 1 |
//! | `0xx1xx10` | answer to DLE EOT | 1 |
//! | `0xx1xx00` | ASB, then three bytes `0xx0xxxx` | 4 |
//! | 37h 35h 3Bh 3Dh 5Fh | block, printable bytes up to NUL | to 00h |
//! | `0xx0xxxx` | answer to GS r or GS I | 1 |
//! | anything else | noise | 1 |
//!
//! Source: TM-T88III specification, appendix G; Epson's ESC/POS reference for the blocks.

use crate::printer::ProcessId;

/// Longest block body before it is taken for noise. The longest known answer (GS I) has 80.
const BLOCK_BYTE_COUNT_MAX: usize = 96;

/// One thing a printer has said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusEvent {
    /// Answer to DLE EOT n; only the asker knows n. See [`RealTimeStatus`].
    RealTime(u8),
    /// Automatic status back.
    Automatic(AutomaticStatus),
    /// Answer to GS r or GS I n.
    Transmitted(u8),
    /// `37 22 d1 d2 d3 d4 00`: the job with this ID is on paper.
    Processed(ProcessId),
    /// `37 23 … 00`: the offline causes, as sent.
    OfflineCauses(Vec<u8>),
    /// `37 25 00`: the buffers are clear.
    BuffersCleared,
    /// Any other well-formed block: header and body.
    Block {
        /// First byte.
        header: u8,
        /// Between header and NUL.
        body: Vec<u8>,
    },
    /// XON (`true`) or XOFF.
    Flow {
        /// Whether the printer takes more bytes.
        may_send: bool,
    },
    /// Bytes that belong to no answer.
    Noise {
        /// How many.
        byte_count: usize,
    },
}

/// The four bytes of an automatic status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutomaticStatus(pub [u8; 4]);

impl AutomaticStatus {
    /// Offline (byte 1, bit 3).
    #[must_use]
    pub fn offline(self) -> bool {
        self.0[0] & 0x08 != 0
    }

    /// The cover is open (byte 1, bit 5).
    #[must_use]
    pub fn cover_open(self) -> bool {
        self.0[0] & 0x20 != 0
    }

    /// Paper is being fed by the button (byte 1, bit 6).
    #[must_use]
    pub fn feed_button(self) -> bool {
        self.0[0] & 0x40 != 0
    }

    /// The cutter is jammed (byte 2, bit 3).
    #[must_use]
    pub fn cutter_jam(self) -> bool {
        self.0[1] & 0x08 != 0
    }

    /// An error that it cannot recover from (byte 2, bit 5).
    #[must_use]
    pub fn fault(self) -> bool {
        self.0[1] & 0x20 != 0
    }

    /// An error that it recovers from by itself (byte 2, bit 6).
    #[must_use]
    pub fn head_hot(self) -> bool {
        self.0[1] & 0x40 != 0
    }

    /// The roll is nearly used up (byte 3, bits 0 and 1).
    #[must_use]
    pub fn paper_near_end(self) -> bool {
        self.0[2] & 0x03 != 0
    }

    /// There is no paper (byte 3, bits 2 and 3).
    #[must_use]
    pub fn paper_end(self) -> bool {
        self.0[2] & 0x0c != 0
    }
}

/// An answer to DLE EOT, read with the question that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RealTimeStatus {
    /// n = 1.
    Printer {
        /// Bit 3.
        offline: bool,
    },
    /// n = 2.
    OfflineCause {
        /// Bit 2.
        cover_open: bool,
        /// Bit 5: stopped by paper end.
        paper_stop: bool,
        /// Bit 6.
        error: bool,
    },
    /// n = 3.
    ErrorCause {
        /// Bit 3.
        cutter_jam: bool,
        /// Bit 5.
        fault: bool,
        /// Bit 6.
        head_hot: bool,
    },
    /// n = 4.
    Paper {
        /// Bits 2 and 3.
        near_end: bool,
        /// Bits 5 and 6.
        end: bool,
    },
}

/// What DLE EOT can ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RealTimeQuestion {
    /// n = 1.
    Printer = 1,
    /// n = 2.
    OfflineCause = 2,
    /// n = 3.
    ErrorCause = 3,
    /// n = 4.
    Paper = 4,
}

impl RealTimeQuestion {
    /// All questions, in the order of their numbers.
    pub const ALL: [RealTimeQuestion; 4] = [
        RealTimeQuestion::Printer,
        RealTimeQuestion::OfflineCause,
        RealTimeQuestion::ErrorCause,
        RealTimeQuestion::Paper,
    ];

    /// The three bytes that ask it.
    #[must_use]
    pub const fn bytes(self) -> [u8; 3] {
        [0x10, 0x04, self as u8]
    }

    /// Reads the answer `byte` to this question.
    #[must_use]
    pub const fn read(self, byte: u8) -> RealTimeStatus {
        match self {
            RealTimeQuestion::Printer => RealTimeStatus::Printer { offline: byte & 0x08 != 0 },
            RealTimeQuestion::OfflineCause => RealTimeStatus::OfflineCause {
                cover_open: byte & 0x04 != 0,
                paper_stop: byte & 0x20 != 0,
                error: byte & 0x40 != 0,
            },
            RealTimeQuestion::ErrorCause => RealTimeStatus::ErrorCause {
                cutter_jam: byte & 0x08 != 0,
                fault: byte & 0x20 != 0,
                head_hot: byte & 0x40 != 0,
            },
            RealTimeQuestion::Paper => {
                RealTimeStatus::Paper { near_end: byte & 0x0c != 0, end: byte & 0x60 != 0 }
            }
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    First,
    Automatic {
        bytes: [u8; 4],
        count: usize,
    },
    Block {
        header: u8,
        body: Vec<u8>,
    },
}

/// Reads a byte stream; keeps what is incomplete until more comes.
#[derive(Clone, Debug, Default)]
pub struct StatusDecoder {
    state: State,
}

impl StatusDecoder {
    /// A decoder at the start of an answer.
    #[must_use]
    pub fn new() -> StatusDecoder {
        StatusDecoder::default()
    }

    /// Whether an answer has begun and not ended.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.state != State::First
    }

    /// Reads `bytes` and appends what they say to `events`.
    pub fn read(&mut self, bytes: &[u8], events: &mut Vec<StatusEvent>) {
        for byte in bytes {
            self.read_byte(*byte, events);
        }
    }

    /// Gives up an incomplete answer, because the line was quiet for longer than any printer
    /// pauses inside one. Returns how many bytes that were noise, 0 if there were none.
    pub fn give_up(&mut self) -> usize {
        match std::mem::take(&mut self.state) {
            State::First => 0,
            State::Automatic { count, .. } => count,
            State::Block { body, .. } => 1 + body.len(),
        }
    }

    fn read_byte(&mut self, byte: u8, events: &mut Vec<StatusEvent>) {
        if let 0x11 | 0x13 = byte {
            events.push(StatusEvent::Flow { may_send: byte == 0x11 });
            return;
        }
        match &mut self.state {
            State::First => self.read_first(byte, events),
            State::Automatic { bytes, count } => {
                if byte & 0x90 != 0 {
                    return self.start_over(byte, events);
                }
                bytes[*count] = byte;
                *count += 1;
                if *count == 4 {
                    events.push(StatusEvent::Automatic(AutomaticStatus(*bytes)));
                    self.state = State::First;
                }
            }
            State::Block { header, body } => match byte {
                0x00 => {
                    events.push(read_block(*header, std::mem::take(body)));
                    self.state = State::First;
                }
                0x20..=0x7e if body.len() < BLOCK_BYTE_COUNT_MAX => body.push(byte),
                _ => self.start_over(byte, events),
            },
        }
    }

    fn read_first(&mut self, byte: u8, events: &mut Vec<StatusEvent>) {
        match byte {
            0x37 | 0x35 | 0x3b | 0x3d | 0x5f => {
                self.state = State::Block { header: byte, body: Vec::new() };
            }
            _ if byte & 0x93 == 0x12 => events.push(StatusEvent::RealTime(byte)),
            _ if byte & 0x93 == 0x10 => {
                self.state = State::Automatic { bytes: [byte, 0, 0, 0], count: 1 };
            }
            _ if byte & 0x90 == 0x00 => events.push(StatusEvent::Transmitted(byte)),
            _ => events.push(StatusEvent::Noise { byte_count: 1 }),
        }
    }

    /// Counts the incomplete answer as noise and reads `byte` as the first of another.
    fn start_over(&mut self, byte: u8, events: &mut Vec<StatusEvent>) {
        let byte_count = self.give_up();
        events.push(StatusEvent::Noise { byte_count });
        self.read_first(byte, events);
    }
}

fn read_block(header: u8, body: Vec<u8>) -> StatusEvent {
    match (header, body.as_slice()) {
        (0x37, &[0x22, a, b, c, d]) => match ProcessId::from_bytes([a, b, c, d]) {
            Some(id) => StatusEvent::Processed(id),
            None => StatusEvent::Noise { byte_count: 7 },
        },
        (0x37, &[0x22, ..]) => StatusEvent::Noise { byte_count: body.len() + 2 },
        (0x37, &[0x25]) => StatusEvent::BuffersCleared,
        (0x37, &[0x23, ref causes @ ..]) => StatusEvent::OfflineCauses(causes.to_vec()),
        _ => StatusEvent::Block { header, body },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<StatusEvent> {
        let mut events = Vec::new();
        StatusDecoder::new().read(bytes, &mut events);
        events
    }

    /// What appendix G says about each first byte, written apart from the decoder.
    fn expected_for_single_byte(byte: u8) -> Vec<StatusEvent> {
        let bits = format!("{byte:08b}");
        let matches = |pattern: &str| {
            bits.chars().zip(pattern.chars()).all(|(bit, want)| want == 'x' || bit == want)
        };
        if byte == 0x11 || byte == 0x13 {
            vec![StatusEvent::Flow { may_send: byte == 0x11 }]
        } else if [0x37, 0x35, 0x3b, 0x3d, 0x5f].contains(&byte) || matches("0xx1xx00") {
            vec![]
        } else if matches("0xx1xx10") {
            vec![StatusEvent::RealTime(byte)]
        } else if matches("0xx0xxxx") {
            vec![StatusEvent::Transmitted(byte)]
        } else {
            vec![StatusEvent::Noise { byte_count: 1 }]
        }
    }

    #[test]
    fn each_of_the_256_first_bytes_means_what_appendix_g_says() {
        for byte in 0..=255 {
            assert_eq!(read(&[byte]), expected_for_single_byte(byte), "{byte:02X}");
        }
    }

    #[test]
    fn each_of_the_256_bytes_inside_an_automatic_status_is_part_of_it_or_starts_over() {
        for byte in 0..=255u8 {
            for place in 1..4 {
                let mut bytes = vec![0x10; 1];
                bytes.resize(place, 0);
                bytes.push(byte);
                let events = read(&bytes);
                let expected = match byte {
                    0x11 | 0x13 => vec![StatusEvent::Flow { may_send: byte == 0x11 }],
                    _ if byte & 0x90 == 0 && place == 3 => {
                        vec![StatusEvent::Automatic(AutomaticStatus([0x10, 0, 0, byte]))]
                    }
                    _ if byte & 0x90 == 0 => vec![],
                    _ => {
                        let mut events = vec![StatusEvent::Noise { byte_count: place }];
                        events.extend(expected_for_single_byte(byte));
                        events
                    }
                };
                assert_eq!(events, expected, "{bytes:02X?}");
            }
        }
    }

    #[test]
    fn each_of_the_256_bytes_inside_a_block_is_part_of_it_or_starts_over() {
        for byte in 0..=255u8 {
            let events = read(&[0x5f, b'T', byte]);
            let expected = match byte {
                0x11 | 0x13 => vec![StatusEvent::Flow { may_send: byte == 0x11 }],
                0x00 => vec![StatusEvent::Block { header: 0x5f, body: b"T".to_vec() }],
                0x20..=0x7e => vec![],
                _ => {
                    let mut events = vec![StatusEvent::Noise { byte_count: 2 }];
                    events.extend(expected_for_single_byte(byte));
                    events
                }
            };
            assert_eq!(events, expected, "{byte:02X}");
        }
    }

    #[test]
    fn known_answers_are_read_however_they_are_split() {
        // Preceding noise, ASB with paper end, XOFF inside a process ID, DLE EOT 4, fn 8, GS r 1,
        // offline causes, printer name.
        let stream =
            b"\xff\x18\x00\x0f\x00\x37\x22A1\x1301\x00\x7e\x37\x25\x00\x0c\x37\x23A\x00_TM\x00";
        let expected = vec![
            StatusEvent::Noise { byte_count: 1 },
            StatusEvent::Automatic(AutomaticStatus([0x18, 0, 0x0f, 0])),
            StatusEvent::Flow { may_send: false },
            StatusEvent::Processed(ProcessId::from_bytes(*b"A101").unwrap()),
            StatusEvent::RealTime(0x7e),
            StatusEvent::BuffersCleared,
            StatusEvent::Transmitted(0x0c),
            StatusEvent::OfflineCauses(b"A".to_vec()),
            StatusEvent::Block { header: 0x5f, body: b"TM".to_vec() },
        ];
        for first in 0..=stream.len() {
            for second in first..=stream.len() {
                let mut decoder = StatusDecoder::new();
                let mut events = Vec::new();
                decoder.read(&stream[..first], &mut events);
                decoder.read(&stream[first..second], &mut events);
                decoder.read(&stream[second..], &mut events);
                assert_eq!(events, expected, "split at {first} and {second}");
                assert!(!decoder.is_partial());
            }
        }
    }

    #[test]
    fn a_torn_process_id_never_swallows_the_answer_after_it() {
        let asb = [0x14, 0x00, 0x00, 0x00];
        for kept in 1..6 {
            let mut bytes = b"\x37\x22A101\x00"[..kept].to_vec();
            bytes.extend(asb);
            assert_eq!(
                read(&bytes),
                [
                    StatusEvent::Noise { byte_count: kept },
                    StatusEvent::Automatic(AutomaticStatus(asb)),
                ]
            );
        }
        let repeated = b"\x37\x22A1\x37\x22A101\x00";
        assert_eq!(read(repeated), [StatusEvent::Noise { byte_count: 11 }]);
    }

    #[test]
    fn a_partial_answer_is_given_up_when_the_line_goes_quiet() {
        let mut decoder = StatusDecoder::new();
        let mut events = Vec::new();
        decoder.read(b"\x37\x22A1", &mut events);
        assert_eq!(decoder.give_up(), 4);
        decoder.read(&[0x32], &mut events);
        assert_eq!(events, [StatusEvent::RealTime(0x32)]);
    }

    /// A hundred thousand random streams: no byte is lost or counted twice.
    #[test]
    fn every_byte_of_any_stream_is_accounted_for() {
        let mut seed = 0x5eed_u64;
        for _ in 0..100_000 {
            let mut bytes = Vec::new();
            for _ in 0..12 {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                let byte = (seed >> 24) as u8;
                let likely = [0x37, 0x22, 0x25, 0x00, 0x10, 0x41, 0x13, byte];
                bytes.push(likely[(seed >> 40) as usize % likely.len()]);
            }
            let mut decoder = StatusDecoder::new();
            let mut events = Vec::new();
            decoder.read(&bytes, &mut events);
            let counted: usize = events.iter().map(byte_count).sum();
            assert_eq!(counted + decoder.give_up(), bytes.len(), "{bytes:02X?} {events:?}");
        }
    }

    fn byte_count(event: &StatusEvent) -> usize {
        match event {
            StatusEvent::RealTime(_) | StatusEvent::Transmitted(_) | StatusEvent::Flow { .. } => 1,
            StatusEvent::Automatic(_) => 4,
            StatusEvent::Processed(_) => 7,
            StatusEvent::OfflineCauses(causes) => causes.len() + 3,
            StatusEvent::BuffersCleared => 3,
            StatusEvent::Block { body, .. } => body.len() + 2,
            StatusEvent::Noise { byte_count } => *byte_count,
        }
    }
}

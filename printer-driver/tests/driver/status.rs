//! Everything that may come up a line, and what the driver makes of it.
//!
//! Seeds are fixed, so that the suite is the same each time. `YOBIDASHI_FUZZ_SECONDS=60` goes on
//! from there for a minute; `YOBIDASHI_FUZZ_SEED` repeats one round. A failure names its seed.

use printer_driver::completion::Token;
use printer_driver::printer::{JobId, ProcessId};
use printer_driver::profile::{Completion, Dialect};
use printer_driver::status::{Conditions, Heard, StatusDecoder, StatusEvent};
use std::time::{Duration, Instant};

/// Rounds of each property in the ordinary suite.
const ROUND_COUNT: u64 = 4_000;
const FIRST_SEED: u64 = 20_261_121;
/// The kinds of printer that speak differently.
const PRINTERS: [(Dialect, Completion); 3] = [
    (Dialect::EscPos, Completion::ProcessId),
    (Dialect::EscPos, Completion::Dc2Q),
    (Dialect::Star, Completion::Etb),
];

/// xorshift: repeatable, and good enough to mix bytes.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Random {
        // Neighbouring seeds must not give neighbouring streams.
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % bound
    }

    fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }

    fn flag(&mut self) -> bool {
        self.below(2) == 0
    }
}

/// Runs `round` for each seed: a fixed number of them, or as long as the variable says.
#[expect(clippy::print_stderr, reason = "a seed is named where the run is watched")]
fn for_each_seed(property: &str, round: impl Fn(&mut Random)) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    if let Some(seed) = number("YOBIDASHI_FUZZ_SEED") {
        return round(&mut Random::new(seed));
    }
    let until = number("YOBIDASHI_FUZZ_SECONDS")
        .map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut seed = FIRST_SEED;
    while until.map_or(seed < FIRST_SEED + ROUND_COUNT, |until| Instant::now() < until) {
        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            round(&mut Random::new(seed));
        }));
        if let Err(panic) = ran {
            eprintln!("{property}: YOBIDASHI_FUZZ_SEED={seed}");
            std::panic::resume_unwind(panic);
        }
        seed += 1;
    }
    eprintln!("{property}: seeds {FIRST_SEED} to {}", seed - 1);
}

/// Reads `bytes` in pieces of any length.
fn read_in_pieces(decoder: &mut StatusDecoder, bytes: &[u8], random: &mut Random) -> Vec<Heard> {
    let mut heard = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(1 + random.below(rest.len()));
        decoder.read(piece, &mut heard);
        rest = after;
    }
    heard
}

fn any_conditions(random: &mut Random) -> Conditions {
    Conditions {
        offline: random.flag(),
        cover_open: random.flag(),
        paper_near_end: random.flag(),
        paper_end: random.flag(),
        cutter_jam: random.flag(),
        fault: random.flag(),
        head_hot: random.flag(),
    }
}

/// What is said, and in which words of the manual.
enum Said {
    Automatic(Conditions),
    Star(Conditions, Option<u8>),
    Event(StatusEvent),
}

/// GS a: the four bytes of appendix G.
fn automatic_bytes(conditions: Conditions, random: &mut Random) -> Vec<u8> {
    let bit = |holds: bool, mask: u8| if holds { mask } else { 0 };
    // The feed button, the drawer and the recoverable error are no condition.
    let other = [random.byte() & 0x44, random.byte() & 0x04, 0, random.byte() & 0x6f];
    vec![
        0x10 | bit(conditions.offline, 0x08) | bit(conditions.cover_open, 0x20) | other[0],
        bit(conditions.cutter_jam, 0x08)
            | bit(conditions.fault, 0x20)
            | bit(conditions.head_hot, 0x40)
            | other[1],
        bit(conditions.paper_near_end, 0x03) | bit(conditions.paper_end, 0x0c) | other[2],
        other[3],
    ]
}

/// Automatic status of Star, of any length that models have.
fn star_bytes(conditions: Conditions, counter: u8, random: &mut Random) -> Vec<u8> {
    let bit = |holds: bool, mask: u8| if holds { mask } else { 0 };
    let spread = |value: u8| (value & 0x18) << 2 | (value & 0x07) << 1;
    let length = 7 + random.below(5) as u8;
    let extended = length > 8 && random.flag();
    let counted = if extended { length - 2 } else { length };
    let mut bytes = vec![0; usize::from(length)];
    bytes[0] = spread(counted) | 0x01;
    bytes[1] = 0x06 | bit(extended, 0x80);
    bytes[2] = bit(conditions.offline, 0x08) | bit(conditions.cover_open, 0x20);
    bytes[2] |= random.byte() & 0x46;
    bytes[3] = bit(conditions.cutter_jam, 0x08)
        | bit(conditions.fault, 0x20)
        | bit(conditions.head_hot, 0x40);
    bytes[4] = random.byte() & 0x40;
    bytes[5] = bit(conditions.paper_near_end, 0x04) | bit(conditions.paper_end, 0x08);
    bytes.iter_mut().skip(6).for_each(|byte| *byte = random.byte() & 0x6e);
    if let Some(byte) = bytes.get_mut(7) {
        *byte = spread(counter);
    }
    bytes
}

/// One answer that such a printer may give, in its bytes.
fn any_answer(printer: (Dialect, Completion), random: &mut Random) -> (Vec<u8>, Said) {
    let conditions = any_conditions(random);
    if printer.0 == Dialect::Star {
        let counter = random.below(32) as u8;
        let bytes = star_bytes(conditions, counter, random);
        let known = (bytes.len() > 7).then_some(counter);
        return (bytes, Said::Star(conditions, known));
    }
    let id = ProcessId::of(JobId(random.below(100_000) as u64));
    let event = |event| Said::Event(event);
    match random.below(if printer.1 == Completion::Dc2Q { 8 } else { 7 }) {
        0 => (automatic_bytes(conditions, random), Said::Automatic(conditions)),
        1 => {
            let byte = 0x12 | random.byte() & 0x6c;
            (vec![byte], event(StatusEvent::RealTime(byte)))
        }
        2 => {
            let byte = [0x00, 0x03, 0x0c, 0x0f, 0x20, 0x60][random.below(6)];
            (vec![byte], event(StatusEvent::Transmitted(byte)))
        }
        3 | 4 => {
            let bytes = [&[0x37, 0x22][..], &id.bytes(), &[0x00]].concat();
            (bytes, event(StatusEvent::Processed(id)))
        }
        5 => (vec![0x37, 0x25, 0x00], event(StatusEvent::BuffersCleared)),
        6 => {
            let body: Vec<u8> =
                (0..random.below(20)).map(|_| 0x20 + random.below(95) as u8).collect();
            let bytes = [&[0x5f][..], &body, &[0x00]].concat();
            (bytes, event(StatusEvent::Block { header: 0x5f, body }))
        }
        _ => {
            let token = Token::of(JobId(random.below(1000) as u64));
            (vec![token.answer()], event(StatusEvent::Ended(token)))
        }
    }
}

fn assert_says(heard: &Heard, said: &Said, bytes: &[u8]) {
    assert_eq!(heard.bytes, bytes);
    match (said, &heard.event) {
        (Said::Automatic(conditions), StatusEvent::Automatic(status)) => {
            assert_eq!(status.conditions(), *conditions, "{bytes:02X?}");
        }
        (Said::Star(conditions, counter), StatusEvent::Star(status)) => {
            assert_eq!(status.conditions(), *conditions, "{bytes:02X?}");
            assert_eq!(status.etb_counter(), *counter, "{bytes:02X?}");
        }
        (Said::Event(expected), event) => assert_eq!(event, expected, "{bytes:02X?}"),
        (Said::Automatic(_) | Said::Star(..), event) => panic!("{bytes:02X?} is read as {event:?}"),
    }
}

/// A byte that can neither begin an answer of this printer nor go on with one.
fn noise_byte(printer: (Dialect, Completion), random: &mut Random) -> u8 {
    loop {
        let byte = 0x80 | random.byte();
        let is_token = printer.1 == Completion::Dc2Q && byte < 0x90;
        if !is_token {
            return byte;
        }
    }
}

/// However a stream is cut, whatever noise stands between answers and wherever XON and XOFF come
/// in, every answer is read as what it is and nothing else is.
#[test]
fn every_answer_is_read_for_what_it_is_between_noise_and_in_any_pieces() {
    for_each_seed("answers between noise", |random| {
        for printer in PRINTERS {
            let (mut stream, mut expected) = (Vec::new(), Vec::new());
            let mut noise_count = 0;
            for _ in 0..1 + random.below(8) {
                for _ in 0..random.below(4).saturating_sub(1) {
                    stream.push(noise_byte(printer, random));
                    noise_count += 1;
                }
                let (bytes, said) = any_answer(printer, random);
                for byte in &bytes {
                    if random.below(12) == 0 {
                        stream.push(if random.flag() { 0x11 } else { 0x13 });
                    }
                    stream.push(*byte);
                }
                expected.push((bytes, said));
            }
            let mut decoder = StatusDecoder::new(printer.0, printer.1);
            let heard = read_in_pieces(&mut decoder, &stream, random);
            let mut answers = expected.iter();
            let mut noise_heard = 0;
            for heard in &heard {
                if let StatusEvent::Noise { byte_count } = heard.event {
                    noise_heard += byte_count;
                } else if !matches!(heard.event, StatusEvent::Flow { .. }) {
                    let (bytes, said) = answers.next().expect("no more than was said");
                    assert_says(heard, said, bytes);
                }
            }
            assert!(answers.next().is_none(), "{stream:02X?} {heard:?}");
            assert_eq!(noise_heard, noise_count, "{stream:02X?} {heard:?}");
            assert!(!decoder.is_partial());
        }
    });
}

/// Any bytes at all: nothing is lost, nothing counted twice, the pieces do not matter, and after a
/// moment of quiet the next answer is understood.
#[test]
fn any_bytes_are_accounted_for_and_after_quiet_the_line_is_understood_again() {
    for_each_seed("any bytes", |random| {
        for printer in PRINTERS {
            let likely = [0x37, 0x22, 0x25, 0x00, 0x10, 0x41, 0x13, 0x23, 0x06, 0x0f, 0x5f, 0x82];
            let bytes: Vec<u8> = (0..random.below(150))
                .map(|_| if random.flag() { random.byte() } else { likely[random.below(12)] })
                .collect();
            let mut decoder = StatusDecoder::new(printer.0, printer.1);
            let heard = read_in_pieces(&mut decoder, &bytes, random);
            let mut whole = StatusDecoder::new(printer.0, printer.1);
            let mut at_once = Vec::new();
            whole.read(&bytes, &mut at_once);
            assert_eq!(heard, at_once, "{bytes:02X?}");
            let is_flow = |byte: &&u8| matches!(**byte, 0x11 | 0x13);
            let mut said: Vec<u8> = heard
                .iter()
                .filter(|heard| !matches!(heard.event, StatusEvent::Flow { .. }))
                .flat_map(|heard| heard.bytes.clone())
                .collect();
            said.extend(decoder.give_up());
            let sent: Vec<u8> = bytes.iter().filter(|byte| !is_flow(byte)).copied().collect();
            assert_eq!(said, sent, "{heard:?}");
            let (answer, said) = any_answer(printer, random);
            let after = read_in_pieces(&mut decoder, &answer, random);
            assert_eq!(after.len(), 1, "{answer:02X?} {after:?}");
            assert_says(&after[0], &said, &answer);
        }
    });
}

/// The kind of each answer in an ESC/POS stream without XON and XOFF, by looking ahead as one
/// reads the manual, instead of byte by byte: a letter and the number of bytes.
fn kinds_by_the_manual(bytes: &[u8], has_tokens: bool) -> Vec<(char, usize)> {
    let mut kinds = Vec::new();
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let pattern = |pattern: &str| {
            let bits = format!("{first:08b}");
            bits.chars().zip(pattern.chars()).all(|(bit, want)| want == 'x' || bit == want)
        };
        let kind = if [0x37, 0x35, 0x3b, 0x3d, 0x5f].contains(first) {
            let body = &rest[1..];
            let printable = |byte: &u8| (0x20..=0x7e).contains(byte);
            let length = body.iter().take(96).take_while(|byte| printable(byte)).count();
            match body.get(length) {
                None => break,
                Some(0) => ('b', length + 2),
                Some(_) => ('n', length + 1),
            }
        } else if pattern("0xx1xx00") {
            let following = &rest[1..rest.len().min(4)];
            match following.iter().position(|byte| byte & 0b1001_0000 != 0) {
                Some(place) => ('n', place + 1),
                None if following.len() < 3 => break,
                None => ('a', 4),
            }
        } else if pattern("0xx1xx10") {
            ('r', 1)
        } else if pattern("0xx0xxxx") {
            ('t', 1)
        } else if has_tokens && pattern("1000xxxx") {
            ('q', 1)
        } else {
            ('n', 1)
        };
        kinds.push(kind);
        rest = &rest[kind.1..];
    }
    kinds
}

#[test]
fn any_bytes_are_read_as_the_manual_reads_them() {
    for_each_seed("the manual", |random| {
        for printer in &PRINTERS[..2] {
            let likely = [0x37, 0x22, 0x25, 0x00, 0x10, 0x41, 0x12, 0x03, 0x30, 0x5f];
            let bytes: Vec<u8> = (0..random.below(300))
                .map(|_| if random.flag() { random.byte() } else { likely[random.below(10)] })
                .filter(|byte| !matches!(byte, 0x11 | 0x13))
                .collect();
            let mut decoder = StatusDecoder::new(printer.0, printer.1);
            let heard = read_in_pieces(&mut decoder, &bytes, random);
            let kinds: Vec<(char, usize)> = heard
                .iter()
                .map(|heard| {
                    let kind = match heard.event {
                        StatusEvent::RealTime(_) => 'r',
                        StatusEvent::Automatic(_) => 'a',
                        StatusEvent::Transmitted(_) => 't',
                        StatusEvent::Ended(_) => 'q',
                        StatusEvent::Processed(_)
                        | StatusEvent::OfflineCauses(_)
                        | StatusEvent::BuffersCleared
                        | StatusEvent::Block { .. } => 'b',
                        // A whole block whose body is no answer is noise too.
                        StatusEvent::Noise { .. }
                            if heard.bytes.starts_with(b"\x37\x22")
                                && heard.bytes.ends_with(&[0]) =>
                        {
                            'b'
                        }
                        StatusEvent::Noise { .. } => 'n',
                        StatusEvent::Star(_) | StatusEvent::Seiko(_) | StatusEvent::Flow { .. } => {
                            'x'
                        }
                    };
                    (kind, heard.bytes.len())
                })
                .collect();
            let by_manual = kinds_by_the_manual(&bytes, printer.1 == Completion::Dc2Q);
            assert_eq!(kinds, by_manual, "{bytes:02X?}");
        }
    });
}

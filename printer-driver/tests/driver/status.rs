//! Everything that may come up a line, and what the driver makes of it.
//!
//! Seeds are fixed, so that the suite is the same each time. `YOBIDASHI_FUZZ_SECONDS=60` goes on
//! from there for a minute; `YOBIDASHI_FUZZ_SEED` repeats one round. A failure names its seed.

use printer_driver::completion::Token;
use printer_driver::printer::{JobId, ProcessId};
use printer_driver::profile::{Completion, Dialect, StatusWords};
use printer_driver::status::{Conditions, Heard, SeikoAnswer, StatusDecoder, StatusEvent};
use std::time::{Duration, Instant};

/// Rounds of each property in the ordinary suite.
const ROUND_COUNT: u64 = 4_000;
const FIRST_SEED: u64 = 20_261_121;
/// The kinds of printer that speak differently.
const PRINTERS: [Kind; 4] = [
    (Dialect::EscPos, Completion::ProcessId, StatusWords::Epson),
    (Dialect::EscPos, Completion::Dc2Q, StatusWords::Epson),
    (Dialect::EscPos, Completion::Dc2Q, StatusWords::Seiko),
    (Dialect::Star, Completion::Etb, StatusWords::Star),
];

type Kind = (Dialect, Completion, StatusWords);

fn decoder_of(printer: Kind) -> StatusDecoder {
    StatusDecoder::new(printer.0, printer.1).with_words(printer.2)
}

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
    Seiko(Conditions),
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

/// One answer in Seiko's own words.
fn any_word_of_seiko(conditions: Conditions, random: &mut Random) -> (Vec<u8>, Said) {
    let half = random.byte() & 0x0f;
    let event = |answer| Said::Event(StatusEvent::Seiko(answer));
    let block = |header: u8, body: Vec<u8>| {
        let bytes = [&[header], body.as_slice(), &[0x00]].concat();
        (bytes, Said::Event(StatusEvent::Block { header, body }))
    };
    match random.below(7) {
        0..=2 => {
            // What is not known may be anything.
            let mut bytes: Vec<u8> = (0..8).map(|_| 0xd0 | random.byte() & 0x0f).collect();
            let error = if conditions.offline { 1 + random.byte() % 3 } else { 0 };
            let cover = if conditions.cover_open { 0x08 } else { 0 };
            bytes[0] = 0xc0 | error | half & 0x04;
            bytes[1] = 0xd0 | cover | u8::from(conditions.paper_end) | random.byte() & 0x06;
            let offline = conditions.offline || conditions.cover_open || conditions.paper_end;
            let Conditions { cover_open, paper_end, .. } = conditions;
            let known = Conditions { offline, cover_open, paper_end, ..Conditions::default() };
            (bytes, Said::Seiko(known))
        }
        3 => (vec![0x90 | half], event(SeikoAnswer::Progress(0x90 | half))),
        4 => (vec![0xa0 | half], event(SeikoAnswer::Status(0xa0 | half))),
        5 => (vec![0xb0 | half], event(SeikoAnswer::Initialised(0xb0 | half))),
        _ if random.flag() => {
            block(0x02, (0..random.below(90)).map(|_| 0x20 + random.below(96) as u8).collect())
        }
        _ => {
            let halves = |_| [0xe0 | random.byte() & 0x0f, 0xf0 | random.byte() & 0x0f];
            block(0x0e, (0..half).flat_map(halves).collect())
        }
    }
}

/// One answer that such a printer may give, in its bytes.
fn any_answer(printer: Kind, random: &mut Random) -> (Vec<u8>, Said) {
    let conditions = any_conditions(random);
    if printer.0 == Dialect::Star {
        let counter = random.below(32) as u8;
        let bytes = star_bytes(conditions, counter, random);
        let known = (bytes.len() > 7).then_some(counter);
        return (bytes, Said::Star(conditions, known));
    }
    if printer.2 == StatusWords::Seiko && random.flag() {
        return any_word_of_seiko(conditions, random);
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
        (Said::Seiko(known), StatusEvent::Seiko(SeikoAnswer::Automatic(status))) => {
            assert_eq!(status.conditions(), *known, "{bytes:02X?}");
        }
        (Said::Event(expected), event) => assert_eq!(event, expected, "{bytes:02X?}"),
        (Said::Automatic(_) | Said::Star(..) | Said::Seiko(_), event) => {
            panic!("{bytes:02X?} is read as {event:?}")
        }
    }
}

/// A byte that can neither begin an answer of this printer nor go on with one.
fn noise_byte(printer: Kind, random: &mut Random) -> u8 {
    loop {
        let byte = 0x80 | random.byte();
        let is_token = printer.1 == Completion::Dc2Q && byte < 0x90;
        let is_seiko = printer.2 == StatusWords::Seiko && byte < 0xd0;
        if !is_token && !is_seiko {
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
            let mut decoder = decoder_of(printer);
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
            let likely = [0x37, 0x22, 0x25, 0x00, 0x10, 0x41, 0x13, 0x23, 0xc8, 0xd1, 0x5f, 0x82];
            let bytes: Vec<u8> = (0..random.below(150))
                .map(|_| if random.flag() { random.byte() } else { likely[random.below(12)] })
                .collect();
            let mut decoder = decoder_of(printer);
            let heard = read_in_pieces(&mut decoder, &bytes, random);
            let mut whole = decoder_of(printer);
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
fn kinds_by_the_manual(bytes: &[u8], printer: Kind) -> Vec<(char, usize)> {
    let has_tokens = printer.1 == Completion::Dc2Q;
    let mut kinds = Vec::new();
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let pattern = |pattern: &str| {
            let bits = format!("{first:08b}");
            bits.chars().zip(pattern.chars()).all(|(bit, want)| want == 'x' || bit == want)
        };
        let kind = if printer.2 == StatusWords::Seiko
            && (*first == 0x02 || *first == 0x0e || (0x90..0xd0).contains(first))
        {
            match kind_by_table_6_7(*first, &rest[1..]) {
                None => break,
                Some(kind) => kind,
            }
        } else if [0x37, 0x35, 0x3b, 0x3d, 0x5f].contains(first) {
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

/// The same for a word of Seiko's own; `None` where it is not whole.
fn kind_by_table_6_7(first: u8, following: &[u8]) -> Option<(char, usize)> {
    let upper = |byte: &u8| byte >> 4;
    match (first, first >> 4) {
        (0x02, _) => {
            let ascii = |byte: &&u8| (2..=7).contains(&upper(byte));
            let length = following.iter().take(96).take_while(ascii).count();
            let last = following.get(length)?;
            Some(if *last == 0 { ('b', length + 2) } else { ('n', length + 1) })
        }
        (0x0e, _) => {
            let wanted = [0xe, 0xf].iter().cycle().take(96);
            let fit = following.iter().zip(wanted).take_while(|(byte, half)| upper(byte) == **half);
            let length = fit.count();
            let is_end = *following.get(length)? == 0 && length % 2 == 0;
            Some(if is_end { ('b', length + 2) } else { ('n', length + 1) })
        }
        (_, 0xc) => {
            let length = following.iter().take(7).take_while(|byte| upper(byte) == 0xd).count();
            match (length, following.get(length)) {
                (7, _) => Some(('s', 8)),
                (_, None) => None,
                (_, Some(_)) => Some(('n', length + 1)),
            }
        }
        _ => Some(('s', 1)),
    }
}

#[test]
fn any_bytes_are_read_as_the_manual_reads_them() {
    for_each_seed("the manual", |random| {
        for printer in PRINTERS.into_iter().filter(|printer| printer.0 == Dialect::EscPos) {
            let likely = match printer.2 {
                StatusWords::Seiko => [0xc8, 0xd0, 0xd1, 0xd8, 0x02, 0x0e, 0xe1, 0xf4, 0x00, 0x41],
                StatusWords::Epson | StatusWords::Star => {
                    [0x37, 0x22, 0x25, 0x00, 0x10, 0x41, 0x12, 0x03, 0x30, 0x5f]
                }
            };
            let likely_count = 2 + random.below(9);
            let bytes: Vec<u8> = (0..random.below(300))
                .map(|_| match random.below(8) {
                    0 => random.byte(),
                    _ => likely[random.below(likely_count)],
                })
                .filter(|byte| !matches!(byte, 0x11 | 0x13))
                .collect();
            let mut decoder = decoder_of(printer);
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
                        StatusEvent::Seiko(_) => 's',
                        StatusEvent::Star(_) | StatusEvent::Flow { .. } => 'x',
                    };
                    (kind, heard.bytes.len())
                })
                .collect();
            let by_manual = kinds_by_the_manual(&bytes, printer);
            assert_eq!(kinds, by_manual, "{bytes:02X?}");
        }
    });
}

//! A frame read back by the template that should have made it.

use crate::device::panel_template::{Align, Checksum, FieldValue, Padding, TemplatePart};
use crate::device::{PanelEncoding, PanelTemplate, PanelUrl};
use std::collections::BTreeMap;

/// What stands at the beginning of the bytes heard, for one panel.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// Perhaps the beginning of a frame for it.
    Part,
    /// Not for it.
    Foreign,
    /// A frame for it, and what it then shows.
    Frame { length: usize, shows: BTreeMap<String, String> },
}

/// Reads the clearing frame or else one that shows something.
pub(super) fn read_frame(url: &PanelUrl, heard: &[u8]) -> Read {
    let clear = match &url.clear {
        Some(clear) => read_template(url, clear, heard),
        None => Read::Foreign,
    };
    match (clear, read_template(url, &url.template, heard)) {
        (Read::Frame { length, .. }, _) => Read::Frame { length, shows: BTreeMap::new() },
        (_, frame @ Read::Frame { .. }) => frame,
        (Read::Part, _) | (_, Read::Part) => Read::Part,
        (Read::Foreign, Read::Foreign) => Read::Foreign,
    }
}

/// How far a part reaches; `Err` when it is not there or not all there.
type Step = Result<usize, Read>;

fn read_template(url: &PanelUrl, template: &PanelTemplate, heard: &[u8]) -> Read {
    let mut at = 0;
    let mut counted_from = 0;
    let mut shows = BTreeMap::new();
    for (index, part) in template.parts.iter().enumerate() {
        let rest = &heard[at..];
        let step: Step = match part {
            TemplatePart::Bytes(bytes) => literal(bytes, rest),
            TemplatePart::Start => {
                counted_from = at;
                Ok(0)
            }
            TemplatePart::Checksum { kind, is_raw } => {
                let sum = heard[counted_from..at].iter().fold(0_u8, |sum, byte| match kind {
                    Checksum::Xor => sum ^ byte,
                    Checksum::Sum => sum.wrapping_add(*byte),
                });
                if *is_raw { literal(&[sum], rest) } else { literal(&hex_digits(sum), rest) }
            }
            TemplatePart::Field { value, padding } => {
                let length = match padding {
                    Some(padding) => fixed(usize::from(padding.width), rest),
                    None if *value == FieldValue::Address => literal(url.panel.as_bytes(), rest),
                    None => open(*value, template.parts.get(index + 1), rest),
                };
                length.and_then(|length| {
                    let text = text_of(url, *value, *padding, &rest[..length]);
                    let text = text.ok_or(Read::Foreign)?;
                    if *value != FieldValue::Address {
                        shows.insert(value.name().to_owned(), text);
                    }
                    Ok(length)
                })
            }
        };
        match step {
            Ok(length) => at += length,
            Err(read) => return read,
        }
    }
    Read::Frame { length: at, shows }
}

fn hex_digits(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 0x0f)]]
}

fn literal(bytes: &[u8], rest: &[u8]) -> Step {
    let known = bytes.len().min(rest.len());
    match (bytes[..known] == rest[..known], known == bytes.len()) {
        (true, true) => Ok(known),
        (true, false) => Err(Read::Part),
        (false, _) => Err(Read::Foreign),
    }
}

fn fixed(width: usize, rest: &[u8]) -> Step {
    if rest.len() < width { Err(Read::Part) } else { Ok(width) }
}

/// A field without a width ends where the next piece begins.
fn open(value: FieldValue, next: Option<&TemplatePart>, rest: &[u8]) -> Step {
    let end = match (value, next) {
        (FieldValue::Number, _) => rest.iter().position(|byte| !byte.is_ascii_digit()),
        (FieldValue::Letter, _) => rest.iter().position(|byte| !byte.is_ascii_alphabetic()),
        (_, Some(TemplatePart::Bytes(bytes))) => {
            rest.iter().position(|byte| bytes.first() == Some(byte))
        }
        _ => None,
    };
    end.ok_or(Read::Part)
}

/// The text in a field, padding taken off; `None` when the field cannot stand there.
fn text_of(
    url: &PanelUrl,
    value: FieldValue,
    padding: Option<Padding>,
    bytes: &[u8],
) -> Option<String> {
    let is_padding = |byte: &u8| {
        let fill = padding.map_or(b' ', |padding| padding.fill);
        *byte == fill || *byte == b' '
    };
    let first = bytes.iter().position(|byte| !is_padding(byte)).unwrap_or(bytes.len());
    let last = bytes.iter().rposition(|byte| !is_padding(byte)).map_or(first, |last| last + 1);
    let from_left = padding.is_some_and(|padding| padding.align != Align::Left);
    let to_right = padding.is_some_and(|padding| padding.align != Align::Right);
    let bytes =
        &bytes[if from_left { first } else { 0 }..if to_right { last } else { bytes.len() }];
    let text = match url.encoding {
        PanelEncoding::Ascii => String::from_utf8(bytes.to_vec()).ok()?,
        PanelEncoding::ShiftJis => {
            let (text, _, is_wrong) = encoding_rs::SHIFT_JIS.decode(bytes);
            (!is_wrong).then(|| text.into_owned())?
        }
    };
    let fits = match value {
        FieldValue::Number => text.bytes().all(|byte| byte.is_ascii_digit()),
        FieldValue::Address => {
            let is_zeros = padding.is_some_and(|padding| padding.fill == b'0');
            let bare = if is_zeros { url.panel.trim_start_matches('0') } else { &url.panel };
            text == bare
        }
        FieldValue::Label | FieldValue::Letter | FieldValue::Counter => true,
    };
    (fits && !text.chars().any(char::is_control)).then_some(text)
}

//! What a panel is sent, as a template with fields.
//!
//! | In the template | On the wire |
//! |---|---|
//! | `{label}` | the whole label: `A101` |
//! | `{letter}`, `{number}` | its letters and its digits: `A`, `101` |
//! | `{counter}` | the counter's number or name |
//! | `{address}` | the panel's address |
//! | `{number:>4}`, `{label:<6}`, `{counter:^3}` | at the right, left, middle of so many bytes |
//! | `{address:02}` | at the right, with zeros |
//! | `{number:_>4}` | padded with another character |
//! | `\r` `\n` `\t` `\\` `\{` `\}` `\x02` | that byte |
//! | `{start}` | nothing: checksums count from here instead of from the beginning |
//! | `{xor}`, `{sum}` | XOR or sum (modulo 256) of the bytes before, as two hexadecimal digits |
//! | `{xor:raw}`, `{sum:raw}` | the same as one byte |
//!
//! Widths are bytes, as on the panel: a kanji in Shift_JIS is two.

use std::fmt;

/// Most bytes of one frame.
const FRAME_BYTE_COUNT_MAX: usize = 512;
/// Widest field.
const WIDTH_MAX: u8 = 64;

/// How a panel takes characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PanelEncoding {
    /// ASCII only.
    #[default]
    Ascii,
    /// Shift_JIS.
    ShiftJis,
}

impl PanelEncoding {
    /// Printable characters as bytes; `None` when the panel cannot show one of them.
    pub(crate) fn encode(self, text: &str) -> Option<Vec<u8>> {
        if text.chars().any(char::is_control) {
            return None;
        }
        match self {
            PanelEncoding::Ascii => text.is_ascii().then(|| text.as_bytes().to_vec()),
            PanelEncoding::ShiftJis => {
                let (bytes, _, is_lossy) = encoding_rs::SHIFT_JIS.encode(text);
                (!is_lossy).then(|| bytes.into_owned())
            }
        }
    }
}

/// Where the text stands in its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Align {
    Left,
    Centre,
    Right,
}

/// A fixed width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Padding {
    pub(crate) fill: u8,
    pub(crate) align: Align,
    pub(crate) width: u8,
}

/// What a field shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum FieldValue {
    Label,
    Letter,
    Number,
    Counter,
    Address,
}

impl FieldValue {
    pub(crate) fn name(self) -> &'static str {
        match self {
            FieldValue::Label => "label",
            FieldValue::Letter => "letter",
            FieldValue::Number => "number",
            FieldValue::Counter => "counter",
            FieldValue::Address => "address",
        }
    }

    fn parse(name: &str) -> Option<FieldValue> {
        use FieldValue::{Address, Counter, Label, Letter, Number};
        [Label, Letter, Number, Counter, Address].into_iter().find(|value| value.name() == name)
    }
}

/// How a checksum is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Checksum {
    Xor,
    Sum,
}

impl Checksum {
    fn of(self, bytes: &[u8]) -> u8 {
        match self {
            Checksum::Xor => bytes.iter().fold(0, |sum, byte| sum ^ byte),
            Checksum::Sum => bytes.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte)),
        }
    }
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TemplatePart {
    Bytes(Vec<u8>),
    Field { value: FieldValue, padding: Option<Padding> },
    Start,
    Checksum { kind: Checksum, is_raw: bool },
}

/// A template that has been read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PanelTemplate {
    source: String,
    pub(crate) parts: Vec<TemplatePart>,
}

/// What fills a template; empty texts blank their fields.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PanelValues<'a> {
    pub(crate) label: &'a str,
    pub(crate) counter: &'a str,
    pub(crate) address: &'a str,
}

impl PanelValues<'_> {
    fn of(&self, value: FieldValue) -> &str {
        let digits_at = self.label.find(|c: char| c.is_ascii_digit()).unwrap_or(self.label.len());
        match value {
            FieldValue::Label => self.label,
            FieldValue::Letter => &self.label[..digits_at],
            FieldValue::Number => &self.label[digits_at..],
            FieldValue::Counter => self.counter,
            FieldValue::Address => self.address,
        }
    }
}

/// Why a text cannot be shown; a panel never shows a part of a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each field is a part of the message beside it")]
pub enum PanelError {
    /// The text is longer than its field.
    #[error("show {text:?} as {field}: expected at most {width} bytes")]
    Width { field: &'static str, text: String, width: u8 },
    /// The text has a character that the panel does not have.
    #[error("show {text:?} as {field}: expected printable characters of the panel's encoding")]
    Characters { field: &'static str, text: String },
    /// The label has no plain number at its end, and the template asks for one.
    #[error("show {text:?} as number: expected letters and then digits, such as A101")]
    Number { text: String },
}

impl PanelTemplate {
    /// Reads a template.
    ///
    /// # Errors
    ///
    /// What was expected, to stand after "expected".
    pub fn parse(source: &str, encoding: PanelEncoding) -> Result<PanelTemplate, String> {
        let mut parts = Vec::new();
        let mut rest = source;
        while let Some(first) = rest.chars().next() {
            let after = &rest[first.len_utf8()..];
            let (part, next) = match first {
                '{' => field(after)?,
                '}' => return Err("\\} for a brace that ends no field".to_owned()),
                '\\' => escape(after)?,
                _ => {
                    let text = encoding.encode(&rest[..first.len_utf8()]);
                    let raw = first.is_ascii_control().then(|| vec![first as u8]);
                    let bytes = raw.or(text).ok_or_else(|| {
                        format!("characters of the panel's encoding instead of {first:?}")
                    })?;
                    (TemplatePart::Bytes(bytes), after)
                }
            };
            match (parts.last_mut(), part) {
                (Some(TemplatePart::Bytes(known)), TemplatePart::Bytes(more)) => known.extend(more),
                (_, part) => parts.push(part),
            }
            rest = next;
        }
        let template = PanelTemplate { source: source.to_owned(), parts };
        template.check()?;
        Ok(template)
    }

    fn check(&self) -> Result<(), String> {
        if self.parts.is_empty() {
            return Err("at least one byte or field".to_owned());
        }
        let is_open = |part: &TemplatePart| {
            matches!(part, TemplatePart::Field { value, padding: None }
                if *value != FieldValue::Address)
        };
        if self.parts.last().is_some_and(is_open) {
            return Err("a width as in {number:>4}, or an end such as \\r, after the last field: \
                 otherwise the panel cannot know where it ends"
                .to_owned());
        }
        Ok(())
    }

    /// Whether the panel's address is sent.
    pub(crate) fn has_address(&self) -> bool {
        let is_address = |part: &TemplatePart| {
            matches!(part, TemplatePart::Field { value: FieldValue::Address, .. })
        };
        self.parts.iter().any(is_address)
    }

    /// The frame for these values.
    pub(crate) fn render(
        &self,
        values: PanelValues<'_>,
        encoding: PanelEncoding,
    ) -> Result<Vec<u8>, PanelError> {
        let mut frame = Vec::new();
        let mut counted_from = 0;
        for part in &self.parts {
            match part {
                TemplatePart::Bytes(bytes) => frame.extend(bytes),
                TemplatePart::Start => counted_from = frame.len(),
                TemplatePart::Checksum { kind, is_raw } => {
                    let checksum = kind.of(&frame[counted_from..]);
                    if *is_raw {
                        frame.push(checksum);
                    } else {
                        frame.extend(format!("{checksum:02X}").bytes());
                    }
                }
                TemplatePart::Field { value, padding } => {
                    let text = values.of(*value);
                    if *value == FieldValue::Number && !text.bytes().all(|b| b.is_ascii_digit())
                        || *value == FieldValue::Number
                            && text.is_empty()
                            && !values.label.is_empty()
                    {
                        return Err(PanelError::Number { text: values.label.to_owned() });
                    }
                    frame.extend(padded(*value, text, *padding, encoding)?);
                }
            }
        }
        frame.truncate(FRAME_BYTE_COUNT_MAX);
        Ok(frame)
    }
}

impl fmt::Display for PanelTemplate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.source)
    }
}

fn padded(
    field: FieldValue,
    text: &str,
    padding: Option<Padding>,
    encoding: PanelEncoding,
) -> Result<Vec<u8>, PanelError> {
    let name = field.name();
    let bytes = encoding
        .encode(text)
        .ok_or_else(|| PanelError::Characters { field: name, text: text.to_owned() })?;
    let width_max = padding.map_or(WIDTH_MAX, |padding| padding.width);
    let Some(room) = usize::from(width_max).checked_sub(bytes.len()) else {
        return Err(PanelError::Width { field: name, text: text.to_owned(), width: width_max });
    };
    let Some(Padding { fill, align, .. }) = padding else { return Ok(bytes) };
    let before = match align {
        Align::Left => 0,
        Align::Centre => room / 2,
        Align::Right => room,
    };
    // A blank field is blank, not zeros.
    let fill = if text.is_empty() && fill == b'0' { b' ' } else { fill };
    let mut padded = vec![fill; before];
    padded.extend(bytes);
    padded.resize(usize::from(width_max), fill);
    Ok(padded)
}

/// What stands after `{`, and what follows its `}`.
fn field(after: &str) -> Result<(TemplatePart, &str), String> {
    let (inside, rest) = after.split_once('}').ok_or("a } after {")?;
    let (name, spec) = match inside.split_once(':') {
        Some((name, spec)) => (name, Some(spec)),
        None => (inside, None),
    };
    let checksum = match name {
        "xor" => Some(Checksum::Xor),
        "sum" => Some(Checksum::Sum),
        _ => None,
    };
    let part = match (checksum, FieldValue::parse(name), spec) {
        (Some(kind), _, None) => TemplatePart::Checksum { kind, is_raw: false },
        (Some(kind), _, Some("raw")) => TemplatePart::Checksum { kind, is_raw: true },
        (Some(_), _, Some(_)) => return Err(format!("{{{name}}} or {{{name}:raw}}")),
        (None, Some(value), None) => TemplatePart::Field { value, padding: None },
        (None, Some(value), Some(spec)) => {
            let padding = padding(spec).ok_or_else(|| {
                format!("a width of 1 to {WIDTH_MAX} such as {{{name}:>4}} or {{{name}:04}}")
            })?;
            TemplatePart::Field { value, padding: Some(padding) }
        }
        (None, None, None) if name == "start" => TemplatePart::Start,
        (None, None, _) => {
            return Err("one of {label}, {letter}, {number}, {counter}, {address}, {start}, \
                 {xor}, {sum} between braces, or \\{ for a brace"
                .to_owned());
        }
    };
    Ok((part, rest))
}

/// `>4`, `<4`, `^4`, `_>4` or `04`.
fn padding(spec: &str) -> Option<Padding> {
    let bytes = spec.as_bytes();
    let align = |byte: u8| match byte {
        b'<' => Some(Align::Left),
        b'^' => Some(Align::Centre),
        b'>' => Some(Align::Right),
        _ => None,
    };
    let (fill, align, width) = match bytes {
        [fill @ b' '..=b'~', sign, ..] if align(*sign).is_some() => {
            (*fill, align(*sign)?, &spec[2..])
        }
        [sign, ..] if align(*sign).is_some() => (b' ', align(*sign)?, &spec[1..]),
        [b'0', ..] => (b'0', Align::Right, &spec[1..]),
        _ => return None,
    };
    let width = width.parse().ok().filter(|width| (1..=WIDTH_MAX).contains(width))?;
    Some(Padding { fill, align, width })
}

/// What stands after a backslash, and what follows it.
fn escape(after: &str) -> Result<(TemplatePart, &str), String> {
    let expected = || "\\r, \\n, \\t, \\\\, \\{, \\} or \\xHH after a backslash".to_owned();
    let name = after.chars().next().ok_or_else(expected)?;
    let byte = match name {
        'r' => b'\r',
        'n' => b'\n',
        't' => b'\t',
        '\\' | '{' | '}' => name as u8,
        'x' => {
            let is_hex = |digits: &&str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            let digits = after.get(1..3).filter(is_hex).ok_or_else(expected)?;
            let byte = u8::from_str_radix(digits, 16).map_err(|_| expected())?;
            return Ok((TemplatePart::Bytes(vec![byte]), &after[3..]));
        }
        _ => return Err(expected()),
    };
    Ok((TemplatePart::Bytes(vec![byte]), &after[1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(template: &str, label: &str) -> Result<Vec<u8>, PanelError> {
        let encoding = PanelEncoding::ShiftJis;
        let template = PanelTemplate::parse(template, encoding).unwrap();
        template.render(PanelValues { label, counter: "3", address: "1" }, encoding)
    }

    #[test]
    fn fields_are_padded_and_checksums_counted() {
        let rows: [(&str, &str, &[u8]); 9] = [
            ("\\x02{address:02}{number:>4}\\x03", "A101", b"\x0201 101\x03"),
            ("{label:<6}|", "A101", b"A101  |"),
            ("{counter:^3}|", "A101", b" 3 |"),
            ("{number:_>5}", "A101", b"__101"),
            ("{letter}{number}\\r\\n", "AB7", b"AB7\r\n"),
            ("\\x02{start}{number:04}{xor}\\x03", "A101", b"\x020101\x30\x30\x03"),
            ("{number:04}{sum:raw}", "A101", b"0101\xc2"),
            ("番{number:>3}", "A101", &[0x94, 0xd4, b'1', b'0', b'1']),
            ("\\{{number:>3}\\}\\\\", "A101", b"{101}\\"),
        ];
        for (template, label, expected) in rows {
            assert_eq!(render(template, label).as_deref(), Ok(expected), "{template}");
        }
        assert_eq!(render("{number:04}", "").as_deref(), Ok(b"    ".as_slice()));
    }

    #[test]
    fn a_number_is_never_cut() {
        let width = PanelError::Width { field: "number", text: "1001".to_owned(), width: 3 };
        assert_eq!(render("{number:>3}", "A1001"), Err(width));
        let number = |text: &str| Err(PanelError::Number { text: text.to_owned() });
        assert_eq!(render("{number:>3}", "A10B"), number("A10B"));
        assert_eq!(render("{number:>3}", "AB"), number("AB"));
        assert!(render("{label:>3}", "𠮷").is_err());
        assert!(render("{label:>3}", "\r").is_err());
    }

    #[test]
    fn a_mistaken_template_is_refused_with_what_was_expected() {
        let rows = [
            ("", "at least one byte or field"),
            ("{number", "a } after {"),
            ("{nummer}", "one of {label}, {letter}, {number}"),
            ("{number:4}", "a width of 1 to 64 such as {number:>4} or {number:04}"),
            ("{number:>65}", "a width of 1 to 64"),
            ("{number:>0}", "a width of 1 to 64"),
            ("{number}", "a width as in {number:>4}, or an end such as \\r"),
            ("{xor:hex}", "{xor} or {xor:raw}"),
            ("\\q", "\\r, \\n, \\t"),
            ("\\x4", "\\xHH after a backslash"),
            ("\\xzz", "\\xHH after a backslash"),
            ("\\x+1", "\\xHH after a backslash"),
            ("a}", "\\} for a brace"),
            ("番", "characters of the panel's encoding"),
        ];
        for (template, expected) in rows {
            let message = PanelTemplate::parse(template, PanelEncoding::Ascii).unwrap_err();
            assert!(message.contains(expected), "{template}: {message}");
        }
    }
}

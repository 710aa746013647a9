//! Bytes and text inside a device URL: percent-encoded, or bytes in hex.

/// Most bytes that one key may hold.
pub(super) const BYTE_COUNT_MAX: usize = 256;

/// What a value that cannot be read should have been.
pub(super) const EXPECTED: &str =
    "1 to 256 bytes as ASCII with special characters as %HH such as %02RING%0D, or as hex:A00101A2";

/// Reads `%02RING%0D` or `hex:A0 01 01 A2` (spaces as `%20`, or none).
pub(super) fn decode(value: &str) -> Option<Vec<u8>> {
    let bytes = match value.strip_prefix("hex:") {
        Some(digits) => decode_hex(digits)?,
        None if value.is_ascii() => decode_percent(value)?,
        None => return None,
    };
    (1..=BYTE_COUNT_MAX).contains(&bytes.len()).then_some(bytes)
}

/// Reads percent-encoded UTF-8.
pub(super) fn decode_text(value: &str) -> Option<String> {
    String::from_utf8(decode_percent(value)?).ok().filter(|text| text.len() <= BYTE_COUNT_MAX)
}

/// Bytes as they are written back: letters, digits and harmless marks as they are, the rest as
/// %HH.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => text.push(char::from(*byte)),
            b'-' | b'.' | b'_' | b'~' | b'!' | b'@' | b'*' | b'(' | b')' | b'/' | b'\\' => {
                text.push(char::from(*byte));
            }
            b'{' | b'}' | b'<' | b'>' | b'^' | b',' | b';' => text.push(char::from(*byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

fn decode_percent(value: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = value.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first == b'%' {
            let [high, low, after @ ..] = rest else { return None };
            bytes.push(pair(*high, *low)?);
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    Some(bytes)
}

fn decode_hex(digits: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = digits.replace("%20", "").bytes().filter(|byte| *byte != b' ').collect();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks_exact(2).map(|digits| pair(digits[0], digits[1])).collect()
}

fn pair(high: u8, low: u8) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_from_percent_ascii_and_from_hex_and_written_back() {
        let rows: [(&str, &[u8]); 5] = [
            ("%02RING%0D", b"\x02RING\r"),
            ("hex:A00101a2", &[0xa0, 1, 1, 0xa2]),
            ("hex:A0 01%2001 A2", &[0xa0, 1, 1, 0xa2]),
            ("AT+O1", b"AT+O1"),
            ("%25%26=", b"%&="),
        ];
        for (text, bytes) in rows {
            assert_eq!(decode(text).as_deref(), Some(bytes), "{text}");
            assert_eq!(decode(&encode(bytes)).as_deref(), Some(bytes), "{text}");
        }
        for text in ["", "hex:", "hex:A", "hex:GG", "%2", "%", "%zz", "番", &"a".repeat(257)] {
            assert_eq!(decode(text), None, "{text}");
        }
        let every: Vec<u8> = (0..=255).collect();
        assert_eq!(decode(&encode(&every)), Some(every));
    }
}

//! Lines of text out of what a device sends, however it is cut; total over all bytes.

/// What has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// A line of printable ASCII, not empty.
    Text(String),
    /// Something else: too long, not printable, or broken off.
    Noise,
}

/// Collects characters until CR or LF.
#[derive(Clone, Debug)]
pub(crate) struct TextReader {
    text: Vec<u8>,
    length_max: usize,
    /// Nothing before the next end counts.
    is_spoilt: bool,
}

impl TextReader {
    pub(crate) fn new(length_max: usize) -> TextReader {
        TextReader { text: Vec::new(), length_max, is_spoilt: false }
    }

    pub(crate) fn feed(&mut self, byte: u8) -> Option<Ended> {
        match byte {
            b'\r' | b'\n' => return self.end(),
            b' '..=b'~' if self.text.len() < self.length_max => self.text.push(byte),
            _ => self.is_spoilt = true,
        }
        None
    }

    /// The device has said that the line is over.
    pub(crate) fn end(&mut self) -> Option<Ended> {
        let text = std::mem::take(&mut self.text);
        if std::mem::take(&mut self.is_spoilt) {
            return Some(Ended::Noise);
        }
        if text.is_empty() {
            // The second half of CR LF.
            return None;
        }
        // Only printable ASCII was taken in.
        String::from_utf8(text).ok().map(Ended::Text)
    }

    /// What came so far is not text.
    pub(crate) fn spoil(&mut self) {
        self.is_spoilt = true;
    }

    /// Whether a line has begun.
    pub(crate) fn is_begun(&self) -> bool {
        self.is_spoilt || !self.text.is_empty()
    }

    /// The device has stopped in the middle.
    pub(crate) fn break_off(&mut self) -> Option<Ended> {
        let was_begun = self.is_begun();
        self.text.clear();
        self.is_spoilt = false;
        was_begun.then_some(Ended::Noise)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<Ended> {
        let mut reader = TextReader::new(8);
        bytes.iter().filter_map(|byte| reader.feed(*byte)).collect()
    }

    #[test]
    fn lines_end_at_cr_or_lf_and_only_whole_printable_ones_count() {
        let text = |text: &str| Ended::Text(text.to_owned());
        assert_eq!(read(b"A\rB\nC\r\nD"), [text("A"), text("B"), text("C")]);
        assert_eq!(read(b"\r\n\r\n"), []);
        assert_eq!(read(b"12345678\r123456789\rA\r"), [text("12345678"), Ended::Noise, text("A")]);
        assert_eq!(read(b"A\x00B\rC\r"), [Ended::Noise, text("C")]);
        assert_eq!(read("番\rC\r".as_bytes()), [Ended::Noise, text("C")]);
    }

    #[test]
    fn a_line_broken_off_does_not_spoil_the_next() {
        let mut reader = TextReader::new(8);
        assert_eq!(reader.break_off(), None);
        reader.feed(b'A');
        assert_eq!(reader.break_off(), Some(Ended::Noise));
        reader.feed(b'B');
        assert_eq!(reader.feed(b'\r'), Some(Ended::Text("B".to_owned())));
    }
}

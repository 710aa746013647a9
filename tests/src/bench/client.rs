//! The least HTTP client there can be: one kept-alive connection, one request at a time.

use std::io::{Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Longest time an answer may take.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(20);

/// A connection that waits for its answers.
#[derive(Debug)]
pub(super) struct Client {
    stream: TcpStream,
    sent: Vec<u8>,
    got: Vec<u8>,
}

/// An answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer<'a> {
    /// HTTP status.
    pub(super) status: u16,
    /// The body.
    pub(super) body: &'a str,
}

impl Answer<'_> {
    /// The number after `"name":`.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        number(self.body, name)
    }
}

/// The number after `"name":` in JSON.
pub(super) fn number(json: &str, name: &str) -> Option<u64> {
    let quoted = format!("\"{name}\":");
    let digits = &json[json.find(&quoted)? + quoted.len()..];
    let end = digits.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

impl Client {
    pub(super) fn connect(address: SocketAddr) -> std::io::Result<Client> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_TIME_MAX))?;
        Ok(Client { stream, sent: Vec::new(), got: Vec::new() })
    }

    /// Posts `body`, under a new idempotency key, and waits for the answer.
    pub(super) fn post(&mut self, path: &str, body: &str) -> std::io::Result<Answer<'_>> {
        self.sent.clear();
        write_post(&mut self.sent, path, body);
        self.exchange()
    }

    /// Posts, and fails when it is refused.
    pub(super) fn must_post(&mut self, path: &str, body: &str) -> std::io::Result<Answer<'_>> {
        let answer = self.post(path, body)?;
        match answer.status {
            200..=299 => Ok(answer),
            status => Err(Error::other(format!("{path}: {status} {}", answer.body))),
        }
    }

    pub(super) fn get(&mut self, path: &str) -> std::io::Result<Answer<'_>> {
        self.sent.clear();
        write!(self.sent, "GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")?;
        self.exchange()
    }

    fn exchange(&mut self) -> std::io::Result<Answer<'_>> {
        self.stream.write_all(&self.sent)?;
        self.got.clear();
        let mut part = [0; 4_096];
        loop {
            if let Some((status, start, end)) = parse(&self.got) {
                let body = std::str::from_utf8(&self.got[start..end]).map_err(Error::other)?;
                return Ok(Answer { status, body });
            }
            match self.stream.read(&mut part)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => self.got.extend_from_slice(&part[..count]),
            }
        }
    }
}

/// A command as screens send it: JSON under an idempotency key of its own.
pub(super) fn write_post(out: &mut Vec<u8>, path: &str, body: &str) {
    static KEYS: AtomicU64 = AtomicU64::new(1);
    let key = KEYS.fetch_add(1, Ordering::Relaxed);
    // Writing into a vector cannot fail.
    let _ = write!(
        out,
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         idempotency-key: bench-{key:012}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
}

/// Status, and where the body starts and ends; `None` until it is all there.
pub(super) fn parse(got: &[u8]) -> Option<(u16, usize, usize)> {
    let head_end = got.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&got[..head_end]).ok()?;
    let status = head.get(9..12)?.parse().ok()?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
    (got.len() >= head_end + length).then_some((status, head_end, head_end + length))
}

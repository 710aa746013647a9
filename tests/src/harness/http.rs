//! Requests over one kept connection, as a screen's browser sends them.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// Longest time for an answer; the server gives up on bodies after 10 seconds.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(20);

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

/// As one would type it: method, path, body.
impl std::fmt::Display for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = String::from_utf8_lossy(self.body.as_deref().unwrap_or_default());
        let body: String = body.chars().take(300).collect();
        write!(f, "{} {} {body}", self.method, self.path)
    }
}

impl Request {
    /// Reads something.
    pub fn get(path: &str) -> Request {
        Request::new("GET", path)
    }

    /// Asks for something, with a body of JSON.
    pub fn post(path: &str, body: &Value) -> Request {
        Request::new("POST", path)
            .header("Content-Type", "application/json")
            .body(body.to_string().into_bytes())
    }

    /// Any request.
    pub fn new(method: &str, path: &str) -> Request {
        let (method, path) = (method.to_owned(), path.to_owned());
        Request { method, path, headers: Vec::new(), body: None }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds an idempotency key.
    #[must_use]
    pub fn key(self, key: &str) -> Request {
        self.header("Idempotency-Key", key)
    }

    /// Sets the body's bytes, as they are.
    #[must_use]
    pub fn body(mut self, body: Vec<u8>) -> Request {
        self.body = Some(body);
        self
    }

    fn bytes(&self, host: SocketAddr) -> Vec<u8> {
        let named = |name: &str| self.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        if !named("host") {
            head.push_str(&format!("Host: {host}\r\n"));
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = &self.body {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(self.body.as_deref().unwrap_or_default());
        bytes
    }
}

/// An answer.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The code of an error; empty when all is well.
    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The label of the ticket that was issued or called.
    ///
    /// # Panics
    ///
    /// When the answer names no ticket.
    pub fn label(&self) -> String {
        let label = self.json()["events"][0]["label"].as_str().map(str::to_owned);
        label.unwrap_or_else(|| panic!("expected a ticket's label in {}", self.text()))
    }
}

/// A connection that is kept between requests and made anew when it has ended.
#[derive(Debug)]
pub struct Client {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

impl Client {
    /// A client of a server; connects with the first request.
    pub fn new(address: SocketAddr) -> Client {
        Client { address, stream: None }
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    ///
    /// When the answer did not come whole: what was asked for may have been done or not.
    pub fn send(&mut self, request: &Request) -> io::Result<Answer> {
        self.ask(request)?;
        let answer = self.stream.as_mut().map_or(Err(io::ErrorKind::NotConnected.into()), read);
        match &answer {
            Ok(answer) if answer.header("connection") != Some("close") => {}
            Ok(_) | Err(_) => self.stream = None,
        }
        answer
    }

    /// Sends a request and hangs up: its answer is lost.
    ///
    /// # Errors
    ///
    /// When it could not be sent.
    pub fn send_and_hang_up(&mut self, request: &Request) -> io::Result<()> {
        let asked = self.ask(request);
        self.stream = None;
        asked
    }

    /// Posts JSON.
    ///
    /// # Panics
    ///
    /// When no answer comes.
    pub fn post(&mut self, path: &str, body: &Value) -> Answer {
        let answer = self.send(&Request::post(path, body));
        answer.unwrap_or_else(|error| panic!("no answer to {path}: {error}"))
    }

    /// Reads a path.
    ///
    /// # Panics
    ///
    /// When no answer comes.
    pub fn get(&mut self, path: &str) -> Answer {
        let answer = self.send(&Request::get(path));
        answer.unwrap_or_else(|error| panic!("no answer to {path}: {error}"))
    }

    fn ask(&mut self, request: &Request) -> io::Result<()> {
        if self.stream.is_none() {
            let stream = TcpStream::connect_timeout(&self.address, ANSWER_TIME_MAX)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(ANSWER_TIME_MAX))?;
            stream.set_write_timeout(Some(ANSWER_TIME_MAX))?;
            self.stream = Some(BufReader::new(stream));
        }
        let Some(stream) = &mut self.stream else { return Ok(()) };
        let sent = stream.get_mut().write_all(&request.bytes(self.address));
        if sent.is_err() {
            self.stream = None;
        }
        sent
    }
}

fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Answer> {
    let status = line(stream)?;
    let status = status.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| invalid("expected a status"))?;
    let mut headers = Vec::new();
    loop {
        let line = line(stream)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| invalid("expected a header"))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut answer = Answer { status, headers, body: Vec::new() };
    let length = answer.header("content-length").and_then(|length| length.parse().ok());
    if let Some(length) = length {
        answer.body = vec![0; length];
        stream.read_exact(&mut answer.body)?;
    } else if answer.header("transfer-encoding") == Some("chunked") {
        answer.body = chunks(stream)?;
    }
    Ok(answer)
}

fn chunks(stream: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let length = usize::from_str_radix(&line(stream)?, 16);
        let length = length.map_err(|_| invalid("expected a chunk's length"))?;
        let start = body.len();
        body.resize(start + length, 0);
        stream.read_exact(&mut body[start..])?;
        line(stream)?;
        if length == 0 {
            return Ok(body);
        }
    }
}

fn line(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

//! A simulated day in the demo: residents come to the kiosk, clerks call and serve, over the same
//! HTTP interface as the screens. One counter is left to whoever looks at the demo.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The counter that nobody simulated works at.
pub(crate) const GUEST_COUNTER: &str = "3";
/// People who are there when the demo begins.
const FIRST_VISITORS: u32 = 9;
/// Mean seconds between two arrivals, and the range of a service: faster than life, so that there
/// is something to see, slow enough to follow.
const ARRIVAL_S: u64 = 22;
const SERVICE_S: std::ops::Range<u64> = 40..150;
/// Languages of arrivals; most choose Japanese.
const LANGUAGES: [&str; 12] =
    ["ja", "ja", "ja", "ja", "ja", "ja", "ja", "ja-easy", "en", "zh-Hans", "ne", "vi"];

/// Plays the day until the server goes away.
pub(crate) fn run(address: SocketAddr) {
    let mut hall = Hall::new(address);
    if !hall.open() {
        return;
    }
    while hall.step() {
        wait(Duration::from_millis(700));
    }
}

#[expect(clippy::disallowed_methods, reason = "the demo lives in real time")]
pub(crate) fn wait(time: Duration) {
    std::thread::sleep(time);
}

struct Hall {
    address: SocketAddr,
    random: Random,
    requests: u64,
    next_arrival: Instant,
    desks: Vec<Desk>,
}

struct Desk {
    counter: String,
    doing: Doing,
    until: Instant,
}

enum Doing {
    Resting,
    Awaiting,
    Serving,
    Finishing,
}

impl Hall {
    fn new(address: SocketAddr) -> Hall {
        let random = Random(0x9e37_79b9_7f4a_7c15 ^ u64::from(std::process::id()));
        Hall { address, random, requests: 0, next_arrival: Instant::now(), desks: Vec::new() }
    }

    /// Opens the counters and lets the first people in.
    fn open(&mut self) -> bool {
        let Some(office) = self.get("/api/v1/office") else { return false };
        for counter in office["counters"].as_array().into_iter().flatten() {
            let id = counter["counter"].as_str().unwrap_or_default();
            if id == GUEST_COUNTER || counter["queues"].as_array().is_none_or(Vec::is_empty) {
                continue;
            }
            let languages = match self.random.below(3) {
                0 => json!(["en", "zh-Hans"]),
                1 => json!(["en"]),
                _ => json!([]),
            };
            self.post(&format!("/api/v1/counters/{id}/open"), json!({ "languages": languages }));
            let until = Instant::now() + Duration::from_secs(self.random.below(15));
            self.desks.push(Desk { counter: id.to_owned(), doing: Doing::Resting, until });
        }
        for _ in 0..FIRST_VISITORS {
            self.arrive(&office);
        }
        true
    }

    /// One moment of the day; false when the server no longer answers.
    fn step(&mut self) -> bool {
        let Some(office) = self.get("/api/v1/office") else { return false };
        if self.next_arrival <= Instant::now() {
            self.arrive(&office);
            let pause = ARRIVAL_S / 2 + self.random.below(ARRIVAL_S);
            self.next_arrival = Instant::now() + Duration::from_secs(pause);
        }
        for index in 0..self.desks.len() {
            if self.desks[index].until <= Instant::now() {
                self.work(index, &office);
            }
        }
        true
    }

    fn arrive(&mut self, office: &Value) {
        let procedures = office["procedures"].as_array();
        let Some(procedures) = procedures.filter(|list| !list.is_empty()) else { return };
        let procedure = &procedures[self.random.pick(procedures.len())];
        let language = LANGUAGES[self.random.pick(LANGUAGES.len())];
        let Some(errand) = procedure["errands"].get(0) else { return };
        let kiosk = if self.random.below(4) == 0 { "kiosk-2" } else { "kiosk-1" };
        let body = json!({ "errand": errand, "language": language, "kiosk": kiosk });
        self.post("/api/v1/tickets", body);
    }

    fn work(&mut self, index: usize, office: &Value) {
        let counter = self.desks[index].counter.clone();
        let chance = self.random.below(100);
        let act = |verb: &str| format!("/api/v1/counters/{counter}/{verb}");
        let (doing, seconds) = match self.desks[index].doing {
            Doing::Resting => match self.post(&act("call-next"), json!({})) {
                true => (Doing::Awaiting, 5 + self.random.below(12)),
                false => (Doing::Resting, 3 + self.random.below(5)),
            },
            Doing::Awaiting if chance < 4 => {
                self.post(&act("no-show"), json!({}));
                (Doing::Resting, 3)
            }
            Doing::Awaiting => {
                self.post(&act("start"), json!({}));
                let range = SERVICE_S.end - SERVICE_S.start;
                (Doing::Serving, SERVICE_S.start + self.random.below(range))
            }
            Doing::Serving => {
                self.post(&act("end-service"), json!({}));
                (Doing::Finishing, 4 + self.random.below(10))
            }
            Doing::Finishing => {
                let codes = self.procedures_done(office, &counter);
                self.post(&act("complete"), json!({ "procedures": codes }));
                (Doing::Resting, 2 + self.random.below(8))
            }
        };
        let desk = &mut self.desks[index];
        desk.doing = doing;
        desk.until = Instant::now() + Duration::from_secs(seconds);
    }

    /// What the ticket at a counter usually ends as.
    fn procedures_done(&mut self, office: &Value, counter: &str) -> Vec<Value> {
        let counters = office["counters"].as_array();
        let at = counters.and_then(|list| list.iter().find(|c| c["counter"] == counter));
        let id = at.map(|counter| &counter["ticket"]);
        let tickets = office["tickets"].as_array();
        let ticket = tickets.and_then(|list| list.iter().find(|t| Some(&t["ticket"]) == id));
        let fits = |procedure: &&Value| {
            let has = |list: &str, key: &str| {
                let list = procedure[list].as_array();
                ticket.is_some_and(|t| list.is_some_and(|l| l.contains(&t[key])))
            };
            procedure["accompanies"] == false
                && (has("errands", "errand") || has("queues", "queue"))
        };
        let procedures = office["procedures"].as_array();
        let likely: Vec<&Value> = procedures.into_iter().flatten().filter(fits).collect();
        // Sections whose sheets are not in the catalogue complete without a procedure.
        let chosen = match likely.len() {
            0 => None,
            count => Some(likely[self.random.pick(count)]),
        };
        chosen.map(|procedure| procedure["code"].clone()).into_iter().collect()
    }

    fn get(&self, path: &str) -> Option<Value> {
        let (status, body) = self.request("GET", path, "", "")?;
        (status == 200).then(|| serde_json::from_slice(&body).ok()).flatten()
    }

    /// Whether the office did what was asked. A refusal is part of the day.
    fn post(&mut self, path: &str, body: Value) -> bool {
        self.requests += 1;
        let key = format!("demo-{}-{}", std::process::id(), self.requests);
        let answer = self.request("POST", path, &key, &body.to_string());
        answer.is_some_and(|(status, _)| status < 300)
    }

    fn request(&self, method: &str, path: &str, key: &str, body: &str) -> Option<(u16, Vec<u8>)> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        let keyed =
            if key.is_empty() { String::new() } else { format!("Idempotency-Key: {key}\r\n") };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{keyed}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len(),
        );
        stream.write_all(head.as_bytes()).ok()?;
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let status = line.split(' ').nth(1)?.parse().ok()?;
        let mut length = 0;
        loop {
            line.clear();
            reader.read_line(&mut line).ok()?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        Some((status, body))
    }
}

/// Xorshift: enough chance for a demo.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }

    fn pick(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }
}

/// Whether the server says that the office can work.
pub(crate) fn is_ready(address: SocketAddr) -> bool {
    Hall::new(address).get("/healthz").is_some_and(|health| health["status"] == "ok")
}

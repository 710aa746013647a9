//! The people of the storm: those who issue tickets, and those who call.

use serde_json::{Value, json};
use tests::harness::http::{Answer, Client, Request};
use tests::harness::random::Random;

use super::account::{Account, Done};
use super::weather::Weather;

/// Somebody with a connection that breaks, who asks again until the answer is there.
struct Person<'a> {
    weather: &'a Weather,
    client: Option<(Client, u64)>,
    random: Random,
    name: String,
    keys: u64,
    account: Account,
}

impl Person<'_> {
    fn new(weather: &Weather, name: String, random: Random) -> Person<'_> {
        Person { weather, client: None, random, name, keys: 0, account: Account::default() }
    }

    /// One command, under a key of its own: asked until it is answered.
    fn ask(&mut self, path: &str, body: &Value) -> Answer {
        self.keys += 1;
        let key = format!("{}-{}", self.name, self.keys);
        let request = Request::post(path, body).key(&key);
        let answer = self.until_answered(&request);
        self.weather.answered();
        if answer.status / 100 == 2 {
            if self.random.once_in(16) {
                let again = self.until_answered(&request);
                assert_eq!(again.text(), answer.text(), "a repeated request has the first answer");
            }
            let (path, answer) = (path.to_owned(), answer.clone());
            self.account.done.push(Done { path, key, request, answer });
        }
        answer
    }

    fn until_answered(&mut self, request: &Request) -> Answer {
        loop {
            let (address, start) = self.weather.server();
            let known = self.client.take().filter(|(_, known)| *known == start);
            let (mut client, _) = known.unwrap_or_else(|| (Client::new(address), start));
            let answer = if self.random.once_in(24) {
                // Somebody trips over the cable while the answer is on its way.
                client.send_and_hang_up(request).ok();
                None
            } else {
                client.send(request).ok()
            };
            self.client = Some((client, start));
            match answer {
                Some(answer) if answer.code() == "busy" => {}
                Some(answer) => return answer,
                None => self.account.lost += 1,
            }
            std::thread::yield_now();
        }
    }
}

/// Issues a client's share of the tickets.
pub(crate) fn issue(
    weather: &Weather,
    client: usize,
    clients: usize,
    queues: &[&str],
    random: Random,
) -> Account {
    let mut person = Person::new(weather, format!("guide-{client}"), random);
    for _ in 0..weather.share(client, clients) {
        let queue = *person.random.pick(queues);
        let answer = person.ask("/api/v1/tickets", &json!({ "queue": queue }));
        assert_eq!(answer.status, 201, "{}", answer.text());
        weather.issued();
    }
    person.account
}

/// Works at a counter until everybody has been served.
pub(crate) fn call(weather: &Weather, counter: &str, queues: &[&str], random: Random) -> Account {
    let mut person = Person::new(weather, format!("counter-{counter}"), random);
    let path = |key: &str| format!("/api/v1/counters/{counter}/{key}");
    let line = |queue: &&str| json!({ "queue": queue, "tier": 0, "head_start_min": 0 });
    let profile: Vec<Value> = queues.iter().map(line).collect();
    let opened = person.ask(&path("open"), &json!({ "profile": profile }));
    assert_eq!(opened.status, 200, "{}", opened.text());
    loop {
        let issued = weather.issued_count();
        let called = person.ask(&path("call-next"), &json!({}));
        if called.code() == "queue_empty" {
            if !weather.more_to_call(issued) {
                return person.account;
            }
            continue;
        }
        assert_eq!(called.status, 200, "{}", called.text());
        for (key, body) in [("start", json!({})), ("complete", json!({ "procedures": ["2"] }))] {
            let answer = person.ask(&path(key), &body);
            assert_eq!(answer.status, 200, "{key}: {}", answer.text());
        }
        weather.completed();
    }
}

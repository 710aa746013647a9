//! A screen: connects as a browser does and folds what it is told into what it shows.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async};

use crate::client::DEADLINE;

/// A connected screen.
pub(crate) struct Screen {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) role: String,
    pub(crate) epoch: u64,
    /// The last event it has.
    pub(crate) seq: u64,
    /// What it shows; null before the first snapshot.
    pub(crate) view: Value,
    /// Snapshots it was given.
    pub(crate) snapshot_count: u32,
}

impl Screen {
    /// Connects and takes `hello` and the snapshot.
    pub(crate) async fn open(address: SocketAddr, role: &str) -> Screen {
        let mut screen = Screen::connect(address, role, "").await;
        let first = screen.hear().await;
        assert_eq!(first["type"], "snapshot", "{first}");
        screen
    }

    /// Connects and takes `hello`.
    pub(crate) async fn connect(address: SocketAddr, role: &str, query: &str) -> Screen {
        let stream = TcpStream::connect(address).await.unwrap();
        Screen::over(stream, address, role, query).await
    }

    /// As [`Screen::connect`], over a connection that is prepared.
    pub(crate) async fn over(
        stream: TcpStream,
        address: SocketAddr,
        role: &str,
        query: &str,
    ) -> Screen {
        let url = format!("ws://{address}/ws?role={role}{query}");
        let (socket, _) = client_async(url, MaybeTlsStream::Plain(stream)).await.unwrap();
        let role = role.to_owned();
        let mut screen =
            Screen { socket, role, epoch: 0, seq: 0, view: Value::Null, snapshot_count: 0 };
        let hello = screen.hear().await;
        assert_eq!(hello["type"], "hello", "hello comes first: {hello}");
        assert_eq!(hello["protocol"], 1);
        screen.epoch = hello["epoch"].as_u64().unwrap();
        screen
    }

    /// Connects again where this screen stopped.
    pub(crate) async fn come_back(self, address: SocketAddr) -> Screen {
        let (view, seq, role) = (self.view.clone(), self.seq, self.role.clone());
        let query = format!("&epoch={}&since={seq}", self.epoch);
        drop(self);
        let mut screen = Screen::connect(address, &role, &query).await;
        (screen.view, screen.seq) = (view, seq);
        screen
    }

    /// Takes the next message into account and returns it; a closed connection is a `null`.
    pub(crate) async fn hear(&mut self) -> Value {
        let message = tokio::time::timeout(DEADLINE, async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Text(text))) => {
                        return serde_json::from_str(text.as_str()).unwrap();
                    }
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Value::Null,
                    Some(Ok(_)) => {}
                }
            }
        });
        let message: Value = message.await.expect("a message in time");
        self.take_in(&message);
        message
    }

    fn take_in(&mut self, message: &Value) {
        match message["type"].as_str() {
            Some("snapshot") => {
                self.view = message["view"].clone();
                self.seq = message["seq"].as_u64().unwrap();
                self.snapshot_count += 1;
            }
            Some("event") => {
                let seq = message["seq"].as_u64().unwrap();
                assert_eq!(seq, self.seq + 1, "events have no gaps: {message}");
                self.seq = seq;
                self.fold(message);
            }
            Some("update") => self.fold(message),
            _ => {}
        }
    }

    fn fold(&mut self, message: &Value) {
        for change in message["changes"].as_array().unwrap() {
            fold(&mut self.view, change);
        }
    }

    /// Hears until event `seq` has come; returns what was heard.
    pub(crate) async fn hear_to(&mut self, seq: u64) -> Vec<Value> {
        let mut heard = Vec::new();
        while self.seq < seq {
            heard.push(self.hear().await);
        }
        heard
    }

    /// Hears until a message is as expected.
    pub(crate) async fn hear_until(&mut self, expected: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.hear().await;
            assert!(!message.is_null(), "the connection is still open");
            if expected(&message) {
                return message;
            }
        }
    }

    pub(crate) async fn say(&mut self, message: Message) {
        // The server may have closed already: that is what some tests wait for.
        let _ = self.socket.send(message).await;
    }

    /// What it shows, with lists as maps by key, so that order does not matter.
    pub(crate) fn shown(&self) -> Value {
        keyed(&self.view)
    }
}

/// Finds the key within a row.
type Key = fn(&Value) -> Value;

/// The list a row belongs to, and the key within the row.
fn place(view: &Value, kind: &str) -> Option<(&'static str, Key)> {
    Some(match kind {
        "queue" if view["queues"][0]["status"].is_object() => {
            ("queues", |row| row["status"]["queue"].clone())
        }
        "queue" => ("queues", |row| row["queue"].clone()),
        "counter" => ("counters", |row| row["counter"].clone()),
        "ticket" => ("tickets", |row| row["ticket"].clone()),
        "call" => ("calls", |row| row["label"].clone()),
        "procedure" => ("procedures", |row| row["code"].clone()),
        "bell" => ("bells", |row| row["bell"].clone()),
        "printer" => ("printers", |row| row["kiosk"].clone()),
        _ => return None,
    })
}

fn fold(view: &mut Value, change: &Value) {
    let kind = change["kind"].as_str().unwrap();
    if let Some((list, key)) = place(view, kind) {
        let row = change[kind].clone();
        let rows = view[list].as_array_mut().unwrap();
        match rows.iter_mut().find(|known| key(known) == key(&row)) {
            Some(known) => *known = row,
            None => rows.push(row),
        }
        return;
    }
    match kind {
        "ticket_gone" => {
            let rows = view["tickets"].as_array_mut().unwrap();
            rows.retain(|row| row["ticket"] != change["ticket"]);
        }
        "day" | "notices" | "alerts" | "waits" | "today" => view[kind] = change[kind].clone(),
        other => panic!("a change nobody knows: {other}"),
    }
}

fn keyed(view: &Value) -> Value {
    let mut shown = view.clone();
    for kind in ["queue", "counter", "ticket", "call", "procedure", "bell", "printer"] {
        let Some((list, key)) = place(view, kind) else { continue };
        let Some(rows) = view[list].as_array() else { continue };
        // What was done and undone again is not in a snapshot.
        let rows = rows.iter().filter(|row| kind != "procedure" || row["count"] != json!(0));
        let map = rows.map(|row| (key(row).to_string(), row.clone())).collect();
        shown[list] = Value::Object(map);
    }
    shown
}

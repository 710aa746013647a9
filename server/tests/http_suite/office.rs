//! An office of the tests: the default office at ten o'clock on an ordinary Tuesday, listening on
//! a port of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use domain::time::Timestamp;
use serde_json::{Value, json};
use server::board::{Beginning, Board, Identity};
use server::clock::Clock;
use server::config::OfficeFile;
use server::engine::{Core, Engine, Engineered};
use server::http::{self, Limits, State};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::{Reply, get, post};

/// Half past eight is over, a quarter past five is far: an ordinary moment.
const MOMENT: &str = "2026-06-02T10:00";

/// How an office is started.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) limits: Limits,
    pub(crate) heartbeat_ms: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { limits: Limits::default(), heartbeat_ms: 5_000 }
    }
}

/// A running office.
pub(crate) struct Office {
    pub(crate) address: SocketAddr,
    pub(crate) board: Board,
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<Clock>,
    settings: Settings,
    folder: PathBuf,
    engineered: Option<Engineered>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Office {
    /// Opens a new office and its business day.
    pub(crate) async fn open() -> Office {
        Office::open_with(Settings::default()).await
    }

    pub(crate) async fn open_with(settings: Settings) -> Office {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("http-office-{}-{number}", std::process::id()));
        let office = Office::start(folder, settings, None).await;
        // The engine opens the day when it is due; whichever of the two comes first.
        office.post("/api/v1/day/open", json!({})).await;
        office.until(|view| view["day"]["day"] == "2026-06-02").await;
        office
    }

    async fn start(folder: PathBuf, settings: Settings, at: Option<SocketAddr>) -> Office {
        std::fs::create_dir_all(&folder).unwrap();
        let file = Arc::new(OfficeFile::embedded());
        let clock = Clock::standing(&file.zone, Timestamp(0)).unwrap();
        clock.set(clock.read_moment(MOMENT).unwrap());
        let clock = Arc::new(clock);
        let (core, recovered) = Core::open(&folder, &file.setup, clock.now()).unwrap();
        let beginning =
            Beginning { before: recovered.before, recent: recovered.recent, seq: core.seq() };
        let identity = Identity {
            heartbeat_ms: settings.heartbeat_ms,
            ..Identity::new(file.setup.office.to_string(), core.epoch())
        };
        let board = Board::start(beginning, identity, Arc::clone(&clock)).unwrap();
        let publish = {
            let board = board.clone();
            Box::new(move |committed| board.commit(committed))
        };
        let engineered = Engine::start(core, Arc::clone(&clock), publish).unwrap();
        let engine = engineered.engine.clone();
        let state = State::new(
            engine.clone(),
            board.clone(),
            Arc::clone(&clock),
            file,
            folder.clone(),
            settings.limits.clone(),
        );
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = TcpListener::bind(at.unwrap_or(any)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(http::serve(listener, state, axum::Router::new(), async {
            // Dropped counts as told.
            let _ = stopped.await;
        }));
        let (engineered, stop) = (Some(engineered), Some(stop));
        Office { address, board, engine, clock, settings, folder, engineered, stop, server }
    }

    /// Stops the server as SIGTERM does: answers in flight finish, screens are told.
    pub(crate) async fn stop(mut self) -> Stopped {
        drop(self.stop.take());
        (&mut self.server).await.unwrap().unwrap();
        let engineered = self.engineered.take().unwrap();
        tokio::task::spawn_blocking(move || engineered.stop()).await.unwrap().unwrap();
        Stopped {
            folder: std::mem::take(&mut self.folder),
            settings: self.settings.clone(),
            address: self.address,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        get(path).send(self.address).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        post(path, body).send(self.address).await
    }

    /// Sends a command that must succeed.
    pub(crate) async fn done(&self, path: &str, body: Value) -> Value {
        let reply = self.post(path, body).await;
        assert!(reply.status < 300, "{path}: {}", reply.text());
        reply.json()
    }

    /// Issues a ticket for a queue; returns its id and label.
    pub(crate) async fn issue(&self, queue: &str) -> (u64, String) {
        let answer = self.done("/api/v1/tickets", json!({ "queue": queue })).await;
        let issued = &answer["events"][0];
        (issued["ticket"].as_u64().unwrap(), issued["label"].as_str().unwrap().to_owned())
    }

    /// What staff see.
    pub(crate) async fn view(&self) -> Value {
        self.get("/api/v1/office").await.json()
    }

    /// Waits until what staff see is as expected.
    pub(crate) async fn until(&self, expected: impl Fn(&Value) -> bool) -> Value {
        let look = async {
            loop {
                let view = self.view().await;
                if expected(&view) {
                    return view;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(crate::client::DEADLINE, look).await.expect("what staff see")
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, ms: i64) {
        self.clock.set(self.clock.now().at.plus_ms(ms));
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        self.server.abort();
        if !self.folder.as_os_str().is_empty() {
            // A folder left behind is only litter.
            drop(std::fs::remove_dir_all(&self.folder));
        }
    }
}

/// An office that was stopped.
pub(crate) struct Stopped {
    folder: PathBuf,
    settings: Settings,
    address: SocketAddr,
}

impl Stopped {
    /// Starts it again, at the same address.
    pub(crate) async fn start(mut self) -> Office {
        let folder = std::mem::take(&mut self.folder);
        Office::start(folder, self.settings.clone(), Some(self.address)).await
    }
}

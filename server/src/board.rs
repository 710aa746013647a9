//! The board: a replica of the office that screens and reading requests look at.
//!
//! Committed events reach it on a thread of its own, after they have been answered (a clerk never
//! waits for a screen). Each is rendered once per role into a frame that all screens of the role
//! share. A role that nobody looks at is not rendered for, and a burst of more than
//! [`BURST_MAX`] events is taken in at once and shown as a snapshot.
//!
//! Invariants: the scene and the feeds change together under the scene's lock, so a snapshot and
//! the position it stands for always agree; frames of one role come in the order of the log.

pub(crate) mod feed;
mod render;

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use bytes::Bytes;
use domain::id::BellId;
use domain::office::Office;
use protocol::live::{GoodbyeReason, Hello};
use protocol::view::{BellCondition, PrinterView};
use tokio::sync::watch;

use self::feed::{Feed, Following};
use crate::clock::Clock;
use crate::engine::Committed;
use crate::view::{Changes, Renewal, Role, Scene};

/// Most batches that wait for the board. The writer waits for room past it: the board takes bursts
/// in faster than the disk makes them.
const BATCHES_MAX: usize = 1_024;
/// More events than this at once are not told one by one.
pub const BURST_MAX: usize = 1_024;
/// How often passing time is looked at.
const REFRESH: Duration = Duration::from_secs(1);
/// Longest time a reading request waits for the board to catch up.
const CATCH_UP: Duration = Duration::from_secs(5);

/// Milliseconds between heartbeats: three missing ones make a screen say that it is stale.
pub const HEARTBEAT_MS: u32 = 5_000;

/// What `hello` says about the server.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The office's key.
    pub office: String,
    /// The log's epoch.
    pub epoch: u32,
    /// Server build.
    pub build: String,
    /// Milliseconds between heartbeats.
    pub heartbeat_ms: u32,
}

impl Identity {
    /// This build, for an office and the epoch of its log.
    pub fn new(office: impl Into<String>, epoch: u32) -> Identity {
        Identity {
            office: office.into(),
            epoch,
            build: env!("CARGO_PKG_VERSION").to_owned(),
            heartbeat_ms: HEARTBEAT_MS,
        }
    }
}

/// What the board starts from.
#[derive(Debug)]
pub struct Beginning {
    /// The office before `recent`.
    pub before: Office,
    /// The latest events of the log: screens that come back after a restart take what they missed.
    pub recent: Vec<Committed>,
    /// The number of the log's last event, those in `recent` included.
    pub seq: u64,
}

/// The board. Cheap to clone; its thread ends when the last clone is gone.
#[derive(Clone, Debug)]
pub struct Board {
    input: SyncSender<Input>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    scene: RwLock<Scene>,
    feeds: [Feed; Role::ALL.len()],
    seq: watch::Sender<u64>,
    identity: Identity,
    clock: Arc<Clock>,
}

#[derive(Debug)]
enum Input {
    Committed(Vec<Committed>),
    Printer(PrinterView),
    Bell(BellId, BellCondition),
}

/// Where a screen that comes back stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Since {
    /// The epoch it knows.
    pub epoch: u32,
    /// The last event it has.
    pub seq: u64,
}

/// One role's numbers for `/metrics`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Attendance {
    /// The role.
    pub role: Role,
    /// Open screens.
    pub screens: usize,
    /// How often a screen was too slow and got a snapshot.
    pub overflows: u64,
}

impl Board {
    /// Starts the board's thread.
    ///
    /// # Errors
    ///
    /// When the operating system gives no thread.
    pub fn start(
        beginning: Beginning,
        identity: Identity,
        clock: Arc<Clock>,
    ) -> std::io::Result<Board> {
        let Beginning { before, recent, seq } = beginning;
        let seq = seq - recent.len() as u64;
        let first = recent.first().map_or(clock.now(), |first| clock.at(first.at));
        let shared = Arc::new(Shared {
            scene: RwLock::new(Scene::new(before, seq, first)),
            feeds: std::array::from_fn(|_| Feed::new(!recent.is_empty())),
            seq: watch::Sender::new(seq),
            identity,
            clock,
        });
        for event in &recent {
            shared.tell(event, shared.clock.at(event.at));
        }
        shared.refresh();
        shared.wake();
        let (input, output) = sync_channel(BATCHES_MAX);
        let on_thread = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("board".to_owned())
            .spawn(move || on_thread.run(&output))?;
        Ok(Board { input, shared })
    }

    /// Takes in events that are on disk and have been answered. Called by the writer.
    pub fn commit(&self, committed: Vec<Committed>) {
        // The thread lives as long as a sender does.
        let _ = self.input.send(Input::Committed(committed));
    }

    /// Takes in what a device says of a kiosk's printer.
    pub fn set_printer(&self, printer: PrinterView) {
        let _ = self.input.send(Input::Printer(printer));
    }

    /// Takes in what a device says of a bell.
    pub fn set_bell(&self, bell: BellId, condition: BellCondition) {
        let _ = self.input.send(Input::Bell(bell, condition));
    }

    /// The number of the last event the board shows.
    pub fn seq(&self) -> u64 {
        *self.shared.seq.borrow()
    }

    /// Waits until the board shows event `seq`; false when that takes too long.
    pub async fn at_least(&self, seq: u64) -> bool {
        if self.seq() >= seq {
            return true;
        }
        let mut shown = self.shared.seq.subscribe();
        let reached = shown.wait_for(|shown| *shown >= seq);
        tokio::time::timeout(CATCH_UP, reached).await.is_ok_and(|reached| reached.is_ok())
    }

    /// Looks at the scene. Nothing slow may be done inside: the board waits.
    pub fn read<R>(&self, look: impl FnOnce(&Scene) -> R) -> R {
        look(&self.shared.scene())
    }

    /// Numbers per role.
    pub fn attendance(&self) -> [Attendance; Role::ALL.len()] {
        Role::ALL.map(|role| {
            let feed = self.feed(role);
            Attendance { role, screens: feed.screens(), overflows: feed.overflows() }
        })
    }

    /// Open screens of all roles.
    pub fn screens(&self) -> usize {
        self.shared.feeds.iter().map(Feed::screens).sum()
    }

    /// What `hello` says about the server.
    pub fn identity(&self) -> &Identity {
        &self.shared.identity
    }

    /// How screens come in.
    pub(crate) fn feed(&self, role: Role) -> &Feed {
        self.shared.feed(role)
    }

    /// The first frames of a screen, and the position they lead to: what it missed since it was
    /// here, or a snapshot.
    pub(crate) fn begin(&self, role: Role, since: Option<Since>) -> (Vec<Bytes>, u64) {
        let scene = self.shared.scene();
        let feed = self.feed(role);
        let known = since.filter(|since| since.epoch == self.shared.identity.epoch);
        let missed = known.and_then(|since| {
            if since.seq == scene.seq() { Some(Vec::new()) } else { feed.since(since.seq) }
        });
        let Some(mut frames) = missed else {
            let (frame, position) = feed.snapshot(|| render::snapshot(role, &scene));
            return (vec![frame], position);
        };
        let mut volatile = scene.volatile();
        frames.push(render::update(role, &mut volatile));
        (frames, feed.head())
    }

    /// A snapshot, and the position it stands for.
    pub(crate) fn snapshot(&self, role: Role) -> (Bytes, u64) {
        let scene = self.shared.scene();
        self.feed(role).snapshot(|| render::snapshot(role, &scene))
    }

    /// The frame that introduces the server.
    pub(crate) fn hello(&self) -> Bytes {
        let identity = &self.shared.identity;
        render::hello(Hello {
            protocol: protocol::VERSION,
            build: identity.build.clone(),
            office: identity.office.clone(),
            epoch: identity.epoch,
            now_ms: self.shared.clock.now().at.0,
            zone: self.shared.clock.zone().to_owned(),
            heartbeat_ms: identity.heartbeat_ms,
            mode: self.shared.clock.mode(),
        })
    }

    /// The frame that says that the server is alive.
    pub(crate) fn heartbeat(&self) -> Bytes {
        render::heartbeat(self.seq(), self.shared.clock.now().at.0)
    }

    /// The last frame.
    pub(crate) fn goodbye(&self, reason: GoodbyeReason) -> Bytes {
        render::goodbye(reason)
    }
}

impl Shared {
    fn run(&self, input: &Receiver<Input>) {
        let mut next_refresh = Instant::now() + REFRESH;
        loop {
            let wait = next_refresh.saturating_duration_since(Instant::now());
            match input.recv_timeout(wait) {
                Ok(first) => self.take(first, input),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if next_refresh <= Instant::now() {
                next_refresh = Instant::now() + REFRESH;
                self.refresh();
            }
            self.wake();
        }
    }

    /// Takes in what has queued up behind `first`.
    fn take(&self, first: Input, input: &Receiver<Input>) {
        let mut events = Vec::new();
        let mut next = Some(first);
        let mut taken = 0;
        while let Some(message) = next {
            match message {
                Input::Committed(more) if events.is_empty() => events = more,
                Input::Committed(more) => events.extend(more),
                Input::Printer(printer) => self.show_printer(printer),
                Input::Bell(bell, condition) => self.show_bell(bell, condition),
            }
            taken += 1;
            next = if taken < BATCHES_MAX { input.try_recv().ok() } else { None };
        }
        let now = self.clock.now();
        if events.len() <= BURST_MAX {
            for event in &events {
                self.tell(event, now);
            }
        } else {
            let mut scene = self.scene_mut();
            scene.skip(&events, now);
            self.feeds.iter().for_each(Feed::forget);
            self.feeds.iter().for_each(Feed::drop_snapshot);
        }
    }

    /// Tells one event to every role that somebody looks at.
    fn tell(&self, event: &Committed, now: domain::time::Now) {
        let mut scene = self.scene_mut();
        let mut changes = scene.apply(event, now);
        for role in Role::ALL {
            let feed = self.feed(role);
            feed.drop_snapshot();
            let is_whole = changes.renewal == Renewal::Whole;
            if !feed.wanted() {
                feed.forget();
            } else if is_whole && changes.is_empty(role) {
                // The snapshot stands for the event: a screen whose connection ended between the
                // two would come back as one that has missed nothing, with yesterday's tickets.
                feed.push(Some(event.seq), render::snapshot(role, &scene));
            } else {
                feed.push(Some(event.seq), render::event(role, event.seq, event.at, &mut changes));
                if is_whole {
                    feed.push(None, render::snapshot(role, &scene));
                }
            }
        }
    }

    fn refresh(&self) {
        let mut scene = self.scene_mut();
        let mut changes = scene.refresh(self.clock.now());
        self.update(&mut changes);
    }

    fn show_printer(&self, printer: PrinterView) {
        let mut scene = self.scene_mut();
        let mut changes = scene.set_printer(printer);
        self.update(&mut changes);
    }

    fn show_bell(&self, bell: BellId, condition: BellCondition) {
        let mut scene = self.scene_mut();
        let mut changes = scene.set_bell(bell, condition);
        self.update(&mut changes);
    }

    /// Tells what no event made. The caller holds the scene.
    fn update(&self, changes: &mut Changes) {
        for role in Role::ALL {
            let feed = self.feed(role);
            if changes.is_empty(role) {
                continue;
            }
            feed.drop_snapshot();
            if feed.wanted() {
                feed.push(None, render::update(role, changes));
            } else {
                feed.forget();
            }
        }
    }

    fn wake(&self) {
        self.feeds.iter().for_each(Feed::wake);
        let seq = self.scene().seq();
        self.seq.send_if_modified(|known| std::mem::replace(known, seq) != seq);
    }

    fn feed(&self, role: Role) -> &Feed {
        &self.feeds[role.index()]
    }

    fn scene(&self) -> RwLockReadGuard<'_, Scene> {
        self.scene.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn scene_mut(&self) -> RwLockWriteGuard<'_, Scene> {
        self.scene.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What follows a screen's position: frames, or a snapshot in their place.
pub(crate) fn follow(board: &Board, role: Role, position: u64) -> (Vec<Bytes>, u64) {
    match board.feed(role).after(position) {
        Following::Frames(frames, position) => (frames, position),
        Following::Lost => {
            let (frame, position) = board.snapshot(role);
            (vec![frame], position)
        }
    }
}

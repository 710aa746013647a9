//! A ticket printer of the tests' own: an ESC/POS machine behind a socket or a pseudo-terminal,
//! written from the manuals. It shares nothing with the twin that is part of the product.
//!
//! Its receive buffer is bounded, it obeys what is obeyed on receipt, keeps its buffer while paper
//! or cover stop it, loses everything with its power, forgets to report by itself after `ESC @`,
//! and keeps all that came out: [`Sheet`]s of lines with the process IDs that were answered.
//!
//! | part | what it is |
//! |---|---|
//! | [`mechanism`] | buffer, head, cutter, status: pure but for the time it is given |
//! | [`wire`] | the socket or the pseudo-terminal |

pub mod mechanism;
pub mod wire;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time::timeout;

use self::mechanism::{BUFFER_BYTES, Mechanism};
pub use self::mechanism::{Paper, Sheet};
use self::wire::{Socket, Wire};
use crate::paper::model::Model;

/// How often a machine looks up when nothing happens.
const PULSE: Duration = Duration::from_millis(50);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    mechanism: Mechanism,
    plugged: bool,
    /// The cable is in, but nothing goes over it.
    mute: bool,
    ended: bool,
    connections: u64,
}

/// A running machine; ends when dropped.
#[derive(Debug)]
pub struct Machine {
    shared: Arc<Shared>,
    thread: Option<std::thread::JoinHandle<()>>,
    address: String,
}

impl Machine {
    /// Starts a machine that is plugged in and switched on.
    ///
    /// # Panics
    ///
    /// When this computer has no socket or pseudo-terminal left.
    pub fn start(model: Model, socket: Socket) -> Machine {
        let mechanism = Mechanism::new(model);
        let state = State { mechanism, plugged: true, mute: false, ended: false, connections: 0 };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Notify::new() });
        let (ready, address) = std::sync::mpsc::channel();
        let (inside, socket) = (Arc::clone(&shared), socket.clone());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime for a machine").block_on(run(&inside, socket, ready));
        });
        let address = address.recv().expect("the machine is there");
        Machine { shared, thread: Some(thread), address }
    }

    /// How the office's configuration names it, without its profile: `tcp:…` or `serial:…`.
    pub fn address(&self) -> &str {
        &self.address
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut lock(&self.shared));
        self.shared.changed.notify_one();
    }

    /// Puts paper in, takes it out, or lets it run low.
    pub fn paper(&self, paper: Paper) {
        self.change(|state| state.mechanism.set_paper(paper));
    }

    /// Opens or closes the cover.
    pub fn cover(&self, open: bool) {
        self.change(|state| state.mechanism.set_cover(open));
    }

    /// Jams the cutter at the next cut.
    pub fn jam(&self) {
        self.change(|state| state.mechanism.jam());
    }

    /// Takes the jammed paper out, with the cover open.
    pub fn free(&self) {
        self.change(|state| state.mechanism.free());
    }

    /// Switches it off or on.
    pub fn power(&self, on: bool) {
        self.change(|state| state.mechanism.set_power(on));
    }

    /// Pulls the cable out or puts it in.
    pub fn cable(&self, plugged: bool) {
        self.change(|state| state.plugged = plugged);
    }

    /// Lets nothing go over the cable, or everything again.
    pub fn mute(&self, mute: bool) {
        self.change(|state| state.mute = mute);
    }

    /// Loses so many of the next proofs that jobs are on paper.
    pub fn lose_proofs(&self, count: u32) {
        self.change(|state| state.mechanism.lose_proofs(count));
    }

    /// Says something that means nothing.
    pub fn babble(&self, bytes: &[u8]) {
        self.change(|state| state.mechanism.say(bytes));
    }

    /// How fast it prints, in dots a second.
    pub fn speed(&self, dots_per_second: u32) {
        self.change(|state| state.mechanism.set_speed(dots_per_second));
    }

    /// Everything that has come out, oldest first; the last sheet may still hang on the roll.
    pub fn sheets(&self) -> Vec<Sheet> {
        lock(&self.shared).mechanism.sheets().to_vec()
    }

    /// What it was told that it does not know, with the bytes.
    pub fn complaints(&self) -> Vec<String> {
        lock(&self.shared).mechanism.complaints().to_vec()
    }

    /// How often somebody has opened its line.
    pub fn connections(&self) -> u64 {
        lock(&self.shared).connections
    }

    /// Whether it has nothing left to print.
    pub fn is_idle(&self) -> bool {
        lock(&self.shared).mechanism.is_idle()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.change(|state| state.ended = true);
        if let Some(thread) = self.thread.take() {
            // A machine that panicked has said so.
            let _ = thread.join();
        }
    }
}

fn lock(shared: &Shared) -> MutexGuard<'_, State> {
    shared.state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a machine until it is dropped.
async fn run(shared: &Shared, socket: Socket, ready: std::sync::mpsc::Sender<String>) {
    let mut wire = Wire::new(socket);
    wire.plug().expect("a machine's end of a cable");
    ready.send(wire.address()).expect("somebody started this machine");
    loop {
        let (wait, told) = advance(shared, &mut wire);
        if lock(shared).ended {
            return;
        }
        if !told.is_empty() {
            wire.write(&told).await;
            continue;
        }
        let room = {
            let state = lock(shared);
            match state.mute || !state.plugged {
                true => 0,
                // What a switched off printer is sent over a serial line is lost.
                false if !state.mechanism.is_on() => BUFFER_BYTES,
                false => state.mechanism.room(),
            }
        };
        tokio::select! {
            () = shared.changed.notified() => {}
            bytes = wire.read(room) => lock(shared).mechanism.receive(&bytes),
            _ = timeout(wait, std::future::pending::<()>()) => {}
        }
    }
}

/// Lets the mechanism work until it must wait; plugs and unplugs. Gives how long it may wait, and
/// what it says.
fn advance(shared: &Shared, wire: &mut Wire) -> (Duration, Vec<u8>) {
    let mut state = lock(shared);
    // The adapter of a serial line stays when the printer is switched off.
    let connected = state.plugged && (state.mechanism.is_on() || wire.is_serial());
    if connected != wire.is_plugged() {
        if connected {
            // A path or port that is still busy is tried again at the next look.
            let _ = wire.plug();
        } else {
            wire.unplug();
        }
    }
    state.connections = wire.connections();
    let now = Instant::now();
    let next = state.mechanism.work(now);
    let mut told = state.mechanism.speech();
    if state.mute || !connected {
        told.clear();
    }
    let wait = next.map_or(PULSE, |at| at.saturating_duration_since(now).min(PULSE));
    (wait, told)
}

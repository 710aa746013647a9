//! The thread that writes to screens.
//!
//! Screens have a thread of their own: a clerk's answer never waits for the writes to a thousand
//! displays, and no answer wakes a second thread. The board wakes this thread once for all screens
//! of a role; waking each of them happens inside and costs no system call.

use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::{mpsc, oneshot, watch};

use crate::board::Board;
use crate::view::Role;

/// Longest time screens get for their goodbye when the server stops.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The running thread; screens are told goodbye and waited for when it is dropped.
#[derive(Debug)]
pub(crate) struct Stage {
    handle: Handle,
    wakes: [watch::Receiver<u64>; Role::ALL.len()],
    present: Option<mpsc::Sender<()>>,
    leave: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Stage {
    /// Starts the thread over the feeds of `board`.
    ///
    /// # Errors
    ///
    /// When the operating system gives no thread.
    pub(crate) fn start(board: &Board) -> std::io::Result<Stage> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let wakes = Role::ALL.map(|role| {
            let mut head = board.feed(role).heads();
            let (wake, woken) = watch::channel(*head.borrow_and_update());
            handle.spawn(async move {
                while head.changed().await.is_ok() {
                    wake.send_replace(*head.borrow_and_update());
                }
            });
            woken
        });
        let (present, mut gone) = mpsc::channel::<()>(1);
        let (leave, left) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new().name("screens".to_owned()).spawn(move || {
            runtime.block_on(async move {
                // The sender's end is the sign to go.
                let _ = left.await;
                if tokio::time::timeout(LAST_WORDS, gone.recv()).await.is_err() {
                    tracing::warn!("some screens did not take their goodbye in time");
                }
            });
        })?;
        let (present, leave, thread) = (Some(present), Some(leave), Some(thread));
        Ok(Stage { handle, wakes, present, leave, thread })
    }

    /// Runs a screen until it has gone.
    pub(crate) fn spawn(&self, screen: impl Future<Output = ()> + Send + 'static) {
        let present = self.present.clone();
        self.handle.spawn(async move {
            screen.await;
            drop(present);
        });
    }

    /// Tells a screen of new frames of its role.
    pub(crate) fn wake(&self, role: Role) -> watch::Receiver<u64> {
        self.wakes[role.index()].clone()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(self.present.take());
        drop(self.leave.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported already.
            let _ = thread.join();
        }
    }
}

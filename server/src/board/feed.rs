//! The frames of one role: rendered once, shared by every screen of the role.
//!
//! Frames have positions, counted from 1. A screen keeps the position of the last frame it has and
//! takes what follows from the ring itself, so a slow screen costs nothing but its own distance:
//! that distance is its outbox, and it is bounded.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::watch;

/// Most frames kept for screens that come back: some two busy days of one office.
pub(crate) const RING_FRAMES_MAX: usize = 4_096;
/// Most bytes of frames kept per role, so that four roles stay far below the server's 32 MB.
pub(crate) const RING_BYTES_MAX: u64 = 2 * 1_048_576;
/// Most frames a connected screen may be behind before it gets a snapshot instead.
pub(crate) const OUTBOX_FRAMES_MAX: u64 = 1_024;
/// Most bytes a connected screen may be behind.
pub(crate) const OUTBOX_BYTES_MAX: u64 = 1_048_576;
/// Most frames a screen takes at a time.
const TAKE_MAX: usize = 64;
/// How long frames are rendered on for a role after its last screen has gone: a page that reloads
/// or a server that restarts is back within seconds.
const WANTED_AFTER: Duration = Duration::from_secs(300);

/// The frames of one role.
#[derive(Debug)]
pub(crate) struct Feed {
    ring: Mutex<Ring>,
    head: watch::Sender<u64>,
    screens: AtomicUsize,
    wanted_until: Mutex<Option<Instant>>,
    snapshot: Mutex<Option<(u64, Bytes)>>,
    overflows: AtomicU64,
}

#[derive(Debug, Default)]
struct Ring {
    frames: VecDeque<Frame>,
    /// Position of the last frame ever pushed.
    head: u64,
    /// Bytes of all frames ever pushed.
    bytes: u64,
}

#[derive(Debug)]
struct Frame {
    /// The event's number; `None` for what no event made.
    seq: Option<u64>,
    bytes: Bytes,
    /// [`Ring::bytes`] after this frame.
    end: u64,
}

/// What follows a position.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Following {
    /// These frames, and the position of the last of them.
    Frames(Vec<Bytes>, u64),
    /// Too much or no longer there: the screen needs a snapshot.
    Lost,
}

impl Feed {
    /// A feed without frames; `wanted` when screens are expected to come back.
    pub(crate) fn new(wanted: bool) -> Feed {
        Feed {
            ring: Mutex::default(),
            head: watch::Sender::new(0),
            screens: AtomicUsize::new(0),
            wanted_until: Mutex::new(wanted.then(|| Instant::now() + WANTED_AFTER)),
            snapshot: Mutex::default(),
            overflows: AtomicU64::new(0),
        }
    }

    /// Whether anybody looks, or may come back.
    pub(crate) fn wanted(&self) -> bool {
        self.screens.load(Ordering::Acquire) > 0
            || lock(&self.wanted_until).is_some_and(|until| Instant::now() < until)
    }

    /// Appends a frame. Nobody wakes before [`Feed::wake`].
    pub(crate) fn push(&self, seq: Option<u64>, bytes: Bytes) {
        let mut ring = lock(&self.ring);
        ring.head += 1;
        ring.bytes += bytes.len() as u64;
        let end = ring.bytes;
        ring.frames.push_back(Frame { seq, bytes, end });
        while ring.frames.len() > RING_FRAMES_MAX || ring.kept_bytes() > RING_BYTES_MAX {
            ring.frames.pop_front();
        }
    }

    /// Forgets all frames: whoever has not taken them needs a snapshot.
    pub(crate) fn forget(&self) {
        let mut ring = lock(&self.ring);
        if !ring.frames.is_empty() || self.screens.load(Ordering::Acquire) > 0 {
            ring.head += 1;
            ring.frames.clear();
        }
    }

    /// Lets screens know that there are frames.
    pub(crate) fn wake(&self) {
        let head = self.head();
        self.head.send_if_modified(|known| std::mem::replace(known, head) != head);
    }

    /// The position of the last frame.
    pub(crate) fn head(&self) -> u64 {
        lock(&self.ring).head
    }

    /// What follows `position`, a part at a time.
    pub(crate) fn after(&self, position: u64) -> Following {
        let ring = lock(&self.ring);
        let behind = ring.head - position;
        let Some(start) = (ring.frames.len() as u64).checked_sub(behind) else {
            drop(ring);
            self.overflows.fetch_add(1, Ordering::Relaxed);
            return Following::Lost;
        };
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let bytes_behind = ring.frames.get(start).map_or(0, |next| ring.bytes - next.end);
        if behind > OUTBOX_FRAMES_MAX || bytes_behind > OUTBOX_BYTES_MAX {
            drop(ring);
            self.overflows.fetch_add(1, Ordering::Relaxed);
            return Following::Lost;
        }
        let frames: Vec<Bytes> = ring
            .frames
            .iter()
            .skip(start)
            .take(TAKE_MAX)
            .map(|frame| frame.bytes.clone())
            .collect();
        let last = position + frames.len() as u64;
        Following::Frames(frames, last)
    }

    /// Everything after event `since`, for a screen that comes back; `None` when that is no longer
    /// all there.
    pub(crate) fn since(&self, since: u64) -> Option<Vec<Bytes>> {
        let ring = lock(&self.ring);
        let next = ring.frames.iter().position(|frame| frame.seq == Some(since + 1))?;
        Some(ring.frames.iter().skip(next).map(|frame| frame.bytes.clone()).collect())
    }

    /// The snapshot as of the last frame, rendered when nobody has asked for it yet.
    pub(crate) fn snapshot(&self, render: impl FnOnce() -> Bytes) -> (Bytes, u64) {
        let head = self.head();
        let mut kept = lock(&self.snapshot);
        match &*kept {
            Some((position, bytes)) if *position == head => (bytes.clone(), head),
            Some(_) | None => {
                let bytes = render();
                *kept = Some((head, bytes.clone()));
                (bytes, head)
            }
        }
    }

    /// Drops the kept snapshot: the scene has changed without a frame.
    pub(crate) fn drop_snapshot(&self) {
        *lock(&self.snapshot) = None;
    }

    /// Counts a screen in.
    pub(crate) fn enter(&self) {
        self.screens.fetch_add(1, Ordering::AcqRel);
    }

    /// Tells of new frames.
    pub(crate) fn heads(&self) -> watch::Receiver<u64> {
        self.head.subscribe()
    }

    /// Counts a screen out.
    pub(crate) fn leave(&self) {
        *lock(&self.wanted_until) = Some(Instant::now() + WANTED_AFTER);
        self.screens.fetch_sub(1, Ordering::AcqRel);
    }

    /// Open screens.
    pub(crate) fn screens(&self) -> usize {
        self.screens.load(Ordering::Acquire)
    }

    /// How often a screen was too far behind.
    pub(crate) fn overflows(&self) -> u64 {
        self.overflows.load(Ordering::Relaxed)
    }
}

impl Ring {
    fn kept_bytes(&self) -> u64 {
        let first = self.frames.front();
        first.map_or(0, |first| self.bytes - first.end + first.bytes.len() as u64)
    }
}

/// A lock that a panicking holder has left is still good: every change here is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(number: u64) -> Bytes {
        Bytes::from(format!("{number:04}"))
    }

    fn feed_of(count: u64) -> Feed {
        let feed = Feed::new(true);
        for number in 1..=count {
            feed.push(Some(number), frame(number));
        }
        feed
    }

    #[test]
    fn a_screen_takes_what_follows_its_position_in_order() {
        let feed = feed_of(3);
        assert_eq!(feed.after(1), Following::Frames(vec![frame(2), frame(3)], 3));
        assert_eq!(feed.after(3), Following::Frames(Vec::new(), 3));
    }

    #[test]
    fn a_screen_too_many_frames_behind_is_lost_and_counted() {
        let feed = feed_of(OUTBOX_FRAMES_MAX + 1);
        assert_eq!(feed.after(0), Following::Lost);
        assert_eq!(feed.overflows(), 1);
        assert!(matches!(feed.after(1), Following::Frames(frames, 65) if frames.len() == 64));
    }

    #[test]
    fn a_screen_too_many_bytes_behind_is_lost() {
        let feed = Feed::new(true);
        for number in 1..=3 {
            feed.push(Some(number), Bytes::from(vec![b'x'; 600_000]));
        }
        assert_eq!(feed.after(0), Following::Lost);
        assert!(matches!(feed.after(1), Following::Frames(frames, 3) if frames.len() == 2));
    }

    #[test]
    fn the_ring_keeps_a_limited_number_of_frames_and_bytes() {
        let feed = feed_of(RING_FRAMES_MAX as u64 + 10);
        assert_eq!(feed.since(9), None);
        assert_eq!(feed.since(10).map(|frames| frames.len()), Some(RING_FRAMES_MAX));
        let feed = Feed::new(true);
        for number in 1..=5 {
            feed.push(Some(number), Bytes::from(vec![b'x'; 600_000]));
        }
        assert_eq!(feed.since(1), None);
        assert_eq!(feed.since(2).map(|frames| frames.len()), Some(3));
    }

    #[test]
    fn what_no_event_made_is_sent_again_to_a_screen_that_comes_back() {
        let feed = feed_of(2);
        feed.push(None, frame(77));
        feed.push(Some(3), frame(3));
        assert_eq!(feed.since(1), Some(vec![frame(2), frame(77), frame(3)]));
    }

    #[test]
    fn after_forgetting_everybody_is_lost() {
        let feed = feed_of(2);
        feed.forget();
        assert_eq!(feed.after(2), Following::Lost);
        assert_eq!(feed.since(1), None);
        feed.push(Some(3), frame(3));
        assert_eq!(feed.after(feed.head() - 1), Following::Frames(vec![frame(3)], feed.head()));
    }

    #[test]
    fn a_role_nobody_looks_at_is_not_rendered_for() {
        let feed = Feed::new(false);
        assert!(!feed.wanted());
        feed.enter();
        assert!(feed.wanted());
        feed.leave();
        assert!(feed.wanted(), "it may come back");
    }
}

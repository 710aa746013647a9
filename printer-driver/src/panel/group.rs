//! The task that owns one line and keeps its panels showing what they should.

use super::{Desk, PanelStatus, PanelTiming};
use crate::device::PanelUrl;
use crate::exchange::ExchangeLog;
use crate::line::{Gone, Line, LineCounts, Reopening, WriteEnd};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Bytes heard while an answer is awaited; more is noise.
const HEARD_COUNT_MAX: usize = 512;

enum End {
    Lost(Gone),
    Silent,
    Stopped,
}

struct Member {
    url: Arc<PanelUrl>,
    status: watch::Sender<PanelStatus>,
    /// The version that the panel has, on this line.
    has: Option<u64>,
    /// When to send though nothing has changed, or to try a silent panel again.
    again_at: Option<Instant>,
    is_silent: bool,
}

impl Member {
    fn publish(&self, status: PanelStatus) {
        self.status.send_if_modified(|current| {
            let changed = *current != status;
            if changed && matches!(status, PanelStatus::Absent { .. } | PanelStatus::Silent) {
                let address = &self.url.address;
                tracing::warn!(panel.address = %address, ?status, "a panel is down");
            }
            *current = status;
            changed
        });
    }
}

pub(super) struct Group {
    members: Vec<Member>,
    desk: Arc<Desk>,
    timing: PanelTiming,
    log: ExchangeLog,
    counts: LineCounts,
    /// When the line may take the next frame.
    free_at: Instant,
}

impl Group {
    pub(super) fn new(
        members: Vec<(Arc<PanelUrl>, watch::Sender<PanelStatus>)>,
        desk: Arc<Desk>,
        timing: PanelTiming,
        log: ExchangeLog,
        counts: LineCounts,
    ) -> Group {
        let member =
            |(url, status)| Member { url, status, has: None, again_at: None, is_silent: false };
        let members = members.into_iter().map(member).collect();
        Group { members, desk, timing, log, counts, free_at: Instant::now() }
    }

    pub(super) async fn run(mut self) {
        let mut reopening = Reopening::new(self.timing.reopen_first, self.timing.reopen_limit);
        while !self.should_end() {
            reopening.trying();
            let status = match self.open().await {
                None => break,
                Some(Ok(mut line)) => match self.serve(&mut line, &mut reopening).await {
                    Ok(()) | Err(End::Stopped) => break,
                    Err(End::Silent) => {
                        line.discard_unsent();
                        PanelStatus::Silent
                    }
                    Err(End::Lost(Gone(reason))) => {
                        line.discard_unsent();
                        PanelStatus::Absent { reason }
                    }
                },
                Some(Err(Gone(reason))) => PanelStatus::Absent { reason },
            };
            for member in &self.members {
                member.publish(status.clone());
            }
            self.wait_until(reopening.next()).await;
        }
        self.release_stopping();
    }

    /// Whether nobody has a use for the line any more; lets those go who wait for a stop.
    fn should_end(&self) -> bool {
        self.desk.is_abandoned() || self.desk.slots().iter().all(|slot| slot.stopped)
    }

    /// While there is no line, a stop has nothing to wait for.
    fn release_stopping(&self) {
        for slot in self.desk.slots().iter_mut().filter(|slot| !slot.stopping.is_empty()) {
            slot.stopped = true;
            for done in slot.stopping.drain(..) {
                let _ = done.send(());
            }
        }
    }

    async fn open(&self) -> Option<Result<Line, Gone>> {
        let opening = Line::open(&self.members[0].url.address, &self.counts, &self.log);
        tokio::pin!(opening);
        loop {
            tokio::select! {
                opened = &mut opening => return Some(opened),
                () = self.desk.changed.notified() => self.release_stopping(),
            }
            if self.should_end() {
                return None;
            }
        }
    }

    async fn wait_until(&self, until: Instant) {
        loop {
            self.release_stopping();
            if self.should_end() {
                return;
            }
            tokio::select! {
                () = self.desk.changed.notified() => {}
                () = tokio::time::sleep_until(until) => return,
            }
        }
    }

    async fn serve(&mut self, line: &mut Line, reopening: &mut Reopening) -> Result<(), End> {
        for member in &mut self.members {
            member.has = None;
            member.again_at = None;
            member.is_silent = false;
        }
        loop {
            self.settle(line, reopening).await?;
            if self.desk.slots().iter().all(|slot| slot.stopped) {
                return Err(End::Stopped);
            }
            let due_at = self.members.iter().filter_map(|member| member.again_at).min();
            let mut buffer = [0; 64];
            tokio::select! {
                () = self.desk.changed.notified() => {}
                read = line.read(&mut buffer) => {
                    let count = read.map_err(End::Lost)?;
                    line.unasked(&buffer[..count]);
                }
                () = sleep_until(due_at) => {}
            }
        }
    }

    /// Sends whatever is not up to date.
    async fn settle(&mut self, line: &mut Line, reopening: &mut Reopening) -> Result<(), End> {
        if self.desk.is_abandoned() {
            self.blank_all();
        }
        while let Some((index, frame, version)) = self.next_frame() {
            self.members[index].publish_waiting(version);
            self.rest(line).await?;
            let accepted = self.send(line, index, &frame).await?;
            self.settle_member(index, version, accepted);
            if accepted {
                reopening.succeeded();
            }
            let is_stopping = self.desk.slots().iter().any(|slot| !slot.stopping.is_empty());
            if !is_stopping && self.members.iter().all(|member| member.is_silent) {
                return Err(End::Silent);
            }
        }
        Ok(())
    }

    /// The handles are gone: every panel is blanked, then its line let go.
    fn blank_all(&self) {
        for (slot, member) in self.desk.slots().iter_mut().zip(&self.members) {
            if !slot.stopped && slot.stopping.is_empty() {
                slot.frame = member.url.clear_frame();
                slot.version += 1;
                let (done, _) = tokio::sync::oneshot::channel();
                slot.stopping.push(done);
            }
        }
    }

    /// The first panel that is to be sent something now.
    fn next_frame(&self) -> Option<(usize, Vec<u8>, u64)> {
        let now = Instant::now();
        let slots = self.desk.slots();
        slots.iter().zip(&self.members).enumerate().find_map(|(index, (slot, member))| {
            let is_due = member.again_at.is_some_and(|at| at <= now);
            let is_new = member.has != Some(slot.version) && !member.is_silent;
            let is_ending = !slot.stopping.is_empty();
            let wants = !slot.stopped && (is_due || is_new || is_ending);
            wants.then(|| (index, slot.frame.clone(), slot.version))
        })
    }

    /// Keeps the least time between two frames.
    async fn rest(&mut self, line: &mut Line) -> Result<(), End> {
        let mut buffer = [0; 64];
        while Instant::now() < self.free_at {
            tokio::select! {
                read = line.read(&mut buffer) => {
                    let count = read.map_err(End::Lost)?;
                    line.unasked(&buffer[..count]);
                }
                () = tokio::time::sleep_until(self.free_at) => {}
            }
        }
        Ok(())
    }

    /// Sends a frame, twice at most; whether the panel took it.
    async fn send(&mut self, line: &mut Line, index: usize, frame: &[u8]) -> Result<bool, End> {
        let url = Arc::clone(&self.members[index].url);
        for _attempt in 0..2 {
            line.drain().await.map_err(End::Lost)?;
            let written = line.write(frame, "show", self.timing.reply).await;
            self.free_at = Instant::now() + url.gap;
            match written {
                Ok(()) if url.reply.is_empty() => return Ok(true),
                Ok(()) => {}
                Err(WriteEnd::Stuck) => continue,
                Err(WriteEnd::Gone(gone)) => return Err(End::Lost(gone)),
            }
            let reading = read_reply(line, &url.reply);
            match tokio::time::timeout(self.timing.reply, reading).await {
                Ok(read) => return read.map(|()| true).map_err(End::Lost),
                Err(_) => continue,
            }
        }
        Ok(false)
    }

    fn settle_member(&mut self, index: usize, version: u64, accepted: bool) {
        let retry = self.timing.reopen_limit;
        let member = &mut self.members[index];
        member.is_silent = !accepted;
        if accepted {
            member.has = Some(version);
            let refresh = member.url.refresh;
            member.again_at = (refresh > Duration::ZERO).then(|| Instant::now() + refresh);
        } else {
            member.again_at = Some(Instant::now() + retry);
        }
        let mut slots = self.desk.slots();
        let slot = &mut slots[index];
        if !slot.stopping.is_empty() && (slot.version == version || !accepted) {
            slot.stopped = true;
            member.again_at = None;
            for done in slot.stopping.drain(..) {
                let _ = done.send(());
            }
        }
        drop(slots);
        member.publish(if accepted { PanelStatus::Ready } else { PanelStatus::Silent });
    }
}

impl Member {
    /// Something new is on its way.
    fn publish_waiting(&self, version: u64) {
        if self.has != Some(version) && !self.is_silent {
            self.publish(PanelStatus::Waiting);
        }
    }
}

/// Reads until the panel has answered, whatever stands before it.
async fn read_reply(line: &mut Line, reply: &[u8]) -> Result<(), Gone> {
    let mut heard = Vec::new();
    while !heard.ends_with(reply) {
        if heard.len() >= HEARD_COUNT_MAX {
            line.unasked(&heard);
            heard.clear();
        }
        let mut byte = [0];
        line.read(&mut byte).await?;
        heard.push(byte[0]);
    }
    line.heard(&heard, "accepted", "");
    Ok(())
}

async fn sleep_until(due_at: Option<Instant>) {
    match due_at {
        Some(due_at) => tokio::time::sleep_until(due_at).await,
        None => std::future::pending().await,
    }
}
